"""Envoyer par courriel une lettre signée, seule ou en lot : à qui, avec quelles copies, et avec quelle trace.

L'envoi s'inscrit avec le geste ; son papier composé, il entre dans la boîte d'envoi (`reseau.expedition`) et part. Une lettre
n'est dite envoyée qu'une fois son courriel accepté ; ce qui n'est pas parti se dit, et repart de lui-même.
"""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils.timezone import localdate

from entreprises.models import Deport
from reseau import expedition
from reseau.enums import EtatPli, GenrePli, Geste
from reseau.lib.courriels import MUET
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.lettre import substituer
from reseau.lib.saisie import plusieurs_lignes, une_ligne
from reseau.models import Pli
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
INTERROMPU = "L’envoi s’est interrompu avant de partir."
SONDE = timedelta(minutes=5)  # un serveur muet au premier paquet d'un lot n'est pas sollicité à chaque paquet
EN_CHEMIN = Q(echec="") | Q(pli__etat=EtatPli.EN_COURS)
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
    if EnvoiDeLettre.objects.filter(courrier=courrier).filter(EN_CHEMIN).exists():
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
    en_route = set(EnvoiDeLettre.objects.filter(EN_CHEMIN, courrier__in=cles).values_list("courrier", flat=True))
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
    """Réserve `combien` envois en attente à qui les fera partir ; rend leurs clés."""
    return _reserver(envois.en_attente(), combien, maintenant)


@transaction.atomic
def prendre_les_oublies(*, combien, maintenant):
    """Réserve ceux que la page du lot, ou un arrêt du service, a laissés ; rend leurs clés."""
    return _reserver(EnvoiDeLettre.objects.oublies(maintenant), combien, maintenant)


def envoyer(cles, *, maintenant):
    """Met ces envois déjà pris dans la boîte d'envoi et les fait partir, hors de toute transaction ; rend les `EnvoiDeLettre`.

    Ce qui a changé depuis l'inscription compte : une entreprise devenue non diffusible ne reçoit rien.
    """
    inscrire_les_plis(cles, maintenant=maintenant)
    envois = EnvoiDeLettre.objects.filter(pk__in=cles)
    plis = list(envois.filter(pli__isnull=False).values_list("pli", flat=True))
    if plis and _serveur_muet(envois, maintenant):
        Pli.objects.en_attente().filter(pk__in=plis).update(echec=MUET)
    else:
        expedition.expedier(plis, maintenant=maintenant)
    constater()
    return list(envois.select_related("pli"))


def inscrire_les_plis(cles, *, maintenant):
    """Compose le papier de ces envois et les met dans la boîte d'envoi ; ceux qui ne le peuvent plus disent pourquoi."""
    a_inscrire = EnvoiDeLettre.objects.filter(pk__in=cles, envoye_le=None, echec="", pli=None)
    envois = list(a_inscrire.select_related("demande_par__utilisateur"))
    lettres = {lettre.pk: lettre for lettre in _avec_tout(Courrier.objects.filter(envois__in=envois))}
    for envoi in envois:
        envoi.echec = empechement(lettres[envoi.courrier_id], le=localdate(maintenant))
    partants = _avec_papier([envoi for envoi in envois if not envoi.echec])
    with transaction.atomic():
        for envoi, papier in partants:
            envoi.pli = _pli(envoi, lettres[envoi.courrier_id], papier, maintenant)
        EnvoiDeLettre.objects.bulk_update(envois, ["echec", "pli"])


@transaction.atomic
def constater():
    """Reporte sur les envois, leurs lettres et leurs visites ce que les courriels sont devenus."""
    envois = list(EnvoiDeLettre.objects.a_constater().select_related("pli"))
    for envoi in envois:
        envoi.echec, envoi.envoye_le = envoi.pli.echec, envoi.pli.parti_le
        envoi.corps = "" if envoi.envoye_le else envoi.corps
    EnvoiDeLettre.objects.bulk_update(envois, ["echec", "envoye_le", "corps"])
    parties = {envoi.courrier_id: envoi for envoi in envois if envoi.envoye_le}
    # Celle que quelqu'un vient de dire partie par la poste le reste : elle est partie deux fois, l'envoi le dit aussi.
    lot = Courrier.objects.filter(pk__in=parties).a_envoyer().select_for_update(of=("self",))
    for courrier in lot.order_by("pk"):
        envoi, lettre = parties[courrier.pk], Courrier.objects.filter(pk=courrier.pk)
        le = localdate(envoi.envoye_le)
        lettre.update(etat=EtatCourrier.ENVOYEE, envoye_le=le, courriel=envoi.courriel, version=F("version") + 1)
        annoncer(Visite.objects.filter(pk=courrier.visite_id), le=le)


def retirer_les_empeches(maintenant):
    """Ce qui attendait et ne peut plus partir : lettre partie par la poste, entreprise non diffusible ou à l'abri, déport."""
    attendent = {envoi.courrier_id: envoi.pli_id for envoi in EnvoiDeLettre.objects.filter(pli__etat=EtatPli.ATTEND)}
    for courrier in _avec_tout(Courrier.objects.filter(pk__in=attendent)):
        if motif := empechement(courrier, le=localdate(maintenant)):
            plis = Pli.objects.filter(pk=attendent[courrier.pk])
            expedition.retirer(plis, raison=motif, maintenant=maintenant)
    constater()


def _reserver(envois, combien, maintenant):
    cles = [envoi.pk for envoi in envois.select_for_update(of=("self",)).order_by("pk")[:combien]]
    EnvoiDeLettre.objects.filter(pk__in=cles).update(pris_le=maintenant)
    return cles


def _serveur_muet(envois, maintenant):
    lots = envois.exclude(lot=None).values("lot")
    essais = EnvoiDeLettre.objects.filter(lot__in=lots, pli__echec=MUET).aggregate(dernier=Max("pli__essaye_le"))
    return essais["dernier"] is not None and essais["dernier"] > maintenant - SONDE


def _avec_papier(envois):
    """[(envoi, PDF figé)] ; celui que l'on ne peut pas composer échoue."""
    cles = [envoi.courrier_id for envoi in envois]
    figer(Courrier.objects.filter(pk__in=cles))
    papiers = dict(PdfFige.objects.filter(courrier__in=cles, detruit_le=None).values_list("courrier", "pdf"))
    for envoi in envois:
        envoi.echec = "" if envoi.courrier_id in papiers else SANS_PAPIER
    return [(envoi, bytes(papiers[envoi.courrier_id])) for envoi in envois if not envoi.echec]


def _pli(envoi, courrier, papier, maintenant):
    return expedition.inscrire(
        GenrePli.LETTRE,
        destinataire=envoi.courriel,
        copies=envoi.copies,
        objet=envoi.objet,
        corps=envoi.corps,
        pieces=[(f"lettre-{courrier.reference}.pdf", "application/pdf", papier)],
        repondre_a=(courrier.visite.developpeur or envoi.demande_par).utilisateur.email,
        reseau=courrier.reseau,
        par=envoi.demande_par,
        page=reverse("visites:courrier", args=[courrier.reseau.slug, courrier.pk]),
        inscrit_le=maintenant,
    )


def _rediger(courrier, objet, corps):
    """Variables remplies, sur une ligne pour l'objet : un nom d'entreprise ne devient jamais un en-tête."""
    donnees = valeurs(courrier)
    return une_ligne(substituer(objet, donnees))[:160], plusieurs_lignes(substituer(corps, donnees))


def _adresses_en_copie(possibles, roles, courriel):
    """Les adresses en copie, sans double ni le destinataire."""
    adresses = {copie.courriel.lower(): copie.courriel for copie in possibles if copie.role in roles}
    return [adresse for cle, adresse in adresses.items() if cle != courriel.lower()]


def _liberer(envois, maintenant):
    """Un envoi jamais parti ne bloque pas le suivant, et ne partira plus."""
    envois.en_attente().update(echec=REMPLACE)
    envois.interrompus(maintenant).update(echec=INTERROMPU)
    essayes = Pli.objects.filter(envoi__in=envois.exclude(echec="")).exclude(etat=EtatPli.RETIRE)
    expedition.retirer(essayes, raison=REMPLACE, maintenant=maintenant)


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
