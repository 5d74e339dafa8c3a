"""Les lettres : liste, page, papier, traitement de texte, rejet."""

import io

import pikepdf
import pytest

from reseau.enums import Geste
from reseau.models import Journal
from tests.factories import (
    CourrierFactory,
    DeportFactory,
    ModeleDeCourrierFactory,
    VisiteFactory,
)
from tests.visites.conftest import dits
from visites.enums import EtatCourrier
from visites.models import Courrier, PdfFige

pytestmark = pytest.mark.django_db
QUI_VOIT = [
    ("animateur", 200),
    ("secretariat", 200),
    ("direct", 200),
    ("associe", 403),
    ("prefecture", 200),
    ("observateur", 403),
]


def pages(octets):
    with pikepdf.open(io.BytesIO(octets)) as pdf:
        return len(pdf.pages)


# La liste


@pytest.mark.parametrize(("role", "statut"), QUI_VOIT)
def test_courriers_selon_le_role(clients, adresse, lettre, role, statut):
    lignes = [adresse("visites:courriers"), adresse("visites:courrier", lettre().pk)]
    assert [clients[role].get(page).status_code for page in lignes] == [statut, statut]


def test_courriers_mettent_en_tete_ce_qui_attend(clients, adresse, lettre, signees):
    brouillon, a_signer = lettre(), lettre(a_signer=True)
    signees(1)
    signee = Courrier.objects.get(etat="signee")
    page_obj = clients["prefecture"].get(adresse("visites:courriers")).context["page_obj"]
    assert list(page_obj) == [a_signer, brouillon, signee]


def test_courriers_d_un_direct_sont_les_siennes(clients, adresse, reseau, lettre):
    sienne = lettre()
    CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True))
    CourrierFactory()
    contexte = clients["direct"].get(adresse("visites:courriers")).context
    assert list(contexte["page_obj"]) == [sienne]
    assert {etat.value: nombre for etat, nombre in contexte["etats"]}["brouillon"] == 1


def test_courriers_filtrent(clients, adresse, reseau, lettre, campagne, direct):
    voulue = lettre()
    CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True), a_signer=True)
    filtres = [{"etat": "brouillon"}, {"campagne": campagne.pk}, {"developpeur": direct.pk}]
    trouvees = [list(clients["animateur"].get(adresse("visites:courriers"), choix).context["page_obj"]) for choix in filtres]
    assert trouvees == [[voulue]] * 3


@pytest.mark.parametrize("tri", ["reference", "-reference", "entreprise", "developpeur", "-preparee", "contenu"])
def test_courriers_se_rangent(clients, adresse, lettre, signees, tri):
    lettre()
    signees(1)
    assert len(clients["animateur"].get(adresse("visites:courriers"), {"tri": tri}).context["page_obj"]) == 2


@pytest.mark.parametrize(
    ("role", "attendus"),
    [
        ("animateur", {"soumettre", "imprimer", "envoyer"}),
        ("direct", set()),
        ("prefecture", {"soumettre", "signer", "imprimer", "envoyer"}),
    ],
)
def test_courriers_offrent_les_gestes_permis_et_utiles(clients, adresse, lettre, signees, role, attendus):
    lettre()
    lettre(a_signer=True)
    signees(1)
    assert clients[role].get(adresse("visites:courriers")).context["gestes"] == attendus


def test_courriers_disent_ce_qui_empeche_une_lettre_de_partir(clients, adresse, lettre):
    entreprise = lettre().visite.entreprise
    entreprise.diffusible = False
    entreprise.save()
    lignes = clients["animateur"].get(adresse("visites:courriers")).context["lettres"]
    assert [raison for _, raison in lignes] == [
        "Entreprise non diffusible au répertoire SIRENE : aucune lettre ne lui est adressée."
    ]


@pytest.mark.parametrize("role", ["animateur", "prefecture"])
def test_courriers_requetes_constantes(clients, adresse, lettre, constantes, role):
    appel = lambda: clients[role].get(adresse("visites:courriers"))  # noqa: E731
    assert constantes(appel, lambda: lettre(a_signer=True), (1, 2, 197)) <= 12


# Une lettre


def test_courrier_montre_le_texte_et_pas_de_numero(clients, adresse, lettre):
    contexte = clients["direct"].get(adresse("visites:courrier", lettre().pk)).context
    assert contexte["lettre"].numero is None
    assert [contexte[geste] for geste in ("peut_soumettre", "peut_signer", "peut_imprimer", "peut_envoyer")] == [False] * 4


@pytest.mark.parametrize("nom", ["courrier", "courrier-pdf", "courrier-rejeter"])
def test_courrier_d_ailleurs_ou_deporte_est_introuvable(clients, adresse, membres, lettre, nom):
    deportee = lettre(a_signer=True)
    DeportFactory(entreprise=deportee.visite.entreprise, membre=membres["prefecture"])
    trouvees = [clients["prefecture"].get(adresse(f"visites:{nom}", cle)) for cle in (deportee.pk, CourrierFactory().pk)]
    assert [response.status_code for response in trouvees] == [404, 404]


def test_courrier_d_un_autre_developpeur_est_introuvable(clients, adresse, reseau):
    autre = CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True))
    assert clients["direct"].get(adresse("visites:courrier", autre.pk)).status_code == 404


def test_papier_du_brouillon_se_lit_et_se_note(clients, adresse, direct, lettre):
    brouillon = lettre()
    response = clients["direct"].get(adresse("visites:courrier-pdf", brouillon.pk))
    assert pages(response.content) == 1
    assert response.headers["Content-Disposition"] == f'inline; filename="lettre-brouillon-{brouillon.pk}.pdf"'
    ligne = Journal.objects.get()
    assert (ligne.membre, ligne.geste, ligne.objet_id) == (direct, Geste.IMPRESSION, brouillon.pk)


def test_papier_signe_ne_s_imprime_pas_par_un_direct(clients, adresse, signees):
    signees(1)
    page = adresse("visites:courrier-pdf", Courrier.objects.get().pk)
    assert [clients[role].get(page).status_code for role in ("direct", "animateur", "prefecture")] == [403, 200, 200]
    assert not PdfFige.objects.exists()


def test_papier_impossible_ramene_a_la_lettre(clients, adresse, reseau, lettre):
    ModeleDeCourrierFactory(reseau=reseau, corps="\n".join(["Une phrase bien trop longue. " * 40] * 6), par_defaut=True)
    cle = lettre().pk
    response = clients["animateur"].get(adresse("visites:courrier-pdf", cle))
    assert response.url == adresse("visites:courrier", cle)
    assert dits(response) == ["La lettre dépasse une page : raccourcissez le texte."]


def test_rejeter_avec_un_motif(clients, adresse, lettre):
    rejetee = lettre(a_signer=True)
    page = adresse("visites:courrier-rejeter", rejetee.pk)
    assert list(clients["prefecture"].post(page, {"motif": " "}).context["form"].errors) == ["motif"]
    assert clients["prefecture"].post(page, {"motif": "Prénom à vérifier"}).status_code == 302
    rejetee.refresh_from_db()
    assert (rejetee.etat, rejetee.rejet) == (EtatCourrier.BROUILLON, "Prénom à vérifier")


def test_rejeter_un_brouillon_ramene_a_la_lettre(clients, adresse, lettre):
    brouillon = lettre()
    response = clients["prefecture"].post(adresse("visites:courrier-rejeter", brouillon.pk), {"motif": "Non"})
    assert response.url == adresse("visites:courrier", brouillon.pk)


@pytest.mark.parametrize("role", ["animateur", "secretariat", "direct"])
def test_rejeter_est_interdit_hors_de_la_prefecture(clients, adresse, lettre, role):
    page = adresse("visites:courrier-rejeter", lettre(a_signer=True).pk)
    assert clients[role].post(page, {"motif": "Non"}).status_code == 403


# Préparer


@pytest.mark.parametrize(
    ("role", "statut"), [("animateur", 302), ("secretariat", 302), ("direct", 302), ("prefecture", 302), ("associe", 403)]
)
def test_preparer_une_lettre(clients, adresse, reseau, direct, role, statut):
    visite = VisiteFactory(reseau=reseau, programmee=True, developpeur=direct)
    assert clients[role].post(adresse("visites:courrier-preparer", visite.pk)).status_code == statut
    assert Courrier.objects.filter(visite=visite).count() == (statut == 302)


def test_preparer_la_lettre_d_un_autre_est_interdit(clients, adresse, reseau):
    visite = VisiteFactory(reseau=reseau, programmee=True)
    assert clients["direct"].post(adresse("visites:courrier-preparer", visite.pk)).status_code == 403


def test_preparer_une_lettre_impossible_se_dit(clients, adresse, reseau):
    visite = VisiteFactory(reseau=reseau, programmee=True, entreprise__diffusible=False)
    response = clients["animateur"].post(adresse("visites:courrier-preparer", visite.pk))
    raison = "Entreprise non diffusible au répertoire SIRENE : aucune lettre ne lui est adressée."
    assert dits(response) == [f"{visite.entreprise} : {raison}"]


# Le traitement de texte


@pytest.mark.parametrize("genre", ["docx", "odt"])
def test_brouillon_modifiable_se_note(clients, adresse, direct, lettre, genre):
    brouillon = lettre()
    response = clients["direct"].get(adresse(f"visites:courrier-{genre}", brouillon.pk))
    assert response.headers["Content-Disposition"] == f'attachment; filename="lettre-brouillon-{brouillon.pk}.{genre}"'
    ligne = Journal.objects.get()
    assert (ligne.membre, ligne.geste, ligne.objet_id, ligne.precision) == (
        direct,
        Geste.IMPRESSION,
        brouillon.pk,
        f"fichier .{genre}",
    )


@pytest.mark.parametrize("genre", ["docx", "odt"])
def test_lettre_signee_modifiable_suit_le_droit_d_imprimer(clients, adresse, signees, genre):
    signees(1)
    page = adresse(f"visites:courrier-{genre}", Courrier.objects.get().pk)
    assert [clients[role].get(page).status_code for role in ("direct", "animateur", "prefecture")] == [403, 200, 200]
