"""Les invitations d'agenda des rendez-vous à venir : presque tous les invités les ont reçues, le dernier attend la sienne."""

from reseau.models import Membre
from suivi.demonstration.calendrier import instant, ouvre_avant
from visites.agenda import details, sequence
from visites.enums import EtatVisite, MethodeInvitation, RoleInvite
from visites.models import Invitation

ENVOYEES_IL_Y_A = 3  # jours


def poser(chantier):
    """Crée les invitations, comme parties il y a trois jours ouvrés."""
    a_venir = [v for v in chantier.visites if v.etat == EtatVisite.RENDEZ_VOUS_PRIS and v.rendez_vous_fin > instant(chantier.le)]
    courriels = dict(Membre.objects.filter(reseau=chantier.reseau).values_list("pk", "utilisateur__email"))
    quand = instant(ouvre_avant(chantier.il_y_a(ENVOYEES_IL_Y_A)), 11)
    lignes = [ligne for visite in a_venir[:-1] for ligne in _lignes(visite, courriels, quand)]
    Invitation.objects.bulk_create(lignes)
    Invitation.objects.filter(pk__in=[ligne.pk for ligne in lignes]).update(demandee_le=quand)


def _lignes(visite, courriels, quand):
    """L'entreprise si on lui écrit, puis l'équipe."""
    dirigeant = visite.entreprise.contacts.filter(dirigeant=True).exclude(courriel="").first()
    if dirigeant and visite.entreprise.diffusible:
        yield _ligne(visite, RoleInvite.ENTREPRISE, str(dirigeant), dirigeant.courriel, quand)
    for role, membre in ((RoleInvite.DEVELOPPEUR, visite.developpeur), (RoleInvite.ACCOMPAGNANT, visite.accompagnant)):
        if membre:
            yield _ligne(visite, role, str(membre), courriels[membre.pk], quand, membre=membre)


def _ligne(visite, role, nom, courriel, quand, **champs):
    precisions = details(visite)
    return Invitation(
        visite=visite,
        methode=MethodeInvitation.DEMANDE,
        sequence=sequence(visite),
        role=role,
        nom=nom,
        courriel=courriel,
        debut_le=precisions.debut_le,
        fin_le=precisions.fin_le,
        lieu=precisions.lieu,
        visiteurs=precisions.visiteurs,
        demandee_par=visite.developpeur,
        envoyee_le=quand,
        **champs,
    )
