"""Tenir la séance : l'écran, ses gestes, deux personnes à la fois ; pointer n'est pas décider."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from reseau.enums import EtatPresence
from reseau.models import Expose, Journal, Presence
from tests.factories import (
    ActionFactory,
    CibleFactory,
    CompteRenduFactory,
    DeportFactory,
    EntrepriseFactory,
    LigneDeCibleFactory,
    MembreFactory,
    PresenceFactory,
    ProjetFactory,
    ReunionFactory,
    VisiteFactory,
)
from visites.enums import EtatVisite, OrigineVisite
from visites.models import Visite

JOUR = localdate()
SUJETS = ["ouverture", "actions", "prochaines", "expose", "releve", "cloture"]


@pytest.fixture
def reunion(reseau, direct):
    reunion = ReunionFactory(reseau=reseau, le=JOUR)
    PresenceFactory(reunion=reunion, membre=direct)
    return reunion


@pytest.fixture
def visite(reseau, direct):
    """Une visite à restituer, un projet, une action sans responsable."""
    visite = CompteRenduFactory(visite=VisiteFactory(reseau=reseau, realisee=True, developpeur=direct), termine=True).visite
    ActionFactory(projet=ProjetFactory(visite=visite), responsable=None)
    return visite


@pytest.fixture
def poster(reunion, clients):
    """`poster("animateur", "restituer", visite=…)`."""

    def envoyer(profil, geste, fetch=False, **champs):
        entetes = {"accept": "application/json"} if fetch else {}
        return clients[profil].post(
            reverse(f"suivi:seance-{geste}", args=[reunion.reseau.slug, reunion.pk]), champs, headers=entetes
        )

    return envoyer


def ecran(client, reunion, sujet="", **requete):
    page = reverse("suivi:seance", args=[reunion.reseau.slug, reunion.pk])
    return client.get(page, {"sujet": sujet, **requete} if sujet else {})


# L'écran


@pytest.mark.parametrize("profil", ["animateur", "secretariat"])
@pytest.mark.parametrize("sujet", SUJETS)
def test_ecran_montre_chaque_sujet(reunion, visite, reseau, clients, profil, sujet):
    ActionFactory(projet=ProjetFactory(visite=VisiteFactory(reseau=reseau, restituee=True)), responsable=None)
    response = ecran(clients[profil], reunion, sujet)
    assert (response.status_code, response.context["courant"].code) == (200, sujet)


@pytest.mark.parametrize("profil", ["direct", "associe", "prefecture", "observateur"])
def test_ecran_est_ferme_aux_autres(reunion, clients, profil):
    assert ecran(clients[profil], reunion).status_code == 403


def test_ecran_s_ouvre_sur_ce_qui_reste(reunion, visite, clients):
    assert ecran(clients["animateur"], reunion).context["courant"].visite == visite.pk
    assert ecran(clients["animateur"], reunion, "n-importe-quoi").context["courant"].visite == visite.pk


def test_ecran_d_une_seance_close_mene_a_la_reunion(reseau, clients):
    tenue = ReunionFactory(reseau=reseau, tenue=True)
    assert ecran(clients["animateur"], tenue).url == tenue.get_absolute_url()


def test_ecran_ne_projette_jamais_la_partie_reservee(reunion, visite, clients):
    visite.compte_rendu.reserve = type(visite.compte_rendu)._meta.get_field("reserve").related_model(texte="SECRET")
    visite.compte_rendu.reserve.compte_rendu = visite.compte_rendu
    visite.compte_rendu.reserve.save()
    assert "SECRET" not in ecran(clients["animateur"], reunion, f"visite-{visite.pk}").content.decode()


def test_ecran_dit_qui_sort_et_cache_ses_deports(reunion, visite, direct, reseau, clients):
    DeportFactory(entreprise=visite.entreprise, membre=direct)
    sujet = f"visite-{visite.pk}"
    assert ecran(clients["animateur"], reunion, sujet).context["sortent"] == [direct]
    secretaire = MembreFactory(reseau=reseau, role="secretariat", qualite="aucun")
    DeportFactory(entreprise=visite.entreprise, membre=secretaire)
    clients["animateur"].force_login(secretaire.utilisateur)
    assert ecran(clients["animateur"], reunion, sujet).context["courant"].code == "prochaines"


def test_ecran_note_une_lecture_par_heure(reunion, visite, clients):
    for _ in range(3):
        ecran(clients["animateur"], reunion, f"visite-{visite.pk}")
    assert Journal.objects.filter(objet="visites.compterendu").count() == 1


def test_ecran_en_un_nombre_constant_de_requetes(reunion, visite, reseau, clients, requetes):
    cible = CibleFactory(reseau=reseau, decidee=True)

    def garnir(nombre):
        for _ in range(nombre):
            autre = CompteRenduFactory(visite=VisiteFactory(reseau=reseau, realisee=True), termine=True).visite
            for projet in (ProjetFactory(visite=visite), ProjetFactory(visite=autre)):
                ActionFactory(projet=projet, acceptee=True)
            ActionFactory(projet=ProjetFactory(visite=VisiteFactory(reseau=reseau, restituee=True)), responsable=None)
            VisiteFactory(reseau=reseau, choisie_en=reunion)
            LigneDeCibleFactory(cible=cible, entreprise=EntrepriseFactory(reseau=reseau))
            PresenceFactory(reunion=reunion)

    def compter():
        sujets = [f"visite-{visite.pk}", *SUJETS]
        return [requetes(lambda sujet=sujet: ecran(clients["animateur"], reunion, sujet)) for sujet in sujets]

    garnir(1)
    compter()
    un = compter()
    garnir(2)
    assert compter() == un
    garnir(20)
    assert (compter(), max(un) <= 26) == (un, True)


# Pointer


def pointage(membre):
    return Presence.objects.filter(membre=membre).values_list("etat", flat=True).first()


def test_pointer_d_une_case_n_envoie_que_ce_membre(poster, direct, membres):
    response = poster("secretariat", "pointer", fetch=True, membre=membres["associe"].pk, present=membres["associe"].pk)
    assert response.json() == {"texte": "2 présents"}
    assert (pointage(membres["associe"]), pointage(direct)) == (EtatPresence.PRESENT, EtatPresence.PRESENT)
    assert poster("secretariat", "pointer", fetch=True, membre=direct.pk).json() == {"texte": "1 présent"}
    assert pointage(direct) == ""


def test_pointer_sans_javascript_ne_reecrit_pas_le_pointage_de_l_autre_poste(poster, direct, membres):
    """La page date d'avant l'arrivée du direct, pointé depuis par l'autre poste : son témoin est resté vide."""
    prefecture = membres["prefecture"]
    champs = {"membre": [direct.pk, prefecture.pk], f"avant-{direct.pk}": "", f"avant-{prefecture.pk}": ""}
    poster("secretariat", "pointer", **champs, **{f"etat-{prefecture.pk}": "represente"})
    assert (pointage(direct), pointage(prefecture)) == (EtatPresence.PRESENT, EtatPresence.REPRESENTE)


@pytest.mark.parametrize("champs", [{"membre": "x"}, {"membre": "9" * 40}, {}])
def test_pointer_forge_ne_casse_pas(poster, champs):
    assert poster("secretariat", "pointer", **champs).status_code == 302


def test_pointer_un_etat_inconnu_ou_un_autre_reseau_est_ignore(poster, direct):
    ailleurs = MembreFactory()
    poster("animateur", "pointer", membre=[direct.pk, ailleurs.pk], present=ailleurs.pk, **{f"etat-{direct.pk}": "roi"})
    assert (pointage(direct), pointage(ailleurs)) == (EtatPresence.PRESENT, None)


# Restituer et décider


def decisions(visite, membre):
    """Ce que poste le formulaire d'une visite quand on confie tout à ce membre."""
    projet = visite.projets.get()
    action = projet.actions.get()
    champs = {f"interlocuteur-{projet.pk}": membre.pk, f"avant-interlocuteur-{projet.pk}": projet.interlocuteur_id}
    champs |= {f"responsable-{action.pk}": membre.pk, f"avant-responsable-{action.pk}": action.responsable_id or ""}
    return projet, action, {"visite": visite.pk, **champs}


def test_restituer_confirme_designe_et_passe_a_la_suite(poster, visite, direct, reunion):
    projet, action, champs = decisions(visite, direct)
    response = poster("animateur", "restituer", **champs, sujet="prochaines")
    for objet in (visite, projet, action):
        objet.refresh_from_db()
    assert response.url.endswith(f"/reunions/{reunion.pk}/seance/?sujet=prochaines")
    assert (visite.etat, projet.interlocuteur_confirme_en, action.responsable) == (EtatVisite.RESTITUEE, reunion, direct)


def test_secretariat_restitue_sans_decider(poster, visite, reseau):
    projet, action, champs = decisions(visite, MembreFactory(reseau=reseau))
    poster("secretariat", "restituer", **champs)
    for objet in (visite, projet, action):
        objet.refresh_from_db()
    assert (visite.etat, projet.interlocuteur_confirme_en, action.responsable) == (EtatVisite.RESTITUEE, None, None)


def test_restitution_se_defait(poster, visite):
    poster("animateur", "restituer", visite=visite.pk)
    poster("secretariat", "restituer", visite=visite.pk, reprendre="oui")
    visite.refresh_from_db()
    assert visite.etat == EtatVisite.REALISEE


def test_restituer_une_visite_hors_de_l_ordre_du_jour_est_refuse(poster, reseau):
    sans_compte_rendu = VisiteFactory(reseau=reseau, realisee=True)
    for cle in (sans_compte_rendu.pk, VisiteFactory(realisee=True).pk, "x", ""):
        poster("animateur", "restituer", visite=cle)
    assert Visite.objects.filter(etat=EtatVisite.RESTITUEE).count() == 0


def test_designer_ne_restitue_pas(poster, visite, direct):
    _, action, champs = decisions(visite, direct)
    poster("animateur", "designer", **champs)
    action.refresh_from_db()
    visite.refresh_from_db()
    assert (action.responsable, action.etat, visite.etat) == (direct, "acceptee", EtatVisite.REALISEE)


def test_designer_n_efface_pas_le_choix_de_l_autre_poste(poster, visite, direct, reseau):
    _, action, champs = decisions(visite, direct)
    autre = MembreFactory(reseau=reseau)
    type(action).objects.filter(pk=action.pk).update(responsable=autre)
    poster("animateur", "designer", **champs)
    action.refresh_from_db()
    assert action.responsable == autre


def test_designer_debloque_une_action_ancienne(poster, reseau, direct):
    action = ActionFactory(projet=ProjetFactory(visite=VisiteFactory(reseau=reseau, restituee=True)), responsable=None)
    poster("animateur", "designer", **{f"responsable-{action.pk}": direct.pk, f"avant-responsable-{action.pk}": ""})
    action.refresh_from_db()
    assert action.responsable == direct


@pytest.mark.parametrize("geste", ["designer", "choisir"])
@pytest.mark.parametrize("profil", ["secretariat", "direct", "associe", "prefecture", "observateur"])
def test_decider_est_a_l_animateur(poster, profil, geste):
    assert poster(profil, geste).status_code == 403


@pytest.mark.parametrize("geste", ["pointer", "restituer", "relever", "exposer"])
@pytest.mark.parametrize("profil", ["direct", "associe", "prefecture", "observateur"])
def test_pointer_et_rediger_sont_au_secretariat(poster, profil, geste):
    assert poster(profil, geste).status_code == 403


# Les prochaines entreprises


def test_prochaines_viennent_de_la_cible_sans_ce_qui_est_touche(reunion, reseau, clients):
    cible = CibleFactory(reseau=reseau, decidee=True)
    libre, ecartee, visitee, confiee = (EntrepriseFactory(reseau=reseau) for _ in range(4))
    for entreprise in (libre, visitee, confiee):
        LigneDeCibleFactory(cible=cible, entreprise=entreprise)
    LigneDeCibleFactory(cible=cible, entreprise=ecartee, motif_d_ecart="Fermée")
    VisiteFactory(reseau=reseau, entreprise=visitee, realisee=True)
    VisiteFactory(reseau=reseau, entreprise=confiee, programmee=True)
    lignes = ecran(clients["animateur"], reunion, "prochaines").context["lignes"]
    assert [entreprise for entreprise, *_ in lignes] == [libre]


@pytest.mark.parametrize("profil", ["animateur", "secretariat"])
def test_prochaines_proposent_de_decider_une_cible_dans_cette_reunion(reunion, reseau, clients, profil):
    cible = CibleFactory(reseau=reseau)
    CibleFactory(reseau=reseau, decidee=True)
    response = ecran(clients[profil], reunion, "prochaines")
    decider = reverse("entreprises:cible-decider", args=[reseau.slug, cible.pk], query={"reunion": reunion.pk})
    assert (response.context["a_decider"], decider in response.content.decode()) == ([(cible, None)], True)


def test_prochaines_cherchees_disent_l_empechement_avant(reunion, reseau, clients):
    recente = EntrepriseFactory(reseau=reseau)
    VisiteFactory(reseau=reseau, entreprise=recente, realisee=True, realisee_le=JOUR - timedelta(days=30))
    EntrepriseFactory()
    ((entreprise, obstacle, *_),) = ecran(clients["animateur"], reunion, "prochaines", cherche="scierie").context["lignes"]
    assert (entreprise, obstacle.franchissable) == (recente, True)


def test_choisir_dit_l_origine_et_revient_a_la_recherche(poster, reseau, direct, reunion):
    hors_cible = EntrepriseFactory(reseau=reseau)
    de_la_cible = LigneDeCibleFactory(cible=CibleFactory(reseau=reseau, decidee=True)).entreprise
    champs = {"sujet": "prochaines", "cherche": "scierie", "developpeur": direct.pk}
    response = poster("animateur", "choisir", entreprise=hors_cible.pk, **champs)
    poster("animateur", "choisir", entreprise=de_la_cible.pk)
    assert response.url.endswith("?sujet=prochaines&cherche=scierie")
    choisies = Visite.objects.filter(choisie_en=reunion).order_by("pk").values_list("entreprise", "origine", "developpeur")
    assert list(choisies) == [
        (hors_cible.pk, OrigineVisite.SIGNALEMENT, direct.pk),
        (de_la_cible.pk, OrigineVisite.CIBLE, None),
    ]


@pytest.mark.parametrize("cle", ["", "x", "999999"])
def test_choisir_une_entreprise_forgee_est_refuse(poster, cle):
    poster("animateur", "choisir", entreprise=cle or EntrepriseFactory().pk)
    poster("animateur", "choisir", retirer=cle)
    assert Visite.objects.count() == 0


def test_choisir_puis_retirer(poster, reseau):
    poster("animateur", "choisir", entreprise=EntrepriseFactory(reseau=reseau).pk)
    poster("animateur", "choisir", retirer=Visite.objects.get().pk)
    assert Visite.objects.get().etat == EtatVisite.ANNULEE


# Rédiger, clore


def test_relever_enregistre_au_fil_de_l_eau(poster, reunion):
    avant = poster("secretariat", "relever", fetch=True, avant="", releve="").json()["avant"]
    reponse = poster("secretariat", "relever", fetch=True, avant=avant, releve="Le calendrier").json()
    reunion.refresh_from_db()
    assert (reponse["garde"], reponse["texte"][:13], reunion.releve) == (True, "Enregistré à ", "Le calendrier")


def test_relever_a_deux_ne_s_ecrase_pas(poster, reunion):
    avant = poster("animateur", "relever", fetch=True, avant="", releve="").json()["avant"]
    poster("animateur", "relever", fetch=True, avant=avant, releve="Le premier")
    reponse = poster("secretariat", "relever", fetch=True, avant=avant, releve="Le second").json()
    reunion.refresh_from_db()
    assert (reponse["garde"], reponse["enregistre"], reunion.releve) == (False, "Le premier", "Le premier")
    assert poster("secretariat", "relever", avant=avant, releve="Le second").context["form"]["releve"].value() == "Le second"


def test_exposer_ajoute_un_expose(poster, reunion):
    poster("secretariat", "exposer", titre="La médiation", sujet="expose")
    poster("secretariat", "exposer", titre="")
    assert [expose.titre for expose in Expose.objects.filter(reunion=reunion)] == ["La médiation"]


def test_clore_est_a_l_animateur_et_fige_le_pointage(reunion, clients, membres):
    PresenceFactory(reunion=reunion, membre=membres["associe"], etat="", reponse=EtatPresence.EXCUSE)
    page = reverse("suivi:reunion-clore", args=[reunion.reseau.slug, reunion.pk])
    assert clients["secretariat"].post(page).status_code == 403
    assert clients["animateur"].post(page).url == reunion.get_absolute_url()
    assert pointage(membres["associe"]) == EtatPresence.EXCUSE


def test_clore_sans_present_est_refuse(reseau, clients):
    reunion = ReunionFactory(reseau=reseau, le=JOUR)
    clients["animateur"].post(reverse("suivi:reunion-clore", args=[reseau.slug, reunion.pk]))
    reunion.refresh_from_db()
    assert reunion.ouverte
