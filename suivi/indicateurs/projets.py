"""Tableau 2.7 : visites, actions, leurs deux classifications, et les emplois projetés (déclaratif)."""

from collections import Counter

from django.db.models import Count, Q, Sum
from django.utils.timezone import localtime

from reseau.lib.recherche import cle_de_recherche
from reseau.lib.tableau import Colonne, Section, Tableau
from suivi.enums import Nature, Sujet, TypeAction
from suivi.indicateurs.perimetre import fraction, periode_en_mots, visites_comptees
from suivi.models import Action, Projet

NON_PRECISE = "Non précisé"
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


def tableau_2_7(reseau, *, lecteur=None, du=None, au=None):
    """`Tableau` des projets et actions nés des visites de la période, bornes comprises (annexe 2.7).

    Sans période, tout le réseau, de la même façon pour tous ; avec, sans les entreprises dont le lecteur se déporte.
    Parts en fractions ; emplois en personnes, toujours déclaratifs. Quatre requêtes.
    """
    visites = visites_comptees(reseau, lecteur, filtre=bool(du or au)).realisees(du, au)
    actions = Action.objects.filter(projet__visite__in=visites.order_by())
    projets = Projet.objects.filter(visite__in=visites.order_by())
    if au:
        actions, projets = actions.filter(proposee_le__lte=au), projets.filter(cree_le__lte=au)
    comptes = _compter(actions.values_list("projet__nature", "type", "sujet"))
    return Tableau(
        code="2.7",
        titre="Tableau de bord des projets et des actions",
        sous_titre="",
        periode=f"Visites réalisées {periode_en_mots(du, au)}",
        sections=[*_classifications(visites.count(), comptes), *_details(comptes, actions), _emplois(projets)],
        definitions=LEXIQUE,
        reseau=reseau.nom,
        edite_le=localtime(),
    )


def _compter(lignes):
    """Counter (valeurs) → nombre d'actions."""
    return Counter({tuple(valeurs): nombre for *valeurs, nombre in lignes.order_by().annotate(nombre=Count("pk"))})


def _classifications(visites, comptes):
    natures, types = Counter(), Counter()
    for (nature, type_action, _), nombre in comptes.items():
        natures[nature] += nombre
        types[type_action] += nombre
    lignes = [
        {"nom": "Visites réalisées", "nombre": visites},
        {"nom": "Actions", "nombre": comptes.total()},
        {"nom": "Actions par visite", "nombre": fraction(comptes.total(), visites)},
    ]
    return [
        Section("Visites et actions", (Colonne("nom", "Mesure"), Colonne("nombre", "Nombre", "nombre", decimales=2)), lignes),
        _repartition("Première classification : nature du projet", "Nature", _dans_l_ordre(Nature, natures)),
        _repartition("Deuxième classification : type d’action induite", "Type", _dans_l_ordre(TypeAction, types)),
    ]


def _details(comptes, actions):
    contacts = actions.filter(type=TypeAction.CONTACT).values_list("organisme__sigle", "organisme_exterieur")
    return [
        _par_sujet("Informations, par sujet", "Sujet", TypeAction.INFORMATION, comptes),
        _par_sujet("Mises en contact, par domaine", "Domaine", TypeAction.CONTACT, comptes),
        _repartition("Mises en contact, par organisme", "Organisme", _organismes(_compter(contacts))),
        _par_sujet("Aides, par sorte", "Aide", TypeAction.AIDE, comptes),
    ]


def _par_sujet(titre, entete, type_action, comptes):
    sujets = Counter()
    for (_, type_compte, sujet), nombre in comptes.items():
        if type_compte == type_action:
            sujets[sujet] += nombre
    return _repartition(titre, entete, _dans_l_ordre(Sujet.du_type(type_action), sujets))


def _dans_l_ordre(choix, comptes):
    """[(libellé, nombre)] dans l'ordre de l'annexe ; ce qui n'est pas précisé vient à la fin, s'il y en a."""
    lignes = [(valeur.label, comptes[valeur.value]) for valeur in choix]
    reste = comptes.total() - sum(nombre for _, nombre in lignes)
    return [*lignes, (NON_PRECISE, reste)] if reste else lignes


def _organismes(comptes):
    """[(organisme, nombre)] par ordre alphabétique, membres du réseau et extérieurs confondus."""
    noms = Counter()
    for (sigle, exterieur), nombre in comptes.items():
        noms[sigle or exterieur] += nombre
    reste = noms.pop("", 0)
    lignes = sorted(noms.items(), key=lambda ligne: cle_de_recherche(ligne[0]))
    return [*lignes, (NON_PRECISE, reste)] if reste else lignes


def _repartition(titre, entete, lignes):
    total = sum(nombre for _, nombre in lignes)
    colonnes = (Colonne("nom", entete), Colonne("nombre", "Actions", "nombre"), Colonne("part", "Part", "pourcentage"))
    return Section(
        titre,
        colonnes,
        [{"nom": nom, "nombre": nombre, "part": fraction(nombre, total)} for nom, nombre in lignes],
        pied=[{"nom": "Total", "nombre": total, "part": fraction(total, total)}],
    )


def _emplois(projets):
    chiffres = _sommer_les_emplois(projets)
    libelles = {}
    for champ, libelle in EMPLOIS.items():
        libelles[champ] = libelle
        libelles |= DETAIL_DES_EMBAUCHES if champ == "emplois_embauche" else {}
    colonnes = (
        Colonne("nom", "Projets en termes d’emploi"),
        Colonne("nombre", "Emplois", "nombre"),
        Colonne("entreprises", "Entreprises", "nombre"),
    )
    total = sum(chiffres[f"{champ}_somme"] for champ in EMPLOIS)
    return Section(
        "Emplois projetés (déclaratif)",
        colonnes,
        [
            {"nom": libelle, "nombre": chiffres[f"{champ}_somme"], "entreprises": chiffres[f"{champ}_entreprises"]}
            for champ, libelle in libelles.items()
        ],
        pied=[{"nom": "Total (déclaratif)", "nombre": total, "entreprises": chiffres["entreprises"]}],
        notes=[DECLARATIF],
    )


def _sommer_les_emplois(projets):
    """« champ_somme » : emplois ; « champ_entreprises » : entreprises distinctes qui en déclarent ; en une requête."""
    champs = [*EMPLOIS, *DETAIL_DES_EMBAUCHES]
    sommes = {f"{champ}_somme": Sum(champ, default=0) for champ in champs}
    entreprises = {f"{champ}_entreprises": _entreprises(Q(**{f"{champ}__gt": 0})) for champ in champs}
    au_moins_un = Q(*[(f"{champ}__gt", 0) for champ in EMPLOIS], _connector=Q.OR)
    return projets.aggregate(**sommes, **entreprises, entreprises=_entreprises(au_moins_un))


def _entreprises(condition):
    return Count("visite__entreprise", distinct=True, filter=condition)
