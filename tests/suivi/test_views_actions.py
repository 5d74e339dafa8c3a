"""Les pages des actions, des projets et de l'onglet d'une entreprise : qui voit, qui agit, ce qui revient à l'écran."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from reseau.models import Journal
from suivi.enums import EtatAction, Issue
from suivi.models import Action, Projet
from tests.conftest import connecter
from tests.factories import (
    AccesFactory,
    ActionFactory,
    DeportFactory,
    InstitutionFactory,
    MembreFactory,
    ProjetFactory,
    VisiteFactory,
)

JOUR = localdate()
HIER = JOUR - timedelta(days=1)


@pytest.fixture
def projet(reseau, direct):
    return ProjetFactory(visite=VisiteFactory(reseau=reseau, realisee=True, developpeur=direct))


@pytest.fixture
def action(projet, direct):
    return ActionFactory(projet=projet, responsable=direct)


@pytest.fixture
def envoyer(clients):
    """`envoyer("direct", "clore", action, issue=…)` : poste le geste tel que sa page le montre."""

    def poster(profil, geste, action, **champs):
        page = reverse(f"suivi:action-{geste}", args=[action.reseau.slug, action.pk])
        return clients[profil].post(page, {"version": action.version, **champs})

    return poster


def liste(client, reseau, requete="", nom="actions-toutes"):
    return client.get(reverse(f"suivi:{nom}", args=[reseau.slug]) + requete)


def lues(response):
    return list(response.context["page_obj"])


# Mes actions


def test_mes_actions_ce_qui_attend_d_abord(reseau, projet, direct, clients):
    ActionFactory(projet=projet, responsable=MembreFactory(reseau=reseau))
    ActionFactory(projet=projet, responsable=direct, close=True)
    a_temps = ActionFactory(projet=projet, responsable=direct, acceptee=True)
    echue = ActionFactory(projet=projet, responsable=direct, acceptee=True, fin_prevue=HIER)
    proposee = ActionFactory(projet=projet, responsable=direct)
    response = liste(clients["direct"], reseau, nom="actions")
    assert lues(response) == [proposee, echue, a_temps]
    assert [(bool(a.gestes.accepter), a.echue) for a in lues(response)] == [(True, False), (False, True), (False, False)]


def test_mes_actions_closes_sont_a_part(reseau, projet, direct, clients):
    close = ActionFactory(projet=projet, responsable=direct, close=True)
    assert lues(liste(clients["direct"], reseau, "?etat=closes", nom="actions")) == [close]


@pytest.mark.parametrize(("profil", "statut"), [("animateur", 302), ("secretariat", 302), ("direct", 200), ("associe", 200)])
def test_mes_actions_laissent_place_a_toutes_pour_qui_ne_visite_pas(reseau, clients, profil, statut):
    assert liste(clients[profil], reseau, nom="actions").status_code == statut
    assert liste(clients[profil], reseau, "?qui=miennes", nom="actions").status_code == 200


def test_toutes_les_actions_ne_sont_pas_pour_un_associe(reseau, clients):
    assert liste(clients["associe"], reseau).url == reverse("suivi:actions", args=[reseau.slug])


# Toutes les actions


def test_toutes_les_actions_sans_deport_ni_autre_reseau(reseau, action, animateur, clients):
    ActionFactory()
    deportee = ActionFactory(projet__visite__reseau=reseau)
    DeportFactory(entreprise=deportee.projet.visite.entreprise, membre=animateur)
    assert lues(liste(clients["animateur"], reseau)) == [action]


@pytest.mark.parametrize(
    ("requete", "attendues"),
    [
        ("?etat=ouvertes", {"proposee", "orpheline", "echue", "dormeuse"}),
        ("?etat=a_accepter", {"proposee"}),
        ("?etat=sans_responsable", {"orpheline"}),
        ("?etat=close", {"close"}),
        ("?echeance=echues", {"echue"}),
        ("?echeance=mois", {"proposee"}),
        ("?echeance=trimestre", {"proposee"}),
        ("?echeance=a_reveiller", {"dormeuse"}),
        ("?echeance=sans_date", {"orpheline", "dormeuse"}),
        ("?type=contact", {"close"}),
        ("?texte=scierie&type=contact", {"close"}),
        ("?texte=introuvable", set()),
    ],
)
def test_toutes_les_actions_se_filtrent(reseau, projet, clients, requete, attendues):
    sortes = {
        "proposee": ActionFactory(projet=projet, fin_prevue=JOUR + timedelta(days=7)),
        "orpheline": ActionFactory(projet=projet, responsable=None),
        "echue": ActionFactory(projet=projet, acceptee=True, fin_prevue=HIER),
        "dormeuse": ActionFactory(projet=projet, endormie=True, reveil_le=JOUR),
        "close": ActionFactory(projet=projet, close=True, type="contact"),
    }
    trouvees = set(lues(liste(clients["animateur"], reseau, requete)))
    assert {nom for nom, action in sortes.items() if action in trouvees} == attendues


def test_toutes_les_actions_par_responsable_et_institution(reseau, projet, clients):
    autre = MembreFactory(reseau=reseau, institution=InstitutionFactory(reseau=reseau))
    sienne = ActionFactory(projet=projet, responsable=autre)
    ActionFactory(projet=projet)
    for requete in (f"?responsable={autre.pk}", f"?institution={autre.institution_id}"):
        assert lues(liste(clients["animateur"], reseau, requete)) == [sienne]


def test_filtre_propose_les_responsables_par_ordre_alphabetique(reseau, clients):
    for nom in ("Zed", "Abel"):
        MembreFactory(reseau=reseau, nom=nom)
    choix = liste(clients["animateur"], reseau).context["filter"].form.fields["responsable"].choices
    noms = [libelle for _, libelle in choix][1:]
    assert (noms == sorted(noms), "Abel Camille" in noms) == (True, True)


def test_filtre_refuse_le_responsable_d_un_autre_reseau(reseau, action, clients):
    response = liste(clients["animateur"], reseau, f"?responsable={MembreFactory().pk}")
    assert list(response.context["filter"].form.errors) == ["responsable"]


@pytest.mark.parametrize(
    "tri", ["numero", "-numero", "fin", "societe", "-responsable", "mot_de_passe", "-responsable__utilisateur"]
)
def test_tri_vient_d_une_liste_fermee(reseau, action, clients, tri):
    assert lues(liste(clients["animateur"], reseau, f"?tri={tri}")) == [action]


def test_tri_par_numero_se_renverse(reseau, projet, clients):
    une, deux = ActionFactory(projet=projet), ActionFactory(projet=projet)
    assert lues(liste(clients["animateur"], reseau, "?tri=-numero")) == [deux, une]


@pytest.mark.parametrize("nom", ["actions", "actions-toutes"])
def test_listes_en_un_nombre_constant_de_requetes(reseau, projet, direct, clients, requetes, nom):
    def garnir(nombre):
        for _ in range(nombre):
            autre = ProjetFactory(visite=VisiteFactory(reseau=reseau, realisee=True))
            ActionFactory(projet=autre, responsable=direct, acceptee=True)

    def compter():
        return requetes(lambda: liste(clients["direct"], reseau, nom=nom))

    garnir(1)
    compter()
    une = compter()
    garnir(2)
    assert compter() == une
    garnir(200)
    assert (compter(), len(lues(liste(clients["direct"], reseau, nom=nom)))) == (une, 25)


# Une action et ses gestes


@pytest.mark.parametrize(
    ("profil", "statut"),
    [("animateur", 200), ("secretariat", 200), ("direct", 200), ("associe", 404), ("prefecture", 403), ("observateur", 403)],
)
def test_fiche_d_une_action_selon_le_role(action, clients, profil, statut):
    assert clients[profil].get(action.get_absolute_url()).status_code == statut


def test_fiche_d_une_action_d_un_autre_reseau_est_introuvable(clients, reseau):
    page = reverse("suivi:action", args=[reseau.slug, ActionFactory().pk])
    assert clients["animateur"].get(page).status_code == 404


def test_fiche_montre_le_journal_date(action, envoyer, clients):
    envoyer("direct", "accepter", action)
    action.refresh_from_db()
    envoyer("direct", "suite", action, texte="Pièces envoyées")
    mouvements = clients["direct"].get(action.get_absolute_url()).context["mouvements"]
    assert [mouvement.texte for mouvement in mouvements] == ["Pièces envoyées", ""]


@pytest.mark.parametrize(
    ("geste", "champs", "etat"),
    [
        ("accepter", {}, EtatAction.ACCEPTEE),
        ("endormir", {"reveil_le": str(JOUR + timedelta(days=40))}, EtatAction.ENDORMIE),
        ("clore", {"issue": Issue.AIDE, "texte": "Dossier accepté", "fin_reelle": str(JOUR)}, EtatAction.CLOSE),
        ("refuser", {"motif": "Pas de mon ressort"}, EtatAction.PROPOSEE),
    ],
)
def test_gestes_du_responsable(action, envoyer, geste, champs, etat):
    assert envoyer("direct", geste, action, **champs).status_code == 302
    action.refresh_from_db()
    assert action.etat == etat


def test_transmettre_et_reveiller(action, reseau, envoyer):
    autre = MembreFactory(reseau=reseau)
    envoyer("direct", "transmettre", action, responsable=autre.pk)
    action.refresh_from_db()
    assert action.responsable == autre
    dormeuse = ActionFactory(projet=action.projet, responsable=action.projet.interlocuteur, endormie=True)
    envoyer("direct", "reveiller", dormeuse)
    dormeuse.refresh_from_db()
    assert dormeuse.etat == EtatAction.PROPOSEE


@pytest.mark.parametrize("geste", ["suite", "clore", "refuser", "transmettre", "endormir"])
def test_geste_sans_ses_mots_revient_avec_une_erreur(action, envoyer, geste):
    response = envoyer("direct", geste, action)
    assert (response.status_code, bool(response.context["form"].errors)) == (200, True)


@pytest.mark.parametrize("geste", ["accepter", "reveiller", "suite", "clore", "refuser", "transmettre", "endormir", "modifier"])
def test_gestes_sont_fermes_a_qui_ne_conduit_pas_l_action(action, geste):
    page = reverse(f"suivi:action-{geste}", args=[action.reseau.slug, action.pk])
    assert connecter(MembreFactory(reseau=action.reseau)).post(page).status_code == 403


def test_accepter_a_la_place_du_responsable_est_refuse_a_l_interlocuteur(projet, membres, envoyer):
    action = ActionFactory(projet=projet, responsable=membres["associe"])
    envoyer("direct", "accepter", action)
    action.refresh_from_db()
    assert action.etat == EtatAction.PROPOSEE


def test_secretariat_saisit_l_acceptation_pour_le_responsable(action, envoyer):
    envoyer("secretariat", "accepter", action)
    action.refresh_from_db()
    assert action.etat == EtatAction.ACCEPTEE


def test_transmettre_a_un_autre_reseau_est_refuse(action, envoyer):
    assert envoyer("direct", "transmettre", action, responsable=MembreFactory().pk).status_code == 200


def test_geste_sur_une_page_perimee_garde_ce_qui_est_tape(action, envoyer):
    Action.objects.filter(pk=action.pk).update(version=7)
    form = envoyer("direct", "clore", action, issue=Issue.AIDE, texte="Fait", fin_reelle=str(JOUR)).context["form"]
    assert (form["texte"].value(), form["version"].value()) == ("Fait", 7)
    action.refresh_from_db()
    action.version = 7
    assert envoyer("direct", "clore", action, issue=Issue.AIDE, texte="Fait", fin_reelle=str(JOUR)).status_code == 302


@pytest.mark.parametrize(
    ("retour", "suit"), [("/chez-nous/", True), ("https://ailleurs.example/", False), ("//ailleurs.example", False)]
)
def test_retour_ne_mene_jamais_ailleurs(action, envoyer, retour, suit):
    response = envoyer("direct", "accepter", action, retour=retour)
    assert response.url == (retour if suit else action.get_absolute_url())


def test_associe_qui_transmet_revient_a_ses_actions(projet, membres, direct, envoyer):
    action = ActionFactory(projet=projet, responsable=membres["associe"])
    response = envoyer("associe", "transmettre", action, responsable=direct.pk)
    assert response.url == reverse("suivi:actions", args=[action.reseau.slug])


def test_modifier_corrige_l_enonce_sans_toucher_au_responsable(action, direct, envoyer):
    champs = {"type": "aide", "libelle": "Corrigée", "echeance": "date", "fin_prevue": str(JOUR), "responsable": 0}
    assert envoyer("direct", "modifier", action, **champs).status_code == 302
    action.refresh_from_db()
    assert (action.libelle, action.type, action.fin_prevue, action.responsable) == ("Corrigée", "aide", JOUR, direct)


# Les projets


def test_projet_s_ajoute_a_une_visite_faite(projet, clients, direct):
    page = reverse("suivi:projet-ajouter", args=[projet.reseau.slug, projet.visite_id])
    champs = {"titre": "Exporter", "nature": "produits", "interlocuteur": direct.pk}
    assert clients["direct"].post(page, champs).status_code == 302
    assert Projet.objects.filter(titre="Exporter", visite=projet.visite).count() == 1


def test_projet_ne_nait_pas_d_une_visite_a_faire(reseau, clients):
    page = reverse("suivi:projet-ajouter", args=[reseau.slug, VisiteFactory(reseau=reseau, programmee=True).pk])
    assert clients["animateur"].post(page, {"titre": "X"}).status_code == 302
    assert Projet.objects.count() == 0


def test_projet_se_modifie_et_se_supprime(projet, clients, direct):
    champs = {"titre": "Autre titre", "nature": "divers", "interlocuteur": direct.pk, "version": projet.version}
    page = reverse("suivi:projet-modifier", args=[projet.reseau.slug, projet.pk])
    assert clients["direct"].post(page, champs).status_code == 302
    projet.refresh_from_db()
    assert (projet.titre, projet.version) == ("Autre titre", 2)
    clients["direct"].post(reverse("suivi:projet-supprimer", args=[projet.reseau.slug, projet.pk]))
    assert Projet.objects.count() == 0


def test_projet_qui_a_des_actions_ne_se_supprime_pas(action, clients):
    clients["direct"].post(reverse("suivi:projet-supprimer", args=[action.reseau.slug, action.projet_id]))
    assert Projet.objects.count() == 1


@pytest.mark.parametrize("nom", ["projet-modifier", "projet-supprimer"])
def test_projet_d_un_autre_ne_se_touche_pas(projet, nom):
    page = reverse(f"suivi:{nom}", args=[projet.reseau.slug, projet.pk])
    assert connecter(MembreFactory(reseau=projet.reseau)).post(page).status_code == 403


def test_action_se_propose_a_n_importe_qui(projet, membres, clients):
    page = reverse("suivi:action-ajouter", args=[projet.reseau.slug, projet.pk])
    champs = {"type": "aide", "libelle": "Étudier", "responsable": membres["associe"].pk, "echeance": "15_jours"}
    assert clients["direct"].post(page, champs).status_code == 302
    action = Action.objects.get()
    assert (action.responsable, action.etat, action.fin_prevue) == (membres["associe"], "proposee", JOUR + timedelta(days=15))


# L'onglet d'une entreprise


def onglet(client, projet):
    return client.get(reverse("suivi:entreprise", args=[projet.reseau.slug, projet.visite.entreprise_id]))


@pytest.mark.parametrize(
    ("profil", "statut"),
    [("animateur", 200), ("secretariat", 200), ("direct", 200), ("associe", 404), ("prefecture", 403), ("observateur", 403)],
)
def test_onglet_selon_le_role(action, clients, profil, statut):
    assert onglet(clients[profil], action.projet).status_code == statut


def test_onglet_d_un_associe_ne_montre_que_ses_dossiers(reseau, projet, membres, clients):
    associe, entreprise = membres["associe"], projet.visite.entreprise
    AccesFactory(entreprise=entreprise, membre=associe)
    sienne = VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True, accompagnant=associe)
    ProjetFactory(visite=sienne)
    assert onglet(clients["associe"], projet).context["visites"] == [sienne]


def test_onglet_est_note_au_journal(action, clients):
    onglet(clients["animateur"], action.projet)
    assert Journal.objects.get().objet == "entreprises.entreprise"


def test_onglet_en_un_nombre_constant_de_requetes(reseau, projet, clients, requetes):
    def garnir(nombre):
        for _ in range(nombre):
            visite = VisiteFactory(reseau=reseau, entreprise=projet.visite.entreprise, realisee=True)
            ActionFactory(projet=ProjetFactory(visite=visite), acceptee=True)

    garnir(1)
    onglet(clients["animateur"], projet)
    un = requetes(lambda: onglet(clients["animateur"], projet))
    garnir(20)
    assert requetes(lambda: onglet(clients["animateur"], projet)) == un
