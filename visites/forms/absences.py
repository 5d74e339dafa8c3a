"""Noter une absence : la sienne, ou celle de chacun pour l'animateur."""

from datetime import timedelta

from django.utils.timezone import localtime

from reseau.champs import ChoixDeMembre
from reseau.droits import TOUT, portee
from reseau.lib.dates import jour_en_mots
from reseau.lib.formulaires import FormulaireModele
from reseau.models import Absence, Membre
from visites.forms.prevenance import Prevenance
from visites.models import Visite

DUREE_MAX = timedelta(days=366)
RECUL_MAX = timedelta(days=366)
HORIZON = timedelta(days=3 * 366)


class AbsenceForm(Prevenance, FormulaireModele):
    """Prévient des rendez-vous qui tombent dans l'absence, parmi ceux que voit `par`."""

    confirmer = "Noter l’absence quand même"

    class Meta:
        model = Absence
        fields = ["membre", "debut_le", "fin_le", "suppleant", "motif"]
        field_classes = {"membre": ChoixDeMembre, "suppleant": ChoixDeMembre}
        labels = {"membre": "Qui"}
        help_texts = {
            "suppleant": "À qui l’outil propose de confier, ces jours-là, ce qui vous reviendrait.",
            "fin_le": "Compris. Le même jour pour une seule journée.",
            "motif": "Lu de vous et de l’animateur seulement ; les autres lisent « absent ».",
        }

    def __init__(self, *arguments, par, le, **mots):
        super().__init__(*arguments, **mots)
        self.par, self.le = par, le
        self.fields["suppleant"].queryset = Membre.objects.visibles_par(par).restants(le)
        if portee(par, "absences.tenir") is TOUT:
            self.fields["membre"].queryset = Membre.objects.visibles_par(par).restants(le)
            self.fields["motif"].help_text = "Lu de l’intéressé et de l’animateur seulement ; les autres lisent « absent »."
        else:
            del self.fields["membre"]
            self.instance.membre = par

    def clean(self):
        valeurs = self.cleaned_data
        debut, fin = valeurs.get("debut_le"), valeurs.get("fin_le")
        if debut and fin and fin < debut:
            self.add_error("fin_le", "Le dernier jour vient avant le premier.")
        elif debut and fin and fin - debut > DUREE_MAX:
            self.add_error("fin_le", "Une absence dure un an au plus : vérifiez l’année. Au-delà, notez un départ.")
        for champ in ("debut_le", "fin_le"):
            if (jour := valeurs.get(champ)) and not self.le - RECUL_MAX <= jour <= self.le + HORIZON:
                self.add_error(champ, "Vérifiez l’année : cette date est trop éloignée d’aujourd’hui.")
        if valeurs.get("suppleant") and valeurs["suppleant"] == valeurs.get("membre", self.par):
            self.add_error("suppleant", "Choisissez quelqu’un d’autre que la personne absente.")
        return super().clean()

    def prevenir(self, valeurs):
        membre = valeurs.get("membre", self.par)
        visites = Visite.objects.visibles_par(self.par).de_l_equipe(membre).select_related("entreprise")
        tombent = visites.rendez_vous_entre(valeurs["debut_le"], valeurs["fin_le"])
        return [f"Rendez-vous pendant l’absence : {rdv.entreprise}, le {_instant(rdv.rendez_vous_le)}." for rdv in tombent]


def _instant(quand):
    quand = localtime(quand)
    return f"{jour_en_mots(quand)} à {quand:%H}\u00a0h\u00a0{quand:%M}"
