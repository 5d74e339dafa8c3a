"""Les gestes de la lettre : composer, soumettre, signer, figer, imprimer, envoyer."""

import io
from datetime import date
from hashlib import sha256

import pikepdf
import pytest

from entreprises.models import Entreprise
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Compteur, Journal, LogoDInstitution, Signataire
from tests.factories import (
    JOUR,
    ContactFactory,
    CourrierFactory,
    InstitutionFactory,
    MembreFactory,
    ModeleDeCourrierFactory,
    VisiteFactory,
)
from tests.lib.papier import dessin
from visites import composition, courriers, operations, papier_des_lettres
from visites.enums import EtatCourrier, EtatVisite
from visites.models import Courrier, PdfFige, Visite

pytestmark = pytest.mark.django_db


@pytest.fixture
def programmee(reseau):
    return VisiteFactory(reseau=reseau, programmee=True)


def lettres_a_signer(reseau, combien):
    """Autant de lettres à la signature ; rend leur QuerySet."""
    developpeur = MembreFactory(reseau=reseau, nom="Tissot", prenom="Odile")
    for _ in range(combien):
        CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True, developpeur=developpeur), a_signer=True)
    return Courrier.objects.filter(reseau=reseau)


def nombre_de_pages(octets):
    with pikepdf.open(io.BytesIO(octets)) as pdf:
        return len(pdf.pages)


def preferences(octets):
    """Ce que le PDF demande au lecteur qui l'imprime."""
    with pikepdf.open(io.BytesIO(octets)) as pdf:
        return dict(pdf.Root.ViewerPreferences)


# Préparer


def test_preparer_ouvre_un_brouillon_et_un_seul(animateur, programmee):
    premier = courriers.preparer(programmee, par=animateur, le=JOUR)
    assert courriers.preparer(programmee, par=animateur, le=JOUR) == premier
    assert (premier.etat, premier.prepare_le, premier.reference) == (EtatCourrier.BROUILLON, JOUR, "")


@pytest.mark.parametrize(
    ("etat", "raison"),
    [
        (
            {"programmee": True, "entreprise__diffusible": False},
            "Entreprise non diffusible au répertoire SIRENE : aucune lettre ne lui est adressée.",
        ),
        ({}, "La visite n’est pas confiée à un développeur, ou n’est plus en cours."),
        ({"realisee": True}, "La visite n’est pas confiée à un développeur, ou n’est plus en cours."),
    ],
)
def test_preparer_dit_ce_qui_l_interdit(animateur, reseau, etat, raison):
    visite = VisiteFactory(reseau=reseau, **etat)
    with pytest.raises(RegleEnfreinte) as refus:
        courriers.preparer(visite, par=animateur, le=JOUR)
    assert str(refus.value) == f"{visite.entreprise} : {raison}"


def test_preparer_lot_explique_chaque_refus(animateur, reseau):
    permise = VisiteFactory(reseau=reseau, programmee=True)
    refusee = VisiteFactory(reseau=reseau, programmee=True, entreprise__diffusible=False)
    VisiteFactory(reseau=reseau, annoncee=True)
    bilan = courriers.preparer_lot(Visite.objects.filter(reseau=reseau), par=animateur, le=JOUR)
    assert [lettre.visite for lettre in bilan.faites] == [permise]
    assert [refus.split(" : ")[0] for refus in bilan.refus] == [str(refusee.entreprise)]
    assert Courrier.objects.get().visite == permise


def test_preparer_lot_deux_fois_n_ajoute_rien(animateur, programmee):
    visites = Visite.objects.filter(pk=programmee.pk)
    courriers.preparer_lot(visites, par=animateur, le=JOUR)
    assert courriers.preparer_lot(visites, par=animateur, le=JOUR).faites == []
    assert Courrier.objects.count() == 1


# Soumettre, rejeter


def test_soumettre_ne_prend_que_les_brouillons(animateur, reseau):
    brouillon = CourrierFactory(visite__reseau=reseau, visite__programmee=True, rejet="Prénom à vérifier")
    CourrierFactory(visite__reseau=reseau, visite__programmee=True, a_signer=True)
    assert courriers.soumettre(Courrier.objects.filter(reseau=reseau), par=animateur, le=JOUR) == 1
    brouillon.refresh_from_db()
    assert (brouillon.etat, brouillon.soumis_le, brouillon.rejet, brouillon.version) == ("a_signer", JOUR, "", 2)


def test_soumettre_rien_ne_laisse_pas_de_trace(animateur):
    assert courriers.soumettre(Courrier.objects.none(), par=animateur, le=JOUR) == 0
    assert not Journal.objects.exists()


def test_rejeter_renvoie_en_brouillon_avec_le_motif(prefecture, reseau):
    lettre = lettres_a_signer(reseau, 1).get()
    courriers.rejeter(lettre, motif="Prénom à vérifier", par=prefecture)
    lettre.refresh_from_db()
    assert (lettre.etat, lettre.soumis_le, lettre.rejet) == (EtatCourrier.BROUILLON, None, "Prénom à vérifier")


def test_rejeter_seulement_a_la_signature_et_avec_un_motif(prefecture, reseau):
    with pytest.raises(RegleEnfreinte):
        courriers.rejeter(CourrierFactory(visite__reseau=reseau), motif="Prénom à vérifier", par=prefecture)
    with pytest.raises(RegleEnfreinte):
        courriers.rejeter(lettres_a_signer(reseau, 1).a_signer().get(), motif=" ", par=prefecture)


# Signer


def test_signer_numerote_sans_trou_et_fige_le_texte(prefecture, reseau):
    lettres = lettres_a_signer(reseau, 3)
    assert courriers.signer(lettres, par=prefecture, le=JOUR) == range(1, 4)
    premiere = lettres.order_by("numero").first()
    assert (premiere.etat, premiere.reference, premiere.signe_le) == (EtatCourrier.SIGNEE, "2026-0001", JOUR)
    assert (premiere.signe_par, premiere.signataire) == (prefecture, Signataire.objects.get())
    assert premiere.contenu["numero"] == "2026-0001"
    assert premiere.contenu["datee_du"] == "2026-03-02"
    assert premiere.contenu["signataire_nom"] == "Aurore Lavigne"


def test_signer_continue_la_serie_de_l_annee(prefecture, reseau):
    courriers.signer(lettres_a_signer(reseau, 2), par=prefecture, le=JOUR)
    assert courriers.signer(lettres_a_signer(reseau, 2), par=prefecture, le=JOUR) == range(3, 5)
    assert courriers.signer(lettres_a_signer(reseau, 1), par=prefecture, le=date(2027, 1, 4)) == range(1, 2)


def test_signer_ne_touche_que_ce_qui_est_a_la_signature(prefecture, reseau):
    brouillon = CourrierFactory(visite__reseau=reseau, visite__programmee=True)
    assert len(courriers.signer(Courrier.objects.all(), par=prefecture, le=JOUR)) == 0
    brouillon.refresh_from_db()
    assert brouillon.etat == EtatCourrier.BROUILLON
    assert not Journal.objects.filter(geste=Geste.SIGNATURE).exists()


def test_signer_note_le_journal(prefecture, reseau):
    courriers.signer(lettres_a_signer(reseau, 3), par=prefecture, le=JOUR)
    ligne = Journal.objects.get(geste=Geste.SIGNATURE)
    assert (ligne.membre, ligne.nombre) == (prefecture, 3)


def test_signer_sans_signataire_en_fonction_est_refuse(prefecture, reseau):
    lettres = lettres_a_signer(reseau, 1)
    with pytest.raises(RegleEnfreinte) as refus:
        courriers.signer(lettres, par=prefecture, le=date(2019, 1, 1))
    assert str(refus.value) == "Aucun signataire n’est en fonction aujourd’hui : renseignez-le dans les paramètres."


def test_signer_retient_l_entreprise_devenue_non_diffusible(prefecture, reseau):
    lettres = lettres_a_signer(reseau, 2)
    retenue = lettres.order_by("pk").first()
    retenue.visite.entreprise.diffusible = False
    retenue.visite.entreprise.save()
    assert courriers.signer(lettres, par=prefecture, le=JOUR) == range(1, 2)
    retenue.refresh_from_db()
    raison = "Entreprise non diffusible au répertoire SIRENE : aucune lettre ne lui est adressée."
    assert (retenue.etat, retenue.rejet, retenue.numero) == (EtatCourrier.BROUILLON, raison, None)


def test_signer_retient_la_lettre_sans_adresse_et_la_liste_le_dit_avant(prefecture, reseau, clients, adresse):
    """La fenêtre de l'enveloppe ne porterait qu'un nom ; une voie inconnue, elle, s'écrit sans peine."""
    lettres = lettres_a_signer(reseau, 2)
    retenue, sans_voie = lettres.order_by("pk")
    Entreprise.objects.filter(visites__courriers=retenue).update(adresse="", code_postal="", ville="", commune=None)
    Entreprise.objects.filter(visites__courriers=sans_voie).update(adresse="", code_postal="")
    raison = "Aucune adresse postale : complétez la fiche de l’entreprise."
    for page in (adresse("visites:courriers"), adresse("visites:courrier", retenue.pk)):
        assert clients["prefecture"].get(page).content.decode().count(raison) == 1
    assert courriers.signer(lettres, par=prefecture, le=JOUR) == range(1, 2)
    retenue.refresh_from_db()
    assert (retenue.etat, retenue.rejet, retenue.numero) == (EtatCourrier.BROUILLON, raison, None)


def test_signer_un_texte_trop_long_ne_consomme_aucun_numero(prefecture, reseau):
    ModeleDeCourrierFactory(reseau=reseau, corps="\n".join(["Une phrase bien trop longue. " * 40] * 6), par_defaut=True)
    with pytest.raises(RegleEnfreinte) as refus:
        courriers.signer(lettres_a_signer(reseau, 2), par=prefecture, le=JOUR)
    assert "dépasse une page : raccourcissez son texte, ou rejetez-la" in str(refus.value)
    assert not Courrier.objects.exclude(numero=None).exists()
    assert not Compteur.objects.filter(dernier__gt=0).exists()


def test_signer_eprouve_la_plus_haute_et_non_la_plus_longue(prefecture, reseau):
    """Un pavé qui tient, plus de caractères ; soixante alinéas d'un mot, qui ne tiennent pas."""
    lettres = lettres_a_signer(reseau, 2)
    for courrier, paragraphes in zip(lettres, (["Un texte dense qui remplit la page. " * 40], ["Bonjour."] * 60), strict=True):
        courrier.correction = {"objet": "O", "paragraphes": paragraphes, "politesse": "Salut."}
        courrier.correction["faits"] = composition.valeurs(courrier)
        courrier.save()
    with pytest.raises(RegleEnfreinte, match="dépasse une page"):
        courriers.signer(lettres, par=prefecture, le=JOUR)
    assert not Courrier.objects.exclude(numero=None).exists()


@pytest.mark.parametrize("combien", [1, 3, 30])
def test_signer_en_un_nombre_de_requetes_constant(prefecture, reseau, requetes, combien):
    lettres = lettres_a_signer(reseau, combien)
    Compteur.objects.create(reseau=reseau, serie="lettre", annee=2026)
    assert requetes(lambda: courriers.signer(lettres, par=prefecture, le=JOUR)) == 13


def test_lettre_signee_ne_change_plus_avec_l_entreprise(prefecture, reseau):
    lettre = lettres_a_signer(reseau, 1).get()
    courriers.signer(Courrier.objects.all(), par=prefecture, le=JOUR)
    lettre.refresh_from_db()
    avant = papier_des_lettres.papier(lettre, le=JOUR)
    lettre.visite.entreprise.raison_sociale = "Autre nom"
    lettre.visite.entreprise.save()
    papier_des_lettres.figer(Courrier.objects.all())
    assert papier_des_lettres.papier(lettre, le=JOUR) == avant


# Un texte corrigé vaut pour qui il nomme


@pytest.fixture
def corrigee(reseau, animateur):
    """Une lettre à la signature, dont le texte corrigé nomme son développeur."""
    courrier = lettres_a_signer(reseau, 1).get()
    texte = {"objet": "Objet", "paragraphes": ["Mme Odile Tissot vous appellera."], "politesse": "Salut."}
    correction = texte | {"faits": composition.valeurs(courrier)}
    return courriers.corriger(courrier, modele=None, correction=correction, par=animateur)


def test_texte_corrige_encore_juste_se_signe(corrigee, prefecture):
    assert courriers.signer(Courrier.objects.all(), par=prefecture, le=JOUR) == range(1, 2)
    assert Courrier.objects.get().contenu["paragraphes"] == ["Mme Odile Tissot vous appellera."]


def test_texte_corrige_pour_un_autre_developpeur_ne_se_signe_ni_ne_se_soumet(corrigee, animateur, prefecture, reseau):
    operations.affecter(corrigee.visite, MembreFactory(reseau=reseau, nom="Autre"), par=animateur, le=JOUR)
    assert len(courriers.signer(Courrier.objects.all(), par=prefecture, le=JOUR)) == 0
    lettre = Courrier.objects.get()
    assert (lettre.etat, lettre.numero) == (EtatCourrier.BROUILLON, None)
    assert "relisez-le, ou reprenez le modèle" in lettre.rejet
    assert courriers.soumettre(Courrier.objects.all(), par=animateur, le=JOUR) == 0


def test_texte_corrige_se_relit_si_le_dirigeant_change_de_civilite(corrigee):
    ContactFactory(entreprise=corrigee.visite.entreprise, dirigeant=True, civilite="Mme")
    relue = Courrier.objects.select_related("visite__entreprise").get()
    assert "« Madame, Monsieur » est devenu « Madame »" in composition.a_relire(relue)


def test_texte_corrige_sans_faits_connus_se_relit(corrigee):
    del corrigee.correction["faits"]
    assert "relisez-le" in composition.a_relire(corrigee)


def test_changer_de_developpeur_previent_que_le_texte_corrige_sera_a_relire(corrigee):
    assert "il sera à relire avant la signature" in courriers.ce_qu_annonce(corrigee.visite)


# Figer, imprimer


def test_figer_par_paquets_puis_reprendre(prefecture, reseau):
    lettres = lettres_a_signer(reseau, 3)
    courriers.signer(lettres, par=prefecture, le=JOUR)
    assert papier_des_lettres.figer(lettres, combien=2) == 2
    assert lettres.a_figer().get().numero == 3
    assert papier_des_lettres.figer(lettres, combien=2) == 1
    assert papier_des_lettres.figer(lettres, combien=2) == 0


def test_figer_garde_l_empreinte_du_papier(prefecture, reseau):
    lettres = lettres_a_signer(reseau, 1)
    courriers.signer(lettres, par=prefecture, le=JOUR)
    papier_des_lettres.figer(lettres)
    fige = PdfFige.objects.get()
    assert fige.empreinte == sha256(bytes(fige.pdf)).hexdigest()


def test_figer_saute_la_lettre_impossible(prefecture, reseau):
    lettres = lettres_a_signer(reseau, 2)
    courriers.signer(lettres, par=prefecture, le=JOUR)
    impossible = lettres.get(numero=1)
    impossible.contenu["paragraphes"] = ["Une phrase bien trop longue. " * 400]
    impossible.save()
    assert papier_des_lettres.figer(lettres) == 1
    assert lettres.a_figer().get() == impossible
    assert list(papier_des_lettres.manquantes(lettres)) == [impossible]
    with papier_des_lettres.imprimer(lettres) as fichier:
        assert nombre_de_pages(fichier.read()) == 1


def test_imprimer_une_page_par_lettre(prefecture, reseau):
    lettres = lettres_a_signer(reseau, 3)
    courriers.signer(lettres, par=prefecture, le=JOUR)
    papier_des_lettres.figer(lettres)
    with papier_des_lettres.imprimer(lettres) as fichier:
        assert nombre_de_pages(fichier.read()) == 3


def test_lettre_seule_et_lot_demandent_le_recto_simple_a_la_taille_reelle(prefecture, reseau):
    lettres = lettres_a_signer(reseau, 2)
    brouillon = papier_des_lettres.papier(lettres.first(), le=JOUR)
    courriers.signer(lettres, par=prefecture, le=JOUR)
    papier_des_lettres.figer(lettres)
    with papier_des_lettres.imprimer(lettres) as lot:
        papiers = [brouillon, papier_des_lettres.papier(lettres.first(), le=JOUR), lot.read()]
    attendues = {"/DisplayDocTitle": True, "/Duplex": pikepdf.Name.Simplex, "/PrintScaling": pikepdf.Name("/None")}
    assert [preferences(papier) for papier in papiers] == [attendues] * 3


def test_imprimer_rien_se_dit(reseau):
    with pytest.raises(RegleEnfreinte):
        papier_des_lettres.imprimer(Courrier.objects.filter(reseau=reseau))
    with pytest.raises(RegleEnfreinte):
        papier_des_lettres.imprimer_brouillons(Courrier.objects.filter(reseau=reseau), le=JOUR)


def test_papier_d_une_lettre_signee_n_ecrit_rien(prefecture, reseau):
    lettre = lettres_a_signer(reseau, 1).get()
    courriers.signer(Courrier.objects.all(), par=prefecture, le=JOUR)
    lettre.refresh_from_db()
    assert nombre_de_pages(papier_des_lettres.papier(lettre, le=JOUR)) == 1
    assert not PdfFige.objects.exists()


def test_lettre_porte_les_logos_deposes_par_les_institutions(reseau, prefecture):
    ouverte = InstitutionFactory(reseau=reseau, sigle="CCI")
    LogoDInstitution.objects.create(institution=ouverte, image=dessin())
    fermee = InstitutionFactory(reseau=reseau, sigle="FERMEE", fermee_le=JOUR)
    LogoDInstitution.objects.create(institution=fermee, image=dessin())
    courrier = CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True), a_signer=True)
    assert list(composition.apercu(courrier, le=JOUR).logos_institutions) == ["CCI"]
    courriers.signer(Courrier.objects.all(), par=prefecture, le=JOUR)
    assert list(composition.apercu(Courrier.objects.get(), le=JOUR).logos_institutions) == ["CCI"]


def test_apercu_d_un_brouillon_n_a_ni_numero_ni_date(reseau):
    ContactFactory(entreprise=(visite := VisiteFactory(reseau=reseau, programmee=True)).entreprise)
    InstitutionFactory(reseau=reseau, sigle="FERMEE", fermee_le=JOUR)
    lettre = composition.apercu(CourrierFactory(visite=visite), le=JOUR)
    assert (lettre.numero, lettre.datee_du, lettre.appel, lettre.signature) == (None, None, "Monsieur", b"")
    assert "FERMEE" not in lettre.institutions
    assert lettre.adresse[1] == "M. ACHILLE FICTIF"


# Envoyer


def test_envoyer_annonce_les_visites(animateur, prefecture, reseau):
    lettres = lettres_a_signer(reseau, 2)
    courriers.signer(lettres, par=prefecture, le=JOUR)
    assert courriers.envoyer(lettres, par=animateur, le=JOUR) == 2
    assert set(lettres.values_list("etat", "envoye_le")) == {(EtatCourrier.ENVOYEE, JOUR)}
    assert set(Visite.objects.values_list("etat", "annoncee_le")) == {(EtatVisite.ANNONCEE, JOUR)}


def test_envoyer_une_lettre_dont_la_visite_est_sortie_n_y_change_rien(animateur, prefecture, reseau):
    lettres = lettres_a_signer(reseau, 1)
    courriers.signer(lettres, par=prefecture, le=JOUR)
    Visite.objects.update(etat=EtatVisite.ANNULEE, annulee_le=JOUR)
    assert courriers.envoyer(lettres, par=animateur, le=JOUR) == 1
    assert Visite.objects.get().etat == EtatVisite.ANNULEE


def test_envoyer_ne_prend_que_les_signees(animateur, reseau):
    lettres = lettres_a_signer(reseau, 1)
    assert courriers.envoyer(lettres, par=animateur, le=JOUR) == 0
    assert Visite.objects.get().etat == EtatVisite.PROGRAMMEE


@pytest.mark.parametrize("combien", [1, 3, 30])
def test_envoyer_en_un_nombre_de_requetes_constant(animateur, prefecture, reseau, requetes, combien):
    lettres = lettres_a_signer(reseau, combien)
    courriers.signer(lettres, par=prefecture, le=JOUR)
    assert requetes(lambda: courriers.envoyer(lettres, par=animateur, le=JOUR)) == 7


@pytest.mark.parametrize("combien", [1, 3, 30])
def test_preparer_lot_en_un_nombre_de_requetes_constant(animateur, reseau, requetes, combien):
    for _ in range(combien):
        VisiteFactory(reseau=reseau, programmee=True)
    visites = Visite.objects.filter(reseau=reseau)
    assert requetes(lambda: courriers.preparer_lot(visites, par=animateur, le=JOUR)) == 5
