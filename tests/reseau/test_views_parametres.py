"""Les réglages, le logo et la lettre du réseau."""

from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import model_to_dict
from django.urls import reverse
from PIL import Image

from reseau.models import Reseau
from tests.conftest import PROFILS, connecter
from tests.factories import MembreFactory
from tests.lib import papier

PAGES = ["parametres", "parametres-lettre", "lettre-apercu", "signataires", "signataire-creer"]


@pytest.fixture
def adresse(reseau):
    """Adresse d'une page des paramètres de ce réseau."""
    return lambda nom: reverse(f"reseau:{nom}", args=[reseau.slug])


@pytest.fixture
def reglages(reseau):
    """Les réglages tels que la page les montre."""
    return {nom: valeur for nom, valeur in model_to_dict(reseau).items() if valeur is not None} | {"version": 1}


def image(genre="PNG", cote=40):
    sortie = BytesIO()
    Image.new("RGB", (cote, cote), "navy").save(sortie, genre)
    return SimpleUploadedFile(f"logo.{genre.lower()}", sortie.getvalue())


def lettre(**champs):
    return {"lieu": "Vesoul", "version": 1} | champs


@pytest.mark.parametrize("nom", PAGES)
def test_parametres_sont_a_l_animateur_seul(clients, adresse, nom):
    statuts = {profil: clients[profil].get(adresse(nom)).status_code for profil in PROFILS}
    assert statuts == dict.fromkeys(PROFILS, 403) | {"animateur": 200}


def test_parametres_d_un_autre_reseau_sont_introuvables(adresse):
    assert connecter(MembreFactory(role="animateur")).get(adresse("parametres")).status_code == 404


# Réglages


def test_reglages_s_enregistrent(clients, adresse, reglages, reseau):
    envoi = reglages | {"espacement_mois": "36", "departement": "2a", "jeton": uuid4()}
    assert clients["animateur"].post(adresse("parametres"), envoi).url == adresse("parametres")
    reseau.refresh_from_db()
    assert (reseau.espacement_mois, reseau.departement, reseau.version) == (36, "2A", 2)


def test_chaque_reglage_est_dans_un_groupe_et_un_seul(clients, adresse):
    form = clients["animateur"].get(adresse("parametres")).context["form"]
    groupes = [champ.name for _, _, champs in form.groupes for champ in champs]
    assert sorted(groupes) == sorted(champ.name for champ in form.visible_fields())


@pytest.mark.parametrize(
    ("champs", "fautif"),
    [
        ({"rythme": "0"}, "__all__"),
        ({"taille_maximum": "14"}, "__all__"),
        ({"espacement_mois": "-1"}, "espacement_mois"),
        ({"departement": "Jura"}, "departement"),
        ({"departement": "9"}, "departement"),
        ({"nom": ""}, "nom"),
    ],
)
def test_reglage_fautif_est_refuse(clients, adresse, reglages, champs, fautif):
    response = clients["animateur"].post(adresse("parametres"), reglages | champs)
    assert list(response.context["form"].errors) == [fautif]


def test_nom_refuse_ne_s_ecrit_pas_en_tete_de_page(clients, adresse, reglages, reseau):
    response = clients["animateur"].post(adresse("parametres"), reglages | {"nom": "Nom refusé", "rythme": "0"})
    assert response.context["reseau"].nom == reseau.nom


def test_reglages_changes_entre_temps_gardent_la_saisie(clients, adresse, reglages, reseau):
    Reseau.objects.filter(pk=reseau.pk).update(version=2, refus_mois=6)
    response = clients["animateur"].post(adresse("parametres"), reglages | {"refus_mois": "18"})
    assert "Cette fiche a été modifiée depuis" in response.context["form"].non_field_errors()[0]
    assert Reseau.objects.get(pk=reseau.pk).refus_mois == 6


def test_reglages_sans_zeros_superflus(clients, adresse):
    assert clients["animateur"].get(adresse("parametres")).context["form"].initial["rythme"] == "2"


# Logo


@pytest.mark.parametrize("genre", ["PNG", "JPEG"])
def test_logo_se_garde_en_base_et_se_sert(clients, adresse, reglages, genre):
    clients["animateur"].post(adresse("parametres"), reglages | {"image": image(genre)})
    response = clients["observateur"].get(adresse("logo"))
    assert (response["Content-Type"], response.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_sans_logo_l_adresse_rend_l_embleme(clients, adresse):
    assert clients["direct"].get(adresse("logo")).url == "/static/dsfr/dist/favicon/favicon.svg"


def test_logo_reste_quand_on_enregistre_autre_chose(clients, adresse, reglages, reseau):
    clients["animateur"].post(adresse("parametres"), reglages | {"image": image()})
    clients["animateur"].post(adresse("parametres"), reglages | {"version": 2, "refus_mois": "6"})
    reseau.refresh_from_db()
    assert (bool(reseau.logo), reseau.refus_mois) == (True, 6)


def test_logo_se_retire(clients, adresse, reglages, reseau):
    clients["animateur"].post(adresse("parametres"), reglages | {"image": image()})
    clients["animateur"].post(adresse("parametres"), reglages | {"version": 2, "retirer_le_logo": "on"})
    reseau.refresh_from_db()
    assert reseau.logo is None


@pytest.mark.parametrize(
    ("fichier", "message"),
    [
        (
            SimpleUploadedFile("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            "L’image n’est ni un PNG ni un JPEG lisible.",
        ),
        (SimpleUploadedFile("logo.png", b"\x89PNG" + b"0" * (5 * 1024 * 1024)), "L’image dépasse 5 Mo."),
    ],
)
def test_logo_douteux_est_refuse(clients, adresse, reglages, fichier, message):
    response = clients["animateur"].post(adresse("parametres"), reglages | {"image": fichier})
    assert response.context["form"].errors == {"image": [message]}


# Lettre


def test_entete_s_enregistre(clients, adresse, reseau):
    envoi = lettre(affaire_suivie_par="Mme Tissot", jeton=uuid4())
    assert clients["animateur"].post(adresse("parametres-lettre"), envoi).url == adresse("parametres-lettre")
    reseau.refresh_from_db()
    assert (reseau.affaire_suivie_par, reseau.version) == ("Mme Tissot", 2)


def test_entete_change_entre_temps_garde_la_saisie(clients, adresse, reseau):
    Reseau.objects.filter(pk=reseau.pk).update(version=2)
    response = clients["animateur"].post(adresse("parametres-lettre"), lettre(affaire_suivie_par="Mme Tissot"))
    assert "Cette fiche a été modifiée depuis" in response.context["form"].non_field_errors()[0]
    assert "Mme Tissot" in response.text


def test_apercu_est_un_brouillon_d_une_page_et_n_ecrit_rien(clients, adresse, reseau):
    reponses = [
        clients["animateur"].get(adresse("lettre-apercu")),
        clients["animateur"].post(adresse("lettre-apercu"), lettre(affaire_suivie_par="Mme Tissot", jeton=uuid4())),
    ]
    pages = [papier.textes(response.content) for response in reponses]
    assert [response["Content-Disposition"] for response in reponses] == ['inline; filename="lettre-exemple.pdf"'] * 2
    # Une lettre signée porterait sa date : « le … » dit le brouillon, dont le filigrane est tourné.
    assert [(len(textes), "Vesoul, le …" in textes[0]) for textes in pages] == [(1, True), (1, True)]
    assert ["Mme Tissot" in textes[0] for textes in pages] == [False, True]
    reseau.refresh_from_db()
    assert (reseau.affaire_suivie_par, reseau.version) == ("", 1)


def test_apercu_puis_enregistrer_du_meme_jeton_enregistre(clients, adresse, reseau):
    """L'aperçu ne consomme pas le jeton : la page reste la même."""
    envoi = lettre(affaire_suivie_par="Mme Tissot", jeton=uuid4())
    clients["animateur"].post(adresse("lettre-apercu"), envoi)
    clients["animateur"].post(adresse("parametres-lettre"), envoi)
    reseau.refresh_from_db()
    assert reseau.affaire_suivie_par == "Mme Tissot"
