// Ce qui attendait le réseau part de n'importe quelle page : les brouillons, et les comptes rendus terminés hors connexion.

import * as coffre from "./coffre.js";
import { poster, sessionExpiree } from "./poster.js";

const ENVOYE = "Envoyé :";

const voisine = (adresse, geste) => new URL(`../${geste}`, new URL(adresse, window.location));

const champs = (texte, ajouts) => {
  const tous = new URLSearchParams(texte.contenu);
  for (const [nom, valeur] of Object.entries({ version: texte.version, ...ajouts })) tous.set(nom, valeur);
  return tous;
};

/** Rend "" si le serveur l'a pris, null s'il faut attendre, sinon ce qu'il faut dire. */
async function enregistrer(compte, adresse, texte, attend) {
  await coffre.ranger(compte, adresse, "texte", { ...texte, partis: [...texte.partis, texte.contenu] }, attend);
  const reponse = await poster(voisine(adresse, "brouillon/"), champs(texte, { marque: texte.marque, compte }));
  if (reponse.redirected || !reponse.ok) return null;
  const { garde, texte: dit, marque } = await reponse.json();
  if (!garde) return `${dit} Ouvrez-le pour choisir :`;
  Object.assign(texte, { marque, partis: [texte.contenu] });
  return "";
}

async function terminer(compte, adresse, texte) {
  // Ce qu'un autre appareil a écrit depuis se montre avant d'être remplacé ; déjà parti, le même jeton n'agit qu'une fois.
  const empeche = texte.lance ? "" : await enregistrer(compte, adresse, texte, "terminer");
  if (empeche !== "") return empeche;
  await coffre.ranger(compte, adresse, "texte", { ...texte, lance: true }, "terminer");
  const reponse = await poster(voisine(adresse, "terminer/"), champs(texte, { jeton: texte.jeton }), "text/html");
  if (sessionExpiree(reponse)) return null;
  const arrive = reponse.redirected && new URL(reponse.url).pathname === voisine(adresse, "").pathname;
  if (!arrive) return "Pas envoyé, il y manque quelque chose. Ouvrez-le :";
  await coffre.effacer(adresse);
  return ENVOYE;
}

async function envoyerLeBrouillon(compte, adresse, texte) {
  const empeche = await enregistrer(compte, adresse, texte, "brouillon");
  if (empeche !== "") return empeche;
  await coffre.ranger(compte, adresse, "texte", texte); // plus rien n'attend, et la page se rouvre encore sans réseau
  return "Brouillon envoyé, à terminer :";
}

async function envoyerTout(compte) {
  const dits = [];
  for (const { adresse, attend } of (await coffre.inventaire()).filter(({ genre, attend: quoi }) => genre === "texte" && quoi)) {
    const texte = await coffre.sortir(compte, adresse, "texte");
    if (!texte) continue;
    const dit = await (attend === "terminer" ? terminer : envoyerLeBrouillon)(compte, adresse, texte);
    if (dit) dits.push({ dit, adresse: dit === ENVOYE ? adresse.replace(/ecrire\/$/, "") : adresse, titre: texte.titre });
  }
  return dits;
}

/** Envoie ce qui attend ; rend ce qu'il faut en dire : [{dit, adresse, titre}]. Deux onglets n'envoient pas ensemble. */
export function envoyerCeQuiAttend(compte) {
  const envoi = () => envoyerTout(compte).catch(() => []);
  return navigator.locks ? navigator.locks.request("coffre-envoi", envoi) : envoi();
}
