"""Un genre de fiches que compte un chiffre : ses critères, ses colonnes, ce que le lecteur a le droit d'en lire."""

from datetime import date

from django import forms

from entreprises.enums import Section as SectionNaf
from entreprises.models import Arrondissement, Cible, Epci, ZoneEmploi
from reseau.lib.formulaires import Formulaire
from reseau.lib.tableau import Colonne, Section, date_longue
from reseau.models import Institution, Membre
from suivi.indicateurs.champ import Champ
from visites.models import Campagne, Visite

AUCUN = "aucun"
OUI_NON = [("oui", "oui"), ("non", "non")]


def _en_mots(champ, valeur):
    if isinstance(valeur, date):
        return date_longue(valeur)
    return dict(champ.choices)[valeur] if isinstance(champ, forms.ChoiceField) and not hasattr(champ, "queryset") else str(valeur)


def choisir(label, choix):
    return forms.ChoiceField(label=label, choices=[("", ""), *choix], required=False)


def designer(label, modele):
    return forms.ModelChoiceField(modele.objects.none(), label=label, required=False)


class Lignes(Formulaire):
    """Un genre de fiches : ses critères, ses colonnes, et comment une fiche se lit en une ligne."""

    titre = ""
    colonnes: tuple[Colonne, ...] = ()
    du = forms.DateField(label="Du", required=False)
    au = forms.DateField(label="Au", required=False)

    def __init__(self, donnees, *, membre, le):
        """`membre` : le lecteur, qui borne tout ; `le` : aujourd'hui."""
        super().__init__(donnees)
        self.membre, self.le = membre, le
        du_reseau = {"reseau": membre.reseau}
        choix = {
            "zone": ZoneEmploi.objects.all(),
            "arrondissement": Arrondissement.objects.all(),
            "epci": Epci.objects.all(),
            "campagne": Campagne.objects.visibles_par(membre),
            "developpeur": Membre.objects.filter(**du_reseau),
            "membre": Membre.objects.filter(**du_reseau),
            "cible": Cible.objects.visibles_par(membre),
            **dict.fromkeys(("institution", "visiteuse", "porteuse", "organisme"), Institution.objects.filter(**du_reseau)),
        }
        for nom, champ in self.fields.items():
            if isinstance(champ, forms.ModelChoiceField):
                champ.queryset = choix[nom]

    @property
    def criteres(self):
        """[(libellé, valeur)] : ce que l'adresse demande, en mots."""
        demandes = ((self.fields[nom], valeur) for nom, valeur in self.cleaned_data.items() if valeur not in (None, ""))
        return [(champ.label, _en_mots(champ, valeur)) for champ, valeur in demandes]

    def fiches(self):
        """QuerySet des fiches, dans leur ordre ; à n'appeler que sur un formulaire valide."""
        raise NotImplementedError

    def section(self, fiches):
        return Section(self.titre, self.colonnes, [self.ligne(fiche) for fiche in fiches])

    def ligne(self, fiche):
        raise NotImplementedError

    def precision(self, fiches):
        """Ce que le nombre de fiches ne dit pas, quand le chiffre ouvert compte autre chose qu'elles."""
        return ""

    def _selon(self, fiches, **champs):
        """Les fiches dont chaque champ vaut ce que le critère de même nom demande ; « aucun » : vide."""
        for nom, champ in champs.items():
            if valeur := self.cleaned_data.get(nom):
                fiches = fiches.filter(**{champ: "" if valeur == AUCUN else valeur})
        return fiches


class DesVisites(Lignes):
    """Base des genres qui partent des visites : la période, le lieu, le secteur, la campagne."""

    zone = designer("Zone d’emploi", ZoneEmploi)
    arrondissement = designer("Arrondissement", Arrondissement)
    epci = designer("Intercommunalité", Epci)
    secteur = choisir("Secteur (NAF rév. 2)", SectionNaf.choices)
    campagne = designer("Campagne", Campagne)
    visiteuse = designer("Institution du visiteur", Institution)
    sans = choisir(
        "Non renseigné",
        [("zone", "zone d’emploi"), ("arrondissement", "arrondissement"), ("epci", "intercommunalité"), ("secteur", "secteur")],
    )
    RATTACHEMENTS = {
        "zone": "entreprise__commune__zone_emploi",
        "arrondissement": "entreprise__commune__arrondissement",
        "epci": "entreprise__commune__epci",
        "secteur": "entreprise__naf__division__section",
    }

    @property
    def champ(self):
        donnees = self.cleaned_data
        bornes = {nom: donnees[nom] or None for nom in ("du", "au", "zone", "secteur", "campagne")}
        return Champ(self.membre.reseau, None, **bornes)

    def _visites(self, visites):
        """Parmi ces visites, celles du lieu et de l'institution demandés."""
        lieux = {nom: self.RATTACHEMENTS[nom] for nom in ("arrondissement", "epci")}
        visites = self._selon(visites, **lieux, visiteuse="developpeur__institution")
        manquant = self.cleaned_data["sans"]
        return visites.filter(**{f"{self.RATTACHEMENTS[manquant]}__isnull": True}) if manquant else visites

    def _visibles(self, visites):
        """Celles que lit le lecteur, à joindre à des fiches qui en naissent."""
        return self._visites(visites).filter(pk__in=Visite.objects.visibles_par(self.membre).order_by().values("pk")).order_by()
