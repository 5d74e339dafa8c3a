"""Balises et filtres d'affichage : nombres, dates, états, parts réutilisables (chiffre, onglets, tri, graphique)."""

from datetime import datetime
from uuid import uuid4

from django import template
from django.urls import reverse
from django.utils import dateformat
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.timezone import is_aware, localtime

from reseau.enums import Civilite

register = template.Library()

ABSENT = "–"
ESPACE_FINE = "\u202f"
ESPACE = "\u00a0"

FORMATS_DE_DATE = {"long": "j F Y", "jour": "l j F Y", "court": "d/m/Y", "mois": "F Y", "heure": "j F Y à G"}

# Une couleur dit une famille, le mot dit l'état : bleu à venir, jaune attend quelqu'un, vert fait, gris sorti.
A_VENIR, ATTEND, FAIT, SORTI = "blue-cumulus", "yellow-tournesol", "green-emeraude", ""
COULEURS_D_ETAT = {
    "a_programmer": ATTEND,
    "programmee": A_VENIR,
    "annoncee": A_VENIR,
    "rendez_vous_pris": A_VENIR,
    "realisee": FAIT,
    "restituee": FAIT,
    "injoignable": "brown-caramel",
    "refusee": "brown-caramel",
    "annulee": SORTI,
    "proposee": ATTEND,
    "acceptee": A_VENIR,
    "en_cours": A_VENIR,
    "close": FAIT,
    "endormie": "purple-glycine",
    "prevue": A_VENIR,
    "tenue": FAIT,
    "present": FAIT,
    "represente": A_VENIR,
    "excuse": ATTEND,
    "absent": SORTI,
    "apercu": ATTEND,
    "ecrit": FAIT,
    "abandonne": SORTI,
    "attend": ATTEND,
    "parti": FAIT,
    "incertain": "brown-caramel",
    "annule": SORTI,
    "decidee": FAIT,
    "ferme": SORTI,
    "brouillon": SORTI,
    "a_signer": ATTEND,
    "signee": FAIT,
    "envoyee": FAIT,
    "a_traiter": ATTEND,
    "declinee": SORTI,
    "doublon": SORTI,
}


@register.filter
def nombre_fr(valeur, decimales=0):
    """Nombre à la française, espaces fines insécables et virgule : 12345.5 → « 12 345,5 » avec une décimale."""
    if valeur is None or valeur == "":
        return ABSENT
    return f"{valeur:,.{int(decimales)}f}".replace(",", ESPACE_FINE).replace(".", ",")


@register.filter
def pluriel_fr(nombre, formes, decimales=0):
    """« visite,visites » → « 3 visites » ; en français zéro et un sont au singulier."""
    singulier, pluriel = formes.split(",")
    return f"{nombre_fr(nombre, decimales)}{ESPACE}{pluriel if abs(nombre or 0) >= 2 else singulier}"


@register.filter
def accorde(participe, membre):
    """Le participe passé, au genre de ce membre : « excusé » → « excusée »."""
    return f"{participe}e" if membre.civilite == Civilite.MADAME else participe


@register.filter
def siret_lisible(numero):
    """SIREN ou SIRET par groupes : 123 456 789 00012 ; vide si absent."""
    chiffres = str(numero or "")
    groupes = [chiffres[:3], chiffres[3:6], chiffres[6:9], chiffres[9:]]
    return ESPACE.join(groupe for groupe in groupes if groupe)


@register.filter
def date_fr(valeur, forme="long"):
    """Date ou instant (à l'heure de Paris) en toutes lettres ; formes : long, jour, court, mois, heure."""
    if not valeur:
        return ABSENT
    if isinstance(valeur, datetime) and is_aware(valeur):
        valeur = localtime(valeur)
    texte = dateformat.format(valeur, FORMATS_DE_DATE[forme])
    if forme in ("long", "jour", "heure") and valeur.day == 1:
        texte = texte.replace("1 ", "1er ", 1)
    return f"{texte}{ESPACE}h{ESPACE}{valeur:%M}" if forme == "heure" else texte


@register.simple_tag
def jeton_envoi():
    """Jeton d'un seul envoi : reseau.acces le consomme, un double clic ne fait rien deux fois.

    `autocomplete="off"` : sans lui, Firefox remet l'ancien jeton quand on recharge la page.
    """
    return format_html('<input type="hidden" name="jeton" value="{}" autocomplete="off">', uuid4())


@register.simple_tag(takes_context=True)
def parametre(context, **changements):
    """Requête courante modifiée, « ?etat=close&page=2 » ; une valeur None retire le paramètre."""
    requete = context["request"].GET.copy()
    for nom, valeur in changements.items():
        if valeur is None:
            requete.pop(nom, None)
        else:
            requete[nom] = valeur
    return f"?{requete.urlencode()}"


@register.simple_tag(takes_context=True)
def vers_la_page(context, numero):
    """L'adresse de cette page de la liste ; `parametre_page` nomme le paramètre de la seconde liste d'un même écran."""
    return parametre(context, **{context.get("parametre_page", "page"): numero})


@register.simple_block_tag
def retenir(content):
    """Rend son contenu une fois ; avec « as nom », il ressert plus loin (le titre : <title>, <h1>, fil d'ariane)."""
    return content


@register.simple_tag(takes_context=True)
def maillon(context, libelle, nom, *arguments):
    """Un lien du fil d'ariane vers une page du réseau courant ; `NoReverseMatch` si l'adresse n'existe pas."""
    adresse = reverse(nom, args=[context["reseau"].slug, *arguments])
    return format_html('<li><a class="fr-breadcrumb__link" href="{}">{}</a></li>', adresse, libelle)


@register.simple_block_tag
def onglets(content, libelle):
    """Onglets d'une fiche : chacun est une page, la courante est marquée."""
    return format_html('<nav class="onglets" aria-label="{}"><ul>{}</ul></nav>', libelle, content)


@register.inclusion_tag("_onglet.html", takes_context=True)
def onglet(context, libelle, nom, *arguments, nombre=None):
    """Un onglet, avec en option le nombre de lignes qu'il ouvre."""
    adresse = reverse(nom, args=[context["reseau"].slug, *arguments])
    return {"libelle": libelle, "adresse": adresse, "nombre": nombre, "courant": context["request"].path == adresse}


@register.simple_block_tag
def tableau(content, legende, classe=""):
    """Tableau DSFR (contenu : <thead> et <tbody>) ; au téléphone chaque ligne est une fiche, d'où les data-label."""
    return format_html(
        '<div class="fr-table fr-table--sm fr-table--multiline fr-table--no-caption tableau {}">'
        '<div class="fr-table__wrapper"><div class="fr-table__container"><div class="fr-table__content">'
        "<table><caption>{}</caption>{}</table></div></div></div></div>",
        classe,
        legende,
        content,
    )


@register.inclusion_tag("_case.html")
def tout_cocher(nom):
    """En-tête (<th>) qui coche toutes les cases `nom` de la page."""
    return {"balise": "th", "nom": "", "identifiant": f"tout-{nom}", "tout": nom, "libelle": "Tout cocher"}


@register.inclusion_tag("_case.html")
def case_a_cocher(nom, valeur, libelle):
    """Cellule (<td>) à cocher d'une ligne ; le libellé dit laquelle, pour qui ne la voit pas."""
    return {"balise": "td", "nom": nom, "valeur": valeur, "identifiant": f"{nom}-{valeur}", "libelle": libelle}


@register.inclusion_tag("_etat.html")
def etat(objet, libelle=None):
    """Badge d'un état : un objet (`etat`, `get_etat_display`) ou un code et son libellé."""
    code = getattr(objet, "etat", objet)
    texte = libelle if libelle is not None else objet.get_etat_display()
    return {"couleur": COULEURS_D_ETAT.get(code, SORTI), "libelle": texte}


@register.inclusion_tag("_tri.html", takes_context=True)
def entete_tri(context, champ, libelle, classe=""):
    """En-tête de colonne triable par le paramètre « tri » ; un second clic renverse l'ordre."""
    courant = context["request"].GET.get("tri", "")
    sens = {champ: "ascending", f"-{champ}": "descending"}.get(courant, "")
    suivant = f"-{champ}" if sens == "ascending" else champ
    return {
        "libelle": libelle,
        "classe": classe,
        "sens": sens,
        "adresse": parametre(context, tri=suivant, page=None),
    }


@register.inclusion_tag("_chiffre.html")
def chiffre(valeur, libelle, unite="", sur="", definition="", adresse="", decimales=0):
    """Un chiffre, son libellé, son dénominateur (`sur`), sa définition et, si on l'ouvre, l'adresse de ses lignes."""
    affiche = valeur if isinstance(valeur, str) else nombre_fr(valeur, decimales)
    return {
        "valeur": f"{affiche}{ESPACE}{unite}" if unite else affiche,
        "libelle": libelle,
        "sur": sur,
        "definition": definition,
        "adresse": adresse,
    }


@register.filter
def pages(page_obj):
    """Numéros à montrer, « … » compris : 1 … 4 [5] 6 … 12."""
    return page_obj.paginator.get_elided_page_range(page_obj.number, on_each_side=1, on_ends=1)


@register.inclusion_tag("_graphique_barres.html")
def graphique_barres(titre, donnees, unite=",", description="", repere=None, entete="Catégorie"):
    """Barres horizontales en SVG et leur tableau : donnees = [(libellé, nombre)], repere = (nombre, libellé).

    Largeurs en pour cent et texte à taille fixe : lisible au téléphone, et en noir et blanc puisque tout est écrit.
    """
    donnees = list(donnees)
    plus_grand = max([nombre for _, nombre in donnees] + ([repere[0]] if repere else []), default=0)
    barres = [_barre(rang, libelle, nombre, plus_grand, unite) for rang, (libelle, nombre) in enumerate(donnees)]
    return {
        "titre": titre,
        "identifiant": f"graphique-{slugify(titre)}",
        "description": description or _en_phrase(barres),
        "entete": entete,
        "barres": barres,
        "hauteur": len(barres) * HAUTEUR_DE_BARRE,
        "repere": {"x": _part(repere[0], plus_grand), "nombre": repere[0], "libelle": repere[1]} if repere else None,
    }


@register.simple_tag
def dessiner(graphique):
    """Le même graphique pour le papier, sur une largeur de mille : (titre, [(libellé, nombre)], unité)."""
    titre, donnees, unite = graphique
    plus_grand = max((nombre for _, nombre in donnees), default=0)
    barres = [_barre(rang, libelle, nombre, plus_grand, unite) for rang, (libelle, nombre) in enumerate(donnees)]
    for rang, barre in enumerate(barres):
        haut = rang * HAUTEUR_AU_PAPIER
        barre |= {"y_texte": haut + 20, "y_barre": haut + 5, "longueur": f"{3.5 * float(barre['largeur']):.1f}"}
    hauteur = len(barres) * HAUTEUR_AU_PAPIER
    return {
        "titre": titre,
        "description": _en_phrase(barres),
        "barres": barres,
        "hauteur": hauteur,
        "hauteur_mm": f"{hauteur * 0.17:.1f}",
    }


HAUTEUR_AU_PAPIER = 32
HAUTEUR_DE_BARRE = 40
LETTRES_PAR_LIGNE = 38


def _barre(rang, libelle, nombre, plus_grand, unite):
    haut = rang * HAUTEUR_DE_BARRE
    libelle = str(libelle)
    decimales = next(rang for rang in (0, 1, 2) if rang == 2 or round(nombre, rang) == round(nombre, 2))
    valeur = pluriel_fr(nombre, unite, decimales) if unite.strip(",") else nombre_fr(nombre, decimales)
    return {
        "libelle": libelle,
        "libelle_court": libelle if len(libelle) <= LETTRES_PAR_LIGNE else f"{libelle[: LETTRES_PAR_LIGNE - 1]}…",
        "valeur": valeur,
        "largeur": _part(nombre, plus_grand),
        "y_texte": haut + 14,
        "y_barre": haut + 20,
        "y_repere": haut + 16,
    }


def _part(nombre, plus_grand):
    """Pour cent avec un point : c'est un attribut SVG, pas un texte français."""
    return f"{100 * nombre / plus_grand:.1f}" if plus_grand else "0"


def _en_phrase(barres):
    return " ; ".join(f"{barre['libelle']}{ESPACE}: {barre['valeur']}" for barre in barres)
