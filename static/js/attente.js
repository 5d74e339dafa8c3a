// Un envoi qui dure le dit : <form data-attente="identifiant"> montre ce bloc en partant, et sa barre suit
// l'avancement, demandé à part pendant que la page attend sa réponse. Sans script, l'envoi marche tout autant.

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
      texte.textContent = `${fait.toLocaleString("fr-FR")} lignes sur ${total.toLocaleString("fr-FR")}`;
    }
  } catch {
    // Une demande perdue n'arrête pas l'envoi : la barre reste où elle est.
  }
  if (!bloc.hidden) setTimeout(() => suivre(bloc, jeton, tour + 1), CADENCE);
}

document.addEventListener("submit", (evenement) => {
  if (evenement.defaultPrevented) return;
  const formulaire = evenement.target;
  const bloc = document.getElementById(formulaire.dataset.attente);
  if (!bloc) return;
  bloc.hidden = false;
  const jeton = formulaire.querySelector("input[name=jeton]")?.value;
  if (bloc.dataset.avancement && jeton) setTimeout(() => suivre(bloc, jeton), CADENCE);
});

// Au retour par le bouton « précédent », la page sort telle quelle de la mémoire du navigateur.
window.addEventListener("pageshow", (evenement) => {
  if (evenement.persisted) document.querySelectorAll("[data-avancement]").forEach((bloc) => { bloc.hidden = true; });
});
