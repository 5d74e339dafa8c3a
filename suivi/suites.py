"""Les suites à donner à un chef d'entreprise : lesquelles sont attendues, et ce qu'on lui écrit d'office. Sans HTTP.

Sous quinze jours (dossier n° 1, partie I.1, constat 4). On ne lui dit que ce qui le regarde : ni la partie réservée, ni le
compte rendu, ni qui a refusé une action.
"""

from datetime import timedelta

from reseau.lib.saisie import une_ligne
from reseau.templatetags.affichage import date_fr
from suivi.enums import Issue
from suivi.models import LettreDeSuites, Projet
from visites.composition import APPEL_DE, dirigeant_de

DELAI_JOURS = 15
OBJET = "Les suites de notre rencontre"
PUCE = "– "
DECIDE = "Voici ce que nous avons décidé, et où cela en est :"
RIEN_DE_DECIDE = "Nous n’avons pas relevé, ce jour-là, de question qui appelle une action de notre part."
PLUS_RIEN = "Ce que nous avons relevé ce jour-là n’appelle plus d’action de notre part."
JE_LE_RESTE = "Je reste votre interlocuteur : vous pouvez me joindre à tout moment."
INTERLOCUTEURS = "Vos interlocuteurs, que vous pouvez joindre à tout moment :"
FINIE = {  # une action abandonnée ne le regarde plus : elle se tait
    Issue.AIDE: "C’est fait : l’aide est obtenue.",
    Issue.INFORMATION: "C’est fait : l’information vous a été donnée.",
    Issue.CONTACT: "C’est fait : la mise en contact a eu lieu.",
    Issue.SANS_SOLUTION: "Nous avons cherché, sans trouver de solution à ce jour.",
}


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
    projets = Projet.objects.filter(visite=visite).avec_decisions()
    return rediger(visite, visite.compte_rendu.vu or dirigeant_de(visite.entreprise), projets)


def rediger(visite, destinataire, projets):
    """Ce qui a été décidé, projet par projet, qui s'en charge et pour quand, ou ce que c'est devenu ; puis qui joindre.

    Une ligne par alinéa, sans requête. `destinataire` : un `Contact`, ou None ; `projets` : voir `avec_decisions`. Qui parle
    est le développeur de la visite, qui signe.
    """
    alineas = [
        f"{APPEL_DE[destinataire.civilite if destinataire else '']},",
        f"Vous m’avez reçu dans votre entreprise le {date_fr(visite.realisee_le)}, et je vous en remercie.",
        *_decisions(projets),
        *_interlocuteurs(projets, visite.developpeur),
    ]
    return "\n".join(une_ligne(alinea) for alinea in alineas)


def _decisions(projets):
    actions = [action for projet in projets for action in projet.actions.all()]
    dites = [
        f"{PUCE}{action.projet.titre} : {action.libelle}. {_ou_elle_en_est(action)}"
        for action in actions
        if action.issue != Issue.ABANDONNEE
    ]
    if dites:
        return [DECIDE, *dites]
    return [PLUS_RIEN if actions else RIEN_DE_DECIDE]


def _ou_elle_en_est(action):
    if action.issue:
        return FINIE[action.issue]
    responsable = action.responsable
    qui = _nom(responsable) if responsable else "Un membre du réseau"
    telephone = f", {responsable.telephone}" if responsable and responsable.telephone else ""
    if action.endormie:
        quand = f"à partir du {date_fr(action.reveil_le)}" if action.reveil_le else "le moment venu"
        return f"{qui}{telephone} y reviendra avec vous, {quand}."
    quand = f", d’ici le {date_fr(action.fin_prevue)}" if action.fin_prevue else ""
    return f"{qui}{telephone} vous contactera{quand}."


def _interlocuteurs(projets, developpeur):
    """Le développeur qui signe, ou qui suit désormais les projets à sa place ; à plusieurs, chacun avec les siens."""
    titres = {}
    for projet in projets:
        titres.setdefault(projet.interlocuteur, []).append(f"« {projet.titre} »")
    if not titres or list(titres) == [developpeur]:
        return [JE_LE_RESTE]
    if len(titres) == 1:
        (seul,) = titres
        return [f"Votre interlocuteur est désormais {_nom(seul)}, que vous pouvez joindre à tout moment : {_ou_joindre(seul)}."]
    qui = {membre: "moi-même" if membre == developpeur else f"{_nom(membre)}, {_ou_joindre(membre)}" for membre in titres}
    return [INTERLOCUTEURS, *(f"{PUCE}pour {', '.join(siens)} : {qui[membre]}." for membre, siens in titres.items())]


def _nom(membre):
    return f"{membre.civilite_et_nom} ({membre.institution})"


def _ou_joindre(membre):
    return membre.telephone or membre.utilisateur.email
