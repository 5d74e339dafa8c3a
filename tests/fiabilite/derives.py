"""Ce qu'un réseau tire de ses données : figés, diffusions, rapports, courriels ; par les gestes et les commandes du produit."""

from contextlib import suppress
from datetime import timedelta

from django.core import mail
from django.core.management import call_command
from django.test import override_settings
from django.utils.timezone import localdate, now

from reseau.enums import EtatReunion, GenrePli
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Institution, Reseau, Reunion
from suivi import convocations, diffusion, operations
from suivi.models import Action, Evaluation, LettreDeSuites
from suivi.operations.urgences import alerter
from tests.factories import PresenceFactory, ReunionFactory
from visites import envois, invitations
from visites.enums import EnCopie
from visites.models import Courrier, Visite

RACINE = "https://reseau.exemple.fr"
# Ce qu'un réseau garni écrit ; le reste tient à un compte, ou à la page publique.
ECRITS = {
    GenrePli.RESUME,
    GenrePli.RESTITUTIONS,
    GenrePli.CONVOCATION,
    GenrePli.DIFFUSION,
    GenrePli.PROPOSITION,
    GenrePli.URGENCE,
    GenrePli.QUESTIONNAIRE,
    GenrePli.RETOUR,
    GenrePli.SUITES,
    GenrePli.AGENDA,
    GenrePli.RAPPORT,
}


def tenir(reunion):
    """La réunion s'est tenue hier, close, en présence de tout le réseau ; la suivante est dans deux jours."""
    hier = {"le": localdate() - timedelta(days=1), "etat": EtatReunion.TENUE, "close_le": now()}
    Reunion.objects.filter(pk=reunion.pk).update(**hier)
    reunion.refresh_from_db()
    for membre in reunion.reseau.membres.all():
        PresenceFactory(reunion=reunion, membre=membre)
    ReunionFactory(reseau=reunion.reseau, le=localdate() + timedelta(days=2))


def figer(reunion, *, par):
    """Le compte rendu de cette réunion tenue, ses tableaux, puis les rapports que l'horloge établit et envoie."""
    Institution.objects.filter(reseau=reunion.reseau).update(chef_courriel="chef-de-service@exemple.fr")
    Reseau.objects.filter(pk=reunion.reseau_id).update(rapport_mois=1, rapport_courriel="prefet@exemple.fr")
    diffusion.diffuser(reunion, par=par)
    operations.figer_a_la_reunion(reunion, par=par)
    call_command("rapports", verbosity=0)


def ecrire(reseau, *, par):
    """Tout ce qu'il peut écrire, à ses membres et aux entreprises, puis les commandes de chaque jour ; rend les courriels."""
    for reunion in Reunion.objects.filter(reseau=reseau).select_related("reseau"):
        _ecrire_d_une_reunion(reunion, par)
    operations.prevenir(Action.objects.filter(reseau=reseau), par=par, racine=RACINE)
    for visite in Visite.objects.filter(reseau=reseau).select_related("reseau", "entreprise", "developpeur", "accompagnant"):
        _ecrire_d_une_visite(visite, par)
    for suites in LettreDeSuites.objects.filter(visite__reseau=reseau):
        operations.inscrire_l_envoi(suites, par=par, maintenant=now())
    for lettre in Courrier.objects.filter(reseau=reseau).signes():
        mots = {"objet": "Une visite", "corps": "Bonjour.", "par": par, "maintenant": now()}
        with suppress(RegleEnfreinte):  # déjà partie, ou à l'abri
            cle = envois.inscrire(lettre, courriel="dirigeante@exemple.fr", en_copie=EnCopie.values, **mots)
            envois.inscrire_les_plis([cle], maintenant=now())
    with override_settings(ADRESSE_DU_SERVICE=RACINE):
        for commande in ("reveiller", "relancer", "expedier"):
            call_command(commande, verbosity=0)
    return mail.outbox


def _ecrire_d_une_reunion(reunion, par):
    if reunion.diffusee_le:
        diffusion.annoncer(reunion, racine=RACINE, par=par)
    elif reunion.ouverte:
        convocations.inscrire(reunion, par=par, racine=RACINE, maintenant=now())


def _ecrire_d_une_visite(visite, par):
    """L'invitation au rendez-vous ; ou l'urgence, le questionnaire, et le retour à qui l'a déjà reçu."""
    if visite.rendez_vous_le and not visite.faite:
        adresses = [qui.courriel for qui in invitations.tour(visite, maintenant=now()).destinataires]
        with suppress(RegleEnfreinte):  # personne à prévenir
            invitations.inscrire(visite, adresses, par=par, maintenant=now())
    if not visite.faite:
        return
    alerter(visite, par=par, racine=RACINE)
    if repondue := Evaluation.objects.filter(visite=visite).exclude(repondue_le=None).first():
        operations.prevenir_ceux_qui_ont_aide(repondue, racine=RACINE)
    else:
        ouverte = operations.proposer_l_evaluation(visite, "dirigeante@exemple.fr", par=par, instant=now())
        operations.envoyer_le_questionnaire(*ouverte, par=par, racine=RACINE)
