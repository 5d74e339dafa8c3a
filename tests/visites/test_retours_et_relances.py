"""La lettre revenue à l'expéditeur, et la relance d'une lettre restée sans rendez-vous."""

from datetime import timedelta

import pytest

from reseau.lib.erreurs import RegleEnfreinte
from tests.factories import JOUR, CourrierFactory, VisiteFactory
from visites import courriers
from visites.enums import EtatCourrier, EtatVisite, GenreCourrier, MotifRetour
from visites.models import Courrier, Visite

pytestmark = pytest.mark.django_db


@pytest.fixture
def partie(reseau, prefecture):
    """Une lettre d'annonce signée et partie ce jour."""
    lettre = CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True), a_signer=True)
    return envoyee(lettre, prefecture)


def envoyee(lettre, prefecture, le=JOUR):
    lettres = Courrier.objects.filter(pk=lettre.pk)
    courriers.soumettre(lettres, par=prefecture, le=le)
    courriers.signer(lettres, par=prefecture, le=le)
    courriers.envoyer(lettres, par=prefecture, le=le)
    return lettres.select_related("visite__reseau", "reseau").get()


def revenir(lettre, par, le=JOUR):
    return courriers.noter_un_retour(lettre, motif=MotifRetour.ADRESSE, le=le, par=par)


def test_lettre_revenue_n_annonce_plus_la_visite(animateur, partie):
    revenir(partie, animateur)
    visite = Visite.objects.get()
    assert (visite.etat, visite.annoncee_le) == (EtatVisite.PROGRAMMEE, None)


def test_lettre_revenue_laisse_en_preparer_une_autre(animateur, partie):
    assert not Visite.objects.a_annoncer().exists()
    revenir(partie, animateur)
    assert Visite.objects.a_annoncer().get() == partie.visite
    nouvelle = courriers.preparer(partie.visite, par=animateur, le=JOUR)
    assert nouvelle != partie
    assert courriers.preparer(partie.visite, par=animateur, le=JOUR) == nouvelle
    assert Courrier.objects.courant(partie.visite) == nouvelle


def test_lettre_revenue_garde_son_numero(animateur, partie):
    revenir(partie, animateur)
    partie.refresh_from_db()
    assert (partie.etat, partie.numero, partie.motif_retour) == (EtatCourrier.ENVOYEE, 1, MotifRetour.ADRESSE)


def test_lettre_ne_revient_ni_deux_fois_ni_avant_de_partir(animateur, partie):
    with pytest.raises(RegleEnfreinte, match="ne peut pas être revenue avant"):
        revenir(partie, animateur, le=JOUR - timedelta(days=1))
    revenir(partie, animateur)
    with pytest.raises(RegleEnfreinte, match="Seule une lettre envoyée"):
        revenir(partie, animateur)


def test_rendez_vous_deja_pris_survit_au_retour(animateur, partie):
    Visite.objects.update(etat=EtatVisite.RENDEZ_VOUS_PRIS, rendez_vous_le="2026-03-10T09:00Z")
    partie.visite.refresh_from_db()
    revenir(partie, animateur)
    assert Visite.objects.get().etat == EtatVisite.RENDEZ_VOUS_PRIS


def test_retour_se_note_a_l_ecran(clients, adresse, partie):
    page = adresse("visites:courrier-retour", partie.pk)
    assert clients["direct"].get(page).status_code == 403
    assert list(clients["secretariat"].post(page, {"motif": "adresse", "le": "2999-01-01"}).context["form"].errors) == ["le"]
    clients["secretariat"].post(page, {"motif": "adresse", "le": "2026-03-05"})
    assert "n’habite pas à l’adresse indiquée" in clients["secretariat"].get(adresse("visites:courrier", partie.pk)).text


def test_relance_s_ouvre_une_fois(animateur, partie):
    relance = courriers.relancer(Visite.objects.get(), par=animateur, le=JOUR)
    assert (relance.genre, relance.etat) == (GenreCourrier.RELANCE, EtatCourrier.BROUILLON)
    assert courriers.relancer(Visite.objects.get(), par=animateur, le=JOUR) == relance


def test_relance_porte_son_propre_texte_et_un_numero_de_la_meme_serie(animateur, prefecture, partie):
    relance = courriers.relancer(Visite.objects.get(), par=animateur, le=JOUR)
    relance = envoyee(relance, prefecture, le=JOUR + timedelta(days=20))
    assert (relance.numero, relance.contenu["objet"]) == (2, "Notre proposition de rencontre dans votre entreprise")


def test_relance_partie_redate_l_annonce(animateur, prefecture, partie, reseau):
    tard = JOUR + timedelta(days=20)
    assert Visite.objects.annoncees_sans_rendez_vous(tard, reseau.lettre_relance_jours).exists()
    envoyee(courriers.relancer(Visite.objects.get(), par=animateur, le=JOUR), prefecture, le=tard)
    assert not Visite.objects.annoncees_sans_rendez_vous(tard, reseau.lettre_relance_jours).exists()


@pytest.mark.parametrize("etat", ["programmee", "realisee"])
def test_visite_non_annoncee_ne_se_relance_pas(animateur, reseau, etat):
    with pytest.raises(RegleEnfreinte):
        courriers.relancer(VisiteFactory(reseau=reseau, **{etat: True}), par=animateur, le=JOUR)


def test_relance_revenue_laisse_la_visite_annoncee_par_la_premiere(animateur, prefecture, partie):
    relance = envoyee(courriers.relancer(Visite.objects.get(), par=animateur, le=JOUR), prefecture)
    revenir(relance, animateur)
    assert Visite.objects.get().etat == EtatVisite.ANNONCEE


def test_retour_propose_les_motifs_de_sa_voie(clients, adresse, partie):
    page = adresse("visites:courrier-retour", Courrier.objects.get().pk)
    papier = [motif for motif, _ in clients["secretariat"].get(page).context["form"].fields["motif"].choices]
    Courrier.objects.update(courriel="ada@exemple.test")
    courriel = [motif for motif, _ in clients["secretariat"].get(page).context["form"].fields["motif"].choices]
    assert (len(papier), "non_remis" in papier, courriel) == (4, False, ["non_remis"])
