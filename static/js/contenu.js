// Ce que dit un compte rendu, indépendamment de la page : le lire, le comparer, le remettre, en réunir deux.

import { ajuster, justifier, refaire } from "./blocs.js";

const D_UN_ENVOI = new Set(["csrfmiddlewaretoken", "jeton", "geste", "marque", "compte", "version"]);
const PROJETS_MAX = 8;

/** Les champs d'un contenu encodé, sans ce qui ne vaut que pour un envoi. */
export function lire(contenu) {
  const lus = [...new URLSearchParams(contenu)].filter(([nom]) => !D_UN_ENVOI.has(nom));
  return new URLSearchParams(lus.map(([nom, valeur]) => [nom, valeur.replaceAll("\r\n", "\n")]));
}

/** Ce que la page contient, encodé comme le formulaire l'enverrait. */
export const serialiser = (formulaire) => lire(new URLSearchParams(new FormData(formulaire))).toString();

/** Ce que le serveur a mis dans la page, avant qu'on y écrive. */
export function rendu(formulaire) {
  const copie = formulaire.cloneNode(true);
  copie.reset();
  return serialiser(copie);
}

const utile = ([nom, valeur]) => valeur !== "" && !/-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$/.test(nom);

/** Vrai si deux contenus disent la même chose. */
export function memes(un, autre) {
  const dire = (contenu) => JSON.stringify([...lire(contenu)].filter(utile).sort());
  return dire(un) === dire(autre);
}

const total = (champs, serie) => Number(champs.get(`${serie}-TOTAL_FORMS`) ?? 0);

/** Remet un contenu dans la page, projets et actions compris. */
export function remplir(formulaire, contenu) {
  const champs = lire(contenu);
  const rangs = [...Array(total(champs, "projets")).keys()];
  if (champs.has("projets-TOTAL_FORMS")) refaire(rangs.map((rang) => total(champs, `projets-${rang}-actions`)));
  for (const element of formulaire.elements) {
    if (!element.name || D_UN_ENVOI.has(element.name) || element.name.endsWith("_FORMS") || element.type === "submit") continue;
    const valeurs = champs.getAll(element.name);
    if (element.type === "radio" || element.type === "checkbox") element.checked = valeurs.includes(element.value);
    else if (valeurs.length || element.type !== "hidden") element.value = valeurs[0] ?? "";
  }
  for (const bloc of formulaire.querySelectorAll("[data-action], [data-projet]")) {
    bloc.hidden = bloc.querySelector(`input[name="${bloc.id}-DELETE"]`).checked;
    if (!bloc.matches("[data-action]")) continue;
    ajuster(bloc);
    justifier(bloc);
  }
  for (const repli of formulaire.querySelectorAll("details.repli")) {
    repli.open ||= [...repli.querySelectorAll("input, textarea, select")].some(
      (champ) => (champ.type === "checkbox" || champ.type === "radio" ? champ.checked && champ.value : champ.type !== "hidden" && champ.value),
    );
  }
}

// Les projets d'un contenu, chacun avec ses champs, sans ceux qu'on a retirés ni les vides.

function projets(champs) {
  const tous = [...Array(total(champs, "projets")).keys()].map((rang) => {
    const debut = `projets-${rang}-`;
    const siens = [...champs].filter(([nom]) => nom.startsWith(debut)).map(([nom, valeur]) => [nom.slice(debut.length), valeur]);
    return new URLSearchParams(siens);
  });
  return tous.filter((projet) => !projet.get("DELETE") && (projet.get("titre") || actions(projet).length));
}

const actions = (projet) => [...Array(total(projet, "actions")).keys()]
  .filter((rang) => projet.get(`actions-${rang}-libelle`) && !projet.get(`actions-${rang}-DELETE`))
  .map((rang) => projet.get(`actions-${rang}-libelle`));

function direLeProjet(projet) {
  const siennes = actions(projet);
  return `${projet.get("titre") || "Sans titre"}${siennes.length ? ` (à faire : ${siennes.join(" ; ")})` : ""}`;
}

// Les mots de la page : l'étiquette d'un champ, le choix que sa valeur désigne.

function etiquette(element) {
  const porteuse = element.type === "radio" ? element.closest("fieldset").querySelector("legend") : element.labels?.[0];
  const copie = porteuse?.cloneNode(true);
  copie?.querySelectorAll(".fr-hint-text").forEach((aide) => aide.remove());
  return copie?.textContent.trim().replace(/\s+/g, " ") ?? element.name;
}

function mots(elements, valeur) {
  const element = elements.find(({ type }) => type !== "hidden") ?? elements[0];
  if (element.type === "checkbox") return valeur ? "Oui" : "Non";
  if (element.type === "radio") return elements.find(({ value }) => value === valeur)?.labels[0].textContent.trim() ?? "";
  if (element.tagName === "SELECT") return [...element.options].find(({ value }) => value === valeur)?.textContent.trim() ?? "";
  return valeur;
}

/** Ce que deux contenus disent différemment, dans l'ordre de la page : [{nom, libelle, mien, autre, texte}]. */
export function differences(formulaire, mien, autre) {
  const [mes, ses] = [lire(mien), lire(autre)];
  const noms = [...new Set([...formulaire.elements].map(({ name }) => name))];
  const simples = noms.filter((nom) => nom && !nom.startsWith("projets-") && !D_UN_ENVOI.has(nom) && ses.has(nom));
  const ecarts = simples.filter((nom) => (mes.get(nom) ?? "") !== ses.get(nom)).map((nom) => {
    const elements = [...formulaire.elements].filter(({ name }) => name === nom);
    const dits = [mes.get(nom) ?? "", ses.get(nom)].map((valeur) => mots(elements, valeur));
    return { nom, libelle: etiquette(elements[0]), mien: dits[0], autre: dits[1], texte: elements[0].tagName === "TEXTAREA" };
  });
  const [miens, siens] = [projets(mes), projets(ses)].map((liste) => liste.map(direLeProjet).join("\n"));
  if (ses.has("projets-TOTAL_FORMS") && projets(mes).join() !== projets(ses).join()) {
    ecarts.push({ nom: "projets", libelle: "Projets et actions", mien: miens, autre: siens, texte: false });
  }
  return ecarts.filter(({ mien: un, autre: deux }) => un !== deux || un);
}

/** L'autre contenu, et du mien ce dont il ne parle pas. */
export function prendre(mien, autre) {
  const pris = lire(autre);
  for (const [nom, valeur] of lire(mien)) {
    const parle = nom.startsWith("projets-") ? pris.has("projets-TOTAL_FORMS") : lire(autre).has(nom);
    if (!parle) pris.append(nom, valeur);
  }
  return pris.toString();
}

/** Les deux : rien ne se perd, les textes se suivent, les projets s'ajoutent. */
export function reunir(formulaire, mien, autre) {
  const [reunis, ses, restes] = [lire(mien), lire(autre), []];
  for (const { nom, libelle, autre: dit, texte } of differences(formulaire, mien, autre)) {
    if (nom === "projets" || !ses.get(nom)) continue;
    if (!reunis.get(nom)) reunis.set(nom, ses.get(nom));
    else if (texte && nom !== "phrase") reunis.set(nom, `${reunis.get(nom)}\n\n${dit}`);
    else restes.push(`${libelle.replace(/\s*\?$/, "")} (l’autre version) : ${dit}`);
  }
  const connus = projets(reunis).map(String);
  for (const projet of projets(ses).filter((sien) => !connus.includes(String(sien)))) {
    const rang = total(reunis, "projets");
    if (rang >= PROJETS_MAX) {
      restes.push(`Projet (l’autre version) : ${direLeProjet(projet)}`);
      continue;
    }
    for (const [nom, valeur] of projet) reunis.append(`projets-${rang}-${nom}`, valeur);
    reunis.set("projets-TOTAL_FORMS", rang + 1);
  }
  if (restes.length) reunis.set("entendu", [reunis.get("entendu"), ...restes].filter(Boolean).join("\n\n"));
  return reunis.toString();
}

/** Ce contenu, complété de ce qu'on a écrit dans la page : un texte s'ajoute à celui qu'il a, un choix l'emporte. */
export function completer(formulaire, contenu) {
  const [champs, avant, page] = [lire(contenu), lire(rendu(formulaire)), lire(serialiser(formulaire))];
  if (memes(page, avant)) return contenu;
  for (const [nom, ecrit] of page) {
    const [garde, mis] = [champs.get(nom) ?? "", avant.get(nom) ?? ""];
    const texte = formulaire.elements[nom].matches?.("textarea, input[type=text]");
    if (nom.endsWith("-TOTAL_FORMS")) champs.set(nom, Math.max(garde, ecrit));
    else if (![mis, garde, ""].includes(ecrit)) champs.set(nom, texte && garde !== mis ? `${garde} ${ecrit}`.trim() : ecrit);
  }
  return champs.toString();
}
