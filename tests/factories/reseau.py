"""Les réseaux, leurs membres, leurs réunions, leurs courriels."""

from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

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

JOUR = date(2026, 3, 2)


INSTANT = datetime(2026, 3, 2, 9, tzinfo=UTC)


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
    membre = factory.SubFactory("tests.factories.reseau.MembreFactory", institution=factory.SelfAttribute("..institution"))


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


class DispositifFactory(DjangoModelFactory):
    class Meta:
        model = Dispositif

    reseau = factory.SubFactory(ReseauFactory)
    nom = factory.Sequence(lambda n: f"Diagnostic d’atelier {n}")
    organisme = "CCI"
    domaine = Domaine.PRODUCTION


class FicheCompetenceFactory(DjangoModelFactory):
    class Meta:
        model = FicheCompetence

    membre = factory.SubFactory(MembreFactory)
    domaine = Domaine.FINANCE
    apport = "Lire un bilan avec le chef d’entreprise"
    confirmee_le = factory.LazyFunction(date.today)
