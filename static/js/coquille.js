// La coquille, sans réseau : ouvrir ce que l'appareil garde à cette adresse, sinon dire ce qu'il garde ailleurs.

import * as coffre from "./coffre.js";

const racine = document.querySelector("[data-coquille]");
const [, dossier] = window.location.pathname.match(/^(\/.+\/compte-rendu\/)(?:(?:ecrire|terminer)\/)?$/) ?? [];

async function ouvrir(pieces) {
  const voulue = pieces.find(({ adresse, genre }) => genre === "page" && adresse === `${dossier}ecrire/`);
  const page = voulue && (await coffre.sortir(voulue.compte, voulue.adresse, "page"));
  if (!page) return false;
  racine.innerHTML = page.html; // à la place du contenu, sous la feuille de style que la coquille apporte
  racine.className = "";
  document.title = page.titre;
  document.querySelector("#compte-rendu").dataset.horsReseau = "oui";
  await import("./compte-rendu.js");
  return true;
}

/** Un compte rendu que l'appareil ne garde pas : le dire, et que faire. */
function direAbsent() {
  racine.querySelector("[data-coquille-etat]").textContent = "Ce compte rendu n’est pas gardé sur cet appareil : il faut du réseau pour l’ouvrir.";
  racine.querySelector("[data-coquille-conseil]").hidden = false;
}

async function lister(pieces) {
  const liste = racine.querySelector("ul");
  for (const { compte, adresse, attend } of pieces.filter(({ genre }) => genre === "texte")) {
    const texte = await coffre.sortir(compte, adresse, "texte");
    if (!texte) continue;
    const lien = Object.assign(document.createElement("a"), { href: adresse, textContent: texte.titre.split(" – ")[0] });
    const etat = { brouillon: ", pas encore enregistré au serveur", terminer: ", terminé, à envoyer" }[attend] ?? "";
    const ligne = document.createElement("li");
    ligne.append(lien, etat);
    liste.append(ligne);
  }
  racine.querySelector("[data-coquille-liste]").hidden = !liste.children.length;
}

document.querySelector("[data-coquille-reessayer]").addEventListener("click", () => window.location.reload());

async function montrer() {
  await coffre.tenir("");
  const pieces = await coffre.inventaire();
  if (await ouvrir(pieces)) return;
  if (dossier) direAbsent();
  await lister(pieces);
}

if (await coffre.disponible()) await montrer();
else if (dossier) direAbsent();

// « En ligne », le navigateur le dit parfois trop tôt : on recharge la page demandée quand le site répond.
const CADENCE = 3000; // millisecondes

async function guetter() {
  if (document.querySelector("#compte-rendu")) return;
  const repond = navigator.onLine && (await fetch(window.location.origin, { method: "HEAD", redirect: "manual" }).catch(() => null));
  if (repond) window.location.reload();
  else setTimeout(guetter, CADENCE);
}

if (window.location.pathname !== racine.dataset.coquille) {
  window.addEventListener("online", guetter, { once: true });
  setTimeout(guetter, CADENCE);
}
