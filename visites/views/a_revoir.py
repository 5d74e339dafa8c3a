"""« Entreprises à revoir » : la liste, et son classeur."""

import django_filters
from django.db.models import F
from django.shortcuts import render
from django.utils.timezone import localdate, localtime

from entreprises.filters import zones_du_reseau
from entreprises.models import Entreprise
from reseau.acces import page
from reseau.droits import autorise
from reseau.enums import Geste
from reseau.lib.formulaires import FormulaireFiltre
from reseau.lib.reponses import fichier
from reseau.lib.tableur import tableau_en_xlsx
from reseau.operations import noter
from visites.filters import TEXTE_MAX
from visites.listes import paginer
from visites.revoir import RAISONS, a_revoir, detailler, tableau

TRIS = {
    "entreprise": ["raison_sociale"],
    "commune": ["commune__nom", "raison_sociale"],
    "derniere": ["derniere_le", "raison_sociale"],
}
LA_PLUS_ANCIENNE = [F("derniere_le").asc(nulls_last=True), "raison_sociale"]


class ARevoirFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Rechercher", method="chercher", max_length=TEXTE_MAX)
    zone = django_filters.ModelChoiceFilter(
        label="Zone d’emploi", queryset=zones_du_reseau, field_name="commune__zone_emploi", empty_label="Toutes"
    )
    raison = django_filters.ChoiceFilter(label="Pourquoi", choices=RAISONS, method="pour_cette_raison", empty_label="Toutes")

    class Meta:
        model = Entreprise
        fields = []
        form = FormulaireFiltre

    def chercher(self, entreprises, nom, texte):
        return entreprises.cherche(texte)

    def pour_cette_raison(self, entreprises, nom, raison):
        cles = a_revoir(self.request.membre, localdate(), raison).order_by().values("pk")
        return entreprises.filter(pk__in=cles)


@page("campagnes.voir")
def liste(request):
    filtre = _filtrer(request)
    page_obj = paginer(request, filtre.qs, TRIS, LA_PLUS_ANCIENNE)
    contexte = {
        "filter": filtre,
        "page_obj": page_obj,
        "nombre": page_obj.paginator.count,
        "lignes": detailler(page_obj.object_list, request.membre, localdate()),
        "peut_programmer": autorise(request.membre, "visites.programmer"),
        "peut_prendre": autorise(request.membre, "visites.prendre"),
    }
    return render(request, "visites/a_revoir.html", contexte)


@page("entreprises.exporter")
def classeur(request):
    """Le classeur de ce que montre la liste, sous les mêmes filtres."""
    filtre, maintenant = _filtrer(request), localtime()
    entreprises = list((filtre.qs if filtre.form.is_valid() else filtre.queryset.none()).order_by(*LA_PLUS_ANCIENNE, "pk"))
    remplis = filtre.form.cleaned_data.items() if filtre.form.is_valid() else ()
    choix = [(filtre.form.fields[nom].label, dict(RAISONS).get(valeur, str(valeur))) for nom, valeur in remplis if valeur]
    lignes = detailler(entreprises, request.membre, localdate())
    octets = tableau_en_xlsx(tableau(lignes, request.membre, filtres=choix, edite_le=maintenant))
    noter(request.membre, Geste.EXPORT, Entreprise._meta.label_lower, nombre=len(entreprises), precision="à revoir")
    return fichier(octets, f"entreprises-a-revoir-{request.reseau.slug}-{localdate():%Y-%m-%d}", "xlsx")


def _filtrer(request):
    entreprises = a_revoir(request.membre, localdate()).select_related("commune__zone_emploi")
    return ARevoirFilter(request.GET, queryset=entreprises, request=request)
