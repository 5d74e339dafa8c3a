"""La lettre du préfet (dossier, annexe 2.1) : ce qu'elle porte, son adresse postale, son texte et ses variables.

La rédaction du modèle est propre au projet ; l'annexe n'en donne que la structure en cinq paragraphes.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime

from django.utils import timezone

from reseau.lib.logos import ajuster
from reseau.lib.pdf import ImpressionImpossible, TropDePages, rendre_pages
from reseau.lib.polices import largeur
from reseau.lib.saisie import visible
from reseau.lib.tableau import date_longue

# Adresse postale : NF Z10-011, et les mesures de l'enveloppe à fenêtre DL et C5

LIGNES_ADRESSE_MAX = 6
CARACTERES_LIGNE_MAX = 38
LARGEUR_ADRESSE = 79.5  # mm, de x 110 à 190, une fenêtre sûre pour DL et C5, un demi-millimètre de jeu gardé
CORPS_ADRESSE = (10, 9)  # points ; 9 est le plancher de la norme
CONDENSATIONS = (95, 90, 85, 80, 75, 70, 65, 60, 55, 50)  # pour cent de la chasse, quand 9 points ne suffisent pas

ABREGES = {
    "ALLEE": "ALL",
    "ALLEES": "ALL",
    "APPARTEMENT": "APP",
    "AVENUE": "AV",
    "BATIMENT": "BAT",
    "BOULEVARD": "BD",
    "CHEMIN": "CHE",
    "COMMANDANT": "CDT",
    "COMPAGNIE": "CIE",
    "DOCTEUR": "DR",
    "ESCALIER": "ESC",
    "ETABLISSEMENTS": "ETS",
    "FAUBOURG": "FG",
    "GENERAL": "GAL",
    "IMPASSE": "IMP",
    "LOTISSEMENT": "LOT",
    "MARECHAL": "MAL",
    "PLACE": "PL",
    "PRESIDENT": "PDT",
    "PROFESSEUR": "PR",
    "QUARTIER": "QUA",
    "RESIDENCE": "RES",
    "ROUTE": "RTE",
    "SAINT": "ST",
    "SAINTE": "STE",
    "SOCIETE": "STE",
    "SQUARE": "SQ",
    "ZONE ARTISANALE": "ZA",
    "ZONE INDUSTRIELLE": "ZI",
    "ZONE D ACTIVITES": "ZA",
    "ZONE D ACTIVITE": "ZA",
}

SERRAGES = ("aise", "moyen", "serre")  # les classes de css/pdf/lettre.css

# Texte

APPELS = {"m": "Monsieur", "mme": "Madame", "": "Madame, Monsieur"}

VARIABLES = {
    "appel": "« Monsieur », « Madame » ou « Madame, Monsieur », selon la civilité du dirigeant",
    "dirigeant": "civilité, prénom et nom du dirigeant",
    "entreprise": "nom de l’entreprise",
    "commune": "commune de l’entreprise",
    "developpeur": "civilité, prénom et nom du développeur : « Mme Odile Tissot »",
    "fonction": "fonction imprimée du développeur : « conseillère d’entreprise »",
    "institution": "nom de l’institution du développeur",
    "reseau": "nom du réseau",
    "territoire": "territoire précédé de sa préposition : « de la Haute-Saône », « du Jura »",
}
_VARIABLE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class ModeleDeLettre:
    """Un texte à variables `{…}`, prises dans `VARIABLES` et dans elles seules."""

    objet: str
    paragraphes: Sequence[str]
    politesse: str


MODELE_PAR_DEFAUT = ModeleDeLettre(
    objet="Une rencontre avec le réseau de développeurs, dans votre entreprise",
    paragraphes=(
        "Faire avancer {entreprise} demande de décider vite, avec des renseignements sûrs. Encore faut-il savoir à qui "
        "les demander, et obtenir une réponse qui vous serve.",
        "J’ai voulu que ce chemin soit plus court pour les chefs d’entreprise. Services de l’État, chambres "
        "consulaires et organismes {territoire} travaillent désormais ensemble, sous un même nom : « {reseau} ».",
        "Les développeurs qui le composent se déplacent dans les entreprises. Ils n’ont rien à vendre. Ils "
        "écoutent, parlent avec vous de vos projets, y compris de ceux que vous avez mis de côté, puis trouvent parmi "
        "leurs collègues la personne la mieux placée pour vous répondre.",
        "{developpeur} ({institution}) vous appellera dans les prochains jours pour fixer un rendez-vous à votre "
        "convenance. Cet échange d’une heure environ ne vous engage à rien ; les suites vous en seront données "
        "rapidement.",
        "Je vous remercie du temps que vous voudrez bien lui consacrer, et souhaite que cette rencontre fasse "
        "progresser ce qui compte pour vous.",
    ),
    politesse="Veuillez croire, {appel}, à l’assurance de ma considération distinguée.",
)


MODELE_DE_RELANCE = ModeleDeLettre(
    objet="Notre proposition de rencontre dans votre entreprise",
    paragraphes=(
        "Je vous ai écrit récemment pour vous annoncer l’appel de {developpeur} ({institution}), du réseau « {reseau} ». "
        "Il n’a pas encore été possible de convenir avec vous d’un rendez-vous.",
        "Je sais combien votre temps est compté. Une heure dans vos murs suffit pour parler de ce que vous préparez, et de "
        "ce que vous avez remis à plus tard faute d’interlocuteur.",
        "Cette rencontre ne vous engage à rien, et ce que vous y direz sera traité avec discrétion.",
        "Si vous préférez choisir vous-même le moment, il suffit d’appeler la personne qui suit cette affaire, dont les "
        "coordonnées figurent en tête de cette lettre.",
    ),
    politesse="Veuillez croire, {appel}, à l’assurance de ma considération distinguée.",
)


def en_paragraphes(texte: str) -> tuple[str, ...]:
    """Les alinéas d'un texte saisi : un paragraphe par ligne non vide."""
    return tuple(ligne.strip() for ligne in texte.splitlines() if ligne.strip())


@dataclass(frozen=True, kw_only=True)
class Lettre:
    """Une lettre prête à imprimer : rien ne s'y calcule plus, tout est déjà choisi et accordé.

    `numero` à None en fait un brouillon, filigrané ; `datee_du` à None laisse « le … » en blanc. Les images sont des octets
    PNG ou JPEG ; sans elles, le nom du réseau et les sigles s'écrivent. `intitule` : les lignes du bloc du préfet,
    « PRÉFET », « DE LA HAUTE-SAÔNE ».
    """

    intitule: Sequence[str]
    reseau: str
    lieu: str
    adresse: Sequence[str]
    objet: str
    appel: str
    paragraphes: Sequence[str]
    politesse: str
    signataire_titre: str
    signataire_nom: str
    suivie_par: Sequence[str] = ()
    institutions: Sequence[str] = ()
    numero: str | None = None
    datee_du: date | None = None
    mention: str = ""
    logo: bytes = b""
    signature: bytes = b""
    logos_institutions: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def date_ecrite(self) -> str:
        return date_longue(self.datee_du) if self.datee_du else "…"

    @property
    def mots_du_reseau(self) -> list[str]:
        """Le nom du réseau, mot par mot : « Haute-Saône » ne se coupe pas."""
        return self.reseau.split()

    @property
    def titre(self) -> str:
        return f"Lettre n° {self.numero}" if self.numero else "Lettre, brouillon"


def epurer(lettre: Lettre) -> Lettre:
    """La même lettre, moins les caractères invisibles d'un fichier importé ou d'un texte collé : on signe ce qu'on lit."""
    champs = {champ.name: getattr(lettre, champ.name) for champ in fields(lettre)}
    textes = {nom: visible(valeur) for nom, valeur in champs.items() if isinstance(valeur, str)}
    listes = {nom: [visible(texte) for texte in valeur] for nom, valeur in champs.items() if isinstance(valeur, list | tuple)}
    return replace(lettre, **textes, **listes)


def substituer(texte: str, valeurs: Mapping[str, str]) -> str:
    """Remplace chaque `{variable}` du texte, une seule fois : une valeur qui contient des accolades reste telle quelle.

    Lève ValueError, en français, pour une variable hors de `VARIABLES`, sans valeur, ou une accolade seule.
    """
    verifier(texte)

    def valeur(trouvee: re.Match) -> str:
        nom = trouvee[1].strip()
        if nom not in valeurs:
            raise ValueError(f"La variable « {nom} » n’a pas de valeur.")
        return str(valeurs[nom])

    return _VARIABLE.sub(valeur, texte)


def verifier(texte: str) -> None:
    """Contrôle les variables d'un modèle avant de l'enregistrer. Lève ValueError, en français, qui nomme la fautive."""
    for nom in _VARIABLE.findall(texte):
        if nom.strip() not in VARIABLES:
            raise ValueError(f"Variable inconnue : « {nom} ». Variables permises : {', '.join(VARIABLES)}.")
    if re.search(r"[{}]", _VARIABLE.sub("", texte)):
        raise ValueError("Une accolade est seule : une variable s’écrit entre deux accolades, « {entreprise} ».")


def rediger(modele: ModeleDeLettre, valeurs: Mapping[str, str]) -> dict[str, object]:
    """Objet, paragraphes et politesse substitués : les champs de même nom de `Lettre`."""
    return {
        "objet": substituer(modele.objet, valeurs),
        "paragraphes": [substituer(paragraphe, valeurs) for paragraphe in modele.paragraphes],
        "politesse": substituer(modele.politesse, valeurs),
    }


def composer_adresse(
    *,
    raison_sociale: str,
    destinataire: str = "",
    complement: str = "",
    voie: str = "",
    mention: str = "",
    code_postal: str = "",
    commune: str = "",
) -> list[str]:
    """Adresse d'entreprise selon NF Z10-011 : 6 lignes au plus, 38 caractères, capitales, aucune ligne vide.

    Le destinataire et la raison sociale gardent leurs accents : c'est un nom propre, et nos polices les ont. Les lignes
    de distribution les perdent avec leur ponctuation : c'est la forme des fichiers postaux, que lisent les machines.
    Une ligne trop longue s'abrège, mot par mot et en partant de la gauche, puis se coupe à un mot entier ; la raison
    sociale passe d'abord sur une seconde ligne s'il en reste une.
    """
    qui = [ligne for ligne in (_capitales(raison_sociale), _capitales(destinataire)) if ligne]
    ou = [_sans_ponctuation(texte) for texte in (complement, voie, mention)]
    reste = [ligne for ligne in (*ou, f"{code_postal} {_sans_ponctuation(commune)}".strip()) if ligne]
    if qui and len(qui) + len(reste) < LIGNES_ADRESSE_MAX:
        qui[:1] = _deplier(qui[0])
    return [_ajuster(ligne) for ligne in (*qui, *reste)]


def imprimer_lettre(lettre: Lettre, *, edite_le: datetime | None = None) -> bytes:
    """Le PDF d'une lettre : une page, quitte à réduire le corps du texte de 10,5 à 10 puis 9 points.

    Lève `TropDePages` si le texte n'y tient pas, `ImpressionImpossible` pour une image illisible. `edite_le` (maintenant par
    défaut) date les métadonnées ; à date égale, mêmes octets.
    """
    for serrage in SERRAGES:
        with suppress(TropDePages):
            return _imprimer([(lettre, edite_le or timezone.now())], serrage)[0]
    raise TropDePages("La lettre dépasse une page : raccourcissez le texte.")


def imprimer_lettres(lettres: Sequence[tuple[Lettre, datetime]]) -> list[bytes | None]:
    """Le PDF de chaque lettre datée, les octets que donnerait `imprimer_lettre` ; None pour celle qui ne se met pas en page.

    Mises en page ensemble, elles coûtent un tiers de moins ; dès qu'une ne tient pas, chacune l'est à part.
    """
    try:
        return _imprimer(lettres, SERRAGES[0])
    except ImpressionImpossible:
        return [_imprimer_ou_rien(*lettre) for lettre in lettres]


def tient(lettre: Lettre) -> bool:
    """Vrai si la lettre se met en page au corps le plus petit, celui qu'`imprimer_lettre` essaie en dernier."""
    with suppress(ImpressionImpossible):
        return bool(_imprimer([(lettre, timezone.now())], SERRAGES[-1]))
    return False


def adresse_ajustee(adresse: Sequence[str], place: float = LARGEUR_ADRESSE) -> tuple[int, list[tuple[str, int]]]:
    """Corps commun en points, et pour chaque ligne sa condensation en pour cent, pour tenir en `place` millimètres.

    On réduit d'abord le corps de toute l'adresse, de 10 à 9 points ; puis on condense les seules lignes trop larges.
    """
    lignes = list(adresse)[:LIGNES_ADRESSE_MAX]
    for corps in CORPS_ADRESSE:
        if all(largeur(ligne, corps) <= place for ligne in lignes):
            break
    return corps, [(ligne, _condensation(ligne, corps, place)) for ligne in lignes]


def _condensation(ligne: str, corps: int, place: float) -> int:
    place = place / max(largeur(ligne, corps), place) * 100
    return next((palier for palier in (100, *CONDENSATIONS) if palier <= place), CONDENSATIONS[-1])


def _imprimer_ou_rien(lettre: Lettre, edite_le: datetime) -> bytes | None:
    with suppress(ImpressionImpossible):
        return imprimer_lettre(lettre, edite_le=edite_le)
    return None


def _imprimer(lettres: Sequence[tuple[Lettre, datetime]], serrage: str) -> list[bytes]:
    cles: dict[bytes, str] = {}
    pages = [_page(lettre, cles) for lettre, _ in lettres]
    contexte = {"pages": pages, "serrage": serrage, "images": {cle: octets for octets, cle in cles.items()}}
    return rendre_pages("pdf/lettre.html", contexte, [(lettre.titre, date) for lettre, date in lettres])


def _page(lettre: Lettre, cles: dict[bytes, str]) -> dict[str, object]:
    """Ce que le gabarit lit d'une lettre ; ses images se nomment dans `cles`, les mêmes octets du même nom."""

    def nommer(octets: bytes) -> str:
        return cles.setdefault(octets, f"image-{len(cles)}")

    corps, lignes = adresse_ajustee(lettre.adresse)
    taille, vignettes = ajuster(lettre.logos_institutions, dessous=lettre.institutions, mention=lettre.mention)
    return {
        "lettre": lettre,
        "corps_adresse": corps,
        "lignes_adresse": lignes,
        "logo": nommer(lettre.logo),
        "signature": nommer(lettre.signature),
        "logos": [(nommer(octets), sigle) for sigle, octets in vignettes.items()],
        "taille_logos": taille,
    }


def _capitales(texte: str) -> str:
    """Majuscules et espaces simples ; les accents restent."""
    return " ".join(texte.upper().split())


def _sans_ponctuation(texte: str) -> str:
    """Majuscules sans accent ni ponctuation : « 12 bis, rue de l’Église » → « 12 BIS RUE DE L EGLISE »."""
    ligatures = texte.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE")
    nu = "".join(lettre for lettre in unicodedata.normalize("NFKD", ligatures) if not unicodedata.combining(lettre))
    return _capitales(re.sub(r"[^\w\s]|_", " ", nu))


def _abreger(ligne: str) -> str:
    """Abrège selon `ABREGES`, les locutions d'abord puis de gauche à droite, jusqu'à tenir en 38 caractères."""
    for long, court in sorted(ABREGES.items(), key=lambda paire: (" " not in paire[0], ligne.find(paire[0]))):
        if len(ligne) > CARACTERES_LIGNE_MAX:
            ligne = re.sub(rf"\b{long}\b", court, ligne, count=1)
    return ligne


def _couper(ligne: str) -> str:
    """Ce qui tient en 38 caractères, mots entiers ; un mot seul trop long est tranché."""
    if len(ligne) <= CARACTERES_LIGNE_MAX:
        return ligne
    return ligne[: CARACTERES_LIGNE_MAX + 1].rpartition(" ")[0] or ligne[:CARACTERES_LIGNE_MAX]


def _ajuster(ligne: str) -> str:
    return _couper(_abreger(ligne))


def _deplier(ligne: str) -> list[str]:
    """Une ligne, ou deux quand elle ne tient pas même abrégée."""
    if len(_abreger(ligne)) <= CARACTERES_LIGNE_MAX:
        return [ligne]
    debut = _couper(ligne)
    return [debut, ligne[len(debut) :].strip()]
