"""La boîte d'envoi, vue d'en haut : ce qui attend part, et ce qu'il portait l'apprend."""

from django.db import transaction
from django.utils.timezone import now

from reseau import expedition
from reseau.enums import Geste
from reseau.lib.erreurs import exiger
from reseau.models import Pli
from reseau.operations import noter
from suivi.operations.suites import constater_les_suites, retirer_les_suites_empechees
from visites import envois, invitations

PAR_PAQUET = 8
CLASSE = "Classé sans être envoyé."


def faire_partir(cles=None, *, maintenant=None):
    """Fait partir ces plis (None : tous ceux dont l'heure est venue), hors de toute transaction ; rend {état: combien}.

    Ce qui attendait et ne dit plus vrai est retiré d'abord ; ce qu'une page fermée a laissé entre dans la boîte d'envoi.
    """
    maintenant = maintenant or now()
    envois.retirer_les_empeches(maintenant)
    invitations.retirer_les_depassees(maintenant)
    retirer_les_suites_empechees(maintenant)
    while oublies := envois.prendre_les_oublies(combien=PAR_PAQUET, maintenant=maintenant):
        envois.inscrire_les_plis(oublies, maintenant=maintenant)
    bilan = expedition.expedier(cles, maintenant=maintenant)
    constater()
    return bilan


def constater():
    """Reporte sur les lettres, les invitations et les suites ce que leurs courriels sont devenus."""
    envois.constater()
    invitations.constater()
    constater_les_suites()


@transaction.atomic
def rejouer(plis, *, par, maintenant):
    """Remet en attente ceux qui ont échoué ; ils partent ensuite. Rend leur nombre."""
    cles = expedition.rejouer(plis, maintenant=maintenant)
    exiger(cles, "Ce courriel ne peut plus repartir : il est parti, en attente, ou son texte est effacé.")
    noter(par, Geste.MODIFICATION, "courriels", nombre=len(cles), precision="remis en attente")
    transaction.on_commit(lambda: faire_partir(cles, maintenant=maintenant))
    return len(cles)


@transaction.atomic
def classer(pli, *, par, maintenant):
    """Il ne partira pas, et ne se signale plus ; son contenu s'efface."""
    retire = expedition.retirer(Pli.objects.filter(pk=pli.pk), raison=CLASSE, maintenant=maintenant)
    exiger(retire, "Ce courriel est parti, ou en train de partir.")
    constater()
    noter(par, Geste.MODIFICATION, pli, precision="classé sans être envoyé")
    return pli
