"""L'assistant de départ : ce qui reste à faire change de mains, ce qui est fait reste au nom de qui l'a fait."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from reseau.enums import Domaine, Qualite, Role
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import FicheCompetence
from suivi import operations
from suivi.departs import legs
from suivi.enums import EtatAction, Mouvement
from suivi.models import Action
from tests.factories import (
    ActionFactory,
    ConcurrenceFactory,
    DeportFactory,
    FicheCompetenceFactory,
    MembreFactory,
    ProjetFactory,
    VisiteFactory,
)

JOUR = localdate()


class Dossiers:
    """De quoi partir : une visite à faire, une faite, une action en cours, une close, une en réserve, une fiche."""

    def __init__(self, reseau, partant):
        self.reseau = {"reseau": reseau}
        self.partant, self.repreneuse = partant, MembreFactory(**self.reseau, institution=partant.institution, nom="Aubry")
        self.visite = VisiteFactory(**self.reseau, developpeur=partant, programmee=True)
        self.faite = VisiteFactory(**self.reseau, developpeur=partant, realisee=True)
        self.projet = ProjetFactory(visite=self.faite)
        self.action = ActionFactory(projet=self.projet, en_cours=True)
        self.close = ActionFactory(projet=self.projet, close=True)
        self.endormie = ActionFactory(projet=self.projet, endormie=True)
        self.fiche = FicheCompetenceFactory(membre=partant, domaine=Domaine.LOCAUX)

    @property
    def choix(self):
        laisses = {"visite": self.visite, "projet": self.projet, "fiche": self.fiche}
        choix = [(genre, objet.pk, self.repreneuse) for genre, objet in laisses.items()]
        return choix + [("action", action.pk, self.repreneuse) for action in (self.action, self.endormie)]

    def relire(self):
        for objet in (self.visite, self.faite, self.projet, self.action, self.close, self.endormie, self.fiche):
            objet.refresh_from_db()


@pytest.fixture
def dossiers(reseau, direct):
    return Dossiers(reseau, direct)


@pytest.fixture
def redistribuer(dossiers, animateur):
    def jouer(choix=None, **mots):
        choix = dossiers.choix if choix is None else choix
        faite = operations.redistribuer(dossiers.partant, choix, par=animateur, le=JOUR, **mots)
        dossiers.relire()
        return faite

    return jouer


def test_tout_ce_qui_reste_a_faire_change_de_mains(dossiers, redistribuer):
    assert redistribuer().faits == {"visite": 1, "action": 2, "projet": 1, "fiche": 1}
    recus = [
        dossiers.visite.developpeur,
        dossiers.projet.interlocuteur,
        dossiers.action.responsable,
        dossiers.endormie.responsable,
    ]
    assert recus == [dossiers.repreneuse] * 4
    assert (dossiers.action.etat, dossiers.endormie.etat) == (EtatAction.PROPOSEE, EtatAction.ENDORMIE)


def test_l_histoire_reste_au_nom_de_l_ancien(dossiers, redistribuer):
    redistribuer()
    assert [dossiers.faite.developpeur, dossiers.close.responsable, dossiers.fiche.membre] == [dossiers.partant] * 3
    (ligne,) = dossiers.action.mouvements.filter(mouvement=Mouvement.TRANSMISSION)
    assert (ligne.texte, ligne.responsable) == (f"Départ de {dossiers.partant}.", dossiers.repreneuse)


def test_fiche_reprise_est_a_confirmer_par_qui_la_recoit(dossiers, redistribuer):
    redistribuer()
    reprise = FicheCompetence.objects.get(membre=dossiers.repreneuse)
    assert (reprise.reprise_de, reprise.apport, dossiers.fiche.retiree_le) == (dossiers.fiche, dossiers.fiche.apport, JOUR)
    assert list(FicheCompetence.objects.a_confirmer(JOUR)) == [reprise]


def test_rejouee_elle_ne_change_plus_rien(dossiers, redistribuer):
    redistribuer()
    avant = (dossiers.action.version, dossiers.visite.version, FicheCompetence.objects.count())
    seconde = redistribuer()
    assert (seconde.faits, seconde.deja) == ({}, 5)
    assert (dossiers.action.version, dossiers.visite.version, FicheCompetence.objects.count()) == avant


def test_ce_qu_un_autre_vient_de_prendre_n_est_pas_repris(dossiers, redistribuer, animateur):
    operations.transmettre(dossiers.action, animateur, par=animateur)
    assert (redistribuer().deja, dossiers.action.responsable) == (1, animateur)


def test_tout_ou_rien(dossiers, redistribuer):
    DeportFactory(entreprise=dossiers.faite.entreprise, membre=dossiers.repreneuse)
    with pytest.raises(RegleEnfreinte):
        redistribuer()
    dossiers.relire()
    assert dossiers.visite.developpeur == dossiers.partant


def test_concurrence_demande_un_motif_commun(dossiers, redistribuer):
    autre = VisiteFactory(**dossiers.reseau, developpeur=dossiers.repreneuse, programmee=True)
    paire = sorted([autre.entreprise, dossiers.visite.entreprise], key=lambda fiche: fiche.pk)
    ConcurrenceFactory(entreprise=paire[0], concurrente=paire[1])
    with pytest.raises(RegleEnfreinte, match="concurrente"):
        redistribuer()
    redistribuer(malgre_concurrence="Seule disponible")
    assert dossiers.visite.malgre_concurrence == "Seule disponible"


def test_date_du_depart_se_note_en_meme_temps(dossiers, redistribuer):
    redistribuer(parti_le=JOUR + timedelta(days=30))
    dossiers.partant.refresh_from_db()
    assert dossiers.partant.parti_le == JOUR + timedelta(days=30)


def test_ecran_propose_qui_connait_le_dossier_ou_un_collegue_jamais_un_deporte(dossiers, reseau, animateur):
    interlocuteur = MembreFactory(reseau=reseau)
    suivie = ActionFactory(projet=ProjetFactory(visite=dossiers.faite, interlocuteur=interlocuteur), responsable=dossiers.partant)
    DeportFactory(entreprise=dossiers.visite.entreprise, membre=dossiers.repreneuse)
    par_nom = {leg.nom: leg for leg in legs(dossiers.partant, animateur, JOUR)}
    assert (par_nom[f"action-{suivie.pk}"].propose, par_nom[f"action-{suivie.pk}"].raison) == (
        interlocuteur,
        "connaît déjà le dossier",
    )
    assert (par_nom[f"visite-{dossiers.visite.pk}"].propose, par_nom[f"fiche-{dossiers.fiche.pk}"].propose) == (
        None,
        dossiers.repreneuse,
    )
    assert {leg.genre for leg in par_nom.values()} == {"visite", "action", "projet", "fiche"}


def test_ecran_ne_montre_pas_ce_dont_se_deporte_qui_redistribue(dossiers, animateur):
    DeportFactory(entreprise=dossiers.faite.entreprise, membre=animateur)
    assert {leg.genre for leg in legs(dossiers.partant, animateur, JOUR)} == {"visite", "fiche"}


def test_page_redistribue_d_un_envoi_et_previent_une_fois(
    dossiers, reseau, clients, mailoutbox, django_capture_on_commit_callbacks
):
    adresse = reverse("suivi:depart", args=[reseau.slug, dossiers.partant.pk])
    champs = clients["animateur"].get(adresse).context["form"].initial
    with django_capture_on_commit_callbacks(execute=True):
        clients["animateur"].post(adresse, {nom: valeur or "" for nom, valeur in champs.items()})
    assert Action.objects.ouvertes().du_responsable(dossiers.partant).count() == 0
    assert [courriel.to for courriel in mailoutbox] == [[dossiers.repreneuse.utilisateur.email]]


def test_qui_note_son_propre_depart_sort_du_reseau(reseau, clients, animateur):
    MembreFactory(reseau=reseau, role=Role.ANIMATEUR, qualite=Qualite.AUCUN)
    adresse = reverse("suivi:depart", args=[reseau.slug, animateur.pk])
    assert clients["animateur"].post(adresse, {"parti_le": JOUR}).url == reverse("reseau:choix")


def test_seule_l_animation_redistribue_et_jamais_un_animateur_par_le_secretariat(reseau, dossiers, animateur, clients):
    adresses = [reverse("suivi:depart", args=[reseau.slug, membre.pk]) for membre in (dossiers.partant, animateur)]
    assert [clients["secretariat"].get(adresse).status_code for adresse in adresses] == [200, 403]
    assert clients["direct"].get(adresses[0]).status_code == 403
