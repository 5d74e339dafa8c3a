"""La carte de visite : 85 × 55 mm, une seule ou dix sur une feuille A4 à couper (dossier, II.2 et annexe 2.2)."""

from dataclasses import dataclass

from reseau.lib.ajustement import Bloc, ajuster, mettre_en_lignes
from reseau.lib.pdf import rendre_pdf
from reseau.presentation import logos, presentation_de

PAR_PLANCHE = 10
# Millimètres : la carte moins ses marges de cinq, et ce qu'un logo en prend.
PLACE, LOGO_RESEAU, LOGO_INSTITUTION = 75, 29, 22
# (corps en points, lignes) : du plus grand au plus petit ; les hauteurs s'additionnent à la carte, voir carte_de_visite.css.
RESEAU = ((9, 2), (7.5, 3), (6.5, 3))
NOM = ((14, 1), (12, 1), (11, 2), (9, 2), (8, 2))
FONCTION = ((9, 1), (8.5, 2), (7.5, 2), (6.5, 2))
INSTITUTION = ((8.5, 1), (8, 1), (7.5, 1), (8, 2), (7, 2), (6.5, 2))
JOINDRE = ((8, 1), (7, 1), (6, 2))


@dataclass(frozen=True)
class Carte:
    """Une carte prête à imprimer : des blocs de lignes qui tiennent chacun à leur place."""

    reseau: Bloc
    nom: Bloc
    fonction: Bloc
    institution: Bloc
    telephone: Bloc
    courriel: Bloc


def imprimer_carte(membre, *, date=None):
    """PDF d'une seule carte, à ses dimensions ; rien n'y touche le bord : elle se passe de fond perdu."""
    return _imprimer("pdf/carte_de_visite.html", membre, date, cartes=[0])


def imprimer_planche(membre, *, date=None):
    """PDF A4 de dix cartes (deux colonnes de cinq) et leurs traits de coupe, hors des cartes."""
    return _imprimer("pdf/planche_de_cartes.html", membre, date, cartes=range(PAR_PLANCHE))


def composer_carte(membre, *, logo_du_reseau, logo_de_l_institution):
    """La `Carte` de ce membre ; ce qui ne tient pas se coupe, un courriel ou un téléphone coupé ne s'imprime pas."""
    bas = PLACE - (LOGO_INSTITUTION if logo_de_l_institution else 0)
    institution = ajuster(membre.institution.nom, bas, INSTITUTION, gras=True)
    if institution.coupe or not institution:
        institution = ajuster(membre.institution.sigle, bas, INSTITUTION, gras=True)
    return Carte(
        reseau=ajuster(membre.reseau.nom, PLACE - (LOGO_RESEAU if logo_du_reseau else 0), RESEAU, gras=True),
        nom=_nom(membre),
        fonction=ajuster(membre.fonction[:1].upper() + membre.fonction[1:], PLACE, FONCTION),
        institution=institution,
        telephone=_entier(membre.telephone, bas),
        courriel=_entier(membre.utilisateur.email, PLACE),
    )


def _nom(membre):
    """Sur deux lignes, le prénom d'un côté et le nom de l'autre plutôt que coupés n'importe où."""
    bloc = ajuster(str(membre), PLACE, NOM, gras=True)
    if len(bloc.lignes) == 1 or bloc.coupe:
        return bloc
    separees = [mettre_en_lignes(part, PLACE, bloc.corps, gras=True) for part in (membre.prenom, membre.nom)]
    return Bloc(tuple(ligne for part in separees for ligne in part), bloc.corps) if max(map(len, separees)) == 1 else bloc


def _entier(texte, place):
    bloc = ajuster(texte, place, JOINDRE)
    return Bloc((), JOINDRE[-1][0]) if bloc.coupe else bloc


def _imprimer(gabarit, membre, date, *, cartes):
    images = {"reseau": bytes(membre.reseau.logo or b""), "institution": logos([membre.institution]).get(membre.institution_id)}
    presents = {"logo_du_reseau": bool(images["reseau"]), "logo_de_l_institution": bool(images["institution"])}
    contexte = {
        "carte": composer_carte(membre, **presents),
        "cartes": cartes,
        "reseau": membre.reseau.nom,
        "sigle": membre.institution.sigle,
        "images": images,
    }
    couleur = presentation_de(membre.reseau).couleur
    return rendre_pdf(gabarit, contexte, titre=f"Carte de visite – {membre}", date=date, pages_max=1, couleur=couleur)
