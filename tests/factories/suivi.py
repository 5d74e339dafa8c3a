"""Les projets, les actions, les suites, les évaluations, ce qui se fige."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

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
from tests.factories.entreprises import ContactFactory, EntrepriseFactory
from tests.factories.reseau import INSTANT, JOUR, MembreFactory, ReseauFactory, ReunionFactory
from tests.factories.visites import VisiteFactory


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
