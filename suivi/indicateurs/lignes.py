"""Les fiches que compte un chiffre d'un tableau : les mêmes critères que lui, pour ce que le lecteur a le droit de lire.

Chaque genre est un formulaire GET, rempli par l'adresse que porte le chiffre (`champ.adresse_des_lignes`). Aucun ordre ne
se choisit : les fiches se rangent par date ou par nom, jamais par un nombre.
"""

from datetime import date, timedelta

from django import forms
from django.db.models import Count, Exists, F, OuterRef, Q

from entreprises.enums import Section as SectionNaf
from entreprises.models import Arrondissement, Cible, Epci, LigneDeCible, ZoneEmploi
from reseau.enums import EtatPresence
from reseau.lib.formulaires import Formulaire
from reseau.lib.tableau import Colonne, Section, Valeur, date_longue
from reseau.models import Institution, Membre, Presence, Reunion
from suivi.enums import Nature, Sujet, TypeAction
from suivi.indicateurs.champ import Champ
from suivi.models import Action, LettreDeSuites, Projet
from suivi.suites import DELAI_JOURS
from visites.enums import MotifRefus
from visites.models import Campagne, Visite

AUCUN = "aucun"
OUI_NON = [("", ""), ("oui", "oui"), ("non", "non")]
EMPLOIS = ["emplois_investissement", "emplois_embauche", "emplois_developpement"]
TOUS_EMPLOIS = [*EMPLOIS, "embauche_cadres", "embauche_commerciaux", "embauche_temps_partage"]


def _en_mots(champ, valeur):
    if isinstance(valeur, date):
        return date_longue(valeur)
    return dict(champ.choices)[valeur] if isinstance(champ, forms.ChoiceField) and not hasattr(champ, "queryset") else str(valeur)


def choisir(label, choix):
    return forms.ChoiceField(label=label, choices=[("", ""), *choix], required=False)


def designer(label, modele):
    return forms.ModelChoiceField(modele.objects.none(), label=label, required=False)


class Lignes(Formulaire):
    """Un genre de fiches : ses critères, ses colonnes, et comment une fiche se lit en une ligne."""

    titre = ""
    colonnes: tuple[Colonne, ...] = ()
    du = forms.DateField(label="Du", required=False)
    au = forms.DateField(label="Au", required=False)

    def __init__(self, donnees, *, membre, le):
        """`membre` : le lecteur, qui borne tout ; `le` : aujourd'hui."""
        super().__init__(donnees)
        self.membre, self.le = membre, le
        du_reseau = {"reseau": membre.reseau}
        choix = {
            "zone": ZoneEmploi.objects.all(),
            "arrondissement": Arrondissement.objects.all(),
            "epci": Epci.objects.all(),
            "campagne": Campagne.objects.visibles_par(membre),
            "developpeur": Membre.objects.filter(**du_reseau),
            "membre": Membre.objects.filter(**du_reseau),
            "cible": Cible.objects.visibles_par(membre),
            **dict.fromkeys(("institution", "visiteuse", "porteuse", "organisme"), Institution.objects.filter(**du_reseau)),
        }
        for nom, champ in self.fields.items():
            if isinstance(champ, forms.ModelChoiceField):
                champ.queryset = choix[nom]

    @property
    def criteres(self):
        """[(libellé, valeur)] : ce que l'adresse demande, en mots."""
        demandes = ((self.fields[nom], valeur) for nom, valeur in self.cleaned_data.items() if valeur not in (None, ""))
        return [(champ.label, _en_mots(champ, valeur)) for champ, valeur in demandes]

    def fiches(self):
        """QuerySet des fiches, dans leur ordre ; à n'appeler que sur un formulaire valide."""
        raise NotImplementedError

    def section(self, fiches):
        return Section(self.titre, self.colonnes, [self.ligne(fiche) for fiche in fiches])

    def ligne(self, fiche):
        raise NotImplementedError

    def _selon(self, fiches, **champs):
        """Les fiches dont chaque champ vaut ce que le critère de même nom demande ; « aucun » : vide."""
        for nom, champ in champs.items():
            if valeur := self.cleaned_data.get(nom):
                fiches = fiches.filter(**{champ: "" if valeur == AUCUN else valeur})
        return fiches


class DesVisites(Lignes):
    """Base des genres qui partent des visites : la période, le lieu, le secteur, la campagne."""

    zone = designer("Zone d’emploi", ZoneEmploi)
    arrondissement = designer("Arrondissement", Arrondissement)
    epci = designer("Intercommunalité", Epci)
    secteur = choisir("Secteur (NAF rév. 2)", SectionNaf.choices)
    campagne = designer("Campagne", Campagne)
    visiteuse = designer("Institution du visiteur", Institution)

    @property
    def champ(self):
        donnees = self.cleaned_data
        bornes = {nom: donnees[nom] or None for nom in ("du", "au", "zone", "secteur", "campagne")}
        return Champ(self.membre.reseau, None, **bornes)

    def _visites(self, visites):
        """Parmi ces visites, celles du lieu et de l'institution demandés."""
        lieu = "entreprise__commune__"
        choix = {"arrondissement": f"{lieu}arrondissement", "epci": f"{lieu}epci", "visiteuse": "developpeur__institution"}
        return self._selon(visites, **choix)

    def _visibles(self, visites):
        """Celles que lit le lecteur, à joindre à des fiches qui en naissent."""
        return self._visites(visites).filter(pk__in=Visite.objects.visibles_par(self.membre).order_by().values("pk")).order_by()


class LignesDeVisites(DesVisites):
    titre = "Visites"
    colonnes = (
        Colonne("entreprise", "Entreprise"),
        Colonne("commune", "Commune"),
        Colonne("developpeur", "Développeur"),
        Colonne("etat", "État"),
        Colonne("le", "Date", "date"),
    )
    ETATS = [
        ("realisees", "Réalisées ou restituées"),
        ("refusees", "Refusées"),
        ("injoignables", "Injoignables"),
        ("sorties", "Réalisées ou refusées"),
        ("programmees", "Programmées en fin de période"),
    ]
    MESURES = [
        ("rendues", "Compte rendu terminé"),
        ("donnees", "Suites données"),
        ("a_temps", f"Suites données sous {DELAI_JOURS} jours"),
        ("attendues", "Suites en attente"),
        ("lettre", "Annoncées par une lettre"),
        ("acceptee", "Avec une action acceptée"),
        ("rendue_et_acceptee", "Compte rendu terminé, avec une action acceptée"),
        ("finies", "Une action acceptée, et toutes closes"),
    ]

    etat = choisir("Visites", ETATS)
    mesure = choisir("Suivi", MESURES)
    motif = choisir("Motif du refus", MotifRefus.choices)
    developpeur = designer("Développeur", Membre)

    def fiches(self):
        champ, le = self.champ, self.cleaned_data["au"] or self.le
        visites = {
            "refusees": champ.refusees,
            "sorties": champ.sorties,
            "injoignables": champ.injoignables,
            "programmees": lambda: champ.visites().confiees_au(le),
        }.get(self.cleaned_data["etat"], champ.realisees)()
        visites = self._selon(self._visites(visites), motif="motif_refus", developpeur="developpeur")
        visites = self._mesurees(visites).filter(pk__in=Visite.objects.visibles_par(self.membre).order_by().values("pk"))
        return visites.avec_noms().order_by("-realisee_le", "-refusee_le", "-pk")

    def _mesurees(self, visites):
        rendues, suites = (
            Q(compte_rendu__termine_le__isnull=False),
            LettreDeSuites.objects.donnees().filter(visite=OuterRef("pk")),
        )
        actions = Action.objects.filter(projet__visite=OuterRef("pk"))
        acceptee = Exists(actions.filter(acceptee_le__isnull=False))
        return {
            "rendues": lambda: visites.filter(rendues),
            "donnees": lambda: visites.filter(rendues, Exists(suites)),
            "a_temps": lambda: visites.filter(rendues, suites__donnee_le__lte=F("realisee_le") + timedelta(days=DELAI_JOURS)),
            "attendues": lambda: visites.filter(rendues).exclude(Exists(suites)),
            "lettre": lambda: visites.filter(annoncee_le__isnull=False),
            "acceptee": lambda: visites.filter(acceptee),
            "rendue_et_acceptee": lambda: visites.filter(rendues, acceptee),
            "finies": lambda: visites.filter(acceptee).exclude(Exists(actions.filter(fin_reelle=None))),
            "": lambda: visites,
        }[self.cleaned_data["mesure"]]()

    def ligne(self, visite):
        return {
            "entreprise": Valeur(str(visite.entreprise), adresse=visite.get_absolute_url()),
            "commune": str(visite.entreprise.commune or ""),
            "developpeur": visite.developpeur.nom_alphabetique if visite.developpeur else "",
            "etat": visite.get_etat_display(),
            "le": visite.repere.quand,
        }


class LignesDActions(DesVisites):
    """Nées des visites du champ. `ailleurs` : confiées à une autre institution que celle du visiteur."""

    titre = "Actions"
    colonnes = (
        Colonne("numero", "N°"),
        Colonne("societe", "Société"),
        Colonne("action", "Action"),
        Colonne("projet", "Projet"),
        Colonne("responsable", "Responsable"),
        Colonne("etat", "État"),
    )

    nature = choisir("Nature du projet", Nature.choices)
    type = choisir("Type d’action", TypeAction.choices)
    sujet = choisir("Sujet", [(AUCUN, "Non précisé"), *Sujet.choices])
    organisme = designer("Organisme", Institution)
    organisme_exterieur = forms.CharField(label="Organisme", required=False, max_length=120)
    porteuse = designer("Confiées à", Institution)
    confiee = choisir("Avec un responsable", OUI_NON[1:])
    ailleurs = choisir("Confiées à une autre institution que celle du visiteur", OUI_NON[1:])
    close = choisir("Closes", OUI_NON[1:])

    def fiches(self):
        champ = self.champ
        actions = Action.objects.visibles_par(self.membre).filter(projet__visite__in=self._visibles(champ.realisees()))
        if champ.au:
            actions = actions.filter(proposee_le__lte=champ.au)
        champs = {"nature": "projet__nature", "type": "type", "sujet": "sujet", "organisme": "organisme"}
        actions = self._selon(actions, **champs, porteuse="responsable__institution")
        actions = self._de_l_organisme_exterieur(actions)
        for nom, condition in self.CONDITIONS.items():
            if reponse := self.cleaned_data[nom]:
                actions = actions.filter(condition if reponse == "oui" else ~condition)
        return actions.avec_noms().order_by("numero")

    CONDITIONS = {
        "confiee": Q(responsable__isnull=False),
        "ailleurs": Q(responsable__isnull=False) & ~Q(responsable__institution=F("projet__visite__developpeur__institution")),
        "close": Q(fin_reelle__isnull=False),
    }

    def _de_l_organisme_exterieur(self, actions):
        nom = self.cleaned_data["organisme_exterieur"]
        if not nom:
            return actions
        return actions.filter(organisme=None, organisme_exterieur="" if nom == AUCUN else nom)

    def ligne(self, action):
        return {
            "numero": Valeur(str(action.numero), adresse=action.get_absolute_url()),
            "societe": str(action.projet.visite.entreprise),
            "action": action.libelle,
            "projet": action.projet.titre,
            "responsable": action.responsable.nom_alphabetique if action.responsable else "",
            "etat": action.get_etat_display(),
        }


class LignesDeProjets(DesVisites):
    """`emplois` : ceux qui en projettent à cette ligne ; `institutions` : tant d'institutions y portent une action."""

    titre = "Projets"
    colonnes = (
        Colonne("societe", "Société"),
        Colonne("projet", "Projet"),
        Colonne("nature", "Nature"),
        Colonne("emplois", "Emplois projetés (déclaratif)", "nombre"),
        Colonne("le", "Né le", "date"),
    )

    emplois = choisir(
        "Emplois projetés", [(AUCUN, "À une ligne au moins"), *((champ, "À cette ligne") for champ in TOUS_EMPLOIS)]
    )
    institutions = forms.IntegerField(label="Institutions mobilisées", required=False, min_value=0, max_value=1_000)

    def fiches(self):
        champ = self.champ
        projets = Projet.objects.filter(visite__in=self._visibles(champ.realisees()))
        if champ.au:
            projets = projets.filter(cree_le__lte=champ.au)
        if voulu := self.cleaned_data["emplois"]:
            champs = EMPLOIS if voulu == AUCUN else [voulu]
            projets = projets.filter(Q(*[(f"{champ}__gt", 0) for champ in champs], _connector=Q.OR))
        return self._mobilisant(projets).avec_noms().select_related("visite__reseau").order_by("-cree_le", "pk")

    def _mobilisant(self, projets):
        combien = self.cleaned_data["institutions"]
        if combien is None:
            return projets
        condition = Q(mobilisees=combien) if combien < 3 else Q(mobilisees__gte=3)
        return projets.annotate(mobilisees=Count("actions__responsable__institution", distinct=True)).filter(condition)

    def ligne(self, projet):
        return {
            "societe": Valeur(str(projet.visite.entreprise), adresse=projet.visite.get_absolute_url()),
            "projet": projet.titre,
            "nature": projet.get_nature_display(),
            "emplois": projet.emplois or None,
            "le": projet.cree_le,
        }


class LignesDeCibleComptees(Lignes):
    titre = "Entreprises de la cible"
    colonnes = (Colonne("entreprise", "Entreprise"), Colonne("commune", "Commune"), Colonne("zone", "Zone d’emploi"))

    cible = designer("Cible", Cible)
    part = choisir(
        "Part", [("touchees", "Visitées ou ayant refusé"), ("programmees", "Visite programmée"), ("sans_contact", "Sans contact")]
    )

    def fiches(self):
        au = self.cleaned_data["au"] or self.le
        cible = self.cleaned_data["cible"] or Cible.objects.en_vigueur(self.membre.reseau, au)
        if cible is None:
            return LigneDeCible.objects.none()
        visites = Visite.objects.filter(entreprise=OuterRef("entreprise"))
        touchees = Exists(visites.touchees(cible.decidee_le, au)) if cible.decidee_le else Q(pk__in=[])
        programmees = Exists(visites.confiees_au(au))
        lignes = LigneDeCible.objects.retenues().filter(cible=cible).exclude(entreprise__deports__membre=self.membre)
        condition = {
            "touchees": Q(touchees),
            "programmees": ~Q(touchees) & Q(programmees),
            "sans_contact": ~Q(touchees) & ~Q(programmees),
            "": Q(),
        }[self.cleaned_data["part"]]
        noms = lignes.filter(condition).select_related("entreprise__reseau", "entreprise__commune__zone_emploi")
        return noms.order_by("entreprise__raison_sociale", "pk")

    def ligne(self, ligne):
        commune = ligne.entreprise.commune
        adresse = ligne.entreprise.get_absolute_url()
        return {
            "entreprise": Valeur(str(ligne.entreprise), adresse=adresse),
            "commune": str(commune or ""),
            "zone": str(commune.zone_emploi or "") if commune else "",
        }


class LignesDeReunions(Lignes):
    """Tenues dans la période ; où une personne, ou l'une au moins d'une institution, était présente."""

    titre = "Réunions"
    colonnes = (Colonne("le", "Date", "date"), Colonne("lieu", "Lieu"))

    membre = designer("Présent", Membre)
    institution = designer("Institution présente", Institution)

    def fiches(self):
        reunions = Reunion.objects.visibles_par(self.membre).tenues(self.cleaned_data["du"], self.cleaned_data["au"])
        presences = Presence.objects.filter(reunion=OuterRef("pk"), etat=EtatPresence.PRESENT)
        # Comme le tableau : on ne compte que du temps où la personne était membre.
        restes = Q(membre__parti_le=None) | Q(membre__parti_le__gt=F("reunion__le"))
        actives = presences.filter(restes, membre__entre_le__lte=F("reunion__le"))
        if membre := self.cleaned_data["membre"]:
            reunions = reunions.filter(Exists(actives.filter(membre=membre)))
        if institution := self.cleaned_data["institution"]:
            reunions = reunions.filter(Exists(actives.filter(membre__institution=institution)))
        return reunions.select_related("reseau").order_by("-le", "-pk")

    def ligne(self, reunion):
        return {"le": Valeur(reunion.le, adresse=reunion.get_absolute_url()), "lieu": reunion.lieu}


LIGNES = {
    "visites": LignesDeVisites,
    "actions": LignesDActions,
    "projets": LignesDeProjets,
    "cible": LignesDeCibleComptees,
    "reunions": LignesDeReunions,
}
