"""`manage.py lettres` : imprime, ne signe ni ne numérote ; ses erreurs sont claires et rendent 2."""

import pikepdf
import pytest
from django.core.management import CommandError, call_command

from reseau.enums import Geste
from reseau.models import Journal
from tests.factories import JOUR, CampagneFactory, CourrierFactory, VisiteFactory
from visites import courriers
from visites.models import Courrier

pytestmark = pytest.mark.django_db


@pytest.fixture
def campagne(reseau):
    return CampagneFactory(reseau=reseau, nom="Automne")


@pytest.fixture
def signees(campagne, membres):
    """Deux lettres signées de la campagne, et une à la signature."""
    for _ in range(2):
        CourrierFactory(visite=VisiteFactory(reseau=campagne.reseau, campagne=campagne, programmee=True), a_signer=True)
    courriers.signer(Courrier.objects.all(), par=membres["prefecture"], le=JOUR)
    CourrierFactory(visite=VisiteFactory(reseau=campagne.reseau, campagne=campagne, programmee=True), a_signer=True)


@pytest.fixture
def lancer(reseau, tmp_path):
    def commander(*options, reseau=reseau.slug, campagne="Automne", sortie=tmp_path / "lettres.pdf"):
        call_command("lettres", reseau=reseau, campagne=str(campagne), sortie=sortie, **dict.fromkeys(options, True))
        return sortie

    return commander


def pages(fichier):
    with pikepdf.open(fichier) as pdf:
        return len(pdf.pages)


@pytest.mark.usefixtures("signees")
def test_lettres_imprime_les_signees_et_le_dit(lancer, capsys):
    sortie = lancer()
    assert pages(sortie) == 2
    assert capsys.readouterr().out == f"{sortie} : 2 lettres signées, campagne « Automne ».\n"
    assert Journal.objects.get(geste=Geste.IMPRESSION).nombre == 2


@pytest.mark.usefixtures("signees")
def test_lettres_imprime_les_autres_quand_l_une_ne_se_compose_pas_et_la_nomme(lancer, tmp_path):
    longue = Courrier.objects.get(numero=1)
    longue.contenu["paragraphes"] = ["Une phrase bien trop longue. " * 400]
    longue.save()
    with pytest.raises(CommandError, match=f"^Manquent au PDF : n° 2026-0001 .{longue.visite.entreprise}.. Relancez") as erreur:
        lancer()
    assert (pages(tmp_path / "lettres.pdf"), erreur.value.returncode) == (1, 1)
    assert Journal.objects.get(geste=Geste.IMPRESSION).nombre == 1


@pytest.mark.usefixtures("signees")
def test_lettres_ne_signe_ni_ne_numerote(lancer):
    avant = list(Courrier.objects.order_by("pk").values_list("pk", "etat", "numero", "version"))
    lancer()
    lancer("brouillon")
    assert list(Courrier.objects.order_by("pk").values_list("pk", "etat", "numero", "version")) == avant


@pytest.mark.usefixtures("signees")
def test_lettres_brouillon_imprime_les_autres(lancer):
    assert pages(lancer("brouillon")) == 1


@pytest.mark.usefixtures("signees")
@pytest.mark.parametrize("nom", ["automne", "AUTOMNE"])
def test_lettres_trouve_la_campagne_par_son_nom(lancer, nom):
    assert pages(lancer(campagne=nom)) == 2


@pytest.mark.usefixtures("signees")
def test_lettres_trouve_la_campagne_par_son_identifiant(lancer, campagne):
    assert pages(lancer(campagne=campagne.pk)) == 2


def test_lettres_prefere_le_nom_a_l_identifiant(lancer, campagne, reseau):
    CampagneFactory(reseau=reseau, nom=str(campagne.pk))
    with pytest.raises(CommandError) as erreur:
        lancer(campagne=campagne.pk)
    assert str(erreur.value) == "Aucune lettre signée à imprimer."


@pytest.mark.usefixtures("signees")
def test_lettres_ne_prend_que_cette_campagne(lancer, reseau):
    CampagneFactory(reseau=reseau, nom="Printemps")
    with pytest.raises(CommandError):
        lancer(campagne="Printemps")


@pytest.mark.parametrize(
    ("choix", "message"),
    [
        ({"reseau": "jura"}, "Réseau inconnu : jura. Réseaux de cette installation : {slug}."),
        ({"campagne": "Été"}, "Campagne inconnue : Été. Campagnes de ce réseau : « Automne » ({pk})."),
        ({"campagne": "9" * 40}, "Campagne inconnue : " + "9" * 40 + ". Campagnes de ce réseau : « Automne » ({pk})."),
        ({}, "Aucune lettre signée à imprimer."),
    ],
)
def test_lettres_dit_ce_qui_ne_va_pas_et_rend_2(lancer, campagne, choix, message):
    with pytest.raises(CommandError) as erreur:
        lancer(**choix)
    assert str(erreur.value) == message.format(slug=campagne.reseau.slug, pk=campagne.pk)
    assert erreur.value.returncode == 2


@pytest.mark.usefixtures("campagne")
def test_lettres_brouillon_sans_lettre_rend_2(lancer):
    with pytest.raises(CommandError) as erreur:
        lancer("brouillon")
    assert (str(erreur.value), erreur.value.returncode) == ("Aucune lettre en brouillon à imprimer.", 2)


@pytest.mark.usefixtures("signees")
def test_lettres_ou_l_on_ne_peut_pas_ecrire_rend_2(lancer, tmp_path):
    with pytest.raises(CommandError) as erreur:
        lancer(sortie=tmp_path / "absent" / "lettres.pdf")
    assert erreur.value.returncode == 2


@pytest.mark.usefixtures("campagne")
def test_lettres_en_echec_garde_le_fichier_d_avant(lancer, tmp_path):
    (tmp_path / "lettres.pdf").write_bytes(b"avant")
    with pytest.raises(CommandError):
        lancer()
    assert [fichier.name for fichier in tmp_path.iterdir()] == ["lettres.pdf"]
    assert (tmp_path / "lettres.pdf").read_bytes() == b"avant"


@pytest.mark.usefixtures("signees")
def test_lettres_remplace_le_fichier_d_un_seul_geste(lancer, tmp_path):
    """Le nouveau prend le nom de l'ancien, que personne ne réécrit : qui le lisait le lit encore en entier."""
    (tmp_path / "lettres.pdf").write_bytes(b"avant")
    (tmp_path / "lecteur").hardlink_to(tmp_path / "lettres.pdf")
    assert pages(lancer()) == 2
    assert (tmp_path / "lecteur").read_bytes() == b"avant"
    assert sorted(fichier.name for fichier in tmp_path.iterdir()) == ["lecteur", "lettres.pdf"]


@pytest.mark.usefixtures("signees")
def test_lettres_sur_un_dossier_ne_laisse_rien(lancer, tmp_path):
    with pytest.raises(CommandError):
        lancer(sortie=tmp_path)
    assert list(tmp_path.iterdir()) == []
