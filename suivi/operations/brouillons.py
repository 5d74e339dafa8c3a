"""Le brouillon qui se garde tout seul, de plusieurs appareils : ce qu'un autre enregistrement aurait effacé se montre d'abord."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import QueryDict

from reseau.enums import Geste
from reseau.journal import noter
from reseau.lib.erreurs import RegleEnfreinte
from reseau.operations import CONFLIT
from suivi.models import Brouillon
from suivi.reserve import lire_la_reserve
from visites.models import CompteRendu

AILLEURS = "Ce compte rendu a changé ailleurs pendant que vous écriviez."


@dataclass(frozen=True)
class Autre:
    """L'enregistrement que celui-ci aurait effacé. `contenu` : ses champs, encodés comme un brouillon."""

    qui: str
    le: datetime | None
    contenu: str
    version: int
    marque: str


class EcritAilleurs(RegleEnfreinte):
    """Le navigateur part d'un état dépassé ; `autre` dit ce qui l'a remplacé. Rien n'est écrit."""

    def __init__(self, autre):
        super().__init__(AILLEURS)
        self.autre = autre


def garder_le_brouillon(visite, contenu, *, version, par):
    """Enregistre ce qui est tapé, tel quel. Un brouillon ne naît pas d'une page périmée ; `RegleEnfreinte` alors."""
    perime = _version(_rendu(visite)) != version
    if perime and not Brouillon.objects.filter(visite=visite, membre=par).exists():
        raise RegleEnfreinte(CONFLIT)
    return Brouillon.objects.update_or_create(visite=visite, membre=par, defaults={"contenu": contenu})[0]


def synchroniser_le_brouillon(visite, contenu, *, version, marque, par):
    """Le même, depuis un navigateur qui sait de quel enregistrement il part (`marque`, vide s'il n'en connaît pas).

    Lève `EcritAilleurs` si le compte rendu a été enregistré depuis, ou le brouillon depuis un autre appareil.
    """
    with transaction.atomic():
        rendu = _rendu(visite)
        connu = Brouillon.objects.select_for_update().filter(visite=visite, membre=par).first()
        if _version(rendu) == version:
            if connu and connu.marque != marque and connu.contenu != contenu:
                autre = Autre("vous, sur un autre appareil", connu.enregistre_le, connu.contenu, version, connu.marque)
                raise EcritAilleurs(autre)
            return Brouillon.objects.update_or_create(visite=visite, membre=par, defaults={"contenu": contenu})[0]
    # Hors de la transaction : ce que l'on montre de l'autre est une lecture, que le refus d'écrire n'efface pas du journal.
    raise EcritAilleurs(_autre_rendu(rendu, connu, par))


def _rendu(visite):
    return CompteRendu.objects.filter(visite=visite).select_related("saisi_par", "auteur", "visite").first()


def _version(rendu):
    return rendu.version if rendu else 0


def _autre_rendu(rendu, connu, membre):
    """Ce qu'un autre a enregistré, dans les mots du formulaire ; la partie réservée seulement pour qui la lit."""
    marque = connu.marque if connu else ""
    if rendu is None:
        return Autre("un autre membre, qui l’a retiré", None, "", 0, marque)
    champs = QueryDict(mutable=True)
    champs.update({"vu": rendu.vu_id or "", "phrase": rendu.phrase, "entendu": rendu.entendu})
    champs["urgent"] = "on" if rendu.urgent else ""
    noter(membre, Geste.LECTURE, rendu, precision="écrit ailleurs")
    if reserve := lire_la_reserve(rendu, membre):
        champs["reserve"] = reserve
    return Autre(str(rendu.saisi_par), rendu.termine_le, champs.urlencode(), rendu.version, marque)
