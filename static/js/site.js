// Comportements du site : tous facultatifs, la page marche sans eux. Aucun n'écrit de style ni de script dans le HTML.

const $ = (selecteur, racine = document) => racine.querySelector(selecteur);
const $$ = (selecteur, racine = document) => [...racine.querySelectorAll(selecteur)];

// Un identifiant neuf par envoi : le serveur ne consomme chaque jeton qu'une fois.
function nouveauJeton() {
  const octets = crypto.getRandomValues(new Uint8Array(16));
  octets[6] = (octets[6] & 0x0f) | 0x40;
  octets[8] = (octets[8] & 0x3f) | 0x80;
  const hexa = [...octets].map((octet) => octet.toString(16).padStart(2, "0")).join("");
  return hexa.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function poserJeton(formulaire) {
  let champ = $("input[name=jeton]", formulaire);
  if (!champ) {
    champ = Object.assign(document.createElement("input"), { type: "hidden", name: "jeton" });
    formulaire.append(champ);
  }
  champ.value = nouveauJeton();
}

// Confirmation : sur un formulaire, un bouton d'envoi, ou un lien dont l'adresse est aussi une page de confirmation.

const dialogue = $("#dialogue-confirmation");
const formulaireDuDialogue = $("#dialogue-confirmation-formulaire");
let envoiEnAttente = null;

function demander(source, envoi) {
  const question = source.dataset.confirmer;
  const modale = window.dsfr && dialogue ? window.dsfr(dialogue)?.modal : null;
  if (!modale) {
    if (window.confirm(question)) envoi();
    return;
  }
  $("#dialogue-confirmation-titre").textContent = source.dataset.confirmerTitre || "Confirmer";
  $("#dialogue-confirmation-texte").textContent = question;
  $("button[type=submit]", formulaireDuDialogue).textContent = source.dataset.confirmerBouton || "Confirmer";
  envoiEnAttente = envoi;
  modale.disclose();
}

document.addEventListener("click", (evenement) => {
  const lien = evenement.target.closest("a[data-confirmer]");
  const csrf = $("input[name=csrfmiddlewaretoken]");
  if (!lien || !csrf) return;
  evenement.preventDefault();
  demander(lien, () => {
    const envoi = Object.assign(document.createElement("form"), { method: "post", action: lien.href, hidden: true });
    envoi.append(csrf.cloneNode());
    poserJeton(envoi);
    document.body.append(envoi);
    envoi.requestSubmit();
  });
});

document.addEventListener("submit", (evenement) => {
  const formulaire = evenement.target;
  if (formulaire === formulaireDuDialogue) {
    evenement.preventDefault();
    const envoi = envoiEnAttente;
    envoiEnAttente = null;
    if (envoi) envoi();
    return;
  }
  const bouton = evenement.submitter;
  const source = [bouton, formulaire].find((element) => element?.dataset.confirmer);
  if (source && !formulaire.dataset.confirme) {
    evenement.preventDefault();
    demander(source, () => {
      formulaire.dataset.confirme = "oui";
      formulaire.requestSubmit(bouton);
    });
    return;
  }
  delete formulaire.dataset.confirme;
  bloquer(formulaire);
});

// Double envoi : les boutons se taisent après le premier, une fois le formulaire parti avec la valeur de son bouton.

function bloquer(formulaire) {
  if (formulaire.method !== "post" || "sansBlocage" in formulaire.dataset) return;
  setTimeout(() => {
    $$("button:not([type=button]), input[type=submit]", formulaire).forEach((bouton) => {
      if (bouton.disabled) return;
      bouton.disabled = true;
      bouton.dataset.bloque = "oui";
    });
  });
}

// Au retour par le bouton « précédent », la page sort telle quelle de la mémoire du navigateur.
window.addEventListener("pageshow", (evenement) => {
  if (!evenement.persisted) return;
  $$("[data-bloque]").forEach((bouton) => {
    bouton.disabled = false;
    delete bouton.dataset.bloque;
  });
  $$("form[method=post] input[name=jeton]").forEach((champ) => poserJeton(champ.form));
});

// Volet repliable (filtres au téléphone).

document.addEventListener("click", (evenement) => {
  const bouton = evenement.target.closest("[data-volet]");
  if (!bouton) return;
  const ouvert = bouton.getAttribute("aria-expanded") !== "true";
  bouton.setAttribute("aria-expanded", ouvert);
});

// Liste à cocher : « tout cocher », compteur, boutons inertes tant que rien n'est coché.

function casesDe(nom) {
  return $$(`input[type=checkbox][name="${CSS.escape(nom)}"]`).filter((coche) => !coche.disabled);
}

function compter(nom) {
  const cases = casesDe(nom);
  const cochees = cases.filter((coche) => coche.checked).length;
  $$(`[data-compteur="${CSS.escape(nom)}"]`).forEach((compteur) => {
    compteur.textContent = cochees === 0 ? "Rien n’est coché" : `${cochees} sur ${cases.length}`;
  });
  $$(`[data-tout-cocher="${CSS.escape(nom)}"]`).forEach((tout) => {
    tout.checked = cases.length > 0 && cochees === cases.length;
    tout.indeterminate = cochees > 0 && cochees < cases.length;
  });
  $$(`[data-si-coche="${CSS.escape(nom)}"]`).forEach((bouton) => {
    bouton.disabled = cochees === 0;
  });
  $$(`a[data-lot="${CSS.escape(nom)}"]`).forEach((lien) => viser(lien, cases.filter((coche) => coche.checked)));
}

// Un lien vers un lot en un fichier : ce qui est coché, sinon tout ce que son adresse désigne.
function viser(lien, cochees) {
  const quoi = $("span", lien);
  quoi.dataset.tout ??= quoi.textContent;
  lien.dataset.tout ??= lien.search;
  quoi.textContent = cochees.length ? `la sélection (${cochees.length})` : quoi.dataset.tout;
  lien.search = cochees.length ? new URLSearchParams(cochees.map((coche) => [coche.name, coche.value])) : lien.dataset.tout;
}

document.addEventListener("change", (evenement) => {
  const coche = evenement.target;
  if (coche.type !== "checkbox") return;
  const nom = coche.dataset.toutCocher || coche.name;
  if (coche.dataset.toutCocher) casesDe(nom).forEach((autre) => { autre.checked = coche.checked; });
  if ($(`[data-tout-cocher="${CSS.escape(nom)}"]`)) compter(nom);
});

$$("[data-tout-cocher]").forEach((tout) => compter(tout.dataset.toutCocher));

// Travail long : le serveur avance d'un pas par requête et dit où il en est, { fait, total, texte, fini, suite }.

async function unPas(adresse) {
  const jeton = $("input[name=csrfmiddlewaretoken]")?.value ?? "";
  const reponse = await fetch(adresse, {
    method: "POST",
    headers: { "X-CSRFToken": jeton, Accept: "application/json" },
    credentials: "same-origin",
  });
  if (!reponse.ok) throw new Error(`Réponse ${reponse.status}`);
  return reponse.json();
}

async function avancer(zone) {
  const barre = $("progress", zone);
  const texte = $("[data-progression-texte]", zone);
  const reprise = $("[data-progression-reprise]", zone);
  reprise.hidden = true;
  try {
    for (;;) {
      const etat = await unPas(zone.dataset.progression);
      if (etat.total) {
        barre.max = etat.total;
        barre.value = etat.fait;
      }
      texte.textContent = etat.texte || `${etat.fait} sur ${etat.total}`;
      if (etat.fini) {
        if (etat.suite) window.location.assign(etat.suite);
        return;
      }
    }
  } catch {
    texte.textContent = "Le travail s’est interrompu. Ce qui est fait est gardé : vous pouvez reprendre.";
    reprise.hidden = false;
    reprise.focus();
  }
}

$$("[data-progression]").forEach((zone) => {
  $("[data-progression-reprise]", zone).addEventListener("click", () => avancer(zone));
  avancer(zone);
});

// Après un refus du formulaire, le lecteur d'écran commence par le résumé ; ses liens posent le curseur dans le champ.

$("[data-resume-erreurs]")?.focus();
