"""Les fichiers qui nomment une personne : lettres, tableaux et comptes rendus figés, documents, imports gardés.

Un PDF ne se relit pas ici : on lit ce dont il fut composé (le contenu d'une lettre, d'un tableau, le .docx d'un compte rendu).
Un document déposé dont les octets ne se lisent pas est montré à l'animateur, qui tranche.
"""

import re
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from django.db.models import Q

from entreprises.models import Document, Import, LotEcrit
from entreprises.operations import traces
from reseau.lib.identite import AILLEURS, FIN_DE_PHRASE, Certitude, Contexte, ensembles
from suivi.citations import genre_de
from suivi.models import CompteRenduFige, TableauFige
from visites.models import PdfFige, Visite

DEPLIE_MAX = 20_000_000  # octets : au-delà, une archive ne se lit pas ici
FIN = re.compile(r"</(?:w:p|text:p|si|row|table:table-row)>")
BALISE = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Papier:
    """Un fichier. `devient` : ce que l'effacement en fait ; `lisible` : on a pu le lire ; `extraits` : ce qui l'y nomme."""

    modele: Any
    pk: int
    libelle: str
    devient: str
    certitude: Certitude
    entreprise: int | None = None
    lisible: bool = True
    extraits: tuple[str, ...] = ()

    @property
    def cle(self):
        return f"{self.modele._meta.label_lower}-{self.pk}-octets"

    @property
    def genre(self):
        return genre_de(self.modele)

    @property
    def resume(self):
        return self.libelle

    @property
    def sure(self):
        return self.certitude is Certitude.SURE


def papiers_de(personne, trouvailles):
    """Tous les `Papier` de ce réseau qui la nomment, ou qu'il faut relire."""
    trouves = [*_lettres(personne, trouvailles), *_tableaux(personne), *_comptes_rendus(personne)]
    return [*trouves, *_documents(personne), *_imports(personne)]


def texte_de(octets):
    """Le texte d'un fichier (bureautique zippée, texte) ; None s'il ne se lit pas (PDF, image, archive démesurée)."""
    octets = bytes(octets)
    if octets[:4] == b"PK\x03\x04":
        return _texte_zippe(octets)
    if octets[:5] == b"%PDF-" or b"\x00" in octets[:1_000]:
        return None
    for codage in ("utf-8-sig", "cp1252"):
        try:
            return octets.decode(codage)
        except UnicodeDecodeError:
            continue
    return None


def _texte_zippe(octets):
    try:
        with ZipFile(BytesIO(octets)) as archive:
            pieces = [piece for piece in archive.infolist() if piece.filename.endswith(".xml")]
            if sum(piece.file_size for piece in pieces) > DEPLIE_MAX:
                return None
            xml = "\n".join(archive.read(piece).decode("utf-8", "replace") for piece in pieces)
    except (BadZipFile, RuntimeError, NotImplementedError):
        return None
    return unescape(BALISE.sub(" ", FIN.sub("\n", xml)))


def _lettres(personne, trouvailles):
    """Les PDF des lettres dont le contenu, ou l'adresse, la nomme."""
    citees = {p.pk: p for p in trouvailles.passages if p.modele._meta.label_lower == "visites.courrier"}
    figes = PdfFige.objects.filter(courrier__in=citees, detruit_le=None).defer("pdf").select_related("courrier")
    for fige in figes.order_by("courrier__annee", "courrier__numero"):
        passage = citees[fige.courrier_id]
        yield Papier(PdfFige, fige.pk, str(fige.courrier), "détruit", passage.certitude, passage.entreprise)


def _tableaux(personne):
    figes = TableauFige.objects.filter(reseau=personne.reseau, detruit_le=None)
    citees = TableauFige.entreprises.through.objects.filter(tableaufige__in=figes, entreprise__in=personne.entreprises)
    siennes = dict(citees.values_list("tableaufige", "entreprise"))
    for tableau in figes.order_by("fige_le", "pk").iterator(50):
        sienne = siennes.get(tableau.pk)
        certitude = _la_plus_forte(personne, ensembles(tableau.contenu), Contexte(bool(sienne)))
        if certitude:
            yield Papier(TableauFige, tableau.pk, str(tableau), "refigé sans elle", certitude, sienne)


def _comptes_rendus(personne):
    figes = CompteRenduFige.objects.filter(reunion__reseau=personne.reseau, detruit_le=None).select_related("reunion")
    decidees = _reunions(personne)
    for fige in figes.defer("pdf").order_by("reunion__le", "pk").iterator(20):
        sienne = decidees.get(fige.reunion_id)
        texte = texte_de(fige.docx) or ""
        certitude = _la_plus_forte(personne, texte.splitlines(), Contexte(bool(sienne)))
        if certitude:
            libelle = f"Compte rendu du {fige.reunion.le:%d/%m/%Y}, {fige.get_version_display().lower()}"
            yield Papier(CompteRenduFige, fige.pk, libelle, "refigé sans elle", certitude, sienne)


def _reunions(personne):
    """{réunion: entreprise} : celles qui ont parlé de ses entreprises."""
    if not personne.entreprises:
        return {}
    visites = Visite.objects.filter(entreprise__in=personne.entreprises).order_by()
    chemins = ("restituee_en", "choisie_en", "projets__interlocuteur_confirme_en", "projets__actions__mouvements__reunion")
    lues = visites.values_list("entreprise", *chemins).distinct()
    return {reunion: entreprise for entreprise, *reunions in lues for reunion in reunions if reunion}


def _documents(personne):
    """Ceux dont le nom ou le texte la cite ; de ses entreprises, aussi ceux qui ne se lisent pas."""
    documents = Document.objects.filter(entreprise__reseau=personne.reseau).order_by("pk")
    for document in documents.iterator(20):
        contexte = personne.contexte(document.entreprise_id)
        texte = texte_de(document.contenu)
        certitude = _la_plus_forte(personne, [document.nom, texte or ""], contexte)
        if not certitude and texte is None and contexte.chez_elle:
            certitude = Certitude.POSSIBLE
        if certitude:
            mots = {"lisible": texte is not None, "entreprise": document.entreprise_id}
            mots["extraits"] = _extraits(personne, FIN_DE_PHRASE.split(texte or ""), contexte)
            yield Papier(Document, document.pk, document.nom, "supprimé", certitude, **mots)


def _imports(personne):
    """Les lignes rejetées et les traces d'annulation où elle figure."""
    depots = Import.objects.filter(reseau=personne.reseau).exclude(contenu=b"").order_by("pk")
    for depot in depots.iterator(5):
        lignes = (texte_de(depot.contenu) or "").splitlines()
        if certitude := _la_plus_forte(personne, lignes, AILLEURS):
            extraits = _extraits(personne, lignes, AILLEURS)
            yield Papier(Import, depot.pk, f"Fichier importé n° {depot.pk}", "lignes retirées", certitude, extraits=extraits)
    for lot in LotEcrit.objects.filter(Q(depot__reseau=personne.reseau)).order_by("pk").iterator(5):
        if extraits := _extraits(personne, ensembles(traces.relire(lot)), AILLEURS):
            libelle, devient = f"Trace d’import n° {lot.depot_id}", "récrite sans elle"
            yield Papier(LotEcrit, lot.pk, libelle, devient, Certitude.SURE, extraits=extraits)


def _extraits(personne, textes, contexte):
    """Ceux de ces textes qui la nomment sûrement."""
    return tuple(texte for texte in textes if texte and personne.identite.reconnue(texte, contexte) is Certitude.SURE)


def _la_plus_forte(personne, textes, contexte):
    return max((personne.identite.reconnue(texte, contexte) for texte in textes if texte), default=Certitude.NON)
