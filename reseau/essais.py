"""Borner les essais à chaque porte (mot de passe, code, lien, réinitialisation, invitation), par compte et par adresse.

Le compte est exact, en base : un essai s'inscrit avant d'être jugé, puis se recompte ; de mille envois simultanés, dix au plus
passent. `reseau.lib.limite`, dans le cache, n'est qu'une borne de courtoisie pour ce qui se lit. django-axes ne tient que le
mot de passe, ignore les réseaux IPv6 et inscrit en clair qui s'est trompé.
"""

from contextlib import contextmanager
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.timezone import now

from reseau.lib.visiteur import adresse_ip, empreinte
from reseau.models import Essai

ESSAIS = 10
PERIODE = timedelta(hours=1)
TROP = "trop"


class Porte(TextChoices):
    """Chacune a son compte : une porte fermée laisse les autres ouvertes à qui en a la clé."""

    MOT_DE_PASSE = "mot-de-passe"
    CODE = "code"
    LIEN = "lien"
    OUBLI = "oubli"
    INVITATION = "invitation"


class TropDEssais(ValidationError):
    """La borne est atteinte : rien n'a été essayé."""

    def __init__(self):
        super().__init__("Trop d’essais depuis une heure : réessayez plus tard. Rien n’a été vérifié cette fois-ci.", code=TROP)


@contextmanager
def essai(porte, request, compte=""):
    """Compte un essai à cette porte, et le pardonne si le corps se termine sans erreur.

    `compte` : ce qui désigne le compte visé, qu'il existe ou non. Lève `TropDEssais` au-delà de `ESSAIS` par `PERIODE` pour ce
    compte ou pour cette adresse. Réussir oublie les essais du compte, jamais ceux que d'autres comptes ont valus à l'adresse.
    """
    notes = _noter(_cles(porte, request, compte))
    yield
    Essai.objects.filter(pk__in=notes).delete()
    oublier(porte, compte)


def compter(porte, request, compte=""):
    """Compte une demande qui n'a ni réussite ni échec, ou un lien faux ; lève `TropDEssais`."""
    _noter(_cles(porte, request, compte))


def exiger_ouverte(porte, request, compte=""):
    """Lève `TropDEssais` si la borne est déjà atteinte, sans rien compter : un lien juste, lui non plus, n'ouvre alors rien."""
    _borner(_cles(porte, request, compte), now() - PERIODE)


def oublier(porte, compte):
    """Oublie les essais de ce compte à cette porte."""
    if compte:
        Essai.objects.filter(cle=_cle(porte, "compte", compte.strip().lower())).delete()


def _cles(porte, request, compte):
    sujets = {"compte": compte.strip().lower(), "adresse": adresse_ip(request)}
    return [_cle(porte, genre, valeur) for genre, valeur in sujets.items() if valeur]


def _cle(porte, genre, valeur):
    return empreinte(f"{porte}:{genre}:{valeur}")


def _noter(cles):
    """Inscrit un essai par clé et rend leurs numéros. Un essai refusé ne s'inscrit pas : insister ne prolonge rien."""
    instant = now()
    _borner(cles, instant - PERIODE)
    notes = [Essai.objects.create(cle=cle, le=instant).pk for cle in cles]
    # Recompter après avoir écrit : le dernier inscrit d'envois simultanés voit tous les autres.
    _borner(cles, instant - PERIODE, dont_celui_ci=1)
    return notes


def _borner(cles, depuis, dont_celui_ci=0):
    recents = Essai.objects.depuis(depuis)
    if any(recents.filter(cle=cle).count() >= ESSAIS + dont_celui_ci for cle in cles):
        raise TropDEssais
