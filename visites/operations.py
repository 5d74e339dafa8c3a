"""Les gestes d'une visite, de la programmation à la restitution. Chaque état reçoit sa date."""

from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.db.models import F, ProtectedError

from entreprises.enums import OrigineAcces
from entreprises.models import Acces, Deport
from entreprises.reunies import tenir
from reseau.enums import Geste, Qualite
from reseau.lib.erreurs import RegleEnfreinte, exiger
from reseau.operations import ajouter, enregistrer, noter
from visites.concurrences import motif_pour_passer_outre
from visites.enums import EtatVisite, OrigineVisite
from visites.espacement import deja_en_cours, empechements
from visites.models import Courrier, Visite
from visites.sollicitations import a_justifier, contacts_recents


@dataclass(frozen=True)
class Bilan:
    """Ce qu'un lot a donné : les visites (ou lettres) faites, et une phrase par refus."""

    faites: list = field(default_factory=list)
    refus: list = field(default_factory=list)


def en_lot(entreprises, geste):
    """Joue `geste(entreprise)` sur chacune et rend le `Bilan` : un refus n'arrête pas les autres.

    Dans l'ordre des clés : deux lots simultanés se suivent au lieu de se bloquer l'un l'autre.
    """
    bilan = Bilan()
    for entreprise in sorted(entreprises, key=lambda fiche: fiche.pk):
        try:
            with transaction.atomic():
                bilan.faites.append(geste(entreprise))
        except RegleEnfreinte as refus:
            nom = f"{entreprise} : "
            bilan.refus.append(nom + str(refus).removeprefix(nom))
    return bilan


@transaction.atomic
def choisir(entreprise, *, par, le, reunion=None, campagne=None, origine=OrigineVisite.CIBLE, derogation="", malgre_contact=""):
    """Inscrit l'entreprise parmi celles à visiter (visite « à programmer »), si rien ne l'empêche.

    Un contact récent n'y fait pas obstacle : c'est à qui on la confie qu'il faudra un motif, donné ici ou alors.
    """
    tenir(entreprise, par=par)
    visite = Visite(
        reseau=par.reseau,
        entreprise=entreprise,
        campagne=campagne,
        origine=origine,
        derogation=_verifier_espacement(entreprise, par.reseau, le, derogation),
        malgre_contact=malgre_contact.strip(),
        choisie_en=reunion,
        creee_le=le,
    )
    return _creer(visite, par)


@transaction.atomic
def programmer(
    entreprise,
    *,
    developpeur,
    par,
    le,
    accompagnant=None,
    prevue_le=None,
    derogation="",
    malgre_contact="",
    malgre_concurrence="",
    **champs,
):
    """Confie l'entreprise à un développeur direct et actif ; reprend sa visite « à programmer » s'il y en a une.

    Celle-ci se verrouille : de deux animateurs simultanés, le second ne la trouve plus et lit à qui elle est.
    """
    tenir(entreprise, par=par)
    visite = Visite.objects.a_programmer().filter(entreprise=entreprise).select_for_update().first()
    if visite is None:
        visite = choisir(entreprise, par=par, le=le, derogation=derogation, **champs)
    else:
        visite.derogation = _verifier_espacement(entreprise, par.reseau, le, derogation or visite.derogation)
        visite.campagne = visite.campagne or champs.get("campagne")
    motifs = {"malgre_contact": malgre_contact, "malgre_concurrence": malgre_concurrence}
    return _confier(visite, developpeur, par=par, le=le, accompagnant=accompagnant, prevue_le=prevue_le, **motifs)


def programmer_lot(entreprises, *, par, le, campagne=None, developpeur=None, derogation="", malgre_contact="", **affectation):
    """Programme plusieurs entreprises ; sans développeur, les inscrit à la liste, où un développeur les prendra."""
    choix = {"par": par, "le": le, "campagne": campagne, "derogation": derogation, "malgre_contact": malgre_contact}
    if developpeur is None:
        return en_lot(entreprises, lambda fiche: choisir(fiche, **choix))
    return en_lot(entreprises, lambda fiche: programmer(fiche, developpeur=developpeur, **choix, **affectation))


@transaction.atomic
def affecter(visite, developpeur, *, par, le, accompagnant=None, prevue_le=None, malgre_contact="", malgre_concurrence=""):
    """Donne (ou change) le développeur d'une visite en cours."""
    tenir(visite.entreprise, par=par)
    exiger(visite.en_cours, "Cette visite n’est plus en cours : elle ne se confie plus.")
    if visite.etat == EtatVisite.A_PROGRAMMER:
        _verifier_espacement(visite.entreprise, visite.reseau, le, visite.derogation)
    motifs = {"malgre_contact": malgre_contact, "malgre_concurrence": malgre_concurrence}
    return _confier(visite, developpeur, par=par, le=le, accompagnant=accompagnant, prevue_le=prevue_le, **motifs)


@transaction.atomic
def prendre(visite, *, par, le, **motifs):
    """Un développeur prend une entreprise de la liste ; de deux qui la prennent ensemble, un seul l'a."""
    tenir(visite.entreprise, par=par)
    actuelle = Visite.objects.select_for_update(of=("self",)).select_related("entreprise", "reseau").get(pk=visite.pk)
    exiger(actuelle.etat == EtatVisite.A_PROGRAMMER, "Quelqu’un vient de prendre cette entreprise.")
    return affecter(actuelle, par, par=par, le=le, prevue_le=actuelle.prevue_le, **motifs)


def rendre(visite, *, motif, par):
    """La rend à la liste, avec un motif ; la lettre déjà signée reste, le rendez-vous tombe."""
    exiger(visite.confiee, "Cette visite n’est confiée à personne.")
    exiger(motif.strip(), "Dites en quelques mots pourquoi vous la rendez.")
    visite.etat, visite.developpeur, visite.accompagnant = EtatVisite.A_PROGRAMMER, None, None
    visite.programmee_le = visite.rendez_vous_le = None
    visite.rendez_vous_lieu = visite.rendez_vous_adresse = ""
    visite.rendez_vous_minutes = None
    visite.precision = f"Rendue par {par} : {motif}"[:300]
    return _quitter(visite, par)


@transaction.atomic
def remettre(visite, avant, *, par):
    """Défait le dernier geste : la visite telle qu'`avant` (champ → valeur), ou effacée s'il l'avait créée (None).

    La lettre encore au brouillon n'annonce plus rien : elle s'efface avec une visite qui quitte le plan.
    """
    tenir(visite.entreprise, par=par)
    quitte = avant is None or avant["etat"] == EtatVisite.A_PROGRAMMER
    lettres = Courrier.objects.select_for_update().filter(visite=visite)
    signee = any(lettre.numero for lettre in lettres)
    exiger(not (quitte and signee), "Sa lettre est signée : la visite s’annule depuis sa page, avec un motif.")
    if avant is None:
        intacte = Visite.objects.select_for_update().filter(pk=visite.pk, version=visite.version)
        exiger(intacte.exists(), "Cette visite a changé depuis : elle se modifie depuis sa page.")
        noter(par, Geste.MODIFICATION, visite, precision="programmation défaite")
        lettres.delete()
        _effacer(visite)
        return _fermer_aux_accompagnants(visite.entreprise_id)
    for champ, valeur in avant.items():
        setattr(visite, champ, valeur)
    if quitte:
        return _quitter(visite, par)
    enregistrer(visite, par=par)
    _ouvrir_aux_accompagnants(visite)
    return visite


def annoncer(visites, *, le):
    """Les lettres de ces visites (un QuerySet) sont parties : les programmées sont annoncées, un rendez-vous pris le reste."""
    suivante = {"annoncee_le": le, "version": F("version") + 1}
    visites.filter(etat__in=[EtatVisite.ANNONCEE, EtatVisite.RENDEZ_VOUS_PRIS]).update(**suivante)
    visites.filter(etat=EtatVisite.PROGRAMMEE).update(etat=EtatVisite.ANNONCEE, **suivante)


def desannoncer(visite, *, parties, par):
    """La lettre est revenue : sans autre lettre partie (`parties`), la visite annoncée redevient programmée."""
    if parties.exclude(envoye_le=None).exists():
        return visite
    if visite.etat == EtatVisite.ANNONCEE:
        visite.etat = EtatVisite.PROGRAMMEE
    visite.annoncee_le = None
    return enregistrer(visite, par=par)


def prendre_rendez_vous(visite, *, quand, lieu="", adresse="", minutes=None, par):
    """Fixe ou reporte le rendez-vous : reporter redate, sans changer d'état. Sans `minutes`, il dure ce que dit le réseau."""
    exiger(visite.confiee, "Un rendez-vous se prend pour une visite confiée à un développeur.")
    visite.etat, visite.rendez_vous_le, visite.rendez_vous_lieu = EtatVisite.RENDEZ_VOUS_PRIS, quand, lieu
    visite.rendez_vous_adresse, visite.rendez_vous_minutes = adresse, minutes
    return enregistrer(visite, par=par)


def realiser(visite, *, realisee_le, par, le):
    """La visite a eu lieu ; on peut y aller droit depuis « programmée »."""
    exiger(visite.confiee, "Seule une visite confiée à un développeur peut être réalisée.")
    exiger(realisee_le <= le, "La date de la visite est dans l’avenir.")
    visite.etat, visite.realisee_le = EtatVisite.REALISEE, realisee_le
    return _quitter(visite, par)


def refuser(visite, *, motif, precision="", par, le):
    """L'entreprise refuse : motif codé, et pas de nouvelle visite avant le délai du réseau."""
    exiger(visite.en_cours, "Cette visite n’est plus en cours.")
    visite.etat, visite.refusee_le, visite.motif_refus = EtatVisite.REFUSEE, le, motif
    visite.precision = precision
    return _quitter(visite, par)


def declarer_injoignable(visite, *, precision="", par, le):
    exiger(visite.en_cours, "Cette visite n’est plus en cours.")
    visite.etat, visite.injoignable_le, visite.precision = EtatVisite.INJOIGNABLE, le, precision
    return _quitter(visite, par)


def annuler(visite, *, precision, par, le):
    exiger(visite.en_cours, "Cette visite n’est plus en cours.")
    exiger(precision.strip(), "Dites en quelques mots pourquoi la visite est annulée.")
    visite.etat, visite.annulee_le, visite.precision = EtatVisite.ANNULEE, le, precision
    return _quitter(visite, par)


def restituer(visite, *, reunion, par):
    """La visite est restituée en séance."""
    exiger(visite.etat == EtatVisite.REALISEE, "Seule une visite réalisée se restitue.")
    visite.etat, visite.restituee_le, visite.restituee_en = EtatVisite.RESTITUEE, reunion.le, reunion
    return enregistrer(visite, par=par)


def reprendre_restitution(visite, *, par):
    """Défait une restitution cochée par erreur."""
    exiger(visite.etat == EtatVisite.RESTITUEE, "Cette visite n’est pas restituée.")
    seance = visite.restituee_en
    exiger(seance is None or seance.ouverte, "La séance est close : ce qu’elle a restitué ne change plus.")
    visite.etat, visite.restituee_le, visite.restituee_en = EtatVisite.REALISEE, None, None
    return enregistrer(visite, par=par)


def _confier(visite, developpeur, *, par, le, accompagnant, prevue_le, malgre_contact, malgre_concurrence):
    _verifier_developpeur(developpeur, visite.entreprise, le)
    _verifier_accompagnant(accompagnant, developpeur, visite.entreprise, le)
    equipe = [membre for membre in (developpeur, accompagnant) if membre]
    if visite.etat == EtatVisite.A_PROGRAMMER:
        visite.malgre_contact = _verifier_contacts(visite, equipe, le, malgre_contact or visite.malgre_contact)
    if (visite.developpeur, visite.accompagnant) == (developpeur, accompagnant):
        malgre_concurrence = malgre_concurrence or visite.malgre_concurrence
    visite.malgre_concurrence = motif_pour_passer_outre(
        visite.entreprise, equipe, par=par, le=le, motif=malgre_concurrence, confiee="cette visite"
    )
    visite.developpeur, visite.accompagnant, visite.prevue_le = developpeur, accompagnant, prevue_le
    if visite.etat == EtatVisite.A_PROGRAMMER:
        # Rendue après le départ de sa lettre, elle reste annoncée : l'entreprise attend un appel.
        visite.etat = EtatVisite.ANNONCEE if visite.annoncee_le else EtatVisite.PROGRAMMEE
        visite.programmee_le = le
    enregistrer(visite, par=par)
    _ouvrir_aux_accompagnants(visite)
    return visite


@transaction.atomic
def _quitter(visite, par):
    """Enregistre une visite qui n'est plus à faire par son développeur ; sa lettre pas encore signée n'annonce plus rien.

    Les lettres se verrouillent avant de s'effacer : une signature en train de les numéroter passe devant, sans trou.
    """
    enregistrer(visite, par=par)
    lettres = Courrier.objects.select_for_update().filter(visite=visite, numero=None)
    Courrier.objects.filter(pk__in=[lettre.pk for lettre in lettres]).delete()
    _ouvrir_aux_accompagnants(visite)
    return visite


def _effacer(visite):
    try:
        visite.delete()
    except ProtectedError as erreur:
        raise RegleEnfreinte(f"{visite.entreprise} : sa visite a déjà servi ; elle reste confiée.") from erreur


def _verifier_espacement(entreprise, reseau, le, derogation):
    """Rend le motif pour passer outre s'il a servi, vide si rien n'empêchait ; `RegleEnfreinte` sinon."""
    empechement = empechements([entreprise], reseau, le).get(entreprise.pk)
    if empechement is None:
        return ""
    if not (empechement.franchissable and derogation.strip()):
        conseil = " Donnez un motif pour passer outre." if empechement.franchissable else ""
        raise RegleEnfreinte(f"{entreprise} : {empechement.raison}{conseil}")
    return derogation.strip()


def _verifier_contacts(visite, equipe, le, motif):
    """Rend le motif s'il a servi, vide si personne d'autre ne vient de solliciter l'entreprise."""
    recents = contacts_recents([visite.entreprise], visite.reseau, le).get(visite.entreprise_id, [])
    recents = a_justifier(recents, equipe)
    if recents and not motif.strip():
        raise RegleEnfreinte(f"{visite.entreprise} : {recents[0].en_mots} Donnez un motif pour la visiter malgré ce contact.")
    return motif.strip() if recents else ""


def _verifier_developpeur(developpeur, entreprise, le):
    verifier_appartenance(developpeur, entreprise, le)
    exiger(developpeur.qualite == Qualite.DIRECT, f"{developpeur} n’est pas développeur direct : il peut accompagner.")
    _verifier_deport(developpeur, entreprise)


def verifier_appartenance(membre, entreprise, le):
    """Un membre du même réseau que l'entreprise, déjà et encore là ce jour-là ; `RegleEnfreinte` sinon."""
    exiger(membre.reseau_id == entreprise.reseau_id, "Cette personne n’est pas du réseau.")
    exiger(membre.entre_le <= le, f"{membre} n’est pas encore dans le réseau.")
    exiger(not membre.est_parti(le), f"{membre} a quitté le réseau.")


def _verifier_accompagnant(accompagnant, developpeur, entreprise, le):
    if accompagnant is None:
        return
    exiger(accompagnant != developpeur, "On ne s’accompagne pas soi-même.")
    verifier_appartenance(accompagnant, entreprise, le)
    exiger(accompagnant.qualite != Qualite.AUCUN, f"{accompagnant} ne visite pas d’entreprise.")
    _verifier_deport(accompagnant, entreprise)


def _verifier_deport(membre, entreprise):
    deporte = Deport.objects.filter(entreprise=entreprise, membre=membre).exists()
    exiger(not deporte, f"{membre} ne peut pas être affecté à cette entreprise.")


def _ouvrir_aux_accompagnants(visite):
    """Un associé qui accompagne voit l'entreprise ; celui qui n'y accompagne plus aucune visite ne la voit plus."""
    acces = _fermer_aux_accompagnants(visite.entreprise_id)
    if visite.accompagnant_id:
        acces.get_or_create(entreprise_id=visite.entreprise_id, membre_id=visite.accompagnant_id, origine=OrigineAcces.VISITE)


def _fermer_aux_accompagnants(entreprise):
    acces = Acces.objects.filter(entreprise=entreprise, origine=OrigineAcces.VISITE)
    encore = Visite.objects.filter(entreprise=entreprise, accompagnant__isnull=False)
    acces.exclude(membre__in=encore.values("accompagnant")).delete()
    return acces


def _creer(visite, par):
    """La base tranche entre deux créations simultanées ; le perdant lit ce qui a gagné."""
    try:
        with transaction.atomic():
            return ajouter(visite, par=par)
    except IntegrityError as erreur:
        if "visite_une_en_cours" not in str(erreur) and "visites_visite.entreprise_id" not in str(erreur):
            raise
        gagnante = Visite.objects.en_cours().filter(entreprise=visite.entreprise).select_related("developpeur").first()
        raise RegleEnfreinte(f"{visite.entreprise} : {deja_en_cours(gagnante)}") from erreur
