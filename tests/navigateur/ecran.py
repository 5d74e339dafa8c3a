"""Ce qu'on exige de toute page, à toute largeur : rien ne déborde, rien ne casse, rien n'est en anglais."""

from importlib import import_module
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

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
AXE = """async (choix) => {
    const trouve = await axe.run(document, {resultTypes: ["violations"], ...choix});
    return trouve.violations.map((faute) => `${faute.id} (${faute.nodes[0].html.slice(0, 120)})`);
}"""
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


def defauts(page, adresse, largeurs=LARGEURS, axe=(1280, 390)):
    """Liste des défauts de cette page, à ces largeurs, et à celles d'`axe` pour l'accessibilité ; vide si tout va bien."""
    erreurs = []
    noter = lambda message: message.type == "error" and erreurs.append(f"console : {message.text}")  # noqa: E731
    sortir = lambda demande: est_au_dehors(demande.url, adresse) and erreurs.append(f"au-dehors : {demande.url}")  # noqa: E731
    page.on("console", noter)
    page.on("request", sortir)
    page.set_viewport_size({"width": largeurs[0], "height": 900})
    response = page.goto(adresse)
    if response.status != 200:
        erreurs.append(f"réponse {response.status}")
    for largeur in largeurs:
        if largeur != largeurs[0]:  # celle où la page s'est ouverte
            page.set_viewport_size({"width": largeur, "height": 900})
        contenu, fenetre = page.evaluate(DEBORDE)
        if contenu > fenetre:
            erreurs.append(f"déborde à {largeur} px : {contenu} > {fenetre}")
        if largeur in axe:
            # Le contraste, la plus longue des règles, ne dépend pas de la largeur : il se mesure à la première.
            trouvees = violations(page, contraste=largeur == axe[0])
            erreurs += [f"axe à {largeur} px : {violation}" for violation in trouvees]
    texte = page.inner_text("body")
    erreurs += [f"anglais : {mot}" for mot in ANGLAIS if mot in texte.split() or (" " in mot and mot in texte)]
    page.remove_listener("console", noter)
    page.remove_listener("request", sortir)
    return [f"{adresse} — {erreur}" for erreur in erreurs]


def est_au_dehors(demandee, adresse):
    """Vrai si cette demande quitte le site que sert `adresse` ; ce que la page porte en elle (`data:`, `blob:`) n'en sort pas."""
    demandee, adresse = urlsplit(demandee), urlsplit(adresse)
    return demandee.scheme in ("http", "https", "ws", "wss") and demandee.netloc != adresse.netloc


def violations(page, *, contraste=True):
    """Les règles d'accessibilité enfreintes, chacune avec un exemple ; `contraste` : celle des couleurs aussi."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(AXE, {"preload": False, "rules": {"color-contrast": {"enabled": contraste}}})
