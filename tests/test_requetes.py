"""Toute page et tout export d'un réseau : autant de requêtes avec 1, 3 et 20 lignes de chaque genre (200 en fiabilité)."""

from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.utils.timezone import now

from reseau.enums import Qualite, Role
from reseau.models import Signataire
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

PAR_LIGNE = {"visites:courriers-pdf"}  # un PDF de 200 pages se compose : ses requêtes ont leur propre essai

# Le dossier d'une personne lit chaque table où un texte peut la citer : autant de requêtes que de tables, pas de lignes.
TOUT_LU = {"suivi:droit", "suivi:droit-exporter", "suivi:droit-effacer"}


def peupler(nombre):
    """Un réseau où chaque genre compte `nombre` lignes, sous une campagne, une cible et une réunion communes."""
    reseau = ReseauFactory()
    SignataireFactory(reseau=reseau)
    du_reseau, institution = {"reseau": reseau}, InstitutionFactory(reseau=reseau)
    lecteur = MembreFactory(**du_reseau, institution=institution, role=Role.ANIMATEUR, qualite=Qualite.AUCUN)
    visiteur = MembreFactory(**du_reseau, institution=institution)
    charte = CharteFactory(**du_reseau, adoptee=True)
    AcceptationFactory(charte=charte, membre=lecteur)
    guide = GuideFactory(**du_reseau, en_service=True)
    campagne, cible, reunion = CampagneFactory(**du_reseau), CibleFactory(**du_reseau, decidee=True), ReunionFactory(**du_reseau)
    besoin = None
    for _ in range(nombre):
        entreprise = EntrepriseFactory(**du_reseau)
        etiquette, vue = EtiquetteFactory(**du_reseau), VueEnregistreeFactory(membre=lecteur)
        entreprise.etiquettes.add(etiquette)
        visite = VisiteFactory(**du_reseau, entreprise=entreprise, developpeur=visiteur, campagne=campagne, realisee=True)
        rendu, dispositif = CompteRenduFactory(visite=visite, termine=True), DispositifFactory(**du_reseau)
        question = QuestionFactory(theme__guide=guide)
        ReponseFactory(compte_rendu=rendu, question=question)
        GuideFactory(**du_reseau)
        action = ActionFactory(projet=ProjetFactory(visite=visite), acceptee=True)
        document = DocumentFactory(entreprise=entreprise, membre=visiteur)
        doublon = DoublonFactory(entreprise=entreprise, signale_par=visiteur)
        fusion = FusionFactory(reseau=reseau, gardee=entreprise, par=visiteur)
        annoncee = VisiteFactory(**du_reseau, developpeur=visiteur, campagne=campagne, programmee=True)
        courrier = CourrierFactory(visite=annoncee)
        quand = {"rendez_vous": True, "rendez_vous_le": now() + timedelta(days=9)}
        rendez_vous = VisiteFactory(**du_reseau, developpeur=visiteur, campagne=campagne, **quand)
        InvitationFactory(visite=rendez_vous)
        demande = DemandeDeVisiteFactory(**du_reseau, entreprise=entreprise)
        ligne = LigneDeCibleFactory(cible=cible)
        concurrence = ConcurrenceFactory(entreprise=entreprise)
        sollicitation = SollicitationFactory(entreprise=entreprise, membre=visiteur, institution=institution)
        fige, evaluation = TableauFigeFactory(**du_reseau, reunion=reunion), EvaluationFactory(visite=visite, publiable=True)
        chef = ChefDuPanelFactory(contact__entreprise=entreprise)
        contact, depot = ContactFactory(entreprise=entreprise), ImportFactory(**du_reseau, membre=lecteur)
        deport = DeportFactory(entreprise=entreprise, membre=MembreFactory(**du_reseau, institution=institution))
        absence = AbsenceFactory(membre=deport.membre, debut_le=now().date(), fin_le=now().date())
        PresenceFactory(reunion=reunion, membre=deport.membre)
        pli = PliFactory(**du_reseau, membre=visiteur, par=visiteur, abandonne=True)
        ExposeFactory(reunion=ReunionFactory(**du_reseau, tenue=True))
        PointFactory(reunion=reunion, demande_par=visiteur)
        NoteFactory(proposition__entreprise=EntrepriseFactory(**du_reseau), proposition__proposee_par=visiteur)
        formation = FormationFactory(**du_reseau)
        BinomeFactory(junior=deport.membre, ancien=visiteur)
        besoin = besoin if besoin else BesoinCommunFactory(**du_reseau)
        besoin.reperes.create(projet=action.projet, par=lecteur, le=besoin.ouvert_le)
        BesoinCommunFactory(**du_reseau)
        competence = FicheCompetenceFactory(membre=deport.membre)
        competence.dispositifs.add(dispositif)
        autre, modele = InstitutionFactory(**du_reseau), ModeleDeCourrierFactory(**du_reseau)
        ConventionSigneeFactory(institution=autre, membre=lecteur)
    ailleurs = ProjetFactory(visite=VisiteFactory(**du_reseau, developpeur=visiteur, realisee=True))
    for _ in range(nombre):  # autour d'une seule action
        action.messages.create(membre=visiteur, texte="Vu hier")
        action.pieces.create(document=DocumentFactory(entreprise=entreprise, membre=visiteur))
        ActionFactory(projet=ailleurs, nee_de=action)
    objets = {
        "besoin": besoin,
        "competence": competence,
        "membre": visiteur,
        "institution": autre,
        "charte": charte,
        "signataire": Signataire.objects.get(reseau=reseau),
        "entreprise": entreprise,
        "etiquette": etiquette,
        "vue": vue,
        "contact": contact,
        "absence": absence,
        "document": document,
        "doublon": doublon,
        "fusion": fusion,
        "deport": deport,
        "import": depot,
        "cible": cible,
        "ligne": ligne,
        "campagne": campagne,
        "visite": visite,
        "rendue": visite,
        "rendez_vous": rendez_vous,
        "courrier": courrier,
        "demande": demande,
        "projet": action.projet,
        "sollicitation": sollicitation,
        "concurrence": concurrence,
        "modele": modele,
        "action": action,
        "guide": guide,
        "theme": question.theme,
        "question": question,
        "formation": formation,
        "dispositif": dispositif,
        "pli": pli,
        "droit": DemandeDeDroitFactory(**du_reseau, nom="Introuvable", ouverte_par=lecteur),
        "reunion": reunion,
        "fige": fige,
        "evaluation": evaluation,
        "chef": chef,
    }
    return lecteur, {genre: objet.pk for genre, objet in objets.items()} | {"code": "2.5"}


def compter(nombre, requetes):
    """Route → nombre de requêtes à la seconde lecture : la première peut s'inscrire au journal. Un PDF se compose une fois."""
    lecteur, objets = peupler(nombre)
    client = connecter(lecteur)
    lues = [route for route in routes() if "GET" in route.vue.methodes and route.nom not in PAR_LIGNE]
    adresses = {route.nom: route.adresse(lecteur.reseau.slug, objets) for route in lues}
    for nom, adresse in adresses.items():
        if "pdf" not in nom:
            client.get(adresse)
    return {nom: requetes(lambda adresse=adresse: client.get(adresse)) for nom, adresse in adresses.items()}


def jointures_oubliees(monkeypatch):
    """Plus personne ne joint : chaque ligne va chercher les siennes."""
    monkeypatch.setattr(QuerySet, "select_related", lambda lignes, *noms: lignes.all())


@verification("F2", "requêtes de chaque page, à 1, 3 et 200 lignes", casser=jointures_oubliees, rapide=["sqlite"])
@pytest.mark.django_db
def test_pages_ont_le_meme_nombre_de_requetes_quel_que_soit_le_nombre_de_lignes(bilan, requetes):
    peu, plus, beaucoup = (compter(nombre, requetes) for nombre in (1, 3, bilan.taille(bref=20, entier=200)))
    for nom in peu:
        nombres = {peu[nom], plus[nom], beaucoup[nom]}
        borne = 120 if nom in TOUT_LU else 40
        bilan.noter(len(nombres) == 1 and max(nombres) <= borne, f"{nom} : {peu[nom]}, {plus[nom]}, {beaucoup[nom]}")
