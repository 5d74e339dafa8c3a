"""L'atelier : un gros lot composé à plusieurs processus, relié à part ; les mêmes octets qu'une lettre seule."""

import io
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pytest

from reseau.lib import atelier
from reseau.lib.lettre import imprimer_lettre, imprimer_lettres
from reseau.lib.pdf import ImpressionImpossible
from tests.lib.lettres import LETTRE

QUAND = datetime(2026, 3, 2, tzinfo=UTC)


def lot(combien):
    return [(replace(LETTRE, numero=f"2026-{rang:04}", adresse=[f"FONDERIE {rang}"]), QUAND) for rang in range(combien)]


def test_mises_en_page_ensemble_elles_ont_les_octets_d_une_seule():
    signees = lot(3)
    brouillons = [(replace(lettre, numero=None), date) for lettre, date in signees]
    for lettres in (signees, brouillons):
        assert imprimer_lettres(lettres) == [imprimer_lettre(lettre, edite_le=QUAND) for lettre, _ in lettres]


def test_une_lettre_trop_longue_ne_gene_pas_ses_voisines():
    avant, (longue, _), apres = lot(3)
    longue = replace(longue, paragraphes=["Un très long paragraphe. " * 400])
    assert [bool(pdf) for pdf in imprimer_lettres([avant, (longue, QUAND), apres])] == [True, False, True]


def test_une_lettre_serree_l_est_seule_et_dans_un_lot():
    (serree, _), autre = lot(2)
    serree = replace(serree, paragraphes=["Assez long pour se serrer. " * 85])
    assert imprimer_lettres([(serree, QUAND), autre])[0] == imprimer_lettre(serree, edite_le=QUAND)


def test_un_gros_lot_se_compose_dans_l_ordre_a_plusieurs_processus():
    lettres = lot(atelier.CAHIER + 3)
    pdfs = list(atelier.composer_lettres(lettres))
    assert pdfs[0] == imprimer_lettre(lettres[0][0], edite_le=QUAND)
    assert pdfs[-1] == imprimer_lettre(lettres[-1][0], edite_le=QUAND)
    assert len(pdfs) == len(lettres)


def test_tue_net_il_n_abandonne_pas_ses_compositeurs():
    """Ils gardent sa sortie ouverte tant qu'ils vivent : elle se ferme, donc ils sont partis."""
    code = (
        "import django; django.setup()\n"
        "from tests.lib.test_atelier import atelier, lot\n"
        "pdfs = atelier.composer_lettres(lot(10 * atelier.CAHIER))\n"
        "next(pdfs)\n"
        "print('en cours', flush=True)\n"
        "list(pdfs)"
    )
    processus = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert processus.stdout.readline() == "en cours\n"
    processus.kill()
    processus.communicate(timeout=20)


def se_tuer(_):
    os.kill(os.getpid(), signal.SIGKILL)


def test_un_compositeur_tue_se_dit(monkeypatch):
    monkeypatch.setattr(atelier, "_composer", se_tuer)
    with pytest.raises(ImpressionImpossible, match="relancez-la"):
        list(atelier.composer_lettres(lot(atelier.SEUIL)))


@pytest.mark.parametrize("combien", [2, atelier.SEUIL])
def test_relier_met_les_pages_bout_a_bout_dans_un_fichier_qui_s_efface(combien):
    pdf = imprimer_lettre(LETTRE, edite_le=QUAND)
    with atelier.relier([pdf] * combien, titre="Lot") as fichier, pikepdf.open(fichier) as papier:
        assert len(papier.pages) == combien
    assert not os.path.exists(getattr(fichier, "name", ""))  # quelques lettres se relient en mémoire


@pytest.mark.parametrize("pdfs", [[], [b"rien de lisible"]])
def test_relier_refuse_l_illisible(pdfs):
    with pytest.raises(ImpressionImpossible, match="assemblées"):
        atelier.relier(pdfs, titre="Lot")


def test_relier_n_ecrit_qu_une_fois_les_emblemes():
    pdf = imprimer_lettre(LETTRE, edite_le=QUAND)
    with atelier.relier([pdf] * 8, titre="Lot") as fichier:
        octets = fichier.read()
    with pikepdf.open(io.BytesIO(octets)) as papier:
        formes = {forme.objgen for page in papier.pages for forme in page.obj.Resources.XObject.values()}
        assert len(formes) < 3 * 2 + 8  # la bande bleue et rouge, seule, garde ses ressources
