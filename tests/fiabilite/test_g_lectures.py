"""G4 et G5 : toute lecture est au journal, une fois, sans contenu, pour de bon ; une lecture en masse se voit et s'arrête."""

from datetime import timedelta
from time import monotonic

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils.timezone import now

from entreprises.models import Entreprise
from reseau import garde, journal, vigilance
from reseau.enums import Geste
from reseau.expedition import expedier
from reseau.models import Alerte, Journal
from suivi import resumes
from suivi.operations import annoncer_les_restitutions
from tests.adresses import routes
from tests.conftest import connecter
from tests.factories import (
    CompteRenduFactory,
    DocumentFactory,
    EntrepriseFactory,
    MembreFactory,
    ProjetFactory,
    ReunionFactory,
    VisiteFactory,
)
from tests.fiabilite.verification import verification
from tests.terrain import Terrain
from tests.test_deport import MOT, Canari, pages

pytestmark = pytest.mark.django_db
# Ce que l'on ouvre, et la ligne que cela laisse : (adresse, objet du terrain, geste, ce que le journal nomme).
LECTURES = [
    ("entreprises:fiche", "entreprise", Geste.LECTURE, "entreprises.entreprise"),
    ("visites:visite", "visite", Geste.LECTURE, "visites.visite"),
    ("suivi:entreprise", "entreprise", Geste.LECTURE, "entreprises.entreprise"),
    ("suivi:chronologie", "entreprise", Geste.LECTURE, "entreprises.entreprise"),
    ("suivi:preparation-lire", "entreprise", Geste.LECTURE, "entreprises.entreprise"),
    ("suivi:preparation", "entreprise", Geste.IMPRESSION, "entreprises.entreprise"),
    ("suivi:compte-rendu-lire", "rendue", Geste.LECTURE, "visites.compterendu"),
    ("suivi:compte-rendu", "rendue", Geste.LECTURE, "visites.compterendu"),
    ("entreprises:documents", "entreprise", Geste.LECTURE, "entreprises.entreprise"),
    ("entreprises:document", "document", Geste.LECTURE, "entreprises.document"),
    ("visites:entreprises-export", None, Geste.EXPORT, "entreprises.entreprise"),
    ("suivi:fige", "fige", Geste.LECTURE, "suivi.tableaufige"),
]
# Des listes : l'adresse y désigne ce qui les réunit, non une entreprise. Ce qu'une réunion restitue, lui, se note.
SANS_LIGNE = {
    *("entreprises:cible", "entreprises:cible-decider", "entreprises:cible-modifier"),
    *("visites:campagne", "visites:programmer", "visites:propositions"),
    *("suivi:reunion", "suivi:seance", "suivi:depart"),
}
LECTEURS = ("animateur", "secretariat", "direct", "associe", "prefecture")


def journal_oublieux(monkeypatch):
    monkeypatch.setattr(
        journal, "_ligne", lambda *arguments, **mots: Journal(reseau_id=arguments[0].reseau_id, geste="", objet="")
    )


def journal_bavard(monkeypatch):
    ligne = journal._ligne

    def deux_fois(*arguments, **mots):
        ligne(*arguments, **mots).save()
        return ligne(*arguments, **mots)

    monkeypatch.setattr(journal, "_ligne", deux_fois)


@verification("G4", "N lectures par rôle, N lignes au journal", casser=(journal_oublieux, journal_bavard))
@pytest.mark.parametrize("profil", LECTEURS)
def test_lectures(bilan, profil):
    terrain = Terrain()
    membre = terrain.membres[profil]
    client = connecter(membre)
    for nom, genre, geste, objet in LECTURES:
        adresse = _adresse(nom, terrain, genre)
        avant = Journal.objects.count()
        statut = client.get(adresse).status_code
        lignes = list(Journal.objects.order_by("pk")[avant:].values_list("membre", "geste", "objet"))
        attendu = [(membre.pk, geste, objet)] if statut == 200 else [(membre.pk, Geste.REFUS, "page refusée")]
        bilan.noter(lignes == attendu or (statut in (302, 404) and not lignes), f"{profil} {nom} ({statut}) : {lignes}")


def _adresse(nom, terrain, genre):
    arguments = [terrain.reseau.slug] + ([terrain.a_eux[genre]] if genre else [])
    return reverse(nom, args=arguments)


def lectures_non_declarees(monkeypatch):
    """La politique d'une vue ne note plus ce qu'elle fait lire."""
    monkeypatch.setattr("reseau.acces.noter", lambda *arguments, **mots: None)


@verification(
    "G4",
    "toute page d’un objet qui nomme une entreprise, une ligne",
    casser=lectures_non_declarees,
    rapide=["sqlite"],
    moteurs=("sqlite",),
)
@pytest.mark.parametrize("profil", ["animateur", *(pytest.param(nom, marks=pytest.mark.entiere) for nom in LECTEURS[1:])])
def test_toute_page_d_une_entreprise(bilan, profil):
    """Tirées des routes : une liste ne dit que des noms ; ouvrir l'un d'eux se note, quelle que soit la page qui l'ouvre."""
    terrain = Terrain()
    client = connecter(terrain.membres[profil])
    noms = list(Entreprise.objects.filter(reseau=terrain.reseau).values_list("raison_sociale", flat=True))
    for route in routes():
        if not route.arguments or "GET" not in route.vue.methodes or route.nom in SANS_LIGNE:
            continue
        avant = Journal.objects.count()
        response = client.get(route.adresse(terrain.reseau.slug, terrain.a_eux))
        if response.status_code == 200 and any(nom in lire(response) for nom in noms):
            lignes = Journal.objects.count() - avant
            bilan.noter(lignes == 1, f"{profil} {route.nom} : {lignes} lignes")


def lire(response):
    """Le texte d'une page ; celui d'un fichier se lit ailleurs."""
    octets = response.getvalue()
    return octets.decode() if response.headers["Content-Type"].startswith("text/") else ""


@verification("G4", "les courriels aussi : un compte rendu envoyé, une ligne", casser=journal_oublieux)
def test_lecture_par_courriel(bilan):
    terrain = Terrain()
    reunion = ReunionFactory(reseau=terrain.reseau, le=now().date() + timedelta(days=2))
    for rang in range(bilan.taille(2, 10)):
        visite = VisiteFactory(reseau=terrain.reseau, realisee=True, developpeur=terrain.membres["direct"])
        CompteRenduFactory(visite=visite, termine=True, phrase=f"Phrase {rang}")
    lignes = Journal.objects.filter(geste=Geste.ENVOI, objet="visites.compterendu")
    for profil in ("animateur", "direct"):
        membre = terrain.membres[profil]
        annonces = len(resumes.restitutions(membre, reunion).visites)
        annoncer_les_restitutions(reunion, membre, maintenant=now())
        notes = lignes.filter(membre=membre).values_list("objet_id", flat=True)
        bilan.noter(len(notes) == len(set(notes)) == annonces > 0, f"{profil} : {len(notes)} lignes pour {annonces} annonces")


def gardes_otees(monkeypatch):
    garde.retirer(connection)


@verification("G4", "le journal ne se récrit ni ne s’efface, sauf passé un an", casser=gardes_otees)
def test_immuable(bilan):
    membre = MembreFactory()
    with transaction.atomic():
        if not bilan.casse:
            garde.poser(connection)  # sur SQLite, les essais ôtent celle qui empêcherait de vider la base
        ligne = journal.noter(membre, Geste.LECTURE, membre)
        for colonne, valeur in (("membre_id", None), ("objet_id", 0), ("geste", "ajout"), ("precision", "rien"), ("le", now())):
            refuse = _refuse(f"UPDATE reseau_journal SET {colonne} = %s WHERE id = %s", [valeur, ligne.pk])
            bilan.noter(refuse, f"UPDATE {colonne} accepté")
        bilan.noter(_refuse("DELETE FROM reseau_journal WHERE id = %s", [ligne.pk]), "DELETE accepté")
        bilan.noter(_refuse("DELETE FROM reseau_journal", []), "DELETE de tout accepté")
        for age, attendu in ((300, True), (364, True), (368, False), (900, False)):
            vieille = _inserer(membre, now() - timedelta(days=age))
            bilan.noter(_refuse("DELETE FROM reseau_journal WHERE id = %s", [vieille]) == attendu, f"{age} jours")


def _inserer(membre, le):
    ordre = (
        "INSERT INTO reseau_journal (reseau_id, membre_id, le, geste, objet, objet_id, nombre, precision)"
        " VALUES (%s, %s, %s, 'lecture', 'essai', 1, 1, '') RETURNING id"
    )
    with connection.cursor() as curseur:
        curseur.execute(ordre, [membre.reseau_id, membre.pk, le])
        return curseur.fetchone()[0]


def _refuse(ordre, valeurs):
    try:
        with transaction.atomic(), connection.cursor() as curseur:
            curseur.execute(ordre, valeurs)
    except DatabaseError:
        return True
    return False


def journal_indiscret(monkeypatch):
    ligne = journal._ligne

    def avec_le_nom(membre, geste, objet, **mots):
        return ligne(membre, geste, objet, **mots | {"precision": str(objet)})

    monkeypatch.setattr(journal, "_ligne", avec_le_nom)


@verification("G4", "aucun mot de contenu dans le journal", casser=journal_indiscret, moteurs=("sqlite",))
def test_sans_contenu(bilan, sans_papier):
    """L'animateur ouvre tout ce qui parle du canari ; le journal n'en garde que des numéros."""
    canari = Canari(Terrain(), "animateur")
    objets = canari.terrain.a_eux | canari.objets
    canari.terrain.a_eux |= {genre: objets[genre] for genre in canari.objets}
    client, relues = connecter(canari.membre), 0
    for _, adresse in pages(canari.terrain):
        client.get(adresse).getvalue()
        for precision, objet in Journal.objects.order_by("pk").values_list("precision", "objet")[relues:]:
            relues += 1
            bilan.noter(MOT.lower() not in f"{precision} {objet}".lower(), precision)


# G5


def sans_vigilance(monkeypatch):
    monkeypatch.setattr(journal.vigilance, "surveiller", lambda membre, ligne: None)


@verification("G5", "300 fiches en dix minutes et cinq exports : alerte, puis arrêt", casser=sans_vigilance)
def test_lecture_en_masse(bilan):
    terrain = Terrain()
    membre, fiches = terrain.membres["direct"], [EntrepriseFactory(reseau=terrain.reseau) for _ in range(bilan.taille(150, 300))]
    client, debut, servies, alerte = connecter(membre), monotonic(), 0, None
    for fiche in fiches:
        statut = client.get(fiche.get_absolute_url()).status_code
        servies += statut == 200
        if alerte is None and Alerte.objects.exists():
            alerte = monotonic() - debut
    expedier()
    plafond = next(seuil.plafond for seuil in vigilance.SEUILS if (seuil.genre, seuil.minutes) == (vigilance.FICHES, 10))
    bilan.noter(alerte is not None and alerte < 60, f"alerte : {alerte}")
    bilan.noter(servies <= plafond, f"{servies} fiches servies, plafond {plafond}")
    prevenus = [courriel for courriel in mail.outbox if "Lecture en masse" in courriel.subject]
    bilan.noter(len(prevenus) == 1, f"{len(prevenus)} courriels à l’animateur")
    bilan.noter(statut == 429 and "Trop de pages ouvertes" in client.get(fiches[-1].get_absolute_url()).text, f"statut {statut}")
    page = connecter(terrain.membres["animateur"]).get(reverse("reseau:journal", args=[terrain.reseau.slug])).text
    bilan.noter("alerte de lecture en masse" in page, "l’animateur ne la voit pas")


@verification("G5", "des exports répétés : alerte", casser=sans_vigilance)
def test_exports_repetes(bilan):
    terrain = Terrain()
    client = connecter(terrain.membres["animateur"])
    for _ in range(6):
        client.get(reverse("visites:entreprises-export", args=[terrain.reseau.slug]))
    bilan.noter(Alerte.objects.filter(genre="exports").count() == 1, "pas d’alerte")


def seuils_de_fourmi(monkeypatch):
    monkeypatch.setattr(vigilance, "SEUILS", [vigilance.Seuil(s.genre, s.minutes, 5, 1_000) for s in vigilance.SEUILS])


@verification("G5", "une journée chargée n’alerte personne", casser=seuils_de_fourmi)
def test_journee_normale(bilan):
    """Deux visites préparées, deux réunions relues, une campagne préparée : des dizaines de fiches, quelques exports."""
    terrain = Terrain()
    fiches = [EntrepriseFactory(reseau=terrain.reseau) for _ in range(40)]
    visites = [VisiteFactory(reseau=terrain.reseau, realisee=True, developpeur=terrain.membres["direct"]) for _ in range(24)]
    rendus = [CompteRenduFactory(visite=visite, termine=True) for visite in visites]
    ProjetFactory(visite=visites[0])
    DocumentFactory(entreprise=fiches[0], membre=terrain.membres["direct"])
    for profil in ("animateur", "direct"):
        client, slug = connecter(terrain.membres[profil]), terrain.reseau.slug
        adresses = [fiche.get_absolute_url() for fiche in fiches]
        adresses += [reverse("suivi:preparation-lire", args=[slug, fiche.pk]) for fiche in fiches[:2]]
        adresses += [rendu.get_absolute_url() for rendu in rendus] * 2  # la même réunion, relue deux fois
        adresses += [reverse("visites:entreprises-export", args=[slug])] * 3
        statuts = {client.get(adresse).status_code for adresse in adresses}
        bilan.noter(statuts == {200}, f"{profil} : {statuts}")
        bilan.noter(not Alerte.objects.filter(membre=terrain.membres[profil]).exists(), f"{profil} : fausse alerte")


@pytest.mark.parametrize(
    ("objet", "alerte"),
    [("reseau.reseau", True), ("tableau 2.4", True), ("tableau 2.7", False), ("suivi.tableaufige", False)],
)
def test_export_qui_copie_des_fiches_alerte_celui_de_totaux_non(membres, objet, alerte):
    """L'export complet et la liste nominative des actions comptent ; les totaux d'un tableau, non."""
    for _ in range(7):
        journal.noter(membres["animateur"], Geste.EXPORT, objet)
    assert Alerte.objects.exists() == alerte
