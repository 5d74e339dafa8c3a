// Le plan : on prend une entreprise ou une visite, on la pose sur une case, à la souris, au doigt ou au clavier ; le serveur
// décide. Sans ce fichier : les cases à cocher et leur formulaire, et la page « Modifier » de chaque visite.

const $ = (selecteur, racine = document) => racine.querySelector(selecteur);
const $$ = (selecteur, racine = document) => [...racine.querySelectorAll(selecteur)];
const plan = $("[data-plan]");
const annonce = $("[data-annonce]");
const bandeau = $("[data-en-main]");
const dialogue = $("#dialogue-depot");
const questions = $("[data-questions]", dialogue);
let enMain = null; // { corps: { entreprise | visite, version }, nom, rang }
let occupe = false;

// Vider d'abord : la même phrase deux fois de suite se relit.
function dire(texte) {
  annonce.textContent = "";
  setTimeout(() => { annonce.textContent = texte; }, 50);
}

// Prendre, abandonner.

const placables = () => $$("[data-placable]");
const cases = () => $$("[data-case]");

function prendre(carte) {
  const { entreprise, visite, version, nom } = carte.dataset;
  const corps = visite ? { visite, version } : { entreprise };
  enMain = { corps, nom, rang: placables().indexOf(carte) };
  carte.classList.add("placable--en-main");
  plan.classList.add("plan--en-main");
}

function lacher() {
  enMain = null;
  plan.classList.remove("plan--en-main");
  $$(".placable--en-main").forEach((carte) => carte.classList.remove("placable--en-main"));
  $$(".plan__case--visee").forEach((place) => place.classList.remove("plan__case--visee"));
  $$(".plan__ici").forEach((bouton) => bouton.remove());
  bandeau.hidden = true;
}

function abandonner() {
  if (!enMain) return;
  const { nom, rang } = enMain;
  lacher();
  dire(`${nom} : abandonné, rien n’a changé.`);
  $("[data-prendre]", placables()[rang] ?? document)?.focus();
}

// Au clavier et au doigt : un bouton naît dans chaque case où l'on peut poser ; les flèches vont de l'un à l'autre.

function choisirUneCase(carte) {
  lacher();
  prendre(carte);
  for (const place of cases()) {
    const bouton = Object.assign(document.createElement("button"), { type: "button", className: "plan__ici", textContent: "Ici" });
    bouton.setAttribute("aria-label", `Ici : ${place.dataset.dit}`);
    place.append(bouton);
  }
  const premier = $(".plan__ici");
  if (!premier) {
    dire("Aucune case n’est ouverte : ces mois sont passés.");
    lacher();
    return;
  }
  $("[data-en-main-texte]").textContent = `${enMain.nom} : choisissez une case du plan.`;
  bandeau.hidden = false;
  premier.focus();
  dire(`${enMain.nom} est prise. Choisissez une case avec les flèches, Entrée pour confier, Échap pour abandonner.`);
}

function voisine(bouton, touche) {
  const lignes = $$("tbody tr", plan).map((ligne) => $$(".plan__ici", ligne)).filter((boutons) => boutons.length);
  const rang = lignes.findIndex((boutons) => boutons.includes(bouton));
  const colonne = lignes[rang].indexOf(bouton);
  const pas = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[touche];
  const ligne = lignes[rang + pas[0]];
  return ligne?.[pas[0] ? Math.min(colonne, ligne.length - 1) : colonne + pas[1]];
}

document.addEventListener("click", ({ target }) => {
  const bouton = target.closest("[data-prendre]");
  if (bouton) choisirUneCase(bouton.closest("[data-placable]"));
  const ici = target.closest(".plan__ici");
  if (ici) deposer(ici.closest("[data-case]"));
  if (target.closest("[data-abandonner]")) abandonner();
});

document.addEventListener("keydown", (evenement) => {
  if (!enMain || dialogue.open) return;
  if (evenement.key === "Escape") abandonner();
  if (!evenement.key.startsWith("Arrow") || !evenement.target.matches(".plan__ici")) return;
  evenement.preventDefault();
  voisine(evenement.target, evenement.key)?.focus();
});

// À la souris. Le formulaire des entreprises cochées ne s'ouvre qu'à la première cochée.

const cochees = () => $$("#panneau input[name=entreprise]:checked").length;

function preparer() {
  const lot = $("[data-lot]");
  if (lot && !cochees() && !$(".fr-alert--error", plan)) lot.open = false;
  for (const carte of placables()) carte.draggable = true;
  for (const bouton of $$("[data-prendre]")) bouton.hidden = false;
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("#panneau [type=checkbox]") && cochees()) $("[data-lot]").open = true;
});

document.addEventListener("dragstart", (evenement) => {
  const carte = evenement.target.closest?.("[data-placable]");
  if (!carte) return;
  lacher();
  prendre(carte);
  evenement.dataTransfer.effectAllowed = "move";
  evenement.dataTransfer.setData("text/plain", enMain.nom);
});

function viser(place) {
  $$(".plan__case--visee").forEach((autre) => autre !== place && autre.classList.remove("plan__case--visee"));
  place?.classList.add("plan__case--visee");
}

document.addEventListener("dragover", (evenement) => {
  if (!enMain) return;
  const place = evenement.target.closest?.("[data-case]");
  viser(place);
  if (place) evenement.preventDefault();
});

document.addEventListener("drop", (evenement) => {
  const place = enMain && evenement.target.closest?.("[data-case]");
  if (!place) return;
  evenement.preventDefault();
  deposer(place);
});

document.addEventListener("dragend", () => { if (!occupe) lacher(); });

// Poser : le serveur confie, ou dit ce qui s'y oppose et ce qu'il faut répondre.

function deposer(place) {
  const { developpeur, mois, dit } = place.dataset;
  const prise = enMain;
  bandeau.hidden = true;
  return envoyer({ ...prise.corps, developpeur, mois }, { nom: prise.nom, rang: prise.rang, dit });
}

async function envoyer(champs, contexte) {
  if (occupe) return;
  occupe = true;
  plan.setAttribute("aria-busy", "true");
  const corps = new FormData();
  for (const [nom, valeur] of Object.entries(champs)) corps.append(nom, valeur);
  try {
    const jeton = $("input[name=csrfmiddlewaretoken]").value;
    const entetes = { "X-CSRFToken": jeton, Accept: "application/json" };
    const reponse = await fetch(plan.dataset.plan, { method: "POST", body: corps, headers: entetes });
    if (!reponse.ok || reponse.redirected) throw new Error(`Réponse ${reponse.status}`);
    const resultat = await reponse.json();
    if (!resultat.fait) demander(resultat, champs, contexte);
    // C'est fait, quoi qu'il arrive à la relecture : au pire, la page entière se recharge.
    else await montrer(resultat, contexte).catch(() => window.location.reload());
  } catch {
    demander({ raisons: ["Rien n’a été confié : vérifiez la connexion, puis recommencez."], questions: [] }, champs, contexte);
  } finally {
    occupe = false;
    plan.removeAttribute("aria-busy");
  }
}

// Le plan se relit du serveur ; ce qui était coché, choisi ou tapé à droite reste.

async function montrer({ texte, suite }, { rang }) {
  lacher();
  if (suite) {
    window.location.assign(suite);
    return;
  }
  const reponse = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  if (!reponse.ok) throw new Error(`Réponse ${reponse.status}`);
  const page = new DOMParser().parseFromString(await reponse.text(), "text/html");
  const saisies = $$("#panneau :is(input[type=checkbox], #lot input[type=text], #lot select)");
  const avant = new Map(saisies.map((champ) => [champ.id, champ.type === "checkbox" ? champ.checked : champ.value]));
  const defile = $("[data-defile]")?.scrollTop ?? 0;
  for (const zone of $$("[data-direct]")) {
    const neuve = $(`[data-direct="${zone.dataset.direct}"]`, page);
    if (neuve) zone.replaceChildren(...neuve.childNodes);
  }
  for (const [identifiant, valeur] of avant) {
    const champ = document.getElementById(identifiant);
    if (champ?.type === "checkbox") champ.checked = valeur && !champ.disabled;
    else if (champ) champ.value = valeur;
  }
  preparer();
  $("#panneau input[name=entreprise]")?.dispatchEvent(new Event("change", { bubbles: true }));
  if ($("[data-defile]")) $("[data-defile]").scrollTop = defile;
  const suivant = placables()[Math.min(rang ?? 0, placables().length - 1)];
  ($("[data-prendre]", suivant ?? document) ?? $("#panneau")).focus({ preventScroll: true });
  dire(`${texte} Le bouton « Annuler » est au-dessus du plan.`);
}

// Le dialogue : les raisons, un champ par motif à donner ; sans question possible, il n'y a qu'à fermer.

let enAttente = null;

function demander({ raisons, questions: motifs, confirmer }, champs, contexte) {
  const surmontable = Boolean(confirmer);
  $("[data-raisons]", dialogue).replaceChildren(
    ...raisons.map((raison) => Object.assign(document.createElement("li"), { textContent: raison })),
  );
  $("#dialogue-depot-titre").textContent = surmontable ? `Avant de confier ${contexte.nom}` : `${contexte.nom} n’est pas confiée`;
  questions.replaceChildren(...motifs.map(poserLaQuestion));
  $("[data-confier]", dialogue).hidden = !surmontable;
  $("[data-laisser]", dialogue).textContent = surmontable ? "Abandonner" : "Fermer";
  enAttente = surmontable ? { champs, contexte } : null;
  window.dsfr(dialogue).modal.disclose();
  dire(raisons.join(" "));
}

function poserLaQuestion({ champ, libelle }) {
  const bloc = $("[data-question]", dialogue).content.firstElementChild.cloneNode(true);
  const saisie = $("input", bloc);
  saisie.id = `depot-${champ}`;
  saisie.name = champ;
  $("label", bloc).htmlFor = saisie.id;
  $("label", bloc).textContent = libelle;
  return bloc;
}

questions.addEventListener("submit", (evenement) => {
  evenement.preventDefault();
  evenement.stopPropagation();
  const { champs, contexte } = enAttente;
  enAttente = null;
  const motifs = Object.fromEntries(new FormData(questions));
  envoyer({ ...champs, ...motifs, confirme: "on" }, contexte); // d'abord : fermer, sinon, vaudrait abandon
  window.dsfr(dialogue).modal.conceal();
});

dialogue.addEventListener("dsfr.disclose", () => setTimeout(() => $("input", questions)?.focus()));

dialogue.addEventListener("dsfr.conceal", () => {
  if (!enAttente && occupe) return;
  enAttente = null;
  setTimeout(abandonner); // le dialogue, en se fermant, rend d'abord le curseur à sa façon
});

// « Confier à … », « Former ce binôme » : le même dépôt, sans quitter le plan.

document.addEventListener("submit", (evenement) => {
  const formulaire = evenement.target.closest?.("[data-depot]");
  if (!formulaire) return;
  evenement.preventDefault();
  evenement.stopImmediatePropagation();
  const champs = Object.fromEntries(new FormData(formulaire));
  delete champs.jeton;
  delete champs.csrfmiddlewaretoken;
  const rang = placables().indexOf(formulaire.closest("[data-placable]"));
  envoyer(champs, { nom: formulaire.dataset.nom, rang });
}, true);

preparer();
