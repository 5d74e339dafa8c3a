"""A10 : un droit retiré l'est à la requête suivante, en pleine session comme au milieu d'un formulaire."""

from contextlib import contextmanager
from datetime import timedelta

from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import localdate

from entreprises.models import Acces, Entreprise
from reseau import operations, seconds_facteurs, sessions
from reseau.enums import Qualite, Role, SecondFacteur
from reseau.models import Institution, Membre
from reseau.models.membre import MembreQuerySet
from tests.conftest import connecter
from tests.factories import DeportFactory, InstitutionFactory
from tests.fiabilite.verification import verification
from tests.lib.codes import code_de

REJEUX = 10


def droits_gardes_en_memoire(monkeypatch):
    """Se souvenir de qui est membre de quoi, au lieu de le relire."""
    lire, gardes = MembreQuerySet.pour, {}

    def pour(self, utilisateur, slug):
        return gardes.setdefault((utilisateur.pk, slug), lire(self, utilisateur, slug))

    monkeypatch.setattr(MembreQuerySet, "pour", pour)


def compte_jamais_relu(monkeypatch):
    monkeypatch.setattr(ModelBackend, "user_can_authenticate", lambda self, utilisateur: True)


def sessions_jamais_fermees(monkeypatch):
    monkeypatch.setattr(sessions, "fermer", lambda utilisateur, sauf=None: 0)


# Chaque retrait : à qui, la page qu'il lisait, et le geste. Après lui, cette page ne se lit plus.


def role_change(terrain, membre):
    membre.role, membre.qualite = Role.OBSERVATEUR, Qualite.AUCUN
    operations.modifier_membre(membre, par=terrain.membres["animateur"], le=localdate())


def depart(terrain, membre):
    membre.parti_le = localdate()
    operations.modifier_membre(membre, par=terrain.membres["animateur"], le=localdate())


def depart_anterieur(terrain, membre):
    Membre.objects.filter(pk=membre.pk).update(parti_le=localdate() - timedelta(days=1))


def entree_repoussee(terrain, membre):
    Membre.objects.filter(pk=membre.pk).update(entre_le=localdate() + timedelta(days=1), parti_le=None)


def compte_ferme(terrain, membre):
    type(membre.utilisateur).objects.filter(pk=membre.utilisateur_id).update(is_active=False)


def mot_de_passe_change(terrain, membre):
    membre.utilisateur.set_password("tilleul ardoise verveine")
    membre.utilisateur.save()


def acces_reinitialise(terrain, membre):
    seconds_facteurs.reinitialiser(membre, par=terrain.membres["animateur"], racine="http://testserver/")


def session_fermee_ailleurs(terrain, membre):
    connecter(membre).post(reverse("sessions-fermer"))


def second_facteur_exige(terrain, membre):
    type(terrain.reseau).objects.filter(pk=terrain.reseau.pk).update(second_facteur=SecondFacteur.TOUS)


def second_facteur_active_ailleurs(terrain, membre):
    """L'activer ferme les sessions ouvertes sans lui."""
    ailleurs = connecter(membre)
    ailleurs.post(reverse("second-facteur-activer"), {"mot_de_passe": "une phrase de passe"})
    appareil = membre.utilisateur.totpdevice_set.get()
    ailleurs.post(reverse("second-facteur-confirmer"), {"code": code_de(appareil)})


def institution_quittee(terrain, membre):
    """Son institution se retire : ses membres partent, puis elle ferme."""
    autre = InstitutionFactory(reseau=terrain.reseau)
    Membre.objects.filter(reseau=terrain.reseau).exclude(pk=membre.pk).update(institution=autre)
    depart(terrain, membre)
    institution = Institution.objects.get(pk=membre.institution_id)
    institution.fermee_le = localdate()
    operations.modifier_institution(institution, par=terrain.membres["animateur"])


def deport(terrain, membre):
    DeportFactory(entreprise=Entreprise.objects.get(pk=terrain.a_eux["entreprise"]), membre=membre)


def acces_retire(terrain, membre):
    Acces.objects.filter(membre=membre).delete()


# (à qui, ce qu'il lisait, ce qu'on lui retire)
LECTURES = [
    ("direct", "entreprises", role_change),
    ("secretariat", "modifier", role_change),
    ("direct", "membres", depart),
    ("direct", "entreprise", depart_anterieur),
    ("secretariat", "membres", entree_repoussee),
    ("direct", "membres", compte_ferme),
    ("animateur", "parametres", compte_ferme),
    ("direct", "compte", mot_de_passe_change),
    ("direct", "compte", acces_reinitialise),
    ("direct", "compte", session_fermee_ailleurs),
    ("prefecture", "membres", second_facteur_exige),
    ("direct", "compte", second_facteur_active_ailleurs),
    ("direct", "membres", institution_quittee),
    ("direct", "entreprise", deport),
    ("associe", "entreprise", acces_retire),
]
# (à qui, le formulaire qu'il avait ouvert, ce qu'on lui retire) ; il y change un numéro de téléphone
SAISIES = [
    ("secretariat", "modifier", role_change),
    ("secretariat", "modifier", depart),
    ("animateur", "modifier", compte_ferme),
    ("direct", "ma_fiche", depart),
    ("direct", "ma_fiche", entree_repoussee),
    ("direct", "ma_fiche", compte_ferme),
    ("direct", "ma_fiche", mot_de_passe_change),
    ("direct", "ma_fiche", acces_reinitialise),
    ("direct", "ma_fiche", session_fermee_ailleurs),
    ("observateur", "ma_fiche", second_facteur_exige),
    ("direct", "ma_fiche", institution_quittee),
]
CASSES = (droits_gardes_en_memoire, compte_jamais_relu, sessions_jamais_fermees)


def adresse(terrain, page):
    slug, entreprise, autre = terrain.reseau.slug, terrain.a_eux["entreprise"], terrain.membres["observateur"].pk
    return {
        "entreprises": reverse("visites:entreprises", args=[slug]),
        "entreprise": reverse("entreprises:fiche", args=[slug, entreprise]),
        "membres": reverse("reseau:membres", args=[slug]),
        "modifier": reverse("reseau:membre-modifier", args=[slug, autre]),
        "parametres": reverse("reseau:parametres", args=[slug]),
        "ma_fiche": reverse("reseau:ma-fiche", args=[slug]),
        "compte": reverse("securite"),
    }[page]


@contextmanager
def puis_tout_defaire():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@verification("A10", "droit retiré en pleine session", casser=CASSES)
def test_page_ne_se_lit_plus(bilan, terrain):
    for profil, page, retirer in LECTURES:
        with puis_tout_defaire():
            membre, lue = Membre.objects.get(pk=terrain.membres[profil].pk), adresse(terrain, page)
            client = connecter(membre)
            assert client.get(lue).status_code == 200, f"{profil} ne lisait déjà pas {lue}"
            retirer(terrain, membre)
            statuts = [client.get(lue).status_code for _ in range(REJEUX)]
            lus = [f"{retirer.__name__}, {profil} : {lue} répond {s}" for s in statuts if s not in (302, 403, 404)]
            bilan.noter_lot(REJEUX, lus)


@verification("A10", "droit retiré au milieu d’un formulaire", casser=CASSES)
def test_formulaire_commence_n_ecrit_plus(bilan, terrain):
    for profil, page, retirer in SAISIES:
        for retire in (False, True):
            with puis_tout_defaire():
                membre = Membre.objects.get(pk=terrain.membres[profil].pk)
                client, champs = commencer(terrain, membre, page)
                if retire:
                    retirer(terrain, membre)
                for rang in range(REJEUX):
                    numero = f"03 84 00 00 {rang:02d}"
                    client.post(adresse(terrain, page), champs | {"telephone": numero})
                    ecrit = Membre.objects.filter(telephone=numero).exists()
                    if retire:
                        bilan.noter(not ecrit, f"{retirer.__name__}, {profil} : {page} écrit encore")
                    else:
                        assert ecrit or rang, f"{profil} n'écrivait déjà pas {page}"


def commencer(terrain, membre, page):
    """(client, champs) du formulaire ouvert, tel que le navigateur l'enverrait."""
    client = connecter(membre)
    form = client.get(adresse(terrain, page)).context["form"]
    return client, {champ.html_name: champ.value() for champ in form if champ.value() not in (None, False)}
