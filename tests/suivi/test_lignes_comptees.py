"""Chaque chiffre d'un tableau s'ouvre sur les fiches qu'il compte : autant de fiches que le chiffre, pour qui lit tout."""

from datetime import date
from urllib.parse import parse_qs

import pytest
from django.http import QueryDict
from django.urls import reverse

from entreprises.models import Activite, Commune
from reseau.lib.tableau import ADRESSES, Valeur
from suivi.enums import Nature, Sujet, TypeAction
from suivi.indicateurs.periodes import CHOIX
from tests.conftest import connecter
from tests.factories import (
    ActionFactory,
    CampagneFactory,
    CibleFactory,
    CompteRenduFactory,
    DeportFactory,
    EntrepriseFactory,
    InstitutionFactory,
    LettreDeSuitesFactory,
    LigneDeCibleFactory,
    MembreFactory,
    PresenceFactory,
    ProjetFactory,
    ReunionFactory,
    VisiteFactory,
)

pytestmark = pytest.mark.django_db
LE = date(2026, 6, 30)


@pytest.fixture
def garni(reseau, membres):
    """Deux institutions, une cible, des visites de chaque sort, des actions de chaque genre."""
    autre = MembreFactory(reseau=reseau, institution=InstitutionFactory(reseau=reseau, sigle="CCI"), nom="Ailleurs")
    cible, direct = CibleFactory(reseau=reseau, decidee=True, decidee_le=date(2026, 1, 5)), membres["direct"]
    lieux = [Commune.objects.filter(departement="70")[rang] for rang in (0, 40)]
    activite, campagne = Activite.objects.get(code="16.10A"), CampagneFactory(reseau=reseau)
    for rang, developpeur in enumerate([direct, direct, autre]):
        entreprise = EntrepriseFactory(reseau=reseau, commune=lieux[rang % 2], naf=activite if rang else None)
        LigneDeCibleFactory(cible=cible, entreprise=entreprise)
        visite = VisiteFactory(
            reseau=reseau,
            entreprise=entreprise,
            developpeur=developpeur,
            campagne=campagne,
            realisee=True,
            annoncee_le="2026-02-01",
        )
        CompteRenduFactory(visite=visite, termine=True)
        projet = ProjetFactory(visite=visite, nature=Nature.PRODUITS, emplois_embauche=rang, embauche_cadres=min(rang, 1))
        ActionFactory(projet=projet, responsable=autre, close=True, acceptee_le="2026-03-05", sujet=Sujet.INFO_EXPORT)
        ActionFactory(projet=projet, responsable=None, type=TypeAction.CONTACT, organisme=autre.institution)
        ActionFactory(projet=projet, responsable=direct, type=TypeAction.CONTACT, organisme_exterieur="École", acceptee=True)
        if rang:
            LettreDeSuitesFactory(visite=visite, donnee=True)
    LigneDeCibleFactory(cible=cible, entreprise=VisiteFactory(reseau=reseau, refusee=True).entreprise)
    LigneDeCibleFactory(cible=cible, entreprise=VisiteFactory(reseau=reseau, developpeur=direct, programmee=True).entreprise)
    LigneDeCibleFactory(cible=cible)
    VisiteFactory(reseau=reseau, injoignable=True)
    PresenceFactory(reunion=ReunionFactory(reseau=reseau, tenue=True, le=date(2026, 3, 9)), membre=direct, etat="present")
    return membres["animateur"]


def cases(tableau):
    """(libellé, valeur, adresse) de chaque case qui s'ouvre."""
    for section in tableau.sections:
        for ligne in [*section.lignes, *section.pied]:
            for cle, adresse in ligne.get(ADRESSES, {}).items():
                valeur = ligne.get(cle)
                if adresse and not (isinstance(valeur, Valeur) and valeur.genre == "pourcentage"):
                    yield f"{section.titre}, {ligne['nom'] if 'nom' in ligne else ligne['mois']}, {cle}", valeur, adresse


def attendu(valeur):
    """« 1 sur 1 » : le premier nombre."""
    return int(valeur.partition(" ")[0] or 0) if isinstance(valeur, str) else valeur or 0


CODES = ["2.5", "2.7", "suites", "delais", "refus", "territoires", "valeur", "institution"]


@pytest.mark.parametrize("code", CODES)
def test_chaque_chiffre_ouvre_autant_de_fiches(garni, code):
    client = connecter(garni)
    ouvertes = list(cases(CHOIX[code](None, membre=garni, le=LE).composer()))
    assert len(ouvertes) >= 4
    lus = {
        nom: (attendu(valeur), client.get(adresse).context["nombre"])
        for nom, valeur, adresse in ouvertes
        if not nom.startswith("Emplois projetés")
    }
    assert {nom: paire for nom, paire in lus.items() if paire[0] != paire[1]} == {}
    assert any(nombre for nombre, _ in lus.values())


# Les cases qui n'ouvrent rien : ni des rapports, ni des délais, ni ce qui ne peut être que nul.
MUETTES = {
    "delais": {("De la lettre à la visite", "attendues")},
    "institution": {("Délai d’acceptation médian (jours)", "nombre")},
    "2.7": {("Actions par visite", "nombre")},
    "territoires": set(),
    "valeur": set(),
}


@pytest.mark.parametrize("code", MUETTES)
def test_tout_nombre_s_ouvre(garni, code):
    EntrepriseFactory(reseau=garni.reseau)
    fermees = {
        (ligne["nom"], cle)
        for section in CHOIX[code](None, membre=garni, le=LE).composer().sections
        for ligne in [*section.lignes, *section.pied]
        for cle, valeur in ligne.items()
        if isinstance(valeur, int | float) and cle not in ("part", "rapport", "mediane")
        if not ligne.get(ADRESSES, {}).get(cle)
    }
    assert fermees == MUETTES[code]


def test_non_renseigne_s_ouvre_sur_ce_qui_n_a_pas_de_lieu(garni, reseau):
    ailleurs = VisiteFactory(
        reseau=reseau, realisee=True, entreprise=EntrepriseFactory(reseau=reseau, commune_id=None, naf_id=None)
    )
    ActionFactory(projet=ProjetFactory(visite=ailleurs), responsable=None)
    for section in CHOIX["territoires"](None, membre=garni, le=LE).composer().sections:
        (ligne,) = [ligne for ligne in section.lignes if ligne["nom"] == "Non renseigné"]
        assert (ligne["visites"], ligne["projets"], ligne["actions"]) == (1, 1, 1)
        for cle in ("visites", "refus", "projets", "actions"):
            assert connecter(garni).get(ligne[ADRESSES][cle]).context["nombre"] == ligne[cle], (section.titre, cle)


def test_emplois_s_ouvrent_sur_les_projets_dont_la_page_redit_la_somme(garni):
    emplois = CHOIX["2.7"](None, membre=garni, le=LE).composer().sections[-1]
    sommes = {}
    for ligne in [*emplois.lignes, *emplois.pied]:
        assert ligne[ADRESSES]["nombre"] == ligne[ADRESSES]["entreprises"]
        lue = connecter(garni).get(ligne[ADRESSES]["nombre"]).context
        dits = f"emplois projetés : {ligne['nombre']} (déclaratif) ; entreprises : {ligne['entreprises']}"
        assert lue["precision"] == dits
        assert sum(projet["emplois"] for projet in lue["section"].lignes) == ligne["nombre"]
        sommes[ligne["nom"]] = ligne["nombre"]
    assert (sommes["Projets d’embauche"], sommes["dont cadres"], sommes["Total (déclaratif)"]) == (3, 2, 3)


def test_membres_du_releve_sont_ceux_de_l_institution_ce_jour_la(garni, membres):
    MembreFactory(reseau=garni.reseau, institution=garni.institution, parti_le=date(2026, 6, 1))
    MembreFactory(reseau=garni.reseau, institution=garni.institution, entre_le=date(2026, 7, 1))
    (ligne, *_) = CHOIX["institution"](_requete({"au": LE}), membre=garni, le=LE).composer().sections[0].lignes
    lue = connecter(garni).get(ligne[ADRESSES]["nombre"]).context
    assert lue["nombre"] == ligne["nombre"] == len(membres)
    assert [membre["nom"].valeur for membre in lue["section"].lignes] == sorted(m.nom_alphabetique for m in membres.values())


def test_chiffres_filtres_ouvrent_le_meme_filtre(garni):
    commune = Commune.objects.filter(departement="70")[0]
    choix = {"zone": commune.zone_emploi, "secteur": "C", "du": date(2026, 1, 1), "au": LE}
    form = CHOIX["2.7"](_requete(choix), membre=garni, le=LE)
    for nom, valeur, adresse in cases(form.composer()):
        if "Emplois" not in nom:
            assert (nom, connecter(garni).get(adresse).context["nombre"]) == (nom, valeur)


def test_fiches_d_un_deport_ne_se_lisent_pas(garni, reseau):
    adresse = f"{reverse('suivi:lignes-visites', args=[reseau.slug])}?etat=realisees"
    client, visite = connecter(garni), reseau.visites.realisees().first()
    avant = client.get(adresse).context["nombre"]
    DeportFactory(entreprise=visite.entreprise, membre=garni)
    assert client.get(adresse).context["nombre"] == avant - 1


def test_qui_ne_lit_pas_les_fiches_n_a_pas_de_lien(garni, membres):
    tableau = CHOIX["2.7"](None, membre=membres["prefecture"], le=LE).composer()
    assert {parse_qs(adresse.partition("?")[2])["etat"][0] for _, _, adresse in cases(tableau)} == {"realisees"}
    assert list(cases(CHOIX["2.7"](None, membre=membres["observateur"], le=LE).composer())) == []


def test_adresse_qui_ne_dit_rien_est_introuvable(reseau, clients):
    adresse = reverse("suivi:lignes-actions", args=[reseau.slug])
    assert clients["animateur"].get(adresse, {"nature": "inconnue"}).status_code == 404
    assert clients["prefecture"].get(adresse).status_code == 403


def _requete(choix):
    requete = QueryDict(mutable=True)
    requete.update({nom: getattr(valeur, "pk", valeur) for nom, valeur in choix.items()})
    return requete
