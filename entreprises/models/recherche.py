"""Retrouver une entreprise par ses mots : le vocabulaire, la requête, et la condition qui la joue sur chaque moteur."""

from dataclasses import dataclass

from django.db import models
from django.db.models import Lookup, Q
from rapidfuzz.distance import OSA

from reseau.lib.recherche import a_une_faute

UNE_FAUTE_DES, DEUX_FAUTES_DES = 4, 9  # lettres tapées
MOT_MIN, MOT_MAX = 3, 40


def ecart(tape, mot):
    """De 0 (le même) au plus lointain : ce qu'un doigt rate le plus souvent compte le moins.

    Deux lettres échangées, puis une lettre oubliée, puis une changée, puis une de trop ; la première se rate rarement.
    """
    if tape == mot:
        return 0
    faute = 1 if sorted(tape) == sorted(mot) else {-1: 2, 0: 3, 1: 4}.get(len(tape) - len(mot), 5)
    return faute + 3 * (tape[0] != mot[0])


class MotQuerySet(models.QuerySet):
    def voisins(self, tapes):
        """Mot tapé → ensemble des mots connus à une faute près, deux dès neuf lettres ; une requête, par l'index.

        À deux fautes, l'une des moitiés doit être intacte : c'est par elle qu'on entre dans l'index.
        """
        fautifs = [mot for mot in tapes if len(mot) >= UNE_FAUTE_DES and mot.isalpha()]
        courts = {mot: a_une_faute(mot) for mot in fautifs if len(mot) < DEUX_FAUTES_DES}
        longs = [mot for mot in fautifs if len(mot) >= DEUX_FAUTES_DES]
        if not fautifs:
            return {}
        choix = Q(mot__in=sorted(set().union(*courts.values())))
        for mot in longs:
            choix |= _une_moitie(mot)
        connus = set(self.filter(choix).values_list("mot", flat=True))
        voisins = {mot: proches & connus for mot, proches in courts.items()}
        return voisins | {mot: {autre for autre in connus if 0 < OSA.distance(mot, autre, score_cutoff=2) <= 2} for mot in longs}


class Mot(models.Model):
    """Un mot d'au moins une entreprise. `envers` : le mot à l'envers, pour chercher par la fin dans un index.

    Tous réseaux confondus : il ne sert qu'à chercher parmi les fiches visibles, qui portent ce mot ou ne sortent pas.
    Deux gestes simultanés peuvent apprendre le même mot : le doublon ne gêne pas, et nul n'attend l'autre.
    """

    mot = models.CharField(max_length=MOT_MAX)
    envers = models.CharField(max_length=MOT_MAX)
    longueur = models.PositiveSmallIntegerField()

    objects = MotQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["mot", "longueur"], name="mot_par_le_debut"),
            models.Index(fields=["envers", "longueur", "mot"], name="mot_par_la_fin"),
        ]

    def __str__(self):
        return self.mot


@dataclass(frozen=True)
class Requete:
    """Tous les groupes, chacun par l'un de ses termes (mot, début seulement ?) ; `nom` : dans le seul nom."""

    groupes: tuple[tuple[tuple[str, bool], ...], ...]
    nom: bool = False

    def en_tsquery(self):
        """« ('bois':*A | 'bout':A) & … » ; les mots ne sont que lettres et chiffres, rien n'est à protéger."""
        return " & ".join(
            "(" + " | ".join(f"'{mot}'" + _suffixe(debut, self.nom) for mot, debut in termes) + ")" for termes in self.groupes
        )

    def en_fts5(self):
        """« nom : (("bois"* OR "bout") AND …) »."""
        groupes = " AND ".join(
            "(" + " OR ".join(f'"{mot}"' + ("*" if debut else "") for mot, debut in termes) + ")" for termes in self.groupes
        )
        return f"nom : ({groupes})" if self.nom else groupes


class Mots(Lookup):
    """`recherche__mots=Requete(…)` : les lignes de l'index plein texte, la même condition sur les deux moteurs."""

    lookup_name = "mots"
    prepare_rhs = False

    def as_postgresql(self, compiler, connection):
        table = compiler.quote_name_unless_alias(self.lhs.alias)
        return f"{table}.recherche_mots @@ %s::tsquery", [self.rhs.en_tsquery()]

    def as_sqlite(self, compiler, connection):
        table = compiler.quote_name_unless_alias(self.lhs.alias)
        trouvees = "SELECT rowid FROM entreprises_index WHERE entreprises_index MATCH %s"
        return f"{table}.id IN ({trouvees})", [self.rhs.en_fts5()]


def _suffixe(debut, nom):
    return (":" if debut or nom else "") + ("*" if debut else "") + ("A" if nom else "")


def _une_moitie(mot):
    """Du même début ou de la même fin, et d'une longueur proche : deux intervalles de l'index."""
    intacte = (len(mot) - 1) // 2
    bornes = {"longueur__range": (len(mot) - 2, len(mot) + 2)}
    return Q(mot__range=_intervalle(mot[:intacte]), **bornes) | Q(envers__range=_intervalle(mot[::-1][:intacte]), **bornes)


def _intervalle(debut):
    """Tout ce qui commence ainsi : « z » est le dernier signe d'un mot, quel que soit le classement de la base."""
    return debut, debut.ljust(MOT_MAX, "z")
