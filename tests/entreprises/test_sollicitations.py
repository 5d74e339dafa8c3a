"""Le journal des contacts : le tenir en dix secondes, corriger les siens, mettre une entreprise à l'abri."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from entreprises.models import Entreprise, Sollicitation
from entreprises.operations import sollicitations as operations
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Journal
from tests.factories import JOUR, DeportFactory, EntrepriseFactory, InstitutionFactory, SollicitationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def entreprise(reseau):
    return EntrepriseFactory(reseau=reseau, raison_sociale="Tournerie fictive")


def adresse(nom, reseau, *arguments):
    return reverse(f"entreprises:{nom}", args=[reseau.slug, *arguments])


def saisie(membre, **autres):
    return {
        "canal": "telephone",
        "objet": "formation",
        "le": localdate().isoformat(),
        "institution": membre.institution_id,
        "precision": "",
        **autres,
    }


def test_journal_propose_aujourd_hui_et_mon_institution(entreprise, clients, membres):
    form = clients["direct"].get(adresse("sollicitations", entreprise.reseau, entreprise.pk)).context["form"]
    assert (form.initial["le"], form.initial["institution"]) == (localdate(), membres["direct"].institution_id)


def test_contact_note_porte_qui_quand_et_quoi(entreprise, clients, direct):
    reponse = clients["direct"].post(adresse("sollicitation-ajouter", entreprise.reseau, entreprise.pk), saisie(direct))
    assert (reponse.status_code, reponse.url) == (302, adresse("sollicitations", entreprise.reseau, entreprise.pk))
    notee = Sollicitation.objects.get()
    assert (notee.entreprise, notee.membre, notee.institution) == (entreprise, direct, direct.institution)
    assert (notee.le, notee.canal, notee.objet, notee.reseau) == (localdate(), "telephone", "formation", entreprise.reseau)


def test_contact_deja_note_se_dit_et_ne_se_double_pas(entreprise, clients, direct):
    url = adresse("sollicitation-ajouter", entreprise.reseau, entreprise.pk)
    clients["direct"].post(url, saisie(direct))
    reponse = clients["direct"].post(url, saisie(direct))
    assert reponse.context["form"].non_field_errors() == [operations.DEJA_NOTEE]
    assert Sollicitation.objects.count() == 1


def test_contact_a_venir_est_refuse(entreprise, animateur):
    contact = SollicitationFactory.build(
        reseau=entreprise.reseau, entreprise=entreprise, institution=animateur.institution, le=JOUR + timedelta(days=1)
    )
    with pytest.raises(RegleEnfreinte, match="dans l’avenir"):
        operations.noter_sollicitation(contact, par=animateur, le=JOUR)


@pytest.mark.parametrize(("profil", "statut"), [("animateur", 302), ("secretariat", 302), ("direct", 403), ("prefecture", 403)])
def test_contact_d_une_autre_maison_se_corrige_par_l_animation(entreprise, clients, membres, profil, statut):
    contact = SollicitationFactory(entreprise=entreprise)
    url = adresse("sollicitation-modifier", entreprise.reseau, contact.pk)
    envoi = saisie(membres[profil], institution=contact.institution_id, canal="courriel")
    assert clients[profil].post(url, envoi).status_code == statut
    contact.refresh_from_db()
    assert contact.canal == ("courriel" if statut == 302 else "telephone")


def test_contact_de_la_maison_s_efface_par_un_collegue(entreprise, clients, direct):
    contact = SollicitationFactory(entreprise=entreprise, institution=direct.institution)
    assert clients["direct"].post(adresse("sollicitation-supprimer", entreprise.reseau, contact.pk)).status_code == 302
    assert not Sollicitation.objects.exists()


def test_gestes_ne_se_montrent_que_sur_les_siennes(entreprise, clients, direct):
    mienne = SollicitationFactory(entreprise=entreprise, membre=direct)
    autre = SollicitationFactory(entreprise=entreprise)
    page = clients["direct"].get(adresse("sollicitations", entreprise.reseau, entreprise.pk)).content.decode()
    assert adresse("sollicitation-modifier", entreprise.reseau, mienne.pk) in page
    assert adresse("sollicitation-modifier", entreprise.reseau, autre.pk) not in page


def test_institution_d_un_autre_reseau_est_refusee(entreprise, clients, direct):
    envoi = saisie(direct, institution=InstitutionFactory().pk)
    reponse = clients["direct"].post(adresse("sollicitation-ajouter", entreprise.reseau, entreprise.pk), envoi)
    assert list(reponse.context["form"].errors) == ["institution"]


def test_noter_un_contact_cherche_l_entreprise_parmi_celles_que_l_on_voit(entreprise, clients, direct):
    cachee = EntrepriseFactory(reseau=entreprise.reseau, raison_sociale="Tournerie cachée")
    DeportFactory(entreprise=cachee, membre=direct)
    trouvees = clients["direct"].get(adresse("sollicitation-noter", entreprise.reseau), {"q": "tournerie"}).context["trouvees"]
    assert trouvees == [entreprise]


def test_ne_plus_solliciter_se_pose_avec_un_motif_et_se_journalise(entreprise, clients):
    jour = localdate() + timedelta(days=90)
    envoi = {"jusqu_au": jour.isoformat(), "motif": "Redressement en cours"}
    clients["direct"].post(adresse("proteger", entreprise.reseau, entreprise.pk), envoi)
    entreprise.refresh_from_db()
    assert (entreprise.ne_plus_solliciter_jusqu_au, entreprise.ne_plus_solliciter_motif) == (jour, "Redressement en cours")
    precision = f"ne plus solliciter jusqu’au {jour:%d/%m/%Y}"
    assert Journal.objects.filter(objet_id=entreprise.pk, precision=precision).count() == 1
    assert "Redressement en cours" in clients["direct"].get(entreprise.get_absolute_url()).content.decode()


def test_ne_plus_solliciter_exige_un_motif_et_une_date_a_venir(entreprise, clients):
    url = adresse("proteger", entreprise.reseau, entreprise.pk)
    sans_motif = clients["direct"].post(url, {"jusqu_au": localdate().isoformat(), "motif": ""})
    assert list(sans_motif.context["form"].errors) == ["motif"]
    passee = clients["direct"].post(url, {"jusqu_au": "2020-01-01", "motif": "x"})
    assert list(passee.context["form"].errors) == ["__all__"]


def test_interdiction_se_leve(reseau, clients):
    entreprise = EntrepriseFactory(reseau=reseau, ne_plus_solliciter_jusqu_au="2999-01-01", ne_plus_solliciter_motif="x")
    clients["direct"].post(adresse("proteger", reseau, entreprise.pk), {"lever": "oui"})
    releve = Entreprise.objects.values_list("ne_plus_solliciter_jusqu_au", "ne_plus_solliciter_motif").get(pk=entreprise.pk)
    assert releve == (None, "")


@pytest.mark.parametrize("combien", [1, 3, 30])
def test_journal_en_requetes_constantes(entreprise, clients, requetes, combien):
    for rang in range(combien):
        SollicitationFactory(entreprise=entreprise, le=JOUR - timedelta(days=rang))
    url = adresse("sollicitations", entreprise.reseau, entreprise.pk)
    clients["direct"].get(url)
    nombre = requetes(lambda: clients["direct"].get(url))
    assert nombre <= 12
