// À côté du compte rendu, quand il y a la place, la liste des thèmes se lit d'un coup d'œil ; au téléphone elle reste repliée.

const guide = document.querySelector("[data-guide]");
if (guide && window.matchMedia("(min-width: 78em)").matches) guide.open = true;
