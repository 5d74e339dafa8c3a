"""L'écran de la boîte d'envoi, et « mon » prochain résumé."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils.timezone import localdate

from reseau.enums import EtatPli
from reseau.models import Pli
from suivi.accueil import a_faire
from tests.factories import ActionFactory, PliFactory, ReunionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def adresse(reseau):
    return lambda nom, *arguments, suite="": reverse(f"suivi:{nom}", args=[reseau.slug, *arguments]) + suite


def test_boite_vide_le_dit(clients, adresse):
    assert "Aucun courriel" in clients["animateur"].get(adresse("boite-d-envoi")).content.decode()


def test_boite_dit_ce_qui_part_attend_et_echoue_sans_objet_ni_adresse(clients, adresse, reseau, direct):
    PliFactory(reseau=reseau, membre=direct)
    PliFactory(reseau=reseau, abandonne=True, objet="Secret", destinataire="achille@scierie.test")
    PliFactory(reseau=reseau, parti=True)
    PliFactory()
    page = clients["animateur"].get(adresse("boite-d-envoi"))
    lu = page.content.decode()
    assert (page.context["nombre"], page.context["attendent"], page.context["echecs"]) == (3, 1, 1)
    assert [mot for mot in ("En attente", "Abandonné", "Parti", str(direct), "a refusé cette adresse") if mot not in lu] == []
    assert [mot for mot in ("Secret", "scierie") if mot in lu] == []


@pytest.mark.parametrize(("etat", "nombre"), [("attente", 1), ("echec", 2), ("partis", 1)])
def test_boite_se_filtre(clients, adresse, reseau, etat, nombre):
    for trait in ({}, {"abandonne": True}, {"incertain": True}, {"parti": True}):
        PliFactory(reseau=reseau, **trait)
    assert clients["secretariat"].get(adresse("boite-d-envoi", suite=f"?etat={etat}")).context["nombre"] == nombre


def test_rejouer_fait_repartir(clients, adresse, reseau, django_capture_on_commit_callbacks):
    pli = PliFactory(reseau=reseau, abandonne=True)
    with django_capture_on_commit_callbacks(execute=True):
        clients["animateur"].post(adresse("pli-rejouer", pli.pk))
    assert [message.subject for message in mail.outbox] == ["Trois choses vous attendent"]
    assert Pli.objects.get().parti


def test_rejouer_tout_ne_renvoie_pas_ce_qui_est_peut_etre_parti(clients, adresse, reseau, django_capture_on_commit_callbacks):
    for trait in ({"parti": True}, {"abandonne": True}, {"abandonne": True}, {"incertain": True}):
        PliFactory(reseau=reseau, **trait)
    PliFactory(abandonne=True)  # d'un autre réseau
    with django_capture_on_commit_callbacks(execute=True):
        clients["animateur"].post(adresse("boite-d-envoi-rejouer-tout"))
    assert len(mail.outbox) == 2


def test_courriel_parti_ne_se_renvoie_pas(clients, adresse, reseau, django_capture_on_commit_callbacks):
    pli = PliFactory(reseau=reseau, parti=True)
    with django_capture_on_commit_callbacks(execute=True):
        response = clients["animateur"].post(adresse("pli-rejouer", pli.pk), follow=True)
    assert "ne peut plus repartir" in response.content.decode()
    assert mail.outbox == []


def test_classer_efface_et_ne_se_signale_plus(clients, adresse, reseau, animateur):
    pli = PliFactory(reseau=reseau, abandonne=True)
    assert "courriel non parti" in {tache.quoi for tache in a_faire(animateur, localdate())}
    clients["animateur"].post(adresse("pli-classer", pli.pk))
    pli.refresh_from_db()
    assert (pli.etat, pli.corps) == (EtatPli.RETIRE, "")
    assert a_faire(animateur, localdate()) == []


def test_mon_resume_montre_ce_qui_partirait_et_n_ecrit_rien(clients, adresse, reseau, direct):
    ReunionFactory(reseau=reseau, le=localdate())
    hier = localdate() - timedelta(days=1)
    action = ActionFactory(projet__visite__reseau=reseau, responsable=direct, acceptee=True, fin_prevue=hier)
    lu = clients["direct"].get(adresse("mon-resume")).content.decode()
    assert f"Action n° {action.numero}" in lu
    assert "Aucun nouveau compte rendu" in lu
    assert not Pli.objects.exists()


def test_mon_resume_vide_le_dit(clients, adresse):
    assert "Rien à vous rappeler" in clients["observateur"].get(adresse("mon-resume")).content.decode()
