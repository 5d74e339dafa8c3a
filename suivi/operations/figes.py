"""Figer des tableaux, et les envoyer : les octets d'un jour se gardent avec leur empreinte, et ne se refont jamais."""

from hashlib import sha256
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime, now

from reseau import expedition
from reseau.enums import GenrePli, Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.pdf import rendre_pdf, tableau_en_pdf
from reseau.lib.reponses import GENRES
from reseau.lib.tableau_relu import tableau_relu
from reseau.lib.tableur import FORMATS, feuilles_du_tableau
from reseau.models import Institution
from reseau.operations import noter
from suivi.figes import RAPPORT, Piece, pieces_de_la_reunion, pieces_du_rapport
from suivi.indicateurs.extraits import graphiques
from suivi.models import FichierFige, TableauFige

ALTERE = "Ce fichier ne correspond plus à son empreinte : il a été altéré hors de l’outil. Prévenez l’administrateur."
DEJA = "Ce rapport est déjà établi pour cette période."
DETRUIT = "Ce tableau nommait des personnes : il a été détruit à son terme. Il en reste le titre, la date et l’empreinte."
PERSONNE = "Aucune adresse : donnez celle du préfet dans les paramètres, ou celle d’un chef de service à son institution."


def figer(reseau, pieces, *, par=None, reunion=None, instant=None, lot=None):
    """Fige ces `Piece` ensemble et rend les `TableauFige`. `par` : None quand l'horloge le fait ; `instant`,
    `lot` : ce qu'ils portent ; maintenant, et un numéro neuf, par défaut.

    Tous les fichiers se composent avant la première écriture : une page de plus ne tient pas la base.
    """
    instant, lot = instant or localtime(), lot or uuid4()
    composes = [(piece, _fichiers(piece, instant)) for piece in pieces]
    with transaction.atomic():
        return [_garder(reseau, piece, fichiers, instant, lot, par, reunion) for piece, fichiers in composes]


def figer_a_la_reunion(reunion, *, par):
    """Les tableaux du soir d'une réunion close."""
    return figer(reunion.reseau, pieces_de_la_reunion(reunion.reseau, au=reunion.le), par=par, reunion=reunion)


def etablir_le_rapport(reseau, *, du, au, par=None):
    """Fige le rapport de la période et le relevé de chaque institution ; celui de l'horloge, une seule fois par période."""
    if par is None and TableauFige.objects.filter(reseau=reseau, code=RAPPORT, du=du, au=au, fige_par=None).exists():
        raise RegleEnfreinte(DEJA)
    try:
        return figer(reseau, pieces_du_rapport(reseau, du=du, au=au), par=par)
    except IntegrityError as erreur:  # deux horloges au même instant : la contrainte n'en garde qu'un
        raise RegleEnfreinte(DEJA) from erreur


def octets_figes(tableau, genre):
    """Les octets de ce format, tels qu'ils furent figés ; `RegleEnfreinte` s'ils ont changé depuis, ou sont détruits."""
    if tableau.detruit_le:
        raise RegleEnfreinte(DETRUIT)
    fichier = tableau.fichiers.get(genre=genre)
    octets = bytes(fichier.octets)
    if sha256(octets).hexdigest() != fichier.empreinte:
        raise RegleEnfreinte(ALTERE)
    return octets


def destinataires(tableau):
    """Les adresses d'un rapport : le préfet et les chefs de service ; d'un relevé : le chef de ce service."""
    if tableau.code == RAPPORT:
        chefs = Institution.objects.filter(reseau=tableau.reseau).ouvertes(localtime().date()).exclude(chef_courriel="")
        adresses = [tableau.reseau.rapport_courriel, *chefs.order_by("sigle").values_list("chef_courriel", flat=True)]
    else:
        adresses = [tableau.institution.chef_courriel] if tableau.institution else []
    return list(dict.fromkeys(adresse for adresse in adresses if adresse))


@transaction.atomic
def envoyer_le_fige(tableau, *, par=None):
    """Inscrit son PDF, un courriel par destinataire qui ne l'a pas encore reçu ; rend leurs adresses.

    Deux clics, deux horloges : un seul envoi, l'autre lit qu'il est fait. `RegleEnfreinte` s'il n'y a plus personne à servir.
    """
    tableau = TableauFige.objects.select_for_update(of=("self",)).get(pk=tableau.pk)
    restent = [adresse for adresse in destinataires(tableau) if adresse not in tableau.envoye_a]
    if not restent:
        raise RegleEnfreinte("Déjà envoyé à tous ses destinataires." if tableau.envoye_a else PERSONNE)
    piece = (f"{tableau.nom_de_fichier}.pdf", GENRES["pdf"], octets_figes(tableau, "pdf"))
    envoi = {"adresses": restent, "pieces": [piece], "reseau": tableau.reseau, "par": par, "page": tableau.get_absolute_url()}
    expedition.ecrire(GenrePli.RAPPORT, "suivi/courriels/fige", {"tableau": tableau}, **envoi)
    tableau.envoye_a, tableau.envoye_le = [*tableau.envoye_a, *restent], now()
    tableau.save(update_fields=["envoye_le", "envoye_a"])
    if par:
        noter(par, Geste.EXPORT, tableau, nombre=len(restent), precision="envoi par courriel")
    return restent


@transaction.atomic
def refiger(tableau, contenu, *, instant):
    """Remplace le contenu d'un tableau figé, ses fichiers et leurs empreintes : une personne s'en efface, les chiffres restent.

    Le papier refait n'a plus de graphiques : ils se tiraient de ce qui n'est plus.
    """
    mention = f"Refigé le {localtime(instant):%d/%m/%Y} à la suite d’une demande d’effacement"
    for page in contenu:
        page["sous_titre"] = " · ".join(filter(None, [page["sous_titre"].partition("Refigé le")[0].rstrip(" ·"), mention]))
    mots = {"code": tableau.code, "reseau": tableau.reseau.nom, "edite_le": localtime(tableau.fige_le)}
    pieces = [tableau_relu(page, **mots) for page in contenu]
    piece = Piece(tableau.code, tableau.titre, tableau.periode, pieces, tableau.lecteurs, dessine=False)
    for genre, octets in _fichiers(piece, localtime(tableau.fige_le)).items():
        tableau.fichiers.filter(genre=genre).update(octets=octets, empreinte=sha256(octets).hexdigest())
    TableauFige.objects.filter(pk=tableau.pk).update(contenu=contenu, refige_le=instant)


def _fichiers(piece, instant):
    """{genre: octets} : les mêmes chiffres dans les trois formats."""
    feuilles = [feuille for tableau in piece.tableaux for feuille in feuilles_du_tableau(tableau)]
    classeurs = {genre: FORMATS[genre](feuilles, edite_le=instant) for genre in ("xlsx", "ods")}
    return {"pdf": _pdf(piece, instant), **classeurs}


def _pdf(piece, instant):
    if piece.code != RAPPORT:
        (tableau,) = piece.tableaux
        return tableau_en_pdf(tableau, _dessins(piece, tableau, instant))
    parties = [{"tableau": tableau, "graphiques": _dessins(piece, tableau, instant)} for tableau in piece.tableaux]
    contexte = {"parties": parties, "nom_reseau": piece.tableaux[0].reseau, "periode": piece.periode}
    return rendre_pdf("pdf/rapport.html", contexte, titre=piece.titre, date=instant)


def _dessins(piece, tableau, instant):
    return graphiques(tableau, instant.date()) if piece.dessine else []


def _garder(reseau, piece, fichiers, instant, lot, par, reunion):
    tableau = TableauFige.objects.create(
        reseau=reseau,
        lot=lot,
        code=piece.code,
        titre=piece.titre,
        periode=piece.periode[:200],
        lecteurs=piece.lecteurs,
        expurge=piece.expurge,
        contenu=[tableau.en_page() for tableau in piece.tableaux],
        institution=piece.institution,
        du=piece.du,
        au=piece.au,
        fige_le=instant,
        fige_par=par,
        reunion=reunion,
    )
    tableau.entreprises.set(piece.entreprises)
    FichierFige.objects.bulk_create(
        FichierFige(tableau=tableau, genre=genre, octets=octets, empreinte=sha256(octets).hexdigest())
        for genre, octets in fichiers.items()
    )
    if par:
        noter(par, Geste.AJOUT, tableau)
    return tableau
