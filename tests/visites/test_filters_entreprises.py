"""Les filtres que la liste et la carte partagent : ce que chacun retient, et ce qu'il ne trahit pas."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import RequestFactory
from django.utils.timezone import localdate

from entreprises.models import Commune, Entreprise
from reseau.lib.dates import plus_mois
from tests.factories import (
    DeportFactory,
    EntrepriseFactory,
    EtiquetteFactory,
    SollicitationFactory,
    VisiteFactory,
)
from visites.filters import EntrepriseSuivieFilter

pytestmark = pytest.mark.django_db


def filtrer(membre, **requete):
    """Les entreprises retenues, par nom."""
    demande = RequestFactory().get("/")
    demande.membre, demande.reseau = membre, membre.reseau
    donnees = QueryDict(mutable=True)
    donnees.update(requete)
    filtre = EntrepriseSuivieFilter(donnees, Entreprise.objects.visibles_par(membre), request=demande)
    return sorted(filtre.selection.values_list("raison_sociale", flat=True))


def fiche(reseau, nom, **champs):
    return EntrepriseFactory(reseau=reseau, raison_sociale=nom, **champs)


def visitee(reseau, nom, mois, **champs):
    """Une entreprise visitée il y a `mois` mois (et un jour)."""
    entreprise = fiche(reseau, nom)
    quand = plus_mois(localdate(), -mois) - timedelta(days=1)
    VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True, realisee_le=quand, **champs)
    return entreprise


@pytest.mark.parametrize(
    ("quand", "attendues"),
    [
        ("jamais", ["Jamais"]),
        ("plus_un_an", ["Il y a deux ans", "Il y a dix-huit mois"]),
        ("espacement", ["Il y a deux ans"]),
        ("moins_un_an", ["Revue", "Récente"]),
        ("hier", []),
    ],
)
def test_derniere_visite(reseau, animateur, quand, attendues):
    fiche(reseau, "Jamais")
    visitee(reseau, "Récente", 3)
    visitee(reseau, "Il y a dix-huit mois", 18)
    visitee(reseau, "Il y a deux ans", 24)
    revue = visitee(reseau, "Revue", 30)
    VisiteFactory(reseau=reseau, entreprise=revue, realisee=True, realisee_le=localdate())
    assert filtrer(animateur, derniere=quand) == attendues


def test_en_cours_refus_et_developpeur(reseau, animateur, direct):
    VisiteFactory(reseau=reseau, entreprise=fiche(reseau, "Programmée"), programmee=True, developpeur=direct)
    VisiteFactory(reseau=reseau, entreprise=fiche(reseau, "Refus récent"), refusee=True, refusee_le=localdate())
    VisiteFactory(reseau=reseau, entreprise=fiche(reseau, "Refus ancien"), refusee=True, refusee_le="2020-01-06")
    assert filtrer(animateur, en_cours="oui") == ["Programmée"]
    assert filtrer(animateur, en_cours="non") == ["Refus ancien", "Refus récent"]
    assert filtrer(animateur, refus="oui") == ["Refus récent"]
    assert filtrer(animateur, developpeur=direct.pk) == ["Programmée"]


def test_contact_recent(reseau, animateur):
    SollicitationFactory(entreprise=fiche(reseau, "Vue hier"), le=localdate() - timedelta(days=1))
    SollicitationFactory(entreprise=fiche(reseau, "Vue jadis"), le="2020-01-06")
    assert (filtrer(animateur, contact="oui"), filtrer(animateur, contact="non")) == (["Vue hier"], ["Vue jadis"])


def test_territoires_emboites(reseau, animateur):
    fiche(reseau, "À Vesoul")
    vesoul = Commune.objects.get(pk="70550")
    autres = Commune.objects.filter(departement="70", epci__isnull=False)
    ailleurs = autres.exclude(arrondissement=vesoul.arrondissement).exclude(epci=vesoul.epci).first()
    fiche(reseau, "Ailleurs", commune_id=ailleurs.pk, ville=ailleurs.nom)
    for nom, ici, la in (
        ("arrondissement", vesoul.arrondissement_id, ailleurs.arrondissement_id),
        ("epci", vesoul.epci_id, ailleurs.epci_id),
        ("commune", vesoul.pk, ailleurs.pk),
    ):
        assert (filtrer(animateur, **{nom: ici}), filtrer(animateur, **{nom: la})) == (["À Vesoul"], ["Ailleurs"])


def test_secteur_de_la_section_a_la_division(reseau, animateur):
    fiche(reseau, "Scierie")
    fiche(reseau, "Laiterie", naf_id="10.51A")
    fiche(reseau, "Maçon", naf_id="43.99C")
    assert filtrer(animateur, section="C") == ["Laiterie", "Scierie"]
    assert filtrer(animateur, section="C", division="10") == ["Laiterie"]
    assert filtrer(animateur, section="F") == ["Maçon"]


def test_etiquette_filiere_et_diffusion(reseau, animateur):
    etiquette = EtiquetteFactory(reseau=reseau)
    fiche(reseau, "Étiquetée").etiquettes.add(etiquette)
    fiche(reseau, "Bois", filiere="Bois", diffusible=False)
    assert filtrer(animateur, etiquette=etiquette.pk) == ["Étiquetée"]
    assert filtrer(animateur, filiere="Bois") == ["Bois"]
    assert filtrer(animateur, diffusible="non") == ["Bois"]


def test_etiquette_ou_developpeur_d_un_autre_reseau_ne_retient_rien(reseau, animateur):
    fiche(reseau, "La nôtre")
    assert filtrer(animateur, etiquette=EtiquetteFactory().pk) == []
    assert filtrer(animateur, developpeur=VisiteFactory(programmee=True).developpeur_id) == []


def test_filiere_d_une_entreprise_deportee_ne_se_propose_pas(reseau, direct):
    cachee = fiche(reseau, "Cachée", filiere="Secrète")
    fiche(reseau, "Vue", filiere="Bois")
    DeportFactory(entreprise=cachee, membre=direct)
    demande = RequestFactory().get("/")
    demande.membre, demande.reseau = direct, reseau
    filtre = EntrepriseSuivieFilter({}, Entreprise.objects.visibles_par(direct), request=demande)
    assert list(filtre.form.fields["filiere"].choices) == [("", "Toutes"), ("Bois", "Bois")]
