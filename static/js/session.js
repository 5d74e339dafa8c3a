// À chaque page : ce que le coffre de l'appareil doit oublier, et ce qui attendait le réseau. Sans coffre, rien à faire.

import * as coffre from "./coffre.js";
import { envoyerCeQuiAttend } from "./file-attente.js";

const PATIENCE = 2000; // millisecondes : un coffre coincé n'empêche pas de sortir
const compte = document.querySelector("form[data-deconnexion]")?.dataset.deconnexion ?? "";
const surUnCompteRendu = Boolean(document.querySelector("#compte-rendu"));

function annoncer({ dit, adresse, titre }) {
  const ligne = Object.assign(document.createElement("p"), { textContent: `${dit} ` });
  ligne.append(Object.assign(document.createElement("a"), { href: adresse, textContent: titre.split(" – ")[0] }));
  const message = Object.assign(document.createElement("div"), { className: "fr-alert fr-alert--info fr-alert--sm" });
  message.append(ligne);
  document.querySelector(".messages")?.append(message);
}

/** « Terminer » a mené ici (#termine) : ce que l'appareil gardait de ce compte rendu est arrivé. */
async function oublierCeQuiEstArrive() {
  const { hash, pathname } = window.location;
  if (hash !== "#termine") return;
  const adresse = `${pathname}ecrire/`;
  const pieces = await coffre.inventaire();
  if (pieces.some((piece) => piece.adresse === adresse && piece.attend === "terminer")) await coffre.effacer(adresse);
}

async function envoyer() {
  if (!compte || surUnCompteRendu || !navigator.onLine) return;
  (await envoyerCeQuiAttend(compte)).forEach(annoncer);
}

// Se déconnecter vide le coffre ; si quelque chose n'est pas encore parti, on le demande d'abord.
async function sortir(evenement) {
  const formulaire = evenement.target;
  if (!formulaire.matches("form[data-deconnexion]") || formulaire.dataset.vide) return;
  if (formulaire.dataset.confirmer && !formulaire.dataset.confirme) return;
  evenement.preventDefault();
  evenement.stopImmediatePropagation();
  const gardees = await coffre.existe().then((oui) => (oui ? coffre.inventaire() : []), () => []);
  if (!formulaire.dataset.confirme && gardees.some(({ attend }) => attend)) {
    formulaire.dataset.confirmer = "Un compte rendu n’est pas encore enregistré au serveur : se déconnecter l’efface de cet appareil.";
    formulaire.dataset.confirmerBouton = "Se déconnecter quand même";
    formulaire.requestSubmit();
    return;
  }
  const oubli = gardees.length ? coffre.vider().catch(() => {}) : null;
  await Promise.race([oubli, new Promise((tenir) => setTimeout(tenir, PATIENCE))]);
  formulaire.dataset.vide = "oui";
  formulaire.requestSubmit();
}

document.addEventListener("submit", sortir, true);

if (await coffre.existe().catch(() => false)) {
  await coffre.tenir(compte);
  await oublierCeQuiEstArrive();
  window.addEventListener("online", envoyer);
  await envoyer();
}
