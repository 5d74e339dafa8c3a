"""Ce que l'analyse doit savoir des nomenclatures et des communes, et sa version embarquée."""

import functools
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from entreprises.lecture.identifiants import cle_de_tranche
from entreprises.lecture.nettoyage import sans_accents
from entreprises.reference import lire_csv


class Referentiel(Protocol):
    """Le minimum dont l'analyse a besoin ; l'importateur peut fournir le sien."""

    @property
    def naf_rev2(self) -> Container[str]:
        """Sous-classes de la NAF rév. 2, « 10.71C »."""

    @property
    def naf_2025(self) -> Container[str]:
        """Sous-classes de la NAF 2025, « 24.51Y »."""

    @property
    def tranches(self) -> Mapping[str, str]:
        """Clé d'un code ou d'un libellé (`cle_de_tranche`) → code Insee de la tranche d'effectif."""

    @property
    def types_de_voie(self) -> Mapping[str, str]:
        """« AV » → « AVENUE »."""

    def commune_actuelle(self, code: str) -> str | None:
        """Code Insee actuel d'une commune actuelle, déléguée, associée ou d'un arrondissement municipal."""

    def commune_nommee(self, code_postal: str, nom: str) -> str | None:
        """Code Insee de la commune de ce nom sous ce code postal, None s'il y a doute."""

    def nom_de_commune(self, code: str) -> str:
        """Nom officiel d'une commune actuelle, "" si elle est inconnue."""


@dataclass(frozen=True)
class ReferentielEmbarque:
    """Référentiel en mémoire ; les index de noms ont pour clé `nom_comparable`."""

    naf_rev2: frozenset[str]
    naf_2025: frozenset[str]
    tranches: Mapping[str, str]
    types_de_voie: Mapping[str, str]
    noms: Mapping[str, str]  # code actuel → nom
    anciennes: Mapping[str, str]  # code ancien → code actuel
    par_code_postal: Mapping[str, Mapping[str, str]] = field(repr=False)  # code postal → nom → code
    # (préfixe postal, nom) → code, None si deux communes portent ce nom
    par_departement: Mapping[tuple[str, str], str | None] = field(repr=False)

    def commune_actuelle(self, code: str) -> str | None:
        """Voir `Referentiel`."""
        return code if code in self.noms else self.anciennes.get(code)

    def commune_nommee(self, code_postal: str, nom: str) -> str | None:
        """Sous le code postal d'abord ; puis dans le département, pour les codes CEDEX et les communes anciennes."""
        communes = self.par_code_postal.get(code_postal, {})
        if not nom:
            codes = set(communes.values())
            return codes.pop() if len(codes) == 1 else None
        comparable = nom_comparable(nom)
        return communes.get(comparable) or self.par_departement.get((prefixe_postal(code_postal), comparable))

    def nom_de_commune(self, code: str) -> str:
        """Voir `Referentiel`."""
        return self.noms.get(code, "")


@functools.lru_cache(maxsize=50_000)
def nom_comparable(nom: str) -> str:
    """« St-Dié-des-Vosges Cedex 2 » → « SAINT DIE DES VOSGES » ; « PARIS 16 » → « PARIS »."""
    texte = re.sub(r"\bCEDEX\b.*|\d.*", "", sans_accents(nom).upper())
    mots = re.split(r"[^A-Z]+", texte)
    return " ".join({"ST": "SAINT", "STE": "SAINTE"}.get(mot, mot) for mot in mots if mot)


def prefixe_postal(code_postal: str) -> str:
    """Deux chiffres, trois outre-mer : « 57 », « 974 » ; toute la Corse est en « 20 »."""
    return code_postal[:3] if code_postal.startswith(("97", "98")) else code_postal[:2]


@functools.cache
def referentiel_embarque() -> ReferentielEmbarque:
    """Le référentiel des CSV embarqués, chargé une fois par processus."""
    communes = list(lire_csv("communes"))
    anciennes = list(lire_csv("communes_anciennes"))
    return ReferentielEmbarque(
        naf_rev2=_sous_classes("naf_rev2"),
        naf_2025=_sous_classes("naf_2025"),
        tranches=_tranches(),
        types_de_voie={t["code"]: sans_accents(t["libelle"]).upper() for t in lire_csv("types_de_voie")},
        noms={c["code_insee"]: c["nom"] for c in communes},
        anciennes={c["code_insee"]: c["commune_actuelle"] for c in anciennes},
        par_code_postal=_par_code_postal(communes),
        par_departement=indexer_par_departement(communes, anciennes),
    )


def _sous_classes(nom: str) -> frozenset[str]:
    return frozenset(ligne["code"] for ligne in lire_csv(nom) if ligne["niveau"] == "sous-classe")


def _tranches() -> dict[str, str]:
    """Code, code dont le tableur a ôté le zéro, libellé court (« 10 à 19 salariés », « 10-19 »)."""
    tranches = {}
    for ligne in lire_csv("tranches_effectifs"):
        code = ligne["code"]
        bornes = cle_de_tranche(f"{ligne['min']} a {ligne['max']}") if ligne["min"] != ligne["max"] else ""
        for forme in (code, code.removeprefix("0"), ligne["libelle"], bornes):
            tranches.setdefault(cle_de_tranche(forme), code)
    tranches.pop("", None)
    return tranches


def _par_code_postal(communes: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    index: dict[str, dict[str, str]] = {}
    for commune in communes:
        for code_postal in commune["codes_postaux"].split():
            index.setdefault(code_postal, {})[nom_comparable(commune["nom"])] = commune["code_insee"]
    return index


def indexer_par_departement(communes: list[dict[str, str]], anciennes: list[dict[str, str]]) -> dict[tuple[str, str], str | None]:
    """(préfixe postal, nom comparable) → code actuel ; un nom actuel l'emporte sur un ancien, deux homonymes s'annulent."""
    index: dict[tuple[str, str], str | None] = {}
    for commune in communes:
        cle = (_prefixe(commune["departement"]), nom_comparable(commune["nom"]))
        index[cle] = None if cle in index else commune["code_insee"]
    actuelles = set(index)
    for ancienne in anciennes:
        cle, code = (_prefixe(ancienne["departement"]), nom_comparable(ancienne["nom"])), ancienne["commune_actuelle"]
        if cle not in actuelles:
            index[cle] = code if index.get(cle, code) == code else None
    return index


def _prefixe(departement: str) -> str:
    return "20" if departement in ("2A", "2B") else departement
