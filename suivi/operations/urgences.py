"""Une urgence se dit aussitôt à qui anime ; le courriel ne nomme personne, il mène à ce qui l'attend sur l'accueil."""

from django.urls import reverse
from django.utils.timezone import localdate

from entreprises.models import Deport
from reseau import expedition
from reseau.enums import GenrePli, Role
from reseau.models import Membre


def alerter(visite, *, par, racine):
    """Écrit aux animateurs, sauf à qui signale et à qui se déporte ; au secrétariat s'il n'en reste pas.

    `racine` : l'adresse du site.
    """
    membres = Membre.objects.filter(reseau=visite.reseau).actifs(localdate()).select_related("utilisateur")
    membres = membres.exclude(pk__in=Deport.objects.filter(entreprise=visite.entreprise).values("membre"))
    animateurs = membres.filter(role=Role.ANIMATEUR)
    prevenus = animateurs if animateurs.exists() else membres.filter(role=Role.SECRETARIAT)
    page = reverse("suivi:visites-urgentes", args=[visite.reseau.slug])
    donnees = {"reseau": visite.reseau, "lien": racine.rstrip("/") + page}
    adresse = {"membres": [membre for membre in prevenus if membre != par], "reseau": visite.reseau, "page": page}
    expedition.ecrire(GenrePli.URGENCE, "suivi/courriels/urgence", donnees, **adresse)
