"""Les concurrentes d'une entreprise : le bloc de sa fiche, lier, délier. Un lien ne se voit que si l'on voit les deux."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from entreprises.models import Concurrence, Entreprise
from entreprises.operations import concurrences as operations
from reseau.acces import formulaire, geste
from reseau.lib.erreurs import tenter
from reseau.lib.formulaires import Formulaire

TROUVEES = 10


class LienForm(Formulaire):
    """L'entreprise choisie parmi celles que la recherche a trouvées."""

    concurrente = forms.ModelChoiceField(
        label="Concurrente", queryset=Entreprise.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    motif = forms.CharField(label="À quel sujet", required=False, max_length=200, help_text="Par exemple : même donneur d’ordre.")

    def __init__(self, *arguments, visibles, trouvees=(), **mots):
        """`visibles` borne ce que l'on accepte ; `trouvees` est ce que l'on montre."""
        super().__init__(*arguments, **mots)
        self.fields["concurrente"].queryset = visibles
        self.fields["concurrente"].choices = [(fiche.pk, _nom(fiche)) for fiche in trouvees]


@formulaire("entreprises.modifier", lit=Entreprise)
def ajouter(request, pk):
    """On cherche l'autre entreprise, on la choisit, on dit au besoin à quel sujet."""
    entreprise = get_object_or_404(Entreprise.objects.visibles_par(request.membre), pk=pk)
    texte = (request.POST.get("q") or request.GET.get("q", "")).strip()[:100]
    visibles = Entreprise.objects.visibles_par(request.membre).exclude(pk=pk)
    trouvees = list(visibles.cherche(texte).select_related("commune")[:TROUVEES]) if texte else []
    form = LienForm(request.POST or None, visibles=visibles, trouvees=trouvees)
    if form.is_valid():
        choix = {"autre": form.cleaned_data["concurrente"], "motif": form.cleaned_data["motif"]}
        if tenter(form, operations.lier, entreprise, **choix, par=request.membre):
            messages.success(request, f"{choix['autre']} est notée concurrente.")
            return redirect(entreprise)
    contexte = {"form": form, "entreprise": entreprise, "q": texte, "trouvees": trouvees}
    return render(request, "entreprises/concurrence_form.html", contexte)


@geste("entreprises.modifier")
def retirer(request, pk):
    visibles = Entreprise.objects.visibles_par(request.membre).values("pk")
    liens = Concurrence.objects.visibles_par(request.membre, visibles).select_related("entreprise__reseau")
    lien = get_object_or_404(liens, pk=pk)
    operations.delier(lien, par=request.membre)
    messages.success(request, "Ces deux entreprises ne sont plus notées concurrentes.")
    fiche = lien.concurrente_id if request.POST.get("fiche") == str(lien.concurrente_id) else lien.entreprise_id
    return redirect("entreprises:fiche", request.reseau.slug, fiche)


def liens_de(entreprise, membre):
    """[(Concurrence, l'autre entreprise)] que ce membre voit, par ordre alphabétique : le contexte de `_concurrentes.html`."""
    visibles = Entreprise.objects.visibles_par(membre).order_by().values("pk")
    liens = Concurrence.objects.visibles_par(membre, visibles).de(entreprise).select_related("entreprise", "concurrente")
    paires = [(lien, lien.concurrente if lien.entreprise_id == entreprise.pk else lien.entreprise) for lien in liens]
    return sorted(paires, key=lambda paire: paire[1].raison_sociale)


def _nom(fiche):
    return f"{fiche}, {fiche.commune}" if fiche.commune else str(fiche)
