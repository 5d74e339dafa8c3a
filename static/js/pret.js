// À l'accueil, dire quels comptes rendus cet appareil sait rouvrir sans réseau : leur page est au coffre, le veilleur en place.

import * as coffre from "./coffre.js";

const compte = document.querySelector("form[data-deconnexion]")?.dataset.deconnexion;

function marquer(lien) {
  const etat = document.createElement("p");
  etat.append(Object.assign(document.createElement("span"), {
    className: "fr-badge fr-badge--success fr-badge--sm",
    textContent: "Prêt hors réseau",
  }));
  lien.after(etat);
}

if ((await coffre.existe().catch(() => false)) && (await navigator.serviceWorker?.getRegistration())?.active) {
  const pages = (await coffre.inventaire()).filter((piece) => piece.genre === "page" && piece.compte === compte);
  const adresses = pages.map(({ adresse }) => adresse);
  for (const lien of document.querySelectorAll("[data-compte-rendu]")) {
    if (adresses.includes(lien.pathname)) marquer(lien);
  }
}
