"""Entrer : ce qui suit un mot de passe juste, un lien ouvert ou une identité attestée, le même chemin pour tous.

Sans second facteur, la session s'ouvre. Avec, elle ne s'ouvre qu'au code : d'ici là, la session anonyme ne garde que le numéro du
compte et une empreinte de son mot de passe. Rien ne contourne ce passage.
"""

from datetime import timedelta

import django_otp
from django.conf import settings
from django.contrib import auth
from django.core import signing
from django.http import HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now

from reseau import expedition, seconds_facteurs
from reseau.enums import GenrePli
from reseau.lib.navigateur import en_clair
from reseau.models import JetonUtilise, Utilisateur
from reseau.sessions import APPAREIL, OUVERTE_LE

EN_ATTENTE = "entree_en_attente"
ATTENTE = timedelta(minutes=10)
SEL = "reseau.lien-pour-entrer"
VALIDITE = timedelta(minutes=15)
# Quelle que soit la porte : c'est lui qui relit, à chaque page, si le compte est encore ouvert.
MOTEUR = "django.contrib.auth.backends.ModelBackend"


def entrer(request, utilisateur, suite=""):
    """La réponse à qui vient de prouver qui il est : la page demandée, ou celle du second facteur."""
    suite = _sure(request, suite)
    if seconds_facteurs.actif(utilisateur):
        attente = {"compte": utilisateur.pk, "suite": suite, "le": now().timestamp()}
        request.session[EN_ATTENTE] = attente | {"preuve": utilisateur.get_session_auth_hash()}
        return HttpResponseRedirect(reverse("code"))
    ouvrir(request, utilisateur)
    return HttpResponseRedirect(suite)


def attendu(request):
    """(compte, page demandée) de qui doit encore donner son code ; None s'il a tardé ou si son compte a changé."""
    attente = request.session.get(EN_ATTENTE)
    if not attente or now().timestamp() - attente["le"] > ATTENTE.total_seconds():
        return None
    utilisateur = Utilisateur.objects.filter(pk=attente["compte"], is_active=True).first()
    if utilisateur is None or not constant_time_compare(attente["preuve"], utilisateur.get_session_auth_hash()):
        return None
    return utilisateur, attente["suite"]


def ouvrir(request, utilisateur, appareil=None):
    """Ouvre la session, sous une clé neuve ; `appareil` : celui qui a donné le code."""
    request.session.pop(EN_ATTENTE, None)
    auth.login(request, utilisateur, backend=MOTEUR)
    request.session[APPAREIL] = en_clair(request.headers.get("User-Agent", ""))
    request.session[OUVERTE_LE] = now().timestamp()
    if appareil:
        django_otp.login(request, appareil)


def jeton_de_lien(utilisateur):
    """Le jeton signé d'un lien pour entrer : ce compte, ce numéro unique, ce mot de passe."""
    return signing.dumps([utilisateur.pk, str(JetonUtilise().valeur), _marque(utilisateur)], salt=SEL)


def envoyer_un_lien(email, *, racine):
    """Écrit à ce courriel un lien pour entrer, si un compte ouvert le porte ; sinon, rien, et personne ne le sait."""
    utilisateur = Utilisateur.objects.filter(email=email.strip().lower(), is_active=True).first()
    if utilisateur is None:
        return
    lien = racine.rstrip("/") + reverse("lien-ouvrir", args=[jeton_de_lien(utilisateur)])
    donnees = {"email": utilisateur.email, "lien": lien, "minutes": int(VALIDITE.total_seconds() // 60)}
    perime_le = now() + VALIDITE  # au-delà, le lien n'ouvre plus rien
    expedition.ecrire(GenrePli.LIEN, "registration/lien", donnees, adresses=[utilisateur.email], perime_le=perime_le)


def lire(jeton):
    """(compte, numéro) que ce lien ouvre encore, ou None : forgé, périmé, déjà servi, ou mot de passe changé depuis."""
    try:
        cle, numero, marque = signing.loads(jeton, salt=SEL, max_age=VALIDITE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    utilisateur = Utilisateur.objects.filter(pk=cle, is_active=True).first()
    if utilisateur is None or not constant_time_compare(marque, _marque(utilisateur)):
        return None
    servi = JetonUtilise.objects.filter(utilisateur=utilisateur, valeur=numero).exists()
    return None if servi else (utilisateur, numero)


def employer(utilisateur, numero):
    """Vrai une seule fois par numéro, quel que soit le nombre de clics et d'onglets."""
    return JetonUtilise.objects.get_or_create(utilisateur=utilisateur, valeur=numero)[1]


def _marque(utilisateur):
    return utilisateur.get_session_auth_hash()[:16]


def _sure(request, suite):
    """La page demandée si elle est d'ici, sinon l'accueil."""
    sure = url_has_allowed_host_and_scheme(suite, {request.get_host()}, require_https=request.is_secure())
    return suite if sure else resolve_url(settings.LOGIN_REDIRECT_URL)
