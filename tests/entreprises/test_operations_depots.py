"""Le dépôt : un essai à blanc gardé, confirmé une fois ou abandonné, et les rejets à corriger."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from entreprises.enums import EtatImport
from entreprises.models import Entreprise, Import
from entreprises.operations import abandonner_import, deposer, ecrire_import, importer, rejets_en_csv
from reseau.lib.erreurs import RegleEnfreinte
from tests.donnees.fabrique import siret, texte
from tests.entreprises.donnees_d_import import ENTETES, fichier, ligne
from tests.factories import ImportFactory

pytestmark = pytest.mark.django_db
SANS_SIRET = ["", *ligne(9)[1:]]


def test_depot_garde_l_essai_a_blanc(animateur):
    depot = deposer(fichier(ligne(1), SANS_SIRET), "liste.csv", par=animateur)
    assert (depot.etat, depot.reseau, depot.membre) == (EtatImport.APERCU, animateur.reseau, animateur)
    assert [depot.bilan[cle] for cle in ("lus", "crees", "rejetes")] == [2, 1, 1]
    assert (depot.rejets, Entreprise.objects.count()) == ([{"ligne": 3, "raison": "SIRET absent."}], 0)


def test_depot_refuse_n_est_pas_garde(animateur):
    with pytest.raises(RegleEnfreinte):
        deposer(b"%PDF-1.4", "liste.csv", par=animateur)
    assert Import.objects.count() == 0


def test_confirmation_ecrit_et_ne_garde_que_les_rejets(animateur):
    depot = deposer(fichier(ligne(1), SANS_SIRET), "liste.csv", par=animateur)
    ecrit = ecrire_import(depot, par=animateur)
    assert (ecrit.etat, ecrit.ecrit_le is None, Entreprise.objects.count()) == (EtatImport.ECRIT, False, 1)
    assert "extrait" not in ecrit.bilan
    assert b"rue des Essais" in bytes(ecrit.contenu)
    assert siret(1).encode() not in bytes(ecrit.contenu)


def test_confirmation_sans_rejet_ne_garde_rien(animateur):
    depot = deposer(fichier(ligne(1)), "liste.csv", par=animateur)
    assert bytes(ecrire_import(depot, par=animateur).contenu) == b""


def test_seconde_confirmation_est_refusee(animateur):
    depot = deposer(fichier(ligne(1)), "liste.csv", par=animateur)
    ecrire_import(depot, par=animateur)
    with pytest.raises(RegleEnfreinte, match="n’est plus à confirmer : importé"):
        ecrire_import(depot, par=animateur)


def test_bilan_ecrit_dit_ce_qui_s_est_vraiment_passe(animateur):
    contenu = fichier(ligne(1))
    depot = deposer(contenu, "liste.csv", par=animateur)
    importer(contenu, "liste.csv", animateur.reseau)
    bilan = ecrire_import(depot, par=animateur).bilan
    assert (bilan["crees"], bilan["inchanges"]) == (0, 1)


def test_abandon_efface_le_fichier(animateur):
    depot = abandonner_import(deposer(fichier(ligne(1)), "liste.csv", par=animateur))
    assert (depot.etat, bytes(depot.contenu), Entreprise.objects.count()) == (EtatImport.ABANDONNE, b"", 0)
    with pytest.raises(RegleEnfreinte, match="abandonné"):
        ecrire_import(depot, par=animateur)


def test_depot_oublie_est_efface_au_depot_suivant(reseau, animateur):
    oublie, recent = ImportFactory(reseau=reseau), ImportFactory(reseau=reseau)
    ailleurs = ImportFactory()
    Import.objects.filter(pk__in=[oublie.pk, ailleurs.pk]).update(depose_le=now() - timedelta(days=8))
    deposer(fichier(ligne(1)), "liste.csv", par=animateur)
    etats = dict(Import.objects.values_list("pk", "etat"))
    assert [etats[depot.pk] for depot in (oublie, recent, ailleurs)] == ["abandonne", "apercu", "apercu"]


def test_rejets_se_lisent_raison_en_tete(animateur):
    depot = deposer(fichier(ligne(1), SANS_SIRET), "liste.csv", par=animateur)
    lignes = rejets_en_csv(depot).decode("utf-8-sig").splitlines()
    assert lignes == [";".join(["Raison du rejet", *ENTETES]), ";".join(["SIRET absent.", *SANS_SIRET])]


def test_rejets_sont_les_memes_avant_et_apres_l_import(animateur):
    depot = deposer(fichier(ligne(1), SANS_SIRET), "liste.csv", par=animateur)
    avant = rejets_en_csv(depot)
    assert rejets_en_csv(ecrire_import(depot, par=animateur)) == avant


def test_rejets_corriges_se_reimportent(animateur):
    depot = deposer(fichier(SANS_SIRET, ligne(1), ["12345", *ligne(2)[1:]]), "liste.csv", par=animateur)
    corrige = rejets_en_csv(depot).replace(b"SIRET absent.;;", f"SIRET absent.;{siret(9)};".encode())
    suite = deposer(corrige, "rejets.csv", par=animateur)
    assert [suite.bilan[cle] for cle in ("lus", "crees", "rejetes")] == [2, 1, 1]
    assert rejets_en_csv(suite).decode("utf-8-sig").splitlines()[0] == ";".join(["Raison du rejet", *ENTETES])


def test_rejets_gardent_un_siret_entier_dans_un_tableur(animateur):
    depot = deposer(fichier(ligne(1), ligne(1)), "liste.csv", par=animateur)
    lisible = f"{siret(1)[:3]} {siret(1)[3:6]} {siret(1)[6:9]} {siret(1)[9:]}"
    assert rejets_en_csv(depot).decode("utf-8-sig").splitlines()[1].split(";")[1] == lisible


def test_rejets_ne_portent_aucune_formule(animateur):
    piege = texte([["SIRET", "Raison sociale"], ["", "@SUM(A1:A9)"]])
    lignes = rejets_en_csv(deposer(piege, "liste.csv", par=animateur)).decode("utf-8-sig").splitlines()
    assert lignes[1] == "SIRET absent.;;'@SUM(A1:A9)"


def test_ligne_trop_large_garde_toutes_ses_cases(animateur):
    piege = texte([["SIRET", "Raison sociale"], [siret(1), "Tôlerie", "de trop"], [siret(2), "Autre"]])
    lignes = rejets_en_csv(deposer(piege, "liste.csv", par=animateur)).decode("utf-8-sig").splitlines()
    assert [ligne.split(";")[2:] for ligne in lignes] == [["Raison sociale"], ["Tôlerie", "de trop"]]
