"""D8 : les travaux planifiés, joués deux fois au même instant, de nouveau, ou en retard, n'agissent qu'une fois."""

import os
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
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
from tests.lib.base_de_version import base_a_jour
from tests.lib.faux_smtp import serveur_de_courriel
from visites import demandes
from visites.models import DemandeDeVisite

pytestmark = pytest.mark.base
LUNDI = datetime(2026, 11, 23, 7, tzinfo=UTC)
JEUDI = LUNDI + timedelta(days=3)
JEUDI_SUIVANT = JEUDI + timedelta(days=7)  # le lundi d'avant, rien ne s'est joué
PASSAGES = {"au même instant": LUNDI, "de nouveau": LUNDI, "en retard": JEUDI, "un lundi manqué": JEUDI_SUIVANT}
# Ce qu'une journée jouée seule doit avoir changé, sans quoi on n'éprouverait rien.
NEUFS = {
    LUNDI: ("résumés", "relances", "courriels", "réveils", "rapports", "demandes"),
    JEUDI: ("réveils",),
    JEUDI_SUIVANT: ("résumés", "relances", "courriels"),
}


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


@verification("D8", "une journée de travaux, à deux, deux fois, puis deux fois en retard", casser=sans_prise)
def test_travaux_joues_a_deux_n_agissent_qu_une_fois(bilan, tmp_path, settings, django_db_blocker):
    seuls = {} if bilan.casse else _joues_par_un_seul(bilan, tmp_path, settings, django_db_blocker)
    with django_db_blocker.unblock(), base_a_jour("v1-pleine", tmp_path), serveur_de_courriel(settings) as courriel:
        _preparer()
        for passage, instant in PASSAGES.items():
            bilan.noter(a_deux(instant) == 0, f"{passage} : un processus échoue")
            _comparer(bilan, seuls.get(instant, {}), effets(), passage)
            if bilan.casse:
                break  # un seul passage suffit à doubler
        recus = Counter(texte.partition("Message-ID: ")[2].split("\n")[0].strip() for _, texte in courriel.recus)
        bilan.noter_lot(len(recus), [f"{reference} reçu {fois} fois" for reference, fois in recus.items() if fois > 1])
        bilan.noter(_en_double() == [], f"résumés en double : {_en_double()}")


def _joues_par_un_seul(bilan, tmp_path, settings, django_db_blocker):
    """{instant: les effets} des mêmes journées, jouées une fois chacune par un seul processus."""
    seuls = {}
    with django_db_blocker.unblock(), base_a_jour("v1-pleine", tmp_path), serveur_de_courriel(settings):
        avant = _preparer()
        for instant, neufs in NEUFS.items():
            journee(instant)
            seuls[instant] = effets()
            for quoi in neufs:
                bilan.noter(seuls[instant][quoi] != avant[quoi], f"{instant:%d/%m}, {quoi} : rien de neuf, on n’éprouve rien")
            avant = seuls[instant]
    return seuls


def _comparer(bilan, voulus, trouves, passage):
    for quoi, nombre in voulus.items():
        bilan.noter(trouves[quoi] == nombre, f"{passage}, {quoi} : {trouves[quoi]} au lieu de {nombre}")


def _en_double():
    semaines = Resume.objects.exclude(semaine=None).values_list("membre", "semaine")
    return [cle for cle, fois in Counter(semaines).items() if fois > 1]


def _preparer():
    """De quoi occuper chaque travail ; rend ce qui est déjà en base."""
    reseau = Reseau.objects.get()
    Reseau.objects.update(rapport_mois=1, rapport_courriel="prefet@exemple.fr")
    dormeuses = list(Action.objects.filter(etat=EtatAction.ENDORMIE).order_by("pk").values_list("pk", flat=True)[:5])
    Action.objects.filter(pk__in=dormeuses).update(reveil_le=LUNDI.date())
    Action.objects.filter(pk__in=dormeuses[:2]).update(reveil_le=LUNDI.date() + timedelta(days=1))  # un jour où rien ne se joue
    for jours in (5, 400):
        demande = DemandeDeVisiteFactory(reseau=reseau, a_confirmer=True)
        DemandeDeVisite.objects.filter(pk=demande.pk).update(deposee_le=LUNDI - timedelta(days=jours))
    return effets()
