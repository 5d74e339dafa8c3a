"""Les envois qu'aucune page du terrain ne montre à l'animateur : dans quel état est l'objet, qui envoie, avec quels champs."""

from dataclasses import dataclass, field
from datetime import date

from django.urls import reverse
from django.utils.timezone import localdate, now

from entreprises.models import Import
from entreprises.operations import deposer, ecarter, ecrire_import, ouvrir_le_vote
from reseau.enums import Qualite, Role
from reseau.models import Compteur
from suivi.convocations import chemin_de_reponse
from suivi.enums import TypeAction
from suivi.liens import adresse_de_reponse
from suivi.models import Action
from suivi.operations.actions import SERIE, proposer
from suivi.operations.evaluations import proposer_l_evaluation
from tests.factories import (
    ActionFactory,
    BinomeFactory,
    CibleFactory,
    CompteRenduFactory,
    ConcurrenceFactory,
    ContactFactory,
    CourrierFactory,
    EntrepriseFactory,
    EvaluationFactory,
    FluxAgendaFactory,
    FormationFactory,
    GuideFactory,
    LigneDeCibleFactory,
    MembreFactory,
    PointFactory,
    PresenceFactory,
    PresentationFactory,
    ProjetFactory,
    PropositionFactory,
    ReunionFactory,
    SollicitationFactory,
    TableauFigeFactory,
    VisiteFactory,
    VueEnregistreeFactory,
)
from tests.factories.entreprises import siret_fictif
from visites.courriers import envoyer, signer
from visites.models import Courrier, Visite

LISTE = "siret;raison sociale;adresse;code postal;commune\n{};Tôlerie fictive;2 rue des Essais;70000;Vesoul\n"


@dataclass(frozen=True)
class Envoi:
    """`champs` : ce qu'il faut envoyer, ou ajouter à ce que la page propose ; « {visite} » : le numéro d'un objet de la scène.

    `objets` : genre → nom dans la scène de l'objet que désigne l'adresse, s'il n'est pas celui du terrain.
    """

    champs: dict = field(default_factory=dict)
    objets: dict = field(default_factory=dict)
    profil: str = "animateur"
    requete: str = ""


def scene(terrain):
    """Les numéros du terrain, et ceux d'objets dans l'état que demandent les envois : {nom: numéro}."""
    # Les actions du terrain portent un numéro qu'aucun compteur n'a donné : celui-ci repart plus loin.
    Compteur.objects.create(reseau=terrain.reseau, serie=SERIE, annee=0, dernier=10_000)
    membres = {profil: membre.pk for profil, membre in terrain.membres.items()}
    return membres | terrain.a_eux | _des_visites(terrain) | _des_lettres(terrain) | _des_reunions(terrain) | _des_listes(terrain)


def _visite(terrain, **etat):
    """Une visite de la campagne, dans cet état et confiée au direct ; sans état, elle attend dans la liste."""
    confiee = {"developpeur": terrain.membres["direct"]} if etat else {}
    return VisiteFactory(reseau=terrain.reseau, campagne_id=terrain.a_eux["campagne"], **confiee, **etat)


def _des_visites(terrain):
    animateur = terrain.membres["animateur"]
    saisi = {"auteur": terrain.membres["direct"], "saisi_par": animateur, "termine": True, "valide_le": None}
    a_valider = CompteRenduFactory(visite=_visite(terrain, realisee=True), **saisi)
    projet = ProjetFactory(visite=_visite(terrain, realisee=True))
    return {
        "en_liste": _visite(terrain).pk,
        "programmee": _visite(terrain, programmee=True).pk,
        "annoncee": _visite(terrain, annoncee=True).pk,
        "a_rendre": _visite(terrain, realisee=True).pk,
        "a_valider": a_valider.visite_id,
        "autre_projet": projet.pk,
        "revue": _revue(terrain).pk,
        "proposee": ActionFactory(projet=projet, responsable=animateur, numero=9_001).pk,
        "endormie": ActionFactory(projet=projet, responsable=animateur, endormie=True, numero=9_002).pk,
        "sans_accord": EvaluationFactory(visite=a_valider.visite).pk,
        "projet_rendu": ProjetFactory(visite=Visite.objects.get(pk=terrain.a_eux["rendue"])).pk,
        "flux": FluxAgendaFactory(membre=animateur).pk,
    }


def _revue(terrain):
    """Une entreprise que l'on ne programme qu'avec un motif pour chaque chose qui s'y oppose."""
    revue = _visite(terrain, realisee=True).entreprise
    SollicitationFactory(entreprise=revue, le=localdate())
    ConcurrenceFactory(entreprise=revue, concurrente=_visite(terrain, programmee=True).entreprise)
    return revue


def _des_lettres(terrain):
    lettres = {
        nom: CourrierFactory(visite=_visite(terrain, programmee=True), a_signer=True) for nom in ("a_signer", "signee", "postee")
    }
    ContactFactory(entreprise=lettres["signee"].visite.entreprise, courriel="dirigeante@exemple.fr")
    signees = Courrier.objects.filter(pk__in=[lettres["signee"].pk, lettres["postee"].pk])
    signer(signees, par=terrain.membres["prefecture"], le=localdate())
    envoyer(signees.filter(pk=lettres["postee"].pk), par=terrain.membres["animateur"], le=localdate())
    return {nom: lettre.pk for nom, lettre in lettres.items()}


def _des_reunions(terrain):
    seance = ReunionFactory(reseau=terrain.reseau, le=localdate())
    for profil in ("animateur", "direct"):
        PresenceFactory(reunion=seance, membre=terrain.membres[profil])
    proposition = PropositionFactory(entreprise=EntrepriseFactory(reseau=terrain.reseau))
    senior = MembreFactory(reseau=terrain.reseau, role=Role.DEVELOPPEUR, qualite=Qualite.DIRECT)
    return {
        "seance": seance.pk,
        "tenue": ReunionFactory(reseau=terrain.reseau, tenue=True).pk,
        "point": PointFactory(reunion=seance, demande_par=terrain.membres["animateur"]).pk,
        "proposition": proposition.entreprise_id,
        "senior": senior.pk,
        "binome": BinomeFactory(junior=terrain.membres["associe"], ancien=senior).pk,
        "suivie": _formation_de(senior),
        "rapport": TableauFigeFactory(reseau=terrain.reseau, code="2.2", institution=_chef(senior.institution)).pk,
    }


def _formation_de(membre):
    formation = FormationFactory(reseau=membre.reseau)
    formation.participations.create(membre=membre)
    return formation.pk


def _chef(institution):
    institution.chef_courriel = "chef@exemple.fr"
    institution.save()
    return institution


def _des_listes(terrain):
    animateur, reseau = terrain.membres["animateur"], terrain.reseau
    ecartee = LigneDeCibleFactory(cible=CibleFactory(reseau=reseau, decidee=True))
    ecarter(ecartee, motif="Hors du département", par=animateur)
    comptee = LigneDeCibleFactory(cible=CibleFactory(reseau=reseau, decidee=True))
    en_vote = ouvrir_le_vote(CibleFactory(reseau=reseau), par=animateur)
    lu, ecrit = (_importer(animateur, rang) for rang in (1, 2))
    ecrire_import(ecrit, par=animateur)
    return {
        "siret": siret_fictif(95_000),
        "autre": EntrepriseFactory(reseau=reseau).pk,
        "ecartee": ecartee.pk,
        "en_vote": en_vote.pk,
        "epuisee": ecartee.cible_id,
        "decidee": comptee.cible_id,
        "comptee": comptee.pk,
        "lu": lu.pk,
        "ecrit": ecrit.pk,
        "vue_a_soi": VueEnregistreeFactory(membre=animateur).pk,
        "fourni": GuideFactory(reseau=reseau, fourni="complet").pk,
    }


def _importer(animateur, rang):
    """Un fichier déposé d'une entreprise que ni ce réseau ni le voisin ne connaît."""
    siret = siret_fictif(90_000 + 10 * Import.objects.count() + rang)
    return deposer(LISTE.format(siret).encode(), "entreprises.csv", par=animateur)


def portes_publiques(terrain):
    """{nom: adresse} des pages sans compte où l'on remplit un formulaire."""
    animateur, reseau = terrain.membres["animateur"], terrain.reseau
    PresentationFactory(reseau=reseau)
    projet = ProjetFactory(visite=_visite(terrain, realisee=True))
    proposee = Action(type=TypeAction.AIDE, libelle="Étudier la reprise", responsable=terrain.membres["direct"])
    action = proposer(proposee, projet=projet, par=animateur)
    rendue = CompteRenduFactory(visite=_visite(terrain, realisee=True), termine=True).visite
    _, jeton = proposer_l_evaluation(rendue, "dirigeante@exemple.fr", par=animateur, instant=now())
    convoque = PresenceFactory(reunion=ReunionFactory(reseau=reseau, le=date(2030, 3, 4)), membre=animateur)
    return {
        "connexion": reverse("connexion"),
        "lien": reverse("lien"),
        "password_reset": reverse("password_reset"),
        "visites:demande-deposer": reverse("visites:demande-deposer", args=[reseau.slug]),
        "action-repondre": adresse_de_reponse(action, racine=""),
        "evaluation": reverse("evaluation", args=[jeton]),
        "reponse": chemin_de_reponse(convoque),
    }


_DE_LA_SEANCE = {"reunion": "seance"}
_DE_LA_VISITE = {"visite": "programmee"}
# Elle vient d'être visitée, quelqu'un d'autre vient de l'appeler, et le direct suit sa concurrente.
MALGRE_TOUT = {
    "derogation": "Elle nous rappelle",
    "malgre_contact": "Elle nous attend",
    "malgre_concurrence": "Elle le sait",
}

ENVOIS = {
    "reseau:formation-presents": [Envoi({"presents": "{senior}"}, {"formation": "suivie"})],
    "reseau:charte-accepter": [Envoi({"charte": "{charte}"}, profil="direct")],
    "reseau:journal-alertes-classer": [Envoi()],
    "suivi:doublon-signaler": [Envoi({"autre": "{autre}", "note": "Même atelier"})],
    "suivi:fusionner": [Envoi(requete="avec={autre}")],
    "suivi:compte-rendu-brouillon": [
        Envoi({"phrase": "Un atelier saturé.", "marque": "", "version": "0"}, {"visite": "a_rendre"})
    ],
    "suivi:compte-rendu-valider": [Envoi(objets={"visite": "a_valider"}, profil="direct")],
    "suivi:action-deplacer": [Envoi({"geste": "accepter"}, {"action": "proposee"})],
    "suivi:action-accepter": [Envoi(objets={"action": "proposee"})],
    "suivi:action-reveiller": [Envoi(objets={"action": "endormie"})],
    "suivi:besoin-rattacher": [Envoi({"projet": "{autre_projet}"})],
    "suivi:competences-confirmer": [Envoi(profil="direct")],
    "suivi:reunion-entreprises": [Envoi({"entreprise": "{autre}", "texte": "Elle cherche un terrain."})],
    "suivi:reunion-clore": [Envoi(objets=_DE_LA_SEANCE)],
    "suivi:reunion-diffuser": [Envoi(objets={"reunion": "tenue"})],
    "suivi:seance-pointer": [Envoi({"membre": "{membre}", "present": "{membre}", "avant-{membre}": ""}, _DE_LA_SEANCE)],
    "suivi:seance-restituer": [Envoi({"visite": "{rendue}"}, _DE_LA_SEANCE)],
    "suivi:seance-designer": [
        Envoi({"responsable-{proposee}": "{senior}", "avant-responsable-{proposee}": "{animateur}"}, _DE_LA_SEANCE),
        Envoi(
            {
                "visite": "{rendue}",
                "interlocuteur-{projet_rendu}": "{senior}",
                "avant-interlocuteur-{projet_rendu}": "{membre}",
            },
            _DE_LA_SEANCE,
        ),
    ],
    "suivi:seance-choisir": [
        Envoi({"entreprise": "{autre}", "developpeur": "{membre}"}, _DE_LA_SEANCE),
        Envoi({"entreprise": "{proposition}", "ecarter": "1", "motif": "Trop loin"}, _DE_LA_SEANCE),
    ],
    "suivi:seance-agir": [
        Envoi(
            {
                "visite": "{rendue}",
                "projet": "{projet_rendu}",
                "type": "information",
                "libelle": "Rappeler",
                "responsable": "{membre}",
                "fin_prevue": "2027-03-02",
            },
            _DE_LA_SEANCE,
        )
    ],
    "suivi:seance-clore": [Envoi({"action": "{action}", "issue": "information", "texte": "C’est fait."}, _DE_LA_SEANCE)],
    "suivi:seance-voter": [Envoi({"cible": "{en_vote}", "voix": "pour"}, _DE_LA_SEANCE)],
    "suivi:seance-relever": [
        Envoi(
            {"releve": "On en reparle.", "sujet": "point-{point}", "point": "{point}", "avant": "e3b0c44298fc1c14"},
            _DE_LA_SEANCE,
        )
    ],
    "suivi:seance-exposer": [Envoi({"titre": "La médiation"}, _DE_LA_SEANCE)],
    "suivi:evaluation-accord-donner": [Envoi(objets={"evaluation": "sans_accord"})],
    "suivi:fige-envoyer": [Envoi(objets={"fige": "rapport"})],
    "visites:campagne-deposer": [Envoi({"entreprise": "{revue}", "developpeur": "{direct}", **MALGRE_TOUT})],
    "visites:affecter": [Envoi({"developpeur": "{senior}"}, _DE_LA_VISITE)],
    "visites:prendre": [Envoi(objets={"visite": "en_liste"}, profil="direct")],
    "visites:rendre": [Envoi({"motif": "Pas le temps"}, _DE_LA_VISITE)],
    "visites:rendez-vous": [Envoi({"quand": "2027-03-02T10:00"}, _DE_LA_VISITE)],
    "visites:realiser": [Envoi(objets=_DE_LA_VISITE)],
    "visites:refuser": [Envoi({"motif": "temps"}, _DE_LA_VISITE)],
    "visites:injoignable": [Envoi(objets=_DE_LA_VISITE)],
    "visites:annuler": [Envoi({"precision": "Fermée"}, _DE_LA_VISITE)],
    "visites:courrier-preparer": [Envoi(objets=_DE_LA_VISITE)],
    "visites:relancer": [Envoi(objets={"visite": "annoncee"})],
    "visites:agenda-revoquer": [Envoi()],
    "visites:entreprises-lot": [
        Envoi({"nom": "Bois"}, requete="geste=etiqueter&entreprise={entreprise}"),
        Envoi({"etiquette": "{etiquette}"}, requete="geste=retirer&entreprise={entreprise}"),
        Envoi({"jusqu_au": "2027-03-02", "motif": "Déménage"}, requete="geste=proteger&entreprise={entreprise}"),
        Envoi({"campagne": "{campagne}"}, requete="geste=programmer&entreprise={entreprise}"),
    ],
    "visites:vue-enregistrer": [Envoi({"vue-nom": "Le bois"}, requete="etat=actif")],
    "visites:vue-modifier": [Envoi({"nom": "Le bois"}, {"vue": "vue_a_soi"})],
    "visites:vue-supprimer": [Envoi(objets={"vue": "vue_a_soi"})],
    "visites:courriers-preparer": [Envoi()],
    "visites:cible-generation": [Envoi(objets={"cible": "epuisee"})],
    "visites:guide-remettre": [Envoi({"version": "1"}, {"guide": "fourni"})],
    "visites:courrier-courriel": [Envoi({"courriel": "dirigeante@exemple.fr"}, {"courrier": "signee"})],
    "visites:courrier-rejeter": [Envoi({"motif": "À revoir"}, {"courrier": "a_signer"}, profil="prefecture")],
    "visites:courriers-signer": [
        Envoi({"courrier": "{a_signer}"}, profil="prefecture"),
        Envoi({"tout": "1", "toutes": "{a_signer}"}, profil="prefecture"),
    ],
    "visites:courriers-figer": [Envoi({"courrier": "{signee}"}), Envoi(requete="courrier={signee}")],
    "visites:courriers-courriel": [Envoi({"courrier": "{signee}"}), Envoi(requete="courrier={signee}")],
    "visites:courriers-courriels": [Envoi(requete="lot=12345678-1234-4234-8234-123456789abc")],
    "visites:courriers-envoyer": [Envoi({"courrier": "{signee}"})],
    "visites:courrier-retour": [Envoi({"motif": "adresse"}, {"courrier": "postee"})],
    "suivi:projet-supprimer": [Envoi(objets={"projet": "projet_rendu"})],
    "visites:courriers-soumettre": [Envoi({"courrier": "{courrier}"})],
    "entreprises:concurrence-ajouter": [Envoi({"concurrente": "{autre}", "motif": "Même donneur d’ordre"})],
    "entreprises:import-colonnes": [Envoi({"colonne_0": "siret", "colonne_1": "raison_sociale"}, {"import": "lu"})],
    "entreprises:import-annuler": [Envoi(objets={"import": "ecrit"})],
    "entreprises:import-abandonner": [Envoi(objets={"import": "lu"})],
    "entreprises:import-ecrire": [Envoi(objets={"import": "lu"})],
    "entreprises:cible-ecarter-ensemble": [Envoi({"ligne": "{comptee}", "motif": "Trop loin"}, {"cible": "decidee"})],
    "entreprises:cible-voter": [Envoi({"voix": "pour"}, {"cible": "en_vote"})],
    "entreprises:cible-vote-clore": [Envoi(objets={"cible": "en_vote"})],
    "entreprises:cible-reprendre": [Envoi(objets={"ligne": "ecartee"})],
}

# Ce qu'il faut à un formulaire d'une page pour être accepté, là où la première réponse venue ne suffit pas.
SAISIES = {
    "reseau:membre-creer": {"role": "animateur", "qualite": "aucun", "courriel": "neuve@exemple.fr"},
    "reseau:formations-binome": {"junior": "{prefecture}", "ancien": "{direct}"},
    "suivi:compte-rendu-terminer": {"vu": "{contact}"},
    "suivi:droit-effacer": {"confirmation": "EFFACER"},
    "suivi:conservation": {"confirmation": "PURGER"},
    "suivi:projet-besoin": {"titre": "Trouver un repreneur proche"},
    "suivi:action-ajouter": {"type": "contact", "organisme": ""},
    "suivi:action-modifier": {"type": "contact", "organisme": "", "sujet": "", "fin_prevue": "2027-03-02"},
    "suivi:reunion-repondre": {"reponse": "represente", "remplacant": "Une collègue"},
    "suivi:reunion-deplacer": {"sens": "haut"},
    "suivi:droits": {"nom": "Fictive"},
    "suivi:evaluation-entretien": {"temoignage": "On m’a écoutée."},
    "visites:proposer": {"derogation": "Elle nous rappelle"},
    "visites:programmer": {"entreprise": "{revue}", "developpeur": "{direct}", **MALGRE_TOUT},
    "visites:propositions": {"entreprise": "{revue}", "developpeur-{revue}": "{direct}", **MALGRE_TOUT},
    "visites:courriers-envoyer": {"courrier": "{signee}"},
    "visites:campagne-deposer": {"derogation": "Elle nous rappelle"},
    "visites:theme-changer": {"geste": "monter"},
    "visites:question-changer": {"geste": "monter"},
    "visites:courriers-soumettre": {"courrier": "{courrier}"},
    "visites:demande-accepter": {"entreprise": "", "siret": "{siret}"},
    "entreprises:ajouter": {"siret": "{siret}"},
    "entreprises:deport-ajouter": {"membre": "{senior}", "le": "2026-03-02"},
}

# Les envois que l'on n'atteint pas, et pourquoi.
SANS_ENVOI = {
    "visites:entreprises-lot-annuler": "sans champ : défait ce que la session de l'envoi d'avant a retenu",
    "visites:plan-defaire": "sans champ : défait ce que la session de l'envoi d'avant a retenu",
    "visites:propositions-annuler": "sans champ : défait ce que la session de l'envoi d'avant a retenu",
}
