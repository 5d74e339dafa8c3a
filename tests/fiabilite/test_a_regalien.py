"""A9 et A5 : un membre d'une institution qui contrôle ou impose, animateur compris, ne lit nulle part une partie réservée.

La réserve porte un mot qui ne se rencontre nulle part ailleurs ; chaque rôle, régalien ou non, lit toutes les pages, tous les
exports, les papiers, les papiers dérivés (tableaux figés, comptes rendus de réunion, résumés) et les courriels.
"""

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils.timezone import now

from reseau.enums import Geste, Qualite, Role
from reseau.models import Institution, Journal, Membre
from suivi import reserve, resumes
from suivi.lectures import pour_un_membre
from suivi.models import dossiers
from suivi.operations import synchroniser_le_brouillon
from suivi.operations.brouillons import EcritAilleurs
from suivi.seance import releve
from tests.conftest import connecter
from tests.factories import (
    AcceptationFactory,
    CompteRenduFactory,
    InstitutionFactory,
    MembreFactory,
    ProjetFactory,
    ReunionFactory,
    VisiteFactory,
)
from tests.fiabilite.verification import verification
from tests.terrain import PROFILS, Terrain
from tests.test_deport import lire, pages
from visites import garde
from visites.models import PartieReservee

pytestmark = pytest.mark.django_db
JETON = "Qwxreserve"
LISENT = {"animateur"}  # d'une institution qui ne contrôle rien ; l'interlocuteur et l'auteur se lisent à part


class Reserve:
    """Un compte rendu et sa réserve, au milieu du terrain ; `lecteur(profil)` : un membre, régalien ou non."""

    def __init__(self):
        self.terrain = Terrain()
        self.reseau = self.terrain.reseau
        auteur = self.terrain.membres["direct"]
        self.visite = VisiteFactory(
            reseau=self.reseau, restituee=True, developpeur=auteur, restituee_en=ReunionFactory(reseau=self.reseau, tenue=True)
        )
        self.visite.restituee_en.refresh_from_db()  # une heure, et non le texte de la fabrique
        self.rendu = CompteRenduFactory(visite=self.visite, termine=True)
        self.partie = PartieReservee.objects.create(compte_rendu=self.rendu, texte=f"{JETON} : la succession inquiète.")
        self.projet = ProjetFactory(visite=self.visite, interlocuteur=auteur)
        self.terrain.a_eux |= {"visite": self.visite.pk, "rendue": self.visite.pk, "entreprise": self.visite.entreprise_id}
        self.maisons = {regalienne: InstitutionFactory(reseau=self.reseau, regalienne=regalienne) for regalienne in (True, False)}

    def lecteur(self, profil, *, regalienne):
        role, qualite = PROFILS[profil]
        membre = MembreFactory(reseau=self.reseau, institution=self.maisons[regalienne], role=role, qualite=qualite)
        AcceptationFactory(charte=self.terrain.charte, membre=membre)
        return membre


@pytest.fixture
def scene(db):
    return Reserve()


def tout_le_monde_lit(monkeypatch):
    """Un oubli dans le QuerySet : la base seule reste."""
    monkeypatch.setattr(type(PartieReservee.objects.all()), "lisibles_par", lambda parties, membre, visites, suivies: parties)


def sans_garde(monkeypatch):
    """L'oubli, et la base ne refuse plus rien."""
    tout_le_monde_lit(monkeypatch)
    monkeypatch.setattr(reserve, "noter", lambda *arguments, **mots: None)


@verification("A9", "champ × rôle × surface : la réserve, page par page", casser=sans_garde, rapide=True)
@pytest.mark.parametrize("profil", PROFILS)
def test_matrice(bilan, scene, profil):
    """Chaque surface où la réserve pourrait paraître, pour ce rôle, d'une institution régalienne ou non."""
    for regalienne in (True, False):
        membre = scene.lecteur(profil, regalienne=regalienne)
        attendu = profil in LISENT and not regalienne
        for surface, texte in surfaces(scene, membre):
            bilan.noter((JETON in texte) == (attendu and surface in MONTRENT), f"{profil}, régalien : {regalienne}, {surface}")


MONTRENT = {"lire", "écrire", "ailleurs"}


def surfaces(scene, membre):
    """(nom, texte) : les deux pages, le brouillon écrit ailleurs, le résumé, la réunion composée pour lui."""
    client, slug = connecter(membre), scene.reseau.slug
    for nom, adresse in (("lire", "suivi:compte-rendu-lire"), ("écrire", "suivi:compte-rendu")):
        yield nom, client.get(reverse(adresse, args=[slug, scene.visite.pk])).text
    with pytest.raises(EcritAilleurs) as ecrit:
        synchroniser_le_brouillon(scene.visite, "phrase=Autre", version=0, marque="", par=membre)
    yield "ailleurs", ecrit.value.autre.contenu
    texte = resumes.restitutions(membre, scene.visite.restituee_en)
    yield "résumé", f"{texte.objet} {texte.corps}" if texte else ""
    yield "réunion", repr(releve(scene.visite.restituee_en, pour_un_membre(membre)))


@verification("A9", "l’auteur relit la sienne, l’interlocuteur aussi s’il n’est pas régalien", casser=tout_le_monde_lit)
def test_auteur_et_interlocuteur(bilan, scene):
    for regalienne in (True, False):
        auteur = scene.lecteur("direct", regalienne=regalienne)
        rendu = CompteRenduFactory(visite=VisiteFactory(reseau=scene.reseau, realisee=True, developpeur=auteur), termine=True)
        PartieReservee.objects.create(compte_rendu=rendu, texte=JETON)
        suit, autre = scene.lecteur("direct", regalienne=regalienne), scene.lecteur("direct", regalienne=False)
        ProjetFactory(visite=rendu.visite, interlocuteur=suit)
        lus = [bool(_lire(rendu, membre)) for membre in (auteur, suit, autre)]
        bilan.noter(lus == [True, not regalienne, False], f"régalien : {regalienne}, lus : {lus}")


def _lire(rendu, membre):
    try:
        with transaction.atomic():
            return reserve.lire_la_reserve(rendu, membre)
    except DatabaseError:  # la base a refusé : rien n'est rendu
        return ""


@verification("A9", "un oubli dans le code ne rend rien : la base refuse la lecture", casser=sans_garde)
def test_la_base_refuse_meme_si_le_code_oublie(bilan, scene, monkeypatch):
    if not bilan.casse:
        tout_le_monde_lit(monkeypatch)
    for profil in PROFILS:
        membre = scene.lecteur(profil, regalienne=True)
        bilan.noter(_lire(scene.rendu, membre) == "", f"{profil} a lu malgré la base")


def garde_otee(monkeypatch):
    garde.retirer(connection)  # la transaction de l'essai la rendra


@verification("A9", "INSERT brut : la base refuse qu’un régalien lise une réserve", casser=garde_otee)
@pytest.mark.parametrize("role", Role.values)
def test_contrainte_par_sql_brut(bilan, scene, role):
    """Quel que soit le rôle ; la sienne, et celle d'un membre qui ne contrôle rien, passent."""
    qualite = Qualite.DIRECT if role == Role.DEVELOPPEUR else Qualite.AUCUN
    regalien, autre = (
        MembreFactory(reseau=scene.reseau, institution=scene.maisons[r], role=role, qualite=qualite) for r in (True, False)
    )
    bilan.noter(not _inserer(regalien, scene.partie.pk), f"{role} régalien : accepté")
    bilan.noter(_inserer(autre, scene.partie.pk), f"{role} sans fonction de contrôle : refusé")
    sienne = PartieReservee.objects.create(
        compte_rendu=CompteRenduFactory(visite=VisiteFactory(reseau=scene.reseau, realisee=True, developpeur=regalien)),
        texte="La mienne",
    )
    bilan.noter(_inserer(regalien, sienne.pk), f"{role} régalien, la sienne : refusée")
    Membre.objects.filter(pk=autre.pk).update(institution=scene.maisons[True])  # changé de maison : refusé aussitôt
    bilan.noter(not _inserer(autre, scene.partie.pk), f"{role} devenu régalien : accepté")


def _inserer(membre, partie):
    ordre = (
        "INSERT INTO reseau_journal (reseau_id, membre_id, le, geste, objet, objet_id, nombre, precision)"
        " VALUES (%s, %s, %s, 'lecture', 'visites.partiereservee', %s, 1, '')"
    )
    try:
        with transaction.atomic(), connection.cursor() as curseur:
            curseur.execute(ordre, [membre.reseau_id, membre.pk, now(), partie])
    except DatabaseError:
        return False
    return True


def refus_tus(monkeypatch):
    monkeypatch.setattr("reseau.acces._noter_le_refus", lambda request, droit: None)
    monkeypatch.setattr(reserve, "_noter_le_refus", lambda rendu, membre: None)


@verification("A9", "chaque refus est au journal", casser=refus_tus)
def test_refus_journalises(bilan, scene):
    """Une page fermée au rôle (403), une réserve fermée au régalien : une ligne, ni plus ni moins."""
    lue = reverse("suivi:compte-rendu-lire", args=[scene.reseau.slug, scene.visite.pk])
    for profil in ("animateur", "direct"):
        membre = scene.lecteur(profil, regalienne=True)
        connecter(membre).get(lue)
        bilan.noter(_refus(membre) == [("visites.partiereservee", scene.partie.pk)], f"{profil} : {_refus(membre)}")
    for profil in ("prefecture", "observateur"):
        membre = scene.lecteur(profil, regalienne=True)
        statut = connecter(membre).get(lue).status_code
        bilan.noter(
            (statut, _refus(membre)) == (403, [("page refusée", scene.visite.pk)]), f"{profil} : {statut}, {_refus(membre)}"
        )


def _refus(membre):
    return list(Journal.objects.filter(membre=membre, geste=Geste.REFUS).values_list("objet", "objet_id"))


@verification("A5", "le canari part d’une réserve : toutes les pages et tous les papiers, lus par un régalien", casser=sans_garde)
@pytest.mark.parametrize("profil", ["animateur", "direct"])
def test_canari_de_la_reserve(bilan, scene, profil):
    membre = scene.lecteur(profil, regalienne=True)
    client, courriels = connecter(membre), len(mail.outbox)
    for nom, adresse in pages(scene.terrain) if "import écrit" in scene.terrain.a_eux else _pages(scene):
        response, texte = lire(client, adresse)
        bilan.noter(response.status_code < 500 and JETON.lower() not in texte, f"{nom} ({response.status_code})")
    partis = " ".join(f"{courriel.subject} {courriel.body}" for courriel in mail.outbox[courriels:])
    bilan.noter(JETON not in partis, "un courriel")


def _pages(scene):
    scene.terrain.a_eux["import écrit"] = scene.terrain.a_eux["import"]
    return pages(scene.terrain)


def test_deux_dits_de_la_regle_s_accordent(scene):
    """Le prédicat (qui écrit) et le QuerySet (qui lit) disent la même chose, pour chaque rôle."""
    for profil in PROFILS:
        for regalienne in (True, False):
            membre = scene.lecteur(profil, regalienne=regalienne)
            membre = Membre.objects.select_related("institution", "reseau").get(pk=membre.pk)
            vue = dossiers(membre).filter(pk=scene.visite.pk).exists()
            lue = reserve.reserves(membre).filter(pk=scene.partie.pk).exists()
            assert lue == (vue and reserve.peut_lire_la_reserve(membre, scene.rendu)), (profil, regalienne)


def test_institution_devient_regalienne_a_la_lecture_suivante(scene):
    membre = scene.lecteur("animateur", regalienne=False)
    adresse = reverse("suivi:compte-rendu-lire", args=[scene.reseau.slug, scene.visite.pk])
    client = connecter(membre)
    avant = JETON in client.get(adresse).text
    Institution.objects.filter(pk=membre.institution_id).update(regalienne=True)
    assert (avant, JETON in client.get(adresse).text) == (True, False)
