"""Convoquer par courriel, prévenir d'un report, retirer de l'agenda ; et le lien d'où l'on répond d'un clic, sans compte.

La réponse ne s'attend pas de l'agenda : peu de messageries la rendent.
"""

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import override

from reseau import expedition
from reseau.droits import autorise
from reseau.enums import EtatReunion, GenrePli, Geste
from reseau.lib import agenda as ics
from reseau.models import Convocation, Membre, Presence, Reunion
from reseau.operations import noter
from suivi.enums import GenreDePoint
from suivi.models import Action, Proposition
from visites.agenda import evenement_de_reunion, expediteur, organisateur
from visites.models import Visite

SIGNATURE = Signer(salt="suivi.convocation")


def a_prevenir(reunion):
    """Les `Presence` à qui écrire : jamais convoquées, ou à qui l'on a dit autre chose que ce qui est prévu.

    Y compris, pas encore enregistrées, celles de qui est entré dans le réseau depuis. D'une réunion annulée, ceux-là seuls
    qu'on avait convoqués ; d'une réunion tenue, personne. Trois requêtes.
    """
    if reunion.etat == EtatReunion.TENUE:
        return []
    connues = _dernieres(reunion)
    inscrites = list(reunion.presences.select_related("membre__utilisateur", "membre__institution"))
    if reunion.etat == EtatReunion.ANNULEE:
        return [presence for presence in inscrites if (dite := connues.get(presence.membre_id)) and not dite.annule]
    deja = [presence.membre_id for presence in inscrites]
    nouveaux = Membre.objects.filter(reseau=reunion.reseau_id).actifs(reunion.le).exclude(pk__in=deja)
    presences = inscrites + [Presence(reunion=reunion, membre=membre) for membre in nouveaux.select_related("utilisateur")]
    attendues = [presence for presence in presences if est_attendu(presence.membre, reunion)]
    return [presence for presence in attendues if not _sait(connues.get(presence.membre_id), reunion)]


def est_attendu(membre, reunion):
    """Encore du réseau ce jour-là, compte ouvert, et d'un rôle qui répond aux convocations."""
    present = not membre.est_parti(reunion.le) and membre.utilisateur.is_active
    return present and autorise(membre, "reunions.repondre", membre)


@transaction.atomic
def inscrire(reunion, *, par, racine, maintenant):
    """Inscrit un courriel par personne à prévenir, qui part une fois le geste gardé ; rend leurs `Convocation`.

    La réunion se verrouille. `racine` : l'adresse du site.
    """
    reunion = Reunion.objects.select_for_update(of=("self",)).select_related("reseau").get(pk=reunion.pk)
    nouvelles = [presence for presence in a_prevenir(reunion) if presence.pk is None]
    Presence.objects.bulk_create(nouvelles, ignore_conflicts=True)
    presences, deja = a_prevenir(reunion), set(_dernieres(reunion))
    commun = {"annonce": annonce_de_l_ordre_du_jour(reunion), "racine": racine.rstrip("/"), "maintenant": maintenant}
    lignes = []
    for presence in presences:
        ligne = _ligne(reunion, presence.membre, maintenant)
        ligne.pli = _pli(ligne, presence, par=par, deja_convoque=presence.membre_id in deja, **commun)
        lignes.append(ligne)
    Convocation.objects.bulk_create(lignes)
    if lignes:
        noter(par, Geste.AJOUT, "convocations", nombre=len(lignes), precision=f"réunion {reunion.pk}")
        expedition.faire_partir([ligne.pli_id for ligne in lignes])
    return lignes


def annonce_de_l_ordre_du_jour(reunion):
    """Les lignes de l'ordre du jour que tout convoqué peut lire, dans son ordre : des nombres, jamais une entreprise."""
    points = list(reunion.points.all())
    retires = {point.code for point in points if point.retire_le}
    rangs = {}
    for point in points:
        if point.rang is not None:
            cle = point.code if point.genre == GenreDePoint.LIBRE else point.genre
            rangs[cle] = min(point.rang, rangs.get(cle, point.rang))
    lignes = [*_rubriques(reunion, points), *((point.code, point.titre) for point in points if point.titre)]
    lignes = [(cle, texte) for cle, texte in lignes if cle not in retires]
    dernier = max(rangs.values(), default=0) + 1
    return [texte for _, texte in sorted(lignes, key=lambda ligne: rangs.get(ligne[0], dernier if rangs else 0))]


def _rubriques(reunion, points):
    """(genre, ligne) de ce que les données mettent à l'ordre du jour."""
    du_reseau = Visite.objects.filter(reseau=reunion.reseau_id)
    restitutions = du_reseau.a_restituer().filter(compte_rendu__termine_le__isnull=False)
    restitutions = restitutions.exclude(pk__in=[p.visite_id for p in points if p.visite_id and p.retire_le]).count()
    echues = Action.objects.filter(reseau=reunion.reseau_id).echues(reunion.le).count()
    proposees = Proposition.objects.en_attente().filter(entreprise__reseau=reunion.reseau_id).count()
    if restitutions:
        yield GenreDePoint.VISITE, f"Restitution de {restitutions} visite{'s' if restitutions > 1 else ''}"
    if echues:
        yield GenreDePoint.ACTIONS, f"Actions échues : {echues}"
    yield GenreDePoint.PROCHAINES, f"Choix des prochaines entreprises{f' ({proposees} proposées)' if proposees > 1 else ''}"
    for expose in reunion.exposes.all():
        yield GenreDePoint.EXPOSE, f"Exposé : {expose.titre}"


def chemin_de_reponse(presence):
    """L'adresse, signée, d'où ce convoqué répond sans se connecter."""
    return reverse("reponse", args=[SIGNATURE.sign(presence.pk)])


def trouver(jeton):
    """La `Presence` que ce lien désigne, avec sa réunion et son membre ; None s'il est inventé."""
    try:
        cle = int(SIGNATURE.unsign(jeton))
    except (BadSignature, ValueError):
        return None
    return Presence.objects.select_related("reunion__reseau", "membre__utilisateur").filter(pk=cle).first()


def _dernieres(reunion):
    """{membre: sa dernière `Convocation`, partie ou qui partira}."""
    return {ligne.membre_id: ligne for ligne in reunion.convocations.dites()}


def _sait(dite, reunion):
    return dite is not None and not dite.annule and dite.details == reunion.details


def _ligne(reunion, membre, maintenant):
    return Convocation(
        reunion=reunion,
        membre=membre,
        annule=reunion.etat == EtatReunion.ANNULEE,
        sequence=reunion.version - 1,
        le=reunion.le,
        heure=reunion.heure,
        lieu=reunion.lieu,
        demandee_le=maintenant,
    )


def _pli(ligne, presence, *, par, annonce, deja_convoque, racine, maintenant):
    """Le courriel de cette ligne : texte, évènement dans le corps (text/calendar) et en pièce jointe.

    `deja_convoque` : la personne avait reçu une autre date ou un autre lieu. `racine` : l'adresse du site, sans « / ».
    """
    reunion, membre = ligne.reunion, ligne.membre
    lien = racine + chemin_de_reponse(presence)
    donnees = {"reunion": reunion, "membre": membre, "annonce": annonce, "change": deja_convoque, "lien": lien, "racine": racine}
    nom = "reunion_annulee" if ligne.annule else "convocation"
    with override(reunion.reseau.fuseau):
        objet = render_to_string(f"suivi/courriels/{nom}_objet.txt", donnees)
        corps = render_to_string(f"suivi/courriels/{nom}_corps.txt", donnees).strip() + "\n"
    contenu, methode = _evenement(ligne, racine, maintenant)
    fichier = "annulation.ics" if ligne.annule else "convocation.ics"
    return expedition.inscrire(
        GenrePli.CONVOCATION,
        destinataire=membre.utilisateur.email,
        objet=objet,
        corps=corps,
        pieces=[("", f"text/calendar; method={methode}", contenu), (fichier, "application/ics", contenu)],
        repondre_a=reunion.reseau.courriel,
        reseau=reunion.reseau,
        membre=membre,
        par=par,
        page=reunion.get_absolute_url(),
        inscrit_le=maintenant,
    )


def _evenement(ligne, racine, maintenant):
    """(octets du .ics, méthode). Un seul participant : les adresses des autres ne regardent pas son agenda."""
    reunion, reseau = ligne.reunion, ligne.reunion.reseau
    seul = [ics.Personne(str(ligne.membre), ligne.membre.utilisateur.email)]
    qui = {"organisateur": organisateur(reseau), "envoye_par": expediteur(), "participants": seul}
    methode = ics.ANNULATION if ligne.annule else ics.DEMANDE
    evenement = evenement_de_reunion(reunion, reseau, racine, **qui)
    return ics.ecrire([evenement], methode=methode, fuseau=reseau.fuseau, le=maintenant), methode
