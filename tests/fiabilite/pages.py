"""Les pages principales d'un réseau, ouvertes comme son animateur : ce que toute base remise ou migrée doit encore servir."""

from django.test import Client
from django.urls import reverse

from reseau.enums import Role
from reseau.models import Membre

PAGES = (
    "suivi:accueil",
    "visites:entreprises",
    "visites:liste",
    "suivi:actions",
    "suivi:reunions",
    "suivi:tableaux",
    "reseau:membres",
    "reseau:journal",
    "reseau:parametres",
)


def ouvrir(bilan):
    """Note au bilan chaque page qui ne répond pas 200."""
    membre = Membre.objects.filter(role=Role.ANIMATEUR, parti_le=None).select_related("utilisateur", "reseau").first()
    client = Client(raise_request_exception=False)
    client.force_login(membre.utilisateur)
    for nom in PAGES:
        statut = client.get(reverse(nom, args=[membre.reseau.slug]), follow=True).status_code
        bilan.noter(statut == 200, f"{nom} : {statut}")
