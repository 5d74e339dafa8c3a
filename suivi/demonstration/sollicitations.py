"""Ne pas sursolliciter : le journal des contacts de toutes les institutions, les protégées, les concurrentes."""

from datetime import timedelta

from entreprises.enums import Canal, ObjetDeContact
from entreprises.models import Concurrence, Entreprise, Sollicitation
from reseau.lib.dates import premier_du_mois
from suivi.demonstration.calendrier import instant, ouvre_avant, travaille
from visites.enums import EtatVisite

MOIS_DE_JOURNAL = 7
DU_MOIS, PAR_MOIS = 26, 8  # contacts du mois en cours, et de chacun des précédents
A_PLUSIEURS = 4  # entreprises que deux institutions ont jointes ce mois-ci
A_PROGRAMMER = 6  # entreprises encore à programmer, jointes ce mois-ci : l'avertissement se voit
# Institution → (canal, objet, précision).
CONTACTS = {
    "CCI": (
        (Canal.VISITE, ObjetDeContact.DEVELOPPEMENT, "Point annuel avec le conseiller."),
        (Canal.EVENEMENT, ObjetDeContact.EXPORT, "Rencontre sur les premiers pas à l’étranger."),
        (Canal.TELEPHONE, ObjetDeContact.INNOVATION, "Diagnostic numérique proposé."),
    ),
    "CMA": (
        (Canal.TELEPHONE, ObjetDeContact.FORMATION, "Catalogue de formations du semestre."),
        (Canal.VISITE, ObjetDeContact.DEVELOPPEMENT, "Visite d’atelier."),
    ),
    "France Travail": (
        (Canal.TELEPHONE, ObjetDeContact.EMPLOI, "Deux postes à pourvoir."),
        (Canal.COURRIEL, ObjetDeContact.ENQUETE, "Enquête sur les besoins de main-d’œuvre."),
    ),
    "Banque de France": ((Canal.TELEPHONE, ObjetDeContact.FINANCEMENT, "Entretien de cotation."),),
    "DDETSPP": ((Canal.COURRIER, ObjetDeContact.EMPLOI, "Information sur l’activité partielle."),),
    "DREAL": ((Canal.VISITE, ObjetDeContact.ENVIRONNEMENT, "Suivi d’une déclaration."),),
    "Urssaf": ((Canal.TELEPHONE, ObjetDeContact.FINANCEMENT, "Échéancier évoqué."),),
    "Bpifrance": ((Canal.COURRIEL, ObjetDeContact.FINANCEMENT, "Prêt d’amorçage : documentation envoyée."),),
    "Région": (
        (Canal.COURRIEL, ObjetDeContact.INNOVATION, "Appel à projets régional."),
        (Canal.EVENEMENT, ObjetDeContact.IMMOBILIER, "Présentation d’une zone d’activité."),
    ),
}
PROTEGEES = (
    (75, "A demandé qu’on ne l’appelle plus avant la fin de son déménagement."),
    (150, "Trois organismes sont passés en deux mois : la direction veut souffler."),
)
MOTIFS_DE_CONCURRENCE = (
    "Mêmes clients, mêmes appels d’offres",
    "Se disputent le même fournisseur",
    "Recrutent les mêmes métiers dans la même commune",
    "",
)


def poser(chantier):
    """Crée le journal, met deux entreprises à l'abri, lie celles qui se disputent un marché."""
    libres = _jamais_visitees(chantier)
    _proteger(chantier, libres[-len(PROTEGEES) :])
    _contacts(chantier, libres[: -len(PROTEGEES)])
    _concurrences(chantier)


def _jamais_visitees(chantier):
    """Celles de la cible que personne n'a touchées, dans l'ordre de la liste à programmer."""
    touchees = {visite.entreprise_id for visite in chantier.visites}
    libres = [fiche for fiche in chantier.entreprises[: chantier.plan.cible] if fiche.pk not in touchees]
    return sorted(libres, key=lambda fiche: fiche.recherche)


def _proteger(chantier, fiches):
    for fiche, (jours, motif) in zip(fiches, PROTEGEES, strict=True):
        fiche.ne_plus_solliciter_jusqu_au = chantier.le + timedelta(days=jours)
        fiche.ne_plus_solliciter_motif = motif
    Entreprise.objects.bulk_update(fiches, ["ne_plus_solliciter_jusqu_au", "ne_plus_solliciter_motif"])


def _contacts(chantier, libres):
    hasard, contacts = chantier.hasard, {}
    visees = [
        *libres[:A_PROGRAMMER],
        *(visite.entreprise for visite in chantier.visites if visite.etat == EtatVisite.A_PROGRAMMER),
    ]
    autres = chantier.choisir(chantier.entreprises[: chantier.plan.cible], DU_MOIS - len(visees) - A_PLUSIEURS)
    premier = premier_du_mois(chantier.le)
    du_mois = [premier + timedelta(days=rang) for rang in range((chantier.le - premier).days + 1)]
    jours = [jour for jour in du_mois if travaille(jour)] or [ouvre_avant(premier)]
    for fiche in [*visees, *autres, *visees[:A_PLUSIEURS]]:
        _contact(chantier, contacts, fiche, hasard.choice(jours))
    for rang in range(MOIS_DE_JOURNAL * PAR_MOIS):
        jour = ouvre_avant(premier - timedelta(days=1 + 30 * rang // PAR_MOIS))
        _contact(chantier, contacts, hasard.choice(chantier.entreprises[: chantier.plan.cible]), jour)
    lignes = Sollicitation.objects.bulk_create(sorted(contacts.values(), key=lambda ligne: ligne.le))
    for ligne in lignes:
        ligne.saisie_le = instant(ligne.le, 17)
    Sollicitation.objects.bulk_update(lignes, ["saisie_le"])


def _contact(chantier, contacts, fiche, jour):
    """Une ligne du journal, par quelqu'un de l'institution qui n'est pas déporté ; à défaut de personne, l'institution seule."""
    deja = {institution for (entreprise, institution) in contacts if entreprise == fiche.pk}
    sigle = chantier.hasard.choice([sigle for sigle in CONTACTS if sigle not in deja] or list(CONTACTS))
    canal, objet, precision = chantier.hasard.choice(CONTACTS[sigle])
    institution = chantier.institutions[sigle]
    collegues = [m for m in chantier.membres if m.institution_id == institution.pk and chantier.actif(m, jour)]
    collegues = [membre for membre in collegues if chantier.peut(membre, fiche)]
    contacts[fiche.pk, sigle] = Sollicitation(
        reseau=chantier.reseau,
        entreprise=fiche,
        institution=institution,
        membre=chantier.hasard.choice(collegues) if collegues else None,
        le=jour,
        canal=canal,
        objet=objet,
        precision=precision,
    )


def _concurrences(chantier):
    """Des voisines de même produit, dont l'une au moins reçoit le réseau."""
    par_produit, paires = {}, []
    for visite in chantier.visites:
        profil = chantier.profils[visite.entreprise_id]
        voisines = par_produit.setdefault(profil.produit, [])
        if visite.entreprise not in voisines:
            voisines.append(visite.entreprise)
    for voisines in par_produit.values():
        if len(voisines) > 1:
            paires.append(sorted(voisines[-2:], key=lambda fiche: fiche.pk))
    Concurrence.objects.bulk_create(
        Concurrence(reseau=chantier.reseau, entreprise=une, concurrente=autre, motif=motif)
        for (une, autre), motif in zip(paires, MOTIFS_DE_CONCURRENCE, strict=False)
    )
