"""Le client du répertoire public, contre un vrai serveur local : lenteur, pannes, coupures, cache et repli."""

import time

import pytest
from django.core.cache import cache

from entreprises import annuaire_public
from entreprises.annuaire_public import ILLISIBLE, INCOMPRISE, MUET, ServiceMuet, chercher, lire_reponse, trouver
from tests.donnees.fabrique import siret
from tests.entreprises import repertoire
from tests.entreprises.repertoire import couper, fiche, goutter, reponse, secondaire, trainer, unite

BON = (200, reponse(unite(1)))


@pytest.fixture
def serveur(settings, tmp_path, monkeypatch):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": tmp_path / "cache"}
    }
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(annuaire_public, "DELAI", 0.3)
    monkeypatch.setattr(annuaire_public, "REPRISES", annuaire_public.REPRISES.new(backoff_factor=0.01))
    with repertoire.ouvert() as serveur:
        settings.RECHERCHE_ENTREPRISES_URL = serveur.adresse
        yield serveur


def lire(*unites):
    return lire_reponse(reponse(*unites))["etablissements"]


def test_reponse_donne_ses_etablissements(serveur):
    serveur.jouer(BON)
    [trouve] = chercher("  scierie ").etablissements
    assert serveur.demandes == ["scierie"]
    assert trouve == annuaire_public.Etablissement(
        siret=siret(1),
        raison_sociale="SCIERIE FICTIVE 1",
        naf="16.10A",
        naf_2025="16.11Y",
        tranche_effectif="12",
        adresse="1 RUE DES ESSAIS",
        code_postal="70000",
        commune="70550",
        ville="VESOUL",
        siege=True,
    )


def test_siret_s_ecrit_avec_ou_sans_espaces(serveur):
    serveur.jouer(BON)
    numero = siret(1)
    assert trouver(f"{numero[:3]} {numero[3:6]} {numero[6:9]} {numero[9:]}") is None
    assert (trouver(numero).siret, serveur.demandes) == (numero, [numero])


@pytest.mark.parametrize(
    "pannes",
    [[(500, b"")], [(503, b""), (502, b"")], [(429, b"")], [couper], [trainer], [goutter]],
    ids=["500", "503-502", "429", "coupure", "lenteur", "goutte-a-goutte"],
)
def test_panne_passagere_se_reprend(serveur, pannes):
    serveur.jouer(*pannes, BON)
    assert len(chercher("scierie").etablissements) == 1
    assert len(serveur.demandes) == len(pannes) + 1


@pytest.mark.parametrize("panne", [(500, b""), (429, b""), couper, trainer], ids=["500", "429", "coupure", "lenteur"])
def test_panne_qui_dure_s_arrete_a_trois_essais(serveur, panne):
    serveur.jouer(panne)
    debut = time.monotonic()
    with pytest.raises(ServiceMuet) as muet:
        chercher("scierie")
    assert (str(muet.value), len(serveur.demandes)) == (MUET, 3)
    assert time.monotonic() - debut < 3


def test_attente_croit_entre_deux_reprises():
    premiere = annuaire_public.REPRISES.increment("GET", "/", error=annuaire_public._Refus("500"))
    seconde = premiere.increment("GET", "/", error=annuaire_public._Refus("500"))
    assert premiere.get_backoff_time() < seconde.get_backoff_time() <= 1


def test_connexion_refusee_se_dit(serveur, settings):
    settings.RECHERCHE_ENTREPRISES_URL = "http://127.0.0.1:9/search"
    with pytest.raises(ServiceMuet, match="ne répond pas en ce moment"):
        chercher("scierie")


@pytest.mark.parametrize(
    "octets",
    [b'{"results": [{"siege"', b"", b"null", b"[]", b'{"results": 3}', b'{"results": [3]}', b"<html>", b"[" * 100_000],
)
def test_reponse_illisible_ne_se_reprend_pas(serveur, octets):
    serveur.jouer((200, octets))
    with pytest.raises(ServiceMuet) as muet:
        chercher("scierie")
    assert (str(muet.value), len(serveur.demandes)) == (ILLISIBLE, 1)


def test_reponse_enorme_est_abandonnee(serveur):
    serveur.jouer((200, b" " * (annuaire_public.TAILLE_MAX + 1)))
    with pytest.raises(ServiceMuet, match="illisible"):
        chercher("scierie")


@pytest.mark.parametrize(("statut", "phrase"), [(400, INCOMPRISE), (404, INCOMPRISE), (301, MUET), (403, MUET)])
def test_refus_du_service_ne_se_reprend_pas(serveur, statut, phrase):
    serveur.jouer((statut, b"{}"))
    with pytest.raises(ServiceMuet) as muet:
        chercher("scierie")
    assert (str(muet.value), len(serveur.demandes)) == (phrase, 1)


def test_reponse_fraiche_vient_du_cache(serveur):
    serveur.jouer(BON)
    reponses = [chercher("Scierie"), chercher("scierie"), chercher(siret(1))]
    assert ([len(reponse.etablissements) for reponse in reponses], serveur.demandes) == ([1, 1, 1], ["Scierie"])


def test_reponse_ancienne_se_redemande_ou_sert_de_repli(serveur, monkeypatch):
    serveur.jouer(BON)
    chercher("scierie")
    monkeypatch.setattr(annuaire_public, "FRAICHE", 0)
    serveur.jouer((500, b""))
    assert (chercher("scierie").ancienne, len(chercher("scierie").etablissements)) == (True, 1)
    serveur.jouer((200, reponse(unite(1), unite(2))))
    assert (chercher("scierie").ancienne, len(chercher("scierie").etablissements)) == (False, 2)


def test_cache_indisponible_n_empeche_rien(serveur, settings, tmp_path):
    (tmp_path / "fichier").write_text("")
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": tmp_path / "fichier" / "cache",
        }
    }
    serveur.jouer(BON)
    assert len(chercher("scierie").etablissements) == 1


def test_dirigeants_ne_sont_pas_gardes(serveur, tmp_path):
    serveur.jouer(BON)
    chercher("scierie")
    assert "FICTIF" not in repr(cache.get(annuaire_public._cle("scierie")))


def test_sans_adresse_la_recherche_est_fermee(settings):
    settings.RECHERCHE_ENTREPRISES_URL = ""
    with pytest.raises(ServiceMuet, match="pas ouverte sur cette installation"):
        chercher("scierie")


def test_etablissement_secondaire_et_siege_se_suivent_une_fois():
    autres = [secondaire(2, adresse="ZONE DU BOIS 70200 LURE", code_postal="70200", libelle_commune="LURE"), secondaire(1)]
    trouves = lire(unite(1, autres=autres))
    assert [(t["siret"], t["adresse"], t["siege"]) for t in trouves] == [
        (siret(2), "ZONE DU BOIS", False),
        (siret(1), "1 RUE DES ESSAIS", True),
    ]


@pytest.mark.parametrize(
    "protege",
    [
        unite(1, statut_diffusion="P"),
        unite(1, statut_diffusion="N"),
        unite(1, siege=fiche(1, statut_diffusion_etablissement="P", liste_enseignes=["SECRET"])),
    ],
)
def test_non_diffusible_n_a_ni_nom_ni_voie(protege):
    [trouve] = lire(protege)
    assert (trouve["raison_sociale"], trouve["diffusible"], trouve["ville"]) == ("Non diffusible", False, "VESOUL")
    assert (trouve["enseigne"], trouve["adresse"], trouve["complement"]) == ("", "", "")


def test_valeurs_inconnues_ou_trop_longues_s_effacent():
    siege = fiche(
        1,
        activite_principale="57.1X",
        activite_principale_naf25=None,
        tranche_effectif_salarie="99",
        commune=None,
        code_postal=None,
        nom_commercial="X" * 300,
        etat_administratif="F",
    )
    [trouve] = lire(unite(1, siege=siege))
    assert (trouve["naf"], trouve["naf_2025"], trouve["tranche_effectif"], trouve["commune"]) == ("", "", "", "")
    assert (len(trouve["enseigne"]), trouve["etat"], trouve["code_postal"]) == (100, "ferme", "")


def test_siret_absurde_est_ignore():
    assert lire(unite(1, siege=fiche(1, siret="<script>")), unite(2, siege=fiche(2, siret=None))) == []
