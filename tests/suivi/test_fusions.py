"""Fusionner deux fiches sans rien perdre, et défaire : la base redevient celle d'avant."""

from datetime import date

import pytest
from django.apps import apps
from django.db.models import F

from entreprises.models import (
    Acces,
    Changement,
    Concurrence,
    Contact,
    Deport,
    Document,
    Entreprise,
    Etiquette,
    LigneDeCible,
    Sollicitation,
)
from entreprises.operations import enregistrer_contact, importer
from reseau.lib.erreurs import RegleEnfreinte
from suivi import operations
from suivi.models import Doublon, Fusion
from suivi.operations.fusions import APPARIENT, BLOCS, DEMEURENT, PROPRES, SUIVENT
from tests.donnees.fabrique import siret
from tests.entreprises.donnees_d_import import fichier, ligne
from tests.factories import (
    AccesFactory,
    CibleFactory,
    ContactFactory,
    DeportFactory,
    EntrepriseFactory,
    ImportFactory,
    InstitutionFactory,
    LigneDeCibleFactory,
    VisiteFactory,
)
from visites.models import Visite
from visites.operations import annuler

TABLES = [cle.rpartition(".")[0] for cle in [*SUIVENT, *APPARIENT]]


@pytest.fixture
def gardee(reseau):
    return EntrepriseFactory(reseau=reseau, telephone="", effectif=None)


@pytest.fixture
def absorbee(reseau):
    return EntrepriseFactory(reseau=reseau, telephone="03 84 00 00 00", effectif=12, enseigne="L’autre enseigne")


@pytest.fixture
def charge(gardee, absorbee, reseau, membres, animateur):
    """De tout sur les deux fiches, doubles compris."""
    institution = InstitutionFactory(reseau=reseau)
    cible, depot, etiquette = (
        CibleFactory(reseau=reseau, decidee=True),
        ImportFactory(reseau=reseau),
        Etiquette(reseau=reseau, nom="Bois"),
    )
    etiquette.save()
    autre = EntrepriseFactory(reseau=reseau)
    for fiche in (gardee, absorbee):
        VisiteFactory(reseau=reseau, entreprise=fiche, realisee=True)
        ContactFactory(entreprise=fiche)
        AccesFactory(entreprise=fiche, membre=membres["associe"])
        DeportFactory(entreprise=fiche, membre=membres["secretariat"])
        LigneDeCibleFactory(cible=cible, entreprise=fiche, motif_d_ecart="" if fiche is absorbee else "Fermée, croyait-on")
        Document.objects.create(entreprise=fiche, membre=animateur, nom="plan.pdf", contenu=b"%PDF-1.4", taille=8)
        Changement.objects.create(depot=depot, entreprise=fiche, genre="effectif")
        Sollicitation.objects.create(reseau=reseau, entreprise=fiche, institution=institution, le=date(2026, 1, 5))
        fiche.etiquettes.add(etiquette)
        paire = sorted([fiche.pk, autre.pk])
        Concurrence.objects.create(reseau=reseau, entreprise_id=paire[0], concurrente_id=paire[1], motif="Même marché")
        Doublon.objects.create(entreprise=fiche, autre=autre, signale_par=animateur)
    VisiteFactory(reseau=reseau, entreprise=absorbee)
    DeportFactory(entreprise=absorbee, membre=membres["direct"])
    LigneDeCibleFactory(cible=CibleFactory(reseau=reseau, decidee=True), entreprise=absorbee)
    Sollicitation.objects.create(reseau=reseau, entreprise=absorbee, institution=institution, le=date(2026, 1, 6))
    paire = sorted([gardee.pk, absorbee.pk])
    Concurrence.objects.create(reseau=reseau, entreprise_id=paire[0], concurrente_id=paire[1])
    Doublon.objects.create(entreprise=gardee, autre=absorbee, signale_par=animateur)


def photographie():
    """Toutes les lignes des tables qu'une fusion touche, sans le numéro de version, qui ne fait que monter."""
    lignes = {}
    for table in sorted(set(TABLES)):
        modele = apps.get_model(table)
        colonnes = [champ.attname for champ in modele._meta.concrete_fields if champ.attname != "version"]
        lignes[table] = sorted(modele._base_manager.order_by("pk").values_list(*colonnes), key=lambda ligne: ligne[0])
    return lignes


def test_toute_cle_vers_une_entreprise_est_traitee():
    liens = Entreprise._meta.get_fields(include_hidden=True)
    cles = {
        f"{lien.related_model._meta.label_lower}.{lien.field.name}" for lien in liens if lien.one_to_many and lien.auto_created
    }
    assert cles == {*SUIVENT} | APPARIENT | DEMEURENT


def test_toute_colonne_d_une_entreprise_est_comparee_ou_propre_a_sa_fiche():
    comparees = [colonne for _, colonnes in BLOCS.values() for colonne in colonnes]
    assert sorted([*comparees, *PROPRES]) == sorted(champ.attname for champ in Entreprise._meta.concrete_fields)


def test_fusion_porte_tout_sur_la_fiche_gardee(charge, gardee, absorbee, animateur):
    operations.fusionner(gardee, absorbee, par=animateur)
    nombres = {
        modele.__name__: modele.objects.filter(entreprise=gardee).count() for modele in (Visite, Contact, Document, Changement)
    }
    assert nombres == {"Visite": 3, "Contact": 2, "Document": 2, "Changement": 2}
    uniques = [modele.objects.filter(entreprise=gardee).count() for modele in (Acces, Deport, LigneDeCible, Sollicitation)]
    assert uniques == [1, 2, 2, 2]
    restes = [
        apps.get_model(table)._base_manager
        for table in {cle.rpartition(".")[0] for cle in SUIVENT if cle.endswith(".entreprise")}
    ]
    assert [lignes.model.__name__ for lignes in restes if lignes.filter(entreprise=absorbee.pk).exists()] == []
    assert (gardee.contacts.filter(dirigeant=True).count(), gardee.etiquettes.count()) == (1, 1)


def test_fusion_complete_la_fiche_gardee_la_ou_elle_est_vide(gardee, absorbee, animateur):
    nom = gardee.raison_sociale
    operations.fusionner(gardee, absorbee, par=animateur)
    gardee.refresh_from_db()
    assert (gardee.raison_sociale, gardee.telephone, gardee.enseigne) == (nom, "03 84 00 00 00", "L’autre enseigne")
    assert "l autre enseigne" in gardee.recherche


def test_fusion_reprend_les_blocs_choisis_et_eux_seuls(gardee, absorbee, animateur):
    operations.fusionner(gardee, absorbee, par=animateur, reprises={"nom"})
    gardee.refresh_from_db()
    assert (gardee.raison_sociale, gardee.telephone) == (absorbee.raison_sociale, "")


def test_fusion_garde_la_protection_de_l_une_ou_de_l_autre(gardee, absorbee, animateur):
    Entreprise.objects.filter(pk=absorbee.pk).update(diffusible=False, ne_plus_solliciter_jusqu_au=date(2030, 1, 1))
    operations.fusionner(gardee, absorbee, par=animateur)
    gardee.refresh_from_db()
    assert (gardee.diffusible, gardee.ne_plus_solliciter_jusqu_au) == (False, date(2030, 1, 1))


def test_fusion_retient_dans_la_cible_ce_que_l_une_des_fiches_y_avait(charge, gardee, absorbee, animateur):
    operations.fusionner(gardee, absorbee, par=animateur)
    assert gardee.lignes_de_cible.retenues().count() == 2


def test_fusion_refuse_deux_visites_en_cours(gardee, absorbee, reseau, animateur):
    VisiteFactory(reseau=reseau, entreprise=gardee, programmee=True)
    VisiteFactory(reseau=reseau, entreprise=absorbee)
    with pytest.raises(RegleEnfreinte, match="annulez l’une des deux"):
        operations.fusionner(gardee, absorbee, par=animateur)
    assert Entreprise.objects.distinctes().count() == 2


def test_fusion_d_une_fiche_deja_absorbee_ou_de_la_meme_est_refusee(gardee, absorbee, reseau, animateur):
    operations.fusionner(gardee, absorbee, par=animateur)
    with pytest.raises(RegleEnfreinte, match="vient d’être fusionnée"):
        operations.fusionner(EntrepriseFactory(reseau=reseau), absorbee, par=animateur)
    with pytest.raises(RegleEnfreinte, match="deux fiches différentes"):
        operations.fusionner(gardee, gardee, par=animateur)
    with pytest.raises(RegleEnfreinte, match="même réseau"):
        operations.fusionner(gardee, EntrepriseFactory(), par=animateur)


def test_deporte_de_l_une_ne_voit_plus_la_gardee(gardee, absorbee, direct, animateur):
    DeportFactory(entreprise=absorbee, membre=direct)
    assert gardee in Entreprise.objects.visibles_par(direct)
    operations.fusionner(gardee, absorbee, par=animateur)
    assert list(Entreprise.objects.visibles_par(direct)) == []


def test_fusion_defaite_rend_la_base_identique(charge, gardee, absorbee, animateur):
    avant = photographie()
    fusion = operations.fusionner(gardee, absorbee, par=animateur)
    assert photographie() != avant
    reprise = operations.defaire_la_fusion(fusion, par=animateur)
    assert (reprise.restes, photographie()) == ([], avant)


def test_defaire_laisse_a_la_gardee_ce_qui_est_ne_depuis_et_le_dit(charge, gardee, absorbee, reseau, animateur):
    fusion = operations.fusionner(gardee, absorbee, par=animateur)
    ne = ContactFactory(entreprise=gardee, dirigeant=False, nom="Arrivé")
    Entreprise.objects.filter(pk=gardee.pk).update(telephone="03 84 11 11 11", version=F("version") + 1)
    reprise = operations.defaire_la_fusion(fusion, par=animateur)
    ne.refresh_from_db()
    gardee.refresh_from_db()
    assert (ne.entreprise, gardee.telephone, gardee.enseigne) == (gardee, "03 84 11 11 11", "")
    assert reprise.restes == ["1 contact depuis la fusion", "1 changement que quelqu’un a repris depuis"]


def test_defaire_etend_aux_deux_fiches_le_deport_ne_pendant_la_fusion(gardee, absorbee, direct, animateur):
    fusion = operations.fusionner(gardee, absorbee, par=animateur)
    DeportFactory(entreprise=gardee, membre=direct)
    operations.defaire_la_fusion(fusion, par=animateur)
    assert set(Deport.objects.values_list("entreprise", "membre")) == {(gardee.pk, direct.pk), (absorbee.pk, direct.pk)}


def test_defaire_ouvre_la_fiche_rendue_a_qui_accompagne_sa_visite(gardee, absorbee, reseau, membres, animateur):
    visite = VisiteFactory(reseau=reseau, entreprise=absorbee, programmee=True)
    fusion = operations.fusionner(gardee, absorbee, par=animateur)
    Visite.objects.filter(pk=visite.pk).update(accompagnant=membres["associe"])
    AccesFactory(entreprise=gardee, membre=membres["associe"])
    operations.defaire_la_fusion(fusion, par=animateur)
    assert list(Acces.objects.values_list("entreprise", "membre")) == [(absorbee.pk, membres["associe"].pk)]


def test_defaire_deux_fois_ou_sous_une_autre_fusion_est_refuse(gardee, absorbee, reseau, animateur):
    tierce = EntrepriseFactory(reseau=reseau)
    premiere = operations.fusionner(gardee, absorbee, par=animateur)
    seconde = operations.fusionner(tierce, gardee, par=animateur)
    absorbee.refresh_from_db()
    assert absorbee.fusionnee_dans == tierce
    with pytest.raises(RegleEnfreinte, match="défaites d’abord"):
        operations.defaire_la_fusion(premiere, par=animateur)
    operations.defaire_la_fusion(seconde, par=animateur)
    operations.defaire_la_fusion(premiere, par=animateur)
    with pytest.raises(RegleEnfreinte, match="déjà défaite"):
        operations.defaire_la_fusion(premiere, par=animateur)
    assert (Entreprise.objects.distinctes().count(), Fusion.objects.filter(defaite_le=None).count()) == (3, 0)


def test_doublon_se_signale_une_fois_et_se_traite(gardee, absorbee, direct, animateur):
    doublon = operations.signaler_un_doublon(gardee, absorbee, par=direct)
    with pytest.raises(RegleEnfreinte, match="déjà signalé"):
        operations.signaler_un_doublon(absorbee, gardee, par=animateur)
    operations.garder_les_deux(doublon, par=animateur)
    assert Doublon.objects.a_traiter().count() == 0
    with pytest.raises(RegleEnfreinte, match="déjà traité"):
        operations.garder_les_deux(doublon, par=animateur)


def test_doublon_d_une_fiche_avec_elle_meme_est_refuse(gardee, direct):
    with pytest.raises(RegleEnfreinte, match="autre fiche"):
        operations.signaler_un_doublon(gardee, gardee, par=direct)


def test_reimporter_le_siret_d_une_fiche_absorbee_ne_la_ressuscite_pas(gardee, reseau, animateur):
    importer(fichier(ligne(1)), "liste.csv", reseau)
    absorbee = Entreprise.objects.get(siret=siret(1))
    operations.fusionner(gardee, absorbee, par=animateur)
    bilan = importer(fichier(ligne(1, Effectif="99")), "liste.csv", reseau)
    assert (bilan.crees, list(Entreprise.objects.visibles_par(animateur))) == (0, [gardee])


def test_visite_ouverte_avant_la_fusion_ne_revient_pas_sur_l_ancienne_fiche(gardee, absorbee, reseau, animateur):
    visite = VisiteFactory(reseau=reseau, entreprise=absorbee, programmee=True)
    operations.fusionner(gardee, absorbee, par=animateur)
    with pytest.raises(RegleEnfreinte, match="modifié cette fiche"):
        annuler(visite, precision="Fermée", par=animateur, le=date(2026, 3, 3))


def test_fiche_gardee_se_trouve_par_les_contacts_recus_et_seulement_le_temps_de_la_fusion(gardee, absorbee, animateur):
    ContactFactory(entreprise=absorbee, nom="Quidam")
    fusion = operations.fusionner(gardee, absorbee, par=animateur)
    ContactFactory(entreprise=gardee, dirigeant=False, nom="Arrivé")
    enregistrer_contact(gardee.contacts.get(nom="Arrivé"), par=animateur)
    gardee.refresh_from_db()
    assert [nom in gardee.recherche for nom in ("quidam", "arrive")] == [True, True]
    reprise = operations.defaire_la_fusion(fusion, par=animateur)
    gardee.refresh_from_db()
    assert [nom in gardee.recherche for nom in ("quidam", "arrive")] == [False, True]
    assert reprise.restes == ["1 contact depuis la fusion"]
