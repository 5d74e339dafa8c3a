"""La liste, l'export et la fiche : qui voit quoi, ce que le formulaire accepte, ce qu'une liste coûte."""

import io

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from entreprises.models import Entreprise
from entreprises.operations import importer
from reseau.models import Journal
from tests.factories import (
    AccesFactory,
    CibleFactory,
    ContactFactory,
    DeportFactory,
    EntrepriseFactory,
    LigneDeCibleFactory,
)

pytestmark = pytest.mark.django_db
SIRET = "00000001800010"


def adresse(nom, reseau, *arguments, **requete):
    return reverse(f"entreprises:{nom}", args=[reseau.slug, *arguments], query=requete or None)


def montrees(response):
    return [entreprise.raison_sociale for entreprise in response.context["page_obj"]]


def champs(**changes):
    return {"siret": SIRET, "raison_sociale": "Scierie de l’Œuvre", "etat": "actif", "diffusible": "on", **changes}


@pytest.mark.parametrize(
    ("profil", "attendu"),
    [("animateur", 200), ("secretariat", 200), ("direct", 200), ("associe", 200), ("prefecture", 200), ("observateur", 403)],
)
def test_liste_s_ouvre_selon_le_profil(clients, reseau, profil, attendu):
    assert clients[profil].get(adresse("liste", reseau)).status_code == attendu


def test_liste_ne_montre_ni_deport_ni_autre_reseau(clients, reseau, direct):
    EntrepriseFactory()
    DeportFactory(entreprise__reseau=reseau, membre=direct)
    EntrepriseFactory(reseau=reseau, raison_sociale="Visible")
    assert montrees(clients["direct"].get(adresse("liste", reseau))) == ["Visible"]


def test_liste_de_l_associe_se_limite_a_ses_dossiers(clients, reseau, membres):
    EntrepriseFactory(reseau=reseau)
    AccesFactory(entreprise__reseau=reseau, entreprise__raison_sociale="La sienne", membre=membres["associe"])
    response = clients["associe"].get(adresse("liste", reseau))
    assert (montrees(response), "cible" in response.context["filter"].form.fields) == (["La sienne"], False)


@pytest.mark.parametrize(
    ("requete", "attendues"),
    [
        ({}, ["Bois", "Fermée", "Laiterie"]),
        ({"q": "BÔIS"}, ["Bois"]),
        ({"etat": "ferme"}, ["Fermée"]),
        ({"division": "10"}, ["Laiterie"]),
        ({"tranche": "21"}, ["Laiterie"]),
        ({"zone": "4312"}, []),
        ({"zone": "inconnue"}, []),
        ({"tri": "-nom"}, ["Laiterie", "Fermée", "Bois"]),
        ({"tri": "-effectif"}, ["Laiterie", "Bois", "Fermée"]),
        ({"tri": "reseau__slug"}, ["Bois", "Fermée", "Laiterie"]),
        ({"reseau__slug": "autre", "recherche__regex": ".*"}, ["Bois", "Fermée", "Laiterie"]),
        ({"page": "99999999999999999999"}, ["Bois", "Fermée", "Laiterie"]),
    ],
)
def test_liste_se_filtre_et_se_trie_par_une_liste_close(clients, reseau, requete, attendues):
    EntrepriseFactory(reseau=reseau, raison_sociale="Bois", recherche="bois")
    EntrepriseFactory(reseau=reseau, raison_sociale="Fermée", recherche="fermee", etat="ferme")
    EntrepriseFactory(reseau=reseau, raison_sociale="Laiterie", recherche="laiterie", naf_id="10.51A", tranche_effectif="21")
    assert montrees(clients["animateur"].get(adresse("liste", reseau, **requete))) == attendues


def test_liste_se_filtre_par_zone_et_par_cible(clients, reseau):
    ligne = LigneDeCibleFactory(cible__reseau=reseau, cible__etat="decidee", cible__decidee_le="2026-03-02")
    zone = ligne.entreprise.commune.zone_emploi_id
    EntrepriseFactory(reseau=reseau, commune_id=None)
    for requete in ({"zone": zone}, {"cible": ligne.cible_id}):
        assert montrees(clients["animateur"].get(adresse("liste", reseau, **requete))) == [str(ligne.entreprise)]


def test_cible_d_un_autre_reseau_ne_filtre_rien_et_n_en_montre_rien(clients, reseau):
    EntrepriseFactory(reseau=reseau)
    etrangere = CibleFactory(decidee=True)
    response = clients["animateur"].get(adresse("liste", reseau, cible=etrangere.pk))
    assert (montrees(response), etrangere in response.context["filter"].form.fields["cible"].queryset) == ([], False)


def test_liste_coute_autant_pour_une_que_pour_deux_cents(clients, reseau, requetes):
    nombres = []
    for combien in (1, 2, 197):
        EntrepriseFactory.create_batch(combien, reseau=reseau)
        nombres.append(requetes(lambda: clients["animateur"].get(adresse("liste", reseau))))
    assert nombres == [8, 8, 8]


@pytest.mark.parametrize(("profil", "attendu"), [("animateur", 200), ("direct", 200), ("associe", 403), ("prefecture", 403)])
def test_export_selon_le_profil(clients, reseau, profil, attendu):
    assert clients[profil].get(adresse("export", reseau)).status_code == attendu


def test_bouton_d_export_suit_le_droit(clients, reseau):
    EntrepriseFactory(reseau=reseau)
    pages = [clients[profil].get(adresse("liste", reseau)).content for profil in ("direct", "prefecture")]
    assert [b"/export/" in page for page in pages] == [True, False]


def feuilles(response):
    classeur = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    return {nom: classeur.get_sheet_by_name(nom).to_python() for nom in classeur.sheet_names}


def test_export_porte_la_selection_ses_filtres_et_sa_trace(clients, reseau, direct):
    ContactFactory(entreprise__reseau=reseau, entreprise__raison_sociale="Bois", entreprise__recherche="bois")
    EntrepriseFactory(reseau=reseau, recherche="laiterie")
    DeportFactory(entreprise__reseau=reseau, entreprise__recherche="bois caché", membre=direct)
    classeur = feuilles(clients["direct"].get(adresse("export", reseau, q="bois", etat="actif")))
    entetes, *lignes = classeur["Entreprises"]
    assert [dict(zip(entetes, ligne, strict=True))["Raison sociale"] for ligne in lignes] == ["Bois"]
    assert dict(zip(entetes, lignes[0], strict=True))["Nom du dirigeant"] == "Fictif"
    faits = dict(classeur["Sélection"][1:])
    assert (faits["Entreprises"], faits["Filtre : Nom, commune ou SIRET"], faits["Filtre : État"]) == ("1", "bois", "En activité")
    assert list(Journal.objects.values_list("geste", "objet", "nombre")) == [("export", "entreprises.entreprise", 1)]


def test_export_d_un_filtre_faux_n_exporte_rien(clients, reseau):
    EntrepriseFactory(reseau=reseau)
    assert len(feuilles(clients["animateur"].get(adresse("export", reseau, etat="n’importe quoi")))["Entreprises"]) == 1


def test_export_se_reimporte_sans_rien_changer(clients, reseau):
    """Aller et retour : tout ce qui sort se relit (fiabilité, B11)."""
    fiche = EntrepriseFactory(reseau=reseau, effectif=25, telephone="03 84 00 00 00", courriel="contact@exemple.fr")
    EntrepriseFactory(reseau=reseau, etat="ferme", diffusible=False, site="https://www.exemple.fr", naf_2025_id="16.11Y")
    ContactFactory(entreprise=fiche, fonction="Gérant")
    bilan = importer(clients["animateur"].get(adresse("export", reseau)).content, "export.xlsx", reseau)
    assert bilan.nombres() == {"lus": 2, "crees": 0, "modifies": 0, "inchanges": 2, "rejetes": 0}


def test_export_coute_autant_pour_une_que_pour_trente(clients, reseau, requetes):
    nombres = []
    for combien in (1, 29):
        EntrepriseFactory.create_batch(combien, reseau=reseau)
        nombres.append(requetes(lambda: clients["animateur"].get(adresse("export", reseau))))
    assert nombres[0] == nombres[1]


def test_fiche_se_lit_et_le_journal_s_en_souvient(clients, reseau, direct):
    fiche = ContactFactory(entreprise__reseau=reseau).entreprise
    response = clients["direct"].get(adresse("fiche", reseau, fiche.pk))
    assert (response.status_code, response.context["entreprise"]) == (200, fiche)
    assert list(Journal.objects.values_list("geste", "objet", "objet_id", "membre")) == [
        ("lecture", "entreprises.entreprise", fiche.pk, direct.pk)
    ]


def test_fiche_d_un_autre_reseau_ou_deportee_est_introuvable(clients, reseau, direct):
    ailleurs = EntrepriseFactory()
    deportee = DeportFactory(entreprise__reseau=reseau, membre=direct).entreprise
    statuts = [clients["direct"].get(adresse("fiche", reseau, fiche.pk)).status_code for fiche in (ailleurs, deportee)]
    assert statuts == [404, 404]


def test_fiche_ne_dit_les_deports_qu_a_qui_les_gere(clients, reseau, membres):
    fiche = DeportFactory(entreprise__reseau=reseau, membre=membres["secretariat"]).entreprise
    pages = [clients[profil].get(adresse("fiche", reseau, fiche.pk)) for profil in ("animateur", "direct")]
    assert [list(page.context["deports"]) for page in pages] == [list(fiche.deports.all()), []]


def test_fiche_nomme_ses_cibles_decidees_sauf_ecart(clients, reseau):
    ligne = LigneDeCibleFactory(cible__reseau=reseau, cible__etat="decidee", cible__decidee_le="2026-03-02")
    LigneDeCibleFactory(cible=CibleFactory(reseau=reseau), entreprise=ligne.entreprise)
    LigneDeCibleFactory(cible=CibleFactory(reseau=reseau, decidee=True), entreprise=ligne.entreprise, motif_d_ecart="Double")
    response = clients["animateur"].get(adresse("fiche", reseau, ligne.entreprise_id))
    assert list(response.context["cibles"]) == [ligne.cible]


@pytest.mark.parametrize(("profil", "attendu"), [("secretariat", 200), ("direct", 200), ("associe", 403), ("prefecture", 403)])
def test_ajout_selon_le_profil(clients, reseau, profil, attendu):
    assert clients[profil].get(adresse("ajouter", reseau)).status_code == attendu


def test_ajout_deduit_la_commune_de_l_adresse(clients, reseau):
    saisie = champs(siret="000 000 018 00010", naf="1610a", code_postal="70000", ville="vesoul", site="www.exemple.fr")
    response = clients["direct"].post(adresse("ajouter", reseau), saisie)
    fiche = Entreprise.objects.get()
    assert response.url == fiche.get_absolute_url()
    assert (fiche.siret, fiche.naf_id, fiche.commune_id, fiche.site) == (SIRET, "16.10A", "70550", "https://www.exemple.fr")


@pytest.mark.parametrize(
    ("saisie", "champ"),
    [
        ({"siret": "00000001800011"}, "siret"),
        ({"siret": ""}, "siret"),
        ({"raison_sociale": " "}, "raison_sociale"),
        ({"naf": "99.99X"}, "naf"),
        ({"naf": "16.11Y"}, "naf"),
        ({"naf_2025": "16.10A"}, "naf_2025"),
        ({"code_postal": "70000", "ville": "Nulle-Part"}, "ville"),
        ({"site": "javascript:alert(1)"}, "site"),
        ({"courriel": "personne"}, "courriel"),
        ({"effectif": "-3"}, "effectif"),
        ({"etat": "radieux"}, "etat"),
    ],
)
def test_ajout_refuse_une_saisie_fausse(clients, reseau, saisie, champ):
    response = clients["direct"].post(adresse("ajouter", reseau), champs(**saisie))
    assert (list(response.context["form"].errors), Entreprise.objects.count()) == ([champ], 0)


def test_commune_introuvable_cite_ses_voisines(clients, reseau):
    response = clients["direct"].post(adresse("ajouter", reseau), champs(code_postal="70240", ville="Luxueil"))
    assert "Sous ce code postal : " in response.context["form"].errors["ville"][0]


def test_ajout_d_un_siret_connu_se_dit_sur_le_formulaire(clients, reseau):
    EntrepriseFactory(reseau=reseau, siret=SIRET)
    response = clients["direct"].post(adresse("ajouter", reseau), champs())
    assert "déjà dans le réseau" in response.context["form"].non_field_errors()[0]


def test_formulaire_forge_ne_change_ni_reseau_ni_recherche(clients, reseau):
    autre = EntrepriseFactory().reseau
    forge = champs(reseau=autre.pk, recherche="piège", id=12345, version=99)
    clients["direct"].post(adresse("ajouter", reseau), forge)
    fiche = Entreprise.objects.get(siret=SIRET)
    assert (fiche.reseau, fiche.recherche, fiche.pk == 12345, fiche.version) == (reseau, f"scierie de l oeuvre {SIRET}", False, 1)


def test_modification_enregistre_et_garde_la_commune(clients, reseau):
    fiche = EntrepriseFactory(reseau=reseau, siret=SIRET, ville="VESOUL CEDEX")
    saisie = champs(raison_sociale="Neuve", code_postal=fiche.code_postal, ville=fiche.ville, version=fiche.version)
    response = clients["direct"].post(adresse("modifier", reseau, fiche.pk), saisie)
    fiche.refresh_from_db()
    assert (response.status_code, fiche.raison_sociale, fiche.commune_id, fiche.version) == (302, "Neuve", "70550", 2)


def test_modification_depassee_garde_le_texte_et_la_fiche(clients, reseau):
    fiche = EntrepriseFactory(reseau=reseau, siret=SIRET, version=3)
    response = clients["direct"].post(adresse("modifier", reseau, fiche.pk), champs(raison_sociale="Écrasée", version=2))
    fiche.refresh_from_db()
    assert response.context["form"]["raison_sociale"].value() == "Écrasée"
    assert (response.status_code, fiche.version, fiche.raison_sociale == "Écrasée") == (200, 3, False)


def test_modification_d_un_autre_reseau_est_introuvable(clients, reseau):
    fiche = EntrepriseFactory(siret=SIRET)
    assert clients["animateur"].post(adresse("modifier", reseau, fiche.pk), champs()).status_code == 404
