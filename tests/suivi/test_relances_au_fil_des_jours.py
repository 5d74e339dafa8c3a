"""D7 : l'horloge avance, la commande se joue deux fois par jour et se saute trois jours : comparée à un calcul à part.

La suite en joue vingt-six jours ; un passage de fiabilité, un an, où l'heure change deux fois et où février a vingt-neuf
jours. Le calcul à part ne lit que des lignes brutes, et ne partage aucune règle avec `suivi.echelle`.
"""

import random
import re
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from itertools import takewhile
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.management import call_command

from entreprises.models import Deport
from reseau.models import Membre
from suivi.echelle import epuisees
from suivi.enums import EtatAction, Mouvement, Voie
from suivi.models import Action, LettreDeSuites, MouvementDAction, Relance
from tests.factories import ActionFactory, CompteRenduFactory, LettreDeSuitesFactory, MembreFactory, ProjetFactory, VisiteFactory
from tests.fiabilite.verification import verification
from visites.enums import EtatVisite
from visites.models import CompteRendu, Visite

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
BREF = (date(2028, 3, 7), 26)  # des mardis, et le nombre de jours ; l'heure d'été passe le 26
ENTIER = (date(2027, 9, 7), 365)
# L'heure change, ou le calendrier surprend : ces jours-là, la commande se joue à toute heure, et l'horloge y recule.
SINGULIERS = [date(2027, 10, 31), date(2027, 12, 31), date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 26)]
A_TOUTE_HEURE = {jour + timedelta(days=suivant) for jour in SINGULIERS for suivant in (0, 1)}
RECUL = timedelta(hours=2)
FREQUENCES = {"semaine": 1, "quinzaine": 2, "mois": 4}
SEUILS = {"echue": [1, 15, 30], "reponse": [7, 15, 30], "rendu": [7, 15], "lettre": [16, 30, 45], "suites": [16, 30, 45]}
LIENS = [
    (r"/actions/(\d+)/", "action"),
    (r"/visites/(\d+)/compte-rendu/ecrire/", "rendu"),
    (r"/visites/(\d+)/suites/", "suites"),
    (r"/visites/(\d+)/$", "lettre"),
]


class Monde:
    """Un réseau qui vit : chaque jour, des actions et des visites avancent, au hasard."""

    def __init__(self, reseau, animateur, debut):
        self.reseau, self.hasard, self.animateur, self.debut = reseau, random.Random(0), animateur, debut
        frequences = ["semaine", "semaine", "semaine", "quinzaine", "mois", "jamais"]
        self.membres = [MembreFactory(reseau=reseau, resume=frequence) for frequence in frequences]
        self.confiees, self.visites = {}, []
        for rang in range(36):
            self.ajouter_une_visite(debut - timedelta(days=self.hasard.randrange(50)), rang)
        for rang in range(40):
            self.ajouter_une_action(debut - timedelta(days=self.hasard.randrange(40)), rang)

    def ajouter_une_visite(self, jour, rang):
        confiee = {"reseau": self.reseau, "developpeur": self.hasard.choice(self.membres)}
        traits = [
            {"annoncee": True, "annoncee_le": jour},
            {"rendez_vous": True, "rendez_vous_le": datetime.combine(jour, time(9), UTC)},
            {"realisee": True, "realisee_le": jour},
            {"realisee": True, "realisee_le": jour},
        ]
        visite = VisiteFactory(**confiee, **traits[rang % 4])
        if rang % 4 == 3:
            CompteRenduFactory(visite=visite, termine=True)
        self.visites.append(visite.pk)

    def ajouter_une_action(self, jour, rang):
        projet = ProjetFactory(visite=Visite.objects.get(pk=self.hasard.choice(self.visites)))
        trait = {"acceptee": True} if rang % 3 else {}
        responsable = self.hasard.choice(self.membres)
        fin = jour + timedelta(days=self.hasard.randrange(-5, 30))
        action = ActionFactory(projet=projet, responsable=responsable, proposee_le=jour, fin_prevue=fin, **trait)
        self.confier(action, responsable, jour, Mouvement.PROPOSITION)

    def confier(self, action, responsable, jour, mouvement=Mouvement.TRANSMISSION):
        ligne = MouvementDAction.objects.create(action=action, membre=responsable, mouvement=mouvement, responsable=responsable)
        MouvementDAction.objects.filter(pk=ligne.pk).update(le=datetime.combine(jour, time(10), UTC))
        self.confiees[action.pk] = jour

    def vivre(self, jour):
        ouvertes = Action.objects.filter(reseau=self.reseau, fin_reelle=None)
        for action in self.hasard.sample(list(ouvertes.order_by("pk")), 3):
            self.hasard.choice([self.accepter, self.clore, self.reporter, self.transmettre, self.endormir, self.rien])(
                action, jour
            )
        for cle in self.hasard.sample(self.visites, 2):
            self.avancer(Visite.objects.get(pk=cle), jour)
        if jour == self.debut + timedelta(days=9):
            Membre.objects.filter(pk=self.membres[0].pk).update(parti_le=jour)
        if jour == self.debut + timedelta(days=5):
            Deport.objects.create(entreprise=Visite.objects.get(pk=self.visites[2]).entreprise, membre=self.membres[1], le=jour)
            Deport.objects.create(entreprise=Visite.objects.get(pk=self.visites[0]).entreprise, membre=self.membres[2], le=jour)
        if jour.weekday() == 3:
            self.ajouter_une_visite(jour, jour.day)
            for rang in range(4):
                self.ajouter_une_action(jour, rang)

    def accepter(self, action, jour):
        if action.responsable_id and action.etat != EtatAction.ENDORMIE:
            self.changer(action, etat=EtatAction.ACCEPTEE, acceptee_le=jour)

    def clore(self, action, jour):
        self.changer(action, etat=EtatAction.CLOSE, fin_reelle=jour, issue="aide", reveil_le=None)

    def reporter(self, action, jour):
        self.changer(action, fin_prevue=jour + timedelta(days=self.hasard.randrange(1, 12)))

    def transmettre(self, action, jour):
        responsable = self.hasard.choice(self.membres)
        self.changer(action, etat=EtatAction.PROPOSEE, acceptee_le=None, responsable=responsable, reveil_le=None)
        self.confier(action, responsable, jour)

    def endormir(self, action, jour):
        self.changer(action, etat=EtatAction.ENDORMIE, reveil_le=jour + timedelta(days=5))

    def rien(self, action, jour):
        """Il y a des jours comme ça."""

    def changer(self, action, **champs):
        Action.objects.filter(pk=action.pk).update(**champs)

    def avancer(self, visite, jour):
        if visite.etat in (EtatVisite.ANNONCEE, EtatVisite.RENDEZ_VOUS_PRIS):
            Visite.objects.filter(pk=visite.pk).update(etat=EtatVisite.REALISEE, realisee_le=jour)
        elif not CompteRendu.objects.filter(visite=visite).exists():
            CompteRenduFactory(visite=visite, termine=True)
        elif not LettreDeSuites.objects.filter(visite=visite).exists():
            LettreDeSuitesFactory(visite=visite, voie=Voie.POSTE, donnee_le=jour, donnee_par=visite.developpeur)


class CalculAPart:
    """Ce que chacun doit recevoir, tiré des lignes brutes : {adresse: [(genre, clé), …]} à chaque passage."""

    def __init__(self, confiees):
        self.confiees, self.derniers, self.dites = confiees, {}, {}

    def passage(self, jour):
        attendus, lundi = {}, jour - timedelta(days=jour.weekday())
        for membre in Membre.objects.order_by("pk").values("pk", "utilisateur__email", "resume", "parti_le", "role"):
            present = membre["parti_le"] is None or jour < membre["parti_le"]
            ecart = FREQUENCES.get(membre["resume"])
            avant = self.derniers.get(membre["pk"])
            if not present or ecart is None or (avant and (lundi - avant).days < 7 * ecart):
                continue
            self.derniers[membre["pk"]] = lundi
            if lignes := self.lignes(membre["pk"], jour):
                attendus[membre["utilisateur__email"]] = sorted(lignes)
        return attendus

    def lignes(self, membre, jour):
        deports = set(Deport.objects.filter(membre=membre).values_list("entreprise", flat=True))
        retenues = []
        for sorte, cle, depuis, entreprise in [*self.actions(membre, jour), *self.visites(membre)]:
            atteints = [seuil for seuil in SEUILS[sorte] if (jour - depuis).days >= seuil]
            dite = self.dites.get((membre, sorte, cle, depuis), 0)
            if entreprise in deports or not atteints or atteints[-1] <= dite:
                continue
            self.dites[membre, sorte, cle, depuis] = atteints[-1]
            retenues.append(("action" if sorte in ("echue", "reponse") else sorte, cle))
        return retenues

    def actions(self, membre, jour):
        champs = ("pk", "etat", "fin_prevue", "projet__visite__entreprise")
        for cle, etat, fin, entreprise in Action.objects.filter(responsable=membre).values_list(*champs):
            if etat == "proposee":
                yield "reponse", cle, self.confiees[cle], entreprise
            elif etat in ("acceptee", "en_cours") and fin < jour:
                yield "echue", cle, fin, entreprise

    def visites(self, membre):
        rendues = set(CompteRendu.objects.exclude(termine_le=None).values_list("visite", flat=True))
        donnees = set(LettreDeSuites.objects.exclude(donnee_le=None).values_list("visite", flat=True))
        champs = ("pk", "etat", "annoncee_le", "rendez_vous_le", "realisee_le", "entreprise")
        for cle, etat, annonce, rendez_vous, realisee, entreprise in Visite.objects.filter(developpeur=membre).values_list(
            *champs
        ):
            if etat == "annoncee":
                yield "lettre", cle, annonce, entreprise
            elif etat == "rendez_vous_pris":
                yield "rendu", cle, rendez_vous.date(), entreprise
            elif etat == "realisee":
                if cle not in rendues:
                    yield "rendu", cle, realisee, entreprise
                elif cle not in donnees:
                    yield "suites", cle, realisee, entreprise


def lire(messages):
    """{adresse: [(genre, clé), …]}, d'après les liens de chaque courriel."""
    lus = {}
    for message in messages:
        trouves = [
            (genre, int(trouve[1]))
            for ligne in message.body.splitlines()
            for motif, genre in LIENS
            if (trouve := re.search(motif, ligne))
        ]
        lus[message.to[0]] = sorted(lus.get(message.to[0], []) + trouves)
    return lus


def journee_de_londres(monkeypatch):
    """Les rappels comptent leurs jours sur l'horloge du serveur."""
    monkeypatch.setattr("suivi.operations.relances.localdate", lambda instant: instant.astimezone(UTC).date())


def semaine_oubliee(monkeypatch):
    """Qui a eu son résumé lundi peut en recevoir un mardi."""
    monkeypatch.setattr("suivi.resumes.prochain", lambda membre, le: le)
    monkeypatch.setattr("suivi.resumes.lundi", lambda le: le)


def paliers_oublies(monkeypatch):
    """Ce qui a été dit se redit chaque semaine."""
    monkeypatch.setattr("suivi.echelle._deja_dites", lambda membre, siennes: {})


@verification(
    "D7",
    "un an de relances, comparé à un calcul à part : à toute heure les jours singuliers, l’horloge reculant de deux heures",
    casser=(journee_de_londres, semaine_oubliee, paliers_oublies),
    rapide=True,
)
def test_relances_au_fil_des_jours_comme_un_calcul_a_part(bilan, reseau, animateur):
    debut, jours = bilan.taille(BREF, ENTIER)
    sautes = {debut + timedelta(days=jour) for jour in (12, 13, 14)}  # du dimanche au mardi : le lundi manque
    monde = Monde(reseau, animateur, debut)
    calcul, semaines, comptes = CalculAPart(monde.confiees), Counter(), Counter()
    for jour in (debut + timedelta(days=rang) for rang in range(jours)):
        monde.vivre(jour)
        for maintenant in () if jour in sautes else passages(jour):
            le = maintenant.astimezone(PARIS).date()
            lus = lire(envoyes(maintenant))
            bilan.noter(lus == calcul.passage(le), f"{maintenant.astimezone(PARIS)} : d’autres relances que le calcul")
            semaines.update((adresse, le.isocalendar()[:2]) for adresse in lus)
            comptes.update(passages=1, courriels=len(lus), lignes=sum(map(len, lus.values())))
    bilan.noter_lot(len(semaines), [f"{cle} : {fois} résumés" for cle, fois in semaines.items() if fois > 1])
    bilan.noter(comptes["lignes"] == Relance.objects.count() > jours, f"{comptes}, {Relance.objects.count()} relances gardées")
    souffrantes = tuple(set(lignes.values_list("pk", flat=True)) for lignes in epuisees(animateur, jour))
    bilan.noter(_epuisees(monde, jour) == souffrantes, "l’ordre du jour ne porte pas ce qu’il devrait")
    bilan.mesurer(f"relances de {jours} jours", ", ".join(f"{nombre} {quoi}" for quoi, nombre in comptes.items()))


def passages(jour):
    """Les instants où la commande se joue ce jour-là : deux, à des heures qui tournent ; ou chacune, puis deux heures avant."""
    minuit = datetime.combine(jour, time(), PARIS).astimezone(UTC)
    heures = [minuit + timedelta(hours=rang) for rang in range(25)]
    heures = list(takewhile(lambda instant: instant.astimezone(PARIS).date() == jour, heures))
    if jour in A_TOUTE_HEURE:
        return [instant - recul for instant in heures for recul in (timedelta(0), RECUL)]
    tour = jour.toordinal() * 5 % 12
    return [heures[tour], heures[tour + 12]]


def envoyes(maintenant):
    """Les courriels que la commande fait partir à cet instant."""
    mail.outbox.clear()
    with mock.patch("suivi.management.commands.relancer.now", return_value=maintenant):
        call_command("relancer", stdout=StringIO())
    return mail.outbox


def _epuisees(monde, jour):
    """Ce que le calcul à part porte à l'ordre du jour, pour l'animateur, qui ne se déporte de rien."""
    calcul = CalculAPart(monde.confiees)
    tous = list(Membre.objects.values_list("pk", flat=True))
    actions = [ligne for membre in tous for ligne in calcul.actions(membre, jour)]
    # Une action échue que nul n'a acceptée l'est aussi.
    proposees = Action.objects.filter(etat="proposee", fin_prevue__lt=jour).values_list("pk", "fin_prevue")
    actions += [("echue", cle, fin, None) for cle, fin in proposees]
    visites = [ligne for membre in tous for ligne in calcul.visites(membre)]
    return tuple(
        {cle for sorte, cle, depuis, _ in lignes if (jour - depuis).days > SEUILS[sorte][-1]} for lignes in (actions, visites)
    )
