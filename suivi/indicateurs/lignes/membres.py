"""Les membres que compte un chiffre : jamais rangés autrement que par leur nom."""

from reseau.lib.tableau import Colonne, Valeur
from reseau.models import Institution, Membre
from suivi.indicateurs.lignes.base import Lignes, designer
from suivi.indicateurs.perimetre import alphabetique


class LignesDeMembres(Lignes):
    """Membres du réseau ce jour-là."""

    titre = "Membres du réseau"
    colonnes = (Colonne("nom", "Nom"), Colonne("institution", "Institution"), Colonne("le", "Entré le", "date"))

    du = None
    institution = designer("Institution", Institution)

    def fiches(self):
        membres = Membre.objects.visibles_par(self.membre).actifs(self.cleaned_data["au"] or self.le)
        return alphabetique(self._selon(membres.select_related("reseau"), institution="institution"))

    def ligne(self, membre):
        return {
            "nom": Valeur(membre.nom_alphabetique, adresse=membre.get_absolute_url()),
            "institution": membre.institution.sigle,
            "le": membre.entre_le,
        }
