"""Navigation principale : une table, filtrée par les droits du membre.

Comme dans un gabarit, les pages des autres applications y sont nommées par chaînes (conception des dépendances).
"""

from django import template
from django.urls import NoReverseMatch, reverse

register = template.Library()

# (libellé, [(libellé, nom d'adresse, droit)]) : une seule page, un lien ; plusieurs, un menu déroulant.
MENU = [
    ("Accueil", [("Accueil", "suivi:accueil", "accueil_voir")]),
    (
        "Entreprises",
        [
            ("Entreprises", "visites:entreprises", "entreprises_voir"),
            ("Noter un contact", "entreprises:sollicitation-noter", "sollicitations_saisir"),
            ("Cibles", "entreprises:cibles", "cibles_voir"),
            ("Imports", "entreprises:imports", "entreprises_importer"),
            ("Doublons", "suivi:doublons", "entreprises_fusionner"),
        ],
    ),
    (
        "Visites",
        [
            ("Plan de visites", "visites:plan", "campagnes_voir"),
            ("Visites", "visites:liste", "visites_voir"),
            ("Demandes de visite", "visites:demandes", "demandes_traiter"),
            ("Campagnes", "visites:campagnes", "campagnes_voir"),
            ("Courriers", "visites:courriers", "courriers_voir"),
            ("Guide d’entretien", "visites:guides", "guides_voir"),
            ("Qui a vu qui", "visites:qui-a-vu-qui", "sollicitations_tableau"),
        ],
    ),
    (
        "Actions",
        [("Actions", "suivi:actions", "actions_voir"), ("Besoins communs", "suivi:besoins", "besoins_voir")],
    ),
    (
        "Réunions",
        [
            ("Réunions", "suivi:reunions", "reunions_voir"),
            ("Entreprises proposées", "suivi:reunion-entreprises", "reunions_repondre"),
            ("Exposés et formations", "reseau:formations", "formations_voir"),
        ],
    ),
    ("Tableaux de bord", [("Tableaux de bord", "suivi:tableaux", "tableaux_voir")]),
    (
        "Annuaire",
        [
            ("Membres", "reseau:membres", "annuaire_voir"),
            ("Compétences", "suivi:competences", "annuaire_voir"),
            ("Institutions", "reseau:institutions", "annuaire_voir"),
            ("Dispositifs", "reseau:dispositifs", "annuaire_voir"),
            ("Absences", "visites:absences", "annuaire_voir"),
        ],
    ),
    (
        "Paramètres",
        [
            ("Paramètres", "reseau:parametres", "parametres_gerer"),
            ("Courriels envoyés", "suivi:boite-d-envoi", "envois_suivre"),
            ("Journal", "reseau:journal", "journal_voir"),
            ("Données personnelles", "suivi:droits", "vie_privee_gerer"),
            ("Durées et purge", "suivi:conservation", "vie_privee_gerer"),
        ],
    ),
]


@register.simple_tag(takes_context=True)
def menu_principal(context):
    """Entrées visibles : `libelle`, `identifiant`, `pages` (`libelle`, `adresse`, `courante`), `courante`."""
    chemin, slug, droits = context["request"].path, context["reseau"].slug, context["droits"]
    entrees = [
        {"identifiant": f"menu-{rang}", "libelle": libelle, "pages": _pages_visibles(pages, slug, droits)}
        for rang, (libelle, pages) in enumerate(MENU)
    ]
    entrees = [entree for entree in entrees if entree["pages"]]
    _marquer_la_courante(entrees, chemin, slug)
    return entrees


def _pages_visibles(pages, slug, droits):
    visibles = [(libelle, _adresse(nom, slug)) for libelle, nom, droit in pages if droits.get(droit)]
    return [{"libelle": libelle, "adresse": adresse, "courante": ""} for libelle, adresse in visibles if adresse]


def _adresse(nom, slug):
    """Adresse de la page, ou rien : une page absente de cette installation n'a pas de lien mort au menu."""
    try:
        return reverse(nom, args=[slug])
    except NoReverseMatch:
        return None


def _marquer_la_courante(entrees, chemin, slug):
    """Marque la page dont l'adresse est le plus long préfixe du chemin : « page » elle-même, « true » une fille."""
    pages = [page for entree in entrees for page in entree["pages"]]
    # L'accueil du réseau est le préfixe de tout : il n'est courant que pour lui-même.
    racine = f"/{slug}/"
    meres = [p for p in pages if chemin == p["adresse"] or (p["adresse"] != racine and chemin.startswith(p["adresse"]))]
    if meres:
        mere = max(meres, key=lambda page: len(page["adresse"]))
        mere["courante"] = "page" if mere["adresse"] == chemin else "true"
    for entree in entrees:
        entree["courante"] = any(page["courante"] for page in entree["pages"])
