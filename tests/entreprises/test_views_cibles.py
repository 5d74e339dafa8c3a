"""Les cibles à l'écran : préparer en voyant qui l'on vise, décider, écarter."""

import pytest
from django.urls import reverse

from entreprises.models import Cible, Division, Etiquette
from tests.factories import (
    CibleFactory,
    DeportFactory,
    EntrepriseFactory,
    LigneDeCibleFactory,
    ReseauFactory,
    ReunionFactory,
)

pytestmark = pytest.mark.django_db


def adresse(nom, reseau, *arguments, **requete):
    return reverse(f"entreprises:{nom}", args=[reseau.slug, *arguments], query=requete or None)


def industrie():
    return [division.code for division in Division.objects.all() if division.industrielle]


@pytest.mark.parametrize(
    ("profil", "voir", "gerer"),
    [
        ("animateur", 200, 200),
        ("secretariat", 200, 200),
        ("direct", 200, 403),
        ("associe", 403, 403),
        ("prefecture", 200, 403),
        ("observateur", 403, 403),
    ],
)
def test_cibles_selon_le_profil(clients, reseau, profil, voir, gerer):
    cible, client = CibleFactory(reseau=reseau), clients[profil]
    assert [client.get(adresse(*nom)).status_code for nom in (("cibles", reseau), ("cible", reseau, cible.pk))] == [voir, voir]
    pages = [("cible-creer", reseau), ("cible-modifier", reseau, cible.pk), ("cible-decider", reseau, cible.pk)]
    assert [client.get(adresse(*page)).status_code for page in pages] == [gerer] * 3


def test_cible_se_prepare_avec_ses_criteres(clients, reseau):
    saisie = {"nom": "Industrie", "industrie": "on", "divisions": ["41"], "tranches": ["12", "21"], "zones_emploi": ["2711"]}
    zone = clients["animateur"].get(adresse("cible-creer", reseau)).context["form"].fields["zones_emploi"].choices[0][0]
    clients["animateur"].post(adresse("cible-creer", reseau), saisie | {"zones_emploi": [zone]})
    cible = Cible.objects.get()
    assert (cible.reseau, cible.decidee) == (reseau, False)
    assert cible.criteres == {"zones_emploi": [zone], "divisions": [*industrie(), "41"], "tranches": ["12", "21"]}


def test_nouvelle_cible_propose_l_industrie_et_l_agroalimentaire(clients, reseau):
    EntrepriseFactory(reseau=reseau)
    EntrepriseFactory(reseau=reseau, naf_id="62.01Z")
    contexte = clients["animateur"].get(adresse("cible-creer", reseau)).context
    form = contexte["form"]
    assert (form["industrie"].value(), form["divisions"].value(), form["tranches"].value()) == (True, [], [])
    assert contexte["apercu"].nombre == 1


def test_criteres_facultatifs_se_choisissent_et_se_disent(clients, reseau):
    marquee = EntrepriseFactory(reseau=reseau, filiere="Bois")
    etiquette = Etiquette.objects.create(reseau=reseau, nom="Export")
    marquee.etiquettes.add(etiquette)
    commune = marquee.commune
    criteres = {"arrondissements": [commune.arrondissement_id], "epci": [commune.epci_id], "filieres": ["Bois"]}
    saisie = {"nom": "Bois", "etiquettes": [etiquette.pk], **criteres}
    response = clients["animateur"].post(adresse("cible-creer", reseau), saisie, follow=True)
    assert Cible.objects.get().criteres == criteres | {"etiquettes": [etiquette.pk]}
    assert [critere for critere, _ in response.context["criteres"]][3:] == [
        "Arrondissements",
        "Intercommunalités",
        "Filières",
        "Étiquettes",
    ]
    assert response.context["apercu"].nombre == 1


def test_etiquette_d_un_autre_reseau_n_est_pas_un_critere(clients, reseau):
    ailleurs = Etiquette.objects.create(reseau=ReseauFactory(), nom="Export")
    response = clients["animateur"].post(adresse("cible-creer", reseau), {"nom": "Bois", "etiquettes": [ailleurs.pk]})
    assert list(response.context["form"].errors) == ["etiquettes"]


@pytest.mark.parametrize("forge", [{"zones_emploi": ["9999"]}, {"divisions": ["zz"]}, {"tranches": ["77"]}, {"nom": ""}])
def test_cible_forgee_est_refusee(clients, reseau, forge):
    response = clients["animateur"].post(adresse("cible-creer", reseau), {"nom": "Bois"} | forge)
    assert (list(response.context["form"].errors), Cible.objects.count()) == (list(forge), 0)


def test_zones_proposees_sont_celles_du_departement(clients, reseau):
    form = clients["animateur"].get(adresse("cible-creer", reseau)).context["form"]
    assert [nom for _, nom in form.fields["zones_emploi"].choices] == ["Belfort", "Besançon", "Dijon", "Montbéliard", "Vesoul"]


def test_apercu_compte_sans_enregistrer_ni_exiger_le_nom(clients, reseau):
    EntrepriseFactory(reseau=reseau, raison_sociale="Bois")
    EntrepriseFactory(reseau=reseau, naf_id="62.01Z")
    EntrepriseFactory(naf_id="16.10A")
    response = clients["animateur"].post(adresse("cible-creer", reseau), {"industrie": "on", "apercu": "1"})
    apercu = response.context["apercu"]
    assert (apercu.nombre, [str(entreprise) for entreprise in apercu.echantillon]) == (1, ["Bois"])
    assert (bool(apercu.avertissement), Cible.objects.count()) == (True, 0)


def test_echantillon_tait_les_deports_mais_le_compte_reste(clients, reseau, animateur):
    DeportFactory(entreprise__reseau=reseau, membre=animateur)
    contexte = clients["animateur"].get(adresse("cible-creer", reseau)).context
    assert (contexte["apercu"].nombre, contexte["apercu"].echantillon, contexte["carte"].total) == (1, [], 0)


def test_modification_retrouve_le_prereglage(clients, reseau):
    cible = CibleFactory(reseau=reseau, criteres={"divisions": [*industrie(), "41"]})
    form = clients["animateur"].get(adresse("cible-modifier", reseau, cible.pk)).context["form"]
    assert (form["industrie"].value(), form["divisions"].value()) == (True, ["41"])


def test_modification_depassee_est_refusee(clients, reseau):
    cible = CibleFactory(reseau=reseau, version=2)
    response = clients["animateur"].post(adresse("cible-modifier", reseau, cible.pk), {"nom": "Autre", "version": 1})
    cible.refresh_from_db()
    assert (response.status_code, cible.nom == "Autre") == (200, False)


def test_cible_decidee_ne_se_modifie_ni_ne_se_redecide(clients, reseau):
    cible = CibleFactory(reseau=reseau, decidee=True)
    for nom in ("cible-modifier", "cible-decider"):
        assert clients["animateur"].get(adresse(nom, reseau, cible.pk)).url == cible.get_absolute_url()


def test_decision_fige_la_liste_et_avertit(clients, reseau):
    EntrepriseFactory(reseau=reseau)
    cible, reunion = CibleFactory(reseau=reseau), ReunionFactory(reseau=reseau)
    saisie = {"decidee_le": "2026-03-02", "reunion": reunion.pk}
    response = clients["animateur"].post(adresse("cible-decider", reseau, cible.pk), saisie, follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["success", "warning"]
    assert (response.context["nombre"], response.context["cible"].reunion) == (1, reunion)


def test_decision_dans_une_reunion_d_ailleurs_est_refusee(clients, reseau):
    EntrepriseFactory(reseau=reseau)
    cible, ailleurs = CibleFactory(reseau=reseau), ReunionFactory()
    saisie = {"decidee_le": "2026-03-02", "reunion": ailleurs.pk}
    response = clients["animateur"].post(adresse("cible-decider", reseau, cible.pk), saisie)
    assert (list(response.context["form"].errors), cible.lignes.count()) == (["reunion"], 0)


def test_decision_venue_d_une_reunion_la_propose(clients, reseau):
    cible, reunion = CibleFactory(reseau=reseau), ReunionFactory(reseau=reseau)
    form = clients["animateur"].get(adresse("cible-decider", reseau, cible.pk, reunion=reunion.pk)).context["form"]
    assert (form["reunion"].value(), form["decidee_le"].value()) == (reunion.pk, reunion.le)


def test_reunion_annulee_ne_decide_rien(clients, reseau):
    cible, tenue = CibleFactory(reseau=reseau), ReunionFactory(reseau=reseau, tenue=True)
    ReunionFactory(reseau=reseau, annulee=True)
    form = clients["animateur"].get(adresse("cible-decider", reseau, cible.pk)).context["form"]
    assert list(form.fields["reunion"].queryset) == [tenue]


def test_decision_impossible_se_dit_sur_le_formulaire(clients, reseau):
    cible = CibleFactory(reseau=reseau)
    response = clients["animateur"].post(adresse("cible-decider", reseau, cible.pk), {"decidee_le": "2026-03-02"})
    assert "Aucune entreprise" in response.context["form"].non_field_errors()[0]


def test_liste_figee_se_separe_des_ecartees(clients, reseau):
    cible = CibleFactory(reseau=reseau, decidee=True)
    retenue, ecartee = LigneDeCibleFactory(cible=cible), LigneDeCibleFactory(cible=cible, motif_d_ecart="Double")
    pages = [clients["direct"].get(adresse("cible", reseau, cible.pk, **requete)) for requete in ({}, {"voir": "ecartees"})]
    assert [list(page.context["page_obj"]) for page in pages] == [[retenue], [ecartee]]
    assert (pages[0].context["nombre"], pages[0].context["nombre_ecartees"]) == (1, 1)


def test_liste_figee_tait_les_deports_mais_le_total_reste(clients, reseau, direct):
    cible = CibleFactory(reseau=reseau, decidee=True)
    ligne = LigneDeCibleFactory(cible=cible)
    DeportFactory(entreprise=ligne.entreprise, membre=direct)
    contexte = clients["direct"].get(adresse("cible", reseau, cible.pk)).context
    assert (list(contexte["page_obj"]), contexte["nombre"]) == ([], 1)


def test_liste_figee_coute_autant_pour_une_que_pour_trente(clients, reseau, requetes):
    cible, nombres = CibleFactory(reseau=reseau, decidee=True), []
    for combien in (1, 2, 27):
        LigneDeCibleFactory.create_batch(combien, cible=cible)
        nombres.append(requetes(lambda: clients["animateur"].get(adresse("cible", reseau, cible.pk))))
    assert nombres[0] == nombres[1] == nombres[2]


def test_cibles_en_preparation_viennent_en_tete(clients, reseau):
    anciennes = [CibleFactory(reseau=reseau, etat="decidee", decidee_le=f"2026-0{mois}-02") for mois in (1, 3)]
    ebauche = CibleFactory(reseau=reseau)
    response = clients["prefecture"].get(adresse("cibles", reseau))
    assert list(response.context["page_obj"]) == [ebauche, *reversed(anciennes)]


def test_cibles_coutent_autant_pour_une_que_pour_trois(clients, reseau, requetes):
    nombres = []
    for combien in (1, 2):
        CibleFactory.create_batch(combien, reseau=reseau, decidee=True, reunion=ReunionFactory(reseau=reseau))
        nombres.append(requetes(lambda: clients["animateur"].get(adresse("cibles", reseau))))
    assert nombres[0] == nombres[1]


def test_ecart_demande_un_motif_puis_se_reprend(clients, reseau):
    ligne = LigneDeCibleFactory(cible=CibleFactory(reseau=reseau, decidee=True))
    ecarter, reprendre = adresse("cible-ecarter", reseau, ligne.pk), adresse("cible-reprendre", reseau, ligne.pk)
    assert list(clients["animateur"].post(ecarter, {"motif": " "}).context["form"].errors) == ["motif"]
    assert clients["animateur"].post(ecarter, {"motif": "Double"}).url == ligne.cible.get_absolute_url()
    ligne.refresh_from_db()
    assert ligne.motif_d_ecart == "Double"
    clients["animateur"].post(reprendre)
    ligne.refresh_from_db()
    assert ligne.motif_d_ecart == ""


@pytest.mark.parametrize("nom", ["cible-ecarter", "cible-reprendre"])
def test_ligne_d_un_autre_reseau_est_introuvable_et_reservee(clients, reseau, nom):
    ailleurs, ici = LigneDeCibleFactory(), LigneDeCibleFactory(cible__reseau=reseau)
    statuts = [
        clients["animateur"].post(adresse(nom, reseau, ailleurs.pk), {"motif": "x"}).status_code,
        clients["direct"].post(adresse(nom, reseau, ici.pk), {"motif": "x"}).status_code,
    ]
    assert statuts == [404, 403]


@pytest.mark.parametrize("nom", ["cible", "cible-modifier", "cible-decider"])
def test_cible_d_un_autre_reseau_est_introuvable(clients, reseau, nom):
    assert clients["animateur"].get(adresse(nom, reseau, CibleFactory().pk)).status_code == 404
