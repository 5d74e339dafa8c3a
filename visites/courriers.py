"""Les gestes de la lettre du préfet : composer, soumettre, signer (numéroter), figer, imprimer, envoyer.

Signer se fait en deux temps. D'abord, d'une seule transaction, le lot reçoit ses numéros et son texte définitif ;
ensuite chaque PDF se compose et se fige, par petits paquets. Une coupure entre les deux se reprend sans rien renuméroter.
"""

import dataclasses
from datetime import date, datetime, time
from hashlib import sha256

from django.db import transaction
from django.db.models import Prefetch
from django.utils.timezone import make_aware

from entreprises.models import Contact
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.lettre import APPELS, MODELE_PAR_DEFAUT, Lettre, composer_adresse, imprimer_lettre, rediger
from reseau.lib.pdf import assembler
from reseau.models import Institution, Signataire
from reseau.operations import ajouter, enregistrer, noter, prochains_numeros
from visites.enums import EtatCourrier, EtatVisite
from visites.models import Courrier, PdfFige
from visites.operations import annoncer

SERIE = "lettre"
APPEL_DE = {"M.": APPELS["m"], "Mme": APPELS["mme"], "": APPELS[""]}
IMAGES = ("logo", "signature", "logos_institutions")


def obstacle(visite):
    """Ce qui interdit d'écrire à cette entreprise, en une phrase ; vide si rien."""
    if not visite.entreprise.diffusible:
        return "Entreprise non diffusible au répertoire SIRENE : aucune lettre ne lui est adressée."
    if not visite.confiee:
        return "La visite n’est pas confiée à un développeur, ou n’est plus en cours."
    return ""


@transaction.atomic
def preparer(visite, *, par, le):
    """Ouvre le brouillon de la lettre qui annonce cette visite ; rend celui qui existe déjà."""
    if motif := obstacle(visite):
        raise RegleEnfreinte(f"{visite.entreprise} : {motif}")
    existante = Courrier.objects.filter(visite=visite).first()
    return existante or ajouter(Courrier(reseau=visite.reseau, visite=visite, prepare_le=le), par=par)


def soumettre(courriers, *, par, le):
    """Met des brouillons à la signature ; rend leur nombre."""
    brouillons = courriers.brouillons()
    nombre = brouillons.update(etat=EtatCourrier.A_SIGNER, soumis_le=le, rejet="")
    noter(par, Geste.MODIFICATION, "lettres mises à la signature", nombre=nombre)
    return nombre


def rejeter(courrier, *, motif, par):
    """La préfecture renvoie la lettre en brouillon, avec un motif."""
    if courrier.etat != EtatCourrier.A_SIGNER:
        raise RegleEnfreinte("Seule une lettre à la signature se rejette.")
    courrier.etat, courrier.soumis_le, courrier.rejet = EtatCourrier.BROUILLON, None, motif
    return enregistrer(courrier, par=par)


@transaction.atomic
def signer(courriers, *, par, le):
    """Signe et numérote, sans trou, les lettres à la signature parmi `courriers` ; rend leur nombre.

    Le compteur verrouillé passe avant la lecture : deux signatures simultanées du même lot n'en numérotent qu'un.
    """
    signataire = Signataire.objects.filter(reseau=par.reseau).en_fonction(le).first()
    if signataire is None:
        raise RegleEnfreinte("Aucun signataire n’est en fonction aujourd’hui : renseignez-le dans les paramètres.")
    prochains_numeros(par.reseau, SERIE, le.year, 0)
    lot = list(avec_dirigeant(courriers.a_signer()).order_by("pk"))
    numeros = prochains_numeros(par.reseau, SERIE, le.year, len(lot))
    sigles = _sigles(par.reseau)
    for courrier, numero in zip(lot, numeros, strict=True):
        courrier.etat, courrier.annee, courrier.numero = EtatCourrier.SIGNEE, le.year, numero
        courrier.signe_le, courrier.signataire, courrier.signe_par = le, signataire, par
        courrier.version += 1
        courrier.contenu = _en_donnees(composer(courrier, signataire=signataire, le=le, institutions=sigles))
    champs = ["etat", "annee", "numero", "signe_le", "signataire", "signe_par", "version", "contenu"]
    Courrier.objects.bulk_update(lot, champs, batch_size=200)
    noter(par, Geste.SIGNATURE, "lettres signées", nombre=len(lot))
    return len(lot)


def figer(courriers, *, combien=None):
    """Compose et garde le PDF des lettres signées qui n'en ont pas encore ; rend le nombre de PDF composés."""
    a_figer = courriers.a_figer().select_related("reseau", "signataire").order_by("annee", "numero")[:combien]
    return sum(_figer_une(courrier) for courrier in a_figer)


def imprimer(courriers):
    """PDF du lot : les lettres signées telles que figées, dans l'ordre des numéros. `RegleEnfreinte` s'il n'y en a pas."""
    if courriers.a_figer().exists():
        figer(courriers)
    lettres = courriers.signes().order_by("annee", "numero").values_list("fige__pdf", flat=True)
    pdfs = [bytes(pdf) for pdf in lettres]
    if not pdfs:
        raise RegleEnfreinte("Aucune lettre signée à imprimer.")
    return assembler(pdfs, titre="Lettres du préfet")


def imprimer_brouillon(courrier, *, le):
    """PDF filigrané d'une lettre pas encore signée : sans numéro, sans signature."""
    signataire = Signataire.objects.filter(reseau=courrier.reseau).en_fonction(le).first()
    return imprimer_lettre(
        composer(courrier, signataire=signataire, le=le, institutions=_sigles(courrier.reseau)), edite_le=_minuit(le)
    )


def papier(courrier, *, le):
    """Le PDF de cette lettre : le figé si elle est signée (composé au besoin), un brouillon sinon."""
    if not courrier.signee:
        return imprimer_brouillon(courrier, le=le)
    lettres = Courrier.objects.filter(pk=courrier.pk)
    figer(lettres)
    return bytes(PdfFige.objects.get(courrier=courrier).pdf)


@transaction.atomic
def envoyer(courriers, *, par, le):
    """Les lettres signées sont parties : les visites sont annoncées. Rend leur nombre."""
    lot = list(courriers.filter(etat=EtatCourrier.SIGNEE).select_related("visite__reseau", "visite__entreprise"))
    for courrier in lot:
        courrier.etat, courrier.envoye_le = EtatCourrier.ENVOYEE, le
        enregistrer(courrier, par=par)
        if courrier.visite.etat in (EtatVisite.PROGRAMMEE, EtatVisite.RENDEZ_VOUS_PRIS):
            annoncer(courrier.visite, par=par, le=le)
    return len(lot)


def avec_dirigeant(courriers):
    """Ce qu'il faut pour composer un lot sans une requête par lettre."""
    dirigeants = Prefetch("visite__entreprise__contacts", Contact.objects.filter(dirigeant=True), to_attr="dirigeants")
    return courriers.avec_noms().prefetch_related(dirigeants)


def composer(courrier, *, signataire, le, institutions):
    """La `Lettre` de cette visite, datée du jour `le` ; sans numéro tant que le courrier n'en a pas."""
    visite, reseau = courrier.visite, courrier.reseau
    dirigeant = _dirigeant(visite.entreprise)
    appel = APPEL_DE[dirigeant.civilite if dirigeant else ""]
    return Lettre(
        intitule=reseau.intitule,
        reseau=reseau.nom,
        lieu=reseau.lieu,
        adresse=_adresse(visite.entreprise, dirigeant),
        appel=appel,
        signataire_titre=signataire.titre if signataire else "",
        signataire_nom=signataire.nom if signataire else "",
        suivie_par=[ligne for ligne in (reseau.affaire_suivie_par, reseau.telephone, reseau.courriel) if ligne],
        institutions=institutions,
        numero=courrier.reference or None,
        datee_du=le if courrier.numero else None,
        logo=bytes(reseau.logo or b""),
        signature=bytes((signataire.signature if signataire and courrier.numero else None) or b""),
        **rediger(_modele(reseau), _valeurs(visite, dirigeant, appel)),
    )


def _modele(reseau):
    if not reseau.modele_de_lettre.strip():
        return MODELE_PAR_DEFAUT
    paragraphes = [texte.strip() for texte in reseau.modele_de_lettre.split("\n") if texte.strip()]
    return dataclasses.replace(MODELE_PAR_DEFAUT, paragraphes=tuple(paragraphes))


def _valeurs(visite, dirigeant, appel):
    entreprise, developpeur, reseau = visite.entreprise, visite.developpeur, visite.reseau
    return {
        "appel": appel,
        "dirigeant": str(dirigeant or "le dirigeant"),
        "entreprise": entreprise.raison_sociale,
        "commune": entreprise.commune.nom if entreprise.commune else entreprise.ville,
        "developpeur": developpeur.civilite_et_nom,
        "fonction": developpeur.fonction,
        "institution": developpeur.institution.nom,
        "reseau": reseau.nom,
        "territoire": reseau.de_territoire,
    }


def _adresse(entreprise, dirigeant):
    return composer_adresse(
        raison_sociale=entreprise.raison_sociale,
        destinataire=str(dirigeant or "Madame ou Monsieur le dirigeant"),
        complement=entreprise.complement,
        voie=entreprise.adresse,
        code_postal=entreprise.code_postal,
        commune=entreprise.ville or (entreprise.commune.nom if entreprise.commune else ""),
    )


def _dirigeant(entreprise):
    if hasattr(entreprise, "dirigeants"):
        return entreprise.dirigeants[0] if entreprise.dirigeants else None
    return entreprise.contacts.filter(dirigeant=True).first()


def _sigles(reseau):
    return list(Institution.objects.filter(reseau=reseau, fermee_le=None).values_list("sigle", flat=True))


def _en_donnees(lettre):
    donnees = {champ.name: getattr(lettre, champ.name) for champ in dataclasses.fields(lettre)}
    return {
        nom: valeur.isoformat() if isinstance(valeur, date) else valeur for nom, valeur in donnees.items() if nom not in IMAGES
    }


def _figee(courrier):
    donnees = courrier.contenu | {"datee_du": date.fromisoformat(courrier.contenu["datee_du"])}
    images = {"logo": bytes(courrier.reseau.logo or b""), "signature": bytes(courrier.signataire.signature or b"")}
    return Lettre(**donnees, **images)


def _figer_une(courrier):
    pdf = imprimer_lettre(_figee(courrier), edite_le=_minuit(courrier.signe_le))
    empreinte = sha256(pdf).hexdigest()
    _, compose = PdfFige.objects.get_or_create(courrier=courrier, defaults={"pdf": pdf, "empreinte": empreinte})
    return int(compose)


def _minuit(jour):
    return make_aware(datetime.combine(jour, time()))
