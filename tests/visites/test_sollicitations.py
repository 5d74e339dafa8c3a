"""Avertir avant de programmer : qui vient de solliciter l'entreprise, sans bloquer ; passer outre demande un motif."""

from datetime import timedelta

import pytest

from reseau.lib.dates import plus_mois
from reseau.lib.erreurs import RegleEnfreinte
from suivi import operations as suivi
from tests.factories import (
    JOUR,
    CampagneFactory,
    CourrierFactory,
    EntrepriseFactory,
    MembreFactory,
    ReunionFactory,
    SollicitationFactory,
    VisiteFactory,
)
from visites import operations
from visites.models import Visite
from visites.sollicitations import contacts_recents
from visites.views import gestes, plan, programmation

pytestmark = pytest.mark.django_db


@pytest.fixture
def entreprise(reseau):
    return EntrepriseFactory(reseau=reseau)


@pytest.fixture(autouse=True)
def aujourd_hui(monkeypatch):
    """Les vues lisent le jour des fabriques."""
    for module in (gestes, plan, programmation):
        monkeypatch.setattr(module, "localdate", lambda: JOUR)


def raisons(entreprise, le=JOUR):
    return [contact.raison for contact in contacts_recents([entreprise], entreprise.reseau, le).get(entreprise.pk, [])]


@pytest.mark.parametrize(
    ("objet", "le", "attendu"),
    [
        ("developpement", plus_mois(JOUR, -6) + timedelta(days=1), ["même objet, il y a moins de 6 mois"]),
        ("developpement", plus_mois(JOUR, -6), []),
        ("formation", plus_mois(JOUR, -1) + timedelta(days=1), ["il y a moins d’un mois"]),
        ("formation", plus_mois(JOUR, -1), []),
        ("formation", JOUR + timedelta(days=1), []),
    ],
)
def test_contact_avertit_selon_son_objet_et_sa_date(entreprise, objet, le, attendu):
    SollicitationFactory(entreprise=entreprise, objet=objet, le=le)
    assert raisons(entreprise) == attendu


def test_contact_dit_qui_quand_et_a_quel_sujet(entreprise, direct):
    SollicitationFactory(entreprise=entreprise, institution=direct.institution, membre=direct)
    (contact,) = contacts_recents([entreprise], entreprise.reseau, JOUR)[entreprise.pk]
    attendu = f"{direct.institution}, {direct} : téléphone le 02/03/2026, formation (il y a moins d’un mois)."
    assert (contact.en_mots, contact.membre) == (attendu, direct)


def test_contact_note_pour_une_autre_maison_ne_nomme_qu_elle(entreprise, direct):
    SollicitationFactory(entreprise=entreprise, institution__sigle="CCI", membre=direct)
    (contact,) = contacts_recents([entreprise], entreprise.reseau, JOUR)[entreprise.pk]
    assert (contact.qui, contact.membre) == ("CCI", None)


def test_lettre_partie_pour_une_visite_annulee_avertit(entreprise):
    visite = VisiteFactory(reseau=entreprise.reseau, entreprise=entreprise, annulee=True)
    CourrierFactory(visite=visite, envoye_le=JOUR)
    assert raisons(entreprise) == ["même objet, il y a moins de 6 mois"]


def test_seuils_sont_ceux_du_reseau(entreprise):
    entreprise.reseau.sollicitation_tout_objet_mois = 3
    SollicitationFactory(entreprise=entreprise, le=plus_mois(JOUR, -2))
    assert raisons(entreprise) == ["il y a moins de 3 mois"]


@pytest.mark.parametrize("combien", [1, 3, 30])
def test_contacts_recents_en_deux_requetes(reseau, requetes, combien):
    entreprises = [EntrepriseFactory(reseau=reseau) for _ in range(combien)]
    for fiche in entreprises:
        SollicitationFactory(entreprise=fiche)
    assert requetes(lambda: contacts_recents(entreprises, reseau, JOUR)) == 2


# Passer outre


def test_confier_malgre_un_contact_demande_un_motif_qui_se_garde(entreprise, animateur, direct):
    SollicitationFactory(entreprise=entreprise)
    with pytest.raises(RegleEnfreinte, match="Donnez un motif pour la visiter malgré ce contact"):
        operations.programmer(entreprise, developpeur=direct, par=animateur, le=JOUR)
    assert not Visite.objects.exists()
    visite = operations.programmer(entreprise, developpeur=direct, par=animateur, le=JOUR, malgre_contact=" Il rappelle ")
    assert visite.malgre_contact == "Il rappelle"


def test_inscrire_a_la_liste_n_est_pas_solliciter(entreprise, animateur):
    SollicitationFactory(entreprise=entreprise)
    assert operations.choisir(entreprise, par=animateur, le=JOUR).malgre_contact == ""


def test_motif_inutile_ne_se_garde_pas(entreprise, animateur, direct):
    visite = operations.programmer(entreprise, developpeur=direct, par=animateur, le=JOUR, malgre_contact="Au cas où")
    assert visite.malgre_contact == ""


def test_qui_a_pris_le_contact_visite_ou_accompagne_sans_motif(reseau, animateur, direct):
    auteur = MembreFactory(reseau=reseau)
    seule, conjointe = EntrepriseFactory(reseau=reseau), EntrepriseFactory(reseau=reseau)
    for fiche in (seule, conjointe):
        SollicitationFactory(entreprise=fiche, institution=auteur.institution, membre=auteur)
    assert operations.programmer(seule, developpeur=auteur, par=animateur, le=JOUR).malgre_contact == ""
    visite = operations.programmer(conjointe, developpeur=direct, accompagnant=auteur, par=animateur, le=JOUR)
    assert (visite.developpeur, visite.accompagnant) == (direct, auteur)


def test_changer_de_developpeur_ne_repose_pas_la_question(entreprise, animateur, direct):
    visite = VisiteFactory(reseau=entreprise.reseau, entreprise=entreprise, programmee=True)
    SollicitationFactory(entreprise=entreprise)
    assert operations.affecter(visite, direct, par=animateur, le=JOUR).developpeur == direct


def test_seance_confie_malgre_un_contact_avec_un_motif(entreprise, animateur, direct):
    SollicitationFactory(entreprise=entreprise)
    choix = {"reunion": ReunionFactory(reseau=entreprise.reseau), "par": animateur, "le": JOUR, "developpeur": direct}
    with pytest.raises(RegleEnfreinte, match="malgré ce contact"):
        suivi.retenir(entreprise, **choix)
    assert suivi.retenir(entreprise, **choix, malgre_contact="Il rappelle").malgre_contact == "Il rappelle"


# À l'écran


def test_proposer_montre_le_contact_et_preremplit_la_visite_conjointe(entreprise, clients, adresse):
    auteur = MembreFactory(reseau=entreprise.reseau, nom="Accompagne")
    SollicitationFactory(entreprise=entreprise, institution=auteur.institution, membre=auteur)
    reponse = clients["animateur"].get(adresse("visites:proposer", entreprise.pk))
    assert reponse.context["form"].initial["accompagnant"] == auteur.pk
    assert "Cette entreprise vient d’être sollicitée" in reponse.content.decode()
    assert "malgre_contact" in reponse.context["form"].fields


def test_proposer_sans_contact_ne_pose_pas_la_question(entreprise, clients, adresse):
    champs = clients["animateur"].get(adresse("visites:proposer", entreprise.pk)).context["form"].fields
    assert {"malgre_contact", "malgre_concurrence"} & set(champs) == set()


def test_prendre_demande_un_motif_puis_le_montre_sur_la_visite(entreprise, clients, adresse, direct):
    visite = VisiteFactory(reseau=entreprise.reseau, entreprise=entreprise)
    SollicitationFactory(entreprise=entreprise)
    url = adresse("visites:prendre", visite.pk)
    question = clients["direct"].post(url)  # le bouton de la fiche : on demande le motif, on ne reproche rien
    assert (question.status_code, question.context["form"].errors) == (200, {})
    refus = clients["direct"].post(url, {"malgre_contact": ""})
    assert (refus.status_code, list(refus.context["form"].errors)) == (200, ["malgre_contact"])
    assert clients["direct"].post(url, {"malgre_contact": "Rendez-vous déjà convenu"}).status_code == 302
    assert "Rendez-vous déjà convenu" in clients["direct"].get(visite.get_absolute_url()).content.decode()


def test_lot_laisse_de_cote_et_dit_ce_qui_vient_d_etre_sollicite(reseau, animateur, direct):
    libre, sollicitee = EntrepriseFactory(reseau=reseau), EntrepriseFactory(reseau=reseau, raison_sociale="Fonderie")
    SollicitationFactory(entreprise=sollicitee)
    bilan = operations.programmer_lot([libre, sollicitee], par=animateur, le=JOUR, developpeur=direct)
    assert [visite.entreprise for visite in bilan.faites] == [libre]
    assert [refus.split(" : ")[0] for refus in bilan.refus] == ["Fonderie"]
    motif = operations.programmer_lot([sollicitee], par=animateur, le=JOUR, developpeur=direct, malgre_contact="Salon commun")
    assert [visite.malgre_contact for visite in motif.faites] == ["Salon commun"]


def test_lot_montre_le_contact_sur_sa_ligne(entreprise, clients, adresse):
    SollicitationFactory(entreprise=entreprise, institution__sigle="CCI")
    page = clients["animateur"].get(adresse("visites:programmer", CampagneFactory(reseau=entreprise.reseau).pk))
    (ligne,) = page.context["lignes"]
    attendu = "Contact récent. CCI : téléphone le 02/03/2026, formation (il y a moins d’un mois)."
    assert ligne["avertissements"] == [attendu]
