"""Ce qui arrive à son terme : pour chaque ligne de `reseau/conservation.py`, quelles lignes de la base, et ce qu'on en fait.

Une ligne de la table sans purgeur, ni geste qui la purge avec une autre, ni personne pour s'en charger : un essai le refuse.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from entreprises.enums import EtatImport
from entreprises.models import Import, LotEcrit
from reseau.conservation import DUREES, Duree
from reseau.models import Absence, Alerte, Essai, JetonUtilise, Journal, Membre, Pli, Presence, Reseau, Signataire, Utilisateur
from suivi.anciennes import anciennes
from suivi.enums import Lecteurs
from suivi.models import Brouillon, ChefDuPanel, CompteRenduFige, DemandeDeDroit, Evaluation, Fusion, TableauFige
from suivi.operations import purges
from visites.models import DemandeDeVisite, EnvoiDeLettre, Invitation

Session = import_module(settings.SESSION_ENGINE).SessionStore.get_model_class()
NOMINATIFS = [Lecteurs.ACTIONS, Lecteurs.LIGNES]


@dataclass(frozen=True)
class Terme:
    """Le moment où l'on regarde : `instant`, l'instant en deçà duquel c'est périmé (`limite`), leur jour."""

    instant: datetime
    limite: datetime

    @property
    def le(self):
        return localdate(self.instant)

    @property
    def jour(self):
        return localdate(self.limite)


@dataclass(frozen=True)
class Purgeur:
    """`perimees(reseau, terme)` : les lignes du réseau (de l’installation, si `commun`) ; `geste(lignes, instant)` les purge."""

    cle: str
    perimees: Callable[[Reseau | None, Terme], QuerySet]
    geste: Callable = purges.supprimer
    commun: bool = False

    @property
    def duree(self) -> Duree:
        return DUREES[self.cle]

    def a_purger(self, reseau, instant) -> QuerySet:
        """Les lignes dont le terme est passé à cet instant."""
        return self.perimees(reseau, Terme(instant, self.duree.limite(instant, reseau))).order_by("pk")


def _comptes(reseau, terme):
    """Ceux qui ne sont plus d'aucun réseau depuis assez longtemps, et ont encore une adresse."""
    restent = Membre.objects.filter(utilisateur=OuterRef("pk")).filter(Q(parti_le=None) | Q(parti_le__gt=terme.jour))
    partis = Utilisateur.objects.filter(appartenances__reseau=reseau).exclude(Exists(restent))
    return partis.exclude(email__endswith=purges.FERME).filter(is_superuser=False).distinct()


def _membres(reseau, terme):
    return Membre.objects.filter(reseau=reseau, parti_le__lte=terme.jour).exclude(prenom="Ancien", nom__startswith="membre n° ")


def _questionnaires(reseau, terme):
    """Répondus, ou dont le lien ne sert plus, et qui portent encore une adresse."""
    clos = Q(repondue_le__lte=terme.limite) | Q(expire_le__lte=terme.limite)
    return Evaluation.objects.filter(clos, visite__reseau=reseau).exclude(courriel="")


def _comptes_rendus_figes(reseau, terme):
    return CompteRenduFige.objects.filter(reunion__reseau=reseau, le__lte=terme.limite, detruit_le=None)


def _tableaux_figes(reseau, terme):
    """Ceux qui nomment des personnes ; les totaux restent."""
    figes = TableauFige.objects.filter(reseau=reseau, fige_le__lte=terme.limite, detruit_le=None)
    return figes.filter(lecteurs__in=NOMINATIFS)


def _imports(reseau, terme):
    ecrits = Import.objects.filter(reseau=reseau, depose_le__lte=terme.limite).exclude(etat=EtatImport.APERCU)
    traces = LotEcrit.objects.filter(depot=OuterRef("pk"))
    return ecrits.filter(~Q(contenu=b"") | ~Q(rejets=[]) | Q(Exists(traces)))


def _fusions(reseau, terme):
    return Fusion.objects.filter(reseau=reseau, faite_le__lte=terme.limite).exclude(deplaces={})


def _envois(reseau, terme):
    envois = EnvoiDeLettre.objects.filter(courrier__reseau=reseau, demande_le__lte=terme.limite)
    return envois.exclude(courriel="", objet="", corps="")


PURGEURS = (
    Purgeur("entreprise", lambda reseau, t: anciennes(reseau, t.limite, t.le), purges.anonymiser_des_entreprises),
    Purgeur("membre", _membres, purges.anonymiser_des_membres),
    Purgeur("compte", _comptes, purges.fermer_des_comptes),
    Purgeur("journal", lambda reseau, t: Journal.objects.filter(reseau=reseau, le__lte=t.limite)),
    Purgeur(
        "demande_a_confirmer",
        lambda reseau, t: DemandeDeVisite.objects.filter(reseau=reseau, etat="a_confirmer", deposee_le__lte=t.limite),
    ),
    Purgeur(
        "demande_expediteur",
        lambda reseau, t: DemandeDeVisite.objects.filter(reseau=reseau, deposee_le__lte=t.limite).exclude(expediteur=""),
        purges.vider("expediteur"),
    ),
    Purgeur("demande_traitee", lambda reseau, t: DemandeDeVisite.objects.filter(reseau=reseau, traitee_le__lte=t.jour)),
    Purgeur("questionnaire", _questionnaires, purges.oublier_les_adresses),
    Purgeur("panel", lambda reseau, t: ChefDuPanel.objects.filter(reseau=reseau, sorti_le__lte=t.jour)),
    Purgeur(
        "invitation",
        lambda reseau, t: Invitation.objects.filter(visite__reseau=reseau, fin_le__lte=t.limite).exclude(nom="", courriel=""),
        purges.vider("nom", "courriel"),
    ),
    Purgeur("envoi_de_lettre", _envois, purges.oublier_les_envois),
    Purgeur("absence", lambda reseau, t: Absence.objects.filter(membre__reseau=reseau, fin_le__lte=t.jour)),
    Purgeur(
        "remplacant",
        lambda reseau, t: Presence.objects.filter(reunion__reseau=reseau, reunion__le__lte=t.jour).exclude(remplacant=""),
        purges.vider("remplacant"),
    ),
    Purgeur("papiers_figes", _comptes_rendus_figes, purges.detruire_les_comptes_rendus),
    Purgeur("papiers_figes", _tableaux_figes, purges.detruire_les_tableaux),
    Purgeur(
        "signature",
        lambda reseau, t: Signataire.objects.filter(reseau=reseau, fin_le__lte=t.jour, signature__isnull=False),
        purges.retirer_les_signatures,
    ),
    Purgeur(
        "pli_contenu",
        lambda reseau, t: Pli.objects.rejouables().filter(reseau=reseau, inscrit_le__lte=t.limite),
        purges.effacer_les_plis,
    ),
    Purgeur("pli_trace", lambda reseau, t: Pli.objects.oublies(t.limite).filter(reseau=reseau)),
    Purgeur("brouillon", lambda reseau, t: Brouillon.objects.filter(visite__reseau=reseau, enregistre_le__lte=t.limite)),
    Purgeur(
        "import_oublie", lambda reseau, t: Import.objects.filter(reseau=reseau).oublies(t.limite), purges.abandonner_les_imports
    ),
    Purgeur("import", _imports, purges.alleger_les_imports),
    Purgeur("fusion", _fusions, purges.oublier_les_fusions),
    Purgeur(
        "droit",
        lambda reseau, t: DemandeDeDroit.objects.a_traiter().filter(reseau=reseau, recue_le__lte=t.jour),
        purges.clore_les_demandes,
    ),
    Purgeur("alerte", lambda reseau, t: Alerte.objects.filter(reseau=reseau, le__lte=t.limite)),
    Purgeur("jeton", lambda _, t: JetonUtilise.objects.filter(le__lte=t.limite), commun=True),
    Purgeur("essai", lambda _, t: Essai.objects.filter(le__lte=t.limite), commun=True),
    Purgeur("session", lambda _, t: Session.objects.filter(expire_date__lte=t.limite), commun=True),
    Purgeur(
        "pli_contenu",
        lambda _, t: Pli.objects.rejouables().filter(reseau=None, inscrit_le__lte=t.limite),
        purges.effacer_les_plis,
        commun=True,
    ),
    Purgeur("pli_trace", lambda _, t: Pli.objects.oublies(t.limite).filter(reseau=None), commun=True),
)
