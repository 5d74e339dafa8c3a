"""`manage.py tableau` : les mêmes tableaux, pour l'exploitant, et des refus qui disent quoi faire."""

import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from python_calamine import CalamineWorkbook

from tests.factories import ActionFactory, DeportFactory, MembreFactory, VisiteFactory
from tests.lib.papier import textes

pytestmark = pytest.mark.django_db


class SortieBinaire(io.StringIO):
    """Une sortie standard qui n'est pas un terminal et reçoit aussi des octets."""

    def __init__(self):
        super().__init__()
        self.buffer = io.BytesIO()


def lancer(reseau, *arguments):
    sortie = SortieBinaire()
    call_command("tableau", *arguments, "--reseau", reseau.slug, stdout=sortie)
    return sortie


def en_json(reseau, *arguments):
    return json.loads(lancer(reseau, *arguments).getvalue())


def test_json_par_defaut(reseau):
    VisiteFactory(reseau=reseau, realisee=True, realisee_le=date(2026, 3, 2))
    tableau = en_json(reseau, "2.5", "--au", "2026-03-31")
    assert (tableau["code"], tableau["reseau"]) == ("2.5", reseau.nom)
    assert tableau["sections"][0]["pied"][0]["realisees"] == 1


def test_exploitant_compte_tout_malgre_les_deports(reseau, animateur):
    DeportFactory(membre=animateur, entreprise=VisiteFactory(reseau=reseau, realisee=True).entreprise)
    assert en_json(reseau, "2.7", "--du", "2026-03-01")["sections"][0]["lignes"][0]["nombre"] == 1


def test_bornes_se_donnent(reseau):
    for jour in (date(2026, 3, 2), date(2026, 4, 2)):
        VisiteFactory(reseau=reseau, realisee=True, realisee_le=jour)
    tableau = en_json(reseau, "2.5", "--au", "2026-04-30", "--visites-depuis", "2026-04-01", "--participation-du", "2026-01-01")
    assert tableau["sections"][0]["pied"][0]["realisees"] == 1
    assert tableau["periode"] == (
        "Visites du 1er avril 2026 au 30 avril 2026\u00a0; participation aux réunions du 1er janvier 2026 au 30 avril 2026"
    )


def test_responsable_se_donne_par_son_courriel(reseau):
    responsable = ActionFactory(responsable=MembreFactory(reseau=reseau, nom="Michu"), reseau=reseau).responsable
    tableau = en_json(reseau, "2.4", "--responsable", responsable.utilisateur.email.upper())
    assert [section["titre"] for section in tableau["sections"]] == ["Michu Camille"]


def test_pdf_sur_la_sortie_standard(reseau):
    octets = lancer(reseau, "2.7", "--format", "pdf").buffer.getvalue()
    assert "Emplois projetés (déclaratif)" in "\n".join(textes(octets))


def test_classeur_dans_un_fichier(reseau, tmp_path):
    sortie = lancer(reseau, "2.5", "--format", "xlsx", "--sortie", str(tmp_path / "tableau.xlsx"))
    classeur = CalamineWorkbook.from_path(tmp_path / "tableau.xlsx")
    assert classeur.sheet_names == ["Par développeur", "Par institution", "Définitions"]
    assert (sortie.getvalue(), sortie.buffer.getvalue()) == ("", b"")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["2.5", "--reseau", "nulle-part"], "Aucun réseau « nulle-part ». Réseaux connus : {slug}."),
        (
            ["2.7", "--reseau", "{slug}", "--participation-du", "2026-01-01"],
            "Le tableau 2.7 n’a pas l’option --participation-du.",
        ),
        (["2.4", "--reseau", "{slug}", "--responsable", "x@y.test"], "Aucun membre de ce réseau n’a le courriel « x@y.test »."),
        (["2.7", "--reseau", "{slug}", "--du", "2026-02-01", "--au", "2026-01-01"], "Le début de la période vient avant sa fin."),
        (["2.7", "--reseau", "{slug}", "--sortie", "/absent/t.json"], "Impossible d’écrire /absent/t.json : "),
    ],
)
def test_refus_sont_clairs_et_de_code_deux(reseau, arguments, message):
    with pytest.raises(CommandError) as refus:
        call_command("tableau", *(mot.format(slug=reseau.slug) for mot in arguments))
    assert str(refus.value).startswith(message.format(slug=reseau.slug))
    assert refus.value.returncode == 2


@pytest.mark.parametrize("arguments", [["2.6"], ["2.5", "--au", "hier"], ["2.5", "--format", "csv"]])
def test_arguments_inconnus_sont_refuses(reseau, arguments):
    with pytest.raises(CommandError):
        call_command("tableau", *arguments, "--reseau", reseau.slug)


def test_fichier_ne_s_affiche_pas_dans_un_terminal(reseau):
    sortie = SortieBinaire()
    sortie.isatty = lambda: True
    with pytest.raises(CommandError, match="donnez --sortie"):
        call_command("tableau", "2.5", "--reseau", reseau.slug, "--format", "pdf", stdout=sortie)
