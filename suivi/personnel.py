"""Ce que chaque champ dit d'une personne, dans les quatre applications, et par où une ligne mène à un réseau ou à une entreprise.

`CHAMPS` classe ceux de `suivi` ; `TOUS` réunit les quatre. Un essai d'architecture refuse un champ qui n'y est pas.
"""

from functools import cache

from django.apps import apps
from django.db.models import Q

import entreprises.personnel
import reseau.personnel
import visites.personnel
from reseau.lib.personnel import IDENTITE, LIBRE, NEUTRE, OCTETS, SECRET, SIEN, Sort

APPLICATIONS = ("reseau", "entreprises", "visites", "suivi")
PROFONDEUR = 4  # clés étrangères suivies pour remonter à une entreprise

CHAMPS = {
    "action": {"organisme_exterieur": LIBRE, "libelle": LIBRE, "reveil_motif": LIBRE, "malgre_concurrence": LIBRE},
    "mouvementdaction": {"texte": LIBRE},
    "besoincommun": {"titre": LIBRE, "suite": LIBRE},
    "brouillon": {"contenu": Sort.ENCODE},
    "compterendufige": {
        "pdf": OCTETS,
        "docx": OCTETS,
        "empreinte_pdf": NEUTRE,
        "empreinte_docx": NEUTRE,
        "sans": NEUTRE,
    },
    "demandededroit": {
        "nom": IDENTITE,
        "prenom": IDENTITE,
        "courriel": IDENTITE,
        "telephone": IDENTITE,
        "bilan": NEUTRE,
    },
    "messagedaction": {"texte": LIBRE},
    "evaluation": {
        "courriel": IDENTITE,
        "signature": IDENTITE,
        "empreinte": SECRET,
        "commentaire": SIEN,
        "temoignage": SIEN,
    },
    "chefdupanel": {"note": SIEN},
    "consultationdupanel": {"sujet": NEUTRE, "avis": SIEN},
    # Son contenu se lit comme un texte, ses fichiers se recomposent de lui.
    "tableaufige": {"code": NEUTRE, "titre": NEUTRE, "periode": NEUTRE, "contenu": OCTETS, "envoye_a": LIBRE},
    "fichierfige": {"genre": NEUTRE, "octets": OCTETS, "empreinte": NEUTRE},
    "doublon": {"note": LIBRE},
    "fusion": {"deplaces": LIBRE},
    "point": {"titre": LIBRE, "texte": LIBRE, "motif_de_retrait": LIBRE},
    "proposition": {"motif_d_ecart": LIBRE},
    "note": {"texte": LIBRE},
    "projet": {"titre": LIBRE, "malgre_concurrence": LIBRE},
    "lettredesuites": {"courriel": IDENTITE, "objet": LIBRE, "texte": LIBRE, "echec": LIBRE},
}
TOUS = {
    f"{application}.{modele}": champs
    for application, classes in (
        ("reseau", reseau.personnel.CHAMPS),
        ("entreprises", entreprises.personnel.CHAMPS),
        ("visites", visites.personnel.CHAMPS),
        ("suivi", CHAMPS),
    )
    for modele, champs in classes.items()
}


def champs_de(modele, *sorts):
    """Les noms des champs de ce modèle qui ont l'un de ces sorts."""
    return [champ for champ, sort in TOUS.get(modele._meta.label_lower, {}).items() if sort in sorts]


def modeles_portant(*sorts):
    """Les modèles qui ont au moins un champ de l'un de ces sorts."""
    return [modele for nom in TOUS if champs_de(modele := apps.get_model(nom), *sorts)]


@cache
def chemins(modele, cible):
    """Par quelles clés étrangères une ligne de `modele` mène à `cible` : ["visite__entreprise"] ; vide si aucune n'y mène.

    Les plus courtes : dès qu'une clé y mène, on ne suit pas les détours.
    """
    etapes = [("", modele)]
    for _ in range(PROFONDEUR):
        suivantes, trouves = [], []
        for debut, origine in etapes:
            for nom, vers in _cles_etrangeres(origine):
                (trouves if vers is cible else suivantes).append((f"{debut}{nom}", vers))
        if trouves:
            return [chemin for chemin, _ in trouves]
        etapes = [(f"{chemin}__", vers) for chemin, vers in suivantes]
    return []


def parmi(modele, cible, valeurs):
    """Condition : les lignes de `modele` liées à l'une de ces `valeurs` (clés ou QuerySet) de `cible`."""
    condition = Q(pk__in=[])
    for chemin in ["pk"] if modele is cible else chemins(modele, cible):
        condition |= Q(**{f"{chemin}__in": valeurs})
    return condition


def _cles_etrangeres(modele):
    """(nom, modèle visé) de chaque clé étrangère du modèle, hors celles qui visent le modèle même."""
    return [
        (champ.name, champ.related_model)
        for champ in modele._meta.concrete_fields
        if champ.is_relation and champ.related_model is not modele and champ.related_model._meta.app_label in APPLICATIONS
    ]
