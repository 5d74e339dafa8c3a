"""Ce que le premier réseau d'exemple montre de lui : sa page publique ouverte, qui y paraît, deux demandes de visite."""

from datetime import timedelta

from reseau.models import Membre, Presentation
from suivi.demonstration.calendrier import instant, ouvre_avant
from suivi.demonstration.noms import en_adresse, mobile_fictif
from visites.enums import EtatDemande, EtatVisite, OrigineVisite
from visites.models import DemandeDeVisite

VERT = "#0b5a4a"
# Ce que chacun peut apporter, selon son institution ; ni emploi, ni aides (dossier, I.2 q. 1).
COMPETENCES = {
    "CCI": "Préparer une reprise, trouver un local, rencontrer des acheteurs à l’étranger.",
    "CMA": "Passer de l’atelier à la petite série, choisir une machine.",
    "DREETS": "Monter un dossier d’investissement, situer l’entreprise dans sa filière.",
    "Banque de France": "Lire son bilan, préparer un rendez-vous avec sa banque.",
    "DREAL": "Savoir tôt ce que demandera un agrandissement en matière d’environnement.",
    "DDT": "Trouver un terrain, comprendre un plan d’urbanisme.",
}


def poser(chantier):
    """Le premier réseau seulement : l'autre reste fermé, comme à l'ouverture."""
    if not chantier.plan.annexe_2_4:
        return
    Presentation.objects.create(reseau=chantier.reseau, couleur=VERT, ouverte=True)
    publies = [m for m in chantier.directs if m.parti_le is None and m.institution.sigle in COMPETENCES][: len(COMPETENCES)]
    for membre in publies:
        membre.publiable, membre.competence = True, COMPETENCES[membre.institution.sigle]
    Membre.objects.bulk_update(publies, ["publiable", "competence"])
    acceptee = _acceptee(chantier)
    DemandeDeVisite.objects.bulk_create([_a_traiter(chantier), *([acceptee] if acceptee else [])])


def _a_traiter(chantier):
    jour = ouvre_avant(chantier.il_y_a(2))
    return DemandeDeVisite(
        **_demandeur(chantier, "Menuiserie du Val-Joli", "Ombeline Trescases", jour),
        etat=EtatDemande.A_TRAITER,
        fonction="gérante",
        message="Nous voudrions doubler l’atelier avant l’été et ne savons pas par où commencer.",
    )


def _acceptee(chantier):
    """Celle d'où vient une visite de la liste ; None si aucune n'a été demandée."""
    demandees = (v for v in chantier.visites if v.origine == OrigineVisite.DEMANDE and v.etat == EtatVisite.A_PROGRAMMER)
    visite = next(demandees, None)
    if visite is None:
        return None
    jour = ouvre_avant(visite.creee_le - timedelta(days=1))
    return DemandeDeVisite(
        **_demandeur(chantier, visite.entreprise.raison_sociale, "Gratien Louvegnez", jour),
        etat=EtatDemande.ACCEPTEE,
        siret=visite.entreprise.siret,
        fonction="directeur",
        message="Un associé part à la retraite : à qui en parler ?",
        entreprise=visite.entreprise,
        visite=visite,
        traitee_le=visite.creee_le,
        traitee_par=chantier.comptes["animateur"],
    )


def _demandeur(chantier, raison_sociale, nom, jour):
    return {
        "reseau": chantier.reseau,
        "raison_sociale": raison_sociale,
        "nom": nom,
        "telephone": mobile_fictif(chantier.hasard),
        "courriel": f"{en_adresse(nom)}@{en_adresse(raison_sociale)}.test",
        "deposee_le": instant(jour, 10),
        "confirmee_le": instant(jour, 11),
    }
