"""Diffuser le compte rendu d'une réunion : deux versions et l'expurgée, figées ; un canari dit ce qui n'y passe pas."""

import io
import zipfile
from datetime import timedelta

import docx
import pytest
from django.core import mail
from django.urls import reverse
from django.utils.timezone import localdate, now

from reseau.lib.erreurs import RegleEnfreinte
from suivi import diffusion, operations
from suivi.models import CompteRenduFige, Projet
from tests.factories import (
    ActionFactory,
    CompteRenduFactory,
    DeportFactory,
    EntrepriseFactory,
    ExposeFactory,
    MembreFactory,
    NoteFactory,
    PointFactory,
    PresenceFactory,
    ProjetFactory,
    PropositionFactory,
    ReunionFactory,
    VisiteFactory,
)
from tests.lib.papier import contenu
from visites.models import PartieReservee

JOUR = localdate()
CANARI, RESERVE = "Zyxcanari", "Zyxreserve"


@pytest.fixture
def reunion(reseau, membres, direct):
    """Tenue hier : une restitution, une entreprise choisie, une action reprise, un point, un exposé ; toutes « canari »."""
    reunion = ReunionFactory(
        reseau=reseau, le=JOUR - timedelta(days=1), tenue=True, close_le=now(), releve=f"{CANARI} discussion"
    )
    for membre in membres.values():
        PresenceFactory(reunion=reunion, membre=membre)
    nommee = {"reseau": reseau, "entreprise": EntrepriseFactory(reseau=reseau, raison_sociale=f"{CANARI} Forges")}
    visite = VisiteFactory(**nommee, restituee=True, restituee_en=reunion, developpeur=direct)
    rendu = CompteRenduFactory(visite=visite, termine=True, phrase=f"{CANARI} embauche", entendu=CANARI)
    PartieReservee.objects.create(compte_rendu=rendu, texte=RESERVE)
    projet = ProjetFactory(visite=visite, titre=f"Projet {CANARI}", interlocuteur_confirme_en=reunion)
    ActionFactory(projet=projet, acceptee=True, libelle=f"Action {CANARI}", proposee_le=JOUR - timedelta(days=9))
    VisiteFactory(**nommee, choisie_en=reunion, programmee=True, developpeur=direct, derogation=CANARI)
    NoteFactory(proposition=PropositionFactory(entreprise=nommee["entreprise"], decidee_en=reunion), texte=CANARI)
    PointFactory(reunion=reunion, titre=f"Point {CANARI}", texte=CANARI)
    ExposeFactory(reunion=reunion)
    return reunion


@pytest.fixture
def entreprise(reunion):
    return reunion.restitutions.get().entreprise


def telecharger(client, reunion, nom):
    return client.get(reverse(f"suivi:reunion-{nom}", args=[reunion.reseau.slug, reunion.pk]), follow=True)


def lire(octets):
    """Tout ce que porte le fichier, PDF ou .docx."""
    if octets.startswith(b"%PDF"):
        return contenu(octets).decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        return "\n".join(archive.read(nom).decode() for nom in archive.namelist())


def test_compte_rendu_des_membres_dit_tout_sauf_la_partie_reservee(reunion, clients):
    for nom in ("pdf", "docx"):
        texte = lire(telecharger(clients["direct"], reunion, nom).content)
        dits = ("embauche", "Projet", "Action", "Forges", "Point", "discussion")
        assert [mot in texte for mot in (*dits, RESERVE)] == [True] * len(dits) + [False]


@pytest.mark.parametrize("diffusee", [False, True])
def test_diffusion_ne_porte_ni_entreprise_ni_texte_libre(reunion, clients, animateur, diffusee):
    if diffusee:
        diffusion.diffuser(reunion, par=animateur)
    for profil in ("animateur", "associe", "prefecture"):
        for nom in ("diffusion-pdf", "diffusion-docx"):
            texte = lire(telecharger(clients[profil], reunion, nom).content)
            assert ("La médiation du crédit" in texte, CANARI in texte, RESERVE in texte) == (True, False, False)


def test_docx_se_relit_par_une_autre_bibliotheque(reunion, clients, membres):
    document = docx.Document(io.BytesIO(telecharger(clients["direct"], reunion, "docx").content))
    cases = [case.text for tableau in document.tables for ligne in tableau.rows for case in ligne.cells]
    titres = [paragraphe.text for paragraphe in document.paragraphs if paragraphe.style.name == "Heading 1"]
    assert titres[:3] == ["Présences", "Décisions", "Restitution des visites"]
    assert f"Action {CANARI}" in cases
    assert all(any(str(membre) in case for case in cases) for membre in membres.values())


def test_docx_supporte_un_texte_difficile(reunion, animateur):
    reunion.releve = "Un & deux <trois> \x08“quatre”\nà la ligne"
    reunion.save()
    reunion.refresh_from_db()
    octets = diffusion.imprimer(reunion, diffusion.pour_les_membres(reunion), "docx", date=now())
    lu = "".join(p.text for p in docx.Document(io.BytesIO(octets)).paragraphs)
    assert "Un & deux <trois> “quatre”à la ligne" in lu


def test_diffuse_il_rend_toujours_les_memes_octets(reunion, clients, animateur, entreprise):
    diffusion.diffuser(reunion, par=animateur)
    noms = ("pdf", "docx", "diffusion-pdf", "diffusion-docx")
    avant = [telecharger(clients["secretariat"], reunion, nom).content for nom in noms]
    entreprise.raison_sociale = "Renommée"
    entreprise.save()
    Projet.objects.update(titre="Changé")
    assert [telecharger(clients["secretariat"], reunion, nom).content for nom in noms] == avant
    assert {fige.version for fige in CompteRenduFige.objects.all()} == {"membres", "diffusion"}


def test_diffuse_il_ne_se_complete_plus_ni_ne_se_rediffuse(reunion, animateur):
    point = reunion.points.get()
    reunion = diffusion.diffuser(reunion, par=animateur)
    for geste in (
        lambda: diffusion.diffuser(reunion, par=animateur),
        lambda: operations.rediger_le_releve(reunion, par=animateur),
        lambda: operations.ecrire_au_point(point, "Trop tard", par=animateur),
    ):
        with pytest.raises(RegleEnfreinte, match="diffusé"):
            geste()


def test_seance_ouverte_ne_se_diffuse_pas(reseau, animateur):
    with pytest.raises(RegleEnfreinte, match="close"):
        diffusion.diffuser(ReunionFactory(reseau=reseau), par=animateur)


def test_deporte_lit_la_version_expurgee_figee_en_meme_temps(reunion, clients, animateur, membres, entreprise):
    DeportFactory(entreprise=entreprise, membre=membres["direct"])
    diffusion.diffuser(reunion, par=animateur)
    assert CANARI in lire(telecharger(clients["secretariat"], reunion, "pdf").content)
    expurge = lire(telecharger(clients["direct"], reunion, "pdf").content)
    # Le relevé et les points sont des textes libres, que la consigne veut sans entreprise.
    assert [mot in expurge for mot in ("Forges", "embauche", f"Action {CANARI}", "discussion")] == [False, False, False, True]


def test_deport_declare_apres_la_diffusion_ne_laisse_que_le_releve_de_decisions(reunion, clients, animateur, direct, entreprise):
    diffusion.diffuser(reunion, par=animateur)
    DeportFactory(entreprise=entreprise, membre=direct)
    response = telecharger(clients["direct"], reunion, "pdf")
    assert (response.redirect_chain[0][0][-23:], CANARI in lire(response.content)) == ("releve-de-decisions.pdf", False)


@pytest.mark.parametrize("profil", ["secretariat", "direct", "associe", "prefecture", "observateur"])
def test_diffuser_est_a_l_animateur(reunion, clients, profil):
    page = reverse("suivi:reunion-diffuser", args=[reunion.reseau.slug, reunion.pk])
    assert clients[profil].post(page).status_code == 403


def test_diffuser_previent_chacun_sans_rien_joindre(reunion, clients, membres, django_capture_on_commit_callbacks):
    parti = MembreFactory(reseau=reunion.reseau, parti_le=reunion.le - timedelta(days=9))
    PresenceFactory(reunion=reunion, membre=parti, etat="excuse")
    with django_capture_on_commit_callbacks(execute=True):
        clients["animateur"].post(reverse("suivi:reunion-diffuser", args=[reunion.reseau.slug, reunion.pk]))
    attendus = {membre.utilisateur.email for profil, membre in membres.items() if profil not in ("animateur", "observateur")}
    assert ({courriel.to[0] for courriel in mail.outbox}, len(mail.outbox)) == (attendus, len(attendus))
    assert [courriel for courriel in mail.outbox if courriel.attachments or CANARI in courriel.body] == []


def test_avant_la_diffusion_il_se_dit_projet(reunion, clients, animateur):
    assert "Projet, avant diffusion" in lire(telecharger(clients["direct"], reunion, "docx").content)
    diffusion.diffuser(reunion, par=animateur)
    assert "Projet, avant diffusion" not in lire(telecharger(clients["direct"], reunion, "docx").content)
