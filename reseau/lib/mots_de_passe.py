"""Refuser ce que les listes de Django, anglaises, laissent passer : un mot français courant, habillé de chiffres."""

from django.core.exceptions import ValidationError

from reseau.lib.recherche import cle_de_recherche

# Les plus trouvés dans les fuites françaises, les suites de touches, et les mots de ce service.
COURANTS = frozenset(
    """
    motdepasse monmotdepasse azerty azertyuiop qsdfghjklm wxcvbn azertyqsdfgh bonjour bonjourbonjour coucou soleil doudou
    marseille chocolat loulou nicolas camille amour jetaime jetaimejetaime bienvenue connexion administrateur secret
    vacances printemps automne septembre reseau reseaudedeveloppeurs developpeur developpeurs prefecture entreprise
    entreprises animateur animatrice visite visites
    """.split()  # noqa: SIM905  (une liste de quarante mots se lit mieux en phrases)
)


class MotCourantValidator:
    """Un mot courant reste courant avec une majuscule, une année et un point d'exclamation."""

    def validate(self, password, user=None):
        lettres = "".join(signe for signe in cle_de_recherche(password) if signe.isalpha())
        if lettres in COURANTS or len(set(password)) < 5:
            raise ValidationError("Ce mot de passe est un mot courant, ou une répétition : il se devine.", code="courant")

    def get_help_text(self):
        return "Votre mot de passe ne peut pas être un mot courant, même suivi de chiffres."
