"""Contrôler un papier à défaut de veraPDF : ce que pikepdf sait lire du PDF/A-3a et des règles d'accessibilité.

Sources : ISO 19005-3 (6.1.3, 6.2.4, 6.2.11, 6.6.2, 6.7.3, 6.8), ISO 14289-1 (7.1, 7.2, 7.3) ; les paragraphes sont nommés à
côté de chaque contrôle. Un contrôle qui passe ne vaut pas une attestation.
"""

import io
from collections import defaultdict
from itertools import combinations, starmap

import pdfplumber
import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

# Rôles de l'ISO 32000-1 (14.8.4) que WeasyPrint écrit ; un autre devrait être traduit par la RoleMap.
ROLES = {
    *("Document", "Part", "Sect", "Div", "Art", "BlockQuote", "P", "Span", "Link", "Figure", "Caption", "Note", "NonStruct"),
    *("H", "H1", "H2", "H3", "H4", "H5", "H6", "L", "LI", "Lbl", "LBody", "Quote", "Code", "Form", "Formula", "Reference"),
    *("Table", "TR", "TH", "TD", "THead", "TBody", "TFoot", "Annot", "TOC", "TOCI", "Index", "Private", "BibEntry"),
}
BORDS = ("x0", "top", "x1", "bottom")
ACTIFS = ("/AA", "/OpenAction", "/AcroForm", "/Requirements", "/XFA")
ACTIONS = ("/JavaScript", "/JS", "/Launch", "/URI", "/SubmitForm", "/ImportData", "/GoToR", "/Movie", "/Sound")


def manques(octets):
    """Ce qui manque à ce PDF pour être un PDF/A-3a balisé, en phrases ; vide si rien."""
    with pikepdf.open(io.BytesIO(octets)) as pdf:
        controles = (_identite, _structure, _polices, _images, _rien_d_actif, _couleurs, _pieces_jointes)
        return [*(manque for controle in controles for manque in controle(pdf)), *_lecture(pdf, octets)]


def titre(octets):
    with pikepdf.open(io.BytesIO(octets)) as pdf, pdf.open_metadata() as metadonnees:
        return metadonnees.get("dc:title", "")


def _identite(pdf):
    """6.6.2 : métadonnées XMP, non compressées ; 7.1 (PDF/UA) : titre montré, langue."""
    racine = pdf.Root
    with pdf.open_metadata() as metadonnees:
        attestation = (metadonnees.get("pdfaid:part"), metadonnees.get("pdfaid:conformance"))
        if attestation != ("3", "A"):
            yield f"attestation {attestation}"
        if not metadonnees.get("dc:title"):
            yield "aucun titre"
    if "/Filter" in racine.Metadata:
        yield "métadonnées compressées"
    if not str(racine.get("/Lang", "")).startswith("fr"):
        yield "langue absente"
    if not racine.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "le titre ne se montre pas"
    if pdf.is_encrypted:
        yield "chiffré"
    if "/ID" not in pdf.trailer:
        yield "aucun identifiant"


def _structure(pdf):
    """6.7.3 : balisage déclaré, chaque page rattachée ; rôles connus ; ordre des balises, celui des pages."""
    if not pdf.Root.get("/MarkInfo", {}).get("/Marked"):
        yield "balisage non déclaré"
    if "/StructTreeRoot" not in pdf.Root:
        yield "aucun arbre de balises"
        return
    yield from _balises(pdf, list(_elements(pdf.Root.StructTreeRoot)))
    yield from _textes_des_balises(pdf)
    yield from (f"page {rang} hors de l’arbre" for rang, page in enumerate(pdf.pages, 1) if "/StructParents" not in page.obj)


def _balises(pdf, elements):
    connus = ROLES | {str(role)[1:] for role in dict(pdf.Root.StructTreeRoot.get("/RoleMap", {}))}
    yield from (f"rôle inconnu : {element.S}" for element in elements if str(element.S)[1:] not in connus)
    figures = [element for element in elements if Name.Figure == element.S]
    yield from ("image sans texte de remplacement" for figure in figures if not str(figure.get("/Alt", "")))
    pages = {page.obj.objgen: rang for rang, page in enumerate(pdf.pages)}
    ordre = [pages.get(element.Pg.objgen) for element in elements if "/Pg" in element and Name.Document != element.S]
    if not ordre or None in ordre:
        yield "balises sans page"
    elif ordre != sorted(ordre):
        yield "balises hors de l’ordre des pages"


def _textes_des_balises(pdf):
    """14.7.4.4 (ISO 32000-1) : l'index des textes d'une page mène à la balise qui tient chacun, et elle seule le tient."""
    paires = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    index = dict(zip(map(int, paires[::2]), paires[1::2], strict=True))
    tenus = [numero for element in _elements(pdf.Root.StructTreeRoot) for numero in _numeros(element)]
    if len(tenus) != len(set(tenus)):
        yield "texte tenu par deux balises"
    attendus = set()
    for page in pdf.pages:
        for numero, balise in enumerate(index[int(page.obj.StructParents)]):
            attendus.add((page.obj.objgen, numero))
            if (page.obj.objgen, numero) not in _numeros(balise):
                yield f"texte {numero} sans sa balise"
    if not attendus.issuperset(tenus):  # les marges de page n'ont pas de place dans l'arbre
        yield "balise d’un texte absent"


def _lecture(pdf, octets):
    """7.2 (ISO 14289-1) : deux balises voisines, l'une au-dessus de l'autre, se lisent de haut en bas."""
    if "/StructTreeRoot" in pdf.Root:
        fautes, rangs = set(), {page.obj.objgen: rang for rang, page in enumerate(pdf.pages, 1)}
        _placer(pdf.Root.StructTreeRoot, _places(pdf, octets), fautes)
        yield from (f"lu avant ce qui est au-dessus, page {rang}" for rang in sorted(rangs[page] for page in fautes))


def _places(pdf, octets):
    """(page, numéro) → la boîte de ce texte. Un texte tourné, le filigrane, recouvre la page : il n'a pas de place à lui."""
    lettres = defaultdict(list)
    with pdfplumber.open(io.BytesIO(octets)) as document:
        for page, lue in zip(pdf.pages, document.pages, strict=True):
            for trace in lue.chars:
                if trace["mcid"] is not None and trace["matrix"][1] == 0:
                    lettres[page.obj.objgen, trace["mcid"]].append(tuple(trace[bord] for bord in BORDS))
    return {cle: _autour(boites) for cle, boites in lettres.items()}


def _placer(balise, places, fautes):
    """Page → boîte de cette balise et de ce qu'elle contient ; ajoute à `fautes` les pages où ses enfants se lisent à rebours."""
    contenus = [{cle[0]: places[cle]} for cle in (_numeros(balise) if "/Pg" in balise else []) if cle in places]
    contenus += [_placer(enfant, places, fautes) for enfant in _enfants(balise)]
    par_page = defaultdict(list)
    for page, boite in (paire for contenu in contenus for paire in contenu.items()):
        par_page[page].append(boite)
    fautes.update(page for page, boites in par_page.items() if any(starmap(_a_rebours, combinations(boites, 2))))
    return {page: _autour(boites) for page, boites in par_page.items()}


def _a_rebours(avant, apres):
    l_une_sur_l_autre = min(avant[2], apres[2]) - max(avant[0], apres[0]) > 1  # point
    return l_une_sur_l_autre and avant[1] > apres[3] - 1


def _autour(boites):
    gauches, hauts, droites, bas = zip(*boites, strict=True)
    return min(gauches), min(hauts), max(droites), max(bas)


def _numeros(balise):
    contenus = balise.get("/K", Array())
    contenus = contenus if isinstance(contenus, Array) else [contenus]
    return [(balise.Pg.objgen, int(contenu)) for contenu in contenus if isinstance(contenu, int)]


def _elements(noeud, profondeur=0):
    assert profondeur < 80
    for enfant in _enfants(noeud):
        yield enfant
        yield from _elements(enfant, profondeur + 1)


def _enfants(noeud):
    enfants = noeud.get("/K", Array())
    enfants = enfants if isinstance(enfants, Array) else [enfants]
    return [enfant for enfant in enfants if isinstance(enfant, Dictionary) and "/S" in enfant]


def _polices(pdf):
    """6.2.11 : toute police embarquée, et qui sait redire ses caractères (ToUnicode)."""
    for objet in pdf.objects:
        if not isinstance(objet, Dictionary) or objet.get("/Type") != Name.Font:
            continue
        nom, genre = objet.get("/BaseFont", "?"), objet.get("/Subtype")
        if genre in (Name.Type0, Name.TrueType, Name.Type1) and "/ToUnicode" not in objet:
            yield f"{nom} sans ToUnicode"
        descripteur = objet.get("/FontDescriptor")
        if genre != Name.Type0 and genre != Name.Type3 and not (descripteur and _embarquee(descripteur)):
            yield f"{nom} n’est pas embarquée"


def _embarquee(descripteur):
    return any(f"/FontFile{suite}" in descripteur for suite in ("", "2", "3"))


def _images(pdf):
    """6.2.8 : ni interpolation, ni image de substitution."""
    for objet in pdf.objects:
        if isinstance(objet, Stream) and objet.get("/Subtype") == Name.Image:
            if objet.get("/Interpolate"):
                yield "image interpolée"
            if "/Alternates" in objet:
                yield "image de substitution"


def _rien_d_actif(pdf):
    """6.5, 6.6.1 : ni script, ni lancement, ni lien vers l'extérieur."""
    yield from (f"catalogue : {cle}" for cle in ACTIFS if cle in pdf.Root)
    if "/JavaScript" in pdf.Root.get("/Names", {}):
        yield "script"
    for objet in pdf.objects:
        if isinstance(objet, Dictionary) and str(objet.get("/S", "")) in ACTIONS:
            yield f"action {objet.S}"
        if isinstance(objet, Dictionary) and "/AA" in objet:
            yield "action d’ouverture"


def _couleurs(pdf):
    """6.2.3 : un seul profil de sortie, rouge-vert-bleu."""
    intentions = pdf.Root.get("/OutputIntents", Array())
    if len(intentions) != 1 or Name("/GTS_PDFA1") != intentions[0].S or intentions[0].DestOutputProfile.N != 3:
        yield "profil de couleur absent"


def _pieces_jointes(pdf):
    """6.8 : une pièce jointe dit ce qu'elle est au document. Nos papiers n'en portent pas."""
    for nom, piece in pdf.attachments.items():
        if "/AFRelationship" not in piece.obj:
            yield f"pièce jointe sans relation : {nom}"
