// Un envoi qui dure le dit : <form data-attente="identifiant"> montre ce bloc en partant, et sa barre suit
// l'avancement, demandé à part pendant que la page attend sa réponse. Un lien de téléchargement, de même.
// Sans script, l'un et l'autre marchent tout autant.

const CADENCE = 500; // millisecondes
const SANS_NOUVELLES = 10; // questions

async function suivre(bloc, jeton, tour = 0) {
  const barre = bloc.querySelector("progress");
  const texte = bloc.querySelector("[role=status]");
  let palier = -1;
  try {
    const reponse = await fetch(`${bloc.dataset.avancement}?jeton=${encodeURIComponent(jeton)}`, { headers: { Accept: "application/json" } });
    const { fait, total } = await reponse.json();
    // Un fichier qui se télécharge laisse la page en place : l'avancement qui s'éteint, ou ne vient pas, dit que c'est fini.
    if (!total && "telechargement" in bloc.dataset) bloc.hidden = texte.dataset.palier !== undefined || tour > SANS_NOUVELLES;
    if (total) {
      barre.max = total;
      barre.value = fait;
      palier = Math.floor((10 * fait) / total);
    }
    // Le lecteur d'écran n'entend qu'un dixième à la fois.
    if (palier >= 0 && texte.dataset.palier !== String(palier)) {
      texte.dataset.palier = palier;
      texte.textContent = `${fait.toLocaleString("fr-FR")} ${bloc.dataset.unite} sur ${total.toLocaleString("fr-FR")}`;
    }
  } catch {
    // Une demande perdue n'arrête pas l'envoi : la barre reste où elle est.
  }
  if (!bloc.hidden) setTimeout(() => suivre(bloc, jeton, tour + 1), CADENCE);
}

function montrer(bloc, jeton) {
  bloc.hidden = false;
  delete bloc.querySelector("[role=status]").dataset.palier;
  if (bloc.dataset.avancement && jeton) setTimeout(() => suivre(bloc, jeton), CADENCE);
}

document.addEventListener("submit", (evenement) => {
  if (evenement.defaultPrevented) return;
  const formulaire = evenement.target;
  const bloc = document.getElementById(formulaire.dataset.attente);
  if (bloc) montrer(bloc, formulaire.querySelector("input[name=jeton]")?.value);
});

document.addEventListener("click", (evenement) => {
  const lien = evenement.target.closest("a[data-attente]");
  const bloc = document.getElementById(lien?.dataset.attente);
  if (!bloc || evenement.defaultPrevented) return;
  const adresse = new URL(lien.href);
  const jeton = crypto.getRandomValues(new Uint32Array(4)).join("-");
  adresse.searchParams.set("jeton", jeton);
  lien.href = adresse;
  montrer(bloc, jeton);
});

// Au retour par le bouton « précédent », la page sort telle quelle de la mémoire du navigateur.
window.addEventListener("pageshow", (evenement) => {
  if (evenement.persisted) document.querySelectorAll("[data-avancement]").forEach((bloc) => { bloc.hidden = true; });
});
