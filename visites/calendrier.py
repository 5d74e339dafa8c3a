"""Ce que le calendrier conseille d'éviter : un jour férié, un dimanche, l'absence de qui visite. Avertir, jamais interdire."""

from datetime import timedelta

from django.utils.timezone import localdate

from reseau.lib.dates import jour_en_mots, plus_mois
from reseau.lib.jours import jours_ouvres, raison_de_repos
from reseau.lib.tableau import mois_long
from reseau.models import Absence
from reseau.templatetags.affichage import pluriel_fr

MOIS_ANNONCES = 2


def pour_un_rendez_vous(quand, equipe, reseau):
    """[phrase] à lire avant de fixer un rendez-vous à l'instant `quand` ; `equipe` : les membres qui s'y rendent."""
    jour = localdate(quand, reseau.fuseau)
    repos = raison_de_repos(jour, reseau.departement)
    absences = absences_de(equipe, jour, jour)
    phrases = [f"Le {jour_en_mots(jour)} est {repos if repos.startswith('un') else f'un {repos}'}."] if repos else []
    return phrases + [f"{absence.phrase}." for absence in absences]


def pour_un_mois(premier, equipe, reseau, le):
    """[phrase] à lire avant de confier une visite pour le mois commençant le `premier` (None : sans mois visé)."""
    if premier is None:
        return [f"{absence.phrase}." for absence in absences_de(equipe, le, le)]
    dernier = plus_mois(premier, 1) - timedelta(days=1)
    absences, phrases = absences_de(equipe, premier, dernier), []
    for membre in equipe:
        if siennes := [absence for absence in absences if absence.membre_id == membre.pk]:
            libres = jours_libres(max(premier, le), dernier, reseau.departement, siennes)
            dites = " et ".join([siennes[0].phrase, *(absence.en_mots for absence in siennes[1:])])
            phrases.append(f"{dites} : {_ce_qui_reste(libres)} en {mois_long(premier)}.")
    return phrases


def prochaines(membres, le):
    """Dictionnaire clé de membre → « absente du 3 au 21 août 2026 », sa première absence des deux mois qui viennent."""
    trouvees = {}
    for absence in absences_de(membres, le, plus_mois(le, MOIS_ANNONCES)):
        trouvees.setdefault(absence.membre_id, f"{absence.accord} {absence.en_mots}")
    return trouvees


def absences_de(membres, du, au):
    """[Absence] de ces membres qui touchent la période, bornes comprises ; une requête."""
    return list(Absence.objects.filter(membre__in=membres).entre(du, au).select_related("membre"))


def _ce_qui_reste(jours):
    if not jours:
        return "aucun jour ouvré ne lui reste"
    return f"il lui reste {pluriel_fr(jours, 'jour ouvré,jours ouvrés')}"


def jours_libres(du, au, departement, absences):
    """Nombre de jours ouvrés de la période hors de ces absences."""
    return sum(not any(absence.comprend(jour) for absence in absences) for jour in jours_ouvres(du, au, departement))
