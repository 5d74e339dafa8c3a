"""Le vote à l'écran, et la liste figée que l'on retouche ou que l'on emporte."""

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils.timezone import now
from python_calamine import CalamineWorkbook

from entreprises.models import LigneDeCible, Vote
from tests.factories import CibleFactory, DeportFactory, LigneDeCibleFactory
from tests.lib.papier import textes

pytestmark = pytest.mark.django_db
VOTANTS = {"animateur": 302, "secretariat": 302, "direct": 302, "associe": 403, "prefecture": 302, "observateur": 403}


def adresse(nom, reseau, *arguments, **requete):
    return reverse(f"entreprises:{nom}", args=[reseau.slug, *arguments], query=requete or None)


@pytest.fixture
def au_vote(reseau):
    return CibleFactory(reseau=reseau, vote_ouvert_le=now())


@pytest.mark.parametrize(("profil", "statut"), VOTANTS.items())
def test_voter_selon_le_profil(clients, membres, reseau, au_vote, profil, statut):
    response = clients[profil].post(adresse("cible-voter", reseau, au_vote.pk), {"voix": "pour"})
    attendus = [membres[profil]] if statut == 302 else []
    assert (response.status_code, [vote.membre for vote in Vote.objects.all()]) == (statut, attendus)


@pytest.mark.parametrize("nom", ["cible-vote-ouvrir", "cible-vote-clore"])
def test_vote_s_ouvre_et_se_clot_par_l_animation(clients, reseau, nom):
    au_vote = CibleFactory(reseau=reseau, vote_ouvert_le=now() if nom == "cible-vote-clore" else None)
    statuts = [
        clients[profil].post(adresse(nom, reseau, au_vote.pk)).status_code for profil in ("direct", "prefecture", "animateur")
    ]
    assert statuts == [403, 403, 302]


def test_fiche_montre_le_nombre_de_votants_sans_le_resultat(clients, reseau, au_vote):
    clients["direct"].post(adresse("cible-voter", reseau, au_vote.pk), {"voix": "contre"})
    response = clients["prefecture"].get(adresse("cible", reseau, au_vote.pk))
    assert (response.context["scrutin"].participation, response.context["scrutin"].totaux) == (
        "1 voix exprimée sur 4 membres",
        [],
    )
    assert (response.context["peut_voter"], response.context["scrutin"].la_mienne) == (True, "")


def test_resultat_se_rappelle_a_la_decision(clients, reseau, au_vote):
    clients["direct"].post(adresse("cible-voter", reseau, au_vote.pk), {"voix": "pour"})
    clients["animateur"].post(adresse("cible-vote-clore", reseau, au_vote.pk))
    page = clients["animateur"].get(adresse("cible-decider", reseau, au_vote.pk)).content.decode()
    assert page.count("1 pour, 0 contre, 0 abstention") == 1


@pytest.mark.parametrize("nom", ["cible-modifier", "cible-decider"])
def test_vote_ouvert_ferme_la_modification_et_la_decision(clients, reseau, au_vote, nom):
    response = clients["animateur"].get(adresse(nom, reseau, au_vote.pk), follow=True)
    assert "vote est ouvert" in str(next(iter(response.context["messages"])))


def test_voter_ailleurs_est_introuvable(clients, reseau):
    ailleurs = CibleFactory(vote_ouvert_le=now())
    assert clients["direct"].post(adresse("cible-voter", reseau, ailleurs.pk), {"voix": "pour"}).status_code == 404


def test_ecart_en_lot_donne_le_meme_motif(clients, reseau):
    cible = CibleFactory(reseau=reseau, decidee=True)
    lignes = LigneDeCibleFactory.create_batch(3, cible=cible)
    lignes[0].motif_d_ecart = "Déjà écartée"
    lignes[0].save()
    saisie = {"ligne": [ligne.pk for ligne in lignes[:2]] + ["x"], "motif": "Double"}
    clients["animateur"].post(adresse("cible-ecarter-ensemble", reseau, cible.pk), saisie)
    assert list(LigneDeCible.objects.order_by("pk").values_list("motif_d_ecart", flat=True)) == ["Déjà écartée", "Double", ""]


@pytest.mark.parametrize(("champs", "message"), [({"motif": ""}, "pourquoi"), ({"motif": "Double", "ligne": []}, "Cochez")])
def test_ecart_en_lot_incomplet_est_refuse(clients, reseau, champs, message):
    ligne = LigneDeCibleFactory(cible=CibleFactory(reseau=reseau, decidee=True))
    saisie = {"ligne": [ligne.pk]} | champs
    response = clients["animateur"].post(adresse("cible-ecarter-ensemble", reseau, ligne.cible_id), saisie, follow=True)
    ligne.refresh_from_db()
    assert (message in str(next(iter(response.context["messages"]))), ligne.motif_d_ecart) == (True, "")


def test_ecart_en_lot_ignore_les_deports_et_les_autres_cibles(clients, reseau, animateur):
    ligne = LigneDeCibleFactory(cible=CibleFactory(reseau=reseau, decidee=True))
    autre = LigneDeCibleFactory(cible__reseau=reseau)
    tue = LigneDeCibleFactory(cible=ligne.cible)
    DeportFactory(entreprise=tue.entreprise, membre=animateur)
    saisie = {"ligne": [ligne.pk, autre.pk, tue.pk], "motif": "Double"}
    clients["animateur"].post(adresse("cible-ecarter-ensemble", reseau, ligne.cible_id), saisie)
    assert [ecartee for ecartee in (ligne, autre, tue) if LigneDeCible.objects.get(pk=ecartee.pk).motif_d_ecart] == [ligne]


@pytest.mark.parametrize("genre", ["xlsx", "ods", "zip"])
def test_liste_figee_s_exporte(clients, reseau, genre):
    ligne = LigneDeCibleFactory(cible=CibleFactory(reseau=reseau, decidee=True))
    response = clients["animateur"].get(adresse("cible-export", reseau, ligne.cible_id, format=genre))
    assert (response.status_code, response.headers["Content-Disposition"][-len(genre) - 1 : -1]) == (200, genre)


@pytest.mark.parametrize(
    ("requete", "motifs"), [({}, {"Alpha": None}), ({"ecartees": "oui"}, {"Alpha": "", "Omicron": "Double"})]
)
def test_export_de_la_liste_prend_les_ecartees_sur_demande(clients, reseau, direct, requete, motifs):
    cible = CibleFactory(reseau=reseau, decidee=True)
    for nom, motif in (("Alpha", ""), ("Omicron", "Double"), ("Zeta", "Double")):
        ligne = LigneDeCibleFactory(cible=cible, entreprise__raison_sociale=nom, motif_d_ecart=motif)
    DeportFactory(entreprise=ligne.entreprise, membre=direct)
    response = clients["direct"].get(adresse("cible-export", reseau, cible.pk, **requete))
    entetes, *lignes = CalamineWorkbook.from_filelike(BytesIO(response.content)).get_sheet_by_name("Entreprises").to_python()
    lues = [dict(zip(entetes, ligne, strict=True)) for ligne in lignes]
    assert {ligne["Raison sociale"]: ligne.get("Motif de l’écart") for ligne in lues} == motifs


def test_format_inconnu_est_introuvable(clients, reseau):
    cible = CibleFactory(reseau=reseau, decidee=True)
    assert clients["animateur"].get(adresse("cible-export", reseau, cible.pk, format="exe")).status_code == 404


@pytest.mark.parametrize("nom", ["cible-export", "cible-pdf"])
def test_cible_en_preparation_n_a_pas_de_liste_a_emporter(clients, reseau, nom):
    response = clients["animateur"].get(adresse(nom, reseau, CibleFactory(reseau=reseau).pk), follow=True)
    assert "n’est pas décidée" in str(next(iter(response.context["messages"])))


def test_papier_porte_la_liste_et_les_ecarts_sans_les_deports(clients, reseau, direct):
    cible = CibleFactory(reseau=reseau, decidee=True)
    LigneDeCibleFactory(cible=cible, entreprise__raison_sociale="Alpha")
    LigneDeCibleFactory(cible=cible, entreprise__raison_sociale="Omicron", motif_d_ecart="Double")
    DeportFactory(entreprise=LigneDeCibleFactory(cible=cible, entreprise__raison_sociale="Zeta").entreprise, membre=direct)
    texte = " ".join(textes(clients["direct"].get(adresse("cible-pdf", reseau, cible.pk)).content))
    assert [mot for mot in ("Alpha", "Omicron", "Double", "Zeta") if mot in texte] == ["Alpha", "Omicron", "Double"]
