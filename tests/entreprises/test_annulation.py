"""Annuler un import : ce qu'il a écrit se défait, ce dont on s'est servi depuis reste, et se dit."""

import pytest

from entreprises.enums import EtatImport
from entreprises.models import Contact, Entreprise, Etiquette, Import, LotEcrit
from entreprises.operations import annulation, annuler_import, importer
from entreprises.operations import imports as module
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Journal
from tests.donnees.fabrique import siret
from tests.entreprises.donnees_d_import import ENTETES, fichier, ligne
from tests.factories import ContactFactory, EntrepriseFactory, LigneDeCibleFactory, VisiteFactory

pytestmark = pytest.mark.django_db
IGNORES = {"id", "version", "cree_le"}


def etat():
    """Toutes les fiches et leurs contacts, valeur par valeur."""
    return [
        [{nom: valeur for nom, valeur in fiche.items() if nom not in IGNORES} for fiche in modele.objects.order_by("pk").values()]
        for modele in (Entreprise, Contact)
    ]


def annuler(animateur):
    return annuler_import(Import.objects.get(), par=animateur)


def nombres(depot):
    return tuple(depot.bilan["annulation"][cle] for cle in ("supprimees", "retablies", "nombre_gardees"))


def test_entreprises_creees_disparaissent_avec_leur_dirigeant(animateur):
    importer(fichier(ligne(1, Nom_du_dirigeant="Fictive"), ligne(2)), "liste.csv", animateur.reseau)
    depot = annuler(animateur)
    assert (nombres(depot), Entreprise.objects.count(), Contact.objects.count()) == ((2, 0, 0), 0, 0)
    assert (depot.etat, depot.annule_par, LotEcrit.objects.count()) == (EtatImport.ANNULE, animateur, 0)
    assert Journal.objects.filter(membre=animateur, objet="entreprises.import").count() == 1


def test_tout_revient_comme_avant(animateur, monkeypatch):
    monkeypatch.setattr(module, "LOT", 2)
    for rang in (1, 2, 3):
        fiche = EntrepriseFactory(reseau=animateur.reseau, siret=siret(rang), raison_sociale=f"Ancienne {rang}", effectif=rang)
        fiche.recherche = fiche.composer_recherche([ContactFactory(entreprise=fiche, nom="Ancien")])
        fiche.save()
    ContactFactory(entreprise=fiche, nom="Fictive", prenom="Léa", dirigeant=False)
    fiche.recherche = fiche.composer_recherche()
    fiche.save()
    avant = etat()
    importer(fichier(*[ligne(rang, Nom_du_dirigeant="Fictive", Prénom="Léa") for rang in range(1, 6)]), "l.csv", animateur.reseau)
    assert (nombres(annuler(animateur)), etat()) == ((2, 3, 0), avant)


def test_version_avance_pour_qui_avait_la_fiche_ouverte(animateur):
    fiche = EntrepriseFactory(reseau=animateur.reseau, siret=siret(1))
    importer(fichier(ligne(1)), "liste.csv", animateur.reseau)
    annuler(animateur)
    fiche.refresh_from_db()
    assert fiche.version == 3


@pytest.mark.parametrize(
    ("employer", "raison"),
    [
        (lambda fiche: ContactFactory(entreprise=fiche, dirigeant=False), "contact"),
        (lambda fiche: VisiteFactory(entreprise=fiche, reseau=fiche.reseau), "visite"),
        (lambda fiche: LigneDeCibleFactory(entreprise=fiche), "ligne de cible"),
        (lambda fiche: fiche.etiquettes.create(reseau=fiche.reseau, nom="Bois"), "étiquette"),
    ],
)
def test_entreprise_employee_depuis_est_gardee_et_dite(animateur, employer, raison):
    importer(fichier(ligne(1, Nom_du_dirigeant="Fictive"), ligne(2)), "liste.csv", animateur.reseau)
    gardee = Entreprise.objects.get(siret=siret(1))
    employer(gardee)
    depot = annuler(animateur)
    assert (nombres(depot), Entreprise.objects.get(), gardee.contacts.filter(nom="Fictive").count()) == ((1, 0, 1), gardee, 1)
    assert depot.bilan["annulation"]["gardees"] == [[gardee.pk, f"sert depuis : {raison}"]]


def test_entreprise_corrigee_depuis_est_gardee(animateur):
    importer(fichier(ligne(1)), "liste.csv", animateur.reseau)
    Entreprise.objects.update(telephone="03 84 00 00 00")
    assert annuler(animateur).bilan["annulation"]["gardees"] == [[Entreprise.objects.get().pk, "modifiée depuis"]]


def test_valeur_corrigee_depuis_reste(animateur):
    EntrepriseFactory(reseau=animateur.reseau, siret=siret(1), raison_sociale="Avant", effectif=1)
    importer(fichier(ligne(1)), "liste.csv", animateur.reseau)
    Entreprise.objects.update(effectif=99)
    depot = annuler(animateur)
    fiche = Entreprise.objects.get()
    assert (fiche.raison_sociale, fiche.effectif, nombres(depot)) == ("Avant", 99, (0, 1, 1))
    assert depot.bilan["annulation"]["gardees"] == [[fiche.pk, "valeurs modifiées depuis : effectif"]]


def test_etiquettes_de_l_import_s_en_vont_les_autres_restent(animateur):
    fiche = EntrepriseFactory(reseau=animateur.reseau, siret=siret(1))
    bois = fiche.etiquettes.create(reseau=animateur.reseau, nom="Bois")
    rangee = [*ligne(1), "bois, Export"]
    importer(fichier(rangee, entetes=[*ENTETES, "Étiquettes"]), "liste.csv", animateur.reseau)
    assert sorted(fiche.etiquettes.values_list("nom", flat=True)) == ["Bois", "Export"]
    annuler(animateur)
    assert (list(fiche.etiquettes.all()), list(Etiquette.objects.all())) == ([bois], [bois])


def test_import_annule_ne_s_annule_plus_et_se_rejoue(animateur):
    contenu = fichier(ligne(1))
    importer(contenu, "liste.csv", animateur.reseau)
    depot = annuler(animateur)
    with pytest.raises(RegleEnfreinte, match="une seule fois"):
        annuler_import(depot, par=animateur)
    assert importer(contenu, "liste.csv", animateur.reseau).crees == 1


def test_import_sans_effet_ne_s_annule_pas(animateur):
    importer(fichier(ligne(1)), "liste.csv", animateur.reseau)
    Import.objects.all().delete()
    importer(fichier(ligne(1)), "liste.csv", animateur.reseau)
    with pytest.raises(RegleEnfreinte, match="n’a rien changé"):
        annuler(animateur)


def test_deux_imports_s_annulent_du_dernier_au_premier(animateur):
    importer(fichier(ligne(1)), "un.csv", animateur.reseau)
    importer(fichier(ligne(1, "Autre nom")), "deux.csv", animateur.reseau)
    premier, second = Import.objects.order_by("pk")
    annuler_import(second, par=animateur)
    assert Entreprise.objects.get().raison_sociale == "Tôlerie fictive 1"
    assert (nombres(annuler_import(premier, par=animateur)), Entreprise.objects.count()) == ((1, 0, 0), 0)


def test_panne_en_chemin_ne_defait_rien(animateur, monkeypatch):
    monkeypatch.setattr(module, "LOT", 2)
    importer(fichier(*[ligne(rang, Nom_du_dirigeant="Fictive") for rang in range(1, 6)]), "liste.csv", animateur.reseau)
    avant, defaire = etat(), annulation._defaire

    def tomber(trace, bilan):
        if bilan.supprimees:
            raise RuntimeError("panne")
        defaire(trace, bilan)

    monkeypatch.setattr(annulation, "_defaire", tomber)
    with pytest.raises(RuntimeError, match="panne"):
        annuler(animateur)
    assert (etat(), Import.objects.get().etat, LotEcrit.objects.count()) == (avant, EtatImport.ECRIT, 3)


def test_trace_tient_en_une_ligne_par_lot(animateur, monkeypatch):
    monkeypatch.setattr(module, "LOT", 10)
    importer(fichier(*[ligne(rang) for rang in range(1, 26)]), "liste.csv", animateur.reseau)
    assert list(LotEcrit.objects.values_list("numero", flat=True)) == [1, 2, 3]
