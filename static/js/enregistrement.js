// Le compte rendu s'enregistre seul : dans le coffre de l'appareil à chaque frappe, au serveur peu après, et dès que le réseau
// revient. Ce que l'un des deux ne sait pas encore ne se perd pas ; ce qui a changé ailleurs se montre avant de s'écraser.

import { amortir } from "./amortir.js";
import * as coffre from "./coffre.js";
import { montrerLeConflit } from "./conflit.js";
import { completer, memes, remplir, rendu, serialiser } from "./contenu.js";
import { jetonCsrf, poster, sessionExpiree } from "./poster.js";

// Millisecondes : pour le coffre, puis pour le serveur, après la dernière frappe et au plus ; puis entre deux essais.
const [COFFRE, COFFRE_MAX, SERVEUR, SERVEUR_MAX, REPRISE] = [300, 1000, 2000, 10000, 15000];
const PARTIS_MAX = 5;
const [RECU, CONFLIT, SANS_RESEAU, SESSION, REFUS] = ["recu", "conflit", "sans reseau", "session", "refus"];

const formulaire = document.querySelector("#compte-rendu");
const { adresse, brouillon, compte, travailleur } = formulaire.dataset;
const champ = (nom) => formulaire.elements[nom];

let base = { version: champ("version").value, marque: formulaire.dataset.marque ?? "" };
let [garde, conflit, terminer, recu, passe, lance] = [false, null, false, true, false, false];
let partis = []; // les derniers contenus partis d'ici, reçus ou non : le serveur en sait parfois plus que sa réponse n'en a dit
const ici = window.matchMedia("(max-width: 600px)").matches ? "ce téléphone" : "cet appareil";

function dire(texte, lien = "") {
  const etat = formulaire.querySelector("[data-etat]");
  if (etat.textContent === texte) return;
  etat.textContent = texte;
  if (lien) etat.append(" ", Object.assign(document.createElement("a"), { href: lien, textContent: "Se reconnecter" }));
}

// L'appareil

function nePlusGarder() {
  garde = false;
  formulaire.querySelector("[data-sans-coffre]").hidden = false;
}

async function garder() {
  if (!garde) return;
  const texte = { contenu: serialiser(formulaire), ...base, partis, lance, jeton: champ("jeton").value, titre: document.title };
  await coffre.ranger(compte, adresse, "texte", texte, terminer ? "terminer" : recu ? "" : "brouillon").catch(nePlusGarder);
}

/** Dit que la page se rouvrira sans réseau : le coffre la garde, et le veilleur a sa coquille. */
async function direPret(veilleur) {
  await Promise.all([veilleur, navigator.serviceWorker.ready]);
  formulaire.querySelector("[data-emporter]").textContent = `Prêt hors réseau : cette page se rouvre et s’écrit sans réseau sur ${ici}, pendant sept jours.`;
}

/** La page telle que le serveur l'a rendue, pour la rouvrir sans lui ; ni script ni message. */
function garderLaPage(html) {
  const modele = Object.assign(document.createElement("template"), { innerHTML: html });
  modele.content.querySelectorAll("script, link, noscript, .messages, [data-autre], [data-resume-erreurs]").forEach((element) => element.remove());
  return coffre.ranger(compte, adresse, "page", { html: modele.innerHTML, titre: document.title });
}

// Le serveur

let [enCours, encore] = [null, false];

/** Envoie le brouillon ; rend ce qu'il en est. Un seul envoi à la fois : le suivant part de la marque du précédent. */
export function enregistrer() {
  if (conflit) return Promise.resolve(CONFLIT);
  if (enCours) {
    encore = true;
    return enCours.then((issue) => (encore ? enregistrer() : enCours ?? issue));
  }
  encore = false;
  enCours = envoyer().finally(() => { enCours = null; });
  return enCours;
}

async function envoyer() {
  const contenu = serialiser(formulaire);
  const corps = new URLSearchParams(contenu);
  for (const [nom, valeur] of Object.entries({ ...base, compte })) corps.set(nom, valeur);
  partis = [...partis.filter((parti) => parti !== contenu), contenu].slice(-PARTIS_MAX);
  await garder();
  let reponse;
  try {
    reponse = await poster(brouillon, corps);
  } catch {
    return attendreLeReseau();
  }
  if (reponse.redirected || !reponse.ok) return refuser(reponse);
  const { garde: accepte, texte, marque, autre } = await reponse.json();
  if (autre) return reprendreOuChoisir(contenu, autre);
  if (!accepte) return refuser(reponse, texte);
  base.marque = marque;
  partis = [contenu];
  recu = contenu === serialiser(formulaire);
  dire(texte);
  await garder();
  return RECU;
}

function attendreLeReseau() {
  const suite = terminer ? "«\u00a0Terminer\u00a0» partira au retour du réseau, avec ce que vous écrivez encore." : "";
  if (garde) dire(["Sans réseau : gardé sur " + ici + ", chiffré.", suite].filter(Boolean).join(" "));
  else dire("Sans réseau, et ce navigateur ne garde rien : laissez cette page ouverte.");
  auServeurPlusTard();
  return SANS_RESEAU;
}

function refuser(reponse, raison = "le serveur l’a refusé.") {
  const repli = garde ? `Votre texte est gardé sur ${ici}, chiffré.` : "Laissez cette page ouverte.";
  if (sessionExpiree(reponse)) {
    dire(`Votre session a expiré. ${repli}`, `/connexion/?next=${encodeURIComponent(adresse)}`);
    return SESSION;
  }
  dire(`Non enregistré : ${raison} ${repli}`);
  auServeurPlusTard();
  return REFUS;
}

let reprise;

function auServeurPlusTard() {
  clearTimeout(reprise);
  reprise = setTimeout(reessayer, REPRISE);
}

// Le conflit

/** Ce que le serveur a de différent n'est parfois que notre propre envoi, dont la réponse s'est perdue. */
function reprendreOuChoisir(contenu, autre) {
  const notre = String(autre.version) === String(base.version) && partis.some((parti) => memes(autre.contenu, parti));
  if (!notre) return choisir(contenu, autre);
  base.marque = autre.marque;
  return envoyer();
}

function choisir(contenu, autre) {
  conflit = montrerLeConflit(formulaire, contenu, autre, (contenuGarde, choix) => {
    conflit = null;
    base = { version: String(autre.version), marque: autre.marque };
    champ("version").value = autre.version;
    remplir(formulaire, contenuGarde);
    formulaire.dispatchEvent(new Event("remis"));
    dire(`${choix} : c’est fait.`);
    champ("phrase").focus();
    changer();
  });
  [terminer, lance] = [false, false];
  dire("Ce compte rendu a changé ailleurs : choisissez ce que vous gardez, en haut de la page.");
  garder();
  return CONFLIT;
}

// Les évènements

const auCoffre = amortir(garder, COFFRE, COFFRE_MAX);
const auServeur = amortir(enregistrer, SERVEUR, SERVEUR_MAX);

/** Quelque chose vient d'être tapé, ajouté ou retiré. */
export function changer() {
  recu = false;
  auCoffre.relancer();
  auServeur.relancer();
}

async function reessayer() {
  if (recu && !terminer) return;
  // Déjà parti sans qu'on sache s'il est arrivé : le même jeton repart, et n'agit qu'une fois.
  if (lance || ((await enregistrer()) === RECU && terminer)) await partir();
}

/** Envoie « Terminer », une fois : la frappe, le retour du réseau et l'ouverture de la page y mènent parfois ensemble. */
async function partir() {
  if (passe) return;
  [passe, lance] = [true, true];
  await garder();
  dire("Envoi…");
  formulaire.requestSubmit();
}

async function surTerminer(evenement) {
  auCoffre.arreter();
  auServeur.arreter();
  // Une reconnexion dans un autre onglet a changé le jeton : celui du formulaire suit.
  champ("csrfmiddlewaretoken").value = jetonCsrf() || champ("csrfmiddlewaretoken").value;
  if (passe) return;
  // Rien ne part avant que le coffre ne sache qu'il faut terminer : le jeton de l'envoi dira s'il est arrivé.
  evenement.preventDefault();
  evenement.stopPropagation();
  terminer = true;
  await garder();
  const issue = navigator.onLine ? await enregistrer() : attendreLeReseau();
  if (issue === RECU) await partir();
  else if (issue === CONFLIT) conflit?.querySelector("h2").focus();
}

// « Effacer le brouillon », une fois confirmé, l'efface ici avant de l'effacer au serveur.
async function oublierAvant(evenement) {
  const effacement = evenement.target;
  if (!garde || !effacement.dataset.confirme) return;
  evenement.preventDefault();
  evenement.stopPropagation();
  [garde, recu] = [false, true];
  auCoffre.arreter();
  auServeur.arreter();
  await coffre.effacer(adresse).catch(() => {});
  effacement.requestSubmit(evenement.submitter);
}

// L'ouverture

/** Ce que l'appareil gardait revient dans la page, où reste ce qu'on vient d'écrire ; s'il ne sait pas ce que le serveur sait, l'on choisit. */
async function retrouver(horsReseau) {
  const local = await coffre.sortir(compte, adresse, "texte");
  const attente = (await coffre.inventaire()).find((piece) => piece.adresse === adresse && piece.genre === "texte")?.attend;
  const page = rendu(formulaire);
  const refuse = Boolean(document.querySelector("[data-resume-erreurs], [data-autre]"));
  recu = memes(serialiser(formulaire), page);
  if (!local || (!attente && !horsReseau) || refuse) return;
  champ("jeton").value = local.jeton;
  [partis, lance] = [local.partis, local.lance];
  terminer = attente === "terminer";
  recu &&= !attente;
  if (!horsReseau && memes(local.contenu, page)) return;
  const contenu = completer(formulaire, local.contenu);
  if (horsReseau || lance || (local.version === base.version && local.marque === base.marque) || partis.some((parti) => memes(parti, page))) {
    if (horsReseau) base = { version: local.version, marque: local.marque };
    remettre(contenu);
    return;
  }
  remettre(contenu);
  choisir(contenu, { qui: "ailleurs", quand: "", contenu: page, ...base });
}

function remettre(contenu) {
  champ("version").value = base.version;
  remplir(formulaire, contenu);
  formulaire.dispatchEvent(new Event("remis"));
}

/** Branche l'enregistrement ; `html` : la page avant que les scripts ne l'habillent, vide si elle sort du coffre. */
export async function veiller(html) {
  formulaire.addEventListener("input", changer);
  formulaire.addEventListener("submit", surTerminer);
  window.addEventListener("online", reessayer);
  window.addEventListener("offline", attendreLeReseau);
  document.addEventListener("visibilitychange", () => { if (document.hidden && !recu) auCoffre.jouer(); });
  window.addEventListener("beforeunload", (evenement) => { if (!recu && !garde && !passe) evenement.preventDefault(); });
  coffre.siVide(nePlusGarder);
  document.querySelector("form[data-effacer]")?.addEventListener("submit", oublierAvant);
  const disponible = Boolean(compte) && (await coffre.disponible());
  formulaire.querySelector("[data-sans-coffre]").hidden = disponible;
  if (disponible) {
    await coffre.tenir(compte);
    await retrouver(!html);
    garde = true; // pas avant : ce qu'on écrit déjà effacerait ce qu'il garde
    if (html) await garderLaPage(html).then(garder);
    const veilleur = navigator.serviceWorker?.register(travailleur);
    if (veilleur && garde) direPret(veilleur).catch(() => {});
  }
  formulaire.dataset.pret = "oui";
  if (!recu || terminer) await (navigator.onLine ? reessayer() : attendreLeReseau());
}
