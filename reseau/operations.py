"""Les gestes de la vie du réseau : journal, numéros, fiches à plusieurs, membres, réunions."""

from django.contrib.auth.forms import PasswordResetForm
from django.db import transaction
from django.utils.timezone import now

from reseau.enums import EtatPresence, EtatReunion, Geste, Role
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Compteur, Journal, Membre, Presence, Utilisateur

CONFLIT = (
    "Quelqu’un a modifié cette fiche pendant que vous écriviez. Votre texte est conservé ci-dessous : "
    "relisez ce qui est enregistré, puis enregistrez à nouveau si vous le maintenez."
)


def noter(membre, geste, objet, *, nombre=1, precision=""):
    """Ajoute une ligne au journal : `objet` est une instance, ou un mot quand il y en a plusieurs."""
    identifiant = None if isinstance(objet, str) else objet.pk
    nom = objet if isinstance(objet, str) else objet._meta.label_lower
    return Journal.objects.create(
        reseau=membre.reseau,
        membre=membre,
        geste=geste,
        objet=nom,
        objet_id=identifiant,
        nombre=nombre,
        precision=precision[:200],
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


@transaction.atomic
def inviter(membre, *, email, par):
    """Ouvre (ou retrouve) le compte de ce courriel et y rattache le nouveau membre."""
    _garder_les_animateurs(membre.role, par)
    utilisateur = Utilisateur.objects.filter(email=email.lower()).first() or Utilisateur.objects.create_user(email)
    if Membre.objects.filter(utilisateur=utilisateur, reseau=par.reseau, parti_le=None).exists():
        raise RegleEnfreinte("Ce courriel est déjà celui d’un membre du réseau.")
    membre.utilisateur, membre.reseau = utilisateur, par.reseau
    return ajouter(membre, par=par)


def envoyer_invitation(membre, request):
    """Courriel qui mène au choix du mot de passe (le lien vaut trois jours)."""
    form = PasswordResetForm({"email": membre.utilisateur.email})
    form.is_valid()
    form.get_users = lambda email: [membre.utilisateur]
    form.save(
        request=request,
        use_https=request.is_secure(),
        subject_template_name="registration/invitation_objet.txt",
        email_template_name="registration/invitation_corps.txt",
        extra_email_context={"invite": membre, "reseau": membre.reseau},
    )


@transaction.atomic
def modifier_membre(membre, *, par):
    """Enregistre la fiche d'un membre ; seul un animateur fait ou défait un animateur."""
    avant = Membre.objects.select_for_update().get(pk=membre.pk)
    if avant.role != membre.role:
        _garder_les_animateurs(avant.role, par)
        _garder_les_animateurs(membre.role, par)
    if avant.role == Role.ANIMATEUR and (membre.role != Role.ANIMATEUR or membre.parti_le):
        _garder_un_animateur(membre)
    membre.save()
    noter(par, Geste.MODIFICATION, membre)
    return membre


def _garder_les_animateurs(role, par):
    if role == Role.ANIMATEUR and par.role != Role.ANIMATEUR:
        raise RegleEnfreinte("Seul un animateur peut confier ou retirer le rôle d’animateur.")


def _garder_un_animateur(membre):
    autres = Membre.objects.filter(reseau=membre.reseau_id, role=Role.ANIMATEUR, parti_le=None).exclude(pk=membre.pk)
    if not autres.exists():
        raise RegleEnfreinte("Un réseau garde toujours au moins un animateur.")


@transaction.atomic
def convoquer(reunion, *, par):
    """Crée la réunion et inscrit tous les membres actifs ce jour-là."""
    reunion.reseau = par.reseau
    ajouter(reunion, par=par)
    membres = Membre.objects.filter(reseau=par.reseau).actifs(reunion.le)
    Presence.objects.bulk_create(Presence(reunion=reunion, membre=membre) for membre in membres)
    return reunion


def pointer(reunion, membre, etat, *, par):
    """Pointe une présence en séance ; `etat` vide la retire."""
    _ouverte(reunion)
    Presence.objects.update_or_create(reunion=reunion, membre=membre, defaults={"etat": etat})


def repondre(reunion, reponse, *, par):
    """Réponse d'un membre à sa convocation (présent ou excusé)."""
    _ouverte(reunion)
    Presence.objects.update_or_create(reunion=reunion, membre=par, defaults={"reponse": reponse})


@transaction.atomic
def clore(reunion, *, par):
    """Fin de séance : qui n'est pas pointé est absent (ou excusé s'il l'avait dit)."""
    _ouverte(reunion)
    a_pointer = reunion.presences.filter(etat="")
    if not reunion.presences.filter(etat=EtatPresence.PRESENT).exists():
        raise RegleEnfreinte("Pointez au moins une personne présente avant de clore la séance.")
    a_pointer.filter(reponse=EtatPresence.EXCUSE).update(etat=EtatPresence.EXCUSE)
    a_pointer.all().update(etat=EtatPresence.ABSENT)
    reunion.etat, reunion.close_le = EtatReunion.TENUE, now()
    return enregistrer(reunion, par=par)


@transaction.atomic
def annuler_reunion(reunion, *, par):
    """Une réunion annulée ne compte plus dans la participation."""
    _ouverte(reunion)
    reunion.etat, reunion.annulee_le = EtatReunion.ANNULEE, now()
    return enregistrer(reunion, par=par)


def _ouverte(reunion):
    if not reunion.ouverte:
        raise RegleEnfreinte("Cette réunion est close : elle ne se modifie plus.")
