"""Un objet de chaque genre que ce membre voit, pour remplir les adresses."""

from entreprises.models import Cible, Contact, Deport, Entreprise, Etiquette, Import, LigneDeCible, VueEnregistree
from reseau.models import Institution, Membre, Reunion, Signataire
from suivi.models import Action, Projet
from visites.models import Campagne, Courrier, DemandeDeVisite, Visite


def exemples(membre):
    """Dictionnaire genre d'objet → numéro ; un genre que le membre ne voit pas reçoit le premier du réseau."""
    du_reseau = {"reseau": membre.reseau}
    visibles = Entreprise.objects.visibles_par(membre).filter(visites__projets__actions__isnull=False).order_by("pk")
    visites = Visite.objects.visibles_par(membre).order_by("pk")
    rendus = visites.filter(compte_rendu__isnull=False, projets__actions__isnull=False)
    sources = {
        "membre": Membre.objects.filter(**du_reseau),
        "institution": Institution.objects.filter(**du_reseau),
        "signataire": Signataire.objects.filter(**du_reseau),
        "entreprise": visibles,
        "etiquette": Etiquette.objects.filter(**du_reseau),
        "vue": VueEnregistree.objects.visibles_par(membre),
        "contact": Contact.objects.filter(entreprise__in=visibles.values("pk")),
        "deport": Deport.objects.filter(entreprise__reseau=membre.reseau),
        "import": Import.objects.filter(**du_reseau),
        "cible": Cible.objects.filter(**du_reseau),
        "ligne": LigneDeCible.objects.filter(cible__reseau=membre.reseau),
        "campagne": Campagne.objects.filter(**du_reseau),
        "visite": rendus if rendus.exists() else visites,
        "demande": DemandeDeVisite.objects.filter(**du_reseau).order_by("-etat"),
        "courrier": Courrier.objects.filter(**du_reseau),
        "projet": Projet.objects.filter(visite__in=visites.values("pk")),
        "action": Action.objects.visibles_par(membre),
        "reunion": Reunion.objects.filter(**du_reseau),
    }
    trouves = {genre: source.order_by("pk").values_list("pk", flat=True).first() or 0 for genre, source in sources.items()}
    return trouves | {"code": "2.5"}
