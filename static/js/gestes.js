// Les gestes d'une action sans quitter la page : le formulaire d'un geste s'ouvre dans un dialogue ; en colonnes, une carte se
// glisse d'une colonne à l'autre. Sans ce fichier : le lien ouvre la page du geste, le bouton de chaque carte fait le reste.

const $ = (selecteur, racine = document) => racine.querySelector(selecteur);
const $$ = (selecteur, racine = document) => [...racine.querySelectorAll(selecteur)];
const dialogue = $("#dialogue-geste");
const zone = $("[data-geste]", dialogue);
const annonce = $("[data-annonce]");

function dire(texte) {
  if (!annonce) return;
  annonce.textContent = "";
  setTimeout(() => { annonce.textContent = texte; }, 50);
}

// Le dialogue : la page du geste, dont on ne garde que le formulaire.

function montrer(html, adresse) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const formulaire = $("[data-formulaire-de-geste]", page);
  if (!formulaire) return false;
  formulaire.action = adresse;
  formulaire.classList.remove("etroit");
  $("#dialogue-geste-titre").textContent = $("h1", page).textContent;
  zone.replaceChildren(document.adoptNode(formulaire));
  return true;
}

async function ouvrir(adresse) {
  const reponse = await fetch(adresse, { headers: { Accept: "text/html" } });
  if (!reponse.ok || reponse.redirected || !montrer(await reponse.text(), adresse)) {
    window.location.assign(adresse);
    return;
  }
  window.dsfr(dialogue).modal.disclose();
}

dialogue.addEventListener("dsfr.disclose", () => {
  setTimeout(() => $("input:not([type=hidden]), select, textarea", zone)?.focus());
});

zone.addEventListener("click", (evenement) => {
  if (!evenement.target.closest("[data-annuler]")) return;
  evenement.preventDefault();
  window.dsfr(dialogue).modal.conceal();
});

// Accepté, le geste ramène d'où l'on vient ; refusé, son formulaire revient ici avec ses erreurs, rien de tapé n'est perdu.
zone.addEventListener("submit", async (evenement) => {
  evenement.preventDefault();
  const formulaire = evenement.target;
  const bouton = $("[type=submit]", formulaire);
  bouton.disabled = true;
  try {
    const reponse = await fetch(formulaire.action, { method: "POST", body: new FormData(formulaire) });
    if (reponse.redirected) window.location.assign(reponse.url);
    else if (!montrer(await reponse.text(), formulaire.action)) formulaire.submit();
    else $("[role=alert], .fr-error-text, .fr-alert", zone)?.scrollIntoView({ block: "nearest" });
  } catch {
    bouton.disabled = false;
    dire("Rien n’est parti : vérifiez la connexion, puis recommencez.");
  }
});

document.addEventListener("click", (evenement) => {
  const lien = evenement.target.closest("a[data-ouvrir-geste]");
  if (!lien || evenement.ctrlKey || evenement.metaKey || evenement.shiftKey) return;
  evenement.preventDefault();
  ouvrir(lien.href);
});

// Déplacer : le serveur joue le geste s'il tient en un clic, ou renvoie à son formulaire, que le dialogue montre.

async function deplacer(formulaire) {
  const reponse = await fetch(formulaire.action, { method: "POST", body: new FormData(formulaire) });
  const html = await reponse.text();
  if (montrer(html, reponse.url)) window.dsfr(dialogue).modal.disclose();
  else window.location.assign(reponse.url);
}

document.addEventListener("submit", (evenement) => {
  const formulaire = evenement.target.closest?.("[data-deplacer]");
  if (!formulaire) return;
  evenement.preventDefault();
  evenement.stopImmediatePropagation();
  deplacer(formulaire).catch(() => formulaire.submit());
}, true);

// À la souris.

let enMain = null;
const colonnes = $$("[data-colonne]");

function possible(colonne) {
  return $(`option[data-vers="${colonne.dataset.colonne}"]`, enMain);
}

function lacher() {
  enMain?.classList.remove("colonne__carte--en-main");
  for (const colonne of colonnes) colonne.classList.remove("colonne--ouverte", "colonne--visee");
  enMain = null;
}

for (const carte of $$("[data-carte]")) {
  if (!$("[data-deplacer]", carte)) continue;
  carte.draggable = true;
  carte.addEventListener("dragstart", (evenement) => {
    enMain = carte;
    carte.classList.add("colonne__carte--en-main");
    evenement.dataTransfer.effectAllowed = "move";
    evenement.dataTransfer.setData("text/plain", carte.dataset.nom);
    for (const colonne of colonnes) colonne.classList.toggle("colonne--ouverte", Boolean(possible(colonne)));
  });
  carte.addEventListener("dragend", lacher);
}

for (const colonne of colonnes) {
  colonne.addEventListener("dragover", (evenement) => {
    if (!enMain || !possible(colonne)) return;
    evenement.preventDefault();
    colonne.classList.add("colonne--visee");
  });
  colonne.addEventListener("dragleave", () => colonne.classList.remove("colonne--visee"));
  colonne.addEventListener("drop", (evenement) => {
    const option = enMain && possible(colonne);
    if (!option) return;
    evenement.preventDefault();
    const formulaire = $("[data-deplacer]", enMain);
    $("select", formulaire).value = option.value;
    dire(`Action ${enMain.dataset.nom} : vers « ${colonne.dataset.dit} ».`);
    lacher();
    deplacer(formulaire).catch(() => formulaire.submit());
  });
}

if ($("[data-glisser]")) $("[data-glisser]").hidden = false;
