"""Changer l'ordre du jour d'une réunion : inscrire, déplacer, retirer ; proposer une entreprise et dire ce qu'on en sait."""

from django.db import transaction
from django.utils.timezone import localdate, now

from entreprises.reunies import tenir
from reseau.enums import Geste
from reseau.lib.erreurs import exiger
from reseau.models import Reunion
from reseau.operations import ajouter, noter
from suivi.enums import GenreDePoint
from suivi.models import Note, Point, Proposition
from suivi.ordre_du_jour import sujets_a_ordonner
from visites.models import Visite

CLOSE = "Cette réunion est close : son ordre du jour ne change plus."
INCONNU = "Ce sujet n’est plus à l’ordre du jour."
PAS = 10  # entre deux rangs
HAUT, BAS = "haut", "bas"


@transaction.atomic
def proposer_un_point(reunion, titre, *, par):
    """Ajoute un point à l'ordre du jour, au nom de qui le demande ; rend le `Point`."""
    _ouverte(reunion)
    exiger(titre.strip(), "Dites en une ligne de quoi vous voulez parler.")
    return ajouter(Point(reunion=reunion, genre=GenreDePoint.LIBRE, titre=titre.strip(), demande_par=par), par=par)


@transaction.atomic
def deplacer(reunion, code, sens, *, par):
    """Monte ou descend d'un rang ce sujet ; tous prennent alors un rang, et les suivants s'y glissent."""
    _ouverte(reunion)
    codes = [sujet.code for sujet in sujets_a_ordonner(reunion, par, localdate())]
    exiger(code in codes and sens in (HAUT, BAS), INCONNU)
    place = codes.index(code)
    voisine = min(max(place + (1 if sens == BAS else -1), 0), len(codes) - 1)
    codes[place], codes[voisine] = codes[voisine], codes[place]
    for rang, chacun in enumerate(codes, 1):
        point = _point(reunion, chacun)
        point.rang = rang * PAS
        point.save(update_fields=["rang"])


@transaction.atomic
def retirer(reunion, code, *, par, motif=""):
    """Retire ce sujet de cette réunion ; rend le `Point`, qui garde le motif.

    Un point demandé par un autre membre ne se retire qu'avec un motif écrit (`RegleEnfreinte` sinon).
    """
    _ouverte(reunion)
    exiger(code in [sujet.code for sujet in sujets_a_ordonner(reunion, par, localdate())], INCONNU)
    point = _point(reunion, code)
    demandeur = point.demande_par
    exiger(
        demandeur in (None, par) or motif.strip(),
        f"Ce point est demandé par {demandeur} : dites pourquoi il est retiré, votre motif lui sera montré.",
    )
    point.retire_le, point.retire_par, point.motif_de_retrait = now(), par, motif.strip()
    point.save()
    noter(par, Geste.MODIFICATION, point, precision="retiré de l’ordre du jour")
    return point


@transaction.atomic
def remettre(reunion, code, *, par):
    """Remet à l'ordre du jour un sujet retiré."""
    _ouverte(reunion)
    point = _point(reunion, code)
    exiger(point.retire_le, "Ce sujet est à l’ordre du jour.")
    point.retire_le, point.retire_par, point.motif_de_retrait = None, None, ""
    point.save()
    noter(par, Geste.MODIFICATION, point, precision="remis à l’ordre du jour")
    return point


@transaction.atomic
def ecrire_au_point(point, texte, *, par):
    """Ce qui s'est dit d'un point libre, pendant ou après la séance, jusqu'à la diffusion du compte rendu."""
    reunion = Reunion.objects.select_for_update(no_key=True).get(pk=point.reunion_id)
    exiger(reunion.annulee_le is None, "Cette réunion est annulée.")
    exiger(reunion.diffusee_le is None, "Le compte rendu est diffusé : il ne change plus.")
    point.texte = texte
    point.save(update_fields=["texte"])
    noter(par, Geste.MODIFICATION, point)
    return point


@transaction.atomic
def proposer_une_entreprise(entreprise, *, texte="", par):
    """Propose de visiter l'entreprise, si elle ne l'est déjà, et y laisse la note de ce membre ; rend la `Proposition`."""
    tenir(entreprise, par=par)  # deux membres qui la proposent au même instant n'en font qu'une
    en_attente = Proposition.objects.en_attente().filter(entreprise=entreprise)
    proposition = en_attente.first()
    if proposition is None:
        en_cours = Visite.objects.confiees().filter(entreprise=entreprise).exists()
        exiger(not en_cours, "Cette entreprise a déjà une visite en cours.")
        proposition = ajouter(Proposition(entreprise=entreprise, proposee_par=par, proposee_le=localdate()), par=par)
    if texte.strip():
        Note.objects.update_or_create(proposition=proposition, membre=par, defaults={"texte": texte.strip()})
    return proposition


@transaction.atomic
def ecarter(proposition, *, reunion, motif, par):
    """La séance ne retient pas cette entreprise, et dit pourquoi."""
    _ouverte(reunion)
    exiger(motif.strip(), "Dites en quelques mots pourquoi l’entreprise n’est pas retenue.")
    ecartees = Proposition.objects.en_attente().filter(entreprise=proposition.entreprise_id)
    ecartees.update(decidee_en=reunion, motif_d_ecart=motif.strip())
    noter(par, Geste.MODIFICATION, proposition, precision="écartée en séance")


def _ouverte(reunion):
    """Lue sous verrou : l'ordre du jour ne bouge pas pendant qu'un autre clôt."""
    exiger(Reunion.objects.select_for_update(no_key=True).get(pk=reunion.pk).ouverte, CLOSE)


def _point(reunion, code):
    """Le `Point` de ce sujet, créé si les données seules l'y mettaient ; `RegleEnfreinte` si le code ne désigne rien."""
    genre, _, cle = code.partition("-")
    exiger(genre in ("point", *GenreDePoint.values) and (not cle or (cle.isdecimal() and len(cle) < 19)), INCONNU)
    if genre == "point":
        point = reunion.points.filter(pk=cle or None, genre=GenreDePoint.LIBRE).first()
        exiger(point, INCONNU)
        return point
    if genre == GenreDePoint.VISITE:
        exiger(Visite.objects.filter(pk=cle or None, reseau=reunion.reseau_id).exists(), INCONNU)
        return Point.objects.get_or_create(reunion=reunion, genre=genre, visite_id=int(cle))[0]
    return Point.objects.get_or_create(reunion=reunion, genre=genre)[0]
