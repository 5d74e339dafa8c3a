"""Absences : période, chevauchement, et qui lit quoi."""

from datetime import date
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from reseau.enums import Role
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Absence, Journal
from reseau.operations import noter_une_absence, supprimer_une_absence
from tests.conftest import PROFILS
from tests.factories import AbsenceFactory, MembreFactory
from tests.lib.simultane import ensemble, refus

pytestmark = pytest.mark.django_db


def absence(membre, debut, fin):
    return Absence(membre=membre, debut_le=debut, fin_le=fin)


def test_fin_avant_le_debut_est_refusee_par_la_base():
    with pytest.raises(IntegrityError, match="absence_dates_dans_l_ordre"), transaction.atomic():
        AbsenceFactory(debut_le=date(2026, 3, 9), fin_le=date(2026, 3, 8))


def test_absence_d_un_jour():
    absence = AbsenceFactory(fin_le=date(2026, 3, 9), membre__prenom="Camille", membre__nom="Fictif")
    assert absence.phrase == "Camille Fictif est absente le 9 mars 2026"


@pytest.mark.parametrize(
    ("du", "au", "trouvee"),
    [
        (date(2026, 3, 1), date(2026, 3, 8), False),
        (date(2026, 3, 1), date(2026, 3, 9), True),
        (date(2026, 3, 11), date(2026, 3, 11), True),
        (date(2026, 3, 13), date(2026, 3, 31), True),
        (date(2026, 3, 14), date(2026, 3, 31), False),
    ],
)
def test_entre_comprend_ses_bornes(du, au, trouvee):
    AbsenceFactory(debut_le=date(2026, 3, 9), fin_le=date(2026, 3, 13))
    assert Absence.objects.entre(du, au).exists() is trouvee


def test_a_venir_comprend_le_dernier_jour():
    AbsenceFactory(fin_le=date(2026, 3, 13))
    comptes = [
        (Absence.objects.a_venir(jour).count(), Absence.objects.passees(jour).count())
        for jour in (date(2026, 3, 13), date(2026, 3, 14))
    ]
    assert comptes == [(1, 0), (0, 1)]


def test_noter_une_absence_l_inscrit_au_journal_sans_son_motif(direct):
    noter_une_absence(Absence(membre=direct, debut_le=date(2028, 2, 29), fin_le=date(2028, 2, 29), motif="opération"), par=direct)
    ligne = Journal.objects.get()
    assert (ligne.objet, ligne.membre, ligne.precision) == ("reseau.absence", direct, "")


@pytest.mark.parametrize("dates", [(date(2026, 3, 13), date(2026, 3, 20)), (date(2026, 3, 1), date(2026, 3, 31))])
def test_deux_absences_d_un_membre_ne_se_chevauchent_pas(direct, dates):
    AbsenceFactory(membre=direct, debut_le=date(2026, 3, 9), fin_le=date(2026, 3, 13))
    with pytest.raises(RegleEnfreinte, match="chevauchent celles d’une absence déjà notée, du 9 au 13 mars 2026"):
        noter_une_absence(absence(direct, *dates), par=direct)


def test_absences_qui_se_suivent_et_celles_d_un_autre_sont_admises(direct):
    AbsenceFactory(membre=direct, debut_le=date(2026, 3, 9), fin_le=date(2026, 3, 13))
    noter_une_absence(absence(direct, date(2026, 3, 14), date(2026, 3, 15)), par=direct)
    noter_une_absence(absence(MembreFactory(reseau=direct.reseau), date(2026, 3, 9), date(2026, 3, 13)), par=direct)
    assert Absence.objects.count() == 3


def test_supprimer_une_absence_le_note(direct):
    supprimer_une_absence(AbsenceFactory(membre=direct), par=direct)
    assert (Absence.objects.count(), Journal.objects.get().precision) == (0, "supprimée")


@pytest.mark.parametrize("profil", PROFILS)
def test_motif_ne_se_lit_que_de_l_interesse_et_de_l_animateur(membres, profil):
    absence = AbsenceFactory(membre=membres["direct"], motif="opération")
    attendu = "opération" if profil in ("direct", "animateur") else ""
    assert absence.motif_pour(membres[profil]) == attendu


@pytest.mark.parametrize("profil", PROFILS)
def test_absences_visibles_sont_celles_du_reseau(membres, profil):
    siennes, autre = AbsenceFactory(membre=membres[profil]), AbsenceFactory(membre=MembreFactory(reseau=membres[profil].reseau))
    AbsenceFactory()
    attendues = {siennes} if profil == "observateur" else {siennes, autre}
    assert set(Absence.objects.visibles_par(membres[profil])) == attendues


@pytest.mark.parametrize("profil", PROFILS)
def test_chacun_tient_les_siennes_et_l_animateur_celles_de_tous(membres, profil):
    siennes, autre = AbsenceFactory(membre=membres[profil]), AbsenceFactory(membre=MembreFactory(reseau=membres[profil].reseau))
    AbsenceFactory(membre__role=Role.ANIMATEUR)
    attendues = {siennes, autre} if profil == "animateur" else {siennes}
    assert set(Absence.objects.gerables_par(membres[profil])) == attendues


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("base_sur_disque")
def test_deux_saisies_simultanees_qui_se_chevauchent_n_en_gardent_qu_une():
    """Dix paires : sans verrou, PostgreSQL en laisserait passer."""
    membre = MembreFactory()
    saisie = partial(noter_une_absence, par=membre)
    for mois in range(1, 11):
        gestes = [partial(saisie, absence(membre, date(2026, mois, jour), date(2026, mois, 20))) for jour in (9, 10)]
        assert len(refus(ensemble(*gestes))) == 1
    assert Absence.objects.count() == 10
