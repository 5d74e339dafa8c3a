"""Les entreprises, leurs contacts, la cible décidée et sa liste figée ; l'import d'où elles viennent."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle

from entreprises.enums import Etat, EtatCible, EtatImport, Tranche, Voix
from entreprises.models import Cible, Commune, Contact, Deport, Entreprise, Import, LigneDeCible, Vote
from entreprises.reference import lire_csv
from reseau.enums import Civilite
from suivi.demonstration.annexes import ANNEXE_2_4
from suivi.demonstration.calendrier import instant, ouvre_avant
from suivi.demonstration.noms import (
    PATRONYMES,
    PRENOMS,
    VOIES,
    en_adresse,
    mobile_fictif,
    noms_de_societes,
    siret_fictif,
    telephone_fictif,
)
from suivi.demonstration.secteurs import INDUSTRIELS, PAR_CLE, Secteur

# (plancher, plafond, tranche de l'Insee, poids)
TAILLES = (
    (6, 9, Tranche.DE_6_A_9, 4),
    (10, 19, Tranche.DE_10_A_19, 7),
    (20, 49, Tranche.DE_20_A_49, 6),
    (50, 99, Tranche.DE_50_A_99, 3),
    (100, 199, Tranche.DE_100_A_199, 1),
)
PETITES = ((1, 2, Tranche.DE_1_A_2, 2), (3, 5, Tranche.DE_3_A_5, 3))
HORS_DE_LA_LISTE = 40
ECARTS = (
    "Fermeture annoncée par la direction",
    "Suivie par un autre réseau, à la demande de sa direction",
    "Filiale d’un groupe dont le siège est ailleurs",
)
JOURS_DE_VOTE = 5
VOIX = (Voix.POUR, Voix.POUR, Voix.POUR, Voix.CONTRE, Voix.POUR, Voix.ABSTENTION)
FONCTIONS_DE_CONTACT = ("responsable de production", "responsable administrative et financière", "responsable des achats")
REJETS = (
    {"ligne": 57, "raison": "Le SIRET compte treize chiffres."},
    {"ligne": 141, "raison": "La clé de contrôle du SIRET est fausse."},
    {"ligne": 206, "raison": "La raison sociale est vide."},
)


@dataclass(frozen=True)
class Profil:
    """Ce dont un compte rendu parle : le métier d'une entreprise et la civilité de qui la dirige."""

    secteur: Secteur
    activite: str
    produit: str
    civilite: str


def poser(chantier):
    """Crée le tissu : la liste de la cible d'abord, puis quelques entreprises d'autres métiers."""
    _entreprises(chantier)
    _contacts(chantier)
    _cible(chantier)
    _deports(chantier)
    _import(chantier)


def _entreprises(chantier):
    plan, hasard = chantier.plan, chantier.hasard
    noms = cycle(noms_de_societes(hasard, plan.rang))
    communes = _communes(chantier)
    imposees = ANNEXE_2_4 if plan.annexe_2_4 else ()
    fiches, pris = [], set()
    for rang in range(plan.cible + HORS_DE_LA_LISTE):
        dedans = rang < plan.cible
        impose = imposees[rang] if rang < len(imposees) else None
        secteur = PAR_CLE[impose.secteur] if impose else _secteur(chantier, dedans)
        activite = hasard.choice(secteur.activites)
        nom = impose.societe if impose else _nom(hasard, activite, noms, pris)
        profil = Profil(secteur, *activite[1:3], hasard.choice(Civilite.values))
        fiche = _fiche(chantier, rang, nom, activite[0], hasard.choice(communes), TAILLES if dedans else PETITES)
        fiche.filiere = secteur.filiere
        fiches.append((fiche, profil))
    chantier.entreprises = Entreprise.objects.bulk_create(fiche for fiche, _ in fiches)
    chantier.profils = {fiche.pk: profil for fiche, profil in fiches}
    Entreprise.objects.filter(reseau=chantier.reseau).update(cree_le=instant(chantier.debut))
    _particularites(chantier)


def _secteur(chantier, dedans):
    poids = chantier.plan.territoire.secteurs
    if dedans:
        return PAR_CLE[chantier.hasard.choices(list(poids), list(poids.values()))[0]]
    return PAR_CLE[chantier.hasard.choice(["transport", "batiment", *poids])]


def _nom(hasard, activite, noms, pris):
    """Un nom que ce réseau n'a pas encore."""
    while (nom := hasard.choice(activite[3]).format(nom=next(noms))) in pris:
        continue
    pris.add(nom)
    return nom


def _fiche(chantier, rang, nom, naf, lieu, tailles):
    hasard = chantier.hasard
    commune, code_postal = lieu
    bas, haut, tranche, _ = hasard.choices(tailles, [taille[3] for taille in tailles])[0]
    fiche = Entreprise(
        reseau=chantier.reseau,
        siret=siret_fictif(1000 * chantier.plan.rang + rang + 1),
        raison_sociale=nom,
        naf_id=naf,
        tranche_effectif=tranche,
        effectif=hasard.randint(bas, haut) if hasard.random() < 0.8 else None,
        adresse=f"{hasard.randint(1, 60)} {hasard.choice(VOIES)}",
        code_postal=code_postal,
        commune=commune,
        ville=commune.nom,
        telephone=telephone_fictif(hasard),
        courriel=f"contact@{en_adresse(nom)}.test",
    )
    fiche.recherche = fiche.composer_recherche()
    return fiche


def _communes(chantier):
    """[(commune, code postal)] du département : les chefs-lieux d'arrondissement reviennent plus souvent."""
    departement = chantier.plan.territoire.departement
    postaux = {
        ligne["code_insee"]: ligne["codes_postaux"].split()[0]
        for ligne in lire_csv("communes")
        if ligne["departement"] == departement and ligne["codes_postaux"]
    }
    chefs_lieux = {ligne["chef_lieu"] for ligne in lire_csv("arrondissements") if ligne["departement"] == departement}
    communes = list(Commune.objects.filter(code__in=postaux).order_by("code"))
    villages = [commune for commune in communes if commune.code not in chefs_lieux]
    villes = [commune for commune in communes if commune.code in chefs_lieux]
    retenues = [*villes * 8, *chantier.choisir(villages, 45)]
    return [(commune, postaux[commune.code]) for commune in retenues]


def _particularites(chantier):
    """Quelques fiches à part : non diffusible, fermée, à ne plus solliciter ; jamais parmi celles qu'on visite."""
    cible = chantier.plan.cible
    hors_liste = chantier.entreprises[cible + chantier.plan.hors_cible :]
    hors_liste[-1].diffusible = hors_liste[-2].diffusible = False
    hors_liste[-3].etat = Etat.FERME
    hors_liste[-4].ne_plus_solliciter_jusqu_au = chantier.le + timedelta(days=120)
    Entreprise.objects.bulk_update(hors_liste[-4:], ["diffusible", "etat", "ne_plus_solliciter_jusqu_au"])


def _contacts(chantier):
    hasard, contacts = chantier.hasard, []
    for fiche in chantier.entreprises:
        civilite = chantier.profils[fiche.pk].civilite
        contacts.append(_personne(hasard, fiche, civilite, "direction", dirigeant=True))
        if hasard.random() < 0.4:
            fonction = hasard.choice(FONCTIONS_DE_CONTACT)
            contacts.append(_personne(hasard, fiche, hasard.choice(Civilite.values), fonction, dirigeant=False))
    Contact.objects.bulk_create(contacts)
    for contact in contacts:
        if contact.dirigeant:
            contact.entreprise.dirigeant = contact


def _personne(hasard, fiche, civilite, fonction, *, dirigeant):
    prenom, nom = hasard.choice(PRENOMS[civilite]), hasard.choice(PATRONYMES)
    return Contact(
        entreprise=fiche,
        civilite=civilite,
        prenom=prenom,
        nom=nom,
        fonction=fonction,
        telephone=mobile_fictif(hasard),
        courriel=f"{en_adresse(prenom)}.{en_adresse(nom)}@{en_adresse(fiche.raison_sociale)}.test",
        dirigeant=dirigeant,
    )


def _cible(chantier):
    """La cible décidée à la première réunion, sa liste figée, et la suivante en préparation."""
    fondation = chantier.tenues[0]
    divisions = sorted({naf[:2] for secteur in INDUSTRIELS for naf, *_ in secteur.activites})
    tranches = [tranche for _, _, tranche, _ in TAILLES]
    chantier.cible = Cible.objects.create(
        reseau=chantier.reseau,
        nom="Industrie, de 6 à 199 salariés",
        criteres={"zones_emploi": [], "divisions": divisions, "tranches": tranches},
        etat=EtatCible.DECIDEE,
        decidee_le=fondation.le,
        reunion=fondation,
    )
    liste = chantier.entreprises[: chantier.plan.cible]
    ecartees = zip(chantier.entreprises[-len(ECARTS) :], ECARTS, strict=True)
    LigneDeCible.objects.bulk_create(
        [
            *(LigneDeCible(cible=chantier.cible, entreprise=fiche) for fiche in liste),
            *(LigneDeCible(cible=chantier.cible, entreprise=fiche, motif_d_ecart=motif) for fiche, motif in ecartees),
        ]
    )
    deuxieme = Cible.objects.create(
        reseau=chantier.reseau,
        nom="Deuxième génération : industrie et logistique",
        generation=2,
        precedente=chantier.cible,
        criteres={"zones_emploi": [], "divisions": [*divisions, "49", "52"], "tranches": tranches},
        vote_ouvert_le=instant(ouvre_avant(chantier.il_y_a(JOURS_DE_VOTE)), 10),
    )
    _voix(chantier, deuxieme)
    Cible.objects.create(
        reseau=chantier.reseau,
        nom="Agroalimentaire, de 10 à 199 salariés",
        criteres={"zones_emploi": [], "divisions": ["10", "11"], "tranches": tranches[1:]},
    )


def _voix(chantier, cible):
    """Le vote est ouvert : le secrétariat et les développeurs ont voté, sauf ceux qui portent un compte d'exemple."""
    attendus = [chantier.comptes[role] for role in ("animateur", "adjoint", "direct", "prefecture")]
    electeurs = [membre for membre in chantier.directs if membre.parti_le is None and membre not in attendus]
    electeurs.append(chantier.comptes["secretariat"])
    Vote.objects.bulk_create(
        Vote(cible=cible, membre=membre, voix=VOIX[rang % len(VOIX)]) for rang, membre in enumerate(electeurs)
    )
    cible.votes.update(le=instant(ouvre_avant(chantier.il_y_a(1)), 16))


def _deports(chantier):
    """Deux déports : l'un sur une entreprise que le réseau visite, l'autre sur une entreprise sans contact."""
    membres = [chantier.comptes["direct"], chantier.comptes["associe"]]
    fiches = [chantier.entreprises[chantier.plan.cible // 4], chantier.entreprises[chantier.plan.cible - 1]]
    motifs = ["Lien de famille avec la direction", "Mandat dans un organisme concurrent"]
    Deport.objects.bulk_create(
        Deport(entreprise=fiche, membre=membre, motif=motif, le=chantier.tenues[0].le)
        for fiche, membre, motif in zip(fiches, membres, motifs, strict=True)
    )
    chantier.deports = {(membre.pk, fiche.pk) for membre, fiche in zip(membres, fiches, strict=True)}


def _import(chantier):
    """Le fichier dont vient la liste, et ses lignes rejetées."""
    lus, quand = len(chantier.entreprises) + len(REJETS), instant(chantier.debut, 10, 12)
    depot = Import.objects.create(
        reseau=chantier.reseau,
        membre=chantier.comptes["secretariat"],
        nom="entreprises-du-departement.csv",
        contenu=b"ligne;raison\n" + b"".join(f"{r['ligne']};{r['raison']}\n".encode() for r in REJETS),
        etat=EtatImport.ECRIT,
        ecrit_le=quand,
        bilan={"lus": lus, "crees": lus - len(REJETS), "modifies": 0, "inchanges": 0, "rejetes": len(REJETS)},
        rejets=list(REJETS),
    )
    Import.objects.filter(pk=depot.pk).update(depose_le=quand)
