"""Tableau 2.5 : présences et visites, par développeur et par institution ; couverture de la cible."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.urls import reverse
from django.utils.timezone import localtime

from entreprises.models import Cible, LigneDeCible
from reseau.droits import NON, SIENS, TOUT
from reseau.lib.dates import plus_mois
from reseau.lib.tableau import INSECABLE, Colonne, Section, Tableau, Valeur
from suivi.indicateurs.champ import Champ, adresse_des_lignes, ouvrir
from suivi.indicateurs.perimetre import etendue, fraction, periode_en_mots, visites_comptees
from suivi.indicateurs.releve import developpeurs, relever
from visites.couverture import couverture
from visites.models import Visite

DEPART = "départ"
MOIS_DE_PARTICIPATION = 12
REALISEES = "visites réalisées ou restituées, datées dans la période ; une visite faite à deux compte une fois, au titulaire."
PROGRAMMEES = (
    "visites confiées à un développeur et pas encore faites en fin de période : programmées, annoncées, rendez-vous pris."
)
PARTICIPATION = (
    "réunions où la personne était présente, sur les réunions tenues dans la période pendant qu’elle était membre du "
    "réseau ; une réunion annulée ne compte pas."
)
PARTICIPATION_INSTITUTION = "réunions où au moins un de ses membres était présent, sur les réunions tenues dans la période."
PRESENCES = "les deux nombres dont la participation est le rapport : présences, sur réunions comptées."
SIENNE = "Vous lisez votre ligne ; les totaux sont ceux du réseau. Une visite que l’on accompagne compte à son titulaire."
TOTAUX = "Les totaux du réseau ; le détail par développeur n’est pas ouvert à ce lecteur."
LEXIQUE = (
    ("Refus", "visites refusées par l’entreprise dans la période ; ils ne sont portés au compte de personne."),
    ("Total", "visites réalisées et refus ; il compte des visites, la couverture compte des entreprises."),
    (
        "Part de la cible",
        "entreprises distinctes de la cible, visitées ou ayant refusé depuis qu’elle est décidée, sur les entreprises de "
        "la cible.",
    ),
    ("Départ", "la personne a quitté le réseau : ses visites restent comptées, sa participation ne l’est plus."),
    ("Usage", "ces chiffres mesurent l’activité du réseau et ne contrôlent personne ; l’ordre est alphabétique."),
)
DU_LIEU = (
    ("Zone d’emploi, secteur", "ceux de l’établissement ; ils bornent les visites, les refus et les entreprises de la cible."),
    ("Campagne", "elle borne les visites et les refus, et ce qui touche la cible ; la cible reste entière."),
    ("Réunions", "elles ne sont d’aucun lieu ni d’aucune campagne : la participation reste celle de toute la période."),
)
ACTIVITE = (
    Colonne("realisees", "Visites réalisées", "nombre", REALISEES),
    Colonne("programmees", "Visites programmées", "nombre", PROGRAMMEES),
)


def debut_des_visites(reseau, au):
    """Jour depuis lequel se comptent les visites : la décision de la cible en vigueur, ou None (depuis l'origine)."""
    cible = Cible.objects.en_vigueur(reseau, au)
    return cible.decidee_le if cible else None


def debut_de_la_participation(au):
    """Premier jour des douze mois qui s'achèvent au soir du jour `au`."""
    return plus_mois(au, -MOIS_DE_PARTICIPATION) + timedelta(days=1)


def tableau_2_5(
    reseau,
    *,
    au,
    lecteur=None,
    visites_depuis=None,
    participation_du=None,
    participation_au=None,
    filtre=False,
    detail=True,
    ensemble=False,
    **lieu,
):
    """`Tableau` des présences et des visites au soir du jour `au` (annexe 2.5).

    Deux périodes distinctes : `visites_depuis` (par défaut la décision de la cible en vigueur) et `participation_du`
    (par défaut les douze derniers mois) ; toutes deux s'achèvent `au`, à moins de `participation_au`. `lieu` : la zone, le
    secteur, la campagne d'un `Champ` ; ils bornent les visites et la cible, jamais les réunions. `filtre` : vrai si le lecteur
    a changé une borne ; ses déports sortent alors des comptes. `detail` : faux pour les seuls totaux, qui que soit le lecteur.
    `ensemble` : en tête, ce que le réseau peut comparer à une autre période, sans aucune ligne de personne. Participation et
    parts sont des fractions. Nombre de requêtes constant.
    """
    champ = Champ(reseau, lecteur, **lieu)
    filtre = filtre or champ.filtre or bool(visites_depuis or participation_du)
    cible = Cible.objects.en_vigueur(reseau, au)
    depuis = visites_depuis or (cible and cible.decidee_le)
    reunions = participation_du or debut_de_la_participation(au), participation_au or au
    releve = relever(
        reseau,
        champ.de_la_campagne(champ.situer(visites_comptees(reseau, lecteur, filtre=filtre))),
        cible=cible,
        couverture=_couverte(champ, cible, au, filtre) if cible else None,
        depuis=depuis,
        reunions=reunions,
        au=au,
    )
    renvois = Renvois(champ, depuis, au, reunions, releve.cible)
    sections = _sections(releve, depuis, lecteur, renvois, etendue(lecteur, "tableaux.lignes") if detail else NON)
    return Tableau(
        code="2.5",
        titre="Tableau de bord des présences et des visites",
        sous_titre=f"Cible : {releve.cible}" if releve.cible else "",
        periode=f"Visites {periode_en_mots(depuis, au)}{INSECABLE}; participation aux réunions {periode_en_mots(*reunions)}",
        sections=[_ensemble(releve, renvois), *sections] if ensemble else sections,
        definitions=[*DU_LIEU, *LEXIQUE] if champ.choix else LEXIQUE,
        reseau=reseau.nom,
        edite_le=localtime(),
        filtres=champ.choix,
    )


def _couverte(champ, cible, au, filtre):
    """La couverture de ce que le champ laisse de la cible ; dès qu'on choisit, sans les déports du lecteur."""
    lignes = champ.situer(LigneDeCible.objects.all())
    if champ.lecteur and filtre:
        lignes = lignes.exclude(entreprise__deports__membre=champ.lecteur)
    return couverture(cible, au, lignes=lignes, visites=champ.de_la_campagne(Visite.objects.all()))


@dataclass(frozen=True)
class Renvois:
    """L'adresse des fiches que compte chaque case ; vide si le lecteur ne les lit pas toutes."""

    champ: Champ
    depuis: date | None
    au: date
    des_reunions: tuple[date, date]
    la_cible: Cible | None

    def visites(self, **criteres):
        depuis = {} if criteres.get("etat") == "programmees" else {"du": self.depuis}
        return self.champ.adresse("visites", **depuis, au=self.au, **criteres)

    def reunions(self, **criteres):
        du, au = self.des_reunions
        return adresse_des_lignes(self.champ.reseau, self.champ.lecteur, "reunions", du=du, au=au, **criteres)

    def cible(self, **criteres):
        return self.champ.adresse("cible", cible=self.la_cible, au=self.au, **criteres)

    def activite(self, **criteres):
        """Celles des deux colonnes de visites, pour une personne, une institution ou toutes."""
        return {etat: self.visites(etat=etat, **criteres) for etat in ("realisees", "programmees")}

    @cached_property
    def liste(self):
        """La liste des visites, qu'un nom ouvre à l'écran."""
        ouverte = etendue(self.champ.lecteur, "visites.voir") is TOUT
        return reverse("visites:liste", args=[self.champ.reseau.slug]) if ouverte else ""


def _ensemble(releve, renvois):
    """Ce que le réseau compare à une autre période : lui-même, jamais une personne ni une institution."""
    tenues, presences = len(releve.reunions), sum(len(reunions) for reunions in releve.presents.values())
    lignes = [
        ouvrir({"nom": "Visites réalisées", "nombre": releve.realisees.total()}, nombre=renvois.visites(etat="realisees")),
        ouvrir({"nom": "Refus", "nombre": releve.refus}, nombre=renvois.visites(etat="refusees")),
        ouvrir({"nom": "Visites programmées", "nombre": releve.programmees.total()}, nombre=renvois.visites(etat="programmees")),
        ouvrir({"nom": "Réunions tenues", "nombre": tenues}, nombre=renvois.reunions()),
        {"nom": "Présents par réunion", "nombre": fraction(presences, tenues)},
    ]
    colonnes = (Colonne("nom", "Mesure"), Colonne("nombre", "Nombre", "nombre", decimales=1))
    return Section("Ensemble du réseau", colonnes, lignes, nature="constaté", comparees=("nombre",))


def _sections(releve, depuis, lecteur, renvois, lignes):
    """Les lignes selon le lecteur : toutes, la sienne, ou aucune ; les pieds sont les mêmes pour tous."""
    membres = developpeurs(releve, depuis)
    if lignes is SIENS:
        membres = [membre for membre in releve.membres if membre == lecteur]
    elif lignes is not TOUT:
        membres = []
    sections = [_par_developpeur(releve, membres, renvois, entier=lignes is TOUT)]
    if lignes is TOUT:
        sections.append(_par_institution(releve, renvois))
    if releve.couverture:
        sections.append(_couverture(releve, renvois))
    return sections


def _par_developpeur(releve, membres, renvois, *, entier):
    """Une ligne par membre ; sans aucune, les totaux seuls et les colonnes qui en ont."""
    participation = (
        Colonne("participation", "Participation aux réunions", "pourcentage", PARTICIPATION),
        Colonne("reunions", "Présences", definition=PRESENCES),
    )
    detaille = entier or bool(membres)
    notes = [] if entier else [SIENNE if membres else TOTAUX]
    return Section(
        titre="Par développeur" if detaille else "Totaux du réseau",
        colonnes=(
            Colonne("nom", "Nom du développeur" if detaille else "Mesure"),
            *ACTIVITE,
            *(participation if detaille else ()),
        ),
        lignes=[_ligne_du_developpeur(releve, membre, renvois) for membre in membres],
        pied=_pied("nom", releve, renvois),
        notes=[*notes, *_note_de_la_cible(releve)],
        nature="constaté",
        personnes=detaille,
    )


def _ligne_du_developpeur(releve, membre, renvois):
    adresse = f"{renvois.liste}?developpeur={membre.pk}" if renvois.liste else ""
    adresses = renvois.activite(developpeur=membre)
    ligne = {
        "nom": Valeur(membre.nom_alphabetique, adresse=adresse),
        "realisees": releve.realisees[membre.pk],
        "programmees": releve.programmees[membre.pk],
    }
    if membre.est_parti(releve.au):
        return ouvrir(ligne | {"programmees": ligne["programmees"] or None, "participation": DEPART}, **adresses)
    presences, tenues = len(releve.suivies_par(membre)), len(releve.tenues_pour(membre))
    participation = {"participation": fraction(presences, tenues), "reunions": _sur(presences, tenues)}
    return ouvrir(ligne | participation, **adresses, reunions=renvois.reunions(membre=membre))


def _par_institution(releve, renvois):
    return Section(
        titre="Par institution",
        colonnes=(
            Colonne("nom", "Institution"),
            *ACTIVITE,
            Colonne("participation", "Réunions suivies", "pourcentage", PARTICIPATION_INSTITUTION),
            Colonne("reunions", "Présences"),
        ),
        lignes=[ligne for institution in releve.institutions if (ligne := _ligne_de_l_institution(releve, institution, renvois))],
        pied=_pied("nom", releve, renvois),
        notes=_note_de_la_cible(releve),
        nature="constaté",
    )


def _ligne_de_l_institution(releve, institution, renvois):
    """La ligne d'une institution, ou None si elle a quitté le réseau sans rien laisser dans la période."""
    membres = [membre for membre in releve.membres if membre.institution_id == institution.pk]
    realisees = sum(releve.realisees[membre.pk] for membre in membres)
    programmees = sum(releve.programmees[membre.pk] for membre in membres)
    partie = institution.fermee_le is not None and institution.fermee_le <= releve.au
    if partie and not (realisees or programmees):
        return None
    ligne = {"nom": institution.sigle, "realisees": realisees, "programmees": programmees}
    adresses = renvois.activite(visiteuse=institution)
    if partie:
        return ouvrir(ligne | {"participation": DEPART}, **adresses)
    suivies = set().union(*(releve.suivies_par(membre) for membre in membres))
    tenues = len(releve.reunions)
    participation = {"participation": fraction(len(suivies), tenues), "reunions": _sur(len(suivies), tenues)}
    return ouvrir(ligne | participation, **adresses, reunions=renvois.reunions(institution=institution))


def _pied(entete, releve, renvois):
    realisees, programmees = releve.realisees.total(), releve.programmees.total()
    pied = [
        ouvrir({entete: "Somme", "realisees": realisees, "programmees": programmees}, **renvois.activite()),
        ouvrir({entete: "Refus", "realisees": releve.refus}, realisees=renvois.visites(etat="refusees")),
        ouvrir(
            {entete: "Total", "realisees": realisees + releve.refus, "programmees": programmees},
            **renvois.activite() | {"realisees": renvois.visites(etat="sorties")},
        ),
    ]
    if releve.couverture:
        part = {entete: "Part de la cible", "realisees": Valeur(releve.couverture.part, "pourcentage")}
        pied.append(ouvrir(part, realisees=renvois.cible(part="touchees")))
    return pied


def _note_de_la_cible(releve):
    cible = releve.couverture
    if not cible:
        return []
    return [f"Part de la cible : {cible.touchees} entreprises visitées ou ayant refusé, sur {cible.entreprises}."]


def _couverture(releve, renvois):
    cible = releve.couverture
    parts = [
        ("Visitées ou ayant refusé", cible.touchees, "touchees"),
        ("Visite programmée", cible.programmees, "programmees"),
        ("Sans contact", cible.sans_contact, "sans_contact"),
    ]
    return Section(
        titre="Couverture de la cible",
        colonnes=(
            Colonne("nom", "Entreprises de la cible"),
            Colonne("entreprises", "Entreprises", "nombre"),
            Colonne("part", "Part de la cible", "pourcentage"),
        ),
        lignes=[
            ouvrir(
                {"nom": nom, "entreprises": nombre, "part": fraction(nombre, cible.entreprises)},
                entreprises=renvois.cible(part=part),
            )
            for nom, nombre, part in parts
        ],
        pied=[
            ouvrir(
                {"nom": "Cible", "entreprises": cible.entreprises, "part": fraction(cible.entreprises, cible.entreprises)},
                entreprises=renvois.cible(),
            )
        ],
        nature="constaté",
        comparees=("entreprises", "part"),
    )


def _sur(partie, tout):
    return f"{partie} sur {tout}" if tout else ""
