"""Quels membres, quelles institutions, quelles lignes du journal."""

from datetime import UTC, date, datetime

import pytest

from reseau.enums import Geste, Qualite, Role
from reseau.models import Institution, Journal, Membre
from reseau.operations import noter
from tests.factories import InstitutionFactory, MembreFactory, ReseauFactory

JOUR = date(2026, 3, 2)


@pytest.fixture
def trois(reseau):
    """Présente, partie, à venir."""
    return [
        MembreFactory(reseau=reseau, nom="Presente"),
        MembreFactory(reseau=reseau, nom="Partie", parti_le=JOUR),
        MembreFactory(reseau=reseau, nom="Avenir", entre_le=date(2026, 4, 1)),
    ]


def noms(membres):
    return sorted(membres.values_list("nom", flat=True))


def test_partis_et_restants_se_partagent_le_reseau(trois):
    assert noms(Membre.objects.partis(JOUR)) == ["Partie"]
    assert noms(Membre.objects.restants(JOUR)) == ["Avenir", "Presente"]
    assert noms(Membre.objects.actifs(JOUR)) == ["Presente"]


@pytest.mark.parametrize("texte", ["eliane", "ÉLIANE", "d oeuvre", "conseillere eliane", "cmb"])
def test_recherche_sans_accents(reseau, texte):
    institution = InstitutionFactory(reseau=reseau, sigle="CMB")
    MembreFactory(reseau=reseau, institution=institution, prenom="Éliane", nom="D’Œuvre", fonction="conseillère")
    MembreFactory(reseau=reseau, prenom="Karim", nom="Belhadj")
    assert noms(Membre.objects.cherche(texte)) == ["D’Œuvre"]


def test_recherche_d_un_seul_signe_ne_retire_personne(trois):
    assert Membre.objects.cherche(" % ").count() == 3


@pytest.mark.parametrize(
    ("role", "qualite", "dit"),
    [
        (Role.DEVELOPPEUR, Qualite.ASSOCIE, "Développeur associé"),
        (Role.ANIMATEUR, Qualite.AUCUN, "Animateur"),
        (Role.ANIMATEUR, Qualite.DIRECT, "Animateur, visite aussi"),
    ],
)
def test_role_dit_en_mots(role, qualite, dit):
    assert Membre(role=role, qualite=qualite).role_dit == dit


def test_rang_alphabetique_range_les_accents_avec_leur_lettre():
    membres = [Membre(nom=nom, prenom="A") for nom in ("Zoé", "Étienne", "d’Œuvre", "Faivre")]
    assert [m.nom for m in sorted(membres, key=lambda m: m.rang_alphabetique)] == ["d’Œuvre", "Étienne", "Faivre", "Zoé"]


def test_seul_un_animateur_gere_un_animateur():
    animateur, secretariat, direct = Membre(role="animateur"), Membre(role="secretariat"), Membre(role="developpeur")
    assert [animateur.peut_gerer(animateur), secretariat.peut_gerer(animateur), secretariat.peut_gerer(direct)] == [
        True,
        False,
        True,
    ]


def test_nombre_de_membres_ne_compte_que_les_actifs(reseau):
    institution = InstitutionFactory(reseau=reseau)
    dates = [{}, {"parti_le": JOUR}, {"entre_le": date(2026, 4, 1)}, {"parti_le": date(2026, 4, 1)}]
    for champs in dates:
        MembreFactory(reseau=reseau, institution=institution, **champs)
    assert Institution.objects.avec_nb_membres(JOUR).get(pk=institution.pk).nb_membres == 2


def test_institutions_ouvertes_et_fermees(reseau):
    ouverte = InstitutionFactory(reseau=reseau)
    fermee = InstitutionFactory(reseau=reseau, fermee_le=JOUR)
    assert list(Institution.objects.ouvertes(JOUR)) == [ouverte]
    assert list(Institution.objects.fermees(JOUR)) == [fermee]


def test_journal_se_borne_a_des_jours_de_paris(journal_a_recrire, animateur):
    ligne = noter(animateur, Geste.LECTURE, animateur)
    # 23 h 30 à Londres, minuit et demi à Paris : c'est déjà le 3.
    Journal.objects.filter(pk=ligne.pk).update(le=datetime(2026, 3, 2, 23, 30, tzinfo=UTC))
    trois = date(2026, 3, 3)
    comptes = [Journal.objects.depuis(trois).count(), Journal.objects.jusqu_au(JOUR).count()]
    assert [*comptes, Journal.objects.jusqu_au(trois).count()] == [1, 0, 1]


def test_journal_nomme_son_objet_en_francais(animateur):
    assert noter(animateur, Geste.LECTURE, animateur.reseau).objet_dit == "réseau"
    assert noter(animateur, Geste.EXPORT, "lettres signées").objet_dit == "lettres signées"
    assert Journal(objet="disparue.fiche").objet_dit == "disparue.fiche"


def test_signataires_d_un_autre_reseau_ne_se_voient_pas(animateur):
    autre = MembreFactory(reseau=ReseauFactory())
    signataires = type(animateur.reseau.signataires.get()).objects
    assert (signataires.visibles_par(animateur).count(), signataires.visibles_par(autre).count()) == (1, 0)
