"""Les entreprises, leurs contacts, et ce qui s’y rattache."""

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
from reseau.enums import Civilite
from tests.factories.reseau import INSTANT, JOUR, InstitutionFactory, MembreFactory, ReseauFactory


def siret_fictif(rang):
    """SIRET de préfixe manifestement inventé, clé de Luhn juste."""
    siren = f"000{rang:05d}"
    siren += luhn.calc_check_digit(siren)
    return siren + "0001" + luhn.calc_check_digit(siren + "0001")


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
