"""Les écrans d'absence : qui tient celles de qui, ce qui s'y lit, ce dont on est prévenu."""

from datetime import date, datetime, timedelta

import pytest
from django.utils.timezone import localdate, make_aware

from reseau.models import Absence
from tests.factories import AbsenceFactory, DeportFactory, MembreFactory, VisiteFactory
from tests.visites.conftest import dits

pytestmark = pytest.mark.django_db


def dans(jours):
    return localdate() + timedelta(days=jours)


@pytest.fixture
def noter(clients, adresse):
    def envoyer(role, debut=3, fin=5, **saisie):
        periode = {"debut_le": dans(debut).isoformat(), "fin_le": dans(fin).isoformat()}
        return clients[role].post(adresse("visites:absence-noter"), periode | saisie)

    return envoyer


@pytest.fixture
def page(clients, adresse):
    return lambda role, **choix: clients[role].get(adresse("visites:absences"), choix)


def rendez_vous(membre, jour, **champs):
    quand = make_aware(datetime(jour.year, jour.month, jour.day, 14, 30))  # noqa: DTZ001
    return VisiteFactory(reseau=membre.reseau, rendez_vous=True, rendez_vous_le=quand, developpeur=membre, **champs)


def test_liste_vide_le_dit(page):
    assert "Aucune absence à venir" in page("direct").content.decode()


def test_liste_met_a_venir_d_abord_et_replie_les_passees(page, direct):
    passee, prochaine = AbsenceFactory(membre=direct), AbsenceFactory(membre=direct, debut_le=dans(-1), fin_le=dans(0))
    contexte, texte = page("direct").context, page("direct").content.decode()
    assert [ligne["absence"] for ligne in contexte["lignes_a_venir"]] == [prochaine]
    assert [ligne["absence"] for ligne in contexte["lignes_passees"]] == [passee]
    assert 'aria-expanded="false" aria-controls="passees"' in texte


def test_autre_page_des_passees_les_deplie(page, direct):
    AbsenceFactory(membre=direct)
    assert 'aria-expanded="true" aria-controls="passees"' in page("direct", passees=1).content.decode()


@pytest.mark.parametrize(("role", "lu"), [("direct", True), ("animateur", True), ("secretariat", False), ("associe", False)])
def test_motif_reste_entre_l_interesse_et_l_animateur(page, direct, role, lu):
    AbsenceFactory(membre=direct, fin_le=dans(3), motif="Zyxopération")
    assert ("Zyxopération" in page(role).content.decode()) is lu


def test_observateur_ne_lit_que_les_siennes(page, membres, direct):
    AbsenceFactory(membre=direct, fin_le=dans(3))
    sienne = AbsenceFactory(membre=membres["observateur"], fin_le=dans(3))
    assert [ligne["absence"] for ligne in page("observateur").context["lignes_a_venir"]] == [sienne]


def test_noter_la_sienne(noter, direct, adresse):
    response = noter("direct", motif="Congés")
    absence = Absence.objects.get()
    assert response.url == adresse("visites:absences")
    assert (absence.membre, absence.debut_le, absence.fin_le, absence.motif) == (direct, dans(3), dans(5), "Congés")
    assert dits(response) == [f"C’est noté : {absence.phrase}."]


def test_noter_celle_d_un_autre_sans_etre_animateur_note_la_sienne(noter, membres, direct):
    noter("associe", membre=direct.pk)
    assert Absence.objects.get().membre == membres["associe"]


def test_animateur_note_celle_de_chacun(noter, direct):
    noter("animateur", membre=direct.pk)
    assert Absence.objects.get().membre == direct


def test_animateur_ne_note_pas_celle_d_un_membre_d_ailleurs(noter):
    assert list(noter("animateur", membre=MembreFactory().pk).context["form"].errors) == ["membre"]


def test_page_propose_le_membre_de_l_adresse(clients, adresse, direct):
    form = clients["animateur"].get(adresse("visites:absence-noter"), {"membre": direct.pk}).context["form"]
    assert form["membre"].value() == str(direct.pk)


@pytest.mark.parametrize(("debut", "fin", "champ"), [(5, 3, "fin_le"), (3, 400, "fin_le"), (4000, 4001, "debut_le")])
def test_dates_fausses_reviennent_avec_la_saisie(noter, debut, fin, champ):
    form = noter("direct", debut, fin, motif="Congés").context["form"]
    assert champ in form.errors
    assert form["motif"].value() == "Congés"


def test_chevauchement_revient_avec_sa_raison(noter, direct):
    deja = AbsenceFactory(membre=direct, debut_le=dans(4), fin_le=dans(9))
    assert deja.en_mots in noter("direct").context["form"].non_field_errors()[0]
    assert Absence.objects.count() == 1


def test_rendez_vous_pendant_l_absence_previent_puis_se_confirme(noter, direct):
    visite = rendez_vous(direct, dans(5))
    form = noter("direct").context["form"]
    assert len(form.prevenances) == 1
    assert form.prevenances[0].startswith(f"Rendez-vous pendant l’absence : {visite.entreprise}, le ")
    assert not Absence.objects.exists()
    lues = form.fields["quand_meme"].widget.attrs["value"]
    assert noter("direct", quand_meme=lues).status_code == 302


def test_confirmation_vaut_pour_ce_qu_on_a_lu(noter, direct):
    rendez_vous(direct, dans(5))
    lues = noter("direct").context["form"].fields["quand_meme"].widget.attrs["value"]
    rendez_vous(direct, dans(6))
    assert noter("direct", fin=6, quand_meme=lues).context["form"].a_confirmer


def test_accompagnant_est_prevenu_aussi(noter, direct, membres):
    rendez_vous(direct, dans(5), accompagnant=membres["associe"])
    assert len(noter("associe").context["form"].prevenances) == 1


@pytest.mark.parametrize("jour", [2, 6])
def test_rendez_vous_hors_de_l_absence_ne_previent_pas(noter, direct, jour):
    rendez_vous(direct, dans(jour))
    assert noter("direct").status_code == 302


def test_animateur_deporte_ne_lit_pas_le_rendez_vous(noter, membres, direct):
    visite = rendez_vous(direct, dans(5))
    DeportFactory(entreprise=visite.entreprise, membre=membres["animateur"])
    assert noter("animateur", membre=direct.pk).status_code == 302


def test_supprimer_demande_d_abord(clients, adresse, direct):
    absence = AbsenceFactory(membre=direct, motif="Zyxopération")
    page = adresse("visites:absence-supprimer", absence.pk)
    assert "Zyxopération" not in clients["animateur"].get(page).content.decode()
    assert Absence.objects.exists()
    response = clients["direct"].post(page)
    assert dits(response) == [f"L’absence de {direct} du 9 au 13 mars 2026 est supprimée."]
    assert not Absence.objects.exists()


@pytest.mark.parametrize("role", ["secretariat", "associe", "prefecture", "observateur"])
def test_supprimer_celle_d_un_autre_est_introuvable(clients, adresse, direct, role):
    page = adresse("visites:absence-supprimer", AbsenceFactory(membre=direct).pk)
    assert [clients[role].get(page).status_code, clients[role].post(page).status_code] == [404, 404]


def test_liste_requetes_constantes(page, constantes, direct):
    def ajouter():
        membre = MembreFactory(reseau=direct.reseau)
        AbsenceFactory(membre=membre, fin_le=dans(3))
        AbsenceFactory(membre=membre, debut_le=date(2020, 1, 1), fin_le=date(2020, 1, 2))

    assert constantes(lambda: page("animateur"), ajouter, (1, 2, 97)) <= 12


# Depuis la fiche


def test_ma_fiche_dit_mes_absences_et_y_mene(clients, adresse, direct):
    absence = AbsenceFactory(membre=direct, debut_le=dans(3), fin_le=dans(5), motif="Zyxopération")
    texte = clients["direct"].get(adresse("reseau:ma-fiche")).content.decode()
    assert absence.en_mots.capitalize() in texte
    assert adresse("visites:absence-noter") in texte


@pytest.mark.parametrize(("role", "note"), [("animateur", True), ("direct", True), ("secretariat", False)])
def test_fiche_d_un_membre_dit_ses_absences_sans_leur_motif(clients, adresse, direct, role, note):
    absence = AbsenceFactory(membre=direct, debut_le=dans(3), fin_le=dans(5), motif="Zyxopération")
    texte = clients[role].get(adresse("reseau:membre", direct.pk)).content.decode()
    assert absence.en_mots.capitalize() in texte
    assert "Zyxopération" not in texte
    assert (f"{adresse('visites:absence-noter')}?membre={direct.pk}" in texte) is note
