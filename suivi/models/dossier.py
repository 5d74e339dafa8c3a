"""Les dossiers d'un lecteur : les visites dont il peut lire le compte rendu et les projets."""

from django.db.models import Exists, OuterRef, Q

from entreprises.models import Deport
from reseau.droits import NON, TOUT, portee
from suivi.models.action import Action
from visites.models import Visite


def dossiers(membre):
    """QuerySet de visites : tout le réseau moins ses déports ; pour un associé, celles qu'il accompagne et celles dont
    il porte une action (conception, section 5 : « de ses dossiers ») ; rien pour qui ne lit pas les comptes rendus.
    """
    etendue = portee(membre, "comptes_rendus.lire")
    if etendue is NON:
        return Visite.objects.none()
    if etendue is TOUT:
        return Visite.objects.visibles_par(membre)
    deports = Deport.objects.filter(entreprise=OuterRef("entreprise"), membre=membre)
    portees = Action.objects.filter(projet__visite=OuterRef("pk"), responsable=membre)
    visites = Visite.objects.filter(reseau=membre.reseau).exclude(Exists(deports))
    return visites.filter(Q(accompagnant=membre) | Exists(portees))
