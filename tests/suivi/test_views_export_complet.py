"""L'export complet à l'écran : à l'animateur qui lirait tout, et à lui seul ; journalisé, et du seul réseau."""

import io
import json
import zipfile

import pytest
from django.urls import reverse

from reseau.enums import Geste, Role
from reseau.models import Journal
from tests.conftest import connecter
from tests.factories import CompteRenduFactory, DeportFactory, EntrepriseFactory, InstitutionFactory, MembreFactory
from visites.models import PartieReservee

pytestmark = pytest.mark.django_db


def demander(membre):
    return connecter(membre).post(reverse("suivi:export-complet", args=[membre.reseau.slug]), follow=False)


def test_animateur_obtient_tout_son_reseau_et_rien_d_un_autre(reseau, animateur):
    sienne, autre = EntrepriseFactory(reseau=reseau), EntrepriseFactory()
    rendu = CompteRenduFactory(visite__reseau=reseau, visite__entreprise=sienne)
    PartieReservee.objects.create(compte_rendu=rendu, texte="Dit en confiance")
    with zipfile.ZipFile(io.BytesIO(demander(animateur).getvalue())) as archive:
        lues = [json.loads(ligne) for ligne in archive.read("tables/entreprises_entreprise.jsonl").splitlines()]
        assert (sienne.pk in {e["id"] for e in lues}, autre.pk in {e["id"] for e in lues}) == (True, False)
        assert "Dit en confiance" in archive.read("tables/visites_partiereservee.jsonl").decode()
        assert animateur.utilisateur.password not in archive.read("tables/reseau_utilisateur.jsonl").decode()
        assert reseau.slug in archive.read("LISEZ-MOI.txt").decode()


def test_export_est_au_journal(reseau, animateur):
    demander(animateur)
    ligne = Journal.objects.get(reseau=reseau, geste=Geste.EXPORT)
    assert (ligne.membre, ligne.objet_id, ligne.precision) == (animateur, reseau.pk, "export complet")


def refuse(membre, raison):
    """Vrai si la page dit pourquoi, et que l'envoi ne rend pas d'archive ni n'écrit au journal."""
    page = connecter(membre).get(reverse("suivi:export-complet", args=[membre.reseau.slug])).content.decode()
    reponse = demander(membre)
    return raison in page and reponse.status_code == 302 and not Journal.objects.filter(geste=Geste.EXPORT).exists()


def test_animateur_regalien_ne_l_obtient_pas(reseau):
    institution = InstitutionFactory(reseau=reseau, regalienne=True)
    assert refuse(MembreFactory(reseau=reseau, institution=institution, role=Role.ANIMATEUR), "fonctions régaliennes")


def test_animateur_deporte_ne_l_obtient_pas(reseau, animateur):
    DeportFactory(entreprise=EntrepriseFactory(reseau=reseau), membre=animateur)
    assert refuse(animateur, "déporté")


def test_page_montre_l_attente_de_l_archive(reseau, animateur):
    texte = connecter(animateur).get(reverse("suivi:export-complet", args=[reseau.slug])).content.decode()
    assert ('data-attente="attente"' in texte, "js/attente.js" in texte) == (True, True)
