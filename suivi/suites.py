"""Les suites à donner à un chef d'entreprise : lesquelles sont attendues, et ce qu'on lui écrit d'office. Sans HTTP.

Sous quinze jours (dossier n° 1, partie I.1, constat 4). On ne lui dit que ce qui le regarde : ni la partie réservée, ni le
compte rendu, ni qui a refusé une action.
"""

from datetime import timedelta

from reseau.enums import Civilite
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
SECRETARIAT = "le secrétariat du réseau"
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


def texte_propose(visite, *, le):
    """Le texte d'office de cette visite, ce jour-là : voir `rediger`."""
    projets = Projet.objects.filter(visite=visite).avec_decisions()
    return rediger(visite, visite.compte_rendu.vu or dirigeant_de(visite.entreprise), projets, le=le)


def rediger(visite, destinataire, projets, *, le):
    """Ce qui a été décidé, projet par projet, qui s'en charge et pour quand, ou ce que c'est devenu ; puis qui joindre.

    Une ligne par alinéa, sans requête. `destinataire` : un `Contact`, ou None ; `projets` : voir `avec_decisions`. Qui parle
    est le développeur de la visite, qui signe ; s'il a quitté le réseau, celui-ci parle de lui.
    """
    alineas = [
        f"{APPEL_DE[destinataire.civilite if destinataire else '']},",
        _remerciements(visite, le),
        *_decisions(projets),
        *_interlocuteurs(projets, visite, le),
    ]
    return "\n".join(une_ligne(alinea) for alinea in alineas)


def _remerciements(visite, le):
    developpeur, quand = visite.developpeur, f"dans votre entreprise le {date_fr(visite.realisee_le)}"
    if developpeur.est_parti(le):
        return f"Vous avez reçu {_nom(developpeur)} {quand}, et nous vous en remercions."
    recu = "reçue" if developpeur.civilite == Civilite.MADAME else "reçu"
    return f"Vous m’avez {recu} {quand}, et je vous en remercie."


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


def _interlocuteurs(projets, visite, le):
    """Le développeur qui signe, ou qui suit désormais les projets à sa place ; à plusieurs, chacun avec les siens.

    Le secrétariat du réseau, pour qui n'en est plus.
    """
    titres = {}
    for projet in projets:
        titres.setdefault(_s_il_en_est(projet.interlocuteur, le), []).append(f"« {projet.titre} »")
    signataire = _s_il_en_est(visite.developpeur, le)
    suivent = list(titres) or [signataire]
    if signataire and suivent == [signataire]:
        return [JE_LE_RESTE]
    joindre = {membre: _qui_joindre(membre, visite.reseau) for membre in suivent}
    if len(suivent) == 1:
        qui = ", que vous pouvez joindre à tout moment : ".join(joindre[suivent[0]])
        return [f"Votre interlocuteur est désormais {qui}."]
    if signataire:
        joindre[signataire] = ["moi-même"]
    return [INTERLOCUTEURS, *(f"{PUCE}pour {', '.join(siens)} : {', '.join(joindre[qui])}." for qui, siens in titres.items())]


def _s_il_en_est(membre, le):
    return None if membre.est_parti(le) else membre


def _qui_joindre(membre, reseau):
    """Qui, et son téléphone ou son courriel ; le secrétariat si `membre` est None, sans numéro s'il n'en a pas donné."""
    if membre is None:
        return list(filter(None, [SECRETARIAT, reseau.telephone or reseau.courriel]))
    return [_nom(membre), membre.telephone or membre.utilisateur.email]


def _nom(membre):
    return f"{membre.civilite_et_nom} ({membre.institution})"
