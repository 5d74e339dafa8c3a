"""Le courriel d'agenda d'une invitation : son texte, et l'évènement que l'agenda de la personne ouvre."""

import dataclasses

from django.template.loader import render_to_string
from django.utils.timezone import override

from entreprises.models import Deport
from reseau import expedition
from reseau.enums import GenrePli
from reseau.lib import agenda as ics
from reseau.lib.dates import duree_en_mots
from visites.agenda import details_dits, evenement
from visites.enums import EtatVisite, RoleInvite


def inscrire_le_pli(visite, ligne, derniere, *, maintenant):
    """Le `Pli` de cette ligne : texte, évènement dans le corps (text/calendar) et en pièce jointe."""
    contenu = _contenu(visite, ligne, maintenant)
    objet, corps = texte(visite, ligne, derniere)
    repondre = visite.developpeur or ligne.demandee_par
    nom = "invitation.ics" if ligne.tient else "annulation.ics"
    return expedition.inscrire(
        GenrePli.AGENDA,
        destinataire=ligne.courriel,
        objet=objet,
        corps=corps,
        pieces=[("", f"text/calendar; method={_methode(ligne)}", contenu), (nom, "application/ics", contenu)],
        repondre_a=repondre.utilisateur.email,
        reseau=visite.reseau,
        membre=ligne.membre,
        par=ligne.demandee_par,
        page=visite.get_absolute_url(),
        inscrit_le=maintenant,
    )


def texte(visite, ligne, derniere):
    """(objet, corps) du courriel, à l'heure du réseau. `ligne` peut n'être pas enregistrée : c'est l'aperçu.

    `derniere` : ce que cette adresse a déjà reçu, ou None ; une invitation qui en change le dit.
    """
    donnees = {
        "ligne": ligne,
        "visite": visite,
        "duree": duree_en_mots(int((ligne.fin_le - ligne.debut_le).total_seconds() // 60)),
        "change": bool(derniere and derniere.tient and details_dits(derniere) != details_dits(ligne)),
        "maintenu": _tient_pour_d_autres(visite, ligne),
        "nommer": ligne.tient or not _s_en_deporte(visite, ligne),
    }
    nom = "invitation" if ligne.tient else "annulation"
    with override(visite.reseau.fuseau):
        objet = render_to_string(f"visites/courriels/{nom}_objet.txt", donnees)
        corps = render_to_string(f"visites/courriels/{nom}_corps.txt", donnees)
    return " ".join(objet.split()), corps.strip() + "\n"


def _contenu(visite, ligne, maintenant):
    if ligne.tient:
        participants = [ics.Personne(p.nom, p.courriel, p.role == RoleInvite.ENTREPRISE) for p in _participants(visite)]
        ecrit = evenement(visite, details_dits(ligne), rang=ligne.sequence, participants=participants)
    else:
        # Retirer une personne d'un rendez-vous qui tient ne l'annule pas pour les autres (RFC 5546, 3.2.5).
        statut = "" if _tient_pour_d_autres(visite, ligne) else ics.ANNULE
        seul = [ics.Personne(ligne.nom, ligne.courriel)]
        ecrit = evenement(visite, details_dits(ligne), rang=ligne.sequence, statut=statut, participants=seul)
        if _s_en_deporte(visite, ligne):
            ecrit = _expurge(ecrit)
    return ics.ecrire([ecrit], methode=_methode(ligne), fuseau=visite.reseau.fuseau, le=maintenant)


def _participants(visite):
    """Ceux dont le dernier envoi, parti ou en partance, est une invitation."""
    suivis = {ligne.courriel.lower(): ligne for ligne in visite.invitations.filter(echec="")}
    return [ligne for ligne in suivis.values() if ligne.tient]


def _methode(ligne):
    return ics.DEMANDE if ligne.tient else ics.ANNULATION


def _tient_pour_d_autres(visite, ligne):
    return not ligne.tient and visite.etat == EtatVisite.RENDEZ_VOUS_PRIS


def _s_en_deporte(visite, ligne):
    """Un membre qui se déporte ne relit plus le nom de l'entreprise, même pour l'ôter de son agenda."""
    return Deport.objects.filter(entreprise=visite.entreprise, membre=ligne.membre_id).exists() if ligne.membre_id else False


def _expurge(ecrit):
    return dataclasses.replace(ecrit, titre="Rendez-vous retiré", lieu="", description="")
