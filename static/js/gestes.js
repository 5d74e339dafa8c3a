// Les gestes d'une action sans quitter la page : le formulaire d'un geste s'ouvre dans un dialogue ; en colonnes, une carte se
// glisse d'une colonne à l'autre. Sans ce fichier : le lien ouvre la page du geste, le bouton de chaque carte fait le reste.

const $ = (selecteur, racine = document) => racine.querySelector(selecteur);
const $$ = (selecteur, racine = document) => [...racine.querySelectorAll(selecteur)];
const dialogue = $("#dialogue-geste");
const zone = $("[data-geste]", dialogue);

function dire(texte) {
  const annonce = $("[data-annonce]");
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

// Fait : la page où le serveur ramène prend la place de celle-ci, avec son message ; si c'en est une autre, on y va.

function relire(html, adresse) {
  const neuve = $("main", new DOMParser().parseFromString(html, "text/html"));
  if (!neuve || new URL(adresse).pathname !== window.location.pathname) {
    window.location.assign(adresse);
    return;
  }
  if (dialogue.open || dialogue.classList.contains("fr-modal--opened")) window.dsfr(dialogue).modal.conceal();
  zone.replaceChildren();
  $("main").replaceChildren(...document.adoptNode(neuve).childNodes);
  preparer();
  dire($(".fr-alert", $("main"))?.textContent.trim() ?? "");
  setTimeout(() => $("main").focus({ preventScroll: true }));
}

async function envoyer(formulaire) {
  const reponse = await fetch(formulaire.action, { method: "POST", body: new FormData(formulaire) });
  return { reponse, html: await reponse.text() };
}

zone.addEventListener("click", (evenement) => {
  if (!evenement.target.closest("[data-annuler]")) return;
  evenement.preventDefault();
  window.dsfr(dialogue).modal.conceal();
});

// Refusé, le formulaire revient ici avec ses erreurs : rien de tapé n'est perdu.
zone.addEventListener("submit", async (evenement) => {
  evenement.preventDefault();
  evenement.stopPropagation();
  const formulaire = evenement.target;
  const bouton = $("[type=submit]", formulaire);
  bouton.disabled = true;
  try {
    const { reponse, html } = await envoyer(formulaire);
    if (reponse.redirected) relire(html, reponse.url);
    else if (montrer(html, formulaire.action)) $(".fr-error-text, .fr-alert", zone)?.scrollIntoView({ block: "nearest" });
    else formulaire.submit();
  } catch {
    bouton.disabled = false;
    dire("Rien n’est parti : vérifiez la connexion, puis recommencez.");
  }
});

document.addEventListener("click", (evenement) => {
  const lien = evenement.target.closest("a[data-ouvrir-geste]");
  if (!lien || evenement.ctrlKey || evenement.metaKey || evenement.shiftKey) return;
  evenement.preventDefault();
  ouvrir(lien.href).catch(() => window.location.assign(lien.href));
});

// Une carte, ou une suite notée dans le tableau : le geste qui veut des mots ouvre son formulaire, les autres se jouent.

async function jouer(formulaire) {
  const page = $("select", formulaire)?.selectedOptions[0]?.dataset.page;
  if (page) {
    const retour = new URLSearchParams({ retour: $("[name=retour]", formulaire).value });
    return ouvrir(`${page}?${retour}`);
  }
  const { reponse, html } = await envoyer(formulaire);
  return relire(html, reponse.url);
}

document.addEventListener("submit", (evenement) => {
  const formulaire = evenement.target.closest?.("[data-geste-sur-place]");
  if (!formulaire) return;
  evenement.preventDefault();
  evenement.stopImmediatePropagation();
  jouer(formulaire).catch(() => formulaire.submit());
}, true);

// À la souris.

let enMain = null;

const colonneVisee = (cible) => cible.closest?.("[data-colonne]");
const possible = (colonne) => enMain && colonne && $(`option[data-vers="${colonne.dataset.colonne}"]`, enMain);

function lacher() {
  enMain?.classList.remove("colonne__carte--en-main");
  for (const colonne of $$("[data-colonne]")) colonne.classList.remove("colonne--ouverte", "colonne--visee");
  enMain = null;
}

document.addEventListener("dragstart", (evenement) => {
  enMain = evenement.target.closest?.("[data-carte][draggable=true]") ?? null;
  if (!enMain) return;
  enMain.classList.add("colonne__carte--en-main");
  evenement.dataTransfer.effectAllowed = "move";
  evenement.dataTransfer.setData("text/plain", enMain.dataset.nom);
  for (const colonne of $$("[data-colonne]")) colonne.classList.toggle("colonne--ouverte", Boolean(possible(colonne)));
});

document.addEventListener("dragover", (evenement) => {
  const colonne = colonneVisee(evenement.target);
  for (const autre of $$(".colonne--visee")) if (autre !== colonne) autre.classList.remove("colonne--visee");
  if (!possible(colonne)) return;
  evenement.preventDefault();
  colonne.classList.add("colonne--visee");
});

document.addEventListener("drop", (evenement) => {
  const option = possible(colonneVisee(evenement.target));
  if (!option) return;
  evenement.preventDefault();
  const formulaire = $("form", enMain);
  $("select", formulaire).value = option.value;
  lacher();
  jouer(formulaire).catch(() => formulaire.submit());
});

document.addEventListener("dragend", lacher);

function preparer() {
  for (const carte of $$("[data-carte]")) carte.draggable = Boolean($("option", carte));
  if ($("[data-glisser]")) $("[data-glisser]").hidden = false;
}

preparer();
