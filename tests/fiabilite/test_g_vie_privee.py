"""G2 : la personne reçoit tout ce qui la nomme et rien d'autrui, puis s'efface partout sans qu'un chiffre bouge."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now

from reseau.lib.identite import Certitude, Identite, numero
from reseau.lib.personnel import Sort
from suivi import personnel
from suivi.dossier_personnel import composer, en_zip
from suivi.figes import TOTAUX
from suivi.indicateurs import tableau_2_4, tableau_2_5, tableau_de_la_valeur_ajoutee
from suivi.models import CompteRenduFige, TableauFige
from suivi.operations import effacements
from suivi.operations.effacements import effacer
from tests.conftest import connecter
from tests.fiabilite.personne_plantee import COURRIEL, IDENTITE, NOM, PRENOM, TELEPHONE, Scene
from tests.fiabilite.verification import verification
from tests.lib.jetons import pdf_en_texte, texte_de, vidage
from visites.models import PdfFige

pytestmark = pytest.mark.django_db
AU_MOINS = 40  # jetons plantés


@pytest.fixture
def scene(reseau, direct, animateur):
    return Scene(reseau, direct, animateur)


def un_champ_oublie(monkeypatch):
    """Le texte des comptes rendus passe pour neutre."""
    monkeypatch.setitem(personnel.TOUS["visites.compterendu"], "entendu", Sort.NEUTRE)


def une_table_oubliee(monkeypatch):
    """Nul n'a pensé aux notes d'une proposition."""
    monkeypatch.setitem(personnel.TOUS, "suivi.note", {})


def le_papier_reste(monkeypatch):
    """La lettre figée n'est pas détruite."""
    monkeypatch.setitem(effacements.TRAITER, PdfFige, lambda papier, personne, instant: None)


def l_index_reste(monkeypatch):
    """Le texte de recherche et le vocabulaire gardent son nom."""
    monkeypatch.setattr(effacements, "rafraichir", lambda cles: None)


def le_nom_suffit(monkeypatch):
    """Quiconque porte ce nom passe pour elle."""
    reconnue = Identite.reconnue

    def naive(identite, texte, *contexte):
        return Certitude.SURE if identite.nom.lower() in texte.lower() else reconnue(identite, texte, *contexte)

    monkeypatch.setattr(Identite, "reconnue", naive)


def textes_du_dossier(scene):
    """Ce qu'on lui remet : {nom du fichier : texte}, les PDF lus par pdftotext."""
    octets = en_zip(composer(scene.reseau, IDENTITE, scene.animateur), lecteur=scene.animateur, instant=now())
    with ZipFile(BytesIO(octets)) as archive:
        return {nom: texte_de(archive.read(nom)) for nom in archive.namelist()}


def chiffres(reseau):
    """Tout ce que les tableaux comptent, et combien de lignes ils ont : les noms n'y sont pas."""
    tableaux = [fonction(reseau) for fonction in TOTAUX.values()]
    tableaux += [tableau_2_4(reseau, au=localdate()), tableau_2_5(reseau, au=localdate()), tableau_de_la_valeur_ajoutee(reseau)]
    return [_nombres(section) for tableau in tableaux for section in tableau.en_page()["sections"]]


def figes(reseau):
    """Les chiffres des tableaux figés, lus dans leur contenu."""
    lus = TableauFige.objects.filter(reseau=reseau).order_by("pk")
    return [_nombres(section) for tableau in lus for page in tableau.contenu for section in page["sections"]]


def _nombres(section):
    """Les nombres de chaque ligne, sans égard à l'ordre : une ligne sans nom ne se range plus au même rang."""
    lignes = [*section["corps_affiche"], *section["pied_affiche"]]
    return sorted([cellule["texte"] for cellule in ligne if cellule["a_droite"]] for ligne in lignes)


@verification("G2", "jetons du dossier remis", casser=(un_champ_oublie, une_table_oubliee, le_nom_suffit))
def test_dossier_porte_tout_ce_qui_la_nomme_et_rien_d_autrui(bilan, scene):
    fichiers = textes_du_dossier(scene)
    bilan.noter(len(scene.elle.places) >= AU_MOINS, f"{len(scene.elle.places)} jetons plantés seulement")
    for nom in ("dossier.json", "dossier.pdf"):
        trouves = scene.elle.dans(fichiers[nom])
        bilan.noter_lot(
            len(scene.elle.places), [f"{nom} : {place}" for jeton, place in scene.elle.places.items() if jeton not in trouves]
        )
    tout = "\n".join(fichiers.values())
    bilan.noter_lot(len(scene.autrui.places), [f"d’autrui : {scene.autrui.places[jeton]}" for jeton in scene.autrui.dans(tout)])
    bilan.noter(any(nom.startswith("lettre-") for nom in fichiers), "la lettre qui lui était adressée n’y est pas")


@verification(
    "G2", "jetons après l’effacement", casser=(un_champ_oublie, une_table_oubliee, le_papier_reste, l_index_reste, le_nom_suffit)
)
def test_effacee_elle_n_est_plus_nulle_part_et_les_chiffres_restent(bilan, scene):
    avant = vidage()
    bilan.noter(scene.elle.dans(avant) == set(scene.elle.places), "un jeton n’était pas planté")
    comptes, comptes_figes = chiffres(scene.reseau), figes(scene.reseau)
    effacer(scene.reseau, IDENTITE, par=scene.animateur, instant=now(), le=localdate())
    apres = vidage()
    restes = scene.elle.dans(apres)
    bilan.noter_lot(len(scene.elle.places), [f"reste : {scene.elle.places[jeton]}" for jeton in restes])
    for sien in (PRENOM, COURRIEL, TELEPHONE, numero(TELEPHONE)):
        bilan.noter(sien.lower() not in apres.lower(), f"reste : {sien}")
    perdus = set(scene.autrui.places) - scene.autrui.dans(apres)
    bilan.noter_lot(len(scene.autrui.places), [f"perdu d’autrui : {scene.autrui.places[jeton]}" for jeton in perdus])
    bilan.noter(chiffres(scene.reseau) == comptes, "un tableau a changé")
    bilan.noter(figes(scene.reseau) == comptes_figes, "un tableau figé a changé")
    _noter_les_papiers(bilan, scene)
    _noter_les_pages(bilan, scene)


def _noter_les_pages(bilan, scene):
    """Ce qui parlait d'elle s'ouvre encore."""
    client, slug = connecter(scene.animateur), scene.reseau.slug
    noms = {
        "visites:courrier": scene.courrier.pk,
        "visites:courrier-pdf": scene.courrier.pk,
        "visites:courrier-docx": scene.courrier.pk,
        "visites:visite": scene.visite.pk,
        "suivi:compte-rendu-lire": scene.visite.pk,
        "suivi:chronologie": scene.entreprise.pk,
        "suivi:action": scene.action.pk,
        "suivi:reunion": scene.reunion.pk,
        "suivi:reunion-pdf": scene.reunion.pk,
        "suivi:fige": scene.figes[0].pk,
        "suivi:fige-pdf": scene.figes[0].pk,
        "entreprises:fiche": scene.entreprise.pk,
    }
    for nom, cle in noms.items():
        statut = client.get(reverse(nom, args=[slug, cle])).status_code
        bilan.noter(statut in (200, 302), f"{nom} : {statut}")


def _noter_les_papiers(bilan, scene):
    """Le PDF de la lettre n'est plus ; numéro, date, empreinte restent ; les papiers refigés le disent, et se relisent."""
    fige = PdfFige.objects.select_related("courrier").get(courrier=scene.courrier)
    reste = bytes(fige.pdf) == b"" and fige.empreinte and fige.detruit_le and fige.courrier.numero and fige.courrier.signe_le
    bilan.noter(bool(reste), "la lettre n’est pas détruite, ou n’a plus son numéro")
    refiges = [bytes(f.octets) for t in TableauFige.objects.exclude(refige_le=None) for f in t.fichiers.filter(genre="pdf")]
    refiges += [bytes(compte.pdf) for compte in CompteRenduFige.objects.exclude(refige_le=None)]
    bilan.noter(len(refiges) >= 2, "rien n’a été refigé")
    for octets in refiges:
        texte = pdf_en_texte(octets)
        bilan.noter(NOM not in texte and "Refigé le" in texte, "un papier refigé la nomme, ou tait qu’il l’est")
