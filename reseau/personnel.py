"""Ce que chaque champ de `reseau` dit d'une personne : « modèle » → « champ » → `Sort`."""

from reseau.lib.personnel import Sort

IDENTITE, SIEN, LIBRE, NEUTRE, SECRET, OCTETS = (
    Sort.IDENTITE,
    Sort.SIEN,
    Sort.LIBRE,
    Sort.NEUTRE,
    Sort.SECRET,
    Sort.OCTETS,
)

CHAMPS = {
    # Des identifiants, jamais de contenu : rien à y effacer, et un déclencheur l'interdirait.
    "journal": {"objet": NEUTRE, "precision": NEUTRE},
    "compteur": {"serie": NEUTRE},
    "jetonutilise": {"suite": Sort.ENCODE},
    "utilisateur": {"password": SECRET, "email": IDENTITE},
    "institution": {"sigle": NEUTRE, "nom": NEUTRE, "chef_de_service": IDENTITE, "chef_courriel": IDENTITE},
    "membre": {
        "prenom": IDENTITE,
        "nom": IDENTITE,
        "telephone": IDENTITE,
        "fonction": SIEN,
        "competence": SIEN,
    },
    "absence": {"motif": SIEN},
    "fichecompetence": {"apport": SIEN, "territoires": NEUTRE},
    "dispositif": {"nom": NEUTRE, "organisme": NEUTRE, "lien": NEUTRE},
    "formation": {"titre": LIBRE, "lieu": NEUTRE, "intervenant": IDENTITE, "organisme": NEUTRE, "programme": LIBRE},
    "pli": {
        "destinataire": IDENTITE,
        "copies": IDENTITE,
        "repondre_a": IDENTITE,
        "objet": LIBRE,
        "corps": LIBRE,
        "page": NEUTRE,
        "echec": LIBRE,
    },
    "piecejointe": {"nom": LIBRE, "genre": NEUTRE, "octets": OCTETS},
    "presentation": {
        "couleur": NEUTRE,
        "accroche": LIBRE,
        "le_reseau": LIBRE,
        "un_developpeur": LIBRE,
        "une_visite": LIBRE,
    },
    "logodinstitution": {"image": NEUTRE},
    "reseau": {
        "slug": NEUTRE,
        "nom": NEUTRE,
        "territoire": NEUTRE,
        "de_territoire": NEUTRE,
        "departement": NEUTRE,
        "prefecture": NEUTRE,
        "lieu": NEUTRE,
        "affaire_suivie_par": LIBRE,
        "telephone": LIBRE,
        "courriel": LIBRE,
        "logo": NEUTRE,
        "rapport_courriel": LIBRE,
    },
    "signataire": {"nom": IDENTITE, "titre": NEUTRE, "signature": OCTETS},
    "reunion": {"lieu": NEUTRE, "message": LIBRE, "releve": LIBRE},
    "presence": {"remplacant": IDENTITE},
    "convocation": {"lieu": NEUTRE},
    "expose": {"titre": LIBRE, "intervenant": IDENTITE, "organisme": NEUTRE, "programme": LIBRE},
}
