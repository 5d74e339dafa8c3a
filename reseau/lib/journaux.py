"""Les journaux techniques : de quoi réparer une panne, jamais de quoi apprendre qui a écrit quoi.

Un message perd ses adresses de courriel, ses paramètres d'adresse et ses jetons ; il tient sur une ligne. D'une demande reste la
route, pas l'adresse tapée. D'une exception restent son genre et l'endroit du code : son texte peut citer une saisie
(« Key (email)=(…) »), ses variables en sont faites.
"""

import logging
import re
import traceback

from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

COURRIEL = re.compile(r"[^\s<>,;:'\"()=&/]+(?:@|%40)[^\s<>,;:'\"()=&/]+")
PARAMETRES = re.compile(r"\?[^\s'\"]+")
JETON = re.compile(r"(?<=/)(?=[^/\s]*\d)[\w\-.:=%]{20,}(?=/|$|[\s'\"])")  # un mot aussi long, avec un chiffre
ECHAPPEMENT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
LONGUEUR = 500


def neutre(texte: str) -> str:
    """Le texte sur une ligne, sans courriel, ni paramètres d'adresse, ni jeton ; les signes de contrôle se voient."""
    texte = COURRIEL.sub("[courriel]", texte)
    texte = JETON.sub("[jeton]", PARAMETRES.sub("?[paramètres]", texte))
    return ECHAPPEMENT.sub(lambda signe: f"\\x{ord(signe[0]):02x}", texte)[:LONGUEUR]


def dire_la_demande(record) -> str:
    """« 404 GET adresse inconnue », « 500 POST <slug:reseau>/visites/<int:pk>/ » : la route, jamais l'adresse telle que tapée.

    Le message de Django cite l'adresse, l'hôte ou la provenance : autant de saisies.
    """
    demande, statut = record.request, getattr(record, "status_code", "")
    trouvee = getattr(demande, "resolver_match", None)
    return f"{statut} {getattr(demande, 'method', '')} {trouvee.route if trouvee else 'adresse inconnue'}".strip()


def dire_l_exception(genre, trace) -> str:
    """Le genre de l'exception et les lignes de code traversées, sans son texte ni ses variables."""
    lieux = [f"  {cadre.filename}:{cadre.lineno} {cadre.name}" for cadre in traceback.extract_tb(trace)]
    return "\n".join([f"{genre.__module__}.{genre.__qualname__} (son texte est tu)", *lieux])


class Discret(logging.Filter):
    """Ôte d'un message ce qui dirait quelqu'un, avant tout gestionnaire."""

    def filter(self, record):
        if not getattr(record, "neutre", False):
            dit = dire_la_demande(record) if isinstance(getattr(record, "request", None), HttpRequest) else record.getMessage()
            record.msg, record.args, record.neutre = neutre(dit), (), True
        return True


class Sobre(logging.Formatter):
    """Une ligne par message ; d'une exception, son genre et ses lieux."""

    def formatException(self, exc_info):
        genre, _, trace = exc_info
        return dire_l_exception(genre, trace)

    def format(self, record):
        # Un autre gestionnaire a pu garder ici le texte entier de l'exception.
        record.exc_text = None
        try:
            return super().format(record)
        finally:
            record.exc_text = None


class RapportDErreur(ExceptionReporter):
    """Le courriel d'une panne : où, sur quelle vue, quel genre. Ni saisie, ni témoins, ni variables, ni nom."""

    def get_traceback_text(self):
        lieu = ""
        if self.request is not None:
            trouvee = getattr(self.request, "resolver_match", None)
            lieu = f"{self.request.method} {trouvee.route if trouvee else 'adresse inconnue'}\n"
        return lieu + (dire_l_exception(self.exc_type, self.tb) if self.exc_type else "")

    def get_traceback_html(self):
        return f"<pre>{self.get_traceback_text()}</pre>"


class RienDeSaisi(SafeExceptionReporterFilter):
    """Pour qui remplacerait le rapport : même alors, ni saisie, ni témoins, ni variables, DEBUG ou non."""

    def is_active(self, request):
        return True

    def get_post_parameters(self, request):
        return {}

    def get_safe_cookies(self, request):
        return {}

    def get_traceback_frame_variables(self, request, tb_frame):
        return []
