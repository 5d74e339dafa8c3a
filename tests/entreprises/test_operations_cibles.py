"""Décider une cible : la liste se fige, l'avertissement se dit, les écarts se motivent."""

from datetime import date

import pytest

from entreprises.enums import EtatCible
from entreprises.models import Cible, LigneDeCible
from entreprises.operations import (
    avertir_de_la_taille,
    creer_cible,
    decider_cible,
    ecarter,
    modifier_cible,
    reprendre,
)
from reseau.lib.erreurs import RegleEnfreinte
from tests.factories import CibleFactory, EntrepriseFactory, LigneDeCibleFactory, ReunionFactory

pytestmark = pytest.mark.django_db
LE = date(2026, 3, 2)


def decider(cible, par, **options):
    return decider_cible(cible, **{"decidee_le": LE, "le": LE, "par": par} | options)


def test_cible_creee_est_du_reseau_et_en_preparation(animateur):
    cible = creer_cible(Cible(nom="Bois", criteres={"divisions": ["16"]}), par=animateur)
    assert (cible.reseau, cible.etat) == (animateur.reseau, EtatCible.BROUILLON)


def test_decision_fige_les_actives_sollicitables_selon_les_criteres(reseau, animateur):
    retenue = EntrepriseFactory(reseau=reseau)
    EntrepriseFactory(reseau=reseau, naf_id="10.51A")
    EntrepriseFactory(reseau=reseau, etat="ferme")
    EntrepriseFactory(reseau=reseau, ne_plus_solliciter_jusqu_au=LE)
    EntrepriseFactory()
    cible = CibleFactory(reseau=reseau, criteres={"divisions": ["16"]})
    reunion = ReunionFactory(reseau=reseau)
    assert decider(cible, animateur, reunion=reunion) == 1
    cible.refresh_from_db()
    assert (cible.etat, cible.decidee_le, cible.reunion) == (EtatCible.DECIDEE, LE, reunion)
    assert [ligne.entreprise for ligne in cible.lignes.all()] == [retenue]


def test_liste_figee_ne_suit_plus_le_tissu(reseau, animateur):
    cible, entreprise = CibleFactory(reseau=reseau), EntrepriseFactory(reseau=reseau)
    decider(cible, animateur)
    EntrepriseFactory(reseau=reseau)
    entreprise.etat = "ferme"
    entreprise.save()
    assert [ligne.entreprise for ligne in cible.lignes.all()] == [entreprise]


def test_decision_vaut_pour_tous_meme_si_le_decideur_est_deporte(reseau, animateur):
    entreprise = EntrepriseFactory(reseau=reseau)
    entreprise.deports.create(membre=animateur, motif="Parenté", le=LE)
    assert decider(CibleFactory(reseau=reseau), animateur) == 1


def test_generations_se_suivent(reseau, animateur):
    EntrepriseFactory(reseau=reseau)
    cibles = [CibleFactory(reseau=reseau) for _ in range(2)]
    for cible in cibles:
        decider(cible, animateur)
    assert [cible.generation for cible in cibles] == [1, 2]


@pytest.mark.parametrize(
    ("decidee_le", "message"), [(date(2026, 3, 3), "avenir"), (LE, "Aucune entreprise ne répond à ces critères")]
)
def test_decision_impossible_ne_fige_rien(reseau, animateur, decidee_le, message):
    with pytest.raises(RegleEnfreinte, match=message):
        decider(CibleFactory(reseau=reseau), animateur, decidee_le=decidee_le)
    assert (Cible.objects.get().etat, LigneDeCible.objects.count()) == (EtatCible.BROUILLON, 0)


def test_cible_decidee_ne_se_decide_ni_ne_se_modifie_plus(reseau, animateur):
    EntrepriseFactory(reseau=reseau)
    cible = CibleFactory(reseau=reseau, decidee=True)
    for operation in (lambda: decider(cible, animateur), lambda: modifier_cible(cible, par=animateur)):
        with pytest.raises(RegleEnfreinte, match="figée"):
            operation()


def test_deux_decisions_simultanees_ne_figent_qu_une_liste(reseau, animateur):
    EntrepriseFactory(reseau=reseau)
    premiere = CibleFactory(reseau=reseau)
    seconde = Cible.objects.get(pk=premiere.pk)
    decider(premiere, animateur)
    with pytest.raises(RegleEnfreinte):
        decider(seconde, animateur)
    assert LigneDeCible.objects.count() == 1


@pytest.mark.parametrize(("nombre", "averti"), [(99, True), (100, False)])
def test_petite_cible_avertit_sans_bloquer(reseau, nombre, averti):
    assert bool(avertir_de_la_taille(nombre, reseau)) is averti


def test_decision_coute_autant_pour_trois_que_pour_trente(reseau, animateur, requetes):
    nombres = []
    for combien in (3, 27):
        EntrepriseFactory.create_batch(combien, reseau=reseau)
        cible = CibleFactory(reseau=reseau)
        nombres.append(requetes(lambda cible=cible: decider(cible, animateur)))
    assert nombres[0] == nombres[1]


def test_ecart_porte_son_motif_et_se_reprend(animateur):
    ligne = LigneDeCibleFactory(cible__reseau=animateur.reseau)
    ecarter(ligne, motif="  Double d’un autre site ", par=animateur)
    ligne.refresh_from_db()
    assert ligne.motif_d_ecart == "Double d’un autre site"
    reprendre(ligne, par=animateur)
    ligne.refresh_from_db()
    assert ligne.motif_d_ecart == ""


def test_ecart_sans_motif_est_refuse(animateur):
    ligne = LigneDeCibleFactory(cible__reseau=animateur.reseau)
    with pytest.raises(RegleEnfreinte, match="pourquoi"):
        ecarter(ligne, motif="  ", par=animateur)
