"""Découper le lot que Chromium imprime d'un appel en lettres archivables : à chacune sa page, ses balises, son attestation.

Couper les pages ne suffit pas : les balises restent derrière elles, et une lettre figée sans les siennes n'est pas celle que rend
le projet (`tests.lib.archive` le dit). Écrit au plus vite : rien ne se relit, l'attestation est un texte à trous.
"""

from importlib.resources import files

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

PROFIL = (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()
ROLES = Dictionary(Strong=Name.Span)  # un rôle de PDF 2.0, que le PDF/A-3 veut voir traduit
ATTESTATION = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/" pdfaid:part="3"
pdfaid:conformance="A"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">{titre}</rdf:li></rdf:Alt></dc:title>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def decouper(lot, dossier):
    """Écrit « 0000.pdf », « 0001.pdf »… dans ce dossier : une page du lot chacun."""
    with pikepdf.open(lot) as source:
        nombres = source.Root.StructTreeRoot.ParentTree.Nums
        textes = dict(zip(map(int, nombres[::2]), nombres[1::2], strict=True))
        for rang, page in enumerate(source.pages):
            seule = pikepdf.new()
            seule.pages.append(page)
            _attester(seule, f"Lettre {rang + 1}")
            _baliser(seule, textes[int(page.obj.StructParents)])
            seule.save(dossier / f"{rang:04}.pdf", deterministic_id=True)


def _attester(pdf, titre):
    profil = Stream(pdf, PROFIL, N=3)
    intention = Dictionary(Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier="sRGB", DestOutputProfile=profil)
    texte = ATTESTATION.format(titre=titre).encode()
    pdf.Root.update(
        Dictionary(
            Lang="fr",
            MarkInfo=Dictionary(Marked=True),
            ViewerPreferences=Dictionary(DisplayDocTitle=True),
            OutputIntents=[intention],
            Metadata=Stream(pdf, texte, Type=Name.Metadata, Subtype=Name.XML),
        )
    )


def _baliser(pdf, textes):
    """L'arbre de cette page : la balise de chacun de ses textes, et celles qui la contiennent ; Chromium y mêle les pages."""
    racine, page = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array(), RoleMap=ROLES)), pdf.pages[0].obj
    copies = {}

    def copier(balise):
        if "/S" not in balise:
            return racine
        if balise.objgen not in copies:
            dites = {cle: balise[cle] for cle in ("/S", "/Alt", "/Lang") if cle in balise}
            parente = copier(balise.P)
            copies[balise.objgen] = pdf.make_indirect(
                Dictionary(dites | {"/Type": Name.StructElem, "/P": parente, "/K": Array()})
            )
            parente.K.append(copies[balise.objgen])
        return copies[balise.objgen]

    tenants = [copier(texte) for texte in textes]
    for numero, tenant in enumerate(tenants):
        tenant.Pg = page
        tenant.K.append(numero)
    page.StructParents = 0
    racine.ParentTree = pdf.make_indirect(Dictionary(Nums=[0, Array(tenants)]))
    pdf.Root.StructTreeRoot = racine
