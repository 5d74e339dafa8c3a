"""La fiche de préparation d'une visite : une page, toujours, et rien que son lecteur n'ait le droit de lire."""

from dataclasses import dataclass, field

from django.utils.text import Truncator

from entreprises.models import Concurrence, Entreprise, Sollicitation
from reseau.droits import NON, portee
from reseau.lib.dates import plus_mois
from reseau.lib.pdf import TropDePages, rendre_pdf
from reseau.templatetags.affichage import date_fr, siret_lisible
from suivi.chronologie import chronologie
from suivi.enums import GenreEvenement
from suivi.models import Action, Projet, dossiers

RECENTS = [GenreEvenement.VISITE, GenreEvenement.LETTRE, GenreEvenement.COMPTE_RENDU]
MOIS_RECENTS = 12  # au-delà, un contact d'une autre institution n'éclaire plus la visite


@dataclass(frozen=True)
class Mesure:
    """Ce que la page admet : lignes par bloc, caractères par ligne, lignes de notes."""

    lignes: int
    caracteres: int
    notes: int


REPERE_MAX = 45  # un nom, une date, un numéro
# De la plus généreuse à la plus serrée : la première qui tient sur une page est la bonne.
MESURES = [Mesure(5, 160, 16), Mesure(5, 130, 11), Mesure(5, 90, 7), Mesure(4, 80, 5), Mesure(3, 60, 4), Mesure(2, 45, 4)]


@dataclass(frozen=True)
class Bloc:
    """Un titre, des lignes (repère, texte), et le nombre de celles qui n'y tiennent pas."""

    titre: str
    lignes: list[tuple[str, str]]
    autres: int
    alerte: bool = False


@dataclass(frozen=True)
class Preparation:
    nom: str
    identite: list[tuple[str, str]]
    blocs: list[Bloc] = field(default_factory=list)
    notes: range = range(0)


def imprimer_la_preparation(entreprise, membre, le):
    """Octets PDF d'une page A4. Lève `ImpressionImpossible` si même la mesure la plus serrée déborde."""
    matieres = _matieres(entreprise, membre, le)
    identite = _identite(entreprise)
    titre = f"Préparer la visite de {entreprise}"
    for mesure in MESURES:
        fiche = _mesurer(entreprise, identite, matieres, mesure)
        try:
            return _imprimer(fiche, titre, membre)
        except TropDePages:
            if mesure is MESURES[-1]:
                raise
    raise AssertionError("MESURES n'est jamais vide")


def _imprimer(fiche, titre, membre):
    contexte = {"nom_reseau": membre.reseau.nom, "fiche": fiche, "lecteur": membre}
    return rendre_pdf("pdf/preparation.html", contexte, titre=Truncator(titre).chars(70), pages_max=1)


def _mesurer(entreprise, identite, matieres, mesure):
    blocs = [
        Bloc(
            titre,
            [
                (Truncator(repere).chars(REPERE_MAX), Truncator(texte).chars(mesure.caracteres))
                for repere, texte in lignes[: mesure.lignes]
            ],
            max(len(lignes) - mesure.lignes, 0),
            alerte,
        )
        for titre, lignes, alerte in matieres
        if lignes
    ]
    courte = [(libelle, Truncator(valeur).chars(mesure.caracteres)) for libelle, valeur in identite]
    nom = Truncator(entreprise.raison_sociale).chars(mesure.caracteres)
    return Preparation(nom, courte, blocs, range(mesure.notes))


def _identite(entreprise):
    commune = entreprise.commune
    territoire = [str(lieu) for lieu in (commune.arrondissement, commune.epci) if lieu] if commune else []
    activite = entreprise.naf or entreprise.naf_2025
    ville = f"{entreprise.code_postal} {entreprise.ville}".strip()
    faits = [
        ("Enseigne", entreprise.enseigne),
        ("SIRET", siret_lisible(entreprise.siret)),
        ("Activité", activite.libelle if activite else ""),
        ("Effectif", entreprise.effectif_dit),
        ("Adresse", ", ".join(mot for mot in (entreprise.adresse, ville) if mot)),
        ("Territoire", ", ".join(territoire)),
        ("Téléphone", entreprise.telephone),
        ("Site", entreprise.site),
    ]
    return [(libelle, valeur) for libelle, valeur in faits if valeur]


def _matieres(entreprise, membre, le):
    """(titre, toutes les lignes, alerte) de chaque bloc, dans l'ordre où on les lit avant d'entrer."""
    return [
        ("À ne pas évoquer : concurrence", _concurrentes(entreprise, membre), True),
        ("Contacts", _contacts(entreprise), False),
        ("Ce que le réseau a fait", _recents(entreprise, membre), False),
        ("Projets", _projets(entreprise, membre), False),
        ("Actions ouvertes", _actions(entreprise, membre), False),
        ("Contacts récents d’autres institutions", _autres_institutions(entreprise, membre, le), False),
    ]


def _concurrentes(entreprise, membre):
    """Celles que le lecteur voit : les nommer à qui ne les voit pas serait les lui apprendre."""
    visibles = Entreprise.objects.visibles_par(membre).values("pk")
    liens = Concurrence.objects.visibles_par(membre, visibles).de(entreprise).select_related("entreprise", "concurrente")
    autres = [(lien.concurrente if lien.entreprise_id == entreprise.pk else lien.entreprise, lien.motif) for lien in liens]
    return sorted((str(autre), motif) for autre, motif in autres)


def _contacts(entreprise):
    return [
        (str(contact), ", ".join(mot for mot in (contact.fonction, contact.telephone, contact.courriel) if mot))
        for contact in entreprise.contacts.all()
    ]


def _recents(entreprise, membre):
    return [(date_fr(fait.le, "court"), fait.phrase) for fait in chronologie(entreprise, membre, RECENTS)]


def _projets(entreprise, membre):
    projets = Projet.objects.visibles_par(dossiers(membre)).filter(visite__entreprise=entreprise).order_by("-cree_le", "-pk")
    return [(date_fr(projet.cree_le, "court"), projet.titre) for projet in projets]


def _actions(entreprise, membre):
    if portee(membre, "actions.voir") is NON:
        return []
    actions = Action.objects.visibles_par(membre).ouvertes().filter(projet__visite__entreprise=entreprise)
    actions = actions.select_related("responsable").order_by("fin_prevue", "numero")
    return [
        (f"n° {action.numero}", f"{action.responsable} : {action.libelle}" if action.responsable else action.libelle)
        for action in actions
    ]


def _autres_institutions(entreprise, membre, le):
    if portee(membre, "sollicitations.voir") is NON:
        return []
    contacts = Sollicitation.objects.visibles_par(membre, Entreprise.objects.visibles_par(membre).values("pk"))
    contacts = contacts.filter(entreprise=entreprise, le__gte=plus_mois(le, -MOIS_RECENTS))
    contacts = contacts.exclude(institution=membre.institution_id).select_related("institution")
    return [
        (date_fr(contact.le, "court"), f"{contact.institution} : {contact.get_objet_display().lower()}") for contact in contacts
    ]
