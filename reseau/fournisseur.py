"""Entrer par un fournisseur d'identité (OIDC : ProConnect, ou celui d'une administration), par mozilla-django-oidc.

Fermé tant que `OIDC_CLIENT_ID` est vide. Un compte ne naît jamais ici : l'identité attestée en retrouve un, d'abord par son
numéro (`sub`), la première fois par son courriel, si le fournisseur le dit vérifié. La bibliothèque ne contrôle ni le
destinataire ni l'émetteur du jeton : nous, si.
"""

import logging
from urllib.parse import urlencode

import jwt
import requests
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.crypto import get_random_string
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from reseau.models import IdentiteAttestee, Utilisateur

journal = logging.getLogger(__name__)
JETON = "oidc_id_token"


class IdentiteRefusee(Exception):
    """L'identité n'ouvre aucun compte ; le message, en français, se montre tel quel."""


class FournisseurMuet(IdentiteRefusee):
    """Il ne répond pas, ou pas comme il devrait."""

    def __init__(self):
        super().__init__(f"{nom()} ne répond pas. Entrez avec votre mot de passe, ou par un lien envoyé par courriel.")


class Moteur(OIDCAuthenticationBackend):
    """Retrouve le compte d'une identité attestée. Lève `IdentiteRefusee` au lieu de rendre None : chaque refus a sa raison."""

    def authenticate(self, request, **mots):
        """Le compte de ce retour de chez le fournisseur ; None pour tout autre genre d'identification."""
        if request is None or "nonce" not in mots:
            return None
        try:
            return super().authenticate(request, **mots)
        except requests.RequestException as erreur:
            journal.warning("Fournisseur d'identité muet : %s", type(erreur).__name__)
            raise FournisseurMuet from erreur
        except (SuspiciousOperation, jwt.PyJWTError, KeyError, TypeError, ValueError) as erreur:
            journal.warning("Identité refusée : %s", type(erreur).__name__)
            raise IdentiteRefusee(f"{nom()} a rendu une réponse que l’on ne peut pas croire. Réessayez.") from erreur

    def _verify_jws(self, payload, key):
        """Signature, échéance, et ce que la bibliothèque ne regarde pas : pour qui, et par qui, le jeton est écrit."""
        algorithme = self.OIDC_RP_SIGN_ALGO
        attendu = {"audience": self.OIDC_RP_CLIENT_ID, "issuer": settings.OIDC_EMETTEUR}
        if jwt.get_unverified_header(payload).get("alg") != algorithme:
            raise SuspiciousOperation("algorithme")
        options = {"require": ["aud", "iss"]}
        return jwt.decode(payload, key, algorithms=[algorithme], options=options, leeway=60, **attendu)

    def verify_token(self, token, **mots):
        jeton = super().verify_token(token, **mots)
        if mots and "exp" not in jeton:  # `mots` porte le nonce : c'est le jeton d'identité, qui se périme toujours
            raise SuspiciousOperation("échéance")
        return jeton

    def get_or_create_user(self, access_token, id_token, payload):
        """Le compte de cette identité, jamais créé."""
        dits = self.get_userinfo(access_token, id_token, payload)
        if dits.get("sub") != payload["sub"]:
            raise SuspiciousOperation("sub")
        connue = IdentiteAttestee.objects.filter(emetteur=settings.OIDC_EMETTEUR, sub=payload["sub"])
        identite = connue.select_related("utilisateur").first()
        utilisateur = identite.utilisateur if identite else _rattacher(payload["sub"], dits)
        if not utilisateur.is_active:
            raise IdentiteRefusee("Ce compte est fermé.")
        return utilisateur


def nom():
    """Le nom du fournisseur sur le bouton ; vide s'il n'y en a pas."""
    return settings.OIDC_NOM if settings.OIDC_RP_CLIENT_ID else ""


def repond():
    """Vrai si le fournisseur répond : on n'envoie personne vers une page qui ne s'ouvrira pas."""
    try:
        return requests.get(settings.OIDC_OP_JWKS_ENDPOINT, timeout=settings.OIDC_TIMEOUT).ok
    except requests.RequestException:
        return False


def adresse_de_sortie(request):
    """Où fermer aussi la session chez le fournisseur ; vide si l'on n'est pas entré par lui."""
    jeton = request.session.get(JETON)
    if not jeton or not settings.OIDC_OP_LOGOUT_ENDPOINT:
        return ""
    retour = request.build_absolute_uri(reverse("connexion"))
    champs = {"id_token_hint": jeton, "state": get_random_string(32), "post_logout_redirect_uri": retour}
    return f"{settings.OIDC_OP_LOGOUT_ENDPOINT}?{urlencode(champs)}"


def _rattacher(sub, dits):
    """Le compte de ce courriel vérifié, qui gardera ce numéro."""
    email = (dits.get("email") or "").strip().lower()
    if not email:
        raise IdentiteRefusee(f"{nom()} ne nous a pas donné votre courriel.")
    if not (dits.get("email_verified") is True or settings.OIDC_COURRIEL_SUR):
        raise IdentiteRefusee(f"{nom()} n’a pas vérifié le courriel {email} : entrez avec votre mot de passe.")
    utilisateur = Utilisateur.objects.filter(email=email).first()
    if utilisateur is None:
        raise IdentiteRefusee(
            f"Aucun compte ne porte le courriel {email}. Demandez à l’animateur de votre réseau de vous inviter à cette adresse."
        )
    try:
        with transaction.atomic():
            IdentiteAttestee.objects.create(utilisateur=utilisateur, emetteur=settings.OIDC_EMETTEUR, sub=sub)
    except IntegrityError as erreur:
        raise IdentiteRefusee(
            f"Le compte {email} est déjà lié à une autre identité {nom()}. L’animateur de votre réseau peut la délier."
        ) from erreur
    return utilisateur
