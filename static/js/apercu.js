// L'aperçu suit ce que l'on coche ou tape ; sans JavaScript, le bouton d'aperçu de la page fait de même.

const formulaire = document.querySelector("form[data-apercu]");
const zones = formulaire.dataset.apercu.split(" ").map((nom) => document.getElementById(nom));
let attente = 0;
let demande = null;

async function rafraichir() {
  demande?.abort();
  demande = new AbortController();
  const envoi = new FormData(formulaire);
  envoi.delete("jeton");
  envoi.set("apercu", "1");
  try {
    const reponse = await fetch(window.location.href, { method: "POST", body: envoi, signal: demande.signal });
    if (!reponse.ok) return;
    const page = new DOMParser().parseFromString(await reponse.text(), "text/html");
    zones.forEach((zone) => zone.replaceChildren(...page.getElementById(zone.id).childNodes));
  } catch {
    // Demande remplacée par la suivante, ou réseau coupé : le dernier compte reste affiché.
  }
}

function attendre(delai) {
  clearTimeout(attente);
  attente = setTimeout(rafraichir, delai);
}

formulaire.addEventListener("change", ({ target }) => {
  if (target.type === "checkbox") attendre(250);
});

// Le texte d'une lettre se relit au fil de la frappe ; le nom d'une cible, lui, ne change pas son compte.
formulaire.addEventListener("input", ({ target }) => {
  if (target.closest("[data-apercu-texte]")) attendre(400);
});
