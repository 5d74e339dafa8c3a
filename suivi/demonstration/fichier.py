"""Le fichier partagé : étiquettes, vues enregistrées, documents ; mise à jour SIRENE, dépôt à confirmer ; doublons, fusion."""

from collections import Counter

from stdnum import luhn

from entreprises.enums import Etat, EtatImport, GenreImport, Tranche
from entreprises.models import Acces, Contact, Document, Entreprise, Etiquette, Import, VueEnregistree
from entreprises.operations import changements, deposer, traces
from entreprises.operations.lots import Lot, Pose
from reseau.lib.pdf import tableau_en_pdf
from reseau.lib.tableau import Colonne, Section, Tableau
from suivi.demonstration.calendrier import instant, ouvre_avant
from suivi.demonstration.noms import VOIES, telephone_fictif
from suivi.enums import Nature
from suivi.models import Doublon, Fusion, Projet
from suivi.operations.fusions import fusionner

PAR_NATURE = {
    Nature.PRODUCTION: "Investit",
    Nature.FORMATION: "Recrute ou forme",
    Nature.ENVIRONNEMENT: "Transition écologique",
    Nature.IDENTITE: "Transmission",
}
PAR_ETIQUETTE = 16  # entreprises, au plus
AUTRE_ETIQUETTE = "Sous-traitance"
EFFECTIFS, DEMENAGEES = 4, 2
DEPOT = ("SIRET", "Nom de la société", "Commune d’implantation", "CP", "Salariés", "Vu au salon par")
POSTES = (
    ("Machines de l’atelier", 182_000, 12),
    ("Air comprimé", 46_000, 25),
    ("Chauffage et eau chaude", 71_000, 18),
    ("Éclairage", 23_000, 40),
    ("Bureaux", 9_000, 8),
)
REJET = {"ligne": 188, "raison": "La clé de contrôle du SIRET est fausse."}
NOTE = "Même atelier, même dirigeant : la seconde fiche vient du répertoire."


def poser(chantier):
    """Crée tout ce que le réseau ajoute à ses fiches, et l'histoire de ses fichiers."""
    _etiquettes(chantier)
    _vues(chantier)
    _documents(chantier)
    signalees, fusionnees = _jumelles(chantier)
    _origine(chantier)
    _mise_a_jour(chantier, [signalees[1], fusionnees[1]])
    _doublon(chantier, *signalees)
    _fusion(chantier, *fusionnees)
    _depot(chantier)


def _etiquettes(chantier):
    """Une par nature de projet, et une que rien d'autre ne dit."""
    noms = [*PAR_NATURE.values(), AUTRE_ETIQUETTE]
    posees = {nom: set() for nom in noms}
    projets = Projet.objects.filter(reseau=chantier.reseau).order_by("pk").values_list("nature", "visite__entreprise")
    for nature, fiche in projets:
        if nature in PAR_NATURE and len(posees[PAR_NATURE[nature]]) < PAR_ETIQUETTE:
            posees[PAR_NATURE[nature]].add(fiche)
    posees[AUTRE_ETIQUETTE] = {fiche.pk for fiche in chantier.choisir(chantier.entreprises[: chantier.plan.cible], PAR_ETIQUETTE)}
    etiquettes = Etiquette.objects.bulk_create(Etiquette(reseau=chantier.reseau, nom=nom) for nom in noms)
    Pose.objects.bulk_create(
        Pose(entreprise_id=fiche, etiquette=etiquette) for etiquette in etiquettes for fiche in sorted(posees[etiquette.nom])
    )


def _vues(chantier):
    """Deux vues proposées à tous, une à soi."""
    animateur, secretariat, direct = (chantier.comptes[role] for role in ("animateur", "secretariat", "direct"))
    zone = Counter(fiche.commune.zone_emploi for fiche in chantier.entreprises).most_common(1)[0][0]
    de = "d’" if zone.nom[0] in "AEÉIOUY" else "de "
    vues = (
        (animateur, f"À revoir dans le bassin {de}{zone}", f"zone={zone.pk}&derniere=espacement", True),
        (secretariat, "Jointes par une institution depuis un mois", "contact=oui&tri=commune", True),
        (direct, "Mes entreprises", f"developpeur={direct.pk}", False),
    )
    VueEnregistree.objects.bulk_create(
        VueEnregistree(membre=membre, nom=nom, parametres=parametres, partagee=partagee)
        for membre, nom, parametres, partagee in vues
    )


def _documents(chantier):
    """Un PDF d'une page, chez une entreprise que l'associé voit aussi."""
    direct, associe = chantier.comptes["direct"], chantier.comptes["associe"]
    vues = Acces.objects.filter(membre=associe).exclude(entreprise__deports__membre__in=[direct, associe])
    fiche = Entreprise.objects.select_related("commune").get(pk=vues.order_by("pk").values_list("entreprise", flat=True)[0])
    jour = ouvre_avant(chantier.il_y_a(20))
    octets = tableau_en_pdf(_diagnostic(chantier, fiche, jour))
    document = Document(entreprise=fiche, membre=direct, nom="Diagnostic énergie.pdf", contenu=octets, taille=len(octets))
    document.save()
    Document.objects.filter(pk=document.pk).update(depose_le=instant(jour, 17))


def _diagnostic(chantier, fiche, jour):
    colonnes = (
        Colonne("poste", "Poste"),
        Colonne("consommation", "Consommation d’un an (kWh)", "nombre"),
        Colonne("economie", "Économie possible", "pourcentage"),
    )
    lignes = [{"poste": poste, "consommation": kwh, "economie": part / 100} for poste, kwh, part in POSTES]
    total = {"poste": "Total", "consommation": sum(kwh for _, kwh, _ in POSTES)}
    return Tableau(
        code="diagnostic",
        titre="Diagnostic énergie",
        sous_titre=f"{fiche}, {fiche.commune}",
        periode="Douze derniers mois",
        sections=[Section("Consommation par poste", colonnes, lignes, pied=[total])],
        definitions=[("Économie possible", "Part de la consommation du poste, à production égale ; à confirmer par un devis.")],
        reseau=chantier.reseau.nom,
        edite_le=instant(jour, 16),
    )


def _jumelles(chantier):
    """Deux paires (fiche connue, la même au répertoire) : des entreprises visitées, dont nul ne se déporte."""
    deportees = {fiche for _, fiche in chantier.deports}
    visites = [visite for visite in chantier.visites if visite.realisee_le and visite.entreprise_id not in deportees]
    connues = [visites[len(visites) * tiers // 3].entreprise for tiers in (1, 2)]
    doubles = Entreprise.objects.bulk_create(_double(chantier, fiche) for fiche in connues)
    Contact.objects.bulk_create(
        Contact(entreprise=double, civilite=fiche.dirigeant.civilite, nom=fiche.dirigeant.nom, dirigeant=True)
        for fiche, double in zip(connues, doubles, strict=True)
    )
    return list(zip(connues, doubles, strict=True))


def _double(chantier, fiche):
    """Un second établissement dans la même commune, écrit comme le répertoire l'écrit."""
    numero = f"{fiche.siren}0002"
    double = Entreprise(
        reseau=chantier.reseau,
        siret=numero + luhn.calc_check_digit(numero),
        raison_sociale=fiche.raison_sociale.upper(),
        naf_id=fiche.naf_id,
        tranche_effectif=fiche.tranche_effectif,
        adresse=fiche.adresse.upper(),
        code_postal=fiche.code_postal,
        commune=fiche.commune,
        ville=fiche.ville.upper(),
        telephone=telephone_fictif(chantier.hasard),
    )
    double.recherche = double.composer_recherche()
    return double


def _origine(chantier):
    """La trace du premier import : chaque fiche dit d'où elle vient."""
    depot = Import.objects.filter(reseau=chantier.reseau).earliest("ecrit_le")
    traces.garder(depot, 1, {"crees": _empreintes(chantier.entreprises)})


def _empreintes(fiches):
    return [[fiche.pk, traces.empreinte(fiche)] for fiche in fiches]


def _mise_a_jour(chantier, doubles):
    """Un fichier SIRENE d'il y a deux mois : une fermeture, des déménagements, des effectifs, deux établissements de plus."""
    jour = ouvre_avant(chantier.il_y_a(60))
    avant = _avant(chantier)
    nombres = {"crees": len(doubles), "modifies": len(avant), "inchanges": len(chantier.entreprises) - len(avant), "rejetes": 1}
    depot = Import.objects.create(
        reseau=chantier.reseau,
        membre=chantier.comptes["animateur"],
        genre=GenreImport.SIRENE,
        nom=f"sirene-{chantier.reseau.slug}-{jour:%Y-%m}.csv",
        contenu=f"ligne;raison\n{REJET['ligne']};{REJET['raison']}\n".encode(),
        etat=EtatImport.ECRIT,
        ecrit_le=instant(jour, 15, 30),
        bilan={"lus": sum(nombres.values()), **nombres},
        rejets=[REJET],
    )
    Import.objects.filter(pk=depot.pk).update(depose_le=instant(jour, 15, 22))
    Entreprise.objects.filter(pk__in=[double.pk for double in doubles]).update(cree_le=instant(jour, 15, 30))
    modifiees = [fiche for fiche in chantier.entreprises if fiche.pk in avant]
    changements.relever(Lot(chantier.reseau, a_modifier=modifiees, avant=avant), depot)
    traces.garder(depot, 1, {"crees": _empreintes(doubles), "modifies": avant})


def _avant(chantier):
    """{fiche: {attribut: [valeur d'avant, valeur d'aujourd'hui]}}, comme un import les garde."""
    fermee = next(fiche for fiche in chantier.entreprises if fiche.etat == Etat.FERME)
    choisies = chantier.choisir(chantier.entreprises[: chantier.plan.cible], EFFECTIFS + DEMENAGEES)
    avant = {fermee.pk: {"etat": [Etat.ACTIF.value, Etat.FERME.value]}}
    for fiche in choisies[:EFFECTIFS]:
        autre = Tranche.DE_3_A_5 if fiche.tranche_effectif == Tranche.DE_6_A_9 else Tranche.DE_6_A_9
        avant[fiche.pk] = {"tranche_effectif": [autre.value, str(fiche.tranche_effectif)]}
    for rang, fiche in enumerate(choisies[EFFECTIFS:], start=71):
        avant[fiche.pk] = {"adresse": [f"{rang} {chantier.hasard.choice(VOIES)}", fiche.adresse]}
    return avant


def _doublon(chantier, fiche, double):
    doublon = Doublon.objects.create(entreprise=fiche, autre=double, signale_par=chantier.comptes["direct"], note=NOTE)
    Doublon.objects.filter(pk=doublon.pk).update(signale_le=instant(ouvre_avant(chantier.il_y_a(6)), 11))


def _fusion(chantier, fiche, double):
    """Faite par la vraie opération : elle se défait."""
    fusion = fusionner(fiche, double, par=chantier.comptes["animateur"])
    Fusion.objects.filter(pk=fusion.pk).update(faite_le=instant(ouvre_avant(chantier.il_y_a(16)), 10))


def _depot(chantier):
    """Un fichier de salon, déposé hier et pas encore confirmé : une colonne reste à désigner."""
    communes = [fiche.commune.nom for fiche in chantier.entreprises[:5]]
    lignes = [
        (fiche.siret, fiche.raison_sociale, commune, fiche.code_postal, str(12 + 7 * rang), "Service développement")
        for rang, (fiche, commune) in enumerate(zip(chantier.entreprises, communes, strict=False))
    ]
    illisible = ("00012345600019", "Stand 14", communes[0], "", "", "")
    contenu = "\n".join(";".join(ligne) for ligne in [DEPOT, *lignes, illisible]).encode("cp1252")
    depot = deposer(contenu, "salon-de-la-sous-traitance.csv", par=chantier.comptes["secretariat"])
    # La durée prévue est mesurée : elle dirait la machine, pas l'exemple.
    bilan, hier = depot.bilan | {"secondes": 1}, instant(ouvre_avant(chantier.il_y_a(1)), 14, 20)
    Import.objects.filter(pk=depot.pk).update(depose_le=hier, bilan=bilan)
