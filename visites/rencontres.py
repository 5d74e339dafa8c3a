"""« Qui a vu qui » : les contacts d'un mois, une ligne par entreprise, une colonne par institution.

Composé pour son lecteur : les entreprises qu'il ne voit pas n'y sont pas. Des institutions, jamais des personnes ; et des
jours, jamais des nombres que l'on pourrait ranger.
"""

from entreprises.models import Entreprise, Sollicitation
from reseau.lib.dates import plus_mois
from reseau.lib.tableau import Colonne, Section, Tableau, Valeur, mois_long
from visites.models import Visite

CODE = "qui-a-vu-qui"
SEULE, PLUSIEURS = 1, 2
DEFINITION = (
    "Contacts notés au journal par toutes les institutions, et visites réalisées par le réseau, pendant le mois : le canal et "
    "le jour. La colonne est l’institution qui a pris le contact\u00a0; pour une visite, celle du développeur."
)


def rencontres(lecteur, premier, *, zone=None, edite_le, adresse=None):
    """`Tableau` du mois commençant le `premier` ; `adresse(entreprise)` : où mène son nom. Trois requêtes."""
    entreprises = Entreprise.objects.visibles_par(lecteur)
    if zone:
        entreprises = entreprises.des_zones([zone.pk])
    contacts = _contacts(lecteur, entreprises.order_by().values("pk"), premier, plus_mois(premier, 1))
    fiches = sorted(entreprises.filter(pk__in=contacts).select_related("commune"), key=lambda fiche: (fiche.recherche, fiche.pk))
    colonnes = sorted({sigle for ligne in contacts.values() for sigle in ligne}, key=str.casefold)
    lignes = [_ligne(fiche, contacts[fiche.pk], adresse) for fiche in fiches]
    plusieurs = sum(len(contacts[fiche.pk]) >= PLUSIEURS for fiche in fiches)
    section = Section(
        "",
        [
            Colonne("entreprise", "Entreprise"),
            *(Colonne(f"institution:{sigle}", sigle) for sigle in colonnes),
            Colonne("remarque", "À savoir"),
        ],
        lignes,
        notes=[_note(len(fiches), plusieurs)],
    )
    return Tableau(
        code=CODE,
        titre="Qui a vu qui",
        sous_titre="Les contacts de toutes les institutions avec les entreprises",
        periode=mois_long(premier).capitalize(),
        sections=[section] if lignes else [],
        definitions=[("Contact", DEFINITION)],
        reseau=lecteur.reseau.nom,
        edite_le=edite_le,
        filtres=[("Zone d’emploi", str(zone))] if zone else [],
    )


def _contacts(lecteur, entreprises, premier, suivant):
    """{entreprise: {sigle: [(jour, canal)]}}."""
    trouves = {}
    lignes = Sollicitation.objects.visibles_par(lecteur, entreprises).du_mois(premier, suivant).select_related("institution")
    faits = [(ligne.entreprise_id, ligne.institution, ligne.le, ligne.get_canal_display()) for ligne in lignes]
    visites = Visite.objects.visibles_par(lecteur).filter(entreprise__in=entreprises, realisee_le__gte=premier)
    visites = visites.realisees().filter(realisee_le__lt=suivant).select_related("developpeur__institution")
    faits += [(v.entreprise_id, v.developpeur.institution, v.realisee_le, "Visite du réseau") for v in visites]
    for entreprise, institution, jour, canal in faits:
        trouves.setdefault(entreprise, {}).setdefault(institution.sigle, []).append((jour, canal))
    return trouves


def _ligne(fiche, contacts, adresse):
    cases = {
        f"institution:{sigle}": ", ".join(f"{canal} le\u00a0{jour.day}" for jour, canal in sorted(faits))
        for sigle, faits in contacts.items()
    }
    remarque = f"Contactée par {len(contacts)} institutions" if len(contacts) >= PLUSIEURS else ""
    lieu = f", {fiche.commune}" if fiche.commune else ""
    nom = Valeur(f"{fiche}{lieu}", adresse=adresse(fiche) if adresse else "")
    return {"entreprise": nom, **cases, "remarque": remarque}


def _note(nombre, plusieurs):
    if not plusieurs:
        return "Aucune entreprise n’a été contactée par deux institutions ou plus."
    sujet = "Une entreprise a été contactée" if plusieurs == SEULE else f"{plusieurs} entreprises ont été contactées"
    return f"{sujet} par deux institutions ou plus, sur {nombre}."
