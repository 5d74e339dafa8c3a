"""La carte des entreprises, son tableau, leur papier : les filtres de la liste, et rien que ce que voit le lecteur."""

from dataclasses import dataclass, replace

from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate, localtime

from entreprises.carte import COMMUNES, INTERCOMMUNALITES, Carte, dessiner
from entreprises.models import Entreprise
from reseau.acces import page
from reseau.enums import Geste
from reseau.lib.listes import page_de
from reseau.lib.pdf import rendre_pdf
from reseau.lib.reponses import fichier
from reseau.lib.tableau import Tableau
from reseau.lib.tableur import tableau_en_xlsx
from reseau.operations import noter
from visites.carte import etats, repartir, tableau
from visites.filters import EntrepriseSuivieFilter
from visites.views.entreprises import filtrer

PARAMETRES = {COMMUNES: "commune", INTERCOMMUNALITES: "epci"}  # le filtre de la liste que pose un clic
CERCLES_MAX = 300  # communes : au-delà, on ne les distingue ni ne les pointe plus
PROPRES = ("page", "tri", "par")  # ce qui est de cette page et n'a pas de sens dans la liste


@dataclass(frozen=True)
class Composition:
    """Ce que les trois sorties ont en commun."""

    filtre: EntrepriseSuivieFilter
    carte: Carte
    tableau: Tableau

    @property
    def section(self):
        return self.tableau.sections[0]


@page("entreprises.voir")
def carte(request):
    composition = _composer(request)
    page_obj = page_de(request, _ranger(composition.section, request.GET.get("tri", "lieu")))
    adresse = _vers_la_liste(request, composition.carte.par)
    places = {groupe.code for groupe in composition.carte.groupes if groupe.adresse}
    contexte = {
        "filter": composition.filtre,
        "nombre": composition.carte.total,
        "carte": composition.carte,
        "colonnes": composition.section.colonnes,
        "page_obj": page_obj,
        "lignes": [(_cases(composition, ligne), adresse(ligne["code"]) if ligne["code"] in places else "") for ligne in page_obj],
        "pied": _cases(composition, composition.section.pied[0]),
        "par_communes": composition.carte.par == COMMUNES,
        "vers_la_liste": _vers_la_liste(request)(),
    }
    return render(request, "visites/carte.html", contexte)


@page("entreprises.voir")
def carte_pdf(request):
    """La carte, sa légende et tout le tableau, en A4 paysage."""
    composition = _composer(request)
    contexte = {
        "carte": composition.carte,
        "tableau": replace(composition.tableau, definitions=()),
        "nom_reseau": request.reseau.nom,
    }
    octets = rendre_pdf("pdf/carte.html", contexte, titre=composition.tableau.titre, date=composition.tableau.edite_le)
    noter(request.membre, Geste.IMPRESSION, Entreprise._meta.label_lower, nombre=composition.carte.total, precision="carte")
    return fichier(octets, f"carte-{request.reseau.slug}-{composition.tableau.edite_le:%Y-%m-%d}", "pdf")


@page("entreprises.exporter")
def carte_xlsx(request):
    composition = _composer(request)
    noter(request.membre, Geste.EXPORT, Entreprise._meta.label_lower, nombre=composition.carte.total, precision="carte")
    return fichier(
        tableau_en_xlsx(composition.tableau), f"carte-{request.reseau.slug}-{composition.tableau.edite_le:%Y-%m-%d}", "xlsx"
    )


def _composer(request):
    """La `Composition` demandée : `par` choisit le regroupement ; sans choix, les communes, sauf trop nombreuses ou serrées."""
    filtre, reseau = filtrer(request), request.reseau
    repartition = repartir(filtre.selection, request.membre, localdate())
    choix = request.GET.get("par")
    defaut = COMMUNES if len(repartition) <= CERCLES_MAX else INTERCOMMUNALITES
    dessin = _dessiner(request, repartition, choix if choix in PARAMETRES else defaut)
    if choix not in PARAMETRES and dessin.serree:
        dessin = _dessiner(request, repartition, INTERCOMMUNALITES)
    imprime = tableau(repartition, dessin.par, reseau, filtres=filtre.choix, edite_le=localtime())
    return Composition(filtre, dessin, imprime)


def _cases(composition, ligne):
    """[(colonne, valeur)] d'une ligne du tableau."""
    return [(colonne, ligne[colonne.cle]) for colonne in composition.section.colonnes]


def _dessiner(request, repartition, par):
    lien = _vers_la_liste(request, par)
    return dessiner(request.reseau.departement, repartition, etats=etats(request.reseau), par=par, lien=lien)


def _vers_la_liste(request, par=COMMUNES):
    """Fonction : du code d'un lieu (ou sans code) à l'adresse de la liste, filtres gardés."""
    requete, liste = request.GET.copy(), reverse("visites:entreprises", args=[request.reseau.slug])
    for parametre in PROPRES:
        requete.pop(parametre, None)

    def adresse(code=None):
        voulue = requete.copy()
        if code:
            voulue[PARAMETRES[par]] = code
        return f"{liste}?{voulue.urlencode()}" if voulue else liste

    return adresse


def _ranger(section, tri):
    """Les lignes rangées par une colonne du tableau, et nulle autre ; à égalité, par nom."""
    cle = tri.removeprefix("-")
    if cle not in [colonne.cle for colonne in section.colonnes]:
        return list(section.lignes)
    lignes = sorted(section.lignes, key=lambda ligne: ligne["lieu"])
    return sorted(lignes, key=lambda ligne: ligne[cle], reverse=tri.startswith("-"))
