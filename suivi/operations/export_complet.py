"""L'export complet d'un réseau, demandé à l'écran : tout, partie réservée comprise, pour pouvoir partir ailleurs.

Un seul fichier, le même pour tous ceux qui peuvent le demander : il n'est donc donné qu'à qui lirait chaque ligne de chaque page.
Ni l'animateur d'une institution à fonctions régaliennes (partie réservée) ni celui qui s'est déporté d'une entreprise n'en sont :
l'expurger pour eux en ferait un export qui ne se reprend pas. Un autre animateur le demande, ou l'exploitant le fait.
"""

import io
import tempfile
from pathlib import Path
from typing import BinaryIO

from django.utils.timezone import now

from entreprises.models import Deport
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.operations import noter
from reseau.sauvegarde import echange

EN_MEMOIRE = 16 << 20  # octets : au-delà, l'archive se lit du disque, déjà effacée
REGALIEN = (
    "Votre institution exerce des fonctions régaliennes : vous ne lisez pas la partie réservée des comptes rendus, et cet "
    "export la contient. Demandez-le à un autre animateur, ou à l’exploitant du service."
)
DEPORTE = (
    "Vous vous êtes déporté d’une entreprise au moins, et cet export la contient. Demandez-le à un autre animateur, ou à "
    "l’exploitant du service."
)


def refus_de_l_export(membre) -> str:
    """Pourquoi ce membre n'obtient pas l'export de son réseau ; vide s'il l'obtient."""
    if membre.institution.regalienne:
        return REGALIEN
    return DEPORTE if Deport.objects.filter(membre=membre).exists() else ""


def exporter_le_reseau(membre, *, avancer=lambda *_: None) -> BinaryIO:
    """L'archive ouverte, que rien ne laisse sur le disque ; `RegleEnfreinte` si ce membre n'y a pas droit. Il est au journal."""
    if refus := refus_de_l_export(membre):
        raise RegleEnfreinte(refus)
    with tempfile.TemporaryDirectory(prefix="export-") as dossier:
        bilan = echange.exporter(
            Path(dossier),
            maintenant=now(),
            reseau=membre.reseau,
            avancer=lambda etape, fait, total: avancer(fait, total, etape),
        )
        noter(membre, Geste.EXPORT, membre.reseau, nombre=bilan.lignes, precision="export complet")
        petite = bilan.archive.stat().st_size <= EN_MEMOIRE
        return io.BytesIO(bilan.archive.read_bytes()) if petite else bilan.archive.open("rb")
