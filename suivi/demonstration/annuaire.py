"""L'annuaire des compétences : deux fiches par membre au plus, la plupart confirmées dans l'année, et des suppléants."""

from random import Random

from reseau.enums import Domaine
from reseau.models import Absence, Dispositif, FicheCompetence
from suivi.territoires import territoires_de

APPORTS = {
    "CCI": [
        (Domaine.PRODUCTION, "Regarder un atelier et dire ce qui coince"),
        (Domaine.COMMERCE, "Préparer une première vente à l’export"),
    ],
    "CMA": [
        (Domaine.PRODUCTION, "Passer de l’artisanat à la petite série"),
        (Domaine.IDENTITE, "Préparer une reprise dès cinq ans avant"),
    ],
    "DREETS": [
        (Domaine.RECHERCHE, "Trouver le laboratoire qui a la réponse"),
        (Domaine.PRODUITS, "Ouvrir la porte d’un donneur d’ordres"),
    ],
    "DDETSPP": [(Domaine.FORMATION, "Expliquer ce qu’un contrat permet, et ce qu’il engage")],
    "France Travail": [(Domaine.FORMATION, "Former un nouvel arrivant avant son premier jour")],
    "Banque de France": [(Domaine.FINANCE, "Lire un bilan avec le chef d’entreprise et parler à sa banque")],
    "DDFiP": [(Domaine.FINANCE, "Étaler une dette, comprendre un crédit d’impôt")],
    "Urssaf": [(Domaine.FINANCE, "Faire le point sur les cotisations")],
    "DREAL": [(Domaine.ENVIRONNEMENT, "Situer une installation, chiffrer une économie d’énergie")],
    "DDT": [(Domaine.LOCAUX, "Trouver un terrain, lire un plan d’urbanisme")],
    "Préfecture": [(Domaine.LOCAUX, "Réunir les services autour d’un projet d’extension")],
    "Région": [(Domaine.FINANCE, "Monter un dossier d’investissement")],
    "Bpifrance": [(Domaine.FINANCE, "Financer un développement sans garantie personnelle")],
}
UNE_SUR = 4  # une fiche sur quatre n'est pas confirmée depuis un an
PARTOUT = 0.5  # part des fiches sans territoire nommé


def poser(chantier):
    """Un tirage à part : le reste de l'exemple ne dépend pas de l'annuaire."""
    hasard, lieux = Random(f"annuaire {chantier.reseau.slug}"), sorted(territoires_de(chantier.reseau))
    membres = [m for m in [*chantier.directs, *chantier.associes] if not m.est_parti(chantier.le)]
    fiches = []
    for rang, membre in enumerate(membres):
        apports = APPORTS.get(membre.institution.sigle, [])
        for domaine, apport in apports[: 1 + rang % 2]:
            ancienne = len(fiches) % UNE_SUR == 1 or (membre == chantier.comptes["direct"] and domaine == apports[0][0])
            fiche = FicheCompetence(membre=membre, domaine=domaine, apport=apport)
            fiche.territoires = [] if hasard.random() < PARTOUT or not lieux else sorted(hasard.sample(lieux, 1))
            fiche.confirmee_le = chantier.il_y_a(hasard.randint(380, 500) if ancienne else hasard.randint(10, 300))
            fiches.append(fiche)
    FicheCompetence.objects.bulk_create(fiches)
    _dispositifs(chantier, fiches)
    _suppleants(membres)


def _dispositifs(chantier, fiches):
    ouverts = list(Dispositif.objects.filter(reseau=chantier.reseau).en_vigueur(chantier.le))
    lien = FicheCompetence.dispositifs.through
    lien.objects.bulk_create(
        lien(fichecompetence=fiche, dispositif=dispositif)
        for fiche in fiches
        for dispositif in ouverts
        if dispositif.domaine == fiche.domaine and dispositif.organisme == fiche.membre.institution.sigle
    )


def _suppleants(membres):
    """Un collègue de la même institution, quand il y en a un."""
    absences = list(Absence.objects.filter(membre__in=membres).order_by("pk"))
    for absence in absences:
        collegues = [m for m in membres if m.institution_id == absence.membre.institution_id and m.pk != absence.membre_id]
        absence.suppleant = collegues[0] if collegues else None
    Absence.objects.bulk_update(absences, ["suppleant"])
