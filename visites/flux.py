"""Le flux d'agenda personnel : créer, renouveler, révoquer, lire."""

from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.utils.timezone import localdate, now

from reseau.enums import Geste
from reseau.lib.agenda import PUBLICATION, ecrire
from reseau.operations import noter
from visites.agenda import du_membre
from visites.models import FluxAgenda
from visites.models.agenda import nouvelle_graine

ENTRE_DEUX_TRACES = timedelta(hours=1)  # un téléphone relit tous les quarts d'heure : chaque lecture n'écrit pas


@transaction.atomic
def renouveler(membre):
    """Ouvre le flux de ce membre à une adresse neuve ; l'ancienne ne mène plus nulle part."""
    flux, nouveau = FluxAgenda.objects.select_for_update().get_or_create(membre=membre)
    if not nouveau:
        flux.graine, flux.revoque_le, flux.lu_le = nouvelle_graine(), None, None
        flux.empreinte, flux.change_le = "", None
        flux.save()
    noter(membre, Geste.AJOUT if nouveau else Geste.MODIFICATION, flux)
    return flux


@transaction.atomic
def revoquer(membre):
    """Ferme l'adresse : les agendas abonnés lisent qu'elle a disparu. Rend faux s'il n'y en avait pas d'ouverte."""
    fermes = FluxAgenda.objects.filter(membre=membre, revoque_le=None)
    flux = fermes.select_for_update().first()
    if flux is None:
        return False
    flux.revoque_le = now()
    flux.save(update_fields=["revoque_le"])
    noter(membre, Geste.MODIFICATION, flux, precision="révoqué")
    return True


def trouver(pk, jeton):
    """Le `FluxAgenda` qu'ouvre ce jeton, fermé ou non ; None s'il n'en ouvre aucun."""
    liens = ["membre__reseau", "membre__institution", "membre__utilisateur"]
    flux = FluxAgenda.objects.select_related(*liens).defer("membre__reseau__logo").filter(pk=pk).first()
    return flux if flux and flux.reconnait(jeton) else None


def lire(flux, *, maintenant, racine):
    """(octets du calendrier, empreinte, instant où il a changé pour la dernière fois) ; laisse au journal une trace par jour."""
    membre = flux.membre
    evenements = du_membre(membre, maintenant=maintenant, racine=racine)
    nom = f"{membre.reseau} – {membre}"
    empreinte = sha256(repr((nom, evenements)).encode()).hexdigest()
    _tracer(flux, empreinte, maintenant)
    octets = ecrire(evenements, methode=PUBLICATION, fuseau=membre.reseau.fuseau, le=flux.change_le, nom=nom)
    return octets, empreinte, flux.change_le


def _tracer(flux, empreinte, maintenant):
    """Retient ce qui a changé et quand on a lu, sans écrire à chaque lecture ; jamais le jeton."""
    change = empreinte != flux.empreinte
    ancienne = flux.lu_le is None or maintenant - flux.lu_le > ENTRE_DEUX_TRACES
    if not change and not ancienne:
        return
    if flux.lu_le is None or localdate(flux.lu_le) != localdate(maintenant):
        noter(flux.membre, Geste.LECTURE, flux)
    if change:
        flux.empreinte, flux.change_le = empreinte, maintenant.replace(microsecond=0)
    flux.lu_le = maintenant
    flux.save(update_fields=["empreinte", "change_le", "lu_le"])
