// « Imprimer » : sans script, le menu du navigateur fait de même.

document.querySelectorAll("[data-imprimer]").forEach((bouton) => {
  bouton.hidden = false;
  bouton.addEventListener("click", () => window.print());
});
