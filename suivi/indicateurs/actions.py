"""Tableau 2.4 : la liste des actions dont chacun est responsable, ligne par ligne."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Prefetch
from django.utils.timezone import localtime

from entreprises.models import Contact
from reseau.droits import NON, SIENS
from reseau.lib.recherche import cle_de_recherche
from reseau.lib.tableau import Colonne, Section, Tableau, Valeur, date_longue
from reseau.models import Membre
from suivi.indicateurs.perimetre import etendue, periode_en_mots
from suivi.models import Action

COLONNES = (
    Colonne("numero", "N°"),
    Colonne("societe", "Société"),
    Colonne("action", "Action dont je dois assurer le suivi"),
    Colonne("projet", "Projet correspondant"),
    Colonne("fin_prevue", "Fin prévue", "mois"),
    Colonne("fin_reelle", "Fin réelle", "mois"),
    Colonne("interlocuteur", "Développeur interlocuteur du chef d’entreprise"),
    Colonne("contact", "Contact dans la société"),
)
LEXIQUE = (
    (
        "Responsable",
        "la personne à qui l’action est confiée, qu’elle l’ait acceptée ou non.",
    ),
    (
        "Fin prévue, fin réelle",
        "au mois ; la fin prévue est estimée, la fin réelle constatée ; celle-ci reste vide tant que l’action n’est pas close.",
    ),
    (
        "Développeur interlocuteur",
        "celui qui suit le chef d’entreprise pour ce projet ; ce n’est pas toujours celui qui a fait la visite.",
    ),
    (
        "Visites du, au",
        "la date de la visite d’où vient l’action, bornes comprises ; où elle en est se lit au jour de l’édition.",
    ),
    ("Contact dans la société", "la personne vue pendant la visite, à défaut le dirigeant."),
)
SANS_RESPONSABLE = "Sans responsable"


@dataclass(frozen=True)
class ChoixDActions:
    """`responsable` : None pour tous ; `ouvertes` : sans les closes ; `visites_du`, `visites_au` : nées de ces visites-là."""

    responsable: Membre | None = None
    ouvertes: bool = False
    visites_du: date | None = None
    visites_au: date | None = None

    @property
    def filtres(self):
        """[(libellé, choix)] à rappeler sur le papier ; le titre dit déjà le responsable."""
        ouvertes = [("Actions", "ouvertes seulement")] if self.ouvertes else []
        if self.visites_du or self.visites_au:
            return [*ouvertes, ("Visites", periode_en_mots(self.visites_du, self.visites_au))]
        return ouvertes


def tableau_2_4(reseau, *, lecteur=None, au, sauf=(), **choix):
    """`Tableau` des actions au soir du jour `au` (annexe 2.4), une section par responsable, par ordre alphabétique.

    `choix` : ceux d'un `ChoixDActions`. Composé pour son lecteur : un associé n'a que les siennes, et personne n'y lit une
    entreprise dont il se déporte. Qui n'a pas droit aux actions n'en reçoit aucune. `sauf` : clés d'entreprises à taire
    (une version expurgée). Rien ne s'y compare à une autre période : c'est une liste, telle qu'elle est ce jour-là.
    """
    choix = ChoixDActions(**choix)
    actions, responsable = list(_actions(reseau, lecteur, au, choix, sauf)), choix.responsable
    if responsable or etendue(lecteur, "tableaux.actions") is SIENS:
        seul = responsable or lecteur
        titre = f"Liste des actions dont est responsable : {seul.nom_alphabetique}"
        sections = [_section(seul.nom_alphabetique, actions, au)]
    else:
        titre = "Liste des actions, par responsable"
        groupes = groupby(sorted(actions, key=_rang), key=lambda action: action.responsable)
        sections = [_section(_nom(membre, au), list(siennes), au) for membre, siennes in groupes]
    return Tableau(
        code="2.4",
        titre=titre,
        sous_titre="",
        periode=f"Actions ouvertes ou closes au {date_longue(au)}",
        sections=sections,
        definitions=LEXIQUE,
        reseau=reseau.nom,
        edite_le=localtime(),
        filtres=choix.filtres,
    )


def entreprises_du_2_4(reseau, *, lecteur=None, au, **choix):
    """Clés des entreprises que nommerait ce tableau ; une requête."""
    actions = _actions(reseau, lecteur, au, ChoixDActions(**choix), ())
    return set(actions.order_by().values_list("projet__visite__entreprise", flat=True))


def _actions(reseau, lecteur, au, choix, sauf):
    portee = etendue(lecteur, "tableaux.actions")
    if portee is NON:
        return Action.objects.none()
    actions = Action.objects.visibles_par(lecteur) if lecteur else Action.objects.all()
    actions = actions.filter(reseau=reseau, proposee_le__lte=au)
    if portee is SIENS:
        actions = actions.du_responsable(lecteur)
    if choix.responsable:
        actions = actions.du_responsable(choix.responsable)
    if choix.ouvertes:
        actions = actions.exclude(fin_reelle__lte=au)
    if choix.visites_du or choix.visites_au:
        visites = reseau.visites.realisees(choix.visites_du, choix.visites_au)
        actions = actions.filter(projet__visite__in=visites.order_by())
    if sauf:
        actions = actions.exclude(projet__visite__entreprise__in=sauf)
    dirigeants = Prefetch("projet__visite__entreprise__contacts", Contact.objects.filter(dirigeant=True), to_attr="dirigeants")
    return actions.avec_noms().select_related("projet__visite__compte_rendu__vu").prefetch_related(dirigeants)


def _rang(action):
    membre = action.responsable
    return (membre is None, cle_de_recherche(membre.nom_alphabetique) if membre else "", membre.pk if membre else 0)


def _nom(membre, au):
    if membre is None:
        return SANS_RESPONSABLE
    return f"{membre.nom_alphabetique} (départ)" if membre.est_parti(au) else membre.nom_alphabetique


def _section(titre, actions, au):
    lignes = [_ligne(action, au) for action in sorted(actions, key=lambda action: action.numero)]
    closes = sum(1 for ligne in lignes if ligne["fin_reelle"])
    notes = [f"Actions ouvertes : {len(lignes) - closes} ; closes : {closes}."] if lignes else []
    return Section(titre=titre, colonnes=COLONNES, lignes=lignes, notes=notes)


def _ligne(action, au):
    visite = action.projet.visite
    return {
        "numero": Valeur(str(action.numero), adresse=action.get_absolute_url()),
        "societe": visite.entreprise.raison_sociale,
        "action": action.libelle,
        "projet": action.projet.titre,
        "fin_prevue": action.fin_prevue,
        "fin_reelle": action.fin_reelle if _close(action, au) else None,
        "interlocuteur": action.projet.interlocuteur.nom_alphabetique,
        "contact": _contact(visite),
    }


def _close(action, au):
    return action.fin_reelle is not None and action.fin_reelle <= au


def _contact(visite):
    compte_rendu = getattr(visite, "compte_rendu", None)
    dirigeants = visite.entreprise.dirigeants
    vu = compte_rendu.vu if compte_rendu and compte_rendu.vu else (dirigeants[0] if dirigeants else None)
    return str(vu or "")
