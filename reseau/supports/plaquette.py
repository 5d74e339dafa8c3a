"""La plaquette : une feuille A4 en paysage, recto verso, pliée en trois (pli roulé), tirée de l'annuaire et du réseau.

Les 297 mm se partagent en 100, 100 et 97 : le volet rabattu à l'intérieur est plus court, sans quoi il gondole. Recto, de
gauche à droite : rabat, dos, couverture ; verso : les trois volets intérieurs. Recto verso se retourne sur le petit côté.
"""

from dataclasses import dataclass

from reseau.lib.ajustement import Bloc, ajuster, hauteur, imprimable, mettre_en_lignes
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.pdf import rendre_pdf
from reseau.presentation import logos, vitrine

# Millimètres
VOLET, RABAT = 100, 97
MARGE = 9
PLACE, PLACE_DU_RABAT = VOLET - 2 * MARGE, RABAT - 2 * MARGE
HAUT = 172  # d'un volet de texte, sous son titre
HAUT_DES_INSTITUTIONS = 108
LOGOS_PAR_RANG, HAUT_D_UN_LOGO = 3, 16

CORPS = (12, 11.5, 11, 10.5, 10, 9.5, 9, 8.5)
INTERLIGNE, ENTRE_PARAGRAPHES = 1.4, 0.7  # cadratins
CORPS_DES_NOMS = (10.5, 10, 9.5, 9, 8.5, 8, 7.5)
ENTRE_NOMS = 0.5
NUMERO = 8  # mm que prend le numéro d'une étape
TITRES = {
    "le_reseau": "Le réseau",
    "un_developpeur": "Ce que fait un développeur",
    "une_visite": "Comment se passe une visite",
}


@dataclass(frozen=True)
class Liste:
    """Des noms qui tiennent dans leur volet : [(titre, précision)] ; `autres` : combien n'y sont pas."""

    lignes: list[tuple[str, str]]
    corps: float
    autres: int = 0

    @property
    def classe(self):
        return f"corps-{round(self.corps * 10)}"


def imprimer_plaquette(presentation, *, le, date=None, adresse=""):
    """PDF de deux pages A4 en paysage ; `adresse` : celle de la page publique, si elle est ouverte.

    Lève `RegleEnfreinte` si un texte du réseau ne tient pas dans son volet.
    """
    reseau, montre = presentation.reseau, vitrine(presentation, le)
    images = logos(montre.institutions)
    textes = {nom: [imprimable(paragraphe) for paragraphe in getattr(montre, nom)] for nom in TITRES}
    contexte = {
        **textes,
        "titres": TITRES,
        "corps": f"corps-{round(_corps_commun(textes) * 10)}",
        "reseau": reseau,
        "nom": ajuster(reseau.nom, PLACE - 12, ((22, 3), (18, 4), (14, 6), (11, 7)), gras=True),
        "accroche": ajuster(montre.accroche, PLACE - 12, ((15, 4), (12, 6), (10, 8))),
        "membres": _liste([_membre(membre) for membre in montre.membres], HAUT, PLACE_DU_RABAT, gras=True),
        "logos": [(f"institution-{i.pk}", i.sigle) for i in montre.institutions if i.pk in images],
        "institutions": _institutions(montre.institutions, images),
        "joindre": _joindre(reseau),
        "adresse": ajuster(adresse, PLACE, ((9.5, 2), (8, 3), (6.5, 5))) if adresse else Bloc((), 8),
        "images": {"reseau": bytes(reseau.logo or b"")} | {f"institution-{cle}": image for cle, image in images.items()},
    }
    titre = f"Plaquette – {reseau.nom}"
    return rendre_pdf("pdf/plaquette.html", contexte, titre=titre, date=date, pages_max=2, couleur=presentation.couleur)


def _corps_commun(textes):
    """Le plus grand corps auquel les trois textes tiennent ; `RegleEnfreinte` nomme celui qui ne tient pas au plus petit."""
    for corps in CORPS:
        trop_longs = [nom for nom, paragraphes in textes.items() if _haut(nom, paragraphes, corps) > HAUT]
        if not trop_longs:
            return corps
    raise RegleEnfreinte(f"« {TITRES[trop_longs[0]]} » ne tient pas sur son volet de la plaquette : raccourcissez-le.")


def _haut(nom, paragraphes, corps):
    place = {"un_developpeur": PLACE_DU_RABAT, "une_visite": PLACE - NUMERO}.get(nom, PLACE)
    lignes = sum(len(mettre_en_lignes(paragraphe, place, corps)) for paragraphe in paragraphes)
    return hauteur(lignes, corps, INTERLIGNE) + hauteur(len(paragraphes), corps, ENTRE_PARAGRAPHES)


def _membre(membre):
    return imprimable(f"{membre}, {membre.institution.sigle}"), imprimable(membre.competence)


def _institutions(institutions, images):
    """Celles qui n'ont pas de logo, par leur nom ; par leur sigle si les noms ne tiennent pas."""
    rangs = -(-len(images) // LOGOS_PAR_RANG)
    place = max(HAUT_DES_INSTITUTIONS - rangs * HAUT_D_UN_LOGO, 0)
    sans_logo = [institution for institution in institutions if institution.pk not in images]
    noms = _liste([(imprimable(institution.nom), "") for institution in sans_logo], place, PLACE)
    return noms if not noms.autres else _liste([(imprimable(institution.sigle), "") for institution in sans_logo], place, PLACE)


def _liste(noms, place, large, *, gras=False):
    """Au plus grand corps où tout tient ; sinon sans les précisions ; sinon les premiers, et combien d'autres."""
    for lignes in (noms, [(nom, "") for nom, _ in noms]):
        for corps in CORPS_DES_NOMS:
            if sum(_haut_d_un_nom(ligne, corps, large, gras) for ligne in lignes) <= place:
                return Liste(lignes, corps)
    tenus, reste = [], place - _haut_d_un_nom(("et", ""), corps, large, gras)
    for ligne in lignes:
        reste -= _haut_d_un_nom(ligne, corps, large, gras)
        if reste < 0:
            break
        tenus.append(ligne)
    return Liste(tenus, corps, autres=len(noms) - len(tenus))


def _haut_d_un_nom(ligne, corps, large, gras):
    nom, precision = ligne
    lignes = len(mettre_en_lignes(nom, large, corps, gras=gras)) + len(mettre_en_lignes(precision, large, corps))
    return hauteur(lignes, corps, INTERLIGNE) + hauteur(1, corps, ENTRE_NOMS)


def _joindre(reseau):
    lignes = (reseau.affaire_suivie_par, reseau.telephone, reseau.courriel)
    return [ajuster(ligne, PLACE, ((9.5, 2), (8, 3), (6.5, 5))) for ligne in lignes if ligne]
