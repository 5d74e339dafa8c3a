"""L'annuaire des compétences sur le papier : un tableau par domaine, par ordre alphabétique."""

from reseau.enums import Domaine
from reseau.lib.tableau import INSECABLE, Colonne, Section, Tableau, date_longue
from suivi.correspondants import territoires_en_mots

COLONNES = [
    Colonne("nom", "Nom"),
    Colonne("institution", "Institution"),
    Colonne("apport", "Ce que la personne peut faire pour une entreprise"),
    Colonne("ou", "Territoire"),
    Colonne("dispositifs", "Dispositifs"),
    Colonne("telephone", "Téléphone"),
    Colonne("confirmee", "Confirmée le", "date"),
]


def annuaire_en_tableau(annuaire, reseau, instant):
    """Le `Tableau` à imprimer ; `instant` : quand il l'est. Un domaine sans fiche n'y paraît pas."""
    par_domaine = {domaine: [fiche for fiche in annuaire.fiches if fiche.domaine == domaine] for domaine in Domaine}
    sections = [
        Section(domaine.label, COLONNES, [_ligne(annuaire, fiche) for fiche in fiches])
        for domaine, fiches in par_domaine.items()
        if fiches
    ]
    return Tableau(
        code="annuaire",
        titre="Annuaire des compétences",
        sous_titre="Vers qui se tourner, par domaine",
        periode=f"au {date_longue(instant.date())}",
        sections=sections or [Section("Annuaire", COLONNES, [], notes=["Aucune fiche."])],
        definitions=[
            ("Confirmée le", "le jour où la personne a dit que sa fiche était toujours vraie ; elle le redit chaque année.")
        ],
        reseau=reseau.nom,
        edite_le=instant,
    )


def _ligne(annuaire, fiche):
    membre = fiche.membre
    return {
        "nom": membre.nom_alphabetique,
        "institution": membre.institution.sigle,
        "apport": fiche.apport,
        "ou": territoires_en_mots(fiche, annuaire.noms),
        "dispositifs": ", ".join(str(dispositif) for dispositif in fiche.dispositifs.all()),
        "telephone": membre.telephone.replace(" ", INSECABLE),
        "confirmee": fiche.confirmee_le,
    }
