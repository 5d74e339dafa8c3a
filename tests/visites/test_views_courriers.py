"""Les lettres : liste, page, papier, rejet ; puis les lots : préparer, soumettre, signer, figer, imprimer, envoyer."""

import io

import docx
import pikepdf
import pytest
from django.utils.timezone import localdate

from reseau.enums import Geste
from reseau.models import Journal
from tests.factories import (
    CampagneFactory,
    CourrierFactory,
    DeportFactory,
    ModeleDeCourrierFactory,
    ReseauFactory,
    VisiteFactory,
)
from tests.visites.conftest import dits
from visites import courriers
from visites.enums import EtatCourrier, EtatVisite
from visites.models import Courrier, PdfFige, Visite

pytestmark = pytest.mark.django_db
QUI_VOIT = [
    ("animateur", 200),
    ("secretariat", 200),
    ("direct", 200),
    ("associe", 403),
    ("prefecture", 200),
    ("observateur", 403),
]
LOTS = ["visites:courriers-soumettre", "visites:courriers-signer", "visites:courriers-figer", "visites:courriers-envoyer"]


@pytest.fixture
def campagne(reseau):
    return CampagneFactory(reseau=reseau)


@pytest.fixture
def lettre(reseau, campagne, direct):
    """Fabrique de lettres du développeur direct : `lettre()`, `lettre(a_signer=True)`."""

    def fabriquer(**etat):
        visite = VisiteFactory(reseau=reseau, campagne=campagne, developpeur=direct, programmee=True)
        return CourrierFactory(visite=visite, **etat)

    return fabriquer


@pytest.fixture
def signees(lettre, membres):
    """Signe autant de lettres ; rend leurs numéros."""

    def signer(combien):
        cles = [lettre(a_signer=True).pk for _ in range(combien)]
        return courriers.signer(Courrier.objects.filter(pk__in=cles), par=membres["prefecture"], le=localdate())

    return signer


def etats(*lettres):
    return [Courrier.objects.get(pk=lettre.pk).etat for lettre in lettres]


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


def test_preparer_le_lot_dit_son_bilan(clients, adresse, reseau, campagne):
    VisiteFactory(reseau=reseau, campagne=campagne, programmee=True)
    refusee = VisiteFactory(reseau=reseau, campagne=campagne, programmee=True, entreprise__diffusible=False)
    response = clients["animateur"].post(adresse("visites:courriers-preparer", campagne.pk))
    assert response.url == f"{adresse('visites:courriers')}?etat=brouillon&campagne={campagne.pk}"
    raison = "Entreprise non diffusible au répertoire SIRENE : aucune lettre ne lui est adressée."
    assert dits(response) == ["1\u00a0lettre préparée.", f"1\u00a0refusée — {refusee.entreprise} : {raison}"]


def test_preparer_le_lot_par_un_direct_ne_prend_que_les_siennes(clients, adresse, reseau, campagne, direct):
    sienne = VisiteFactory(reseau=reseau, campagne=campagne, programmee=True, developpeur=direct)
    VisiteFactory(reseau=reseau, campagne=campagne, programmee=True)
    clients["direct"].post(adresse("visites:courriers-preparer", campagne.pk))
    assert list(Courrier.objects.values_list("visite", flat=True)) == [sienne.pk]


# Les lots


@pytest.mark.parametrize("nom", [*LOTS, "visites:courriers-pdf"])
@pytest.mark.parametrize("role", ["direct", "associe", "observateur"])
def test_lots_sont_interdits_a_qui_n_imprime_pas(clients, adresse, lettre, nom, role):
    choix = {"courrier": lettre(a_signer=True).pk}
    envoi = clients[role].get if nom.endswith("pdf") else clients[role].post
    assert envoi(adresse(nom), choix).status_code == 403


@pytest.mark.parametrize("role", ["animateur", "secretariat"])
def test_signer_est_interdit_hors_de_la_prefecture(clients, adresse, lettre, role):
    a_signer = lettre(a_signer=True)
    assert clients[role].post(adresse("visites:courriers-signer"), {"courrier": a_signer.pk}).status_code == 403
    assert etats(a_signer) == ["a_signer"]


def test_lots_ignorent_les_lettres_d_un_autre_reseau(clients, adresse, membres, reseau):
    """Une clé forgée, une clé dont on se déporte : rien ne bouge."""
    ailleurs = CourrierFactory(visite__reseau=ReseauFactory(), visite__programmee=True, a_signer=True)
    deportee = CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True), a_signer=True)
    DeportFactory(entreprise=deportee.visite.entreprise, membre=membres["prefecture"])
    choix = {"courrier": [ailleurs.pk, deportee.pk, "9" * 40, "x", "-1"]}
    for nom in LOTS:
        assert clients["prefecture"].post(adresse(nom), choix).status_code == 302
    forge = {"tout": "oui", "toutes": f"{ailleurs.pk},{deportee.pk},9{'9' * 40},x"}
    assert clients["prefecture"].post(adresse("visites:courriers-signer"), forge).status_code == 302
    assert etats(ailleurs, deportee) == ["a_signer", "a_signer"]


@pytest.mark.parametrize("nom", ["visites:courriers-soumettre", "visites:courriers-signer"])
def test_lots_sans_rien_cocher_se_disent(clients, adresse, nom):
    assert dits(clients["prefecture"].post(adresse(nom))) == ["Cochez au moins une lettre."]


def test_soumettre_les_cochees(clients, adresse, lettre):
    cochee, autre = lettre(), lettre()
    response = clients["secretariat"].post(adresse("visites:courriers-soumettre"), {"courrier": cochee.pk})
    assert dits(response) == ["1\u00a0lettre mise à la signature."]
    assert etats(cochee, autre) == ["a_signer", "brouillon"]


def test_signer_la_selection_mene_au_lot(clients, adresse, lettre):
    cochees, autre = [lettre(a_signer=True) for _ in range(2)], lettre(a_signer=True)
    choix = {"courrier": [cochee.pk for cochee in cochees]}
    response = clients["prefecture"].post(adresse("visites:courriers-signer"), choix)
    assert response.url == f"{adresse('visites:courriers-figer')}?annee={localdate().year}&du=1&au=2"
    assert etats(*cochees, autre) == ["signee", "signee", "a_signer"]


def test_signer_tout_ne_signe_que_ce_que_la_page_listait(clients, adresse, lettre):
    """Une lettre soumise entre l'affichage et le clic n'a été vue de personne."""
    vues = [lettre(a_signer=True) for _ in range(2)]
    page = clients["prefecture"].get(adresse("visites:courriers")).context["a_signer"]
    tardive = lettre(a_signer=True)
    envoi = {"tout": "oui", "toutes": ",".join(map(str, page))}
    clients["prefecture"].post(adresse("visites:courriers-signer"), envoi)
    assert etats(*vues, tardive) == ["signee", "signee", "a_signer"]


def test_signer_deux_fois_ne_fait_rien_la_seconde(clients, adresse, lettre):
    choix = {"courrier": lettre(a_signer=True).pk}
    clients["prefecture"].post(adresse("visites:courriers-signer"), choix)
    response = clients["prefecture"].post(adresse("visites:courriers-signer"), choix)
    assert dits(response)[-1] == "Aucune lettre à signer : quelqu’un vient peut-être de le faire."


def test_signer_dit_les_lettres_retenues(clients, adresse, lettre):
    bonne, retenue = lettre(a_signer=True), lettre(a_signer=True)
    retenue.visite.entreprise.diffusible = False
    retenue.visite.entreprise.save()
    response = clients["prefecture"].post(adresse("visites:courriers-signer"), {"courrier": [bonne.pk, retenue.pk]})
    assert dits(response) == [
        "1\u00a0lettre retenue, en brouillon : la raison est sur la ligne.",
        "1\u00a0lettre signée.",
    ]


def test_figer_avance_par_paquets_jusqu_au_bout(clients, adresse, signees):
    numeros = signees(10)
    lot = f"?annee={localdate().year}&du={numeros[0]}&au={numeros[-1]}"
    page = clients["prefecture"].get(adresse("visites:courriers-figer") + lot).context
    assert (page["nombre"], page["restent"]) == (10, 10)
    premier = clients["prefecture"].post(page["progression"], headers={"Accept": "application/json"}).json()
    assert premier == {"fait": 8, "total": 10, "texte": "8 sur 10\u00a0lettres composées", "fini": False, "suite": ""}
    second = clients["prefecture"].post(page["progression"], headers={"Accept": "application/json"}).json()
    suite = adresse("visites:courriers-figer") + lot
    assert second == {"fait": 10, "total": 10, "texte": "10 sur 10\u00a0lettres composées", "fini": True, "suite": suite}
    assert clients["prefecture"].get(suite).context["restent"] == 0


def test_figer_reprend_la_ou_l_onglet_s_est_ferme(clients, adresse, signees):
    signees(3)
    courriers.figer(Courrier.objects.all(), combien=1)
    page = clients["prefecture"].get(adresse("visites:courriers-figer")).context
    assert (page["nombre"], page["restent"]) == (3, 2)


def test_figer_sans_javascript_revient_a_la_page(clients, adresse, signees):
    signees(1)
    page = adresse("visites:courriers-figer") + "?total=1"
    assert clients["prefecture"].post(page).url == page
    assert PdfFige.objects.count() == 1


def test_figer_une_lettre_impossible_s_arrete_en_le_disant(clients, adresse, signees):
    signees(1)
    impossible = Courrier.objects.get()
    impossible.contenu["paragraphes"] = ["Une phrase bien trop longue. " * 400]
    impossible.save()
    etat = clients["prefecture"].post(adresse("visites:courriers-figer"), headers={"Accept": "application/json"}).json()
    assert (etat["fini"], etat["suite"]) == (True, "")
    assert etat["texte"] == "1\u00a0lettre ne se met pas en page : le texte est trop long."


def test_figer_la_selection_l_ecrit_dans_l_adresse(clients, adresse, signees):
    signees(2)
    cles = sorted(Courrier.objects.values_list("pk", flat=True))
    response = clients["animateur"].post(adresse("visites:courriers-figer"), {"courrier": cles})
    assert response.url == adresse("visites:courriers-figer") + f"?courrier={cles[0]}&courrier={cles[1]}"
    assert clients["animateur"].get(response.url).context["nombre"] == 2


@pytest.mark.parametrize("choix", ["annee=x&du=1&au=2", "annee=2026&du=&au=", f"courrier={'9' * 40}", "campagne=x"])
def test_figer_une_adresse_illisible_ne_montre_aucune_lettre(clients, adresse, signees, choix):
    signees(1)
    Courrier.objects.update(etat="envoyee", envoye_le=localdate())
    assert clients["animateur"].get(f"{adresse('visites:courriers-figer')}?{choix}").context["nombre"] == 0


def test_pdf_du_lot_une_page_par_lettre_et_se_note(clients, adresse, membres, signees):
    numeros = signees(3)
    courriers.figer(Courrier.objects.all())
    lot = {"annee": localdate().year, "du": numeros[0], "au": numeros[1]}
    response = clients["secretariat"].get(adresse("visites:courriers-pdf"), lot)
    assert pages(response.content) == 2
    ligne = Journal.objects.get(geste=Geste.IMPRESSION)
    assert (ligne.membre, ligne.nombre) == (membres["secretariat"], 2)


def test_pdf_d_un_lot_a_composer_ou_vide_mene_a_sa_page(clients, adresse, signees, campagne):
    page, suite = adresse("visites:courriers-pdf"), adresse("visites:courriers-figer")
    assert clients["prefecture"].get(page).url == f"{suite}?"
    signees(1)
    assert clients["prefecture"].get(page, {"campagne": campagne.pk}).url == f"{suite}?campagne={campagne.pk}"
    assert not PdfFige.objects.exists()


def test_envoyer_la_selection_annonce_les_visites(clients, adresse, signees):
    signees(2)
    cle = Courrier.objects.get(numero=1).pk
    response = clients["secretariat"].post(adresse("visites:courriers-envoyer"), {"courrier": cle})
    assert dits(response) == ["1\u00a0lettre envoyée : 1\u00a0visite est annoncée."]
    assert Visite.objects.filter(etat=EtatVisite.ANNONCEE).get().courriers.get().numero == 1


def test_envoyer_le_lot_de_l_adresse(clients, adresse, signees):
    numeros = signees(3)
    lot = f"?annee={localdate().year}&du={numeros[0]}&au={numeros[1]}"
    clients["prefecture"].post(adresse("visites:courriers-envoyer") + lot)
    assert Courrier.objects.filter(etat=EtatCourrier.ENVOYEE).count() == 2


def test_envoyer_rien_se_dit(clients, adresse, lettre):
    response = clients["animateur"].post(adresse("visites:courriers-envoyer"), {"courrier": lettre().pk})
    assert dits(response) == ["Aucune lettre signée à envoyer."]


def test_signer_envoye_deux_fois_du_meme_formulaire_ne_signe_qu_une(clients, adresse, lettre):
    envoi = {"courrier": lettre(a_signer=True).pk, "jeton": "0b6b5d6e-3c1f-4e5e-9a59-5f0a5b0f0c22"}
    premiere = clients["prefecture"].post(adresse("visites:courriers-signer"), envoi)
    seconde = clients["prefecture"].post(adresse("visites:courriers-signer"), envoi)
    assert seconde.url == premiere.url
    assert Journal.objects.filter(geste=Geste.SIGNATURE).count() == 1


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


def test_lot_modifiable_est_celui_de_l_adresse(clients, adresse, signees):
    numeros = signees(3)
    lot = {"annee": localdate().year, "du": numeros[0], "au": numeros[1]}
    octets = clients["secretariat"].get(adresse("visites:courriers-docx"), lot).content
    lus = [paragraphe.text for paragraphe in docx.Document(io.BytesIO(octets)).paragraphs]
    assert [texte for texte in lus if texte.startswith("N° ")] == [f"N° {localdate().year}-{rang:04d}" for rang in (1, 2)]
    assert Journal.objects.get(geste=Geste.IMPRESSION).nombre == 2


def test_lot_modifiable_vide_se_dit(clients, adresse):
    assert dits(clients["prefecture"].get(adresse("visites:courriers-odt"))) == ["Ce lot ne contient aucune lettre signée."]
