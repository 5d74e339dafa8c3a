"""Les bords des opérations : minuit, les gens partis, la séance close, le déport et le transfert en cours de route."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from entreprises.models import Acces, Entreprise
from entreprises.operations import deporter
from reseau import operations
from reseau.enums import EtatPresence, Geste, Qualite, Role
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Institution, Journal, Reunion
from suivi import operations as suivi
from suivi.enums import EtatAction
from suivi.models import Action, Brouillon
from tests.conftest import connecter
from tests.factories import (
    JOUR,
    ActionFactory,
    CompteRenduFactory,
    ContactFactory,
    CourrierFactory,
    DeportFactory,
    EntrepriseFactory,
    MembreFactory,
    ProjetFactory,
    ReunionFactory,
    VisiteFactory,
)
from visites import courriers
from visites import operations as visites
from visites.enums import EtatCourrier, EtatVisite
from visites.models import Courrier

pytestmark = pytest.mark.django_db


@pytest.fixture
def associe(membres):
    return membres["associe"]


@pytest.fixture
def reunion(reseau, direct):
    reunion = ReunionFactory(reseau=reseau)
    operations.pointer(reunion, direct, EtatPresence.PRESENT, par=direct)
    return reunion


@pytest.fixture
def action(reseau, associe):
    """Une action acceptée par l'associé, sur le dossier d'un autre."""
    projet = ProjetFactory(visite=VisiteFactory(reseau=reseau, realisee=True))
    action = ActionFactory(projet=projet, responsable=associe, acceptee=True)
    Acces.objects.create(entreprise=projet.visite.entreprise, membre=associe, origine="action")
    return action


# Le réseau : fiches, journal, membres, séance


def test_enregistrer_une_fiche_perimee_n_y_change_rien(animateur):
    perimee, fiche = (Institution.objects.get(pk=animateur.institution_id) for _ in range(2))
    fiche.nom = "Le premier nom"
    operations.enregistrer(fiche, par=animateur)
    perimee.nom = "Le second nom"
    with pytest.raises(RegleEnfreinte, match="Quelqu’un a modifié cette fiche"):
        operations.enregistrer(perimee, par=animateur)
    fiche.refresh_from_db()
    assert (fiche.nom, fiche.version, Journal.objects.count()) == ("Le premier nom", 2, 1)


def test_enregistrer_une_fiche_effacee_ne_la_ressuscite_pas(animateur, reseau):
    projet = ProjetFactory(visite__reseau=reseau)
    efface = type(projet).objects.get(pk=projet.pk)
    suivi.supprimer_projet(projet, par=animateur)
    with pytest.raises(RegleEnfreinte):
        operations.enregistrer(efface, par=animateur)
    assert not type(projet).objects.exists()


def test_journal_ne_garde_que_des_numeros_et_coupe_ce_qui_deborde(animateur, reseau):
    ligne = operations.noter(animateur, Geste.EXPORT, "entreprises.entreprise", nombre=12, precision="é" * 500)
    ligne.refresh_from_db()
    assert (ligne.reseau, ligne.membre, ligne.objet_id, ligne.nombre) == (reseau, animateur, None, 12)
    assert ligne.precision == "é" * 200


def test_journal_compte_les_jours_de_paris(animateur, journal_a_recrire):
    """Une lecture à minuit et demi le 1er janvier est du 1er janvier, même s'il est encore 2025 à Greenwich."""
    ligne = operations.noter(animateur, Geste.LECTURE, animateur)
    Journal.objects.filter(pk=ligne.pk).update(le=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    assert Journal.objects.depuis(date(2026, 1, 1)).count() == 1
    assert Journal.objects.jusqu_au(date(2025, 12, 31)).count() == 0


def test_fiche_d_un_animateur_parti_depuis_longtemps_se_corrige(animateur, reseau):
    """Celle qui anime aujourd'hui n'était pas encore là quand il est parti : ce n'est pas elle qu'il laisse seule."""
    animateur.entre_le = date(2026, 1, 1)
    animateur.save()
    ancien = MembreFactory(reseau=reseau, role=Role.ANIMATEUR, qualite=Qualite.AUCUN, parti_le=date(2025, 6, 1))
    ancien.parti_le = date(2025, 6, 2)
    operations.modifier_membre(ancien, par=animateur, le=JOUR)
    ancien.refresh_from_db()
    assert ancien.parti_le == date(2025, 6, 2)


def test_seance_close_entre_temps_ne_se_pointe_plus(reunion, direct, animateur):
    """Deux personnes tiennent la séance : l'une la clôt, l'autre a encore l'ancienne page."""
    ancienne = Reunion.objects.get(pk=reunion.pk)
    operations.clore(reunion, par=animateur)
    for geste in (
        lambda: operations.pointer(ancienne, direct, EtatPresence.ABSENT, par=animateur),
        lambda: operations.repondre(ancienne, EtatPresence.EXCUSE, par=animateur),
        lambda: operations.clore(ancienne, par=animateur),
        lambda: operations.annuler_reunion(ancienne, par=animateur),
    ):
        with pytest.raises(RegleEnfreinte, match="Cette réunion est close"):
            geste()
    assert list(reunion.presences.values_list("membre", "etat", "reponse")) == [(direct.pk, EtatPresence.PRESENT, "")]


def test_seance_a_venir_ne_se_clot_pas(reunion, animateur):
    """Close par erreur, elle ne se rouvre pas : elle compterait dans une participation à venir."""
    reunion.le = localdate() + timedelta(days=1)
    operations.enregistrer(reunion, par=animateur)
    with pytest.raises(RegleEnfreinte, match="est datée du"):
        operations.clore(reunion, par=animateur)


@pytest.mark.urls("tests.vues_d_essai")
def test_logo_du_reseau_ne_se_lit_pas_a_chaque_page(animateur, reseau):
    reseau.logo = b"\x89PNG" * 1000
    reseau.save()
    with CaptureQueriesContext(connection) as requetes:
        assert connecter(animateur).get(reverse("essai", args=[reseau.slug])).status_code == 200
    assert [requete["sql"] for requete in requetes if '"logo"' in requete["sql"]] == []


# La lettre


@pytest.mark.parametrize(
    ("instant", "reference"),
    [
        (datetime(2025, 12, 31, 22, 59, tzinfo=UTC), "2025-0001"),
        (datetime(2025, 12, 31, 23, 0, tzinfo=UTC), "2026-0001"),
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), "2026-0001"),
    ],
)
def test_annee_du_numero_est_celle_de_paris(membres, reseau, monkeypatch, instant, reference):
    lettre = CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True), a_signer=True)
    for horloge in ("django.utils.timezone.now", "reseau.sessions.now"):
        monkeypatch.setattr(horloge, lambda: instant)
    client = connecter(membres["prefecture"])
    client.post(reverse("visites:courriers-signer", args=[reseau.slug]), {"courrier": lettre.pk})
    lettre.refresh_from_db()
    assert (lettre.reference, lettre.signe_le.year, lettre.contenu["datee_du"][:4]) == (reference, lettre.annee, reference[:4])


def test_lettre_retenue_seule_repart_en_brouillon_avec_sa_raison(membres, reseau):
    visite = VisiteFactory(reseau=reseau, programmee=True, entreprise__diffusible=False)
    lettre = CourrierFactory(visite=visite, a_signer=True)
    connecter(membres["prefecture"]).post(reverse("visites:courriers-signer", args=[reseau.slug]), {"courrier": lettre.pk})
    lettre.refresh_from_db()
    assert (lettre.etat, lettre.rejet[:26]) == (EtatCourrier.BROUILLON, "Entreprise non diffusible ")


def test_lettre_signee_pendant_l_envoi_ne_part_pas_avec(membres, reseau):
    prefecture = membres["prefecture"]
    partie, signee_trop_tard = (
        CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True), a_signer=True) for _ in range(2)
    )
    courriers.signer(Courrier.objects.filter(pk=partie.pk), par=prefecture, le=JOUR)

    def un_autre_signe(executer, sql, parametres, plusieurs, contexte):
        resultat = executer(sql, parametres, plusieurs, contexte)
        if sql.startswith('UPDATE "visites_visite"') and Courrier.objects.get(pk=signee_trop_tard.pk).numero is None:
            courriers.signer(Courrier.objects.filter(pk=signee_trop_tard.pk), par=prefecture, le=JOUR)
        return resultat

    with connection.execute_wrapper(un_autre_signe):
        assert courriers.envoyer(Courrier.objects.filter(reseau=reseau), par=prefecture, le=JOUR) == 1
    signee_trop_tard.refresh_from_db()
    assert signee_trop_tard.etat == EtatCourrier.SIGNEE


def test_visite_reconfiee_apres_sa_lettre_reste_annoncee(animateur, direct, reseau):
    visite = VisiteFactory(reseau=reseau, programmee=True, developpeur=direct)
    lettre = Courrier.objects.filter(pk=CourrierFactory(visite=visite, a_signer=True).pk)
    courriers.signer(lettre, par=animateur, le=JOUR)
    courriers.envoyer(lettre, par=animateur, le=JOUR)
    visite.refresh_from_db()
    visites.rendre(visite, motif="Trop loin", par=direct)
    visites.affecter(visite, MembreFactory(reseau=reseau), par=animateur, le=JOUR)
    assert visite.etat == EtatVisite.ANNONCEE


# Le déport posé en cours de route


@pytest.fixture
def deportee(reseau, direct, animateur):
    """Une visite programmée dont le développeur vient de se déporter."""
    visite = VisiteFactory(reseau=reseau, programmee=True, developpeur=direct)
    deporter(DeportFactory.build(entreprise=visite.entreprise, membre=direct), par=animateur)
    return visite


def test_developpeur_deporte_ne_voit_plus_sa_visite_et_l_animateur_la_reconfie(deportee, direct, animateur, reseau):
    page = reverse("visites:visite", args=[reseau.slug, deportee.pk])
    assert (connecter(direct).get(page).status_code, connecter(animateur).get(page).status_code) == (404, 200)
    autre = MembreFactory(reseau=reseau)
    assert visites.affecter(deportee, autre, par=animateur, le=JOUR).developpeur == autre


def test_lettre_ne_s_ecrit_pas_au_nom_d_un_deporte(deportee, animateur):
    with pytest.raises(RegleEnfreinte):
        courriers.preparer(deportee, par=animateur, le=JOUR)


def test_lettre_d_un_deporte_ne_se_signe_pas(deportee, membres):
    CourrierFactory(visite=deportee, a_signer=True)
    assert len(courriers.signer(Courrier.objects.all(), par=membres["prefecture"], le=JOUR)) == 0


# Confier : à quelqu'un d'ici, et d'aujourd'hui


@pytest.mark.parametrize(
    "champs",
    [
        {"parti_le": date(2021, 1, 1)},
        {"entre_le": date(2099, 1, 1)},
    ],
)
def test_rien_ne_se_confie_a_qui_n_est_pas_la(action, animateur, reseau, champs):
    absent = MembreFactory(reseau=reseau, **champs)
    with pytest.raises(RegleEnfreinte):
        suivi.transmettre(action, absent, par=animateur)
    with pytest.raises(RegleEnfreinte):
        visites.affecter(VisiteFactory(reseau=reseau), absent, par=animateur, le=JOUR)


def test_visite_ne_se_confie_pas_a_un_autre_reseau(animateur, reseau):
    with pytest.raises(RegleEnfreinte):
        visites.affecter(VisiteFactory(reseau=reseau), MembreFactory(), par=animateur, le=JOUR)


def test_retenir_en_seance_passe_outre_avec_un_motif(animateur, direct, reseau, reunion):
    entreprise = EntrepriseFactory(reseau=reseau)
    VisiteFactory(reseau=reseau, entreprise=entreprise)
    VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True)
    choix = {"reunion": reunion, "par": animateur, "le": JOUR, "developpeur": direct}
    visite = suivi.retenir(entreprise, **choix, derogation="Projet d’agrandissement annoncé dans la presse")
    assert visite.derogation == "Projet d’agrandissement annoncé dans la presse"


# La séance close


@pytest.mark.parametrize("etat", ["tenue", "annulee"])
def test_secretariat_ne_restitue_plus_dans_une_seance_close(membres, reseau, etat):
    visite = CompteRenduFactory(visite=VisiteFactory(reseau=reseau, realisee=True), termine=True).visite
    seance = ReunionFactory(reseau=reseau, **{etat: True})
    connecter(membres["secretariat"]).post(
        reverse("suivi:seance-restituer", args=[reseau.slug, seance.pk]), {"visite": visite.pk}
    )
    visite.refresh_from_db()
    assert visite.etat == EtatVisite.REALISEE


def test_restitution_d_une_seance_close_ne_se_defait_plus(animateur, reseau):
    seance = ReunionFactory(reseau=reseau, tenue=True)
    visite = VisiteFactory(reseau=reseau, restituee=True, restituee_en=seance)
    with pytest.raises(RegleEnfreinte):
        visites.reprendre_restitution(visite, par=animateur)


# L'action


def test_action_endormie_transmise_se_reveille_chez_son_nouveau_responsable(action, animateur, direct):
    suivi.endormir(action, reveil_le=localdate() + timedelta(days=30), par=animateur)
    suivi.transmettre(action, direct, par=animateur)
    action.refresh_from_db()
    assert (action.etat, action.responsable, action.reveil_le, action.acceptee_le) == (EtatAction.PROPOSEE, direct, None, None)


@pytest.mark.parametrize(("present", "etat"), [(True, EtatAction.ACCEPTEE), (False, EtatAction.PROPOSEE)])
def test_action_endormie_designee_en_seance_se_reveille(action, animateur, direct, reunion, present, etat):
    operations.pointer(reunion, direct, EtatPresence.PRESENT if present else EtatPresence.ABSENT, par=animateur)
    suivi.endormir(action, reveil_le=localdate() + timedelta(days=30), par=animateur)
    suivi.designer(action, direct, par=animateur, reunion=reunion)
    action.refresh_from_db()
    assert (action.etat, action.responsable, action.reveil_le) == (etat, direct, None)


def test_associe_ne_voit_que_l_entreprise_ou_on_le_sollicite(action, associe, reseau):
    EntrepriseFactory(reseau=reseau)
    assert list(Entreprise.objects.visibles_par(associe)) == [action.projet.visite.entreprise]


@pytest.mark.parametrize("geste", ["refuser", "transmettre"])
def test_associe_qui_rend_son_action_ne_voit_plus_l_entreprise(action, associe, direct, geste):
    if geste == "refuser":
        suivi.refuser(action, motif="Hors de ma compétence", par=associe)
    else:
        suivi.transmettre(action, direct, par=associe)
    assert list(Entreprise.objects.visibles_par(associe)) == []


def envoyer_la_page(client, adresse, **champs):
    """Renvoie le formulaire tel que la page le montre, à ces champs près, une fois l'état changé par quelqu'un d'autre."""
    form = client.get(adresse).context["form"]
    lus = {champ.html_name: champ.value() for champ in form if champ.value() is not None}
    return lambda: client.post(adresse, lus | champs)


def test_action_transmise_a_deux_ne_s_ecrase_pas_en_silence(action, animateur, direct, reseau):
    choisi = MembreFactory(reseau=reseau, institution=direct.institution)
    adresse = reverse("suivi:action-transmettre", args=[reseau.slug, action.pk])
    envoyer = envoyer_la_page(connecter(animateur), adresse, responsable=direct.pk)
    suivi.transmettre(Action.objects.get(pk=action.pk), choisi, par=animateur)
    envoyer()
    action.refresh_from_db()
    assert action.responsable == choisi


def test_contact_corrige_a_deux_ne_s_ecrase_pas_en_silence(membres, reseau):
    contact = ContactFactory(entreprise=EntrepriseFactory(reseau=reseau))
    adresse = reverse("entreprises:contact-modifier", args=[reseau.slug, contact.pk])
    envoyer = envoyer_la_page(connecter(membres["direct"]), adresse, fonction="Gérant")
    envoyer_la_page(connecter(membres["animateur"]), adresse, telephone="03 84 00 00 00")()
    response = envoyer()
    contact.refresh_from_db()
    assert (contact.telephone, contact.fonction) == ("03 84 00 00 00", "")
    assert "Cette fiche a été modifiée" in response.text


# L'enregistrement tout seul


def test_brouillon_enregistre_avec_le_jeton_de_sa_page_est_garde(direct, reseau):
    """La page poste tout son formulaire, jeton compris, à chaque enregistrement : chacun compte."""
    visite, jeton = VisiteFactory(reseau=reseau, programmee=True, developpeur=direct), uuid4()
    client, adresse = connecter(direct), reverse("suivi:compte-rendu-brouillon", args=[reseau.slug, visite.pk])
    marque = ""
    for phrase in ("L’atelier", "L’atelier arrive à saturation"):
        recu = client.post(adresse, {"jeton": jeton, "version": 0, "marque": marque, "phrase": phrase}).json()
        assert recu["garde"] is True
        marque = recu["marque"]
    assert Brouillon.objects.get().contenu.endswith("phrase=L%E2%80%99atelier+arrive+%C3%A0+saturation")
