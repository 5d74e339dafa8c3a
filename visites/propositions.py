"""À qui confier une entreprise, et pourquoi : des raisons que l'animateur lit et pèse, jamais une note ni un classement.

Chaque critère est une fonction courte : ce qu'il vaut (`Poids`), et la phrase qui le dit. Le déport exclut, en silence.
"""

from collections import Counter
from dataclasses import dataclass, field

from reseau.enums import Domaine
from reseau.lib.recherche import cle_de_recherche
from reseau.templatetags.affichage import pluriel_fr
from visites.savoirs import lire

PLAFOND = 3  # au-delà, une entreprise de plus dans le même secteur n'ajoute rien
LETTRES_DU_SECTEUR = 60
AUTRES = 2


class Poids:
    """Ce que pèse chaque critère ; seul leur rapport compte."""

    RENCONTRE = 5
    COMMUNE, EPCI, ARRONDISSEMENT = 4, 3, 1
    SECTEUR = 3
    COMPETENCE = 3
    DISPOSITIF = 2
    MAISON = 1
    CONTACT = 2
    CHARGE = 4
    ABSENCE = -4
    CONCURRENCE = -8


@dataclass(frozen=True)
class Proposition:
    """Un membre pour une entreprise : ce qui plaide pour lui, et ce qu'il faut savoir avant."""

    membre: object
    raisons: list = field(default_factory=list)
    reserves: list = field(default_factory=list)


@dataclass(frozen=True)
class Conseil:
    """Pour une entreprise : ce que retient le partage du lot (None si personne), les deux autres les plus indiquées, et
    tous ceux à qui elle peut se confier. Par ordre alphabétique : des personnes ne se classent pas.
    `motifs` : ceux que l'opération demandera peut-être (« derogation », « malgre_contact », « malgre_concurrence »).
    """

    retenue: Proposition | None
    autres: list
    candidats: list
    motifs: frozenset


@dataclass(frozen=True)
class Avis:
    """Ce qu'un critère dit : des points, et au plus une raison ou une réserve."""

    points: float = 0
    raison: str = ""
    reserve: str = ""


RIEN = Avis()


def proposer(entreprises, membres, campagne, le, *, lecteur, savoirs=None):
    """Dictionnaire clé d'entreprise → [`Proposition`], de la plus indiquée à la moins ; vide si rien ne peut s'y programmer.

    Le même ordre pour les mêmes données. `lecteur` : qui les lira, et ne doit rien y apprendre de ce qu'il ne voit pas.
    `savoirs` : ceux que l'appelant a déjà lus pour ce même lot.
    """
    savoirs = savoirs or lire(entreprises, membres, campagne, le, lecteur)
    return _proposer(_tous_les_avis(savoirs, entreprises, membres), _rangs(membres))


def repartir(entreprises, membres, campagne, le, *, lecteur):
    """Dictionnaire clé d'entreprise → `Proposition` : le lot partagé selon ce qu'il reste à chacun jusqu'à son repère.

    Le partage fixe combien de visites revient à chacun ; l'affinité dit lesquelles. Une entreprise absente n'a personne.
    """
    savoirs = lire(entreprises, membres, campagne, le, lecteur)
    return _repartir(savoirs, _tous_les_avis(savoirs, entreprises, membres), membres)


def conseiller(entreprises, membres, campagne, le, *, lecteur):
    """Dictionnaire clé d'entreprise → `Conseil`, tout lu d'un coup."""
    savoirs, rangs = lire(entreprises, membres, campagne, le, lecteur), _rangs(membres)
    avis = _tous_les_avis(savoirs, entreprises, membres)
    retenues, toutes = _repartir(savoirs, avis, membres), _proposer(avis, rangs)
    conseils = {}
    for cle, propositions in toutes.items():
        retenue = retenues.get(cle)
        autres = [une for une in propositions if retenue and une.membre != retenue.membre][:AUTRES]
        conseils[cle] = Conseil(
            retenue,
            sorted(autres, key=lambda une: rangs[une.membre.pk]),
            sorted((une.membre for une in propositions), key=lambda membre: rangs[membre.pk]),
            _motifs(savoirs, cle, propositions),
        )
    return conseils


def partager(combien, deja, poids):
    """`Counter` clé → sa part de `combien`, chaque unité à qui en a le moins au regard de son poids (`deja` compris).

    À égalité, dans l'ordre de `poids`. Un poids nul ne reçoit rien, sauf s'ils le sont tous.
    """
    reels = {cle: float(valeur) for cle, valeur in poids.items() if valeur > 0} or dict.fromkeys(poids, 1.0)
    parts = Counter()
    for _ in range(combien if reels else 0):
        parts[min(reels, key=lambda cle: (deja.get(cle, 0) + parts[cle] + 1) / reels[cle])] += 1
    return parts


# Les critères : (savoirs, membre, entreprise) → `Avis`. Joués pour chaque paire, ils lisent `id`, trois fois plus vite que `pk`.


def rencontre(savoirs, membre, entreprise):
    jour = savoirs.rencontres.get((membre.id, entreprise.id))
    return Avis(Poids.RENCONTRE, f"a déjà rencontré l’entreprise, le {jour:%d/%m/%Y}") if jour else RIEN


def proximite(savoirs, membre, entreprise):
    """Le lieu le plus proche où il suit déjà quelqu'un : la commune, sinon l'intercommunalité, sinon l'arrondissement."""
    fiche = savoirs.fiches[entreprise.id]
    for genre, poids in (("commune", Poids.COMMUNE), ("epci", Poids.EPCI), ("arrondissement", Poids.ARRONDISSEMENT)):
        if nombre := _suivies(savoirs, membre, entreprise, genre):
            ou = _a_la_commune(fiche.noms[genre]) if genre == "commune" else f"{PERIMETRES[genre]} ({fiche.noms[genre]})"
            return Avis(_dose(poids, nombre), f"suit déjà {_entreprises(nombre)} {ou}")
    return RIEN


def secteur(savoirs, membre, entreprise):
    nombre = _suivies(savoirs, membre, entreprise, "division")
    if not nombre:
        return RIEN
    nom = _abrege(savoirs.fiches[entreprise.id].noms["division"])
    return Avis(_dose(Poids.SECTEUR, nombre), f"suit déjà {_entreprises(nombre)} du secteur «\u00a0{nom}\u00a0»")


def competence(savoirs, membre, entreprise):
    """Ce qu'il déclare, face à ce dont l'entreprise a parlé ou à sa filière ; à défaut, son institution."""
    sujets = savoirs.sujets.get(entreprise.id, set())
    filiere = savoirs.fiches[entreprise.id].filiere
    if filiere and cle_de_recherche(filiere) in savoirs.declares[membre.id]:
        return Avis(Poids.COMPETENCE, f"dit connaître la filière «\u00a0{filiere}\u00a0»")
    if communs := sujets & savoirs.domaines[membre.id]:
        return Avis(Poids.COMPETENCE, f"dit pouvoir aider sur un sujet abordé avec l’entreprise : {_domaines(communs)}")
    if communs := sujets & savoirs.mobilises[membre.id]:
        return Avis(Poids.DISPOSITIF, f"{membre.institution} a un dispositif sur un sujet abordé : {_domaines(communs)}")
    nombre = savoirs.maison[membre.institution_id, savoirs.fiches[entreprise.id].places["division"]]
    nombre -= (membre.institution_id, entreprise.id) in savoirs.de_la_maison
    if nombre > 0 and not _suivies(savoirs, membre, entreprise, "division"):
        return Avis(_dose(Poids.MAISON, nombre), f"{membre.institution} suit déjà {_entreprises(nombre)} de ce secteur")
    return RIEN


def contact(savoirs, membre, entreprise):
    """Qui vient de la contacter y retourne ; aux autres, il faudra un motif."""
    contacts = savoirs.contacts.get(entreprise.id, [])
    siens = [un for un in contacts if un.vient_de([membre])]
    if len(siens) < len(contacts):
        autre = next(un for un in contacts if un not in siens)
        return Avis(reserve=f"contact récent, {autre.en_mots} Motif demandé.")
    return Avis(Poids.CONTACT, f"vient de la contacter, le {siens[0].quand:%d/%m/%Y}") if siens else RIEN


def espacement(savoirs, membre, entreprise):
    empechement = savoirs.empechements.get(entreprise.id)
    return Avis(reserve=f"{empechement.raison} Motif demandé.") if empechement else RIEN


def concurrence(savoirs, membre, entreprise):
    noms = savoirs.concurrentes.get((membre.id, entreprise.id))
    return Avis(Poids.CONCURRENCE, reserve=f"suit une concurrente, {noms[0]}. Motif demandé.") if noms else RIEN


def absence(savoirs, membre, entreprise):
    """D'autant plus à éviter qu'il lui reste moins de jours ouvrés dans le mois qui vient."""
    absences = savoirs.absences.get(membre.id)
    if not absences:
        return RIEN
    return Avis(Poids.ABSENCE * (1 - savoirs.libres[membre.id]), reserve=f"{absences[0].accord} {absences[0].en_mots}.")


def charge(savoirs, membre, entreprise):
    """Face au repère convenu sur la campagne : un repère, pas un dû."""
    sien = savoirs.reperes[membre.id]
    reste = sien - savoirs.charge(membre)
    if reste <= 0:
        # Quand tous y sont, le redire de chacun n'aide pas à choisir.
        return Avis(-Poids.CHARGE, reserve="" if savoirs.tous_au_repere else "a déjà atteint son repère de visites.")
    raison = pluriel_fr(int(reste), "visite de moins que son repère,visites de moins que son repère") if reste >= 1 else ""
    return Avis(Poids.CHARGE * float(reste / sien), raison)


AFFINITES = (rencontre, proximite, secteur, competence, contact, espacement, concurrence, absence)
CRITERES = (*AFFINITES, charge)
PERIMETRES = {"epci": "dans l’intercommunalité", "arrondissement": "dans l’arrondissement"}


def _tous_les_avis(savoirs, entreprises, membres):
    """{entreprise: {membre: [`Avis`], dans l'ordre de `CRITERES`}}."""
    return {
        entreprise: {
            membre: [critere(savoirs, membre, entreprise) for critere in CRITERES]
            for membre in _candidats(savoirs, membres, entreprise)
        }
        for entreprise in entreprises
    }


def _proposer(avis, rangs):
    trouvees = {}
    for entreprise, siens in avis.items():
        classes = sorted(siens, key=lambda membre: (-_points(siens[membre]), rangs[membre.pk]))
        trouvees[entreprise.pk] = [_proposition(membre, siens[membre]) for membre in classes]
    return trouvees


def _repartir(savoirs, avis, membres):
    rangs, combien = _rangs(membres), sum(bool(siens) for siens in avis.values())
    parts = _parts(savoirs, sorted(membres, key=lambda membre: rangs[membre.pk]), combien)
    retenus = _apparier(savoirs, avis, parts, rangs)
    recues = Counter(retenus.values())
    return {
        entreprise.pk: _proposition(membre, [*avis[entreprise][membre], _part_du_lot(recues[membre], combien)])
        for entreprise, membre in retenus.items()
    }


def _candidats(savoirs, membres, entreprise):
    """Aucun si rien ne peut s'y programmer ; jamais qui s'en déporte, et rien ne le dit."""
    empechement = savoirs.empechements.get(entreprise.id)
    if empechement and not empechement.franchissable:
        return []
    return [membre for membre in membres if (membre.id, entreprise.id) not in savoirs.deports]


def _points(avis):
    return sum(un.points for un in avis)


def _proposition(membre, avis):
    """Ce qui tient à l'entreprise d'abord, de la raison la plus lourde à la plus légère ; puis la charge et la part du lot."""
    lourdes = [*sorted(avis[: len(AFFINITES)], key=lambda un: -un.points), *avis[len(AFFINITES) :]]
    return Proposition(membre, [un.raison for un in lourdes if un.raison], [un.reserve for un in avis if un.reserve])


def _rangs(membres):
    """L'ordre alphabétique, qui départage : deux personnes également indiquées ne se classent pas autrement."""
    ranges = sorted(membres, key=lambda membre: (membre.rang_alphabetique, membre.id))
    return {membre.id: rang for rang, membre in enumerate(ranges)}


def _parts(savoirs, ranges, combien):
    """Combien de visites du lot revient à chacun : selon son repère, réduit aux jours où il est là le mois qui vient."""
    poids = {membre: float(savoirs.reperes[membre.id]) * savoirs.libres[membre.id] for membre in ranges}
    return partager(combien, {membre: savoirs.charge(membre) for membre in ranges}, poids)


def _motifs(savoirs, cle, propositions):
    concurrence = any((une.membre.pk, cle) in savoirs.concurrentes for une in propositions)
    utiles = {
        "derogation": cle in savoirs.empechements,
        "malgre_contact": cle in savoirs.contacts,
        "malgre_concurrence": concurrence,
    }
    return frozenset(nom for nom, utile in utiles.items() if utile and propositions)


def _apparier(savoirs, avis, parts, rangs):
    """Entreprise → membre : les paires les mieux assorties d'abord, tant que la part de chacun n'est pas atteinte.

    La charge a fait les parts, elle ne pèse plus ici. Ce qui reste (ses candidats ont leur part) va au moins chargé de ceux-là.
    """
    affinites = [
        (-_points(un[: len(AFFINITES)]), rangs[membre.pk], entreprise.pk, membre, entreprise)
        for entreprise, siens in avis.items()
        for membre, un in siens.items()
    ]
    retenus, recues = {}, Counter()
    for *_, membre, entreprise in sorted(affinites, key=lambda paire: paire[:3]):
        if entreprise not in retenus and recues[membre] < parts[membre]:
            retenus[entreprise] = membre
            recues[membre] += 1
    restent = [entreprise for entreprise, siens in avis.items() if siens and entreprise not in retenus]
    for entreprise in sorted(restent, key=lambda fiche: fiche.pk):
        retenus[entreprise] = min(
            avis[entreprise],
            key=lambda membre: ((savoirs.charge(membre) + recues[membre]) / savoirs.reperes[membre.pk], rangs[membre.pk]),
        )
        recues[retenus[entreprise]] += 1
    return retenus


def _part_du_lot(nombre, combien):
    """Elle vaut pour toutes les visites que ce membre reçoit du lot."""
    visites = pluriel_fr(combien, "visite,visites")
    return Avis(raison=f"reçoit {nombre} des {visites} du lot, selon son repère") if combien > 1 else RIEN


def _suivies(savoirs, membre, entreprise, genre):
    """Combien d'autres entreprises que celle-ci il suit au même endroit, ou dans la même division."""
    nombre = savoirs.suivies.get((membre.id, genre, savoirs.fiches[entreprise.id].places[genre]), 0)
    return nombre - 1 if nombre and (membre.id, entreprise.id) in savoirs.couples else nombre


def _dose(poids, nombre):
    return poids * min(nombre, PLAFOND) / PLAFOND


def _entreprises(nombre):
    return pluriel_fr(nombre, "entreprise,entreprises")


def _a_la_commune(nom):
    """« à Vesoul », « au Havre », « aux Essarts », « à La Rochelle »."""
    for article, contracte in (("Le ", "au "), ("Les ", "aux ")):
        if nom.startswith(article):
            return contracte + nom.removeprefix(article)
    return f"à {nom}"


def _abrege(libelle):
    libelle = libelle.replace("'", "’")
    return libelle if len(libelle) <= LETTRES_DU_SECTEUR else f"{libelle[: LETTRES_DU_SECTEUR - 1].rstrip()}…"


def _domaines(codes):
    return ", ".join(domaine.label.lower() for domaine in Domaine if domaine in codes)
