"""Les gestes d'une demande de visite : déposée, confirmée par courriel, puis acceptée, déclinée ou reconnue en double.

Bornée par adresse IP, par courriel et par réseau. Rien, dans la réponse, ne dit si l'on connaît l'adresse.
"""

from hashlib import sha256
from secrets import token_urlsafe

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.timezone import localdate

from entreprises.models import Contact, Deport, Entreprise
from entreprises.operations import ajouter_entreprise, enregistrer_contact
from reseau import expedition
from reseau.conservation import DUREES
from reseau.enums import GenrePli, Role
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.recherche import cle_de_recherche
from reseau.lib.visiteur import empreinte
from reseau.models import Membre, Presentation
from reseau.operations import enregistrer
from visites import operations
from visites.enums import EtatDemande, OrigineVisite
from visites.models import DemandeDeVisite, Visite
from visites.models.demande import VALIDITE

FENETRE = DUREES["demande_expediteur"].delai
# Demandes par fenêtre. Passé celle du courriel, rien ne part et rien ne se dit : nul n'est harcelé par notre entremise.
PAR_EXPEDITEUR, PAR_COURRIEL, PAR_RESEAU = 5, 2, 60
TROP = "Trop de demandes sont parties d’ici aujourd’hui. Réessayez demain, ou appelez le réseau."
DEJA_TRAITEE = "Cette demande est déjà traitée."
CANDIDATES = 8


@transaction.atomic
def deposer(demande, *, adresse, instant, racine):
    """Garde la demande jusqu'à sa confirmation, en écrit le lien au demandeur et en rend le jeton ; None si ce courriel en a
    déjà reçu assez.

    `adresse` : l'adresse IP de qui l'envoie, vide si on ne la connaît pas ; `racine` : celle du site. Lève `RegleEnfreinte`
    s'il en envoie trop. Efface au passage ce qui est périmé.
    """
    # Deux envois simultanés ne se comptent pas l'un sans l'autre.
    Presentation.objects.select_for_update(no_key=True).get(reseau=demande.reseau)
    purger(instant)
    recentes = DemandeDeVisite.objects.depuis(instant - FENETRE)
    demande.expediteur = empreinte(adresse) if adresse else ""
    d_ici = recentes.filter(expediteur=demande.expediteur).count() if adresse else 0
    if d_ici >= PAR_EXPEDITEUR or recentes.filter(reseau=demande.reseau).count() >= PAR_RESEAU:
        raise RegleEnfreinte(TROP)
    if recentes.filter(courriel__iexact=demande.courriel).count() >= PAR_COURRIEL:
        return None
    jeton = token_urlsafe(32)
    demande.etat, demande.deposee_le, demande.empreinte = EtatDemande.A_CONFIRMER, instant, _du_jeton(jeton)
    demande.save()
    _demander_confirmation(demande, jeton, instant, racine)
    return jeton


def _demander_confirmation(demande, jeton, instant, racine):
    """Écrit au demandeur le lien à usage unique ; rien de ce qu'il a tapé n'y figure."""
    chemin = reverse("visites:demande-confirmer", args=[demande.reseau.slug, jeton])
    donnees = {"reseau": demande.reseau, "jours": VALIDITE.days, "lien": racine.rstrip("/") + chemin}
    adresse = {"adresses": [demande.courriel], "reseau": demande.reseau, "perime_le": instant + VALIDITE}
    expedition.ecrire(GenrePli.CONFIRMATION, "visites/courriels/demande_a_confirmer", donnees, **adresse)


def trouver(reseau, jeton, instant):
    """La demande que ce lien confirme ; None s'il a servi, s'il est périmé ou s'il est inventé."""
    return DemandeDeVisite.objects.a_confirmer(instant).filter(reseau=reseau, empreinte=_du_jeton(jeton)).first()


@transaction.atomic
def confirmer(demande, *, instant, racine):
    """La demande existe pour le réseau, et qui l'anime en est prévenu ; rattachée aussitôt à l'entreprise de ce SIRET, pour
    que les déports jouent.

    Rend False si elle l'était déjà (deux clics, deux onglets) : elle ne l'est qu'une fois.
    """
    a_confirmer = DemandeDeVisite.objects.a_confirmer(instant).filter(pk=demande.pk)
    confirmee = {"etat": EtatDemande.A_TRAITER, "confirmee_le": instant, "empreinte": "", "version": F("version") + 1}
    if a_confirmer.update(**confirmee, entreprise=_entreprise_connue(demande)) != 1:
        return False
    prevenir(demande, racine)
    return True


def prevenir(demande, racine):
    """Écrit à qui anime qu'une demande l'attend, sans dire laquelle ; au secrétariat si aucun animateur ne peut la voir."""
    demande.refresh_from_db()
    membres = Membre.objects.filter(reseau=demande.reseau).actifs(localdate()).select_related("utilisateur")
    if demande.entreprise_id:
        membres = membres.exclude(pk__in=Deport.objects.filter(entreprise=demande.entreprise_id).values("membre"))
    animateurs = membres.filter(role=Role.ANIMATEUR)
    prevenus = animateurs if animateurs.exists() else membres.filter(role=Role.SECRETARIAT)
    page = demande.get_absolute_url()
    donnees = {"reseau": demande.reseau, "lien": racine.rstrip("/") + page}
    adresse = {"membres": prevenus, "reseau": demande.reseau, "page": page}
    expedition.ecrire(GenrePli.DEMANDE, "visites/courriels/demande_recue", donnees, **adresse)


def purger(instant):
    """Efface les demandes périmées et les traitées de longue date, oublie d'où viennent les autres ; rend leur nombre."""
    DemandeDeVisite.objects.filter(deposee_le__lte=instant - FENETRE).exclude(expediteur="").update(expediteur="")
    return DemandeDeVisite.objects.a_effacer(instant).delete()[0]


def candidates(demande, membre, texte):
    """Les entreprises que ce membre peut y rattacher : celle du SIRET, puis celles que trouve `texte` (ou la raison sociale)."""
    visibles = Entreprise.objects.visibles_par(membre)
    connue = demande.entreprise_id or visibles.filter(siret=demande.siret or "-").values_list("pk", flat=True).first()
    trouvees = list(visibles.cherche(texte or demande.raison_sociale).values_list("pk", flat=True)[:CANDIDATES])
    return visibles.filter(pk__in=[*([connue] if connue else []), *trouvees]).avec_references().order_by("raison_sociale", "pk")


@transaction.atomic
def accepter(demande, *, entreprise=None, siret="", par, le):
    """Rattache la demande à l'entreprise (ou crée sa fiche, sous ce SIRET) et l'inscrit à visiter ; rend la visite.

    Une visite déjà en cours suffit : la demande la rejoint. L'espacement ne s'oppose pas à ce que l'entreprise demande
    elle-même ; « ne plus solliciter » et un établissement fermé, si (`RegleEnfreinte`).
    """
    _verrouiller(demande)
    entreprise = entreprise or _creer(demande, siret, par)
    _ajouter_le_contact(demande, entreprise, par)
    visite = Visite.objects.en_cours().filter(entreprise=entreprise).first()
    if visite is None:
        motif = f"L’entreprise l’a demandé le {localdate(demande.confirmee_le):%d/%m/%Y}."
        visite = operations.choisir(entreprise, par=par, le=le, origine=OrigineVisite.DEMANDE, derogation=motif)
    demande.entreprise, demande.visite = entreprise, visite
    _traiter(demande, EtatDemande.ACCEPTEE, "", par, le)
    return visite


@transaction.atomic
def decliner(demande, *, motif, par, le):
    """Le réseau n'y donne pas suite, et dit pourquoi."""
    _verrouiller(demande)
    if not motif.strip():
        raise RegleEnfreinte("Dites en quelques mots pourquoi le réseau n’y donne pas suite.")
    return _traiter(demande, EtatDemande.DECLINEE, motif, par, le)


@transaction.atomic
def reconnaitre_un_double(demande, *, par, le):
    """La même demande est déjà arrivée : celle-ci se range sans suite."""
    _verrouiller(demande)
    return _traiter(demande, EtatDemande.DOUBLON, "", par, le)


def _du_jeton(jeton):
    return sha256(jeton.encode()).hexdigest()


def _entreprise_connue(demande):
    connues = Entreprise.objects.filter(reseau=demande.reseau_id, siret=demande.siret or "-")
    entreprise = connues.select_related("fusionnee_dans").first()
    return entreprise and (entreprise.fusionnee_dans or entreprise)


def _verrouiller(demande):
    """De deux personnes qui la traitent au même instant, la seconde lit que c'est fait."""
    actuelle = DemandeDeVisite.objects.select_for_update(of=("self",)).get(pk=demande.pk)
    if not actuelle.a_traiter:
        raise RegleEnfreinte(DEJA_TRAITEE)


def _creer(demande, siret, par):
    fiche = Entreprise(siret=siret, raison_sociale=demande.raison_sociale, telephone=demande.telephone, courriel=demande.courriel)
    return ajouter_entreprise(fiche, par=par)


def _ajouter_le_contact(demande, entreprise, par):
    """Le demandeur devient un contact de l'entreprise, s'il ne l'est pas déjà."""
    cle = cle_de_recherche(demande.nom)
    for contact in entreprise.contacts.all():
        if contact.courriel.lower() == demande.courriel.lower() or cle_de_recherche(f"{contact.prenom} {contact.nom}") == cle:
            return
    valeurs = {nom: getattr(demande, nom) for nom in ("nom", "fonction", "telephone", "courriel")}
    enregistrer_contact(Contact(entreprise=entreprise, **valeurs), par=par)


def _traiter(demande, etat, motif, par, le):
    demande.etat, demande.motif, demande.traitee_par, demande.traitee_le = etat, motif.strip(), par, le
    return enregistrer(demande, par=par)
