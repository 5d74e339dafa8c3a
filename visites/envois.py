"""Envoyer par courriel une lettre signée, seule ou en lot : à qui, avec quelles copies, et avec quelle trace.

Comme pour les invitations, en deux temps : l'envoi s'inscrit avec le geste, puis part hors de la transaction. Une lettre
n'est dite envoyée qu'une fois son courriel accepté ; ce qui n'est pas parti se dit, et se recommence.
"""

import uuid
from dataclasses import dataclass, field

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate

from entreprises.models import Deport
from reseau.enums import Geste
from reseau.lib.courriels import MUET, expedier
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.lettre import substituer
from reseau.lib.saisie import plusieurs_lignes, une_ligne
from reseau.operations import noter
from visites.composition import avec_dirigeant, dirigeant_de, valeurs
from visites.courriers import obstacle
from visites.enums import EnCopie, EtatCourrier
from visites.models import Courrier, EnvoiDeLettre, PdfFige, Visite
from visites.operations import annoncer
from visites.papier_des_lettres import figer

OBJET = "Une lettre de la préfecture pour {entreprise}"
CORPS = (
    "{appel},\n\n"
    "Vous trouverez ci-jointe une lettre de la préfecture. Elle concerne une rencontre avec {developpeur} ({institution}), "
    "du réseau « {reseau} ».\n\n"
    "Pour lui répondre, il suffit de répondre à ce message."
)
A_L_ABRI = "L’entreprise a demandé à ne plus être sollicitée : aucun courriel ne lui est envoyé."
SANS_ADRESSE = "Aucun courriel n’est connu pour le dirigeant ni pour l’entreprise : la lettre reste à imprimer."
DEJA_PARTIE = "La lettre est déjà partie."
PAS_SIGNEE = "Seule une lettre signée s’envoie."
EN_ROUTE = "Un courriel est en train de partir pour cette lettre."
REMPLACE = "Un autre envoi l’a remplacé."
INTERROMPU = "L’envoi s’est interrompu : on ne sait pas s’il est parti."
SANS_PAPIER = "Le PDF de la lettre n’a pas pu être composé."


@dataclass(frozen=True)
class Copie:
    """Qui peut recevoir copie ; `coche` : proposé d'office."""

    role: str
    courriel: str
    nom: str
    coche: bool


@dataclass(frozen=True)
class Partage:
    """Un lot, avant de partir : `prets`, les (courrier, adresse) ; `restants`, les (courrier, raison)."""

    prets: list = field(default_factory=list)
    restants: list = field(default_factory=list)


def empechement(courrier, *, le):
    """Ce qui interdit d'envoyer cette lettre par courriel aujourd'hui, en une phrase ; vide si rien. Voir `avec_deport`."""
    if courrier.etat == EtatCourrier.ENVOYEE:
        return DEJA_PARTIE
    if courrier.etat != EtatCourrier.SIGNEE:
        return PAS_SIGNEE
    if motif := obstacle(courrier.visite, deporte=courrier.deporte):
        return motif
    return "" if courrier.visite.entreprise.sollicitable(le) else A_L_ABRI


def adresse_proposee(courrier):
    """Le courriel du dirigeant, sinon celui de l'entreprise ; vide si l'on n'en connaît aucun."""
    entreprise = courrier.visite.entreprise
    dirigeant = dirigeant_de(entreprise)
    return (dirigeant.courriel if dirigeant else "") or entreprise.courriel


def copies(courrier, *, le, deportes=None):
    """Les `Copie` possibles : l'équipe de la visite, et la préfecture. `deportes` : voir `equipe`."""
    trouvees = equipe(courrier.visite, le=le, deportes=deportes)
    if courrier.reseau.courriel:
        trouvees.append(Copie(EnCopie.PREFECTURE, courrier.reseau.courriel, "Préfecture", coche=False))
    return trouvees


def equipe(visite, *, le, deportes=None):
    """La `Copie` du développeur, puis de l'accompagnant ; ni parti, ni déporté.

    `deportes` : les clés des membres qui se déportent de l'entreprise, si elles sont déjà lues.
    """
    if deportes is None:
        deportes = set(Deport.objects.filter(entreprise=visite.entreprise).values_list("membre", flat=True))
    return [
        Copie(role, membre.utilisateur.email, str(membre), coche=True)
        for role, membre in ((EnCopie.DEVELOPPEUR, visite.developpeur), (EnCopie.ACCOMPAGNANT, visite.accompagnant))
        if membre and membre.pk not in deportes and not membre.est_parti(le)
    ]


def texte_propose(courrier):
    """(objet, corps) du courriel de cette lettre, variables remplies."""
    return _rediger(courrier, OBJET, CORPS)


def partager(courriers, *, le):
    """Le `Partage` d'un lot : qui partirait par courriel, et à quelle adresse ; qui reste à imprimer, et pourquoi."""
    partage = Partage()
    for courrier in _avec_tout(courriers.a_envoyer()).order_by("annee", "numero"):
        adresse = adresse_proposee(courrier)
        raison = empechement(courrier, le=le) or ("" if adresse else SANS_ADRESSE)
        if raison:
            partage.restants.append((courrier, raison))
        else:
            partage.prets.append((courrier, adresse))
    return partage


@transaction.atomic
def inscrire(courrier, *, courriel, en_copie, objet, corps, par, maintenant):
    """Inscrit l'envoi de cette lettre, déjà pris par qui l'inscrit ; rend sa clé, pour `envoyer`. `RegleEnfreinte` sinon.

    La lettre se verrouille : de deux envois simultanés, le second lit qu'un courriel est en train de partir.
    """
    courrier = _avec_tout(Courrier.objects.select_for_update(of=("self",))).get(pk=courrier.pk)
    le = localdate(maintenant)
    if motif := empechement(courrier, le=le):
        raise RegleEnfreinte(f"{courrier.visite.entreprise} : {motif}")
    _liberer(EnvoiDeLettre.objects.filter(courrier=courrier), maintenant)
    if EnvoiDeLettre.objects.filter(courrier=courrier, echec="").exists():
        raise RegleEnfreinte(EN_ROUTE)
    adresses = _adresses_en_copie(copies(courrier, le=le), en_copie, courriel)
    envoi = EnvoiDeLettre(courrier=courrier, courriel=courriel, copies=adresses, demande_par=par, pris_le=maintenant)
    envoi.objet, envoi.corps = une_ligne(objet), plusieurs_lignes(corps)
    envoi.save()
    noter(par, Geste.AJOUT, courrier, precision="envoi par courriel")
    return envoi.pk


@transaction.atomic
def inscrire_lot(courriers, *, en_copie, objet, corps, par, maintenant):
    """Inscrit l'envoi des lettres du lot qui ont une adresse ; rend le `uuid` du lot. `objet` et `corps` : à variables."""
    verrouillees = Courrier.objects.filter(pk__in=courriers.values("pk")).select_for_update(of=("self",))
    partage = partager(verrouillees, le=localdate(maintenant))
    cles = [courrier.pk for courrier, _ in partage.prets]
    _liberer(EnvoiDeLettre.objects.filter(courrier__in=cles), maintenant)
    en_route = set(EnvoiDeLettre.objects.filter(courrier__in=cles, echec="").values_list("courrier", flat=True))
    deportes = _deportes([courrier.visite.entreprise_id for courrier, _ in partage.prets])
    lot, envois = uuid.uuid4(), []
    for courrier, adresse in partage.prets:
        if courrier.pk in en_route:
            continue
        possibles = copies(courrier, le=localdate(maintenant), deportes=deportes.get(courrier.visite.entreprise_id, set()))
        ecrit = dict(zip(("objet", "corps"), _rediger(courrier, objet, corps), strict=True))
        adresses = _adresses_en_copie(possibles, en_copie, adresse)
        envois.append(EnvoiDeLettre(courrier=courrier, lot=lot, courriel=adresse, copies=adresses, demande_par=par, **ecrit))
    if not envois:
        raise RegleEnfreinte("Aucune de ces lettres ne peut partir par courriel.")
    EnvoiDeLettre.objects.bulk_create(envois)
    noter(par, Geste.AJOUT, "envois de lettres par courriel", nombre=len(envois))
    return lot


@transaction.atomic
def prendre(envois, *, combien, maintenant):
    """Réserve `combien` envois en attente à qui les fera partir ; rend leurs clés.

    Le serveur est resté muet pour un autre du même lot : le reste échoue aussitôt, au lieu d'attendre paquet après paquet.
    """
    if envois.filter(echec=MUET).exists():
        envois.en_attente().update(echec=MUET)
        return []
    cles = [envoi.pk for envoi in envois.en_attente().select_for_update(of=("self",)).order_by("pk")[:combien]]
    EnvoiDeLettre.objects.filter(pk__in=cles).update(pris_le=maintenant)
    return cles


def envoyer(cles, *, maintenant):
    """Fait partir ces envois déjà pris, hors de toute transaction ; rend les `EnvoiDeLettre`, datés ou portant leur échec.

    Ce qui a changé depuis l'inscription compte : une entreprise devenue non diffusible ne reçoit rien.
    """
    envois = list(EnvoiDeLettre.objects.filter(pk__in=cles, envoye_le=None, echec="").select_related("demande_par__utilisateur"))
    lettres = {lettre.pk: lettre for lettre in _avec_tout(Courrier.objects.filter(envois__in=envois))}
    for envoi in envois:
        envoi.echec = empechement(lettres[envoi.courrier_id], le=localdate(maintenant))
    partants = _avec_papier([envoi for envoi in envois if not envoi.echec])
    raisons = expedier([_message(envoi, lettres[envoi.courrier_id], papier) for envoi, papier in partants])
    for (envoi, _), raison in zip(partants, raisons, strict=True):
        envoi.echec, envoi.envoye_le = raison, None if raison else maintenant
    _inscrire_les_departs(envois, le=localdate(maintenant))
    return envois


@transaction.atomic
def _inscrire_les_departs(envois, *, le):
    EnvoiDeLettre.objects.bulk_update(envois, ["echec", "envoye_le"])
    parties = {envoi.courrier_id: envoi.courriel for envoi in envois if envoi.envoye_le}
    # Celle que quelqu'un vient de dire partie par la poste le reste : elle est partie deux fois, l'envoi le dit aussi.
    lot = Courrier.objects.filter(pk__in=parties).a_envoyer().select_for_update(of=("self",))
    for courrier in lot.order_by("pk"):
        lettre = Courrier.objects.filter(pk=courrier.pk)
        lettre.update(etat=EtatCourrier.ENVOYEE, envoye_le=le, courriel=parties[courrier.pk], version=F("version") + 1)
        annoncer(Visite.objects.filter(pk=courrier.visite_id), le=le)


def _avec_papier(envois):
    """[(envoi, PDF figé)] ; celui que l'on ne peut pas composer échoue."""
    cles = [envoi.courrier_id for envoi in envois]
    figer(Courrier.objects.filter(pk__in=cles))
    papiers = dict(PdfFige.objects.filter(courrier__in=cles).values_list("courrier", "pdf"))
    for envoi in envois:
        envoi.echec = "" if envoi.courrier_id in papiers else SANS_PAPIER
    return [(envoi, bytes(papiers[envoi.courrier_id])) for envoi in envois if not envoi.echec]


def _message(envoi, courrier, papier):
    repondre = (courrier.visite.developpeur or envoi.demande_par).utilisateur.email
    message = EmailMessage(envoi.objet, envoi.corps, None, [envoi.courriel], cc=envoi.copies, reply_to=[repondre])
    message.attach(f"lettre-{courrier.reference}.pdf", papier, "application/pdf")
    return message


def _rediger(courrier, objet, corps):
    """Variables remplies, sur une ligne pour l'objet : un nom d'entreprise ne devient jamais un en-tête."""
    donnees = valeurs(courrier)
    return une_ligne(substituer(objet, donnees))[:160], plusieurs_lignes(substituer(corps, donnees))


def _adresses_en_copie(possibles, roles, courriel):
    """Les adresses en copie, sans double ni le destinataire."""
    adresses = {copie.courriel.lower(): copie.courriel for copie in possibles if copie.role in roles}
    return [adresse for cle, adresse in adresses.items() if cle != courriel.lower()]


def _liberer(envois, maintenant):
    """Un envoi jamais parti ne bloque pas le suivant ; celui qui s'est interrompu non plus, et le dit."""
    envois.en_attente().update(echec=REMPLACE)
    envois.interrompus(maintenant).update(echec=INTERROMPU)


def _deportes(entreprises):
    """Dictionnaire entreprise → clés des membres qui s'en déportent."""
    deportes = {}
    for entreprise, membre in Deport.objects.filter(entreprise__in=entreprises).values_list("entreprise", "membre"):
        deportes.setdefault(entreprise, set()).add(membre)
    return deportes


def _avec_tout(courriers):
    """Avec l'entreprise, son dirigeant et l'équipe, sans une requête par lettre."""
    equipe = ("visite__developpeur__utilisateur", "visite__accompagnant__utilisateur")
    return avec_dirigeant(courriers).select_related(*equipe)
