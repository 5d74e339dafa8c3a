"""Des chiffres et leurs phrases, que plusieurs pages montrent de la même façon."""

TOUCHEES = "Entreprises de la liste visitées ou ayant refusé depuis la décision, divisées par les entreprises de la liste."
PROGRAMMEES = "Confiées à un développeur, pas encore touchées."
SANS_CONTACT = "Ni visitées, ni ayant refusé, ni confiées."


def chiffres_de_couverture(trouvee):
    """La couverture et ses phrases : chaque chiffre s'affiche avec son dénominateur et sa définition."""
    sur = f"{trouvee.touchees} sur {trouvee.entreprises} entreprises"
    part = None if trouvee.part is None else 100 * trouvee.part
    return {"faits": trouvee, "part": part, "sur": sur, "touchees": TOUCHEES, "programmees": PROGRAMMEES, "reste": SANS_CONTACT}
