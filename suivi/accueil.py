"""L'accueil : ce que chacun trouve en ouvrant l'outil, selon son rôle (conception, sections 8 et 9). Sans HTTP.

Ce qui mène à une liste se compte sur ce que le lecteur voit ; les totaux du réseau sont les mêmes pour tous. Le nombre de
requêtes est constant.
"""

from dataclasses import dataclass, field

from django.db.models import Count, Exists, Min, OuterRef, Prefetch, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.timezone import now

from entreprises.models import Cible, Contact, Entreprise
from reseau.droits import NON, SIENS, autorise, portee
from reseau.enums import EtatReunion, Profil, Qualite
from reseau.lib.dates import plus_mois, premier_du_mois
from reseau.lib.tableau import mois_long, nombre_francais
from reseau.models import Convocation, Membre, Pli, Reunion
from suivi.comptes import compter
from suivi.deontologie import attentes
from suivi.indicateurs.suites import delais
from suivi.models import Action, Doublon
from suivi.suites import DELAI_JOURS, attendues, en_retard
from suivi.veille import autour_de_ses_actions, fiches_a_confirmer
from visites.couverture import couverture
from visites.enums import EtatVisite
from visites.generations import epuisement
from visites.models import CompteRendu, Courrier, DemandeDeVisite, Visite

TACHES_MAX = 7
SUITES_EN_RETARD = (
    f"entreprise attend ses suites depuis plus de {DELAI_JOURS} jours",
    f"entreprises attendent leurs suites depuis plus de {DELAI_JOURS} jours",
)
SANS_RENDEZ_VOUS = ("lettre sans rendez-vous", "lettres sans rendez-vous", "suivi:visites-sans-rendez-vous", "")
LIGNES_MAX = 20
DERNIERES_REUNIONS = 3
TOUTES = "suivi:actions-toutes"


@dataclass(frozen=True)
class Tache:
    """Une ligne d'« À faire » : combien, quoi, et le bouton qui ouvre la liste déjà filtrée."""

    nombre: int
    quoi: str
    adresse: str


@dataclass(frozen=True)
class Chiffre:
    """Un total du réseau, son dénominateur, sa définition, la liste de ses lignes."""

    valeur: int | float | str
    libelle: str
    definition: str
    adresse: str
    unite: str = ""
    sur: str = ""


@dataclass(frozen=True)
class ProchaineReunion:
    reunion: Reunion
    reponses: int
    invites: int
    pret: bool
    ma_reponse: str


@dataclass(frozen=True)
class Journee:
    """Le développeur, au téléphone : rien d'autre que ce qui l'attend."""

    rendez_vous: list
    prochain: Visite | None
    a_rendre: list
    a_relancer: list[Tache]
    suites: list
    a_valider: list


@dataclass(frozen=True)
class MesActions:
    """`autour` : voir `suivi.veille.autour_de_ses_actions`."""

    a_accepter: list
    a_reprendre: list
    echues: list
    nb_autres: int
    autour: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Accueil:
    """Ce que la page montre ; une part à None ou vide n'y paraît pas."""

    reunion: ProchaineReunion | None = None
    a_faire: list[Tache] | None = None
    deontologie: list[Tache] = field(default_factory=list)
    chiffres: list[Chiffre] = field(default_factory=list)
    journee: Journee | None = None
    actions: MesActions | None = None
    lettres: int | None = None
    fiches_a_confirmer: list = field(default_factory=list)
    votes: list[Cible] = field(default_factory=list)
    dernieres_reunions: list = field(default_factory=list)
    tableaux: bool = False


def accueil(membre, le):
    """`Accueil` de ce membre, ce jour-là."""
    conduit = membre.profil in (Profil.ANIMATEUR, Profil.SECRETARIAT)
    visite = membre.qualite == Qualite.DIRECT and portee(membre, "visites.conduire") is not NON
    prefecture = membre.profil == Profil.PREFECTURE
    return Accueil(
        reunion=prochaine_reunion(membre, le) if autorise(membre, "reunions.voir") else None,
        a_faire=a_faire(membre, le) if conduit else None,
        deontologie=[Tache(*attente) for attente in attentes(membre, le)],
        chiffres=chiffres(membre, le) if conduit else [],
        journee=journee(membre, le) if visite else None,
        actions=mes_actions(membre, le) if visite or membre.profil == Profil.ASSOCIE else None,
        lettres=Courrier.objects.visibles_par(membre).a_signer().count() if prefecture else None,
        fiches_a_confirmer=fiches_a_confirmer(membre, le),
        votes=list(votes_attendus(membre)),
        dernieres_reunions=_dernieres_reunions(membre) if prefecture else [],
        tableaux=prefecture or membre.profil == Profil.OBSERVATEUR,
    )


def prochaine_reunion(membre, le):
    """La prochaine réunion prévue, les réponses reçues et la mienne ; None s'il n'y en a pas."""
    parties = Convocation.objects.dites().filter(reunion=OuterRef("pk"))
    reunions = Reunion.objects.visibles_par(membre).avec_adresse().annotate(convoquee=Exists(parties))
    reunion = reunions.a_venir(le).first()
    if reunion is None:
        return None
    comptes = reunion.presences.aggregate(
        reponses=Count("pk", filter=~Q(reponse="")), invites=Count("pk"), moi=Min("reponse", filter=Q(membre=membre))
    )
    return ProchaineReunion(reunion, comptes["reponses"], comptes["invites"], reunion.convoquee, ma_reponse=comptes["moi"] or "")


def votes_attendus(membre):
    """Les cibles au vote où l'on attend sa voix ; aucune pour qui ne vote pas."""
    if not autorise(membre, "cibles.voter"):
        return Cible.objects.none()
    return Cible.objects.visibles_par(membre).au_vote().exclude(votes__membre=membre).select_related("reseau")


def a_faire(membre, le):
    """Sept `Tache` au plus, de la plus pressante à la moins ; une tâche sans ligne n'y est pas."""
    lignes = _lignes_a_faire(membre, le)
    nombres = compter(membre.reseau, [ligne[0] for ligne in lignes])
    taches = [_tache(membre.reseau, nombre, *ligne[1:]) for nombre, ligne in zip(nombres, lignes, strict=True)]
    suite = _generation_suivante(membre, le)
    return [*[tache for tache in taches if tache.nombre][: TACHES_MAX - len(suite)], *suite]


def _lignes_a_faire(membre, le):
    """[(lignes, au singulier, au pluriel, adresse, filtre)], de la plus pressante à la moins."""
    actions, courriers = Action.objects.visibles_par(membre), Courrier.objects.visibles_par(membre)
    visites = Visite.objects.visibles_par(membre)
    return [
        (visites_urgentes(membre), "visite urgente à traiter", "visites urgentes à traiter", "suivi:visites-urgentes", ""),
        (
            DemandeDeVisite.objects.visibles_par(membre).a_traiter(),
            "demande de visite à traiter",
            "demandes de visite à traiter",
            "visites:demandes",
            "?etat=a_traiter",
        ),
        (courriels_en_echec(membre), "courriel non parti", "courriels non partis", "suivi:boite-d-envoi", "?etat=echec"),
        (
            visites_sans_compte_rendu(membre, le),
            "visite passée sans compte rendu",
            "visites passées sans compte rendu",
            "suivi:visites-sans-compte-rendu",
            "",
        ),
        (courriers.a_signer(), "lettre à faire signer", "lettres à faire signer", "visites:courriers", "?etat=a_signer"),
        (visites_sans_rendez_vous(membre, le), *SANS_RENDEZ_VOUS),
        (actions.sans_responsable(), "action sans responsable", "actions sans responsable", TOUTES, "?etat=sans_responsable"),
        (actions.echues(le), "action échue", "actions échues", TOUTES, "?echeance=echues"),
        (en_retard(visites, le), *SUITES_EN_RETARD, "suivi:suites-liste", "?retard=oui"),
        (
            visites.a_programmer(),
            "entreprise sans développeur",
            "entreprises sans développeur",
            "visites:liste",
            "?etat=a_programmer",
        ),
        (doublons_signales(membre), "doublon signalé", "doublons signalés", "suivi:doublons", ""),
        (
            courriers.brouillons(),
            "lettre à mettre à la signature",
            "lettres à mettre à la signature",
            "visites:courriers",
            "?etat=brouillon",
        ),
    ]


def _generation_suivante(membre, le):
    """La ligne qui propose de préparer la génération suivante, si la cible en vigueur s'épuise et que nul ne l'a fait."""
    cible = Cible.objects.select_related("reseau").en_vigueur(membre.reseau, le)
    if cible is None or cible.suivantes.exists() or not autorise(membre, "cibles.gerer") or not epuisement(cible, le).a_preparer:
        return []
    adresse = reverse("visites:cible-couverture", args=[membre.reseau.slug, cible.pk])
    return [Tache(1, "cible épuisée ou presque : préparez la génération suivante", f"{adresse}#generation")]


def _tache(reseau, nombre, singulier, pluriel, nom, requete):
    return Tache(nombre, pluriel if nombre > 1 else singulier, reverse(nom, args=[reseau.slug]) + requete)


def visites_urgentes(membre):
    """Comptes rendus signalés urgents, dont la visite attend encore sa restitution."""
    return Visite.objects.visibles_par(membre).a_restituer().filter(compte_rendu__urgent=True)


def courriels_en_echec(membre):
    """Ceux de la boîte d'envoi qu'un humain doit regarder ; aucun pour qui ne la suit pas."""
    return Pli.objects.visibles_par(membre).rejouables() if autorise(membre, "envois.suivre") else Pli.objects.none()


def doublons_signales(membre):
    """Ceux qui attendent qu'on les tranche ; aucun pour qui ne fusionne pas."""
    if not autorise(membre, "entreprises.fusionner"):
        return Doublon.objects.none()
    visibles = Entreprise.objects.visibles_par(membre).order_by().values("pk")
    return Doublon.objects.visibles_par(membre, visibles).a_traiter()


def visites_sans_compte_rendu(membre, le):
    """Visites passées depuis plus que le délai du réseau, sans compte rendu terminé (section 6)."""
    return Visite.objects.visibles_par(membre).sans_compte_rendu(le, membre.reseau.compte_rendu_relance_jours)


def visites_sans_rendez_vous(membre, le):
    """Lettres parties depuis plus que le délai du réseau, sans rendez-vous pris (section 6) ; les siennes pour un développeur."""
    visites = Visite.objects.visibles_par(membre).annoncees_sans_rendez_vous(le, membre.reseau.lettre_relance_jours)
    return visites.du_developpeur(membre) if portee(membre, "visites.conduire") is SIENS else visites


def chiffres(membre, le):
    """« Où en est le réseau » : les `Chiffre` de l'accueil. Totaux du réseau, sans filtre de lecteur."""
    reseau, debut = membre.reseau, premier_du_mois(le)
    visites, actions = Visite.objects.filter(reseau=reseau), Action.objects.filter(reseau=reseau)
    liste, les_actions = reverse("visites:liste", args=[reseau.slug]), reverse(TOUTES, args=[reseau.slug])
    janvier = le.replace(month=1, day=1)
    closes = actions.closes().filter(fin_reelle__gte=janvier).count()
    return [
        Chiffre(
            visites.realisees(debut, le).count(),
            f"Visites de {mois_long(le)}",
            "Visites réalisées ou restituées, datées du mois. Le rythme est un repère convenu, pas un objectif.",
            f"{liste}?etat=faites&mois={le:%Y-%m}",
            sur=_rythme(reseau, le),
        ),
        *_couverture(reseau, le),
        Chiffre(
            actions.ouvertes().count(),
            "Actions ouvertes",
            "Proposées, acceptées, en cours ou en réserve, à ce jour.",
            f"{les_actions}?etat=ouvertes",
            sur=f"{closes} close{'s' if closes > 1 else ''} depuis le 1er janvier",
        ),
        *_delai_des_suites(visites, le, reseau),
    ]


def _rythme(reseau, le):
    """« rythme convenu : 12 par mois, 6 développeurs »."""
    directs = Membre.objects.filter(reseau=reseau).actifs(le).directs()
    compte = directs.aggregate(nombre=Count("pk"), rythme=Sum(Coalesce("rythme", Value(reseau.rythme))))
    nombre, rythme = compte["nombre"], compte["rythme"] or 0
    par_mois = nombre_francais(rythme, 0 if rythme == int(rythme) else 1)
    return f"rythme convenu : {par_mois} par mois, {nombre} développeur{'s' if nombre > 1 else ''}"


def _couverture(reseau, le):
    cible = Cible.objects.en_vigueur(reseau, le)
    compte = couverture(cible, le) if cible else None
    if compte is None or compte.part is None:
        return []
    return [
        Chiffre(
            compte.part * 100,
            "Couverture de la cible",
            "Entreprises distinctes de la cible visitées, ou ayant refusé, depuis sa décision.",
            reverse("entreprises:cible", args=[reseau.slug, cible.pk]),
            unite="%",
            sur=f"{compte.touchees} entreprise{'s' if compte.touchees > 1 else ''} sur {nombre_francais(compte.entreprises)}",
        )
    ]


def _delai_des_suites(visites, le, reseau):
    """Le délai réel des suites aux chefs d'entreprise, sur les visites de douze mois."""
    compte = delais(visites.realisees(plus_mois(le, -12), le))
    if compte.mediane is None:
        return []
    a_temps = nombre_francais(100 * compte.part, 0)
    return [
        Chiffre(
            compte.mediane,
            "Délai médian des suites",
            "Jours entre la visite et les suites données au chef d’entreprise ; visites des 12 derniers mois.",
            reverse("suivi:tableau", args=[reseau.slug, "suites"]),
            unite="jours",
            sur=f"sous {DELAI_JOURS} jours pour {a_temps} % des visites ({nombre_francais(compte.rendues)})",
        )
    ]


def journee(membre, le):
    """Les rendez-vous du jour, les visites dont rendre compte, les comptes rendus saisis pour lui."""
    dirigeants = Prefetch("entreprise__contacts", Contact.objects.filter(dirigeant=True), to_attr="dirigeants")
    miennes = Visite.objects.visibles_par(membre).avec_entreprise().filter(Q(developpeur=membre) | Q(accompagnant=membre))
    du_jour = list(miennes.rendez_vous_du(le).prefetch_related(dirigeants))
    encore = {visite.pk for visite in du_jour if visite.rendez_vous_le > now()}
    a_rendre = miennes.filter(developpeur=membre).sans_compte_rendu(le).exclude(pk__in=encore)
    a_venir = miennes.filter(rendez_vous_le__date__gt=le, etat=EtatVisite.RENDEZ_VOUS_PRIS).order_by("rendez_vous_le")
    a_valider = CompteRendu.objects.termines().filter(auteur=membre, valide_le=None, visite__in=miennes)
    return Journee(
        rendez_vous=[_sur_la_route(visite) for visite in du_jour],
        prochain=a_venir.first(),
        a_relancer=_a_relancer(membre, le),
        a_rendre=list(a_rendre.order_by(Coalesce("realisee_le", "rendez_vous_le__date"))[:LIGNES_MAX]),
        suites=list(attendues(miennes.filter(developpeur=membre))[:LIGNES_MAX]),
        a_valider=list(a_valider.select_related("visite__entreprise", "saisi_par")[:LIGNES_MAX]),
    )


def _a_relancer(membre, le):
    """La `Tache` de ses lettres sans rendez-vous ; aucune pour qui conduit le réseau, dont « À faire » les compte toutes."""
    if portee(membre, "visites.conduire") is not SIENS:
        return []
    nombre = visites_sans_rendez_vous(membre, le).count()
    return [_tache(membre.reseau, nombre, *SANS_RENDEZ_VOUS)] if nombre else []


def _sur_la_route(visite):
    """Pose sur la visite le numéro à appeler et l'adresse où aller."""
    entreprise = visite.entreprise
    telephones = [contact.telephone for contact in entreprise.dirigeants]
    visite.appel = next((numero for numero in [*telephones, entreprise.telephone] if numero), "")
    adresse = f"{entreprise.adresse} {entreprise.code_postal} {entreprise.ville}".strip()
    visite.itineraire = visite.rendez_vous_adresse or adresse
    return visite


def mes_actions(membre, le):
    """Ses actions à accepter, sorties de la réserve, échues, et combien d'autres sont ouvertes."""
    miennes = Action.objects.visibles_par(membre).du_responsable(membre)
    ouvertes = list(miennes.ouvertes().par_urgence(le).avec_entreprise()[:LIGNES_MAX])
    a_accepter = [action for action in ouvertes if action.a_accepter]
    a_reprendre = [a for a in miennes.a_reprendre().avec_entreprise().order_by("reveillee_le", "pk")[:LIGNES_MAX] if a.en_route]
    echues = [action for action in ouvertes if action.en_route and action.est_echue(le) and action not in a_reprendre]
    nb_autres = miennes.ouvertes().count() - len(a_accepter) - len(a_reprendre) - len(echues)
    return MesActions(a_accepter, a_reprendre, echues, nb_autres, autour_de_ses_actions(membre))


def _dernieres_reunions(membre):
    tenues = Reunion.objects.visibles_par(membre).filter(etat=EtatReunion.TENUE)
    return list(tenues.avec_adresse()[:DERNIERES_REUNIONS])
