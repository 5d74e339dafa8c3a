"""Inviter, modifier, partir ; ouvrir un réseau ; fermer une institution ; régler la lettre."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import now

from reseau.enums import Geste, Role
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Journal, Membre, Utilisateur
from reseau.operations import (
    envoyer_invitation,
    inviter,
    modifier_institution,
    modifier_membre,
)
from tests.factories import InstitutionFactory, MembreFactory, UtilisateurFactory

JOUR = date(2026, 3, 2)


def nouveau(reseau, **champs):
    return MembreFactory.build(reseau=reseau, utilisateur=None, institution=InstitutionFactory(reseau=reseau), **champs)


def test_inviter_ouvre_un_compte_et_le_note(animateur):
    membre = inviter(nouveau(animateur.reseau), email="Odile.Tissot@Exemple.fr", par=animateur)
    assert membre.utilisateur.email == "odile.tissot@exemple.fr"
    assert Journal.objects.filter(geste=Geste.AJOUT, objet="reseau.membre", objet_id=membre.pk).count() == 1


def test_compte_invite_peut_demander_un_nouveau_lien(animateur, client, partis):
    """Une invitation périmée n'enferme personne dehors : « mot de passe oublié » écrit à un compte jamais ouvert."""
    inviter(nouveau(animateur.reseau), email="odile@exemple.fr", par=animateur)
    client.post("/mot-de-passe/oublie/", {"email": "odile@exemple.fr"})
    assert [message.to for message in partis()] == [["odile@exemple.fr"]]


def test_inviter_retrouve_le_compte_d_un_autre_reseau(animateur):
    ailleurs = MembreFactory()
    membre = inviter(nouveau(animateur.reseau), email=ailleurs.utilisateur.email, par=animateur)
    assert membre.utilisateur == ailleurs.utilisateur


def test_inviter_deux_fois_la_meme_personne_est_refuse(animateur, direct):
    with pytest.raises(RegleEnfreinte, match="déjà celui d’un membre"):
        inviter(nouveau(animateur.reseau), email=direct.utilisateur.email, par=animateur)


def test_inviter_qui_part_plus_tard_est_refuse(animateur, direct):
    Membre.objects.filter(pk=direct.pk).update(parti_le=date(2030, 1, 1))
    with pytest.raises(RegleEnfreinte, match="déjà celui d’un membre"):
        inviter(nouveau(animateur.reseau, entre_le=JOUR), email=direct.utilisateur.email, par=animateur)


def test_inviter_qui_est_parti_le_fait_revenir(animateur, direct):
    Membre.objects.filter(pk=direct.pk).update(parti_le=date(2025, 1, 1))
    inviter(nouveau(animateur.reseau, entre_le=date(2025, 1, 1)), email=direct.utilisateur.email, par=animateur)
    assert direct.utilisateur.appartenances.count() == 2


def test_inviter_sur_un_compte_ferme_est_refuse(animateur):
    UtilisateurFactory(email="ferme@exemple.fr", is_active=False)
    with pytest.raises(RegleEnfreinte, match="Ce compte a été fermé"):
        inviter(nouveau(animateur.reseau), email="ferme@exemple.fr", par=animateur)


def test_secretariat_ne_cree_pas_d_animateur(membres):
    with pytest.raises(RegleEnfreinte, match="Seul un animateur"):
        inviter(nouveau(membres["animateur"].reseau, role=Role.ANIMATEUR), email="x@exemple.fr", par=membres["secretariat"])
    assert not Utilisateur.objects.filter(email="x@exemple.fr").exists()


@pytest.mark.parametrize("champs", [{"telephone": "0102030405"}, {"role": Role.OBSERVATEUR}, {"parti_le": JOUR}])
def test_secretariat_ne_touche_pas_a_un_animateur(membres, champs):
    MembreFactory(reseau=membres["animateur"].reseau, role=Role.ANIMATEUR)
    fiche = Membre.objects.get(pk=membres["animateur"].pk)
    for nom, valeur in champs.items():
        setattr(fiche, nom, valeur)
    with pytest.raises(RegleEnfreinte, match="Seul un animateur"):
        modifier_membre(fiche, par=membres["secretariat"], le=JOUR)


@pytest.mark.parametrize(
    "champs", [{"role": Role.SECRETARIAT}, {"parti_le": JOUR}, {"parti_le": date(2030, 1, 1)}, {"entre_le": date(2026, 3, 3)}]
)
def test_dernier_animateur_reste(animateur, champs):
    fiche = Membre.objects.get(pk=animateur.pk)
    for nom, valeur in champs.items():
        setattr(fiche, nom, valeur)
    with pytest.raises(RegleEnfreinte, match="au moins un animateur"):
        modifier_membre(fiche, par=animateur, le=JOUR)


@pytest.mark.parametrize(
    ("champs", "compte_ouvert"), [({"parti_le": date(2030, 1, 1)}, True), ({"entre_le": date(2026, 4, 1)}, True), ({}, False)]
)
def test_un_autre_animateur_doit_vraiment_rester(animateur, champs, compte_ouvert):
    autre = MembreFactory(reseau=animateur.reseau, role=Role.ANIMATEUR, **champs)
    Utilisateur.objects.filter(pk=autre.utilisateur_id).update(is_active=compte_ouvert)
    animateur.parti_le = JOUR
    with pytest.raises(RegleEnfreinte, match="au moins un animateur"):
        modifier_membre(animateur, par=animateur, le=JOUR)


def test_animateur_part_s_il_en_reste_un(animateur):
    MembreFactory(reseau=animateur.reseau, role=Role.ANIMATEUR)
    animateur.parti_le = JOUR
    modifier_membre(animateur, par=animateur, le=JOUR)
    assert Membre.objects.get(pk=animateur.pk).parti_le == JOUR


def test_depart_repousse_ne_recouvre_pas_le_retour(animateur, direct):
    Membre.objects.filter(pk=direct.pk).update(parti_le=date(2025, 1, 1))
    MembreFactory(reseau=animateur.reseau, utilisateur=direct.utilisateur, entre_le=date(2025, 6, 1))
    fiche = Membre.objects.get(pk=direct.pk)
    fiche.parti_le = date(2025, 6, 2)
    with pytest.raises(RegleEnfreinte, match="déjà celui d’un membre"):
        modifier_membre(fiche, par=animateur, le=JOUR)


def test_fiche_changee_entre_temps_ne_s_ecrase_pas(animateur, direct):
    lue, relue = Membre.objects.get(pk=direct.pk), Membre.objects.get(pk=direct.pk)
    lue.telephone = "01"
    modifier_membre(lue, par=animateur, le=JOUR)
    relue.telephone = "02"
    with pytest.raises(RegleEnfreinte, match="Quelqu’un a modifié cette fiche"):
        modifier_membre(relue, par=animateur, le=JOUR)
    assert Membre.objects.get(pk=direct.pk).telephone == "01"


def test_courriel_mal_tape_se_corrige_avant_la_premiere_connexion(animateur, direct):
    ancien = direct.utilisateur
    modifier_membre(direct, par=animateur, le=JOUR, email="juste@exemple.fr")
    assert Membre.objects.get(pk=direct.pk).utilisateur.email == "juste@exemple.fr"
    assert not Utilisateur.objects.filter(pk=ancien.pk).exists()


def test_courriel_corrige_laisse_un_compte_qui_sert_ailleurs(animateur, direct):
    MembreFactory(utilisateur=direct.utilisateur)
    ancien = direct.utilisateur
    modifier_membre(direct, par=animateur, le=JOUR, email="juste@exemple.fr")
    assert ancien.appartenances.count() == 1


def test_courriel_d_un_compte_ouvert_ne_se_prend_pas(animateur, direct):
    Utilisateur.objects.filter(pk=direct.utilisateur_id).update(last_login=now())
    fiche = Membre.objects.get(pk=direct.pk)
    with pytest.raises(RegleEnfreinte, match="déjà connectée"):
        modifier_membre(fiche, par=animateur, le=JOUR, email="pirate@exemple.fr")


def test_meme_courriel_autrement_ecrit_ne_change_rien(animateur, direct):
    Utilisateur.objects.filter(pk=direct.utilisateur_id).update(last_login=now())
    fiche = Membre.objects.get(pk=direct.pk)
    modifier_membre(fiche, par=animateur, le=JOUR, email=f" {direct.utilisateur.email.upper()} ")
    assert Membre.objects.get(pk=direct.pk).utilisateur == direct.utilisateur


def test_invitation_mene_au_choix_du_mot_de_passe(animateur, direct, client, partis):
    envoyer_invitation(direct, racine="https://reseau.exemple.fr/")
    message = partis()[0]
    liens = [ligne for ligne in message.body.splitlines() if ligne.startswith("https://reseau.exemple.fr/")]
    assert (message.to, message.subject) == ([direct.utilisateur.email], f"Votre accès à {direct.reseau.nom}")
    assert "se périme dans 3 jours" in message.body
    response = client.get(liens[0].removeprefix("https://reseau.exemple.fr"), follow=True)
    assert response.context["validlink"] is True


def test_invitation_de_qui_se_connecte_deja_ne_porte_aucun_lien_secret(direct, partis):
    Utilisateur.objects.filter(pk=direct.utilisateur_id).update(last_login=now())
    envoyer_invitation(Membre.objects.get(pk=direct.pk), racine="https://reseau.exemple.fr/")
    liens = [mot for mot in partis()[0].body.split() if mot.startswith("https://")]
    assert liens == ["https://reseau.exemple.fr/"]


def test_invitation_se_perime_avec_son_lien(direct, settings):
    pli = envoyer_invitation(direct, racine="https://reseau.exemple.fr/")
    assert pli.perime_le - pli.inscrit_le <= timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def test_invitation_d_un_reseau_au_nom_brise_reste_sur_une_ligne(direct, partis):
    direct.reseau.nom = "Réseau\nBcc: tous@exemple.fr"
    envoyer_invitation(direct, racine="https://reseau.exemple.fr/")
    assert partis()[0].subject == "Votre accès à Réseau Bcc: tous@exemple.fr"


def test_institution_garde_ses_membres_avant_de_partir(animateur, direct):
    direct.institution.fermee_le = JOUR
    with pytest.raises(RegleEnfreinte, match="6 membres y sont encore rattachés"):
        modifier_institution(direct.institution, par=animateur)


def test_institution_sans_membre_quitte_le_reseau(animateur):
    institution = InstitutionFactory(reseau=animateur.reseau)
    MembreFactory(reseau=animateur.reseau, institution=institution, parti_le=date(2025, 1, 1))
    institution.fermee_le = JOUR
    assert modifier_institution(institution, par=animateur).version == 2
