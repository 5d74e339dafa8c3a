"""B7, B8, B10 : ce qu'un texte saisi peut demander à un papier ou à un courriel."""

import time
from email import message_from_bytes

import pytest
from django.conf import settings
from django.core import mail
from weasyprint.urls import URLFetcher

from reseau import expedition
from reseau.enums import GenrePli
from reseau.lib import lettre, pdf
from tests.fiabilite.verification import verification
from tests.lib.papier import QUAND, contenu
from tests.lib.temoin import CANARI, ecrire_un_canari, serveur_temoin, viser
from tests.lib.vecteurs import VECTEURS
from tests.visites.saisies_hostiles import GABARITS, TEXTES

SAISIES = [*GABARITS, *TEXTES]
VALEURS = {"entreprise": "Scierie du Breuil", "reseau": "Réseau d’essai"}
DUREE_MAX = 30  # secondes pour un papier, ou pour dire qu'il ne se fera pas
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
    "un mégaoctet de mots": "mot " * 250_000,
    "un mot d’un mégaoctet": "x" * 1_000_000,
    "cinq mille lignes de tableau": "<table>" + "<tr><td>a<td>b<td>c</tr>" * 5_000 + "</table>",
    "vingt mille lignes de tableau": "<table>" + "<tr><td>a<td>b<td>c</tr>" * 20_000 + "</table>",
    "vingt mille dessins": "🏭" * 20_000,
    "cinq cents boîtes emboîtées": "<div>" * 500,
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


# B8


def sans_mesure(monkeypatch):
    """On compose sans compter d'abord les lignes, et l'on s'impatiente plus tôt."""
    monkeypatch.setattr(pdf, "ELEMENTS_MAX", 1_000_000)
    monkeypatch.setitem(globals(), "DUREE_MAX", 2)
    monkeypatch.setitem(globals(), "DEMESURES", {"cinq mille lignes de tableau": DEMESURES["cinq mille lignes de tableau"]})


@verification("B8", "neuf textes démesurés", casser=sans_mesure)
def test_aucun_papier_n_est_interminable(bilan):
    for nom, corps in DEMESURES.items():
        depart = time.monotonic()
        try:
            imprimer(corps)
        except pdf.ImpressionImpossible as raison:
            bilan.noter(str(raison).startswith("Le document"), f"{nom} : {raison}")
        except Exception as erreur:
            bilan.noter(False, f"{nom} : {erreur!r}")
        duree = time.monotonic() - depart
        bilan.noter(duree < DUREE_MAX, f"{nom} : {duree:.0f} s")


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
