"""Une expédition tuée net, à n'importe quel instant : rien de perdu, rien deux fois, un seul courriel incertain.

`EXPEDITIONS_TUEES=40` en tue quarante ; la suite en tue deux. De vrais processus, un vrai port, le moteur des essais.
"""

import os
import random
import signal
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import now

from reseau import expedition
from reseau.enums import EtatPli, GenrePli
from reseau.models import Pli
from tests.lib.faux_smtp import serveur_de_courriel

pytestmark = pytest.mark.django_db(transaction=True)
FOIS = int(os.environ.get("EXPEDITIONS_TUEES", "2"))
PLIS = 12


def expedier_a_part(instant):
    """Un processus qui fait partir ce qui attend ; rend son identifiant."""
    connection.close()  # chacun rouvrira la sienne
    enfant = os.fork()
    if not enfant:
        expedition.expedier(maintenant=instant)
        os._exit(0)
    return enfant


def test_expedition_tuee_n_importe_quand_ne_perd_ni_ne_double_rien(base_sur_disque, settings):
    hasard, incertains = random.Random(70), 0
    with serveur_de_courriel(settings) as serveur:
        serveur.goutte = 0.0005
        for _ in range(FOIS):
            instant = now()
            Pli.objects.all().delete()
            serveur.recus.clear()
            for rang in range(PLIS):
                expedition.inscrire(GenrePli.RESUME, destinataire=f"m{rang}@exemple.fr", objet="o", corps="c", inscrit_le=instant)
            enfant = expedier_a_part(instant)
            time.sleep(hasard.uniform(0, 0.6))
            os.kill(enfant, signal.SIGKILL)
            os.waitpid(enfant, 0)
            os.waitpid(expedier_a_part(instant + timedelta(minutes=11)), 0)
            recus = sorted(adresse for (adresse,), _ in serveur.recus)
            plis = list(Pli.objects.order_by("pk"))
            douteux = [pli.destinataire for pli in plis if pli.etat == EtatPli.INCERTAIN]
            assert len(recus) == len(set(recus))
            assert len(douteux) <= 1
            assert {f"m{rang}@exemple.fr" for rang in range(PLIS)} == {*recus, *douteux}
            assert sum(pli.parti for pli in plis) == PLIS - len(douteux)
            incertains += len(douteux)
    print(f"{FOIS} expéditions tuées, {incertains} courriels incertains")  # noqa: T201
