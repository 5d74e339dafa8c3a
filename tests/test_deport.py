"""Déport : un membre ne retrouve l'entreprise nulle part, ni sous son nom, ni dans un compteur qui la trahirait.

Une entreprise-canari, à chaque donnée de laquelle est accolé un mot qui ne se rencontre nulle part ailleurs, est au centre
de tout ce que le réseau sait faire. Chaque page, export, PDF et classeur du réseau est lu par un membre qui s'en déporte :
le mot n'y est jamais. Le même membre, sans déport, le lit. Puis ce qui en dérive : figés, résumés, courriels.
"""

from dataclasses import dataclass
from itertools import product

import pytest
from django.db import transaction
from django.urls import reverse

from entreprises.models import Changement, Concurrence, Document
from reseau.enums import Role
from reseau.lib import pdf
from reseau.models import Reunion
from suivi.enums import Mouvement
from suivi.models import Action, BesoinCommun, MouvementDAction, TableauFige
from tests.adresses import routes
from tests.conftest import connecter
from tests.factories import (
    JOUR,
    AcceptationFactory,
    AccesFactory,
    ActionFactory,
    ChefDuPanelFactory,
    CibleFactory,
    CompteRenduFactory,
    ContactFactory,
    CourrierFactory,
    DemandeDeVisiteFactory,
    DeportFactory,
    EntrepriseFactory,
    EvaluationFactory,
    ImportFactory,
    LettreDeSuitesFactory,
    LigneDeCibleFactory,
    MembreFactory,
    NoteFactory,
    ProjetFactory,
    PropositionFactory,
    ReponseFactory,
    ReunionFactory,
    SollicitationFactory,
    TableauFigeFactory,
    VisiteFactory,
    siret_fictif,
)
from tests.fiabilite import derives
from tests.fiabilite.verification import verification
from tests.lectures import MOT, dit, lire, pages
from tests.terrain import ROLES_DU_MOTEUR, Terrain
from visites import courriers, papier_des_lettres
from visites.models import Courrier, Visite

pytestmark = pytest.mark.django_db

SIRET = siret_fictif(77_777)
TRACES = [MOT.lower(), SIRET, SIRET[:9], f"{SIRET[:3]} {SIRET[3:6]} {SIRET[6:9]}"]
# Le secrétariat lit comme l'animateur, la préfecture moins que lui : en passage de fiabilité.
LECTEURS = [profil for profil in ROLES_DU_MOTEUR if profil not in ("secretariat", "prefecture", "observateur")]
LECTEURS += [pytest.param(profil, marks=pytest.mark.entiere) for profil in ("secretariat", "prefecture")]
# Ce que chacun en lit quand rien ne l'en écarte : sans cela, l'essai ne prouverait rien.
LUES = {
    "animateur": {
        "entreprises:import",
        "entreprises:import-rejets",
        "entreprises:import écrit",
        "entreprises:import-rejets écrit",
        "visites:liste",
        "visites:demandes",
        "suivi:actions-toutes",
        "suivi:besoin",
        "suivi:seance",
        "visites:courriers",
        "suivi:reunion",
        "entreprises:cible",
    },
    "secretariat": {"visites:liste", "suivi:actions-toutes", "suivi:reunion", "visites:courriers"},
    "direct": {"visites:liste", "suivi:reunion", "suivi:accueil"},
    "associe": {"visites:liste", "suivi:actions"},
    # La réunion lui est un relevé de décisions, sans les restitutions : le canari n’y paraît pas.
    "prefecture": {"visites:liste", "visites:courriers"},
}
TEMOINS = {profil: {(nom, "") for nom in noms} for profil, noms in LUES.items()}
GENRES = {
    *("entreprise", "contact", "visite", "rendez_vous", "courrier", "projet", "action"),
    *("ligne", "sollicitation", "document", "demande", "fige", "evaluation", "chef"),
}


class Canari:
    """L'entreprise-canari, confiée à `membre` s'il visite, au milieu des objets du terrain ; `objets` : ses clés."""

    def __init__(self, terrain, profil):
        self.terrain, self.membre = terrain, terrain.membres[profil]
        self.visiteur, self.accompagnant = terrain.membres["direct"], terrain.membres["associe"]
        self.reunion = Reunion.objects.get(pk=terrain.a_eux["reunion"])
        self.entreprise = self._societe()
        self.objets = {"entreprise": self.entreprise.pk, **self._sollicitee(), **self._visitee()}
        self.objets["ligne"] = self._ciblee()
        self._proposee()
        self._importe(self.visiteur)
        self._concurrente()
        ReunionFactory(reseau=terrain.reseau)

    def deporter(self):
        return DeportFactory(entreprise=self.entreprise, membre=self.membre, motif=MOT)

    def _societe(self):
        return EntrepriseFactory(
            reseau=self.terrain.reseau,
            siret=SIRET,
            raison_sociale=f"{MOT} Forges",
            enseigne=MOT,
            adresse=f"7 allée {MOT}",
            filiere=MOT,
            ne_plus_solliciter_motif=MOT,
            recherche=f"{MOT} forges vesoul {SIRET}".lower(),
        )

    def _visitee(self):
        """Une visite à chaque étape, ce qu'on y a entendu, et ce qui en naît."""
        confiee = {"reseau": self.terrain.reseau, "entreprise": self.entreprise}
        confiee |= {"developpeur": self.visiteur, "accompagnant": self.accompagnant}
        visite = VisiteFactory(**confiee, realisee=True, derogation=MOT)
        restituee = VisiteFactory(**confiee, restituee=True, restituee_en=self.reunion)
        annoncee = VisiteFactory(**confiee, programmee=True, choisie_en=self.reunion, malgre_contact=MOT)
        for faite in (visite, restituee):
            rendu = CompteRenduFactory(visite=faite, termine=True, phrase=f"{MOT} embauche", entendu=MOT)
            ReponseFactory(compte_rendu=rendu, question__genre="texte", valeur=MOT)
        projet = ProjetFactory(visite=restituee, titre=f"Projet {MOT}", interlocuteur_confirme_en=self.reunion)
        action = self._action(projet, acceptee=True, libelle=f"Action {MOT}", responsable=self.accompagnant)
        self._action(projet, en_cours=True, libelle=f"Échue {MOT}", responsable=self.visiteur, fin_prevue=JOUR)
        besoin = BesoinCommun.objects.get(pk=self.terrain.a_eux["besoin"])
        besoin.reperes.create(projet=projet, par=self.visiteur, le=JOUR)
        return {
            "visite": restituee.pk,
            "rendez_vous": annoncee.pk,
            "courrier": self._lettre(annoncee).pk,
            "projet": projet.pk,
            "action": action.pk,
            "document": self._document(self.visiteur, action),
            **self._evaluee(restituee),
        }

    def _action(self, projet, **champs):
        """Proposée en séance, et dont on a parlé."""
        action = ActionFactory(projet=projet, **champs)
        propose = {"mouvement": Mouvement.PROPOSITION, "responsable": self.accompagnant, "reunion": self.reunion}
        MouvementDAction.objects.create(action=action, membre=self.visiteur, texte=MOT, **propose)
        action.messages.create(membre=self.visiteur, texte=MOT)
        return action

    def _sollicitee(self):
        """Ses contacts, un appel au journal, et la visite qu'elle demande."""
        a_elle = {"entreprise": self.entreprise}
        demande = DemandeDeVisiteFactory(**a_elle, reseau=self.terrain.reseau, raison_sociale=f"{MOT} Forges")
        return {
            "contact": ContactFactory(**a_elle, nom=f"{MOT} Dirigeant").pk,
            "sollicitation": SollicitationFactory(**a_elle, precision=MOT, institution=self.visiteur.institution).pk,
            "demande": demande.pk,
        }

    def _proposee(self):
        """Pour une prochaine réunion, avec une note ; et ouverte à qui accompagne."""
        proposition = PropositionFactory(entreprise=self.entreprise, proposee_par=self.visiteur)
        NoteFactory(proposition=proposition, membre=self.accompagnant, texte=MOT)
        AccesFactory(entreprise=self.entreprise, membre=self.accompagnant)

    def _lettre(self, visite):
        """Signée et figée, si la préfecture du terrain le peut : l'imprimé nomme l'entreprise."""
        lettre = CourrierFactory(visite=visite, a_signer=True)
        signees = Courrier.objects.filter(pk=lettre.pk)
        courriers.signer(signees, par=self.terrain.membres["prefecture"], le=JOUR)
        papier_des_lettres.figer(signees)
        return lettre

    def _ciblee(self):
        """Retenue dans une cible décidée, celle dont les pages se lisent ; écartée d'une autre."""
        decidee = {"reseau": self.terrain.reseau, "decidee": True}
        LigneDeCibleFactory(cible=CibleFactory(**decidee, nom="Autre"), entreprise=self.entreprise, motif_d_ecart=MOT)
        ligne = LigneDeCibleFactory(cible=CibleFactory(**decidee), entreprise=self.entreprise)
        self.terrain.a_eux["cible"] = ligne.cible_id
        return ligne.pk

    def _evaluee(self, visite):
        """Le retour du chef d'entreprise, sa place au panel, et un tableau figé qui nomme l'entreprise."""
        dit = {"commentaire": MOT, "temoignage": MOT, "signature": f"{MOT} Dirigeant"}
        fige = TableauFigeFactory(reseau=self.terrain.reseau, titre=MOT)
        fige.entreprises.add(self.entreprise)
        chef = ChefDuPanelFactory(contact=ContactFactory(entreprise=self.entreprise, nom=MOT, dirigeant=False), note=MOT)
        return {"fige": fige.pk, "evaluation": EvaluationFactory(visite=visite, publiable=True, **dit).pk, "chef": chef.pk}

    def _document(self, membre, action):
        """Une pièce jointe de l'action."""
        piece = {"nom": f"{MOT}.pdf", "contenu": MOT.encode(), "taille": 9}
        document = Document.objects.create(entreprise=self.entreprise, membre=membre, **piece)
        action.pieces.create(document=document)
        return document.pk

    def _importe(self, membre):
        extrait = [
            {
                "raison_sociale": f"{MOT} Forges",
                "siret": SIRET,
                "ville": "",
                "naf": "",
                "effectif": None,
                "dirigeant": "",
                "sort": "créée",
            }
        ]
        remarque = {"ligne": 2, "raison": f"Courriel illisible : « {MOT} »."}
        bilan = {
            "lus": 1,
            "extrait": extrait,
            "avertis": [remarque],
            "colonnes": [{"entete": "Nom", "champ": "raison_sociale", "exemples": [MOT]}],
        }
        depose = {"reseau": self.terrain.reseau, "membre": membre, "bilan": bilan, "rejets": [remarque]}
        self.terrain.a_eux["import"] = ImportFactory(**depose, contenu=f"SIRET;Nom\r\n{SIRET[:-1]};{MOT}\r\n".encode()).pk
        ecrit = ImportFactory(**depose, ecrit=True, contenu=f"Raison du rejet;Nom\r\n;{MOT}\r\n".encode())
        Changement.objects.create(depot=ecrit, entreprise=self.entreprise, genre="fermeture", avant=MOT)
        self.terrain.a_eux["import écrit"] = ecrit.pk

    def _concurrente(self):
        paire = sorted([self.terrain.a_eux["entreprise"], self.entreprise.pk])
        Concurrence.objects.create(reseau=self.terrain.reseau, entreprise_id=paire[0], concurrente_id=paire[1], motif=MOT)


@pytest.fixture
def canari(request, db):
    return Canari(Terrain(), request.param)


@dataclass(frozen=True)
class Lecture:
    """Ce qu'une adresse a montré : statut, traces du canari, nombre de lignes annoncé (None si la page n'en annonce pas)."""

    statut: int
    traces: list[str]
    nombre: int | None


@pytest.fixture(scope="module", params=LECTEURS)
def lectures(request, django_db_setup, django_db_blocker):
    """(sans déport, avec) : deux dictionnaires {(route, demande): Lecture} de ce que lit un profil ; la base n'en garde rien.

    Avec déport, tout est lu, une fois ; sans, seulement ce à quoi il faut comparer. D'un papier, ce qu'on allait imprimer.
    """
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(pdf, "imprimer", lambda html, **mots: html.encode())
        canari = Canari(Terrain(), request.param)
        client, adresses = connecter(canari.membre), list(pages(canari.terrain))
        deport = canari.deporter()
        avec = {(nom, demande(adresse)): relever(client, adresse) for nom, adresse in adresses}
        deport.delete()
        comparees = {cle for cle, lue in avec.items() if lue.nombre is not None or cle in TEMOINS[request.param]}
        a_relire = [(nom, adresse) for nom, adresse in adresses if (nom, demande(adresse)) in comparees]
        sans = {(nom, demande(adresse)): relever(client, adresse) for nom, adresse in a_relire}
        transaction.set_rollback(True)
    return request.param, sans, avec


def demande(adresse):
    return adresse.partition("?")[2]


def relever(client, adresse):
    response, texte = lire(client, adresse)
    contexte = response.context or {}
    liste = "nombre" in contexte and "q" in getattr(contexte.get("filter"), "filters", {})
    return Lecture(response.status_code, traces(texte, adresse), contexte["nombre"] if liste else None)


def traces(texte, demande=""):
    """Les traces du canari dans ce texte, hors l'écho de ce que le lecteur vient lui-même de taper."""
    presentes = [trace for trace in TRACES if trace in texte]
    echo = {trace for trace in TRACES if trace in demande.lower()}
    return [trace for trace in presentes if not echo or _hors_echo(texte, trace)]


def _hors_echo(texte, trace):
    """Le mot cherché revient dans le champ de recherche et les liens de tri : seul, jamais suivi du nom entier."""
    return f"{trace} forges" in texte or f"{trace}.pdf" in texte or f"projet {trace}" in texte or f"action {trace}" in texte


def reseau_seul(monkeypatch):
    """« Ce que voit ce membre » ne regarde plus que le réseau : ni rôle, ni déport."""
    for modele in (Visite, Action, TableauFige):
        lignes = type(modele.objects.all())
        monkeypatch.setattr(lignes, "visibles_par", lambda lignes, membre: lignes.filter(reseau=membre.reseau))


def deport_ignore(monkeypatch):
    """Les pages se lisent comme si le déport n'avait pas été déclaré : `lectures` les a aussi relevées ainsi."""


@verification("A5", "le canari d’un déport, dans chaque page, export et papier", casser=deport_ignore, rapide=["sqlite"])
def test_canari_n_est_nulle_part_pour_qui_s_en_deporte(bilan, lectures):
    _, sans, avec = lectures
    for (nom, demande), lue in (sans if bilan.casse else avec).items():
        bilan.noter(lue.statut < 500 and not lue.traces, f"{nom} {demande} ({lue.statut})")


@verification("A5", "sans déport, le même lecteur trouve bien le canari", rapide=["sqlite"])
def test_canari_se_lit_par_le_meme_profil_sans_deport(bilan, lectures):
    profil, sans, _ = lectures
    for nom in LUES[profil]:
        bilan.noter(sans[nom, ""].traces, f"{nom} n’en montre rien")


@verification("A5", "chaque compteur de liste, entière ou filtrée, ignore ce que le lecteur ne voit pas", rapide=["sqlite"])
def test_compteurs_filtres_sont_ceux_d_un_reseau_sans_le_canari(bilan, lectures):
    _, sans, avec = lectures
    for cle, lue in avec.items():
        if lue.nombre is not None:
            bilan.noter(lue.nombre <= sans[cle].nombre, f"{cle} : {lue.nombre} au lieu de {sans[cle].nombre}")
            bilan.noter(not (f"q={MOT}" in cle[1] and lue.nombre), f"{cle} : {lue.nombre} lignes le nomment")


@verification("A5", "le canari d’un déport, dans chaque figé, chaque résumé, chaque courriel", casser=reseau_seul)
def test_derives_et_courriels_taisent_le_canari(bilan, papiers_en_clair):
    """Tous se déportent, animateur compris, sauf un adjoint : la réunion se tient, se diffuse, se fige, et le réseau écrit."""
    canari, deportes = Canari(Terrain(), "animateur"), []
    reseau, adjoint = canari.terrain.reseau, MembreFactory(reseau=canari.terrain.reseau, role=Role.ANIMATEUR)
    AcceptationFactory(charte=canari.terrain.charte, membre=adjoint)
    LettreDeSuitesFactory(visite_id=canari.objets["visite"], texte=MOT, objet=MOT)
    CompteRenduFactory(visite=_realisee(canari), termine=True, phrase=MOT)
    for profil, membre in canari.terrain.membres.items():
        if profil != "observateur":
            deportes.append(DeportFactory(entreprise=canari.entreprise, membre=membre).membre)
    derives.tenir(canari.reunion)
    derives.figer(canari.reunion, par=adjoint)
    _chercher_dans_les_figes(bilan, canari, deportes)
    lus = [(set(courriel.recipients()), dit(courriel)) for courriel in derives.ecrire(reseau, par=adjoint)]
    siennes = {membre.utilisateur.email for membre in deportes}
    for destinataires, texte in lus:
        bilan.noter(not (siennes & destinataires and traces(texte)), f"à {destinataires} : {texte[:90]}")
    bilan.noter(any(adjoint.utilisateur.email in qui and traces(texte) for qui, texte in lus), "l’adjoint n’en lit rien")


def _realisee(canari):
    """Une visite qui reste à restituer : le résumé d'avant réunion l'annonce."""
    return VisiteFactory(reseau=canari.terrain.reseau, entreprise=canari.entreprise, realisee=True, developpeur=canari.visiteur)


def _chercher_dans_les_figes(bilan, canari, deportes):
    """Chaque tableau figé et chaque version du compte rendu, demandés un à un par chaque déporté."""
    slug, figes = canari.terrain.reseau.slug, TableauFige.objects.filter(reseau=canari.terrain.reseau)
    a_lire = [("suivi:fige", fige.pk) for fige in figes] + [("suivi:fige-pdf", fige.pk) for fige in figes]
    a_lire += [(f"suivi:reunion{suite}", canari.reunion.pk) for suite in ("", "-pdf", "-docx", "-diffusion-pdf")]
    for membre, (nom, cle) in product(deportes, a_lire):
        response, texte = lire(connecter(membre), reverse(nom, args=[slug, cle]))
        bilan.noter(response.status_code < 500 and not traces(texte), f"{membre.role}, {nom} {cle} ({response.status_code})")


@pytest.mark.parametrize("canari", LECTEURS, indirect=True)
def test_pages_du_canari_sont_introuvables(canari):
    canari.deporter()
    client, ouvertes = connecter(canari.membre), []
    for route in routes():
        genres = [route.objet(argument) for argument in route.arguments]
        if not genres or genres[0] not in GENRES:
            continue
        adresse = route.adresse(canari.terrain.reseau.slug, canari.terrain.a_eux | canari.objets)
        for methode in route.vue.methodes:
            with transaction.atomic():
                response = client.generic(methode, adresse)
                transaction.set_rollback(True)
            if response.status_code not in (403, 404):
                ouvertes.append(f"{methode} {route.nom} : {response.status_code}")
    assert not ouvertes, "\n".join(ouvertes)


@pytest.mark.parametrize("canari", LECTEURS, indirect=True)
def test_lot_de_lettres_s_imprime_sans_celle_du_canari(canari):
    """Un imprimé figé qui nomme l'entreprise est refusé au déporté, seul ou dans un lot."""
    lettre = Courrier.objects.get(pk=canari.objets["courrier"])
    numeros = f"annee={lettre.annee}&du={lettre.numero}&au={lettre.numero}"
    canari.deporter()
    client = connecter(canari.membre)
    racine = f"/{canari.terrain.reseau.slug}/courriers"
    for adresse in (f"{racine}/{lettre.pk}/pdf/", f"{racine}/lettres.pdf?{numeros}", f"{racine}/impression/?{numeros}"):
        assert traces(lire(client, adresse)[1]) == [], adresse


@pytest.mark.parametrize("canari", ["animateur"], indirect=True)
def test_totaux_du_reseau_sont_les_memes_pour_tous(canari):
    """Sans filtre, un tableau de bord compte tout le réseau : le déport n'y change rien (conception, section 4)."""
    client, racine = connecter(canari.membre), f"/{canari.terrain.reseau.slug}/tableaux/2.7/"
    avant = lire(client, racine)[0].context["tableau"].en_json()
    canari.deporter()
    apres = lire(client, racine)[0].context["tableau"].en_json()
    assert apres["sections"] == avant["sections"]
