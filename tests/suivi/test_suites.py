"""Les suites données au chef d'entreprise : ce qu'on lui écrit, par où cela part, et le délai réel."""

import io
from datetime import date, timedelta

import pdfplumber
import pikepdf
import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.urls import reverse
from django.utils.timezone import localdate, now

from reseau.enums import Qualite, Role
from reseau.lib.erreurs import RegleEnfreinte
from suivi import operations
from suivi.accueil import accueil
from suivi.enums import Issue, Mouvement, Voie
from suivi.indicateurs import tableau_des_suites
from suivi.models import LettreDeSuites, MouvementDAction
from suivi.operations.suites import DEJA_DONNEES, EN_ROUTE
from suivi.suites import DECIDE, INTERLOCUTEURS, JE_LE_RESTE, PLUS_RIEN, RIEN_DE_DECIDE, attendues, en_retard, texte_propose
from tests.conftest import connecter
from tests.factories import (
    ActionFactory,
    CompteRenduFactory,
    ContactFactory,
    DeportFactory,
    LettreDeSuitesFactory,
    MembreFactory,
    ProjetFactory,
    VisiteFactory,
)
from tests.lib.archive import manques
from tests.lib.papier import textes
from visites.models import Visite

pytestmark = pytest.mark.django_db
MM = 25.4 / 72  # millimètres par point
ENVOI = {"courriel": "dirigeante@exemple.fr", "objet": "Les suites", "texte": "Madame,\nMerci.", "version": "1"}


@pytest.fixture
def visite(reseau, direct):
    visite = VisiteFactory(reseau=reseau, realisee=True, developpeur=direct)
    CompteRenduFactory(visite=visite, termine=True)
    return visite


@pytest.fixture
def page(visite):
    return reverse("suivi:suites", args=[visite.reseau.slug, visite.pk])


def suites_de(visite):
    return LettreDeSuites(visite=visite, objet="Les suites", texte="Merci.", courriel="dirigeante@exemple.fr")


# Le texte


def decisions(visite):
    """Ce que le texte dit avoir été décidé, ligne à ligne : entre les remerciements et qui joindre."""
    return texte_propose(visite, le=localdate()).splitlines()[2:-1]


def test_texte_dit_ce_qui_est_decide_par_qui_et_pour_quand(visite, direct):
    projet = ProjetFactory(visite=visite, titre="Agrandir l’atelier")
    ActionFactory(projet=projet, libelle="Chercher une aide", responsable=direct, fin_prevue=date(2026, 5, 4))
    qui = f"{direct.civilite_et_nom} ({direct.institution})"
    ligne = f"– Agrandir l’atelier : Chercher une aide. {qui} vous contactera, d’ici le 4 mai 2026."
    assert decisions(visite) == [DECIDE, ligne]


def test_texte_sans_action_le_dit_sans_rien_promettre(visite):
    assert decisions(visite) == [RIEN_DE_DECIDE]


@pytest.mark.parametrize(
    ("issue", "dit"),
    [
        (Issue.AIDE, "C’est fait : l’aide est obtenue."),
        (Issue.INFORMATION, "C’est fait : l’information vous a été donnée."),
        (Issue.CONTACT, "C’est fait : la mise en contact a eu lieu."),
        (Issue.SANS_SOLUTION, "Nous avons cherché, sans trouver de solution à ce jour."),
    ],
)
def test_texte_dit_d_une_action_close_ce_qu_elle_est_devenue(visite, issue, dit):
    projet = ProjetFactory(visite=visite, titre="Agrandir")
    ActionFactory(projet=projet, libelle="Chercher une aide", close=True, issue=issue)
    assert decisions(visite) == [DECIDE, f"– Agrandir : Chercher une aide. {dit}"]


def test_texte_dit_ce_qui_reste_a_faire_et_ce_qui_est_fait_et_tait_ce_qui_est_abandonne(visite, direct):
    projet = ProjetFactory(visite=visite, titre="Agrandir")
    ActionFactory(projet=projet, libelle="Déjà faite", close=True)
    ActionFactory(projet=projet, libelle="À faire", responsable=direct)
    ActionFactory(projet=projet, libelle="Laissée", close=True, issue=Issue.ABANDONNEE)
    assert decisions(visite) == [
        DECIDE,
        "– Agrandir : Déjà faite. C’est fait : l’information vous a été donnée.",
        f"– Agrandir : À faire. {direct.civilite_et_nom} ({direct.institution}) vous contactera.",
    ]


def test_texte_ne_dit_pas_que_rien_ne_fut_releve_quand_tout_est_abandonne(visite):
    ActionFactory(projet=ProjetFactory(visite=visite), close=True, issue=Issue.ABANDONNEE)
    assert decisions(visite) == [PLUS_RIEN]


def test_texte_tait_qui_a_refuse(visite, direct):
    action = ActionFactory(projet=ProjetFactory(visite=visite, titre="Agrandir"), libelle="Rappeler", responsable=None)
    MouvementDAction.objects.create(action=action, membre=direct, mouvement=Mouvement.REFUS, texte="Pas le temps.")
    assert decisions(visite) == [DECIDE, "– Agrandir : Rappeler. Un membre du réseau vous contactera."]


@pytest.mark.parametrize(
    ("reveil", "quand"),
    [
        ({"reveil_le": date(2030, 1, 2)}, "à partir du 2 janvier 2030"),
        ({"reveil_le": None, "reveil_motif": "la banque aura cédé"}, "le moment venu"),
    ],
)
def test_texte_dit_quand_l_on_reviendra_sur_une_action_en_reserve(visite, direct, reveil, quand):
    projet = ProjetFactory(visite=visite, titre="Agrandir")
    ActionFactory(projet=projet, libelle="Bâtir", responsable=direct, endormie=True, **reveil)
    qui = f"{direct.civilite_et_nom} ({direct.institution})"
    assert decisions(visite) == [DECIDE, f"– Agrandir : Bâtir. {qui} y reviendra avec vous, {quand}."]


def test_texte_nomme_l_interlocuteur_quand_ce_n_est_pas_le_visiteur(visite):
    autre = MembreFactory(reseau=visite.reseau, telephone="03 84 00 00 01")
    ProjetFactory(visite=visite, interlocuteur=autre)
    dit = f"{autre.civilite_et_nom} ({autre.institution}), que vous pouvez joindre à tout moment : 03 84 00 00 01."
    assert texte_propose(visite, le=localdate()).splitlines()[-1] == f"Votre interlocuteur est désormais {dit}"


def test_texte_nomme_chaque_interlocuteur_avec_ses_projets(visite, direct):
    autre = MembreFactory(reseau=visite.reseau, telephone="")
    for titre, qui in [("Agrandir", direct), ("Exporter", autre), ("Recruter", autre)]:
        ProjetFactory(visite=visite, titre=titre, interlocuteur=qui)
    assert texte_propose(visite, le=localdate()).splitlines()[-3:] == [
        INTERLOCUTEURS,
        "– pour « Agrandir » : moi-même.",
        f"– pour « Exporter », « Recruter » : {autre.civilite_et_nom} ({autre.institution}), {autre.utilisateur.email}.",
    ]


@pytest.mark.parametrize("projets", [0, 2])
def test_texte_dit_que_le_visiteur_reste_l_interlocuteur(visite, projets):
    ProjetFactory.create_batch(projets, visite=visite)
    assert texte_propose(visite, le=localdate()).splitlines()[-1] == JE_LE_RESTE


@pytest.mark.parametrize("nombre", [1, 3])
def test_texte_se_compose_en_autant_de_requetes_quel_que_soit_le_nombre(visite, nombre, django_assert_num_queries):
    for projet in ProjetFactory.create_batch(nombre, visite=visite):
        ActionFactory.create_batch(nombre, projet=projet)
    visite = Visite.objects.select_related("compte_rendu__vu", "entreprise", "developpeur").get(pk=visite.pk)
    with django_assert_num_queries(3):
        texte_propose(visite, le=localdate())


def test_texte_s_accorde_a_la_personne_vue(visite):
    visite.compte_rendu.vu = ContactFactory(entreprise=visite.entreprise, civilite="Mme")
    assert texte_propose(visite, le=localdate()).startswith("Madame,")


@pytest.mark.parametrize(("civilite", "recu"), [("M.", "reçu"), ("Mme", "reçue")])
def test_texte_s_accorde_au_developpeur_qui_fut_recu(visite, civilite, recu):
    visite.developpeur.civilite = civilite
    assert texte_propose(visite, le=localdate()).splitlines()[1].startswith(f"Vous m’avez {recu} dans votre entreprise")


@pytest.fixture
def parti(visite, direct):
    """Le développeur de la visite a quitté le réseau ce matin."""
    direct.parti_le = localdate()
    direct.save()
    visite.developpeur = direct
    return direct


@pytest.mark.parametrize(
    ("joignable", "dit"),
    [
        ({"telephone": "03 84 00 00 02"}, ", que vous pouvez joindre à tout moment : 03 84 00 00 02"),
        ({"courriel": "reseau@exemple.fr"}, ", que vous pouvez joindre à tout moment : reseau@exemple.fr"),
        ({}, ""),
    ],
)
@pytest.mark.parametrize("projets", [0, 1])
def test_texte_adresse_au_secretariat_quand_le_developpeur_est_parti(visite, parti, joignable, dit, projets):
    ProjetFactory.create_batch(projets, visite=visite, interlocuteur=parti)
    for champ, valeur in ({"telephone": "", "courriel": ""} | joignable).items():
        setattr(visite.reseau, champ, valeur)
    lignes = texte_propose(visite, le=localdate()).splitlines()
    assert lignes[1].startswith(f"Vous avez reçu {parti.civilite_et_nom} ({parti.institution}) dans votre entreprise")
    assert lignes[-1] == f"Votre interlocuteur est désormais le secrétariat du réseau{dit}."


def test_texte_d_avant_le_depart_parle_encore_du_developpeur(visite, parti):
    assert texte_propose(visite, le=localdate() - timedelta(days=1)).splitlines()[-1] == JE_LE_RESTE


def test_texte_nomme_qui_suit_les_projets_de_qui_est_parti(visite, parti):
    autre = MembreFactory(reseau=visite.reseau, telephone="03 84 00 00 01")
    ProjetFactory(visite=visite, titre="Exporter", interlocuteur=autre)
    dit = f"{autre.civilite_et_nom} ({autre.institution}), que vous pouvez joindre à tout moment : 03 84 00 00 01."
    assert texte_propose(visite, le=localdate()).splitlines()[-1] == f"Votre interlocuteur est désormais {dit}"
    ProjetFactory(visite=visite, titre="Agrandir", interlocuteur=parti)
    visite.reseau.telephone = "03 84 00 00 02"
    suivis = texte_propose(visite, le=localdate()).splitlines()[-2:]
    assert "– pour « Agrandir » : le secrétariat du réseau, 03 84 00 00 02." in suivis


def test_lettre_imprimee_apres_le_depart_est_signee_de_qui_l_imprime(visite, parti, animateur):
    LettreDeSuitesFactory(visite=visite)
    response = connecter(animateur).get(reverse("suivi:suites-pdf", args=[visite.reseau.slug, visite.pk]))
    (page,) = textes(response.content)
    assert (str(animateur) in page, str(parti) in page) == (True, False)


# Attendues


def test_attendues_sans_compte_rendu_termine_ni_suites_donnees(reseau, visite):
    commence = VisiteFactory(reseau=reseau, realisee=True)
    CompteRenduFactory(visite=commence)
    LettreDeSuitesFactory(visite__reseau=reseau, donnee=True)
    LettreDeSuitesFactory(visite=visite)
    assert list(attendues(Visite.objects.all())) == [visite]


@pytest.mark.parametrize(("jours", "retard"), [(15, False), (16, True)])
def test_en_retard_au_seizieme_jour(visite, jours, retard):
    le = visite.realisee_le + timedelta(days=jours)
    assert en_retard(Visite.objects.all(), le).exists() is retard


# Les gestes


def test_des_suites_donnees_ne_changent_plus(visite, direct):
    operations.donner_les_suites(suites_de(visite), voie=Voie.POSTE, le=localdate(), par=direct)
    with pytest.raises(RegleEnfreinte, match=DEJA_DONNEES):
        operations.garder_les_suites(visite.suites, par=direct)


@pytest.mark.parametrize("ecart", [-400, 1])
def test_le_jour_des_suites_est_entre_la_visite_et_aujourd_hui(visite, direct, ecart):
    le = localdate() + timedelta(days=ecart) if ecart > 0 else visite.realisee_le + timedelta(days=ecart)
    with pytest.raises(RegleEnfreinte, match="entre la visite"):
        operations.donner_les_suites(suites_de(visite), voie=Voie.POSTE, le=le, par=direct)


def test_deux_envois_simultanes_n_en_font_qu_un(visite, direct):
    operations.inscrire_l_envoi(suites_de(visite), par=direct, maintenant=now())
    with pytest.raises(RegleEnfreinte, match=EN_ROUTE):
        operations.inscrire_l_envoi(visite.suites, par=direct, maintenant=now())


def test_une_entreprise_non_diffusible_ne_recoit_pas_de_courriel(visite, direct):
    visite.entreprise.diffusible = False
    with pytest.raises(RegleEnfreinte, match="non diffusible"):
        operations.inscrire_l_envoi(suites_de(visite), par=direct, maintenant=now())


class Muet(BaseEmailBackend):
    def send_messages(self, messages):
        raise OSError


# La page


def test_page_envoie_par_courriel_avec_copie_au_developpeur(visite, direct, page, django_capture_on_commit_callbacks):
    client = connecter(direct)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page, ENVOI | {"geste": "courriel"})
    (message,) = mail.outbox
    assert (message.to, message.cc) == (["dirigeante@exemple.fr"], [direct.utilisateur.email])
    suites = LettreDeSuites.objects.get()
    assert (suites.voie, suites.donnee_le, suites.donnee_par) == (Voie.COURRIEL, localdate(), direct)


@pytest.mark.parametrize(("deporte", "copies"), [(False, ["developpeur", "animateur"]), (True, ["animateur"])])
def test_la_copie_et_la_reponse_vont_au_developpeur_s_il_ne_se_deporte_pas(visite, direct, animateur, deporte, copies):
    if deporte:
        DeportFactory(membre=direct, entreprise=visite.entreprise)
    suites = operations.inscrire_l_envoi(suites_de(visite), par=animateur, maintenant=now())
    operations.envoyer_les_suites(suites, maintenant=now())
    adresses = {"developpeur": direct.utilisateur.email, "animateur": animateur.utilisateur.email}
    (message,) = mail.outbox
    assert message.cc == [adresses[copie] for copie in copies]
    assert message.reply_to == message.cc[:1]


def test_page_garde_le_texte_d_un_courriel_qui_n_est_pas_parti(
    visite, direct, page, settings, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = f"{__name__}.Muet"
    client = connecter(direct)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page, ENVOI | {"geste": "courriel"})
    suites = LettreDeSuites.objects.get()
    assert suites.donnee_le is None
    assert suites.echec
    assert "Merci." in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("geste", "manque", "message"),
    [
        ("courriel", {"courriel": ""}, "Donnez l’adresse"),
        ("poste", {}, "Dites quel jour"),
        ("courriel", {"objet": ""}, "obligatoire"),
    ],
)
def test_page_dit_ce_qui_manque_et_garde_ce_qui_est_tape(direct, page, geste, manque, message):
    texte = connecter(direct).post(page, ENVOI | manque | {"geste": geste}).content.decode()
    assert message in texte
    assert "Merci." in texte
    assert not LettreDeSuites.objects.exists()


def test_page_note_des_suites_dites_de_vive_voix(direct, page):
    connecter(direct).post(page, ENVOI | {"geste": "vive_voix", "le": localdate().isoformat()})
    assert LettreDeSuites.objects.donnees().get().voie == Voie.VIVE_VOIX
    assert "Données de vive voix" in connecter(direct).get(page).content.decode()


def test_page_reste_fermee_a_un_autre_developpeur(reseau, page):
    autre = MembreFactory(reseau=reseau, role=Role.DEVELOPPEUR, qualite=Qualite.DIRECT)
    assert connecter(autre).get(page).status_code == 403


def test_page_inconnue_a_qui_se_deporte(visite, direct, page):
    DeportFactory(entreprise=visite.entreprise, membre=direct)
    assert connecter(direct).get(page).status_code == 404


def test_liste_d_un_direct_ne_montre_que_les_siennes(reseau, direct, visite):
    ailleurs = VisiteFactory(reseau=reseau, realisee=True)
    CompteRenduFactory(visite=ailleurs, termine=True)
    contexte = connecter(direct).get(reverse("suivi:suites-liste", args=[reseau.slug])).context
    assert list(contexte["page_obj"]) == [visite]


def test_lettre_imprimee_est_archivable_et_dit_le_texte(visite, direct):
    LettreDeSuitesFactory(visite=visite, texte="Madame,\n– Projet : un.\n– Projet : deux.\nFin.")
    response = connecter(direct).get(reverse("suivi:suites-pdf", args=[visite.reseau.slug, visite.pk]))
    assert response["Content-Type"] == "application/pdf"
    assert manques(response.content) == []
    with pikepdf.open(io.BytesIO(response.content)) as papier:
        roles = [str(objet.S) for objet in papier.objects if isinstance(objet, pikepdf.Dictionary) and "/S" in objet]
    assert roles.count("/LI") == 2


def test_lettre_imprimee_tient_dans_la_fenetre_de_l_enveloppe(visite, direct):
    LettreDeSuitesFactory(visite=visite)
    response = connecter(direct).get(reverse("suivi:suites-pdf", args=[visite.reseau.slug, visite.pk]))
    with pdfplumber.open(io.BytesIO(response.content)) as papier:
        mots = [mot for mot in papier.pages[0].extract_words() if mot["x0"] * MM > 100 and 45 < mot["top"] * MM < 79]
    assert mots
    assert min(mot["x0"] for mot in mots) * MM >= 110
    assert max(mot["x1"] for mot in mots) * MM <= 190
    assert min(mot["top"] for mot in mots) * MM >= 56.5


# Compter


def test_tableau_donne_le_delai_median_et_la_part_a_temps(reseau):
    for jours in (2, 10, 20):
        visite = VisiteFactory(reseau=reseau, realisee=True)
        CompteRenduFactory(visite=visite, termine=True)
        LettreDeSuitesFactory(visite=visite, donnee=True, donnee_le=visite.realisee_le + timedelta(days=jours))
    CompteRenduFactory(visite=VisiteFactory(reseau=reseau, realisee=True), termine=True)
    total = tableau_des_suites(reseau).sections[0].lignes[0]
    assert total == {
        "mois": "Total",
        "rendues": 4,
        "donnees": 3,
        "a_temps": 2,
        "part": 0.5,
        "mediane": 10,
        "attendues": 1,
    }


def test_accueil_du_developpeur_montre_les_suites_attendues(visite, direct):
    assert accueil(direct, localdate()).journee.suites == [visite]
