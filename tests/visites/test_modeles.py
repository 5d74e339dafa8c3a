"""Les modèles de lettre : ce qui s'écrit, ce qui se refuse, ce que les lettres en font."""

import json

import pytest

from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.lettre import MODELE_DE_RELANCE, MODELE_PAR_DEFAUT
from tests.conftest import connecter
from tests.factories import JOUR, CourrierFactory, MembreFactory, ModeleDeCourrierFactory, VisiteFactory
from tests.visites.conftest import dits
from visites import composition, courriers
from visites.enums import GenreCourrier
from visites.modeles import enregistrer_modele, retirer_modele
from visites.models import Courrier, ModeleDeCourrier

pytestmark = pytest.mark.django_db


def saisie(**champs):
    texte = {"objet": "Une rencontre", "corps": "Bonjour {dirigeant}.", "politesse": "Croyez, {appel}, à ma considération."}
    return {"nom": "Court", "genre": "annonce", "par_defaut": "on", **texte, **champs}


def objet_imprime(courrier):
    return composition.apercu(Courrier.objects.avec_noms().get(pk=courrier.pk), le=JOUR).objet


def test_sans_modele_les_textes_fournis_servent(reseau):
    textes = ModeleDeCourrier.objects.textes_par_defaut(reseau)
    assert textes == {GenreCourrier.ANNONCE: MODELE_PAR_DEFAUT, GenreCourrier.RELANCE: MODELE_DE_RELANCE}


def test_nouveau_modele_part_du_texte_fourni(clients, adresse):
    page = clients["animateur"].get(adresse("visites:modele-creer") + "?genre=relance")
    assert page.context["form"].initial["corps"].split("\n\n") == list(MODELE_DE_RELANCE.paragraphes)
    assert "Je vous ai écrit récemment" in page.text


def test_modele_suivi_remplace_le_precedent(clients, adresse, reseau):
    ancien = ModeleDeCourrierFactory(reseau=reseau, par_defaut=True)
    assert clients["secretariat"].post(adresse("visites:modele-creer"), saisie()).url == adresse("visites:modeles")
    ancien.refresh_from_db()
    assert not ancien.par_defaut
    assert objet_imprime(CourrierFactory(visite__reseau=reseau)) == "Une rencontre"


@pytest.mark.parametrize(
    ("champ", "texte", "message"),
    [
        ("corps", "Bonjour {prenom}.", "Variable inconnue : « prenom »"),
        ("objet", "Une {", "Une accolade est seule"),
        ("politesse", "{{ settings.SECRET_KEY }}", "Variable inconnue"),
        ("corps", "a" * 6_001, "6000"),
        ("nom", "", "obligatoire"),
    ],
)
def test_modele_fautif_se_dit_sous_son_champ(clients, adresse, champ, texte, message):
    form = clients["animateur"].post(adresse("visites:modele-creer"), saisie(**{champ: texte})).context["form"]
    assert list(form.errors) == [champ]
    assert message in form.errors[champ][0]
    assert not ModeleDeCourrier.objects.exists()


def test_modele_de_plus_d_une_page_est_refuse(clients, adresse):
    response = clients["animateur"].post(adresse("visites:modele-creer"), saisie(corps="Une phrase de plus. " * 280))
    assert response.context["form"].non_field_errors() == ["La lettre dépasse une page : raccourcissez le texte."]
    assert not ModeleDeCourrier.objects.exists()


@pytest.mark.parametrize(("corps", "attendu"), [("Cher voisin.", "Cher voisin."), ("Cher {voisin}.", "Variable inconnue")])
def test_apercu_au_fil_de_la_frappe_n_ecrit_rien(clients, adresse, corps, attendu):
    response = clients["animateur"].post(adresse("visites:modele-creer"), saisie(corps=corps, apercu="1"))
    assert attendu in response.text.partition('id="apercu"')[2]
    assert not ModeleDeCourrier.objects.exists()


def test_apercu_en_pdf_n_ecrit_rien(clients, adresse):
    response = clients["animateur"].post(adresse("visites:modele-creer"), saisie(pdf="1"))
    assert response["Content-Type"] == "application/pdf"
    assert not ModeleDeCourrier.objects.exists()


def test_modele_change_entre_temps_garde_la_saisie(clients, adresse, reseau):
    modele = ModeleDeCourrierFactory(reseau=reseau, version=2)
    response = clients["animateur"].post(adresse("visites:modele-modifier", modele.pk), saisie(corps="Ma version.", version=1))
    assert "Cette fiche a été modifiée depuis" in response.context["form"].non_field_errors()[0]
    assert "Ma version." in response.text


def test_modele_d_un_autre_reseau_est_introuvable(clients, adresse):
    assert clients["animateur"].get(adresse("visites:modele-modifier", ModeleDeCourrierFactory().pk)).status_code == 404


@pytest.mark.parametrize("profil", ["direct", "associe", "observateur"])
def test_modeles_ne_sont_pas_a_tous(clients, adresse, profil):
    assert clients[profil].get(adresse("visites:modeles")).status_code == 403


def test_lettre_suit_le_modele_qu_on_lui_donne(clients, adresse, reseau):
    lettre, modele = CourrierFactory(visite__reseau=reseau), ModeleDeCourrierFactory(reseau=reseau, objet="Autre objet")
    clients["prefecture"].post(adresse("visites:courrier-modele", lettre.pk), {"modele": modele.pk, "version": 1})
    assert objet_imprime(lettre) == "Autre objet"


def test_modele_d_un_autre_genre_ne_se_propose_pas(clients, adresse, reseau):
    lettre, relance = CourrierFactory(visite__reseau=reseau), ModeleDeCourrierFactory(reseau=reseau, genre="relance")
    response = clients["prefecture"].post(adresse("visites:courrier-modele", lettre.pk), {"modele": relance.pk, "version": 1})
    assert list(response.context["form"].errors) == ["modele"]


def test_modele_retire_rend_ses_brouillons_au_reseau(animateur, reseau):
    modele = ModeleDeCourrierFactory(reseau=reseau, objet="Autre objet", par_defaut=True)
    lettre = CourrierFactory(visite__reseau=reseau, modele=modele)
    retirer_modele(modele, par=animateur, le=JOUR)
    assert objet_imprime(lettre) == MODELE_PAR_DEFAUT.objet
    with pytest.raises(RegleEnfreinte, match="déjà retiré"):
        retirer_modele(modele, par=animateur, le=JOUR)


def test_nom_d_un_modele_retire_se_reprend(animateur, reseau):
    retirer_modele(ModeleDeCourrierFactory(reseau=reseau, nom="Court"), par=animateur, le=JOUR)
    memes = ModeleDeCourrier(reseau=reseau, nom="Court", objet="Objet", corps="Texte.", politesse="Bien à vous.")
    assert enregistrer_modele(memes, par=animateur, le=JOUR).pk


# Le texte d'une seule lettre


def test_prefecture_corrige_une_lettre_a_la_signature(clients, adresse, reseau):
    lettre = CourrierFactory(visite__reseau=reseau, a_signer=True)
    envoi = {"objet": "Objet relu", "corps": "Bonjour.\n\nÀ {bientôt}.", "politesse": "Bien à vous.", "version": 1}
    assert clients["prefecture"].post(adresse("visites:courrier-corriger", lettre.pk), envoi).url == adresse(
        "visites:courrier", lettre.pk
    )
    lettre.refresh_from_db()
    texte = {"objet": "Objet relu", "paragraphes": ["Bonjour.", "À {bientôt}."], "politesse": "Bien à vous."}
    assert lettre.correction == texte | {"faits": {}}


def envoi_de(page):
    """Ce que le navigateur renverrait de ce formulaire, sans y toucher."""
    initial = page.context["form"].initial
    return initial | {"faits": json.dumps(initial["faits"]), "version": page.context["form"].instance.version}


def test_lettre_relue_sans_rien_changer_suit_toujours_son_modele(clients, adresse, reseau):
    lettre = CourrierFactory(visite__reseau=reseau)
    page = clients["prefecture"].get(adresse("visites:courrier-corriger", lettre.pk))
    clients["prefecture"].post(adresse("visites:courrier-corriger", lettre.pk), envoi_de(page))
    lettre.refresh_from_db()
    assert lettre.correction is None


def test_correction_s_efface(clients, adresse, reseau):
    lettre = CourrierFactory(visite__reseau=reseau, correction={"objet": "O", "paragraphes": ["P"], "politesse": "F"})
    clients["animateur"].post(adresse("visites:courrier-corriger", lettre.pk), {"modele": "1", "version": 1})
    lettre.refresh_from_db()
    assert lettre.correction is None


def test_correction_trop_longue_est_refusee(clients, adresse, reseau):
    lettre = CourrierFactory(visite__reseau=reseau)
    envoi = {"objet": "Objet", "corps": "Une phrase de plus. " * 280, "politesse": "Bien à vous.", "version": 1}
    response = clients["animateur"].post(adresse("visites:courrier-corriger", lettre.pk), envoi)
    assert response.context["form"].non_field_errors() == ["La lettre dépasse une page : raccourcissez le texte."]


def test_lettre_signee_ne_se_corrige_plus(clients, adresse, reseau, prefecture):
    lettre = CourrierFactory(visite__reseau=reseau, a_signer=True)
    courriers.signer(Courrier.objects.filter(pk=lettre.pk), par=prefecture, le=JOUR)
    response = clients["prefecture"].get(adresse("visites:courrier-corriger", lettre.pk))
    assert dits(response) == ["Une lettre signée ne change plus."]


def test_direct_ne_corrige_que_les_siennes(membres, adresse, reseau):
    mienne = CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True, developpeur=membres["direct"]))
    autre = CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True, developpeur=MembreFactory(reseau=reseau)))
    client = connecter(membres["direct"])
    assert [client.get(adresse("visites:courrier-corriger", cle)).status_code for cle in (mienne.pk, autre.pk)] == [200, 404]
