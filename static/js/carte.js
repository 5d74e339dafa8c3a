// Agrandir la carte : des boutons, que la souris et le clavier prennent ; sans eux, la carte entière se lit.

const PAS = 1.5;
const MAXIMUM = 8;

for (const carte of document.querySelectorAll("[data-carte]")) {
  const [, , largeur, hauteur] = carte.getAttribute("viewBox").split(" ").map(Number);
  const cadre = { x: largeur / 2, y: hauteur / 2, zoom: 1 };

  const dessiner = () => {
    const large = largeur / cadre.zoom;
    const haut = hauteur / cadre.zoom;
    cadre.x = Math.min(Math.max(cadre.x, large / 2), largeur - large / 2);
    cadre.y = Math.min(Math.max(cadre.y, haut / 2), hauteur - haut / 2);
    carte.setAttribute("viewBox", [cadre.x - large / 2, cadre.y - haut / 2, large, haut].join(" "));
  };
  const agrandir = (facteur) => {
    cadre.zoom = Math.min(Math.max(cadre.zoom * facteur, 1), MAXIMUM);
    dessiner();
  };
  const glisser = (x, y) => {
    cadre.x += (x * largeur) / cadre.zoom / 4;
    cadre.y += (y * hauteur) / cadre.zoom / 4;
    dessiner();
  };

  const gestes = document.createElement("div");
  gestes.className = "carte__gestes";
  gestes.setAttribute("role", "group");
  gestes.setAttribute("aria-label", "Agrandir et déplacer la carte");
  const bouton = (texte, icone, geste) => {
    const element = document.createElement("button");
    element.type = "button";
    element.className = `fr-btn fr-btn--sm fr-btn--tertiary ${icone}`;
    element.textContent = texte;
    element.title = texte;
    element.addEventListener("click", geste);
    gestes.append(element);
  };
  bouton("Agrandir", "fr-icon-zoom-in-line", () => agrandir(PAS));
  bouton("Réduire", "fr-icon-zoom-out-line", () => agrandir(1 / PAS));
  bouton("Vers l’ouest", "fr-icon-arrow-left-line", () => glisser(-1, 0));
  bouton("Vers le nord", "fr-icon-arrow-up-line", () => glisser(0, -1));
  bouton("Vers le sud", "fr-icon-arrow-down-line", () => glisser(0, 1));
  bouton("Vers l’est", "fr-icon-arrow-right-line", () => glisser(1, 0));
  carte.parentElement.before(gestes);

  // Le geste de la souris : tirer la carte agrandie ; un simple clic reste celui du lien.
  let tire = null;
  carte.addEventListener("pointerdown", (evenement) => {
    if (cadre.zoom > 1 && evenement.pointerType === "mouse") tire = { x: evenement.clientX, y: evenement.clientY, chemin: 0 };
  });
  window.addEventListener("pointermove", (evenement) => {
    if (!tire) return;
    const echelle = largeur / cadre.zoom / carte.clientWidth;
    cadre.x -= (evenement.clientX - tire.x) * echelle;
    cadre.y -= (evenement.clientY - tire.y) * echelle;
    tire.chemin += Math.hypot(evenement.clientX - tire.x, evenement.clientY - tire.y);
    tire.x = evenement.clientX;
    tire.y = evenement.clientY;
    dessiner();
  });
  window.addEventListener("pointerup", () => setTimeout(() => (tire = null)));
  carte.addEventListener("dragstart", (evenement) => evenement.preventDefault());
  carte.addEventListener("click", (evenement) => tire?.chemin > 3 && evenement.preventDefault(), true);
}
