"""Où l'on charge le service : cinq réseaux de démonstration, dix mille fiches de plus, et qui y travaille."""

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import resolve, reverse

from entreprises.models import Entreprise
from entreprises.operations import importer
from reseau.droits import NON, portee
from reseau.models import Membre, Reseau
from suivi.models import Action
from tests.bancs.importation import fichier
from tests.lib.base_de_version import base_a_jour
from tests.lib.personnes import Page, Personne
from visites.models import Visite

NEUVE = "v1-vide"
RESEAUX, FICHES = 5, 10_000
DOSSIERS = 4  # fiches et visites que chacun rouvre : une journée ordinaire, bien sous les seuils de lecture en masse
# (nom, ce qui suit l'adresse, poids)
DU_JOUR = (
    ("suivi:accueil", "", 6),
    ("visites:entreprises", "", 4),
    ("visites:entreprises", "?q=scierie", 3),
    ("visites:entreprises", "?tri=-effectif&page=3", 1),
    ("visites:liste", "", 4),
    ("visites:plan", "", 2),
    ("visites:calendrier", "", 1),
    ("visites:courriers", "", 2),
    ("visites:carte", "", 1),
    ("visites:qui-a-vu-qui", "", 1),
    ("suivi:actions", "", 4),
    ("suivi:reunions", "", 2),
    ("suivi:tableaux", "", 1),
    ("suivi:competences", "", 1),
    ("reseau:membres", "", 1),
)


@dataclass(frozen=True)
class Lieu:
    """Une base garnie ; `personnes(combien)` : autant de gens au travail, `reseaux` réseaux mêlés."""

    membres: tuple[Membre, ...]

    def personnes(self, combien, reseaux=RESEAUX):
        """De tous les rôles, un réseau après l'autre ; au-delà des comptes, certains en ont deux d'ouverts."""
        cles = list(dict.fromkeys(membre.reseau_id for membre in self.membres))[:reseaux]
        listes = [[membre for membre in self.membres if membre.reseau_id == cle] for cle in cles]
        tour = (next(liste) for liste in cycle(map(cycle, listes)))
        return [Personne(session(membre), pages_du_jour(membre)) for membre in islice(tour, combien)]

    def membre(self, profil, rang=0):
        """Celui de ce profil, dans ce réseau."""
        reseau = list(dict.fromkeys(membre.reseau_id for membre in self.membres))[rang]
        return next(membre for membre in self.membres if membre.reseau_id == reseau and membre.profil == profil)


@contextmanager
def lieu(dossier, reseaux=RESEAUX, fiches=FICHES):
    """Une base PostgreSQL à part, garnie, et celle de la connexion par défaut le temps du bloc."""
    with base_a_jour(NEUVE, dossier):
        call_command("demo", reseaux=reseaux, graine=1996, verbosity=0)
        if fiches:
            importer(fichier(fiches, dirigeants=True), "liste.csv", Reseau.objects.order_by("pk").first())
        analyser_la_base()
        membres = Membre.objects.filter(parti_le=None).select_related("reseau", "institution", "utilisateur")
        yield Lieu(tuple(membres.order_by("reseau_id", "pk")))


def analyser_la_base():
    """Ce que fait d'elle-même une base en service."""
    with connection.cursor() as curseur:
        curseur.execute("VACUUM ANALYZE")


def session(membre):
    """Le témoin d'une session ouverte à ce membre."""
    client = Client()
    client.force_login(membre.utilisateur)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def pages_du_jour(membre):
    """Ce que ses droits lui ouvrent : les listes, quelques dossiers, toujours les mêmes, et un mot à une action."""
    slug = membre.reseau.slug
    pages = [Page(nom + suite, reverse(nom, args=[slug]) + suite, poids) for nom, suite, poids in DU_JOUR]
    pages += [
        Page(nom, reverse(nom, args=[slug, cle]))
        for nom, lignes in (
            ("entreprises:fiche", Entreprise.objects.visibles_par(membre).order_by("siret")),
            ("visites:visite", Visite.objects.visibles_par(membre).order_by("-pk")),
            ("suivi:action", Action.objects.visibles_par(membre).order_by("-pk")),
        )
        for cle in lignes.values_list("pk", flat=True)[:DOSSIERS]
    ]
    for cle in Action.objects.visibles_par(membre).filter(responsable=membre).order_by("pk").values_list("pk", flat=True)[:1]:
        pages.append(Page("suivi:action-message", reverse("suivi:action-message", args=[slug, cle]), 1, (("texte", "Vu hier."),)))
    return tuple(page for page in pages if _lui_est_ouverte(membre, page))


def _lui_est_ouverte(membre, page):
    return portee(membre, resolve(page.adresse.partition("?")[0]).func.droit) is not NON


# Ce que l'on cherche, une entreprise sur vingt le porte dans son nom.
METIERS = ["scierie", "fonderie", "tournerie", "caisserie", "menuiserie", "chaudronnerie", "tannerie", "salaisons", "filature"]
METIERS += ["brasserie", "verrerie", "imprimerie", "carrosserie", "plasturgie", "mecanique", "decolletage", "cartonnerie"]
METIERS += ["charpentes", "faiencerie", "robinetterie"]
# Des fiches par centaines de milliers : la base les fait elle-même, chaque index tenu à jour comme à l'import.
GONFLER = """
INSERT INTO entreprises_entreprise (version, reseau_id, siret, raison_sociale, enseigne, naf_id, tranche_effectif, effectif,
    adresse, complement, code_postal, commune_id, ville, telephone, courriel, site, filiere, etat, diffusible,
    ne_plus_solliciter_motif, recherche, cree_le)
SELECT 1, %(reseau)s, (100000000 + n)::text || '00010',
    initcap(metiers[1 + n %% cardinality(metiers)]) || ' ' || n || ' fictive', '',
    activites[1 + n %% cardinality(activites)], '11', n %% 300, n %% 90 || ' rue des Essais', '', '70000',
    communes[1 + n %% cardinality(communes)], 'Vesoul', '', '', '', '', 'actif', true, '',
    metiers[1 + n %% cardinality(metiers)] || ' ' || n || ' fictive / vesoul 70000', now()
FROM generate_series(1, %(nombre)s) n,
    (SELECT array_agg(code) AS communes FROM entreprises_commune WHERE departement = '70') c,
    (SELECT array_agg(code) AS activites FROM (SELECT code FROM entreprises_activite ORDER BY code LIMIT 300) a) b,
    (SELECT %(metiers)s::text[] AS metiers) m
"""


def gonfler(reseau, nombre):
    """Ajoute `nombre` fiches inventées à ce réseau."""
    with connection.cursor() as curseur:
        curseur.execute(GONFLER, {"reseau": reseau.pk, "nombre": nombre, "metiers": METIERS})
    analyser_la_base()
