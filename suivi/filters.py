"""Le filtre des actions, borné à ce que voit le lecteur."""

import django_filters

from reseau.enums import GenrePli
from reseau.lib.dates import plus_mois
from reseau.lib.formulaires import FormulaireFiltre
from reseau.models import Institution, Membre, Pli
from suivi.enums import EtatAction, TypeAction
from suivi.models import Action

TRIS = {
    "numero": ["numero"],
    "fin": ["fin_prevue", "numero"],
    "societe": ["projet__visite__entreprise__raison_sociale", "numero"],
    "responsable": ["responsable__nom", "responsable__prenom", "numero"],
}
SITUATIONS = [
    ("ouvertes", "Toutes les ouvertes"),
    ("a_accepter", "À accepter par leur responsable"),
    ("sans_responsable", "Sans responsable"),
    ("refusees", "Refusées, à reconfier"),
    *((etat.value, etat.label) for etat in EtatAction),
]
ECHEANCES = [
    ("echues", "Échues"),
    ("mois", "D’ici un mois"),
    ("trimestre", "D’ici trois mois"),
    ("a_reveiller", "À réveiller"),
    ("sans_date", "Sans fin prévue"),
]
SITUATIONS_DES_PLIS = [("attente", "En attente"), ("echec", "Non partis"), ("partis", "Partis")]


class ActionFilter(django_filters.FilterSet):
    """Filtre des actions. Aucun chiffre par personne : la liste montre des actions, elle ne compte pas les gens."""

    texte = django_filters.CharFilter(method="chercher", label="Société ou action", max_length=100)
    responsable = django_filters.ModelChoiceFilter(queryset=Membre.objects.none(), label="Responsable", empty_label="Tous")
    institution = django_filters.ModelChoiceFilter(
        queryset=Institution.objects.none(), field_name="responsable__institution", label="Institution", empty_label="Toutes"
    )
    etat = django_filters.ChoiceFilter(method="selon_la_situation", label="État", empty_label="Tous", choices=SITUATIONS)
    type = django_filters.ChoiceFilter(choices=TypeAction.choices, label="Type", empty_label="Tous")
    echeance = django_filters.ChoiceFilter(method="selon_l_echeance", label="Échéance", empty_label="Toutes", choices=ECHEANCES)

    class Meta:
        model = Action
        form = FormulaireFiltre
        fields = []

    def __init__(self, *args, membre, le, **kwargs):
        super().__init__(*args, **kwargs)
        self.le = le
        self.filters["responsable"].queryset = Membre.objects.visibles_par(membre)
        self.filters["responsable"].field.label_from_instance = lambda responsable: responsable.nom_alphabetique
        self.filters["institution"].queryset = Institution.objects.visibles_par(membre)

    def chercher(self, actions, nom, texte):
        return actions.cherche(texte)

    def selon_la_situation(self, actions, nom, situation):
        if situation in EtatAction.values:
            return actions.filter(etat=situation)
        return {
            "ouvertes": actions.ouvertes,
            "a_accepter": actions.a_accepter,
            "sans_responsable": actions.sans_responsable,
            "refusees": actions.refusees,
        }[situation]()

    def selon_l_echeance(self, actions, nom, echeance):
        le = self.le
        return {
            "echues": lambda: actions.echues(le),
            "mois": lambda: actions.ouvertes().filter(fin_prevue__range=(le, plus_mois(le, 1))),
            "trimestre": lambda: actions.ouvertes().filter(fin_prevue__range=(le, plus_mois(le, 3))),
            "a_reveiller": lambda: actions.a_reveiller(le),
            "sans_date": lambda: actions.ouvertes().filter(fin_prevue=None),
        }[echeance]()


class PliFilter(django_filters.FilterSet):
    """La boîte d'envoi : ce qui attend, ce qui échoue, ce qui est parti, et de quoi il s'agit."""

    etat = django_filters.ChoiceFilter(method="selon_l_etat", label="État", empty_label="Tous", choices=SITUATIONS_DES_PLIS)
    genre = django_filters.ChoiceFilter(label="Courriel", choices=GenrePli, empty_label="Tous")

    class Meta:
        model = Pli
        fields = []
        form = FormulaireFiltre

    def selon_l_etat(self, plis, nom, valeur):
        choix = {"attente": plis.en_route_ou_en_attente, "echec": plis.rejouables, "partis": plis.partis}
        return choix[valeur]()
