"""Les projets que compte un chiffre, et les emplois qu'ils projettent."""

from django import forms
from django.db.models import Count, F, Q, Sum

from reseau.lib.tableau import Colonne, Valeur, nombre_francais
from suivi.indicateurs.lignes.base import AUCUN, DesVisites, choisir
from suivi.models import Projet

EMPLOIS = ["emplois_investissement", "emplois_embauche", "emplois_developpement"]
TOUS_EMPLOIS = [*EMPLOIS, "embauche_cadres", "embauche_commerciaux", "embauche_temps_partage"]


class LignesDeProjets(DesVisites):
    """`emplois` : ceux qui en projettent à cette ligne ; `institutions` : tant d'institutions y portent une action."""

    titre = "Projets"
    colonnes = (
        Colonne("societe", "Société"),
        Colonne("projet", "Projet"),
        Colonne("nature", "Nature"),
        Colonne("emplois", "Emplois projetés (déclaratif)", "nombre"),
        Colonne("le", "Né le", "date"),
    )

    emplois = choisir(
        "Emplois projetés", [(AUCUN, "À une ligne au moins"), *((champ, "À cette ligne") for champ in TOUS_EMPLOIS)]
    )
    institutions = forms.IntegerField(label="Institutions mobilisées", required=False, min_value=0, max_value=1_000)

    def fiches(self):
        champ = self.champ
        projets = Projet.objects.filter(visite__in=self._visibles(champ.realisees()))
        if champ.au:
            projets = projets.filter(cree_le__lte=champ.au)
        if self.cleaned_data["emplois"]:
            projets = projets.filter(Q(*[(f"{champ}__gt", 0) for champ in self._comptes], _connector=Q.OR))
        return self._mobilisant(projets).avec_noms().select_related("visite__reseau").order_by("-cree_le", "pk")

    def precision(self, projets):
        if not self.cleaned_data["emplois"]:
            return ""
        somme = sum(F(champ) for champ in self._comptes)
        comptes = projets.order_by().aggregate(
            emplois=Sum(somme, default=0), entreprises=Count("visite__entreprise", distinct=True)
        )
        emplois, entreprises = (nombre_francais(comptes[nom]) for nom in ("emplois", "entreprises"))
        return f"emplois projetés : {emplois} (déclaratif) ; entreprises : {entreprises}"

    @property
    def _comptes(self):
        """Les champs d'emplois que le chiffre ouvert additionne : sa ligne, ou celles du total."""
        voulu = self.cleaned_data["emplois"]
        return [voulu] if voulu and voulu != AUCUN else EMPLOIS

    def _mobilisant(self, projets):
        combien = self.cleaned_data["institutions"]
        if combien is None:
            return projets
        condition = Q(mobilisees=combien) if combien < 3 else Q(mobilisees__gte=3)
        return projets.annotate(mobilisees=Count("actions__responsable__institution", distinct=True)).filter(condition)

    def ligne(self, projet):
        return {
            "societe": Valeur(str(projet.visite.entreprise), adresse=projet.visite.get_absolute_url()),
            "projet": projet.titre,
            "nature": projet.get_nature_display(),
            "emplois": sum(getattr(projet, champ) for champ in self._comptes) or None,
            "le": projet.cree_le,
        }
