"""La seconde barrière : sous le rôle du service, la base ne rend que le réseau de la demande, filtre oublié ou non."""

from contextlib import suppress
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from entreprises.models import Etiquette
from reseau import barriere, cloisons
from reseau.models import Pli
from tests.conftest import connecter
from tests.factories import CompteRenduFactory, EtiquetteFactory, MembreFactory, PliFactory
from visites.models import PartieReservee

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="les politiques de lignes sont de PostgreSQL"),
]


def reseaux_lus():
    """{table: les réseaux de toutes les lignes qu'un QuerySet sans aucun filtre rend}, vide s'il n'en rend pas."""
    attaches = cloisons.attaches()
    return {
        modele._meta.db_table: {*modele._base_manager.values_list(cloisons.chemin(modele, attaches), flat=True)}
        for modele in attaches
    }


def test_queryset_sans_filtre_ne_rend_que_le_reseau_courant(posee, terrain, voisin):
    sans, garnies = reseaux_lus(), 0
    with barriere.demande():
        barriere.entrer(terrain.reseau)
        lues = reseaux_lus()
    for table, reseaux in lues.items():
        assert reseaux == sans[table] & {terrain.reseau.pk}, table
        garnies += len(sans[table]) > 1
    assert garnies > 40


def test_sans_reseau_pose_la_base_ne_rend_rien(posee, terrain):
    with barriere.demande():
        assert {*map(len, reseaux_lus().values())} == {0}


def test_ecrire_dans_un_autre_reseau_est_refuse(posee, terrain, voisin):
    with barriere.demande():
        barriere.entrer(terrain.reseau)
        EtiquetteFactory(reseau=terrain.reseau)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            EtiquetteFactory(reseau=voisin.reseau)
        assert Etiquette.objects.filter(pk=voisin.a_eux["etiquette"]).update(nom="prise") == 0


def test_courriel_sans_reseau_ne_se_lit_d_aucun(posee, terrain):
    PliFactory(reseau=None, membre=None, page="/")
    with barriere.demande():
        assert Pli.objects.filter(reseau=None).count() == 1
        barriere.entrer(terrain.reseau)
        assert Pli.objects.filter(reseau=None).count() == 0


def test_partie_reservee_est_fermee_au_regalien_sauf_la_sienne(posee, terrain):
    controleur = MembreFactory(reseau=terrain.reseau, institution__reseau=terrain.reseau, institution__regalienne=True)
    for auteur in (controleur, terrain.membres["direct"]):
        rendu = CompteRenduFactory(visite__reseau=terrain.reseau, visite__entreprise__reseau=terrain.reseau, auteur=auteur)
        PartieReservee.objects.create(compte_rendu=rendu, texte="En confiance")
    lues = partial(PartieReservee.objects.values_list, "compte_rendu__auteur", flat=True)
    with barriere.demande():
        barriere.entrer(terrain.reseau, terrain.membres["animateur"])
        assert {*lues()} == {controleur.pk, terrain.membres["direct"].pk}
        barriere.entrer(terrain.reseau, controleur)
        assert [*lues()] == [controleur.pk]


def test_demande_ne_laisse_rien_a_la_suivante(posee, terrain, voisin):
    """La connexion est gardée d'une demande à l'autre (CONN_MAX_AGE) : ni rôle ni réseau n'y restent."""
    for chez in (terrain, voisin):
        assert connecter(chez.membres["animateur"]).get(chez.reseau.get_absolute_url()).status_code == 200
        with connection.cursor() as curseur:
            curseur.execute("SELECT current_setting('role'), current_setting('reseau.courant'), current_setting('reseau.tous')")
            assert curseur.fetchone() == ("none", "", "")


def test_demande_interrompue_ne_laisse_rien_non_plus(posee, terrain):
    with suppress(ZeroDivisionError), barriere.demande():
        barriere.entrer(terrain.reseau)
        raise ZeroDivisionError
    with connection.cursor() as curseur:
        curseur.execute("SELECT current_setting('role'), current_setting('reseau.courant')")
        assert curseur.fetchone() == ("none", "")


def test_tous_les_reseaux_se_referment(posee, terrain, voisin):
    with barriere.demande():
        barriere.entrer(terrain.reseau)
        with barriere.tous_les_reseaux():
            assert len(reseaux_lus()["reseau_reseau"]) == 2
        assert reseaux_lus()["reseau_reseau"] == {terrain.reseau.pk}


def test_etat_nomme_ce_qui_manque(posee, capsys):
    call_command("barriere", "--etat")
    assert "Barrière entière" in capsys.readouterr().out
    with connection.cursor() as curseur:
        curseur.execute("DROP POLICY cloison ON visites_visite")
    with pytest.raises(CommandError, match="visites_visite : politique cloison absente"):
        call_command("barriere", "--etat")


def test_retiree_la_barriere_ne_laisse_aucune_politique(posee):
    call_command("barriere", "--retirer")
    with connection.cursor() as curseur:
        curseur.execute("SELECT count(*) FROM pg_class WHERE relrowsecurity")
        assert curseur.fetchone() == (0,)
