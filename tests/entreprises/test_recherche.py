"""Chercher une entreprise : ses mots, ses numéros, une faute de frappe ; l'index suit les fiches sur chaque moteur."""

from itertools import product

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from entreprises.models import Contact, Entreprise, Mot
from entreprises.operations import ajouter_entreprise, enregistrer_contact, modifier_entreprise, supprimer_contact
from entreprises.recherche import apprendre, reindexer
from reseau.lib.recherche import a_une_faute, mots_tapes
from tests.factories import ContactFactory, DeportFactory, EntrepriseFactory, siret_fictif

MINUSCULES = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=8)


@pytest.fixture
def ranger(reseau, animateur):
    """`ranger("Scierie Dupin", …)` : des fiches entrées comme on les saisit."""

    def poser(*noms, **champs):
        rang = Entreprise.objects.count()
        fiches = [Entreprise(raison_sociale=nom, siret=siret_fictif(rang + n), **champs) for n, nom in enumerate(noms)]
        return [ajouter_entreprise(fiche, par=animateur) for fiche in fiches]

    return poser


def trouvees(texte):
    return [fiche.raison_sociale for fiche in Entreprise.objects.cherche(texte).par_pertinence()]


@pytest.mark.parametrize(
    ("texte", "mots"),
    [
        ("Scierie de l’Œuvre", ["scierie", "de", "l", "oeuvre"]),
        ("123 456 789", ["123456789"]),
        ("123 456 789 00012", ["12345678900012"]),
        ("123456789 00012", ["12345678900012"]),
        ("12 345 678", ["12", "345", "678"]),
        ("bois bois", ["bois"]),
        (" % ", []),
        ("a b c d e f g h i j k l", list("abcdefghij")),
    ],
)
def test_mots_tapes(texte, mots):
    assert mots_tapes(texte) == mots


@given(MINUSCULES, MINUSCULES)
def test_a_une_faute_dit_comme_la_distance(tape, autre):
    assert (autre in a_une_faute(tape)) is (OSA.distance(tape, autre) == 1)


@given(MINUSCULES)
def test_a_une_faute_est_bien_a_une_faute(tape):
    assert {OSA.distance(tape, proche) for proche in a_une_faute(tape)} == {1}


@pytest.mark.parametrize(
    "texte", ["dupin", "DUPIN", "dup", "scierie dupin", "dupni", "dupn", "upin", "dumin", "duppin", "scirie dupon"]
)
def test_une_lettre_fausse_absente_ou_inversee_se_pardonne(ranger, texte):
    ranger("Scierie Dupin", "Fonderie Vareuil")
    assert trouvees(texte) == ["Scierie Dupin"]


@pytest.mark.parametrize(
    ("texte", "trouve"), [("chaudronerei", True), ("chadronerie", True), ("chaudro", True), ("haudr", False)]
)
def test_deux_fautes_se_pardonnent_dans_un_long_mot(ranger, texte, trouve):
    ranger("Chaudronnerie")
    assert trouvees(texte) == ["Chaudronnerie"] * trouve


@pytest.mark.parametrize("texte", ["boi", "bos", "12345", "zzzz", "boiss dupin"])
def test_un_mot_trop_court_ou_trop_loin_ne_se_devine_pas(ranger, texte):
    ranger("Ubois")
    assert trouvees(texte) == []


def test_l_exact_precede_le_voisin_puis_le_debut(ranger):
    ranger("Martineau", "Marlin", "Ateliers Martin", "Zinc Martin", "Matrin")
    assert trouvees("martin") == ["Ateliers Martin", "Zinc Martin", "Matrin", "Marlin", "Martineau"]


def test_le_nom_precede_la_commune(ranger):
    ranger("Abricot", commune_id="70550")
    ranger("Vesoul Bois")
    assert trouvees("vesoul") == ["Vesoul Bois", "Abricot"]


def test_un_nom_repandu_ne_cache_pas_le_seul_que_l_on_cherche(ranger):
    ranger(*[f"Atelier Marlin {rang:02}" for rang in range(12)], "Martin")
    assert trouvees("marxin")[:3] == ["Atelier Marlin 00", "Martin", "Atelier Marlin 01"]


def test_la_faute_la_plus_courante_vient_d_abord(ranger):
    ranger("Dupinet", "Dapni", "Dupnie", "Dupin", "Upni", "Dupno")
    assert trouvees("dupni") == ["Dupin", "Dupnie", "Dapni", "Dupno", "Upni"]


@pytest.mark.parametrize("tape", ["{0}{1}{2}x{4}", "{0}{1}{3}{4}", "{0}{1}{3}{2}{4}"])
def test_un_mot_de_cinq_lettres_mal_tape_est_dans_les_dix_premiers(reseau, tape):
    """Trois cents noms qui se ressemblent, dont un que trente fiches portent."""
    noms = ["".join(lettres) for lettres in product("bcdlmt", "aio", "nrst", "aeo", "lr")][:300]
    fiches = [EntrepriseFactory.build(reseau=reseau, raison_sociale=nom, recherche=nom) for nom in [*noms, *[noms[0]] * 30]]
    apprendre(fiches)
    Entreprise.objects.bulk_create(fiches)
    for nom in noms[::40]:
        assert nom in trouvees(tape.format(*nom))[:10]


def test_les_numeros_se_cherchent_avec_ou_sans_espaces(ranger):
    fiche, _ = ranger("Scierie", "Fonderie")
    siret = fiche.siret
    for texte in (
        siret,
        siret[:9],
        f"{siret[:3]} {siret[3:6]} {siret[6:9]}",
        f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}",
    ):
        assert trouvees(texte) == ["Scierie"]


def test_le_contact_se_cherche_tant_qu_il_est_la(ranger, animateur):
    (fiche,) = ranger("Scierie")
    contact = enregistrer_contact(Contact(entreprise=fiche, prenom="Odile", nom="Vareuil"), par=animateur)
    assert (trouvees("odile vareuil"), trouvees("varueil")) == (["Scierie"], ["Scierie"])
    supprimer_contact(contact, par=animateur)
    assert trouvees("vareuil") == []


def test_l_index_suit_la_fiche(ranger, animateur):
    (fiche,) = ranger("Scierie", enseigne="Au Vieux Chêne")
    fiche.raison_sociale = "Fonderie"
    modifier_entreprise(fiche, par=animateur)
    assert (trouvees("scierie"), trouvees("fonderie chene")) == ([], ["Fonderie"])
    Entreprise.objects.all().delete()
    assert trouvees("fonderie") == []


def test_deporte_ne_trouve_rien(ranger, direct):
    (fiche,) = ranger("Scierie Dupin")
    DeportFactory(entreprise=fiche, membre=direct)
    visibles = Entreprise.objects.visibles_par(direct)
    assert [visibles.cherche(texte).count() for texte in ("dupin", "dupni", fiche.siret)] == [0, 0, 0]


def test_recherche_coute_trois_requetes(ranger, requetes):
    nombres = []
    for combien in (1, 30):
        ranger(*["Scierie Dupin"] * combien)
        nombres.append(requetes(lambda: trouvees("scirie dupni")))
    assert nombres == [3, 3]


def test_apprendre_n_ajoute_que_les_mots_inconnus(ranger):
    (fiche,) = ranger("Scierie du Bois 3000")
    apprendre([fiche, fiche])
    assert sorted(Mot.objects.values_list("mot", "envers", "longueur")) == [("bois", "siob", 4), ("scierie", "eireics", 7)]


def test_reindexer_refait_tout(reseau, capsys):
    fiche = EntrepriseFactory(reseau=reseau, raison_sociale="Scierie Dupin", recherche="périmé")
    ContactFactory(entreprise=fiche, prenom="Odile", nom="Vareuil")
    Mot.objects.create(mot="oublie", envers="eilbuo", longueur=6)
    assert reindexer() == 1
    call_command("reindexer")
    assert (capsys.readouterr().out, trouvees("dupni vareuil"), trouvees("perime")) == (
        "Entreprises indexées : 1.\n",
        ["Scierie Dupin"],
        [],
    )
    assert sorted(Mot.objects.values_list("mot", flat=True)) == ["dupin", "odile", "scierie", "vareuil", "vesoul"]
