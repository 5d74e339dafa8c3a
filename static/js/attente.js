// Un envoi qui dure le dit : <form data-attente="identifiant"> montre ce texte en partant.

document.addEventListener("submit", (evenement) => {
  if (evenement.defaultPrevented) return;
  const texte = document.getElementById(evenement.target.dataset.attente);
  if (texte) texte.hidden = false;
});
