"""Les tableaux figés : les mêmes octets un an plus tard, à qui de droit ; les rapports envoyés."""

import io
from datetime import date
from hashlib import sha256

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from python_calamine import CalamineWorkbook

from reseau.lib.erreurs import RegleEnfreinte
from suivi.enums import Lecteurs
from suivi.figes import RAPPORT, pieces_de_la_reunion, pieces_du_rapport
from suivi.forms.figes import GENRES
from suivi.indicateurs.periodes import CHOIX
from suivi.management.commands.rapports import periode_achevee
from suivi.models import FichierFige, TableauFige
from suivi.operations import envoyer_le_fige, etablir_le_rapport, figer, figer_a_la_reunion, octets_figes
from tests.factories import ActionFactory, DeportFactory, ProjetFactory, ReunionFactory, TableauFigeFactory, VisiteFactory
from tests.lib.papier import textes

pytestmark = pytest.mark.django_db
LE = date(2026, 6, 30)


@pytest.fixture
def action(reseau, direct):
    visite = VisiteFactory(reseau=reseau, developpeur=direct, realisee=True, entreprise__raison_sociale="Scierie Zyx")
    return ActionFactory(projet=ProjetFactory(visite=visite), responsable=direct, acceptee=True)


@pytest.fixture
def legers(monkeypatch):
    """Sans mise en page : ces essais parlent de qui lit et de qui reçoit."""
    monkeypatch.setattr("suivi.operations.figes._pdf", lambda piece, instant: f"%PDF {piece.titre}".encode())


def adresse(fige, nom="fige"):
    return reverse(f"suivi:{nom}", args=[fige.reseau.slug, fige.pk])


def test_reunion_fige_ses_tableaux_et_leurs_octets_ne_bougent_plus(reseau, animateur, action, clients):
    reunion = ReunionFactory(reseau=reseau, le=LE, tenue=True)
    figes = figer_a_la_reunion(reunion, par=animateur)
    assert {fige.code for fige in figes} == {"2.4", "2.5", "2.7", "suites", "delais", "refus", "territoires", "valeur"}
    fige = next(fige for fige in figes if fige.code == "2.7")
    avant = {genre: octets_figes(fige, genre) for genre in ("pdf", "xlsx", "ods")}
    ActionFactory.create_batch(3, projet=action.projet)
    apres = {genre: clients["animateur"].get(adresse(fige, f"fige-{genre}")).content for genre in avant}
    assert apres == avant
    assert {f.genre: f.empreinte for f in fige.fichiers.all()} == {g: sha256(o).hexdigest() for g, o in avant.items()}
    assert "Actions 1" in textes(avant["pdf"])[0]
    for genre in ("xlsx", "ods"):
        assert ["Actions", 1] in lignes_du_classeur(avant[genre])


def lignes_du_classeur(octets):
    return CalamineWorkbook.from_filelike(io.BytesIO(octets)).get_sheet_by_index(0).to_python()


def test_octets_alteres_se_refusent(reseau, clients):
    fige = TableauFigeFactory(reseau=reseau)
    FichierFige.objects.filter(tableau=fige, genre="pdf").update(octets=b"autre chose")
    with pytest.raises(RegleEnfreinte):
        octets_figes(fige, "pdf")
    assert clients["animateur"].get(adresse(fige, "fige-pdf")).status_code == 302


def test_deporte_ne_lit_que_la_version_expurgee(reseau, membres, action, clients, legers):
    DeportFactory(entreprise=action.projet.visite.entreprise, membre=membres["direct"])
    figes = figer(reseau, pieces_de_la_reunion(reseau, au=LE)[:2], par=membres["animateur"])
    entier, expurge = figes
    assert (entier.expurge, expurge.expurge) == (False, True)
    lus = {profil: list(TableauFige.objects.visibles_par(membres[profil])) for profil in ("animateur", "direct")}
    assert lus == {"animateur": [entier], "direct": [expurge]}
    assert clients["direct"].get(adresse(entier)).status_code == 404
    assert b"Scierie Zyx" not in clients["direct"].get(adresse(expurge)).content
    assert b"Scierie Zyx" in clients["animateur"].get(adresse(entier)).content


def test_deport_venu_apres_ferme_ce_qui_nomme_l_entreprise(reseau, membres, action, legers):
    figer(reseau, pieces_de_la_reunion(reseau, au=LE)[:1], par=membres["animateur"])
    DeportFactory(entreprise=action.projet.visite.entreprise, membre=membres["direct"])
    assert not TableauFige.objects.visibles_par(membres["direct"]).exists()


@pytest.mark.parametrize(
    ("profil", "classes"),
    [
        ("animateur", {"actions", "lignes", "comptes_rendus", "evaluations", "totaux"}),
        ("direct", {"actions", "lignes", "comptes_rendus", "totaux"}),
        ("prefecture", {"lignes", "evaluations", "totaux"}),
        ("associe", {"totaux"}),
        ("observateur", {"totaux"}),
    ],
)
def test_classes_selon_le_droit(reseau, membres, profil, classes):
    for classe in Lecteurs:
        TableauFigeFactory(reseau=reseau, lecteurs=classe)
    assert {fige.lecteurs for fige in TableauFige.objects.visibles_par(membres[profil])} == classes


def test_totaux_figes_ne_nomment_personne(reseau, direct, action):
    pieces = [piece for piece in pieces_de_la_reunion(reseau, au=LE) if piece.lecteurs == Lecteurs.TOTAUX]
    assert len(pieces) == 7
    assert direct.nom not in str([tableau.en_page() for piece in pieces for tableau in piece.tableaux])


@pytest.fixture
def demander(reseau, clients, legers, django_capture_on_commit_callbacks):
    """L'animateur fige à l'écran : `demander("2.7", du="2020-01-01")` rend les tableaux figés, l'entier d'abord."""

    def figer_a_l_ecran(code, **choix):
        with django_capture_on_commit_callbacks(execute=True):
            clients["animateur"].post(reverse("suivi:tableau-figer", args=[reseau.slug, code]), choix)
        return list(TableauFige.objects.order_by("expurge", "pk"))

    return figer_a_l_ecran


def test_figer_a_la_demande_garde_le_choix(animateur, action, demander):
    (fige,) = demander("2.7", du="2020-01-01", au="2020-12-31")
    assert "2020" in fige.periode
    assert fige.fige_par == animateur


def lecteurs_de(fige, membres):
    return {profil for profil, membre in membres.items() if TableauFige.objects.visibles_par(membre).contains(fige)}


def test_evaluations_figees_ne_s_ouvrent_qu_a_qui_les_lit_a_l_ecran(membres, demander):
    (fige,) = demander("evaluations")
    assert lecteurs_de(fige, membres) == {"animateur", "prefecture"}


@pytest.mark.parametrize("code", ["2.7", "valeur", "institution", "territoires"])
def test_choix_qui_isole_une_entreprise_ne_s_ouvre_qu_a_qui_peut_le_faire(membres, action, demander, code):
    """Le lieu, le secteur et la campagne ne se proposent qu'à qui lit tous les comptes rendus."""
    (fige,) = demander(code, secteur="C", institution=membres["direct"].institution.pk)
    assert lecteurs_de(fige, membres) == {"animateur", "secretariat", "direct"}


def test_deporte_ne_lit_d_un_choix_etroit_que_la_version_sans_l_entreprise(membres, action, demander):
    DeportFactory(entreprise=action.projet.visite.entreprise, membre=membres["direct"])
    entier, expurge = demander("2.7", du="2020-01-01")
    assert {"animateur", "direct"} & lecteurs_de(entier, membres) == {"animateur"}
    assert lecteurs_de(expurge, membres) == {"direct"}
    assert ["Actions", 1] in lignes_du_classeur(octets_figes(entier, "xlsx"))
    assert ["Actions", 0] in lignes_du_classeur(octets_figes(expurge, "xlsx"))


def test_2_5_d_un_choix_etroit_se_fige_aussi_sans_l_entreprise(membres, action, demander):
    DeportFactory(entreprise=action.projet.visite.entreprise, membre=membres["direct"])
    figes = demander("2.5", visites_depuis="2020-01-01")
    assert sorted((fige.lecteurs, fige.expurge) for fige in figes) == [
        ("lignes", False),
        ("lignes", True),
        ("totaux", False),
        ("totaux", True),
    ]
    assert {fige.expurge for fige in TableauFige.objects.visibles_par(membres["direct"])} == {True}


def test_deport_venu_apres_ferme_aussi_le_choix_qui_compte_l_entreprise(membres, action, demander):
    (fige,) = demander("2.7", du="2020-01-01")
    DeportFactory(entreprise=action.projet.visite.entreprise, membre=membres["direct"])
    assert "direct" not in lecteurs_de(fige, membres)
    assert "animateur" in lecteurs_de(fige, membres)


def test_tout_tableau_qui_se_fige_se_retrouve_par_son_nom():
    assert {code for code, _ in GENRES} == {*CHOIX, RAPPORT}


def test_rapport_ne_dit_ni_personne_ni_entreprise(reseau, direct, action):
    rapport = pieces_du_rapport(reseau, du=date(2026, 1, 1), au=LE)[0]
    contenu = str([tableau.en_page() for tableau in rapport.tableaux])
    assert len(rapport.tableaux) == 7
    assert direct.nom not in contenu
    assert "Scierie Zyx" not in contenu


def test_rapport_part_au_prefet_et_aux_chefs_de_service_une_fois(reseau, direct, legers, django_capture_on_commit_callbacks):
    reseau.rapport_courriel = "prefet@exemple.fr"
    reseau.save()
    direct.institution.chef_courriel = "chef@exemple.fr"
    direct.institution.save()
    rapport, releve = etablir_le_rapport(reseau, du=date(2026, 1, 1), au=LE)
    with django_capture_on_commit_callbacks(execute=True):
        assert envoyer_le_fige(rapport) == ["prefet@exemple.fr", "chef@exemple.fr"]
        assert envoyer_le_fige(releve) == ["chef@exemple.fr"]
    assert [message.to for message in mail.outbox] == [["prefet@exemple.fr"], ["chef@exemple.fr"], ["chef@exemple.fr"]]
    assert mail.outbox[0].attachments[0][0].startswith("rapport-")
    with pytest.raises(RegleEnfreinte):
        envoyer_le_fige(rapport)


def test_une_adresse_ajoutee_depuis_le_recoit_seule(reseau, direct, legers):
    reseau.rapport_courriel = "prefet@exemple.fr"
    reseau.save()
    rapport = etablir_le_rapport(reseau, du=date(2026, 1, 1), au=LE)[0]
    assert envoyer_le_fige(rapport) == ["prefet@exemple.fr"]
    direct.institution.chef_courriel = "chef@exemple.fr"
    direct.institution.save()
    assert envoyer_le_fige(rapport) == ["chef@exemple.fr"]


def test_commande_quotidienne_ne_refait_ni_ne_renvoie_rien(reseau, legers, capsys, django_capture_on_commit_callbacks):
    reseau.rapport_courriel, reseau.rapport_mois = "prefet@exemple.fr", 6
    reseau.save()
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            call_command("rapports")
    assert (TableauFige.objects.filter(code="rapport").count(), len(mail.outbox)) == (1, 1)


@pytest.mark.parametrize(
    ("le", "mois", "periode"),
    [
        (date(2026, 7, 3), 6, (date(2026, 1, 1), date(2026, 6, 30))),
        (date(2026, 12, 31), 6, (date(2026, 1, 1), date(2026, 6, 30))),
        (date(2026, 1, 1), 12, (date(2025, 1, 1), date(2025, 12, 31))),
        (date(2026, 5, 2), 1, (date(2026, 4, 1), date(2026, 4, 30))),
    ],
)
def test_periode_achevee(le, mois, periode):
    assert periode_achevee(le, mois) == periode
