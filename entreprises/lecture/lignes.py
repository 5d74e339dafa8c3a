"""Ce que rend l'analyse d'un fichier : une entreprise acceptée, ou une ligne rejetée."""

from dataclasses import dataclass
from datetime import date

# Longueurs des colonnes du modèle Entreprise (caractères) : SQLite ne les vérifie pas, PostgreSQL les refuse.
LONGUEURS = {
    "raison_sociale": 200,
    "enseigne": 100,
    "adresse": 120,
    "complement": 120,
    "ville": 80,
    "telephone": 20,
    "courriel": 254,
    "site": 200,
    "dirigeant_nom": 80,
    "dirigeant_prenom": 80,
    "dirigeant_fonction": 100,
    "filiere": 60,
}


@dataclass(slots=True, kw_only=True)
class LigneEntreprise:
    """Un établissement tel que le fichier le décrit ; une valeur inconnue vaut "" (None pour l'effectif, la commune, la date).

    Formes : siret 14 chiffres ; naf « 10.71C » (NAF rév. 2) et naf_2025 « 24.51Y » ; tranche_effectif code Insee ;
    commune code Insee actuel ; telephone « 03 00 00 00 00 » ; site en http(s) ; dirigeant_civilite « M. » ou « Mme » ;
    etat « actif » ou « ferme ».
    """

    ligne: int
    siret: str
    raison_sociale: str
    enseigne: str = ""
    naf: str = ""
    naf_2025: str = ""
    tranche_effectif: str = ""
    effectif: int | None = None
    adresse: str = ""
    complement: str = ""
    code_postal: str = ""
    commune: str | None = None
    ville: str = ""
    telephone: str = ""
    courriel: str = ""
    site: str = ""
    dirigeant_civilite: str = ""
    dirigeant_nom: str = ""
    dirigeant_prenom: str = ""
    dirigeant_fonction: str = ""
    filiere: str = ""
    ne_plus_solliciter_jusqu_au: date | None = None
    etiquettes: tuple[str, ...] = ()
    etat: str = "actif"
    diffusible: bool = True
    avertissements: tuple[str, ...] = ()

    @property
    def siren(self) -> str:
        """Les neuf premiers chiffres : l'entreprise dont c'est un établissement."""
        return self.siret[:9]


CHAMPS_ENTREPRISE = tuple(champ for champ in LigneEntreprise.__dataclass_fields__ if champ not in ("ligne", "avertissements"))


@dataclass(frozen=True, slots=True)
class Rejet:
    """Une ligne non vide qui n'est pas reprise : numéro dans le fichier, raison en français, cellules nettoyées."""

    ligne: int
    raison: str
    valeurs: tuple[str, ...]
