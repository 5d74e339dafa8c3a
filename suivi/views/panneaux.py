"""Ce que la séance montre au centre, sujet par sujet, et les formulaires de ses décisions."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Prefetch
from django.utils.timezone import localdate, now

from entreprises.enums import Voix
from entreprises.models import Cible, Entreprise
from entreprises.operations.votes import scrutin
from reseau.droits import autorise
from reseau.enums import Geste
from reseau.lib.dates import plus_mois
from reseau.models import Journal, Membre, Reunion
from reseau.operations import noter
from suivi.enums import Issue
from suivi.forms import ActionEnSeanceForm, Choix, DesignationsForm, ExposeForm, ReleveForm, RetenueForm
from suivi.models import Action, Projet, Proposition
from suivi.ordre_du_jour import (
    ACTIONS,
    CLOTURE,
    EN_SOUFFRANCE,
    EXPOSE,
    OUVERTURE,
    PROCHAINES,
    RELEVE,
    actions_a_debloquer,
    visites_de_la_seance,
    visites_en_souffrance,
)
from visites.concurrences import concurrentes_par_entreprise
from visites.enums import EtatVisite
from visites.espacement import empechements
from visites.models import Visite
from visites.sollicitations import contacts_recents

CANDIDATES, PROPOSEES, CIBLES = 10, 25, 5
GABARITS = {
    OUVERTURE: "suivi/_seance_ouverture.html",
    "visite": "suivi/_seance_visite.html",
    ACTIONS: "suivi/_seance_actions.html",
    EN_SOUFFRANCE: "suivi/_seance_souffrance.html",
    PROCHAINES: "suivi/_seance_prochaines.html",
    EXPOSE: "suivi/_seance_expose.html",
    RELEVE: "suivi/_seance_releve.html",
    "point": "suivi/_seance_point.html",
    CLOTURE: "suivi/_seance_cloture.html",
}


def panneau(request, reunion, sujet, presents):
    """Le gabarit du sujet et son contexte ; `presents` : clés des membres pointés."""
    genre = sujet.code.partition("-")[0]
    return {"panneau": GABARITS[genre], **PREPARER[genre](request, reunion, sujet, presents)}


def _pour_une_visite(request, reunion, courant, presents):
    visite = visites_de_la_seance(reunion, request.membre).select_related("compte_rendu__vu").get(pk=courant.visite)
    compte_rendu = getattr(visite, "compte_rendu", None)
    if compte_rendu:
        _noter_la_lecture(request.membre, compte_rendu)
    form = designations(request, visite, presents)
    projets = [(projet, *_lignes(form, projet)) for projet in form.projets.values()]
    nouvelles = {cle: action_en_seance(request, visite, presents, form.choix, cle) for cle in form.projets}
    sortent = Membre.objects.filter(deports__entreprise=visite.entreprise, pk__in=presents)
    return {
        "visite": visite,
        "compte_rendu": compte_rendu,
        "form": form,
        "projets": projets,
        "nouvelles": [(projet, nouvelles[projet.pk]) for projet in form.projets.values()],
        "issues": Issue.choices,
        "sortent": list(sortent),
        "concurrentes": form.concurrentes,
    }


def _lignes(form, projet):
    """Le champ de l'interlocuteur du projet, et [(action, ses champs, ceux de son échéance)]."""
    actions = [_ligne(form, action) for action in projet.actions.all()]
    return form.paires("interlocuteur", projet), actions


def _ligne(form, action):
    return action, form.paires("responsable", action), form.paires("echeance", action)


def _pour_les_actions(request, reunion, courant, presents):
    form = deblocages(request, reunion, presents)
    le = localdate()
    lignes = [(*_ligne(form, action), action.est_echue(le)) for action in form.actions.values() if action.ouverte]
    closes = [action for action in form.actions.values() if not action.ouverte]
    return {"form": form, "lignes": lignes, "closes": closes, "issues": Issue.choices}


def _pour_les_visites_en_souffrance(request, reunion, courant, presents):
    return {"visites": visites_en_souffrance(request.membre, localdate()).select_related("compte_rendu")}


def _pour_les_prochaines(request, reunion, courant, presents):
    membre, le, cherche = request.membre, localdate(), request.GET.get("cherche", "")[:100]
    choisies = Visite.objects.visibles_par(membre).filter(choisie_en=reunion).exclude(etat=EtatVisite.ANNULEE)
    return {
        "choisies": choisies.avec_noms().order_by("entreprise__raison_sociale"),
        "lignes": _lignes_des_candidates(list(_candidates(membre, cherche, le)), membre, le),
        "cherche": cherche,
        "a_decider": _cibles_a_decider(membre),
        "voix": Voix.choices,
    }


def _lignes_des_candidates(candidates, membre, le):
    """[(entreprise, ce qui l'empêche, son formulaire)] : les proposées d'abord, les empêchées en dernier."""
    raisons = empechements(candidates, membre.reseau, le)
    contacts = contacts_recents(candidates, membre.reseau, le)
    concurrentes = concurrentes_par_entreprise(candidates, membre)
    proposees = _propositions(candidates)
    for entreprise in candidates:
        entreprise.contacts_recents = contacts.get(entreprise.pk, [])
        entreprise.concurrentes = concurrentes.get(entreprise.pk, [])
        entreprise.proposition = proposees.get(entreprise.pk)
    candidates.sort(key=lambda entreprise: (entreprise.proposition is None, entreprise.pk in raisons))
    developpeurs = [(direct.pk, direct.nom_et_sigle) for direct in Membre.objects.visibles_par(membre).affectables(le)]
    choix = {"membre": membre, "developpeurs": developpeurs, "le": le}
    return [
        (entreprise, raisons.get(entreprise.pk), RetenueForm(auto_id=f"entreprise-{entreprise.pk}-%s", **choix))
        for entreprise in candidates
    ]


def _cibles_a_decider(membre):
    """[(cible, son scrutin)] : ce que l'animation peut mettre au vote ; rien pour les autres."""
    if not autorise(membre, "cibles.gerer"):
        return []
    return [(cible, scrutin(cible, membre)) for cible in Cible.objects.visibles_par(membre).en_preparation()[:CIBLES]]


def _candidates(membre, cherche, le):
    """Ce que trouve la recherche ; sans elle, les entreprises proposées, puis celles de la cible que personne n'a touchées."""
    entreprises = Entreprise.objects.visibles_par(membre).avec_references()
    en_attente = Visite.objects.a_programmer().filter(entreprise=OuterRef("pk"))
    entreprises = entreprises.annotate(en_attente=Exists(en_attente))
    if cherche:
        return entreprises.cherche(cherche)[:CANDIDATES]
    proposees = Exists(Proposition.objects.en_attente().filter(entreprise=OuterRef("pk")))
    visites = Visite.objects.filter(entreprise=OuterRef("pk"))
    libres = entreprises.exclude(Exists(visites.confiees()))
    candidates = list(libres.filter(proposees)[:PROPOSEES])
    cible = Cible.objects.en_vigueur(membre.reseau, le)
    if cible is None:
        return candidates
    de_la_cible = libres.de_la_cible(cible).filter(~proposees)
    return candidates + list(de_la_cible.exclude(Exists(visites.touchees(cible.decidee_le, le)))[:CANDIDATES])


def _propositions(entreprises):
    """{entreprise: sa `Proposition` en attente, avec ses notes}."""
    propositions = Proposition.objects.en_attente().filter(entreprise__in=[entreprise.pk for entreprise in entreprises])
    return {proposition.entreprise_id: proposition for proposition in propositions.avec_noms()}


def _pour_l_expose(request, reunion, courant, presents):
    return {"exposes": reunion.exposes.all(), "form": ExposeForm()}


def _pour_le_releve(request, reunion, courant, presents):
    return {"form": ReleveForm(enregistre=reunion.releve)}


def _pour_un_point(request, reunion, courant, presents):
    point = reunion.points.avec_noms().get(pk=courant.point)
    return {"point": point, "form": ReleveForm(enregistre=point.texte, question="Ce qui s’est dit, ce qui est décidé")}


def _pour_l_ouverture(request, reunion, courant, presents):
    return {}


def _pour_la_cloture(request, reunion, courant, presents):
    suivante = Reunion.objects.visibles_par(request.membre).a_venir(reunion.le).exclude(pk=reunion.pk).first()
    restent = visites_de_la_seance(reunion, request.membre).filter(restituee_en=None)
    return {"prochaine": suivante, "restent": [visite.entreprise for visite in restent]}


def designations(request, visite, presents):
    """Le formulaire des décisions d'une visite : interlocuteurs de ses projets, responsables de ses actions ouvertes."""
    actions = Action.objects.visibles_par(request.membre).avec_noms().ouvertes()
    projets = Projet.objects.filter(visite=visite).avec_noms().select_related("interlocuteur_confirme_en")
    projets = list(projets.prefetch_related(Prefetch("actions", actions)))
    ouvertes = [action for projet in projets for action in projet.actions.all()]
    choix = Choix(request.membre, visite.entreprise, localdate())
    return _formulaire(request, projets, ouvertes, choix, presents, choix.concurrentes)


def action_en_seance(request, visite, presents, choix=None, projet=None):
    """Le formulaire d'une action née de la discussion, pour un projet de cette visite."""
    choix = choix or Choix(request.membre, visite.entreprise, localdate())
    projets = Projet.objects.filter(visite=visite)
    initial = {"projet": projet, "fin_prevue": plus_mois(localdate(), 1)}
    listes = {"projets": projets, "choix": choix, "presents": presents, "auto_id": f"nouvelle-{projet}-%s"}
    return ActionEnSeanceForm(request.POST or None, initial=initial, **listes)


def deblocages(request, reunion, presents):
    actions = list(actions_a_debloquer(reunion, request.membre, localdate()))
    fiches = [action.projet.visite.entreprise for action in actions]
    concurrentes = concurrentes_par_entreprise(fiches, request.membre).values() if fiches else []
    uniques = sorted({fiche for groupe in concurrentes for fiche in groupe}, key=str)
    return _formulaire(request, [], actions, Choix(request.membre, None, localdate()), presents, uniques)


def _formulaire(request, projets, actions, choix, presents, concurrentes):
    listes = {"projets": projets, "actions": actions, "choix": choix, "presents": presents, "concurrentes": concurrentes}
    return DesignationsForm(request.POST or None, **listes)


def _noter_la_lecture(membre, compte_rendu):
    """Une ligne par heure et par compte rendu : l'écran projeté se rafraîchit seul, ce n'est pas une lecture de plus."""
    recentes = Journal.objects.filter(
        membre=membre,
        geste=Geste.LECTURE,
        objet=compte_rendu._meta.label_lower,
        objet_id=compte_rendu.pk,
        le__gte=now() - timedelta(hours=1),
    )
    if not recentes.exists():
        noter(membre, Geste.LECTURE, compte_rendu, precision="en séance")


PREPARER = {
    OUVERTURE: _pour_l_ouverture,
    "visite": _pour_une_visite,
    ACTIONS: _pour_les_actions,
    EN_SOUFFRANCE: _pour_les_visites_en_souffrance,
    PROCHAINES: _pour_les_prochaines,
    EXPOSE: _pour_l_expose,
    RELEVE: _pour_le_releve,
    "point": _pour_un_point,
    CLOTURE: _pour_la_cloture,
}
