"""Les gestes par lot : la sélection bornée, le bilan, le journal, l'annulation."""

from datetime import date, timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils.timezone import localdate

from entreprises.models import Entreprise, Etiquette
from reseau.models import Journal
from tests.factories import CampagneFactory, DeportFactory, EntrepriseFactory, EtiquetteFactory
from visites import lots

pytestmark = pytest.mark.django_db


def adresse(reseau, geste, fiches=(), **requete):
    query = {"geste": geste, "entreprise": [fiche.pk for fiche in fiches], **requete}
    return reverse("visites:entreprises-lot", args=[reseau.slug], query=query)


def dits(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def portent(nom):
    return list(Entreprise.objects.filter(etiquettes__nom=nom).order_by("pk"))


def annuler(client, reseau):
    return client.post(reverse("visites:entreprises-lot-annuler", args=[reseau.slug]))


def test_lot_demande_avant_d_agir(clients, reseau):
    fiches = EntrepriseFactory.create_batch(3, reseau=reseau)
    response = clients["direct"].get(adresse(reseau, "etiqueter", fiches))
    assert (response.status_code, response.context["nombre"], Etiquette.objects.count()) == (200, 3, 0)


def test_etiqueter_dit_journalise_et_s_annule(clients, reseau):
    fiches = EntrepriseFactory.create_batch(3, reseau=reseau)
    fiches[0].etiquettes.add(EtiquetteFactory(reseau=reseau, nom="Bois"))
    response = clients["direct"].post(adresse(reseau, "etiqueter", fiches), {"nom": " BOIS "})
    assert dits(response) == ["« Bois » posée sur 2\u00a0entreprises ; 1\u00a0la portait déjà."]
    assert portent("Bois") == fiches
    assert list(Journal.objects.values_list("geste", "nombre", "precision")) == [
        ("modification", 2, f"étiquette n° {Etiquette.objects.get().pk} posée")
    ]
    annuler(clients["direct"], reseau)
    assert portent("Bois") == fiches[:1]


def test_retirer_s_annule(clients, reseau):
    etiquette, fiches = EtiquetteFactory(reseau=reseau, nom="Bois"), EntrepriseFactory.create_batch(2, reseau=reseau)
    fiches[0].etiquettes.add(etiquette)
    response = clients["animateur"].post(adresse(reseau, "retirer", fiches), {"etiquette": etiquette.pk})
    assert (dits(response), portent("Bois")) == (["« Bois » retirée de 1\u00a0entreprise ; 1\u00a0ne la portait pas."], [])
    annuler(clients["animateur"], reseau)
    assert portent("Bois") == fiches[:1]


def test_proteger_avance_la_version_et_rend_l_ancienne_date(clients, reseau):
    ancienne = date(2026, 6, 1)
    fiches = [EntrepriseFactory(reseau=reseau, ne_plus_solliciter_jusqu_au=jour) for jour in (None, ancienne)]
    jusqu_au = localdate() + timedelta(days=90)
    clients["animateur"].post(adresse(reseau, "proteger", fiches), {"jusqu_au": jusqu_au.isoformat(), "motif": "Déménage"})
    lues = Entreprise.objects.order_by("pk").values_list("ne_plus_solliciter_jusqu_au", "version")
    assert list(lues) == [(jusqu_au, 2), (jusqu_au, 2)]
    annuler(clients["animateur"], reseau)
    assert list(lues.all()) == [(None, 3), (ancienne, 3)]


def test_annuler_ne_defait_pas_ce_qu_un_autre_a_change(clients, reseau):
    fiche, jusqu_au = EntrepriseFactory(reseau=reseau), localdate() + timedelta(days=90)
    clients["animateur"].post(adresse(reseau, "proteger", [fiche]), {"jusqu_au": jusqu_au.isoformat(), "motif": "Déménage"})
    Entreprise.objects.update(ne_plus_solliciter_jusqu_au=date(2030, 1, 1))
    annuler(clients["animateur"], reseau)
    fiche.refresh_from_db()
    assert fiche.ne_plus_solliciter_jusqu_au == date(2030, 1, 1)


def test_annuler_une_fois_seulement_et_par_son_auteur(clients, reseau):
    fiche = EntrepriseFactory(reseau=reseau)
    clients["direct"].post(adresse(reseau, "etiqueter", [fiche]), {"nom": "Bois"})
    assert dits(annuler(clients["animateur"], reseau)) == ["Il n’y a plus rien à annuler."]
    annuler(clients["direct"], reseau)
    assert dits(annuler(clients["direct"], reseau))[-1] == "Il n’y a plus rien à annuler."


def test_protection_passee_se_refuse_sur_le_formulaire(clients, reseau):
    fiche = EntrepriseFactory(reseau=reseau)
    response = clients["direct"].post(adresse(reseau, "proteger", [fiche]), {"jusqu_au": "2020-01-01", "motif": "Trop tard"})
    assert response.context["form"].non_field_errors() == [
        "Cette date est passée : ces entreprises ne seraient protégées d’aucune visite."
    ]


def test_cle_d_un_autre_reseau_ou_deportee_n_est_jamais_touchee(clients, reseau, direct):
    sienne, etrangere = EntrepriseFactory(reseau=reseau), EntrepriseFactory()
    deportee = DeportFactory(entreprise__reseau=reseau, membre=direct).entreprise
    clients["direct"].post(adresse(reseau, "etiqueter", [sienne, etrangere, deportee]), {"nom": "Bois"})
    assert portent("Bois") == [sienne]


def test_cles_illisibles_ne_choisissent_rien(clients, reseau):
    EntrepriseFactory(reseau=reseau)
    response = clients["direct"].get(adresse(reseau, "etiqueter", entreprise=["x", "-1", "9" * 40]))
    assert (response.status_code, dits(response)) == (302, ["Cochez au moins une entreprise."])


def test_toutes_celles_des_filtres_et_toute_la_page(clients, reseau):
    bois = EntrepriseFactory.create_batch(30, reseau=reseau, filiere="Bois")
    EntrepriseFactory(reseau=reseau)
    toutes = clients["direct"].get(adresse(reseau, "etiqueter", portee="toutes", filiere="Bois"))
    page = clients["direct"].get(adresse(reseau, "etiqueter", portee="page", de_la_page=f"{bois[0].pk},{bois[1].pk}"))
    assert (toutes.context["nombre"], page.context["nombre"]) == (30, 2)


def test_lot_trop_grand_se_refuse(clients, reseau, monkeypatch):
    monkeypatch.setattr(lots, "LOT_MAX", 2)
    EntrepriseFactory.create_batch(3, reseau=reseau)
    response = clients["direct"].get(adresse(reseau, "etiqueter", portee="toutes"))
    assert dits(response) == ["Un lot prend 2 entreprises au plus : ajoutez un filtre, et recommencez."]


def test_programmer_mene_a_la_campagne_avec_la_selection(clients, reseau):
    campagne = CampagneFactory(reseau=reseau, fin_le=localdate() + timedelta(days=30))
    fiches = EntrepriseFactory.create_batch(2, reseau=reseau)
    EntrepriseFactory(reseau=reseau)
    response = clients["animateur"].post(adresse(reseau, "programmer", fiches), {"campagne": campagne.pk})
    suite = clients["animateur"].get(response.url)
    assert sorted(ligne["entreprise"].pk for ligne in suite.context["lignes"]) == [fiche.pk for fiche in fiches]


def test_exporter_la_selection(clients, reseau):
    fiches = EntrepriseFactory.create_batch(2, reseau=reseau)
    response = clients["direct"].post(adresse(reseau, "exporter", fiches), {"genre": "ods"})
    assert response.headers["Content-Type"] == "application/vnd.oasis.opendocument.spreadsheet"
    assert list(Journal.objects.values_list("geste", "nombre")) == [("export", 2)]


@pytest.mark.parametrize(("profil", "attendu"), [("direct", 403), ("animateur", 200)])
def test_programmer_suit_le_droit(clients, reseau, profil, attendu):
    assert clients[profil].get(adresse(reseau, "programmer", [EntrepriseFactory(reseau=reseau)])).status_code == attendu


def test_cases_et_gestes_suivent_le_droit(clients, reseau):
    EntrepriseFactory(reseau=reseau)
    liste = reverse("visites:entreprises", args=[reseau.slug])
    gestes = {profil: list(clients[profil].get(liste).context["gestes"]) for profil in ("animateur", "direct", "prefecture")}
    tous = ["etiqueter", "retirer", "proteger", "programmer", "exporter"]
    assert gestes == {"animateur": tous, "direct": [nom for nom in tous if nom != "programmer"], "prefecture": []}
