"""Les gestes de la lettre du préfet : préparer, soumettre, signer (numéroter), envoyer.

Ce que dit la lettre : `visites/composition.py` ; son papier : `visites/papier_des_lettres.py`.

Signer se fait en deux temps. D'abord, d'une seule transaction, le lot reçoit ses numéros et son texte définitif ;
ensuite chaque PDF se compose et se fige, par petits paquets. Une coupure entre les deux se reprend sans rien renuméroter.
"""

from django.db import transaction
from django.db.models import F

from reseau.enums import Geste
from reseau.lib import atelier
from reseau.lib.epreuve import trop_haute
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.lettre import imprimer_lettre
from reseau.models import Signataire
from reseau.operations import ajouter, enregistrer, noter, prochains_numeros, recrire
from visites.composition import a_relire, apercu, avec_dirigeant, choix_communs, composer, en_donnees
from visites.enums import EtatCourrier, EtatVisite, GenreCourrier
from visites.models import Courrier, Visite
from visites.operations import Bilan, annoncer, desannoncer

SERIE = "lettre"
REJET_MAX = Courrier._meta.get_field("rejet").max_length


def obstacle(visite, *, deporte):
    """Ce qui interdit d'écrire à cette entreprise, en une phrase ; vide si rien. `deporte` : voir `avec_deport`."""
    if deporte:
        return "La visite n’a plus de développeur qui puisse la faire : confiez-la à un autre."
    if not visite.entreprise.diffusible:
        return "Entreprise non diffusible au répertoire SIRENE : aucune lettre ne lui est adressée."
    if not visite.confiee:
        return "La visite n’est pas confiée à un développeur, ou n’est plus en cours."
    return ""


def empechement(courrier):
    """Ce qui interdit à cette lettre de partir, quoi qu'elle dise, en une phrase ; vide si rien. Voir `avec_deport`."""
    if motif := obstacle(courrier.visite, deporte=courrier.deporte):
        return motif
    entreprise = courrier.visite.entreprise
    if not (entreprise.ville or entreprise.commune_id):  # la fenêtre de l'enveloppe ne porterait qu'un nom
        return "Aucune adresse postale : complétez la fiche de l’entreprise."
    return ""


def retenue(courrier):
    """Ce qui interdit de signer cette lettre aujourd'hui, en une phrase ; vide si rien. `courrier` : voir `avec_deport`."""
    return empechement(courrier) or a_relire(courrier)


def ce_qu_annonce(visite):
    """Ce que changer de développeur ferait mentir : la lettre signée le nomme, un texte corrigé sera à relire ; vide si rien."""
    lettres = Courrier.objects.filter(visite=visite)
    if lettre := lettres.signes().first():
        return f"La lettre n° {lettre.reference} est signée : elle annonce {visite.developpeur}."
    if visite.developpeur and lettres.corriges().exists():
        return f"Le texte corrigé de la lettre annonce {visite.developpeur} : il sera à relire avant la signature."
    return ""


@transaction.atomic
def preparer(visite, *, par, le):
    """Ouvre le brouillon de la lettre qui annonce cette visite ; rend celui qui existe déjà.

    La visite se verrouille : à plusieurs, une seule lettre ; et rien ne la sort de nos mains pendant qu'on l'écrit.
    """
    visites = Visite.objects.select_for_update(of=("self",)).select_related("reseau", "entreprise").avec_deport()
    visite = visites.get(pk=visite.pk)
    if motif := obstacle(visite, deporte=visite.deporte):
        raise RegleEnfreinte(f"{visite.entreprise} : {motif}")
    existante = Courrier.objects.filter(visite=visite).annonces().vivants().first()
    return existante or ajouter(Courrier(reseau=visite.reseau, visite=visite, prepare_le=le), par=par)


@transaction.atomic
def relancer(visite, *, par, le):
    """Ouvre le brouillon d'une lettre de relance, si l'annonce est partie et qu'aucun rendez-vous n'est pris ; la rend."""
    visites = Visite.objects.select_for_update(of=("self",)).select_related("reseau", "entreprise").avec_deport()
    visite = visites.get(pk=visite.pk)
    if motif := obstacle(visite, deporte=visite.deporte):
        raise RegleEnfreinte(f"{visite.entreprise} : {motif}")
    if visite.etat != EtatVisite.ANNONCEE:
        raise RegleEnfreinte("On ne relance par lettre qu’une visite annoncée et sans rendez-vous.")
    relances = Courrier.objects.filter(visite=visite, genre=GenreCourrier.RELANCE).vivants()
    existante = relances.first()
    nouvelle = Courrier(reseau=visite.reseau, visite=visite, genre=GenreCourrier.RELANCE, prepare_le=le)
    return existante or ajouter(nouvelle, par=par)


@transaction.atomic
def preparer_lot(visites, *, par, le):
    """Ouvre les brouillons des visites programmées et sans lettre, en une fois ; rend le `Bilan`, refus expliqués."""
    bilan = Bilan()
    a_annoncer = visites.a_annoncer().select_related("entreprise").avec_deport().order_by("pk")
    for visite in a_annoncer.select_for_update(of=("self",)):
        if motif := obstacle(visite, deporte=visite.deporte):
            bilan.refus.append(f"{visite.entreprise} : {motif}")
        else:
            bilan.faites.append(Courrier(reseau=par.reseau, visite=visite, prepare_le=le))
    # Le même lot préparé au même instant par quelqu'un d'autre : ses brouillons valent les nôtres.
    Courrier.objects.bulk_create(bilan.faites, ignore_conflicts=True)
    if bilan.faites:
        noter(par, Geste.AJOUT, "lettres en brouillon", nombre=len(bilan.faites))
    return bilan


@transaction.atomic
def soumettre(courriers, *, par, le):
    """Met des brouillons à la signature, sauf ceux dont le texte corrigé est à relire ; rend leur nombre."""
    brouillons = Courrier.objects.filter(pk__in=courriers.values("pk")).brouillons()
    perimes = [courrier.pk for courrier in avec_dirigeant(brouillons.corriges()) if retenue(courrier)]
    nombre = brouillons.exclude(pk__in=perimes).update(
        etat=EtatCourrier.A_SIGNER, soumis_le=le, rejet="", version=F("version") + 1
    )
    if nombre:
        noter(par, Geste.MODIFICATION, "lettres mises à la signature", nombre=nombre)
    return nombre


def corriger(courrier, *, modele, correction, par):
    """Donne à cette lettre un autre modèle, ou un texte à elle (`correction`, None pour suivre le modèle).

    Les `faits` de la correction sont les valeurs des variables que lisait qui l'a écrite : voir `composition.a_relire`.
    `RegleEnfreinte` si elle est signée, ou si elle ne tient plus sur une page.
    """
    if courrier.signee:
        raise RegleEnfreinte("Une lettre signée ne change plus.")
    courrier.modele, courrier.correction = modele, correction
    imprimer_lettre(apercu(courrier, le=courrier.prepare_le))
    return enregistrer(courrier, par=par)


@transaction.atomic
def noter_un_retour(courrier, *, motif, le, par):
    """La lettre est revenue à l'expéditeur : la visite n'est plus annoncée, une autre lettre peut se préparer."""
    if courrier.etat != EtatCourrier.ENVOYEE or courrier.retour_le:
        raise RegleEnfreinte("Seule une lettre envoyée peut revenir.")
    if le < courrier.envoye_le:
        raise RegleEnfreinte(f"La lettre est partie le {courrier.envoye_le:%d/%m/%Y} : elle ne peut pas être revenue avant.")
    courrier.retour_le, courrier.motif_retour = le, motif
    enregistrer(courrier, par=par)
    desannoncer(courrier.visite, parties=Courrier.objects.filter(visite=courrier.visite).vivants(), par=par)
    return courrier


def rejeter(courrier, *, motif, par):
    """La préfecture renvoie la lettre en brouillon, avec un motif."""
    if courrier.etat != EtatCourrier.A_SIGNER:
        raise RegleEnfreinte("Seule une lettre à la signature se rejette.")
    if not motif.strip():
        raise RegleEnfreinte("Dites en quelques mots pourquoi vous la rejetez.")
    courrier.etat, courrier.soumis_le, courrier.rejet = EtatCourrier.BROUILLON, None, motif
    return enregistrer(courrier, par=par)


@transaction.atomic
def signer(courriers, *, par, le):
    """Signe et numérote, sans trou, les lettres à la signature parmi `courriers` ; rend le `range` de leurs numéros.

    Les lettres se verrouillent en se lisant : de deux signatures simultanées du même lot, la seconde n'en trouve plus. Une
    lettre que plus rien ne permet d'envoyer (entreprise non diffusible, ou sans adresse) repart en brouillon, avec la raison.
    """
    signataire = Signataire.objects.filter(reseau=par.reseau).en_fonction(le).first()
    if signataire is None:
        raise RegleEnfreinte("Aucun signataire n’est en fonction aujourd’hui : renseignez-le dans les paramètres.")
    lot = _verrouiller(courriers.a_signer(), par)
    atelier.ouvrir(len(lot))  # il se prépare pendant que l'on signe
    numeros = prochains_numeros(par.reseau, SERIE, le.year, len(lot))
    choix = choix_communs(par.reseau, signataire, le)
    lettres = []
    for courrier, numero in zip(lot, numeros, strict=True):
        courrier.etat, courrier.annee, courrier.numero = EtatCourrier.SIGNEE, le.year, numero
        courrier.signe_le, courrier.signataire, courrier.signe_par = le, signataire, par
        courrier.version += 1
        lettres.append(composer(courrier, **choix))
        courrier.contenu = en_donnees(lettres[-1])
    _eprouver(lettres)
    champs = ["etat", "annee", "numero", "signe_le", "signataire", "signe_par", "version", "contenu"]
    recrire(lot, champs)
    if lot:
        noter(par, Geste.SIGNATURE, "lettres signées", nombre=len(lot))
    return numeros


@transaction.atomic
def envoyer(courriers, *, par, le):
    """Les lettres signées sont parties : les visites programmées sont annoncées. Rend leur nombre.

    Le lot se lit une fois, sous verrou : une lettre signée entre-temps n'est pas imprimée, elle ne part pas avec lui.
    """
    lot = Courrier.objects.filter(pk__in=courriers.values("pk")).a_envoyer().select_for_update(of=("self",))
    parties = dict(lot.order_by("pk").values_list("pk", "visite"))
    annoncer(Visite.objects.filter(pk__in=parties.values()), le=le)
    lettres = Courrier.objects.filter(pk__in=parties)
    nombre = lettres.update(etat=EtatCourrier.ENVOYEE, envoye_le=le, version=F("version") + 1)
    if nombre:
        noter(par, Geste.MODIFICATION, "lettres envoyées", nombre=nombre)
    return nombre


def _verrouiller(courriers, par):
    """Le lot à signer, verrouillé jusqu'à la fin de la transaction, moins ce qui ne peut plus partir."""
    lettres = avec_dirigeant(Courrier.objects.filter(pk__in=courriers.values("pk"))).a_signer()
    lot, retenues = [], []
    for courrier in lettres.select_for_update(of=("self",)).order_by("pk"):
        courrier.reseau = par.reseau
        courrier.rejet = retenue(courrier)[:REJET_MAX]
        (retenues if courrier.rejet else lot).append(courrier)
    for courrier in retenues:
        courrier.etat, courrier.soumis_le, courrier.version = EtatCourrier.BROUILLON, None, courrier.version + 1
    recrire(retenues, ["etat", "soumis_le", "rejet", "version"])
    return lot


def _eprouver(lettres):
    """Met en page les plus hautes avant de signer : le refus ici, sans numéro perdu, plutôt qu'au figeage."""
    if lettre := trop_haute(lettres):
        qui = lettre.adresse[0] if lettre.adresse else "une entreprise"
        raise RegleEnfreinte(f"La lettre à {qui} dépasse une page : raccourcissez son texte, ou rejetez-la et signez les autres.")
