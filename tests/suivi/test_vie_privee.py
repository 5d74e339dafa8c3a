"""Les droits des personnes chez l'animateur : une demande, un dossier composé pour son lecteur, un effacement, une purge."""

from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now

from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.identite import Identite
from reseau.models import Journal, Membre, Utilisateur
from suivi.models import DemandeDeDroit
from suivi.operations import purges
from suivi.operations.anonymisations import anonymiser, anonymiser_un_membre
from suivi.operations.effacements import GARDER, PHRASES, effacer
from suivi.views.vie_privee import DU_RESEAU
from tests.factories import (
    AbsenceFactory,
    CompteRenduFactory,
    ContactFactory,
    DemandeDeDroitFactory,
    DemandeDeVisiteFactory,
    DeportFactory,
    EntrepriseFactory,
    InstitutionFactory,
    MembreFactory,
    SollicitationFactory,
    VisiteFactory,
)
from tests.lib.jetons import ligne_du_journal
from visites.models import CompteRendu, PartieReservee

pytestmark = pytest.mark.django_db
QUI = {"nom": "Fictive", "prenom": "Ombeline"}


@pytest.fixture
def rendu(reseau, direct):
    """Une visite où l'on a vu Ombeline Fictive, et ce qu'on en a écrit."""
    visite = VisiteFactory(reseau=reseau, realisee=True, developpeur=direct)
    contact = ContactFactory(entreprise=visite.entreprise, **QUI, courriel="ombeline@exemple.fr")
    texte = "Ombeline Fictive vend. L’atelier tourne."
    return CompteRenduFactory(visite=visite, termine=True, vu=contact, entendu=texte)


@pytest.fixture
def demande(reseau, animateur):
    return DemandeDeDroitFactory(reseau=reseau, ouverte_par=animateur, **QUI)


def adresse(demande, nom="droit"):
    return reverse(f"suivi:{nom}", args=[demande.reseau.slug, demande.pk])


def effacer_tout(reseau, animateur, choix=None, **qui):
    return effacer(reseau, Identite.de(**(qui or QUI)), par=animateur, instant=now(), le=localdate(), choix=choix)


def test_chercher_ouvre_une_demande_et_le_nom_reste_hors_de_l_adresse(clients, reseau):
    donnees = {"droit": "acces", "recue_le": "2026-03-02", **QUI, "courriel": "", "telephone": ""}
    response = clients["animateur"].post(reverse("suivi:droits", args=[reseau.slug]), donnees)
    demande = DemandeDeDroit.objects.get()
    assert (response.url, demande.qui) == (adresse(demande), "Ombeline Fictive")


def test_demande_dit_au_moins_un_nom_un_courriel_ou_un_numero(clients, reseau):
    donnees = {"droit": "acces", "recue_le": "2026-03-02", "prenom": "", "nom": "", "courriel": "", "telephone": ""}
    page = clients["animateur"].post(reverse("suivi:droits", args=[reseau.slug]), donnees).content.decode()
    assert ("Donnez au moins un nom" in page, DemandeDeDroit.objects.exists()) == (True, False)


def test_dossier_montre_le_texte_entier_et_ou_corriger(clients, demande, rendu):
    page = clients["animateur"].get(adresse(demande)).content.decode()
    assert rendu.entendu in page
    assert reverse("entreprises:contact-modifier", args=[demande.reseau.slug, rendu.vu_id]) in page


def test_dossier_tait_ce_dont_son_lecteur_se_deporte(clients, demande, rendu, animateur):
    DeportFactory(entreprise=rendu.visite.entreprise, membre=animateur)
    page = clients["animateur"].get(adresse(demande)).content.decode()
    assert (rendu.entendu in page, "Un adjoint en remettra le complément" in page) == (False, True)


def test_dossier_tait_la_partie_reservee_a_une_institution_regalienne(clients, demande, rendu, animateur):
    PartieReservee.objects.create(compte_rendu=rendu, texte="Ombeline Fictive hésite.")
    Membre.objects.filter(pk=animateur.pk).update(institution=InstitutionFactory(reseau=demande.reseau, regalienne=True))
    assert "hésite" not in clients["animateur"].get(adresse(demande)).content.decode()


def test_dossier_remis_ne_porte_aucun_nom_dans_son_nom(clients, demande, rendu):
    response = clients["animateur"].get(adresse(demande, "droit-exporter"))
    assert response.headers["Content-Disposition"] == f'attachment; filename="dossier-{demande.pk}.zip"'
    with ZipFile(BytesIO(response.content)) as archive:
        assert archive.namelist() == ["dossier.pdf", "dossier.json"]


def test_reponse_type_est_un_document_a_retoucher(clients, demande):
    response = clients["animateur"].get(adresse(demande, "droit-reponse"))
    with ZipFile(BytesIO(response.content)) as archive:
        assert "Ombeline Fictive" in archive.read("word/document.xml").decode()


def test_effacer_demande_deux_confirmations(clients, demande, rendu):
    clients["animateur"].post(adresse(demande, "droit-effacer"), {"confirmation": "oui", "verifiee": "on"})
    clients["animateur"].post(adresse(demande, "droit-effacer"), {"confirmation": "EFFACER"})
    assert CompteRendu.objects.get(pk=rendu.pk).entendu == rendu.entendu


def test_effacee_la_demande_ne_garde_que_des_nombres(clients, demande, rendu):
    envoi = {"confirmation": "EFFACER", "verifiee": "on"}
    assert clients["animateur"].post(adresse(demande, "droit-effacer"), envoi).url == adresse(demande)
    demande.refresh_from_db()
    assert (demande.qui, demande.bilan, demande.traitee) == ("", {"fiches": 1, "textes": 1, "papiers": 0}, True)
    assert CompteRendu.objects.get(pk=rendu.pk).entendu == "[effacé] L’atelier tourne."
    assert Journal.objects.filter(geste="effacement").values_list("precision", flat=True).get() == "1 fiches, 1 textes, 0 papiers"


def test_effacement_va_jusque_la_ou_l_animateur_ne_lit_pas(clients, demande, rendu, animateur):
    DeportFactory(entreprise=rendu.visite.entreprise, membre=animateur)
    clients["animateur"].post(adresse(demande, "droit-effacer"), {"confirmation": "EFFACER", "verifiee": "on"})
    assert CompteRendu.objects.get(pk=rendu.pk).entendu == "[effacé] L’atelier tourne."


def test_demande_close_ne_se_rouvre_ni_ne_s_exporte(clients, demande):
    clients["animateur"].post(adresse(demande, "droit-clore"))
    demande.refresh_from_db()
    assert (demande.nom, clients["animateur"].get(adresse(demande, "droit-exporter")).status_code) == ("", 404)


def test_homonyme_ailleurs_reste_sauf_si_l_on_tranche(reseau, animateur, rendu):
    ailleurs = SollicitationFactory(entreprise=EntrepriseFactory(reseau=reseau), precision="Mme Fictive a rappelé.")
    effacer_tout(reseau, animateur, {f"entreprises.sollicitation-{ailleurs.pk}-precision": GARDER})
    ailleurs.refresh_from_db()
    garde = ailleurs.precision
    effacer_tout(reseau, animateur, {f"entreprises.sollicitation-{ailleurs.pk}-precision": PHRASES})
    ailleurs.refresh_from_db()
    assert (garde, ailleurs.precision) == ("Mme Fictive a rappelé.", "[effacé]")


def test_membre_en_fonction_ne_s_efface_pas(reseau, animateur, direct):
    with pytest.raises(RegleEnfreinte, match="datez d’abord son départ"):
        effacer_tout(reseau, animateur, nom=direct.nom, prenom=direct.prenom)


def test_membre_parti_perd_son_nom_et_son_compte(reseau):
    parti = MembreFactory(reseau=reseau, entre_le=date(2001, 1, 1), parti_le=date(2020, 1, 1), telephone="03 84 00 00 00")
    AbsenceFactory(membre=parti)
    anonymiser_un_membre(parti, le=localdate())
    relu = Membre.objects.get(pk=parti.pk)
    compte = Utilisateur.objects.get(pk=parti.utilisateur_id)
    assert (str(relu), relu.telephone, relu.absences.count()) == (f"Ancien membre n° {relu.pk}", "", 0)
    assert (compte.is_active, compte.email.endswith(purges.FERME), compte.has_usable_password()) == (False, True, False)


def test_membre_d_un_autre_reseau_garde_son_compte(reseau):
    parti = MembreFactory(reseau=reseau, entre_le=date(2001, 1, 1), parti_le=date(2020, 1, 1))
    MembreFactory(utilisateur=parti.utilisateur)
    anonymiser_un_membre(parti, le=localdate())
    assert Utilisateur.objects.get(pk=parti.utilisateur_id).is_active


def test_entreprise_anonymisee_ne_se_sollicite_plus(reseau, rendu):
    entreprise = rendu.visite.entreprise
    anonymiser([entreprise.pk], instant=now())
    entreprise.refresh_from_db()
    assert (entreprise.sollicitable(localdate()), entreprise.contacts.count()) == (False, 0)
    assert entreprise.raison_sociale == f"Entreprise anonymisée n° {entreprise.pk}"


def test_purge_se_confirme_en_toutes_lettres(clients, reseau, animateur):
    ligne = ligne_du_journal(now() - timedelta(days=400), reseau=reseau, membre=animateur)
    page = reverse("suivi:conservation", args=[reseau.slug])
    clients["animateur"].post(page, {"confirmation": "oui"})
    assert Journal.objects.filter(pk=ligne.pk).exists()
    clients["animateur"].post(page, {"confirmation": "PURGER"})
    assert not Journal.objects.filter(pk=ligne.pk).exists()


def test_purge_va_par_paquets_chacun_sa_ligne_au_journal(reseau, animateur, monkeypatch):
    monkeypatch.setattr(purges, "PAQUET", 2)
    for _ in range(5):
        DemandeDeVisiteFactory(reseau=reseau, a_confirmer=True)
    assert purges.purger(DU_RESEAU, reseau, instant=now(), par=animateur) == {"demande_a_confirmer": 5}
    assert list(Journal.objects.filter(objet="purge").order_by("pk").values_list("nombre", flat=True)) == [2, 2, 1]


def test_page_publique_dit_chaque_duree(client):
    page = client.get(reverse("reseau:confidentialite")).content.decode()
    assert (
        "Journal de lecture" in page,
        "à ne plus être sollicité" in page.replace("<strong>", "").replace("</strong>", ""),
    ) == (
        True,
        True,
    )
