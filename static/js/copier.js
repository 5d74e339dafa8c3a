// « Copier » : le bouton n'apparaît que là où le navigateur sait copier ; sinon le champ se sélectionne à la main.

const dit = document.querySelector("[data-copie]");

document.querySelectorAll("[data-copier]").forEach((bouton) => {
  const champ = document.getElementById(bouton.dataset.copier);
  if (!navigator.clipboard || !champ) return;
  bouton.hidden = false;
  bouton.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(champ.value);
      dit.textContent = bouton.dataset.fait ?? "L’adresse est copiée.";
    } catch {
      champ.select();
      dit.textContent = "Le navigateur refuse de copier : tout est sélectionné, copiez-le au clavier.";
    }
  });
});

document.querySelectorAll("[data-a-copier]").forEach((champ) => {
  champ.addEventListener("focus", () => champ.select());
});
