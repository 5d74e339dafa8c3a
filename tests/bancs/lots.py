"""De quoi mesurer la composition des lettres : un réseau par façon de faire, autant de lettres à la signature dans chacun.

Dans un processus à part de la mesure : les fabriques pèsent une dizaine de Mio, que le produit ne porte pas.
"""

import io

from django.core.management import call_command
from PIL import Image, ImageDraw

from reseau.enums import Qualite, Role
from tests.factories import ContactFactory, CourrierFactory, MembreFactory, ReseauFactory, SignataireFactory, VisiteFactory
from visites.models import Courrier


def principal(lots, nombre):
    call_command("migrate", verbosity=0)
    call_command("charger_references", verbosity=0)
    for _ in range(lots):
        lot(nombre)


def lot(nombre):
    """Autant de lettres à la signature d'un réseau neuf, et qui les signe."""
    reseau = ReseauFactory(logo=image((400, 200), "#0a50a0"))
    SignataireFactory(reseau=reseau, signature=image((500, 200), "#14145a"))
    developpeur = MembreFactory(reseau=reseau, nom="Tissot", prenom="Odile")
    for rang in range(nombre):
        visite = VisiteFactory(
            reseau=reseau, programmee=True, developpeur=developpeur, entreprise__raison_sociale=f"Fonderie {rang}"
        )
        ContactFactory(entreprise=visite.entreprise, dirigeant=True, nom=f"Exemple{rang}")
        CourrierFactory(visite=visite, a_signer=True)
    return Courrier.objects.filter(reseau=reseau), MembreFactory(reseau=reseau, role=Role.PREFECTURE, qualite=Qualite.AUCUN)


def image(taille, couleur):
    dessin = Image.new("RGBA", taille, (255, 255, 255, 0))
    ImageDraw.Draw(dessin).ellipse((10, 10, taille[0] - 10, taille[1] - 10), fill=couleur)
    octets = io.BytesIO()
    dessin.save(octets, "PNG")
    return octets.getvalue()
