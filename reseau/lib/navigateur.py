"""Reconnaître son appareil dans une liste : « Firefox sur Windows ». Rien n'en dépend, et rien d'autre n'en est gardé."""

# Dans l'ordre : Edge et Opera se disent aussi Chrome, et Chrome se dit aussi Safari.
LOGICIELS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMES = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Macintosh": "Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def en_clair(agent: str) -> str:
    """Le navigateur et le système que dit l'en-tête `User-Agent` ; « Appareil inconnu » s'il ne dit rien de connu."""
    logiciel = next((nom for signe, nom in LOGICIELS.items() if signe in agent), "")
    systeme = next((nom for signe, nom in SYSTEMES.items() if signe in agent), "")
    if logiciel and systeme:
        return f"{logiciel} sur {systeme}"
    return logiciel or systeme or "Appareil inconnu"
