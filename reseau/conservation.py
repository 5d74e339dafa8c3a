"""Combien de temps on garde quoi : **la** table. La purge, la page « Données personnelles », le registre et l'écran la lisent.

Une ligne par genre de donnée. `suivi/purge.py` dit comment chacune se purge, et un essai refuse une ligne que rien ne purge.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

MOIS_D_UN_AN, JOURS_D_UN_AN = 12, 365


class Public(Enum):
    """De qui parle la donnée : les parties de la page « Données personnelles »."""

    ENTREPRISES = "Les chefs d’entreprise et leurs collaborateurs"
    MEMBRES = "Les membres du réseau"
    TRAVAIL = "Ce qui ne sert qu’un temps"
    AILLEURS = "Hors de la base"


class Base(Enum):
    """La base légale (RGPD, article 6)."""

    MISSION = "Mission d’intérêt public (art. 6, 1, e)"
    INTERET = "Intérêt légitime : sécurité et preuve (art. 6, 1, f)"
    CONSENTEMENT = "Consentement (art. 6, 1, a)"


@dataclass(frozen=True)
class Duree:
    """Une ligne. `mois`, `jours`, `heures` : un seul des trois. `reglage` : le champ du réseau qui remplace `mois`.

    `avec` : la clé de la ligne dont le geste purge aussi celle-ci ; `par` : qui s'en charge quand ce n'est pas la purge.
    """

    cle: str
    donnee: str
    public: Public
    depart: str
    base: Base
    reste: str
    mois: int = 0
    jours: int = 0
    heures: int = 0
    reglage: str = ""
    avec: str = ""
    par: str = ""

    def limite(self, instant: datetime, reseau=None) -> datetime:
        """L'instant en deçà duquel la donnée est périmée."""
        mois = self._mois(reseau)
        return il_y_a_des_mois(instant, mois) if mois else instant - timedelta(days=self.jours, hours=self.heures)

    def en_mots(self, reseau=None) -> str:
        """« 5 ans », « 30 jours » ; celle du réseau s'il la règle."""
        mois = self._mois(reseau)
        if mois:
            return f"{mois // 12} an{'s' if mois > 12 else ''}" if mois % MOIS_D_UN_AN == 0 else f"{mois} mois"
        nombre, mot = (self.jours, "jour") if self.jours else (self.heures, "heure")
        if nombre == JOURS_D_UN_AN:
            return "1 an"
        return f"{nombre} {mot}{'s' if nombre > 1 else ''}"

    @property
    def delai(self) -> timedelta:
        """La durée d'une ligne en jours ou en heures ; douze mois valent ici 365 jours."""
        return timedelta(days=self.jours or self.mois * 365 // 12, hours=self.heures)

    def _mois(self, reseau):
        return getattr(reseau, self.reglage) if self.reglage and reseau else self.mois


def il_y_a_des_mois(instant: datetime, mois: int) -> datetime:
    """Le même jour, tant de mois plus tôt ; le dernier du mois s'il n'existe pas (29 février, 31 du mois)."""
    annee, rang = divmod(instant.year * 12 + instant.month - 1 - mois, 12)
    for jour in range(instant.day, 27, -1):
        try:
            return instant.replace(year=annee, month=rang + 1, day=jour)
        except ValueError:
            continue
    return instant.replace(year=annee, month=rang + 1)


E, M, T, A = Public
DERNIER_CONTACT = "le dernier contact : visite, lettre, sollicitation, action, demande ou document"
REGLE = {"mois": 60, "reglage": "anonymisation_mois"}

LIGNES = (
    Duree(
        "entreprise",
        "Fiche de l’entreprise et ses coordonnées",
        E,
        DERNIER_CONTACT,
        Base.MISSION,
        "Une fiche sans nom : commune, activité, effectif, dates et chiffres des visites.",
        **REGLE,
    ),
    Duree(
        "contact",
        "Nom, fonction, téléphone et courriel des personnes de l’entreprise",
        E,
        DERNIER_CONTACT,
        Base.MISSION,
        "Rien.",
        avec="entreprise",
        **REGLE,
    ),
    Duree(
        "comptes_rendus",
        "Comptes rendus, partie réservée, projets, actions, messages et notes : leur texte",
        E,
        DERNIER_CONTACT,
        Base.MISSION,
        "Ce qui se compte : nature, état, dates, emplois déclarés.",
        avec="entreprise",
        **REGLE,
    ),
    Duree(
        "lettres",
        "Lettres du préfet : texte et PDF",
        E,
        DERNIER_CONTACT,
        Base.MISSION,
        "Le numéro, la date et l’empreinte.",
        avec="entreprise",
        **REGLE,
    ),
    Duree(
        "documents",
        "Documents et pièces jointes des entreprises et des actions",
        E,
        DERNIER_CONTACT,
        Base.MISSION,
        "Rien.",
        avec="entreprise",
        **REGLE,
    ),
    Duree(
        "evaluations",
        "Réponses au questionnaire : commentaire et témoignage",
        E,
        DERNIER_CONTACT,
        Base.CONSENTEMENT,
        "Les notes, sans nom.",
        avec="entreprise",
        **REGLE,
    ),
    Duree(
        "demande_a_confirmer",
        "Demande de visite que son auteur n’a pas confirmée",
        E,
        "son dépôt",
        Base.CONSENTEMENT,
        "Rien.",
        jours=3,
    ),
    Duree(
        "demande_expediteur",
        "Empreinte de l’adresse d’où vient une demande de visite",
        E,
        "son dépôt",
        Base.INTERET,
        "La demande, sans elle.",
        jours=1,
    ),
    Duree(
        "demande_traitee",
        "Demande de visite traitée",
        E,
        "son traitement",
        Base.CONSENTEMENT,
        "La visite, si elle a été acceptée.",
        jours=365,
    ),
    Duree(
        "questionnaire",
        "Adresse où un questionnaire est parti",
        E,
        "la fin de la validité de son lien",
        Base.CONSENTEMENT,
        "La réponse, s’il y en a une.",
        jours=1,
    ),
    Duree(
        "panel",
        "Chef d’entreprise-test sorti du panel, et ses avis",
        E,
        "sa sortie",
        Base.CONSENTEMENT,
        "Rien.",
        mois=12,
    ),
    Duree(
        "invitation",
        "Nom et adresse d’un invité à un rendez-vous",
        E,
        "le rendez-vous",
        Base.MISSION,
        "La date de l’envoi.",
        mois=12,
    ),
    Duree(
        "envoi_de_lettre",
        "Adresses et texte du courriel qui portait une lettre",
        E,
        "l’envoi demandé",
        Base.MISSION,
        "La date de l’envoi.",
        mois=12,
    ),
    Duree(
        "membre",
        "Fiche d’un membre parti",
        M,
        "son départ",
        Base.MISSION,
        "« Ancien membre », son institution, ses dates et ce que les tableaux comptent.",
        **REGLE,
    ),
    Duree(
        "compte",
        "Compte d’un membre parti : courriel, mot de passe, agenda, vues enregistrées",
        M,
        "son dernier départ",
        Base.MISSION,
        "Un compte fermé, sans adresse.",
        mois=12,
    ),
    Duree(
        "absence",
        "Absences et leur motif",
        M,
        "leur fin",
        Base.MISSION,
        "Rien.",
        mois=12,
    ),
    Duree(
        "remplacant",
        "Nom de qui remplaçait un membre en réunion",
        M,
        "la réunion",
        Base.MISSION,
        "La présence.",
        mois=12,
    ),
    Duree(
        "papiers_figes",
        "Comptes rendus de réunion et tableaux qui nomment des personnes",
        M,
        "le jour où ils ont été figés",
        Base.MISSION,
        "Leur titre, leur date et leur empreinte ; les tableaux en totaux.",
        mois=60,
    ),
    Duree(
        "signature",
        "Image de la signature d’un préfet parti",
        M,
        "la fin de ses fonctions",
        Base.MISSION,
        "Son nom et ses dates.",
        mois=12,
    ),
    Duree(
        "journal",
        "Journal de lecture : qui a lu, exporté, modifié quoi",
        M,
        "le geste",
        Base.INTERET,
        "Rien.",
        mois=12,
    ),
    Duree(
        "pli_contenu",
        "Courriel qui n’a pas pu partir : texte, adresses et pièces (parti, ils s’effacent aussitôt)",
        T,
        "son inscription",
        Base.MISSION,
        "Sa trace : de quoi, à quel membre, quand.",
        jours=30,
    ),
    Duree("pli_trace", "Trace d’un courriel", T, "son inscription", Base.INTERET, "Rien.", jours=365),
    Duree("brouillon", "Compte rendu commencé et laissé", T, "le dernier enregistrement", Base.MISSION, "La visite.", mois=6),
    Duree("import_oublie", "Fichier déposé, jamais confirmé", T, "son dépôt", Base.MISSION, "Son bilan en nombres.", jours=7),
    Duree(
        "import",
        "Lignes rejetées d’un import, et de quoi l’annuler",
        T,
        "l’import",
        Base.MISSION,
        "Son bilan en nombres.",
        mois=12,
    ),
    Duree("fusion", "De quoi défaire une fusion de fiches", T, "la fusion", Base.MISSION, "Sa date et son auteur.", mois=12),
    Duree(
        "droit",
        "Nom de la personne qui exerce ses droits",
        T,
        "la réponse (aussitôt), à défaut la demande",
        Base.MISSION,
        "La date, le droit exercé et des nombres.",
        mois=12,
    ),
    Duree("jeton", "Jeton d’un formulaire envoyé", T, "l’envoi", Base.INTERET, "Rien.", jours=30),
    Duree("alerte", "Alerte de lecture en masse", M, "l’alerte", Base.INTERET, "Rien.", mois=12),
    Duree("essai", "Essai d’entrée, sous une empreinte illisible", T, "l’essai", Base.INTERET, "Rien.", jours=1),
    Duree("session", "Session ouverte", T, "sa fin", Base.INTERET, "Rien.", heures=1),
    Duree(
        "appareil",
        "Compte rendu écrit sans réseau, chiffré dans le navigateur",
        A,
        "le dernier enregistrement",
        Base.MISSION,
        "Rien.",
        jours=7,
        par="le navigateur",
    ),
    Duree(
        "annuaire",
        "Réponses du répertoire public des entreprises",
        A,
        "la recherche",
        Base.MISSION,
        "Rien.",
        jours=30,
        par="le cache du service, que `manage.py purger` balaie",
    ),
    Duree(
        "sauvegarde",
        "Sauvegardes",
        A,
        "leur date",
        Base.INTERET,
        "Rien ; une restauration se fait suivre de la purge et des effacements déjà accordés.",
        jours=30,
        par="l’exploitant du service",
    ),
)
DUREES = {ligne.cle: ligne for ligne in LIGNES}


def par_public():
    """[(titre, [Duree])], dans l'ordre de la table."""
    return [(public.value, [ligne for ligne in LIGNES if ligne.public is public]) for public in Public]


def en_markdown():
    """La table telle que `docs/registre.md` la porte ; `manage.py durees` l'imprime."""
    entete = "| donnée | durée | à compter de | base légale | ce qui reste | purgée par |\n|---|---|---|---|---|---|"
    lignes = [
        f"| {ligne.donnee} | {ligne.en_mots()}{' (réglable)' if ligne.reglage else ''} | {ligne.depart} | {ligne.base.value} "
        f"| {ligne.reste} | {ligne.par or '`manage.py purger`'} |"
        for ligne in LIGNES
    ]
    return "\n".join([entete, *lignes])
