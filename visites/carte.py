"""Les entreprises par commune et par état de leurs visites : ce que disent la carte et son tableau, du même compte."""

from django.db.models import Count, Max, Q

from entreprises.carte import COMMUNES, INTERCOMMUNALITES, EtatDeCarte, reunir
from reseau.lib.dates import plus_mois
from reseau.lib.tableau import Colonne, Section, Tableau
from visites.enums import EN_COURS, FAITES, EtatVisite
from visites.models import Visite

JAMAIS, EN_VISITE, VISITEE, A_REVOIR, REFUS = "jamais", "en_cours", "visitee", "a_revoir", "refus"
ENTETES = {COMMUNES: "Commune", INTERCOMMUNALITES: "Intercommunalité"}
SANS_COMMUNE = "Commune inconnue"


def etats(reseau):
    """Les états d'une entreprise, dans l'ordre de la légende ; leurs durées sont celles que règle le réseau."""
    espacement, refus = f"{reseau.espacement_mois} mois", f"{reseau.refus_mois} mois"
    return (
        EtatDeCarte(JAMAIS, "Jamais visitée", "vide"),
        EtatDeCarte(EN_VISITE, "Visite en cours", "hachures", "à programmer, programmée, annoncée ou rendez-vous pris"),
        EtatDeCarte(VISITEE, "Visitée", "plein", f"dernière visite il y a moins de {espacement}"),
        EtatDeCarte(A_REVOIR, "À revoir", "points", f"dernière visite il y a {espacement} ou plus"),
        EtatDeCarte(REFUS, "A refusé", "croix", f"il y a moins de {refus}, sans visite depuis"),
    )


def repartir(entreprises, membre, le):
    """{code de commune (None : inconnue): {état: nombre}} de ces entreprises, pour ce lecteur, en deux requêtes.

    Chacune n'a qu'un état : sa visite en cours ; sinon son refus, récent et sans visite depuis ; sinon sa dernière visite,
    dans l'espacement ou à revoir ; sinon jamais visitée, par différence, car les visites sont bien moins nombreuses.
    """
    totaux = entreprises.order_by().values_list("commune").annotate(nombre=Count("pk"))
    repartition = {commune: {JAMAIS: nombre} for commune, nombre in totaux}
    limites = plus_mois(le, -membre.reseau.espacement_mois), plus_mois(le, -membre.reseau.refus_mois)
    for visitee in _visitees(entreprises, membre):
        nombres = repartition.get(visitee["commune"])
        if nombres and (etat := _etat(visitee, *limites)) != JAMAIS:
            nombres[JAMAIS] -= 1
            nombres[etat] = nombres.get(etat, 0) + 1
    return repartition


def tableau(repartition, par, reseau, *, filtres, edite_le):
    """Le `Tableau` de la carte : une ligne par commune ou intercommunalité, un nombre par état, le total de la liste au pied."""
    lieux = [(lieu.code, lieu.nom, nombres) for lieu, nombres in reunir(reseau.departement, repartition, par)]
    if None in repartition:
        lieux.append(("", SANS_COMMUNE, repartition[None]))
    connus = etats(reseau)
    lignes = [_ligne(code, nom, nombres, connus) for code, nom, nombres in lieux]
    colonnes = [Colonne("lieu", ENTETES[par]), *(Colonne(etat.cle, etat.libelle, "nombre") for etat in connus)]
    colonnes.append(Colonne("total", "Total", "nombre"))
    pied = {colonne.cle: sum(ligne[colonne.cle] for ligne in lignes) for colonne in colonnes[1:]}
    return Tableau(
        code="carte",
        titre="Carte des entreprises",
        sous_titre="",
        periode="",
        sections=[Section("", colonnes, sorted(lignes, key=lambda ligne: ligne["lieu"]), pied=[{"lieu": "Total", **pied}])],
        definitions=[(etat.libelle, etat.definition) for etat in connus if etat.definition],
        reseau=reseau.nom,
        edite_le=edite_le,
        filtres=filtres,
    )


def _visitees(entreprises, membre):
    """Une ligne par entreprise qui a eu une visite, sans la charger."""
    visites = Visite.objects.visibles_par(membre).order_by()
    return (
        entreprises.order_by()
        .filter(pk__in=visites.values("entreprise"))  # la base part des visites, bien moins nombreuses
        .filter(visites__in=visites.values("pk"))
        .values("pk", "commune")
        .annotate(
            en_cours=Count("visites", filter=Q(visites__etat__in=EN_COURS)),
            derniere=Max("visites__realisee_le", filter=Q(visites__etat__in=FAITES)),
            refus=Max("visites__refusee_le", filter=Q(visites__etat=EtatVisite.REFUSEE)),
        )
    )


def _etat(visitee, a_revoir_le, refus_perime_le):
    derniere, refus = visitee["derniere"], visitee["refus"]
    if visitee["en_cours"]:
        return EN_VISITE
    if refus and refus > refus_perime_le and (derniere is None or refus >= derniere):
        return REFUS
    if derniere is None:
        return JAMAIS
    return VISITEE if derniere > a_revoir_le else A_REVOIR


def _ligne(code, nom, nombres, connus):
    par_etat = {etat.cle: nombres.get(etat.cle, 0) for etat in connus}
    return {"code": code, "lieu": nom, **par_etat, "total": sum(par_etat.values())}
