"""Les documents d'une entreprise : reconnus à leurs octets, téléchargés tels quels, tus à qui n'a pas à les lire."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from entreprises import operations
from entreprises.models import Document
from reseau.lib.documents import OCTETS_MAX, genre_de, nom_propre
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Journal
from tests.factories import AccesFactory, DeportFactory, DocumentFactory, EntrepriseFactory

PDF = b"%PDF-1.4 fictif"


def archive(*entrees, mimetype=None):
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as sortie:
        if mimetype:
            sortie.writestr(zipfile.ZipInfo("mimetype"), f"application/vnd.oasis.opendocument.{mimetype}")
        for entree in entrees:
            sortie.writestr(entree, "x")
    return tampon.getvalue()


@pytest.fixture
def entreprise(reseau):
    return EntrepriseFactory(reseau=reseau)


@pytest.mark.parametrize(
    ("octets", "genre"),
    [
        (PDF, "pdf"),
        (b"\x89PNG\r\n\x1a\n....", "png"),
        (b"\xff\xd8\xff\xe0....", "jpg"),
        (archive("[Content_Types].xml", "word/document.xml"), "docx"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (archive("content.xml", mimetype="text"), "odt"),
        (archive("content.xml", mimetype="spreadsheet"), "ods"),
    ],
)
def test_genre_se_lit_dans_les_octets(octets, genre):
    assert genre_de(octets) == genre


@pytest.mark.parametrize(
    "octets",
    [
        b"<html><script>alert(1)</script>",
        b"MZ\x90\x00",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\x03\x04abime",
        archive("lisez-moi.txt"),
        archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
        archive("content.xml", mimetype="text-master"),
        archive("content.xml", mimetype="presentation"),
    ],
)
def test_autre_genre_est_refuse_quel_que_soit_son_nom(entreprise, direct, octets):
    with pytest.raises(RegleEnfreinte, match="genre admis"):
        operations.joindre_document(entreprise, nom="plan.pdf", octets=octets, par=direct)


@pytest.mark.parametrize(
    ("nom", "genre", "propre"),
    [
        ("Plan de l’atelier.PDF", "pdf", "Plan de l’atelier.pdf"),
        ("C:\\dossier\\plan.docx", "pdf", "plan.pdf"),
        ("../../etc/passwd", "png", "passwd.png"),
        ('a"b\r\nc<d>.pdf', "pdf", "a b c d.pdf"),
        ("\u202efdp.exe", "pdf", "fdp.pdf"),
        (".htaccess", "pdf", "htaccess.pdf"),
        ("///", "jpg", "document.jpg"),
        ("x" * 300 + ".pdf", "pdf", "x" * 100 + ".pdf"),
    ],
)
def test_nom_est_nettoye_et_prend_l_extension_de_son_genre(nom, genre, propre):
    assert nom_propre(nom, genre) == propre


def test_document_vide_ou_trop_lourd_est_refuse(entreprise, direct):
    with pytest.raises(RegleEnfreinte, match="vide"):
        operations.joindre_document(entreprise, nom="vide.pdf", octets=b"", par=direct)
    with pytest.raises(RegleEnfreinte, match="5 Mo"):
        operations.joindre_document(entreprise, nom="gros.pdf", octets=PDF.ljust(OCTETS_MAX + 1), par=direct)


def test_page_joint_un_document_puis_le_rend_tel_quel_en_piece_jointe(entreprise, clients):
    envoi = {"fichier": SimpleUploadedFile("plan d'été.html", PDF)}
    clients["direct"].post(reverse("entreprises:document-deposer", args=[entreprise.reseau.slug, entreprise.pk]), envoi)
    document = Document.objects.get()
    response = clients["secretariat"].get(document.get_absolute_url())
    assert (document.nom, document.taille, response.content) == ("plan d'été.pdf", len(PDF), PDF)
    assert response.headers["Content-Disposition"] == "attachment; filename*=utf-8''plan%20d%27%C3%A9t%C3%A9.pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert Journal.objects.filter(objet="entreprises.document", geste="lecture", objet_id=document.pk).count() == 1


def test_page_refuse_un_faux_pdf_et_garde_la_liste(entreprise, clients):
    DocumentFactory(entreprise=entreprise)
    envoi = {"fichier": SimpleUploadedFile("plan.pdf", b"<html>")}
    adresse = reverse("entreprises:document-deposer", args=[entreprise.reseau.slug, entreprise.pk])
    response = clients["direct"].post(adresse, envoi)
    assert (response.status_code, Document.objects.count()) == (200, 1)
    assert "genre admis" in response.content.decode()


def test_liste_ne_charge_jamais_le_contenu(entreprise, clients, django_assert_max_num_queries):
    DocumentFactory(entreprise=entreprise)
    with django_assert_max_num_queries(40) as requetes:
        clients["direct"].get(reverse("entreprises:documents", args=[entreprise.reseau.slug, entreprise.pk]))
    assert [requete["sql"] for requete in requetes.captured_queries if '"contenu"' in requete["sql"]] == []


def test_liste_vide_le_dit(entreprise, clients):
    page = clients["direct"].get(reverse("entreprises:documents", args=[entreprise.reseau.slug, entreprise.pk]))
    assert "Aucun document" in page.content.decode()


@pytest.mark.parametrize(("profil", "reste"), [("direct", 0), ("animateur", 0), ("secretariat", 1)])
def test_document_se_supprime_par_son_auteur_ou_un_animateur(entreprise, membres, clients, profil, reste):
    document = DocumentFactory(entreprise=entreprise, membre=membres["direct"])
    clients[profil].post(reverse("entreprises:document-supprimer", args=[entreprise.reseau.slug, document.pk]))
    assert Document.objects.count() == reste


def test_document_d_une_entreprise_dont_on_se_deporte_est_introuvable(entreprise, membres, clients):
    document = DocumentFactory(entreprise=entreprise, membre=membres["direct"])
    DeportFactory(entreprise=entreprise, membre=membres["direct"])
    supprimer = reverse("entreprises:document-supprimer", args=[entreprise.reseau.slug, document.pk])
    assert clients["direct"].get(document.get_absolute_url()).status_code == 404
    assert clients["direct"].post(supprimer).status_code == 404


def test_associe_lit_et_joint_sur_les_entreprises_qu_il_voit(entreprise, reseau, membres, clients):
    autre = DocumentFactory(entreprise=EntrepriseFactory(reseau=reseau))
    AccesFactory(entreprise=entreprise, membre=membres["associe"])
    envoi = {"fichier": SimpleUploadedFile("plan.pdf", PDF)}
    clients["associe"].post(reverse("entreprises:document-deposer", args=[reseau.slug, entreprise.pk]), envoi)
    document = Document.objects.exclude(pk=autre.pk).get()
    statuts = [clients["associe"].get(piece.get_absolute_url()).status_code for piece in (document, autre)]
    assert statuts == [200, 404]
