// Le compte rendu : projets et actions s'ajoutent sur place, tout s'enregistre seul. Sans ce fichier, les mêmes boutons
// envoient le formulaire et la page revient allongée.

const $ = (selecteur, racine = document) => racine.querySelector(selecteur);
const $$ = (selecteur, racine = document) => [...racine.querySelectorAll(selecteur)];
const formulaire = $("#compte-rendu");

// Ce que chaque action montre selon son type et son échéance

const PRECISENT = { information: "Information", contact: "Mise en contact", aide: "Aide" };
const choisi = (bloc, nom) => $(`input[name$="${nom}"]:checked`, bloc)?.value ?? "";

function ajuster(bloc) {
  const groupe = PRECISENT[choisi(bloc, "type")];
  const sujet = $("[data-sujet] select", bloc);
  for (const option of $$("optgroup", sujet)) option.hidden = option.disabled = option.label !== groupe;
  if (sujet.selectedOptions[0]?.parentElement.disabled) sujet.value = "";
  $("[data-sujet]", bloc).hidden = !groupe;
  $("[data-organisme]", bloc).hidden = choisi(bloc, "type") !== "contact";
  $("[data-date]", bloc).hidden = choisi(bloc, "echeance") !== "date";
}

document.addEventListener("change", ({ target }) => {
  const bloc = target.closest("[data-action]");
  if (bloc && target.type === "radio") ajuster(bloc);
});

// Retirer : la case devient un bouton ; le bloc retiré reste, caché, pour que les rangs des autres ne bougent pas.

function habiller(racine) {
  for (const zone of $$("[data-retrait]", racine)) {
    const coche = $("input", zone);
    const bloc = zone.closest("[data-action], [data-projet]");
    const bouton = Object.assign(document.createElement("button"), {
      type: "button",
      className: "fr-btn fr-btn--tertiary-no-outline fr-btn--sm fr-icon-delete-line fr-btn--icon-left",
      textContent: zone.dataset.retrait,
    });
    bouton.addEventListener("click", () => {
      const suivant = bloc.parentElement.nextElementSibling?.querySelector("button") ?? $("[data-ajouter=projet]");
      coche.checked = true;
      bloc.hidden = true;
      suivant.focus();
      changer();
    });
    for (const enfant of zone.children) enfant.hidden = true;
    zone.append(bouton);
    if (coche.checked) bloc.hidden = true;
  }
  for (const bloc of $$("[data-action]", racine)) ajuster(bloc);
}

// Ajouter : recopier le modèle avec le rang suivant.

function copier(modele, rangs) {
  let html = $(modele).innerHTML;
  for (const [marque, rang] of Object.entries(rangs)) html = html.replaceAll(marque, rang);
  return html;
}

function rangSuivant(prefixe) {
  const compte = $(`input[name="${prefixe}-TOTAL_FORMS"]`);
  compte.value = Number(compte.value) + 1;
  return { rang: Number(compte.value) - 1, plein: Number(compte.value) >= Number($(`input[name="${prefixe}-MAX_NUM_FORMS"]`).value) };
}

function ajouter(bouton) {
  const projet = bouton.closest("[data-projet]");
  const serie = projet ? `${projet.id}-actions` : "projets";
  const { rang, plein } = rangSuivant(serie);
  const zone = projet ? $("[data-actions]", projet) : $("[data-projets]");
  const html = projet
    ? copier("#action-vierge", { "projets-__projet__": projet.id, __action__: rang })
    : copier("#projet-vierge", { __projet__: rang });
  zone.insertAdjacentHTML("beforeend", html);
  habiller(zone.lastElementChild);
  if (projet) $("input", zone.lastElementChild).focus();
  else $("input[type=text]", zone.lastElementChild).focus();
  if (plein) bouton.hidden = true;
  changer();
}

if (formulaire) {
  formulaire.addEventListener("click", (evenement) => {
    const bouton = evenement.target.closest("[data-ajouter]");
    if (!bouton) return;
    evenement.preventDefault();
    ajouter(bouton);
  });

  // Entrée, dans une ligne de texte, n'envoie rien : sur un téléphone elle ferme le clavier.
  formulaire.addEventListener("keydown", (evenement) => {
    const ligne = evenement.target.matches("input:not([type=radio], [type=checkbox])");
    if (evenement.key === "Enter" && ligne) evenement.preventDefault();
  });
}

// La personne vue : ses champs ne paraissent que si elle n'est pas dans la liste.

function montrerLaPersonne() {
  const zone = $("[data-si-vu]");
  if (zone) zone.hidden = Boolean($("input[name=vu]:checked", formulaire)?.value);
}

// « Terminer » dit ce qui va se passer.

const pluriel = (nombre, un, plusieurs) => `${nombre} ${nombre > 1 ? plusieurs : un}`;
const remplis = (selecteur) => $$(selecteur, formulaire).filter((champ) => champ.value.trim() && !champ.closest("[hidden]"));

function annoncer() {
  const zone = $("[data-annonce]");
  if (!zone) return;
  const projets = remplis("[data-projet] input[name$='-titre']").length;
  $("[data-si-projet]", formulaire).hidden = !$$("[data-projet]", formulaire).some((bloc) => !bloc.hidden);
  const actions = remplis("[data-action] input[name$='-libelle']");
  const noms = actions.map((champ) => $("select[name$='-responsable']", champ.closest("[data-action]")).selectedOptions[0]);
  const qui = [...new Set(noms.filter((option) => option?.value).map((option) => option.textContent.replace(/ \(.*/, "")))];
  const morceaux = ["enregistre le compte rendu"];
  if (projets) morceaux.push(`ouvre ${pluriel(projets, "projet", "projets")}`);
  if (actions.length) morceaux.push(`confie ${pluriel(actions.length, "action", "actions")}${qui.length ? ` à ${qui.join(", ")}` : ""}`);
  zone.textContent = morceaux.join(", ");
}

// L'enregistrement tout seul : deux secondes après la dernière frappe, dix au plus.

const ATTENTE = 2000;
const ATTENTE_MAX = 10000;
const REPRISE = 15000;
let minuterie, premiere, envoi, enregistre = true;

const dire = (texte) => { $("[data-etat]", formulaire).textContent = texte; };
const jetonCsrf = () => document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? $("input[name=csrfmiddlewaretoken]").value;

function changer() {
  if (!formulaire) return;
  annoncer();
  enregistre = false;
  premiere ??= Date.now();
  clearTimeout(minuterie);
  minuterie = setTimeout(enregistrer, Math.max(0, Math.min(ATTENTE, premiere + ATTENTE_MAX - Date.now())));
}

async function enregistrer() {
  const corps = new FormData(formulaire);
  for (const nom of ["jeton", "csrfmiddlewaretoken"]) corps.delete(nom);
  envoi?.abort();
  const celui = (envoi = new AbortController());
  premiere = undefined;
  try {
    const reponse = await fetch(formulaire.dataset.brouillon, {
      method: "POST",
      body: corps,
      headers: { "X-CSRFToken": jetonCsrf(), Accept: "application/json" },
      signal: celui.signal,
    });
    if (!reponse.ok || reponse.redirected) throw new Error("refus");
    const { garde, texte } = await reponse.json();
    if (!minuterieEnCours()) enregistre = garde;
    dire(texte);
  } catch (erreur) {
    if (erreur.name === "AbortError") return;
    const panne = navigator.onLine ? "Non enregistré : la session a peut-être expiré." : "Hors connexion : rien n’est encore enregistré.";
    dire(`${panne} Gardez cette page ouverte, un nouvel essai suit.`);
    minuterie = setTimeout(enregistrer, REPRISE);
  }
}

const minuterieEnCours = () => premiere !== undefined;

if (formulaire) {
  formulaire.addEventListener("input", changer);
  formulaire.addEventListener("change", montrerLaPersonne);
  formulaire.addEventListener("submit", () => {
    clearTimeout(minuterie);
    envoi?.abort();
    enregistre = true;
    // Une reconnexion dans un autre onglet a changé le jeton : celui du formulaire suit.
    $("input[name=csrfmiddlewaretoken]", formulaire).value = jetonCsrf();
  });
  window.addEventListener("beforeunload", (evenement) => { if (!enregistre) evenement.preventDefault(); });
  montrerLaPersonne();
  habiller(formulaire);
  annoncer();
} else {
  for (const bloc of $$("[data-action]")) ajuster(bloc);
}
