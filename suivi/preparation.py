"""La fiche de préparation d'une visite : une page, toujours, et rien que son lecteur n'ait le droit de lire."""

from dataclasses import dataclass, field
from math import ceil

from django.db.models import Max
from django.utils.text import Truncator

from entreprises.models import Concurrence, Entreprise, Sollicitation
from reseau.droits import NON, portee
from reseau.enums import Domaine
from reseau.lib.dates import plus_mois
from reseau.lib.pdf import TropDePages, rendre_pdf
from reseau.lib.polices import largeur
from reseau.models import Dispositif
from reseau.templatetags.affichage import date_fr, siret_lisible
from suivi.chronologie import chronologie
from suivi.enums import GenreEvenement, Nature
from suivi.models import Action, Note, Projet, dossiers
from visites.models import Guide, Visite

RECENTS = [GenreEvenement.VISITE, GenreEvenement.LETTRE, GenreEvenement.COMPTE_RENDU]
MOIS_RECENTS = 12  # au-delà, un contact d'une autre institution n'éclaire plus la visite


@dataclass(frozen=True)
class Mesure:
    """Ce que la page admet : lignes par bloc, caractères par ligne, lignes de notes, thèmes du guide."""

    lignes: int
    caracteres: int
    notes: int
    themes: int


# Nature d'un projet → domaines des dispositifs qui peuvent le servir.
DOMAINES = {
    Nature.IDENTITE: [Domaine.IDENTITE, Domaine.FINANCE],
    Nature.PRODUCTION: [Domaine.PRODUCTION, Domaine.LOCAUX, Domaine.FINANCE, Domaine.RECHERCHE],
    Nature.PRODUITS: [Domaine.PRODUITS, Domaine.COMMERCE, Domaine.RECHERCHE],
    Nature.FORMATION: [Domaine.FORMATION],
    Nature.ENVIRONNEMENT: [Domaine.ENVIRONNEMENT],
    Nature.DIVERS: [Domaine.FINANCE, Domaine.COMMERCE, Domaine.LOCAUX],
}
REPERE_MAX = 45  # un nom, une date, un numéro
# De la plus généreuse à la plus serrée : la première qui tient sur une page est la bonne. Une estimation dit par laquelle
# commencer, parce qu'un essai coûte une mise en page.
MESURES = [
    Mesure(5, 160, 16, 12),
    Mesure(5, 160, 12, 12),
    Mesure(5, 130, 9, 12),
    Mesure(5, 110, 8, 10),
    Mesure(5, 100, 7, 8),
    Mesure(5, 90, 6, 6),
    Mesure(4, 80, 5, 4),
    Mesure(3, 60, 4, 3),
    Mesure(2, 45, 4, 2),
]
# En millimètres, ceux de static/css/pdf/base.css et preparation.css.
HAUTEUR, LARGEUR, LARGEUR_IDENTITE = 253, 174, 150
CORPS, CORPS_DU_TITRE = 8.5, 14
INTERLIGNE, TITRE_DE_BLOC, LIGNE_A_ECRIRE = 3.9, 7.7, 7.6
A_L_ECRAN = Mesure(12, 400, 0, 20)  # un téléphone défile : rien n'y presse


@dataclass(frozen=True)
class Matiere:
    """Toutes les lignes d'un bloc, avant qu'on les mesure ; `limite` : le champ de `Mesure` qui borne leur nombre."""

    titre: str
    lignes: list[tuple[str, str]]
    alerte: bool = False
    limite: str = "lignes"


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


def preparer(entreprise, membre, le):
    """La `Preparation` pour l'écran, où il n'y a pas de page à tenir."""
    return _mesurer(entreprise, _identite(entreprise), _matieres(entreprise, membre, le), A_L_ECRAN)


def imprimer_la_preparation(entreprise, membre, le):
    """Octets PDF d'une page A4. Lève `ImpressionImpossible` si même la mesure la plus serrée déborde."""
    matieres, identite = _matieres(entreprise, membre, le), _identite(entreprise)
    fiches = [_mesurer(entreprise, identite, matieres, mesure) for mesure in MESURES]
    trop_hautes = [fiche for fiche in fiches[:-1] if hauteur_estimee(fiche) > HAUTEUR]
    titre = f"Préparer la visite de {entreprise}"
    for fiche in fiches[len(trop_hautes) :]:
        try:
            return _imprimer(fiche, titre, membre)
        except TropDePages:
            if fiche is fiches[-1]:
                raise
    raise AssertionError("MESURES n'est jamais vide")


def hauteur_estimee(fiche):
    """Millimètres que prendra la fiche, à peu près : de quoi choisir le premier essai, que la mise en page vérifie."""
    rangs = sum(_rangs(valeur, LARGEUR_IDENTITE) for _, valeur in fiche.identite)
    total = _rangs(fiche.nom, LARGEUR, CORPS_DU_TITRE) * 6 + 9 + len(fiche.identite) * 1 + rangs * INTERLIGNE
    for bloc in fiche.blocs:
        lignes = [_rangs(f"{repere} – {texte}", LARGEUR - 4) for repere, texte in bloc.lignes] + [1] * bool(bloc.autres)
        total += TITRE_DE_BLOC + sum(lignes) * INTERLIGNE + len(lignes) * 0.3
    return total + TITRE_DE_BLOC + len(fiche.notes) * LIGNE_A_ECRIRE


def _rangs(texte, place, corps=CORPS):
    return max(1, ceil(largeur(texte, corps) / place))


def _imprimer(fiche, titre, membre):
    contexte = {"nom_reseau": membre.reseau.nom, "fiche": fiche, "lecteur": membre}
    return rendre_pdf("pdf/preparation.html", contexte, titre=Truncator(titre).chars(70), pages_max=1)


def _mesurer(entreprise, identite, matieres, mesure):
    blocs = [_bloc(matiere, mesure.caracteres, getattr(mesure, matiere.limite)) for matiere in matieres if matiere.lignes]
    courte = [(libelle, Truncator(valeur).chars(mesure.caracteres)) for libelle, valeur in identite]
    nom = Truncator(entreprise.raison_sociale).chars(mesure.caracteres)
    return Preparation(nom, courte, blocs, range(mesure.notes))


def _bloc(matiere, caracteres, lignes):
    courtes = [
        (Truncator(repere).chars(REPERE_MAX), Truncator(texte).chars(caracteres)) for repere, texte in matiere.lignes[:lignes]
    ]
    return Bloc(matiere.titre, courtes, max(len(matiere.lignes) - lignes, 0), matiere.alerte)


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
    """Les `Matiere`, dans l'ordre où on les lit avant d'entrer."""
    return [
        Matiere("À ne pas évoquer : concurrence", _concurrentes(entreprise, membre), alerte=True),
        Matiere("Contacts", _contacts(entreprise)),
        Matiere("Notes des membres avant cette visite", _notes(entreprise)),
        Matiere("Ce que le réseau a fait", _recents(entreprise, membre)),
        Matiere("Projets", _projets(entreprise, membre)),
        Matiere("Actions ouvertes", _actions(entreprise, membre)),
        Matiere("Dispositifs possibles, d’après les projets", _dispositifs(entreprise, membre, le)),
        Matiere("Contacts récents d’autres institutions", _autres_institutions(entreprise, membre, le)),
        Matiere("Questions du guide", _questions(membre), limite="themes"),
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


def _notes(entreprise):
    """Ce que chacun en a dit quand elle a été proposée, depuis la dernière visite faite."""
    notes = Note.objects.filter(proposition__entreprise=entreprise).select_related("membre__institution")
    derniere = Visite.objects.filter(entreprise=entreprise).realisees().aggregate(le=Max("realisee_le"))["le"]
    if derniere:
        notes = notes.filter(proposition__proposee_le__gte=derniere)
    return [(f"{note.membre} ({note.membre.institution})", note.texte) for note in notes.order_by("-le", "pk")]


def _recents(entreprise, membre):
    return [(date_fr(fait.le, "court"), fait.phrase) for fait in chronologie(entreprise, membre, RECENTS)]


def _projets(entreprise, membre):
    projets = _projets_lus(entreprise, membre).order_by("-cree_le", "-pk")
    return [(date_fr(projet.cree_le, "court"), projet.titre) for projet in projets]


def _projets_lus(entreprise, membre):
    return Projet.objects.visibles_par(dossiers(membre)).filter(visite__entreprise=entreprise)


def _dispositifs(entreprise, membre, le):
    """Ceux, en vigueur, dont le domaine touche à la nature d'un projet que le lecteur voit."""
    if portee(membre, "annuaire.voir") is NON:
        return []
    natures = set(_projets_lus(entreprise, membre).values_list("nature", flat=True))
    domaines = {domaine for nature in natures for domaine in DOMAINES[nature]}
    dispositifs = Dispositif.objects.visibles_par(membre).en_vigueur(le).filter(domaine__in=domaines)
    return [(dispositif.nom, f"{dispositif.organisme}, {dispositif.get_domaine_display().lower()}") for dispositif in dispositifs]


def _questions(membre):
    """Les thèmes du guide en service, chacun avec ses questions ; rien si le réseau s'en passe."""
    if portee(membre, "guides.voir") is NON:
        return []
    guide = Guide.objects.visibles_par(membre).en_service().avec_contenu().first()
    themes = guide.themes.all() if guide else []
    return [(theme.titre, " · ".join(question.libelle for question in theme.questions.all())) for theme in themes]


def _actions(entreprise, membre):
    if portee(membre, "actions.voir") is NON:
        return []
    actions = Action.objects.visibles_par(membre).ouvertes().filter(projet__visite__entreprise=entreprise)
    actions = actions.select_related("responsable").order_by("fin_prevue", "numero")
    return [(f"n° {action.numero}", f"{_qui_porte(action)}{action.libelle}{_en_reserve(action)}") for action in actions]


def _qui_porte(action):
    return f"{action.responsable} : " if action.responsable else ""


def _en_reserve(action):
    """L'évènement qu'on attend se vérifie justement en visite."""
    return f" (en réserve, à réveiller {action.reveil_dit})" if action.endormie else ""


def _autres_institutions(entreprise, membre, le):
    if portee(membre, "sollicitations.voir") is NON:
        return []
    contacts = Sollicitation.objects.visibles_par(membre, Entreprise.objects.visibles_par(membre).values("pk"))
    contacts = contacts.filter(entreprise=entreprise, le__gte=plus_mois(le, -MOIS_RECENTS))
    contacts = contacts.exclude(institution=membre.institution_id).select_related("institution")
    return [
        (date_fr(contact.le, "court"), f"{contact.institution} : {contact.get_objet_display().lower()}") for contact in contacts
    ]
