"""De quoi remplir les adresses, pris dans la démonstration : un objet de chaque genre, et ceux qu'une page exige."""

from django.db.models import BooleanField, Case, Value, When
from django.utils.timezone import now

from entreprises.enums import EtatImport, GenreImport
from entreprises.models import (
    Cible,
    Concurrence,
    Contact,
    Deport,
    Document,
    Entreprise,
    Etiquette,
    Import,
    LigneDeCible,
    Sollicitation,
    VueEnregistree,
)
from reseau.droits import NON, portee
from reseau.enums import EtatReunion
from reseau.models import Absence, Charte, Dispositif, FicheCompetence, Formation, Institution, Membre, Pli, Reunion, Signataire
from suivi.models import Action, BesoinCommun, ChefDuPanel, DemandeDeDroit, Doublon, Evaluation, Fusion, Projet, TableauFige
from tests.adresses import routes
from visites.enums import EtatVisite
from visites.models import Campagne, Courrier, DemandeDeVisite, Guide, ModeleDeCourrier, Question, Theme, Visite

# Ce que l'adresse ajoute à la route, quand la page ne s'ouvre pas sans.
SUITES = {
    "suivi:fusionner": "?avec={autre}",
    "suivi:doublon-signaler": "?q=a",
    "visites:entreprises-lot": "?geste=etiqueter&entreprise={entreprise}",
}


def lisibles(membre):
    """(route, adresse) de ce que la table des droits ouvre à ce membre."""
    objets, siens = exemples(membre), propres(membre)
    for route in routes():
        if "GET" in route.vue.methodes and portee(membre, route.vue.droit) is not NON:
            for adresse in adresses(route, membre, objets, siens):
                yield route.nom, adresse


def adresses(route, membre, objets, propres):
    """Les adresses de cette route, une par objet qui la montre autrement ; aucune s'il n'en est pas d'exemple."""
    cas = [objets | propre for propre in propres.get(route.nom, [{}])]
    genres = {route.objet(argument) for argument in route.arguments}
    suite = SUITES.get(route.nom, "")
    return [route.adresse(membre.reseau.slug, cles) + suite.format(**cles) for cles in cas if all(map(cles.get, genres))]


def exemples(membre):
    """Dictionnaire genre d'objet → clé ; un genre dont le membre ne voit rien reçoit le premier du réseau, ou None."""
    du_reseau, toutes = {"reseau": membre.reseau}, Entreprise.objects.visibles_par(membre)
    cles = toutes.order_by().values("pk")
    visibles = toutes.filter(visites__projets__actions__isnull=False)
    visites = Visite.objects.visibles_par(membre)
    rendus = visites.filter(compte_rendu__isnull=False, projets__actions__isnull=False)
    sources = {
        "membre": Membre.objects.filter(**du_reseau),
        "absence": _la_sienne(Absence.objects.visibles_par(membre), membre, "membre"),
        "charte": Charte.objects.filter(**du_reseau).adoptees(),
        "institution": Institution.objects.filter(**du_reseau),
        "signataire": Signataire.objects.filter(**du_reseau),
        "entreprise": visibles,
        "etiquette": Etiquette.objects.filter(**du_reseau),
        "vue": VueEnregistree.objects.visibles_par(membre),
        "contact": Contact.objects.filter(entreprise__in=visibles.values("pk")),
        "deport": Deport.objects.filter(entreprise__reseau=membre.reseau),
        "document": Document.objects.visibles_par(membre, cles),
        "sollicitation": _la_sienne(Sollicitation.objects.visibles_par(membre, cles), membre, "membre"),
        "concurrence": Concurrence.objects.visibles_par(membre, cles),
        "doublon": Doublon.objects.visibles_par(membre, cles),
        "fusion": Fusion.objects.visibles_par(membre, cles),
        "import": Import.objects.visibles_par(membre),
        "cible": Cible.objects.filter(**du_reseau),
        "ligne": LigneDeCible.objects.filter(cible__reseau=membre.reseau),
        "campagne": Campagne.objects.filter(**du_reseau),
        "visite": rendus if rendus.exists() else visites,
        "rendue": _la_sienne(visites.filter(compte_rendu__termine_le__isnull=False, suites=None), membre, "developpeur"),
        "rendez_vous": visites.filter(etat=EtatVisite.RENDEZ_VOUS_PRIS, rendez_vous_le__gt=now()),
        "demande": DemandeDeVisite.objects.visibles_par(membre).a_traiter(),
        "courrier": Courrier.objects.filter(**du_reseau),
        "modele": ModeleDeCourrier.objects.filter(**du_reseau),
        "guide": Guide.objects.filter(**du_reseau).courants(),
        "theme": Theme.objects.filter(guide__reseau=membre.reseau),
        "question": Question.objects.filter(theme__guide__reseau=membre.reseau),
        "besoin": BesoinCommun.objects.filter(**du_reseau),
        "competence": _la_sienne(FicheCompetence.objects.gerables_par(membre).filter(retiree_le=None), membre, "membre"),
        "dispositif": Dispositif.objects.filter(**du_reseau),
        "projet": Projet.objects.filter(visite__in=visites.values("pk")),
        "action": Action.objects.visibles_par(membre),
        "droit": DemandeDeDroit.objects.visibles_par(membre).a_traiter(),
        "pli": Pli.objects.visibles_par(membre).rejouables(),
        "reunion": Reunion.objects.filter(**du_reseau),
        "formation": Formation.objects.filter(**du_reseau),
        "fige": TableauFige.objects.visibles_par(membre),
        "evaluation": Evaluation.objects.visibles_par(membre).repondues().exclude(temoignage=""),
        "chef": ChefDuPanel.objects.visibles_par(membre),
    }
    return {genre: _premier(source) for genre, source in sources.items()} | {"code": "2.5"}


def propres(membre):
    """Nom de route → les objets qu'il lui faut, ou qui la montrent sous plusieurs jours : [{genre: clé}]."""
    reseau, visites = membre.reseau, _la_sienne(Visite.objects.visibles_par(membre), membre, "developpeur")
    programmee = {"visite": _premier(visites.filter(etat=EtatVisite.PROGRAMMEE))}
    brouillon = {"courrier": _premier(Courrier.objects.visibles_par(membre).filter(numero=None))}
    prevue = {"reunion": _premier(Reunion.objects.filter(reseau=reseau, etat=EtatReunion.PREVUE))}
    cibles, imports = Cible.objects.filter(reseau=reseau), Import.objects.visibles_par(membre)
    en_preparation = {"cible": _premier(cibles.filter(decidee_le=None, vote_ouvert_le=None))}
    doublon = Doublon.objects.visibles_par(membre, Entreprise.objects.visibles_par(membre).values("pk")).first()
    gestes = ("rendre", "rendez-vous", "realiser", "refuser", "injoignable", "annuler")
    return {
        **{f"visites:{geste}": [programmee] for geste in gestes},
        "visites:affecter": [{"visite": _premier(visites.filter(etat=EtatVisite.A_PROGRAMMER))}],
        "visites:courrier-courriel": [{"courrier": _premier(Courrier.objects.visibles_par(membre).a_envoyer())}],
        "visites:courrier-rejeter": [{"courrier": _premier(Courrier.objects.filter(reseau=reseau).a_signer())}],
        **{f"visites:courrier-{geste}": [brouillon] for geste in ("corriger", "modele")},
        "visites:vue-modifier": [{"vue": _premier(VueEnregistree.objects.filter(membre=membre))}],
        "suivi:reunion": [prevue, {"reunion": _premier(Reunion.objects.filter(reseau=reseau, etat=EtatReunion.TENUE))}],
        "suivi:reunion-modifier": [prevue],
        "suivi:seance": [prevue],
        "reseau:membre-reinitialiser": [{"membre": _premier(Membre.objects.filter(reseau=reseau).exclude(pk=membre.pk))}],
        "suivi:fusionner": [{"entreprise": doublon.entreprise_id, "autre": doublon.autre_id}] if doublon else [],
        "entreprises:cible": [{"cible": cle} for cle in cibles.order_by("pk").values_list("pk", flat=True)],
        "entreprises:cible-modifier": [en_preparation],
        "entreprises:cible-decider": [en_preparation],
        "entreprises:import": [{"import": _premier(imports.filter(etat=etat))} for etat in (EtatImport.ECRIT, EtatImport.APERCU)],
        "entreprises:import-changements": [{"import": _premier(imports.filter(genre=GenreImport.SIRENE))}],
    }


def _la_sienne(lignes, membre, champ):
    """Celles où ce membre est nommé d'abord : qui n'a que les siennes n'ouvre pas les autres."""
    siennes = Case(When(**{champ: membre}, then=Value(value=False)), default=Value(value=True), output_field=BooleanField())
    return lignes.order_by(siennes, "pk")


def _premier(source):
    source = source if source.query.order_by else source.order_by("pk")
    return source.values_list("pk", flat=True).first()
