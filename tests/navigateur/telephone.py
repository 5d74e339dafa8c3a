"""Un téléphone tenu par un essai : ouvrir le compte rendu, couper le réseau, lire ce que l'appareil garde."""

import re

import pytest

from tests.navigateur.ecran import ouvrir_une_session

PHRASE = "Le séchoir fictif sature dès mars."
ENTREPRISE = "Atelier inventé du Durgeon"
SANS_RESEAU = re.compile("Sans réseau : gardé sur ce téléphone, chiffré")
ENREGISTRE = re.compile(r"Enregistré à \d\d h \d\d")
UN_AUTRE = "Vu d’ailleurs : la chaudière date."
# Tout ce que gardent la base et les caches du navigateur, octets compris, en texte.
BASE_BRUTE = """async () => {
  const tenue = (demande) => new Promise((tenir) => { demande.onsuccess = () => tenir(demande.result); });
  const base = await tenue(indexedDB.open("coffre"));
  const tout = async (nom) => (base.objectStoreNames.contains(nom) ? tenue(base.transaction(nom).objectStore(nom).getAll()) : []);
  const [pieces, cles] = [await tout("pieces"), await tout("cles")];
  base.close();
  const lire = ({ chiffre, iv, ...clair }) => new TextDecoder().decode(chiffre) + JSON.stringify(clair);
  const rendre = ({ cle }) => crypto.subtle.exportKey("raw", cle).then(() => true, () => false);
  return {
    pieces: pieces.length,
    vecteurs: pieces.map(({ iv }) => iv.join()),
    texte: pieces.map(lire).join(" "),
    rendues: await Promise.all(cles.map(rendre)),
    extractibles: cles.map(({ cle }) => cle.extractable),
  };
}"""
CACHES = """async () => {
  const lus = [];
  for (const nom of await caches.keys()) {
    const cache = await caches.open(nom);
    for (const demande of await cache.keys()) {
      const reponse = await cache.match(demande);
      lus.push([new URL(demande.url).pathname, await reponse.text()]);
    }
  }
  return lus;
}"""


def entrer(contexte, lieu, membre):
    contexte.add_cookies([ouvrir_une_session(membre) | {"url": lieu.url}])


def nouvelle_page(contexte):
    page = contexte.new_page()
    page.set_default_timeout(10_000)
    return page


def ouvrir(page, adresse):
    page.goto(adresse)
    page.wait_for_selector("#compte-rendu[data-pret]")


def phrase(page):
    return page.locator("[name=phrase]")


def etat(page):
    return page.locator("[data-etat]")


def bouton(page, nom):
    return page.get_by_role("button", name=nom, exact=True)


def couper(page):
    """Coupe le réseau, une fois la coquille en cache."""
    attendre_la_coquille(page)
    page.context.set_offline(True)


def attendre_la_coquille(page):
    page.evaluate(
        "new Promise((tenir) => navigator.serviceWorker.controller ? tenir()"
        " : navigator.serviceWorker.addEventListener('controllerchange', () => tenir()))"
    )


def gardees(page):
    """Le nombre de pièces que garde l'appareil."""
    return page.evaluate(BASE_BRUTE)["pieces"]


def attendre_l_oubli(page):
    """Le coffre se vide un instant après l'arrivée sur la page."""
    for _ in range(20):
        if gardees(page) == 0:
            return
        page.wait_for_timeout(100)
    pytest.fail("L’appareil garde encore quelque chose")


def attendre_le_coffre(page, texte):
    """Le coffre écrit un peu après la frappe : on le voit à son vecteur, neuf à chaque fois."""
    avant = page.evaluate(BASE_BRUTE)["vecteurs"]
    phrase(page).fill(texte)
    page.wait_for_timeout(500)
    assert page.evaluate(BASE_BRUTE)["vecteurs"] != avant
