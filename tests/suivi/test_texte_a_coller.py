"""Le texte à coller dans l'outil de l'institution : composé pour elle, jamais filtré après coup."""

from datetime import date

import pytest
from django.urls import reverse

from reseau.enums import Qualite, Role
from tests.conftest import connecter
from tests.factories import (
    ActionFactory,
    CompteRenduFactory,
    DeportFactory,
    MembreFactory,
    ProjetFactory,
    VisiteFactory,
)
from visites.models import PartieReservee


@pytest.fixture
def direct(reseau):
    return MembreFactory(reseau=reseau)


@pytest.fixture
def rendu(reseau, direct):
    visite = VisiteFactory(reseau=reseau, realisee=True, developpeur=direct, realisee_le=date(2026, 3, 2))
    rendu = CompteRenduFactory(visite=visite, termine=True, phrase="L’atelier sature.", entendu="Neuf mois de carnet.")
    PartieReservee.objects.create(compte_rendu=rendu, texte="Trésorerie tendue.")
    projet = ProjetFactory(visite=visite, titre="Agrandir", nature="production")
    ActionFactory(projet=projet, libelle="Étudier les aides", responsable=direct, fin_prevue=date(2026, 4, 2))
    return rendu


def page(membre, rendu):
    adresse = reverse("suivi:compte-rendu-lire", args=[rendu.visite.reseau.slug, rendu.visite.pk])
    return connecter(membre).get(adresse)


def test_texte_dit_la_visite_la_phrase_et_les_suites(rendu, direct):
    lignes = page(direct, rendu).context["a_coller"].splitlines()
    assert lignes[0] == f"{rendu.visite.entreprise}, Vesoul"
    assert lignes[-2:] == [
        "Projet : Agrandir (Production)",
        f"  - Étudier les aides : {direct} ({direct.institution}), pour le 2 avril 2026",
    ]
    assert {"L’atelier sature.", "Neuf mois de carnet."} <= set(lignes)


def test_partie_reservee_n_y_est_jamais(rendu, direct):
    assert "Trésorerie" not in page(direct, rendu).context["a_coller"]


def test_institution_dont_un_membre_se_deporte_n_a_pas_de_texte(rendu, direct):
    collegue = MembreFactory(reseau=rendu.visite.reseau, institution=direct.institution)
    DeportFactory(entreprise=rendu.visite.entreprise, membre=collegue)
    reponse = page(direct, rendu)
    assert (reponse.context["a_coller"], "Rien à y coller" in reponse.content.decode()) == ("", True)


def test_institution_de_la_prefecture_n_a_que_la_visite(rendu, direct):
    lecteur = {"role": Role.PREFECTURE, "qualite": Qualite.AUCUN}
    MembreFactory(reseau=rendu.visite.reseau, institution=direct.institution, **lecteur)
    texte = page(direct, rendu).context["a_coller"]
    assert ("Visite du 2 mars 2026" in texte, "sature" in texte, "Agrandir" in texte) == (True, False, False)


def test_texte_n_est_qu_au_visiteur(rendu, animateur):
    assert "a_coller" not in page(animateur, rendu).context
