"""Les sessions : le magasin de Django, dont les lignes disent en plus à qui elles sont, d'où, et vues quand.

Une session se ferme à la première de ces deux échéances : `SESSION_COOKIE_AGE` depuis l'entrée, `SESSION_INACTIVITE` depuis la
dernière visite. Celle-ci ne s'écrit qu'une fois par `PAS` : lire une page n'écrit presque jamais.
"""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as MagasinDeDjango
from django.db import OperationalError, connection
from django.utils.timezone import now

from reseau.lib.visiteur import empreinte
from reseau.models import Session

APPAREIL, OUVERTE_LE = "appareil", "ouverte_le"
PAS = timedelta(minutes=10)
PATIENCE = 100  # millisecondes
SANS_COMPTE = timedelta(hours=1)  # le temps d'entrer : code, fournisseur d'identité


class SessionStore(MagasinDeDjango):
    """Le nom qu'attend `SESSION_ENGINE`."""

    ligne = None

    @classmethod
    def get_model_class(cls):
        return Session

    def _get_session_from_db(self):
        self.ligne = super()._get_session_from_db()
        return self.ligne

    def create_model_instance(self, data):
        ligne, instant = super().create_model_instance(data), now()
        ouverte_le = datetime.fromtimestamp(data.get(OUVERTE_LE, instant.timestamp()), tz=UTC)
        ligne.utilisateur_id, ligne.appareil = data.get(SESSION_KEY), data.get(APPAREIL, "")
        ligne.ouverte_le, ligne.vue_le = ouverte_le, instant
        ligne.expire_date = echeance(ouverte_le, instant) if ligne.utilisateur_id else instant + SANS_COMPTE
        return ligne

    def marquer_vue(self, instant):
        """Note la visite, si la dernière notée remonte à plus de `PAS`."""
        if self.ligne and self.ligne.utilisateur_id and instant - self.ligne.vue_le >= PAS:
            vue = {"vue_le": instant, "expire_date": echeance(self.ligne.ouverte_le, instant)}
            with _sans_attendre():
                Session.objects.filter(pk=self.ligne.pk).update(**vue)


class ActiviteMiddleware:
    """Marque vue la session d'une personne connectée, une fois la réponse prête."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        # Une session que rien n'a lue n'est pas lue pour cela ; une session qui vient de s'écrire est déjà à jour.
        if request.session.accessed and not request.session.modified:
            request.session.marquer_vue(now())
        return response


@contextmanager
def _sans_attendre():
    """SQLite n'a qu'un écrivain : pendant un import, lire une page n'attend pas son tour ; la visite se notera à la prochaine."""
    if connection.vendor != "sqlite":
        yield
        return
    delai = int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    with connection.cursor() as curseur:
        curseur.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        try:
            yield
        except OperationalError:
            return
        finally:
            curseur.execute(f"PRAGMA busy_timeout = {delai}")


def echeance(ouverte_le, vue_le):
    """L'instant où cette session se ferme si plus rien ne vient."""
    entree, visite = timedelta(seconds=settings.SESSION_COOKIE_AGE), timedelta(seconds=settings.SESSION_INACTIVITE)
    return min(ouverte_le + entree, vue_le + visite)


def reference(cle):
    """De quoi nommer une session dans une adresse : sa clé, elle, l'ouvrirait."""
    return empreinte(f"session:{cle}")[:24]


def ouvertes(utilisateur, *, courante, instant):
    """Les sessions vivantes de ce compte, la courante d'abord : [(session, référence, est la courante)]."""
    sessions = Session.objects.de(utilisateur).vivantes(instant)
    lignes = [(session, reference(session.pk), session.pk == courante) for session in sessions]
    return sorted(lignes, key=lambda ligne: not ligne[2])


def fermer(utilisateur, *, sauf=None):
    """Ferme toutes les sessions de ce compte, sauf celle de cette clé ; rend leur nombre."""
    return Session.objects.de(utilisateur).exclude(session_key=sauf or "").delete()[0]


def fermer_celle(utilisateur, nommee):
    """Ferme la session que désigne cette référence ; False si elle n'est pas, ou plus, à ce compte."""
    cles = Session.objects.de(utilisateur).values_list("pk", flat=True)
    visees = [cle for cle in cles if reference(cle) == nommee]
    return bool(Session.objects.filter(pk__in=visees).delete()[0])
