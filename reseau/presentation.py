"""Ce que le réseau dit de lui aux entreprises : les mêmes textes à l'écran et sur la plaquette (dossier, II.2 et annexe 2.2).

Rédaction propre au projet. Rien n'y met en avant l'emploi ni des mesures d'aide (dossier, I.2 q. 1 et conclusion).
"""

import re
from dataclasses import dataclass

from reseau.lib.recherche import cle_de_recherche
from reseau.models import Institution, LogoDInstitution, Membre, Presentation

PAR_DEFAUT = {
    "accroche": "Parlons de vos projets, chez vous.",
    "le_reseau": (
        "Derrière chaque question d’un chef d’entreprise, il existe quelqu’un qui sait répondre. Encore faut-il savoir où "
        "frapper.\n\n"
        "Services de l’État, chambres consulaires, collectivités et organismes {de_territoire} ont mis leurs savoirs en commun. "
        "Une vingtaine de leurs agents, volontaires, se déplacent dans les petites et moyennes entreprises du territoire et "
        "se retrouvent chaque mois pour que chaque projet entendu trouve sa suite.\n\n"
        "Le préfet soutient le réseau. Aucune institution ne commande aux autres : ce qui les réunit, c’est votre projet."
    ),
    "un_developpeur": (
        "Il vient vous voir dans vos locaux, à l’heure qui vous convient.\n\n"
        "Il écoute. Agrandir un atelier, lancer un produit, trouver un partenaire, préparer une reprise, ou cette idée remise "
        "de mois en mois : c’est vous qui choisissez le sujet.\n\n"
        "Il n’a rien à vendre et ne vient rien contrôler. Il ne décide pas à votre place.\n\n"
        "Il vous met en relation avec la personne la mieux placée pour vous répondre, dans son institution ou dans une autre, "
        "et vérifie qu’elle l’a fait."
    ),
    "une_visite": (
        "Nous convenons d’un rendez-vous. Prévoyez une heure environ, sans rien préparer.\n\n"
        "Vous faites visiter l’entreprise et vous parlez de ce qui compte pour vous.\n\n"
        "Ce que vous confiez reste dans le réseau ; ce que vous demandez de garder pour nous n’est pas répété.\n\n"
        "Vous recevez vite des nouvelles : qui vous appellera, à quel sujet et quand.\n\n"
        "La visite est gratuite et ne vous engage à rien."
    ),
}
TEXTES = tuple(PAR_DEFAUT)
# Les mots que ces supports évitent, aux accents près.
A_EVITER = re.compile(r"\b(emplois?|embauches?|recrutements?|aides?|subventions?|primes?|exonerations?)\b")


@dataclass(frozen=True)
class Vitrine:
    """Ce qui se montre hors du réseau. Textes en paragraphes ; `membres` : seuls ceux qui l'ont accepté."""

    accroche: str
    le_reseau: list[str]
    un_developpeur: list[str]
    une_visite: list[str]
    institutions: list[Institution]
    membres: list[Membre]


def vitrine(presentation, le):
    """La `Vitrine` de ce réseau, ce jour-là ; trois requêtes."""
    reseau = presentation.reseau
    paragraphes = {nom: en_paragraphes(texte(presentation, nom)) for nom in TEXTES}
    membres = sorted(Membre.objects.filter(reseau=reseau).publiables(le), key=lambda membre: membre.rang_alphabetique)
    return Vitrine(
        **paragraphes | {"accroche": " ".join(paragraphes["accroche"])},
        institutions=list(Institution.objects.filter(reseau=reseau).ouvertes(le).avec_logo()),
        membres=membres,
    )


def texte(presentation, nom):
    """Le texte que le réseau a écrit, sinon celui qui est fourni, accordé à son territoire."""
    return getattr(presentation, nom) or PAR_DEFAUT[nom].format(de_territoire=presentation.reseau.de_territoire)


def en_paragraphes(texte):
    """Un paragraphe par ligne écrite."""
    return [" ".join(ligne.split()) for ligne in texte.splitlines() if ligne.strip()]


def logos(institutions):
    """Dictionnaire numéro d'institution → octets de son logo, en une requête."""
    lignes = LogoDInstitution.objects.filter(institution__in=[institution.pk for institution in institutions])
    return {cle: bytes(image) for cle, image in lignes.values_list("institution", "image")}


def mots_a_eviter(*textes):
    """Les mots de ces textes qui mettraient en avant l'emploi ou des aides, dans l'ordre où on les lit."""
    trouves = A_EVITER.findall(" ".join(cle_de_recherche(lu) for lu in textes))
    return list(dict.fromkeys(trouves))


def presentation_de(reseau):
    """La `Presentation` du réseau, enregistrée ou par défaut."""
    presentation = Presentation.objects.de(reseau)
    presentation.reseau = reseau
    return presentation
