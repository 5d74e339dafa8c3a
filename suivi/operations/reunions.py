"""Les gestes de la réunion qui touchent aux visites : retenir une entreprise, y renoncer, tenir le relevé."""

from django.db import transaction

from entreprises.models import Cible
from reseau.lib.erreurs import exiger
from reseau.models import Membre, Presence, Reunion
from reseau.operations import ajouter, convoquer, enregistrer, pointer
from suivi.models import Proposition
from suivi.operations.actions import clore, designer, proposer, redater
from suivi.operations.avis import prevenir
from suivi.operations.ordre_du_jour import proposer_un_point
from suivi.operations.projets import designer_interlocuteur
from visites.enums import EtatVisite, OrigineVisite
from visites.models import Visite
from visites.operations import affecter, annuler, choisir, rendre, reprendre_restitution, restituer

RETIREE = "Retirée en séance."
SEANCE_CLOSE = "Cette réunion est close : elle ne décide plus."


@transaction.atomic
def retenir(entreprise, *, reunion, par, le, developpeur=None, derogation="", **motifs):
    """Choisit l'entreprise en séance et, si l'on nomme un développeur, la lui confie.

    Reprend la visite « à programmer » qui l'attendait. Lève `RegleEnfreinte` si une règle s'y oppose. `motifs` : pourquoi
    visiter malgré un contact récent ou une concurrente (voir `visites.operations.affecter`).
    """
    exiger(reunion.ouverte, SEANCE_CLOSE)
    malgre = motifs.get("malgre_contact", "")
    visite = Visite.objects.a_programmer().filter(entreprise=entreprise).first()
    if visite is None:
        choix = {"par": par, "le": le, "derogation": derogation, "malgre_contact": malgre}
        visite = choisir(entreprise, reunion=reunion, origine=_origine(entreprise, reunion, le), **choix)
    else:
        visite.choisie_en = visite.choisie_en or reunion
        visite.derogation = derogation or visite.derogation
        enregistrer(visite, par=par)
    Proposition.objects.en_attente().filter(entreprise=entreprise).update(decidee_en=reunion)
    return affecter(visite, developpeur, par=par, le=le, **motifs) if developpeur else visite


def _origine(entreprise, reunion, le):
    """La cible en vigueur si l'entreprise y est retenue ; sinon, quelqu'un l'a signalée."""
    cible = Cible.objects.en_vigueur(reunion.reseau, le)
    retenue = cible and cible.lignes.retenues().filter(entreprise=entreprise).exists()
    return OrigineVisite.CIBLE if retenue else OrigineVisite.SIGNALEMENT


@transaction.atomic
def restituer_en_seance(visite, *, reunion, par, racine, **decisions):
    """La visite est restituée, et ce que la séance en décide avec elle (voir `decider`)."""
    exiger(reunion.ouverte, SEANCE_CLOSE)
    decider(reunion, **decisions, par=par, racine=racine)
    return restituer(visite, reunion=reunion, par=par)


def defaire_la_restitution(visite, *, reunion, par):
    """Défait une coche, tant que la séance qui l'a posée est ouverte."""
    exiger(reunion.ouverte, SEANCE_CLOSE)
    exiger(visite.restituee_en_id == reunion.pk, "Cette visite n’a pas été restituée dans cette séance.")
    return reprendre_restitution(visite, par=par)


@transaction.atomic
def renoncer(visite, *, reunion, par, le):
    """Défait un choix de cette séance, tant que la visite n'est pas allée plus loin.

    Née de ce choix, la visite est annulée ; si elle attendait déjà, elle attend de nouveau.
    """
    exiger(reunion.ouverte and visite.choisie_en_id == reunion.pk, "Cette entreprise n’a pas été choisie dans cette séance.")
    exiger(
        visite.etat in (EtatVisite.A_PROGRAMMER, EtatVisite.PROGRAMMEE),
        "Cette visite est déjà annoncée : elle s’annule depuis sa fiche.",
    )
    # Ce que l'on n'a pas retenu après tout reste proposé, avec ses notes.
    reunion.propositions.filter(entreprise=visite.entreprise_id, motif_d_ecart="").update(decidee_en=None)
    if not _attendait(visite, le):
        return annuler(visite, precision=RETIREE, par=par, le=le)
    visite.choisie_en = None
    return rendre(visite, motif=RETIREE, par=par) if visite.confiee else enregistrer(visite, par=par)


def _attendait(visite, le):
    """Une demande, un rappel, une campagne, ou un choix d'un autre jour : la séance l'avait trouvée parmi les visites à faire."""
    choisie_ici = visite.origine in (OrigineVisite.CIBLE, OrigineVisite.SIGNALEMENT) and visite.campagne_id is None
    return not choisie_ici or visite.creee_le < le


def rediger_le_releve(reunion, *, par):
    """Enregistre le relevé de la discussion, pendant ou après la séance ; jamais d'une réunion annulée."""
    exiger(reunion.annulee_le is None, "Cette réunion est annulée.")
    exiger(reunion.diffusee_le is None, "Le compte rendu est diffusé : il ne change plus.")
    return enregistrer(reunion, par=par)


@transaction.atomic
def preparer(reunion, *, expose=None, points=(), par):
    """Convoque la réunion, ou enregistre ses changements ; `expose` (pas encore enregistré) remplace celui prévu.

    `points` : les titres à inscrire. Une réunion déplacée invite aussi qui est entré dans le réseau d'ici là, et redemande
    à chacun sa réponse.
    """
    if reunion.pk is None:
        convoquer(reunion, par=par)
    else:
        exiger(reunion.ouverte, "Cette réunion est close : elle ne se modifie plus.")
        avant = Reunion.objects.get(pk=reunion.pk)
        enregistrer(reunion, par=par)
        _inviter_les_nouveaux(reunion)
        if (avant.le, avant.heure) != (reunion.le, reunion.heure):
            reunion.presences.update(reponse="", remplacant="", repondu_le=None)
    _poser_l_expose(reunion, expose)
    for titre in points:
        proposer_un_point(reunion, titre, par=par)
    return reunion


def _inviter_les_nouveaux(reunion):
    membres = Membre.objects.filter(reseau=reunion.reseau).actifs(reunion.le).exclude(presences__reunion=reunion)
    Presence.objects.bulk_create(Presence(reunion=reunion, membre=membre) for membre in membres)


def _poser_l_expose(reunion, expose):
    prevu = reunion.exposes.first()
    if expose is None:
        reunion.exposes.filter(pk=prevu and prevu.pk).delete()
        return
    expose.pk, expose.reunion = prevu and prevu.pk, reunion
    expose.save()


@transaction.atomic
def pointer_les_presences(reunion, etats, *, par):
    """Pointe plusieurs présences d'un coup. `etats` : {Membre: état} ; ne touche pas aux autres."""
    for membre, etat in etats.items():
        pointer(reunion, membre, etat, par=par)


@transaction.atomic
def exposer(expose, *, reunion, par):
    """Ajoute un exposé à la réunion ouverte."""
    exiger(reunion.ouverte, "Cette réunion est close : elle ne se modifie plus.")
    expose.reunion = reunion
    return ajouter(expose, par=par)


@transaction.atomic
def decider(reunion, *, interlocuteurs=(), responsables=(), echeances=(), par, racine, malgre_concurrence=""):
    """Les décisions d'un sujet : [(Projet, Membre)] confirmés interlocuteurs, [(Action, Membre)] désignés responsables,
    [(Action, date)] à finir pour une autre date.

    Un absent apprend par courriel ce qu'on lui confie ; `racine` : l'adresse du site, vide pour n'écrire à personne.
    `malgre_concurrence` : pourquoi l'un d'eux, qui suit une concurrente ; commun au sujet.
    """
    exiger(reunion.ouverte, SEANCE_CLOSE)
    for projet, membre in interlocuteurs:
        designer_interlocuteur(projet, membre, reunion=reunion, par=par, malgre_concurrence=malgre_concurrence)
    for action, membre in responsables:
        designer(action, membre, reunion=reunion, par=par, malgre_concurrence=malgre_concurrence)
    for action, fin_prevue in echeances:
        redater(action, fin_prevue, reunion=reunion, par=par)
    prevenir([action for action, _ in responsables], par=par, racine=racine)


@transaction.atomic
def agir_en_seance(action, *, projet, responsable, reunion, par, racine, malgre_concurrence=""):
    """Une action née de la discussion : proposée, et confiée aussitôt si l'on sait à qui ; absent, il l'apprend par courriel."""
    exiger(reunion.ouverte, SEANCE_CLOSE)
    proposer(action, projet=projet, par=par, reunion=reunion)
    if responsable:
        designer(action, responsable, reunion=reunion, par=par, malgre_concurrence=malgre_concurrence)
    prevenir([action], par=par, racine=racine)
    return action


@transaction.atomic
def clore_en_seance(action, *, issue, texte, reunion, par):
    """La séance constate qu'une action est finie."""
    exiger(reunion.ouverte, SEANCE_CLOSE)
    return clore(action, issue=issue, texte=texte, reunion=reunion, par=par)
