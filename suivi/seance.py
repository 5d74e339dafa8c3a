"""Le compte rendu d'une réunion, tiré de ses décisions sans rien ressaisir, et composé pour une `Lecture`.

Les membres directs le lisent avec les restitutions ; la diffusion, que tous peuvent lire, ne nomme aucune entreprise. Les
objets d'ici sont ceux que lisent `templates/pdf/reunion.html` et `templates/bureautique/document/reunion.xml`.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from django.db.models import Prefetch
from django.utils.timezone import localdate, localtime, make_aware

from reseau.enums import EtatPresence, Role
from reseau.lib.tableau import date_longue
from reseau.models import Membre
from reseau.models import Reunion as ReunionTenue
from suivi.enums import EtatAction, GenreDePoint, Mouvement
from suivi.models import MouvementDAction
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
    """`issue`, et la phrase de sa clôture : vides si l'action est restée ouverte."""

    quoi: str
    responsable: str
    echeance: date | None
    issue: str = ""
    phrase: str = ""

    @property
    def fin(self):
        """« close : aide obtenue. Le dossier est déposé. » ; vide si elle est restée ouverte."""
        return f"close : {self.issue.lower()}{f'. {self.phrase}' if self.phrase else ''}" if self.issue else ""


@dataclass(frozen=True)
class Suivie:
    """Une action d'une visite restituée auparavant, dont cette séance a décidé."""

    numero: int
    entreprise: str
    action: Action


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
    programme: str = ""


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
    suivies: list[Suivie]
    designations: list[Designation]
    prochaines: list[Prochaine]
    exposes: list[Expose]
    points: list[Point]
    decisions: list[str]
    prochaine_reunion: str


def releve(reunion, lecture):
    """`Releve` de la réunion pour cette `Lecture` ; nombre de requêtes constant, quoi qu'on y ait décidé."""
    presences = list(reunion.presences.select_related("membre__institution"))
    suivante = ReunionTenue.objects.filter(reseau=reunion.reseau).a_venir(reunion.le).exclude(pk=reunion.pk).first()
    return Releve(
        titre="Compte rendu de la réunion" if lecture.integral else "Relevé de décisions",
        debut=make_aware(datetime.combine(reunion.le, reunion.heure), reunion.reseau.fuseau),
        fin=_fin(reunion),
        lieu=reunion.lieu,
        animee_par=_roles(presences, Role.ANIMATEUR) or _animateurs(reunion),
        redige_par=_roles(presences, Role.SECRETARIAT),
        presences=_presences(presences),
        restitutions=_restitutions(reunion, lecture) if lecture.complet else [],
        suivies=_suivies(reunion, lecture) if lecture.complet else [],
        designations=_designations(reunion, lecture),
        prochaines=_prochaines(reunion, lecture),
        exposes=[Expose(e.titre, e.intervenant, e.organisme, e.programme) for e in reunion.exposes.all()],
        points=_points(reunion) if lecture.integral else [],
        decisions=_decisions(reunion),
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
                getattr(ligne, ETATS[presence.etat]).append(_nom(presence))
        lignes.append(ligne)
    return lignes


def _nom(presence):
    """« Camille Durand », et qui est venu à sa place."""
    represente = presence.etat == EtatPresence.REPRESENTE and presence.remplacant
    return f"{presence.membre} (par {presence.remplacant})" if represente else str(presence.membre)


def _restitutions(reunion, lecture):
    mouvements = Prefetch("mouvements", MouvementDAction.objects.select_related("responsable"))
    actions = lecture.actions.select_related("responsable").prefetch_related(mouvements)
    projets = ProjetSuivi.objects.select_related("interlocuteur").prefetch_related(Prefetch("actions", actions))
    visites = lecture.dossiers.filter(restituee_en=reunion).avec_noms().select_related("compte_rendu")
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
        projets=[_projet(projet, reunion) for projet in visite.projets.all() if _avant_la_cloture(projet.cree_le, reunion)],
    )


def _projet(projet, reunion):
    actions = [action for action in projet.actions.all() if _connue(action, reunion)]
    return Projet(projet.titre, projet.get_nature_display(), [_action(action, reunion) for action in actions])


def _avant_la_cloture(jour, reunion):
    """Jusqu'au jour où la séance s'est close, non celui où elle s'est tenue : elle se saisit aussi le lendemain."""
    return reunion.close_le is None or jour <= localdate(reunion.close_le)


def _connue(action, reunion):
    """Vrai si l'action était là à la clôture : à l'instant près par son journal."""
    nee = next(iter(action.mouvements.all()), None)
    if nee and reunion.close_le:
        return nee.le <= reunion.close_le
    return _avant_la_cloture(action.proposee_le, reunion)


def _action(action, reunion):
    """L'action telle que la séance l'a laissée : ce qui s'est passé depuis ne réécrit pas le compte rendu."""
    fin = reunion.close_le
    avant = [mouvement for mouvement in action.mouvements.all() if fin is None or mouvement.le <= fin]
    responsable = avant[-1].responsable if avant else action.responsable
    clotures = [mouvement.texte for mouvement in avant if mouvement.mouvement == Mouvement.CLOTURE]
    close = action.etat == EtatAction.CLOSE and clotures
    fin = {"issue": action.get_issue_display(), "phrase": clotures[-1]} if close else {}
    return Action(action.libelle, str(responsable) if responsable else "à désigner", action.fin_prevue, **fin)


def _suivies(reunion, lecture):
    """Les actions décidées hors des restitutions : confiées, datées ou closes par cette séance."""
    decidees = MouvementDAction.objects.filter(reunion=reunion).values("action")
    mouvements = Prefetch("mouvements", MouvementDAction.objects.select_related("responsable"))
    actions = lecture.actions.filter(pk__in=decidees).exclude(projet__visite__restituee_en=reunion)
    actions = actions.avec_noms().prefetch_related(mouvements).order_by("numero")
    return [Suivie(action.numero, str(action.projet.visite.entreprise), _action(action, reunion)) for action in actions]


def _designations(reunion, lecture):
    projets = ProjetSuivi.objects.visibles_par(lecture.visites).filter(interlocuteur_confirme_en=reunion).avec_noms()
    lignes = [
        Designation(str(projet.visite.entreprise), str(projet.interlocuteur), projet.titre if lecture.complet else "")
        for projet in projets.order_by("visite__entreprise__raison_sociale", "pk")
    ]
    return list(dict.fromkeys(lignes))


def _prochaines(reunion, lecture):
    visites = lecture.visites.filter(choisie_en=reunion).exclude(etat=EtatVisite.ANNULEE).avec_noms()
    return [
        Prochaine(
            entreprise=str(visite.entreprise),
            commune=_commune(visite.entreprise),
            developpeur=str(visite.developpeur) if visite.developpeur else "à désigner",
            remarque=f"Malgré le délai : {visite.derogation}" if lecture.complet and visite.derogation else "",
        )
        for visite in visites.order_by("entreprise__raison_sociale", "pk")
    ]


def _points(reunion):
    """Les points demandés et ce qui s'en est dit, ceux retirés avec leur motif, puis les échanges."""
    points = reunion.points.filter(genre=GenreDePoint.LIBRE).avec_noms()
    lus = [
        Point(f"{point.titre} (retiré)", point.motif_de_retrait)
        if point.retire_le
        else Point(f"{point.titre} ({point.demande_par})", point.texte)
        for point in points
    ]
    return lus + ([Point("Échanges", reunion.releve)] if reunion.releve.strip() else [])


def _decisions(reunion):
    """Ce qui s'est décidé, sans nommer d'entreprise : des totaux du réseau, les mêmes pour tous."""
    phrases = [
        f"Cible décidée : {cible.nom} ({cible.nombre} entreprise{'s' if cible.nombre > 1 else ''})."
        for cible in reunion.cibles.avec_nombre()
    ]
    visites = Visite.objects.filter(reseau=reunion.reseau_id)
    mouvements = MouvementDAction.objects.filter(reunion=reunion).order_by().values("action").distinct()
    choisies = visites.filter(choisie_en=reunion).exclude(etat=EtatVisite.ANNULEE)
    totaux = [
        (visites.filter(restituee_en=reunion).count(), "visite restituée", "visites restituées"),
        (mouvements.filter(mouvement=Mouvement.DESIGNATION).count(), "action confiée", "actions confiées"),
        (mouvements.filter(mouvement=Mouvement.CLOTURE).count(), "action close", "actions closes"),
        (choisies.count(), "entreprise à visiter choisie", "entreprises à visiter choisies"),
    ]
    return phrases + [f"{nombre} {plusieurs if nombre > 1 else une}." for nombre, une, plusieurs in totaux if nombre]


def _date_et_lieu(reunion):
    heure = f"{reunion.heure:%H} h {reunion.heure:%M}"
    return f"{date_longue(reunion.le)} à {heure}, {reunion.lieu}."


def _commune(entreprise):
    return entreprise.commune.nom if entreprise.commune else entreprise.ville
