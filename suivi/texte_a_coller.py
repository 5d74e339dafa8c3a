"""Le compte rendu en texte brut, à coller dans l'outil de l'institution du visiteur : rien qu'elle ne puisse lire.

La partie réservée, les réponses au guide et les motifs de concurrence n'y sont jamais.
"""

from django.utils.timezone import localdate

from entreprises.models import Deport
from reseau.enums import Role
from reseau.models import Membre
from reseau.templatetags.affichage import date_fr

RETRAIT = "  "
ESPACES = str.maketrans({"\xa0": " ", "\u202f": " "})  # l'outil d'en face ne les connaît pas toujours


def texte_a_coller(visite, rendu, projets, institution):
    """Le texte, lignes séparées par « \\n » ; vide si un membre de l'institution se déporte de cette entreprise.

    `projets` : chacun avec ses actions en `liste`. D'une institution qui siège en préfecture, où l'on ne lit pas les
    comptes rendus, il n'y a que la visite (conception, section 5).
    """
    membres = Membre.objects.filter(institution=institution).actifs(localdate())
    if Deport.objects.filter(entreprise=visite.entreprise, membre__institution=institution).exists():
        return ""
    blocs = [_la_visite(visite, rendu)]
    if not membres.filter(role=Role.PREFECTURE).exists():
        blocs += [[rendu.phrase], _suite("Ce que le visiteur a entendu", rendu.entendu), *map(_un_projet, projets)]
    return "\n\n".join("\n".join(bloc) for bloc in blocs if bloc).translate(ESPACES) + "\n"


def _la_visite(visite, rendu):
    entreprise = visite.entreprise
    commune = f", {entreprise.commune}" if entreprise.commune else ""
    avec = f" avec {visite.accompagnant}" if visite.accompagnant else ""
    siret = [f"SIRET {entreprise.siret}"] if entreprise.siret else []
    return [
        f"{entreprise}{commune}",
        *siret,
        f"Visite du {date_fr(visite.realisee_le)}, par {visite.developpeur}{avec} ({visite.reseau.nom})",
        *([f"Personne vue : {rendu.vu}"] if rendu.vu else []),
    ]


def _suite(titre, texte):
    return [f"{titre} :", *texte.splitlines()] if texte.strip() else []


def _un_projet(projet):
    return [f"Projet : {projet.titre} ({projet.get_nature_display()})", *map(_une_action, projet.liste)]


def _une_action(action):
    qui = f"{action.responsable} ({action.responsable.institution})" if action.responsable else "responsable à désigner"
    quand = f", pour le {date_fr(action.fin_prevue)}" if action.ouverte and action.fin_prevue else ""
    return f"{RETRAIT}- {action.libelle} : {qui}{quand}"
