"""Tableau 2.7 : visites, actions, leurs deux classifications, et les emplois projetés (déclaratif)."""

from collections import Counter

from django.db.models import Count, Q, Sum
from django.utils.timezone import localtime

from reseau.lib.recherche import cle_de_recherche
from reseau.lib.tableau import Colonne, Section, Tableau
from suivi.enums import Nature, Sujet, TypeAction
from suivi.indicateurs.champ import Champ, ouvrir
from suivi.indicateurs.lignes.base import AUCUN
from suivi.indicateurs.perimetre import fraction

NON_PRECISE = "Non précisé"
TOUT = object()  # à la place d'une valeur : le total
EMPLOIS = {
    "emplois_investissement": "Embauches liées à des investissements matériels",
    "emplois_embauche": "Projets d’embauche",
    "emplois_developpement": "Embauches liées à des développements",
}
DETAIL_DES_EMBAUCHES = {
    "embauche_cadres": "dont cadres",
    "embauche_commerciaux": "dont commerciaux",
    "embauche_temps_partage": "dont temps partagé",
}
DECLARATIF = (
    "Chiffres déclaratifs : ce que les chefs d’entreprise projettent, tel qu’ils l’ont dit. Ils ne mesurent pas les emplois "
    "créés et ne se ventilent ni par personne ni par institution."
)
LEXIQUE = (
    ("Visites", "réalisées ou restituées, datées dans la période ; une visite faite à deux compte une fois."),
    ("Actions", "nées de ces visites, ouvertes ou closes ; une action compte une fois dans chaque classification."),
    ("Actions par visite", "actions, sur les visites de la période."),
    ("Première classification", "la nature du projet, dont l’action hérite ; la part se rapporte à toutes les actions."),
    ("Deuxième classification", "le type d’action induite ; la part se rapporte à toutes les actions."),
    ("Détail", "la part d’un sujet, d’un domaine ou d’un organisme se rapporte aux seules actions de son type."),
    ("Entreprises", "entreprises distinctes qui ont déclaré au moins un emploi projeté à cette ligne."),
)


def tableau_2_7(reseau, *, lecteur=None, **choix):
    """`Tableau` des projets et actions nés des visites de la période, bornes comprises (annexe 2.7).

    `choix` : ceux d'un `Champ` (période, lieu, secteur, campagne). Sans choix, tout le réseau, de la même façon pour tous ;
    avec, sans les entreprises dont le lecteur se déporte. Parts en fractions ; emplois en personnes, toujours déclaratifs.
    Quatre requêtes.
    """
    champ = Champ(reseau, lecteur, **choix)
    comptes = _compter(champ.actions().values_list("projet__nature", "type", "sujet"))
    return Tableau(
        code="2.7",
        titre="Tableau de bord des projets et des actions",
        sous_titre="",
        periode=f"Visites réalisées {champ.periode}",
        sections=[*_classifications(champ, comptes), *_details(champ, comptes), _emplois(champ)],
        definitions=LEXIQUE,
        reseau=reseau.nom,
        edite_le=localtime(),
        filtres=champ.choix,
    )


def _compter(lignes):
    """Counter (valeurs) → nombre d'actions."""
    return Counter({tuple(valeurs): nombre for *valeurs, nombre in lignes.order_by().annotate(nombre=Count("pk"))})


def _classifications(champ, comptes):
    natures, types = Counter(), Counter()
    for (nature, type_action, _), nombre in comptes.items():
        natures[nature] += nombre
        types[type_action] += nombre
    visites = champ.realisees().count()
    mesures = [
        ("Visites réalisées", visites, champ.adresse("visites", etat="realisees")),
        ("Actions", comptes.total(), champ.adresse("actions")),
        ("Actions par visite", fraction(comptes.total(), visites), ""),
    ]
    return [
        Section(
            "Visites et actions",
            (Colonne("nom", "Mesure"), Colonne("nombre", "Nombre", "nombre", decimales=2)),
            [ouvrir({"nom": nom, "nombre": nombre}, nombre=adresse) for nom, nombre, adresse in mesures],
            nature="constaté",
            comparees=("nombre",),
        ),
        _repartition(
            "Première classification : nature du projet", "Nature", _dans_l_ordre(Nature, natures), _adresses(champ, "nature")
        ),
        _repartition(
            "Deuxième classification : type d’action induite", "Type", _dans_l_ordre(TypeAction, types), _adresses(champ, "type")
        ),
    ]


def _adresses(champ, critere, **criteres):
    """Valeur d'un critère → adresse des actions qu'elle choisit."""
    # Sans précision, « aucun » ; le total, lui, n'a pas ce critère.
    return lambda valeur: champ.adresse("actions", **criteres, **{critere: None if valeur is TOUT else valeur or AUCUN})


def _details(champ, comptes):
    contacts = champ.actions().filter(type=TypeAction.CONTACT)
    contacts = _compter(contacts.values_list("organisme__sigle", "organisme", "organisme_exterieur"))
    return [
        _par_sujet(champ, "Informations, par sujet", "Sujet", TypeAction.INFORMATION, comptes),
        _par_sujet(champ, "Mises en contact, par domaine", "Domaine", TypeAction.CONTACT, comptes),
        _par_organisme(champ, contacts),
        _par_sujet(champ, "Aides, par sorte", "Aide", TypeAction.AIDE, comptes),
    ]


def _par_sujet(champ, titre, entete, type_action, comptes):
    sujets = Counter()
    for (_, type_compte, sujet), nombre in comptes.items():
        if type_compte == type_action:
            sujets[sujet] += nombre
    lignes = _dans_l_ordre(Sujet.du_type(type_action), sujets)
    return _repartition(titre, entete, lignes, _adresses(champ, "sujet", type=type_action.value))


def _dans_l_ordre(choix, comptes):
    """[(libellé, valeur, nombre)] dans l'ordre de l'annexe ; ce qui n'est pas précisé vient à la fin, s'il y en a."""
    lignes = [(valeur.label, valeur.value, comptes[valeur.value]) for valeur in choix]
    reste = comptes.total() - sum(nombre for _, _, nombre in lignes)
    return [*lignes, (NON_PRECISE, "", reste)] if reste else lignes


def _par_organisme(champ, comptes):
    """Par ordre alphabétique, membres du réseau et extérieurs confondus."""
    noms: Counter = Counter()
    criteres: dict[str, dict] = {}
    for (sigle, cle, exterieur), nombre in comptes.items():
        nom = sigle or exterieur or NON_PRECISE
        noms[nom] += nombre
        critere = {"organisme": cle} if cle else {"organisme_exterieur": exterieur or AUCUN}
        # Un même nom dedans et dehors : la ligne les additionne, aucune adresse ne dirait les deux.
        criteres[nom] = {} if nom in criteres else critere
    ordre = sorted(noms, key=lambda nom: (nom == NON_PRECISE, cle_de_recherche(nom)))
    contacts = {"type": TypeAction.CONTACT.value}

    def adresse(nom):
        if nom is TOUT:
            return champ.adresse("actions", **contacts)
        return champ.adresse("actions", **contacts, **criteres[nom]) if criteres[nom] else ""

    return _repartition("Mises en contact, par organisme", "Organisme", [(nom, nom, noms[nom]) for nom in ordre], adresse)


def _repartition(titre, entete, lignes, adresse):
    total = sum(nombre for _, _, nombre in lignes)
    colonnes = (Colonne("nom", entete), Colonne("nombre", "Actions", "nombre"), Colonne("part", "Part", "pourcentage"))
    return Section(
        titre,
        colonnes,
        [
            ouvrir({"nom": nom, "nombre": nombre, "part": fraction(nombre, total)}, nombre=adresse(valeur))
            for nom, valeur, nombre in lignes
        ],
        pied=[ouvrir({"nom": "Total", "nombre": total, "part": fraction(total, total)}, nombre=adresse(TOUT))],
        nature="constaté",
        comparees=("nombre", "part"),
    )


def _emplois(champ):
    chiffres = _sommer_les_emplois(champ.projets())
    libelles = {}
    for cle, libelle in EMPLOIS.items():
        libelles[cle] = libelle
        libelles |= DETAIL_DES_EMBAUCHES if cle == "emplois_embauche" else {}
    colonnes = (
        Colonne("nom", "Projets en termes d’emploi"),
        Colonne("nombre", "Emplois", "nombre"),
        Colonne("entreprises", "Entreprises", "nombre"),
    )
    total = sum(chiffres[f"{cle}_somme"] for cle in EMPLOIS)
    lignes = [
        _ouvrir_les_emplois(
            champ, cle, {"nom": libelle, "nombre": chiffres[f"{cle}_somme"], "entreprises": chiffres[f"{cle}_entreprises"]}
        )
        for cle, libelle in libelles.items()
    ]
    pied = {"nom": "Total (déclaratif)", "nombre": total, "entreprises": chiffres["entreprises"]}
    return Section(
        "Emplois projetés (déclaratif)",
        colonnes,
        lignes,
        pied=[_ouvrir_les_emplois(champ, AUCUN, pied)],
        notes=[DECLARATIF],
        nature="déclaré",
        comparees=("nombre", "entreprises"),
    )


def _ouvrir_les_emplois(champ, lesquels, ligne):
    """Emplois et entreprises s'ouvrent sur les mêmes projets, dont la page redit les deux sommes."""
    adresse = champ.adresse("projets", emplois=lesquels)
    return ouvrir(ligne, nombre=adresse, entreprises=adresse)


def _sommer_les_emplois(projets):
    """« champ_somme » : emplois ; « champ_entreprises » : entreprises distinctes qui en déclarent ; en une requête."""
    champs = [*EMPLOIS, *DETAIL_DES_EMBAUCHES]
    sommes = {f"{champ}_somme": Sum(champ, default=0) for champ in champs}
    entreprises = {f"{champ}_entreprises": _entreprises(Q(**{f"{champ}__gt": 0})) for champ in champs}
    au_moins_un = Q(*[(f"{champ}__gt", 0) for champ in EMPLOIS], _connector=Q.OR)
    return projets.aggregate(**sommes, **entreprises, entreprises=_entreprises(au_moins_un))


def _entreprises(condition):
    return Count("visite__entreprise", distinct=True, filter=condition)
