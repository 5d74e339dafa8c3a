"""Le banc lui-même : ce qu'il refuse."""

import json

import pytest

from tests.fiabilite import rapport as rapport_ecrit
from tests.fiabilite.rapport import Rapport, compter, prevoir
from tests.fiabilite.tableau import PROMESSES
from tests.fiabilite.verification import Bilan, ContreEpreuveAttrapee, verification


def test_soixante_verifications():
    assert len(PROMESSES) == 60


def test_bilan_sain_conclut_en_silence():
    bilan = Bilan()
    bilan.noter(True)
    bilan.conclure()


@pytest.mark.parametrize(
    ("note", "message"),
    [
        (Bilan(), "Rien n’a été essayé"),
        (Bilan(casse=True), "Rien n’a été essayé"),
        (Bilan(essayes=3, echoues=1, details=["un texte perdu"]), "1 échecs sur 3 :\nun texte perdu"),
        (Bilan(casse=True, essayes=3), "Contre-épreuve muette : 3 essais"),
    ],
)
def test_bilan_refuse(note, message):
    with pytest.raises(pytest.fail.Exception, match=message):
        note.conclure()


def test_contre_epreuve_qui_echoue_conclut_en_silence():
    bilan = Bilan(casse=True)
    with pytest.raises(ContreEpreuveAttrapee):
        bilan.noter(False, "attrapé")
    bilan.conclure()


def test_contre_epreuve_s_arrete_au_premier_echec():
    bilan, restants = Bilan(casse=True), iter(["un", "deux"])
    with pytest.raises(ContreEpreuveAttrapee):
        bilan.noter_lot(2, restants)
    assert list(restants) == ["deux"]


def test_echecs_se_comptent_tous_et_se_decrivent_vingt():
    bilan = Bilan()
    bilan.noter_lot(50, [f"échec {rang}" for rang in range(30)])
    assert (bilan.essayes, bilan.echoues, len(bilan.details)) == (50, 30, 20)


def test_numero_inconnu_est_refuse():
    with pytest.raises(KeyError):
        verification("Z9", "rien")


COMPTE = {"numero": "C3", "quoi": "numéros", "casse": False, "essayes": 200, "echoues": 1, "details": ["doublon"]}


@pytest.fixture
def rapport(tmp_path, monkeypatch):
    """Un rapport qui s'écrit ailleurs que celui du passage en cours."""
    monkeypatch.setattr("tests.fiabilite.rapport.FICHIER", tmp_path / "fiabilite.json")
    monkeypatch.setattr("tests.fiabilite.rapport.PREVUS", tmp_path / "prevus.json")
    return Rapport("sqlite")


def test_rapport_additionne_separe_les_contre_epreuves_et_nomme_ce_qui_manque(rapport):
    rapport.ajouter(COMPTE, "un", "failed", 1)
    rapport.ajouter(COMPTE | {"essayes": 100, "echoues": 0, "details": []}, "deux", "passed", 1)
    rapport.ajouter(COMPTE | {"casse": True, "echoues": 90}, "trois", "passed", 1)
    rapport.ajouter(None, "quatre", "skipped", 0)
    rapport.ajouter(None, "cinq", "failed", 0)
    attendu = {"essayes": 300, "echoues": 1, "contre_epreuves": 1, "contre_epreuves_attrapees": 1, "secondes": 3}
    assert {nom: valeur for nom, valeur in compter(rapport.essais)["C3"].items() if nom != "details"} == attendu
    lignes = rapport.en_clair()
    assert "Non jouées (59)" in "\n".join(lignes)
    assert lignes[-4:] == ["  Sautés (1) :", "    quatre", "  Tombés (1) :", "    cinq"]


def test_rapport_nomme_ce_qui_ne_s_est_pas_joue_en_entier(rapport):
    """Une vérification dont la moitié est écartée, ou n'a pas eu le temps de finir, le dit ; jouée ailleurs, elle se tait."""
    prevoir({"un": True, "deux": True, "au long cours": False, "de PostgreSQL": False})
    rapport.ajouter(COMPTE, "un", "passed", 1)
    manquent = ["    au long cours", "    de PostgreSQL", "  Inachevés (1) :", "    deux"]
    assert rapport.ecrire()[-5:] == ["  Écartés, joués sur aucun moteur (2) :", *manquent]
    ensuite = Rapport("postgresql")
    prevoir({"un": False, "deux": False, "au long cours": False, "de PostgreSQL": True})
    ensuite.ajouter(COMPTE, "de PostgreSQL", "passed", 1)
    assert ensuite.ecrire()[-3:] == ["  Écartés, joués sur aucun moteur (2) :", "    au long cours", "    deux"]


def test_rapport_ajoute_un_second_passage_au_premier(rapport):
    rapport.ajouter(COMPTE, "un", "passed", 1)
    rapport.ecrire()
    ensuite = Rapport("sqlite")
    ensuite.ajouter(COMPTE, "un", "passed", 1)
    ensuite.ajouter(COMPTE, "deux", "passed", 1)
    ensuite.ecrire()
    ecrit = json.loads(rapport_ecrit.FICHIER.read_text())
    assert ecrit["moteurs"]["sqlite"]["verifications"]["C3"]["essayes"] == 400
