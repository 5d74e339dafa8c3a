// L'aperçu d'une cible suit les cases cochées ; sans JavaScript, le bouton « Recompter » fait de même.

const formulaire = document.querySelector("form[data-apercu]");
const zones = formulaire.dataset.apercu.split(" ").map((nom) => document.getElementById(nom));
let attente = 0;
let demande = null;

async function recompter() {
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

formulaire.addEventListener("change", (evenement) => {
  if (evenement.target.type !== "checkbox") return;
  clearTimeout(attente);
  attente = setTimeout(recompter, 250);
});
