"""Le journal de lecture."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from reseau.enums import Geste
from reseau.models import Journal
from reseau.operations import noter
from tests.factories import MembreFactory


@pytest.fixture
def adresse(reseau):
    return reverse("reseau:journal", args=[reseau.slug])


@pytest.fixture
def lignes(membres):
    """Une lecture par membre, un export par l'animateur, et une lecture dans un autre réseau."""
    noter(MembreFactory(), Geste.LECTURE, membres["direct"])
    noter(membres["animateur"], Geste.EXPORT, "entreprises", nombre=12)
    return {nom: noter(membre, Geste.LECTURE, membres["direct"]) for nom, membre in membres.items()}


def lus(response):
    return [ligne.pk for ligne in response.context["page_obj"]]


@pytest.mark.parametrize(
    ("profil", "statut"),
    [("animateur", 200), ("secretariat", 403), ("direct", 200), ("associe", 200), ("prefecture", 403), ("observateur", 403)],
)
def test_journal_se_lit_selon_le_role(clients, adresse, profil, statut):
    assert clients[profil].get(adresse).status_code == statut


def test_animateur_lit_tout_le_reseau_et_lui_seul(clients, adresse, lignes):
    assert len(lus(clients["animateur"].get(adresse))) == 7


@pytest.mark.parametrize("profil", ["direct", "associe"])
def test_developpeur_ne_lit_que_le_sien(clients, adresse, lignes, profil):
    response = clients[profil].get(adresse)
    assert lus(response) == [lignes[profil].pk]
    assert "membre" not in response.context["filter"].form.fields


def test_developpeur_ne_force_pas_le_filtre_par_personne(clients, adresse, lignes, animateur):
    assert lus(clients["direct"].get(adresse, {"membre": animateur.pk})) == [lignes["direct"].pk]


def test_filtre_par_geste_et_par_personne(clients, adresse, lignes, membres):
    par_geste = clients["animateur"].get(adresse, {"geste": "export"})
    par_personne = clients["animateur"].get(adresse, {"membre": membres["associe"].pk})
    assert [ligne.nombre for ligne in par_geste.context["page_obj"]] == [12]
    assert lus(par_personne) == [lignes["associe"].pk]


def test_filtre_par_periode(journal_a_recrire, clients, adresse, lignes):
    Journal.objects.update(le=datetime(2026, 1, 15, 12, tzinfo=UTC))
    Journal.objects.filter(pk=lignes["direct"].pk).update(le=datetime(2026, 3, 2, 12, tzinfo=UTC))
    assert lus(clients["animateur"].get(adresse, {"du": "2026-03-01", "au": "2026-03-02"})) == [lignes["direct"].pk]


def test_personnes_sont_celles_du_reseau_par_ordre_alphabetique(clients, adresse, reseau, lignes):
    MembreFactory(reseau=reseau, nom="Éluard", prenom="Aline", parti_le="2024-01-01")
    choix = clients["animateur"].get(adresse).context["filter"].form.fields["membre"].choices
    assert [libelle.split()[0] for _, libelle in choix] == [
        "Toutes",
        "Animateur",
        "Associe",
        "Direct",
        "Éluard",
        "Observateur",
        "Prefecture",
        "Secretariat",
    ]


def test_personne_d_un_autre_reseau_est_refusee(clients, adresse, lignes):
    form = clients["animateur"].get(adresse, {"membre": MembreFactory().pk}).context["filter"].form
    assert list(form.errors) == ["membre"]


def test_page_ne_porte_que_des_numeros(clients, adresse, animateur, membres):
    """Le journal dit quel objet a été lu ; son nom ne s'y trouve pas."""
    noter(animateur, Geste.LECTURE, MembreFactory(reseau=animateur.reseau, prenom="Zénobie", nom="Quelconque"))
    # Le filtre par personne nomme les membres : on ne regarde que le tableau.
    page = clients["animateur"].get(adresse).text
    tableau = page[page.index("<tbody>") : page.index("</tbody>")]
    assert ("Quelconque" in tableau, "Membre n° " in tableau) == (False, True)


def test_liste_se_pagine_et_demande_toujours_autant_de_requetes(clients, adresse, animateur, requetes):
    noter(animateur, Geste.LECTURE, animateur)
    compter = lambda: requetes(lambda: clients["animateur"].get(adresse))  # noqa: E731
    avant = compter()
    for rang in range(30):
        noter(MembreFactory(reseau=animateur.reseau), Geste.LECTURE, animateur, nombre=rang)
    assert compter() == avant
    assert [len(lus(clients["animateur"].get(adresse, {"page": page}))) for page in (1, 2)] == [25, 6]


def test_lire_le_journal_n_y_ecrit_rien(clients, adresse, lignes):
    avant = Journal.objects.count()
    clients["animateur"].get(adresse)
    assert Journal.objects.count() == avant
