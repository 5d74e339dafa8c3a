"""Ce qu'on exige de toute page, à toute largeur : rien ne déborde, rien ne casse, rien n'est en anglais."""

from contextlib import contextmanager
from importlib import import_module
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from playwright.sync_api import Error

LARGEURS = (1280, 768, 390)
ANGLAIS = [
    "Submit",
    "Save",
    "This field",
    "Log in",
    "Log out",
    "Password",
    "Username",
    "Search",
    "Delete",
    "Next page",
    "Previous",
    "Unknown",
    "Loading",
    "Choose File",
    "None",
    "True",
    "False",
]
# Les fautes seules reviennent du navigateur : tout ce qui est juste pèserait autant que la mesure. Les feuilles de style ne se
# chargent d'avance que pour une règle à l'essai, qu'on ne demande pas.
AXE = """async ([ou, regles]) => {
    const trouve = await axe.run({include: [["html"]], ...ou}, {resultTypes: ["violations"], ...regles});
    return trouve.violations.map((faute) => `${faute.id} (${faute.nodes[0].html.slice(0, 120)})`);
}"""
FERMEES = ("Download is starting", "ERR_HTTP_RESPONSE_CODE_FAILURE")
SANS_CADRE = {"exclude": [[".fr-header"], [".fr-footer"]]}
DEBORDE = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"


def ouvrir_une_session(membre):
    """Le témoin de session de ce membre, sans passer par la page de connexion."""
    utilisateur = membre.utilisateur
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(utilisateur.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = utilisateur.get_session_auth_hash()
    session.create()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key}


def defauts(page, adresse, largeurs=LARGEURS, axe=(1280, 390), cadre=True, sauf=None):
    """Liste des défauts de cette page, à ces largeurs, et à celles d'`axe` pour l'accessibilité ; vide si tout va bien.

    Sans `cadre`, l'accessibilité ne se juge pas dans l'en-tête et le pied, qu'une autre page a déjà montrés. `sauf` reçoit la
    réponse (None si le navigateur n'a rien à montrer) et dit s'il n'y a rien à y voir : c'est alors None qui est rendu.
    """
    with ecouter(page, adresse) as erreurs:
        response = ouvrir(page, adresse, largeurs[0])
        if sauf and sauf(response):
            return None
        if response is None or response.status != 200:
            erreurs.append(f"réponse {response and response.status}")
        erreurs += a_l_ecran(page, largeurs, axe, cadre)
    return [f"{adresse} — {erreur}" for erreur in erreurs]


@contextmanager
def ecouter(page, adresse):
    """La liste, remplie à mesure, de ce dont la console se plaint et des demandes qui sortent du site."""
    erreurs = []
    noter = lambda message: message.type == "error" and erreurs.append(f"console : {message.text}")  # noqa: E731
    sortir = lambda demande: est_au_dehors(demande.url, adresse) and erreurs.append(f"au-dehors : {demande.url}")  # noqa: E731
    page.on("console", noter)
    page.on("request", sortir)
    try:
        yield erreurs
    finally:
        page.remove_listener("console", noter)
        page.remove_listener("request", sortir)


def ouvrir(page, adresse, largeur):
    """La réponse ; None si le navigateur n'a rien à montrer : un fichier qu'il télécharge, un refus sans page."""
    page.set_viewport_size({"width": largeur, "height": 900})
    try:
        return page.goto(adresse)
    except Error as erreur:
        if not any(fermee in erreur.message for fermee in FERMEES):
            raise
        return None


def a_l_ecran(page, largeurs, axe, cadre):
    """Ce qui déborde, ce qui est inaccessible, ce qui est en anglais, sur la page ouverte (voir `defauts`)."""
    erreurs = []
    for largeur in largeurs:
        page.set_viewport_size({"width": largeur, "height": 900})
        contenu, fenetre = page.evaluate(DEBORDE)
        if contenu > fenetre:
            erreurs.append(f"déborde à {largeur} px : {contenu} > {fenetre}")
        if largeur in axe:
            # Le contraste, la plus longue des règles, ne dépend pas de la largeur : il se mesure à la première.
            trouvees = violations(page, contraste=largeur == axe[0], cadre=cadre)
            erreurs += [f"axe à {largeur} px : {violation}" for violation in trouvees]
    texte = page.inner_text("body")
    return erreurs + [f"anglais : {mot}" for mot in ANGLAIS if mot in texte.split() or (" " in mot and mot in texte)]


def est_au_dehors(demandee, adresse):
    """Vrai si cette demande quitte le site que sert `adresse` ; ce que la page porte en elle (`data:`, `blob:`) n'en sort pas."""
    demandee, adresse = urlsplit(demandee), urlsplit(adresse)
    return demandee.scheme in ("http", "https", "ws", "wss") and demandee.netloc != adresse.netloc


def violations(page, *, contraste=True, cadre=True):
    """Les règles d'accessibilité enfreintes, chacune avec un exemple ; `contraste` : celle des couleurs aussi."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    regles = {"preload": False, "rules": {"color-contrast": {"enabled": contraste}}}
    return page.evaluate(AXE, [{} if cadre else SANS_CADRE, regles])
