"""Les gestes de la vie du réseau : numéros, fiches à plusieurs, membres, réunions."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.timezone import localdate, now

from reseau import expedition
from reseau.enums import EtatPresence, EtatReunion, GenrePli, Geste, Role
from reseau.exemple import imprimer_exemple
from reseau.journal import noter
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Absence, Compteur, LogoDInstitution, Membre, Presence, Reseau, Reunion, Session, Utilisateur
from reseau.supports import imprimer_plaquette

CONFLIT = (
    "Quelqu’un a modifié cette fiche pendant que vous écriviez. Votre texte est conservé ci-dessous : "
    "relisez ce qui est enregistré, puis enregistrez à nouveau si vous le maintenez."
)


def prochains_numeros(reseau, serie, annee, combien=1):
    """`range` de numéros consécutifs, réservés sous verrou ; à appeler dans la transaction qui les emploie."""
    Compteur.objects.get_or_create(reseau=reseau, serie=serie, annee=annee)
    compteur = Compteur.objects.select_for_update().get(reseau=reseau, serie=serie, annee=annee)
    premier = compteur.dernier + 1
    compteur.dernier += combien
    compteur.save(update_fields=["dernier"])
    return range(premier, premier + combien)


@transaction.atomic
def enregistrer(objet, *, par, geste=Geste.MODIFICATION):
    """Enregistre une fiche `Versionne` si personne ne l'a changée depuis sa lecture ; `RegleEnfreinte` sinon."""
    lignes = type(objet)._default_manager.filter(pk=objet.pk, version=objet.version)
    if lignes.update(version=objet.version + 1) != 1:
        raise RegleEnfreinte(CONFLIT)
    objet.version += 1
    objet.save()
    noter(par, geste, objet)
    return objet


@transaction.atomic
def ajouter(objet, *, par):
    """Crée une fiche et le note au journal."""
    objet.save()
    noter(par, Geste.AJOUT, objet)
    return objet


def recrire(fiches, champs):
    """Met à jour ces champs ; quatre fois plus rapide que bulk_update, dont chaque paquet essaie tous ses cas sur chacun."""
    if fiches:
        modele = type(fiches[0])
        modele.objects.bulk_create(fiches, update_conflicts=True, unique_fields=["pk"], update_fields=sorted(champs))


@transaction.atomic
def creer_reseau(reseau, institution, animateur, *, email):
    """Ouvre un réseau, sa première institution et son animateur ; rend l'animateur."""
    reseau.save()
    institution.reseau = animateur.reseau = reseau
    institution.save()
    animateur.utilisateur, animateur.institution = compte(email), institution
    animateur.save()
    for objet in (reseau, institution, animateur):
        noter(animateur, Geste.AJOUT, objet)
    return animateur


def compte(email):
    """Le compte de ce courriel ; `RegleEnfreinte` s'il est fermé.

    Un nouveau compte reçoit un mot de passe que personne ne connaît : sans aucun mot de passe, « mot de passe oublié »
    ne lui écrirait jamais, et une invitation périmée l'enfermerait dehors.
    """
    email = email.strip().lower()
    utilisateur = Utilisateur.objects.filter(email=email).first() or _ouvrir_un_compte(email)
    if not utilisateur.is_active:
        raise RegleEnfreinte("Ce compte a été fermé : l’administrateur technique peut le rouvrir.")
    return utilisateur


def _ouvrir_un_compte(email):
    """Deux réseaux invitent la même personne au même instant : le second trouve le compte qu'ouvre le premier."""
    try:
        with transaction.atomic():
            return Utilisateur.objects.create_user(email, get_random_string(50))
    except IntegrityError:
        return Utilisateur.objects.get(email=email)


@transaction.atomic
def inviter(membre, *, email, par):
    """Rattache au réseau un nouveau membre, à qui ce courriel ouvre (ou retrouve) un compte."""
    _garder_les_animateurs(membre.role, par)
    verrouiller(par.reseau)
    membre.utilisateur, membre.reseau = compte(email), par.reseau
    _garder_une_appartenance(membre)
    return ajouter(membre, par=par)


def envoyer_invitation(membre, *, racine):
    """Écrit au membre où choisir son mot de passe, ou où se connecter s'il a déjà ouvert l'outil ; rend le `Pli`.

    `racine` : adresse du site, « https://reseau.exemple.fr/ ».
    """
    utilisateur, racine = membre.utilisateur, racine.rstrip("/")
    perime_le = now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)  # le lien ne vaudrait plus rien
    cle = [urlsafe_base64_encode(force_bytes(utilisateur.pk)), default_token_generator.make_token(utilisateur)]
    donnees = {
        "invite": membre,
        "reseau": membre.reseau,
        "jours": settings.PASSWORD_RESET_TIMEOUT // 86_400,
        "perime_le": perime_le,
        "choisir": racine + reverse("password_reset_confirm", args=cle),
        "oublie": racine + reverse("password_reset"),
        "entrer": racine + reverse("reseau:choix"),
    }
    adresse = {"membres": [membre], "reseau": membre.reseau, "page": membre.get_absolute_url(), "perime_le": perime_le}
    (pli,) = expedition.ecrire(GenrePli.ACCES, "registration/invitation", donnees, **adresse)
    return pli


@transaction.atomic
def modifier_membre(membre, *, par, le, email=""):
    """Enregistre la fiche d'un membre, ou son départ ; le réseau garde toujours un animateur en fonction.

    `email` corrige le courriel de qui ne s'est jamais connecté : une faute de frappe, pas la reprise d'un compte.
    """
    verrouiller(membre.reseau)
    avant = Membre.objects.select_related("utilisateur").get(pk=membre.pk)
    _garder_les_animateurs(avant.role, par)
    _garder_les_animateurs(membre.role, par)
    if email and email.strip().lower() != avant.utilisateur.email:
        membre.utilisateur = _autre_compte(avant, email)
    _garder_une_appartenance(membre)
    reste = membre.role == Role.ANIMATEUR and membre.parti_le is None and membre.entre_le <= le
    if avant.role == Role.ANIMATEUR and not avant.est_parti(le) and not reste:
        _garder_un_animateur(membre, membre.parti_le or le)
    enregistrer(membre, par=par)
    _fermer_les_sessions_d_un_parti(membre, le)
    if membre.utilisateur != avant.utilisateur and not avant.utilisateur.appartenances.exists():
        avant.utilisateur.delete()
    return membre


def _fermer_les_sessions_d_un_parti(membre, le):
    """Parti de son dernier réseau, plus rien ne s'ouvre à lui : autant qu'il le lise à la page de connexion."""
    if membre.est_parti(le) and not membre.utilisateur.appartenances.restants(le).exists():
        Session.objects.de(membre.utilisateur).delete()


@transaction.atomic
def ajouter_institution(institution, *, par, logo=None):
    """Crée une institution et, s'il y en a un, son logo (octets JPEG)."""
    ajouter(institution, par=par)
    return _poser_le_logo(institution, logo)


def _poser_le_logo(institution, logo):
    """`logo` : None ne change rien, vide le retire, sinon ses octets."""
    if logo:
        LogoDInstitution.objects.update_or_create(institution=institution, defaults={"image": logo})
    elif logo is not None:
        LogoDInstitution.objects.filter(institution=institution).delete()
    return institution


@transaction.atomic
def modifier_institution(institution, *, par, logo=None):
    """Enregistre une institution et son logo ; elle ne quitte le réseau qu'une fois ses membres partis ou rattachés ailleurs."""
    if institution.fermee_le:
        nombre = institution.membres.restants(institution.fermee_le).count()
        if nombre:
            membres = "un membre y est encore rattaché" if nombre == 1 else f"{nombre} membres y sont encore rattachés"
            raise RegleEnfreinte(f"À cette date, {membres} : changez d’abord leur institution, ou datez leur départ.")
    enregistrer(institution, par=par)
    return _poser_le_logo(institution, logo)


@transaction.atomic
def regler_la_lettre(reseau, *, par, le):
    """Enregistre l'en-tête des lettres, si un exemple tient sur une page ; `RegleEnfreinte` sinon."""
    imprimer_exemple(reseau, le=le)
    return enregistrer(reseau, par=par)


@transaction.atomic
def regler_la_presentation(presentation, *, par, le):
    """Enregistre la couleur, les textes et l'ouverture de la page publique, si la plaquette tient ; `RegleEnfreinte` sinon."""
    imprimer_plaquette(presentation, le=le)
    if presentation.pk:
        return enregistrer(presentation, par=par)
    try:
        with transaction.atomic():
            return ajouter(presentation, par=par)
    except IntegrityError as erreur:  # deux animateurs règlent le réseau neuf au même instant
        raise RegleEnfreinte(CONFLIT) from erreur


def _autre_compte(membre, email):
    if not membre.jamais_connecte:
        raise RegleEnfreinte("Cette personne s’est déjà connectée : son courriel ne se change plus ici.")
    return compte(email)


def verrouiller(reseau):
    """Sérialise les gestes d'un réseau : au même instant, deux animateurs ne partent pas ni n'adoptent deux chartes."""
    Reseau.objects.select_for_update(no_key=True).get(pk=reseau.pk)


def _garder_les_animateurs(role, par):
    if role == Role.ANIMATEUR and par.role != Role.ANIMATEUR:
        raise RegleEnfreinte("Seul un animateur peut confier, modifier ou retirer le rôle d’animateur.")


def _garder_un_animateur(membre, le):
    animateurs = Membre.objects.filter(reseau=membre.reseau_id, role=Role.ANIMATEUR, parti_le=None, entre_le__lte=le)
    if not animateurs.filter(utilisateur__is_active=True).exclude(pk=membre.pk).exists():
        raise RegleEnfreinte("Un réseau garde toujours au moins un animateur : confiez d’abord ce rôle à quelqu’un d’autre.")


def _garder_une_appartenance(membre):
    """Une personne peut revenir dans le réseau, jamais y être deux fois le même jour."""
    autres = Membre.objects.filter(utilisateur=membre.utilisateur, reseau=membre.reseau).exclude(pk=membre.pk)
    autres = autres.restants(membre.entre_le)
    if membre.parti_le:
        autres = autres.filter(entre_le__lt=membre.parti_le)
    if autres.exists():
        raise RegleEnfreinte("Ce courriel est déjà celui d’un membre du réseau.")


@transaction.atomic
def noter_une_absence(absence, *, par):
    """Enregistre une absence ; `RegleEnfreinte` si elle en chevauche une autre du même membre, lue sous verrou."""
    Membre.objects.select_for_update(no_key=True).get(pk=absence.membre_id)
    autre = Absence.objects.filter(membre=absence.membre_id).entre(absence.debut_le, absence.fin_le).first()
    if autre:
        conseil = "supprimez-la d’abord, ou changez ces dates"
        raise RegleEnfreinte(f"Ces dates chevauchent celles d’une absence déjà notée, {autre.en_mots} : {conseil}.")
    return ajouter(absence, par=par)


@transaction.atomic
def supprimer_une_absence(absence, *, par):
    noter(par, Geste.MODIFICATION, absence, precision="supprimée")
    absence.delete()


@transaction.atomic
def convoquer(reunion, *, par):
    """Crée la réunion et inscrit tous les membres actifs ce jour-là."""
    reunion.reseau = par.reseau
    ajouter(reunion, par=par)
    membres = Membre.objects.filter(reseau=par.reseau).actifs(reunion.le)
    Presence.objects.bulk_create(Presence(reunion=reunion, membre=membre) for membre in membres)
    return reunion


@transaction.atomic
def pointer(reunion, membre, etat, *, par):
    """Pointe une présence en séance ; `etat` vide la retire."""
    _ouverte(reunion)
    Presence.objects.update_or_create(reunion=reunion, membre=membre, defaults={"etat": etat})


@transaction.atomic
def repondre(reunion, reponse, *, par, remplacant=""):
    """Réponse d'un membre à sa convocation : présent, excusé, ou représenté par quelqu'un qu'il nomme."""
    _ouverte(reunion)
    remplacant = remplacant.strip() if reponse == EtatPresence.REPRESENTE else ""
    if reponse == EtatPresence.REPRESENTE and not remplacant:
        raise RegleEnfreinte("Dites qui vous remplace.")
    valeurs = {"reponse": reponse, "remplacant": remplacant, "repondu_le": now()}
    Presence.objects.update_or_create(reunion=reunion, membre=par, defaults=valeurs)


@transaction.atomic
def clore(reunion, *, par):
    """Fin de séance : qui n'est pas pointé est absent (ou excusé s'il l'avait dit)."""
    _ouverte(reunion)
    instant = now()
    if reunion.le > localdate(instant):  # close par erreur, elle ne se rouvre pas
        raise RegleEnfreinte(f"Cette réunion est datée du {reunion.le:%d/%m/%Y} : corrigez sa date avant de la clore.")
    a_pointer = reunion.presences.filter(etat="")
    if not reunion.presences.filter(etat=EtatPresence.PRESENT).exists():
        raise RegleEnfreinte("Pointez au moins une personne présente avant de clore la séance.")
    a_pointer.filter(reponse__in=[EtatPresence.EXCUSE, EtatPresence.REPRESENTE]).update(etat=EtatPresence.EXCUSE)
    a_pointer.all().update(etat=EtatPresence.ABSENT)
    reunion.etat, reunion.close_le = EtatReunion.TENUE, instant
    return enregistrer(reunion, par=par)


@transaction.atomic
def annuler_reunion(reunion, *, par):
    """Une réunion annulée ne compte plus dans la participation."""
    _ouverte(reunion)
    reunion.etat, reunion.annulee_le = EtatReunion.ANNULEE, now()
    return enregistrer(reunion, par=par)


def _ouverte(reunion):
    """Lue sous verrou : on ne pointe pas pendant qu'un autre clôt."""
    if not Reunion.objects.select_for_update(no_key=True).get(pk=reunion.pk).ouverte:
        raise RegleEnfreinte("Cette réunion est close : elle ne se modifie plus.")
