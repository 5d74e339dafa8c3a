"""Ce que chaque champ de `visites` dit d'une personne : « modèle » → « champ » → `Sort`."""

from reseau.lib.personnel import IDENTITE, LIBRE, NEUTRE, OCTETS, SECRET, SIEN

CHAMPS = {
    "invitation": {"nom": IDENTITE, "courriel": IDENTITE, "lieu": LIBRE, "visiteurs": LIBRE, "echec": LIBRE},
    "fluxagenda": {"graine": SECRET, "empreinte": SECRET},
    "campagne": {"nom": LIBRE},
    "compterendu": {"phrase": LIBRE, "entendu": LIBRE},
    "partiereservee": {"texte": LIBRE},
    "courrier": {"correction": LIBRE, "rejet": LIBRE, "contenu": LIBRE, "courriel": IDENTITE},
    "pdffige": {"pdf": OCTETS, "empreinte": NEUTRE},
    "demandedevisite": {
        "raison_sociale": SIEN,
        "siret": SIEN,
        "nom": IDENTITE,
        "fonction": SIEN,
        "telephone": IDENTITE,
        "courriel": IDENTITE,
        "message": SIEN,
        "empreinte": SECRET,
        "expediteur": SECRET,
        "motif": LIBRE,
    },
    "envoidelettre": {"courriel": IDENTITE, "copies": IDENTITE, "objet": LIBRE, "corps": LIBRE, "echec": LIBRE},
    "guide": {"nom": NEUTRE, "fourni": NEUTRE},
    "theme": {"titre": NEUTRE},
    "question": {"libelle": NEUTRE, "aide": NEUTRE, "choix": NEUTRE},
    "reponse": {"valeur": LIBRE},
    "modeledecourrier": {"nom": NEUTRE, "objet": LIBRE, "corps": LIBRE, "politesse": NEUTRE},
    "visite": {
        "derogation": LIBRE,
        "malgre_contact": LIBRE,
        "malgre_concurrence": LIBRE,
        "rendez_vous_lieu": LIBRE,
        "rendez_vous_adresse": LIBRE,
        "precision": LIBRE,
    },
}
