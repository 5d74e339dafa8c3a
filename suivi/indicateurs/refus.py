"""Les refus, selon leur motif : ce qui retient les chefs d'entreprise, et combien le réseau en rencontre."""

from collections import Counter

from django.db.models import Count
from django.utils.timezone import localtime

from reseau.lib.tableau import ADRESSES, Colonne, Section, Tableau
from suivi.indicateurs.champ import Champ
from suivi.indicateurs.perimetre import fraction
from visites.enums import FAITES, EtatVisite, MotifRefus

LEXIQUE = (
    ("Refus", "visites que l’entreprise a refusées dans la période ; le motif est celui que note qui la suivait."),
    ("Part", "refus de ce motif, sur tous les refus de la période."),
    ("Taux de refus", "refus, sur les visites réalisées et les refus de la période."),
    (
        "Injoignables",
        "visites abandonnées faute de joindre l’entreprise ; elles ne sont pas des refus et n’entrent dans aucun taux.",
    ),
)
MOTIFS = (Colonne("nom", "Motif"), Colonne("nombre", "Refus", "nombre"), Colonne("part", "Part", "pourcentage"))
TAUX = (
    Colonne("nom", "Mesure"),
    Colonne("nombre", "Nombre", "nombre"),
    Colonne("part", "Taux", "pourcentage", decimales=1),
)


def tableau_des_refus(reseau, *, lecteur=None, **choix):
    """`Tableau` des refus de la période. `choix` : ceux d'un `Champ`. Une requête."""
    champ = Champ(reseau, lecteur, **choix)
    etats, refus = Counter(), Counter()
    sorties = champ.visites().sorties(champ.du, champ.au).order_by().values_list("etat", "motif_refus")
    for etat, motif, nombre in sorties.annotate(Count("pk")):
        etats[etat] += nombre
        refus[motif] += nombre if etat == EtatVisite.REFUSEE else 0
    total, realisees = refus.total(), sum(etats[etat] for etat in FAITES)
    return Tableau(
        code="refus",
        titre="Refus, par motif",
        sous_titre="",
        periode=f"Visites refusées {champ.periode}",
        sections=[_taux(champ, total, realisees, etats[EtatVisite.INJOIGNABLE]), _motifs(champ, refus, total)],
        definitions=LEXIQUE,
        reseau=reseau.nom,
        edite_le=localtime(),
        filtres=champ.choix,
    )


def _taux(champ, refus, realisees, injoignables):
    lignes = [
        {"nom": "Visites réalisées", "nombre": realisees, ADRESSES: {"nombre": champ.adresse("visites", etat="realisees")}},
        {
            "nom": "Refus",
            "nombre": refus,
            "part": fraction(refus, realisees + refus),
            ADRESSES: {"nombre": champ.adresse("visites", etat="refusees")},
        },
        {"nom": "Injoignables", "nombre": injoignables, ADRESSES: {"nombre": champ.adresse("visites", etat="injoignables")}},
    ]
    return Section("Visites et refus", TAUX, lignes, nature="constaté", comparees=("nombre", "part"))


def _motifs(champ, refus, total):
    lignes = [
        {
            "nom": motif.label,
            "nombre": refus.get(motif.value, 0),
            "part": fraction(refus.get(motif.value, 0), total),
            ADRESSES: {"nombre": champ.adresse("visites", etat="refusees", motif=motif.value)},
        }
        for motif in MotifRefus
    ]
    toutes = {"nombre": champ.adresse("visites", etat="refusees")}
    pied = [{"nom": "Total", "nombre": total, "part": fraction(total, total), ADRESSES: toutes}]
    return Section("Par motif", MOTIFS, lignes, pied, nature="déclaré", comparees=("nombre", "part"))
