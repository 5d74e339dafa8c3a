"""La liste figée d'une cible, pour le papier et le classeur. Sans HTTP."""

from django.db.models import OuterRef, Subquery

from entreprises.criteres import decrire
from entreprises.models import LigneDeCible
from reseau.lib.tableau import Colonne, Section, Tableau, date_longue

COLONNES = (
    Colonne("entreprise", "Entreprise"),
    Colonne("siret", "SIRET"),
    Colonne("commune", "Commune"),
    Colonne("activite", "Activité"),
    Colonne("effectif", "Effectif"),
)
MOTIF = Colonne("motif_d_ecart", "Motif de l’écart")


def avec_les_ecartees(entreprises, cible):
    """Celles de la liste figée, écartées comprises ; annote `motif_d_ecart`, vide pour les retenues."""
    lignes = LigneDeCible.objects.filter(cible=cible)
    motif = lignes.filter(entreprise=OuterRef("pk")).values("motif_d_ecart")
    return entreprises.filter(pk__in=lignes.values("entreprise")).annotate(motif_d_ecart=Subquery(motif))


def tableau_de_la_liste(cible, lignes, scrutin, *, edite_le):
    """`Tableau` des lignes (un QuerySet déjà borné à ce que voit le lecteur) ; `scrutin` : le vote, ou None."""
    lignes = lignes.select_related("entreprise__commune", "entreprise__naf").order_by("entreprise__recherche", "pk")
    retenues = [_case(ligne) for ligne in lignes.retenues()]
    ecartees = [_case(ligne) for ligne in lignes.ecartees()]
    sections = [Section(f"Dans la cible ({len(retenues)})", COLONNES, retenues)]
    if ecartees:
        sections.append(Section(f"Écartées ({len(ecartees)})", (*COLONNES, MOTIF), ecartees))
    definitions = [("Liste figée", "Les entreprises répondant aux critères le jour de la décision ; elle ne suit plus le tissu.")]
    if scrutin and scrutin.resultat:
        definitions.append(("Vote", f"{scrutin.resultat} ; {scrutin.participation}. La décision reste celle du réseau."))
    return Tableau(
        code="cible",
        titre=cible.nom,
        sous_titre=f"Cible, génération {cible.generation}, décidée le {date_longue(cible.decidee_le)}",
        periode="",
        sections=sections,
        definitions=definitions,
        reseau=cible.reseau.nom,
        edite_le=edite_le,
        filtres=[(critere, ", ".join(choix)) for critere, choix in decrire(cible.criteres)],
    )


def _case(ligne):
    entreprise = ligne.entreprise
    return {
        "entreprise": str(entreprise),
        "siret": entreprise.siret,
        "commune": entreprise.commune.nom if entreprise.commune else entreprise.ville,
        "activite": entreprise.naf.libelle if entreprise.naf else "",
        "effectif": entreprise.effectif_dit,
        MOTIF.cle: ligne.motif_d_ecart,
    }
