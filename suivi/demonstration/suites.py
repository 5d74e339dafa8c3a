"""Les actions et leur journal : proposées, acceptées ou confiées en réunion, suivies, closes, ou en attente."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.timezone import localdate

from entreprises.enums import OrigineAcces
from entreprises.models import Acces
from reseau.lib.dates import plus_mois
from reseau.models import Compteur
from suivi.demonstration.annexes import AU_MEME_ORGANISME, CONTACTS_A_ORGANISME_CONNU
from suivi.demonstration.calendrier import instant, ouvre_avant
from suivi.demonstration.libelles import (
    CLOTURES,
    COMPETENCES,
    LIBELLES,
    MEME_ORGANISME,
    ORGANISMES,
    REFUS_D_ACTION,
    SUITES_NOTEES,
    TRANSMISSIONS,
)
from suivi.enums import EtatAction, Issue, Mouvement, TypeAction
from suivi.models import Action, MouvementDAction
from suivi.operations.actions import SERIE

PREMIER_NUMERO = 7001  # celui de l'annexe 2.4
PROPOSEE, ACCEPTEE, EN_COURS = EtatAction.PROPOSEE, EtatAction.ACCEPTEE, EtatAction.EN_COURS
ENDORMIE, CLOSE = EtatAction.ENDORMIE, EtatAction.CLOSE
# Jours écoulés → états possibles, avec leur poids.
AVANCEMENTS = (
    (25, {PROPOSEE: 5, ACCEPTEE: 4, EN_COURS: 1}),
    (120, {CLOSE: 8, EN_COURS: 6, ACCEPTEE: 3}),
    (9999, {CLOSE: 30, EN_COURS: 2, ACCEPTEE: 1}),
)
DELAI = timedelta(days=20)  # le temps qu'une réunion confirme
DUREE_MINIMUM = timedelta(days=30)
ECHEANCES = (-40, 100)  # fin prévue d'une action ouverte, en jours depuis aujourd'hui
PART_DES_ASSOCIES = 0.06
PREMIERE_SUITE = (2, 18)  # jours après l'acceptation
PART_DES_SUITES_NOTEES = 0.75
ISSUES = {TypeAction.AIDE: Issue.AIDE, TypeAction.CONTACT: Issue.CONTACT}
ISSUES_RARES = (Issue.SANS_SOLUTION, Issue.ABANDONNEE)
AU_COMPTE_DIRECT = 2  # actions à accepter, et actions échues, de qui porte le compte « direct »


@dataclass
class Suite:
    """Une action à créer et les lignes de son journal : (jour, mouvement, par, responsable, texte, réunion)."""

    esquisse: Any
    action: Action
    journal: list[tuple] = field(default_factory=list)

    @property
    def proposee_le(self) -> date:
        return self.action.proposee_le


def poser(chantier, esquisses):
    """Crée les actions numérotées dans l'ordre, leur journal, et les accès qu'elles ouvrent."""
    suites = [_suite(chantier, esquisse, *suite) for esquisse in esquisses for suite in esquisse.suites]
    _organismes(chantier, suites)
    forcees = _forcer(chantier, suites)
    for rang, suite in enumerate(suites):
        suite.action.numero = PREMIER_NUMERO + rang
        if suite.esquisse.imposee:
            _suivre_l_annexe(chantier, suite)
        elif id(suite) in forcees:
            forcees[id(suite)](chantier, suite)
        else:
            _avancer(chantier, suite)
    Action.objects.bulk_create([suite.action for suite in suites], batch_size=200)
    Compteur.objects.create(reseau=chantier.reseau, serie=SERIE, annee=0, dernier=suites[-1].action.numero)
    _journal(suites)
    _acces(chantier, suites)


def _suite(chantier, esquisse, type_action, sujet):
    libelles = LIBELLES[sujet or (type_action, "")]
    libelle = esquisse.imposee.action if esquisse.imposee else chantier.hasard.choice(libelles)
    action = Action(
        reseau=chantier.reseau,
        projet=esquisse.projet,
        type=type_action,
        sujet=sujet,
        libelle=libelle,
        proposee_le=localdate(esquisse.visite.termine_le),
    )
    return Suite(esquisse, action)


def _organismes(chantier, suites):
    """Nomme l'organisme de certaines mises en contact, au compte de l'annexe 2.7 ; un seul revient plus que les autres."""
    contacts = [suite.action for suite in suites if suite.action.type == TypeAction.CONTACT]
    connus = chantier.choisir(contacts, min(CONTACTS_A_ORGANISME_CONNU, len(contacts) * 4 // 7))
    connus.sort(key=lambda action: MEME_ORGANISME not in ORGANISMES[action.sujet])
    emplois = Counter()
    for rang, action in enumerate(connus):
        autres = [nom for nom in ORGANISMES[action.sujet] if nom != MEME_ORGANISME]
        nom = MEME_ORGANISME if rang < AU_MEME_ORGANISME else min(autres, key=lambda nom: emplois[nom])
        emplois[nom] += 1
        action.organisme = chantier.institutions.get(nom)
        action.organisme_exterieur = "" if action.organisme else nom


def _forcer(chantier, suites):
    """Quelques actions à un endroit voulu : à accepter et échues du compte « direct », sans responsable."""
    direct = chantier.comptes["direct"]
    libres = [suite for suite in suites if not suite.esquisse.imposee]
    age = {id(suite): (chantier.le - suite.proposee_le).days for suite in libres}
    permises = [s for s in libres if chantier.peut(direct, s.esquisse.visite.entreprise)]
    autres = [s for s in permises if s.esquisse.visite.developpeur != direct and age[id(s)] < 80]
    siennes = [s for s in permises if s.esquisse.visite.developpeur == direct and age[id(s)] > 70]
    siennes = [s for s in siennes if s.action.type != TypeAction.RESERVE]
    forcees = {id(suite): _a_accepter for suite in autres[-AU_COMPTE_DIRECT:]}
    forcees |= {id(suite): _echue for suite in siennes[-AU_COMPTE_DIRECT:]}
    orphelines = [s for s in libres if id(s) not in forcees and age[id(s)] < 100]
    return forcees | {id(suite): _sans_responsable for suite in orphelines[:AU_COMPTE_DIRECT]}


def _suivre_l_annexe(chantier, suite):
    """Échéances de l'annexe 2.4, ramenées au mois de référence."""
    ligne, action, membre = suite.esquisse.imposee, suite.action, chantier.comptes["associe"]
    mois = chantier.le.replace(day=15)
    action.fin_prevue = plus_mois(mois, ligne.prevue)
    _confier(chantier, suite, membre, suite.proposee_le + timedelta(days=4))
    _poursuivre(chantier, suite)
    if ligne.reelle is not None:
        _clore(chantier, suite, plus_mois(mois, ligne.reelle), Issue.INFORMATION)


def _sans_responsable(chantier, suite):
    """Refusée par qui on l'avait proposée : elle revient à l'animateur."""
    visite, jour = suite.esquisse.visite, suite.proposee_le
    voisins = [m for m in chantier.visiteurs(visite.entreprise, jour, chantier.le) if m != visite.developpeur]
    autre = chantier.hasard.choice(voisins)
    _noter(suite, jour, Mouvement.PROPOSITION, visite.developpeur, autre)
    _noter(suite, min(jour + timedelta(days=3), chantier.le), Mouvement.REFUS, autre, None, REFUS_D_ACTION)
    suite.action.fin_prevue = jour + timedelta(days=120)


def _echue(chantier, suite):
    visiteur = suite.esquisse.visite.developpeur
    suite.action.fin_prevue = ouvre_avant(chantier.il_y_a(chantier.hasard.randint(4, 40)))
    _confier(chantier, suite, visiteur, suite.proposee_le)
    _poursuivre(chantier, suite)


def _a_accepter(chantier, suite):
    """Proposée au compte « direct », qui n'a pas encore répondu."""
    direct = chantier.comptes["direct"]
    suite.action.responsable, suite.action.fin_prevue = direct, chantier.le + timedelta(days=45)
    _noter(suite, suite.proposee_le, Mouvement.PROPOSITION, suite.esquisse.visite.developpeur, direct)


def _avancer(chantier, suite):
    """Fait vivre l'action selon son âge : la plupart des anciennes sont closes, les récentes attendent une réponse."""
    hasard, jour, action = chantier.hasard, suite.proposee_le, suite.action
    age = (chantier.le - jour).days
    poids = next(poids for limite, poids in AVANCEMENTS if age <= limite)
    etat = hasard.choices(list(poids), list(poids.values()))[0]
    if action.type == TypeAction.RESERVE and etat in (EN_COURS, ACCEPTEE):
        etat = ENDORMIE
    fin = jour + timedelta(days=hasard.randint(8, max(9, min(age, 210))))
    fin = min(fin, chantier.le)
    membre = _responsable(chantier, suite, jour, min(fin + DELAI, chantier.le) if etat == CLOSE else chantier.le)
    action.fin_prevue = max(jour + DUREE_MINIMUM, chantier.le + timedelta(days=hasard.randint(*ECHEANCES)))
    if etat == PROPOSEE and membre != suite.esquisse.visite.developpeur:
        action.responsable = membre
        _noter(suite, jour, Mouvement.PROPOSITION, suite.esquisse.visite.developpeur, membre)
        return
    _confier(chantier, suite, membre, min(jour + timedelta(days=hasard.randint(1, 8)), fin))
    {CLOSE: _finir, ENDORMIE: _endormir, EN_COURS: _reprendre}.get(etat, _laisser)(chantier, suite, fin)


def _responsable(chantier, suite, jour, jusqu_au):
    """Un membre compétent, en poste du premier au dernier jour, qui ne se déporte pas ; à défaut le visiteur ou un autre."""
    visite = suite.esquisse.visite
    sigles = COMPETENCES.get(suite.action.sujet, ())
    libres = chantier.visiteurs(visite.entreprise, jour, jusqu_au)
    if chantier.hasard.random() < PART_DES_ASSOCIES:
        return chantier.hasard.choice([m for m in chantier.associes if chantier.peut(m, visite.entreprise)])
    competents = [membre for membre in libres if membre.institution.sigle in sigles]
    if competents and chantier.hasard.random() < 0.75:
        return chantier.hasard.choice(competents)
    return visite.developpeur if visite.developpeur in libres else chantier.hasard.choice(libres)


def _confier(chantier, suite, membre, acceptation):
    """L'action a un responsable : d'emblée, en réunion devant tous, ou qui l'accepte quelques jours plus tard."""
    visite, action, jour = suite.esquisse.visite, suite.action, suite.proposee_le
    reunion = visite.restituee_en
    action.responsable, action.etat = membre, ACCEPTEE
    if membre == visite.developpeur:
        action.acceptee_le = jour
        _noter(suite, jour, Mouvement.PROPOSITION, membre, membre)
    elif reunion and (reunion.pk, membre.pk) in chantier.presents and reunion.le <= acceptation + timedelta(days=8):
        action.acceptee_le = reunion.le
        _noter(suite, jour, Mouvement.PROPOSITION, visite.developpeur, None)
        _noter(suite, reunion.le, Mouvement.DESIGNATION, chantier.comptes["animateur"], membre, str(reunion), reunion)
    else:
        action.acceptee_le = acceptation
        _transmettre(chantier, suite, membre, acceptation)


def _transmettre(chantier, suite, membre, acceptation):
    visite, jour = suite.esquisse.visite, suite.proposee_le
    if chantier.hasard.random() < 0.1:
        _noter(suite, jour, Mouvement.PROPOSITION, visite.developpeur, visite.developpeur)
        texte = chantier.hasard.choice(TRANSMISSIONS)
        _noter(suite, acceptation, Mouvement.TRANSMISSION, visite.developpeur, membre, texte)
    else:
        _noter(suite, jour, Mouvement.PROPOSITION, visite.developpeur, membre)
    _noter(suite, acceptation, Mouvement.ACCEPTATION, membre, membre)


def _laisser(chantier, suite, fin=None):
    """Acceptée, rien d'autre."""


def _poursuivre(chantier, suite, fin=None):
    """Une première suite est notée dans les trois semaines."""
    suite.action.etat = EN_COURS
    jour = suite.action.acceptee_le + timedelta(days=chantier.hasard.randint(*PREMIERE_SUITE))
    membre = suite.action.responsable
    texte = chantier.hasard.choice(SUITES_NOTEES)
    _noter(suite, min(jour, fin or chantier.le), Mouvement.SUITE, membre, membre, texte)


def _reprendre(chantier, suite, fin):
    _poursuivre(chantier, suite)


def _endormir(chantier, suite, fin):
    action = suite.action
    action.etat, action.reveil_le = ENDORMIE, chantier.le + timedelta(days=chantier.hasard.randint(10, 150))
    jour = max(action.acceptee_le, min(fin, chantier.le))
    _noter(suite, jour, Mouvement.SOMMEIL, action.responsable, action.responsable, "À reprendre plus tard.")


def _finir(chantier, suite, fin):
    """Close dans un délai proche de celui prévu ; l'issue suit le type d'action, sauf exception."""
    hasard, action = chantier.hasard, suite.action
    fin = max(fin, action.acceptee_le)
    if hasard.random() < PART_DES_SUITES_NOTEES:
        _poursuivre(chantier, suite, fin)
    action.fin_prevue = max(suite.proposee_le, fin + timedelta(days=hasard.randint(-25, 40)))
    rare = hasard.random() < 0.12
    issue = hasard.choice(ISSUES_RARES) if rare else ISSUES.get(action.type, Issue.INFORMATION)
    _clore(chantier, suite, fin, issue)


def _clore(chantier, suite, jour, issue):
    action = suite.action
    action.etat, action.fin_reelle, action.issue = CLOSE, jour, issue
    texte = chantier.hasard.choice(CLOTURES[issue])
    _noter(suite, jour, Mouvement.CLOTURE, action.responsable, action.responsable, texte)


def _noter(suite, jour, mouvement, par, responsable, texte="", reunion=None):
    suite.journal.append((jour, mouvement, par, responsable, texte, reunion))


def _journal(suites):
    lignes = []
    for suite in suites:
        for heure, (jour, mouvement, par, responsable, texte, reunion) in enumerate(suite.journal, start=9):
            ligne = MouvementDAction(action=suite.action, membre=par, mouvement=mouvement, responsable=responsable)
            ligne.texte, ligne.reunion, ligne.jour = texte, reunion, instant(jour, min(heure, 23))
            lignes.append(ligne)
    MouvementDAction.objects.bulk_create(lignes, batch_size=300)
    for ligne in lignes:
        ligne.le = ligne.jour
    MouvementDAction.objects.bulk_update(lignes, ["le"], batch_size=300)


def _acces(chantier, suites):
    """Un accès par entreprise et par personne : qui a l'action, qui accompagna la visite."""
    fins = {
        (visite.entreprise_id, visite.accompagnant_id, OrigineAcces.VISITE): [None]
        for visite in chantier.visites
        if visite.accompagnant_id
    }
    for suite in suites:
        if membre := suite.action.responsable_id:
            paire = (suite.esquisse.visite.entreprise_id, membre, OrigineAcces.ACTION)
            fins.setdefault(paire, []).append(suite.action.fin_reelle)
    Acces.objects.bulk_create(
        Acces(entreprise_id=paire[0], membre_id=paire[1], origine=paire[2], clos_le=None if None in closes else max(closes))
        for paire, closes in sorted(fins.items(), key=lambda paire_et_fins: paire_et_fins[0])
    )
