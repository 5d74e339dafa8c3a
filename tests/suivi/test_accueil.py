"""L'accueil selon le rôle : ce qui attend chacun, compté sur ce qu'il voit, en un nombre constant de requêtes."""

from datetime import datetime, time, timedelta

import pytest
from django.utils.timezone import localdate, make_aware, now

from entreprises.enums import Voix
from entreprises.models import Vote
from reseau.enums import EtatPresence, Qualite, Role
from suivi import operations
from suivi.accueil import accueil, chiffres
from tests.factories import (
    ActionFactory,
    CibleFactory,
    CompteRenduFactory,
    ContactFactory,
    ConvocationFactory,
    CourrierFactory,
    DeportFactory,
    DoublonFactory,
    LettreDeSuitesFactory,
    LigneDeCibleFactory,
    MembreFactory,
    PresenceFactory,
    ProjetFactory,
    ReunionFactory,
    VisiteFactory,
)

JOUR = localdate()
PARTS = ["reunion", "a_faire", "chiffres", "journee", "actions", "lettres", "dernieres_reunions", "tableaux"]


def il_y_a(jours):
    return JOUR - timedelta(days=jours)


def parts(membre):
    """Les parts que l'accueil de ce membre montre, vides comprises."""
    compose = accueil(membre, JOUR)
    absentes = (None, False)
    return [nom for nom in PARTS if (part := getattr(compose, nom)) != [] and not any(part is vide for vide in absentes)]


def taches(membre):
    return [(tache.nombre, tache.quoi) for tache in accueil(membre, JOUR).a_faire]


@pytest.mark.parametrize(
    ("profil", "attendues"),
    [
        ("animateur", ["reunion", "chiffres"]),
        ("secretariat", ["reunion", "chiffres"]),
        ("direct", ["reunion", "journee", "actions"]),
        ("associe", ["reunion", "actions"]),
        ("prefecture", ["reunion", "lettres", "dernieres_reunions", "tableaux"]),
        ("observateur", ["tableaux"]),
    ],
)
def test_accueil_montre_a_chacun_ce_qui_est_de_son_role(reseau, membres, profil, attendues):
    ReunionFactory(reseau=reseau, le=JOUR)
    ReunionFactory(reseau=reseau, le=il_y_a(20), tenue=True)
    assert parts(membres[profil]) == attendues


def test_accueil_du_direct_compte_ses_lettres_sans_rendez_vous(reseau, membres, clients):
    """Les siennes, et sa liste en montre autant ; à l'animateur qui visite, « À faire » les dit déjà toutes."""
    peupler(reseau)
    assert accueil(membres["direct"], JOUR).journee.a_relancer == []
    VisiteFactory(reseau=reseau, annoncee=True, annoncee_le=il_y_a(30), developpeur=membres["direct"])
    (tache,) = accueil(membres["direct"], JOUR).journee.a_relancer
    page_obj = clients["direct"].get(tache.adresse).context["page_obj"]
    assert (tache.nombre, tache.quoi, page_obj.paginator.count) == (1, "lettre sans rendez-vous", 1)
    animateur = MembreFactory(reseau=reseau, role=Role.ANIMATEUR, qualite=Qualite.DIRECT)
    assert accueil(animateur, JOUR).journee.a_relancer == []


def test_animateur_qui_visite_a_aussi_sa_journee(reseau):
    animateur = MembreFactory(reseau=reseau, role=Role.ANIMATEUR, qualite=Qualite.DIRECT)
    assert parts(animateur) == ["chiffres", "journee", "actions"]


def test_prochaine_reunion_dit_les_reponses_et_la_mienne(reseau, membres):
    reunion = ReunionFactory(reseau=reseau, le=JOUR)
    ConvocationFactory(reunion=reunion, membre=membres["direct"])
    ReunionFactory(reseau=reseau, le=JOUR + timedelta(days=15))
    PresenceFactory(reunion=reunion, membre=membres["direct"], reponse=EtatPresence.EXCUSE)
    PresenceFactory(reunion=reunion, membre=membres["associe"], reponse="")
    prochaine = accueil(membres["direct"], JOUR).reunion
    assert (prochaine.reunion, prochaine.reponses, prochaine.invites, prochaine.pret, prochaine.ma_reponse) == (
        reunion,
        1,
        2,
        True,
        EtatPresence.EXCUSE,
    )


def peupler(reseau):
    """Une ligne de chaque chose à faire."""
    urgente = VisiteFactory(reseau=reseau, realisee=True)
    CompteRenduFactory(visite=urgente, termine=True, urgent=True)
    VisiteFactory(reseau=reseau, realisee=True, realisee_le=il_y_a(reseau.compte_rendu_relance_jours))
    VisiteFactory(reseau=reseau, annoncee=True, annoncee_le=il_y_a(reseau.lettre_relance_jours + 1))
    CourrierFactory(visite__reseau=reseau, a_signer=True)
    CourrierFactory(visite__reseau=reseau)
    ActionFactory(projet=ProjetFactory(visite=urgente), responsable=None)
    ActionFactory(projet=ProjetFactory(visite=urgente), acceptee=True, fin_prevue=il_y_a(1))
    VisiteFactory(reseau=reseau)
    return urgente.entreprise


TACHES = [
    (1, "visite urgente à traiter"),
    (1, "visite passée sans compte rendu"),
    (1, "lettre à faire signer"),
    (1, "lettre sans rendez-vous"),
    (1, "action sans responsable"),
    (1, "action échue"),
    (1, "entreprise attend ses suites depuis plus de 15 jours"),
]


@pytest.mark.parametrize("profil", ["animateur", "secretariat"])
def test_a_faire_tient_en_sept_lignes_de_la_plus_pressante_a_la_moins(reseau, membres, profil):
    peupler(reseau)
    peupler(MembreFactory().reseau)
    assert taches(membres[profil]) == TACHES


def test_a_faire_se_tait_quand_rien_ne_presse(membres):
    assert taches(membres["animateur"]) == []


def test_a_faire_attend_la_fin_du_delai(reseau, membres):
    VisiteFactory(reseau=reseau, realisee=True, realisee_le=il_y_a(reseau.compte_rendu_relance_jours - 1))
    VisiteFactory(reseau=reseau, annoncee=True, annoncee_le=il_y_a(reseau.lettre_relance_jours))
    ActionFactory(projet__visite=VisiteFactory(reseau=reseau, restituee=True), acceptee=True, fin_prevue=JOUR)
    assert taches(membres["animateur"]) == []


def test_a_faire_ne_compte_pas_ce_dont_on_se_deporte(reseau, membres):
    DeportFactory(entreprise=peupler(reseau), membre=membres["animateur"])
    restent = [tache for tache in TACHES if not any(mot in tache[1] for mot in ("urgente", "action", "suites"))]
    suivantes = [(1, "entreprise sans développeur"), (1, "lettre à mettre à la signature")]
    assert taches(membres["animateur"]) == [*restent, *suivantes]


def test_boutons_d_a_faire_ouvrent_des_listes_de_meme_nombre(reseau, membres, clients):
    """Chaque ligne promet un nombre : la liste qu'elle ouvre en montre autant."""
    peupler(reseau)
    for tache in accueil(membres["animateur"], JOUR).a_faire:
        page_obj = clients["animateur"].get(tache.adresse).context["page_obj"]
        assert (tache.quoi, page_obj.paginator.count) == (tache.quoi, tache.nombre)


def test_chiffres_sont_les_memes_pour_tous(reseau, membres):
    cible = CibleFactory(reseau=reseau, decidee=True)
    visite = VisiteFactory(reseau=reseau, realisee=True, realisee_le=JOUR, developpeur=membres["direct"])
    LigneDeCibleFactory(cible=cible, entreprise=visite.entreprise)
    LigneDeCibleFactory(cible=cible)
    ActionFactory(projet=ProjetFactory(visite=visite), acceptee=True)
    CompteRenduFactory(visite=visite, termine=True)
    LettreDeSuitesFactory(visite=visite, donnee=True, donnee_le=JOUR)
    DeportFactory(entreprise=visite.entreprise, membre=membres["animateur"])
    attendus = [(1, "rythme convenu : 2 par mois, 1 développeur"), (50, "1 entreprise sur 2")]
    attendus += [(1, "0 close depuis le 1er janvier"), (0, "sous 15 jours pour 100 % des visites (1)")]
    for profil in ("animateur", "secretariat"):
        assert [(chiffre.valeur, chiffre.sur) for chiffre in chiffres(membres[profil], JOUR)] == attendus


def test_chiffre_des_visites_du_mois_ouvre_ces_visites(reseau, membres, clients):
    """Pas celles qu'on prévoit ce mois-ci, ni celles qu'il a vues refusées."""
    VisiteFactory(reseau=reseau, realisee=True, realisee_le=JOUR)
    VisiteFactory(reseau=reseau, restituee=True, realisee_le=JOUR)
    VisiteFactory(reseau=reseau, refusee=True, refusee_le=JOUR)
    VisiteFactory(reseau=reseau, programmee=True, prevue_le=JOUR)
    chiffre = chiffres(membres["animateur"], JOUR)[0]
    page_obj = clients["animateur"].get(chiffre.adresse).context["page_obj"]
    assert (chiffre.valeur, page_obj.paginator.count) == (2, 2)


def test_rythme_additionne_celui_de_chacun(reseau, membres):
    MembreFactory(reseau=reseau, rythme="1.50")
    MembreFactory(reseau=reseau, parti_le=JOUR)
    assert chiffres(membres["animateur"], JOUR)[0].sur == "rythme convenu : 3,5 par mois, 2 développeurs"


def test_journee_du_developpeur(reseau, direct):
    matin = make_aware(datetime.combine(JOUR, time(0, 1)))
    soir = make_aware(datetime.combine(JOUR, time(23, 59)))
    siennes = {"reseau": reseau, "developpeur": direct}
    passe = VisiteFactory(rendez_vous=True, rendez_vous_le=matin, **siennes)
    a_venir = VisiteFactory(rendez_vous=True, rendez_vous_le=soir, **siennes)
    demain = VisiteFactory(rendez_vous=True, rendez_vous_le=soir + timedelta(days=1), **siennes)
    faite = VisiteFactory(realisee=True, realisee_le=il_y_a(2), **siennes)
    VisiteFactory(realisee=True, reseau=reseau)
    rendu = CompteRenduFactory(visite=VisiteFactory(realisee=True, **siennes), termine_le=now())
    journee = accueil(direct, JOUR).journee
    assert (journee.rendez_vous, journee.prochain) == ([passe, a_venir], demain)
    assert (journee.a_rendre, journee.a_valider) == ([faite, passe], [rendu])


def test_rendez_vous_du_jour_donne_le_numero_et_l_adresse(reseau, direct):
    visite = VisiteFactory(rendez_vous=True, rendez_vous_le=now(), reseau=reseau, developpeur=direct)
    ContactFactory(entreprise=visite.entreprise, telephone="03 84 00 00 01")
    (trouvee,) = accueil(direct, JOUR).journee.rendez_vous
    assert (trouvee.appel, trouvee.itineraire) == ("03 84 00 00 01", "12 rue des Essais 70000 Vesoul")


def test_action_sortie_de_la_reserve_est_a_reprendre_jusqu_a_ce_qu_on_y_touche(reseau, membres, clients):
    direct = membres["direct"]
    projet = ProjetFactory(visite=VisiteFactory(reseau=reseau, realisee=True, developpeur=direct))
    echue = ActionFactory(projet=projet, responsable=direct, en_cours=True, fin_prevue=il_y_a(9))
    ActionFactory(projet=projet, responsable=direct, en_cours=True)
    operations.endormir(echue, par=direct, reveil_le=JOUR + timedelta(days=1))
    operations.reveiller_a_date(JOUR + timedelta(days=1))
    actions = accueil(direct, JOUR).actions
    assert (actions.a_reprendre, actions.echues, actions.nb_autres) == ([echue], [], 1)
    assert "sortie de la réserve" in clients["direct"].get(reseau.get_absolute_url()).content.decode()
    echue.refresh_from_db()
    operations.noter_la_suite(echue, texte="Rappelé.", par=direct)
    actions = accueil(direct, JOUR).actions
    assert (actions.a_reprendre, actions.echues) == ([], [echue])


def test_mes_actions_a_accepter_puis_echues(reseau, membres):
    associe = membres["associe"]
    projet = ProjetFactory(visite=VisiteFactory(reseau=reseau, realisee=True))
    proposee = ActionFactory(projet=projet, responsable=associe)
    echue = ActionFactory(projet=projet, responsable=associe, acceptee=True, fin_prevue=il_y_a(1))
    ActionFactory(projet=projet, responsable=associe, acceptee=True)
    ActionFactory(projet=projet, acceptee=True, fin_prevue=il_y_a(1))
    actions = accueil(associe, JOUR).actions
    assert (actions.a_accepter, actions.echues, actions.nb_autres) == ([proposee], [echue], 1)


@pytest.mark.parametrize("profil", ["animateur", "secretariat", "direct", "associe", "prefecture", "observateur"])
def test_accueil_en_un_nombre_constant_de_requetes(reseau, membres, clients, requetes, profil):
    def remplir():
        peupler(reseau)
        siennes = {"reseau": reseau, "developpeur": membres["direct"]}
        ContactFactory(entreprise=VisiteFactory(rendez_vous=True, rendez_vous_le=now(), **siennes).entreprise)
        visite = CompteRenduFactory(visite=VisiteFactory(realisee=True, **siennes), termine_le=now()).visite
        VisiteFactory(realisee=True, **siennes)
        VisiteFactory(annoncee=True, annoncee_le=il_y_a(30), **siennes)
        ReunionFactory(reseau=reseau, le=il_y_a(9), tenue=True)
        for responsable in (membres["direct"], membres["associe"]):
            ActionFactory(projet=ProjetFactory(visite=visite), responsable=responsable)
            ActionFactory(projet=ProjetFactory(visite=visite), responsable=responsable, acceptee=True, fin_prevue=il_y_a(1))

    adresse = f"/{reseau.slug}/"
    remplir()
    clients[profil].get(adresse)
    un = requetes(lambda: clients[profil].get(adresse))
    remplir(), remplir()
    assert requetes(lambda: clients[profil].get(adresse)) == un
    for _ in range(20):
        remplir()
    assert (requetes(lambda: clients[profil].get(adresse)), un <= 25) == (un, True)


@pytest.mark.parametrize("profil", ["animateur", "secretariat", "direct", "associe", "prefecture", "observateur"])
def test_accueil_appelle_a_voter_qui_le_peut_et_ne_l_a_pas_fait(reseau, membres, clients, profil):
    cible = CibleFactory(reseau=reseau, nom="Industrie d’essai", vote_ouvert_le=now())
    CibleFactory(reseau=reseau, vote_ouvert_le=now(), vote_clos_le=now())
    CibleFactory(reseau=reseau)
    CibleFactory(vote_ouvert_le=now())
    Vote.objects.create(cible=cible, membre=MembreFactory(reseau=reseau), voix=Voix.POUR)
    attendues = [] if profil in ("associe", "observateur") else [cible]
    assert accueil(membres[profil], JOUR).votes == attendues
    page = clients[profil].get(f"/{reseau.slug}/").content.decode()
    assert ("Un vote est ouvert sur la cible «&nbsp;Industrie d’essai&nbsp;»" in page) == bool(attendues)
    Vote.objects.create(cible=cible, membre=membres[profil], voix=Voix.CONTRE)
    assert accueil(membres[profil], JOUR).votes == []


def test_accueil_compte_les_doublons_signales_que_l_on_voit(reseau, membres):
    doublons = [DoublonFactory(entreprise__reseau=reseau, autre__reseau=reseau) for _ in range(3)]
    operations.garder_les_deux(doublons[0], par=membres["animateur"])
    DeportFactory(entreprise=doublons[1].autre, membre=membres["secretariat"])
    assert taches(membres["animateur"]) == [(2, "doublons signalés")]
    assert taches(membres["secretariat"]) == [(1, "doublon signalé")]


@pytest.mark.parametrize(
    ("touchees", "lignes"), [(1, []), (2, [(1, "cible épuisée ou presque : préparez la génération suivante")])]
)
def test_accueil_propose_la_generation_suivante_d_une_cible_epuisee(reseau, membres, touchees, lignes):
    cible = CibleFactory(reseau=reseau, decidee=True)
    for ligne in LigneDeCibleFactory.create_batch(2, cible=cible)[:touchees]:
        VisiteFactory(reseau=reseau, entreprise=ligne.entreprise, restituee=True)
    assert taches(membres["animateur"]) == lignes
    CibleFactory(reseau=reseau, precedente=cible)
    assert taches(membres["animateur"]) == []
