"""Exposés, formations, immersions et binômes : le programme, les inscrits, les présents."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils.timezone import localdate

from reseau import formations
from reseau.models import Binome, Formation
from tests.factories import BinomeFactory, ExposeFactory, FormationFactory, MembreFactory, PresenceFactory, ReunionFactory

JOUR = localdate()
HIER = JOUR - timedelta(days=1)


@pytest.fixture
def poster(reseau, clients):
    def envoyer(profil, nom, *cles, **champs):
        return clients[profil].post(reverse(f"reseau:{nom}", args=[reseau.slug, *cles]), champs)

    return envoyer


def presents(formation):
    return set(formation.participations.filter(present=True).values_list("membre", flat=True))


def test_prevoir_une_formation_inscrit_des_membres(poster, direct, membres):
    cles = [direct.pk, membres["associe"].pk]
    poster("secretariat", "formation-creer", genre="immersion", titre="Une journée à la DREAL", le=JOUR, inscrits=cles)
    formation = Formation.objects.get()
    assert (formation.genre, set(formation.participations.values_list("membre", flat=True))) == ("immersion", set(cles))


def test_presents_se_pointent_parmi_les_inscrits_seulement(poster, reseau, direct, membres, animateur):
    formation = FormationFactory(reseau=reseau, le=HIER)
    formations.tenir_la_formation(formation, inscrits=[direct, membres["associe"]], par=animateur)
    poster("animateur", "formation-presents", formation.pk, presents=[direct.pk])
    assert presents(formation) == {direct.pk}
    poster("animateur", "formation-presents", formation.pk, presents=[membres["prefecture"].pk])
    assert presents(formation) == {direct.pk}


def test_modifier_garde_le_pointage_de_qui_reste(reseau, direct, membres, animateur):
    formation = FormationFactory(reseau=reseau, le=HIER)
    formations.tenir_la_formation(formation, inscrits=[direct], par=animateur)
    formations.pointer_les_presents(formation, [direct], par=animateur)
    formations.tenir_la_formation(formation, inscrits=[direct, membres["associe"]], par=animateur)
    assert (presents(formation), formation.participations.count()) == ({direct.pk}, 2)


def test_formation_a_venir_ne_se_pointe_pas(poster, reseau, direct, animateur):
    formation = FormationFactory(reseau=reseau, le=JOUR + timedelta(days=3))
    formations.tenir_la_formation(formation, inscrits=[direct], par=animateur)
    poster("animateur", "formation-presents", formation.pk, presents=[direct.pk])
    assert presents(formation) == set()


def test_page_dit_le_programme_et_compte_les_presents_des_exposes(reseau, clients):
    tenue = ExposeFactory(reunion=ReunionFactory(reseau=reseau, tenue=True), titre="La qualité")
    PresenceFactory(reunion=tenue.reunion)
    PresenceFactory(reunion=tenue.reunion, etat="excuse")
    prevu = ExposeFactory(reunion=ReunionFactory(reseau=reseau, le=JOUR), titre="Le crédit")
    contexte = clients["prefecture"].get(reverse("reseau:formations", args=[reseau.slug])).context
    assert (list(contexte["prevus"]), [(e, e.nb_presents) for e in contexte["page_obj"]]) == ([prevu], [(tenue, 1)])


def test_binome_se_forme_puis_se_clot(poster, reseau, direct):
    junior = MembreFactory(reseau=reseau)
    poster("animateur", "formations-binome", ancien=direct.pk, junior=junior.pk, debut_le=HIER)
    binome = Binome.objects.get()
    poster("animateur", "formations-binome", clore=binome.pk)
    binome.refresh_from_db()
    assert (binome.ancien, binome.fin_le) == (direct, JOUR)


def test_binome_de_soi_meme_ou_en_double_est_refuse(poster, reseau, direct):
    junior = MembreFactory(reseau=reseau)
    BinomeFactory(junior=junior, ancien=direct)
    poster("animateur", "formations-binome", ancien=direct.pk, junior=direct.pk, debut_le=HIER)
    poster("animateur", "formations-binome", ancien=direct.pk, junior=junior.pk, debut_le=HIER)
    assert Binome.objects.count() == 1
    with pytest.raises(IntegrityError):
        Binome.objects.create(ancien=junior, junior=junior, debut_le=HIER)


@pytest.mark.parametrize("profil", ["direct", "associe", "prefecture", "observateur"])
def test_tenir_est_a_l_animateur_et_au_secretariat(poster, profil):
    assert (poster(profil, "formation-creer").status_code, poster(profil, "formations-binome").status_code) == (403, 403)
