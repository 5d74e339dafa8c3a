"""Ce que l'on remet à une entreprise : la carte de visite et la plaquette, aux couleurs du réseau."""

from reseau.supports.carte import imprimer_carte, imprimer_planche
from reseau.supports.plaquette import imprimer_plaquette

__all__ = ["imprimer_carte", "imprimer_planche", "imprimer_plaquette"]
