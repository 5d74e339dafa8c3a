"""Les suites données aux chefs d'entreprise : presque toutes, certaines en retard ; les dernières visites les attendent."""

from collections import defaultdict
from datetime import timedelta

from suivi.enums import Voie
from suivi.models import LettreDeSuites, Projet
from suivi.suites import OBJET, rediger
from visites.models import CompteRendu

DELAIS = ((3, 9), (3, 9), (8, 15), (8, 15), (12, 27))  # jours après la visite
VOIES = (Voie.COURRIEL, Voie.COURRIEL, Voie.COURRIEL, Voie.POSTE, Voie.VIVE_VOIX)
OUBLIEES = 14  # une sur autant n'est pas encore donnée
COMMENCEES = 2


def poser(chantier):
    """Crée les suites, en lot."""
    rendus = CompteRendu.objects.termines().filter(visite__reseau=chantier.reseau)
    rendus = list(rendus.select_related("visite__entreprise", "visite__developpeur", "vu").order_by("visite__realisee_le", "pk"))
    projets = defaultdict(list)
    for projet in Projet.objects.filter(reseau=chantier.reseau).avec_decisions():
        projets[projet.visite_id].append(projet)
    lettres = [_lettre(chantier, rendu, projets[rendu.visite_id]) for rendu in rendus]
    commencees = [lettre for lettre in lettres if not lettre.donnee_le][:COMMENCEES]
    LettreDeSuites.objects.bulk_create([lettre for lettre in lettres if lettre.donnee_le or lettre in commencees])


def _lettre(chantier, rendu, projets):
    visite, hasard = rendu.visite, chantier.hasard
    jour = visite.realisee_le + timedelta(days=hasard.randint(*hasard.choice(DELAIS)))
    courriel = (rendu.vu.courriel if rendu.vu else "") or visite.entreprise.courriel
    texte = rediger(visite, rendu.vu, projets, le=min(jour, chantier.le))
    lettre = LettreDeSuites(visite=visite, objet=OBJET, texte=texte, courriel=courriel)
    if jour < chantier.le and hasard.randrange(OUBLIEES):
        lettre.donnee_le, lettre.donnee_par = jour, visite.developpeur
        lettre.voie = hasard.choice(VOIES) if courriel else Voie.POSTE
    return lettre
