"""D'où vient un visiteur sans compte : de quoi borner ses envois, sans rien garder de lisible."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.utils.crypto import salted_hmac


def adresse_ip(request):
    """Son adresse IP ; une adresse IPv6 est ramenée à son réseau (/64), qu'un même abonné parcourt à sa guise.

    Derrière un mandataire, la dernière de `X-Forwarded-For` : c'est la seule qu'il ait écrite, les autres se forgent. Vide si
    on ne la connaît pas : celle d'un mandataire qu'on n'a pas déclaré serait commune à tous les visiteurs.
    """
    adresse = request.META.get("REMOTE_ADDR", "")
    if settings.DERRIERE_UN_MANDATAIRE:
        adresse = request.headers.get("X-Forwarded-For", adresse).rpartition(",")[2].strip()
    try:
        lue = ip_address(adresse)
    except ValueError:
        return ""
    lue = getattr(lue, "ipv4_mapped", None) or lue  # « ::ffff:203.0.113.7 » : sans quoi toutes les IPv4 partageraient un /64
    if lue.is_loopback:
        return ""
    return str(lue if lue.version == 4 else ip_network((lue, 64), strict=False))


def empreinte(texte):
    """Empreinte à clé (SHA-256, 64 caractères) : la même pour le même texte, illisible sans la clé de l'installation."""
    return salted_hmac("reseau.lib.visiteur", texte, algorithm="sha256").hexdigest()
