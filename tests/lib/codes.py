"""Tenir le téléphone : le code que montre l'application d'un compte."""

from time import time

from django_otp.oath import TOTP


def code_de(appareil, decalage=0):
    """Les six chiffres du moment ; `decalage` : ceux d'après (+1) ou d'avant (-1), par pas de trente secondes."""
    application = TOTP(appareil.bin_key, appareil.step, appareil.t0, appareil.digits, 0)
    application.time = time() + decalage * appareil.step
    return f"{application.token():06d}"
