"""La vie d'une demande de visite : bornée, confirmée une fois, périmée, effacée, puis traitée."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from entreprises.models import Entreprise
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Journal
from tests.factories import (
    INSTANT,
    JOUR,
    DemandeDeVisiteFactory,
    DeportFactory,
    EntrepriseFactory,
    PresentationFactory,
    ReseauFactory,
    VisiteFactory,
    siret_fictif,
)
from visites import demandes
from visites.enums import EtatDemande, EtatVisite, OrigineVisite
from visites.models import DemandeDeVisite, Visite
from visites.models.demande import GARDE, VALIDITE

pytestmark = pytest.mark.django_db

IP, RACINE = "203.0.113.7", "https://exemple.fr/"


@pytest.fixture(autouse=True)
def page_ouverte(reseau):
    return PresentationFactory(reseau=reseau)


def nouvelle(reseau, **champs):
    return DemandeDeVisiteFactory.build(reseau=reseau, a_confirmer=True, **champs)


def deposer(reseau, adresse=IP, instant=INSTANT, **champs):
    return demandes.deposer(nouvelle(reseau, **champs), adresse=adresse, instant=instant, racine=RACINE)


def confirmer(reseau, jeton, instant=INSTANT):
    demande = demandes.trouver(reseau, jeton, instant)
    return demande is not None and demandes.confirmer(demande, instant=instant, racine=RACINE)


# Déposer, confirmer


def test_demande_n_existe_pour_le_reseau_que_confirmee(reseau, animateur):
    jeton = deposer(reseau)
    assert list(DemandeDeVisite.objects.visibles_par(animateur)) == []
    assert confirmer(reseau, jeton)
    assert [demande.etat for demande in DemandeDeVisite.objects.visibles_par(animateur)] == [EtatDemande.A_TRAITER]


def test_lien_ne_sert_qu_une_fois(reseau):
    jeton = deposer(reseau)
    assert [confirmer(reseau, jeton), confirmer(reseau, jeton)] == [True, False]


def test_deux_clics_au_meme_instant_ne_confirment_qu_une_fois(reseau):
    demande = demandes.trouver(reseau, deposer(reseau), INSTANT)
    assert [demandes.confirmer(demande, instant=INSTANT, racine=RACINE) for _ in range(2)] == [True, False]


def test_lien_se_perime_au_bout_de_trois_jours(reseau):
    jeton = deposer(reseau)
    assert demandes.trouver(reseau, jeton, INSTANT + VALIDITE - timedelta(seconds=1)) is not None
    assert confirmer(reseau, jeton, INSTANT + VALIDITE) is False


def test_lien_d_un_autre_reseau_ou_invente_ne_confirme_rien(reseau):
    jeton = deposer(reseau)
    assert [demandes.trouver(ReseauFactory(), jeton, INSTANT), demandes.trouver(reseau, "", INSTANT)] == [None, None]


def test_base_ne_garde_ni_jeton_ni_adresse(reseau):
    jeton = deposer(reseau)
    gardee = DemandeDeVisite.objects.get()
    assert jeton not in (gardee.empreinte, gardee.expediteur)
    assert IP not in (gardee.empreinte, gardee.expediteur)
    assert confirmer(reseau, jeton)
    gardee.refresh_from_db()
    assert gardee.empreinte == ""


def test_siret_connu_rattache_la_demande_des_sa_confirmation(reseau, animateur):
    """Qui s'en déporte ne la voit donc jamais."""
    entreprise = EntrepriseFactory(reseau=reseau)
    EntrepriseFactory(siret=entreprise.siret)
    DeportFactory(entreprise=entreprise, membre=animateur)
    confirmer(reseau, deposer(reseau, siret=entreprise.siret))
    assert DemandeDeVisite.objects.get().entreprise == entreprise
    assert list(DemandeDeVisite.objects.visibles_par(animateur)) == []


# Bornes


def test_trop_d_envois_d_une_adresse_sont_refuses(reseau):
    for _ in range(demandes.PAR_EXPEDITEUR):
        deposer(reseau)
    with pytest.raises(RegleEnfreinte, match="Réessayez demain"):
        deposer(reseau)
    assert deposer(reseau, adresse="203.0.113.8")


def test_adresse_inconnue_n_est_pas_bornee(reseau):
    assert all(deposer(reseau, adresse="") for _ in range(demandes.PAR_EXPEDITEUR + 1))


def test_borne_d_une_adresse_vaut_un_jour(reseau):
    for _ in range(demandes.PAR_EXPEDITEUR):
        deposer(reseau)
    assert deposer(reseau, instant=INSTANT + demandes.FENETRE)


def test_trop_d_envois_a_un_reseau_sont_refuses(reseau, monkeypatch):
    monkeypatch.setattr(demandes, "PAR_RESEAU", 2)
    deposer(reseau, adresse="1.1.1.1"), deposer(reseau, adresse="1.1.1.2")
    with pytest.raises(RegleEnfreinte):
        deposer(reseau, adresse="1.1.1.3")


def test_courriel_deja_servi_ne_recoit_plus_rien_et_rien_ne_le_dit(reseau):
    """La casse n'y fait rien, ni un autre réseau, ni une autre adresse IP."""
    autre = PresentationFactory().reseau
    jetons = [deposer(reseau, courriel="zoe@exemple.fr"), deposer(autre, courriel="ZOE@exemple.fr", adresse="1.1.1.1")]
    assert all(jetons)
    assert deposer(reseau, courriel="zoe@EXEMPLE.fr", adresse="1.1.1.2") is None
    assert DemandeDeVisite.objects.count() == 2


# Effacer


def test_purge_efface_ce_qui_est_perime(reseau):
    perimee = DemandeDeVisiteFactory(reseau=reseau, a_confirmer=True)
    traitee = DemandeDeVisiteFactory(reseau=reseau, declinee=True)
    attendue = DemandeDeVisiteFactory(reseau=reseau)
    demandes.purger(INSTANT + VALIDITE)
    assert set(DemandeDeVisite.objects.all()) == {traitee, attendue}
    assert perimee not in DemandeDeVisite.objects.all()
    demandes.purger(INSTANT + GARDE + timedelta(days=1))
    assert set(DemandeDeVisite.objects.all()) == {attendue}


def test_purge_oublie_d_ou_vient_la_demande_le_lendemain(reseau):
    demande = DemandeDeVisiteFactory(reseau=reseau, expediteur="a" * 64)
    demandes.purger(INSTANT + demandes.FENETRE)
    demande.refresh_from_db()
    assert demande.expediteur == ""


def test_depot_purge_au_passage(reseau):
    deposer(reseau)
    deposer(reseau, instant=INSTANT + VALIDITE)
    assert DemandeDeVisite.objects.count() == 1


def test_commande_purge_et_dit_combien(reseau, capsys):
    DemandeDeVisiteFactory(reseau=reseau, a_confirmer=True)
    call_command("purger", ecrire=True)
    assert capsys.readouterr().out == f"{reseau.slug} : demande_a_confirmer : 1\nPurgé : 1.\n"


# Prévenir


def test_courriel_au_reseau_ne_dit_pas_de_qui_il_s_agit(reseau, membres, partis):
    demande = DemandeDeVisiteFactory(reseau=reseau)
    demandes.prevenir(demande, racine=RACINE)
    (courriel,) = partis()
    assert courriel.to == [membres["animateur"].utilisateur.email]
    assert f"https://exemple.fr/{reseau.slug}/demandes/{demande.pk}/" in courriel.body
    assert demande.raison_sociale not in courriel.body + courriel.subject


def test_animateur_deporte_laisse_prevenir_le_secretariat(reseau, membres, partis):
    entreprise = EntrepriseFactory(reseau=reseau)
    DeportFactory(entreprise=entreprise, membre=membres["animateur"])
    demandes.prevenir(DemandeDeVisiteFactory(reseau=reseau, entreprise=entreprise), racine=RACINE)
    assert partis()[0].to == [membres["secretariat"].utilisateur.email]


# Traiter


def test_accepter_inscrit_une_visite_demandee_par_l_entreprise(reseau, animateur):
    demande, entreprise = DemandeDeVisiteFactory(reseau=reseau, fonction="gérante"), EntrepriseFactory(reseau=reseau)
    visite = demandes.accepter(demande, entreprise=entreprise, par=animateur, le=JOUR)
    assert (visite.entreprise, visite.origine, visite.etat) == (entreprise, OrigineVisite.DEMANDE, EtatVisite.A_PROGRAMMER)
    assert (demande.etat, demande.visite, demande.traitee_le) == (EtatDemande.ACCEPTEE, visite, JOUR)
    assert list(entreprise.contacts.values_list("nom", "fonction")) == [("Ombeline Essai", "gérante")]
    assert Journal.objects.filter(objet="visites.demandedevisite").count() == 1


def test_accepter_cree_la_fiche(reseau, animateur):
    demande = DemandeDeVisiteFactory(reseau=reseau, raison_sociale="Menuiserie fictive")
    visite = demandes.accepter(demande, siret=siret_fictif(4321), par=animateur, le=JOUR)
    fiche = Entreprise.objects.get(siret=siret_fictif(4321))
    assert (visite.entreprise, fiche.raison_sociale, fiche.reseau) == (fiche, "Menuiserie fictive", reseau)


def test_accepter_rejoint_la_visite_en_cours(reseau, animateur):
    visite = VisiteFactory(reseau=reseau, programmee=True)
    assert (
        demandes.accepter(DemandeDeVisiteFactory(reseau=reseau), entreprise=visite.entreprise, par=animateur, le=JOUR) == visite
    )
    assert Visite.objects.count() == 1


def test_accepter_passe_outre_l_espacement_et_dit_pourquoi(reseau, animateur):
    faite = VisiteFactory(reseau=reseau, realisee=True)
    visite = demandes.accepter(DemandeDeVisiteFactory(reseau=reseau), entreprise=faite.entreprise, par=animateur, le=JOUR)
    assert visite.derogation == "L’entreprise l’a demandé le 02/03/2026."


def test_accepter_ne_passe_pas_outre_ne_plus_solliciter(reseau, animateur):
    protegee = EntrepriseFactory(reseau=reseau, ne_plus_solliciter_jusqu_au=JOUR)
    demande = DemandeDeVisiteFactory(reseau=reseau)
    with pytest.raises(RegleEnfreinte, match="Ne plus solliciter"):
        demandes.accepter(demande, entreprise=protegee, par=animateur, le=JOUR)
    assert DemandeDeVisite.objects.get().etat == EtatDemande.A_TRAITER
    assert protegee.contacts.count() == 0


def test_demandeur_deja_contact_ne_l_est_pas_deux_fois(reseau, animateur):
    entreprise = EntrepriseFactory(reseau=reseau)
    for courriel in ("zoe@exemple.fr", "autre@exemple.fr"):
        demande = DemandeDeVisiteFactory(reseau=reseau, nom="Zoé ESSAI", courriel=courriel)
        demandes.accepter(demande, entreprise=entreprise, par=animateur, le=JOUR)
    assert entreprise.contacts.count() == 1


def test_demande_ne_se_traite_qu_une_fois(reseau, animateur):
    demande = DemandeDeVisiteFactory(reseau=reseau)
    autre = DemandeDeVisite.objects.get(pk=demande.pk)
    demandes.decliner(demande, motif="Hors du département.", par=animateur, le=JOUR)
    with pytest.raises(RegleEnfreinte, match="déjà traitée"):
        demandes.reconnaitre_un_double(autre, par=animateur, le=JOUR)
    assert DemandeDeVisite.objects.get().etat == EtatDemande.DECLINEE


def test_decliner_demande_un_motif(reseau, animateur):
    with pytest.raises(RegleEnfreinte, match="pourquoi"):
        demandes.decliner(DemandeDeVisiteFactory(reseau=reseau), motif="  ", par=animateur, le=JOUR)


@pytest.mark.parametrize(
    "champs",
    [
        {"etat": "inconnu"},
        {"etat": "a_traiter", "confirmee_le": None},
        {"etat": "acceptee", "traitee_le": JOUR},
        {"etat": "declinee", "traitee_le": JOUR, "motif": ""},
        {"etat": "doublon", "traitee_le": None},
    ],
)
def test_base_refuse_une_demande_incoherente(reseau, champs):
    with pytest.raises(IntegrityError), transaction.atomic():
        DemandeDeVisiteFactory(reseau=reseau, **champs)


def test_demande_est_cloisonnee(reseau, animateur):
    DemandeDeVisiteFactory()
    assert list(DemandeDeVisite.objects.visibles_par(animateur)) == []
