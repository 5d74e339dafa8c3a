"""Envoyer une lettre signée par courriel, seule ou en lot : à qui, avec quelles copies, et ce qui reste à imprimer."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, now

from reseau.enums import Geste
from reseau.lib.courriels import REFUSE
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Journal, Pli
from suivi.operations import faire_partir
from tests.factories import JOUR, ContactFactory, DeportFactory, MembreFactory
from tests.lib.papier import textes
from tests.visites.conftest import dits
from visites import courriers, envois
from visites.enums import EnCopie, EtatCourrier, EtatVisite
from visites.models import Courrier, EnvoiDeLettre, PdfFige

pytestmark = pytest.mark.django_db
DIFFICILE = "tests.visites.courrier_difficile.EmailBackend"


@pytest.fixture
def signee(signees):
    """Une lettre signée, dont le dirigeant a un courriel."""
    signees(1)
    courrier = Courrier.objects.get()
    ContactFactory(entreprise=courrier.visite.entreprise, courriel="achille@exemple.test", dirigeant=True)
    return courrier


@pytest.fixture
def poster(clients, adresse, django_capture_on_commit_callbacks):
    """Envoie un formulaire ; les courriels partent comme après un vrai enregistrement."""

    def envoyer(nom, *arguments, role="secretariat", suite="", **saisie):
        with django_capture_on_commit_callbacks(execute=True):
            return clients[role].post(adresse(nom, *arguments) + suite, saisie)

    return envoyer


@pytest.fixture
def saisie(signee):
    return {
        "courriel": "achille@exemple.test",
        "objet": "Une lettre",
        "corps": "Madame,\n\nCi-jointe.",
        "en_copie": ["developpeur"],
    }


def lot_de_trois(signees):
    """Trois lettres signées : deux dont on connaît le courriel, une dont on ne connaît rien. Rend leurs numéros."""
    numeros = signees(3)
    for rang in (0, 1):
        entreprise = Courrier.objects.get(numero=numeros[rang]).visite.entreprise
        ContactFactory(entreprise=entreprise, courriel=f"dirigeant{rang}@exemple.test", dirigeant=True)
    return f"?annee={localdate().year}&du={numeros[0]}&au={numeros[-1]}"


def expedier_le_lot(poster, suite):
    """Inscrit le lot et le fait partir jusqu'au bout ; rend l'adresse de son suivi."""
    page = poster("visites:courriers-courriel", suite=suite, objet=envois.OBJET, corps=envois.CORPS, en_copie="developpeur").url
    poster("visites:courriers-courriels", suite=page[page.index("?") :])
    return page


# Une lettre


def test_courriel_propose_le_dirigeant_et_les_copies(clients, adresse, signee, direct):
    form = clients["secretariat"].get(adresse("visites:courrier-courriel", signee.pk)).context["form"]
    assert form.initial["courriel"] == "achille@exemple.test"
    assert form.initial["en_copie"] == [EnCopie.DEVELOPPEUR]
    assert form.initial["objet"] == f"Une lettre de la préfecture pour {signee.visite.entreprise}"
    assert str(direct) in form.initial["corps"]


def test_courriel_part_avec_le_papier_signe_et_ses_copies(poster, adresse, signee, saisie, direct):
    response = poster("visites:courrier-courriel", signee.pk, **saisie)
    assert response.url == adresse("visites:courrier", signee.pk)
    assert dits(response) == ["La lettre est partie par courriel à achille@exemple.test."]
    (message,) = mail.outbox
    assert (message.to, message.cc, message.bcc) == (["achille@exemple.test"], [direct.utilisateur.email], [])
    assert (message.subject, message.body) == ("Une lettre", "Madame,\n\nCi-jointe.")
    assert message.reply_to == [direct.utilisateur.email]
    ((nom, contenu, genre),) = message.attachments
    assert (nom, genre, contenu) == (f"lettre-{signee.reference}.pdf", "application/pdf", bytes(PdfFige.objects.get().pdf))
    assert signee.reference in textes(contenu)[0]


def test_courriel_parti_annonce_la_visite_et_dit_la_voie(poster, clients, adresse, signee, saisie):
    poster("visites:courrier-courriel", signee.pk, **saisie)
    signee.refresh_from_db()
    assert (signee.etat, signee.envoye_le, signee.courriel) == (EtatCourrier.ENVOYEE, localdate(), "achille@exemple.test")
    assert signee.visite.etat == EtatVisite.ANNONCEE
    assert signee.voie == "par courriel, à achille@exemple.test"
    pages = [clients["prefecture"].get(adresse(*page)) for page in (("visites:courrier", signee.pk), ("visites:courriers",))]
    assert ["ar courriel, à achille@exemple.test" in page.content.decode() for page in pages] == [True, True]
    assert Journal.objects.filter(geste=Geste.AJOUT, precision="envoi par courriel").get().objet_id == signee.pk


def test_courriel_refuse_se_dit_et_se_recommence(poster, clients, adresse, signee, saisie, settings):
    settings.EMAIL_BACKEND = DIFFICILE
    response = poster("visites:courrier-courriel", signee.pk, **saisie | {"courriel": "faux@scierie.test", "objet": "À moi"})
    assert dits(response) == [f"Le courriel n’est pas parti. {REFUSE} La lettre reste à envoyer : réessayez."]
    signee.refresh_from_db()
    assert (signee.etat, signee.courriel) == (EtatCourrier.SIGNEE, "")
    form = clients["secretariat"].get(adresse("visites:courrier-courriel", signee.pk)).context["form"]
    assert (form.initial["courriel"], form.initial["objet"]) == ("faux@scierie.test", "À moi")
    poster("visites:courrier-courriel", signee.pk, **saisie)
    assert Courrier.objects.get().etat == EtatCourrier.ENVOYEE


def test_courriel_n_ecrit_pas_en_copie_a_un_membre_deporte(poster, signee, saisie, reseau):
    accompagnant = MembreFactory(reseau=reseau)
    type(signee.visite).objects.filter(pk=signee.visite_id).update(accompagnant=accompagnant)
    DeportFactory(entreprise=signee.visite.entreprise, membre=accompagnant)
    response = poster("visites:courrier-courriel", signee.pk, **saisie | {"en_copie": ["developpeur", "accompagnant"]})
    assert list(response.context["form"].errors) == ["en_copie"]
    assert mail.outbox == []


@pytest.mark.parametrize("courriel", ["", "sans-arobase", "a@b.test\nBcc: tous@b.test", "a@b.test, c@d.test"])
def test_courriel_mal_ecrit_est_refuse_sans_rien_perdre(poster, signee, saisie, courriel):
    form = poster("visites:courrier-courriel", signee.pk, **saisie | {"courriel": courriel}).context["form"]
    assert (list(form.errors), form["corps"].value()) == (["courriel"], saisie["corps"])


def deporter(signee):
    DeportFactory(entreprise=signee.visite.entreprise, membre=signee.visite.developpeur)


def changer(signee, **champs):
    type(signee.visite.entreprise).objects.filter(pk=signee.visite.entreprise_id).update(**champs)


@pytest.mark.parametrize(
    ("obstacle", "raison"),
    [
        (lambda lettre: changer(lettre, diffusible=False), "Entreprise non diffusible au répertoire SIRENE"),
        (lambda lettre: changer(lettre, ne_plus_solliciter_jusqu_au=localdate() + timedelta(days=9)), "ne plus être sollicitée"),
        (
            lambda lettre: DeportFactory(entreprise=lettre.visite.entreprise, membre=lettre.visite.developpeur),
            "plus de développeur",
        ),
        (lambda lettre: courriers.envoyer(Courrier.objects.all(), par=lettre.signe_par, le=JOUR), "La lettre est déjà partie."),
    ],
)
def test_courriel_empeche_se_dit(poster, clients, adresse, signee, saisie, obstacle, raison):
    obstacle(signee)
    reponses = [clients["secretariat"].get(adresse("visites:courrier-courriel", signee.pk))]
    reponses.append(poster("visites:courrier-courriel", signee.pk, **saisie))
    assert [response.url for response in reponses] == [adresse("visites:courrier", signee.pk)] * 2
    assert raison in dits(reponses[0])[0]
    assert (mail.outbox, EnvoiDeLettre.objects.count()) == ([], 0)


def test_courriel_empeche_ne_s_inscrit_pas(signee, membres):
    """Même si la page s'est ouverte avant l'obstacle."""
    changer(signee, diffusible=False)
    textes_ = {"objet": "Une lettre", "corps": "Bonjour", "en_copie": [], "courriel": "a@b.test"}
    with pytest.raises(RegleEnfreinte, match="non diffusible"):
        envois.inscrire(signee, par=membres["secretariat"], maintenant=now(), **textes_)
    assert not EnvoiDeLettre.objects.exists()


def test_courriel_se_revoit_au_moment_de_partir(signee, membres):
    """Entre l'inscription et le départ, l'entreprise est devenue non diffusible."""
    textes_ = {"objet": "Une lettre", "corps": "Bonjour", "en_copie": []}
    cle = envois.inscrire(signee, courriel="a@b.test", par=membres["secretariat"], maintenant=now(), **textes_)
    changer(signee, diffusible=False)
    (envoi,) = envois.envoyer([cle], maintenant=now())
    assert envoi.echec.startswith("Entreprise non diffusible")
    assert (mail.outbox, Courrier.objects.get().etat) == ([], EtatCourrier.SIGNEE)


def test_courriel_en_train_de_partir_n_en_laisse_pas_partir_un_autre(signee, membres):
    textes_ = {"objet": "Une lettre", "corps": "Bonjour", "en_copie": [], "par": membres["secretariat"], "courriel": "a@b.test"}
    depart = now()
    envois.inscrire(signee, maintenant=depart, **textes_)
    with pytest.raises(RegleEnfreinte, match="est en train de partir"):
        envois.inscrire(signee, maintenant=depart, **textes_)
    envois.inscrire(signee, maintenant=depart + timedelta(minutes=11), **textes_)
    assert EnvoiDeLettre.objects.echoues().get().echec == envois.INTERROMPU


def test_base_refuse_deux_envois_d_une_lettre(signee, membres):
    ligne = {"courrier": signee, "courriel": "a@b.test", "demande_par": membres["secretariat"]}
    EnvoiDeLettre.objects.create(**ligne)
    with pytest.raises(IntegrityError), transaction.atomic():
        EnvoiDeLettre.objects.create(**ligne)


@pytest.mark.parametrize("role", ["direct", "associe", "observateur"])
def test_courriel_est_interdit_a_qui_n_imprime_pas(poster, signee, saisie, role):
    assert poster("visites:courrier-courriel", signee.pk, role=role, **saisie).status_code == 403


# Un lot


def test_lot_dit_qui_part_et_qui_reste(clients, adresse, signees):
    partage = clients["secretariat"].get(adresse("visites:courriers-courriel") + lot_de_trois(signees)).context["partage"]
    assert [courriel for _, courriel in partage.prets] == ["dirigeant0@exemple.test", "dirigeant1@exemple.test"]
    assert [raison for _, raison in partage.restants] == [envois.SANS_ADRESSE]


def test_lot_part_et_laisse_a_imprimer_ce_qui_n_a_pas_d_adresse(poster, clients, signees, direct):
    page = expedier_le_lot(poster, lot_de_trois(signees))
    assert sorted(message.to[0] for message in mail.outbox) == ["dirigeant0@exemple.test", "dirigeant1@exemple.test"]
    assert {message.subject.partition(" pour ")[0] for message in mail.outbox} == {"Une lettre de la préfecture"}
    assert [message.cc for message in mail.outbox] == [[direct.utilisateur.email]] * 2
    assert sorted(Courrier.objects.values_list("etat", flat=True)) == ["envoyee", "envoyee", "signee"]
    bilan = clients["secretariat"].get(page).context
    assert [bilan[nom] for nom in ("nombre", "partis", "restent", "nombre_d_echecs")] == [2, 2, 0, 0]


def test_lot_avance_par_paquets(poster, clients, adresse, signees, monkeypatch):
    monkeypatch.setattr("visites.views.envois.PAR_PAQUET", 1)
    suite = lot_de_trois(signees)
    page = poster("visites:courriers-courriel", suite=suite, objet="{entreprise}", corps="{appel}").url
    pas = [clients["secretariat"].post(page, headers={"Accept": "application/json"}).json() for _ in range(2)]
    assert [(etat["fait"], etat["total"], etat["fini"], etat["suite"]) for etat in pas] == [(1, 2, False, ""), (2, 2, True, page)]


def test_lot_au_serveur_muet_attend_et_repart_de_lui_meme(poster, clients, signees, monkeypatch, settings):
    monkeypatch.setattr("visites.views.envois.PAR_PAQUET", 1)
    settings.EMAIL_BACKEND = "tests.suivi.test_suites.Muet"
    page = expedier_le_lot(poster, lot_de_trois(signees))
    poster("visites:courriers-courriels", suite=page[page.index("?") :])
    bilan = clients["secretariat"].get(page).context
    assert [bilan[nom] for nom in ("attendent", "nombre_d_echecs", "restent")] == [2, 0, 0]
    assert sorted(Pli.objects.values_list("essais", flat=True)) == [0, 1]  # un seul a sondé le serveur
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    faire_partir(maintenant=now() + timedelta(minutes=6))
    assert (len(mail.outbox), clients["secretariat"].get(page).context["partis"]) == (2, 2)


def test_lot_dont_la_page_s_est_fermee_part_quand_meme(poster, signees):
    poster("visites:courriers-courriel", suite=lot_de_trois(signees), objet="Objet", corps="Corps")
    faire_partir(maintenant=now() + timedelta(minutes=11))
    assert (len(mail.outbox), Courrier.objects.filter(etat=EtatCourrier.ENVOYEE).count()) == (2, 2)


def test_lot_laisse_depuis_une_semaine_ne_part_pas_par_surprise(poster, signees):
    poster("visites:courriers-courriel", suite=lot_de_trois(signees), objet="Objet", corps="Corps")
    faire_partir(maintenant=now() + timedelta(days=6))
    assert mail.outbox == []


def test_lettre_partie_par_la_poste_retire_le_courriel_qui_attendait(poster, signee, saisie, settings, membres):
    settings.EMAIL_BACKEND = "tests.suivi.test_suites.Muet"
    poster("visites:courrier-courriel", signee.pk, **saisie)
    courriers.envoyer(Courrier.objects.filter(pk=signee.pk), par=membres["secretariat"], le=localdate())
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    faire_partir(maintenant=now() + timedelta(minutes=6))
    assert (mail.outbox, EnvoiDeLettre.objects.get().echec) == ([], envois.DEJA_PARTIE)


def test_lot_deux_fois_inscrit_n_envoie_qu_une_fois(poster, signees):
    suite = lot_de_trois(signees)
    expedier_le_lot(poster, suite)
    response = poster("visites:courriers-courriel", suite=suite, objet="Objet", corps="Corps")
    assert response.context["form"].non_field_errors() == ["Aucune de ces lettres ne peut partir par courriel."]
    assert len(mail.outbox) == 2


def test_lot_refuse_une_variable_inconnue(poster, signees):
    response = poster("visites:courriers-courriel", suite=lot_de_trois(signees), objet="{secret}", corps="Bonjour {entreprise")
    assert sorted(response.context["form"].errors) == ["corps", "objet"]


def test_suivi_d_un_lot_inconnu_ou_d_ailleurs_est_vide(poster, clients, adresse, signees, membres):
    page = poster("visites:courriers-courriel", suite=lot_de_trois(signees), objet="Objet", corps="Corps").url
    for entreprise in [envoi.courrier.visite.entreprise for envoi in EnvoiDeLettre.objects.all()]:
        DeportFactory(entreprise=entreprise, membre=membres["secretariat"])
    adresses = [page, adresse("visites:courriers-courriels"), adresse("visites:courriers-courriels") + "?lot=x"]
    assert [clients["secretariat"].get(une).context["nombre"] for une in adresses] == [0] * 3
    clients["secretariat"].post(page)
    assert mail.outbox == []


@pytest.mark.parametrize("nom", ["visites:courriers-courriel", "visites:courriers-courriels"])
def test_lot_est_interdit_a_qui_n_imprime_pas(clients, adresse, nom):
    assert [clients[role].get(adresse(nom)).status_code for role in ("direct", "observateur")] == [403, 403]


def test_lot_en_un_nombre_de_requetes_constant(clients, adresse, signees, requetes):
    lot_de_trois(signees)
    appel = lambda: clients["secretariat"].get(adresse("visites:courriers-courriel"))  # noqa: E731
    avant = requetes(appel)
    signees(4)
    assert requetes(appel) == avant
