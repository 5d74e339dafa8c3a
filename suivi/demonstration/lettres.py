"""Les lettres : un lot signé et envoyé, un lot récent, celles à la signature. Les vraies opérations numérotent et figent."""

from django.db.models import F

from suivi.demonstration import plans
from suivi.demonstration.calendrier import instant, ouvre_avant
from visites.composition import avec_dirigeant
from visites.courriers import signer
from visites.enums import EtatCourrier
from visites.envois import adresse_proposee, texte_propose
from visites.models import Courrier, EnvoiDeLettre, ModeleDeCourrier, PdfFige
from visites.papier_des_lettres import figer

UNE_PAR_COURRIEL = 4  # une lettre sur quatre ; les autres par la poste
# Jours avant aujourd'hui : préparée, mise à la signature, signée.
LOT_ANCIEN, LOT_RECENT = (34, 32, 30), (13, 11, 8)
CORPS_DEJA_VISITEE = (
    "Vous avez reçu il y a quelque temps un membre du réseau « {reseau} ». Deux ans ont passé : vos projets ont avancé, "
    "d’autres sont sans doute nés.\n\n"
    "{developpeur} ({institution}) vous appellera dans les prochains jours pour convenir d’une heure qui vous arrange. "
    "L’échange ne vous engage à rien.\n\n"
    "Je vous remercie par avance de votre accueil."
)
REJET = "Le nom du dirigeant a changé : à vérifier avant signature."


def poser(chantier):
    """Crée les brouillons, signe les deux lots, compose et fige leurs PDF, date leur envoi."""
    annoncees = [visite for visite in chantier.visites if visite.annoncee_le]
    programmees = [visite for visite in chantier.visites if visite.situation and not visite.annoncee_le]
    recentes = [visite for visite in annoncees if visite.situation == plans.ANNONCEE]
    signees = [visite for visite in programmees if visite.situation == plans.LETTRE_SIGNEE]
    anciennes = [visite for visite in annoncees if visite not in recentes]
    for lot, jours in ((anciennes, LOT_ANCIEN), ([*recentes, *signees], LOT_RECENT)):
        _signer(chantier, lot, *(ouvre_avant(chantier.il_y_a(jour)) for jour in jours))
    _envoyer(annoncees)
    _modeles(chantier)
    _en_attente(chantier, programmees)
    _figer(chantier)


def _signer(chantier, visites, prepare, soumis, signe):
    Courrier.objects.bulk_create(
        Courrier(
            reseau=chantier.reseau,
            visite=visite,
            etat=EtatCourrier.A_SIGNER,
            prepare_le=max(prepare, visite.programmee_le),
            soumis_le=max(soumis, visite.programmee_le),
        )
        for visite in visites
    )
    signer(Courrier.objects.filter(reseau=chantier.reseau), par=chantier.comptes["prefecture"], le=signe)


def _envoyer(visites):
    """Une lettre partie l'est le jour où la visite est annoncée."""
    courriers = list(avec_dirigeant(Courrier.objects.filter(visite__in=visites)).order_by("annee", "numero"))
    for rang, courrier in enumerate(courriers):
        courrier.etat, courrier.envoye_le = EtatCourrier.ENVOYEE, courrier.visite.annoncee_le
        courrier.courriel = "" if rang % UNE_PAR_COURRIEL else adresse_proposee(courrier)
    Courrier.objects.bulk_update(courriers, ["etat", "envoye_le", "courriel"])
    envois = EnvoiDeLettre.objects.bulk_create(_envoi(courrier) for courrier in courriers if courrier.courriel)
    EnvoiDeLettre.objects.filter(pk__in=[envoi.pk for envoi in envois]).update(demande_le=F("envoye_le"))


def _envoi(courrier):
    objet, corps = texte_propose(courrier)
    parti = instant(courrier.envoye_le, 10)
    return EnvoiDeLettre(
        courrier=courrier,
        courriel=courrier.courriel,
        objet=objet,
        corps=corps,
        demande_par_id=courrier.signe_par_id,
        pris_le=parti,
        envoye_le=parti,
    )


def _modeles(chantier):
    """Un second texte, au choix lettre par lettre : pour qui le réseau connaît déjà."""
    ModeleDeCourrier.objects.create(
        reseau=chantier.reseau,
        nom="Entreprise déjà visitée",
        objet="Une nouvelle visite du réseau de développeurs",
        corps=CORPS_DEJA_VISITEE,
        politesse="Veuillez croire, {appel}, à l’assurance de ma considération distinguée.",
    )


def _en_attente(chantier, visites):
    hier = ouvre_avant(chantier.il_y_a(1))
    for visite in visites:
        jour = max(hier, visite.programmee_le)
        courrier = Courrier(reseau=chantier.reseau, visite=visite, prepare_le=jour)
        if visite.situation == plans.LETTRE_A_SIGNER:
            courrier.etat, courrier.soumis_le = EtatCourrier.A_SIGNER, jour
        elif visite.situation == plans.LETTRE_REJETEE:
            courrier.rejet = REJET
        elif visite.situation != plans.LETTRE_EN_BROUILLON:
            continue
        courrier.save()


def _figer(chantier):
    """Compose les PDF, datés du jour de leur signature."""
    courriers = Courrier.objects.filter(reseau=chantier.reseau)
    figer(courriers)
    for jour in set(courriers.signes().values_list("signe_le", flat=True)):
        PdfFige.objects.filter(courrier__in=courriers.filter(signe_le=jour)).update(le=instant(jour, 11))
