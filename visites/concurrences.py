"""Ne pas porter d'une entreprise à sa concurrente ce qu'on a appris chez elle : qui suit l'une, averti avant l'autre.

Un lien de concurrence ne se voit que si l'on voit les deux entreprises : il ne s'oppose qu'à qui le voit.
"""

from django.db.models import Q

from entreprises.models import Acces, Concurrence, Entreprise
from reseau.lib.dates import plus_mois
from reseau.lib.erreurs import RegleEnfreinte
from visites.enums import CONFIEES
from visites.models import Visite


def concurrentes_de(entreprise, lecteur):
    """[Entreprise] : ses concurrentes que ce lecteur voit, par ordre alphabétique ; aucune s'il ne la voit pas. Une requête."""
    siennes = concurrentes_par_entreprise([entreprise], lecteur).get(entreprise.pk, [])
    return sorted(siennes, key=lambda fiche: (fiche.raison_sociale, fiche.pk))


def concurrentes_par_entreprise(entreprises, lecteur):
    """Dictionnaire clé d'entreprise → [Entreprise] concurrentes que ce lecteur voit ; une requête."""
    cles = {entreprise.pk for entreprise in entreprises}
    visibles = Entreprise.objects.visibles_par(lecteur).order_by().values("pk")
    liens = Concurrence.objects.visibles_par(lecteur, visibles).select_related("entreprise", "concurrente")
    trouvees = {}
    for lien in liens.filter(Q(entreprise__in=cles) | Q(concurrente__in=cles)):
        for ici, autre in ((lien.entreprise, lien.concurrente), (lien.concurrente, lien.entreprise)):
            if ici.pk in cles:
                trouvees.setdefault(ici.pk, []).append(autre)
    return trouvees


def conflits(entreprise, equipe, *, par, le):
    """Une phrase par membre de l'équipe qui suit ou vient de visiter une concurrente que `par` voit."""
    concurrentes = {fiche.pk: fiche for fiche in concurrentes_de(entreprise, par)}
    if not concurrentes:
        return []
    suivies = suivies_par_membre(concurrentes, entreprise.reseau, le)
    return [
        f"{membre} suit {concurrentes[cle]}, une concurrente."
        for membre in equipe
        for cle in sorted(suivies.get(membre.pk, ()), key=lambda cle: str(concurrentes[cle]))
    ]


def suivies_par_membre(entreprises, reseau, le):
    """Dictionnaire clé de membre → clés de celles (des clés) qu'il suit ou vient de visiter ; deux requêtes."""
    depuis, suivies = plus_mois(le, -reseau.espacement_mois), {}
    proches = Visite.objects.filter(Q(etat__in=CONFIEES) | Q(realisee_le__gt=depuis), entreprise__in=entreprises).order_by()
    equipes = [(cle, equipe) for cle, *equipe in proches.values_list("entreprise", "developpeur", "accompagnant")]
    actions = Acces.objects.d_une_action(depuis).filter(entreprise__in=entreprises).values_list("entreprise", "membre")
    for cle, equipe in [*equipes, *((cle, [membre]) for cle, membre in actions)]:
        for membre in filter(None, equipe):
            suivies.setdefault(membre, set()).add(cle)
    return suivies


def motif_pour_passer_outre(entreprise, equipe, *, par, le, motif, confiee):
    """Le motif s'il a servi, "" si personne de l'équipe ne suit une concurrente ; `RegleEnfreinte` s'il manque.

    Une concurrente que `par` ne voit pas ne s'oppose à rien, et ne se trahit pas. `confiee` : « cette visite ».
    """
    trouves = conflits(entreprise, equipe, par=par, le=le)
    if trouves and not motif.strip():
        conseil = f"Donnez un motif pour lui confier quand même {confiee}."
        raise RegleEnfreinte(f"{entreprise} : {' '.join(trouves)} {conseil}")
    return motif.strip() if trouves else ""
