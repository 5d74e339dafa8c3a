"""Deux fiches pour une entreprise : le signaler, les fusionner sans rien perdre, défaire."""

from dataclasses import dataclass

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.timezone import now

from entreprises.enums import OrigineAcces
from entreprises.models import Acces, Concurrence, Contact, Deport, Entreprise
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.operations import ajouter, noter
from suivi.models import Action, Doublon, Fusion
from suivi.operations.ecritures import Ecritures, revenir
from visites.models import Visite

# Ce qui suit l'entreprise d'une fiche à l'autre, « modèle.champ » → les colonnes qui font un double sur la même fiche
# (aucune : rien n'y est jamais double). Un essai vérifie qu'aucune clé vers l'entreprise n'est oubliée.
SUIVENT = {
    "visites.visite.entreprise": (),
    "visites.demandedevisite.entreprise": (),
    "suivi.proposition.entreprise": (),
    "entreprises.contact.entreprise": (),
    "entreprises.document.entreprise": (),
    "entreprises.changement.entreprise": (),
    "entreprises.sollicitation.entreprise": ("institution_id", "le", "canal", "objet"),
    "entreprises.deport.entreprise": ("membre_id",),
    "entreprises.acces.entreprise": ("membre_id", "origine"),
    "entreprises.lignedecible.entreprise": ("cible_id",),
    "entreprises.entreprise_etiquettes.entreprise": ("etiquette_id",),
    "entreprises.entreprise.fusionnee_dans": (),
    # Un tableau figé qui nommait l'une nomme celle qui reste : un déport de celle-ci le ferme.
    "suivi.tableaufige_entreprises.entreprise": ("tableaufige_id",),
}
# Ce qui lie deux fiches : la paire se recompose autour de la fiche gardée.
APPARIENT = {
    "entreprises.concurrence.entreprise",
    "entreprises.concurrence.concurrente",
    "suivi.doublon.entreprise",
    "suivi.doublon.autre",
}
# De deux jumelles, celle qui reste prend cette valeur si l'autre l'avait : retenue dans une cible, une action encore ouverte.
OUVRENT = (("motif_d_ecart", ""), ("clos_le", None))
# L'histoire des fusions elles-mêmes ne se récrit pas.
DEMEURENT = {"suivi.fusion.gardee", "suivi.fusion.absorbee"}

# Ce que les deux fiches disent, par bloc : on reprend un bloc entier, jamais la rue de l'une et la ville de l'autre.
BLOCS = {
    "nom": ("Raison sociale", ("raison_sociale",)),
    "enseigne": ("Enseigne", ("enseigne",)),
    "naf": ("Activité (NAF rév. 2)", ("naf_id",)),
    "naf_2025": ("Activité (NAF 2025)", ("naf_2025_id",)),
    "filiere": ("Filière", ("filiere",)),
    "effectif": ("Effectif", ("effectif", "tranche_effectif")),
    "adresse": ("Adresse", ("adresse", "complement", "code_postal", "ville", "commune_id")),
    "telephone": ("Téléphone", ("telephone",)),
    "courriel": ("Courriel", ("courriel",)),
    "site": ("Site internet", ("site",)),
    "etat": ("État administratif", ("etat",)),
    "diffusible": ("Diffusion au répertoire SIRENE", ("diffusible",)),
    "abri": ("Ne plus solliciter", ("ne_plus_solliciter_jusqu_au", "ne_plus_solliciter_motif")),
}
# Ce qui n'est qu'à une fiche : son numéro, sa place, ce qui s'en déduit.
PROPRES = {"id", "version", "reseau_id", "siret", "fusionnee_dans_id", "recherche", "cree_le"}


@dataclass(frozen=True)
class Reprise:
    """Une fusion défaite. `restes` : ce qui demeure à la fiche gardée, une phrase par genre."""

    fusion: Fusion
    restes: list[str]


@transaction.atomic
def signaler_un_doublon(entreprise, autre, *, note="", par):
    """Dit que deux fiches sont la même entreprise ; `RegleEnfreinte` si c'est la même fiche, ou si c'est déjà signalé."""
    if entreprise.pk == autre.pk:
        raise RegleEnfreinte("Choisissez une autre fiche que celle-ci.")
    paire = Q(entreprise=entreprise, autre=autre) | Q(entreprise=autre, autre=entreprise)
    if Doublon.objects.a_traiter().filter(paire).exists():
        raise RegleEnfreinte("Ce doublon est déjà signalé : l’animateur va le regarder.")
    try:
        with transaction.atomic():
            return ajouter(Doublon(entreprise=entreprise, autre=autre, note=note, signale_par=par), par=par)
    except IntegrityError as erreur:
        raise RegleEnfreinte("Ce doublon est déjà signalé : l’animateur va le regarder.") from erreur


@transaction.atomic
def garder_les_deux(doublon, *, par):
    """Les deux fiches sont bien deux entreprises : le signalement est traité."""
    if Doublon.objects.a_traiter().filter(pk=doublon.pk).update(traite_le=now()) != 1:
        raise RegleEnfreinte("Ce signalement est déjà traité.")
    noter(par, Geste.MODIFICATION, doublon, precision="deux entreprises distinctes")
    return doublon


def reprises_par_defaut(gardee, absorbee):
    """Les blocs que la fiche gardée prend de l'autre si l'on ne choisit rien : ceux où elle est vide, et ce qui protège."""
    reprises = {bloc for bloc in BLOCS if _vide(gardee, bloc) and not _vide(absorbee, bloc)}
    if gardee.diffusible and not absorbee.diffusible:
        reprises.add("diffusible")
    abris = [fiche.ne_plus_solliciter_jusqu_au for fiche in (gardee, absorbee)]
    if all(abris) and abris[1] > abris[0]:
        reprises.add("abri")
    return reprises


@transaction.atomic
def fusionner(gardee, absorbee, *, par, reprises=None):
    """Fond `absorbee` dans `gardee`, tout ou rien ; rend la `Fusion`, qui se défait.

    `reprises` : les blocs (`BLOCS`) que la gardée prend de l'autre, `reprises_par_defaut` si None. `RegleEnfreinte` si
    l'une des deux est déjà fusionnée, si elles ne sont pas du même réseau, ou si deux visites sont en cours.
    """
    gardee, absorbee = _verrouiller(gardee, absorbee)
    _refuser_deux_visites(gardee, absorbee)
    ecritures = Ecritures()
    _completer(ecritures, gardee, absorbee, reprises_par_defaut(gardee, absorbee) if reprises is None else reprises)
    _garder_un_dirigeant(ecritures, gardee, absorbee)
    for cle, colonnes in SUIVENT.items():
        _deplacer(ecritures, cle, colonnes, gardee, absorbee)
    _recomposer_les_concurrences(ecritures, gardee, absorbee)
    _recomposer_les_doublons(ecritures, gardee, absorbee)
    ecritures.changer(absorbee, fusionnee_dans_id=gardee.pk)
    ecritures.changer(gardee, recherche=gardee.composer_recherche())  # elle y trouve aussi les contacts reçus
    deplaces = {"ecritures": ecritures.liste, "presents": _presents(gardee)}
    fusion = Fusion(reseau=gardee.reseau, gardee=gardee, absorbee=absorbee, par=par, deplaces=deplaces)
    noter(par, Geste.MODIFICATION, gardee, precision=f"reçoit la fiche n° {absorbee.pk}")
    return ajouter(fusion, par=par)


@transaction.atomic
def defaire_la_fusion(fusion, *, par):
    """Rend à la fiche absorbée ce qui est encore là où la fusion l'a mis ; rend la `Reprise`.

    Ce qui est né ou a changé depuis reste à la gardée. Un déport né depuis vaut pour les deux : elles n'en faisaient qu'une.
    `RegleEnfreinte` si c'est déjà défait, ou si la gardée a été absorbée à son tour.
    """
    fusion = Fusion.objects.select_for_update(of=("self",)).select_related("gardee", "absorbee").get(pk=fusion.pk)
    if fusion.defaite_le:
        raise RegleEnfreinte("Cette fusion est déjà défaite.")
    if not fusion.deplaces:
        raise RegleEnfreinte("Cette fusion est trop ancienne : de quoi la défaire a été effacé.")
    gardee, absorbee = _sous_verrou(fusion.gardee, fusion.absorbee)
    if gardee.fusionnee_dans_id:
        raise RegleEnfreinte(f"{gardee} a été fusionnée à son tour : défaites d’abord cette fusion-là.")
    restees = revenir(fusion.deplaces["ecritures"])
    if any(gardee._meta.label_lower == ecriture["modele"] for ecriture in restees):
        _refaire_la_recherche(gardee)
    restees = [ecriture for ecriture in restees if "recherche" not in ecriture.get("apres", {})]
    nes = _nes_depuis(gardee, fusion.deplaces["presents"])
    _reouvrir(gardee, absorbee, nes)
    fusion.defaite_le, fusion.defaite_par = now(), par
    fusion.save(update_fields=["defaite_le", "defaite_par"])
    noter(par, Geste.MODIFICATION, fusion, precision="fusion défaite")
    return Reprise(fusion, _phrases(restees, nes))


def _verrouiller(gardee, absorbee):
    """Les deux fiches, relues sous verrou : de deux fusions simultanées, la seconde lit ce que la première a fait."""
    if gardee.pk == absorbee.pk:
        raise RegleEnfreinte("Choisissez deux fiches différentes.")
    gardee, absorbee = _sous_verrou(gardee, absorbee)
    if gardee.reseau_id != absorbee.reseau_id:
        raise RegleEnfreinte("Ces deux fiches ne sont pas du même réseau.")
    for fiche in (gardee, absorbee):
        if fiche.fusionnee_dans_id:
            raise RegleEnfreinte(f"{fiche} vient d’être fusionnée dans une autre fiche.")
    return gardee, absorbee


def _sous_verrou(*fiches):
    """Ces fiches, verrouillées dans l'ordre des clés : deux fusions croisées se suivent au lieu de se bloquer."""
    lues = Entreprise.objects.filter(pk__in=[fiche.pk for fiche in fiches]).select_related("reseau", "commune")
    lues = {fiche.pk: fiche for fiche in lues.select_for_update(of=("self",)).order_by("pk")}
    return [lues[fiche.pk] for fiche in fiches]


def _refuser_deux_visites(gardee, absorbee):
    en_cours = Visite.objects.en_cours().filter(entreprise__in=[gardee, absorbee]).select_related("developpeur")
    if len(en_cours) > 1:
        dites = " ; ".join(
            f"{'fiche gardée' if visite.entreprise_id == gardee.pk else 'fiche absorbée'}, {visite.get_etat_display().lower()}"
            f"{f', confiée à {visite.developpeur}' if visite.developpeur else ''}"
            for visite in sorted(en_cours, key=lambda visite: visite.entreprise_id != gardee.pk)
        )
        raise RegleEnfreinte(f"Chaque fiche a une visite en cours ({dites}) : annulez l’une des deux, puis fusionnez.")


def _vide(fiche, bloc):
    return all(getattr(fiche, colonne) in ("", None) for colonne in BLOCS[bloc][1])


def _completer(ecritures, gardee, absorbee, reprises):
    for bloc in BLOCS:
        if bloc in reprises:
            for colonne in BLOCS[bloc][1]:
                ecritures.changer(gardee, **{colonne: getattr(absorbee, colonne)})


def _garder_un_dirigeant(ecritures, gardee, absorbee):
    """Le dirigeant de la fiche gardée le reste ; l'autre demeure parmi les contacts."""
    if Contact.objects.filter(entreprise=gardee, dirigeant=True).exists():
        for contact in Contact.objects.filter(entreprise=absorbee, dirigeant=True):
            ecritures.changer(contact, dirigeant=False)


def _deplacer(ecritures, cle, colonnes, gardee, absorbee):
    """Passe à la gardée les lignes de l'absorbée ; un double s'efface devant celle qui y est déjà."""
    modele, champ = _modele_et_champ(cle)
    jumelles = {_empreinte(ligne, colonnes): ligne for ligne in _lignes(modele, champ, gardee)} if colonnes else {}
    for ligne in _lignes(modele, champ, absorbee):
        jumelle = jumelles.get(_empreinte(ligne, colonnes)) if colonnes else None
        if jumelle is None:
            ecritures.changer(ligne, **{f"{champ}_id": gardee.pk})
            continue
        for champ_ouvert, ouvert in OUVRENT:
            if getattr(ligne, champ_ouvert, ...) == ouvert:
                ecritures.changer(jumelle, **{champ_ouvert: ouvert})
        ecritures.retirer(ligne)


def _modele_et_champ(cle):
    modele, _, champ = cle.rpartition(".")
    return apps.get_model(modele), champ


def _lignes(modele, champ, fiche):
    """Les lignes de cette fiche, sans les octets des documents."""
    lourds = [colonne.name for colonne in modele._meta.concrete_fields if colonne.get_internal_type() == "BinaryField"]
    return modele._base_manager.filter(**{champ: fiche.pk}).defer(*lourds).order_by("pk")


def _empreinte(ligne, colonnes):
    return tuple(getattr(ligne, colonne) for colonne in colonnes)


def _recomposer_les_concurrences(ecritures, gardee, absorbee):
    """Les liens de l'absorbée passent à la gardée, paire ordonnée ; le lien entre les deux n'a plus de sens."""
    connues = {_paire(lien) for lien in Concurrence.objects.de(gardee)}
    for lien in Concurrence.objects.de(absorbee).order_by("pk"):
        autre = lien.concurrente_id if lien.entreprise_id == absorbee.pk else lien.entreprise_id
        paire = tuple(sorted((gardee.pk, autre)))
        if autre == gardee.pk or paire in connues:
            ecritures.retirer(lien)
        else:
            ecritures.changer(lien, entreprise_id=paire[0], concurrente_id=paire[1])


def _paire(lien):
    return lien.entreprise_id, lien.concurrente_id


def _recomposer_les_doublons(ecritures, gardee, absorbee):
    """Le signalement de cette paire est traité ; ceux de l'absorbée avec une autre fiche valent pour la gardée."""
    lies = Doublon.objects.filter(Q(entreprise=absorbee) | Q(autre=absorbee)).order_by("pk")
    for doublon in lies:
        if gardee.pk in (doublon.entreprise_id, doublon.autre_id):
            ecritures.changer(doublon, traite_le=doublon.traite_le or now())
            continue
        cote = "entreprise_id" if doublon.entreprise_id == absorbee.pk else "autre_id"
        paire = {"entreprise_id": doublon.entreprise_id, "autre_id": doublon.autre_id, cote: gardee.pk}
        if doublon.traite_le is None and Doublon.objects.a_traiter().filter(**paire).exists():
            ecritures.retirer(doublon)
        else:
            ecritures.changer(doublon, **{cote: gardee.pk})


def _presents(gardee):
    """Les clés de tout ce que porte la fiche gardée, par « modèle.champ » : ce qui n'y est pas est né depuis."""
    return {cle: _cles(cle, gardee) for cle in SUIVENT}


def _cles(cle, fiche):
    modele, champ = _modele_et_champ(cle)
    return list(modele._base_manager.filter(**{champ: fiche.pk}).order_by("pk").values_list("pk", flat=True))


def _nes_depuis(gardee, presents):
    """« modèle.champ » → clés de ce que la gardée a reçu depuis la fusion."""
    nes = {cle: sorted(set(_cles(cle, gardee)) - set(presents.get(cle, []))) for cle in SUIVENT}
    return {cle: cles for cle, cles in nes.items() if cles}


def _reouvrir(gardee, absorbee, nes):
    """Un déport né pendant la fusion portait sur les deux fiches ; un accès suit la visite ou l'action qui l'a ouvert."""
    for deport in Deport.objects.filter(pk__in=nes.pop("entreprises.deport.entreprise", [])):
        motifs = {"motif": deport.motif, "le": deport.le}
        Deport.objects.get_or_create(entreprise=absorbee, membre_id=deport.membre_id, defaults=motifs)
    for acces in Acces.objects.filter(pk__in=nes.pop("entreprises.acces.entreprise", [])):
        if _ouvre(acces, absorbee):
            suivi = {"clos_le": acces.clos_le}
            Acces.objects.get_or_create(entreprise=absorbee, membre_id=acces.membre_id, origine=acces.origine, defaults=suivi)
        if not _ouvre(acces, gardee):
            acces.delete()


def _refaire_la_recherche(gardee):
    """Son texte de recherche mêlait les deux fiches et ce qu'on y a changé depuis : il se recompose."""
    fiche = Entreprise.objects.select_related("commune").get(pk=gardee.pk)
    Entreprise.objects.filter(pk=fiche.pk).update(recherche=fiche.composer_recherche())


def _ouvre(acces, fiche):
    """Une visite de cette fiche, ou une action, donne-t-elle à ce membre l'accès dont il dispose ?"""
    if acces.origine == OrigineAcces.VISITE:
        return Visite.objects.filter(entreprise=fiche, accompagnant=acces.membre_id).exists()
    return Action.objects.filter(projet__visite__entreprise=fiche, responsable=acces.membre_id).exists()


def _phrases(restees, nes):
    phrases = [f"{len(cles)} {_nom(cle, len(cles))} depuis la fusion" for cle, cles in nes.items()]
    if restees:
        nombre = len(restees)
        phrases.append(f"{nombre} changement{'s' if nombre > 1 else ''} que quelqu’un a repris depuis")
    return phrases


def _nom(cle, nombre):
    meta = _modele_et_champ(cle)[0]._meta
    return str(meta.verbose_name if nombre == 1 else meta.verbose_name_plural)
