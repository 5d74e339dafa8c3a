"""Ce qu'un import SIRENE a appris des entreprises déjà connues : la liste, filtrée par genre, et son classeur."""

from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localtime
from django_filters import ChoiceFilter, FilterSet

from entreprises.enums import GenreChangement
from entreprises.models import Changement, Entreprise, Import
from reseau.acces import page
from reseau.enums import Geste
from reseau.lib.formulaires import FormulaireFiltre
from reseau.lib.listes import page_de
from reseau.lib.reponses import fichier
from reseau.lib.tableau import Colonne
from reseau.lib.tableur import Feuille, ecrire_xlsx
from reseau.operations import noter

LOT = 2_000
COLONNES = (
    Colonne("siret", "SIRET"),
    Colonne("raison_sociale", "Raison sociale"),
    Colonne("genre", "Changement"),
    Colonne("avant", "Avant"),
    Colonne("apres", "Après"),
)
NOTE = "Un établissement du réseau absent du fichier n’est pas réputé fermé : rien n’en est dit ici."


class ChangementFilter(FilterSet):
    genre = ChoiceFilter(label="Changement", choices=GenreChangement, empty_label="Tous")

    class Meta:
        model = Changement
        fields = []
        form = FormulaireFiltre


@page("entreprises.importer")
def liste(request, pk):
    depot, filtre = _depot(request, pk), _filtrer(request, pk)
    page_obj = page_de(request, _selection(filtre))
    contexte = {"depot": depot, "filter": filtre, "page_obj": page_obj, "nombre": page_obj.paginator.count}
    return render(request, "entreprises/changement_liste.html", contexte)


@page("entreprises.importer")
def export(request, pk):
    """Le classeur de ce que montre la liste, même filtre."""
    depot, changements = _depot(request, pk), _selection(_filtrer(request, pk))
    nombre = changements.count()
    feuille = Feuille("Changements", COLONNES, map(_ligne, changements.iterator(chunk_size=LOT)), notes=(NOTE,))
    octets = ecrire_xlsx([feuille], edite_le=localtime())
    noter(request.membre, Geste.EXPORT, depot, nombre=nombre, precision="changements")
    return fichier(octets, f"changements-{depot.pk}", "xlsx")


def _depot(request, pk):
    return get_object_or_404(Import.objects.visibles_par(request.membre), pk=pk)


def _filtrer(request, pk):
    visibles = Changement.objects.visibles_par(request.membre, Entreprise.objects.visibles_par(request.membre))
    return ChangementFilter(request.GET, visibles.filter(depot=pk).select_related("entreprise"), request=request)


def _selection(filtre):
    """Les lignes retenues ; aucune si le filtre est faux."""
    lignes = filtre.qs if filtre.form.is_valid() else filtre.queryset.none()
    return lignes.order_by("genre", "entreprise__raison_sociale", "pk")


def _ligne(changement):
    return {
        "siret": changement.entreprise.siret,
        "raison_sociale": changement.entreprise.raison_sociale,
        "genre": changement.get_genre_display(),
        "avant": changement.avant,
        "apres": changement.apres,
    }
