"""Ouvre un réseau et son premier animateur : le seul geste qui se fait hors de l'outil, par l'administrateur technique."""

from argparse import RawDescriptionHelpFormatter

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, DjangoHelpFormatter
from django.core.validators import URLValidator, validate_email
from django.urls import Resolver404, resolve
from django.utils.timezone import localdate

from reseau.enums import Cercle, Civilite, Pole, Role
from reseau.expedition import est_parti, expedier
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Institution, Membre, Reseau
from reseau.operations import creer_reseau, envoyer_invitation

EXEMPLE = """exemple :
  manage.py creer_reseau jura "Réseau des développeurs du Jura" \\
    --territoire Jura --de-territoire "du Jura" --departement 39 --lieu "Lons-le-Saunier" \\
    --institution "Préfecture du Jura" --sigle PREF39 --pole coordination \\
    --animateur odile.tissot@exemple.fr --civilite Mme --prenom Odile --nom Tissot \\
    --adresse https://reseaux.exemple.fr/

Avec --adresse, l'animateur reçoit le lien qui lui fait choisir son mot de passe. Sans elle, il passe par « Mot de passe
oublié ». Aucun mot de passe n'est affiché. Tout le reste se règle ensuite à l'écran, dans Paramètres."""


class MiseEnForme(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """L'aide de Django, les lignes de l'exemple gardées."""


class Command(BaseCommand):
    help = "Ouvre un réseau, l'institution de son animateur et cet animateur."

    def create_parser(self, *arguments, **mots):
        return super().create_parser(*arguments, epilog=EXEMPLE, formatter_class=MiseEnForme, **mots)

    def add_arguments(self, parser):
        parser.add_argument("slug", help="adresse du réseau : « jura » pour /jura/")
        parser.add_argument("nom", help="nom du réseau, écrit en tête des pages et des lettres")
        parser.add_argument("--territoire", required=True, help="son nom seul : Jura")
        parser.add_argument("--de-territoire", required=True, help="avec sa préposition : du Jura")
        parser.add_argument("--departement", required=True, help="code : 39, 2A, 974")
        parser.add_argument("--lieu", required=True, help="ville d'où partent les lettres")
        parser.add_argument("--prefecture", help="bloc du préfet ; par défaut « Préfet » suivi de --de-territoire")
        parser.add_argument("--institution", required=True, help="nom de l'institution de l'animateur")
        parser.add_argument("--sigle", required=True, help="son sigle")
        parser.add_argument("--pole", choices=Pole.values, default=Pole.COORDINATION.value)
        parser.add_argument("--animateur", required=True, metavar="COURRIEL", help="courriel de l'animateur")
        parser.add_argument("--civilite", choices=Civilite.values, required=True)
        parser.add_argument("--prenom", required=True)
        parser.add_argument("--nom", dest="nom_animateur", required=True)
        parser.add_argument("--adresse", help="adresse du site, pour envoyer l'invitation : https://…")

    def handle(self, *arguments, **options):
        reseau, institution, animateur = _fiches(options)
        try:
            _verifier(reseau, institution, animateur, options)
            creer_reseau(reseau, institution, animateur, email=options["animateur"])
        except (ValidationError, RegleEnfreinte) as erreur:
            raise CommandError(" ".join(_phrases(erreur))) from erreur
        self.stdout.write(f"{reseau.nom} est ouvert : /{reseau.slug}/. {_suite(animateur, options['adresse'])}")


def _fiches(options):
    reseau = Reseau(
        slug=options["slug"],
        nom=options["nom"],
        territoire=options["territoire"],
        de_territoire=options["de_territoire"],
        departement=options["departement"],
        lieu=options["lieu"],
        prefecture=options["prefecture"] or f"Préfet {options['de_territoire']}",
    )
    institution = Institution(sigle=options["sigle"], nom=options["institution"], pole=options["pole"], cercle=Cercle.NOYAU_DUR)
    animateur = Membre(
        civilite=options["civilite"],
        prenom=options["prenom"],
        nom=options["nom_animateur"],
        role=Role.ANIMATEUR,
        entre_le=localdate(),
    )
    return reseau, institution, animateur


def _verifier(reseau, institution, animateur, options):
    """Lève `ValidationError` avant toute écriture."""
    reseau.full_clean()
    institution.full_clean(exclude=["reseau"])
    animateur.full_clean(exclude=["reseau", "institution", "utilisateur"])
    validate_email(options["animateur"])
    if options["adresse"]:
        URLValidator(schemes=["http", "https"])(options["adresse"])
    if _est_une_page(f"/{reseau.slug}/"):
        raise ValidationError(f"« {reseau.slug} » est déjà une page du site : choisissez une autre adresse.")


def _est_une_page(adresse):
    """Vrai si l'adresse mène ailleurs qu'à l'accueil d'un réseau."""
    try:
        return "reseau" not in resolve(adresse).kwargs
    except Resolver404:
        return False


def _suite(animateur, adresse):
    email = animateur.utilisateur.email
    if adresse and _invite(animateur, adresse):
        return f"Une invitation est partie à {email}."
    return f"{animateur} choisit son mot de passe par « Mot de passe oublié », avec le courriel {email}."


def _invite(animateur, adresse):
    pli = envoyer_invitation(animateur, racine=adresse)
    expedier([pli.pk])
    return est_parti(pli)


def _phrases(erreur):
    """« slug : Un objet réseau avec ce champ adresse existe déjà. »"""
    if hasattr(erreur, "error_dict"):
        return [f"{champ} : {' '.join(messages)}" for champ, messages in erreur.message_dict.items()]
    return getattr(erreur, "messages", [str(erreur)])
