"""Le binôme d'un ancien et d'un nouveau : le dossier y voit la façon d'intégrer qui arrive (II, formation, 3).

Rien ne se saisit ni ne se stocke : l'ancienneté se lit de la date d'entrée et des visites faites, seul ou en accompagnant.
"""

from collections import Counter

from django.db.models import Count, Q

from entreprises.models import Deport
from reseau.enums import Qualite
from reseau.lib.dates import dernier_du_mois, plus_mois
from reseau.models import Absence, Membre
from visites.models import Visite

MOIS_DE_DEBUT = 12
VISITES_DE_DEBUT = 5
DEFINITION = f"Débute : entré il y a moins de {MOIS_DE_DEBUT} mois, et moins de {VISITES_DE_DEBUT} visites faites."


def debutants(membres, le):
    """Clés de ceux qui débutent, parmi ces membres ; une requête au plus."""
    recents = [membre.pk for membre in membres if membre.entre_le > plus_mois(le, -MOIS_DE_DEBUT)]
    faites = _faites(recents) if recents else {}
    return {cle for cle in recents if faites.get(cle, 0) < VISITES_DE_DEBUT}


def accompagnant_conseille(visite, le):
    """Le membre aguerri à proposer pour cette visite de débutant ; None s'il n'en faut pas, ou s'il n'y en a pas.

    Ni déporté, ni absent au mois visé ; d'une autre institution s'il se peut (la visite est alors conjointe), puis le moins
    chargé, puis par ordre alphabétique.
    """
    developpeur = visite.developpeur
    if not visite.confiee or visite.accompagnant_id or developpeur.pk not in debutants([developpeur], le):
        return None
    membres = Membre.objects.filter(reseau=visite.reseau_id).actifs(le).exclude(qualite=Qualite.AUCUN).exclude(pk=developpeur.pk)
    membres = membres.exclude(pk__in=Deport.objects.filter(entreprise=visite.entreprise_id).values("membre"))
    if visite.prevue_le:
        absents = Absence.objects.entre(visite.prevue_le, dernier_du_mois(visite.prevue_le))
        membres = membres.exclude(pk__in=absents.values("membre"))
    en_cours = Count("visites", filter=Q(visites__in=Visite.objects.confiees().order_by().values("pk")))
    membres = list(membres.select_related("institution").annotate(en_cours=en_cours))
    faites = _faites([membre.pk for membre in membres])
    aguerris = [membre for membre in membres if faites.get(membre.pk, 0) >= VISITES_DE_DEBUT]
    return min(aguerris, key=lambda membre: _ordre(membre, developpeur), default=None)


def _ordre(membre, developpeur):
    return membre.institution_id == developpeur.institution_id, membre.en_cours, membre.rang_alphabetique


def _faites(cles):
    """{membre: visites faites, en titulaire ou en accompagnant}."""
    siennes = Visite.objects.realisees().filter(Q(developpeur__in=cles) | Q(accompagnant__in=cles)).order_by()
    faites = Counter()
    for developpeur, accompagnant, nombre in siennes.values_list("developpeur", "accompagnant").annotate(Count("pk")):
        faites[developpeur] += nombre
        faites[accompagnant] += nombre
    return faites
