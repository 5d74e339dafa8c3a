"""Les campagnes, les visites, les lettres, les comptes rendus et leurs guides."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from tests.factories.entreprises import EntrepriseFactory
from tests.factories.reseau import INSTANT, JOUR, MembreFactory, ReseauFactory
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
