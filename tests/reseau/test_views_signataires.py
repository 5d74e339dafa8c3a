"""Les signataires successifs des lettres."""

from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import localdate
from PIL import Image

from reseau.models import Signataire
from tests.factories import SignataireFactory

SAISIE = {"civilite": "M.", "nom": "Hector Valdoie", "titre": "Le préfet", "debut_le": "2026-01-01"}


@pytest.fixture
def adresse(reseau):
    """Adresse d'une page des signataires de ce réseau."""
    return lambda nom, *arguments: reverse(f"reseau:{nom}", args=[reseau.slug, *arguments])


@pytest.fixture
def prefete(reseau):
    return reseau.signataires.get()


def signature():
    sortie = BytesIO()
    Image.new("RGB", (60, 20), "white").save(sortie, "PNG")
    return SimpleUploadedFile("signature.png", sortie.getvalue())


def test_liste_dit_qui_signe_aujourd_hui(clients, adresse, prefete):
    contexte = clients["animateur"].get(adresse("signataires")).context
    assert (contexte["signataires"], contexte["signe"], contexte["chevauchements"]) == ([prefete], prefete, [])


def test_liste_avertit_quand_personne_ne_signe(clients, adresse, prefete):
    Signataire.objects.update(fin_le=localdate() - timedelta(days=1))
    response = clients["animateur"].get(adresse("signataires"))
    assert (response.context["signe"], "aucune lettre ne peut être signée" in response.text) == (None, True)


def test_liste_avertit_d_un_chevauchement(clients, adresse, reseau, prefete):
    interim = SignataireFactory(reseau=reseau, nom="Hector Valdoie", debut_le=date(2024, 1, 1))
    response = clients["animateur"].get(adresse("signataires"))
    assert response.context["chevauchements"] == [(interim, prefete)]
    assert "Les périodes de Aurore Lavigne et de Hector Valdoie se chevauchent" in response.text


def test_liste_demande_toujours_autant_de_requetes(clients, adresse, reseau, requetes):
    compter = lambda: requetes(lambda: clients["animateur"].get(adresse("signataires")))  # noqa: E731
    avant = compter()
    SignataireFactory.create_batch(3, reseau=reseau, fin_le=date(2020, 1, 2))
    assert compter() == avant


def test_ajouter_un_signataire_et_sa_signature(clients, adresse, reseau):
    envoi = SAISIE | {"image": signature(), "jeton": uuid4()}
    assert clients["animateur"].post(adresse("signataire-creer"), envoi).url == adresse("signataires")
    signataire = Signataire.objects.get(nom="Hector Valdoie")
    assert (signataire.reseau, bytes(signataire.signature)[:3]) == (reseau, b"\xff\xd8\xff")


def test_ajouter_deux_fois_du_meme_jeton_n_en_fait_qu_un(clients, adresse):
    envoi = SAISIE | {"jeton": uuid4()}
    for _ in range(2):
        clients["animateur"].post(adresse("signataire-creer"), envoi)
    assert Signataire.objects.filter(nom="Hector Valdoie").count() == 1


def test_fin_avant_le_debut_est_refusee(clients, adresse):
    form = clients["animateur"].post(adresse("signataire-creer"), SAISIE | {"fin_le": "2025-12-31"}).context["form"]
    assert form.non_field_errors() == ["La fin vient après le début."]


def test_modifier_garde_la_signature_ou_la_retire(clients, adresse, prefete):
    Signataire.objects.filter(pk=prefete.pk).update(signature=signature().read())
    clients["animateur"].post(adresse("signataire-modifier", prefete.pk), SAISIE | {"version": 1})
    gardee = bool(Signataire.objects.get(pk=prefete.pk).signature)
    clients["animateur"].post(adresse("signataire-modifier", prefete.pk), SAISIE | {"version": 2, "retirer_la_signature": "on"})
    assert (gardee, Signataire.objects.get(pk=prefete.pk).signature) == (True, None)


def test_modifier_montre_la_signature_sans_adresse(clients, adresse, prefete):
    Signataire.objects.filter(pk=prefete.pk).update(signature=signature().read())
    page = clients["animateur"].get(adresse("signataire-modifier", prefete.pk)).text
    assert '<img src="data:image/jpeg;base64,' in page


def test_signature_qui_n_est_pas_une_image_est_refusee(clients, adresse):
    envoi = SAISIE | {"image": SimpleUploadedFile("signature.png", b"rien")}
    form = clients["animateur"].post(adresse("signataire-creer"), envoi).context["form"]
    assert form.errors == {"image": ["L’image n’est ni un PNG ni un JPEG lisible."]}


def test_signataire_change_entre_temps_garde_la_saisie(clients, adresse, prefete):
    Signataire.objects.filter(pk=prefete.pk).update(version=2)
    response = clients["animateur"].post(adresse("signataire-modifier", prefete.pk), SAISIE | {"version": 1})
    assert "Cette fiche a été modifiée depuis" in response.context["form"].non_field_errors()[0]
    assert 'value="Hector Valdoie"' in response.text


def test_signataire_d_un_autre_reseau_est_introuvable(clients, adresse):
    ailleurs = SignataireFactory()
    response = clients["animateur"].post(adresse("signataire-modifier", ailleurs.pk), SAISIE | {"version": 1})
    assert response.status_code == 404
