"""Les comptes rendus : quand ils furent terminés et restitués, et ce qu'ils disent."""

from datetime import timedelta

from django.utils.timezone import localdate

from entreprises.enums import Tranche
from reseau.enums import Civilite
from suivi.demonstration.calendrier import instant
from visites.enums import EtatVisite
from visites.models import CompteRendu, PartieReservee

TERMINE, TARDIF, TARDIF_DU_SECRETARIAT, COMMENCE, ABSENT = "terminé", "tardif", "secrétariat", "commencé", "absent"
# Les visites les plus récentes, de la dernière à la plus ancienne ; toutes les autres sont racontées.
RECENTES = (TARDIF, ABSENT, TARDIF, COMMENCE, ABSENT, TARDIF, ABSENT, TARDIF_DU_SECRETARIAT)
OUVERTURES = (
    "L’entreprise emploie {effectif} et fabrique {produit} pour {client}.",
    "Spécialisée dans {activite}, elle travaille surtout pour {client} et emploie {effectif}.",
    "{Activite} fait l’essentiel des ventes : {produit}. Les clients sont {client}.",
    "L’atelier produit {produit}. {effectif_maj} y travaillent, en une seule équipe.",
)
CONJONCTURES = (
    "Le carnet de commandes couvre {n} semaines ; le prix {matiere} reste la première inquiétude.",
    "Les commandes ont repris depuis le printemps, mais les délais d’approvisionnement s’allongent.",
    "La part du premier client est passée de {part} % à {part_basse} % en trois ans.",
    "L’activité est stable et l’atelier occupé aux trois quarts.",
    "L’année sera meilleure que la précédente, sans que les tarifs suivent le prix {matiere}.",
    "Les ventes ont reculé au premier semestre ; le second s’annonce mieux.",
)
CONCLUSIONS = (
    "La visite de l’atelier a suivi l’entretien.",
    "Il est convenu de se rappeler dans le mois.",
    "La documentation promise partira cette semaine.",
    "{Dirigeant} souhaite une réponse avant la fin du mois.",
    "L’accueil a duré une heure et demie.",
)
SANS_PROJET = (
    "Activité stable, aucun projet à court terme : à revoir dans deux ans.",
    "L’année a été consacrée à un déménagement ; les projets reprendront ensuite.",
    "Pas de besoin exprimé aujourd’hui, mais le réseau est désormais connu.",
    "L’entreprise attend la décision de son premier client avant d’engager quoi que ce soit.",
    "Les investissements de l’an dernier suffisent ; l’entreprise souhaite surtout garder le contact.",
    "La question du moment est l’approvisionnement ; aucun projet ne s’y ajoute.",
)
RESERVES = (
    "La direction demande que la recherche d’un repreneur ne soit pas évoquée en réunion.",
    "Le montant envisagé a été donné à titre confidentiel ; il n’est pas reporté ici.",
    "Une offre concurrente est à l’étude ; n’en parler à aucun fournisseur.",
    "La date du projet dépend d’une vente immobilière qui n’est pas publique.",
)
PAYS = (("la Suisse", "de Suisse"), ("l’Allemagne", "d’Allemagne"), ("la Belgique", "de Belgique"), ("l’Italie", "d’Italie"))
EN_LETTRES = ("trois", "quatre", "cinq", "six", "sept", "huit")
EFFECTIFS = {
    Tranche.DE_1_A_2: "deux personnes",
    Tranche.DE_3_A_5: "quatre personnes",
    Tranche.DE_6_A_9: "moins de dix personnes",
    Tranche.DE_10_A_19: "une quinzaine de personnes",
    Tranche.DE_20_A_49: "une trentaine de personnes",
    Tranche.DE_50_A_99: "près de soixante-dix personnes",
    Tranche.DE_100_A_199: "plus de cent personnes",
}
MOIS = ("au printemps", "à la rentrée", "avant la fin de l’année", "au prochain exercice")


def dater(chantier, realisees):
    """Pose `visite.recit` et `visite.termine_le`, et restitue à la réunion suivante ce qui est terminé à temps."""
    for rang, visite in enumerate(reversed(realisees)):
        visite.recit = RECENTES[rang] if rang < len(RECENTES) else TERMINE
        visite.termine_le = _termine_le(chantier, visite)
        if visite.termine_le is None:
            continue
        reunion = chantier.reunion_apres(localdate(visite.termine_le) + timedelta(days=1))
        if reunion:
            visite.etat, visite.restituee_en, visite.restituee_le = EtatVisite.RESTITUEE, reunion, reunion.le


def _termine_le(chantier, visite):
    if visite.recit in (COMMENCE, ABSENT):
        return None
    if visite.recit == TERMINE:
        jour = visite.realisee_le + timedelta(days=chantier.hasard.randint(0, 5))
        return instant(min(jour, chantier.il_y_a(1)), 18, chantier.hasard.randrange(60))
    # Terminé après la dernière réunion : restitué à la prochaine.
    return instant(max(visite.realisee_le, chantier.tenues[-1].le, chantier.il_y_a(3)), 19, 10)


def mots(chantier, visite):
    """Les mots de cette entreprise, pour les phrases à accolades (`modeles.py`, `secteurs.py`)."""
    hasard, profil = chantier.hasard, chantier.profils[visite.entreprise_id]
    secteur, feminin = profil.secteur, profil.civilite == Civilite.MADAME
    dirigeant = "la dirigeante" if feminin else "le dirigeant"
    effectif = _effectif(visite.entreprise)
    part = hasard.choice((35, 40, 45, 55, 60))
    pays, de_pays = hasard.choice(PAYS)
    metiers = hasard.choice(secteur.metiers)
    return {
        "produit": profil.produit,
        "activite": profil.activite,
        "Activite": profil.activite[0].upper() + profil.activite[1:],
        "client": hasard.choice(secteur.clients),
        "machine": hasard.choice(secteur.machines),
        "matiere": secteur.matiere,
        "metiers": metiers,
        "de_metiers": f"d’{metiers}" if metiers[0] in "aeiouéè" else f"de {metiers}",
        "dechets": secteur.dechets,
        "de_dechets": secteur.dechets.replace("les ", "des ", 1),
        "dirigeant": dirigeant,
        "Dirigeant": dirigeant.capitalize(),
        "e": "e" if feminin else "",
        "effectif": effectif,
        "effectif_maj": effectif[0].upper() + effectif[1:],
        "surface": hasard.choice((300, 450, 600, 800, 1200)),
        "mois": hasard.choice(MOIS),
        "pays": pays,
        "de_pays": de_pays,
        "pourcent": hasard.choice((8, 12, 15, 18)),
        "part": part,
        "part_basse": part - 10,
        "n": hasard.choice(EN_LETTRES),
    }


def _effectif(entreprise):
    """L'effectif connu, sinon sa tranche, dans une phrase."""
    return f"{entreprise.effectif} personnes" if entreprise.effectif else EFFECTIFS[entreprise.tranche_effectif]


def poser(chantier, projets):
    """Crée les comptes rendus ; `projets` : clé de visite → [(modèle ou phrase, mots)], ce que le récit raconte."""
    racontees = [visite for visite in chantier.visites if getattr(visite, "recit", ABSENT) != ABSENT]
    recits = [_recit(chantier, visite, projets.get(visite.pk, [])) for visite in racontees]
    CompteRendu.objects.bulk_create(recits, batch_size=200)
    for recit in recits:
        recit.ouvert_le = instant(recit.visite.realisee_le, 17, 30)
    CompteRendu.objects.bulk_update(recits, ["ouvert_le"], batch_size=200)
    termines = [recit for recit in recits if recit.termine_le]
    reserves = chantier.choisir(termines, len(termines) // 12)
    PartieReservee.objects.bulk_create(
        PartieReservee(compte_rendu=recit, texte=chantier.hasard.choice(RESERVES)) for recit in reserves
    )


def _recit(chantier, visite, projets):
    secretariat = visite.recit == TARDIF_DU_SECRETARIAT
    phrase, entendu = _raconter(chantier, visite, projets)
    return CompteRendu(
        visite=visite,
        auteur=visite.developpeur,
        saisi_par=chantier.comptes["secretariat"] if secretariat else visite.developpeur,
        vu=visite.entreprise.dirigeant,
        phrase="" if visite.recit == COMMENCE else phrase,
        entendu=entendu,
        urgent=bool(projets) and chantier.hasard.random() < 0.04,
        termine_le=visite.termine_le,
        valide_le=None if secretariat else visite.termine_le,
    )


def _raconter(chantier, visite, projets):
    """(la phrase, le texte) : l'entreprise, la conjoncture, chaque projet, la suite convenue."""
    hasard = chantier.hasard
    if not projets:
        valeurs, phrase, suite = mots(chantier, visite), hasard.choice(SANS_PROJET), []
    else:
        valeurs = projets[0][1]
        phrase = hasard.choice(projets[0][0].phrases).format(**valeurs)
        suite = [hasard.choice(modele.entendus).format(**siens) for modele, siens in projets]
    textes = [hasard.choice(OUVERTURES), hasard.choice(CONJONCTURES)]
    fin = [hasard.choice(CONCLUSIONS).format(**valeurs)] if hasard.random() < 0.6 else []
    debut = " ".join(texte.format(**valeurs) for texte in textes)
    return _majuscule(phrase), "\n\n".join([debut, *suite, *fin])


def _majuscule(phrase):
    return phrase[0].upper() + phrase[1:]
