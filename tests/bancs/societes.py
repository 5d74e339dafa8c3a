"""Des sociétés inventées, d'un vocabulaire aussi large qu'un vrai département, et ce qu'un réseau en a fait."""

import random
from dataclasses import dataclass
from datetime import timedelta

from django.utils.timezone import localdate

from entreprises.enums import Canal
from entreprises.models import Cible, Contact, Deport, Entreprise, Etiquette, LigneDeCible, Sollicitation
from entreprises.models.reference import Activite, Commune
from entreprises.recherche import apprendre
from reseau.enums import Role
from reseau.models import Membre, Reseau
from tests.factories import (
    CampagneFactory,
    CibleFactory,
    EtiquetteFactory,
    InstitutionFactory,
    MembreFactory,
    ReseauFactory,
    siret_fictif,
)
from visites.models import Campagne, Visite

LOT = 2_000
DEBUTS = "b br bl c ch cl cr d dr f fl fr g gl gr gu j l m n p ph pl pr qu r s st t th tr v vr".split()
VOYELLES = "a e i o u ai au ou eu oi ie".split()
FINS = "ard aud aux el elle ent er eron et ette eux ier ieu in ine ois on ot oux ut uy y ac an ault is it".split()
METIERS = (
    "Menuiserie Charpente Scierie Fonderie Tôlerie Mécanique Imprimerie Boulangerie Maçonnerie Transports Garage Laiterie "
    "Brasserie Plasturgie Serrurerie Chaudronnerie Électricité Peinture Carrières Pépinières Cartonnerie Usinage Ateliers"
).split()
FORMES = ("SARL", "SAS", "Ets", "Société", "EURL", "SA")
SUITES = ("et fils", "frères", "industrie", "services", "bois", "France", "Est", "et associés", "distribution", "groupe")


@dataclass(frozen=True)
class Terrain:
    """Qui lit, et ce que les filtres nomment."""

    lecteur: Membre
    animateur: Membre
    campagne: Campagne
    cible: Cible
    etiquette: Etiquette


def terrain(nombre):
    """Le `Terrain` de la base, garnie de `nombre` entreprises si elle est vide."""
    if not Reseau.objects.exists():
        peupler(nombre)
    membres = Membre.objects.order_by("pk")
    lecteur, animateur = membres.get(role=Role.DEVELOPPEUR), membres.get(role=Role.ANIMATEUR)
    return Terrain(lecteur, animateur, Campagne.objects.get(), Cible.objects.get(), Etiquette.objects.get())


def peupler(nombre):
    """Un réseau de `nombre` entreprises ; un lecteur, développeur direct, et un animateur, vingt déports chacun.

    Une entreprise sur cinq a été visitée (4 000 au plus), une sur vingt est étiquetée, en cible, ou contactée dans le mois, une
    sur cent a refusé. Une sur cinquante a le SIREN de la précédente ; des noms reviennent, comme en vrai.
    """
    hasard = random.Random(70)
    reseau = ReseauFactory(slug="banc")
    institution = InstitutionFactory(reseau=reseau)
    lecteur = MembreFactory(reseau=reseau, institution=institution)
    animateur = MembreFactory(reseau=reseau, institution=institution, role=Role.ANIMATEUR)
    _inscrire(reseau, nombre, hasard)
    cles = list(Entreprise.objects.order_by("pk").values_list("pk", flat=True))
    _visiter(reseau, lecteur, cles, hasard)
    cible = CibleFactory(reseau=reseau, decidee=True)
    CampagneFactory(reseau=reseau, cible=cible)
    LigneDeCible.objects.bulk_create(
        [LigneDeCible(cible=cible, entreprise_id=cle) for cle in hasard.sample(cles, nombre // 20)], batch_size=LOT
    )
    posees, etiquette = Entreprise.etiquettes.through, EtiquetteFactory(reseau=reseau)
    posees.objects.bulk_create(
        [posees(etiquette=etiquette, entreprise_id=cle) for cle in hasard.sample(cles, nombre // 20)], batch_size=LOT
    )
    Sollicitation.objects.bulk_create(
        [
            Sollicitation(reseau=reseau, entreprise_id=cle, institution=institution, le=localdate(), canal=Canal.TELEPHONE)
            for cle in hasard.sample(cles, nombre // 20)
        ],
        batch_size=LOT,
    )
    Deport.objects.bulk_create(
        Deport(entreprise_id=cle, membre=membre, motif="essai", le=localdate())
        for membre in (lecteur, animateur)
        for cle in hasard.sample(cles, 20)
    )


def _inscrire(reseau, nombre, hasard):
    communes = list(Commune.objects.filter(departement="70").order_by("code"))
    activites = list(Activite.objects.rev2().order_by("code").values_list("pk", flat=True))
    for debut in range(0, nombre, LOT):
        fiches, contacts = [], []
        for rang in range(debut, min(debut + LOT, nombre)):
            place = min(int(hasard.paretovariate(0.5)), len(communes)) - 1
            fiche = Entreprise(
                reseau=reseau,
                siret=_siret(rang),
                raison_sociale=une_raison_sociale(hasard),
                naf_id=hasard.choice(activites),
                tranche_effectif=hasard.choice(("", "01", "02", "03", "11", "12", "21")),
                effectif=hasard.choice((None, None, hasard.randint(1, 250))),
                commune=communes[place],
                ville=communes[place].nom,
                code_postal=f"70{place // 6 * 10:03d}",
            )
            contact = Contact(entreprise=fiche, nom=un_nom(hasard), prenom=un_nom(hasard), dirigeant=True)
            fiche.recherche = fiche.composer_recherche([contact])
            fiches.append(fiche)
            contacts.append(contact)
        apprendre(fiches)
        Entreprise.objects.bulk_create(fiches)
        Contact.objects.bulk_create(contacts)


def _siret(rang):
    if rang % 50 == 49:
        return _siret(rang - 1)[:9] + "00020"
    return siret_fictif(rang) if rang < 100_000 else f"{rang:014d}"


def _visiter(reseau, lecteur, cles, hasard):
    jour = localdate()
    confiee = {"reseau": reseau, "developpeur": lecteur, "creee_le": jour, "programmee_le": jour}
    visitees = hasard.sample(cles, min(len(cles) // 5, 4_000))
    visites = [
        Visite(entreprise_id=cle, etat="realisee", realisee_le=jour - timedelta(days=rang % 900), **confiee)
        for rang, cle in enumerate(visitees)
    ]
    refusantes = hasard.sample(cles, len(cles) // 100)
    visites += [Visite(entreprise_id=cle, etat="refusee", refusee_le=jour, motif_refus="temps", **confiee) for cle in refusantes]
    Visite.objects.bulk_create(visites, batch_size=LOT)


def un_nom(hasard):
    """Un nom propre inventé, de quatre à douze lettres, certains bien plus portés que d'autres."""
    germe = random.Random(int(60_000 * hasard.random() ** 3))
    return (
        germe.choice(DEBUTS).capitalize()
        + germe.choice(VOYELLES)
        + "".join(germe.choice(DEBUTS) + germe.choice(VOYELLES) for _ in range(germe.choice((0, 0, 1, 1, 2))))
        + germe.choice("lrntdsvm")
        + germe.choice(FINS)
    )


def un_sigle(hasard):
    return "".join(hasard.choice("ABCDEFGILMNOPRST") for _ in range(hasard.choice((3, 3, 4))))


def une_raison_sociale(hasard):
    forme, metier, nom = hasard.choice(FORMES), hasard.choice(METIERS), un_nom(hasard)
    return hasard.choice(
        (
            f"{metier} {nom}",
            f"{forme} {nom}",
            f"{forme} {nom} {hasard.choice(SUITES)}",
            f"{nom} {un_nom(hasard)}",
            f"{metier} {nom} {hasard.choice(SUITES)}",
            f"{un_sigle(hasard)} {nom}",
        )
    )
