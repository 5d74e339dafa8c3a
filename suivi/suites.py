"""Les suites à donner à un chef d'entreprise : lesquelles sont attendues, et ce qu'on lui écrit d'office. Sans HTTP.

Sous quinze jours (dossier n° 1, partie I.1, constat 4). On ne lui dit que ce qui le regarde : ni la partie réservée, ni le
compte rendu, ni qui a refusé une action.
"""

from datetime import timedelta

from reseau.lib.saisie import une_ligne
from reseau.templatetags.affichage import date_fr
from suivi.models import Action, LettreDeSuites
from visites.composition import APPEL_DE, dirigeant_de

DELAI_JOURS = 15
OBJET = "Les suites de notre rencontre"
PUCE = "– "
RIEN_DE_DECIDE = "Nous n’avons pas relevé, ce jour-là, de question qui appelle une action de notre part."


def attendues(visites):
    """Parmi ces visites, celles dont le chef d'entreprise attend les suites, la plus ancienne d'abord."""
    return LettreDeSuites.objects.attendues_de(visites).order_by("realisee_le", "pk")


def en_retard(visites, le):
    """Celles qu'il attend depuis plus de `DELAI_JOURS` jours."""
    return attendues(visites).filter(realisee_le__lt=le - timedelta(days=DELAI_JOURS))


def adresse_proposee(visite):
    """Le courriel de la personne vue, du dirigeant, sinon de l'entreprise ; vide si l'on n'en connaît aucun."""
    personnes = [visite.compte_rendu.vu, dirigeant_de(visite.entreprise)]
    return next((personne.courriel for personne in personnes if personne and personne.courriel), visite.entreprise.courriel)


def texte_propose(visite):
    """Le texte d'office de cette visite : voir `rediger`."""
    actions = Action.objects.filter(projet__visite=visite).ouvertes().select_related("projet", "responsable__institution")
    return rediger(visite, visite.compte_rendu.vu or dirigeant_de(visite.entreprise), actions.order_by("projet", "numero"))


def rediger(visite, destinataire, actions):
    """Ce qui a été décidé, projet par projet, qui s'en charge et pour quand ; une ligne par alinéa, sans requête.

    `destinataire` : un `Contact`, ou None ; `actions` : avec leur projet, leur responsable et son institution.
    """
    decisions = [_decision(action) for action in actions]
    return "\n".join(
        [
            f"{APPEL_DE[destinataire.civilite if destinataire else '']},",
            f"Vous m’avez reçu dans votre entreprise le {date_fr(visite.realisee_le)}, et je vous en remercie.",
            *(["Voici ce que nous avons décidé, et qui s’en charge :", *decisions] if decisions else [RIEN_DE_DECIDE]),
            "Je reste votre interlocuteur : vous pouvez me joindre à tout moment.",
        ]
    )


def _decision(action):
    responsable = action.responsable
    qui = f"{responsable.civilite_et_nom} ({responsable.institution})" if responsable else "un membre du réseau"
    telephone = f", {responsable.telephone}" if responsable and responsable.telephone else ""
    quand = f", d’ici le {date_fr(action.fin_prevue)}" if action.fin_prevue else ""
    return PUCE + une_ligne(f"{action.projet.titre} : {action.libelle}. {qui}{telephone} vous contactera{quand}.")
