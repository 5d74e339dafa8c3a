// Le compte rendu sur un écran : projets et actions sans quitter la page, ce que « Terminer » va faire, l'enregistrement.

import { ajouter, habiller } from "./blocs.js";
import { changer, veiller } from "./enregistrement.js";

const $ = (selecteur, racine = document) => racine.querySelector(selecteur);
const $$ = (selecteur, racine = document) => [...racine.querySelectorAll(selecteur)];
const formulaire = $("#compte-rendu");
const page = formulaire.dataset.horsReseau ? "" : $("main").innerHTML;

formulaire.addEventListener("click", (evenement) => {
  const bouton = evenement.target.closest("[data-ajouter]");
  if (!bouton) return;
  evenement.preventDefault();
  const projet = bouton.closest("[data-projet]");
  $(projet ? "input[type=radio]" : "input[type=text]", ajouter(projet)).focus();
  annoncer();
  changer();
});

// Entrée, dans une ligne de texte, n'envoie rien : sur un téléphone elle ferme le clavier.
formulaire.addEventListener("keydown", (evenement) => {
  const ligne = evenement.target.matches("input:not([type=radio], [type=checkbox])");
  if (evenement.key === "Enter" && ligne) evenement.preventDefault();
});

// La personne vue : ses champs ne paraissent que si elle n'est pas dans la liste.

function montrerLaPersonne() {
  $("[data-si-vu]", formulaire).hidden = Boolean($("input[name=vu]:checked", formulaire)?.value);
}

// « Terminer » dit ce qui va se passer.

const pluriel = (nombre, un, plusieurs) => `${nombre} ${nombre > 1 ? plusieurs : un}`;
const remplis = (selecteur) => $$(selecteur, formulaire).filter((champ) => champ.value.trim() && !champ.closest("[hidden]"));

function annoncer() {
  const projets = remplis("[data-projet] input[name$='-titre']").length;
  $("[data-si-projet]", formulaire).hidden = !$$("[data-projet]", formulaire).some((bloc) => !bloc.hidden);
  const actions = remplis("[data-action] input[name$='-libelle']");
  const noms = actions.map((champ) => $("select[name$='-responsable']", champ.closest("[data-action]")).selectedOptions[0]);
  const qui = [...new Set(noms.filter((option) => option?.value).map((option) => option.textContent.replace(/ \(.*/, "")))];
  const morceaux = ["enregistre le compte rendu"];
  if (projets) morceaux.push(`ouvre ${pluriel(projets, "projet", "projets")}`);
  if (actions.length) morceaux.push(`confie ${pluriel(actions.length, "action", "actions")}${qui.length ? ` à ${qui.join(", ")}` : ""}`);
  const nouvelle = !("dejaUrgent" in formulaire.dataset);
  if (nouvelle && $("input[name=urgent]", formulaire).checked) morceaux.push("alerte l’animateur tout de suite");
  $("[data-annonce]", formulaire).textContent = morceaux.join(", ");
}

formulaire.addEventListener("input", annoncer);
formulaire.addEventListener("change", () => { montrerLaPersonne(); annoncer(); });
formulaire.addEventListener("remis", () => { montrerLaPersonne(); annoncer(); });
montrerLaPersonne();
habiller(formulaire);
annoncer();
veiller(page);
