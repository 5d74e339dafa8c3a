"""D8 : les travaux planifiés, joués deux fois au même instant, de nouveau, ou en retard, n'agissent qu'une fois."""

import os
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils.timezone import localdate

from reseau import expedition
from reseau.models import Pli, Reseau
from suivi import operations
from suivi.enums import EtatAction, Mouvement
from suivi.management.commands import rapports
from suivi.models import Action, MouvementDAction, Relance, Resume, TableauFige
from tests.factories import DemandeDeVisiteFactory
from tests.fiabilite.verification import verification
from tests.lib.base_de_version import base_de_version
from tests.lib.faux_smtp import serveur_de_courriel
from visites import demandes
from visites.models import DemandeDeVisite

pytestmark = pytest.mark.base
LUNDI = datetime(2026, 11, 23, 7, tzinfo=UTC)
JEUDI = LUNDI + timedelta(days=3)


def sans_prise(monkeypatch):
    """Deux expéditions ne se partagent plus les courriels : chacune fait partir ce qu'elle a lu."""
    lire = Pli.objects.select_related("membre__utilisateur")
    monkeypatch.setattr(expedition, "_prendre", lambda cle, maintenant: lire.get(pk=cle))


def journee(instant):
    """Ce que le cron joue chaque jour."""
    operations.reveiller_a_date(localdate(instant))
    operations.relancer_tous(instant)
    for reseau in Reseau.objects.filter(rapport_mois__gt=0):
        rapports._etablir(reseau, localdate(instant))
    expedition.expedier(maintenant=instant)
    demandes.purger(instant)


def a_deux(instant):
    """Deux processus jouent la même journée au même instant ; rend combien ont échoué."""
    connections.close_all()
    enfants = [_a_part(instant), _a_part(instant)]
    return sum(os.waitpid(enfant, 0)[1] != 0 for enfant in enfants)


def _a_part(instant):
    enfant = os.fork()
    if not enfant:
        statut = 1
        try:
            journee(instant)
            statut = 0
        finally:
            os._exit(statut)
    return enfant


def effets():
    """Ce que la journée laisse en base, compté."""
    return {
        "résumés": Resume.objects.count(),
        "relances": Relance.objects.count(),
        "courriels": Pli.objects.count(),
        "réveils": MouvementDAction.objects.filter(mouvement=Mouvement.REVEIL).count(),
        "rapports": TableauFige.objects.count(),
        "demandes": DemandeDeVisite.objects.count(),
    }


@verification("D8", "une journée de travaux, à deux, deux fois, puis en retard", casser=sans_prise)
def test_travaux_joues_a_deux_n_agissent_qu_une_fois(bilan, tmp_path, settings, django_db_blocker):
    seule = {} if bilan.casse else _une_journee_seule(bilan, tmp_path, settings, django_db_blocker)
    with django_db_blocker.unblock(), base_de_version("v1-pleine", tmp_path), serveur_de_courriel(settings) as courriel:
        _preparer()
        for passage in ("au même instant", "de nouveau"):
            bilan.noter(a_deux(LUNDI) == 0, f"{passage} : un processus échoue")
            _comparer(bilan, seule, effets(), passage)
            if bilan.casse:
                break  # un seul passage suffit à doubler
        recus = Counter(texte.partition("Message-ID: ")[2].split("\n")[0].strip() for _, texte in courriel.recus)
        bilan.noter_lot(len(recus), [f"{reference} reçu {fois} fois" for reference, fois in recus.items() if fois > 1])
        if not bilan.casse:
            bilan.noter(a_deux(JEUDI) == 0, "en retard : un processus échoue")
            bilan.noter(effets()["rapports"] == seule["rapports"], "le rapport est refait")
            bilan.noter(_en_double() == [], f"résumés en double : {_en_double()}")


def _une_journee_seule(bilan, tmp_path, settings, django_db_blocker):
    """Les effets d'une journée jouée une fois, par un seul processus."""
    with django_db_blocker.unblock(), base_de_version("v1-pleine", tmp_path), serveur_de_courriel(settings):
        depart = _preparer()
        journee(LUNDI)
        seule = effets()
    for quoi, nombre in seule.items():
        bilan.noter(nombre != depart[quoi], f"{quoi} : la journée ne fait rien, on n’éprouve rien")
    return seule


def _comparer(bilan, voulus, trouves, passage):
    for quoi, nombre in voulus.items():
        bilan.noter(trouves[quoi] == nombre, f"{passage}, {quoi} : {trouves[quoi]} au lieu de {nombre}")


def _en_double():
    semaines = Resume.objects.exclude(semaine=None).values_list("membre", "semaine")
    return [cle for cle, fois in Counter(semaines).items() if fois > 1]


def _preparer():
    """De quoi occuper chaque travail ; rend ce qui est déjà en base."""
    call_command("migrate", verbosity=0)
    reseau = Reseau.objects.get()
    Reseau.objects.update(rapport_mois=1, rapport_courriel="prefet@exemple.fr")
    dormeuses = Action.objects.filter(etat=EtatAction.ENDORMIE).values_list("pk", flat=True)[:5]
    Action.objects.filter(pk__in=list(dormeuses)).update(reveil_le=LUNDI.date())
    for jours in (5, 400):
        demande = DemandeDeVisiteFactory(reseau=reseau, a_confirmer=True)
        DemandeDeVisite.objects.filter(pk=demande.pk).update(deposee_le=LUNDI - timedelta(days=jours))
    return effets()
