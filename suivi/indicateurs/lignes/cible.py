"""Les entreprises d'une cible que compte un chiffre."""

from django.db.models import Exists, OuterRef, Q

from entreprises.enums import Section as SectionNaf
from entreprises.models import Cible, LigneDeCible, ZoneEmploi
from reseau.lib.tableau import Colonne, Valeur
from suivi.indicateurs.champ import Champ
from suivi.indicateurs.lignes.base import Lignes, choisir, designer
from visites.models import Campagne, Visite


class LignesDeCibleComptees(Lignes):
    titre = "Entreprises de la cible"
    colonnes = (Colonne("entreprise", "Entreprise"), Colonne("commune", "Commune"), Colonne("zone", "Zone d’emploi"))

    cible = designer("Cible", Cible)
    zone = designer("Zone d’emploi", ZoneEmploi)
    secteur = choisir("Secteur (NAF rév. 2)", SectionNaf.choices)
    campagne = designer("Campagne", Campagne)
    part = choisir(
        "Part", [("touchees", "Visitées ou ayant refusé"), ("programmees", "Visite programmée"), ("sans_contact", "Sans contact")]
    )

    def fiches(self):
        au = self.cleaned_data["au"] or self.le
        cible = self.cleaned_data["cible"] or Cible.objects.en_vigueur(self.membre.reseau, au)
        if cible is None:
            return LigneDeCible.objects.none()
        champ = Champ(self.membre.reseau, **{nom: self.cleaned_data[nom] or None for nom in ("zone", "secteur", "campagne")})
        visites = champ.de_la_campagne(Visite.objects.filter(entreprise=OuterRef("entreprise")))
        touchees = Exists(visites.touchees(cible.decidee_le, au)) if cible.decidee_le else Q(pk__in=[])
        programmees = Exists(visites.confiees_au(au))
        lignes = LigneDeCible.objects.retenues().filter(cible=cible).exclude(entreprise__deports__membre=self.membre)
        condition = {
            "touchees": Q(touchees),
            "programmees": ~Q(touchees) & Q(programmees),
            "sans_contact": ~Q(touchees) & ~Q(programmees),
            "": Q(),
        }[self.cleaned_data["part"]]
        noms = champ.situer(lignes).filter(condition).select_related("entreprise__reseau", "entreprise__commune__zone_emploi")
        return noms.order_by("entreprise__raison_sociale", "pk")

    def ligne(self, ligne):
        commune = ligne.entreprise.commune
        adresse = ligne.entreprise.get_absolute_url()
        return {
            "entreprise": Valeur(str(ligne.entreprise), adresse=adresse),
            "commune": str(commune or ""),
            "zone": str(commune.zone_emploi or "") if commune else "",
        }
