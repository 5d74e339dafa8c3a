"""Les guides d'entretien du réseau : les voir, les imprimer vierges, les tenir."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from reseau.acces import formulaire, geste, page
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.lib.reponses import fichier
from visites import guides as operations
from visites.forms import GuideForm, QuestionForm, ReponsesForm, ThemeForm
from visites.guides_fournis import guides_fournis
from visites.models import Guide, Question, Theme
from visites.papier_du_guide import imprimer_vierge

PAS = {"monter": -1, "descendre": 1}


@page("guides.voir")
def liste(request):
    """Les guides que tient le réseau, celui qui est en service, et ceux qui sont fournis."""
    contexte = {"guides": _visibles(request).avec_nombres(), "fournis": guides_fournis().values()}
    return render(request, "visites/guide_liste.html", contexte)


@page("guides.voir")
def guide(request, pk):
    """L'aperçu : le guide tel qu'il paraît à côté d'un compte rendu. Rien ne s'y enregistre."""
    guide = _trouver(request, pk)
    saisie = ReponsesForm(reseau=request.reseau, guide=guide)
    return render(request, "visites/guide_fiche.html", {"guide": guide, "guide_saisi": saisie})


@page("guides.voir")
def guide_pdf(request, pk):
    """Le guide vierge, à remplir à la main."""
    guide = _trouver(request, pk)
    return fichier(imprimer_vierge(guide, reseau=request.reseau), f"guide-{guide.pk}", "pdf")


@page("guides.voir")
def fourni_pdf(request):
    """Un guide fourni (`?modele=court`), vierge, sans l'avoir ajouté au réseau ; le plus court si rien n'est demandé."""
    fournis, code = guides_fournis(), request.GET.get("modele", "")
    choisi = fournis.get(code, fournis["une_page"])
    return fichier(imprimer_vierge(choisi, reseau=request.reseau), f"guide-{choisi.code.replace('_', '-')}", "pdf")


@geste("guides.gerer")
def ajouter(request):
    """Ajoute au réseau un guide fourni, ou un guide vide."""
    neuf = operations.installer(request.POST.get("modele", ""), par=request.membre)
    messages.success(request, f"« {neuf} » est parmi vos guides. Il ne paraît nulle part tant qu’il n’est pas en service.")
    return _modifier(neuf)


@formulaire("guides.gerer")
def modifier(request, pk):
    """Le nom, les thèmes et les questions, avec les boutons qui les déplacent et les retirent."""
    guide = _trouver(request, pk)
    nom, form = guide.nom, GuideForm(request.POST or None, instance=guide)
    if form.is_valid() and tenter(form, operations.renommer, form.instance, par=request.membre):
        messages.success(request, f"« {nom} » s’appelle maintenant « {guide} ».")
        return _modifier(guide)
    contexte = {"guide": guide, "nom": nom, "form": form, "a_servi": operations.a_servi(guide)}
    contexte |= {"fourni": guides_fournis().get(guide.fourni), "questions_max": operations.QUESTIONS_MAX}
    return render(request, "visites/guide_modifier.html", contexte)


@geste("guides.gerer")
def servir(request, pk):
    """Met en service ce guide, ou le désactive (`service` vide)."""
    guide = _trouver(request, pk)
    if request.POST.get("service"):
        operations.mettre_en_service(guide, par=request.membre)
        messages.success(request, f"« {guide} » est en service : il paraît, replié, à côté des comptes rendus.")
    else:
        operations.desactiver(guide, par=request.membre)
        messages.success(request, f"« {guide} » n’est plus en service. Les réponses déjà notées restent.")
    return redirect("visites:guides", request.reseau.slug)


@geste("guides.gerer")
def dupliquer(request, pk):
    copie = operations.dupliquer(_trouver(request, pk), par=request.membre)
    messages.success(request, f"« {copie} » est prêt à être modifié.")
    return _modifier(copie)


@geste("guides.gerer")
def remettre(request, pk):
    """Rend au guide le contenu fourni."""
    guide = operations.remettre(_trouver(request, pk), version=_version(request), par=request.membre)
    messages.success(request, f"« {guide} » a repris le contenu fourni.")
    return _modifier(guide)


@geste("guides.gerer")
def supprimer(request, pk):
    guide = _trouver(request, pk)
    efface = operations.supprimer(guide, par=request.membre)
    suite = "supprimé" if efface else "retiré de la liste ; ses réponses restent dans les comptes rendus et les totaux"
    messages.success(request, f"« {guide} » est {suite}.")
    return redirect("visites:guides", request.reseau.slug)


@formulaire("guides.gerer")
def theme_ajouter(request, pk):
    guide = _trouver(request, pk)
    return _piece(request, ThemeForm, Theme(guide=guide), guide, operations.enregistrer_theme, "Ajouter un thème")


@formulaire("guides.gerer")
def theme_modifier(request, pk):
    theme = _trouver_theme(request, pk)
    return _piece(request, ThemeForm, theme, theme.guide, operations.enregistrer_theme, "Renommer le thème")


@formulaire("guides.gerer")
def question_ajouter(request, pk):
    theme = _trouver_theme(request, pk)
    neuve = Question(theme=theme)
    return _piece(request, QuestionForm, neuve, theme.guide, operations.enregistrer_question, "Ajouter une question")


@formulaire("guides.gerer")
def question_modifier(request, pk):
    question = _trouver_question(request, pk)
    return _piece(request, QuestionForm, question, question.theme.guide, operations.enregistrer_question, "Modifier la question")


@geste("guides.gerer")
def theme_changer(request, pk):
    """Monte, descend ou retire un thème."""
    return _changer(request, _trouver_theme(request, pk))


@geste("guides.gerer")
def question_changer(request, pk):
    """Monte, descend ou retire une question."""
    return _changer(request, _trouver_question(request, pk))


def _visibles(request):
    return Guide.objects.visibles_par(request.membre).courants().select_related("reseau")


def _trouver(request, pk):
    return get_object_or_404(_visibles(request).avec_contenu(), pk=pk)


def _trouver_theme(request, pk):
    return get_object_or_404(Theme.objects.select_related("guide__reseau"), pk=pk, guide__in=_visibles(request))


def _trouver_question(request, pk):
    questions = Question.objects.select_related("theme__guide__reseau")
    return get_object_or_404(questions, pk=pk, theme__guide__in=_visibles(request))


def _version(request):
    """La version du guide que la page montrait ; 0, qui n'en est jamais une, si elle manque."""
    cle = request.POST.get("version", "")
    return int(cle) if cle.isdecimal() and len(cle) < 10 else 0


def _piece(request, classe, piece, guide, operation, titre):
    form = classe(request.POST or None, instance=piece, guide=guide)
    if form.is_valid():
        if not form.has_changed():
            return _modifier(guide)
        if tenu := tenter(form, operation, form.instance, version=form.cleaned_data["version"], par=request.membre):
            _dire_la_version(request, guide, tenu)
            return _modifier(tenu, form.instance)
        _reprendre_la_version(form, guide)
    return render(request, "visites/guide_piece_form.html", {"form": form, "guide": guide, "titre": titre})


def _reprendre_la_version(form, guide):
    """Après un conflit, un second envoi l'emporte, en conscience."""
    form.data = form.data.copy()
    form.data["version"] = Guide.objects.values_list("version", flat=True).get(pk=guide.pk)


def _changer(request, piece):
    choix, version = request.POST.get("geste"), _version(request)
    if choix == "retirer":
        tenu = operations.retirer(piece, version=version, par=request.membre)
        messages.success(request, f"« {piece} » est retiré du guide.")
    elif choix in PAS:
        tenu = operations.deplacer(piece, PAS[choix], version=version, par=request.membre)
    else:
        raise RegleEnfreinte("Choisissez un geste.")
    _dire_la_version(request, piece.guide if isinstance(piece, Theme) else piece.theme.guide, tenu)
    return _modifier(tenu, piece if choix in PAS else None)


def _dire_la_version(request, avant, tenu):
    if tenu.edition != avant.edition:
        messages.info(request, f"Ce guide avait servi : la version {tenu.edition} commence, les réponses restent à la leur.")


def _modifier(guide, piece=None):
    """La page du guide, là où l'on en était."""
    ancre = f"#{piece._meta.model_name}-{piece.pk}" if piece else ""
    return redirect(reverse("visites:guide-modifier", args=[guide.reseau.slug, guide.pk]) + ancre)
