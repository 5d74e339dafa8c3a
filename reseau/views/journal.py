"""Le journal de lecture : tout pour l'animateur, le sien pour un développeur ; des numéros, jamais de contenu."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.timezone import localtime, now

from reseau import vigilance
from reseau.acces import geste, page
from reseau.droits import TOUT, autorise, portee
from reseau.enums import Geste
from reseau.filters import JournalFilter
from reseau.journal import noter
from reseau.lib.listes import page_de
from reseau.lib.reponses import fichier
from reseau.lib.tableau import Colonne
from reseau.lib.tableur import Feuille, ecrire_xlsx
from reseau.models import Alerte, Journal, Membre

LIGNES_MAX = 50_000  # un an d'un réseau en compte moins
COLONNES = (
    Colonne("le", "Quand"),
    Colonne("qui", "Qui"),
    Colonne("institution", "Institution"),
    Colonne("geste", "Geste"),
    Colonne("objet", "Quoi"),
    Colonne("objet_id", "Numéro", "nombre"),
    Colonne("nombre", "Combien", "nombre"),
    Colonne("precision", "Précision"),
)


@page("journal.voir")
def journal(request):
    """Les lignes du journal que ce membre peut lire, filtrées et paginées ; à l'animateur, les alertes de lecture d'abord."""
    filtre, tout = _filtrer(request)
    page_obj = page_de(request, filtre.qs)
    alertes = Alerte.objects.visibles_par(request.membre).a_voir().select_related("membre__institution")
    contexte = {
        "filter": filtre,
        "page_obj": page_obj,
        "nombre": page_obj.paginator.count,
        "tout": tout,
        "alertes": list(alertes) if autorise(request.membre, "alertes.suivre") else [],
    }
    return render(request, "reseau/journal_liste.html", contexte)


@page("journal.exporter")
def export(request):
    """Le journal du réseau, sous les mêmes filtres ; l'export y est noté."""
    lignes = list(_filtrer(request)[0].qs[:LIGNES_MAX])
    noter(request.membre, Geste.EXPORT, "journal", nombre=len(lignes))
    feuille = Feuille("Journal", COLONNES, map(_cellules, lignes), triable=False)
    maintenant = localtime()
    return fichier(ecrire_xlsx([feuille], edite_le=maintenant), f"journal-{request.reseau.slug}-{maintenant:%Y-%m-%d}", "xlsx")


@geste("alertes.suivre")
def classer(request):
    """L'animateur a regardé les alertes ; elles restent au journal."""
    vigilance.classer(Alerte.objects.visibles_par(request.membre), par=request.membre, maintenant=now())
    messages.success(request, "Les alertes sont classées.")
    return redirect("reseau:journal", request.reseau.slug)


def _filtrer(request):
    tout = portee(request.membre, "journal.voir") is TOUT
    personnes = Membre.objects.visibles_par(request.membre) if tout else None
    lignes = Journal.objects.visibles_par(request.membre, tout).avec_noms()
    return JournalFilter(request.GET, lignes, personnes=personnes), tout


def _cellules(ligne):
    return {
        "le": f"{localtime(ligne.le):%d/%m/%Y %H:%M}",
        "qui": ligne.membre.nom_alphabetique if ligne.membre else "l’outil",
        "institution": ligne.membre.institution.sigle if ligne.membre else "",
        "geste": ligne.get_geste_display(),
        "objet": ligne.objet_dit,
        "objet_id": ligne.objet_id,
        "nombre": ligne.nombre,
        "precision": ligne.precision,
    }
