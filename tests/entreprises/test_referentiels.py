"""Les références de l'Insee en base : complètes, rejouables, silencieuses quand il n'y a rien à faire."""

from importlib.resources import files
from io import StringIO

import pytest
from django.core.management import call_command

from entreprises import referentiels
from entreprises.models import Activite, Arrondissement, Commune, Division, Epci, ZoneEmploi
from entreprises.reference import lire_csv

pytestmark = pytest.mark.django_db


def sortie(**options):
    flux = StringIO()
    call_command("charger_references", stdout=flux, **options)
    return flux.getvalue()


def test_references_sont_toutes_chargees():
    nombres = [modele.objects.count() for modele in (ZoneEmploi, Commune, Division, Activite)]
    assert nombres == [306, 34969, 88, 1479]


def test_commune_connait_son_departement_et_sa_zone_d_emploi():
    vesoul = Commune.objects.select_related("zone_emploi").get(pk="70550")
    assert (vesoul.nom, vesoul.departement, vesoul.zone_emploi.nom) == ("Vesoul", "70", "Vesoul")


def test_activite_des_deux_nomenclatures_a_sa_division():
    assert list(Activite.objects.filter(pk__in=["16.10A", "16.11Y"]).values_list("division", flat=True)) == ["16", "16"]


def test_nomenclatures_se_distinguent_par_leur_derniere_lettre():
    assert (Activite.objects.rev2().count(), Activite.objects.naf_2025().count()) == (732, 747)


def test_division_industrielle_est_des_sections_b_et_c():
    codes = [division.code for division in Division.objects.all() if division.industrielle]
    assert codes == ["05", "06", "07", "08", "09", *map(str, range(10, 34))]


def test_zones_du_departement_y_ont_une_commune():
    noms = [zone.nom for zone in ZoneEmploi.objects.du_departement("70")]
    assert noms == ["Belfort", "Besançon", "Dijon", "Montbéliard", "Vesoul"]


def test_rechargement_ne_dit_ni_n_ecrit_rien(requetes):
    assert sortie() == ""
    assert requetes(referentiels.charger) == 7


def test_rechargement_repare_ce_qui_a_change():
    Commune.objects.filter(pk="70550").update(nom="Vezoul")
    assert sortie() == "Références de l’Insee : 1 ligne mise à jour.\n"
    assert Commune.objects.get(pk="70550").nom == "Vesoul"


def test_rechargement_se_tait_si_on_le_demande():
    Commune.objects.filter(pk="70550").update(nom="Vezoul")
    assert sortie(verbosity=0) == ""


@pytest.fixture
def dossier(tmp_path):
    """`dossier(nom, remplacer=(avant, apres), ajouter=…)` : un dossier où ce fichier de référence a changé."""

    def ecrire(nom, remplacer=("", ""), ajouter="", garder=None):
        texte = files("entreprises.reference").joinpath(f"{nom}.csv").read_text()
        lignes = texte.replace(*remplacer).splitlines(keepends=True)[:garder]
        (tmp_path / f"{nom}.csv").write_text("".join(lignes) + ajouter)
        return tmp_path

    return ecrire


def refus(chemin):
    erreurs = StringIO()
    with pytest.raises(SystemExit) as fin:
        call_command("charger_references", dossier=chemin, stderr=erreurs)
    return fin.value.code, erreurs.getvalue()


def test_dossier_plus_recent_met_la_base_a_jour(dossier):
    chemin = dossier("communes", ("70550,Vesoul,", "70550,Vesoul-la-Neuve,"))
    attendu = "Références de l’Insee : 1 ligne mise à jour.\nLus dans le dossier : communes."
    assert sortie(dossier=chemin).startswith(attendu)
    assert Commune.objects.get(pk="70550").nom == "Vesoul-la-Neuve"


def test_lecture_suit_le_dossier_des_reglages(dossier, settings):
    settings.REFERENCES_DIR = str(dossier("zones_emploi", ("0051,Alençon", "0051,Alençon-Neuf")))
    assert next(lire_csv("zones_emploi")) == {"code": "0051", "nom": "Alençon-Neuf"}
    assert sum(1 for _ in lire_csv("communes")) == 34_969
    assert sortie().startswith("Références de l’Insee : 1 ligne")


@pytest.mark.parametrize(
    ("nom", "changement", "defaut"),
    [
        ("communes", {"remplacer": ("code_insee,", "code,")}, "communes.csv : colonne absente, ou fichier vide : code_insee."),
        ("communes", {"garder": 500}, "communes.csv : 499 lignes au lieu de 34969 aujourd’hui, il est sans doute coupé."),
        ("zones_emploi", {"ajouter": "12,Courte\n"}, "zones_emploi.csv, ligne 308 : « 12 » n’est pas une valeur de code."),
        ("zones_emploi", {"ajouter": "0051,Double\n"}, "zones_emploi.csv : 1 code(s) en double."),
        ("epci", {"remplacer": ("200000172,", "999999999,")}, "epci « 200000172 » inconnu."),
        ("naf_2025", {"ajouter": "sous-classe,10.71C,C,Rév. 2\n"}, "naf_2025.csv, ligne 771 : « 10.71C »"),
        ("types_de_voie", {"ajouter": "X\n"}, "types_de_voie.csv, ligne 65 : « None »"),
    ],
)
def test_dossier_fautif_est_refuse_sans_rien_ecrire(dossier, nom, changement, defaut):
    chemin = dossier(nom, **changement)
    dossier("arrondissements", ("011,Belley", "011,Belley-Neuf"))
    code, erreurs = refus(chemin)
    assert (code, erreurs.startswith("Rien n’est écrit. "), defaut in erreurs) == (2, True, True)
    assert Arrondissement.objects.get(pk="011").nom == "Belley"


def test_dossier_vide_inconnu_ou_etranger_est_refuse(tmp_path):
    assert "aucun fichier .csv" in refus(tmp_path)[1]
    assert "n’est pas un dossier" in refus(tmp_path / "rien")[1]
    (tmp_path / "clients.csv").write_text("a,b\n")
    assert "clients.csv n’est pas une référence" in refus(tmp_path)[1]


def test_commune_a_son_arrondissement_son_epci_et_son_centre():
    vesoul = Commune.objects.select_related("arrondissement", "epci").get(pk="70550")
    assert (vesoul.arrondissement.nom, vesoul.epci.nom) == ("Vesoul", "CA de Vesoul")
    assert (round(vesoul.latitude, 1), round(vesoul.longitude, 1)) == (47.6, 6.2)
    assert [Arrondissement.objects.count(), Epci.objects.count()] == [333, 1255]


def test_centres_connus_de_presque_toutes_les_communes():
    sans = Commune.objects.filter(latitude=None).count()
    assert sans == sum(1 for ligne in lire_csv("communes") if not ligne["latitude"])
    assert not Commune.objects.filter(latitude=None).exclude(longitude=None).exists()
