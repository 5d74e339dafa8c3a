"""Les entreprises en classeur : la sélection, et ce qui l'a produite. Tout ce qui sort se relit à l'import."""

from datetime import date
from itertools import zip_longest

from django.db.models import Prefetch

from entreprises.enums import Canal, ObjetDeContact
from entreprises.lecture.nettoyage import cle, nettoyer
from entreprises.models import Contact
from reseau.lib.tableau import Colonne, date_longue
from reseau.lib.tableur import FORMATS, Feuille

LOT = 2_000
GENRES = {"xlsx": "Excel (.xlsx)", "ods": "LibreOffice (.ods)", "zip": "Texte (.csv)"}
SEPARATEUR = ", "  # entre deux étiquettes : aucune n'a de virgule dans son nom
COLONNES = (
    Colonne("siret", "SIRET"),
    Colonne("raison_sociale", "Raison sociale"),
    Colonne("enseigne", "Enseigne"),
    Colonne("naf_id", "NAF"),
    Colonne("activite", "Libellé de l’activité"),
    Colonne("naf_2025_id", "NAF 2025"),
    Colonne("tranche_effectif", "Tranche d’effectif"),
    Colonne("effectif", "Effectif", "nombre"),
    Colonne("adresse", "Adresse"),
    Colonne("complement", "Complément d’adresse"),
    Colonne("code_postal", "Code postal"),
    Colonne("ville", "Ville"),
    Colonne("commune_id", "Code commune"),
    Colonne("zone_emploi", "Zone d’emploi"),
    Colonne("telephone", "Téléphone"),
    Colonne("courriel", "Courriel"),
    Colonne("site", "Site internet"),
    Colonne("dirigeant_civilite", "Civilité du dirigeant"),
    Colonne("dirigeant_nom", "Nom du dirigeant"),
    Colonne("dirigeant_prenom", "Prénom du dirigeant"),
    Colonne("dirigeant_fonction", "Fonction du dirigeant"),
    Colonne("filiere", "Filière"),
    Colonne("etat", "État"),
    Colonne("diffusion", "Statut diffusion"),
    Colonne("etiquettes", "Étiquettes"),
    Colonne("protegee", "Ne plus solliciter jusqu’au", "date"),
)
DE_CONTACTS = (
    Colonne("siret", "SIRET"),
    Colonne("nom", "Entreprise"),
    Colonne("code_postal", "Code postal"),
    Colonne("commune", "Commune"),
    Colonne("le", "Date du contact", "date"),
    Colonne("canal", "Comment"),
    Colonne("objet", "À quel sujet"),
    Colonne("agent", "Agent"),
    Colonne("precision", "Précision"),
)
CONTACT_INVENTE = {
    "siret": "99990000400014",
    "nom": "Tournerie inventée",
    "code_postal": "70000",
    "commune": "Vesoul",
    "le": date(2026, 3, 2),
    "canal": Canal.VISITE.label,
    "objet": ObjetDeContact.FORMATION.label,
    "agent": "Camille Exemple",
    "precision": "Deux apprentis à la rentrée",
}
DU_DIRIGEANT = ("civilite", "nom", "prenom", "fonction")


def exporter(entreprises, choix, genre, *, reseau, nombre, edite_le, en_plus=()):
    """Octets d'un classeur (`genre`, une clé de `GENRES`) : les entreprises du QuerySet, en flux, puis les filtres
    [(libellé, choix)] et la date. `en_plus` : les colonnes de ce que le QuerySet annote.
    """
    dirigeants = Prefetch("contacts", Contact.objects.filter(dirigeant=True), to_attr="dirigeants")
    lignes = entreprises.avec_references().prefetch_related(dirigeants, "etiquettes").iterator(chunk_size=LOT)
    faits = [
        ("Réseau", reseau.nom),
        ("Édité le", f"{date_longue(edite_le)} à {edite_le:%H:%M}"),
        ("Entreprises", str(nombre)),
        *([(f"Filtre : {libelle}", valeur) for libelle, valeur in choix] or [("Filtre", "Aucun : tout ce que vous voyez")]),
    ]
    feuilles = [
        Feuille("Entreprises", (*COLONNES, *en_plus), (ligne(fiche, en_plus) for fiche in lignes)),
        Feuille(
            "Sélection",
            (Colonne("terme", "Ce classeur"), Colonne("valeur", "Valeur")),
            [{"terme": terme, "valeur": valeur} for terme, valeur in faits],
        ),
    ]
    return FORMATS[genre](feuilles, edite_le=edite_le)


def ligne(entreprise, en_plus=()):
    """Dictionnaire clé de colonne → valeur ; lit `avec_references`, `dirigeants` et `etiquettes`, sans requête de plus.

    Chaque texte sort comme l'import le relira (`nettoyer` ; une enseigne qui répète le nom se tait) : exporter,
    réimporter, réexporter donne le même fichier.
    """
    valeurs = {colonne.cle: getattr(entreprise, colonne.cle, None) for colonne in (*COLONNES, *en_plus)}
    dirigeant = entreprise.dirigeants[0] if entreprise.dirigeants else None
    zone = entreprise.commune.zone_emploi if entreprise.commune else None
    valeurs = {
        **valeurs,
        "enseigne": "" if cle(entreprise.enseigne) == cle(entreprise.raison_sociale) else entreprise.enseigne,
        **{f"dirigeant_{champ}": getattr(dirigeant, champ, "") for champ in DU_DIRIGEANT},
        "activite": entreprise.naf.libelle if entreprise.naf else "",
        "tranche_effectif": entreprise.tranche_effectif,
        "zone_emploi": zone.nom if zone else "",
        "etat": entreprise.get_etat_display(),
        "diffusion": "Diffusible" if entreprise.diffusible else "Non diffusible",
        "etiquettes": SEPARATEUR.join(etiquette.nom for etiquette in entreprise.etiquettes.all()),
        "protegee": entreprise.ne_plus_solliciter_jusqu_au,
    }
    return {nom: nettoyer(valeur) if isinstance(valeur, str) else valeur for nom, valeur in valeurs.items()}


def modele_de_contacts():
    """Octets du classeur qu'une institution remplit de ses contacts : une ligne inventée, puis les mots admis."""
    mots = [{"canal": canal, "objet": objet} for canal, objet in zip_longest(Canal.labels, ObjetDeContact.labels)]
    admis = [colonne for colonne in DE_CONTACTS if colonne.cle in ("canal", "objet")]
    return FORMATS["xlsx"]([Feuille("Contacts", DE_CONTACTS, [CONTACT_INVENTE]), Feuille("Mots admis", admis, mots)])
