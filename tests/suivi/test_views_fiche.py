"""Les onglets de la fiche, sa chronologie et sa fiche de préparation : ce que chacun y lit, et rien d'autre."""

import io
from datetime import date

import pdfplumber
import pytest
from django.urls import reverse

from entreprises.models import Concurrence, Entreprise, Import, LotEcrit
from entreprises.operations import importer
from reseau.models import Journal
from reseau.templatetags.affichage import date_fr, siret_lisible
from suivi import operations
from suivi.chronologie import chronologie, genres_lisibles
from suivi.enums import GenreEvenement, Mouvement
from suivi.models import MouvementDAction
from suivi.preparation import imprimer_la_preparation
from tests.entreprises.donnees_d_import import fichier, ligne
from tests.factories import (
    INSTANT,
    JOUR,
    AccesFactory,
    ActionFactory,
    CibleFactory,
    CompteRenduFactory,
    ContactFactory,
    CourrierFactory,
    DeportFactory,
    DocumentFactory,
    EntrepriseFactory,
    InstitutionFactory,
    LigneDeCibleFactory,
    MembreFactory,
    ProjetFactory,
    SignataireFactory,
    SollicitationFactory,
    VisiteFactory,
)
from visites.models import PartieReservee

RESERVE = "Le dirigeant songe à céder"


@pytest.fixture
def entreprise(reseau, direct):
    """Un fait de chaque genre."""
    entreprise = EntrepriseFactory(reseau=reseau)
    visite = VisiteFactory(
        reseau=reseau, entreprise=entreprise, restituee=True, developpeur=direct, annoncee_le=JOUR, rendez_vous_le=INSTANT
    )
    signee = {"etat": "envoyee", "annee": 2026, "numero": 7, "signe_le": JOUR, "envoye_le": JOUR}
    CourrierFactory(visite=visite, signataire=SignataireFactory(reseau=reseau), **signee)
    PartieReservee.objects.create(compte_rendu=CompteRenduFactory(visite=visite, termine=True), texte=RESERVE)
    action = ActionFactory(projet=ProjetFactory(visite=visite, interlocuteur=direct), acceptee=True)
    MouvementDAction.objects.create(action=action, membre=direct, mouvement=Mouvement.PROPOSITION, responsable=direct)
    SollicitationFactory(entreprise=entreprise)
    LigneDeCibleFactory(cible=CibleFactory(reseau=reseau, decidee=True), entreprise=entreprise)
    DocumentFactory(entreprise=entreprise)
    DeportFactory(entreprise=entreprise, membre=MembreFactory(reseau=reseau))
    return entreprise


def genres(evenements):
    return {evenement.genre for evenement in evenements}


def test_chronologie_raconte_chaque_genre_du_plus_recent_au_plus_ancien(entreprise, animateur):
    evenements = chronologie(entreprise, animateur)
    assert genres(evenements) == set(GenreEvenement)
    dates = [evenement.le for evenement in evenements]
    assert dates == sorted(dates, reverse=True)


@pytest.mark.parametrize(
    ("profil", "tus"),
    [
        ("animateur", set()),
        ("secretariat", {"deport"}),
        ("direct", {"deport"}),
        ("prefecture", {"deport", "compte_rendu", "projet", "action", "document"}),
        ("associe", {"deport", "cible", "lettre"}),
    ],
)
def test_chronologie_tait_ce_que_le_lecteur_n_a_pas_le_droit_de_lire(entreprise, membres, profil, tus):
    assert {genre.value for genre in set(GenreEvenement) - set(genres_lisibles(membres[profil]))} == tus
    assert {genre.value for genre in genres(chronologie(entreprise, membres[profil]))} & tus == set()


def test_chronologie_d_un_associe_ne_raconte_que_ses_dossiers(entreprise, membres):
    AccesFactory(entreprise=entreprise, membre=membres["associe"])
    lus = {genre.value for genre in genres(chronologie(entreprise, membres["associe"]))}
    assert lus == {"sollicitation", "document", "fiche"}


def test_chronologie_ne_dit_jamais_la_partie_reservee(entreprise, animateur):
    assert [evenement for evenement in chronologie(entreprise, animateur) if RESERVE in evenement.phrase] == []


def test_chronologie_dit_qui_et_ou_le_lire(entreprise, animateur, direct):
    (rendu,) = chronologie(entreprise, animateur, [GenreEvenement.COMPTE_RENDU])
    visite = entreprise.visites.get()
    adresse = reverse("suivi:compte-rendu-lire", args=[entreprise.reseau.slug, visite.pk])
    assert (rendu.phrase, rendu.adresse, rendu.auteur) == (visite.compte_rendu.phrase, adresse, str(direct))


def test_chronologie_dit_la_fusion(entreprise, reseau, animateur):
    absorbee = EntrepriseFactory(reseau=reseau)
    fusion = operations.fusionner(entreprise, absorbee, par=animateur)
    operations.defaire_la_fusion(fusion, par=animateur)
    phrases = [fait.phrase for fait in chronologie(entreprise, animateur, [GenreEvenement.FICHE])]
    dite = f"la fiche de {absorbee} (SIRET {siret_lisible(absorbee.siret)})"
    assert phrases[:2] == [f"Fusion défaite : {dite} redevient distincte", f"Fusion : {dite} est réunie à celle-ci"]


@pytest.mark.parametrize(
    ("profil", "phrase"),
    [("secretariat", "Ajoutée par l’import « liste.csv » du {le}"), ("direct", "Ajoutée par un fichier importé")],
)
def test_chronologie_dit_l_import_qui_a_cree_la_fiche(reseau, membres, animateur, profil, phrase):
    importer(fichier(ligne(1), ligne(3)), "liste.csv", reseau, par=animateur)
    depot = Import.objects.get()
    importer(fichier(ligne(1, Effectif="99"), ligne(2)), "suite.csv", reseau, par=animateur)
    faits = chronologie(Entreprise.objects.earliest("pk"), membres[profil], [GenreEvenement.FICHE])
    adresse = depot.get_absolute_url() if profil == "secretariat" else ""
    dits = [(fait.phrase, fait.adresse, fait.auteur) for fait in faits]
    assert dits == [(phrase.format(le=date_fr(depot.ecrit_le)), adresse, str(animateur))]


def test_chronologie_ne_prete_pas_a_un_import_la_fiche_saisie_pendant(reseau, animateur):
    importer(fichier(ligne(1)), "liste.csv", reseau, par=animateur)
    saisie = EntrepriseFactory(reseau=reseau)
    LotEcrit.objects.update(derniere=saisie.pk + 1)
    assert [fait.phrase for fait in chronologie(saisie, animateur, [GenreEvenement.FICHE])] == ["Fiche créée dans l’outil"]


def test_page_chronologie_filtre_par_genre_et_note_la_lecture(entreprise, clients):
    adresse = reverse("suivi:chronologie", args=[entreprise.reseau.slug, entreprise.pk])
    response = clients["direct"].get(adresse, {"genre": "compte_rendu"})
    assert genres(response.context["page_obj"]) == {GenreEvenement.COMPTE_RENDU}
    response = clients["direct"].get(adresse, {"genre": "deport"})
    assert GenreEvenement.DEPORT not in genres(response.context["page_obj"])
    assert Journal.objects.filter(precision="chronologie", objet_id=entreprise.pk).count() == 2


def test_page_chronologie_vide_le_dit(reseau, clients):
    adresse = reverse("suivi:chronologie", args=[reseau.slug, EntrepriseFactory(reseau=reseau).pk])
    assert "Rien de ce genre" in clients["direct"].get(adresse, {"genre": "visite"}).content.decode()


def test_pages_d_une_entreprise_dont_on_se_deporte_sont_introuvables(entreprise, membres, clients):
    DeportFactory(entreprise=entreprise, membre=membres["direct"])
    noms = ["suivi:chronologie", "suivi:preparation", "suivi:entreprise", "entreprises:documents", "suivi:doublon-signaler"]
    adresses = [reverse(nom, args=[entreprise.reseau.slug, entreprise.pk]) for nom in noms]
    assert [clients["direct"].get(adresse).status_code for adresse in adresses] == [404] * 5


@pytest.mark.parametrize(
    ("profil", "attendus"),
    [
        ("animateur", ["Identité", "Visites", "Projets et actions", "Sollicitations", "Chronologie", "Documents"]),
        ("prefecture", ["Identité", "Visites", "Sollicitations", "Chronologie"]),
    ],
)
def test_onglets_sont_les_memes_partout_et_selon_les_droits(entreprise, clients, profil, attendus):
    for nom in ("entreprises:fiche", "visites:entreprise", "suivi:chronologie"):
        page = clients[profil].get(reverse(nom, args=[entreprise.reseau.slug, entreprise.pk])).content.decode()
        onglets = page.split('class="onglets"')[1].split("</nav>")[0]
        libelles = [mot.split(">")[1].split("<")[0].strip() for mot in onglets.split("<a ")[1:]]
        assert libelles == attendus


def lire(octets):
    with pdfplumber.open(io.BytesIO(octets)) as pdf:
        return len(pdf.pages), " ".join((pdf.pages[0].extract_text() or "").split()), pdf.pages[0]


def test_preparation_tient_sur_une_page_et_dit_l_essentiel(entreprise, animateur):
    ContactFactory(entreprise=entreprise)
    pages, texte, _ = lire(imprimer_la_preparation(entreprise, animateur, JOUR))
    assert pages == 1
    dits = [entreprise.raison_sociale, "Achille Fictif", "Agrandir l’atelier", "Renseigner sur", "Notes"]
    assert [mot for mot in dits if mot not in texte] == []
    assert RESERVE not in texte


def charger(entreprise, reseau, direct):
    """Tout au plus long que la base admet, et beaucoup de tout."""
    long = "Établissements " * 13
    type(entreprise).objects.filter(pk=entreprise.pk).update(raison_sociale="W" * 200, enseigne=long[:100], adresse="v" * 120)
    entreprise.refresh_from_db()
    for rang in range(12):
        ContactFactory(entreprise=entreprise, dirigeant=False, nom=f"N{'o' * 70}{rang}", fonction=("Responsable " * 9)[:100])
        visite = VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True, developpeur=direct)
        CompteRenduFactory(visite=visite, termine=True, phrase=("Une phrase très longue. " * 13)[:300])
        projet = ProjetFactory(visite=visite, titre=("Un projet " * 16)[:160])
        ActionFactory(projet=projet, acceptee=True, libelle="x" * 200)
        autre = EntrepriseFactory(reseau=reseau, raison_sociale=long[:190])
        Concurrence.objects.create(reseau=reseau, entreprise=entreprise, concurrente=autre, motif="m" * 200)
        SollicitationFactory(entreprise=entreprise, le=JOUR, institution=InstitutionFactory(reseau=reseau, sigle=f"I{rang}"))


def test_preparation_d_une_entreprise_chargee_tient_sur_une_page_et_dit_ce_qu_elle_tait(entreprise, reseau, direct, animateur):
    charger(entreprise, reseau, direct)
    pages, texte, page = lire(imprimer_la_preparation(entreprise, animateur, JOUR))
    assert pages == 1
    assert texte.count("autres") >= 5
    bas = max(mot["bottom"] for mot in page.extract_words() if "édité" not in mot["text"])
    assert bas <= page.height
    traits = [trait for trait in [*page.lines, *page.rects] if trait["width"] > 400]
    assert len(traits) >= 4  # de quoi écrire


def test_preparation_nomme_les_concurrentes_que_le_lecteur_voit_et_elles_seules(entreprise, reseau, membres, animateur):
    autre = EntrepriseFactory(reseau=reseau, raison_sociale="Rivale fictive")
    Concurrence.objects.create(reseau=reseau, entreprise=entreprise, concurrente=autre)
    DeportFactory(entreprise=autre, membre=membres["secretariat"])
    vus = [lire(imprimer_la_preparation(entreprise, membre, JOUR))[1] for membre in (animateur, membres["secretariat"])]
    assert ["Rivale fictive" in texte for texte in vus] == [True, False]
    assert ["ne pas évoquer" in texte for texte in vus] == [True, False]


def test_preparation_de_la_prefecture_tait_projets_et_actions(entreprise, membres):
    texte = lire(imprimer_la_preparation(entreprise, membres["prefecture"], JOUR))[1]
    assert [mot for mot in ("Projets", "Actions ouvertes", "saturation") if mot in texte] == []


def test_page_preparation_rend_un_pdf_et_note_l_impression(entreprise, clients):
    response = clients["direct"].get(reverse("suivi:preparation", args=[entreprise.reseau.slug, entreprise.pk]))
    assert response.headers["Content-Disposition"] == f'attachment; filename="preparation-{entreprise.siret}.pdf"'
    assert Journal.objects.filter(geste="impression", objet_id=entreprise.pk).count() == 1


def test_requetes_de_la_chronologie_ne_dependent_pas_du_nombre_de_faits(entreprise, reseau, animateur, direct, requetes):
    chronologie(entreprise, animateur)  # ce que l'on sait du lecteur se lit une fois
    peu = requetes(lambda: chronologie(entreprise, animateur))
    for rang in range(5):
        visite = VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True, developpeur=direct)
        CompteRenduFactory(visite=visite, termine=True)
        action = ActionFactory(projet=ProjetFactory(visite=visite), acceptee=True)
        MouvementDAction.objects.create(action=action, membre=direct, mouvement=Mouvement.SUITE, texte="Suite")
        SollicitationFactory(entreprise=entreprise, le=date(2026, 1, 1 + rang))
        DocumentFactory(entreprise=entreprise)
    assert requetes(lambda: chronologie(entreprise, animateur)) == peu
