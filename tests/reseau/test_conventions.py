"""La convention d'adhésion : l'imprimé, la signature, l'exemplaire gardé, ce qui reste à signer."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import localdate

from reseau import conventions
from reseau.models import ConventionSignee, Institution, Journal
from tests.factories import InstitutionFactory, MembreFactory
from tests.lib.papier import textes

PDF = b"%PDF-1.4 fictif"


@pytest.fixture
def institution(reseau):
    return InstitutionFactory(reseau=reseau, sigle="DDX", regalienne=True)


def adresse(institution, suite=""):
    return reverse(f"reseau:institution-convention{suite}", args=[institution.reseau.slug, institution.pk])


def test_imprime_dit_les_membres_et_le_regalien(institution):
    MembreFactory(reseau=institution.reseau, institution=institution, nom="Quelconque", hierarchie_le="2026-01-05")
    texte = " ".join(" ".join(textes(conventions.imprimer(conventions.convention_de(institution), le=localdate()))).split())
    assert [mot in texte for mot in ("Quelconque", "donnée le", "3 ans", "n’ont pas accès à la partie réservée")] == [True] * 4


def test_signer_et_deposer_l_exemplaire(clients, institution):
    champs = {"signataire": "Mme Fictive", "annees": 3, "signee_le": "2026-02-01", "exemplaire": SimpleUploadedFile("c.pdf", PDF)}
    assert clients["animateur"].post(adresse(institution), champs).status_code == 302
    institution.refresh_from_db()
    response = clients["prefecture"].get(adresse(institution, "-signee"))
    assert (str(institution.convention_signee_le), response.content) == ("2026-02-01", PDF)
    assert Journal.objects.filter(geste="lecture", objet="reseau.conventionsignee").count() == 1


@pytest.mark.parametrize(("octets", "signee_le", "message"), [(b"MZ", "2026-02-01", "genre admis"), (PDF, "", "Dites quand")])
def test_exemplaire_refuse_dit_pourquoi(clients, institution, octets, signee_le, message):
    champs = {"annees": 3, "signee_le": signee_le, "exemplaire": SimpleUploadedFile("c.pdf", octets)}
    response = clients["animateur"].post(adresse(institution), champs)
    assert (message in response.text, ConventionSignee.objects.count()) == (True, 0)


def test_developpeur_ne_telecharge_pas_l_exemplaire(clients, institution):
    assert clients["direct"].get(adresse(institution, "-signee")).status_code == 403


def test_institutions_a_signer_se_filtrent(clients, reseau, institution):
    InstitutionFactory(reseau=reseau, sigle="CCI", convention_signee_le="2026-01-01")
    page = clients["animateur"].get(reverse("reseau:institutions", args=[reseau.slug]), {"convention": "a_signer"})
    assert institution in page.context["page_obj"].object_list
    assert Institution.objects.get(sigle="CCI") not in page.context["page_obj"].object_list
