"""Le second facteur : une application (TOTP) et dix codes de secours, par django-otp.

Pas d'appareil mémorisé : une session dure une journée, un code par jour suffit, et un témoin de plus serait une seconde session à
lister et à fermer. Les essais se bornent à la porte (`reseau.essais`) ; le frein de django-otp est coupé, il n'en faut qu'un.
"""

from base64 import b32encode
from datetime import timedelta

import django_otp
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import now
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from reseau import expedition, sessions
from reseau.enums import GenrePli, Geste
from reseau.lib import codes
from reseau.models import IdentiteAttestee
from reseau.operations import noter

APPLICATION, SECOURS = "application", "codes de secours"
PREPARATION = timedelta(minutes=15)


def actif(utilisateur):
    """L'application enregistrée de ce compte, ou None."""
    return TOTPDevice.objects.devices_for_user(utilisateur, confirmed=True).first()


def secours_restants(utilisateur):
    return StaticToken.objects.filter(device__user=utilisateur).count()


def en_preparation(utilisateur, instant):
    """L'application que la personne est en train d'enregistrer ; None si elle a tardé."""
    en_cours = TOTPDevice.objects.devices_for_user(utilisateur, confirmed=False)
    return en_cours.filter(created_at__gt=instant - PREPARATION).first()


@transaction.atomic
def preparer(utilisateur):
    """Tire une clé neuve, qui ne vaut qu'une fois confirmée par un premier code."""
    TOTPDevice.objects.devices_for_user(utilisateur, confirmed=False).delete()
    return TOTPDevice.objects.create(user=utilisateur, name=APPLICATION, confirmed=False)


def cle_a_taper(appareil):
    """La clé de cette application, par groupes de quatre signes, pour qui ne peut pas photographier le code QR."""
    cle = b32encode(appareil.bin_key).decode()
    return " ".join(cle[debut : debut + 4] for debut in range(0, len(cle), 4))


def verifier(utilisateur, saisie):
    """L'appareil qui reconnaît ce code, à usage unique, ou None. Six chiffres : l'application ; sinon, un code de secours."""
    if codes.est_un_code_de_secours(saisie):
        appareil, saisie = StaticDevice.objects.filter(user=utilisateur).first(), codes.empreinte(saisie)
    else:
        appareil, saisie = actif(utilisateur), "".join(saisie.split())
    return django_otp.verify_token(utilisateur, appareil.persistent_id, saisie) if appareil else None


@transaction.atomic
def activer(appareil, saisie):
    """Confirme l'application par son premier code ; rend les codes de secours, ou None si le code n'est pas le bon."""
    saisie = "".join(saisie.split())
    if not django_otp.verify_token(appareil.user, appareil.persistent_id, saisie):
        return None
    TOTPDevice.objects.devices_for_user(appareil.user, confirmed=True).delete()
    TOTPDevice.objects.filter(pk=appareil.pk).update(confirmed=True)
    return renouveler_les_secours(appareil.user)


@transaction.atomic
def renouveler_les_secours(utilisateur):
    """Dix codes neufs, les seuls qui vaillent ; on ne les relira plus."""
    appareil, _ = StaticDevice.objects.get_or_create(user=utilisateur, defaults={"name": SECOURS})
    appareil.token_set.all().delete()
    tires = codes.tirer()
    StaticToken.objects.bulk_create(StaticToken(device=appareil, token=codes.empreinte(code)) for code in tires)
    return tires


@transaction.atomic
def retirer(utilisateur):
    """Retire l'application et les codes de secours ; rend False s'il n'y en avait pas."""
    avait = TOTPDevice.objects.filter(user=utilisateur).delete()[0]
    StaticDevice.objects.filter(user=utilisateur).delete()
    return bool(avait)


@transaction.atomic
def delier(utilisateur):
    """Retire le second facteur et l'identité attestée de ce compte, et ferme ses sessions."""
    retirer(utilisateur)
    IdentiteAttestee.objects.filter(utilisateur=utilisateur).delete()
    sessions.fermer(utilisateur)


@transaction.atomic
def reinitialiser(membre, *, par, racine):
    """L'appareil est perdu : retire le second facteur et l'identité attestée du compte, ferme ses sessions, et le lui écrit.

    Le mot de passe reste : qui réinitialise n'entre pas à la place de l'autre. `racine` : adresse du site.
    """
    delier(membre.utilisateur)
    noter(par, Geste.MODIFICATION, membre, precision="second facteur réinitialisé")
    donnees = {"membre": membre, "par": par, "page": racine.rstrip("/") + reverse("securite")}
    expedition.ecrire(GenrePli.SECURITE, "registration/reinitialise", donnees, membres=[membre], reseau=membre.reseau, par=par)


def prevenir(utilisateur, fait, *, racine):
    """Écrit à la personne ce qui vient de changer dans sa façon d'entrer, et quoi faire si ce n'est pas elle."""
    donnees = {"fait": fait, "le": now(), "page": racine.rstrip("/") + reverse("securite")}
    expedition.ecrire(GenrePli.SECURITE, "registration/securite", donnees, adresses=[utilisateur.email])
