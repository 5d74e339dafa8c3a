// La séance : on coche, c'est enregistré ; ce qu'un autre saisit paraît sans recharger ; tout se fait au clavier.
// Sans ce fichier, chaque geste est un formulaire et un bouton.

const $ = (selecteur, racine = document) => racine.querySelector(selecteur);
const $$ = (selecteur, racine = document) => [...racine.querySelectorAll(selecteur)];
const presences = $("[data-presences]");
const compte = $("[data-compte]");
const jetonCsrf = () => document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]*)/)?.[1] ?? $("input[name=csrfmiddlewaretoken]").value;

async function envoyer(adresse, corps) {
  const reponse = await fetch(adresse, {
    method: "POST",
    body: corps,
    headers: { "X-CSRFToken": jetonCsrf(), Accept: "application/json" },
  });
  if (!reponse.ok || reponse.redirected) throw new Error("refus");
  return reponse.json();
}

// Pointer : un seul membre part à chaque geste, le pointage de l'autre poste n'est pas écrasé. Les gestes partent l'un
// après l'autre : deux réponses qui se croiseraient laisseraient à l'écran un compte déjà dépassé.

let enCours = 0;
let file = Promise.resolve();

function enfiler(champ) {
  enCours += 1;
  file = file.then(() => pointer(champ)).finally(() => { enCours -= 1; });
}

async function pointer(champ) {
  const ligne = champ.closest("li");
  const membre = ligne ? $("input[name=membre]", ligne).value : champ.name.replace("etat-", "");
  const corps = new FormData();
  corps.append("membre", membre);
  if (champ.type === "checkbox" && champ.checked) corps.append("present", membre);
  if (champ.type !== "checkbox") corps.append(`etat-${membre}`, champ.value);
  try {
    compte.textContent = (await envoyer(presences.action, corps)).texte;
  } catch {
    if (champ.type === "checkbox") champ.checked = !champ.checked;
    compte.textContent = "Non enregistré : vérifiez la connexion, puis recommencez.";
  }
}

// Une case cochée avant que ce fichier soit lu n'a prévenu personne : on l'envoie à l'arrivée.
const dejaTouche = (champ) => champ.checked !== champ.defaultChecked;

if (presences) {
  for (const bouton of $$("[data-sans-js]")) bouton.hidden = true;
  presences.addEventListener("change", ({ target }) => enfiler(target));
  $$("input[type=checkbox]", presences).filter(dejaTouche).forEach(enfiler);
}

// Le centre se remplace quand un autre poste écrit : on écoute la page, jamais un formulaire qui peut disparaître.
// Le texte d'un point ou du relevé s'enregistre deux secondes après la dernière frappe ; en conflit, les deux textes restent.

let minuterie, modifie = false, conflit = false, decide = false, touche = false;

async function relever(releve) {
  if (!releve.isConnected) return;
  const corps = new FormData(releve);
  for (const nom of ["jeton", "csrfmiddlewaretoken"]) corps.delete(nom);
  const etat = $("[data-etat]", releve);
  try {
    const { garde, texte, avant, enregistre } = await envoyer(releve.action, corps);
    etat.textContent = texte;
    modifie = conflit = !garde;
    $("input[name=avant]", releve).value = avant;
    $("[data-autre]", releve).hidden = garde;
    $("[data-autre-texte]", releve).textContent = enregistre;
  } catch {
    etat.textContent = "Non enregistré : un nouvel essai suit.";
    minuterie = setTimeout(relever, 15000, releve);
  }
}

document.addEventListener("input", ({ target }) => {
  if (!target.closest("[data-direct=centre]")) return;
  const releve = target.closest("[data-releve]");
  if (!releve) {
    touche = true;
    decide ||= Boolean(target.form?.matches("[data-decision], [data-nouvelle]"));
    return;
  }
  modifie = true;
  clearTimeout(minuterie);
  // En conflit, on n'efface pas l'autre sans le vouloir : seul le bouton enregistre.
  if (!conflit) minuterie = setTimeout(relever, 2000, releve);
});
document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-decision], [data-nouvelle]")) decide = false;
  if (!target.matches("[data-releve]")) return;
  clearTimeout(minuterie);
  modifie = false;
});

// Entrée dans une date enregistre les décisions : le premier bouton du formulaire, lui, passe à la suite.
document.addEventListener("keydown", (evenement) => {
  if (evenement.key !== "Enter" || !evenement.target.matches("[data-decision] input[type=date]")) return;
  evenement.preventDefault();
  $("[data-touche=d]")?.click();
});
window.addEventListener("beforeunload", (evenement) => { if (modifie || decide) evenement.preventDefault(); });

// Suivre : la page se relit seule. On ne touche ni à ce qui est tapé ni à ce qui a le curseur.

function suivreLesPresences(page) {
  for (const neuve of $$("[data-presences] input[name=present]", page)) {
    const coche = document.getElementById(neuve.id);
    if (coche && coche !== document.activeElement) coche.checked = neuve.checked;
  }
  compte.textContent = $("[data-compte]", page).textContent;
}

function remplacer(nom, page) {
  const zone = $(`[data-direct=${nom}]`);
  const neuve = $(`[data-direct=${nom}]`, page);
  if (!zone || !neuve || zone.contains(document.activeElement)) return;
  if (texteDe(zone) !== texteDe(neuve)) zone.replaceChildren(...neuve.childNodes);
}

const texteDe = (zone) => zone.textContent.replace(/\s+/g, " ") + $$("select", zone).map((liste) => $("option[selected]", liste)?.value).join();

async function suivre() {
  if (document.hidden || enCours) return;
  try {
    const reponse = await fetch(window.location.href, { headers: { Accept: "text/html" } });
    if (!reponse.ok || reponse.redirected) return;
    const page = new DOMParser().parseFromString(await reponse.text(), "text/html");
    if (!enCours) suivreLesPresences(page);
    remplacer("ordre", page);
    if (!modifie && !touche && !$("details[open]", $("[data-direct=centre]"))) remplacer("centre", page);
  } catch {
    // Le réseau reviendra : on réessaie au tour suivant.
  }
}

if ($("[data-seance]")) {
  setInterval(suivre, 5000);
  $("[aria-current=step]")?.scrollIntoView({ block: "nearest", inline: "center" }); // à l'étroit, l'ordre du jour est une bande
  // Le curseur attend au sujet : la touche de tabulation mène droit à ses gestes.
  if (window.location.search) $("#sujet")?.focus({ preventScroll: true });
}

// Alt et une lettre : le sujet suivant, le précédent, restituée, les présents.

document.addEventListener("keydown", (evenement) => {
  if (!evenement.altKey || evenement.ctrlKey || evenement.metaKey) return;
  const touche = evenement.code.replace("Key", "").toLowerCase();
  const lettre = evenement.key.length === 1 ? evenement.key.toLowerCase() : touche;
  if (lettre === "a") {
    evenement.preventDefault();
    $("#presents input[type=checkbox]")?.focus();
    return;
  }
  const cible = /^[a-z]$/.test(lettre) ? $(`[data-touche=${lettre}]`) : null;
  if (!cible) return;
  evenement.preventDefault();
  cible.click();
});
