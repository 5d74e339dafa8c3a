"""La boîte d'envoi : les résumés du dernier lundi, partis ; un courriel refusé, un autre sans nouvelles."""

from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from django.urls import reverse

from reseau.enums import EtatPli, GenrePli, Qualite
from reseau.lib.courriels import REFUSE, SANS_NOUVELLES
from reseau.models import Membre, Pli
from reseau.models.pli import VALIDITE
from suivi.demonstration.calendrier import instant
from suivi.resumes import lundi

EN_ECHEC = ((EtatPli.ABANDONNE, REFUSE), (EtatPli.INCERTAIN, SANS_NOUVELLES))
AGE = 4  # jours : encore rejouables


def poser(chantier):
    """Crée les courriels, en lot ; de ceux qui sont partis, il ne reste que la trace."""
    reseau, accueil = chantier.reseau, chantier.reseau.get_absolute_url()
    actifs = list(Membre.objects.filter(reseau=reseau).actifs(chantier.le).select_related("utilisateur"))
    parti = _essaye(instant(lundi(chantier.le - timedelta(days=1)), 7))
    parti |= {"etat": EtatPli.PARTI, "parti_le": parti["inscrit_le"], "efface_le": parti["inscrit_le"], "page": accueil}
    directs = [membre for membre in actifs if membre.qualite == Qualite.DIRECT]
    plis = [Pli(reseau=reseau, genre=GenrePli.RESUME, membre=membre, **parti) for membre in directs]
    echoue = _essaye(instant(chantier.il_y_a(AGE), 10))
    textes = {"objet": f"Votre accès à {reseau}", "corps": "Bonjour,\n\nVous êtes membre du réseau."}
    for membre, (etat, echec) in zip(actifs, EN_ECHEC, strict=False):
        page = reverse("reseau:membre", args=[reseau.slug, membre.pk])
        adresse = {"membre": membre, "destinataire": membre.utilisateur.email, "page": page}
        plis.append(Pli(reseau=reseau, genre=GenrePli.ACCES, etat=etat, echec=echec, **adresse, **textes, **echoue))
    for rang, pli in enumerate(plis):
        pli.reference = uuid5(NAMESPACE_URL, f"{accueil}{rang}")  # mêmes données à chaque fois
    Pli.objects.bulk_create(plis)


def _essaye(quand):
    return {"essais": 1, "inscrit_le": quand, "prochain_le": quand, "essaye_le": quand, "perime_le": quand + VALIDITE}
