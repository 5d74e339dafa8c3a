"""Plusieurs personnes au même instant, sur de vraies transactions : PostgreSQL et SQLite."""

import pytest
from django.core import mail
from django.db import transaction
from django.utils.timezone import now

from reseau.lib.erreurs import RegleEnfreinte
from tests.factories import (
    JOUR,
    ContactFactory,
    CourrierFactory,
    EntrepriseFactory,
    InstitutionFactory,
    MembreFactory,
    ReseauFactory,
    SignataireFactory,
    VisiteFactory,
)
from tests.lib.simultane import ensemble, refus
from visites import courriers, envois, operations, papier_des_lettres
from visites.enums import EtatCourrier, EtatVisite
from visites.models import Courrier, EnvoiDeLettre, PdfFige, Visite

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reseau(base_sur_disque):
    reseau = ReseauFactory()
    SignataireFactory(reseau=reseau)
    return reseau


def test_deux_signatures_du_meme_lot_numerotent_cent_lettres(reseau):
    institution = InstitutionFactory(reseau=reseau)
    signataires = [MembreFactory(reseau=reseau, institution=institution) for _ in range(2)]
    for _ in range(100):
        CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True), a_signer=True)
    lettres = Courrier.objects.filter(reseau=reseau)
    resultats = ensemble(*(lambda par=par: courriers.signer(lettres, par=par, le=JOUR) for par in signataires))
    assert sorted(map(len, resultats)) == [0, 100]
    assert sorted(lettres.values_list("numero", flat=True)) == list(range(1, 101))
    assert lettres.filter(etat=EtatCourrier.SIGNEE, version=2).count() == 100


def test_deux_figeages_du_meme_lot_ne_gardent_qu_un_papier(reseau):
    par = MembreFactory(reseau=reseau)
    for _ in range(4):
        CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True), a_signer=True)
    lettres = Courrier.objects.filter(reseau=reseau)
    courriers.signer(lettres, par=par, le=JOUR)
    ensemble(lambda: papier_des_lettres.figer(lettres), lambda: papier_des_lettres.figer(lettres))
    assert PdfFige.objects.count() == 4


def signees(reseau, combien):
    """Autant de lettres signées, dont le dirigeant a un courriel."""
    for rang in range(combien):
        visite = VisiteFactory(reseau=reseau, programmee=True)
        ContactFactory(entreprise=visite.entreprise, courriel=f"dirigeant{rang}@exemple.test")
        CourrierFactory(visite=visite, a_signer=True)
    lettres = Courrier.objects.filter(reseau=reseau)
    courriers.signer(lettres, par=MembreFactory(reseau=reseau), le=JOUR)
    return lettres


def test_deux_clics_simultanes_n_envoient_qu_un_courriel(reseau):
    lettre, par, maintenant = signees(reseau, 1).get(), MembreFactory(reseau=reseau), now()
    choix = {"courriel": "a@b.test", "en_copie": [], "objet": "Lettre", "corps": "Bonjour", "par": par, "maintenant": maintenant}

    def envoyer():
        return envois.envoyer([envois.inscrire(lettre, **choix)], maintenant=maintenant)

    resultats = ensemble(envoyer, envoyer)
    assert refus(resultats) in ([envois.EN_ROUTE], [f"{lettre.visite.entreprise} : {envois.DEJA_PARTIE}"])
    assert len(mail.outbox) == 1


def test_deux_onglets_sur_un_meme_lot_n_envoient_chaque_courriel_qu_une_fois(reseau):
    lettres, par, maintenant = signees(reseau, 6), MembreFactory(reseau=reseau), now()
    lot = envois.inscrire_lot(lettres, en_copie=[], objet="Lettre", corps="Bonjour", par=par, maintenant=maintenant)

    def envoyer():
        cles = envois.prendre(EnvoiDeLettre.objects.filter(lot=lot), combien=6, maintenant=maintenant)
        return envois.envoyer(cles, maintenant=maintenant)

    assert sorted(map(len, ensemble(envoyer, envoyer))) == [0, 6]
    assert sorted(message.to[0] for message in mail.outbox) == [f"dirigeant{rang}@exemple.test" for rang in range(6)]
    assert lettres.filter(etat=EtatCourrier.ENVOYEE).count() == 6


@pytest.mark.parametrize("deja_dans_la_liste", [False, True])
def test_deux_animateurs_sur_la_meme_entreprise_un_seul_gagne(reseau, deja_dans_la_liste):
    entreprise = EntrepriseFactory(reseau=reseau)
    animateurs, developpeurs = [[MembreFactory(reseau=reseau) for _ in range(2)] for _ in range(2)]
    if deja_dans_la_liste:
        operations.choisir(entreprise, par=animateurs[0], le=JOUR)
    gestes = [
        lambda par=par, developpeur=developpeur: operations.programmer(entreprise, developpeur=developpeur, par=par, le=JOUR)
        for par, developpeur in zip(animateurs, developpeurs, strict=True)
    ]
    resultats = ensemble(*gestes)
    gagnante = Visite.objects.get(entreprise=entreprise)
    perdant = next(resultat for resultat in resultats if isinstance(resultat, Exception))
    assert gagnante.etat == EtatVisite.PROGRAMMEE
    assert isinstance(perdant, RegleEnfreinte)
    assert str(perdant) == f"{entreprise} : Visite déjà confiée à {gagnante.developpeur} le 02/03/2026."


def test_deux_developpeurs_prennent_la_meme_entreprise(reseau):
    visite = VisiteFactory(reseau=reseau)
    developpeurs = [MembreFactory(reseau=reseau) for _ in range(2)]
    resultats = ensemble(*(lambda par=par: operations.prendre(visite, par=par, le=JOUR) for par in developpeurs))
    refuses = [str(resultat) for resultat in resultats if isinstance(resultat, Exception)]
    assert refuses == ["Quelqu’un vient de prendre cette entreprise."]
    assert Visite.objects.get().developpeur in developpeurs


def test_deux_lots_croises_ne_se_bloquent_pas(reseau):
    """Deux animateurs programment les mêmes vingt entreprises, l'un à l'endroit, l'autre à l'envers."""
    entreprises = [EntrepriseFactory(reseau=reseau) for _ in range(20)]
    animateurs = [MembreFactory(reseau=reseau) for _ in range(2)]
    developpeur = MembreFactory(reseau=reseau)
    ordres = [entreprises, entreprises[::-1]]

    @transaction.atomic  # comme la vue : les verrous du lot se gardent jusqu'au bout
    def programmer(lot, par):
        return operations.programmer_lot(lot, developpeur=developpeur, par=par, le=JOUR)

    bilans = ensemble(*(lambda paire=paire: programmer(*paire) for paire in zip(ordres, animateurs, strict=True)))
    assert sum(len(bilan.faites) for bilan in bilans) == 20
    assert sum(len(bilan.refus) for bilan in bilans) == 20


def test_rendre_pendant_la_signature_ne_perd_pas_de_numero(reseau):
    """La lettre est signée ou effacée, jamais les deux : les numéros se suivent."""
    par = MembreFactory(reseau=reseau)
    visites = [VisiteFactory(reseau=reseau, programmee=True) for _ in range(6)]
    for visite in visites:
        CourrierFactory(visite=visite, a_signer=True)
    lettres = Courrier.objects.filter(reseau=reseau)
    gestes = [lambda visite=visite: operations.rendre(visite, motif="Trop loin", par=par) for visite in visites[:3]]
    signature, *rendues = ensemble(lambda: courriers.signer(lettres, par=par, le=JOUR), *gestes)
    assert [visite.etat for visite in rendues] == [EtatVisite.A_PROGRAMMER] * 3
    numeros = sorted(lettres.exclude(numero=None).values_list("numero", flat=True))
    assert numeros == list(range(1, len(numeros) + 1)) == list(signature)
