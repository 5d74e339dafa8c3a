"""Les entreprises dont le dernier contact est plus vieux qu'une date : celles que le terme de la conservation anonymise."""

from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from entreprises.models import Anonymisation, Document, Entreprise, LigneDeCible, Sollicitation
from suivi.models import Action, ChefDuPanel, ConsultationDuPanel, LettreDeSuites, MessageDAction, MouvementDAction, Proposition
from suivi.models.action import OUVERTES
from visites.enums import EtatDemande
from visites.models import Courrier, DemandeDeVisite, Visite

# Les dates d'une visite : la plus récente est celle du dernier contact.
JOURS_D_UNE_VISITE = (
    *("creee_le", "programmee_le", "annoncee_le", "realisee_le", "restituee_le", "refusee_le", "injoignable_le", "annulee_le"),
)
ENTREPRISE = "entreprise"


def anciennes(reseau, limite, le):
    """Les fiches du réseau que rien n'a touchées depuis `limite` (un instant), ni visite, ni lettre, ni contact, ni cible.

    Ne s'y trouvent ni celles où quelque chose est en cours, ni celles qui ont demandé à ne plus être sollicitées et dont la date
    court encore (`le`) : oublier leur refus, ce serait les solliciter à nouveau.
    """
    jour = localdate(limite)
    fiches = Entreprise.objects.filter(reseau=reseau, fusionnee_dans=None, cree_le__lte=limite)
    fiches = fiches.exclude(Exists(Anonymisation.objects.filter(entreprise=OuterRef("pk"))))
    fiches = fiches.filter(Q(ne_plus_solliciter_jusqu_au=None) | Q(ne_plus_solliciter_jusqu_au__lt=le))
    for vivants, chemin in _ce_qui_tient(jour, limite):
        fiches = fiches.exclude(Exists(vivants.order_by().filter(**{chemin: OuterRef("pk")})))
    return fiches.order_by("pk")


def _ce_qui_tient(jour, limite):
    """[(lignes postérieures à la limite ou en cours, leur chemin vers l'entreprise)]."""
    recentes = Q(rendez_vous_le__gt=limite)
    for champ in JOURS_D_UNE_VISITE:
        recentes |= Q(**{f"{champ}__gt": jour})
    par_visite = "visite__entreprise"
    par_action = f"action__projet__{par_visite}"
    return [
        (Visite.objects.en_cours(), ENTREPRISE),
        (Visite.objects.filter(recentes), ENTREPRISE),
        (Courrier.objects.filter(Q(prepare_le__gt=jour) | Q(signe_le__gt=jour) | Q(envoye_le__gt=jour)), par_visite),
        (LettreDeSuites.objects.filter(donnee_le__gt=jour), par_visite),
        (Sollicitation.objects.filter(le__gt=jour), ENTREPRISE),
        (Document.objects.filter(depose_le__gt=limite), ENTREPRISE),
        (DemandeDeVisite.objects.filter(Q(etat=EtatDemande.A_TRAITER) | Q(deposee_le__gt=limite)), ENTREPRISE),
        (Action.objects.filter(Q(etat__in=OUVERTES) | Q(fin_reelle__gt=jour) | Q(proposee_le__gt=jour)), f"projet__{par_visite}"),
        (MouvementDAction.objects.filter(le__gt=limite), par_action),
        (MessageDAction.objects.filter(le__gt=limite), par_action),
        (ChefDuPanel.objects.filter(sorti_le=None), "contact__entreprise"),
        (ConsultationDuPanel.objects.filter(le__gt=jour), "chef__contact__entreprise"),
        (Proposition.objects.filter(Q(decidee_en=None) | Q(proposee_le__gt=jour)), ENTREPRISE),
        (LigneDeCible.objects.filter(Q(cible__decidee_le=None) | Q(cible__decidee_le__gt=jour)), ENTREPRISE),
    ]
