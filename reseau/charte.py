"""Tenir la charte de déontologie : la préparer, l'adopter en réunion, l'accepter ; et qui l'a acceptée."""

from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from django.db import transaction
from django.utils.timezone import localdate, now

from reseau.droits import concerne_par_la_charte
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Acceptation, Charte, Membre
from reseau.operations import ajouter, enregistrer, noter, verrouiller

CHANGEE = "Le réseau vient d’adopter une nouvelle version : lisez-la avant de l’accepter."


@dataclass(frozen=True)
class Ligne:
    """Un membre que la charte concerne : quand il l'a acceptée, jusqu'à quand ; `a_accepter` si c'est à (re)faire."""

    membre: Membre
    acceptee_le: date | None
    echeance: date | None
    a_accepter: bool


def texte_fourni():
    """Le texte de départ, à relire ensemble et à adopter en réunion."""
    return files("reseau").joinpath("charte_fournie.md").read_text(encoding="utf-8").strip()


def en_vigueur(membre):
    """La `Charte` adoptée du réseau de ce membre, ou None."""
    return Charte.objects.visibles_par(membre).en_vigueur().select_related("reunion", "reseau").first()


def brouillon(membre):
    """La version en préparation, ou une neuve, pas encore enregistrée : le texte en vigueur, à défaut celui fourni."""
    existant = Charte.objects.visibles_par(membre).brouillons().first()
    if existant:
        return existant
    courante = en_vigueur(membre)
    texte = courante.texte if courante else texte_fourni()
    return Charte(reseau=membre.reseau, numero=(courante.numero if courante else 0) + 1, texte=texte)


def acceptations(membre, le):
    """[`Ligne`] des membres actifs que la charte concerne, par ordre alphabétique : deux requêtes, jamais un classement."""
    actifs = Membre.objects.visibles_par(membre).actifs(le).avec_engagement().select_related("reseau")
    concernes = sorted(filter(concerne_par_la_charte, actifs), key=lambda un: un.rang_alphabetique)
    return [_ligne(un, le) for un in concernes]


def _ligne(membre, le):
    engagement = membre.engagement
    return Ligne(membre, engagement.acceptee_le, engagement.echeance, engagement.a_accepter(le))


@transaction.atomic
def enregistrer_le_brouillon(charte, *, par):
    """Garde le texte en préparation ; `RegleEnfreinte` si la charte est adoptée, ou si une autre version se prépare déjà."""
    verrouiller(par.reseau)
    if charte.adoptee:
        raise RegleEnfreinte("Cette version est adoptée : préparez-en une nouvelle.")
    if charte.pk:
        return enregistrer(charte, par=par)
    if Charte.objects.visibles_par(par).brouillons().exists():
        raise RegleEnfreinte("Quelqu’un vient de commencer une nouvelle version : rechargez la page pour la reprendre.")
    return ajouter(charte, par=par)


@transaction.atomic
def adopter(charte, *, adoptee_le, reunion=None, par):
    """La version en préparation devient celle du réseau : chacun l'accepte avant de lire un compte rendu. Elle est figée."""
    verrouiller(par.reseau)
    if charte.pk is None:
        ajouter(charte, par=par)
    if Charte.objects.get(pk=charte.pk).adoptee:
        raise RegleEnfreinte("Cette version est déjà adoptée.")
    if adoptee_le > localdate():
        raise RegleEnfreinte("La date d’adoption est dans l’avenir.")
    charte.adoptee_le, charte.reunion = adoptee_le, reunion
    return enregistrer(charte, par=par)


@transaction.atomic
def accepter(cle, *, par):
    """Ce membre accepte la charte en vigueur ; `RegleEnfreinte` si ce n'est plus celle (`cle`) qu'il a lue."""
    charte = en_vigueur(par)
    if charte is None or charte.pk != cle:
        raise RegleEnfreinte(CHANGEE)
    acceptation = Acceptation.objects.create(charte=charte, membre=par, le=now())
    noter(par, Geste.SIGNATURE, charte, precision="acceptée")
    par.__dict__.pop("engagement", None)
    par.__dict__.pop("charte_en_vigueur", None)
    return acceptation
