// Deux textes pour un même compte rendu : les montrer côte à côte, et laisser choisir. Le choix fait, rien n'est perdu.

import { differences, prendre, reunir } from "./contenu.js";

const creer = (balise, classe, texte = "") => Object.assign(document.createElement(balise), { className: classe, textContent: texte });

function montrerUnEcart({ libelle, mien, autre }, qui) {
  const bloc = creer("div", "conflit__ecart");
  bloc.append(creer("h3", "fr-h6 fr-mb-1v", libelle));
  for (const [titre, texte] of [["Le vôtre, sur cet appareil", mien], [qui, autre]]) {
    const cote = creer("div", "conflit__cote");
    cote.append(creer("p", "discret fr-mb-0", titre), creer("p", "texte-brut fr-mb-0", texte || "Rien"));
    bloc.append(cote);
  }
  return bloc;
}

/** Montre le choix en tête de la page ; `choisir(contenu)` reçoit ce que l'on garde. Rend la zone, qui a le curseur. */
export function montrerLeConflit(formulaire, mien, autre, choisir) {
  document.querySelector("[data-conflit]")?.remove();
  const zone = document.querySelector("#conflit-modele").content.firstElementChild.cloneNode(true);
  const qui = `Enregistré par ${autre.qui}${autre.quand ? `, le ${autre.quand}` : ""}`;
  const ecarts = differences(formulaire, mien, autre.contenu);
  zone.querySelector("[data-ecarts]").append(...ecarts.map((ecart) => montrerUnEcart(ecart, qui)));
  const issues = {
    mien: () => mien,
    autre: () => prendre(mien, autre.contenu),
    deux: () => reunir(formulaire, mien, autre.contenu),
  };
  for (const bouton of zone.querySelectorAll("[data-garder]")) {
    bouton.addEventListener("click", () => {
      zone.remove();
      choisir(issues[bouton.dataset.garder](), bouton.textContent.trim());
    });
  }
  formulaire.before(zone);
  zone.querySelector("h2").focus();
  return zone;
}
