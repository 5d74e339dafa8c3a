"""Ce que chaque champ d'`entreprises` dit d'une personne : « modèle » → « champ » → `Sort`."""

from reseau.lib.personnel import Sort

IDENTITE, SIEN, LIBRE, NEUTRE, OCTETS = Sort.IDENTITE, Sort.SIEN, Sort.LIBRE, Sort.NEUTRE, Sort.OCTETS

CHAMPS = {
    "cible": {"nom": LIBRE, "criteres": NEUTRE},
    "lignedecible": {"motif_d_ecart": LIBRE},
    "etiquette": {"nom": LIBRE},
    "vueenregistree": {"nom": LIBRE, "parametres": Sort.ENCODE},
    "document": {"nom": LIBRE, "contenu": OCTETS},
    "mot": {"mot": Sort.DERIVE, "envers": Sort.DERIVE},
    "zoneemploi": {"code": NEUTRE, "nom": NEUTRE},
    "arrondissement": {"code": NEUTRE, "nom": NEUTRE, "departement": NEUTRE},
    "epci": {"code": NEUTRE, "nom": NEUTRE},
    "commune": {"code": NEUTRE, "nom": NEUTRE, "departement": NEUTRE},
    "contour": {"trace": NEUTRE, "source": NEUTRE},
    "division": {"code": NEUTRE, "libelle": NEUTRE, "section": NEUTRE},
    "activite": {"code": NEUTRE, "libelle": NEUTRE},
    "entreprise": {
        "siret": NEUTRE,
        "raison_sociale": Sort.ENSEIGNE,
        "enseigne": Sort.ENSEIGNE,
        "adresse": LIBRE,
        "complement": LIBRE,
        "code_postal": NEUTRE,
        "ville": NEUTRE,
        "telephone": LIBRE,
        "courriel": LIBRE,
        "site": LIBRE,
        "filiere": NEUTRE,
        "ne_plus_solliciter_motif": LIBRE,
        "recherche": Sort.DERIVE,
    },
    "contact": {
        "prenom": IDENTITE,
        "nom": IDENTITE,
        "telephone": IDENTITE,
        "courriel": IDENTITE,
        "fonction": SIEN,
    },
    "deport": {"motif": LIBRE},
    "import": {"nom": LIBRE, "correspondance": NEUTRE, "contenu": OCTETS, "bilan": LIBRE, "rejets": LIBRE},
    "lotecrit": {"avant": OCTETS},
    "changement": {"avant": LIBRE, "apres": LIBRE},
    "correspondance": {"entetes": NEUTRE, "nom": LIBRE, "colonnes": NEUTRE},
    "sollicitation": {"precision": LIBRE},
    "concurrence": {"motif": LIBRE},
}
