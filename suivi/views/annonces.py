"""Ce que la page suivante dit d'un courriel qui n'est pas parti."""

from django.contrib import messages


def dire_muet(request):
    """Fonction d'un membre : le dire à l'écran ; l'action, elle, l'attend sur son accueil."""

    def dire(membre):
        messages.warning(request, f"Le courriel à {membre} n’a pas pu partir : l’action l’attend sur son accueil.")

    return dire
