"""Le débit d'un lot de lettres, de la signature au fichier d'impression, à côté d'autres façons de faire ce papier.

Joué par `script/banc lettres` dans `manage.py shell`, une fois les lots prêts (`tests.bancs.lots`) : `principal(nombre)`.
Chaque façon part de lettres à signer et rend la même chose : les lettres signées et numérotées, le PDF archivable de chacune
(PDF/A-3a balisé) gardé en base avec son empreinte, le fichier d'impression. Seule change la composition, dont on relève aussi
le temps à part. Deux façons rendent moins, et le disent : LibreOffice, et Chromium dont on coupe les pages sans leurs balises.
"""

import os
import re
import subprocess
import threading
import time
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.timezone import localdate
from weasyprint import HTML

from reseau.enums import Role
from reseau.lib.dates import minuit
from reseau.lib.emblemes import dessins
from reseau.lib.lettre import adresse_ajustee, imprimer_lettre
from reseau.lib.pdf import POLICES
from reseau.models import Membre, Reseau
from tests.bancs.decoupe import decouper
from tests.lib.archive import manques
from tests.lib.occupation import descendants, memoire
from visites import courriers, papier_des_lettres
from visites.composition import figee
from visites.composition import lettres as composees
from visites.models import Courrier, PdfFige

MORCEAU = 64 * 1024
CADENCE = 0.02  # seconde entre deux relevés de mémoire


def principal(nombre):
    le_notre = None
    for (nom, faire), reseau in zip(FACONS.items(), Reseau.objects.order_by("pk"), strict=True):
        lettres, par = Courrier.objects.filter(reseau=reseau), Membre.objects.get(reseau=reseau, role=Role.PREFECTURE)
        secondes, seul, memoires = chronometrer(lambda faire=faire, lettres=lettres, par=par: faire(lettres, par))
        figes = PdfFige.objects.filter(courrier__in=lettres)
        faites = figes.count()  # LibreOffice, à cinq cents, n'en rend pas toujours autant
        le_notre = le_notre or faites / secondes
        dire(nom, faites, secondes, seul, le_notre)
        if manquent := manques(bytes(figes.first().pdf)):
            print(f"{'':26} pas archivable : {', '.join(sorted(set(manquent)))}", flush=True)
        if faire is du_parapheur_au_papier:
            print(f"{'':26} mémoire (Mio) : {', '.join(f'{mio:.0f}' for mio in memoires)}", flush=True)
            verifier(lettres, nombre)


def du_parapheur_au_papier(lettres, par):
    courriers.signer(lettres, par=par, le=localdate())
    papier_des_lettres.figer(lettres)
    with papier_des_lettres.imprimer(lettres) as fichier:
        while fichier.read(MORCEAU):  # comme la page qui le sert
            pass


def verifier(lettres, nombre):
    """Numéros de 1 à `nombre`, un PDF chacun, son empreinte juste, et au caractère près celui de la lettre composée seule."""
    assert list(lettres.order_by("numero").values_list("numero", flat=True)) == list(range(1, nombre + 1))
    figes = PdfFige.objects.filter(courrier__in=lettres).select_related("courrier__reseau", "courrier__signataire")
    assert figes.count() == nombre
    for fige in figes.order_by("courrier__numero")[:: max(1, nombre // 20)]:
        seule = imprimer_lettre(figee(fige.courrier), edite_le=minuit(fige.courrier.signe_le))
        assert bytes(fige.pdf) == seule
        assert sha256(seule).hexdigest() == fige.empreinte
    with papier_des_lettres.imprimer(lettres) as fichier, pikepdf.open(fichier) as papier:
        assert len(papier.pages) == nombre


# Les autres façons : les mêmes pages, posées dans un dossier avec leurs feuilles, leurs polices et leurs images


def autrement(composer, lettres, par):
    """Le même chemin, où `composer(dossier, pages)` fait les PDF et rend le fichier d'impression ; rend ses secondes."""
    courriers.signer(lettres, par=par, le=localdate())
    lettres = lettres.order_by("annee", "numero", "pk")
    with TemporaryDirectory() as nom:
        dossier = Path(nom)
        pages = poser_les_pages(composees(lettres, le=None), dossier)
        depart = time.perf_counter()
        composer(dossier, pages).read_bytes()
        secondes = time.perf_counter() - depart
        pdfs = zip(lettres, sorted(dossier.glob("[0-9]*.pdf")), strict=False)
        lus = ((lettre, chemin.read_bytes()) for lettre, chemin in pdfs)
        figes = (PdfFige(courrier=lettre, pdf=pdf, empreinte=sha256(pdf).hexdigest()) for lettre, pdf in lus)
        PdfFige.objects.bulk_create(figes, batch_size=papier_des_lettres.PAQUET)
    return secondes


def poser_les_pages(lettres, dossier):
    """Chaque lettre en une page HTML de ce dossier, avec ce qu'elle appelle ; rend leurs chemins, dans l'ordre."""
    for feuille in ("base", "adresse", "lettre"):
        css = Path(finders.find(f"css/pdf/{feuille}.css")).read_text()
        poser(dossier / f"css/pdf/{feuille}.css", css.replace("interne:", "").encode())
    for police in POLICES:
        poser(dossier / f"css/pdf/{police}.woff2", Path(finders.find(f"dsfr/dist/fonts/{police}.woff2")).read_bytes())
    for rang, lettre in enumerate(lettres):
        poser(dossier / f"{rang:04}.html", page(lettre, dossier).encode())
    return sorted(dossier.glob("*.html"))


def poser(chemin, octets):
    chemin.parent.mkdir(parents=True, exist_ok=True)
    chemin.write_bytes(octets)


def page(lettre, dossier):
    images = {"logo": lettre.logo, "signature": lettre.signature} | {cle: svg.encode() for cle, svg in dessins().items()}
    corps, lignes = adresse_ajustee(lettre.adresse)
    choix = {"lettre": lettre, "corps_adresse": corps, "lignes_adresse": lignes, "logo": "logo", "signature": "signature"}
    html = render_to_string("pdf/lettre.html", {"pages": [choix], "serrage": "aise", "ressources": set(images)})
    for cle, octets in images.items():
        nom = f"{cle}.{'svg' if octets.startswith(b'<svg') else 'png'}"
        if not (dossier / nom).exists():
            poser(dossier / nom, octets)
        html = html.replace(f"interne:{cle}", nom)
    return html


def naivement(dossier, pages):
    for chemin in pages:
        HTML(filename=chemin).write_pdf(dossier / f"{chemin.stem}.pdf", pdf_variant="pdf/a-3a")
    return bout_a_bout(dossier)


def par_chromium(dossier, pages):
    """Un seul document de toutes les pages, qui s'imprime tel quel, puis une lettre archivable par fichier."""
    sortie = imprimer_par_chromium(dossier, pages)
    decouper(sortie, dossier)
    return sortie


def par_chromium_sans_balises(dossier, pages):
    sortie = imprimer_par_chromium(dossier, pages)
    with pikepdf.open(sortie) as papier:
        for rang, feuille in enumerate(papier.pages):
            seule = pikepdf.new()
            seule.pages.append(feuille)
            seule.save(dossier / f"{rang:04}.pdf")
    return sortie


def imprimer_par_chromium(dossier, pages):
    tete = pages[0].read_text().partition("<body")[0]
    corps = [re.search(r"<body[^>]*>(.*)</body>", chemin.read_text(), re.DOTALL)[1] for chemin in pages]
    sections = "".join(corps)
    source, sortie = dossier / "lot.html", dossier / "lot.pdf"
    source.write_text(f"{tete}<body>{sections}</body></html>")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--allow-file-access-from-files"]
    lancer(["chromium", *options, f"--user-data-dir={dossier}/profil", f"--print-to-pdf={sortie}", str(source)])
    return sortie


def par_libreoffice(dossier, pages):
    """Une page par fichier, tous convertis en un appel."""
    options = ["--headless", f"-env:UserInstallation=file://{dossier}/profil", "--convert-to", "pdf:writer_web_pdf_Export"]
    lancer(["soffice", *options, "--outdir", str(dossier), *map(str, pages)])
    return bout_a_bout(dossier)


def bout_a_bout(dossier):
    """Le fichier d'impression, sans balisage."""
    lot = pikepdf.new()
    for chemin in sorted(dossier.glob("[0-9]*.pdf")):
        lot.pages.extend(pikepdf.open(chemin).pages)
    lot.save(dossier / "lot.pdf")
    return dossier / "lot.pdf"


def lancer(commande):
    subprocess.run(commande, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


FACONS = {
    "ce projet": du_parapheur_au_papier,
    "WeasyPrint, boucle naïve": partial(autrement, naivement),
    "Chromium, un appel": partial(autrement, par_chromium),
    "Chromium, sans balises": partial(autrement, par_chromium_sans_balises),
    "LibreOffice, un appel": partial(autrement, par_libreoffice),
}

# Mesurer


def chronometrer(faire):
    """Les secondes, ce que rend le geste, et le plus qu'ait occupé chacun de ses processus, en Mio, celui-ci d'abord."""
    plus_hauts, fini = {}, threading.Event()

    def relever():
        while not fini.wait(CADENCE):
            for pid in (os.getpid(), *descendants(os.getpid())):
                plus_hauts[pid] = max(plus_hauts.get(pid, 0), memoire(pid))

    temoin = threading.Thread(target=relever)
    temoin.start()
    depart = time.perf_counter()
    rendu = faire()
    secondes = time.perf_counter() - depart
    fini.set()
    temoin.join()
    return secondes, rendu, [plus_hauts[pid] for pid in sorted(plus_hauts)]


def dire(nom, nombre, secondes, seul, le_notre):
    composition = f"   dont composer {seul:.1f} s" if seul else ""
    debit = nombre / secondes
    print(f"{nom:26} {nombre:5} lettres {secondes:7.1f} s {debit:7.1f}/s   {le_notre / debit:5.2f} fois{composition}", flush=True)
