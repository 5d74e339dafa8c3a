"""Les entreprises à revoir : depuis quand, qui les avait vues, pourquoi. Composé pour un lecteur."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Subquery

from entreprises.models import Entreprise
from reseau.lib.dates import plus_mois
from reseau.lib.tableau import Colonne, Section, Tableau
from visites.enums import OrigineVisite
from visites.models import Visite

ESPACEMENT, ABRI, RAPPEL = "espacement", "abri", "rappel"
RAISONS = [(ESPACEMENT, "Espacement écoulé"), (ABRI, "« Ne plus solliciter » échu"), (RAPPEL, "Rappel demandé après une visite")]


@dataclass(frozen=True)
class ARevoir:
    """Une entreprise à revoir. `derniere` : sa dernière visite faite, ou None ; `inscrite` : dans la liste."""

    entreprise: Entreprise
    depuis: date
    raisons: list
    derniere: Visite | None = None
    inscrite: Visite | None = None

    @property
    def vue_par(self):
        """« Alix Essai et Zoé Test », vide si personne ne l'a vue."""
        visite = self.derniere
        if visite is None:
            return ""
        return f"{visite.developpeur} et {visite.accompagnant}" if visite.accompagnant else str(visite.developpeur)


def a_revoir(lecteur, le, raison=""):
    """Les entreprises à revoir, une fois chacune, avec `derniere_le` ; `raison` : une clé de `RAISONS`, toutes si vide."""
    reseau, visites = lecteur.reseau, Visite.objects.visibles_par(lecteur).order_by()
    cles = {
        ESPACEMENT: visites.a_revoir(reseau, le).values("entreprise"),
        ABRI: _sorties_de_l_abri(reseau, le).order_by().values("pk"),
        RAPPEL: visites.a_programmer().filter(origine=OrigineVisite.RAPPEL).values("entreprise"),
    }
    choisies = [cles[raison]] if raison in cles else list(cles.values())
    faites = visites.realisees().filter(entreprise=OuterRef("pk")).order_by("-realisee_le").values("realisee_le")[:1]
    entreprises = Entreprise.objects.visibles_par(lecteur).filter(pk__in=choisies[0].union(*choisies[1:]))
    return entreprises.annotate(derniere_le=Subquery(faites))


def detailler(entreprises, lecteur, le):
    """[`ARevoir`] de ces entreprises, dans leur ordre ; deux requêtes."""
    visites = Visite.objects.visibles_par(lecteur).filter(entreprise__in=[fiche.pk for fiche in entreprises])
    faites = visites.realisees().select_related("developpeur__institution", "accompagnant").order_by("realisee_le", "pk")
    dernieres = {visite.entreprise_id: visite for visite in faites}
    inscrites = {visite.entreprise_id: visite for visite in visites.a_programmer()}
    return [_detailler(fiche, dernieres.get(fiche.pk), inscrites.get(fiche.pk), lecteur.reseau, le) for fiche in entreprises]


def tableau(lignes, lecteur, *, filtres, edite_le):
    """Le `Tableau` du classeur."""
    colonnes = [
        Colonne("entreprise", "Entreprise"),
        Colonne("siret", "SIRET"),
        Colonne("commune", "Commune"),
        Colonne("derniere", "Dernière visite", "date"),
        Colonne("par", "Vue par"),
        Colonne("depuis", "À revoir depuis", "date"),
        Colonne("pourquoi", "Pourquoi"),
    ]
    section = Section("", colonnes, [_en_ligne(ligne) for ligne in lignes])
    return Tableau(
        code="a-revoir",
        titre="Entreprises à revoir",
        sous_titre="",
        periode="",
        sections=[section],
        definitions=[],
        reseau=lecteur.reseau.nom,
        edite_le=edite_le,
        filtres=filtres,
    )


def _sorties_de_l_abri(reseau, le):
    """Celles que « ne plus solliciter jusqu'au » ne protège plus, pas revues depuis, et que rien d'autre n'empêche."""
    memes = Visite.objects.filter(entreprise=OuterRef("pk"))
    recentes = memes.realisees().filter(realisee_le__gt=plus_mois(le, -reseau.espacement_mois))
    refus = memes.refusees().filter(refusee_le__gt=plus_mois(le, -reseau.refus_mois))
    revues = memes.realisees().filter(realisee_le__gt=OuterRef("ne_plus_solliciter_jusqu_au"))
    echues = Entreprise.objects.filter(reseau=reseau).sollicitables(le).filter(ne_plus_solliciter_jusqu_au__lt=le)
    for empechement in (memes.en_cours(), recentes, refus, revues):
        echues = echues.exclude(Exists(empechement))
    return echues


def _detailler(fiche, derniere, inscrite, reseau, le):
    raisons, depuis, abri = [], [], fiche.ne_plus_solliciter_jusqu_au
    if derniere and (revoir := plus_mois(derniere.realisee_le, reseau.espacement_mois)) <= le:
        raisons.append(f"Espacement de {reseau.espacement_mois} mois écoulé.")
        depuis.append(revoir)
    if abri and abri < le and not (derniere and derniere.realisee_le > abri):
        raisons.append(f"« Ne plus solliciter » échu le {abri:%d/%m/%Y}.")
        depuis.append(abri + timedelta(days=1))
    if inscrite and inscrite.origine == OrigineVisite.RAPPEL:
        raisons.append("Rappel demandé après une visite.")
        depuis.append(inscrite.creee_le)
    return ARevoir(fiche, max(depuis, default=le), raisons, derniere, inscrite)


def _en_ligne(ligne):
    return {
        "entreprise": str(ligne.entreprise),
        "siret": ligne.entreprise.siret,
        "commune": str(ligne.entreprise.commune or ""),
        "derniere": ligne.derniere and ligne.derniere.realisee_le,
        "par": ligne.vue_par,
        "depuis": ligne.depuis,
        "pourquoi": " ".join(ligne.raisons),
    }
