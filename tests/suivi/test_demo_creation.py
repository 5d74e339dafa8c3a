"""Créer les réseaux d'exemple : dans une base vide seulement, tout ou rien, à l'identique pour une même graine."""

from datetime import date
from hashlib import sha256
from random import Random

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction

from reseau.models import Reseau, Utilisateur
from suivi.demonstration import RESEAUX_MAX, creer
from suivi.demonstration.controle import DonneesIncoherentes
from suivi.demonstration.plans import plan
from suivi.indicateurs import tableau_2_5
from tests.conftest import REFERENCE
from visites.models import Visite

LE = date(2026, 3, 5)
APPLICATIONS = ("reseau", "entreprises", "visites", "suivi")
TOUS = [modele for nom in APPLICATIONS for modele in apps.get_app_config(nom).get_models()]
MODELES = [modele for modele in TOUS if modele.__module__ != REFERENCE]
pytestmark = pytest.mark.django_db


# Des clés dans un texte : de quoi défaire, ou l'adresse d'un filtre, que PostgreSQL ne reprend pas après un retour en arrière ;
# et le numéro, tiré au sort, d'un courriel.
A_CLES = {
    *(("Fusion", "deplaces"), ("VueEnregistree", "parametres"), ("Pli", "page"), ("Pli", "reference")),
    *(("LotEcrit", "avant"), ("LotEcrit", "premiere"), ("LotEcrit", "derniere")),
}


def empreinte():
    """Toutes les données, clés rendues par leur rang et mots de passe ôtés : comparables d'une création à l'autre."""
    rangs = {
        modele: {pk: rang for rang, pk in enumerate(sorted(modele.objects.values_list("pk", flat=True)))} for modele in MODELES
    }
    trace = sha256()
    for modele in MODELES:
        for objet in modele.objects.order_by("pk"):
            for champ in modele._meta.concrete_fields:
                valeur = getattr(objet, champ.attname)
                if champ.is_relation and champ.related_model in rangs:
                    valeur = rangs[champ.related_model].get(valeur)
                if champ.primary_key or champ.name in ("password", "objet_id") or (modele.__name__, champ.name) in A_CLES:
                    continue
                valeur = bytes(valeur) if isinstance(valeur, memoryview) else valeur
                trace.update(repr((modele.__name__, champ.name, valeur)).encode())
    return trace.hexdigest()


def recreer(graine, le=LE):
    """L'empreinte d'un réseau d'exemple créé puis défait."""
    with transaction.atomic():
        creer(1, graine=graine, le=le)
        trace = empreinte()
        transaction.set_rollback(True)
    return trace


def test_meme_graine_meme_jour_memes_donnees_une_autre_d_autres():
    assert recreer("7") == recreer("7") != recreer("8")


@pytest.mark.parametrize("le", [date(2024, 2, 29), date(2025, 1, 1), date(2025, 8, 17), date(2026, 12, 27)])
def test_tous_les_jours_de_l_annee_conviennent(le):
    creer(1, graine="1996", le=le)
    tableau = tableau_2_5(Reseau.objects.get(), au=le)
    realisees = [ligne["realisees"] for ligne in tableau.sections[0].pied]
    assert [getattr(v, "valeur", v) for v in realisees] == [187, 11, 198, 198 / 319]


def test_troisieme_reseau_est_plus_petit():
    creer(3, graine="1996", le=LE)
    tailles = [Visite.objects.filter(reseau=reseau).realisees().count() for reseau in Reseau.objects.order_by("pk")]
    assert tailles == [187, 203, 38]


@pytest.mark.parametrize("graine", range(20))
def test_plans_ont_leurs_comptes_quelle_que_soit_la_graine(graine):
    for rang in range(RESEAUX_MAX):
        prevu = plan(rang, Random(f"{graine} {rang}"))
        presents = {ligne.nom for ligne in prevu.lignes if ligne.depart is None}
        assert {prevu.direct, prevu.adjoint} <= presents
        assert sum(ligne.programmees for ligne in prevu.lignes) == len(prevu.situations)


def test_base_qui_a_deja_un_reseau_est_refusee(reseau):
    with pytest.raises(CommandError, match="contient déjà un réseau") as refus:
        call_command("demo", reseaux=1)
    assert refus.value.returncode == 2
    assert Reseau.objects.count() == 1


@pytest.mark.parametrize("nombre", [0, -1, 11])
def test_nombre_de_reseaux_est_borne(nombre):
    with pytest.raises(CommandError, match="de 1 à 10"):
        call_command("demo", reseaux=nombre)


def test_echec_ne_laisse_rien(monkeypatch):
    def echouer(*arguments):
        raise DonneesIncoherentes("exprès")

    monkeypatch.setattr("suivi.demonstration.verifier", echouer)
    with pytest.raises(DonneesIncoherentes):
        creer(1, graine="1996", le=LE)
    assert (Reseau.objects.count(), Utilisateur.objects.count()) == (0, 0)


def test_comptes_d_une_base_vide_ne_disent_rien_et_n_ecrivent_rien(capsys):
    call_command("demo", comptes=True)
    assert capsys.readouterr().out == ""
    assert Reseau.objects.count() == 0
