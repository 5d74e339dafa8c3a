"""« Qui a vu qui » : une ligne par entreprise, une colonne par institution, pour un lecteur."""

from datetime import UTC, date, datetime

import pytest
from django.utils.timezone import localdate

from reseau.lib.dates import plus_mois, premier_du_mois
from tests.factories import (
    DeportFactory,
    EntrepriseFactory,
    InstitutionFactory,
    MembreFactory,
    SollicitationFactory,
    VisiteFactory,
)
from tests.lib.papier import textes
from visites.rencontres import rencontres

pytestmark = pytest.mark.django_db
MARS, QUAND = date(2026, 3, 1), datetime(2026, 3, 31, 12, tzinfo=UTC)


def tableau(lecteur, **choix):
    compose = rencontres(lecteur, MARS, edite_le=QUAND, **choix)
    return compose.sections[0] if compose.sections else None


@pytest.fixture
def garni(reseau):
    """Une entreprise contactée par la CCI et visitée par la DDETS, une autre par la CCI seule, et un contact d'avril."""
    cci, ddets = (InstitutionFactory(reseau=reseau, sigle=sigle) for sigle in ("CCI", "DDETS"))
    une, deux = (EntrepriseFactory(reseau=reseau, raison_sociale=nom, recherche=nom.lower()) for nom in ("Alpha", "Bêta"))
    SollicitationFactory(entreprise=une, institution=cci, le=date(2026, 3, 12))
    SollicitationFactory(entreprise=deux, institution=cci, le=date(2026, 3, 31), canal="courriel")
    SollicitationFactory(entreprise=deux, institution=cci, le=date(2026, 4, 1))
    visiteur = MembreFactory(reseau=reseau, institution=ddets)
    VisiteFactory(reseau=reseau, entreprise=une, developpeur=visiteur, realisee=True, realisee_le=MARS)
    return une, deux


def test_tableau_du_mois_range_entreprises_et_institutions(garni, animateur):
    section = tableau(animateur)
    assert [colonne.libelle for colonne in section.colonnes] == ["Entreprise", "CCI", "DDETS", "À savoir"]
    assert [[case.texte for case in ligne] for ligne in section.corps_affiche] == [
        ["Alpha, Vesoul", "Téléphone le\u00a012", "Visite du réseau le\u00a01", "Contactée par 2 institutions"],
        ["Bêta, Vesoul", "Courriel le\u00a031", "", ""],
    ]
    assert section.notes == ["Une entreprise a été contactée par deux institutions ou plus, sur 2."]


def test_tableau_du_mois_est_compose_pour_son_lecteur(garni, animateur):
    DeportFactory(entreprise=garni[0], membre=animateur)
    section = tableau(animateur)
    assert [colonne.libelle for colonne in section.colonnes] == ["Entreprise", "CCI", "À savoir"]
    assert section.notes == ["Aucune entreprise n’a été contactée par deux institutions ou plus."]


def test_tableau_du_mois_se_filtre_par_zone(garni, animateur, reseau):
    zone = garni[0].commune.zone_emploi
    ailleurs = EntrepriseFactory(reseau=reseau, commune_id=None)
    SollicitationFactory(entreprise=ailleurs, le=MARS)
    assert len(tableau(animateur).lignes) == 3
    assert len(tableau(animateur, zone=zone).lignes) == 2


def test_page_propose_le_mois_precedent_mais_pas_un_mois_a_venir(garni, clients, adresse):
    contexte = clients["animateur"].get(adresse("visites:qui-a-vu-qui"), {"mois": "2026-03"}).context
    assert (contexte["precedent"]["mois"], contexte["suivant"]["mois"]) == ("2026-02", "2026-04")
    contexte = clients["animateur"].get(adresse("visites:qui-a-vu-qui"), {"mois": "n’importe"}).context
    courant = premier_du_mois(localdate())
    assert (contexte["precedent"]["mois"], contexte["suivant"]) == (f"{plus_mois(courant, -1):%Y-%m}", None)


def test_imprime_et_classeur_portent_les_memes_lignes(garni, clients, adresse):
    client, demande = clients["prefecture"], {"mois": "2026-03"}
    texte = "\n".join(textes(client.get(adresse("visites:qui-a-vu-qui-pdf"), demande).content))
    assert "Alpha" in texte
    assert client.get(adresse("visites:qui-a-vu-qui-xlsx"), demande).content.startswith(b"PK")


@pytest.mark.parametrize("profil", ["associe", "observateur"])
def test_tableau_du_mois_est_refuse_a_qui_ne_voit_pas_le_tissu(clients, adresse, profil):
    assert clients[profil].get(adresse("visites:qui-a-vu-qui")).status_code == 403


@pytest.mark.parametrize("combien", [1, 3, 30])
def test_tableau_du_mois_en_requetes_constantes(reseau, animateur, requetes, combien):
    for _ in range(combien):
        SollicitationFactory(entreprise=EntrepriseFactory(reseau=reseau), le=MARS)
    assert requetes(lambda: rencontres(animateur, MARS, edite_le=QUAND)) == 3
