"""Les choix que la page d'un tableau propose : un responsable, ou des périodes bornées. Rien d'autre ne se filtre."""

from datetime import date

from django import forms

from reseau.droits import TOUT
from reseau.enums import Role
from reseau.lib.formulaires import FormulaireFiltre
from reseau.models import Membre
from suivi.indicateurs.actions import tableau_2_4
from suivi.indicateurs.entretiens import annees_des_entretiens, tableau_des_entretiens
from suivi.indicateurs.perimetre import etendue
from suivi.indicateurs.presences import debut_de_la_participation, debut_des_visites, tableau_2_5
from suivi.indicateurs.projets import tableau_2_7
from suivi.indicateurs.suites import tableau_des_suites
from suivi.models import Action

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
        self.membre, self.le = membre, le
        defauts = self.defauts()
        super().__init__(_completer(donnees, defauts) if donnees else None, initial=defauts)
        for champ in self.fields.values():
            champ.required = False
            if isinstance(champ, forms.DateField):
                champ.widget.attrs |= {"min": ORIGINE.isoformat(), "max": le.isoformat()}

    def defauts(self):
        """Valeurs montrées et comptées quand rien n'est choisi."""
        return {}

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

    def composer(self):
        """Le `Tableau` choisi ; « Tous les responsables » se choisit aussi."""
        choix = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return tableau_2_4(
            self.membre.reseau,
            responsable=choix.get("responsable") if "responsable" in choix else self.defauts()["responsable"],
            lecteur=self.membre,
            au=self.le,
            ouvertes=choix.get("etat") == OUVERTES,
        )


class ChoixDesPresences(ChoixDuTableau):
    """Tableau 2.5 : deux débuts distincts, une seule fin."""

    visites_depuis = forms.DateField(label="Visites depuis le")
    participation_du = forms.DateField(label="Participation depuis le")
    au = forms.DateField(label="Jusqu’au")

    def defauts(self):
        debut = debut_des_visites(self.membre.reseau, self.le)
        return {"visites_depuis": debut, "participation_du": debut_de_la_participation(self.le), "au": self.le}

    def composer(self):
        choix = self.choix
        return tableau_2_5(self.membre.reseau, lecteur=self.membre, filtre=bool(choix), **({"au": self.le} | choix))


class ChoixDesProjets(ChoixDuTableau):
    """Tableau 2.7 : les visites d'une période ; sans bornes, toutes."""

    du = forms.DateField(label="Visites du")
    au = forms.DateField(label="Au")

    def composer(self):
        return tableau_2_7(self.membre.reseau, lecteur=self.membre, **self.choix)


class ChoixDesSuites(ChoixDesProjets):
    """Suites données : les visites d'une période ; sans bornes, toutes."""

    def composer(self):
        return tableau_des_suites(self.membre.reseau, lecteur=self.membre, **self.choix)


class ChoixDesEntretiens(ChoixDuTableau):
    """Réponses au guide : une année entière, ou toutes ; rien de plus fin, qui isolerait une entreprise."""

    annee = forms.TypedChoiceField(label="Visites de l’année", coerce=int, empty_value=None)

    def __init__(self, donnees, **mots):
        super().__init__(donnees, **mots)
        annees = annees_des_entretiens(self.membre.reseau)
        self.fields["annee"].choices = [("", "Toutes les années"), *((annee, str(annee)) for annee in annees)]

    def composer(self):
        return tableau_des_entretiens(self.membre.reseau, **self.choix)


CHOIX = {
    "2.4": ChoixDuResponsable,
    "2.5": ChoixDesPresences,
    "2.7": ChoixDesProjets,
    "suites": ChoixDesSuites,
    "entretiens": ChoixDesEntretiens,
}
