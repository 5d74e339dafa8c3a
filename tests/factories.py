"""Une fabrique par modèle, des traits pour les états. Personnes et sociétés inventées."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import factory
from factory.django import DjangoModelFactory
from stdnum import luhn

from entreprises.enums import Canal, EtatCible, EtatImport, GenreImport, ObjetDeContact, OrigineAcces, Tranche
from entreprises.models import (
    Acces,
    Cible,
    Concurrence,
    Contact,
    Deport,
    Document,
    Entreprise,
    Etiquette,
    Import,
    LigneDeCible,
    Sollicitation,
    VueEnregistree,
)
from reseau.enums import Cercle, Civilite, Domaine, EtatPli, EtatPresence, EtatReunion, GenrePli, Pole, Qualite, Role
from reseau.models import (
    Absence,
    Acceptation,
    Binome,
    Charte,
    ConventionSignee,
    Convocation,
    Dispositif,
    Expose,
    FicheCompetence,
    Formation,
    Institution,
    Membre,
    Pli,
    Presence,
    Presentation,
    Reseau,
    Reunion,
    Signataire,
    Utilisateur,
)
from suivi.enums import DroitExerce, EtatAction, GenreDePoint, Issue, Lecteurs, Nature, TypeAction, VoieDEvaluation
from suivi.models import (
    Action,
    BesoinCommun,
    ChefDuPanel,
    DemandeDeDroit,
    Doublon,
    Evaluation,
    FichierFige,
    Fusion,
    LettreDeSuites,
    Note,
    Point,
    Projet,
    Proposition,
    TableauFige,
)
from visites.enums import EtatCourrier, EtatDemande, EtatVisite, GenreDeQuestion, MethodeInvitation, MotifRefus, RoleInvite
from visites.models import (
    Campagne,
    CompteRendu,
    Courrier,
    DemandeDeVisite,
    FluxAgenda,
    Guide,
    Invitation,
    ModeleDeCourrier,
    Question,
    Reponse,
    Theme,
    Visite,
)

JOUR = date(2026, 3, 2)
INSTANT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def siret_fictif(rang):
    """SIRET de préfixe manifestement inventé, clé de Luhn juste."""
    siren = f"000{rang:05d}"
    siren += luhn.calc_check_digit(siren)
    return siren + "0001" + luhn.calc_check_digit(siren + "0001")


class ReseauFactory(DjangoModelFactory):
    class Meta:
        model = Reseau

    slug = factory.Sequence(lambda n: f"reseau-{n}")
    nom = factory.Sequence(lambda n: f"Réseau d’essai {n}")
    territoire = "Haute-Saône"
    de_territoire = "de la Haute-Saône"
    departement = "70"
    prefecture = "Préfet de la Haute-Saône"
    lieu = "Vesoul"


class SignataireFactory(DjangoModelFactory):
    class Meta:
        model = Signataire

    reseau = factory.SubFactory(ReseauFactory)
    civilite = Civilite.MADAME
    nom = "Aurore Lavigne"
    titre = "La préfète"
    debut_le = date(2020, 1, 1)


class UtilisateurFactory(DjangoModelFactory):
    class Meta:
        model = Utilisateur
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"membre{n}@exemple.fr")
    password = factory.django.Password("une phrase de passe")


class InstitutionFactory(DjangoModelFactory):
    class Meta:
        model = Institution

    reseau = factory.SubFactory(ReseauFactory)
    sigle = factory.Sequence(lambda n: f"INST{n}")
    nom = factory.LazyAttribute(lambda o: f"Institution {o.sigle}")
    pole = Pole.ECONOMIQUE
    cercle = Cercle.MEMBRE


class ConventionSigneeFactory(DjangoModelFactory):
    class Meta:
        model = ConventionSignee

    institution = factory.SubFactory(InstitutionFactory)
    nom = "convention.pdf"
    contenu = b"%PDF-1.4 fictif"
    taille = 15
    membre = factory.SubFactory("tests.factories.MembreFactory", institution=factory.SelfAttribute("..institution"))


class MembreFactory(DjangoModelFactory):
    class Meta:
        model = Membre

    utilisateur = factory.SubFactory(UtilisateurFactory)
    reseau = factory.SubFactory(ReseauFactory)
    institution = factory.SubFactory(InstitutionFactory, reseau=factory.SelfAttribute("..reseau"))
    civilite = Civilite.MADAME
    prenom = "Camille"
    nom = factory.Sequence(lambda n: f"Membre{n}")
    role = Role.DEVELOPPEUR
    qualite = Qualite.DIRECT
    entre_le = date(2020, 1, 1)


class CharteFactory(DjangoModelFactory):
    """Un brouillon ; adoptée, elle ferme les comptes rendus à qui ne l'a pas acceptée (`AcceptationFactory`)."""

    class Meta:
        model = Charte

    class Params:
        adoptee = factory.Trait(adoptee_le=JOUR)

    reseau = factory.SubFactory(ReseauFactory)
    numero = factory.Sequence(lambda n: n + 1)
    texte = "1. Le secret\n\n" + "Ce qui est dit ne sort pas du réseau. " * 10


class AcceptationFactory(DjangoModelFactory):
    """Acceptée à l'instant."""

    class Meta:
        model = Acceptation

    charte = factory.SubFactory(CharteFactory, adoptee=True)
    membre = factory.SubFactory(MembreFactory, reseau=factory.SelfAttribute("..charte.reseau"))


class AbsenceFactory(DjangoModelFactory):
    class Meta:
        model = Absence

    membre = factory.SubFactory(MembreFactory)
    debut_le = date(2026, 3, 9)
    fin_le = date(2026, 3, 13)


class PliFactory(DjangoModelFactory):
    """Un courriel qui attend de partir."""

    class Meta:
        model = Pli

    class Params:
        abandonne = factory.Trait(etat=EtatPli.ABANDONNE, echec="Le serveur de courriel a refusé cette adresse.")
        incertain = factory.Trait(etat=EtatPli.INCERTAIN, echec="On ne sait pas s’il est parti.")
        parti = factory.Trait(etat=EtatPli.PARTI, parti_le=INSTANT, efface_le=INSTANT, destinataire="", objet="", corps="")

    reseau = factory.SubFactory(ReseauFactory)
    genre = GenrePli.RESUME
    destinataire = factory.Sequence(lambda n: f"lecteur{n}@exemple.fr")
    objet = "Trois choses vous attendent"
    corps = "Bonjour."
    page = factory.LazyAttribute(lambda o: f"/{o.reseau.slug}/")


class PresentationFactory(DjangoModelFactory):
    """La page publique d'un réseau, ouverte."""

    class Meta:
        model = Presentation

    reseau = factory.SubFactory(ReseauFactory)
    ouverte = True


class ReunionFactory(DjangoModelFactory):
    class Meta:
        model = Reunion

    class Params:
        tenue = factory.Trait(etat=EtatReunion.TENUE, close_le=INSTANT)
        annulee = factory.Trait(etat=EtatReunion.ANNULEE, annulee_le=INSTANT)

    reseau = factory.SubFactory(ReseauFactory)
    le = JOUR
    heure = "14:00"
    lieu = "Salle de la préfecture"


class PresenceFactory(DjangoModelFactory):
    class Meta:
        model = Presence

    reunion = factory.SubFactory(ReunionFactory)
    membre = factory.SubFactory(MembreFactory, reseau=factory.SelfAttribute("..reunion.reseau"))
    etat = EtatPresence.PRESENT


class ConvocationFactory(DjangoModelFactory):
    """Une convocation partie."""

    class Meta:
        model = Convocation

    reunion = factory.SubFactory(ReunionFactory)
    membre = factory.SubFactory(MembreFactory, reseau=factory.SelfAttribute("..reunion.reseau"))
    sequence = 0
    le = factory.SelfAttribute("reunion.le")
    heure = factory.SelfAttribute("reunion.heure")
    lieu = factory.SelfAttribute("reunion.lieu")
    demandee_le = INSTANT


class FormationFactory(DjangoModelFactory):
    class Meta:
        model = Formation

    reseau = factory.SubFactory(ReseauFactory)
    titre = "Parler à un chef d’entreprise"
    le = JOUR


class BinomeFactory(DjangoModelFactory):
    class Meta:
        model = Binome

    junior = factory.SubFactory(MembreFactory)
    ancien = factory.SubFactory(MembreFactory, reseau=factory.SelfAttribute("..junior.reseau"))
    debut_le = JOUR


class ExposeFactory(DjangoModelFactory):
    class Meta:
        model = Expose

    reunion = factory.SubFactory(ReunionFactory)
    titre = "La médiation du crédit"


class EntrepriseFactory(DjangoModelFactory):
    class Meta:
        model = Entreprise

    reseau = factory.SubFactory(ReseauFactory)
    siret = factory.Sequence(siret_fictif)
    raison_sociale = factory.Sequence(lambda n: f"Scierie fictive {n}")
    naf_id = "16.10A"
    tranche_effectif = Tranche.DE_20_A_49
    adresse = "12 rue des Essais"
    code_postal = "70000"
    commune_id = "70550"
    ville = "Vesoul"
    recherche = factory.LazyAttribute(lambda o: f"{o.raison_sociale} vesoul {o.siret}".lower())


class EtiquetteFactory(DjangoModelFactory):
    class Meta:
        model = Etiquette

    reseau = factory.SubFactory(ReseauFactory)
    nom = factory.Sequence(lambda n: f"Étiquette {n}")


class VueEnregistreeFactory(DjangoModelFactory):
    class Meta:
        model = VueEnregistree

    membre = factory.SubFactory(MembreFactory)
    nom = factory.Sequence(lambda n: f"Vue {n}")
    parametres = "etat=actif"
    partagee = True


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    entreprise = factory.SubFactory(EntrepriseFactory)
    civilite = Civilite.MONSIEUR
    prenom = "Achille"
    nom = "Fictif"
    dirigeant = True


class DeportFactory(DjangoModelFactory):
    class Meta:
        model = Deport

    entreprise = factory.SubFactory(EntrepriseFactory)
    membre = factory.SubFactory(MembreFactory, reseau=factory.SelfAttribute("..entreprise.reseau"))
    motif = "Lien de famille"
    le = JOUR


class AccesFactory(DjangoModelFactory):
    class Meta:
        model = Acces

    entreprise = factory.SubFactory(EntrepriseFactory)
    membre = factory.SubFactory(MembreFactory, reseau=factory.SelfAttribute("..entreprise.reseau"))
    origine = OrigineAcces.VISITE


class CibleFactory(DjangoModelFactory):
    class Meta:
        model = Cible

    class Params:
        decidee = factory.Trait(etat=EtatCible.DECIDEE, decidee_le=JOUR)

    reseau = factory.SubFactory(ReseauFactory)
    nom = "Industrie du bassin"


class LigneDeCibleFactory(DjangoModelFactory):
    class Meta:
        model = LigneDeCible

    cible = factory.SubFactory(CibleFactory)
    entreprise = factory.SubFactory(EntrepriseFactory, reseau=factory.SelfAttribute("..cible.reseau"))


class ImportFactory(DjangoModelFactory):
    class Meta:
        model = Import

    class Params:
        ecrit = factory.Trait(etat=EtatImport.ECRIT, ecrit_le=INSTANT)
        contacts = factory.Trait(
            genre=GenreImport.SOLLICITATIONS,
            institution=factory.SelfAttribute("membre.institution"),
            canal=Canal.VISITE,
            objet=ObjetDeContact.AUTRE,
        )

    reseau = factory.SubFactory(ReseauFactory)
    membre = factory.SubFactory(MembreFactory, reseau=factory.SelfAttribute("..reseau"))
    nom = "entreprises.csv"
    contenu = b"siret;raison sociale\n"


class ConcurrenceFactory(DjangoModelFactory):
    """`entreprise` est créée avant `concurrente` : le lien va toujours de la plus ancienne fiche à la plus récente."""

    class Meta:
        model = Concurrence

    reseau = factory.SelfAttribute("entreprise.reseau")
    entreprise = factory.SubFactory(EntrepriseFactory)
    concurrente = factory.SubFactory(EntrepriseFactory, reseau=factory.SelfAttribute("..entreprise.reseau"))


class SollicitationFactory(DjangoModelFactory):
    class Meta:
        model = Sollicitation

    reseau = factory.SelfAttribute("entreprise.reseau")
    entreprise = factory.SubFactory(EntrepriseFactory)
    institution = factory.SubFactory(InstitutionFactory, reseau=factory.SelfAttribute("..entreprise.reseau"))
    le = JOUR
    canal = Canal.TELEPHONE
    objet = ObjetDeContact.FORMATION


class DocumentFactory(DjangoModelFactory):
    class Meta:
        model = Document

    entreprise = factory.SubFactory(EntrepriseFactory)
    membre = factory.SubFactory(MembreFactory, reseau=factory.SelfAttribute("..entreprise.reseau"))
    nom = "plan de l’atelier.pdf"
    contenu = b"%PDF-1.4 fictif"
    taille = 15


class CampagneFactory(DjangoModelFactory):
    class Meta:
        model = Campagne

    reseau = factory.SubFactory(ReseauFactory)
    nom = factory.Sequence(lambda n: f"Campagne {n}")
    debut_le = date(2026, 1, 1)
    fin_le = date(2026, 12, 31)


class VisiteFactory(DjangoModelFactory):
    class Meta:
        model = Visite

    class Params:
        confiee = factory.Trait(
            developpeur=factory.SubFactory(MembreFactory, reseau=factory.SelfAttribute("..reseau")), programmee_le=JOUR
        )
        programmee = factory.Trait(etat=EtatVisite.PROGRAMMEE, confiee=True)
        annoncee = factory.Trait(etat=EtatVisite.ANNONCEE, confiee=True, annoncee_le=JOUR)
        rendez_vous = factory.Trait(etat=EtatVisite.RENDEZ_VOUS_PRIS, confiee=True, rendez_vous_le=INSTANT)
        realisee = factory.Trait(etat=EtatVisite.REALISEE, confiee=True, realisee_le=JOUR)
        restituee = factory.Trait(etat=EtatVisite.RESTITUEE, confiee=True, realisee_le=JOUR, restituee_le=JOUR)
        refusee = factory.Trait(etat=EtatVisite.REFUSEE, refusee_le=JOUR, motif_refus=MotifRefus.TEMPS)
        annulee = factory.Trait(etat=EtatVisite.ANNULEE, annulee_le=JOUR)
        injoignable = factory.Trait(etat=EtatVisite.INJOIGNABLE, injoignable_le=JOUR)

    reseau = factory.SubFactory(ReseauFactory)
    entreprise = factory.SubFactory(EntrepriseFactory, reseau=factory.SelfAttribute("..reseau"))
    creee_le = JOUR


class DemandeDeVisiteFactory(DjangoModelFactory):
    """Confirmée, à traiter."""

    class Meta:
        model = DemandeDeVisite

    class Params:
        a_confirmer = factory.Trait(etat=EtatDemande.A_CONFIRMER, confirmee_le=None)
        declinee = factory.Trait(etat=EtatDemande.DECLINEE, motif="Hors du département.", traitee_le=JOUR)

    reseau = factory.SubFactory(ReseauFactory)
    etat = EtatDemande.A_TRAITER
    raison_sociale = factory.Sequence(lambda n: f"Menuiserie fictive {n}")
    nom = "Ombeline Essai"
    telephone = "06 39 98 00 00"
    courriel = factory.Sequence(lambda n: f"ombeline{n}@exemple.fr")
    deposee_le = INSTANT
    confirmee_le = INSTANT


class CourrierFactory(DjangoModelFactory):
    class Meta:
        model = Courrier

    class Params:
        a_signer = factory.Trait(etat=EtatCourrier.A_SIGNER, soumis_le=JOUR)

    visite = factory.SubFactory(VisiteFactory, programmee=True)
    reseau = factory.SelfAttribute("visite.reseau")
    prepare_le = JOUR


class ModeleDeCourrierFactory(DjangoModelFactory):
    class Meta:
        model = ModeleDeCourrier

    reseau = factory.SubFactory(ReseauFactory)
    nom = factory.Sequence(lambda n: f"Modèle {n}")
    objet = "Une rencontre chez {entreprise}"
    corps = "{developpeur} vous appellera.\n\nÀ bientôt."
    politesse = "Veuillez croire, {appel}, à ma considération."


class InvitationFactory(DjangoModelFactory):
    """Partie à l'entreprise, pour le rendez-vous tel qu'il est."""

    class Meta:
        model = Invitation

    visite = factory.SubFactory(VisiteFactory, rendez_vous=True)
    methode = MethodeInvitation.DEMANDE
    sequence = factory.LazyAttribute(lambda o: o.visite.version - 1)
    role = RoleInvite.ENTREPRISE
    nom = "M. Achille Fictif"
    courriel = "achille@scierie.test"
    debut_le = factory.SelfAttribute("visite.rendez_vous_le")
    fin_le = factory.SelfAttribute("visite.rendez_vous_fin")
    lieu = factory.SelfAttribute("visite.lieu_du_rendez_vous")
    visiteurs = factory.LazyAttribute(lambda o: str(o.visite.developpeur))
    demandee_par = factory.SelfAttribute("visite.developpeur")
    envoyee_le = INSTANT


class FluxAgendaFactory(DjangoModelFactory):
    class Meta:
        model = FluxAgenda

    membre = factory.SubFactory(MembreFactory)


class CompteRenduFactory(DjangoModelFactory):
    class Meta:
        model = CompteRendu

    class Params:
        termine = factory.Trait(termine_le=INSTANT, valide_le=INSTANT)

    visite = factory.SubFactory(VisiteFactory, realisee=True)
    auteur = factory.SelfAttribute("visite.developpeur")
    saisi_par = factory.SelfAttribute("auteur")
    phrase = "L’atelier arrive à saturation et le dirigeant hésite à agrandir."


class LettreDeSuitesFactory(DjangoModelFactory):
    class Meta:
        model = LettreDeSuites

    class Params:
        donnee = factory.Trait(
            voie="courriel",
            donnee_le=factory.LazyAttribute(lambda suites: suites.visite.realisee_le + timedelta(days=7)),
            donnee_par=factory.SelfAttribute("visite.developpeur"),
        )

    visite = factory.SubFactory(VisiteFactory, realisee=True)
    objet = "Les suites de notre rencontre"
    texte = "Madame,\nMerci de votre accueil."
    courriel = "dirigeante@exemple.fr"


class GuideFactory(DjangoModelFactory):
    class Meta:
        model = Guide

    reseau = factory.SubFactory(ReseauFactory)
    nom = factory.Sequence(lambda n: f"Guide {n}")


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = Theme

    guide = factory.SubFactory(GuideFactory)
    titre = "L’activité"
    rang = factory.Sequence(lambda n: n)


class QuestionFactory(DjangoModelFactory):
    class Meta:
        model = Question

    theme = factory.SubFactory(ThemeFactory)
    libelle = factory.Sequence(lambda n: f"Vendez-vous hors de France, question {n}")
    genre = GenreDeQuestion.OUI_NON
    rang = factory.Sequence(lambda n: n)


class ReponseFactory(DjangoModelFactory):
    class Meta:
        model = Reponse

    compte_rendu = factory.SubFactory(CompteRenduFactory)
    question = factory.SubFactory(QuestionFactory, theme__guide__reseau=factory.SelfAttribute("....compte_rendu.visite.reseau"))
    valeur = "oui"


class DispositifFactory(DjangoModelFactory):
    class Meta:
        model = Dispositif

    reseau = factory.SubFactory(ReseauFactory)
    nom = factory.Sequence(lambda n: f"Diagnostic d’atelier {n}")
    organisme = "CCI"
    domaine = Domaine.PRODUCTION


class ProjetFactory(DjangoModelFactory):
    class Meta:
        model = Projet

    visite = factory.SubFactory(VisiteFactory, realisee=True)
    reseau = factory.SelfAttribute("visite.reseau")
    interlocuteur = factory.SelfAttribute("visite.developpeur")
    titre = "Agrandir l’atelier"
    nature = Nature.PRODUCTION
    cree_le = JOUR


class ActionFactory(DjangoModelFactory):
    class Meta:
        model = Action

    class Params:
        acceptee = factory.Trait(etat=EtatAction.ACCEPTEE, acceptee_le=JOUR)
        en_cours = factory.Trait(etat=EtatAction.EN_COURS, acceptee_le=JOUR)
        close = factory.Trait(etat=EtatAction.CLOSE, fin_reelle=JOUR, issue=Issue.INFORMATION)
        endormie = factory.Trait(etat=EtatAction.ENDORMIE, reveil_le=date(2030, 1, 1))

    projet = factory.SubFactory(ProjetFactory)
    reseau = factory.SelfAttribute("projet.reseau")
    numero = factory.Sequence(lambda n: n + 1)
    type = TypeAction.INFORMATION
    libelle = "Renseigner sur les aides à l’immobilier d’entreprise"
    responsable = factory.SelfAttribute("projet.interlocuteur")
    proposee_le = JOUR


class BesoinCommunFactory(DjangoModelFactory):
    class Meta:
        model = BesoinCommun

    reseau = factory.SubFactory(ReseauFactory)
    titre = factory.Sequence(lambda n: f"Trouver un repreneur {n}")
    nature = Nature.IDENTITE
    ouvert_par = factory.SubFactory(MembreFactory, reseau=factory.SelfAttribute("..reseau"))
    ouvert_le = JOUR


class FicheCompetenceFactory(DjangoModelFactory):
    class Meta:
        model = FicheCompetence

    membre = factory.SubFactory(MembreFactory)
    domaine = Domaine.FINANCE
    apport = "Lire un bilan avec le chef d’entreprise"
    confirmee_le = factory.LazyFunction(date.today)


class DoublonFactory(DjangoModelFactory):
    class Meta:
        model = Doublon

    entreprise = factory.SubFactory(EntrepriseFactory)
    autre = factory.SubFactory(EntrepriseFactory, reseau=factory.SelfAttribute("..entreprise.reseau"))
    signale_par = factory.SubFactory(MembreFactory, reseau=factory.SelfAttribute("..entreprise.reseau"))


class FusionFactory(DjangoModelFactory):
    """Une fusion qui n'a rien déplacé ; pour une vraie, `suivi.operations.fusionner`."""

    class Meta:
        model = Fusion

    reseau = factory.SubFactory(ReseauFactory)
    gardee = factory.SubFactory(EntrepriseFactory, reseau=factory.SelfAttribute("..reseau"))
    absorbee = factory.SubFactory(
        EntrepriseFactory, reseau=factory.SelfAttribute("..reseau"), fusionnee_dans=factory.SelfAttribute("..gardee")
    )
    par = factory.SubFactory(MembreFactory, reseau=factory.SelfAttribute("..reseau"))
    deplaces = factory.LazyFunction(lambda: {"ecritures": [], "presents": {}})


class PointFactory(DjangoModelFactory):
    """Un point demandé par un membre."""

    class Meta:
        model = Point

    reunion = factory.SubFactory(ReunionFactory)
    genre = GenreDePoint.LIBRE
    titre = "Le salon de printemps"
    demande_par = factory.SubFactory(MembreFactory, reseau=factory.SelfAttribute("..reunion.reseau"))


class PropositionFactory(DjangoModelFactory):
    class Meta:
        model = Proposition

    entreprise = factory.SubFactory(EntrepriseFactory)
    proposee_par = factory.SubFactory(MembreFactory, reseau=factory.SelfAttribute("..entreprise.reseau"))
    proposee_le = JOUR


class NoteFactory(DjangoModelFactory):
    class Meta:
        model = Note

    proposition = factory.SubFactory(PropositionFactory)
    membre = factory.SelfAttribute("proposition.proposee_par")
    texte = "Elle cherche un terrain."


class EvaluationFactory(DjangoModelFactory):
    """Répondue, notes et témoignage compris ; l'accord de publication n'est pas donné."""

    class Meta:
        model = Evaluation

    class Params:
        ouverte = factory.Trait(repondue_le=None, expire_le=datetime(2099, 1, 1, tzinfo=UTC), empreinte="e" * 64)
        publiable = factory.Trait(accord_le=JOUR)

    visite = factory.SubFactory(VisiteFactory, realisee=True)
    voie = VoieDEvaluation.LIEN
    courriel = "dirigeante@exemple.fr"
    proposee_le = INSTANT
    proposee_par = factory.SelfAttribute("visite.developpeur")
    repondue_le = INSTANT
    utilite = 4
    temoignage = "On m’a écoutée."
    signature = "Mme Fictive, scierie fictive"


class ChefDuPanelFactory(DjangoModelFactory):
    class Meta:
        model = ChefDuPanel

    contact = factory.SubFactory(ContactFactory, dirigeant=False)
    reseau = factory.SelfAttribute("contact.entreprise.reseau")
    entre_le = JOUR


class DemandeDeDroitFactory(DjangoModelFactory):
    """Une personne demande ce que le réseau garde d'elle."""

    class Meta:
        model = DemandeDeDroit

    reseau = factory.SubFactory(ReseauFactory)
    ouverte_par = factory.SubFactory(MembreFactory, reseau=factory.SelfAttribute("..reseau"))
    droit = DroitExerce.ACCES
    nom = factory.Sequence(lambda n: f"Cherchée{n}")
    recue_le = JOUR


class TableauFigeFactory(DjangoModelFactory):
    """Des totaux, avec un fichier par format, aux octets qui ne valent que pour les essais."""

    class Meta:
        model = TableauFige
        skip_postgeneration_save = True

    reseau = factory.SubFactory(ReseauFactory)
    lot = factory.LazyFunction(uuid4)
    code = "2.7"
    titre = "Tableau de bord des projets et des actions"
    periode = "Visites réalisées depuis l’origine"
    lecteurs = Lecteurs.TOTAUX
    contenu = factory.LazyFunction(list)
    fige_le = INSTANT

    @factory.post_generation
    def fichiers(self, create, extracted, **kwargs):
        for genre in ("pdf", "xlsx", "ods"):
            octets = f"{genre} figé".encode()
            FichierFige.objects.create(tableau=self, genre=genre, octets=octets, empreinte=sha256(octets).hexdigest())
