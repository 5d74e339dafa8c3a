"""L'exception des règles du métier, la façon de la lever et celle de la dire dans un formulaire."""


class RegleEnfreinte(Exception):
    """Un geste contraire aux règles du réseau ; le message, en français, se montre tel quel.

    `adresse` : la page où il se lit, celle d'où l'on vient si elle est vide.
    """

    def __init__(self, message="", adresse=""):
        super().__init__(message)
        self.adresse = adresse


def exiger(condition, message):
    """Lève `RegleEnfreinte` si la condition est fausse."""
    if not condition:
        raise RegleEnfreinte(message)


def tenter(form, operation, *arguments, **mots):
    """Joue l'opération ; une règle enfreinte devient une erreur du formulaire.

    Rend ce que rend l'opération (ou True si elle ne rend rien), False si la règle l'a refusée : rien de ce qui
    a été tapé n'est perdu.
    """
    try:
        resultat = operation(*arguments, **mots)
    except RegleEnfreinte as erreur:
        form.add_error(None, str(erreur))
        return False
    return True if resultat is None else resultat
