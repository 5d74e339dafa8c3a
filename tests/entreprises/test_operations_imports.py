"""Importer : tout ou rien, rejouable, sans rien effacer de ce que l'on sait."""

import pytest
from django.db import IntegrityError

from entreprises.models import Activite, Contact, Entreprise
from entreprises.operations import analyser_import, genres, importer
from entreprises.operations import imports as module
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Journal
from tests.donnees.fabrique import siret, texte
from tests.entreprises.donnees_d_import import ENTETES, fichier, ligne
from tests.factories import ContactFactory, EntrepriseFactory

pytestmark = pytest.mark.django_db


def nombres(bilan):
    return (bilan.crees, bilan.modifies, bilan.inchanges, len(bilan.rejets))


def test_import_cree_les_fiches(reseau):
    bilan = importer(fichier(ligne(1), ligne(2)), "liste.csv", reseau)
    assert (bilan.lus, nombres(bilan)) == (2, (2, 0, 0, 0))
    fiche = Entreprise.objects.get(siret=siret(1))
    assert (fiche.reseau, fiche.naf_id, fiche.effectif, fiche.commune_id) == (reseau, "25.50B", 12, "70550")
    assert fiche.recherche == f"tolerie fictive 1 / {siret(1)} vesoul"


def test_second_passage_ne_change_rien(reseau):
    contenu = fichier(ligne(1), ligne(2, Nom_du_dirigeant="Fictive", Prénom="Léa"))
    importer(contenu, "liste.csv", reseau)
    avant = list(Entreprise.objects.order_by("pk").values()), list(Contact.objects.values())
    assert nombres(importer(contenu, "liste.csv", reseau)) == (0, 0, 2, 0)
    assert (list(Entreprise.objects.order_by("pk").values()), list(Contact.objects.values())) == avant


def test_lus_est_la_somme_du_reste(reseau):
    EntrepriseFactory(reseau=reseau, siret=siret(1), raison_sociale="Autre nom")
    importer(fichier(ligne(2)), "liste.csv", reseau)
    contenu = fichier(ligne(1), ligne(2), ligne(3), ligne(3), ["", *ligne(4)[1:]], ["12345", *ligne(5)[1:]])
    bilan = importer(contenu, "liste.csv", reseau)
    assert bilan.nombres() == {"lus": 6, "crees": 1, "modifies": 1, "inchanges": 1, "rejetes": 3}


def test_rejet_porte_sa_ligne_et_sa_raison(reseau):
    bilan = importer(fichier(ligne(1), ["", *ligne(2)[1:]], ligne(1)), "liste.csv", reseau)
    assert bilan.rejets == [(3, "SIRET absent."), (4, f"SIRET {siret(1)} déjà lu ligne 2.")]


def test_valeur_vide_n_efface_rien(reseau):
    importer(fichier(ligne(1, Fonction="Gérante", Nom_du_dirigeant="Fictive", Prénom="Léa")), "liste.csv", reseau)
    vide = ligne(1, NAF="", Effectif="", Adresse="", Code_postal="", Ville="", Nom_du_dirigeant="Fictive")
    assert nombres(importer(fichier(vide), "liste.csv", reseau)) == (0, 0, 1, 0)
    fiche = Entreprise.objects.get()
    assert (fiche.naf_id, fiche.effectif, fiche.adresse, fiche.ville) == ("25.50B", 12, "1 rue des Essais", "Vesoul")
    assert str(fiche.contacts.get()) == "Léa Fictive"


def test_fichier_muet_sur_l_etat_ne_rouvre_ni_ne_rend_diffusible(reseau):
    EntrepriseFactory(reseau=reseau, siret=siret(1), etat="ferme", diffusible=False)
    importer(fichier(ligne(1)), "liste.csv", reseau)
    fiche = Entreprise.objects.get()
    assert (fiche.etat, fiche.diffusible, fiche.raison_sociale) == ("ferme", False, "Tôlerie fictive 1")


def test_fichier_qui_parle_de_l_etat_est_cru(reseau):
    EntrepriseFactory(reseau=reseau, siret=siret(1), etat="ferme", diffusible=False)
    entetes = ["SIRET", "Raison sociale", "État", "Statut diffusion"]
    importer(texte([entetes, [siret(1), "Tôlerie", "En activité", "Diffusible"]]), "liste.csv", reseau)
    fiche = Entreprise.objects.get()
    assert (fiche.etat, fiche.diffusible) == ("actif", True)


def test_non_diffusible_sans_nom_garde_le_nom_connu(reseau):
    EntrepriseFactory(reseau=reseau, siret=siret(1), raison_sociale="Tôlerie connue")
    entetes = ["SIRET", "Raison sociale", "Statut diffusion"]
    importer(texte([entetes, [siret(1), "[ND]", "P"]]), "liste.csv", reseau)
    fiche = Entreprise.objects.get()
    assert (fiche.raison_sociale, fiche.diffusible) == ("Tôlerie connue", False)


def test_modification_recalcule_la_recherche_et_la_version(reseau):
    importer(fichier(ligne(1)), "liste.csv", reseau)
    importer(fichier(ligne(1, "Chaudronnerie", Code_postal="70300", Ville="Luxeuil-les-Bains")), "liste.csv", reseau)
    fiche = Entreprise.objects.get()
    assert fiche.recherche == f"chaudronnerie / {siret(1)} luxeuil les bains"
    assert (fiche.version, fiche.commune_id) == (2, "70311")


def test_date_de_creation_survit_a_la_modification(reseau):
    importer(fichier(ligne(1)), "liste.csv", reseau)
    avant = Entreprise.objects.get().cree_le
    importer(fichier(ligne(1, "Chaudronnerie")), "liste.csv", reseau)
    assert Entreprise.objects.get().cree_le == avant


def test_dirigeant_devient_un_contact(reseau):
    importer(fichier(ligne(1, Nom_du_dirigeant="Fictive", Prénom="Léa", Fonction="Gérante")), "liste.csv", reseau)
    contact = Contact.objects.get()
    assert (str(contact), contact.fonction, contact.dirigeant) == ("Léa Fictive", "Gérante", True)


def test_nouveau_dirigeant_prend_la_place_de_l_ancien(reseau):
    ancien = ContactFactory(entreprise__reseau=reseau, entreprise__siret=siret(1))
    bilan = importer(fichier(ligne(1, Nom_du_dirigeant="Fictive", Prénom="Léa")), "liste.csv", reseau)
    assert nombres(bilan) == (0, 1, 0, 0)
    assert {(contact.nom, contact.dirigeant) for contact in Contact.objects.all()} == {(ancien.nom, False), ("Fictive", True)}


def test_contact_deja_connu_est_promu_sans_double(reseau):
    ancien = ContactFactory(entreprise__reseau=reseau, entreprise__siret=siret(1), nom="Ancien")
    ContactFactory(entreprise=ancien.entreprise, nom="Fictive", prenom="Léa", dirigeant=False, telephone="03 84 00 00 00")
    importer(fichier(ligne(1, Nom_du_dirigeant="FICTIVE", Prénom="Lea", Fonction="Gérante")), "liste.csv", reseau)
    dirigeant = Contact.objects.get(dirigeant=True)
    assert (Contact.objects.count(), dirigeant.telephone, dirigeant.fonction) == (2, "03 84 00 00 00", "Gérante")


def test_dirigeant_seul_compte_comme_une_modification(reseau):
    importer(fichier(ligne(1)), "liste.csv", reseau)
    bilan = importer(fichier(ligne(1, Nom_du_dirigeant="Fictive")), "liste.csv", reseau)
    assert (nombres(bilan), Entreprise.objects.get().version) == ((0, 1, 0, 0), 1)


def test_import_ne_touche_pas_l_autre_reseau(reseau):
    ailleurs = EntrepriseFactory(siret=siret(1), raison_sociale="Ailleurs")
    importer(fichier(ligne(1)), "liste.csv", reseau)
    ailleurs.refresh_from_db()
    assert (ailleurs.raison_sociale, Entreprise.objects.filter(reseau=reseau).count()) == ("Ailleurs", 1)


def test_essai_a_blanc_predit_l_import_sans_rien_ecrire(reseau):
    EntrepriseFactory(reseau=reseau, siret=siret(1), raison_sociale="Autre")
    contenu = fichier(ligne(1), ligne(2), ["", *ligne(3)[1:]])
    avant = list(Entreprise.objects.values())
    apercu = analyser_import(contenu, "liste.csv", reseau)
    assert (list(Entreprise.objects.values()), Journal.objects.count()) == (avant, 0)
    assert apercu.bilan.nombres() == importer(contenu, "liste.csv", reseau).nombres()


def test_apercu_montre_les_dix_premieres_lignes_et_leur_sort(reseau):
    EntrepriseFactory(reseau=reseau, siret=siret(1), raison_sociale="Autre")
    apercu = analyser_import(fichier(*[ligne(rang) for rang in range(1, 15)]), "liste.csv", reseau)
    assert [extrait["sort"] for extrait in apercu.extrait] == ["modifiée", *["créée"] * 9]


def test_apercu_decrit_le_fichier(reseau):
    rangees = [[*ENTETES, "Remarques"], [*ligne(1), "à rappeler"]]
    description = analyser_import(texte(rangees, encodage="cp1252"), "liste.csv", reseau).en_json()["fichier"]
    assert description["reconnues"][:2] == [["siret", ["SIRET"]], ["raison_sociale", ["Raison sociale"]]]
    assert [description[cle] for cle in ("genre", "format", "encodage", "separateur", "ignorees")] == [
        "csv",
        "tableur",
        "cp1252",
        ";",
        ["Remarques"],
    ]


def test_avertissements_se_comptent_sans_rejeter(reseau):
    apercu = analyser_import(fichier(ligne(1, NAF="99.99X"), ligne(2)), "liste.csv", reseau)
    assert (apercu.bilan.avertissements, apercu.bilan.crees) == (1, 2)
    assert apercu.en_json()["avertis"] == [{"ligne": 2, "raison": "Code NAF inconnu, laissé vide : « 99.99X »."}]


@pytest.mark.parametrize("contenu", [b"", b"%PDF-1.4", b"SIRET;Nom\r\n", b"Nom;Ville\r\nScierie;Vesoul\r\n"])
def test_fichier_refuse_le_dit_et_n_importe_rien(reseau, contenu):
    with pytest.raises(RegleEnfreinte):
        importer(contenu, "liste.csv", reseau)
    assert (Entreprise.objects.count(), Journal.objects.count()) == (0, 0)


def test_trop_de_rejets_arretent_tout(reseau, monkeypatch):
    monkeypatch.setattr(module, "REJETS_MAX", 1)
    monkeypatch.setattr(module, "LOT", 1)
    with pytest.raises(RegleEnfreinte, match="Plus de 1 lignes sont rejetées"):
        importer(fichier(ligne(1), ligne(1), ligne(1)), "liste.csv", reseau)
    assert Entreprise.objects.count() == 0


def test_panne_au_second_lot_annule_le_premier(reseau, monkeypatch):
    monkeypatch.setattr(module, "LOT", 1)
    vrai, appels = genres.rapprocher, []

    def tomber(*arguments, **mots):
        appels.append(1)
        if len(appels) == 2:
            raise IntegrityError("entreprise_siret_unique")
        return vrai(*arguments, **mots)

    monkeypatch.setattr(genres, "rapprocher", tomber)
    with pytest.raises(RegleEnfreinte, match="rien n’a été importé"):
        importer(fichier(ligne(1), ligne(2)), "liste.csv", reseau)
    assert Entreprise.objects.count() == 0


def test_autre_panne_de_la_base_ne_se_deguise_pas(reseau, monkeypatch):
    monkeypatch.setattr(genres, "rapprocher", lambda *a, **m: (_ for _ in ()).throw(IntegrityError("autre contrainte")))
    with pytest.raises(IntegrityError):
        importer(fichier(ligne(1)), "liste.csv", reseau)


def test_sans_references_le_dit(reseau):
    Activite.objects.all().delete()
    with pytest.raises(RegleEnfreinte, match="charger_references"):
        importer(fichier(ligne(1)), "liste.csv", reseau)


def test_journal_garde_une_ligne_par_import(reseau, animateur):
    importer(fichier(ligne(1), ligne(2)), "liste.csv", reseau, par=animateur)
    importer(fichier(ligne(1), ligne(2)), "liste.csv", reseau)
    traces = Journal.objects.order_by("pk").values_list("membre", "geste", "objet", "nombre", "precision")
    assert list(traces) == [
        (animateur.pk, "import", "entreprises.entreprise", 2, "2 créées, 0 modifiées"),
        (None, "import", "entreprises.entreprise", 0, "0 créées, 0 modifiées"),
    ]


def test_requetes_ne_suivent_pas_le_nombre_de_lignes(reseau, requetes):
    contenus = [fichier(*[ligne(rang, Nom_du_dirigeant="Fictive") for rang in range(1, nombre + 1)]) for nombre in (20, 400)]
    creations = [requetes(lambda contenu=contenu: importer(contenu, "liste.csv", reseau)) for contenu in contenus]
    rejeux = [requetes(lambda contenu=contenu: importer(contenu, "liste.csv", reseau)) for contenu in contenus]
    assert rejeux[0] == rejeux[1] == 15
    assert creations[1] < 40
