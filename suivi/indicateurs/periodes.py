"""Les choix que la page d'un tableau propose : un responsable, ou des périodes bornées. Rien d'autre ne se filtre."""

from datetime import date

from django import forms

from entreprises.enums import Section as SectionNaf
from entreprises.models import LigneDeCible, ZoneEmploi
from reseau.droits import TOUT
from reseau.enums import Role
from reseau.lib.formulaires import FormulaireFiltre
from reseau.models import Institution, Membre
from suivi.indicateurs.actions import entreprises_du_2_4, tableau_2_4
from suivi.indicateurs.champ import Champ, periode_precedente
from suivi.indicateurs.delais import tableau_des_delais
from suivi.indicateurs.entretiens import annees_des_entretiens, tableau_des_entretiens
from suivi.indicateurs.evaluations import annees_des_evaluations, tableau_des_evaluations
from suivi.indicateurs.evolution import comparer
from suivi.indicateurs.institution import releve_d_institution
from suivi.indicateurs.perimetre import etendue
from suivi.indicateurs.presences import debut_de_la_participation, debut_des_visites, tableau_2_5
from suivi.indicateurs.projets import tableau_2_7
from suivi.indicateurs.refus import tableau_des_refus
from suivi.indicateurs.reseaux import tableau_des_reseaux
from suivi.indicateurs.suites import tableau_des_suites
from suivi.indicateurs.territoires import tableau_des_territoires
from suivi.indicateurs.valeur import tableau_de_la_valeur_ajoutee
from suivi.models import Action
from visites.models import Campagne

OUVERTES = "ouvertes"
ORIGINE = date(1990, 1, 1)
DANS_L_AVENIR = "Cette date est dans l’avenir : un tableau se lit à une date passée ou aujourd’hui."
TROP_ANCIENNE = "Cette date est antérieure à 1990."
A_L_ENVERS = "Le début de la période vient avant sa fin."


def _completer(donnees, defauts):
    """La requête, où ce qui n'est pas demandé vaut son défaut ; un choix vidé exprès reste vide."""
    manquants = {nom: getattr(valeur, "pk", valeur) for nom, valeur in defauts.items() if valeur and nom not in donnees}
    return manquants | donnees.dict()


class ChoixDuTableau(FormulaireFiltre):
    """Formulaire GET d'un tableau ; sans paramètre, ou mal rempli, c'est le tableau par défaut."""

    def __init__(self, donnees, *, membre, le):
        """`donnees` : la requête GET ; `membre` : le lecteur ; `le` : aujourd'hui, borne de toutes les dates."""
        self.membre, self.lecteur, self.le = membre, membre, le
        defauts = self.defauts()
        super().__init__(_completer(donnees, defauts) if donnees else None, initial=defauts)
        for champ in self.fields.values():
            champ.required = False
            if isinstance(champ, forms.DateField):
                champ.widget.attrs |= {"min": ORIGINE.isoformat(), "max": le.isoformat()}

    def composer_pour_tous(self, **mots):
        """Le `Tableau` choisi, composé pour le réseau et non pour ce lecteur : ce que l'on fige."""
        self.lecteur = None
        return self.composer(**mots)

    def defauts(self):
        """Valeurs montrées et comptées quand rien n'est choisi."""
        return {}

    @property
    def serre(self):
        """Vrai si le choix peut isoler une entreprise."""
        return False

    def entreprises(self):
        """Clés des entreprises que le tableau composé pour tous nomme, ou compte dans un choix plus étroit que le réseau."""
        return set()

    @property
    def choix(self):
        """Valeurs choisies qui s'écartent des défauts ; vide si rien n'est rempli, ou si c'est mal rempli."""
        if not (self.is_bound and self.is_valid()):
            return {}
        defauts = self.defauts()
        return {nom: valeur for nom, valeur in self.cleaned_data.items() if valeur and valeur != defauts.get(nom)}

    def clean(self):
        for nom, valeur in list(self.cleaned_data.items()):
            if isinstance(valeur, date) and valeur > self.le:
                self.add_error(nom, DANS_L_AVENIR)
            elif isinstance(valeur, date) and valeur < ORIGINE:
                self.add_error(nom, TROP_ANCIENNE)
        for debut in ("du", "visites_depuis", "participation_du"):
            self._verifier_l_ordre(debut)
        return self.cleaned_data

    def _verifier_l_ordre(self, debut):
        du = self.cleaned_data.get(debut)
        if du and du > (self.cleaned_data.get("au") or self.le):
            self.add_error(debut, A_L_ENVERS)


class ChoixDuResponsable(ChoixDuTableau):
    """Tableau 2.4 : un développeur y voit d'abord les siennes ; un associé n'a pas d'autre choix."""

    responsable = forms.ModelChoiceField(Membre.objects.none(), label="Responsable", empty_label="Tous les responsables")
    etat = forms.ChoiceField(choices=[("", "Ouvertes et closes"), (OUVERTES, "Ouvertes seulement")], label="Actions")
    du = forms.DateField(label="Visites du")
    au = forms.DateField(label="Au")

    def __init__(self, donnees, **mots):
        super().__init__(donnees, **mots)
        if etendue(self.membre, "tableaux.actions") is not TOUT:
            del self.fields["responsable"]
            return
        visibles = Action.objects.visibles_par(self.membre).filter(responsable__isnull=False)
        champ = self.fields["responsable"]
        champ.queryset = Membre.objects.visibles_par(self.membre).filter(pk__in=visibles.order_by().values("responsable"))
        champ.label_from_instance = lambda membre: membre.nom_alphabetique

    def defauts(self):
        return {"responsable": self.membre if self.membre.role == Role.DEVELOPPEUR else None}

    def composer(self, **mots):
        """Le `Tableau` choisi ; « Tous les responsables » se choisit aussi."""
        return tableau_2_4(self.membre.reseau, lecteur=self.lecteur, **self.lues, **mots)

    def entreprises(self):
        return entreprises_du_2_4(self.membre.reseau, **self.lues)

    @property
    def lues(self):
        choix = self.cleaned_data if self.is_bound and self.is_valid() else {}
        responsable = choix["responsable"] if "responsable" in choix else self.defauts()["responsable"]
        visites = {"visites_du": choix.get("du"), "visites_au": choix.get("au")}
        return {"responsable": responsable, "au": self.le, "ouvertes": choix.get("etat") == OUVERTES, **visites}


class ChoixSerre(ChoixDuTableau):
    """Un lieu, un secteur, une campagne ; à côté, la période d'avant.

    Le lieu et le secteur isolent vite une entreprise : seul choisit qui lit les comptes rendus du réseau.
    """

    SERRES = ("zone", "secteur", "campagne")

    zone = forms.ModelChoiceField(ZoneEmploi.objects.none(), label="Zone d’emploi", empty_label="Toutes")
    secteur = forms.ChoiceField(label="Secteur (NAF)", choices=[("", "Tous"), *SectionNaf.choices])
    campagne = forms.ModelChoiceField(Campagne.objects.none(), label="Campagne", empty_label="Toutes")
    comparer = forms.BooleanField(label="À côté, la période précédente")

    def __init__(self, donnees, **mots):
        super().__init__(donnees, **mots)
        if etendue(self.membre, "comptes_rendus.lire") is not TOUT:
            for nom in self.SERRES:
                del self.fields[nom]
            return
        self.fields["zone"].queryset = ZoneEmploi.objects.du_departement(self.membre.reseau.departement)
        self.fields["campagne"].queryset = Campagne.objects.visibles_par(self.membre)

    def clean(self):
        """Comparer demande des bornes : par défaut, les douze mois qui s'achèvent le dernier jour."""
        donnees = super().clean()
        if donnees.get("comparer") and not self.errors:
            donnees["au"] = donnees.get("au") or self.le
            for debut in self.DEBUTS:
                donnees[debut] = donnees.get(debut) or debut_de_la_participation(donnees["au"])
        return donnees

    @property
    def serre(self):
        return not self.choix.keys().isdisjoint(self.SERRES)

    @property
    def lieu(self):
        """Le `Champ` de ce choix, toutes dates confondues."""
        return Champ(self.membre.reseau, **{nom: valeur for nom, valeur in self.choix.items() if nom in self.SERRES})

    def entreprises(self):
        """Toutes celles du lieu, quelle que soit la période : en taire une de trop ne coûte qu'à qui s'en déporte."""
        return set(self.lieu.visites().order_by().values_list("entreprise", flat=True)) if self.choix else set()

    def composer(self, **mots):
        choix = self.choix | mots
        if not choix.pop("comparer", False):
            return self.tableau(**choix)
        return comparer(self.tableau(**choix | self.A_COMPARER), self.tableau(**choix | self.A_COMPARER | self.avant()))


class ChoixDesPresences(ChoixSerre):
    """Tableau 2.5 : deux débuts distincts, une seule fin ; chaque période d'avant s'achève la veille de la sienne."""

    DEBUTS = ("visites_depuis", "participation_du")
    A_COMPARER = {"ensemble": True}

    visites_depuis = forms.DateField(label="Visites depuis le")
    participation_du = forms.DateField(label="Participation depuis le")
    au = forms.DateField(label="Jusqu’au")
    field_order = (*DEBUTS, "au")

    def defauts(self):
        debut = debut_des_visites(self.membre.reseau, self.le)
        return {"visites_depuis": debut, "participation_du": debut_de_la_participation(self.le), "au": self.le}

    def avant(self):
        visites, participation = (periode_precedente(self.cleaned_data[debut], self.cleaned_data["au"]) for debut in self.DEBUTS)
        noms = ("visites_depuis", "au", "participation_du", "participation_au")
        return dict(zip(noms, (*visites, *participation), strict=True))

    def entreprises(self):
        """Et celles des listes : la couverture les compte."""
        lignes = self.lieu.situer(LigneDeCible.objects.filter(cible__reseau=self.membre.reseau))
        return super().entreprises() | set(lignes.order_by().values_list("entreprise", flat=True)) if self.choix else set()

    def tableau(self, **choix):
        return tableau_2_5(self.membre.reseau, lecteur=self.lecteur, filtre=bool(self.choix), **{"au": self.le} | choix)


class ChoixDuChamp(ChoixSerre):
    """Les visites d'une période, d'un lieu, d'un secteur, d'une campagne ; sans bornes, toutes."""

    DEBUTS = ("du",)
    A_COMPARER = {}
    fonction = None

    du = forms.DateField(label="Visites du")
    au = forms.DateField(label="Au")
    field_order = ("du", "au")

    def avant(self):
        bornes = periode_precedente(self.cleaned_data["du"], self.cleaned_data["au"])
        return dict(zip(("du", "au"), bornes, strict=True))

    def tableau(self, **choix):
        return type(self).fonction(self.membre.reseau, lecteur=self.lecteur, **choix)


class ChoixDesProjets(ChoixDuChamp):
    """Tableau 2.7."""

    fonction = tableau_2_7


class ChoixDesSuites(ChoixDuChamp):
    fonction = tableau_des_suites


class ChoixDesDelais(ChoixDuChamp):
    fonction = tableau_des_delais


class ChoixDesRefus(ChoixDuChamp):
    fonction = tableau_des_refus


class ChoixDesTerritoires(ChoixDuChamp):
    fonction = tableau_des_territoires


class ChoixDeLaValeur(ChoixDuChamp):
    fonction = tableau_de_la_valeur_ajoutee


class ChoixDeLInstitution(ChoixDuChamp):
    """Le relevé d'une institution ; d'abord celle du lecteur."""

    fonction = releve_d_institution
    institution = forms.ModelChoiceField(Institution.objects.none(), label="Institution", empty_label=None)
    field_order = ("institution", "du", "au")

    def __init__(self, donnees, **mots):
        super().__init__(donnees, **mots)
        institutions = Institution.objects.visibles_par(self.membre)
        if etendue(self.membre, "tableaux.lignes") is not TOUT:
            institutions = institutions.filter(pk=self.membre.institution_id)
        self.fields["institution"].queryset = institutions

    def defauts(self):
        return {"institution": self.membre.institution}

    def tableau(self, **choix):
        return super().tableau(**{"institution": self.membre.institution} | choix)


class ChoixDeLAnnee(ChoixDuTableau):
    """Une année entière, et à côté l'année précédente : elle se lit aussi seule, la comparer n'apprend rien de plus fin."""

    annee = forms.TypedChoiceField(label="Année", coerce=int, empty_value=None)
    comparer = forms.BooleanField(label="À côté, l’année précédente")

    def clean(self):
        """Sans année, on compare la dernière."""
        donnees = super().clean()
        if donnees.get("comparer") and not donnees.get("annee"):
            donnees["annee"] = next((annee for annee, _ in self.fields["annee"].choices if annee), None)
        return donnees

    def composer(self):
        choix = self.choix
        if not choix.pop("comparer", False) or "annee" not in choix:
            return self.tableau(**choix)
        return comparer(self.tableau(**choix), self.tableau(**choix | {"annee": choix["annee"] - 1}))


class ChoixDesEntretiens(ChoixDeLAnnee):
    """Réponses au guide : une année entière, ou toutes ; rien de plus fin, qui isolerait une entreprise."""

    annees = staticmethod(annees_des_entretiens)

    def __init__(self, donnees, **mots):
        super().__init__(donnees, **mots)
        annees = self.annees(self.membre.reseau)
        self.fields["annee"].choices = [("", "Toutes les années"), *((annee, str(annee)) for annee in annees)]

    def tableau(self, **choix):
        return tableau_des_entretiens(self.membre.reseau, **choix)


class ChoixDesReseaux(ChoixDeLAnnee):
    """Une année entière, achevée : deux lectures plus courtes se soustrairaient en un réseau."""

    ANNEES = 5

    def __init__(self, donnees, **mots):
        super().__init__(donnees, **mots)
        self.fields["annee"].choices = [
            (annee, str(annee)) for annee in range(self.le.year - 1, self.le.year - 1 - self.ANNEES, -1)
        ]

    def tableau(self, **choix):
        return tableau_des_reseaux(self.membre.reseau, le=self.le, **choix)


class ChoixDesEvaluations(ChoixDesEntretiens):
    """Réponses des chefs d'entreprise : une année entière, ou toutes."""

    annees = staticmethod(annees_des_evaluations)

    def tableau(self, **choix):
        return tableau_des_evaluations(self.membre.reseau, **choix)


CHOIX = {
    "2.4": ChoixDuResponsable,
    "2.5": ChoixDesPresences,
    "2.7": ChoixDesProjets,
    "suites": ChoixDesSuites,
    "delais": ChoixDesDelais,
    "refus": ChoixDesRefus,
    "territoires": ChoixDesTerritoires,
    "valeur": ChoixDeLaValeur,
    "institution": ChoixDeLInstitution,
    "reseaux": ChoixDesReseaux,
    "entretiens": ChoixDesEntretiens,
    "evaluations": ChoixDesEvaluations,
}
