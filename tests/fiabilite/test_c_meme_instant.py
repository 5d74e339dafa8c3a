"""C1 à C5 : deux personnes, ou vingt, au même instant ; de vraies transactions, un fil et une connexion chacune.

Les nombres d'essais sont ceux de la conception ; chaque geste est borné par le délai de verrou de la base (20 s).
"""

from collections import Counter
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from time import sleep
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.models import Max
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from reseau import operations
from reseau.enums import Role
from reseau.models import Compteur, Institution, JetonUtilise, Journal, Reunion
from tests.factories import (
    INSTANT,
    JOUR,
    EntrepriseFactory,
    InstitutionFactory,
    MembreFactory,
    ReseauFactory,
    ReunionFactory,
    VisiteFactory,
)
from tests.fiabilite.verification import verification
from tests.lib.simultane import ensemble, refus
from visites.models import CompteRendu, Visite
from visites.operations import prendre_rendez_vous, programmer, realiser

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.vues_d_essai"),
    pytest.mark.usefixtures("base_sur_disque"),
]


UNE_EN_COURS = next(contrainte for contrainte in Visite._meta.constraints if contrainte.name == "visite_une_en_cours")


def session(membre):
    """Les témoins d'un navigateur connecté au compte de ce membre."""
    client = Client()
    client.force_login(membre.utilisateur)
    return client.cookies


def envoyer(temoins, adresse, champs):
    """Un envoi, d'un navigateur à lui."""
    client = Client()
    client.cookies = temoins
    return client.post(adresse, champs)


def jetons_ignores(monkeypatch):
    monkeypatch.setattr("reseau.acces._consommer", lambda request: (None, True))


def dernier_arrive_l_emporte(monkeypatch):
    """Enregistrer ne regarde plus si la fiche a changé."""
    monkeypatch.setattr(operations, "enregistrer", lambda objet, par: objet.save())
    monkeypatch.setattr("reseau.lib.formulaires.FormulaireModele.clean_version", lambda form: form.instance.version)


@verification("C2", "le même formulaire envoyé deux fois au même instant", casser=jetons_ignores, rapide=True)
def test_double_envoi_n_ecrit_qu_une_fois(bilan):
    membre, paires = MembreFactory(), bilan.taille(bref=15, entier=50)
    temoins, adresse = session(membre), reverse("essai", args=[membre.reseau.slug])
    for _ in range(paires):
        champs = {"reponse": "302", "jeton": uuid4()}
        paire = ensemble(*(partial(envoyer, temoins, adresse, champs | {"numero": numero}) for numero in (1, 2)))
        assert [response.status_code for response in paire] == [302, 302]
        bilan.noter(len({response.url for response in paire}) == 1, "deux envois, deux effets")
    bilan.noter(Journal.objects.filter(objet="essai").count() == paires, "une ligne de trop au journal")
    bilan.noter(JetonUtilise.objects.exclude(suite="").count() == paires, "un jeton perdu")


@verification("C1", "la même fiche envoyée par deux personnes", casser=dernier_arrive_l_emporte, rapide=True)
def test_meme_fiche_modifiee_a_deux_ne_perd_rien_en_silence(bilan):
    """Deux personnes envoient le même formulaire : une l'emporte, l'autre garde son texte et le sait."""
    institution = InstitutionFactory()
    du_reseau = {"reseau": institution.reseau, "institution": institution, "qualite": "aucun"}
    sessions = [session(MembreFactory(**du_reseau, role=role)) for role in (Role.ANIMATEUR, Role.SECRETARIAT)]
    adresse = reverse("reseau:institution-modifier", args=[institution.reseau.slug, institution.pk])
    for rang in range(bilan.taille(bref=15, entier=100)):
        champs = {"sigle": "INST", "pole": "economique", "cercle": "membre", "version": rang + 1}
        textes = [f"Nom {rang} de {auteur}" for auteur in ("l’animateur", "la secrétaire")]
        reponses = envoyer_ensemble(sessions, adresse, [champs | {"nom": texte} for texte in textes])
        noter_la_paire(bilan, reponses, "nom", textes, Institution.objects.filter(pk=institution.pk))


def compte_rendu_sans_version(monkeypatch):
    """Terminer ne regarde plus si le compte rendu a changé depuis l'ouverture de la page."""
    monkeypatch.setattr("suivi.operations.comptes_rendus.exiger", lambda *arguments: None)


@verification("C1", "le même compte rendu terminé par deux personnes", casser=compte_rendu_sans_version, rapide=["sqlite"])
def test_meme_compte_rendu_termine_a_deux_ne_perd_aucun_texte(bilan):
    """Le développeur et la secrétaire, d'abord sur une visite sans compte rendu, puis sur celui qui reste."""
    visite = VisiteFactory(programmee=True)
    secretaire = MembreFactory(reseau=visite.reseau, role=Role.SECRETARIAT, qualite="aucun")
    sessions = [session(membre) for membre in (visite.developpeur, secretaire)]
    adresse = reverse("suivi:compte-rendu-terminer", args=[visite.reseau.slug, visite.pk])
    rendus = CompteRendu.objects.filter(visite=visite)
    for rang in range(bilan.taille(bref=3, entier=50)):
        version = rendus.values_list("version", flat=True).first() or 0
        series = {"projets-TOTAL_FORMS": "0", "projets-INITIAL_FORMS": "0"}
        champs = {"version": version, "realisee_le": str(localdate()), **series}
        textes = [f"L’atelier sature, écrit {auteur} la {rang + 1}e fois." for auteur in ("Odile", "la secrétaire")]
        reponses = envoyer_ensemble(sessions, adresse, [champs | {"phrase": texte} for texte in textes])
        noter_la_paire(bilan, reponses, "phrase", textes, rendus)


def envoyer_ensemble(sessions, adresse, envois):
    return ensemble(*(partial(envoyer, temoins, adresse, champs) for temoins, champs in zip(sessions, envois, strict=True)))


def noter_la_paire(bilan, reponses, champ, textes, lignes):
    """Un texte l'emporte, et se relit dans la seule de ces `lignes` ; l'autre est encore sur la page, qui dit pourquoi."""
    statuts = [getattr(response, "status_code", response) for response in reponses]
    bilan.noter(sorted(map(str, statuts)) == ["200", "302"], f"{textes[0]} : {statuts}")
    if 302 in statuts and 200 in statuts:
        gagnant = statuts.index(302)
        bilan.noter(lignes.values_list(champ, flat=True).get() == textes[gagnant], f"{textes[gagnant]} : texte perdu")
        page = reponses[1 - gagnant].context
        dit = page["form"].non_field_errors() or page.get("autre")
        bilan.noter(page["form"][champ].value() == textes[1 - gagnant] and dit, f"{textes[1 - gagnant]} : le perdant ne l’a plus")


def numeros_sans_verrou(monkeypatch):
    """Le plus grand numéro, plus un."""

    def suivants(reseau, serie, annee, combien=1):
        dernier = Compteur.objects.filter(reseau=reseau).aggregate(Max("dernier", default=0))["dernier__max"]
        sleep(0.001)
        Compteur.objects.update_or_create(reseau=reseau, serie=serie, annee=annee, defaults={"dernier": dernier + combien})
        return range(dernier + 1, dernier + 1 + combien)

    monkeypatch.setattr(operations, "prochains_numeros", suivants)


@verification("C3", "huit personnes numérotent vingt-cinq fois", casser=numeros_sans_verrou, rapide=True)
def test_numeros_se_suivent_sans_trou_ni_doublon(bilan):
    """Huit fils prennent chacun vingt-cinq numéros, d'une série qui n'existe pas encore."""
    reseau = ReseauFactory()
    dans_une_transaction = nullcontext if bilan.casse else transaction.atomic  # SQLite, elle, y verrouille toute la base

    def prendre_un_numero():
        with dans_une_transaction():
            return operations.prochains_numeros(reseau, "essai", 2026)[0]

    resultats = ensemble(*(lambda: [prendre_un_numero() for _ in range(25)] for _ in range(8)))
    pris = Counter(numero for numeros in resultats if isinstance(numeros, list) for numero in numeros)
    for attendu in range(1, 201):
        bilan.noter(pris[attendu] == 1, f"numéro {attendu} donné {pris[attendu]} fois")


def sans_regle_ni_verrou(monkeypatch):
    """Programmer ne regarde plus qui tient l'entreprise, et rien en base n'y veille."""
    monkeypatch.setattr("visites.operations._verifier_espacement", lambda *arguments: "")
    monkeypatch.setattr("visites.operations.enregistrer", lambda objet, par: objet.save())
    with connection.schema_editor() as editeur:
        editeur.remove_constraint(Visite, UNE_EN_COURS)


@pytest.fixture
def contrainte_rendue(bilan, base_sur_disque):
    """Ce que `sans_regle_ni_verrou` a ôté revient ; les visites en trop s'effacent d'abord."""
    yield
    if bilan.casse and connection.vendor == "postgresql":
        with connection.cursor() as curseur:
            curseur.execute("TRUNCATE visites_visite CASCADE")
        with connection.schema_editor() as editeur:
            editeur.add_constraint(Visite, UNE_EN_COURS)


@verification("C4", "vingt personnes sur la même entreprise", casser=sans_regle_ni_verrou, rapide=True)
@pytest.mark.parametrize("deja_dans_la_liste", [False, True])
def test_une_entreprise_n_a_qu_une_visite_en_cours(bilan, deja_dans_la_liste, contrainte_rendue):
    """Vingt rivaux par entreprise, libre ou déjà dans la liste : un gagnant, et les autres savent qui."""
    reseau = ReseauFactory()
    rivaux = MembreFactory.create_batch(20, reseau=reseau)
    for _ in range(bilan.taille(bref=2, entier=15)):
        entreprise = EntrepriseFactory(reseau=reseau)
        if deja_dans_la_liste:
            VisiteFactory(entreprise=entreprise, reseau=reseau)
        faits = ensemble(*(partial(programmer, entreprise, developpeur=r, par=r, le=JOUR) for r in rivaux))
        gagnants = [fait.developpeur for fait in faits if isinstance(fait, Visite)]
        bilan.noter(len(gagnants) == 1, f"{entreprise} : {len(gagnants)} gagnants")
        tiennent = [visite.developpeur for visite in Visite.objects.filter(entreprise=entreprise)]
        bilan.noter(tiennent == gagnants, f"{entreprise} : tenue par {tiennent}, gagnée par {gagnants}")
        raison = f"{entreprise} : Visite déjà confiée à {gagnants[0] if gagnants else None} le 02/03/2026."
        bilan.noter(Counter(refus(faits)) == {raison: 19}, f"{entreprise} : {Counter(refus(faits))}")


def sans_espacement(monkeypatch):
    """Programmer ne regarde plus quand l'entreprise a été visitée."""
    monkeypatch.setattr("visites.operations._verifier_espacement", lambda *arguments: "")


@verification("C4", "sept personnes programment, une huitième rend la visite réalisée", casser=sans_espacement, rapide=True)
def test_visite_faite_a_l_instant_ne_se_reprogramme_pas(bilan):
    """Tenue, ou visitée il y a moins de deux ans : à aucun moment l'entreprise n'est libre, et chacun lit pourquoi."""
    reseau = ReseauFactory()
    rivaux = MembreFactory.create_batch(7, reseau=reseau)
    for _ in range(bilan.taille(bref=4, entier=20)):
        visite = VisiteFactory(reseau=reseau, programmee=True)
        entreprise, par = visite.entreprise, visite.developpeur
        gestes = [partial(programmer, entreprise, developpeur=rival, par=rival, le=JOUR) for rival in rivaux]
        raisons = Counter(refus(ensemble(partial(realiser, visite, realisee_le=JOUR, par=par, le=JOUR), *gestes)))
        admises = {
            f"{entreprise} : Visite déjà confiée à {par} le 02/03/2026.",
            f"{entreprise} : Visitée le 02/03/2026, il y a moins de 24 mois. Donnez un motif pour passer outre.",
        }
        bilan.noter(raisons.total() == 7 and set(raisons) <= admises, f"{entreprise} : {raisons}")
        bilan.noter(entreprise.visites.count() == 1, f"{entreprise} : {entreprise.visites.count()} visites")


def rendez_vous_sans_version(monkeypatch):
    """Prendre un rendez-vous ne regarde plus si un autre vient d'en prendre un."""
    monkeypatch.setattr("visites.operations.enregistrer", lambda objet, par: objet.save())


@verification("C4", "huit personnes donnent un rendez-vous à la même visite", casser=rendez_vous_sans_version, rapide=True)
def test_une_visite_n_a_qu_un_rendez_vous(bilan):
    """Huit heures différentes au même instant : une seule est gardée, et c'est celle de qui n'a pas été refusé."""
    for _ in range(bilan.taille(bref=2, entier=20)):
        visite = VisiteFactory(programmee=True)
        heures = [INSTANT + timedelta(days=30, hours=rang) for rang in range(8)]
        essais = [(Visite.objects.get(pk=visite.pk), quand) for quand in heures]
        gestes = [partial(prendre_rendez_vous, fiche, quand=quand, par=fiche.developpeur) for fiche, quand in essais]
        faits = ensemble(*gestes)
        bilan.noter(Counter(refus(faits)) == {operations.CONFLIT: 7}, f"{visite} : {Counter(refus(faits))}")
        gardes = [fait.rendez_vous_le for fait in faits if isinstance(fait, Visite)]
        visite.refresh_from_db()
        bilan.noter(gardes == [visite.rendez_vous_le], f"{visite} : {visite.rendez_vous_le} pour {gardes}")


def sqlite_par_defaut(monkeypatch):
    """SQLite tel que Django l'ouvre si l'on ne lui dit rien, et un peu moins patient."""
    reglages = connections.settings["default"]
    monkeypatch.setitem(reglages, "OPTIONS", {"timeout": 0.05})


@verification("C5", "huit personnes lisent puis écrivent", casser=sqlite_par_defaut, moteurs=("sqlite",), rapide=True)
def test_sqlite_ne_repond_jamais_qu_il_est_verrouille(bilan):
    reunion = ReunionFactory()

    def lire_puis_ecrire():
        with transaction.atomic():
            fiche = Reunion.objects.get(pk=reunion.pk)
            fiche.releve += "."
            fiche.save(update_fields=["releve"])

    def vingt_cinq_fois():
        return [_sans_lever(lire_puis_ecrire) for _ in range(25)]

    for erreurs in ensemble(*[vingt_cinq_fois] * 8):
        bilan.noter_lot(25, [erreur for erreur in erreurs if erreur])


def _sans_lever(geste):
    try:
        geste()
    except OperationalError as erreur:
        return erreur
    return None
