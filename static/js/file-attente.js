// Ce qui attendait le réseau part de n'importe quelle page : les brouillons, et les comptes rendus terminés hors connexion.

import * as coffre from "./coffre.js";

const csrf = () => document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "";

function poster(adresse, geste, champs) {
  const entetes = { "X-CSRFToken": csrf(), Accept: geste === "brouillon" ? "application/json" : "text/html" };
  return fetch(new URL(`../${geste}/`, new URL(adresse, window.location)), { method: "POST", body: champs, headers: entetes });
}

async function enregistrer(compte, adresse, texte) {
  const champs = new URLSearchParams(texte.contenu);
  champs.set("version", texte.version);
  champs.set("marque", texte.marque);
  await coffre.ranger(compte, adresse, "texte", { ...texte, partis: [...texte.partis, texte.contenu] }, "brouillon");
  const reponse = await poster(adresse, "brouillon", champs);
  if (reponse.redirected || !reponse.ok) return null;
  const { garde, texte: dit } = await reponse.json();
  if (!garde) return `${dit} Ouvrez-le pour choisir :`;
  await coffre.effacer(adresse);
  return "Brouillon envoyé, à terminer :";
}

async function terminer(adresse, texte) {
  const champs = new URLSearchParams(texte.contenu);
  champs.set("version", texte.version);
  champs.set("jeton", texte.jeton);
  const reponse = await poster(adresse, "terminer", champs);
  if (reponse.redirected && new URL(reponse.url).pathname === new URL("..", new URL(adresse, window.location)).pathname) {
    await coffre.effacer(adresse);
    return "Envoyé :";
  }
  if (reponse.redirected && new URL(reponse.url).pathname === "/connexion/") return null;
  return "Pas envoyé, il y manque quelque chose. Ouvrez-le :";
}

async function envoyerTout(compte) {
  const dits = [];
  for (const { adresse, attend } of (await coffre.inventaire()).filter(({ genre, attend: quoi }) => genre === "texte" && quoi)) {
    const texte = await coffre.sortir(compte, adresse, "texte");
    if (!texte) continue;
    const dit = attend === "terminer" ? await terminer(adresse, texte) : await enregistrer(compte, adresse, texte);
    if (dit) dits.push({ dit, adresse: dit === "Envoyé :" ? adresse.replace(/ecrire\/$/, "") : adresse, titre: texte.titre });
  }
  return dits;
}

/** Envoie ce qui attend ; rend ce qu'il faut en dire : [{dit, adresse, titre}]. Deux onglets n'envoient pas ensemble. */
export function envoyerCeQuiAttend(compte) {
  const envoi = () => envoyerTout(compte).catch(() => []);
  return navigator.locks ? navigator.locks.request("coffre-envoi", envoi) : envoi();
}
