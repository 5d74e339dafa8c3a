"""Le délai réel des suites données aux chefs d'entreprise : l'accueil et le tableau comptent de la même façon."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import Count, F
from django.utils.timezone import localtime

from reseau.lib.dates import plus_mois
from reseau.lib.ecarts import Jours, Mois, fondre, mediane
from reseau.lib.tableau import Colonne, Section, Tableau, mois_long
from suivi.indicateurs.champ import Champ, ouvrir
from suivi.indicateurs.perimetre import fraction
from suivi.suites import DELAI_JOURS

COLONNES = (
    Colonne("mois", "Mois de la visite"),
    Colonne("rendues", "Visites", "nombre"),
    Colonne("donnees", "Suites données", "nombre"),
    Colonne("a_temps", f"Sous {DELAI_JOURS} jours", "nombre"),
    Colonne("part", "Part", "pourcentage"),
    Colonne("mediane", "Délai médian (jours)", "nombre", decimales=1),
    Colonne("attendues", "En attente", "nombre"),
)
LEXIQUE = (
    ("Visites", "réalisées ou restituées dans le mois, dont le compte rendu est terminé."),
    ("Suites données", "le chef d’entreprise a reçu par courriel, par la poste ou de vive voix ce qui a été décidé."),
    (f"Sous {DELAI_JOURS} jours", f"données {DELAI_JOURS} jours au plus après la visite."),
    ("Part", f"suites données sous {DELAI_JOURS} jours, sur les visites de la ligne ; celles qu’on attend encore y comptent."),
    ("Délai médian", "jours entre la visite et les suites ; autant de suites données sont au-dessous qu’au-dessus."),
    ("En attente", "visites dont les suites ne sont pas encore données."),
)


@dataclass(frozen=True)
class Delais:
    """`rendues` : visites au compte rendu terminé ; `jours` : délai → visites dont les suites sont venues en tant de jours."""

    rendues: int
    jours: Counter

    @property
    def donnees(self):
        return self.jours.total()

    @property
    def a_temps(self):
        return sum(nombre for jours, nombre in self.jours.items() if jours <= DELAI_JOURS)

    @property
    def mediane(self):
        """En jours ; None si aucune suite n'est donnée."""
        return mediane(self.jours)

    @property
    def part(self):
        """Des visites, celles dont les suites furent données à temps : entre 0 et 1, None sans visite."""
        return fraction(self.a_temps, self.rendues)


def delais(visites):
    """Les `Delais` de ces visites, toutes ensemble ; une requête."""
    return _delais(_par_mois(visites).values())


def tableau_des_suites(reseau, *, lecteur=None, **choix):
    """`Tableau` des suites, par mois de visite, le dernier d'abord, et au total. `choix` : ceux d'un `Champ`. Une requête."""
    champ = Champ(reseau, lecteur, **choix)
    par_mois = _par_mois(champ.realisees())
    lignes = [
        _ligne(mois_long(mois), _delais([par_mois[mois]]), _du_mois(champ, mois)) for mois in sorted(par_mois, reverse=True)
    ]
    return Tableau(
        code="suites",
        titre="Suites données aux chefs d’entreprise",
        sous_titre=f"Repère : sous {DELAI_JOURS} jours",
        periode=f"Visites réalisées {champ.periode}",
        sections=[
            Section(
                "Toutes les visites de la période",
                COLONNES,
                [_ligne("Total", _delais(par_mois.values()), champ)],
                nature="constaté",
                comparees=("rendues", "part", "mediane"),
            ),
            Section("Par mois de visite", COLONNES, lignes, nature="constaté"),
        ],
        definitions=LEXIQUE,
        reseau=reseau.nom,
        edite_le=localtime(),
        filtres=champ.choix,
    )


def _du_mois(champ, mois):
    """Le champ, ramené aux jours de ce mois qu'il compte."""
    fin = plus_mois(mois, 1) - timedelta(days=1)
    return replace(champ, du=max(mois, champ.du or mois), au=min(fin, champ.au or fin))


def _par_mois(visites):
    """{premier du mois: {délai des suites, None si on les attend: visites}} des visites dont le compte rendu est terminé."""
    rendues = visites.filter(compte_rendu__termine_le__isnull=False).order_by()
    comptes = rendues.annotate(mois=Mois("realisee_le"), jours=Jours(F("realisee_le"), F("suites__donnee_le")))
    par_mois = defaultdict(dict)
    for mois, jours, nombre in comptes.values_list("mois", "jours").annotate(Count("pk")):
        par_mois[date(int(mois[:4]), int(mois[5:]), 1)][jours] = nombre
    return par_mois


def _delais(decomptes):
    """Les `Delais` de ces décomptes {délai ou None: visites} ensemble."""
    jours = fondre(*decomptes)
    rendues = jours.total()
    jours.pop(None, None)
    return Delais(rendues, jours)


def _ligne(nom, delais, champ):
    adresses = {
        cle: champ.adresse("visites", etat="realisees", mesure=cle) for cle in ("rendues", "donnees", "a_temps", "attendues")
    }
    ligne = {
        "mois": nom,
        "rendues": delais.rendues,
        "donnees": delais.donnees,
        "a_temps": delais.a_temps,
        "part": delais.part,
        "mediane": delais.mediane,
        "attendues": delais.rendues - delais.donnees,
    }
    return ouvrir(ligne, **adresses)
