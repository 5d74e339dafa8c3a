"""L'ordre du jour : rempli par les données, déplacé, retiré avec un motif ; les entreprises proposées et leurs notes."""

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils.timezone import localdate, now

from reseau.lib.erreurs import RegleEnfreinte
from suivi import operations
from suivi.chronologie import chronologie
from suivi.enums import GenreEvenement
from suivi.models import Note, Point, Proposition
from suivi.ordre_du_jour import sujets_a_ordonner, visites_de_la_seance
from suivi.preparation import preparer
from tests.factories import (
    CompteRenduFactory,
    DeportFactory,
    EntrepriseFactory,
    NoteFactory,
    PointFactory,
    PropositionFactory,
    ReunionFactory,
    VisiteFactory,
)

JOUR = localdate()


@pytest.fixture
def reunion(reseau):
    return ReunionFactory(reseau=reseau, le=JOUR)


@pytest.fixture
def visite(reseau):
    return CompteRenduFactory(visite=VisiteFactory(reseau=reseau, realisee=True), termine=True).visite


@pytest.fixture
def point(reunion, direct):
    return PointFactory(reunion=reunion, demande_par=direct)


def codes(reunion, membre):
    return [sujet.code for sujet in sujets_a_ordonner(reunion, membre, JOUR)]


def poster(clients, profil, reunion, geste, **champs):
    return clients[profil].post(reverse(f"suivi:reunion-{geste}", args=[reunion.reseau.slug, reunion.pk]), champs)


def test_ordre_se_remplit_des_donnees_puis_des_points_demandes(reunion, visite, point, animateur):
    assert codes(reunion, animateur) == [f"visite-{visite.pk}", "prochaines", "expose", f"point-{point.pk}"]


def test_deplacer_monte_un_point_et_ce_qui_arrive_ensuite_y_trouve_sa_place(reunion, visite, point, animateur, reseau):
    for _ in range(3):
        operations.deplacer(reunion, f"point-{point.pk}", "haut", par=animateur)
    autre = CompteRenduFactory(visite=VisiteFactory(reseau=reseau, realisee=True), termine=True).visite
    attendus = [f"point-{point.pk}", f"visite-{visite.pk}", f"visite-{autre.pk}", "prochaines", "expose"]
    assert codes(reunion, animateur) == attendus


@pytest.mark.parametrize(("code", "sens"), [("visite-999999", "haut"), ("prochaines", "ailleurs"), ("point-x", "bas"), ("", "")])
def test_deplacer_n_importe_quoi_est_refuse(reunion, animateur, code, sens):
    with pytest.raises(RegleEnfreinte):
        operations.deplacer(reunion, code, sens, par=animateur)


def test_retirer_une_restitution_la_remet_a_une_autre_reunion(reunion, visite, animateur):
    operations.retirer(reunion, f"visite-{visite.pk}", par=animateur)
    suivante = ReunionFactory(reseau=reunion.reseau, le=JOUR)
    assert list(visites_de_la_seance(reunion, animateur)) == []
    assert list(visites_de_la_seance(suivante, animateur)) == [visite]
    operations.remettre(reunion, f"visite-{visite.pk}", par=animateur)
    assert list(visites_de_la_seance(reunion, animateur)) == [visite]


def test_restitution_remise_a_une_autre_reunion_montre_pourquoi(reunion, visite, animateur, clients):
    poster(clients, "animateur", reunion, "retirer", sujet=f"visite-{visite.pk}", motif="Elle signe le mois prochain.")
    assert "Elle signe le mois prochain." in clients["animateur"].get(reunion.get_absolute_url()).content.decode()


def test_point_demande_ne_se_retire_qu_avec_un_motif_garde_et_montre(reunion, point, animateur, clients):
    with pytest.raises(RegleEnfreinte, match="dites pourquoi"):
        operations.retirer(reunion, point.code, motif="  ", par=animateur)
    poster(clients, "animateur", reunion, "retirer", sujet=point.code, motif="Le budget n’est pas connu.")
    assert point.code not in codes(reunion, animateur)
    for profil in ("direct", "prefecture"):
        assert "Le budget n’est pas connu." in clients[profil].get(reunion.get_absolute_url()).content.decode()


def test_base_refuse_un_retrait_sans_motif(point, animateur):
    retrait = {"retire_le": now(), "retire_par": animateur}
    with pytest.raises(IntegrityError, match="point_retire_motive"):
        Point.objects.filter(pk=point.pk).update(**retrait)


def test_qui_a_demande_le_point_le_retire_sans_motif_mais_ne_defait_pas_le_retrait_d_un_autre(reunion, point, clients, animateur):
    assert poster(clients, "direct", reunion, "retirer", sujet=point.code).status_code == 302
    assert Point.objects.retires().count() == 1
    poster(clients, "direct", reunion, "retirer", sujet=point.code, remettre="oui")
    operations.retirer(reunion, point.code, motif="Plus tard", par=animateur)
    assert poster(clients, "direct", reunion, "retirer", sujet=point.code, remettre="oui").status_code == 403
    assert Point.objects.retires().count() == 1


@pytest.mark.parametrize("profil", ["secretariat", "direct", "associe", "prefecture"])
def test_ordonner_et_retirer_sont_a_l_animateur(reunion, clients, profil):
    assert poster(clients, profil, reunion, "deplacer", sujet="prochaines", sens="bas").status_code == 403
    assert poster(clients, profil, reunion, "retirer", sujet="prochaines").status_code == 403


def test_ordre_d_une_reunion_close_ne_bouge_plus(reseau, animateur):
    close = ReunionFactory(reseau=reseau, tenue=True)
    for geste in (operations.retirer, operations.remettre):
        with pytest.raises(RegleEnfreinte, match="close"):
            geste(close, "prochaines", par=animateur)


# Les entreprises proposées


def proposer(clients, profil, entreprise, texte=""):
    page = reverse("suivi:reunion-entreprises", args=[entreprise.reseau.slug])
    return clients[profil].post(page, {"entreprise": entreprise.pk, "texte": texte})


def test_chacun_laisse_une_note_et_peut_la_changer(reseau, clients, direct):
    entreprise = EntrepriseFactory(reseau=reseau)
    for profil, texte in (("direct", "Un terrain"), ("secretariat", "Deux régleurs"), ("direct", "Un terrain plat")):
        proposer(clients, profil, entreprise, texte)
    assert (Proposition.objects.get().proposee_par, sorted(Note.objects.values_list("texte", flat=True))) == (
        direct,
        ["Deux régleurs", "Un terrain plat"],
    )


def test_entreprise_deja_confiee_ou_invisible_ne_se_propose_pas(reseau, clients, direct):
    confiee, cachee = EntrepriseFactory(reseau=reseau), EntrepriseFactory(reseau=reseau)
    VisiteFactory(reseau=reseau, entreprise=confiee, programmee=True)
    DeportFactory(entreprise=cachee, membre=direct)
    for entreprise in (confiee, cachee):
        assert proposer(clients, "direct", entreprise, "Ma note").status_code == 200
    assert "Ma note" in proposer(clients, "direct", confiee, "Ma note").content.decode()
    assert Proposition.objects.count() == 0


def test_notes_reprises_en_seance_et_dans_la_fiche_de_preparation(reunion, reseau, clients, animateur):
    note = NoteFactory(proposition=PropositionFactory(entreprise=EntrepriseFactory(reseau=reseau)))
    entreprise = note.proposition.entreprise
    seance = reverse("suivi:seance", args=[reseau.slug, reunion.pk])
    assert note.texte in clients["animateur"].get(seance, {"sujet": "prochaines"}).content.decode()
    operations.retenir(entreprise, reunion=reunion, par=animateur, le=JOUR)
    textes = [texte for bloc in preparer(entreprise, animateur, JOUR).blocs for _, texte in bloc.lignes]
    assert note.texte in textes


def test_deporte_ne_lit_ni_l_entreprise_proposee_ni_ses_notes(reseau, clients, direct):
    note = NoteFactory(proposition=PropositionFactory(entreprise=EntrepriseFactory(reseau=reseau, raison_sociale="Canari")))
    DeportFactory(entreprise=note.proposition.entreprise, membre=direct)
    contenu = clients["direct"].get(reverse("suivi:reunion-entreprises", args=[reseau.slug]) + "?q=canari").content.decode()
    assert [mot in contenu for mot in ("Canari", note.texte)] == [False, False]


def test_choisir_retient_la_proposition_et_renoncer_la_rend(reunion, reseau, animateur):
    proposition = PropositionFactory(entreprise=EntrepriseFactory(reseau=reseau))
    visite = operations.retenir(proposition.entreprise, reunion=reunion, par=animateur, le=JOUR)
    assert list(Proposition.objects.en_attente()) == []
    operations.renoncer(visite, reunion=reunion, par=animateur, le=JOUR)
    assert list(Proposition.objects.en_attente()) == [proposition]


def test_ecarter_garde_le_motif_que_l_histoire_de_l_entreprise_relit(reunion, reseau, animateur):
    proposition = PropositionFactory(entreprise=EntrepriseFactory(reseau=reseau))
    with pytest.raises(RegleEnfreinte, match="pourquoi"):
        operations.ecarter(proposition, reunion=reunion, motif=" ", par=animateur)
    operations.ecarter(proposition, reunion=reunion, motif="Trop loin", par=animateur)
    proposition.refresh_from_db()
    assert (proposition.decidee_en, proposition.motif_d_ecart) == (reunion, "Trop loin")
    assert [fait.phrase for fait in chronologie(proposition.entreprise, animateur, [GenreEvenement.VISITE])] == [
        "Proposée, non retenue en réunion : Trop loin"
    ]
