"""Qui vient de solliciter une entreprise : à savoir avant d'y programmer une visite (conception, section 4).

Avertir sans bloquer : même objet depuis moins de six mois, tout objet depuis moins d'un mois, réglables par réseau. L'objet
d'une visite du réseau est le développement. Qui vient d'appeler est le premier à qui proposer une visite conjointe.
"""

from dataclasses import dataclass
from datetime import date

from entreprises.enums import Canal, ObjetDeContact
from entreprises.models import Sollicitation
from reseau.enums import Qualite
from reseau.lib.dates import plus_mois
from visites.enums import EN_COURS, FAITES
from visites.models import Courrier

OBJET_D_UNE_VISITE = ObjetDeContact.DEVELOPPEMENT


@dataclass(frozen=True)
class Contact:
    """Un contact récent : `qui` et `objet` en mots, `raison` de l'avertissement ; `membre` à inviter, s'il en est un."""

    qui: str
    quand: date
    canal: str
    objet: str
    raison: str
    membre: object = None
    institution: int | None = None

    @property
    def en_mots(self):
        """« CCI, Camille Fictif : téléphone le 02/03/2026, formation (il y a moins d’un mois). »"""
        return f"{self.qui} : {self.canal.lower()} le {self.quand:%d/%m/%Y}, {self.objet.lower()} ({self.raison})."

    def vient_de(self, equipe):
        """Vrai si l'équipe qui visitera est celle qui a pris ce contact : elle se passe d'avertissement."""
        if self.membre:
            return self.membre in equipe
        return self.institution in {membre.institution_id for membre in equipe}


def contacts_recents(entreprises, reseau, le):
    """Dictionnaire clé d'entreprise → [`Contact`], le plus récent en tête ; deux requêtes, quel que soit leur nombre."""
    cles = [entreprise.pk for entreprise in entreprises]
    meme_objet = plus_mois(le, -reseau.sollicitation_meme_objet_mois)
    tout_objet = plus_mois(le, -reseau.sollicitation_tout_objet_mois)
    trouves = {}
    lignes = Sollicitation.objects.filter(entreprise__in=cles, le__gt=min(meme_objet, tout_objet), le__lte=le)
    for ligne in lignes.select_related("institution", "membre__institution"):
        meme = ligne.objet == OBJET_D_UNE_VISITE and ligne.le > meme_objet
        if meme or ligne.le > tout_objet:
            mois = reseau.sollicitation_meme_objet_mois if meme else reseau.sollicitation_tout_objet_mois
            trouves.setdefault(ligne.entreprise_id, []).append(_contact(ligne, _raison(mois, meme=meme)))
    for lettre in _lettres_sans_visite(cles, meme_objet, le):
        raison = _raison(reseau.sollicitation_meme_objet_mois, meme=True)
        trouves.setdefault(lettre.visite.entreprise_id, []).append(_de_la_lettre(lettre, raison))
    return {cle: sorted(contacts, key=lambda contact: contact.quand, reverse=True) for cle, contacts in trouves.items()}


def a_justifier(contacts, equipe):
    """Ceux que l'équipe (développeur, accompagnant) n'a pas pris elle-même : passer outre demande un motif."""
    return [contact for contact in contacts if not contact.vient_de(equipe)]


def conjoint(contacts, candidats):
    """Le membre avec qui proposer une visite conjointe : le dernier qui a pris contact, s'il est parmi ces candidats."""
    membres = [contact.membre for contact in contacts if contact.membre and contact.membre.qualite != Qualite.AUCUN]
    return next((membre for membre in membres if candidats.filter(pk=membre.pk).exists()), None)


def _contact(ligne, raison):
    """Qui a noté le contact d'une autre institution ne l'a pas pris : seule l'institution est nommée."""
    membre = ligne.membre if ligne.membre and ligne.membre.institution_id == ligne.institution_id else None
    return Contact(
        qui=f"{ligne.institution}, {membre}" if membre else str(ligne.institution),
        quand=ligne.le,
        canal=ligne.get_canal_display(),
        objet=ligne.get_objet_display(),
        raison=raison,
        membre=membre,
        institution=ligne.institution_id,
    )


def _de_la_lettre(lettre, raison):
    objet = OBJET_D_UNE_VISITE.label
    return Contact("Lettre du préfet", lettre.envoye_le, Canal.COURRIER.label, objet, raison, lettre.visite.developpeur)


def _lettres_sans_visite(cles, depuis, le):
    """Parties pour une visite qui n'a pas eu lieu ; une visite en cours est un empêchement, une visite faite aussi."""
    lettres = Courrier.objects.filter(visite__entreprise__in=cles, envoye_le__gt=depuis, envoye_le__lte=le)
    return lettres.exclude(visite__etat__in=[*EN_COURS, *FAITES]).select_related("visite__developpeur__institution")


def _raison(mois, *, meme):
    duree = f"il y a moins de {mois} mois" if mois > 1 else "il y a moins d’un mois"
    return f"même objet, {duree}" if meme else duree
