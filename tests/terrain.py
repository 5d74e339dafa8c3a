"""Un réseau complet, un objet de chaque genre, confié à qui l'on veut."""

from datetime import timedelta

from django.conf import settings
from django.utils.timezone import now

from reseau.enums import Qualite, Role
from reseau.models import Signataire
from tests.factories import (
    AbsenceFactory,
    AcceptationFactory,
    AccesFactory,
    ActionFactory,
    BesoinCommunFactory,
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
    FicheCompetenceFactory,
    FormationFactory,
    FusionFactory,
    ImportFactory,
    InstitutionFactory,
    LigneDeCibleFactory,
    MembreFactory,
    ModeleDeCourrierFactory,
    PliFactory,
    ProjetFactory,
    QuestionFactory,
    ReseauFactory,
    ReunionFactory,
    SignataireFactory,
    SollicitationFactory,
    TableauFigeFactory,
    VisiteFactory,
    VueEnregistreeFactory,
)

PROFILS = {
    "animateur": (Role.ANIMATEUR, Qualite.AUCUN),
    "secretariat": (Role.SECRETARIAT, Qualite.AUCUN),
    "direct": (Role.DEVELOPPEUR, Qualite.DIRECT),
    "associe": (Role.DEVELOPPEUR, Qualite.ASSOCIE),
    "prefecture": (Role.PREFECTURE, Qualite.AUCUN),
    "observateur": (Role.OBSERVATEUR, Qualite.AUCUN),
}


# Les droits sont du Python, le même sur les deux moteurs : SQLite joue tous les rôles, PostgreSQL ceux qui lisent autrement.
ROLES_DU_MOTEUR = [
    profil
    for profil in PROFILS
    if "sqlite" in settings.DATABASES["default"]["ENGINE"] or profil in ("animateur", "direct", "associe")
]


class Terrain:
    """`membres` par profil ; `a_eux` et `aux_autres` : un objet de chaque genre, confié au direct (et à l'associé), ou non."""

    def __init__(self):
        self.reseau = ReseauFactory()
        SignataireFactory(reseau=self.reseau)
        institution = InstitutionFactory(reseau=self.reseau)
        self.membres = {
            nom: MembreFactory(reseau=self.reseau, institution=institution, role=role, qualite=qualite)
            for nom, (role, qualite) in PROFILS.items()
        }
        ConventionSigneeFactory(institution=institution, membre=self.membres["animateur"])
        self.charte = CharteFactory(reseau=self.reseau, adoptee=True)
        for membre in self.membres.values():
            AcceptationFactory(charte=self.charte, membre=membre)
        tiers = MembreFactory(reseau=self.reseau, institution=institution)
        associe = self.membres["associe"]
        self.a_eux = self._objets(self.membres["direct"], associe, associe)
        self.aux_autres = self._objets(tiers, None, tiers)

    def _objets(self, developpeur, accompagnant, responsable):
        entreprise = EntrepriseFactory(reseau=self.reseau)
        if accompagnant:
            AccesFactory(entreprise=entreprise, membre=accompagnant)
        return {
            **self._du_reseau(developpeur),
            **self._de_l_entreprise(entreprise, developpeur),
            **self._des_visites(entreprise, developpeur, accompagnant, responsable),
        }

    def _du_reseau(self, developpeur):
        """Ce qui ne tient à aucune entreprise."""
        du_reseau, question = {"reseau": self.reseau}, QuestionFactory(theme__guide__reseau=self.reseau)
        return {
            "membre": developpeur.pk,
            "absence": AbsenceFactory(membre=developpeur).pk,
            "charte": self.charte.pk,
            "institution": developpeur.institution_id,
            "signataire": Signataire.objects.get(reseau=self.reseau).pk,
            "etiquette": EtiquetteFactory(**du_reseau).pk,
            "vue": VueEnregistreeFactory(membre=developpeur).pk,
            "import": self._import(developpeur).pk,
            "cible": CibleFactory(**du_reseau).pk,
            "ligne": LigneDeCibleFactory(cible=CibleFactory(**du_reseau, decidee=True)).pk,
            "modele": ModeleDeCourrierFactory(**du_reseau).pk,
            "demande": DemandeDeVisiteFactory(**du_reseau).pk,
            "pli": PliFactory(**du_reseau, abandonne=True).pk,
            "reunion": ReunionFactory(**du_reseau).pk,
            "droit": DemandeDeDroitFactory(**du_reseau, ouverte_par=developpeur).pk,
            "fige": TableauFigeFactory(**du_reseau).pk,
            "guide": question.theme.guide_id,
            "theme": question.theme_id,
            "question": question.pk,
            "competence": FicheCompetenceFactory(membre=developpeur).pk,
            "formation": FormationFactory(**du_reseau).pk,
            "dispositif": DispositifFactory(**du_reseau).pk,
            "code": "2.5",
        }

    def _de_l_entreprise(self, entreprise, developpeur):
        """Ce que porte sa fiche, hors des visites."""
        autre = EntrepriseFactory(reseau=self.reseau)
        return {
            "entreprise": entreprise.pk,
            "contact": ContactFactory(entreprise=entreprise).pk,
            "document": DocumentFactory(entreprise=entreprise, membre=developpeur).pk,
            "doublon": DoublonFactory(entreprise=entreprise, signale_par=developpeur).pk,
            "fusion": FusionFactory(reseau=self.reseau, gardee=entreprise, par=developpeur).pk,
            "deport": DeportFactory(entreprise=autre, membre=developpeur).pk,
            "concurrence": ConcurrenceFactory(entreprise=entreprise).pk,
            "sollicitation": self._sollicitation(entreprise, developpeur).pk,
            "chef": ChefDuPanelFactory(contact__entreprise=entreprise).pk,
        }

    def _des_visites(self, entreprise, developpeur, accompagnant, responsable):
        """Une visite à chaque étape, et ce qui en naît."""
        campagne = CampagneFactory(reseau=self.reseau)
        confiee = {"reseau": self.reseau, "developpeur": developpeur, "accompagnant": accompagnant, "campagne": campagne}
        visite = VisiteFactory(entreprise=entreprise, realisee=True, **confiee)
        CompteRenduFactory(visite=visite)
        rendue = VisiteFactory(realisee=True, **confiee)
        CompteRenduFactory(visite=rendue, termine=True)
        projet = ProjetFactory(visite=visite)
        return {
            "campagne": campagne.pk,
            "visite": visite.pk,
            "rendue": rendue.pk,
            "rendez_vous": VisiteFactory(rendez_vous=True, rendez_vous_le=now() + timedelta(days=9), **confiee).pk,
            "courrier": CourrierFactory(visite=VisiteFactory(programmee=True, **confiee)).pk,
            "projet": projet.pk,
            "action": ActionFactory(projet=projet, responsable=responsable, acceptee=True).pk,
            "besoin": self._besoin(projet, developpeur).pk,
            "evaluation": EvaluationFactory(visite=rendue, publiable=True).pk,
        }

    def _import(self, auteur):
        """Du développeur : les contacts de son institution ; des autres : des entreprises, que l'animation seule importe."""
        du_sien = auteur == self.membres["direct"]
        return ImportFactory(reseau=self.reseau, membre=auteur, contacts=du_sien)

    def _besoin(self, projet, membre):
        besoin = BesoinCommunFactory(reseau=self.reseau, ouvert_par=membre)
        besoin.reperes.create(projet=projet, par=membre, le=besoin.ouvert_le)
        return besoin

    def _sollicitation(self, entreprise, auteur):
        """Du développeur et de son institution ; celle des autres n'est pas de la maison."""
        aux_siens = auteur == self.membres["direct"]
        maison = {"institution": auteur.institution} if aux_siens else {}
        return SollicitationFactory(entreprise=entreprise, membre=auteur, **maison)
