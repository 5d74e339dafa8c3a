"""B1 : des saisies que personne n'écrirait, dans chaque formulaire."""

import random
from datetime import date

import pytest
from django.db import transaction
from django.forms import CharField
from django.http import QueryDict

from tests.conftest import connecter
from tests.fiabilite.formulaires import des_pages, lus
from tests.fiabilite.rapport import GRAINE
from tests.fiabilite.verification import verification

pytestmark = pytest.mark.django_db

TEXTES = [
    "",
    " \t\n",
    "\x00",
    "nul\x00dedans",
    "\x1b[31mrouge\x1b[0m",
    "\u202eélargneg",
    "\ud800",
    "👩‍🏭" * 50,
    "e\u0301" * 200,
    "‮‭‫",
    "<script>alert(1)</script>",
    "{{ 7|add:7 }}{% load %}",
    "{entreprise.__class__}",
    "%(x)s %s %n",
    "' OR 1=1 --",
    "=cmd|'/c calc'!A1",
    "../../etc/passwd",
    "ligne\r\nBcc: autre@exemple.test",
    "9" * 400,
    "1e309",
    "NaN",
    "-0",
    "0x10",
    "\uff11\uff12",
    "a" * 100_000,
    "\ufeff\uffff",
]
FERMES = ("hidden", "file", "password")
NOMBRES = ["-1", "0", "1.5", "1,5", str(2**31), str(2**63), str(10**30), "1e400", "Infinity", "٣", " 7 ", "1_000"]
DATES = [
    "0001-01-01",
    "9999-12-31",
    "2026-02-31",
    "31/02/2026",
    "2026-13-01",
    "10000-01-01",
    "demain",
    "2026-3-29T02:30",
    "02:30",
]


def etrange(hasard, champ):
    """Une valeur que ce genre de champ n'attend pas ; un choix, parfois l'un des siens."""
    if champ.genre == "number":
        return hasard.choice(NOMBRES + TEXTES[:8])
    if champ.genre in ("date", "datetime-local", "time", "month"):
        return hasard.choice(DATES + TEXTES[:8])
    if champ.genre in ("select", "radio", "checkbox") and hasard.random() < 0.5:
        return hasard.choice(champ.offertes or [""])
    return hasard.choice(TEXTES + NOMBRES)


def postee(client, adresse, saisie):
    """La réponse à cet envoi, sans rien laisser en base ; les demi-codets s'y écrivent comme un navigateur fautif le ferait."""
    corps = QueryDict(mutable=True)
    for nom, valeur in saisie.items():
        corps.setlist(nom, valeur if isinstance(valeur, list) else [valeur])
    octets = "&".join(_coder(nom, valeur) for nom, valeurs in corps.lists() for valeur in valeurs)
    with transaction.atomic():
        response = client.post(adresse, octets, content_type="application/x-www-form-urlencoded")
        transaction.set_rollback(True)
    return response


def _coder(nom, valeur):
    code = "".join(f"%{octet:02X}" for octet in str(valeur).encode("utf-8", "surrogatepass"))
    return f"{nom}={code}"


def champs_sans_bornes(monkeypatch):
    """Le premier champ de texte venu fait confiance à ce qu'il reçoit."""
    monkeypatch.setattr(CharField, "to_python", lambda champ, valeur: int(valeur))


@verification("B1", "chaque formulaire, des saisies que personne n’écrirait", casser=champs_sans_bornes)
def test_aucune_saisie_ne_fait_tomber_un_formulaire(bilan, terrain, sans_papier):
    hasard = random.Random(GRAINE)
    membre = terrain.membres["animateur"]
    client = connecter(membre)
    client.raise_request_exception = False
    for formulaire in list(des_pages(client, membre, terrain.a_eux)):
        saisissables = {nom: champ for nom, champ in formulaire.champs.items() if champ.genre not in FERMES}
        for _ in range(bilan.taille(bref=2, entier=12) if saisissables else 0):
            choisis = hasard.sample(sorted(saisissables), k=hasard.randint(1, len(saisissables)))
            saisie = formulaire.saisie(**{nom: [etrange(hasard, saisissables[nom])] for nom in choisis})
            statut = postee(client, formulaire.action, saisie).status_code
            bilan.noter(statut < 500, f"{formulaire.action} { ({nom: saisie[nom][0][:30] for nom in choisis})!r} : {statut}")


def espaces_recousus(monkeypatch):
    """Un champ qui change ce qu'on lui confie, sans le dire."""
    lire = CharField.to_python
    monkeypatch.setattr(CharField, "to_python", lambda champ, valeur: str(lire(champ, valeur)).replace("é", "e"))


@verification("B1", "ce qu’un formulaire garde est ce qu’il remontre", casser=espaces_recousus)
def test_ce_qui_est_garde_est_ce_qui_est_montre(bilan, terrain, sans_papier):
    """Chaque fiche à modifier, dont chaque texte libre reçoit une phrase : rouverte, elle la remontre au caractère près."""
    membre = terrain.membres["animateur"]
    client = connecter(membre)
    for formulaire in list(des_pages(client, membre, terrain.a_eux)):
        if formulaire.route.endswith("-creer"):  # rouverte, la page qui crée ne montre pas ce qu'elle a créé
            continue
        textes = [nom for nom, champ in formulaire.champs.items() if champ.genre == "textarea"]
        with transaction.atomic():
            phrase = f"L’été « dense », 100 % à {date(2026, 3, 1):%d/%m} & <b>gras</b> \\ 'cité'"
            response = client.post(formulaire.action, formulaire.saisie(**{nom: [phrase] for nom in textes}))
            relus = lus(client, formulaire.route, formulaire.action) if textes and response.status_code == 302 else []
            transaction.set_rollback(True)
        for relu in relus:
            for nom in set(textes) & set(relu.champs):
                bilan.noter(
                    relu.champs[nom].choisies in ([phrase], [""]), f"{formulaire.action} {nom} : {relu.champs[nom].choisies}"
                )
