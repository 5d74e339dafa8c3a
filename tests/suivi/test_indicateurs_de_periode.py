"""Délais, refus, territoires, relevé d'une institution : des chiffres comptés à la main ; les filtres, la période d'avant."""

import io
from datetime import date

import pikepdf
import pytest
from django.http import QueryDict
from django.urls import reverse

from entreprises.models import Commune
from reseau.lib.tableau import ADRESSES, Valeur
from suivi.indicateurs import (
    releve_d_institution,
    tableau_2_4,
    tableau_2_5,
    tableau_des_delais,
    tableau_des_refus,
    tableau_des_territoires,
)
from suivi.indicateurs.periodes import CHOIX
from tests.conftest import connecter
from tests.factories import (
    ActionFactory,
    CampagneFactory,
    CibleFactory,
    CompteRenduFactory,
    DeportFactory,
    EntrepriseFactory,
    GuideFactory,
    InstitutionFactory,
    LigneDeCibleFactory,
    MembreFactory,
    PresenceFactory,
    ProjetFactory,
    QuestionFactory,
    ReponseFactory,
    ReunionFactory,
    VisiteFactory,
)

pytestmark = pytest.mark.django_db
LE = date(2026, 6, 30)
VESOUL = "70550"


def nues(lignes):
    """{nom de la ligne: ses valeurs, nues}, sans les cases vides."""
    nue = lambda valeur: valeur.valeur if isinstance(valeur, Valeur) else valeur  # noqa: E731
    return {
        nue(ligne["nom"]): {cle: nue(v) for cle, v in ligne.items() if cle not in ("nom", ADRESSES) and nue(v) is not None}
        for ligne in lignes
    }


def section(tableau, titre):
    (trouvee,) = [section for section in tableau.sections if section.titre == titre]
    return trouvee


def corps(tableau, titre):
    return nues(section(tableau, titre).lignes)


def requete(**choix):
    donnees = QueryDict(mutable=True)
    donnees.update({nom: getattr(valeur, "pk", valeur) for nom, valeur in choix.items()})
    return donnees


def choisi(code, lecteur, **choix):
    return CHOIX[code](requete(**choix), membre=lecteur, le=LE)


def faite(reseau, jour, **champs):
    return VisiteFactory(reseau=reseau, realisee=True, realisee_le=jour, **champs)


def test_delais_de_trois_visites(reseau):
    """La première va jusqu'au bout, la deuxième attend ses actions, la troisième son compte rendu."""
    dossiers = [
        ("2026-03-02", "2026-02-20", "2026-03-04", [("2026-03-10", "2026-03-30"), ("2026-03-12", "2026-04-09")]),
        ("2026-04-01", "2026-03-20", "2026-04-11", [("2026-04-20", "2026-05-01"), (None, None)]),
        ("2026-05-04", None, None, []),
    ]
    for jour, lettre, rendu, actions in dossiers:
        visite = faite(reseau, jour, annoncee_le=lettre)
        if rendu:
            CompteRenduFactory(visite=visite, termine=True, termine_le=f"{rendu}T10:00:00Z")
        projet = ProjetFactory(visite=visite) if actions else None
        for acceptee, finie in actions:
            fin = {"close": True, "fin_reelle": finie} if finie else {}
            ActionFactory(projet=projet, acceptee_le=acceptee, **fin)
    assert corps(tableau_des_delais(reseau), "Délai de chaque étape") == {
        "De la lettre à la visite": {"visites": 2, "franchie": 2, "part": 1, "mediane": 11, "attendues": 0},
        "De la visite au compte rendu": {"visites": 3, "franchie": 2, "part": 2 / 3, "mediane": 6, "attendues": 1},
        "Du compte rendu à la première action": {"visites": 2, "franchie": 2, "part": 1, "mediane": 7.5, "attendues": 0},
        "De la première action à la fin": {"visites": 2, "franchie": 1, "part": 0.5, "mediane": 30, "attendues": 1},
    }


def test_refus_par_motif(reseau):
    for motif, nombre in (("temps", 2), ("individualisme", 1)):
        VisiteFactory.create_batch(nombre, reseau=reseau, refusee=True, motif_refus=motif)
    VisiteFactory(reseau=reseau, refusee=True, refusee_le=date(2025, 12, 31))
    VisiteFactory(reseau=reseau, injoignable=True)
    VisiteFactory.create_batch(5, reseau=reseau, realisee=True)
    tableau = tableau_des_refus(reseau, du=date(2026, 1, 1), au=LE)
    assert corps(tableau, "Visites et refus") == {
        "Visites réalisées": {"nombre": 5},
        "Refus": {"nombre": 3, "part": 3 / 8},
        "Injoignables": {"nombre": 1},
    }
    motifs = {ligne["nombre"]: ligne["part"] for ligne in corps(tableau, "Par motif").values() if ligne["nombre"]}
    assert motifs == {2: 2 / 3, 1: 1 / 3}
    assert nues(section(tableau, "Par motif").pied) == {"Total": {"nombre": 3, "part": 1}}


@pytest.fixture
def ailleurs():
    """Une commune d'une autre zone d'emploi que Vesoul."""
    vesoul = Commune.objects.get(pk=VESOUL)
    return Commune.objects.filter(departement="70").exclude(zone_emploi=vesoul.zone_emploi).order_by("pk").first()


def test_territoires_et_secteurs(reseau, ailleurs):
    zone = Commune.objects.get(pk=VESOUL).zone_emploi.nom
    projet = ProjetFactory(visite=faite(reseau, "2026-03-02"))
    ActionFactory.create_batch(3, projet=projet)
    faite(reseau, "2026-03-03")
    la_bas = EntrepriseFactory(reseau=reseau, commune_id=ailleurs.pk, naf_id=None)
    VisiteFactory(reseau=reseau, refusee=True, entreprise=la_bas)
    tableau = tableau_des_territoires(reseau)
    ici = {"visites": 2, "refus": 0, "projets": 1, "actions": 3, "rapport": 1.5}
    refus = {"visites": 0, "refus": 1, "projets": 0, "actions": 0}
    assert corps(tableau, "Par zone d’emploi") == {zone: ici, ailleurs.zone_emploi.nom: refus}
    assert list(corps(tableau, "Par secteur d’activité").values()) == [ici, refus]
    assert "Non renseigné" in corps(tableau, "Par secteur d’activité")
    assert nues(section(tableau, "Par zone d’emploi").pied) == {"Total": ici | {"refus": 1}}


def test_releve_d_une_institution(reseau):
    sienne, autre = (InstitutionFactory(reseau=reseau, sigle=sigle) for sigle in ("CCI", "CMA"))
    agent, voisin = MembreFactory(reseau=reseau, institution=sienne), MembreFactory(reseau=reseau, institution=autre)
    MembreFactory(reseau=reseau, institution=sienne, parti_le=date(2026, 2, 1))
    la_sienne = ProjetFactory(visite=faite(reseau, "2026-03-02", developpeur=agent))
    la_leur = ProjetFactory(visite=faite(reseau, "2026-03-03", developpeur=voisin))
    ActionFactory(projet=la_sienne, responsable=voisin)
    ActionFactory(projet=la_sienne, responsable=agent, close=True, acceptee_le="2026-03-06")
    ActionFactory(projet=la_sienne, responsable=None)
    ActionFactory(projet=la_leur, responsable=agent, acceptee_le="2026-03-12", acceptee=True)
    for jour, present in (("2026-03-10", agent), ("2026-04-10", voisin)):
        PresenceFactory(reunion=ReunionFactory(reseau=reseau, tenue=True, le=jour), membre=present)
    tableau = releve_d_institution(reseau, institution=sienne, du=date(2026, 1, 1), au=LE)
    assert tableau.titre == "Relevé de CCI"
    assert corps(tableau, "Activité") == {
        "Membres du réseau au 30 juin 2026": {"nombre": 1},
        "Visites réalisées, sur celles du réseau": {"nombre": 1, "sur": 2},
        "Réunions suivies, sur celles tenues": {"nombre": 1, "sur": 2},
    }
    actions = corps(tableau, "Actions")
    assert actions.pop("Délai d’acceptation médian (jours)")["sur"] == 2
    assert actions == {
        "Actions nées de ses visites": {"nombre": 3, "sur": 4},
        "dont données à une autre institution": {"nombre": 1, "sur": 3},
        "Actions que portent ses agents": {"nombre": 2, "sur": 4},
        "dont reçues d’une autre institution": {"nombre": 1, "sur": 2},
        "dont closes": {"nombre": 1, "sur": 2},
    }
    assert corps(tableau, "À qui elle donne, de qui elle reçoit") == {"CMA": {"donnees": 1, "recues": 1}}


@pytest.fixture
def cible(reseau, ailleurs):
    """Deux entreprises à Vesoul, dont une visitée, et une ailleurs, visitée elle aussi dans une campagne."""
    cible = CibleFactory(reseau=reseau, decidee=True, decidee_le=date(2026, 1, 5))
    ici, autre, la_bas = (EntrepriseFactory(reseau=reseau, commune_id=cle) for cle in (VESOUL, VESOUL, ailleurs.pk))
    for entreprise in (ici, autre, la_bas):
        LigneDeCibleFactory(cible=cible, entreprise=entreprise)
    faite(reseau, "2026-03-02", entreprise=ici)
    faite(reseau, "2026-03-02", entreprise=la_bas, campagne=CampagneFactory(reseau=reseau, nom="Printemps"))
    PresenceFactory(reunion=ReunionFactory(reseau=reseau, tenue=True))
    return cible


def test_2_5_d_une_zone_borne_visites_et_cible_jamais_les_reunions(reseau, membres, cible):
    zone = Commune.objects.get(pk=VESOUL).zone_emploi
    tableau = choisi("2.5", membres["animateur"], zone=zone).composer()
    pied = nues(section(tableau, "Par développeur").pied)
    assert (pied["Somme"]["realisees"], pied["Part de la cible"]["realisees"]) == (1, 0.5)
    assert nues(section(tableau, "Couverture de la cible").pied)["Cible"]["entreprises"] == 2
    assert {ligne["reunions"] for ligne in corps(tableau, "Par institution").values()} == {"0 sur 1", "1 sur 1"}
    assert tableau.filtres == [("Zone d’emploi", str(zone))]
    assert "Réunions" in dict(tableau.lexique)


def test_2_5_d_une_campagne_garde_la_cible_entiere(reseau, membres, cible):
    tableau = choisi("2.5", membres["animateur"], campagne=reseau.campagnes.get()).composer()
    assert nues(section(tableau, "Par développeur").pied)["Somme"]["realisees"] == 1
    assert corps(tableau, "Couverture de la cible")["Visitées ou ayant refusé"] == {"entreprises": 1, "part": 1 / 3}


@pytest.mark.parametrize("choix", ["zone", "campagne", "secteur"])
def test_2_5_filtre_ouvre_autant_de_fiches(reseau, membres, cible, choix):
    valeur = {"zone": Commune.objects.get(pk=VESOUL).zone_emploi, "campagne": reseau.campagnes.get(), "secteur": "C"}[choix]
    lecteur = membres["animateur"]
    for partie in choisi("2.5", lecteur, **{choix: valeur}).composer().sections:
        for ligne in [*partie.lignes, *partie.pied]:
            for cle, adresse in ligne.get(ADRESSES, {}).items():
                if cle in ("realisees", "programmees", "entreprises") and isinstance(ligne.get(cle), int):
                    lues = connecter(lecteur).get(adresse).context["nombre"]
                    assert (ligne["nom"], cle, lues) == (ligne["nom"], cle, ligne[cle])


def test_2_5_filtre_ne_compte_plus_l_entreprise_d_un_deport(reseau, membres, cible):
    DeportFactory(membre=membres["animateur"], entreprise=cible.lignes.order_by("pk").first().entreprise)
    zone = Commune.objects.get(pk=VESOUL).zone_emploi
    tableau = choisi("2.5", membres["animateur"], zone=zone).composer()
    assert nues(section(tableau, "Par développeur").pied)["Somme"]["realisees"] == 0
    assert nues(section(tableau, "Couverture de la cible").pied)["Cible"]["entreprises"] == 1
    sans_filtre = CHOIX["2.5"](None, membre=membres["animateur"], le=LE).composer()
    assert nues(section(sans_filtre, "Couverture de la cible").pied)["Cible"]["entreprises"] == 3


@pytest.mark.parametrize("profil", ["associe", "prefecture", "observateur"])
def test_2_5_ne_se_serre_pas_pour_qui_ne_lit_pas_les_comptes_rendus(membres, profil):
    assert not {"zone", "secteur", "campagne"} & set(choisi("2.5", membres[profil]).fields)


def test_2_5_a_cote_la_periode_precedente(reseau, membres):
    for jour in ("2025-12-15", "2026-01-20", "2026-03-02", "2026-06-30", "2026-07-01"):
        faite(reseau, jour, programmee_le="2025-12-10")
    VisiteFactory(reseau=reseau, refusee=True, refusee_le=date(2025, 12, 31))
    for jour in ("2025-09-30", "2026-03-02", "2026-04-02"):
        PresenceFactory(reunion=ReunionFactory(reseau=reseau, tenue=True, le=jour))
    bornes = {"visites_depuis": "2026-01-01", "participation_du": "2026-04-01", "au": "2026-06-30"}
    tableau = choisi("2.5", membres["animateur"], comparer="on", **bornes).composer()
    assert corps(tableau, "Ensemble du réseau") == {
        "Visites réalisées": {"nombre": 3, "avant_nombre": 1},
        "Refus": {"nombre": 0, "avant_nombre": 1},
        "Visites programmées": {"nombre": 1, "avant_nombre": 4},
        "Réunions tenues": {"nombre": 1, "avant_nombre": 1},
        "Présents par réunion": {"nombre": 1, "avant_nombre": 1},
    }
    assert dict(tableau.lexique)["Avant"] == (
        "le même chiffre, sur la période précédente : visites du 1er juillet 2025 au 31 décembre 2025\u00a0; participation aux "
        "réunions du 1er janvier 2026 au 31 mars 2026."
    )


def test_2_5_ne_compare_ni_personne_ni_institution(reseau, membres, cible):
    tableau = choisi("2.5", membres["animateur"], comparer="on").composer()
    comparees = {partie.titre for partie in tableau.sections if any(c.cle.startswith("avant_") for c in partie.colonnes)}
    assert comparees == {"Ensemble du réseau"}  # la cible, elle, n'était pas décidée : rien à comparer


def test_couverture_se_compare_a_la_meme_cible_plus_tot(reseau, membres, cible):
    bornes = {"visites_depuis": "2026-03-01", "participation_du": "2026-03-01", "au": "2026-03-31"}
    tableau = choisi("2.5", membres["animateur"], comparer="on", **bornes).composer()
    touchees = corps(tableau, "Couverture de la cible")["Visitées ou ayant refusé"]
    assert touchees == {"entreprises": 2, "part": 2 / 3, "avant_entreprises": 0, "avant_part": 0}


def test_2_4_se_borne_a_la_date_de_la_visite(reseau, membres):
    for numero, jour in ((1, "2026-02-28"), (2, "2026-03-01"), (3, "2026-03-31"), (4, "2026-04-01")):
        ActionFactory(projet=ProjetFactory(visite=faite(reseau, jour)), numero=numero, responsable=membres["direct"])
    form = choisi("2.4", membres["animateur"], du="2026-03-01", au="2026-03-31")
    tableau = form.composer()
    assert [ligne["numero"].valeur for ligne in tableau.sections[0].lignes] == ["2", "3"]
    assert tableau.filtres == [("Visites", "du 1er mars 2026 au 31 mars 2026")]
    assert len(form.entreprises()) == 2
    assert len(tableau_2_4(reseau, au=LE).sections[0].lignes) == 4


def test_entretiens_a_cote_l_annee_precedente(reseau, membres):
    question = QuestionFactory(theme__guide=GuideFactory(reseau=reseau, en_service=True))
    for annee, ouis, nons in ((2025, 4, 1), (2026, 2, 3)):
        for valeur in ["oui"] * ouis + ["non"] * nons:
            rendu = CompteRenduFactory(visite=faite(reseau, date(annee, 3, 2)), termine=True)
            ReponseFactory(compte_rendu=rendu, question=question, valeur=valeur)
    tableau = choisi("entretiens", membres["animateur"], comparer="on").composer()
    assert tableau.periode == "Visites réalisées en 2026"
    lues = [(x["reponse"], x["nombre"], x["avant_nombre"]) for x in section(tableau, "Réponses, question par question").lignes]
    assert lues == [("Oui", 2, 4), ("Non", 3, 1)]


def test_comparer_double_les_requetes_sans_plus(reseau, membres, requetes, cible):
    seul = requetes(lambda: tableau_2_5(reseau, au=LE, lecteur=membres["animateur"]))
    form = choisi("2.5", membres["animateur"], comparer="on")
    assert form.is_valid()
    assert requetes(form.composer) <= 2 * seul + 2


@pytest.mark.parametrize(("orientation", "couche"), [("portrait", False), ("paysage", True)])
def test_orientation_du_papier_se_choisit(reseau, clients, orientation, couche):
    adresse = reverse("suivi:tableau-pdf", args=[reseau.slug, "refus"])
    octets = clients["animateur"].get(adresse, {"orientation": orientation}).content
    with pikepdf.open(io.BytesIO(octets)) as pdf:
        _, _, largeur, hauteur = pdf.pages[0].mediabox
    assert (largeur > hauteur) is couche
