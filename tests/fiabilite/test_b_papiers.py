"""B7, B8, B10 : ce qu'un texte saisi peut demander à un papier ou à un courriel."""

import json
import re
import subprocess
import sys
from email import message_from_bytes
from html import unescape

import pytest
from django.conf import settings
from django.core import mail
from django.db import transaction
from weasyprint.urls import URLFetcher

from reseau import expedition
from reseau.enums import GenrePli
from reseau.lib import lettre, pdf
from tests.adresses import routes
from tests.conftest import connecter
from tests.fiabilite.textes_plantes import planter
from tests.fiabilite.verification import sans_rien_abimer, verification
from tests.lib.papier import QUAND, contenu
from tests.lib.temoin import CANARI, ecrire_un_canari, serveur_temoin, viser
from tests.lib.vecteurs import VECTEURS
from tests.terrain import Terrain
from tests.visites.saisies_hostiles import GABARITS, TEXTES

SAISIES = [*GABARITS, *TEXTES]
VALEURS = {"entreprise": "Scierie du Breuil", "reseau": "Réseau d’essai"}
DUREE_MAX = 30  # secondes de processeur pour un papier, ou pour dire qu'il ne se fera pas
MEMOIRE_MAX = 1_024  # Mio de l'enfant qui le met en page, réservés ou occupés
PAPIERS_AU_MOINS = 10
EN_TETES = {
    "Content-Type",
    "Content-Transfer-Encoding",
    "Date",
    "From",
    "MIME-Version",
    "Message-ID",
    "Reply-To",
    "Subject",
    "To",
}
DEMESURES = {
    "cinq cents boîtes emboîtées": "<div>" * 500,
    "un mot d’un mégaoctet": "x" * 1_000_000,
    "un mégaoctet de mots": "mot " * 250_000,
    "cinq mille lignes de tableau": "<table>" + "<tr><td>a<td>b<td>c</tr>" * 5_000 + "</table>",
    "vingt mille lignes de tableau": "<table>" + "<tr><td>a<td>b<td>c</tr>" * 20_000 + "</table>",
    "vingt mille dessins": "🏭" * 20_000,
    "trois mille boîtes emboîtées": "<div>" * 3_000,
    "une case sur cent millions de colonnes": '<table><tr><td colspan="100000000">x</table>',
    "vingt mille sauts de ligne": "<br>" * 20_000,
}


def imprimer(corps):
    html = f'<!doctype html><html lang="fr"><head><link rel="stylesheet" href="css/pdf/base.css"></head><body>{corps}'
    return pdf.imprimer(html, titre="Essai", date=QUAND)


# B7


def chargeur_ordinaire(monkeypatch):
    """Le papier va chercher ce qu'on lui demande, où qu'il soit."""
    monkeypatch.setattr(pdf.Chargeur, "__init__", lambda chargeur, ressources: URLFetcher.__init__(chargeur))
    monkeypatch.setattr(pdf.Chargeur, "fetch", URLFetcher.fetch)


@verification("B7", "quarante pièges dans un papier", casser=chargeur_ordinaire)
def test_aucun_papier_ne_va_chercher_au_dehors(bilan, tmp_path):
    with serveur_temoin() as (hote, appels):
        for piege in viser(VECTEURS, hote, ecrire_un_canari(tmp_path)):
            appels.clear()
            try:
                octets = imprimer(piege)
            except Exception as erreur:  # un papier qui ne se fait pas est un échec parmi les autres, à nommer
                bilan.noter(False, f"{piege[:80]} : {erreur!r}")
                continue
            bilan.noter(not appels and CANARI.encode() not in contenu(octets), f"{piege[:80]} : {appels}")


def gabarits_sans_echappement(monkeypatch):
    """Un texte saisi entre tel quel dans le papier, qui va chercher ce qu'on lui demande."""
    composer = pdf.render_to_string
    monkeypatch.setattr(pdf, "render_to_string", lambda *arguments: unescape(composer(*arguments)))
    chargeur_ordinaire(monkeypatch)


def pieges_pour(longueur, pieges, tour):
    """Ce qu'un champ de cette longueur porte de pièges, à partir du `tour`-ième ; tous, s'il n'a pas de borne."""
    suite = pieges[tour:] + pieges[:tour]
    if longueur is None:
        return " ".join(suite)
    return next((piege for piege in suite if len(piege) <= longueur), "")


@verification("B7", "les mêmes pièges dans chaque texte des vrais papiers", casser=gabarits_sans_echappement)
@pytest.mark.django_db
def test_aucun_texte_saisi_ne_fait_chercher_un_papier_au_dehors(bilan, tmp_path):
    """Modèle de lettre, raison sociale, objet, compte rendu… : tout texte porte un piège, tout PDF que sert une page est lu."""
    terrain = Terrain()
    client = connecter(terrain.membres["animateur"])
    client.raise_request_exception = False
    with serveur_temoin() as (hote, appels):
        pieges = viser(VECTEURS, hote, ecrire_un_canari(tmp_path))
        for tour in range(0, len(pieges), bilan.taille(bref=len(pieges), entier=10)):
            planter(terrain.reseau, lambda longueur, tour=tour: pieges_pour(longueur, pieges, tour))
            lus = 0
            for adresse, octets in papiers(client, terrain):
                lus += 1
                bilan.noter(not appels and CANARI.encode() not in contenu(octets), f"{adresse} : {appels[:2]}")
            bilan.noter(lus >= PAPIERS_AU_MOINS, f"{lus} papiers seulement")


def papiers(client, terrain):
    """(adresse, PDF) de toute page qui en sert un."""
    for route in (route for route in routes() if re.search("pdf|plaquette|carte|lettre|courrier|emarge|apercu", route.nom)):
        if "GET" in route.vue.methodes:
            adresse = route.adresse(terrain.reseau.slug, terrain.a_eux)
            with transaction.atomic():
                response = client.get(adresse)
                transaction.set_rollback(True)
            if response.status_code == 200 and response.headers["Content-Type"] == "application/pdf":
                yield adresse, response.getvalue()


# B8


@verification("B8", "neuf textes démesurés, chacun dans un enfant borné en temps et en mémoire", casser=sans_rien_abimer)
def test_aucun_papier_n_est_interminable(bilan):
    """Contre-épreuve : l'enfant ne mesure plus le texte, ni ne rattrape ce qui fait tomber la mise en page."""
    for nom, corps in DEMESURES.items():
        commande = [sys.executable, "-m", "tests.lib.papier_a_part", str(MEMOIRE_MAX << 20), str(DUREE_MAX)]
        commande += ["sans-garde"] if bilan.casse else []
        fini = subprocess.run(commande, input=corps.encode(), capture_output=True, cwd=settings.RACINE, check=False)
        if fini.returncode:
            bilan.noter(False, f"{nom} : ni papier ni message, {fini.returncode} {fini.stderr[-200:]!r}")
            continue
        refus, memoire = json.loads(fini.stdout)
        bilan.mesurer(nom, f"{memoire} Mio, {refus or 'un papier'}")
        bilan.noter(not refus or refus.startswith("Le document"), f"{nom} : {refus}")
        bilan.noter(memoire < MEMOIRE_MAX, f"{nom} : {memoire} Mio")


# B10


def substitution_naive(monkeypatch):
    """« str.format », avec le projet à portée."""
    monkeypatch.setattr(lettre, "substituer", lambda texte, valeurs: texte.format(**valeurs, settings=settings))


def objet_tel_quel(monkeypatch):
    """Le courriel prend son objet comme il vient."""
    composer = expedition._message

    def composer_sans_regarder(pli):
        message = composer(pli)
        message.subject = pli.corps
        return message

    monkeypatch.setattr(expedition, "_message", composer_sans_regarder)


@verification("B10", "cinquante textes piégés dans un modèle de lettre", casser=substitution_naive, rapide=True)
def test_aucun_repere_forge_ne_se_developpe(bilan):
    for saisie in SAISIES:
        attendu = saisie.replace("{entreprise}", VALEURS["entreprise"])
        try:
            ecrit = lettre.substituer(saisie, VALEURS)
        except ValueError as raison:
            bilan.noter(str(raison).startswith(("Variable inconnue", "Une accolade", "La variable")), f"{saisie!r} : {raison}")
        except Exception as erreur:
            bilan.noter(False, f"{saisie!r} : {erreur!r}")
        else:
            bilan.noter(ecrit == attendu and settings.SECRET_KEY not in ecrit, f"{saisie!r} devient {ecrit!r}")


@verification("B10", "les mêmes dans l’objet et le corps d’un courriel", casser=objet_tel_quel, rapide=True)
@pytest.mark.django_db
def test_aucun_en_tete_ne_s_ajoute(bilan, reseau):
    for saisie in (saisie for saisie in SAISIES if "\x00" not in saisie):
        mail.outbox.clear()
        expedition.inscrire(GenrePli.RESUME, destinataire="a@exemple.test", objet=saisie, corps=saisie, reseau=reseau)
        try:
            expedition.expedier()
            (message,) = mail.outbox
        except ValueError as erreur:  # un en-tête que Django refuse, ou un courriel qui n'est pas parti
            bilan.noter(False, f"{saisie[:60]!r} : {erreur}")
            continue
        ajoutes = set(message_from_bytes(message.message().as_bytes()).keys()) - EN_TETES
        bilan.noter(not ajoutes and message.recipients() == ["a@exemple.test"], f"{saisie[:60]!r} : {sorted(ajoutes)}")
