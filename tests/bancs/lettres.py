"""Le débit d'un lot de lettres, de la signature au fichier d'impression, à côté d'autres façons de faire ce papier.

Joué par `script/banc lettres` dans `manage.py shell` : `principal(nombre)`. Les autres façons ne font que le papier : ni
numéro, ni signature, ni base, ni PDF gardé.
"""

import io
import os
import re
import subprocess
import threading
import time
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template.loader import render_to_string
from django.utils.timezone import localdate
from PIL import Image, ImageDraw
from weasyprint import HTML

from reseau.enums import Qualite, Role
from reseau.lib.dates import minuit
from reseau.lib.emblemes import dessins
from reseau.lib.lettre import adresse_ajustee, imprimer_lettre
from reseau.lib.pdf import POLICES
from tests.factories import ContactFactory, CourrierFactory, MembreFactory, ReseauFactory, SignataireFactory, VisiteFactory
from tests.lib.occupation import descendants, memoire
from visites import courriers, papier_des_lettres
from visites.composition import figee
from visites.models import Courrier, PdfFige

MORCEAU = 64 * 1024
CADENCE = 0.02  # seconde entre deux relevés de mémoire


def principal(nombre):
    call_command("migrate", verbosity=0)
    call_command("charger_references", verbosity=0)
    lettres, par = lot(nombre)
    secondes, memoires = chronometrer(lambda: du_parapheur_au_papier(lettres, par))
    debit = nombre / secondes
    dire("ce projet, tout compris", nombre, secondes, debit, debit)
    print(f"{'':28} mémoire (Mio) : {', '.join(f'{mio:.0f}' for mio in memoires)}", flush=True)
    verifier(lettres, nombre)
    memes = [figee(lettre) for lettre in lettres.select_related("reseau", "signataire")]
    for nom, faire in AUTRES_FACONS.items():
        with dossier_des_pages(memes) as (dossier, pages):
            secondes, _ = chronometrer(lambda faire=faire, dossier=dossier, pages=pages: faire(dossier, pages))
            faites = len(list(dossier.glob("[0-9]*.pdf")))  # LibreOffice, à cinq cents, n'en rend pas toujours autant
        dire(nom, faites, secondes, faites / secondes, debit)


def lot(nombre):
    """Autant de lettres à la signature, et qui les signe."""
    reseau = ReseauFactory(logo=image((400, 200), "#0a50a0"))
    SignataireFactory(reseau=reseau, signature=image((500, 200), "#14145a"))
    developpeur = MembreFactory(reseau=reseau, nom="Tissot", prenom="Odile")
    for rang in range(nombre):
        visite = VisiteFactory(
            reseau=reseau, programmee=True, developpeur=developpeur, entreprise__raison_sociale=f"Fonderie {rang}"
        )
        ContactFactory(entreprise=visite.entreprise, dirigeant=True, nom=f"Exemple{rang}")
        CourrierFactory(visite=visite, a_signer=True)
    return Courrier.objects.filter(reseau=reseau), MembreFactory(reseau=reseau, role=Role.PREFECTURE, qualite=Qualite.AUCUN)


def image(taille, couleur):
    dessin = Image.new("RGBA", taille, (255, 255, 255, 0))
    ImageDraw.Draw(dessin).ellipse((10, 10, taille[0] - 10, taille[1] - 10), fill=couleur)
    octets = io.BytesIO()
    dessin.save(octets, "PNG")
    return octets.getvalue()


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


@contextmanager
def dossier_des_pages(lettres):
    """Un dossier où chaque lettre est une page HTML, et leurs noms."""
    with TemporaryDirectory() as nom:
        dossier = Path(nom)
        for feuille in ("base", "adresse", "lettre"):
            css = Path(finders.find(f"css/pdf/{feuille}.css")).read_text()
            poser(dossier / f"css/pdf/{feuille}.css", css.replace("interne:", "").encode())
        for police in POLICES:
            poser(dossier / f"css/pdf/{police}.woff2", Path(finders.find(f"dsfr/dist/fonts/{police}.woff2")).read_bytes())
        for rang, lettre in enumerate(lettres):
            poser(dossier / f"{rang:04}.html", page(lettre, dossier).encode())
        yield dossier, sorted(dossier.glob("*.html"))


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
        poser(dossier / nom, octets)
        html = html.replace(f"interne:{cle}", nom)
    return html


def naivement(dossier, pages):
    for chemin in pages:
        HTML(filename=chemin).write_pdf(dossier / f"{chemin.stem}.pdf", pdf_variant="pdf/a-3a")


def par_chromium(dossier, pages):
    """Un seul document de toutes les pages, puis une page par fichier : Chromium ne rend qu'un PDF par appel."""
    tete = pages[0].read_text().partition("<body")[0]
    corps = [re.search(r"<body[^>]*>(.*)</body>", chemin.read_text(), re.DOTALL)[1] for chemin in pages]
    sections = "".join(corps)
    source, sortie = dossier / "lot.html", dossier / "lot.pdf"
    source.write_text(f"{tete}<body>{sections}</body></html>")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--allow-file-access-from-files"]
    lancer(["chromium", *options, f"--user-data-dir={dossier}/profil", f"--print-to-pdf={sortie}", str(source)])
    with pikepdf.open(sortie) as papier:
        for rang, feuille in enumerate(papier.pages):
            seule = pikepdf.new()
            seule.pages.append(feuille)
            seule.save(dossier / f"{rang:04}.pdf")


def par_libreoffice(dossier, pages):
    """Une page par fichier, tous convertis en un appel."""
    options = ["--headless", f"-env:UserInstallation=file://{dossier}/profil", "--convert-to", "pdf:writer_web_pdf_Export"]
    lancer(["soffice", *options, "--outdir", str(dossier), *map(str, pages)])


def lancer(commande):
    subprocess.run(commande, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


AUTRES_FACONS = {
    "WeasyPrint, boucle naïve": naivement,
    "Chromium, un appel": par_chromium,
    "LibreOffice, un appel": par_libreoffice,
}

# Mesurer


def chronometrer(faire):
    """Les secondes, et le plus qu'ait occupé chaque processus de ce geste, en Mio, celui-ci d'abord."""
    plus_hauts, fini = {}, threading.Event()

    def relever():
        while not fini.wait(CADENCE):
            for pid in (os.getpid(), *descendants(os.getpid())):
                plus_hauts[pid] = max(plus_hauts.get(pid, 0), memoire(pid))

    temoin = threading.Thread(target=relever)
    temoin.start()
    depart = time.perf_counter()
    faire()
    secondes = time.perf_counter() - depart
    fini.set()
    temoin.join()
    return secondes, [plus_hauts[pid] for pid in sorted(plus_hauts)]


def dire(nom, nombre, secondes, debit, le_notre):
    print(f"{nom:28} {nombre:5} lettres {secondes:7.1f} s {debit:7.1f}/s   {le_notre / debit:5.2f} fois", flush=True)
