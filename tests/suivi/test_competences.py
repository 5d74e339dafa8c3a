"""L'annuaire des compétences : tenu par chacun, confirmé chaque année, et qui dit vers qui se tourner et pourquoi."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from entreprises.models import Arrondissement
from reseau.enums import Domaine
from reseau.models import FicheCompetence, Journal
from suivi import operations
from suivi.accueil import accueil
from suivi.correspondants import chercher, correspondant, lire
from suivi.forms import Choix
from suivi.propositions import conseil
from tests.factories import (
    AbsenceFactory,
    ActionFactory,
    DeportFactory,
    DispositifFactory,
    FicheCompetenceFactory,
    InstitutionFactory,
    MembreFactory,
    ProjetFactory,
    VisiteFactory,
)
from tests.lib.papier import textes

JOUR = localdate()
IL_Y_A_UN_AN = JOUR - timedelta(days=366)


@pytest.fixture
def banque(reseau):
    return InstitutionFactory(reseau=reseau, sigle="BdF")


@pytest.fixture
def elsa(reseau, banque):
    return MembreFactory(reseau=reseau, institution=banque, prenom="Elsa", nom="Aubry")


@pytest.fixture
def zoe(reseau, banque):
    return MembreFactory(reseau=reseau, institution=banque, prenom="Zoé", nom="Zeller")


def propose(lecteur, *membres, lieux=()):
    """Le nom proposé en finance parmi ces membres, et pourquoi."""
    trouve = correspondant(lire(lecteur, JOUR), Domaine.FINANCE, lieux, {membre.pk: membre for membre in membres})
    return trouve and (trouve.membre, trouve.pourquoi)


# Vers qui se tourner


def test_propose_avec_sa_raison(direct, elsa):
    FicheCompetenceFactory(membre=elsa)
    assert propose(direct, elsa) == (elsa, "dont la fiche « Finance » dit : « Lire un bilan avec le chef d’entreprise »")


def test_propose_d_abord_qui_couvre_le_territoire_puis_qui_mobilise_un_dispositif(direct, reseau, elsa, zoe):
    partout, ici = FicheCompetenceFactory(membre=elsa), FicheCompetenceFactory(membre=zoe, territoires=["arr-701"])
    assert propose(direct, elsa, zoe, lieux=["arr-701"])[0] == zoe
    assert propose(direct, elsa, zoe, lieux=["arr-702"])[0] == elsa
    ici.territoires = []
    ici.save()
    ici.dispositifs.add(DispositifFactory(reseau=reseau, domaine=Domaine.FINANCE))
    partout.dispositifs.add(DispositifFactory(reseau=reseau, fin_le=JOUR - timedelta(days=1)))
    assert propose(direct, elsa, zoe)[0] == zoe


def test_absent_laisse_sa_place_a_son_suppleant(direct, elsa, zoe):
    FicheCompetenceFactory(membre=elsa)
    AbsenceFactory(membre=elsa, debut_le=JOUR, fin_le=JOUR + timedelta(days=9), suppleant=zoe)
    membre, pourquoi = propose(direct, elsa, zoe)
    assert (membre, pourquoi.startswith("qui supplée Elsa Aubry, absente jusqu’au")) == (zoe, True)


def test_absent_sans_suppleant_ne_se_propose_qu_a_defaut(direct, elsa, zoe):
    FicheCompetenceFactory(membre=elsa, territoires=["arr-701"])
    AbsenceFactory(membre=elsa, debut_le=JOUR, fin_le=JOUR)
    assert propose(direct, elsa, lieux=["arr-701"])[1].startswith("absente jusqu’au")
    FicheCompetenceFactory(membre=zoe)
    assert propose(direct, elsa, zoe, lieux=["arr-701"])[0] == zoe


def test_ni_parti_ni_retiree_ni_deporte(direct, reseau, elsa, zoe):
    fiche = FicheCompetenceFactory(membre=elsa)
    operations.retirer_une_fiche(fiche, par=elsa, le=JOUR)
    FicheCompetenceFactory(membre=MembreFactory(reseau=reseau, parti_le=JOUR))
    FicheCompetenceFactory(membre=zoe, domaine=Domaine.IDENTITE)
    visite = VisiteFactory(reseau=reseau, realisee=True, developpeur=direct)
    DeportFactory(entreprise=visite.entreprise, membre=zoe)
    action = ActionFactory(projet=ProjetFactory(visite=visite), sujet="contact_identite", type="contact")
    assert (propose(direct, elsa, zoe), conseil(action, Choix(direct, visite.entreprise, JOUR))) == (None, None)


def test_transmettre_propose_le_mieux_place_avec_sa_raison(reseau, direct, elsa, clients):
    FicheCompetenceFactory(membre=elsa)
    projet = ProjetFactory(visite=VisiteFactory(reseau=reseau, realisee=True, developpeur=direct))
    action = ActionFactory(projet=projet, sujet="info_finances", acceptee=True)
    page = clients["direct"].get(reverse("suivi:action-transmettre", args=[reseau.slug, action.pk]))
    champ = page.context["form"]["responsable"]
    assert (champ.initial, "Elsa Aubry (BdF), dont la fiche" in champ.help_text) == (elsa.pk, True)


def test_confier_a_qui_est_absent_le_dit_avec_la_suppleance(reseau, direct, elsa, zoe, clients):
    AbsenceFactory(membre=elsa, debut_le=JOUR, fin_le=JOUR, suppleant=zoe)
    projet = ProjetFactory(visite=VisiteFactory(reseau=reseau, realisee=True, developpeur=direct))
    action = ActionFactory(projet=projet, acceptee=True)
    adresse = reverse("suivi:action-transmettre", args=[reseau.slug, action.pk])
    page = clients["direct"].post(adresse, {"version": action.version, "responsable": elsa.pk}, follow=True)
    dits = [str(message) for message in page.context["messages"]]
    assert [dit for dit in dits if dit.endswith("Suppléance : Zoé Zeller.")] != []


# Chercher


def test_recherche_libre_sans_accents_dans_tout_ce_que_dit_la_fiche(direct, elsa, reseau):
    fiche = FicheCompetenceFactory(membre=elsa, territoires=["arr-701"])
    fiche.dispositifs.add(DispositifFactory(reseau=reseau, nom="Prêt d’équipement"))
    annuaire = lire(direct, JOUR, {"arr-701": "arrondissement de Lure"})
    trouves = {mots: bool(chercher(annuaire, mots)) for mots in ("bilan", "pret equip", "lure", "aubry finance", "bilan export")}
    assert trouves == {"bilan": True, "pret equip": True, "lure": True, "aubry finance": True, "bilan export": False}


def test_page_dit_le_mieux_place_et_sa_raison(reseau, elsa, clients):
    FicheCompetenceFactory(membre=elsa)
    adresse = reverse("suivi:competences", args=[reseau.slug])
    trouve = clients["associe"].get(adresse, {"q": "bilan"}).context
    assert (trouve["correspondant"].membre, trouve["nombre"]) == (elsa, 1)
    assert [
        clients["associe"].get(adresse, {"q": "export"}).context["nombre"],
        clients["observateur"].get(adresse).status_code,
    ] == [0, 403]


def test_annuaire_en_pdf_porte_chaque_fiche_et_note_l_export(reseau, elsa, clients):
    FicheCompetenceFactory(membre=elsa)
    pdf = clients["associe"].get(reverse("suivi:competences-pdf", args=[reseau.slug])).content
    page = " ".join("".join(textes(pdf)).split())
    assert ("Aubry Elsa" in page, "Lire un bilan avec le chef" in page) == (True, True)
    assert Journal.objects.filter(geste="export", objet="annuaire des compétences").count() == 1


# Tenir


def test_ecrire_sa_fiche_la_confirme(reseau, direct, clients):
    Arrondissement.objects.update_or_create(code="7001", defaults={"nom": "Lure", "departement": reseau.departement})
    champs = {"domaine": "finance", "apport": "Monter un prêt", "territoires": ["arr-7001"]}
    clients["direct"].post(reverse("suivi:competence-creer", args=[reseau.slug]), champs)
    fiche = FicheCompetence.objects.get()
    assert (fiche.membre, fiche.confirmee_le, fiche.territoires) == (direct, JOUR, ["arr-7001"])


def test_une_seule_fiche_par_domaine(reseau, direct, clients):
    FicheCompetenceFactory(membre=direct)
    form = (
        clients["direct"]
        .post(reverse("suivi:competence-creer", args=[reseau.slug]), {"domaine": "finance", "apport": "Autre"})
        .context["form"]
    )
    assert "déjà une fiche" in str(form.errors)


def test_seul_l_interesse_ou_l_animation_tient_une_fiche(reseau, elsa, clients):
    fiche = FicheCompetenceFactory(membre=elsa)
    adresse = reverse("suivi:competence-modifier", args=[reseau.slug, fiche.pk])
    assert [clients[profil].get(adresse).status_code for profil in ("direct", "secretariat")] == [404, 200]


def test_fiche_d_un_an_se_rappelle_a_l_interesse_et_se_confirme_d_un_clic(reseau, direct, clients):
    fiche = FicheCompetenceFactory(membre=direct, confirmee_le=IL_Y_A_UN_AN)
    FicheCompetenceFactory(membre=direct, domaine=Domaine.LOCAUX)
    assert accueil(direct, JOUR).fiches_a_confirmer == [fiche]
    clients["direct"].post(reverse("suivi:competences-confirmer", args=[reseau.slug]))
    assert (accueil(direct, JOUR).fiches_a_confirmer, FicheCompetence.objects.a_confirmer(JOUR).exists()) == ([], False)


def test_suppleant_ne_peut_etre_soi_meme(reseau, direct, clients):
    champs = {"debut_le": JOUR, "fin_le": JOUR, "suppleant": direct.pk}
    form = clients["direct"].post(reverse("visites:absence-noter", args=[reseau.slug]), champs).context["form"]
    assert "suppleant" in form.errors
