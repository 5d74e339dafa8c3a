"""Des dispositifs inventés, un par domaine au moins : de quoi remplir la fiche de préparation."""

from reseau.enums import Domaine
from reseau.models import Dispositif

EXEMPLES = (
    ("Relève : préparer la transmission", "CCI", Domaine.IDENTITE),
    ("Diagnostic d’atelier en deux jours", "CCI", Domaine.PRODUCTION),
    ("Premiers pas vers la certification", "CMA", Domaine.PRODUCTION),
    ("Cercle des sous-traitants", "CCI", Domaine.PRODUITS),
    ("Salon partagé du bassin", "Région", Domaine.COMMERCE),
    ("Rencontre avec un laboratoire", "Région", Domaine.RECHERCHE),
    ("Prêt d’équipement", "Banque de France", Domaine.FINANCE),
    ("Médiation avec la banque", "Banque de France", Domaine.FINANCE),
    ("Formation dans les murs", "France Travail", Domaine.FORMATION),
    ("Bourse des bâtiments vacants", "Département", Domaine.LOCAUX),
    ("Visite énergie", "DREAL", Domaine.ENVIRONNEMENT),
)


def poser(chantier):
    """Tous ouverts depuis la fondation du réseau, sauf le dernier d'avant, clos l'an passé."""
    ouverts = [
        Dispositif(reseau=chantier.reseau, nom=nom, organisme=organisme, domaine=domaine, debut_le=chantier.debut)
        for nom, organisme, domaine in EXEMPLES
    ]
    clos = Dispositif(
        reseau=chantier.reseau,
        nom="Chèque conseil",
        organisme="Région",
        domaine=Domaine.PRODUITS,
        debut_le=chantier.debut,
        fin_le=chantier.il_y_a(200),
    )
    Dispositif.objects.bulk_create([*ouverts, clos])
