"""À qui confier une entreprise : chaque critère et sa raison, l'ordre, le partage d'un lot, et ce qui ne doit pas se dire."""

from datetime import date

import pytest

from entreprises.enums import ObjetDeContact
from reseau.enums import Domaine
from tests.factories import (
    AbsenceFactory,
    CampagneFactory,
    ConcurrenceFactory,
    DeportFactory,
    DispositifFactory,
    EntrepriseFactory,
    InstitutionFactory,
    MembreFactory,
    ReseauFactory,
    SollicitationFactory,
    VisiteFactory,
)
from visites.propositions import Proposition, partager, proposer, repartir

pytestmark = pytest.mark.django_db

LE = date(2026, 6, 1)
ICI, VOISINE, ARRONDISSEMENT, AILLEURS = "70550", "70378", "70279", "70310"  # Vesoul, Navenne, Gray, Lure


@pytest.fixture
def campagne(reseau):
    return CampagneFactory(reseau=reseau, objectif=10)


@pytest.fixture
def entreprise(reseau):
    return EntrepriseFactory(reseau=reseau, naf_id="25.62B", commune_id=ICI)


@pytest.fixture
def alix(reseau):
    return MembreFactory(reseau=reseau, prenom="Alix", nom="Aubertin", institution__sigle="CCI")


@pytest.fixture
def zoe(reseau):
    return MembreFactory(reseau=reseau, prenom="Zoé", nom="Zimmer", institution__sigle="CMA")


@pytest.fixture
def propositions(campagne, animateur, alix, zoe):
    """Celles d'une entreprise, Zoé d'abord dans la liste reçue : l'ordre rendu ne lui doit rien."""
    return lambda fiche, le=LE: proposer([fiche], [zoe, alix], campagne, le, lecteur=animateur)[fiche.pk]


@pytest.fixture
def pour_zoe(propositions, entreprise, zoe):
    """Ce qui se dit de Zoé, hors sa charge."""

    def lire(le=LE):
        proposition = next(une for une in propositions(entreprise, le) if une.membre == zoe)
        return [raison for raison in proposition.raisons if "repère" not in raison], proposition.reserves

    return lire


def suit(membre, combien=1, commune=AILLEURS, naf="16.10A", le=date(2026, 3, 2), **etat):
    """`membre` suit autant d'entreprises de cette commune et de cette activité."""
    for _ in range(combien):
        fiche = EntrepriseFactory(reseau=membre.reseau, commune_id=commune, naf_id=naf)
        etats = etat or {"realisee": True, "realisee_le": le}
        VisiteFactory(reseau=membre.reseau, entreprise=fiche, developpeur=membre, **etats)


def premier(propositions):
    return propositions[0].membre


# L'ordre


def test_sans_rien_qui_distingue_l_ordre_est_alphabetique(propositions, entreprise, alix, zoe):
    assert [une.membre for une in propositions(entreprise)] == [alix, zoe]


def test_memes_donnees_memes_propositions(propositions, entreprise, zoe):
    suit(zoe, commune=ICI)
    assert propositions(entreprise) == propositions(entreprise)


def test_proposition_ne_porte_ni_note_ni_rang():
    assert list(Proposition.__dataclass_fields__) == ["membre", "raisons", "reserves"]


# Les critères


@pytest.mark.parametrize(
    ("commune", "raison"),
    [
        (ICI, "suit déjà 3\u00a0entreprises à Vesoul"),
        (VOISINE, "suit déjà 3\u00a0entreprises dans l’intercommunalité (CA de Vesoul)"),
        (ARRONDISSEMENT, "suit déjà 3\u00a0entreprises dans l’arrondissement (Vesoul)"),
    ],
)
def test_proximite(pour_zoe, propositions, entreprise, zoe, commune, raison):
    suit(zoe, 3, commune)
    assert pour_zoe() == ([raison], [])
    assert premier(propositions(entreprise)) == zoe


def test_proximite_compte_les_visites_confiees_et_pas_les_anciennes(pour_zoe, zoe):
    suit(zoe, 1, ICI, programmee=True)
    suit(zoe, 1, ICI, le=date(2024, 6, 1))
    assert pour_zoe()[0] == ["suit déjà 1\u00a0entreprise à Vesoul"]


def test_proximite_ne_compte_pas_l_entreprise_elle_meme(pour_zoe, entreprise, zoe):
    VisiteFactory(reseau=zoe.reseau, entreprise=entreprise, developpeur=zoe, realisee=True, realisee_le=date(2026, 1, 5))
    assert pour_zoe()[0] == ["a déjà rencontré l’entreprise, le 05/01/2026"]


def test_secteur(pour_zoe, propositions, entreprise, zoe):
    suit(zoe, 2, naf="25.11Z")
    raisons, _ = pour_zoe()
    assert raisons == [
        "suit déjà 2\u00a0entreprises du secteur «\u00a0Fabrication de produits métalliques, à l’exception des mach…\u00a0»"
    ]
    assert premier(propositions(entreprise)) == zoe


def test_secteur_lit_la_naf_2025_si_l_autre_se_tait(pour_zoe, entreprise, zoe):
    entreprise.naf_id, entreprise.naf_2025_id = None, "25.53Y"
    entreprise.save()
    suit(zoe, naf="25.11Z")
    assert pour_zoe()[0][0].startswith("suit déjà 1\u00a0entreprise du secteur")


def test_competence_declaree_face_a_un_sujet_aborde(pour_zoe, propositions, entreprise, zoe):
    zoe.competence = "Trouver un terrain, lire un bilan"
    zoe.save()
    SollicitationFactory(entreprise=entreprise, objet=ObjetDeContact.IMMOBILIER, le=date(2026, 1, 5))
    assert pour_zoe()[0] == ["dit pouvoir aider sur un sujet abordé avec l’entreprise : locaux"]
    assert premier(propositions(entreprise)) == zoe


def test_competence_dans_la_filiere(pour_zoe, entreprise, zoe):
    entreprise.filiere, zoe.competence = "Mécanique", "Bien connaître la mecanique de précision"
    entreprise.save()
    zoe.save()
    assert pour_zoe()[0] == ["dit connaître la filière «\u00a0Mécanique\u00a0»"]


def test_a_defaut_un_dispositif_en_vigueur_de_son_institution(pour_zoe, entreprise, zoe):
    SollicitationFactory(entreprise=entreprise, objet=ObjetDeContact.FINANCEMENT, le=date(2026, 1, 5))
    dispositif = DispositifFactory(reseau=zoe.reseau, organisme="cma", domaine=Domaine.FINANCE, debut_le=None, fin_le=None)
    assert pour_zoe()[0] == ["CMA a un dispositif sur un sujet abordé : finance"]
    dispositif.fin_le = date(2026, 5, 31)
    dispositif.save()
    assert pour_zoe()[0] == []


def test_a_defaut_ce_que_suit_son_institution(pour_zoe, zoe):
    suit(MembreFactory(reseau=zoe.reseau, institution=zoe.institution), 2, naf="25.11Z")
    assert pour_zoe()[0] == ["CMA suit déjà 2\u00a0entreprises de ce secteur"]


def test_sans_activite_connue_aucun_secteur_n_est_commun(pour_zoe, entreprise, zoe):
    entreprise.naf_id = None
    entreprise.save()
    suit(MembreFactory(reseau=zoe.reseau, institution=zoe.institution), naf=None)
    suit(zoe, naf=None)
    assert pour_zoe() == ([], [])


def test_a_deja_rencontre_l_entreprise_titulaire_ou_accompagnant(pour_zoe, propositions, entreprise, alix, zoe):
    VisiteFactory(
        reseau=zoe.reseau, entreprise=entreprise, developpeur=MembreFactory(reseau=zoe.reseau), accompagnant=zoe,
        realisee=True, realisee_le=date(2023, 3, 6),
    )  # fmt: skip
    assert pour_zoe()[0] == ["a déjà rencontré l’entreprise, le 06/03/2023"]
    assert premier(propositions(entreprise)) == zoe


def test_charge_face_au_repere(propositions, campagne, entreprise, alix, zoe):
    suit(alix, 2, campagne=campagne, programmee=True)
    classees = propositions(entreprise)
    assert [(une.membre, une.raisons[-1]) for une in classees] == [
        (zoe, "10\u00a0visites de moins que son repère"),
        (alix, "8\u00a0visites de moins que son repère"),
    ]


def test_charge_au_repere_est_une_reserve_sauf_si_tous_y_sont(propositions, campagne, entreprise, alix, zoe):
    campagne.objectif = 1
    campagne.save()
    suit(alix, campagne=campagne, programmee=True)
    assert propositions(entreprise)[1].reserves == ["a déjà atteint son repère de visites."]
    suit(zoe, campagne=campagne, programmee=True)
    assert [une.reserves for une in propositions(entreprise)] == [[], []]


def test_concurrence_est_une_reserve_qui_pese(propositions, pour_zoe, reseau, alix, zoe):
    concurrence = ConcurrenceFactory(entreprise=EntrepriseFactory(reseau=reseau))
    VisiteFactory(reseau=reseau, entreprise=concurrence.concurrente, developpeur=alix, programmee=True)
    classees = propositions(concurrence.entreprise)
    assert [une.membre for une in classees] == [zoe, alix]
    assert classees[1].reserves == [f"suit une concurrente, {concurrence.concurrente}. Motif demandé."]


def test_espacement_et_refus_sont_des_reserves(propositions, entreprise, reseau):
    VisiteFactory(reseau=reseau, entreprise=entreprise, refusee=True, refusee_le=date(2026, 3, 2))
    assert propositions(entreprise)[0].reserves == ["A refusé le 02/03/2026, il y a moins de 12 mois. Motif demandé."]


def test_contact_recent_est_une_reserve_et_une_raison_pour_qui_l_a_pris(propositions, entreprise, alix, zoe):
    SollicitationFactory(entreprise=entreprise, institution=zoe.institution, membre=zoe, le=date(2026, 5, 20))
    classees = propositions(entreprise)
    assert (classees[0].membre, classees[0].raisons[0]) == (zoe, "vient de la contacter, le 20/05/2026")
    assert classees[1].reserves[0].startswith(f"contact récent, CMA, {zoe} : téléphone le 20/05/2026")


@pytest.mark.parametrize(("debut", "dite"), [(date(2026, 6, 30), True), (date(2026, 7, 1), False)])
def test_absence_du_mois_qui_vient_est_une_reserve(propositions, entreprise, alix, debut, dite):
    AbsenceFactory(membre=alix, debut_le=debut, fin_le=date(2026, 7, 10), motif="Zyxopération")
    reserves = next(une.reserves for une in propositions(entreprise) if une.membre == alix)
    assert reserves == (["absente du 30 juin au 10 juillet 2026."] if dite else [])


def test_absence_passe_apres_qui_est_la(propositions, entreprise, alix, zoe):
    AbsenceFactory(membre=alix, debut_le=date(2026, 6, 1), fin_le=date(2026, 6, 30))
    assert premier(propositions(entreprise)) == zoe


def test_29_fevrier_se_lit_comme_un_jour(propositions, entreprise, alix):
    AbsenceFactory(membre=alix, debut_le=date(2028, 2, 29), fin_le=date(2028, 2, 29))
    reserves = next(une.reserves for une in propositions(entreprise, date(2028, 2, 29)) if une.membre == alix)
    assert reserves == ["absente le 29 février 2028."]


# Ce qui exclut, et ce qui ne doit pas se dire


def test_deporte_n_est_pas_propose_et_rien_ne_le_dit(propositions, entreprise, alix, zoe):
    suit(alix, 3, ICI)
    DeportFactory(entreprise=entreprise, membre=alix, motif="Zyxfamille")
    classees = propositions(entreprise)
    assert [une.membre for une in classees] == [zoe]
    assert "Aubertin" not in str([(une.raisons, une.reserves) for une in classees])


@pytest.mark.parametrize("empechee", [{"etat": "ferme"}, {"ne_plus_solliciter_jusqu_au": date(2026, 6, 1)}])
def test_entreprise_qu_on_ne_peut_pas_visiter_n_a_pas_de_proposition(propositions, reseau, empechee):
    assert propositions(EntrepriseFactory(reseau=reseau, **empechee)) == []


def test_ce_que_le_lecteur_ne_voit_pas_n_entre_dans_aucun_compte(pour_zoe, animateur, reseau, zoe):
    cachee = EntrepriseFactory(reseau=reseau, commune_id=ICI)
    VisiteFactory(reseau=reseau, entreprise=cachee, developpeur=zoe, programmee=True)
    DeportFactory(entreprise=cachee, membre=animateur)
    assert pour_zoe() == ([], [])


def test_concurrente_que_le_lecteur_ne_voit_pas_ne_se_trahit_pas(propositions, animateur, reseau, alix):
    concurrence = ConcurrenceFactory(entreprise=EntrepriseFactory(reseau=reseau))
    VisiteFactory(reseau=reseau, entreprise=concurrence.concurrente, developpeur=alix, programmee=True)
    DeportFactory(entreprise=concurrence.concurrente, membre=animateur)
    assert [une.reserves for une in propositions(concurrence.entreprise)] == [[], []]


def test_visites_d_un_autre_reseau_ne_comptent_pas(pour_zoe, zoe):
    ailleurs = ReseauFactory()
    fiche = EntrepriseFactory(reseau=ailleurs, commune_id=ICI)
    VisiteFactory(reseau=ailleurs, entreprise=fiche, developpeur=zoe, programmee=True)
    assert pour_zoe() == ([], [])


# Partager, répartir


@pytest.mark.parametrize(
    ("combien", "deja", "poids", "parts"),
    [
        (4, {}, {"a": 1, "b": 1}, {"a": 2, "b": 2}),
        (3, {}, {"a": 1, "b": 1}, {"a": 2, "b": 1}),
        (4, {"a": 3}, {"a": 1, "b": 1}, {"a": 1, "b": 3}),
        (6, {}, {"a": 2, "b": 1}, {"a": 4, "b": 2}),
        (2, {}, {"a": 0, "b": 1}, {"b": 2}),
        (2, {}, {"a": 0, "b": 0}, {"a": 1, "b": 1}),
        (2, {}, {}, {}),
    ],
)
def test_partager(combien, deja, poids, parts):
    assert partager(combien, deja, poids) == parts


def test_repartir_egalise_face_aux_reperes(reseau, campagne, animateur, alix, zoe):
    suit(zoe, 6, ICI, campagne=campagne, programmee=True)
    lot = EntrepriseFactory.create_batch(10, reseau=reseau, commune_id=ICI)
    retenues = repartir(lot, [alix, zoe], campagne, LE, lecteur=animateur)
    recues = [une.membre for une in retenues.values()]
    assert (recues.count(alix), recues.count(zoe)) == (8, 2)


def test_repartir_donne_a_chacun_ce_qui_lui_va(reseau, campagne, animateur, alix, zoe):
    suit(alix, 2, ICI)
    suit(zoe, 2, AILLEURS)
    lot = [EntrepriseFactory(reseau=reseau, commune_id=commune, naf_id=None) for commune in (AILLEURS, ICI, AILLEURS, ICI)]
    retenues = repartir(lot, [alix, zoe], campagne, LE, lecteur=animateur)
    assert [retenues[fiche.pk].membre for fiche in lot] == [zoe, alix, zoe, alix]


def test_repartir_dit_pourquoi(reseau, campagne, animateur, alix, zoe):
    lot = EntrepriseFactory.create_batch(2, reseau=reseau)
    une = repartir(lot, [alix, zoe], campagne, LE, lecteur=animateur)[lot[0].pk]
    assert une.raisons == ["10\u00a0visites de moins que son repère", "reçoit 1 des 2\u00a0visites du lot, selon son repère"]


def test_repartir_epargne_qui_est_absent_tout_le_mois(reseau, campagne, animateur, alix, zoe):
    AbsenceFactory(membre=alix, debut_le=date(2026, 6, 1), fin_le=date(2026, 6, 30))
    lot = EntrepriseFactory.create_batch(4, reseau=reseau)
    assert {une.membre for une in repartir(lot, [alix, zoe], campagne, LE, lecteur=animateur).values()} == {zoe}


def test_repartir_contourne_le_deport(reseau, campagne, animateur, alix, zoe):
    lot = EntrepriseFactory.create_batch(3, reseau=reseau)
    for fiche in lot:
        DeportFactory(entreprise=fiche, membre=alix)
    assert {une.membre for une in repartir(lot, [alix, zoe], campagne, LE, lecteur=animateur).values()} == {zoe}


def test_repartir_sans_personne_ne_propose_rien(reseau, campagne, animateur, entreprise):
    assert repartir([entreprise], [], campagne, LE, lecteur=animateur) == {}


@pytest.mark.parametrize("fonction", [proposer, repartir])
def test_requetes_constantes(fonction, requetes, reseau, campagne, animateur):
    def peupler(combien):
        for _ in range(combien):
            fiche = EntrepriseFactory(reseau=reseau)
            membre = MembreFactory(reseau=reseau, institution=InstitutionFactory(reseau=reseau))
            suit(membre)
            AbsenceFactory(membre=membre, debut_le=LE, fin_le=LE)
            SollicitationFactory(entreprise=fiche, le=LE)
            concurrence = ConcurrenceFactory(entreprise=fiche)
            VisiteFactory(reseau=reseau, entreprise=concurrence.concurrente, developpeur=membre, programmee=True)
            lot.append(fiche)
            equipe.append(membre)
        return requetes(lambda: fonction(lot, equipe, campagne, LE, lecteur=animateur))

    lot, equipe = [], []
    comptes = [peupler(combien) for combien in (1, 2, 27)]
    assert len(set(comptes)) == 1
    assert comptes[0] <= 20
