"""Qui a fait quelle visite : des jours répartis sur toute l'histoire, chacun donné à un développeur alors en poste."""

from datetime import timedelta

from reseau.lib.dates import plus_mois
from suivi.demonstration.calendrier import ouvre_apres, ouvre_avant

JOURS_AVANT_LE_DEPART = 12  # on rend compte avant de partir
JOURS_APRES_L_ENTREE = 20
RANGS_DU_DIRECT = (-2, -5)  # les visites récentes que le compte « direct » n'a pas encore racontées


def jours_de_visite(chantier):
    """Les jours des visites réalisées, dans l'ordre : d'abord les plus de 24 mois, puis les autres, à un rythme égal."""
    plan, decision = chantier.plan, chantier.tenues[0].le
    limite = plus_mois(chantier.le, -24)
    jours = []
    debut = decision + timedelta(days=8)
    if plan.anciennes:
        jours = chantier.etaler(debut, limite - timedelta(days=9), plan.anciennes)
        debut = limite + timedelta(days=5)
    jours += chantier.etaler(debut, chantier.il_y_a(3), plan.realisees - len(jours))
    return [ouvre_apres(jour) if jour < limite else ouvre_avant(jour) for jour in jours]


def attribuer(chantier, jours):
    """Un développeur par jour ; chacun a son compte exact, pendant qu'il est du réseau.

    On sert le plus chargé pour le temps qui lui reste ; quand les jours viennent à manquer avant un départ, on ne sert
    plus que ceux qui partent.
    """
    restes = {m.pk: ligne.realisees for m, ligne in zip(chantier.directs, chantier.plan.lignes, strict=True)}
    direct = chantier.comptes["direct"]
    reserves = {len(jours) + rang for rang in RANGS_DU_DIRECT}
    restes[direct.pk] -= len(reserves)
    servis = []
    for rang, jour in enumerate(jours):
        if rang in reserves:
            servis.append(direct)
            continue
        suite = [j for autre, j in enumerate(jours[rang:], start=rang) if autre not in reserves]
        membre = _le_plus_presse(chantier, jour, suite, restes)
        restes[membre.pk] -= 1
        servis.append(membre)
    return servis


def _le_plus_presse(chantier, jour, suite, restes):
    possibles = [m for m in chantier.directs if restes[m.pk] and _debut(m) <= jour <= _fin(chantier, m)]
    for fin in sorted({_fin(chantier, m) for m in possibles}):
        partants = [m for m in possibles if _fin(chantier, m) <= fin]
        if sum(restes[m.pk] for m in partants) >= sum(1 for autre in suite if autre <= fin):
            possibles = partants
            break
    return max(possibles, key=lambda m: _presse(chantier, m, jour, restes))


def _presse(chantier, membre, jour, restes):
    duree = (_fin(chantier, membre) - jour).days + 20
    return restes[membre.pk] / duree * chantier.hasard.uniform(0.6, 1.4)


def _debut(membre):
    return membre.entre_le + timedelta(days=JOURS_APRES_L_ENTREE)


def _fin(chantier, membre):
    return membre.parti_le - timedelta(days=JOURS_AVANT_LE_DEPART) if membre.parti_le else chantier.le
