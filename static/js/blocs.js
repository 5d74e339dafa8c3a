// Les projets et les actions d'une page : ils s'ajoutent et se retirent sur place. Sans ce fichier, les mêmes boutons envoient
// le formulaire et la page revient allongée.

const $ = (selecteur, racine = document) => racine.querySelector(selecteur);
const $$ = (selecteur, racine = document) => [...racine.querySelectorAll(selecteur)];

// Ce que chaque action montre selon son type et son échéance

const PRECISENT = { information: "Information", contact: "Mise en contact", aide: "Aide" };
const choisi = (bloc, nom) => $(`input[name$="${nom}"]:checked`, bloc)?.value ?? "";

export function ajuster(bloc) {
  const groupe = PRECISENT[choisi(bloc, "type")];
  const sujet = $("[data-sujet] select", bloc);
  for (const option of $$("optgroup", sujet)) option.hidden = option.disabled = option.label !== groupe;
  if (sujet.selectedOptions[0]?.parentElement.disabled) sujet.value = "";
  $("[data-sujet]", bloc).hidden = !groupe;
  $("[data-organisme]", bloc).hidden = choisi(bloc, "type") !== "contact";
  $("[data-date]", bloc).hidden = choisi(bloc, "echeance") !== "date";
}

// Le responsable : l'annuaire le propose selon le sujet ou l'organisme, avec sa raison, tant que personne ne l'a choisi.

const annuaire = JSON.parse($("[data-propositions]")?.dataset.propositions ?? "null");

function responsable(bloc) {
  const liste = $("select[name$='responsable']", bloc);
  const aide = liste && annuaire && $(".fr-hint-text", liste.parentElement);
  if (!aide) return null;
  aide.setAttribute("aria-live", "polite");
  const organisme = choisi(bloc, "type") === "contact" && $("select[name$='organisme']", bloc).value;
  const trouve = annuaire.organismes[organisme] ?? annuaire.sujets[$("[data-sujet] select", bloc).value];
  return { liste, aide, propose: (trouve ?? annuaire.visiteur).map(String) };
}

function proposer(bloc) {
  const { liste, aide, propose } = responsable(bloc) ?? {};
  if (liste && !liste.dataset.choisi) [liste.value, aide.textContent] = propose;
}

/** Un bloc rempli d'avance : la raison ne se montre que si c'est bien la personne proposée. */
export function justifier(bloc) {
  const { liste, aide, propose } = responsable(bloc) ?? {};
  if (!liste) return;
  aide.textContent = liste.value === propose[0] ? propose[1] : "";
  if (liste.value !== propose[0]) liste.dataset.choisi = "oui";
}

document.addEventListener("change", ({ target }) => {
  const bloc = target.closest("[data-action]");
  if (!bloc) return;
  if (target.type === "radio") ajuster(bloc);
  if (target.name.endsWith("responsable")) justifier(bloc);
  else proposer(bloc);
});

// Retirer : la case devient un bouton ; le bloc retiré reste, caché, pour que les rangs des autres ne bougent pas.

export function habiller(racine) {
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
      coche.dispatchEvent(new Event("input", { bubbles: true }));
    });
    for (const enfant of zone.children) enfant.hidden = true;
    zone.append(bouton);
    if (coche.checked) bloc.hidden = true;
  }
  const blocs = racine.matches("[data-action]") ? [racine] : $$("[data-action]", racine);
  for (const bloc of blocs) {
    ajuster(bloc);
    justifier(bloc);
  }
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
  const plein = Number(compte.value) >= Number($(`input[name="${prefixe}-MAX_NUM_FORMS"]`).value);
  return { rang: Number(compte.value) - 1, plein };
}

/** Ajoute un projet à la page, ou une action à ce projet ; rend le bloc, et retire le bouton s'il n'y a plus de place. */
export function ajouter(projet) {
  const { rang, plein } = rangSuivant(projet ? `${projet.id}-actions` : "projets");
  const zone = projet ? $("[data-actions]", projet) : $("[data-projets]");
  const rangs = projet ? { "projets-__projet__": projet.id, __action__: rang } : { __projet__: rang };
  zone.insertAdjacentHTML("beforeend", copier(projet ? "#action-vierge" : "#projet-vierge", rangs));
  habiller(zone.lastElementChild);
  if (plein) (projet ? $("[data-ajouter]", projet) : $("[data-ajouter=projet]")).hidden = true;
  return zone.lastElementChild;
}

/** Refait tous les blocs : `nombres` donne, pour chaque projet, combien d'actions. */
export function refaire(nombres) {
  const zone = $("[data-projets]");
  zone.replaceChildren();
  $('input[name="projets-TOTAL_FORMS"]').value = 0;
  $("[data-ajouter=projet]").hidden = false;
  for (const nombre of nombres) {
    const projet = ajouter(null);
    const compte = $(`input[name="${projet.id}-actions-TOTAL_FORMS"]`, projet);
    if (nombre === 0) {
      $("[data-actions]", projet).replaceChildren();
      compte.value = 0;
    }
    while (Number(compte.value) < nombre) ajouter(projet);
  }
}

if (!$("#compte-rendu")) {
  for (const bloc of $$("[data-action]")) {
    ajuster(bloc);
    justifier(bloc);
  }
}
