"""`creer_reseau` : le premier geste de l'administrateur technique."""

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from reseau.enums import Role
from reseau.models import Institution, Membre, Reseau, Utilisateur
from tests.factories import MembreFactory, ReseauFactory

pytestmark = pytest.mark.django_db

OPTIONS = {
    "territoire": "Jura",
    "de_territoire": "du Jura",
    "departement": "39",
    "lieu": "Lons-le-Saunier",
    "institution": "Préfecture du Jura",
    "sigle": "PREF39",
    "animateur": "Odile.Tissot@exemple.fr",
    "civilite": "Mme",
    "prenom": "Odile",
    "nom_animateur": "Tissot",
}


def creer(slug="jura", **options):
    call_command("creer_reseau", slug, "Réseau du Jura", **(OPTIONS | options))


def rien_n_est_cree():
    return not Reseau.objects.filter(slug="jura").exists() and not Utilisateur.objects.filter(email="odile.tissot@exemple.fr")


def test_reseau_s_ouvre_avec_son_animateur(capsys):
    creer()
    animateur = Membre.objects.get(reseau__slug="jura")
    assert (animateur.role, animateur.utilisateur.email) == (Role.ANIMATEUR, "odile.tissot@exemple.fr")
    assert (animateur.institution.sigle, animateur.reseau.intitule) == ("PREF39", ["Préfet", "du", "Jura"])
    assert capsys.readouterr().out == (
        "Réseau du Jura est ouvert : /jura/. Odile Tissot choisit son mot de passe par « Mot de passe oublié », "
        "avec le courriel odile.tissot@exemple.fr.\n"
    )


def test_animateur_choisit_son_mot_de_passe_par_mot_de_passe_oublie(client, partis):
    creer()
    client.post("/mot-de-passe/oublie/", {"email": "odile.tissot@exemple.fr"})
    assert [message.to for message in partis()] == [["odile.tissot@exemple.fr"]]


def test_adresse_du_site_envoie_l_invitation(capsys):
    creer(adresse="https://reseaux.exemple.fr/")
    assert capsys.readouterr().out.endswith("Une invitation est partie à odile.tissot@exemple.fr.\n")
    assert "https://reseaux.exemple.fr/mot-de-passe/" in mail.outbox[0].body


def test_compte_deja_connu_anime_un_second_reseau():
    ailleurs = MembreFactory(utilisateur__email="odile.tissot@exemple.fr")
    creer()
    assert ailleurs.utilisateur.appartenances.count() == 2


@pytest.mark.parametrize(
    ("slug", "options", "message"),
    [
        ("deja", {}, "ce champ Adresse existe déjà"),
        ("Un réseau", {}, "slug"),
        ("aide", {}, "déjà une page du site"),
        ("connexion", {}, "déjà une page du site"),
        ("jura", {"animateur": "pas un courriel"}, "courriel"),
        ("jura", {"civilite": "Dr"}, "civilite"),
        ("jura", {"departement": "Jura39"}, "departement"),
        ("jura", {"adresse": "reseaux"}, "URL"),
    ],
)
def test_demande_fautive_ne_cree_rien(slug, options, message):
    ReseauFactory(slug="deja")
    with pytest.raises(CommandError, match=message):
        creer(slug, **options)
    assert (rien_n_est_cree(), Institution.objects.count()) == (True, 0)


def test_compte_ferme_annule_tout():
    Utilisateur.objects.create_user("odile.tissot@exemple.fr", is_active=False)
    with pytest.raises(CommandError, match="Ce compte a été fermé"):
        creer()
    assert not Reseau.objects.filter(slug="jura").exists()
