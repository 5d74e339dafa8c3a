"""Les dispositifs du réseau : qui les tient, quand ils valent, ce que la base refuse."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from reseau.models import Dispositif
from tests.factories import JOUR, DispositifFactory

pytestmark = pytest.mark.django_db
ENVOI = {"nom": "Prêt d’équipement", "organisme": "Banque", "domaine": "finance", "lien": "https://exemple.fr/pret"}


def adresse(nom, reseau, *arguments):
    return reverse(f"reseau:{nom}", args=[reseau.slug, *arguments])


@pytest.mark.parametrize(("debut", "fin", "vaut"), [(None, None, True), (0, 0, True), (1, None, False), (None, -1, False)])
def test_en_vigueur(reseau, debut, fin, vaut):
    jours = {"debut_le": debut, "fin_le": fin}
    dispositif = DispositifFactory(reseau=reseau, **{n: None if j is None else JOUR + timedelta(j) for n, j in jours.items()})
    assert (dispositif.vaut(JOUR), Dispositif.objects.en_vigueur(JOUR).exists()) == (vaut, vaut)


def test_fin_avant_le_debut_se_refuse(reseau):
    with pytest.raises(IntegrityError), transaction.atomic():
        DispositifFactory(reseau=reseau, debut_le=JOUR, fin_le=JOUR - timedelta(days=1))


def test_secretariat_ajoute_et_modifie(reseau, clients):
    clients["secretariat"].post(adresse("dispositif-creer", reseau), ENVOI)
    dispositif = Dispositif.objects.get()
    envoi = ENVOI | {"nom": "Prêt", "version": dispositif.version}
    clients["secretariat"].post(adresse("dispositif-modifier", reseau, dispositif.pk), envoi)
    dispositif.refresh_from_db()
    assert (dispositif.nom, dispositif.reseau, dispositif.version) == ("Prêt", reseau, 2)


@pytest.mark.parametrize("lien", ["javascript:alert(1)", "exemple", "file:///etc/passwd"])
def test_lien_est_une_page_web(reseau, clients, lien):
    response = clients["animateur"].post(adresse("dispositif-creer", reseau), ENVOI | {"lien": lien})
    assert list(response.context["form"].errors) == ["lien"]


def test_liste_dit_ce_qui_ne_vaut_plus_et_ne_s_offre_qu_a_lire(reseau, clients):
    DispositifFactory(reseau=reseau, nom="Chèque conseil", fin_le=JOUR)
    page = clients["associe"].get(adresse("dispositifs", reseau)).content.decode()
    assert ["ne vaut pas aujourd’hui" in page, "Ajouter un dispositif" in page] == [True, False]


def test_liste_vide_dit_a_quoi_elle_sert(reseau, clients):
    assert "Aucun dispositif" in clients["animateur"].get(adresse("dispositifs", reseau)).content.decode()
