"""Ce que l'assistant d'import fait autrement selon ce que porte le fichier : des entreprises, ou des contacts."""

from entreprises.enums import GenreImport
from entreprises.lecture import analyser, referentiel_embarque
from entreprises.lecture.colonnes import ENTREPRISES
from entreprises.operations.contacts_importes import Contacts
from entreprises.operations.lots import rapprocher

# Champs que la lecture remplit même si le fichier n'en parle pas (« actif », diffusible) : champ → colonne qui en parle.
DITS_PAR_DEFAUT = {"etat": "etat", "diffusible": "diffusion"}


class Entreprises:
    """Une liste d'entreprises, ou le répertoire SIRENE : chaque ligne crée ou modifie une fiche. Voir `Contacts`."""

    jeu = ENTREPRISES
    objet = "entreprises.entreprise"

    def __init__(self, reseau):
        self.reseau = reseau

    def classer(self, feuille):
        """Le `GenreImport` d'un fichier écrit."""
        return GenreImport.SIRENE if feuille.format == "sirene" else GenreImport.ENTREPRISES

    def analyser(self, feuille):
        return analyser(feuille, referentiel_embarque())

    def rapprocher(self, lignes, feuille, *, verrouiller):
        ignores = {champ for champ, colonne in DITS_PAR_DEFAUT.items() if colonne not in feuille.colonnes}
        return rapprocher(lignes, self.reseau, ignores, verrouiller=verrouiller)

    def resumer(self, ligne, sort):
        dirigeant = (ligne.dirigeant_civilite, ligne.dirigeant_prenom, ligne.dirigeant_nom)
        return {
            "ligne": ligne.ligne,
            "siret": ligne.siret,
            "raison_sociale": ligne.raison_sociale,
            "ville": ligne.ville,
            "naf": ligne.naf or ligne.naf_2025,
            "effectif": ligne.effectif,
            "tranche_effectif": ligne.tranche_effectif,
            "dirigeant": " ".join(filter(None, dirigeant)),
            "sort": sort,
        }

    def raconter(self, bilan):
        return f"{bilan.crees} créées, {bilan.modifies} modifiées"


def du_depot(depot):
    """Le genre d'un `Import`."""
    return Contacts(depot) if depot.genre == GenreImport.SOLLICITATIONS else Entreprises(depot.reseau)
