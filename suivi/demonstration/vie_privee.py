"""Une personne qui demande ce qu'on garde d'elle, et que deux textes citent ; une entreprise perdue de vue, à anonymiser."""

from datetime import timedelta

from entreprises.enums import Canal, ObjetDeContact
from entreprises.models import Contact, Entreprise, Sollicitation
from reseau.enums import Civilite
from suivi.demonstration.calendrier import instant
from suivi.demonstration.noms import siret_fictif
from suivi.enums import DroitExerce
from suivi.models import DemandeDeDroit
from visites.models import CompteRendu

RANG = 99_000  # de son SIRET, loin de ceux du tissu
ANS = 6
RECUE, REPONDUE = 12, 70  # jours


def poser(chantier):
    """Sans rien changer aux chiffres : aucune visite, aucune action de plus."""
    _perdre_de_vue(chantier)
    contact = _citer(chantier)
    par = chantier.comptes["animateur"]
    qui = {"nom": contact.nom, "prenom": contact.prenom, "courriel": contact.courriel}
    recue = {"reseau": chantier.reseau, "ouverte_par": par}
    DemandeDeDroit.objects.create(**recue, droit=DroitExerce.EFFACEMENT, recue_le=chantier.il_y_a(RECUE), **qui)
    close = {"traitee_le": chantier.il_y_a(REPONDUE - 9), "traitee_par": par}
    DemandeDeDroit.objects.create(**recue, droit=DroitExerce.ACCES, recue_le=chantier.il_y_a(REPONDUE), **close)


def _perdre_de_vue(chantier):
    """Un coup de téléphone il y a six ans, et rien depuis."""
    modele, quand = chantier.entreprises[-1], chantier.le - timedelta(days=ANS * 365 + 2)
    fiche = Entreprise.objects.create(
        reseau=chantier.reseau,
        siret=siret_fictif(RANG),
        raison_sociale=f"Tissages anciens, {chantier.reseau.territoire}",
        commune=modele.commune,
        code_postal=modele.code_postal,
        ville=modele.ville,
        naf=modele.naf,
        effectif=14,
        telephone="03 53 01 19 96",
    )
    Entreprise.objects.filter(pk=fiche.pk).update(cree_le=instant(quand - timedelta(days=30)))
    Contact.objects.create(entreprise=fiche, civilite=Civilite.MADAME, prenom="Colombe", nom="Fictive-Perrin", dirigeant=True)
    appel = {"institution": chantier.comptes["animateur"].institution, "le": quand, "canal": Canal.TELEPHONE}
    notee = Sollicitation.objects.create(reseau=chantier.reseau, entreprise=fiche, objet=ObjetDeContact.FORMATION, **appel)
    Sollicitation.objects.filter(pk=notee.pk).update(saisie_le=instant(notee.le, 17))


def _citer(chantier):
    """La personne vue lors d'une visite, et nommée par le compte rendu qui en est fait ; rend son contact."""
    animes = [chantier.comptes[role] for role in ("animateur", "adjoint")]
    rendus = CompteRendu.objects.filter(visite__reseau=chantier.reseau, vu__isnull=False).termines()
    rendus = rendus.exclude(vu__courriel="").select_related("vu", "visite__entreprise").order_by("-pk")
    rendu = next(r for r in rendus if all(chantier.peut(membre, r.visite.entreprise) for membre in animes))
    texte = f"{rendu.entendu}\n{rendu.vu} demande que tout passe par son adjoint. L’atelier, lui, reste ouvert."
    CompteRendu.objects.filter(pk=rendu.pk).update(entendu=texte.strip())
    return rendu.vu
