"""Toute page et tout export d'un réseau : autant de requêtes avec 1, 3 et 20 lignes de chaque genre (200 en fiabilité)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.utils.timezone import now

from reseau import vigilance
from reseau.enums import Qualite, Role
from tests.adresses import routes
from tests.conftest import connecter
from tests.factories import (
    AbsenceFactory,
    AcceptationFactory,
    ActionFactory,
    BesoinCommunFactory,
    BinomeFactory,
    CampagneFactory,
    CharteFactory,
    ChefDuPanelFactory,
    CibleFactory,
    CompteRenduFactory,
    ConcurrenceFactory,
    ContactFactory,
    ConventionSigneeFactory,
    CourrierFactory,
    DemandeDeDroitFactory,
    DemandeDeVisiteFactory,
    DeportFactory,
    DispositifFactory,
    DocumentFactory,
    DoublonFactory,
    EntrepriseFactory,
    EtiquetteFactory,
    EvaluationFactory,
    ExposeFactory,
    FicheCompetenceFactory,
    FormationFactory,
    FusionFactory,
    GuideFactory,
    ImportFactory,
    InstitutionFactory,
    InvitationFactory,
    LigneDeCibleFactory,
    MembreFactory,
    ModeleDeCourrierFactory,
    NoteFactory,
    PliFactory,
    PointFactory,
    PresenceFactory,
    ProjetFactory,
    QuestionFactory,
    ReponseFactory,
    ReseauFactory,
    ReunionFactory,
    SignataireFactory,
    SollicitationFactory,
    TableauFigeFactory,
    VisiteFactory,
    VueEnregistreeFactory,
)
from tests.fiabilite.verification import verification

RENDEZ_VOUS_DANS = timedelta(days=9)
PAR_LIGNE = {"visites:courriers-pdf"}  # un PDF de 200 pages se compose : ses requêtes ont leur propre essai

AU_PLUS = 25  # requêtes par page
TROP_LU = 429
# Celles qui en demandent plus, combien, et pourquoi.
PLUS = {
    "suivi:droit": (67, "lit chaque table où un texte peut citer la personne"),
    "suivi:droit-effacer": (67, "de même"),
    "suivi:droit-exporter": (68, "de même"),
    "suivi:tableaux": (26, "cinq tableaux, chacun ses chiffres"),
    "visites:campagne": (38, "le plan de chacun, et tout ce qui dit à qui confier chaque entreprise"),
    "visites:plan": (38, "de même"),
    "visites:programmer": (38, "de même"),
}


def peupler(nombre):
    """Un réseau où chaque genre compte `nombre` lignes, sous une campagne, une cible et une réunion communes.

    Rend qui le lit, et {genre: clé} de quoi composer chaque adresse.
    """
    reseau = ReseauFactory()
    signataire = SignataireFactory(reseau=reseau)
    du_reseau, institution = {"reseau": reseau}, InstitutionFactory(reseau=reseau)
    lecteur = MembreFactory(**du_reseau, institution=institution, role=Role.ANIMATEUR, qualite=Qualite.AUCUN)
    charte = CharteFactory(**du_reseau, adoptee=True)
    AcceptationFactory(charte=charte, membre=lecteur)
    communs = {
        "membre": MembreFactory(**du_reseau, institution=institution),
        "charte": charte,
        "signataire": signataire,
        "guide": GuideFactory(**du_reseau, en_service=True),
        "campagne": CampagneFactory(**du_reseau),
        "cible": CibleFactory(**du_reseau, decidee=True),
        "reunion": ReunionFactory(**du_reseau),
        "besoin": BesoinCommunFactory(**du_reseau),
    }
    for _ in range(nombre):
        lignes = _une_ligne_du_reseau(lecteur, communs)
        lignes |= _une_entreprise(lecteur, communs, lignes)
    _autour_d_une_action(lignes, communs["membre"], nombre)
    droit = DemandeDeDroitFactory(**du_reseau, nom="Introuvable", ouverte_par=lecteur)
    objets = {**communs, **lignes, "droit": droit}
    return lecteur, {genre: objet.pk for genre, objet in objets.items()} | {"code": "2.5"}


def _une_ligne_du_reseau(lecteur, communs):
    """Une ligne de plus de chaque genre qui ne tient à aucune entreprise."""
    du_reseau, visiteur, reunion = {"reseau": lecteur.reseau}, communs["membre"], communs["reunion"]
    membre = MembreFactory(**du_reseau, institution=lecteur.institution)
    PresenceFactory(reunion=reunion, membre=membre)
    ExposeFactory(reunion=ReunionFactory(**du_reseau, tenue=True))
    PointFactory(reunion=reunion, demande_par=visiteur)
    NoteFactory(proposition__entreprise=EntrepriseFactory(**du_reseau), proposition__proposee_par=visiteur)
    BinomeFactory(junior=membre, ancien=visiteur)
    GuideFactory(**du_reseau)
    BesoinCommunFactory(**du_reseau)
    institution, dispositif = InstitutionFactory(**du_reseau), DispositifFactory(**du_reseau)
    ConventionSigneeFactory(institution=institution, membre=lecteur)
    competence, question = FicheCompetenceFactory(membre=membre), QuestionFactory(theme__guide=communs["guide"])
    competence.dispositifs.add(dispositif)
    return {
        "institution": institution,
        "absence": AbsenceFactory(membre=membre, debut_le=now().date(), fin_le=now().date()),
        "etiquette": EtiquetteFactory(**du_reseau),
        "vue": VueEnregistreeFactory(membre=lecteur),
        "import": ImportFactory(**du_reseau, membre=lecteur),
        "ligne": LigneDeCibleFactory(cible=communs["cible"]),
        "modele": ModeleDeCourrierFactory(**du_reseau),
        "pli": PliFactory(**du_reseau, membre=visiteur, par=visiteur, abandonne=True),
        "fige": TableauFigeFactory(**du_reseau, reunion=reunion),
        "theme": question.theme,
        "question": question,
        "competence": competence,
        "formation": FormationFactory(**du_reseau),
        "dispositif": dispositif,
    }


def _une_entreprise(lecteur, communs, lignes):
    """Une entreprise de plus, tout ce que porte sa fiche, et une visite à chaque étape ; `lignes` : les autres genres."""
    du_reseau, visiteur = {"reseau": lecteur.reseau}, communs["membre"]
    entreprise = EntrepriseFactory(**du_reseau)
    entreprise.etiquettes.add(lignes["etiquette"])
    confiee = {**du_reseau, "developpeur": visiteur, "campagne": communs["campagne"]}
    visite = VisiteFactory(**confiee, entreprise=entreprise, realisee=True)
    rendu = CompteRenduFactory(visite=visite, termine=True)
    ReponseFactory(compte_rendu=rendu, question=lignes["question"])
    action = ActionFactory(projet=ProjetFactory(visite=visite), acceptee=True)
    communs["besoin"].reperes.create(projet=action.projet, par=lecteur, le=communs["besoin"].ouvert_le)
    rendez_vous = VisiteFactory(**confiee, rendez_vous=True, rendez_vous_le=now() + RENDEZ_VOUS_DANS)
    InvitationFactory(visite=rendez_vous)
    return {
        "entreprise": entreprise,
        "contact": ContactFactory(entreprise=entreprise),
        "document": DocumentFactory(entreprise=entreprise, membre=visiteur),
        "doublon": DoublonFactory(entreprise=entreprise, signale_par=visiteur),
        "fusion": FusionFactory(**du_reseau, gardee=entreprise, par=visiteur),
        "deport": DeportFactory(entreprise=entreprise, membre=lignes["absence"].membre),
        "demande": DemandeDeVisiteFactory(**du_reseau, entreprise=entreprise),
        "concurrence": ConcurrenceFactory(entreprise=entreprise),
        "sollicitation": SollicitationFactory(entreprise=entreprise, membre=visiteur, institution=lecteur.institution),
        "chef": ChefDuPanelFactory(contact__entreprise=entreprise),
        "visite": visite,
        "rendue": visite,
        "rendez_vous": rendez_vous,
        "courrier": CourrierFactory(visite=VisiteFactory(**confiee, programmee=True)),
        "projet": action.projet,
        "action": action,
        "evaluation": EvaluationFactory(visite=visite, publiable=True),
    }


def _autour_d_une_action(lignes, visiteur, nombre):
    """Ce que l'on en dit, ce que l'on y joint et ce qui en naît ailleurs."""
    action = lignes["action"]
    ailleurs = ProjetFactory(visite=VisiteFactory(reseau=visiteur.reseau, developpeur=visiteur, realisee=True))
    for _ in range(nombre):
        action.messages.create(membre=visiteur, texte="Vu hier")
        action.pieces.create(document=DocumentFactory(entreprise=lignes["entreprise"], membre=visiteur))
        ActionFactory(projet=ailleurs, nee_de=action)


def lecteur_de(nombre, requetes):
    """Rend de quoi compter, dans un réseau de `nombre` lignes, les requêtes d'une route à sa seconde lecture.

    La première peut s'inscrire au journal. Un PDF se compose une fois.
    """
    lecteur, objets = peupler(nombre)
    client = connecter(lecteur)

    def compter(route):
        adresse = route.adresse(lecteur.reseau.slug, objets)
        if "pdf" not in route.nom:
            assert client.get(adresse).status_code != TROP_LU
        return requetes(lambda: client.get(adresse))

    return compter


@pytest.fixture
def sans_plafond(monkeypatch):
    """Lire tout, deux fois, en une minute : la lecture en masse s'arrêterait là, et ces pages ne seraient pas comptées."""
    seuils = [replace(seuil, alerte=10_000, plafond=10_000) for seuil in vigilance.SEUILS]
    monkeypatch.setattr(vigilance, "SEUILS", seuils)


def jointures_oubliees(monkeypatch):
    """Plus personne ne joint : chaque ligne va chercher les siennes."""
    monkeypatch.setattr(QuerySet, "select_related", lambda lignes, *noms: lignes.all())


@verification("F2", "requêtes de chaque page, à 1, 3 et 200 lignes", casser=jointures_oubliees, rapide=["sqlite"])
@pytest.mark.django_db
def test_pages_ont_le_meme_nombre_de_requetes_quel_que_soit_le_nombre_de_lignes(bilan, requetes, sans_papier, sans_plafond):
    """Vingt-cinq au plus, hors `PLUS`, dont chacune en demande juste ce qui y est dit."""
    lecteurs = [lecteur_de(nombre, requetes) for nombre in (1, 3, bilan.taille(bref=20, entier=200))]
    for route in (route for route in routes() if "GET" in route.vue.methodes and route.nom not in PAR_LIGNE):
        nombres = [compter(route) for compter in lecteurs]
        admis = {PLUS[route.nom][0]} if route.nom in PLUS else range(AU_PLUS + 1)
        bilan.noter(len({*nombres}) == 1 and nombres[0] in admis, f"{route.nom} : {nombres}")
