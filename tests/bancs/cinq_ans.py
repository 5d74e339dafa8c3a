"""Un réseau où cinq ans sont passés : de quoi mesurer les tableaux."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from entreprises.models import Activite, Cible, Commune, Entreprise, LigneDeCible
from reseau.models import Institution, Membre, Presence, Reseau, Reunion, Utilisateur
from suivi.enums import Nature, Sujet, TypeAction
from suivi.models import Action, LettreDeSuites, Projet
from tests.factories import siret_fictif
from visites.enums import MotifRefus
from visites.models import CompteRendu, Visite

DEBUT, FIN = date(2021, 1, 4), date(2025, 12, 31)
JOURS = (FIN - DEBUT).days


def peupler(slug, nombre):
    """Un réseau où cinq ans ont laissé `nombre` actions, la moitié de visites, un dixième de refus ; en lots, déterministe."""
    hasard = Random(f"{slug} {nombre}")
    reseau = Reseau.objects.create(
        slug=slug,
        nom=slug,
        territoire="Haute-Saône",
        de_territoire="de la Haute-Saône",
        departement="70",
        prefecture="x",
        lieu="y",
    )
    membres = _membres(reseau, hasard)
    entreprises = _entreprises(reseau, nombre, hasard)
    visites = _visites(reseau, entreprises, membres, nombre, hasard)
    _reunions(reseau, membres, hasard)
    _suites(visites, membres, hasard)
    _actions(reseau, visites, membres, nombre, hasard)
    return reseau


def _membres(reseau, hasard):
    institutions = Institution.objects.bulk_create(
        Institution(reseau=reseau, sigle=f"I{rang}", nom=f"Institution {rang}", pole="economique") for rang in range(15)
    )
    comptes = Utilisateur.objects.bulk_create(Utilisateur(email=f"{reseau.slug}{rang}@exemple.fr") for rang in range(25))
    qui = {
        "reseau": reseau,
        "civilite": "Mme",
        "prenom": "Camille",
        "role": "developpeur",
        "qualite": "direct",
        "entre_le": DEBUT,
    }
    return Membre.objects.bulk_create(
        Membre(utilisateur=compte, institution=institutions[rang % 15], nom=f"Nom{rang}", **qui)
        for rang, compte in enumerate(comptes)
    )


def _entreprises(reseau, nombre, hasard):
    communes = list(Commune.objects.filter(departement="70"))
    activites = list(Activite.objects.rev2().filter(division__section__in=["C", "F", "G", "H"])[:200])
    base = 1 if reseau.slug == "petit" else 20_000
    entreprises = Entreprise.objects.bulk_create(
        Entreprise(
            reseau=reseau,
            siret=siret_fictif(base + rang),
            raison_sociale=f"Société {rang}",
            commune=hasard.choice(communes),
            naf=hasard.choice(activites),
        )
        for rang in range(nombre // 2 + nombre // 10)
    )
    cible = Cible.objects.create(reseau=reseau, nom="Toutes", etat="decidee", decidee_le=DEBUT)
    LigneDeCible.objects.bulk_create(LigneDeCible(cible=cible, entreprise=entreprise) for entreprise in entreprises)
    return entreprises


def _visites(reseau, entreprises, membres, nombre, hasard):
    visites = []
    for rang, entreprise in enumerate(entreprises):
        jour = DEBUT + timedelta(days=hasard.randrange(JOURS - 60))
        commun = {
            "reseau": reseau,
            "entreprise": entreprise,
            "developpeur": hasard.choice(membres),
            "creee_le": jour,
            "programmee_le": jour,
        }
        if rang >= nombre // 2:
            sort = {"etat": "refusee", "refusee_le": jour, "motif_refus": hasard.choice(MotifRefus.values)}
        else:
            visitee = jour + timedelta(days=hasard.randrange(10, 40))
            sort = {
                "etat": "restituee",
                "realisee_le": visitee,
                "restituee_le": visitee,
                "annoncee_le": hasard.choice([jour, None]),
            }
        visites.append(Visite(**commun, **sort))
    return Visite.objects.bulk_create(visites)


def _reunions(reseau, membres, hasard):
    tenues = Reunion.objects.bulk_create(
        Reunion(
            reseau=reseau,
            le=DEBUT + timedelta(days=15 * rang),
            heure="14:00",
            lieu="Vesoul",
            etat="tenue",
            close_le=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for rang in range(120)
    )
    Presence.objects.bulk_create(
        Presence(reunion=reunion, membre=membre, etat=hasard.choice(["present", "present", "absent"]))
        for reunion in tenues
        for membre in membres
    )


def _suites(visites, membres, hasard):
    faites = [visite for visite in visites if visite.realisee_le]
    CompteRendu.objects.bulk_create(
        CompteRendu(
            visite=visite,
            auteur=visite.developpeur,
            saisi_par=visite.developpeur,
            phrase="Une phrase.",
            termine_le=datetime(*visite.realisee_le.timetuple()[:3], 12, tzinfo=UTC) + timedelta(days=hasard.randrange(12)),
        )
        for visite in faites
    )
    LettreDeSuites.objects.bulk_create(
        LettreDeSuites(
            visite=visite,
            objet="Suites",
            texte="…",
            voie="poste",
            donnee_le=visite.realisee_le + timedelta(days=hasard.randrange(3, 40)),
            donnee_par=visite.developpeur,
        )
        for visite in faites
        if hasard.random() < 0.8
    )


def _actions(reseau, visites, membres, nombre, hasard):
    faites = [visite for visite in visites if visite.realisee_le]
    projets = Projet.objects.bulk_create(
        Projet(
            reseau=reseau,
            visite=visite,
            titre="Un projet",
            nature=hasard.choice(Nature.values),
            interlocuteur=visite.developpeur,
            cree_le=visite.realisee_le,
            emplois_embauche=hasard.choice([0, 0, 1, 3]),
        )
        for visite in faites
    )
    actions = []
    for rang in range(nombre):
        projet, type_ = projets[rang % len(projets)], hasard.choice(TypeAction.values)
        jour, close = projet.cree_le, hasard.random() < 0.6
        sujets = Sujet.du_type(type_)
        sort = (
            {"etat": "close", "fin_reelle": jour + timedelta(days=90), "issue": "information"} if close else {"etat": "acceptee"}
        )
        actions.append(
            Action(
                reseau=reseau,
                numero=rang + 1,
                projet=projet,
                type=type_,
                sujet=hasard.choice(sujets) if sujets else "",
                organisme_exterieur=hasard.choice(["", "Bpifrance", "École"]) if type_ == "contact" else "",
                libelle="Suite à donner",
                responsable=hasard.choice(membres),
                proposee_le=jour,
                acceptee_le=jour + timedelta(days=hasard.randrange(20)),
                **sort,
            )
        )
    Action.objects.bulk_create(actions, batch_size=2_000)
