"""Inviter au rendez-vous par courriel, prévenir d'un report, retirer de l'agenda : à qui, et avec quelle trace.

Avec le geste, chaque envoi s'inscrit et son courriel entre dans la boîte d'envoi (`reseau.expedition`) ; ensuite ils partent,
et l'on date ceux qui sont partis. Un serveur muet ne défait rien : ce qui attend repart de lui-même, s'il dit encore vrai.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from django.db import transaction
from django.utils.timezone import localdate

from entreprises.models import Deport
from reseau import expedition
from reseau.enums import Geste
from reseau.lib.courriels import MUET
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Membre, Pli
from reseau.operations import noter
from visites.agenda import details, details_dits, sequence
from visites.courriels import inscrire_le_pli, texte
from visites.enums import EtatVisite, MethodeInvitation, RoleInvite
from visites.models import Invitation, Visite

NON_DIFFUSIBLE = (
    "Entreprise non diffusible au répertoire SIRENE : aucune invitation ne lui est envoyée. "
    "Si elle la demande, remettez-lui le fichier .ics."
)
A_L_ABRI = "L’entreprise a demandé à ne plus être sollicitée : aucune invitation ne lui est envoyée."
SANS_COURRIEL = "Aucun courriel n’est connu pour l’entreprise : notez-en un sur sa fiche, ou remettez-lui le fichier .ics."
SANS_VISITEUR = "La visite n’a plus de développeur qui puisse la faire : confiez-la à un autre."
REMPLACEE = "Un autre envoi l’a remplacée."
DEPASSEE = "Le rendez-vous, ou qui y va, a changé avant qu’elle ne parte."
PASSE = "Le rendez-vous est passé : il n’y a plus personne à inviter."


class Suite(Enum):
    """Ce que l'envoi fera dans l'agenda de la personne."""

    INVITER = "à inviter"
    PREVENIR = "à prévenir du changement"
    RENVOYER = "déjà au courant"
    RETIRER = "à prévenir de l’annulation"


@dataclass(frozen=True)
class Destinataire:
    """Une adresse, au titre de quoi, et ce qu'on lui enverrait ; `coche` : proposé d'office."""

    courriel: str
    nom: str
    role: str
    suite: Suite
    coche: bool
    membre: Membre | None = None

    @property
    def methode(self):
        return MethodeInvitation.ANNULATION if self.suite is Suite.RETIRER else MethodeInvitation.DEMANDE

    @property
    def role_dit(self):
        return RoleInvite(self.role).label


@dataclass(frozen=True)
class Tour:
    """Qui inviter, prévenir ou retirer aujourd'hui, et ce qui empêche d'écrire à quelqu'un, en phrases."""

    destinataires: list[Destinataire] = field(default_factory=list)
    remarques: list[str] = field(default_factory=list)

    @property
    def pressant(self):
        """Quelqu'un attend une invitation, ou croit encore à un rendez-vous qui a changé."""
        return any(destinataire.coche for destinataire in self.destinataires)

    @property
    def a_detromper(self):
        """Ceux qui ont été invités et que rien n'a prévenus depuis."""
        return [d for d in self.destinataires if d.suite in (Suite.PREVENIR, Suite.RETIRER)]


@dataclass(frozen=True)
class Suivi:
    """Où en sont les agendas : les derniers envois partis, ceux qui ont échoué depuis, et le `Tour` qui reste à faire."""

    parties: list[Invitation]
    echouees: list[Invitation]
    tour: Tour

    @property
    def libelle(self):
        """Ce que dit le bouton, selon ce qui presse."""
        if not self.tour.destinataires:
            return ""
        if self.tour.a_detromper:
            return "Prévenir du changement"
        return "Envoyer l’invitation" if self.tour.pressant else "Renvoyer l’invitation"


def suivi(visite, *, maintenant):
    """Le `Suivi` de cette visite ; None si elle n'a ni rendez-vous ni trace d'invitation."""
    lignes = {ligne.courriel.lower(): ligne for ligne in visite.invitations.select_related("pli")}
    if not lignes and visite.rendez_vous_le is None:
        return None
    parties = sorted(dernieres(visite).values(), key=lambda partie: partie.envoyee_le)
    return Suivi(parties, [ligne for ligne in lignes.values() if ligne.echec], tour(visite, maintenant=maintenant))


def dernieres(visite):
    """{courriel en minuscules: la dernière `Invitation` partie à cette adresse}."""
    return {partie.courriel.lower(): partie for partie in visite.invitations.parties().select_related("membre", "demandee_par")}


def invites(visite, *, maintenant):
    """Les `Invitation` qui tiennent encore, pour un rendez-vous qui n'est pas passé."""
    return [partie for partie in dernieres(visite).values() if partie.tient and partie.fin_le > maintenant]


def tour(visite, *, maintenant):
    """Le `Tour` de cette visite à cet instant ; ses membres et son entreprise sont à joindre (`avec_noms`)."""
    if visite.faite and visite.rendez_vous_tenu:
        return Tour()
    connues = dernieres(visite)
    prevus, remarques = [], []
    if visite.rendez_vous_le and visite.etat == EtatVisite.RENDEZ_VOUS_PRIS:
        if visite.rendez_vous_fin > maintenant:
            prevus, remarques = _prevus(visite, connues, localdate(maintenant))
        else:
            remarques = [PASSE]
    a_inviter = [_a_inviter(visite, prevu, connues.get(prevu.courriel.lower())) for prevu in prevus]
    attendus = {prevu.courriel.lower() for prevu in prevus}
    retires = [
        Destinataire(partie.courriel, partie.nom, partie.role, Suite.RETIRER, True, partie.membre)
        for courriel, partie in connues.items()
        if partie.tient and partie.fin_le > maintenant and courriel not in attendus
    ]
    return Tour(a_inviter + retires, remarques)


@transaction.atomic
def inscrire(visite, courriels: Iterable[str], *, par, maintenant):
    """Inscrit un envoi par adresse choisie parmi celles du `Tour` ; rend leurs clés, pour `envoyer`.

    La visite se verrouille : on n'invite pas à une date que quelqu'un reporte au même instant. Ce qui attendait encore de
    partir à ces adresses ne partira plus.
    """
    visites = Visite.objects.select_for_update(of=("self",))
    visite = _avec_tout(visites).get(pk=visite.pk)
    choisis = {courriel.lower() for courriel in courriels}
    retenus = [d for d in tour(visite, maintenant=maintenant).destinataires if d.courriel.lower() in choisis]
    if not retenus:
        raise RegleEnfreinte("Cochez au moins une personne à prévenir.")
    _retirer([ligne for ligne in visite.invitations.en_attente() if ligne.courriel.lower() in choisis], REMPLACEE, maintenant)
    connues = dernieres(visite)
    lignes = [_ligne(visite, retenu, connues.get(retenu.courriel.lower()), par) for retenu in retenus]
    Invitation.objects.bulk_create(lignes)
    for ligne in lignes:
        ligne.pli = inscrire_le_pli(visite, ligne, connues.get(ligne.courriel.lower()), maintenant=maintenant)
    Invitation.objects.bulk_update(lignes, ["pli"])
    noter(par, Geste.AJOUT, "invitations d’agenda", nombre=len(lignes), precision=f"visite {visite.pk}")
    return [ligne.pk for ligne in lignes]


def envoyer(cles, *, maintenant):
    """Fait partir ces envois, hors de toute transaction ; rend les `Invitation`, datées ou portant leur échec."""
    expedition.expedier(list(Invitation.objects.filter(pk__in=cles).values_list("pli", flat=True)), maintenant=maintenant)
    constater()
    return list(Invitation.objects.filter(pk__in=cles).select_related("pli"))


@transaction.atomic
def constater():
    """Reporte sur les invitations ce que leurs courriels sont devenus."""
    lignes = list(Invitation.objects.a_constater().select_related("pli"))
    for ligne in lignes:
        ligne.echec, ligne.envoyee_le = ligne.pli.echec, ligne.pli.parti_le
    Invitation.objects.bulk_update(lignes, ["echec", "envoyee_le"])


def retirer_les_depassees(maintenant):
    """Ce qui attendait et ne dit plus vrai ne part pas : rendez-vous déplacé ou tombé, déport, départ, entreprise à l'abri."""
    attendent = Invitation.objects.en_attente().select_related("pli")
    visites = _avec_tout(Visite.objects).in_bulk({ligne.visite_id for ligne in attendent})
    tours = {cle: tour(visite, maintenant=maintenant) for cle, visite in visites.items()}
    depassees = [ligne for ligne in attendent if not _vaut_encore(ligne, visites[ligne.visite_id], tours[ligne.visite_id])]
    _retirer(depassees, DEPASSEE, maintenant)


def _vaut_encore(ligne, visite, prevu):
    voulues = {d.courriel.lower(): d.methode for d in prevu.destinataires}
    if voulues.get(ligne.courriel.lower()) != ligne.methode:
        return False
    return not ligne.tient or details_dits(ligne) == details(visite)


def _retirer(lignes, raison, maintenant):
    expedition.retirer(Pli.objects.filter(pk__in=[ligne.pli_id for ligne in lignes]), raison=raison, maintenant=maintenant)
    constater()


def bilan(lignes):
    """(vrai si tout est parti, la phrase qui le dit)."""
    parties = [ligne.nom for ligne in lignes if ligne.envoyee_le]
    restees = [ligne for ligne in lignes if not ligne.envoyee_le]
    dit = f"Courriel d’agenda parti à {_enumerer(parties)}." if parties else ""
    if not restees:
        return True, dit
    raison = MUET if any(ligne.echec == MUET for ligne in restees) else restees[0].echec
    reste = f"Rien n’est parti à {_enumerer([ligne.nom for ligne in restees])} : {raison[0].lower()}{raison[1:]}"
    suite = expedition.REPARTIRA if all(ligne.pli.en_attente for ligne in restees) else "Corrigez l’adresse, puis renvoyez."
    return False, f"{dit} {reste} {suite}".strip()


def apercus(visite, destinataires):
    """[(noms, objet, corps)] : chaque courriel différent parmi ceux à envoyer, et à qui il s'adresse."""
    textes, connues = {}, dernieres(visite)
    for destinataire in destinataires:
        derniere = connues.get(destinataire.courriel.lower())
        ecrit = texte(visite, _ligne(visite, destinataire, derniere, None), derniere)
        textes.setdefault(ecrit, []).append(destinataire.nom)
    return [(_enumerer(noms), objet, corps) for (objet, corps), noms in textes.items()]


def _avec_tout(visites):
    """Avec l'entreprise, l'équipe et leurs adresses."""
    return visites.select_related("reseau", "entreprise", "developpeur__utilisateur", "accompagnant__utilisateur")


def _prevus(visite, connues, le):
    """Les personnes attendues au rendez-vous, et ce qui empêche d'écrire à d'autres."""
    equipe, entreprise = _equipe(visite, le), _de_l_entreprise(visite)
    obstacle = _obstacle(visite, equipe, le)
    if obstacle:
        # Qui a déjà reçu l'invitation doit encore apprendre qu'elle change.
        entreprise = [prevu for prevu in entreprise if prevu.courriel.lower() in connues]
    elif not entreprise:
        obstacle = SANS_COURRIEL
    prevus = {}
    for prevu in [*entreprise, *equipe]:
        prevus.setdefault(prevu.courriel.lower(), prevu)
    return list(prevus.values()), [obstacle] if obstacle else []


def _obstacle(visite, equipe, le):
    """Ce qui interdit d'inviter l'entreprise, en une phrase ; vide si rien."""
    if RoleInvite.DEVELOPPEUR not in [prevu.role for prevu in equipe]:
        return SANS_VISITEUR
    if not visite.entreprise.diffusible:
        return NON_DIFFUSIBLE
    return "" if visite.entreprise.sollicitable(le) else A_L_ABRI


def _de_l_entreprise(visite):
    """Ses contacts qui ont un courriel, le dirigeant d'abord, puis le courriel de l'entreprise ; le premier est coché."""
    entreprise = visite.entreprise
    adresses = [(contact.courriel, str(contact)) for contact in entreprise.contacts.all() if contact.courriel]
    if entreprise.courriel:
        adresses.append((entreprise.courriel, str(entreprise)))
    return [
        Destinataire(courriel, nom, RoleInvite.ENTREPRISE, Suite.INVITER, rang == 0)
        for rang, (courriel, nom) in enumerate(adresses)
    ]


def _equipe(visite, le):
    """Titulaire et accompagnant, sauf qui a quitté le réseau ou se déporte."""
    deportes = set(Deport.objects.filter(entreprise=visite.entreprise).values_list("membre", flat=True))
    roles = ((RoleInvite.DEVELOPPEUR, visite.developpeur), (RoleInvite.ACCOMPAGNANT, visite.accompagnant))
    presents = [(role, m) for role, m in roles if m and m.pk not in deportes and not m.est_parti(le)]
    return [Destinataire(m.utilisateur.email, str(m), role, Suite.INVITER, True, m) for role, m in presents]


def _a_inviter(visite, prevu, derniere):
    """Le même destinataire, selon ce que son agenda sait déjà."""
    if derniere is None or not derniere.tient:
        return prevu
    sait = details_dits(derniere) == details(visite)
    suite = Suite.RENVOYER if sait else Suite.PREVENIR
    return Destinataire(prevu.courriel, prevu.nom, prevu.role, suite, not sait, prevu.membre)


def _ligne(visite, destinataire, derniere, par):
    """L'`Invitation` à inscrire. Sa SEQUENCE dépasse celle que l'adresse a déjà reçue, sauf à dire la même chose."""
    retire = destinataire.suite is Suite.RETIRER
    # Retirer redit ce que l'agenda de la personne sait, et non ce que le rendez-vous est devenu.
    precisions = details_dits(derniere) if retire else details(visite)
    rang = sequence(visite)
    if derniere:
        rang = max(rang, derniere.sequence + (destinataire.suite is not Suite.RENVOYER))
    return Invitation(
        visite=visite,
        methode=destinataire.methode,
        sequence=rang,
        role=destinataire.role,
        membre=destinataire.membre,
        nom=destinataire.nom,
        courriel=destinataire.courriel,
        debut_le=precisions.debut_le,
        fin_le=precisions.fin_le,
        lieu=precisions.lieu,
        visiteurs=precisions.visiteurs,
        demandee_par=par,
    )


def _enumerer(noms):
    *debut, dernier = noms
    return f"{', '.join(debut)} et {dernier}" if debut else dernier
