"""Les tableaux de bord : sommaire, page, papier, classeurs, du même objet ; et les fiches que compte chaque chiffre."""

from dataclasses import replace

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from reseau.acces import page
from reseau.droits import NON, portee
from reseau.enums import Geste
from reseau.lib.listes import page_de
from reseau.lib.pdf import tableau_en_pdf
from reseau.lib.reponses import fichier
from reseau.lib.tableur import tableau_en_ods, tableau_en_xlsx
from reseau.operations import noter
from suivi.indicateurs.extraits import chiffres, graphiques
from suivi.indicateurs.lignes import LIGNES
from suivi.indicateurs.periodes import CHOIX
from suivi.views.choix_de_tableau import DROITS, choix_de_tableau
from visites.models import Guide

EN_TETE = ("2.4", "2.5", "2.7", "suites", "entretiens")  # montrés avec leurs chiffres-clés ; les autres, par leur nom
RESUMES = {
    "2.4": "Les actions dont chacun assure le suivi, avec leur fin prévue et leur fin réelle.",
    "2.5": "Les visites réalisées et programmées, la participation aux réunions, la couverture de la cible.",
    "2.7": "Ce que les visites ont fait naître : projets, actions, emplois projetés.",
    "suites": "Le temps mis à dire aux chefs d’entreprise ce qui a été décidé, face au repère de quinze jours.",
    "entretiens": "Les réponses au guide d’entretien, toutes entreprises mêlées : aucune n’est nommée.",
}
AUTRES = {
    "delais": ("Délais", "De la lettre à la visite, au compte rendu, à la première action, à la fin."),
    "refus": ("Refus, par motif", "Combien d’entreprises refusent la visite, et pourquoi."),
    "territoires": ("Territoires et secteurs", "Où vont les visites, et ce qu’elles y font naître."),
    "valeur": ("Valeur ajoutée", "Ce qu’un service visite et qu’un autre prend en charge."),
    "institution": (
        "Relevé d’une institution",
        "Ce que ses agents y font, et ce qu’elle en reçoit : pour son chef de service.",
    ),
    "reseaux": ("Le réseau parmi les autres", "Les réseaux volontaires, à partir de cinq ; aucun n’est nommé."),
    "evaluations": ("Ce que pensent les chefs d’entreprise", "Les réponses au questionnaire ; rien au-dessous de cinq."),
}


@page("tableaux.voir")
def tableaux(request):
    """Les tableaux permis à ce lecteur, et leurs chiffres-clés."""
    le = localdate()
    permis = [code for code in CHOIX if _permis(request.membre, code) and not _sans_objet(request.reseau, code)]
    composes = [CHOIX[code](None, membre=request.membre, le=le).composer() for code in permis if code in EN_TETE]
    cartes = [{"tableau": t, "chiffres": chiffres(t, le), "resume": RESUMES[t.code]} for t in composes]
    autres = [{"code": code, "titre": AUTRES[code][0], "resume": AUTRES[code][1]} for code in permis if code in AUTRES]
    return render(request, "suivi/tableau_liste.html", {"cartes": cartes, "autres": autres})


@page("tableaux.voir")
def tableau(request, code):
    """Un tableau : ses choix, ses graphiques, ses lignes et ses définitions."""
    form = choix_de_tableau(request, code)
    compose = form.composer()
    autre_sens = "portrait" if compose.paysage else "paysage"
    contexte = {"form": form, "tableau": compose, "graphiques": graphiques(compose, form.le), "autre_sens": autre_sens}
    contexte["choisis"] = [paire for paire in request.GET.items() if paire[0] != "orientation"]
    return render(request, "suivi/tableau_fiche.html", contexte)


@page("tableaux.exporter")
def tableau_pdf(request, code):
    """Le même tableau, en PDF A4."""
    return _rendre(request, code, "pdf", _en_pdf, Geste.IMPRESSION)


@page("tableaux.exporter")
def tableau_xlsx(request, code):
    """Le même tableau, en classeur."""
    return _rendre(request, code, "xlsx", tableau_en_xlsx, Geste.EXPORT)


@page("tableaux.exporter")
def tableau_ods(request, code):
    """Le même tableau, en classeur OpenDocument."""
    return _rendre(request, code, "ods", tableau_en_ods, Geste.EXPORT)


@page("visites.voir")
def lignes_de_visites(request):
    return _lignes(request, "visites")


@page("actions.voir")
def lignes_d_actions(request):
    return _lignes(request, "actions")


@page("comptes_rendus.lire")
def lignes_de_projets(request):
    return _lignes(request, "projets")


@page("cibles.voir")
def lignes_de_cible(request):
    return _lignes(request, "cible")


@page("reunions.voir")
def lignes_de_reunions(request):
    return _lignes(request, "reunions")


@page("annuaire.voir")
def lignes_de_membres(request):
    return _lignes(request, "membres")


def _lignes(request, genre):
    """Les fiches de ce genre que l'adresse choisit, parmi celles que lit le lecteur ; 404 si l'adresse ne dit rien de connu."""
    choix = LIGNES[genre](request.GET, membre=request.membre, le=localdate())
    if not choix.is_valid():
        raise Http404("Ces fiches n’existent pas")
    fiches = choix.fiches()
    page_obj = page_de(request, fiches)
    contexte = {"page_obj": page_obj, "section": choix.section(page_obj), "criteres": choix.criteres}
    contexte |= {"precision": choix.precision(fiches)}
    return render(request, "suivi/lignes.html", contexte | {"nombre": page_obj.paginator.count})


def _en_pdf(compose):
    return tableau_en_pdf(compose, graphiques(compose, localdate()))


def _permis(membre, code):
    return code not in DROITS or portee(membre, DROITS[code]) is not NON


def _sans_objet(reseau, code):
    """Un réseau qui n'a jamais eu de guide n'entend pas parler des réponses."""
    return code == "entretiens" and not Guide.objects.filter(reseau=reseau).exists()


def _rendre(request, code, genre, ecrire, geste):
    form = choix_de_tableau(request, code)
    if form.is_bound and not form.is_valid():
        adresse = reverse("suivi:tableau", args=[request.reseau.slug, code])
        return redirect(f"{adresse}?{request.GET.urlencode()}")
    compose = form.composer()
    if (orientation := request.GET.get("orientation")) in ("portrait", "paysage"):
        compose = replace(compose, orientation=orientation)
    noter(request.membre, geste, f"tableau {code}", precision=compose.periode)
    return fichier(ecrire(compose), compose.ancre, genre)
