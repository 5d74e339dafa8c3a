"""Les visites, de la plus ancienne à la prochaine : réalisées, refusées, programmées, à programmer, abandonnées."""

from datetime import timedelta
from itertools import cycle

from reseau.lib.dates import premier_du_mois
from suivi.demonstration import plans
from suivi.demonstration.annexes import ANNEXE_2_4
from suivi.demonstration.attribution import attribuer, jours_de_visite
from suivi.demonstration.calendrier import instant, ouvre_apres, ouvre_avant
from suivi.demonstration.recits import dater
from visites.enums import EtatVisite, MotifRefus, OrigineVisite
from visites.models import Campagne, Visite

HEURES = (9, 10, 11, 14, 15, 16)
PART_A_DEUX = 0.14
A_PROGRAMMER = 8
DEMANDES = 2
ORIGINES_HORS_CIBLE = (OrigineVisite.DEMANDE, OrigineVisite.SIGNALEMENT, OrigineVisite.RAPPEL)
REFUS = {
    MotifRefus.TEMPS: "Pas avant l’été : l’atelier déménage.",
    MotifRefus.PAS_CONVAINCU: "Ne voit pas ce que la visite apporterait.",
    MotifRefus.DEJA_SOLLICITE: "Trois organismes sont passés cette année.",
    MotifRefus.INDIVIDUALISME: "",
    MotifRefus.DIFFICULTE: "Demande à être rappelée après la clôture des comptes.",
    MotifRefus.CONCURRENCE: "Préfère ne pas montrer l’atelier.",
    MotifRefus.MAUVAISE_EXPERIENCE: "Un dossier d’aide n’avait pas abouti.",
    MotifRefus.AUTRE: "Vente de l’entreprise en cours.",
}
# Jours avant aujourd'hui : inscription, programmation, envoi de la lettre.
LOT_ANCIEN, LOT_RECENT, LOT_A_SIGNER = (40, 35, 28), (20, 14, 7), (9, 4, None)
JOURS_DES_RENDEZ_VOUS = (1, 3, 6, 8, 13, 17)


def poser(chantier):
    """Crée les campagnes et les visites ; `visite.situation` dit où en est celle qui est programmée."""
    _campagnes(chantier)
    realisees, refusees, programmees, libres = _partager_la_liste(chantier)
    jours = jours_de_visite(chantier)
    developpeurs = attribuer(chantier, jours)
    faites = [_realisee(chantier, *trio) for trio in _accorder(chantier, realisees, developpeurs, jours)]
    dater(chantier, faites)
    visites = [*faites, *_abandonnees(chantier, faites)]
    visites += _refusees(chantier, refusees)
    visites += _programmees(chantier, programmees)
    visites += _a_programmer(chantier, libres)
    visites.sort(key=lambda visite: (visite.creee_le, visite.entreprise.siret, visite.annulee_le is None))
    chantier.visites = Visite.objects.bulk_create(visites)


def _campagnes(chantier):
    """Un plan d'action par semestre, de la décision de la cible à la fin du semestre en cours."""
    debut, campagnes = chantier.tenues[0].le, []
    while debut <= chantier.le:
        rang = 1 if debut.month <= 6 else 2
        fin = debut.replace(month=6, day=30) if rang == 1 else debut.replace(month=12, day=31)
        nom = f"Plan d’action du {'1er' if rang == 1 else '2e'} semestre {debut.year}"
        campagnes.append(Campagne(reseau=chantier.reseau, nom=nom, cible=chantier.cible, debut_le=debut, fin_le=fin, objectif=3))
        debut = fin + timedelta(days=1)
    chantier.campagnes = Campagne.objects.bulk_create(campagnes)


def _campagne(chantier, jour):
    return next(campagne for campagne in chantier.campagnes if campagne.debut_le <= jour <= campagne.fin_le)


def _partager_la_liste(chantier):
    """La liste figée et le reste, en quatre : à réaliser (dans l'ordre des jours), à refuser, à programmer, libres."""
    plan, cible = chantier.plan, chantier.plan.cible
    imposees = chantier.entreprises[: len(ANNEXE_2_4)] if plan.annexe_2_4 else []
    sans_contact, visitee = chantier.entreprises[cible - 1], chantier.entreprises[cible // 4]
    autres = [e for e in chantier.entreprises[: cible - 1] if e not in imposees and e is not visitee]
    chantier.hasard.shuffle(autres)
    combien = plan.realisees - plan.hors_cible - len(imposees) - 1
    realisees = [visitee, *autres[:combien], *chantier.entreprises[cible : cible + plan.hors_cible]]
    chantier.hasard.shuffle(realisees)
    refusees = autres[combien : combien + plan.refus]
    programmees = autres[combien + plan.refus :][: len(plan.situations)]
    return [*imposees, *realisees], refusees, programmees, [*autres[combien + plan.refus + len(programmees) :], sans_contact]


def _accorder(chantier, entreprises, developpeurs, jours):
    """(entreprise, développeur, jour) ; deux voisines s'échangent si un développeur se déporte de la sienne."""
    file = list(entreprises)
    for rang, membre in enumerate(developpeurs):
        if not chantier.peut(membre, file[rang]):
            voisins = [*range(rang + 1, len(file)), *range(rang - 1, len(ANNEXE_2_4) - 1, -1)]
            voisin = next(autre for autre in voisins if developpeurs[autre] is not membre)
            file[rang], file[voisin] = file[voisin], file[rang]
    return zip(file, developpeurs, jours, strict=True)


def _realisee(chantier, entreprise, developpeur, jour):
    hasard = chantier.hasard
    reunion = chantier.reunion_avant(jour - timedelta(days=14))
    programmee = max(reunion.le, developpeur.entre_le)
    programmee = min(programmee + timedelta(days=hasard.randint(0, 6)), jour)
    seuls = chantier.accompagnants(developpeur, entreprise, jour) if hasard.random() < PART_A_DEUX else []
    return _visite(
        chantier,
        entreprise,
        EtatVisite.REALISEE,
        reunion,
        developpeur=developpeur,
        accompagnant=hasard.choice(seuls) if seuls else None,
        programmee_le=programmee,
        rendez_vous_le=_rendez_vous(hasard, jour),
        realisee_le=jour,
    )


def _visite(chantier, entreprise, etat, reunion, **champs):
    dedans = entreprise in chantier.entreprises[: chantier.plan.cible]
    visite = Visite(
        reseau=chantier.reseau,
        entreprise=entreprise,
        etat=etat,
        origine=OrigineVisite.CIBLE if dedans else chantier.hasard.choice(ORIGINES_HORS_CIBLE),
        campagne=_campagne(chantier, champs.get("programmee_le") or reunion.le),
        choisie_en=reunion,
        creee_le=reunion.le,
        **champs,
    )
    visite.situation = ""
    return visite


def _rendez_vous(hasard, jour):
    return instant(jour, hasard.choice(HEURES), hasard.choice((0, 30)))


def _abandonnees(chantier, realisees):
    """Deux annulées et deux injoignables, d'entreprises que l'on a revues plus tard."""
    tardives = [visite for visite in realisees if visite.creee_le > chantier.tenues[4].le]
    revues = chantier.choisir(tardives, min(4, len(tardives)))
    for rang, revue in enumerate(revues):
        fin = ouvre_avant(revue.creee_le - timedelta(days=6))
        reunion = chantier.reunion_avant(fin - timedelta(days=8))
        developpeur = chantier.hasard.choice(chantier.visiteurs(revue.entreprise, reunion.le, fin))
        etat = EtatVisite.ANNULEE if rang % 2 else EtatVisite.INJOIGNABLE
        issue = {"annulee_le": fin} if rang % 2 else {"injoignable_le": fin}
        texte = "Fermeture annuelle, à reprendre." if rang % 2 else "Quatre appels, aucun retour."
        yield _visite(
            chantier,
            revue.entreprise,
            etat,
            reunion,
            developpeur=developpeur,
            programmee_le=reunion.le,
            precision=texte,
            **issue,
        )


def _refusees(chantier, entreprises):
    debut = chantier.tenues[1].le + timedelta(days=20)
    jours = chantier.etaler(debut, chantier.il_y_a(12), len(entreprises))
    for entreprise, jour, (motif, precision) in zip(entreprises, jours, cycle(REFUS.items()), strict=False):
        reunion = chantier.reunion_avant(jour - timedelta(days=15))
        yield _visite(
            chantier,
            entreprise,
            EtatVisite.REFUSEE,
            reunion,
            developpeur=chantier.hasard.choice(chantier.visiteurs(entreprise, reunion.le, jour)),
            programmee_le=reunion.le,
            refusee_le=ouvre_avant(jour),
            motif_refus=motif,
            precision=precision,
        )


def _programmees(chantier, entreprises):
    """Le stock en fin de période : chaque développeur a le sien, le compte « direct » a rendez-vous aujourd'hui."""
    direct, adjoint = chantier.comptes["direct"], chantier.comptes["adjoint"]
    lignes = zip(chantier.directs, chantier.plan.lignes, strict=True)
    charge = [membre for membre, ligne in lignes for _ in range(ligne.programmees)]
    chantier.hasard.shuffle(charge)
    for premier in (adjoint, direct):
        if premier in charge:
            charge.remove(premier)
            charge.insert(0, premier)
    suites = {"rang": 0}
    for entreprise, membre, situation in zip(entreprises, charge, chantier.plan.situations, strict=True):
        yield _programmee(chantier, entreprise, membre, situation, suites)


def _programmee(chantier, entreprise, developpeur, situation, suites):
    lot = _lot(situation)
    inscription, programmation, envoi = lot
    reunion = chantier.reunion_avant(chantier.il_y_a(inscription))
    champs = {"programmee_le": max(ouvre_avant(chantier.il_y_a(programmation)), reunion.le), "developpeur": developpeur}
    etat = EtatVisite.PROGRAMMEE
    if situation.startswith("rendez-vous"):
        etat = EtatVisite.RENDEZ_VOUS_PRIS
        champs["rendez_vous_le"] = _quand(chantier, situation, suites)
        champs["rendez_vous_lieu"] = chantier.hasard.choice(("", "À l’accueil de l’atelier"))
    elif situation in (plans.ANNONCEE, plans.ANNONCEE_DE_LONGUE_DATE):
        etat = EtatVisite.ANNONCEE
    else:
        champs["prevue_le"] = premier_du_mois(chantier.le + timedelta(days=40))
    if envoi and situation != plans.LETTRE_SIGNEE and (etat == EtatVisite.ANNONCEE or chantier.plan.annexe_2_4):
        champs["annoncee_le"] = ouvre_avant(chantier.il_y_a(envoi))
    visite = _visite(chantier, entreprise, etat, reunion, **champs)
    visite.situation = situation
    return visite


def _lot(situation):
    if situation in (plans.ANNONCEE, plans.LETTRE_SIGNEE):
        return LOT_RECENT
    if situation.startswith("rendez-vous") or situation == plans.ANNONCEE_DE_LONGUE_DATE:
        return LOT_ANCIEN
    return LOT_A_SIGNER


def _quand(chantier, situation, suites):
    if situation == plans.RENDEZ_VOUS_PASSE:
        return instant(ouvre_avant(chantier.il_y_a(5)), 10)
    rang = suites["rang"]
    suites["rang"] += 1
    if situation == plans.RENDEZ_VOUS_AUJOURD_HUI:
        return instant(chantier.le, 14 if rang == 0 else 10, 30)
    jours = JOURS_DES_RENDEZ_VOUS[rang % len(JOURS_DES_RENDEZ_VOUS)]
    return _rendez_vous(chantier.hasard, ouvre_apres(chantier.le + timedelta(days=jours)))


def _a_programmer(chantier, libres):
    """Des entreprises choisies aux dernières réunions, l'une rendue à la liste ; deux demandes venues d'ailleurs."""
    fin = chantier.plan.cible + chantier.plan.hors_cible
    for rang, entreprise in enumerate(libres[:A_PROGRAMMER]):
        visite = _visite(chantier, entreprise, EtatVisite.A_PROGRAMMER, chantier.tenues[-1 - rang % 3])
        if rang == 0:
            visite.precision = f"Rendue par {chantier.comptes['adjoint']} : l’entreprise est cliente d’un proche."
        yield visite
    for entreprise in chantier.entreprises[fin : fin + DEMANDES]:
        visite = _visite(chantier, entreprise, EtatVisite.A_PROGRAMMER, chantier.tenues[-1])
        visite.origine, visite.choisie_en = OrigineVisite.DEMANDE, None
        yield visite
