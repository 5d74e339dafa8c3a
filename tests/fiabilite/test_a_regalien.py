"""A9 et A5 : un membre d'une institution qui contrôle ou impose, animateur compris, ne lit nulle part une partie réservée.

La conception (section 4) ne lui retranche que cela, quel que soit son rôle : il lit le reste d'un compte rendu comme son rôle
le dit, et relit la réserve qu'il a écrite. La réserve porte un mot qui ne se rencontre nulle part ailleurs ; chaque rôle,
régalien ou non, lit les pages, les exports, les papiers, et ce qui en dérive : tableaux et comptes rendus figés, courriels.
"""

from dataclasses import replace
from itertools import product

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils.timezone import now

from reseau.enums import Geste, Qualite, Role
from reseau.models import Institution, Journal, Membre, Pli
from suivi import reserve, resumes, seance
from suivi.lectures import pour_un_membre
from suivi.models import TableauFige, dossiers
from suivi.operations import synchroniser_le_brouillon
from suivi.operations.brouillons import EcritAilleurs
from suivi.seance import releve
from tests.adresses import routes
from tests.conftest import connecter
from tests.factories import (
    AcceptationFactory,
    ActionFactory,
    CompteRenduFactory,
    DemandeDeDroitFactory,
    InstitutionFactory,
    LettreDeSuitesFactory,
    MembreFactory,
    ProjetFactory,
    ReunionFactory,
    VisiteFactory,
)
from tests.fiabilite import derives
from tests.fiabilite.verification import verification
from tests.lectures import dit, en_texte, lire, pages
from tests.terrain import PROFILS, Terrain
from visites import garde
from visites.models import PartieReservee

pytestmark = pytest.mark.django_db
JETON, NOMMEE = "Qwxreserve", ("Ermelinde", "Zabulonquetsche")
ANNONCE = "Une partie réservée se lit en ligne"
LISENT = {"animateur"}  # d'une institution qui ne contrôle rien ; l'interlocuteur et l'auteur se lisent à part


class Reserve:
    """Deux comptes rendus et leur réserve, l'un restitué à la réunion d'hier, l'autre qui le sera à la prochaine, au milieu du
    terrain ; la réserve nomme une personne qui demande ce que l'on garde d'elle. `lecteur(profil)` : un membre, régalien ou non.
    """

    def __init__(self):
        self.terrain = Terrain()
        self.reseau, self.auteur = self.terrain.reseau, self.terrain.membres["direct"]
        self.reunion = ReunionFactory(reseau=self.reseau, tenue=True)
        self.reunion.refresh_from_db()  # une heure, et non le texte de la fabrique
        self.visite = VisiteFactory(reseau=self.reseau, restituee=True, developpeur=self.auteur, restituee_en=self.reunion)
        self.partie = self._reserver(self.visite)
        self.rendu = self.partie.compte_rendu
        self._reserver(VisiteFactory(reseau=self.reseau, realisee=True, developpeur=self.auteur))
        ActionFactory(projet=ProjetFactory(visite=self.visite, interlocuteur=self.auteur))
        LettreDeSuitesFactory(visite=self.visite)
        self.maisons = {regalienne: InstitutionFactory(reseau=self.reseau, regalienne=regalienne) for regalienne in (True, False)}
        self.terrain.a_eux |= {"visite": self.visite.pk, "rendue": self.visite.pk, "entreprise": self.visite.entreprise_id}
        self.terrain.a_eux |= {"reunion": self.reunion.pk, "import écrit": self.terrain.a_eux["import"]}
        demande = DemandeDeDroitFactory(reseau=self.reseau, ouverte_par=self.auteur, prenom=NOMMEE[0], nom=NOMMEE[1])
        self.terrain.a_eux["droit"] = demande.pk

    def _reserver(self, visite):
        texte = f"{JETON} : la succession inquiète Mme {' '.join(NOMMEE)}."
        return PartieReservee.objects.create(compte_rendu=CompteRenduFactory(visite=visite, termine=True), texte=texte)

    def lecteur(self, profil, *, regalienne):
        role, qualite = PROFILS[profil]
        membre = MembreFactory(reseau=self.reseau, institution=self.maisons[regalienne], role=role, qualite=qualite)
        AcceptationFactory(charte=self.terrain.charte, membre=membre)
        return membre

    def figer(self):
        """La réunion se tient et se diffuse ; ses tableaux et le rapport se figent."""
        derives.tenir(self.reunion)
        derives.figer(self.reunion, par=self.terrain.membres["animateur"])


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


def reserve_restituee(monkeypatch):
    """La restitution en réunion reprend la réserve."""
    composer = seance._restitution

    def composer_avec_elle(visite, reunion):
        return replace(composer(visite, reunion), phrase=_reserve_de(visite))

    monkeypatch.setattr(seance, "_restitution", composer_avec_elle)


def reserve_au_resume(monkeypatch):
    """Le résumé d'avant réunion reprend la réserve."""
    composer = resumes._compte_rendu

    def composer_avec_elle(visite, reserves):
        return composer(visite, reserves) | {"phrase": _reserve_de(visite)}

    monkeypatch.setattr(resumes, "_compte_rendu", composer_avec_elle)


def _reserve_de(visite):
    partie = PartieReservee.objects.filter(compte_rendu__visite=visite).first()
    return partie.texte if partie else ""


@verification("A9", "champ × rôle × surface : la réserve, page par page", casser=sans_garde, rapide=True)
@pytest.mark.parametrize("profil", PROFILS)
def test_matrice(bilan, scene, profil):
    """Chaque surface où la réserve pourrait paraître, pour ce rôle, d'une institution régalienne ou non."""
    for regalienne in (True, False):
        membre = scene.lecteur(profil, regalienne=regalienne)
        attendu = profil in LISENT and not regalienne
        for surface, texte in surfaces(scene, membre):
            montre = JETON in texte or ANNONCE in texte
            bilan.noter(montre == (attendu and surface in MONTRENT), f"{profil}, régalien : {regalienne}, {surface}")


# Où l'animateur qui ne contrôle rien la trouve : les pages, et ce qui n'en est pas une.
PAGES = {"suivi:compte-rendu-lire", "suivi:compte-rendu", "suivi:droit", "suivi:droit-effacer", "suivi:droit-exporter"}
MONTRENT = PAGES | {"suivi:export-complet", "ailleurs", "résumé"}


def surfaces(scene, membre):
    """(nom, texte) : les pages, le dossier d'une personne, l'export complet, le brouillon d'ailleurs, le résumé, la réunion."""
    client = connecter(membre)
    for route in routes():
        if route.nom in PAGES:
            yield route.nom, en_texte(client.get(route.adresse(scene.reseau.slug, scene.terrain.a_eux)).getvalue())
    yield "suivi:export-complet", en_texte(client.post(reverse("suivi:export-complet", args=[scene.reseau.slug])).getvalue())
    with pytest.raises(EcritAilleurs) as ecrit:
        synchroniser_le_brouillon(scene.visite, "phrase=Autre", version=0, marque="", par=membre)
    yield "ailleurs", ecrit.value.autre.contenu
    texte = resumes.restitutions(membre, scene.reunion)
    yield "résumé", f"{texte.objet} {texte.corps}" if texte else ""
    yield "réunion", repr(releve(scene.reunion, pour_un_membre(membre)))


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


# Ce qu'un régalien obtient des deux pages, et ce que le journal en garde : la page refusée, ou la réserve qui lui est fermée.
RESERVE, PAGE = "visites.partiereservee", "page refusée"
REFUS = {
    "animateur": [(200, [RESERVE]), (200, [])],  # son formulaire n'a pas le champ : rien n'y est à refuser
    "secretariat": [(200, [RESERVE]), (200, [])],
    "direct": [(200, [RESERVE]), (403, [PAGE])],
    "associe": [(404, []), (403, [PAGE])],  # la visite n'est pas de ses dossiers
    "prefecture": [(403, [PAGE]), (403, [PAGE])],
    "observateur": [(403, [PAGE]), (403, [PAGE])],
}


@verification("A9", "chaque refus est au journal, une fois", casser=refus_tus)
@pytest.mark.parametrize("profil", PROFILS)
def test_refus_journalises(bilan, scene, profil):
    membre = scene.lecteur(profil, regalienne=True)
    client = connecter(membre)
    for nom, attendu in zip(("suivi:compte-rendu-lire", "suivi:compte-rendu"), REFUS[profil], strict=True):
        deja = len(_refus(membre))
        statut = client.get(reverse(nom, args=[scene.reseau.slug, scene.visite.pk])).status_code
        obtenu = statut, _refus(membre)[deja:]
        bilan.noter(obtenu == attendu, f"{profil}, {nom} : {obtenu}")


def _refus(membre):
    return list(Journal.objects.filter(membre=membre, geste=Geste.REFUS).order_by("pk").values_list("objet", flat=True))


@verification(
    "A5", "le canari part d’une réserve : tout ce qu’ouvre l’animateur régalien", casser=(sans_garde, reserve_restituee)
)
def test_canari_de_la_reserve(bilan, scene):
    """La réunion est tenue et diffusée, ses tableaux sont figés : pages, exports et papiers, ceux-là compris."""
    client = connecter(scene.lecteur("animateur", regalienne=True))
    scene.figer()
    for nom, adresse in _lectures(scene):
        _chercher(bilan, client, nom, adresse)


@verification(
    "A5", "le canari part d’une réserve : tout ce qu’ouvrent les autres régaliens", casser=(sans_garde, reserve_restituee)
)
def test_canari_de_la_reserve_pour_les_autres_roles(bilan, scene, papiers_en_clair):
    scene.figer()
    for profil in PROFILS:
        client = connecter(scene.lecteur(profil, regalienne=True))
        for nom, adresse in _lectures(scene) if profil != "animateur" else ():
            _chercher(bilan, client, f"{profil} {nom}", adresse)


def _lectures(scene):
    """Chaque page et papier, puis chaque tableau figé : sa page, son papier, son classeur."""
    yield from pages(scene.terrain, "succession")
    figes = TableauFige.objects.filter(reseau=scene.reseau).values_list("pk", flat=True)
    for fige, nom in product(figes, ("suivi:fige", "suivi:fige-pdf", "suivi:fige-xlsx")):
        yield nom, reverse(nom, args=[scene.reseau.slug, fige])


def _chercher(bilan, client, nom, adresse):
    response, texte = lire(client, adresse)
    bilan.noter(response.status_code < 500 and JETON.lower() not in texte, f"{nom} {adresse} ({response.status_code})")


@verification("A5", "le canari part d’une réserve : chaque courriel, à chaque membre", casser=(sans_garde, reserve_au_resume))
def test_courriels_taisent_la_reserve(bilan, scene):
    """Aucun ne la dit, à personne ; qu'il y en ait une ne se dit pas à un régalien, et se dit à l'animateur qui la lit."""
    regaliens = {scene.lecteur(profil, regalienne=True).utilisateur.email for profil in PROFILS}
    lecteur = scene.lecteur("animateur", regalienne=False).utilisateur.email
    scene.figer()
    lus = [
        (courriel.recipients(), dit(courriel))
        for courriel in derives.ecrire(scene.reseau, par=scene.terrain.membres["secretariat"])
    ]
    for destinataires, texte in lus:
        indiscret = JETON.lower() in texte or (ANNONCE.lower() in texte and regaliens & {*destinataires})
        bilan.noter(not indiscret, f"à {destinataires} : {texte[:80]}")
    bilan.noter(
        any(ANNONCE.lower() in texte for qui, texte in lus if lecteur in qui), "l’animateur n’apprend pas qu’il y en a une"
    )
    manquent = derives.ECRITS - set(Pli.objects.values_list("genre", flat=True))
    bilan.noter(not manquent, f"jamais écrits : {manquent}")


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
