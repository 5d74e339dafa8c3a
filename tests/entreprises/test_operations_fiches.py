"""Tenir les fiches : doublons, versions, dirigeant unique, déports."""

import pytest

from entreprises.models import Contact, Deport, Entreprise
from entreprises.operations import (
    ajouter_entreprise,
    deporter,
    enregistrer_contact,
    modifier_entreprise,
    retirer_deport,
    supprimer_contact,
)
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Journal
from tests.factories import CompteRenduFactory, ContactFactory, DeportFactory, EntrepriseFactory, VisiteFactory

pytestmark = pytest.mark.django_db
SIRET = "00000001800010"


def gestes():
    return list(Journal.objects.order_by("pk").values_list("geste", "objet"))


def test_ajout_place_la_fiche_dans_le_reseau_du_membre(animateur):
    ajouter_entreprise(Entreprise(siret=SIRET, raison_sociale="Scierie de l’Œuvre"), par=animateur)
    fiche = Entreprise.objects.get()
    assert (fiche.reseau, fiche.recherche) == (animateur.reseau, f"scierie de l oeuvre / {SIRET}")
    assert gestes() == [("ajout", "entreprises.entreprise")]


def test_ajout_d_un_siret_connu_est_refuse(reseau, animateur):
    EntrepriseFactory(reseau=reseau, siret=SIRET)
    with pytest.raises(RegleEnfreinte, match="déjà dans le réseau"):
        ajouter_entreprise(Entreprise(siret=SIRET, raison_sociale="Double"), par=animateur)


def test_siret_d_un_autre_reseau_n_empeche_rien(animateur):
    EntrepriseFactory(siret=SIRET)
    ajouter_entreprise(Entreprise(siret=SIRET, raison_sociale="Ici"), par=animateur)
    assert Entreprise.objects.count() == 2


def test_ajout_simultane_du_meme_siret_se_dit_clairement(reseau, animateur, monkeypatch):
    """L'autre est passé entre la vérification et l'écriture : la contrainte de la base parle."""
    EntrepriseFactory(reseau=reseau, siret=SIRET)
    vide = Entreprise.objects.none()
    monkeypatch.setattr(Entreprise.objects, "filter", lambda **criteres: vide)
    with pytest.raises(RegleEnfreinte, match="déjà dans le réseau"):
        ajouter_entreprise(Entreprise(siret=SIRET, raison_sociale="Double"), par=animateur)


def test_modification_recalcule_la_recherche(reseau, animateur):
    fiche = EntrepriseFactory(reseau=reseau)
    fiche.raison_sociale, fiche.siret = "Nouveau nom", SIRET
    modifier_entreprise(fiche, par=animateur)
    fiche.refresh_from_db()
    assert (fiche.recherche, fiche.version) == (f"nouveau nom / {SIRET} vesoul", 2)


def test_modification_dépassée_est_refusée(reseau, animateur):
    fiche = EntrepriseFactory(reseau=reseau)
    modifier_entreprise(Entreprise.objects.get(), par=animateur)
    fiche.raison_sociale = "Écrasée"
    with pytest.raises(RegleEnfreinte, match="pendant que vous écriviez"):
        modifier_entreprise(fiche, par=animateur)


def test_modification_vers_un_siret_pris_est_refusee(reseau, animateur):
    EntrepriseFactory(reseau=reseau, siret=SIRET)
    fiche = EntrepriseFactory(reseau=reseau)
    fiche.siret = SIRET
    with pytest.raises(RegleEnfreinte, match="déjà dans le réseau"):
        modifier_entreprise(fiche, par=animateur)


def test_nouveau_dirigeant_remplace_l_ancien(animateur):
    ancien = ContactFactory(entreprise__reseau=animateur.reseau)
    nouveau = enregistrer_contact(Contact(entreprise=ancien.entreprise, nom="Neuf", dirigeant=True), par=animateur)
    assert list(Contact.objects.filter(dirigeant=True)) == [nouveau]
    assert gestes() == [("ajout", "entreprises.contact")]


def test_contact_ordinaire_laisse_le_dirigeant_en_place(animateur):
    dirigeant = ContactFactory(entreprise__reseau=animateur.reseau)
    enregistrer_contact(Contact(entreprise=dirigeant.entreprise, nom="Autre"), par=animateur)
    assert list(Contact.objects.filter(dirigeant=True)) == [dirigeant]


def test_contact_supprime_laisse_le_compte_rendu(reseau, animateur):
    contact = ContactFactory(entreprise__reseau=reseau)
    rendu = CompteRenduFactory(visite=VisiteFactory(reseau=reseau, entreprise=contact.entreprise, realisee=True), vu=contact)
    supprimer_contact(contact, par=animateur)
    rendu.refresh_from_db()
    assert (rendu.vu, Contact.objects.count()) == (None, 0)


def test_deport_retire_l_entreprise_des_yeux_du_membre(reseau, animateur, direct):
    fiche = EntrepriseFactory(reseau=reseau)
    deporter(Deport(entreprise=fiche, membre=direct, motif="Parenté", le="2026-03-02"), par=animateur)
    assert list(Entreprise.objects.visibles_par(direct)) == []


def test_deport_en_double_est_refuse(animateur, direct):
    deport = DeportFactory(entreprise__reseau=animateur.reseau, membre=direct)
    double = Deport(entreprise=deport.entreprise, membre=direct, motif="Encore", le="2026-03-02")
    with pytest.raises(RegleEnfreinte, match="déjà enregistré"):
        deporter(double, par=animateur)


def test_deport_retire_rend_la_vue(animateur, direct):
    deport = DeportFactory(entreprise__reseau=animateur.reseau, membre=direct)
    retirer_deport(deport, par=animateur)
    assert Entreprise.objects.visibles_par(direct).count() == 1
