"""Les tableaux de bord (annexes 2.4, 2.5 et 2.7, réponses au guide) : sommaire, page, papier, classeur, du même objet."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from reseau.acces import exiger, page
from reseau.droits import NON, portee
from reseau.enums import Geste
from reseau.lib.pdf import tableau_en_pdf
from reseau.lib.reponses import fichier
from reseau.lib.tableur import tableau_en_xlsx
from reseau.operations import noter
from suivi.indicateurs.extraits import chiffres, graphiques
from suivi.indicateurs.periodes import CHOIX
from visites.models import Guide

# Ce qu'il faut en plus de « tableaux.voir » : le 2.4 nomme des entreprises.
DROITS = {"2.4": "tableaux.actions"}
RESUMES = {
    "2.4": "Les actions dont chacun assure le suivi, avec leur fin prévue et leur fin réelle.",
    "2.5": "Les visites réalisées et programmées, la participation aux réunions, la couverture de la cible.",
    "2.7": "Ce que les visites ont fait naître : projets, actions, emplois projetés.",
    "suites": "Le temps mis à dire aux chefs d’entreprise ce qui a été décidé, face au repère de quinze jours.",
    "entretiens": "Les réponses au guide d’entretien, toutes entreprises mêlées : aucune n’est nommée.",
}


@page("tableaux.voir")
def tableaux(request):
    """Les tableaux permis à ce lecteur, et leurs chiffres-clés."""
    le = localdate()
    permis = [code for code in CHOIX if _permis(request.membre, code) and not _sans_objet(request.reseau, code)]
    composes = [CHOIX[code](None, membre=request.membre, le=le).composer() for code in permis]
    cartes = [{"tableau": t, "chiffres": chiffres(t, le), "resume": RESUMES[t.code]} for t in composes]
    return render(request, "suivi/tableau_liste.html", {"cartes": cartes})


@page("tableaux.voir")
def tableau(request, code):
    """Un tableau : ses choix, ses graphiques, ses lignes et ses définitions."""
    form = _choix(request, code)
    compose = form.composer()
    contexte = {"form": form, "tableau": compose, "graphiques": graphiques(compose, form.le)}
    return render(request, "suivi/tableau_fiche.html", contexte)


@page("tableaux.exporter")
def tableau_pdf(request, code):
    """Le même tableau, en PDF A4."""
    return _rendre(request, code, "pdf", tableau_en_pdf, Geste.IMPRESSION)


@page("tableaux.exporter")
def tableau_xlsx(request, code):
    """Le même tableau, en classeur."""
    return _rendre(request, code, "xlsx", tableau_en_xlsx, Geste.EXPORT)


def _permis(membre, code):
    return code not in DROITS or portee(membre, DROITS[code]) is not NON


def _sans_objet(reseau, code):
    """Un réseau qui n'a jamais eu de guide n'entend pas parler des réponses."""
    return code == "entretiens" and not Guide.objects.filter(reseau=reseau).exists()


def _choix(request, code):
    """Le formulaire de choix de ce tableau : 404 s'il n'existe pas, 403 si ce lecteur n'y a pas droit."""
    if code not in CHOIX:
        raise Http404("Tableau inconnu")
    exiger(request.membre, DROITS.get(code, "tableaux.voir"), request.membre)
    return CHOIX[code](request.GET, membre=request.membre, le=localdate())


def _rendre(request, code, genre, ecrire, geste):
    form = _choix(request, code)
    if form.is_bound and not form.is_valid():
        adresse = reverse("suivi:tableau", args=[request.reseau.slug, code])
        return redirect(f"{adresse}?{request.GET.urlencode()}")
    compose = form.composer()
    noter(request.membre, geste, f"tableau {code}", precision=compose.periode)
    return fichier(ecrire(compose), compose.ancre, genre)
