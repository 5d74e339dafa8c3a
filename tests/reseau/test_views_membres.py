"""L'annuaire et ses fiches : lire, inviter, modifier, partir, tenir la sienne."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.urls import reverse
from django.utils.timezone import localdate, now

from reseau.models import Membre, Utilisateur
from tests.conftest import connecter
from tests.factories import InstitutionFactory, MembreFactory, ReseauFactory


@pytest.fixture
def adresse(reseau):
    """Adresse d'une page de l'annuaire de ce réseau."""
    return lambda nom, *arguments: reverse(f"reseau:{nom}", args=[reseau.slug, *arguments])


@pytest.fixture
def saisie(direct):
    """Ce que l'on tape pour ajouter quelqu'un."""
    return {
        "civilite": "Mme",
        "prenom": "Odile",
        "nom": "Tissot",
        "courriel": "odile.tissot@exemple.fr",
        "institution": direct.institution_id,
        "role": "developpeur",
        "qualite": "direct",
        "entre_le": "2026-03-02",
    }


def modification(membre, **champs):
    noms = ("civilite", "prenom", "nom", "fonction", "telephone", "role", "qualite", "entre_le", "version")
    donnees = {nom: getattr(membre, nom) for nom in noms} | {"institution": membre.institution_id}
    return donnees | {"courriel": membre.utilisateur.email} | champs


def noms(response):
    return [membre.nom for membre in response.context["page_obj"]]


# Lire


@pytest.mark.parametrize("profil", ["animateur", "secretariat", "direct", "associe", "prefecture"])
def test_annuaire_se_lit(clients, adresse, membres, profil):
    reponses = [clients[profil].get(adresse("membres")), clients[profil].get(adresse("membre", membres["direct"].pk))]
    assert [response.status_code for response in reponses] == [200, 200]


def test_observateur_ne_lit_pas_l_annuaire(clients, adresse, direct):
    adresses = [adresse("membres"), adresse("membre", direct.pk)]
    assert [clients["observateur"].get(url).status_code for url in adresses] == [403, 403]


def test_annuaire_range_les_actifs_par_ordre_alphabetique(clients, adresse, reseau):
    MembreFactory(reseau=reseau, nom="Éluard")
    MembreFactory(reseau=reseau, nom="Parti", parti_le=localdate())
    MembreFactory(reseau=ReseauFactory(), nom="Ailleurs")
    assert noms(clients["direct"].get(adresse("membres"))) == [
        "Animateur",
        "Associe",
        "Direct",
        "Éluard",
        "Observateur",
        "Prefecture",
        "Secretariat",
    ]


def test_annuaire_montre_les_partis_a_la_demande(clients, adresse, reseau):
    MembreFactory(reseau=reseau, nom="Parti", parti_le=localdate())
    pages = [clients["direct"].get(adresse("membres"), {"presence": choix}) for choix in ("partis", "tous")]
    assert [len(noms(page)) for page in pages] == [1, 7]


def test_annuaire_montre_qui_entrera_bientot(clients, adresse, reseau):
    MembreFactory(reseau=reseau, nom="Bientot", entre_le=localdate() + timedelta(days=3))
    assert "Bientot" in noms(clients["direct"].get(adresse("membres")))


@pytest.mark.parametrize(
    ("filtre", "trouves"),
    [({"texte": "d'oeuvre"}, ["D’Œuvre"]), ({"role": "prefecture"}, ["Prefecture"]), ({"texte": "zzz"}, [])],
)
def test_annuaire_se_filtre(clients, adresse, reseau, filtre, trouves):
    MembreFactory(reseau=reseau, prenom="Élise", nom="D’Œuvre")
    assert noms(clients["direct"].get(adresse("membres"), filtre)) == trouves


def test_annuaire_se_filtre_par_institution_du_reseau_seulement(clients, adresse, reseau):
    voulue, ailleurs = InstitutionFactory(reseau=reseau), InstitutionFactory()
    MembreFactory(reseau=reseau, institution=voulue, nom="Voulu")
    assert noms(clients["direct"].get(adresse("membres"), {"institution": voulue.pk})) == ["Voulu"]
    response = clients["direct"].get(adresse("membres"), {"institution": ailleurs.pk})
    assert list(response.context["filter"].form.errors) == ["institution"]


def test_annuaire_se_trie_par_institution_et_par_role_jamais_autrement(clients, adresse, reseau):
    MembreFactory(reseau=reseau, nom="Premier", institution=InstitutionFactory(reseau=reseau, sigle="AAA"))
    tris = ["institution", "-nom", "rythme"]
    premiers = [noms(clients["direct"].get(adresse("membres"), {"tri": tri}))[0] for tri in tris]
    assert premiers == ["Premier", "Secretariat", "Animateur"]


def test_annuaire_demande_toujours_autant_de_requetes(clients, adresse, reseau, requetes):
    compter = lambda: requetes(lambda: clients["animateur"].get(adresse("membres"), {"texte": "a"}))  # noqa: E731
    avant = compter()
    MembreFactory.create_batch(30, reseau=reseau)
    assert compter() == avant


def test_annuaire_signale_ce_qui_manque_au_reseau(clients, adresse):
    assert clients["prefecture"].get(adresse("membres")).context["signalements"] == [
        "Le réseau compte 4 participants ; la taille conseillée va de 15 à 20.",
        "Personne ne représente les services de l’emploi.",
    ]


def test_invitation_sans_reponse_ne_se_dit_qu_a_qui_tient_l_annuaire(clients, adresse, reseau):
    MembreFactory(reseau=reseau)
    vus = ["invitation sans réponse" in clients[nom].get(adresse("membres")).text for nom in ("secretariat", "direct")]
    assert vus == [True, False]


def test_fiche_d_un_autre_reseau_est_introuvable(clients, adresse):
    assert clients["animateur"].get(adresse("membre", MembreFactory().pk)).status_code == 404


@pytest.mark.parametrize(
    ("profil", "role", "gerable"),
    [
        ("animateur", "animateur", True),
        ("animateur", "developpeur", True),
        ("secretariat", "developpeur", True),
        ("secretariat", "animateur", False),
        ("direct", "developpeur", False),
        ("prefecture", "developpeur", False),
    ],
)
def test_fiche_montre_les_gestes_permis(clients, adresse, reseau, profil, role, gerable):
    pk = MembreFactory(reseau=reseau, role=role).pk
    page = clients[profil].get(adresse("membre", pk)).text
    gestes = [adresse(nom, pk) in page for nom in ("membre-modifier", "membre-partir", "membre-inviter")]
    assert gestes == [gerable] * 3


def test_fiche_de_qui_se_connecte_ne_propose_pas_d_inviter(clients, adresse, direct):
    connecter(direct)
    assert adresse("membre-inviter", direct.pk) not in clients["animateur"].get(adresse("membre", direct.pk)).text


def test_rythme_et_hierarchie_ne_se_montrent_qu_a_soi_et_a_qui_gere(clients, adresse, direct):
    pages = [clients[nom].get(adresse("membre", direct.pk)).text for nom in ("animateur", "direct", "associe")]
    assert ["Rythme convenu" in page for page in pages] == [True, True, False]


# Inviter


def test_ajouter_un_membre_l_invite(clients, adresse, saisie, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = clients["secretariat"].post(adresse("membre-creer"), saisie | {"jeton": uuid4()})
    membre = Membre.objects.get(nom="Tissot")
    assert response.url == adresse("membre", membre.pk)
    assert [message.to for message in mail.outbox] == [["odile.tissot@exemple.fr"]]


def test_invitation_attend_que_la_fiche_soit_enregistree(clients, adresse, saisie):
    clients["secretariat"].post(adresse("membre-creer"), saisie)
    assert mail.outbox == []


def test_page_suivante_dit_si_l_invitation_est_partie(transactional_db, clients, adresse, saisie, settings):
    partie = clients["animateur"].post(adresse("membre-creer"), saisie, follow=True)
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    settings.EMAIL_PORT = 9  # personne n'y écoute
    envoi = saisie | {"courriel": "autre@exemple.fr", "nom": "Autre"}
    perdue = clients["animateur"].post(adresse("membre-creer"), envoi, follow=True)
    dernieres = [list(response.context["messages"])[-1].message for response in (partie, perdue)]
    assert dernieres == [
        "Une invitation est partie à odile.tissot@exemple.fr.",
        "L’invitation n’est pas encore partie. Le serveur de courriel ne répond pas. L’outil réessaiera de lui-même.",
    ]


def test_ajouter_deux_fois_du_meme_jeton_n_invite_qu_une_personne(clients, adresse, saisie, django_capture_on_commit_callbacks):
    envoi = saisie | {"jeton": uuid4()}
    with django_capture_on_commit_callbacks(execute=True):
        suites = {clients["animateur"].post(adresse("membre-creer"), envoi).url for _ in range(2)}
    assert (len(suites), Membre.objects.filter(nom="Tissot").count(), len(mail.outbox)) == (1, 1, 1)


def test_ajouter_refuse_garde_la_saisie_et_n_ecrit_a_personne(
    clients, adresse, saisie, direct, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        envoi = saisie | {"courriel": direct.utilisateur.email, "jeton": uuid4()}
        response = clients["animateur"].post(adresse("membre-creer"), envoi)
    assert response.context["form"].non_field_errors() == ["Ce courriel est déjà celui d’un membre du réseau."]
    assert ('value="Tissot"' in response.text, mail.outbox) == (True, [])


@pytest.mark.parametrize(
    ("champs", "fautif"),
    [
        ({"qualite": "aucun"}, "__all__"),
        ({"role": "prefecture"}, "qualite"),
        ({"role": "inconnu"}, "role"),
        ({"rythme": "-1"}, "rythme"),
        ({"courriel": "pas un courriel"}, "courriel"),
        ({"entre_le": "hier"}, "entre_le"),
        ({"nom": ""}, "nom"),
    ],
)
def test_ajouter_une_fiche_fautive_est_refuse(clients, adresse, saisie, champs, fautif):
    form = clients["animateur"].post(adresse("membre-creer"), saisie | champs).context["form"]
    assert list(form.errors) == [fautif]


def test_ajouter_dans_une_institution_d_un_autre_reseau_est_refuse(clients, adresse, saisie):
    form = clients["animateur"].post(adresse("membre-creer"), saisie | {"institution": InstitutionFactory().pk}).context["form"]
    assert list(form.errors) == ["institution"]


def test_secretariat_ne_propose_pas_le_role_d_animateur(clients, adresse, saisie):
    envoi = saisie | {"role": "animateur", "qualite": "aucun"}
    formulaires = [clients[nom].post(adresse("membre-creer"), envoi) for nom in ("secretariat", "animateur")]
    assert list(formulaires[0].context["form"].errors) == ["role"]
    assert formulaires[1].status_code == 302


@pytest.mark.parametrize("profil", ["direct", "associe", "prefecture", "observateur"])
def test_ajouter_est_reserve(clients, adresse, saisie, profil):
    assert clients[profil].post(adresse("membre-creer"), saisie).status_code == 403


def test_renvoyer_l_invitation(clients, adresse, direct, django_capture_on_commit_callbacks):
    Utilisateur.objects.filter(pk=direct.utilisateur_id).update(last_login=None)
    with django_capture_on_commit_callbacks(execute=True):
        clients["secretariat"].post(adresse("membre-inviter", direct.pk))
    assert [message.to for message in mail.outbox] == [[direct.utilisateur.email]]


@pytest.mark.parametrize("champs", [{"last_login": now()}, {}])
def test_invitation_ne_part_ni_a_qui_se_connecte_ni_a_qui_est_parti(
    clients, adresse, direct, champs, django_capture_on_commit_callbacks
):
    Utilisateur.objects.filter(pk=direct.utilisateur_id).update(**({"last_login": None} | champs))
    if not champs:
        Membre.objects.filter(pk=direct.pk).update(parti_le=localdate())
    with django_capture_on_commit_callbacks(execute=True):
        response = clients["animateur"].post(adresse("membre-inviter", direct.pk), follow=False)
    assert (response.status_code, mail.outbox) == (302, [])


# Modifier


def test_modifier_une_fiche(clients, adresse, direct):
    envoi = modification(direct, fonction="conseiller", rythme="1.5", jeton=uuid4())
    response = clients["secretariat"].post(adresse("membre-modifier", direct.pk), envoi)
    direct.refresh_from_db()
    assert (response.url, direct.fonction, direct.rythme) == (adresse("membre", direct.pk), "conseiller", 1.5)


@pytest.mark.parametrize("nom", ["membre-modifier", "membre-partir", "membre-inviter"])
def test_secretariat_n_approche_pas_la_fiche_d_un_animateur(clients, adresse, animateur, nom):
    response = clients["secretariat"].post(adresse(nom, animateur.pk), {"parti_le": "2026-03-02"})
    assert response.status_code == 403


def test_fiche_changee_entre_temps_garde_le_texte(clients, adresse, direct):
    envoi = modification(direct, fonction="Ma version")
    Membre.objects.filter(pk=direct.pk).update(version=2)
    response = clients["animateur"].post(adresse("membre-modifier", direct.pk), envoi)
    assert "Cette fiche a été modifiée depuis" in response.context["form"].non_field_errors()[0]
    assert 'value="Ma version"' in response.text


def test_dernier_animateur_ne_se_destitue_pas(clients, adresse, animateur):
    envoi = modification(animateur, role="secretariat")
    response = clients["animateur"].post(adresse("membre-modifier", animateur.pk), envoi)
    assert "au moins un animateur" in response.context["form"].non_field_errors()[0]


def test_entree_apres_le_depart_est_une_erreur_du_formulaire(clients, adresse, direct):
    Membre.objects.filter(pk=direct.pk).update(parti_le=date(2025, 1, 1))
    response = clients["animateur"].post(adresse("membre-modifier", direct.pk), modification(direct, entre_le="2025-06-01"))
    assert response.context["form"].non_field_errors() == ["Le départ vient après l’entrée."]


def test_courriel_ne_se_modifie_qu_avant_la_premiere_connexion(clients, adresse, direct):
    Utilisateur.objects.filter(pk=direct.utilisateur_id).update(last_login=None)
    avant = clients["animateur"].get(adresse("membre-modifier", direct.pk)).context["form"]
    Utilisateur.objects.filter(pk=direct.utilisateur_id).update(last_login=now())
    apres = clients["animateur"].get(adresse("membre-modifier", direct.pk)).context["form"]
    assert ["courriel" in form.fields for form in (avant, apres)] == [True, False]


def test_courriel_forge_d_un_compte_ouvert_ne_change_rien(clients, adresse, direct):
    Utilisateur.objects.filter(pk=direct.utilisateur_id).update(last_login=now())
    ancien = direct.utilisateur.email
    clients["animateur"].post(adresse("membre-modifier", direct.pk), modification(direct, courriel="pirate@exemple.fr"))
    assert Membre.objects.get(pk=direct.pk).utilisateur.email == ancien


def test_institution_fermee_reste_choisie_sur_la_fiche_qui_y_est(clients, adresse, direct):
    type(direct.institution).objects.filter(pk=direct.institution_id).update(fermee_le="2020-01-01")
    creation = clients["animateur"].get(adresse("membre-creer")).context["form"]
    edition = clients["animateur"].get(adresse("membre-modifier", direct.pk)).context["form"]
    assert [f.fields["institution"].queryset.count() for f in (creation, edition)] == [0, 1]


# Partir


def test_depart_se_note_et_ferme_l_acces(clients, adresse, direct, reseau):
    envoi = {"parti_le": localdate().isoformat(), "version": 1, "jeton": uuid4()}
    response = clients["animateur"].post(adresse("membre-partir", direct.pk), envoi)
    assert response.url == adresse("membre", direct.pk)
    assert connecter(direct).get(adresse("ma-fiche")).status_code == 404


def test_depart_avant_l_entree_est_refuse(clients, adresse, direct):
    response = clients["animateur"].post(adresse("membre-partir", direct.pk), {"parti_le": "2019-01-01", "version": 1})
    assert response.context["form"].non_field_errors() == ["Le départ vient après l’entrée."]


def test_depart_demande_sa_date(clients, adresse, direct):
    response = clients["animateur"].post(adresse("membre-partir", direct.pk), {"parti_le": "", "version": 1})
    assert list(response.context["form"].errors) == ["parti_le"]


def test_depart_note_par_erreur_s_annule(clients, adresse, direct):
    Membre.objects.filter(pk=direct.pk).update(parti_le=date(2025, 1, 1))
    clients["animateur"].post(adresse("membre-partir", direct.pk), {"parti_le": "", "version": 1})
    assert Membre.objects.get(pk=direct.pk).parti_le is None


def test_depart_du_dernier_animateur_est_refuse(clients, adresse, animateur):
    envoi = {"parti_le": localdate().isoformat(), "version": 1}
    response = clients["animateur"].post(adresse("membre-partir", animateur.pk), envoi)
    assert response.context["form"].non_field_errors() == [
        "Un réseau garde toujours au moins un animateur : confiez d’abord ce rôle à quelqu’un d’autre."
    ]


def test_animateur_qui_part_est_ramene_dehors(clients, adresse, animateur, reseau):
    MembreFactory(reseau=reseau, role="animateur")
    envoi = {"parti_le": localdate().isoformat(), "version": 1}
    assert clients["animateur"].post(adresse("membre-partir", animateur.pk), envoi).url == "/"


# Ma fiche


@pytest.mark.parametrize("profil", ["animateur", "secretariat", "direct", "associe", "prefecture", "observateur"])
def test_chacun_tient_son_telephone_et_sa_fonction(clients, adresse, membres, profil):
    envoi = {"telephone": "03 84 00 00 00", "fonction": "chargée de mission", "resume": "mois", "version": 1, "jeton": uuid4()}
    assert clients[profil].post(adresse("ma-fiche"), envoi).url == adresse("ma-fiche")
    fiche = Membre.objects.get(pk=membres[profil].pk)
    assert (fiche.telephone, fiche.fonction, fiche.resume) == ("03 84 00 00 00", "chargée de mission", "mois")


def test_ma_fiche_n_ecrit_rien_d_autre(clients, adresse, direct):
    envoi = modification(direct, role="animateur", qualite="aucun", nom="Autre", rythme="9", telephone="01", resume="jamais")
    clients["direct"].post(adresse("ma-fiche"), envoi)
    champs = Membre.objects.values_list("role", "qualite", "nom", "rythme", "telephone")
    assert champs.get(pk=direct.pk) == ("developpeur", "direct", "Direct", None, "01")


def test_ma_fiche_changee_entre_temps_garde_le_texte(clients, adresse, direct):
    Membre.objects.filter(pk=direct.pk).update(version=2)
    response = clients["direct"].post(adresse("ma-fiche"), {"fonction": "Ma version", "version": 1})
    assert ("Ma version" in response.text, Membre.objects.get(pk=direct.pk).fonction) == (True, "")
