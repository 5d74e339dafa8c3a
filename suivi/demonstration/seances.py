"""Les réunions : tenues, annulée, à venir ; qui y était, au compte juste ; ce qu'on y a exposé."""

from datetime import time, timedelta

from reseau.enums import EtatPresence, EtatReunion
from reseau.models import Expose, Presence, Reunion
from suivi.demonstration.annexes import REUNIONS_DE_L_ANNEE
from suivi.demonstration.calendrier import instant, jeudis, ouvre_apres, repartir
from suivi.indicateurs.presences import debut_de_la_participation

EXPOSES = (
    ("Les aides régionales à l’investissement", "Conseil régional"),
    ("La médiation du crédit", "Banque de France"),
    ("Recruter par simulation", "France Travail"),
    ("Le classement des installations, pas à pas", "DREAL"),
    ("Diagnostic et stratégie d’une petite entreprise", "CCI"),
    ("La qualité et les normes", "Centre technique de la branche"),
    ("Transmettre son atelier", "CMA"),
    ("Premiers pas à l’étranger", "CCI"),
    ("L’école des managers", "CCI"),
    ("Étaler une dette sociale", "Urssaf"),
)
SUJETS = (
    "Le délai de réponse aux chefs d’entreprise est jugé trop long : chacun s’engage à les rappeler sous quinze jours.",
    "Il est rappelé que la lettre du préfet part avant le premier appel.",
    "Les restitutions se limiteront à cinq minutes par visite, projets compris.",
    "La liste des entreprises sans développeur est passée en revue.",
    "Les échéances dépassées sont reprises une à une ; trois actions changent de responsable.",
    "Le secrétariat enverra le tableau des visites avec la convocation.",
)
MESSAGE = "Merci d’avoir terminé vos comptes rendus l’avant-veille : ils seront projetés."
REPONSES = (EtatPresence.PRESENT,) * 7 + (EtatPresence.EXCUSE,) * 2 + ("",) * 2
ABSENCES = (EtatPresence.EXCUSE, EtatPresence.EXCUSE, EtatPresence.ABSENT, EtatPresence.REPRESENTE)
ASSIDUITE = {"animateur": 1.0, "secretariat": 0.95, "prefecture": 0.55, "observateur": 0.25}


def poser(chantier):
    """Crée les réunions de toute l'histoire du réseau, leurs présences et leurs exposés."""
    _reunions(chantier)
    _presences(chantier)
    _exposes(chantier)


def _reunions(chantier):
    le, annee = chantier.le, debut_de_la_participation(chantier.le)
    recentes = jeudis(annee, le - timedelta(days=2))
    tenues = [
        *repartir(jeudis(chantier.debut, annee - timedelta(days=1)), chantier.plan.reunions_avant),
        *repartir(recentes, REUNIONS_DE_L_ANNEE),
    ]
    annulee = next(jour for jour in reversed(recentes) if jour not in tenues)
    prochaine = next(iter(jeudis(le + timedelta(days=3), le + timedelta(days=45))))
    suivante = ouvre_apres(prochaine + timedelta(days=21))
    lieux = (f"Préfecture, salle du conseil, {chantier.reseau.lieu}", f"Chambre de commerce, {chantier.reseau.lieu}")
    reunions = [_tenue(chantier, jour, lieux[rang % 2]) for rang, jour in enumerate(tenues)]
    reunions.append(_reunion(chantier, annulee, lieux[0], EtatReunion.ANNULEE, annulee_le=instant(annulee, 8)))
    reunions += [_reunion(chantier, jour, lieux[0], EtatReunion.PREVUE) for jour in (prochaine, suivante)]
    reunions[-2].message = MESSAGE
    chantier.reunions = sorted(Reunion.objects.bulk_create(reunions), key=lambda reunion: reunion.le)


def _tenue(chantier, jour, lieu):
    releve = " ".join(chantier.hasard.sample(SUJETS, 2))
    return _reunion(chantier, jour, lieu, EtatReunion.TENUE, close_le=instant(jour, 16, 40), releve=releve)


def _reunion(chantier, jour, lieu, etat, **champs):
    return Reunion(reseau=chantier.reseau, le=jour, heure=time(14, 0), lieu=lieu, etat=etat, **champs)


def _presences(chantier):
    """Le pointage de chaque réunion tenue, les réponses à celles qui viennent ; rien pour l'annulée."""
    presences = []
    for membre, taux, assidus in _assiduites(chantier):
        for reunion in chantier.reunions:
            if not chantier.actif(membre, reunion.le) or reunion.annulee_le:
                continue
            presences.append(_presence(chantier, reunion, membre, taux, assidus))
    Presence.objects.bulk_create(presences, batch_size=500)
    chantier.presents = {
        (presence.reunion_id, presence.membre_id) for presence in presences if presence.etat == EtatPresence.PRESENT
    }


def _assiduites(chantier):
    """(membre, taux, réunions où il fut, ou None si seul le taux compte) ; au compte juste pour les lignes du 2.5."""
    recentes = chantier.tenues[-REUNIONS_DE_L_ANNEE:]
    for membre, ligne in zip(chantier.directs, chantier.plan.lignes, strict=True):
        if ligne.presences is None:
            yield membre, 0.5, None
        else:
            suivies = chantier.choisir(recentes, ligne.presences)
            yield membre, ligne.presences / REUNIONS_DE_L_ANNEE, {reunion.pk for reunion in suivies}
    roles = {membre.pk: role for role, membre in chantier.comptes.items()}
    for membre in chantier.membres[len(chantier.directs) :]:
        yield membre, ASSIDUITE.get(roles.get(membre.pk), 0.4), None


def _presence(chantier, reunion, membre, taux, assidus):
    hasard = chantier.hasard
    if reunion.close_le is None:
        return Presence(reunion=reunion, membre=membre, reponse=hasard.choice(REPONSES))
    present = hasard.random() < taux
    if assidus is not None and reunion in chantier.tenues[-REUNIONS_DE_L_ANNEE:]:
        present = reunion.pk in assidus
    etat = EtatPresence.PRESENT if present else hasard.choice(ABSENCES)
    reponse = {EtatPresence.PRESENT: EtatPresence.PRESENT, EtatPresence.EXCUSE: EtatPresence.EXCUSE}.get(etat, "")
    return Presence(reunion=reunion, membre=membre, etat=etat, reponse=reponse)


def _exposes(chantier):
    exposes = []
    for rang, reunion in enumerate(reunion for reunion in chantier.reunions if not reunion.annulee_le):
        titre, organisme = EXPOSES[rang % len(EXPOSES)]
        exposes.append(Expose(reunion=reunion, titre=titre, organisme=organisme))
    Expose.objects.bulk_create(exposes)
