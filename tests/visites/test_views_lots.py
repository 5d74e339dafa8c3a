"""Les lots de lettres : préparer, soumettre, signer, figer, imprimer, envoyer."""

import io

import docx
import pikepdf
import pytest
from django.utils.timezone import localdate

from entreprises.models import Entreprise
from reseau.enums import Geste
from reseau.lib import progression
from reseau.models import Journal
from tests.factories import CourrierFactory, DeportFactory, ReseauFactory, VisiteFactory
from tests.lib.archive import manques
from tests.lib.papier import objets, textes
from tests.visites.conftest import dits
from visites import papier_des_lettres
from visites.enums import EtatCourrier, EtatVisite
from visites.models import Courrier, PdfFige, Visite

pytestmark = pytest.mark.django_db
LOTS = ["visites:courriers-soumettre", "visites:courriers-signer", "visites:courriers-figer", "visites:courriers-envoyer"]


def etats(*lettres):
    return [Courrier.objects.get(pk=lettre.pk).etat for lettre in lettres]


def pages(octets):
    with pikepdf.open(io.BytesIO(octets)) as pdf:
        return len(pdf.pages)


def caracteres(octets, page):
    """Ceux de la page dans l'ordre où elle les trace : un filigrane est tourné, et ne se lit pas en lignes."""
    return "".join(objet[5] for objet in objets(octets, page) if objet[0] == "char")


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


def test_figer_avance_par_paquets_jusqu_au_bout(clients, adresse, signees, monkeypatch):
    monkeypatch.setattr(papier_des_lettres, "PAQUET", 8)
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
    papier_des_lettres.figer(Courrier.objects.all(), combien=1)
    page = clients["prefecture"].get(adresse("visites:courriers-figer")).context
    assert (page["nombre"], page["restent"]) == (3, 2)


def test_figer_sans_javascript_revient_a_la_page(clients, adresse, signees):
    signees(1)
    page = adresse("visites:courriers-figer")
    assert clients["prefecture"].post(f"{page}?campagne=&total=1").url == f"{page}?campagne="
    assert PdfFige.objects.count() == 1


@pytest.fixture
def impossible(signees):
    """La deuxième de trois lettres signées ne tient pas sur sa page."""
    signees(3)
    lettre = Courrier.objects.get(numero=2)
    lettre.contenu["paragraphes"] = ["Une phrase bien trop longue. " * 400]
    lettre.save()
    return lettre


@pytest.mark.usefixtures("impossible")
def test_figer_une_lettre_impossible_s_arrete_en_le_disant(clients, adresse):
    page = adresse("visites:courriers-figer")
    clients["prefecture"].post(page)
    etat = clients["prefecture"].post(page, headers={"Accept": "application/json"}).json()
    assert (etat["fini"], etat["suite"]) == (True, f"{page}?incomplet=oui")
    assert etat["texte"] == "1\u00a0lettre ne se met pas en page : le texte est trop long."
    assert clients["prefecture"].post(page).url == f"{page}?incomplet=oui"


def test_lot_incomplet_nomme_ce_qui_manque_et_imprime_le_reste(clients, adresse, impossible):
    page, pdf = adresse("visites:courriers-figer"), adresse("visites:courriers-pdf")
    clients["prefecture"].post(page)
    texte = clients["prefecture"].get(page, {"incomplet": "oui"}).content.decode()
    assert "1\u00a0lettre manque au PDF" in texte
    assert f"N° {impossible.reference}, {impossible.visite.entreprise}</a>" in texte
    assert f'href="{pdf}?incomplet=oui">Télécharger le PDF (2\u00a0pages)</a>' in texte
    assert clients["prefecture"].get(pdf).url == f"{page}?"
    response = clients["prefecture"].get(pdf, {"incomplet": "oui"})
    assert pages(response.getvalue()) == 2
    assert Journal.objects.get(geste=Geste.IMPRESSION).nombre == 2


def test_lot_dont_rien_ne_se_compose_ne_propose_pas_de_pdf(clients, adresse, impossible):
    choix = {"courrier": impossible.pk, "incomplet": "oui"}
    texte = clients["prefecture"].get(adresse("visites:courriers-figer"), choix).content.decode()
    assert ("1\u00a0lettre manque au PDF" in texte, "Télécharger le PDF" in texte) == (True, False)


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
    papier_des_lettres.figer(Courrier.objects.all())
    lot = {"annee": localdate().year, "du": numeros[0], "au": numeros[1]}
    response = clients["secretariat"].get(adresse("visites:courriers-pdf"), lot)
    assert pages(response.getvalue()) == 2
    ligne = Journal.objects.get(geste=Geste.IMPRESSION)
    assert (ligne.membre, ligne.nombre) == (membres["secretariat"], 2)


def test_lettres_a_signer_se_lisent_en_un_seul_pdf_filigrane_et_se_notent(clients, adresse, lettre, membres):
    """Dans l'ordre du parapheur ; ni la lettre en brouillon, ni celle d'à côté n'y sont."""
    a_signer = [lettre(a_signer=True) for _ in range(2)]
    for courrier, nom in zip(a_signer, ["Zinguerie", "Ateliers"], strict=True):
        Entreprise.objects.filter(pk=courrier.visite.entreprise_id).update(raison_sociale=nom)
    lettre()
    response = clients["prefecture"].get(adresse("visites:courriers-brouillons-pdf"))
    octets = response.getvalue()
    assert [nom in page for nom, page in zip(["ATELIERS", "ZINGUERIE"], textes(octets), strict=True)] == [True, True]
    assert [caracteres(octets, page).count("brouillon") for page in (0, 1)] == [1, 1]
    ligne = Journal.objects.get(geste=Geste.IMPRESSION)
    assert (ligne.membre, ligne.objet, ligne.nombre) == (membres["prefecture"], "lettres en brouillon", 2)
    assert etats(*a_signer) == ["a_signer", "a_signer"]


def test_lettres_a_signer_suivent_les_filtres_ou_la_selection(clients, adresse, lettre, membres):
    cochees = [lettre(a_signer=True), lettre()]
    lettre(a_signer=True)
    page = adresse("visites:courriers-brouillons-pdf")
    assert pages(clients["prefecture"].get(page, {"courrier": [courrier.pk for courrier in cochees]}).getvalue()) == 2
    assert pages(clients["prefecture"].get(page, {"developpeur": membres["direct"].pk}).getvalue()) == 2
    assert dits(clients["prefecture"].get(page, {"etat": "brouillon"})) == ["Aucune lettre en brouillon à imprimer."]


def test_lettres_a_signer_d_un_direct_sont_les_siennes(clients, adresse, lettre, reseau):
    lettre(a_signer=True)
    autre = CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True), a_signer=True)
    page = adresse("visites:courriers-brouillons-pdf")
    assert pages(clients["direct"].get(page).getvalue()) == 1
    assert clients["direct"].get(page, {"courrier": autre.pk}).status_code == 404


@pytest.mark.parametrize("cle", ["x", "9" * 40, None])
def test_lettres_a_signer_que_l_on_ne_voit_pas_sont_introuvables(clients, adresse, cle):
    ailleurs = CourrierFactory(visite__reseau=ReseauFactory(), visite__programmee=True, a_signer=True)
    choix = {"courrier": cle or ailleurs.pk}
    assert clients["prefecture"].get(adresse("visites:courriers-brouillons-pdf"), choix).status_code == 404


def test_lettre_a_signer_trop_longue_laisse_passer_les_autres_et_se_nomme(clients, adresse, lettre):
    lettre(a_signer=True)
    longue = lettre(a_signer=True)
    longue.correction = {"objet": "Objet", "paragraphes": ["Une phrase bien trop longue. " * 400], "politesse": "Salut."}
    longue.save()
    octets = clients["prefecture"].get(adresse("visites:courriers-brouillons-pdf")).getvalue()
    composee, absentes = textes(octets)
    assert ("Vesoul, le …" in composee, "Objet" in absentes) == (True, False)
    assert (f"{longue.visite.entreprise} {longue.visite.developpeur}" in absentes, manques(octets)) == (True, [])


def test_lettres_a_signer_de_plus_d_un_fichier_se_filtrent_d_abord(clients, adresse, lettre, monkeypatch):
    monkeypatch.setattr(papier_des_lettres, "TRANCHE", 1)
    [lettre(a_signer=True) for _ in range(2)]
    refus = "Un fichier porte 1 lettres au plus : filtrez par campagne ou par développeur."
    assert dits(clients["prefecture"].get(adresse("visites:courriers-brouillons-pdf"))) == [refus]


def test_lettres_a_signer_disent_leur_avancement(clients, adresse, lettre, prefecture, monkeypatch):
    lettre(a_signer=True)
    dit = []
    monkeypatch.setattr(progression, "_ecrire", lambda chemin, etat: dit.append(etat))
    clients["prefecture"].get(adresse("visites:courriers-brouillons-pdf"), {"jeton": "un-jeton"}).close()
    assert dit == [{"fait": 1, "total": 1, "etape": ""}]


def test_lettres_a_signer_se_lisent_en_un_nombre_de_requetes_constant(clients, adresse, lettre, constantes):
    page = adresse("visites:courriers-brouillons-pdf")
    lettre(a_signer=True)
    assert constantes(lambda: clients["prefecture"].get(page).getvalue(), lambda: lettre(a_signer=True), (1, 3, 9)) == 12


def test_parapheur_dit_combien_de_lettres_se_telechargent(clients, adresse, lettre, campagne):
    page = adresse("visites:courriers")
    assert "fr-link--download" not in clients["prefecture"].get(page).content.decode()
    [lettre(a_signer=True) for _ in range(2)]
    texte = clients["direct"].get(page, {"campagne": campagne.pk, "tri": "entreprise"}).content.decode()
    assert f'href="{adresse("visites:courriers-brouillons-pdf")}?campagne={campagne.pk}"' in texte
    assert "2\u00a0lettres à signer" in texte


def test_un_lot_de_plus_de_500_s_imprime_en_plusieurs_fichiers(clients, adresse, signees, monkeypatch):
    monkeypatch.setattr(papier_des_lettres, "TRANCHE", 2)
    signees(3)
    papier_des_lettres.figer(Courrier.objects.all())
    page = clients["prefecture"].get(adresse("visites:courriers-figer"))
    assert page.context["tranches"] == [(1, 1, 2), (2, 3, 3)]
    for rang, nombre in (("", 2), ("1", 2), ("2", 1)):
        response = clients["prefecture"].get(adresse("visites:courriers-pdf"), {"tranche": rang})
        assert pages(response.getvalue()) == nombre


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


def test_lot_modifiable_est_celui_de_l_adresse(clients, adresse, signees):
    numeros = signees(3)
    lot = {"annee": localdate().year, "du": numeros[0], "au": numeros[1]}
    octets = clients["secretariat"].get(adresse("visites:courriers-docx"), lot).content
    lus = [paragraphe.text for paragraphe in docx.Document(io.BytesIO(octets)).paragraphs]
    assert [texte for texte in lus if texte.startswith("N° ")] == [f"N° {localdate().year}-{rang:04d}" for rang in (1, 2)]
    assert Journal.objects.get(geste=Geste.IMPRESSION).nombre == 2


def test_lot_modifiable_vide_se_dit(clients, adresse):
    assert dits(clients["prefecture"].get(adresse("visites:courriers-odt"))) == ["Ce lot ne contient aucune lettre signée."]
