"""Ce que le réseau sait, qui aide à choisir à qui confier une entreprise : lu d'un coup, pour tout un lot.

Borné à ce que voit le lecteur : une visite qu'il ne voit pas n'entre dans aucun compte qu'on lui montre.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.db.models import Q
from django.db.models.functions import Coalesce

from entreprises.enums import ObjetDeContact
from entreprises.models import Deport, Entreprise, Sollicitation
from reseau.enums import Domaine
from reseau.lib.dates import plus_mois
from reseau.lib.jours import jours_ouvres
from reseau.lib.recherche import cle_de_recherche
from reseau.models import Dispositif, FicheCompetence
from visites.calendrier import absences_de, jours_libres
from visites.charge import Charge, charges, repere
from visites.concurrences import concurrentes_par_entreprise, suivies_par_membre
from visites.enums import CONFIEES, FAITES
from visites.espacement import empechements
from visites.models import Visite
from visites.sollicitations import contacts_recents

# De quoi parlait un contact, parmi les domaines des dispositifs ; les autres objets n'orientent vers personne.
DOMAINE_D_UN_CONTACT = {
    ObjetDeContact.EMPLOI: Domaine.FORMATION,
    ObjetDeContact.FORMATION: Domaine.FORMATION,
    ObjetDeContact.FINANCEMENT: Domaine.FINANCE,
    ObjetDeContact.EXPORT: Domaine.COMMERCE,
    ObjetDeContact.INNOVATION: Domaine.RECHERCHE,
    ObjetDeContact.ENVIRONNEMENT: Domaine.ENVIRONNEMENT,
    ObjetDeContact.IMMOBILIER: Domaine.LOCAUX,
}
# Débuts de mots, sans accents, de ce qu'un membre dit pouvoir apporter.
MOTS_D_UN_DOMAINE = {
    Domaine.IDENTITE: ("repris", "repren", "cession", "ceder", "transm"),
    Domaine.PRODUITS: ("produit", "marche", "client"),
    Domaine.COMMERCE: ("export", "etranger", "acheteur", "vend", "vente"),
    Domaine.RECHERCHE: ("innov", "recherch", "numeri", "brevet"),
    Domaine.PRODUCTION: ("atelier", "machine", "product", "serie"),
    Domaine.FINANCE: ("financ", "banque", "bilan", "investi", "tresor"),
    Domaine.FORMATION: ("formation", "former", "apprenti", "recrut", "personnel"),
    Domaine.LOCAUX: ("local", "locaux", "terrain", "urbanis", "immobil"),
    Domaine.ENVIRONNEMENT: ("environnement", "energ", "dechet", "eaux"),
}
GENRES = ("commune", "epci", "arrondissement", "division")


@dataclass(frozen=True)
class Fiche:
    """Où est l'entreprise, ce qu'elle fait : les codes (`places`, par genre) et les noms de chacun."""

    places: dict
    noms: dict
    filiere: str


@dataclass(frozen=True)
class Savoirs:
    """Les clés sont celles des membres et des entreprises. `suivies` et `maison` comptent des entreprises.

    `suivies` : (membre, genre, code) → nombre ; `maison` : (institution, division) → nombre ; `couples`,
    `de_la_maison` : les paires comptées.
    `libres` : membre → part de ses jours ouvrés du mois qui vient, de 0 à 1. `declares`, `domaines` : ce que chacun déclare ;
    `mobilises` : ce que son institution instruit ; `sujets` : ce dont on a parlé à chaque entreprise.
    """

    fiches: dict
    suivies: Counter
    maison: Counter
    couples: set
    de_la_maison: set
    rencontres: dict
    deports: set
    concurrentes: dict
    contacts: dict
    empechements: dict
    absences: dict
    libres: dict
    charges: dict
    reperes: dict
    declares: dict
    domaines: dict
    mobilises: dict
    sujets: dict

    def charge(self, membre):
        return self.charges.get(membre.pk, Charge()).total

    @cached_property
    def tous_au_repere(self):
        return all(self.charges.get(cle, Charge()).total >= sien for cle, sien in self.reperes.items())


def lire(entreprises, membres, campagne, le, lecteur):
    """Les `Savoirs` utiles à ce lot ; le nombre de requêtes ne dépend ni des entreprises ni des membres."""
    cles, reseau = [entreprise.pk for entreprise in entreprises], lecteur.reseau
    visites, depuis = Visite.objects.visibles_par(lecteur).order_by(), plus_mois(le, -reseau.espacement_mois)
    return Savoirs(
        fiches=_fiches(cles),
        **_suivies(visites.filter(Q(etat__in=CONFIEES) | Q(etat__in=FAITES, realisee_le__gt=depuis))),
        rencontres=_rencontres(visites.realisees().filter(entreprise__in=cles)),
        deports=set(Deport.objects.filter(entreprise__in=cles, membre__in=membres).values_list("membre", "entreprise")),
        concurrentes=_concurrentes(entreprises, lecteur, le),
        contacts=contacts_recents(entreprises, reseau, le),
        empechements=empechements(entreprises, reseau, le),
        **_absences(membres, reseau, le),
        charges=charges(visites.filter(campagne=campagne)),
        reperes={membre.pk: repere(campagne, membre) for membre in membres},
        declares={membre.pk: cle_de_recherche(membre.competence) for membre in membres},
        domaines=_domaines(membres, le),
        mobilises=_mobilises(membres, reseau, le),
        sujets=_sujets(cles, depuis, le),
    )


def _fiches(cles):
    colonnes = {
        "commune": ("commune", "commune__nom"),
        "epci": ("commune__epci", "commune__epci__nom"),
        "arrondissement": ("commune__arrondissement", "commune__arrondissement__nom"),
        "division": ("la_division", "le_secteur"),
    }
    # La NAF 2025 ne parle que si la NAF rév. 2 se tait.
    lignes = (
        Entreprise.objects.filter(pk__in=cles)
        .order_by()
        .annotate(
            la_division=Coalesce("naf__division", "naf_2025__division"),
            le_secteur=Coalesce("naf__division__libelle", "naf_2025__division__libelle"),
        )
    )
    champs = [champ for paire in colonnes.values() for champ in paire]
    return {
        ligne["pk"]: Fiche(
            {genre: ligne[code] for genre, (code, _) in colonnes.items()},
            {genre: ligne[nom] for genre, (_, nom) in colonnes.items()},
            ligne["filiere"],
        )
        for ligne in lignes.values("pk", "filiere", *champs)
    }


def _suivies(visites):
    """Chaque entreprise compte une fois par membre, et une fois par institution."""
    division = Coalesce("entreprise__naf__division", "entreprise__naf_2025__division")
    lieux = ("entreprise__commune", "entreprise__commune__epci", "entreprise__commune__arrondissement")
    lignes = visites.filter(developpeur__isnull=False).annotate(la_division=division)
    lignes = lignes.values_list("developpeur", "developpeur__institution", "entreprise", *lieux, "la_division").distinct()
    suivies, maison, de_la_maison, couples = Counter(), Counter(), set(), set()
    for membre, institution, entreprise, *codes in lignes:
        couples.add((membre, entreprise))
        suivies.update((membre, genre, code) for genre, code in zip(GENRES, codes, strict=True) if code)
        if codes[-1] and (institution, entreprise) not in de_la_maison:
            de_la_maison.add((institution, entreprise))
            maison[institution, codes[-1]] += 1
    return {"suivies": suivies, "maison": maison, "couples": couples, "de_la_maison": de_la_maison}


def _rencontres(visites):
    """(membre, entreprise) → le jour de la dernière visite qu'il y a faite, titulaire ou accompagnant."""
    trouvees = {}
    for entreprise, jour, *equipe in visites.values_list("entreprise", "realisee_le", "developpeur", "accompagnant"):
        for membre in filter(None, equipe):
            trouvees[membre, entreprise] = max(jour, trouvees.get((membre, entreprise), jour))
    return trouvees


def _concurrentes(entreprises, lecteur, le):
    """(membre, entreprise) → les noms des concurrentes qu'il suit, par ordre alphabétique."""
    liens = concurrentes_par_entreprise(entreprises, lecteur)
    suivies = suivies_par_membre({fiche.pk for fiches in liens.values() for fiche in fiches}, lecteur.reseau, le)
    trouvees = {}
    for entreprise, fiches in liens.items():
        for membre, cles in suivies.items():
            if noms := sorted({str(fiche) for fiche in fiches if fiche.pk in cles}):
                trouvees[membre, entreprise] = noms
    return trouvees


def _absences(membres, reseau, le):
    """Celles du mois qui vient, et la part de jours ouvrés qu'elles laissent."""
    fin, absences = plus_mois(le, 1) - timedelta(days=1), {}
    for absence in absences_de(membres, le, fin):
        absences.setdefault(absence.membre_id, []).append(absence)
    ouvres = len(jours_ouvres(le, fin, reseau.departement))
    libres = {cle: jours_libres(le, fin, reseau.departement, siennes) / ouvres for cle, siennes in absences.items()}
    return {"absences": absences, "libres": {membre.pk: libres.get(membre.pk, 1) for membre in membres}}


def _domaines(membres, le):
    """Clé de membre → les domaines de ses fiches de compétence, et ceux que disent ses mots."""
    domaines = {membre.pk: _selon_les_mots(membre) for membre in membres}
    for membre, domaine in FicheCompetence.objects.filter(membre__in=membres).en_service(le).values_list("membre", "domaine"):
        domaines[membre].add(Domaine(domaine))
    return domaines


def _selon_les_mots(membre):
    mots = cle_de_recherche(membre.competence).split()
    return {domaine for domaine, debuts in MOTS_D_UN_DOMAINE.items() if any(mot.startswith(debuts) for mot in mots)}


def _mobilises(membres, reseau, le):
    instruits = {}
    for organisme, domaine in Dispositif.objects.filter(reseau=reseau).en_vigueur(le).values_list("organisme", "domaine"):
        instruits.setdefault(cle_de_recherche(organisme), set()).add(domaine)
    noms = {membre.pk: (membre.institution.sigle, membre.institution.nom) for membre in membres}
    return {cle: set().union(*(instruits.get(cle_de_recherche(nom), ()) for nom in siens)) for cle, siens in noms.items()}


def _sujets(cles, depuis, le):
    """Entreprise → les domaines dont on lui a parlé depuis le dernier tour de visites."""
    lignes = Sollicitation.objects.filter(entreprise__in=cles, le__gt=depuis, le__lte=le).order_by()
    trouves = {}
    for entreprise, objet in lignes.values_list("entreprise", "objet").distinct():
        if domaine := DOMAINE_D_UN_CONTACT.get(objet):
            trouves.setdefault(entreprise, set()).add(domaine)
    return trouves
