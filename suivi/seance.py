"""Le compte rendu d'une réunion, tiré de ses décisions sans rien ressaisir, et composé pour un lecteur.

Deux classes de droits (conception, section 5) : les membres directs le lisent avec les restitutions ; la diffusion, que
lit la préfecture, n'a ni restitution, ni action, ni discussion. Les entreprises dont le lecteur se déporte n'y sont pas,
et un associé n'y voit que ses dossiers, sans la discussion. Les objets d'ici sont ceux que lit `templates/pdf/reunion.html`.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from django.db.models import Prefetch
from django.utils.timezone import localdate, localtime, make_aware

from reseau.droits import NON, TOUT, portee
from reseau.enums import EtatPresence, Role
from reseau.lib.tableau import date_longue
from reseau.models import Membre
from reseau.models import Reunion as ReunionTenue
from suivi.models import Action as ActionSuivie
from suivi.models import MouvementDAction, dossiers
from suivi.models import Projet as ProjetSuivi
from visites.enums import EtatVisite
from visites.models import Visite

ETATS = {
    EtatPresence.PRESENT: "presents",
    EtatPresence.EXCUSE: "excuses",
    EtatPresence.REPRESENTE: "representes",
    EtatPresence.ABSENT: "absents",
}


@dataclass
class Presence:
    """Une ligne par institution."""

    institution: str
    presents: list[str] = field(default_factory=list)
    excuses: list[str] = field(default_factory=list)
    representes: list[str] = field(default_factory=list)
    absents: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Action:
    quoi: str
    responsable: str
    echeance: date | None


@dataclass(frozen=True)
class Projet:
    titre: str
    nature: str
    actions: list[Action]


@dataclass(frozen=True)
class Restitution:
    entreprise: str
    commune: str
    visitee_le: date
    developpeur: str
    phrase: str
    interlocuteur: str
    projets: list[Projet]


@dataclass(frozen=True)
class Designation:
    entreprise: str
    interlocuteur: str
    remarque: str


@dataclass(frozen=True)
class Prochaine:
    entreprise: str
    commune: str
    developpeur: str
    remarque: str


@dataclass(frozen=True)
class Expose:
    titre: str
    intervenant: str
    organisme: str
    resume: str = ""


@dataclass(frozen=True)
class Point:
    titre: str
    texte: str


@dataclass(frozen=True)
class Releve:
    """Ce que lisent `templates/pdf/reunion.html` et la page de la réunion."""

    titre: str
    debut: datetime
    fin: datetime | None
    lieu: str
    animee_par: str
    redige_par: str
    presences: list[Presence]
    restitutions: list[Restitution]
    designations: list[Designation]
    prochaines: list[Prochaine]
    exposes: list[Expose]
    points: list[Point]
    decisions: list[str]
    prochaine_reunion: str


def releve(reunion, lecteur, *, diffusion=False):
    """`Releve` de la réunion pour ce lecteur ; `diffusion` : sans les restitutions, quel que soit son rôle.

    Nombre de requêtes constant, quel que soit le nombre de visites, de projets et d'actions.
    """
    etendue = NON if diffusion else portee(lecteur, "reunions.voir_les_restitutions")
    complet, integral = etendue is not NON, etendue is TOUT
    presences = list(reunion.presences.select_related("membre__institution"))
    suivante = ReunionTenue.objects.filter(reseau=reunion.reseau).a_venir(reunion.le).exclude(pk=reunion.pk).first()
    return Releve(
        titre="Compte rendu de la réunion" if integral else "Relevé de décisions",
        debut=make_aware(datetime.combine(reunion.le, reunion.heure)),
        fin=_fin(reunion),
        lieu=reunion.lieu,
        animee_par=_roles(presences, Role.ANIMATEUR) or _animateurs(reunion),
        redige_par=_roles(presences, Role.SECRETARIAT),
        presences=_presences(presences),
        restitutions=_restitutions(reunion, lecteur) if complet else [],
        designations=_designations(reunion, lecteur, complet),
        prochaines=_prochaines(reunion, lecteur, complet),
        exposes=[Expose(e.titre, e.intervenant, e.organisme) for e in reunion.exposes.all()],
        points=[Point("Échanges", reunion.releve)] if integral and reunion.releve.strip() else [],
        decisions=_decisions(reunion, lecteur, complet),
        prochaine_reunion=_date_et_lieu(suivante) if suivante else "",
    )


def _fin(reunion):
    """L'heure de la clôture, si la séance a été close le jour même."""
    memorable = reunion.close_le and localdate(reunion.close_le) == reunion.le
    return localtime(reunion.close_le) if memorable and localtime(reunion.close_le).time() > reunion.heure else None


def _roles(presences, role):
    presents = [p.membre for p in presences if p.etat == EtatPresence.PRESENT and p.membre.role == role]
    return " et ".join(str(membre) for membre in presents)


def _animateurs(reunion):
    animateurs = Membre.objects.filter(reseau=reunion.reseau, role=Role.ANIMATEUR).actifs(reunion.le)
    return " ou ".join(str(membre) for membre in animateurs)


def _presences(presences):
    def sigle(presence):
        return presence.membre.institution.sigle

    lignes = []
    for institution, groupe in groupby(sorted(presences, key=sigle), key=sigle):
        ligne = Presence(institution)
        for presence in groupe:
            if presence.etat:
                getattr(ligne, ETATS[presence.etat]).append(str(presence.membre))
        lignes.append(ligne)
    return lignes


def _restitutions(reunion, lecteur):
    mouvements = Prefetch("mouvements", MouvementDAction.objects.select_related("responsable"))
    actions = ActionSuivie.objects.visibles_par(lecteur).select_related("responsable").prefetch_related(mouvements)
    projets = ProjetSuivi.objects.select_related("interlocuteur").prefetch_related(Prefetch("actions", actions))
    visites = dossiers(lecteur).filter(restituee_en=reunion).avec_noms().select_related("compte_rendu")
    visites = visites.prefetch_related(Prefetch("projets", projets)).order_by("realisee_le", "pk")
    return [_restitution(visite, reunion) for visite in visites]


def _restitution(visite, reunion):
    compte_rendu = getattr(visite, "compte_rendu", None)
    interlocuteurs = dict.fromkeys(str(projet.interlocuteur) for projet in visite.projets.all())
    return Restitution(
        entreprise=str(visite.entreprise),
        commune=_commune(visite.entreprise),
        visitee_le=visite.realisee_le,
        developpeur=str(visite.developpeur),
        phrase=compte_rendu.phrase if compte_rendu and compte_rendu.termine else "",
        interlocuteur=", ".join(interlocuteurs),
        projets=[_projet(projet, reunion) for projet in visite.projets.all() if projet.cree_le <= reunion.le],
    )


def _projet(projet, reunion):
    actions = [action for action in projet.actions.all() if action.proposee_le <= reunion.le]
    return Projet(projet.titre, projet.get_nature_display(), [_action(action, reunion) for action in actions])


def _action(action, reunion):
    """L'action telle que la séance l'a laissée : ce qui s'est passé depuis ne réécrit pas le compte rendu."""
    fin = reunion.close_le
    avant = [mouvement for mouvement in action.mouvements.all() if fin is None or mouvement.le <= fin]
    responsable = avant[-1].responsable if avant else action.responsable
    return Action(action.libelle, str(responsable) if responsable else "à désigner", action.fin_prevue)


def _designations(reunion, lecteur, complet):
    visibles = Visite.objects.visibles_par(lecteur)
    projets = ProjetSuivi.objects.visibles_par(visibles).filter(interlocuteur_confirme_en=reunion).avec_noms()
    lignes = [
        Designation(str(projet.visite.entreprise), str(projet.interlocuteur), projet.titre if complet else "")
        for projet in projets.order_by("visite__entreprise__raison_sociale", "pk")
    ]
    return list(dict.fromkeys(lignes))


def _prochaines(reunion, lecteur, complet):
    visites = Visite.objects.visibles_par(lecteur).filter(choisie_en=reunion).exclude(etat=EtatVisite.ANNULEE).avec_noms()
    return [
        Prochaine(
            entreprise=str(visite.entreprise),
            commune=_commune(visite.entreprise),
            developpeur=str(visite.developpeur) if visite.developpeur else "à désigner",
            remarque=f"Malgré le délai : {visite.derogation}" if complet and visite.derogation else "",
        )
        for visite in visites.order_by("entreprise__raison_sociale", "pk")
    ]


def _decisions(reunion, lecteur, complet):
    """Ce qui se décide sans nommer d'entreprise, puis, pour qui les lit, les actions confiées hors des restitutions."""
    phrases = [
        f"Cible décidée : {cible.nom} ({cible.nombre} entreprise{'s' if cible.nombre > 1 else ''})."
        for cible in reunion.cibles.avec_nombre()
    ]
    restituees = Visite.objects.filter(restituee_en=reunion).count()
    if restituees:
        phrases.append(f"{restituees} visite{'s' if restituees > 1 else ''} restituée{'s' if restituees > 1 else ''}.")
    confiees = MouvementDAction.objects.filter(reunion=reunion)
    nombre = confiees.values("action").distinct().count()
    if nombre:
        phrases.append(f"{nombre} action{'s' if nombre > 1 else ''} confiée{'s' if nombre > 1 else ''} à un responsable.")
    if complet:
        visibles = ActionSuivie.objects.visibles_par(lecteur)
        anciennes = confiees.filter(action__in=visibles).exclude(action__projet__visite__restituee_en=reunion)
        anciennes = anciennes.select_related("action__projet__visite__entreprise", "responsable")
        phrases += [
            f"Action n° {m.action.numero}, {m.action.projet.visite.entreprise} : confiée à {m.responsable}." for m in anciennes
        ]
    return phrases


def _date_et_lieu(reunion):
    heure = f"{reunion.heure:%H} h {reunion.heure:%M}"
    return f"{date_longue(reunion.le)} à {heure}, {reunion.lieu}."


def _commune(entreprise):
    return entreprise.commune.nom if entreprise.commune else entreprise.ville
