"""Le relevé d'une institution pour son chef de service : ce que ses agents font au réseau, et ce que le réseau fait pour elle.

Aucun nom de personne, aucun emploi, aucun montant : un service y lit sa part, jamais ses agents.
"""

from django.db.models import Count
from django.utils.timezone import localtime

from reseau.enums import EtatPresence
from reseau.lib.ecarts import Jours, mediane
from reseau.lib.recherche import cle_de_recherche
from reseau.lib.tableau import ADRESSES, Colonne, Section, Tableau, date_longue
from reseau.models import Institution, Membre, Presence, Reunion
from suivi.indicateurs.champ import Champ, adresse_des_lignes, ouvrir
from suivi.indicateurs.valeur import adresses_de_l_institution, compter_l_institution, relever_les_echanges

LEXIQUE = (
    (
        "Visites",
        "réalisées ou restituées dans la période par ses agents ; une visite faite à deux compte une fois, au titulaire.",
    ),
    ("Réunions", "tenues dans la période où l’un au moins de ses agents était présent, sur les réunions tenues."),
    ("Actions", "nées des visites de la période ; « reçues » : nées des visites d’une autre institution et confiées à elle."),
    ("Délai d’acceptation", "jours entre la proposition d’une action et son acceptation par l’agent qui la porte ; médiane."),
    ("Usage", "ce relevé dit au service ce que lui apporte le réseau ; il ne nomme ni ne compare aucun agent."),
)
MESURES = (Colonne("nom", "Mesure"), Colonne("nombre", "Nombre", "nombre", decimales=1), Colonne("sur", "Sur", "nombre"))
VERS = (
    Colonne("nom", "Institution"),
    Colonne("donnees", "Actions données", "nombre"),
    Colonne("recues", "Actions reçues", "nombre"),
)
LIBELLES = {
    "nees": "Actions nées de ses visites",
    "donnees": "dont données à une autre institution",
    "portees": "Actions que portent ses agents",
    "recues": "dont reçues d’une autre institution",
    "closes": "dont closes",
}

PARMI = {"donnees": "nees", "recues": "portees", "closes": "portees"}  # les autres se rapportent à toutes les actions


def releve_d_institution(reseau, *, institution, lecteur=None, **choix):
    """`Tableau` d'une institution sur la période. `choix` : ceux d'un `Champ`. Huit requêtes."""
    champ = Champ(reseau, lecteur, **choix)
    echanges = relever_les_echanges(champ.actions())
    au = champ.au or localtime().date()
    membres = Membre.objects.filter(institution=institution).actifs(au).count()
    return Tableau(
        code="institution",
        titre=f"Relevé de {institution.sigle}",
        sous_titre=institution.nom,
        periode=f"Visites et réunions {champ.periode}",
        sections=[
            _activite(champ, institution, membres, au),
            _actions(champ, echanges, institution),
            _vers(champ, echanges, institution),
        ],
        definitions=LEXIQUE,
        reseau=reseau.nom,
        edite_le=localtime(),
        filtres=champ.choix,
    )


def _activite(champ, institution, membres, au):
    realisees, tenues = champ.realisees(), Reunion.objects.filter(reseau=champ.reseau).tenues(champ.du, champ.au)
    siennes = realisees.filter(developpeur__institution=institution).count()
    presences = Presence.objects.filter(etat=EtatPresence.PRESENT, membre__institution=institution)
    suivies = presences.filter(reunion__in=tenues.order_by()).values("reunion").distinct().count()
    du_champ = {"du": champ.du, "au": champ.au}
    les_membres = adresse_des_lignes(champ.reseau, champ.lecteur, "membres", au=au, institution=institution)
    lignes = [
        ouvrir({"nom": f"Membres du réseau au {date_longue(au)}", "nombre": membres}, nombre=les_membres),
        {
            "nom": "Visites réalisées, sur celles du réseau",
            "nombre": siennes,
            "sur": realisees.count(),
            ADRESSES: {
                "nombre": champ.adresse("visites", etat="realisees", visiteuse=institution),
                "sur": champ.adresse("visites", etat="realisees"),
            },
        },
        {
            "nom": "Réunions suivies, sur celles tenues",
            "nombre": suivies,
            "sur": tenues.count(),
            ADRESSES: {
                "nombre": champ.adresse("reunions", **du_champ, institution=institution),
                "sur": champ.adresse("reunions", **du_champ),
            },
        },
    ]
    return Section("Activité", MESURES, lignes, nature="constaté", comparees=("nombre", "sur"))


def _actions(champ, echanges, institution):
    comptes, adresses = compter_l_institution(echanges, institution.pk), adresses_de_l_institution(champ, institution.pk)
    acceptees = champ.actions().filter(responsable__institution=institution, acceptee_le__isnull=False).order_by()
    jours = dict(acceptees.annotate(delai=Jours("proposee_le", "acceptee_le")).values_list("delai").annotate(Count("pk")))
    total = echanges.total()
    toutes = champ.adresse("actions")
    lignes = [
        ouvrir(
            {"nom": libelle, "nombre": comptes[cle], "sur": comptes.get(PARMI.get(cle), total)},
            nombre=adresses[cle],
            sur=adresses.get(PARMI.get(cle), toutes),
        )
        for cle, libelle in LIBELLES.items()
    ]
    delai = {"nom": "Délai d’acceptation médian (jours)", "nombre": mediane(jours), "sur": sum(jours.values())}
    lignes.append(ouvrir(delai, sur=champ.adresse("actions", porteuse=institution, acceptee="oui")))
    return Section("Actions", MESURES, lignes, nature="constaté", comparees=("nombre", "sur"))


def _vers(champ, echanges, institution):
    sigles = Institution.objects.filter(reseau=champ.reseau).exclude(pk=institution.pk).values_list("pk", "sigle")
    lignes = []
    for cle, sigle in sorted(sigles, key=lambda paire: cle_de_recherche(paire[1])):
        donnees = echanges[institution.pk, cle, True] + echanges[institution.pk, cle, False]
        recues = echanges[cle, institution.pk, True] + echanges[cle, institution.pk, False]
        adresses = {
            "donnees": champ.adresse("actions", visiteuse=institution, porteuse=cle),
            "recues": champ.adresse("actions", visiteuse=cle, porteuse=institution),
        }
        if donnees or recues:
            lignes.append({"nom": sigle, "donnees": donnees, "recues": recues, ADRESSES: adresses})
    ensemble = {"nom": "Ensemble", "donnees": sum(x["donnees"] for x in lignes), "recues": sum(x["recues"] for x in lignes)}
    siennes = adresses_de_l_institution(champ, institution.pk)
    pied = [ouvrir(ensemble, donnees=siennes["donnees"], recues=siennes["recues"])]
    return Section("À qui elle donne, de qui elle reçoit", VERS, lignes, pied, nature="constaté")
