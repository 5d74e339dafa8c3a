"""Les réunions que compte un chiffre."""

from django.db.models import Exists, F, OuterRef, Q

from reseau.enums import EtatPresence
from reseau.lib.tableau import Colonne, Valeur
from reseau.models import Institution, Membre, Presence, Reunion
from suivi.indicateurs.lignes.base import Lignes, designer


class LignesDeReunions(Lignes):
    """Tenues dans la période ; où une personne, ou l'une au moins d'une institution, était présente."""

    titre = "Réunions"
    colonnes = (Colonne("le", "Date", "date"), Colonne("lieu", "Lieu"))

    membre = designer("Présent", Membre)
    institution = designer("Institution présente", Institution)

    def fiches(self):
        reunions = Reunion.objects.visibles_par(self.membre).tenues(self.cleaned_data["du"], self.cleaned_data["au"])
        presences = Presence.objects.filter(reunion=OuterRef("pk"), etat=EtatPresence.PRESENT)
        # Comme le tableau : on ne compte que du temps où la personne était membre.
        restes = Q(membre__parti_le=None) | Q(membre__parti_le__gt=F("reunion__le"))
        actives = presences.filter(restes, membre__entre_le__lte=F("reunion__le"))
        if membre := self.cleaned_data["membre"]:
            reunions = reunions.filter(Exists(actives.filter(membre=membre)))
        if institution := self.cleaned_data["institution"]:
            reunions = reunions.filter(Exists(actives.filter(membre__institution=institution)))
        return reunions.select_related("reseau").order_by("-le", "-pk")

    def ligne(self, reunion):
        return {"le": Valeur(reunion.le, adresse=reunion.get_absolute_url()), "lieu": reunion.lieu}
