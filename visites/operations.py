"""Les gestes d'une visite, de la programmation à la restitution. Chaque état reçoit sa date."""

from django.db import IntegrityError, transaction

from entreprises.enums import OrigineAcces
from entreprises.models import Acces, Deport
from reseau.enums import Qualite
from reseau.lib.erreurs import RegleEnfreinte
from reseau.operations import ajouter, enregistrer
from visites.enums import EtatVisite, OrigineVisite
from visites.espacement import empechements
from visites.models import Visite


@transaction.atomic
def choisir(entreprise, *, par, le, reunion=None, campagne=None, origine=OrigineVisite.CIBLE, derogation=""):
    """Inscrit l'entreprise parmi celles à visiter (visite « à programmer »), si rien ne l'empêche."""
    _verifier_espacement(entreprise, par.reseau, le, derogation)
    visite = Visite(
        reseau=par.reseau,
        entreprise=entreprise,
        campagne=campagne,
        origine=origine,
        derogation=derogation,
        choisie_en=reunion,
        creee_le=le,
    )
    return _creer(visite, par)


@transaction.atomic
def programmer(entreprise, *, developpeur, par, le, accompagnant=None, prevue_le=None, derogation="", **champs):
    """Confie l'entreprise à un développeur direct et actif ; reprend sa visite « à programmer » s'il y en a une."""
    visite = Visite.objects.a_programmer().filter(entreprise=entreprise).first()
    if visite is None:
        visite = choisir(entreprise, par=par, le=le, derogation=derogation, **champs)
    return affecter(visite, developpeur, par=par, le=le, accompagnant=accompagnant, prevue_le=prevue_le)


@transaction.atomic
def affecter(visite, developpeur, *, par, le, accompagnant=None, prevue_le=None):
    """Donne (ou change) le développeur d'une visite en cours."""
    _exiger(visite.en_cours, "Cette visite n’est plus en cours : elle ne se confie plus.")
    _verifier_developpeur(developpeur, visite.entreprise, le)
    _verifier_accompagnant(accompagnant, developpeur, visite.entreprise, le)
    visite.developpeur, visite.accompagnant, visite.prevue_le = developpeur, accompagnant, prevue_le
    if visite.etat == EtatVisite.A_PROGRAMMER:
        visite.etat, visite.programmee_le = EtatVisite.PROGRAMMEE, le
    _ouvrir(visite)
    return enregistrer(visite, par=par)


def prendre(visite, *, par, le):
    """Un développeur prend une entreprise de la liste."""
    _exiger(visite.etat == EtatVisite.A_PROGRAMMER, "Quelqu’un vient de prendre cette entreprise.")
    return affecter(visite, par, par=par, le=le)


@transaction.atomic
def rendre(visite, *, motif, par):
    """La rend à la liste, avec un motif ; la lettre déjà signée reste, le rendez-vous tombe."""
    _exiger(visite.confiee, "Cette visite n’est confiée à personne.")
    _exiger(motif.strip(), "Dites en quelques mots pourquoi vous la rendez.")
    visite.etat, visite.developpeur, visite.accompagnant = EtatVisite.A_PROGRAMMER, None, None
    visite.programmee_le = visite.rendez_vous_le = None
    visite.precision = f"Rendue par {par} : {motif}"[:300]
    return enregistrer(visite, par=par)


def annoncer(visite, *, par, le):
    """La lettre est partie. Un rendez-vous déjà pris le reste."""
    if visite.etat == EtatVisite.PROGRAMMEE:
        visite.etat = EtatVisite.ANNONCEE
    visite.annoncee_le = le
    return enregistrer(visite, par=par)


def prendre_rendez_vous(visite, *, quand, lieu="", par):
    """Fixe ou reporte le rendez-vous : reporter redate, sans changer d'état."""
    _exiger(visite.confiee, "Un rendez-vous se prend pour une visite confiée à un développeur.")
    visite.etat, visite.rendez_vous_le, visite.rendez_vous_lieu = EtatVisite.RENDEZ_VOUS_PRIS, quand, lieu
    return enregistrer(visite, par=par)


def realiser(visite, *, realisee_le, par, le):
    """La visite a eu lieu ; on peut y aller droit depuis « programmée »."""
    _exiger(visite.confiee, "Seule une visite confiée à un développeur peut être réalisée.")
    _exiger(realisee_le <= le, "La date de la visite est dans l’avenir.")
    visite.etat, visite.realisee_le = EtatVisite.REALISEE, realisee_le
    return enregistrer(visite, par=par)


def refuser(visite, *, motif, precision="", par, le):
    """L'entreprise refuse : motif codé, et pas de nouvelle visite avant le délai du réseau."""
    _exiger(visite.en_cours, "Cette visite n’est plus en cours.")
    visite.etat, visite.refusee_le, visite.motif_refus = EtatVisite.REFUSEE, le, motif
    visite.precision = precision
    return enregistrer(visite, par=par)


def declarer_injoignable(visite, *, precision="", par, le):
    _exiger(visite.en_cours, "Cette visite n’est plus en cours.")
    visite.etat, visite.injoignable_le, visite.precision = EtatVisite.INJOIGNABLE, le, precision
    return enregistrer(visite, par=par)


def annuler(visite, *, precision, par, le):
    _exiger(visite.en_cours, "Cette visite n’est plus en cours.")
    _exiger(precision.strip(), "Dites en quelques mots pourquoi la visite est annulée.")
    visite.etat, visite.annulee_le, visite.precision = EtatVisite.ANNULEE, le, precision
    return enregistrer(visite, par=par)


def restituer(visite, *, reunion, par):
    """La visite est restituée en séance."""
    _exiger(visite.etat == EtatVisite.REALISEE, "Seule une visite réalisée se restitue.")
    visite.etat, visite.restituee_le, visite.restituee_en = EtatVisite.RESTITUEE, reunion.le, reunion
    return enregistrer(visite, par=par)


def reprendre_restitution(visite, *, par):
    """Défait une restitution cochée par erreur."""
    _exiger(visite.etat == EtatVisite.RESTITUEE, "Cette visite n’est pas restituée.")
    visite.etat, visite.restituee_le, visite.restituee_en = EtatVisite.REALISEE, None, None
    return enregistrer(visite, par=par)


def _exiger(condition, message):
    if not condition:
        raise RegleEnfreinte(message)


def _verifier_espacement(entreprise, reseau, le, derogation):
    empechement = empechements([entreprise], reseau, le).get(entreprise.pk)
    if empechement and not (empechement.franchissable and derogation.strip()):
        conseil = " Donnez un motif pour passer outre." if empechement.franchissable else ""
        raise RegleEnfreinte(f"{entreprise} : {empechement.raison}{conseil}")


def _verifier_developpeur(developpeur, entreprise, le):
    _exiger(not developpeur.est_parti(le), f"{developpeur} a quitté le réseau.")
    _exiger(developpeur.qualite == Qualite.DIRECT, f"{developpeur} n’est pas développeur direct : il peut accompagner.")
    _verifier_deport(developpeur, entreprise)


def _verifier_accompagnant(accompagnant, developpeur, entreprise, le):
    if accompagnant is None:
        return
    _exiger(accompagnant != developpeur, "On ne s’accompagne pas soi-même.")
    _exiger(not accompagnant.est_parti(le), f"{accompagnant} a quitté le réseau.")
    _exiger(accompagnant.qualite != Qualite.AUCUN, f"{accompagnant} ne visite pas d’entreprise.")
    _verifier_deport(accompagnant, entreprise)


def _verifier_deport(membre, entreprise):
    deporte = Deport.objects.filter(entreprise=entreprise, membre=membre).exists()
    _exiger(not deporte, f"{membre} ne peut pas être affecté à cette entreprise.")


def _ouvrir(visite):
    """Un associé qui accompagne voit désormais l'entreprise."""
    if visite.accompagnant:
        Acces.objects.get_or_create(entreprise=visite.entreprise, membre=visite.accompagnant, origine=OrigineAcces.VISITE)


def _creer(visite, par):
    try:
        with transaction.atomic():
            return ajouter(visite, par=par)
    except IntegrityError as erreur:
        if "visite_une_en_cours" in str(erreur) or "visites_visite.entreprise_id" in str(erreur):
            raise RegleEnfreinte(f"{visite.entreprise} : une visite est déjà en cours.") from erreur
        raise
