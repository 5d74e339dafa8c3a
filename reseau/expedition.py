"""Le seul chemin par où part un courriel : il s'inscrit avec le geste qui le fait naître, et part une fois le geste gardé.

`inscrire` (ou `ecrire`, depuis un gabarit) écrit un `Pli` dans la transaction en cours ; `expedier` le fait partir ensuite,
hors de toute transaction : aussitôt, puis par `manage.py expedier` tant que le serveur ne répond pas.

Garantie : rien ne se perd, et rien ne repart d'office après avoir peut-être été remis. Le pli se prend (« en train de
partir ») avant d'être remis et se date après. Tué entre les deux, ou sans réponse après la remise du message, il devient
« parti ou non ? » : un humain décide, sur la page de la boîte d'envoi. SMTP ne permet pas mieux. Une lecture de plus ne
change rien : le Message-ID est le même à chaque essai.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from email.utils import parseaddr
from functools import partial
from threading import Thread
from time import monotonic

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connections, transaction
from django.template.loader import render_to_string
from django.utils.timezone import localdate, now

from reseau.enums import EtatPli
from reseau.lib.courriels import MUET, SANS_NOUVELLES, Guichet, Issue
from reseau.models import PieceJointe, Pli
from reseau.models.pli import GARDE_DE_LA_TRACE, GARDE_DU_CONTENU, VALIDITE

# Temps laissé au serveur après chaque essai ; le dernier se répète jusqu'à ce que le pli se périme.
REPRISES = [timedelta(minutes=minutes) for minutes in (5, 15, 60, 180, 360, 720)]
DUREE_MAX = 240  # secondes d'une expédition : la suivante reprend où celle-ci s'arrête
PERIME = "Il n’a pas pu partir à temps."
PARTI_DU_RESEAU = "Son destinataire n’est plus du réseau."
REPARTIRA = "L’outil réessaiera de lui-même."
EFFACE = {"objet": "", "corps": "", "destinataire": "", "copies": [], "repondre_a": ""}
ETATS = {
    Issue.PARTIE: EtatPli.PARTI,
    Issue.MUETTE: EtatPli.ATTEND,
    Issue.DIFFEREE: EtatPli.ATTEND,
    Issue.REFUSEE: EtatPli.ABANDONNE,
    Issue.INCERTAINE: EtatPli.INCERTAIN,
}


@transaction.atomic
def inscrire(genre, *, destinataire, objet, corps, pieces: Iterable[tuple] = (), **champs):
    """Le `Pli` inscrit dans la transaction en cours ; l'objet tient toujours sur une ligne.

    `pieces` : (nom, type, octets), sans nom pour une autre forme du texte. `champs` : `reseau`, `membre`, `par`, `copies`,
    `repondre_a`, `page`, `perime_le`, `inscrit_le`.
    """
    instant = champs.setdefault("inscrit_le", now())
    champs = {"prochain_le": instant, "perime_le": instant + VALIDITE} | champs
    pli = Pli.objects.create(genre=genre, destinataire=destinataire, objet=" ".join(objet.split())[:250], corps=corps, **champs)
    PieceJointe.objects.bulk_create(PieceJointe(pli=pli, nom=nom, genre=sorte, octets=octets) for nom, sorte, octets in pieces)
    return pli


@transaction.atomic
def ecrire(genre, nom: str, donnees: Mapping, *, membres: Iterable = (), adresses: Iterable[str] = (), **champs):
    """Un `Pli` par membre ou adresse, selon `<nom>_objet.txt` et `<nom>_corps.txt` ; tous partent la transaction gardée."""
    ecrit = {"objet": render_to_string(f"{nom}_objet.txt", donnees), "corps": render_to_string(f"{nom}_corps.txt", donnees)}
    lus = [(membre.utilisateur.email, membre) for membre in membres] + [(adresse, None) for adresse in adresses]
    plis = [inscrire(genre, destinataire=adresse, membre=membre, **ecrit, **champs) for adresse, membre in lus]
    if plis:
        faire_partir([pli.pk for pli in plis])
    return plis


def faire_partir(cles):
    """Fait partir ces plis une fois la transaction gardée ; derrière une page, dans un fil à part : nul n'attend le serveur.

    Ce fil se finit avant son processus ; tué avec lui, `manage.py expedier` reprend.
    """
    partir = partial(expedier, cles)
    if settings.EXPEDITION_A_PART:
        partir = Thread(target=_a_part, args=(cles,), name="expedition").start
    transaction.on_commit(partir, robust=True)


def _a_part(cles):
    try:
        expedier(cles)
    finally:
        connections.close_all()


def expedier(cles=None, *, maintenant=None):
    """Fait partir ces plis (None : tous ceux dont l'heure est venue), hors de toute transaction ; rend {état: combien}.

    Deux expéditions simultanées se les partagent. Un serveur muet n'est sollicité qu'une fois.
    """
    maintenant = maintenant or now()
    Pli.objects.interrompus(maintenant).update(etat=EtatPli.INCERTAIN, echec=SANS_NOUVELLES)
    Pli.objects.perimes(maintenant).update(etat=EtatPli.ABANDONNE, echec=PERIME)
    plis = Pli.objects.a_expedier(maintenant).order_by("prochain_le", "pk")
    plis = plis if cles is None else plis.filter(pk__in=cles)
    bilan, limite = Counter(), monotonic() + DUREE_MAX
    with Guichet() as guichet:
        for cle in list(plis.values_list("pk", flat=True)):
            if guichet.muet or monotonic() > limite:
                break
            if pli := _prendre(cle, maintenant):
                bilan[_conclure(pli, guichet.remettre(_message(pli)), maintenant)] += 1
    if guichet.muet:
        plis.filter(echec="").update(echec=MUET)
    return bilan


def est_parti(pli):
    pli.refresh_from_db()
    return pli.parti


def retirer(plis, *, raison, maintenant):
    """Ces plis ne partiront plus ; rend False si l'un d'eux est parti ou en train de partir."""
    cles = list(plis.values_list("pk", flat=True))
    libres = Pli.objects.filter(pk__in=cles).exclude(etat__in=[EtatPli.EN_COURS, EtatPli.PARTI])
    retires = libres.update(etat=EtatPli.RETIRE, echec=raison, efface_le=maintenant, **EFFACE)
    PieceJointe.objects.filter(pli__in=cles, pli__etat=EtatPli.RETIRE).delete()
    return retires == len(cles)


def rejouer(plis, *, maintenant):
    """Remet en attente ceux qui ont échoué et dont le texte est encore gardé ; rend leurs clés."""
    cles = list(plis.rejouables().values_list("pk", flat=True))
    repris = {"etat": EtatPli.ATTEND, "prochain_le": maintenant, "perime_le": maintenant + VALIDITE, "essais": 0, "echec": ""}
    Pli.objects.rejouables().filter(pk__in=cles).update(**repris)
    return cles


def purger(maintenant):
    """Efface le contenu des plis restés en échec un mois, et la trace de tous au bout d'un an ; rend leurs nombres."""
    vieux = Pli.objects.rejouables().filter(inscrit_le__lte=maintenant - GARDE_DU_CONTENU)
    cles = list(vieux.values_list("pk", flat=True))
    PieceJointe.objects.filter(pli__in=cles).delete()
    effaces = Pli.objects.filter(pk__in=cles).update(efface_le=maintenant, **EFFACE)
    oublies = Pli.objects.oublies(maintenant - GARDE_DE_LA_TRACE)
    return effaces, oublies.delete()[1].get(Pli._meta.label, 0)


def _prendre(cle, maintenant):
    """Le pli, s'il est encore à faire partir : de deux expéditions, une seule le prend."""
    pli = Pli.objects.select_related("membre__utilisateur").get(pk=cle)
    if pli.membre and not _joignable(pli.membre, localdate(maintenant)):
        retirer(Pli.objects.filter(pk=cle), raison=PARTI_DU_RESEAU, maintenant=maintenant)
        return None
    pli.essais += 1
    pris = {"etat": EtatPli.EN_COURS, "essaye_le": maintenant, "essais": pli.essais}
    return pli if Pli.objects.a_expedier(maintenant).filter(pk=cle).update(**pris) else None


def _joignable(membre, le):
    return membre.utilisateur.is_active and not membre.est_parti(le)


@transaction.atomic
def _conclure(pli, issue, maintenant):
    """Date le départ et efface le contenu, ou dit l'échec et quand recommencer ; rend l'état."""
    etat, champs = ETATS[issue], {"echec": issue.value}
    if issue is Issue.PARTIE:
        champs = {"echec": "", "parti_le": maintenant, "efface_le": maintenant, **EFFACE}
        PieceJointe.objects.filter(pli=pli).delete()
    if etat == EtatPli.ATTEND:
        champs["prochain_le"] = maintenant + REPRISES[min(pli.essais, len(REPRISES)) - 1]
    Pli.objects.filter(pk=pli.pk).update(etat=etat, **champs)
    return etat


def _message(pli):
    repondre_a = [pli.repondre_a] if pli.repondre_a else None
    domaine = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    entetes = {"Message-ID": f"<{pli.reference}@{domaine}>"}
    message = EmailMultiAlternatives(
        pli.objet, pli.corps, None, [pli.destinataire], cc=pli.copies, reply_to=repondre_a, headers=entetes
    )
    for piece in pli.pieces.all():
        octets = bytes(piece.octets)
        if piece.nom:
            message.attach(piece.nom, octets, piece.genre)
        else:
            message.attach_alternative(octets.decode(), piece.genre)
    return message
