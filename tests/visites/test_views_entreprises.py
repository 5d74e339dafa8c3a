"""La liste des entreprises et son export : qui voit quoi, ce que chaque filtre retient, ce qu'une liste coûte."""

import io
from datetime import date

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from entreprises.operations import importer
from reseau.models import Journal
from tests.factories import (
    AccesFactory,
    CibleFactory,
    ContactFactory,
    DeportFactory,
    EntrepriseFactory,
    LigneDeCibleFactory,
    VisiteFactory,
)

pytestmark = pytest.mark.django_db


def adresse(nom, reseau, *arguments, **requete):
    return reverse(f"visites:{nom}", args=[reseau.slug, *arguments], query=requete or None)


def montrees(response):
    return [entreprise.raison_sociale for entreprise in response.context["page_obj"]]


@pytest.mark.parametrize(
    ("profil", "attendu"),
    [("animateur", 200), ("secretariat", 200), ("direct", 200), ("associe", 200), ("prefecture", 200), ("observateur", 403)],
)
def test_liste_s_ouvre_selon_le_profil(clients, reseau, profil, attendu):
    assert clients[profil].get(adresse("entreprises", reseau)).status_code == attendu


def test_liste_ne_montre_ni_deport_ni_autre_reseau(clients, reseau, direct):
    EntrepriseFactory()
    DeportFactory(entreprise__reseau=reseau, membre=direct)
    EntrepriseFactory(reseau=reseau, raison_sociale="Visible")
    assert montrees(clients["direct"].get(adresse("entreprises", reseau))) == ["Visible"]


def test_liste_de_l_associe_se_limite_a_ses_dossiers(clients, reseau, membres):
    EntrepriseFactory(reseau=reseau)
    AccesFactory(entreprise__reseau=reseau, entreprise__raison_sociale="La sienne", membre=membres["associe"])
    response = clients["associe"].get(adresse("entreprises", reseau))
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
    assert montrees(clients["animateur"].get(adresse("entreprises", reseau, **requete))) == attendues


def test_liste_se_filtre_par_zone_et_par_cible(clients, reseau):
    ligne = LigneDeCibleFactory(cible__reseau=reseau, cible__etat="decidee", cible__decidee_le="2026-03-02")
    zone = ligne.entreprise.commune.zone_emploi_id
    EntrepriseFactory(reseau=reseau, commune_id=None)
    for requete in ({"zone": zone}, {"cible": ligne.cible_id}):
        assert montrees(clients["animateur"].get(adresse("entreprises", reseau, **requete))) == [str(ligne.entreprise)]


def test_cible_d_un_autre_reseau_ne_filtre_rien_et_n_en_montre_rien(clients, reseau):
    EntrepriseFactory(reseau=reseau)
    etrangere = CibleFactory(decidee=True)
    response = clients["animateur"].get(adresse("entreprises", reseau, cible=etrangere.pk))
    assert (montrees(response), etrangere in response.context["filter"].form.fields["cible"].queryset) == ([], False)


def test_liste_coute_autant_pour_une_que_pour_deux_cents(clients, reseau, requetes):
    nombres = []
    for combien in (1, 2, 197):
        EntrepriseFactory.create_batch(combien, reseau=reseau)
        nombres.append(requetes(lambda: clients["animateur"].get(adresse("entreprises", reseau))))
    assert nombres == [nombres[0]] * 3
    assert nombres[0] <= 20


@pytest.mark.parametrize(("profil", "attendu"), [("animateur", 200), ("direct", 200), ("associe", 403), ("prefecture", 403)])
def test_export_selon_le_profil(clients, reseau, profil, attendu):
    assert clients[profil].get(adresse("entreprises-export", reseau)).status_code == attendu


def test_bouton_d_export_suit_le_droit(clients, reseau):
    EntrepriseFactory(reseau=reseau)
    pages = [clients[profil].get(adresse("entreprises", reseau)).content for profil in ("direct", "prefecture")]
    assert [b"/export/" in page for page in pages] == [True, False]


def feuilles(response):
    classeur = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    return {nom: classeur.get_sheet_by_name(nom).to_python() for nom in classeur.sheet_names}


def test_export_porte_la_selection_ses_filtres_et_sa_trace(clients, reseau, direct):
    ContactFactory(entreprise__reseau=reseau, entreprise__raison_sociale="Bois", entreprise__recherche="bois")
    EntrepriseFactory(reseau=reseau, recherche="laiterie")
    DeportFactory(entreprise__reseau=reseau, entreprise__recherche="bois caché", membre=direct)
    classeur = feuilles(clients["direct"].get(adresse("entreprises-export", reseau, q="bois", etat="actif")))
    entetes, *lignes = classeur["Entreprises"]
    assert [dict(zip(entetes, ligne, strict=True))["Raison sociale"] for ligne in lignes] == ["Bois"]
    assert dict(zip(entetes, lignes[0], strict=True))["Nom du dirigeant"] == "Fictif"
    faits = dict(classeur["Sélection"][1:])
    assert (faits["Entreprises"], faits["Filtre : Nom, commune ou SIRET"], faits["Filtre : État"]) == ("1", "bois", "En activité")
    assert list(Journal.objects.values_list("geste", "objet", "nombre")) == [("export", "entreprises.entreprise", 1)]


def test_export_d_un_filtre_faux_n_exporte_rien(clients, reseau):
    EntrepriseFactory(reseau=reseau)
    assert (
        len(feuilles(clients["animateur"].get(adresse("entreprises-export", reseau, etat="n’importe quoi")))["Entreprises"]) == 1
    )


def test_export_se_reimporte_sans_rien_changer(clients, reseau):
    """Aller et retour : tout ce qui sort se relit (fiabilité, B11)."""
    fiche = EntrepriseFactory(reseau=reseau, effectif=25, telephone="03 84 00 00 00", courriel="contact@exemple.fr")
    EntrepriseFactory(reseau=reseau, etat="ferme", diffusible=False, site="https://www.exemple.fr", naf_2025_id="16.11Y")
    ContactFactory(entreprise=fiche, fonction="Gérant")
    bilan = importer(clients["animateur"].get(adresse("entreprises-export", reseau)).content, "export.xlsx", reseau)
    assert bilan.nombres() == {"lus": 2, "crees": 0, "modifies": 0, "inchanges": 2, "rejetes": 0}


def test_export_coute_autant_pour_une_que_pour_trente(clients, reseau, requetes):
    nombres = []
    for combien in (1, 29):
        EntrepriseFactory.create_batch(combien, reseau=reseau)
        nombres.append(requetes(lambda: clients["animateur"].get(adresse("entreprises-export", reseau))))
    assert nombres[0] == nombres[1]


def test_liste_sans_tri_range_par_pertinence(clients, reseau):
    EntrepriseFactory(reseau=reseau, raison_sociale="Aubois Bois", recherche="aubois bois")
    EntrepriseFactory(reseau=reseau, raison_sociale="Bois", recherche="bois")
    avec_tri = montrees(clients["animateur"].get(adresse("entreprises", reseau, q="bois", tri="-nom")))
    assert avec_tri == ["Bois", "Aubois Bois"]


@pytest.mark.parametrize("genre", ["xlsx", "ods", "zip", "exe"])
def test_export_se_choisit_parmi_trois_formats(clients, reseau, genre):
    EntrepriseFactory(reseau=reseau)
    response = clients["direct"].get(adresse("entreprises-export", reseau, format=genre))
    attendu = "xlsx" if genre == "exe" else genre
    assert response.headers["Content-Disposition"].endswith(f'.{attendu}"')


def test_colonne_des_visites_dit_l_en_cours_la_derniere_ou_jamais(clients, reseau, direct):
    jamais, faite, deux = EntrepriseFactory.create_batch(3, reseau=reseau)
    VisiteFactory(reseau=reseau, entreprise=faite, realisee=True)
    VisiteFactory(reseau=reseau, entreprise=deux, realisee=True, realisee_le="2025-01-06")
    en_cours = VisiteFactory(reseau=reseau, entreprise=deux, programmee=True)
    lignes = dict(clients["animateur"].get(adresse("entreprises", reseau)).context["lignes"])
    assert (lignes[jamais].derniere, lignes[faite].derniere.entreprise, lignes[deux].en_cours) == (None, faite, en_cours)
    assert lignes[deux].derniere.realisee_le == date(2025, 1, 6)


def test_tri_par_derniere_visite_finit_par_les_jamais_visitees(clients, reseau):
    for nom, quand in (("Ancienne", "2024-01-08"), ("Jamais", None), ("Récente", "2026-01-12")):
        fiche = EntrepriseFactory(reseau=reseau, raison_sociale=nom, recherche=nom.lower())
        if quand:
            VisiteFactory(reseau=reseau, entreprise=fiche, realisee=True, realisee_le=quand)
    ordres = [montrees(clients["direct"].get(adresse("entreprises", reseau, tri=tri))) for tri in ("derniere", "-derniere")]
    assert ordres == [["Ancienne", "Récente", "Jamais"], ["Récente", "Ancienne", "Jamais"]]


def test_filtres_actifs_se_retirent_un_a_un(clients, reseau):
    EntrepriseFactory(reseau=reseau)
    response = clients["animateur"].get(adresse("entreprises", reseau, etat="actif", diffusible="oui", tri="-nom", page="2"))
    assert [(actif.libelle, actif.valeur, actif.adresse) for actif in response.context["filter"].actifs] == [
        ("État", "En activité", "?diffusible=oui&tri=-nom"),
        ("Diffusion SIRENE", "Diffusible", "?etat=actif&tri=-nom"),
    ]


def test_filtres_avances_s_ouvrent_s_ils_servent(clients, reseau):
    ouverts = [
        clients["animateur"].get(adresse("entreprises", reseau, **requete)).context["filter"].avances_ouverts
        for requete in ({}, {"zone": "4312"}, {"etat": "ferme"})
    ]
    assert ouverts == [False, False, True]
