"""La prochaine réunion que l'on prépare : convoquée, des points demandés, des entreprises proposées ; et de quoi se former."""

from datetime import timedelta

from entreprises.models import Entreprise
from reseau import expedition
from reseau.enums import EtatPli, EtatReunion, GenreDeFormation, GenrePli
from reseau.lib.courriels import REFUSE
from reseau.models import Binome, Convocation, Formation, Participation, Presence
from suivi.demonstration.calendrier import instant, ouvre_apres, ouvre_avant
from suivi.enums import GenreDePoint
from suivi.models import Note, Point, Proposition
from visites.models import Visite

POINTS = ("Calendrier du prochain semestre", "Suites données aux chefs d’entreprise : qui les relit ?")
RETIRE = ("Achat d’un présentoir pour le salon", "Reporté à la réunion de rentrée, où le budget sera connu.")
PROPOSEES = 4
NOTES = (
    "Elle cherche à recruter deux régleurs.",
    "Vue au salon : un projet de bâtiment, encore flou.",
    "Un contact récent de notre service, sur l’énergie : ne pas y revenir.",
    "Le dirigeant prépare sa transmission, sans presse.",
)
FORMATIONS = (
    (
        "Parler à un chef d’entreprise",
        GenreDeFormation.FORMATION,
        -120,
        "Cabinet Exemple, consultant",
        "Jeux de rôle, puis retour d’expérience.",
    ),
    ("Une journée au service développement", GenreDeFormation.IMMERSION, -40, "CCI", "Deux rendez-vous accompagnés."),
    ("Lire un bilan en dix minutes", GenreDeFormation.FORMATION, 25, "Banque de France", "Trois bilans réels, rendus anonymes."),
)


def poser(chantier):
    """Garnit la première réunion prévue, puis le programme de formation et deux binômes."""
    prochaine = next(reunion for reunion in chantier.reunions if reunion.etat == EtatReunion.PREVUE)
    _convoquer(chantier, prochaine)
    _points(chantier, prochaine)
    _propositions(chantier)
    _formations(chantier)
    anciens, nouveaux = _actifs(chantier)[:2], sorted(_actifs(chantier), key=lambda membre: membre.entre_le)[-2:]
    paires = [(ancien, junior) for ancien, junior in zip(anciens, nouveaux, strict=True) if ancien != junior]
    Binome.objects.bulk_create(
        Binome(ancien=ancien, junior=junior, debut_le=max(junior.entre_le, chantier.il_y_a(60))) for ancien, junior in paires
    )


def _actifs(chantier):
    return [membre for membre in chantier.directs if chantier.actif(membre, chantier.le)]


def _convoquer(chantier, reunion):
    """Tous l'ont reçue, sauf le dernier inscrit, dont l'adresse a été refusée."""
    quand = instant(ouvre_avant(chantier.il_y_a(4)), 10)
    presences = list(Presence.objects.filter(reunion=reunion).select_related("membre__utilisateur").order_by("pk"))
    lignes = [
        Convocation(
            reunion=reunion,
            membre=presence.membre,
            sequence=0,
            le=reunion.le,
            heure=reunion.heure,
            lieu=reunion.lieu,
            demandee_le=quand,
        )
        for presence in presences
    ]
    refusee = {"etat": EtatPli.ABANDONNE, "essais": 1, "essaye_le": quand, "echec": REFUSE, "inscrit_le": quand}
    adresse = lignes[-1].membre.utilisateur.email
    lignes[-1].pli = expedition.inscrire(
        GenrePli.CONVOCATION,
        destinataire=adresse,
        objet="Réunion du réseau",
        corps="",
        reseau=chantier.reseau,
        membre=lignes[-1].membre,
        page=reunion.get_absolute_url(),
        **refusee,
    )
    Convocation.objects.bulk_create(lignes)
    Presence.objects.filter(reunion=reunion).exclude(reponse="").update(repondu_le=quand + timedelta(hours=3))


def _points(chantier, reunion):
    demandeurs = _actifs(chantier)
    for titre, demandeur in zip(POINTS, demandeurs, strict=False):
        Point.objects.create(reunion=reunion, genre=GenreDePoint.LIBRE, titre=titre, demande_par=demandeur)
    titre, motif = RETIRE
    retrait = {
        "retire_par": chantier.comptes["animateur"],
        "retire_le": instant(chantier.il_y_a(2), 9),
        "motif_de_retrait": motif,
    }
    Point.objects.create(reunion=reunion, genre=GenreDePoint.LIBRE, titre=titre, demande_par=demandeurs[-1], **retrait)


def _propositions(chantier):
    """Des entreprises que personne n'a encore visitées, chacune avec les notes de deux membres."""
    connues = Visite.objects.filter(reseau=chantier.reseau).values("entreprise")
    libres = Entreprise.objects.filter(reseau=chantier.reseau, fusionnee_dans=None, etat="actif", diffusible=True)
    libres = list(libres.exclude(pk__in=connues).filter(ne_plus_solliciter_jusqu_au=None).order_by("pk")[:PROPOSEES])
    membres = _actifs(chantier)
    for rang, entreprise in enumerate(libres):
        proposeur, autre = membres[rang % len(membres)], membres[(rang + 3) % len(membres)]
        proposition = Proposition.objects.create(
            entreprise=entreprise, proposee_par=proposeur, proposee_le=ouvre_avant(chantier.il_y_a(3 + rang))
        )
        auteurs = [membre for membre in (proposeur, autre) if chantier.peut(membre, entreprise)]
        for place, membre in enumerate(auteurs):
            Note.objects.create(proposition=proposition, membre=membre, texte=NOTES[(rang + place) % len(NOTES)])
        Note.objects.filter(proposition=proposition).update(le=instant(proposition.proposee_le, 11))


def _formations(chantier):
    inscrits = _actifs(chantier)[:8]
    for titre, genre, jours, intervenant, programme in FORMATIONS:
        jour = ouvre_apres(chantier.le + timedelta(days=jours))
        service = {"organisme": intervenant} if genre == GenreDeFormation.IMMERSION else {"intervenant": intervenant}
        champs = {"genre": genre, "titre": titre, "le": jour, "programme": programme, **service}
        formation = Formation.objects.create(reseau=chantier.reseau, lieu=chantier.reseau.lieu, **champs)
        venus = inscrits[:2] if genre == GenreDeFormation.IMMERSION else inscrits
        Participation.objects.bulk_create(
            Participation(formation=formation, membre=membre, present=jours < 0 and rang % 4 != 3)
            for rang, membre in enumerate(venus)
        )
