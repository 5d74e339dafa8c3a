// Envoyer un formulaire sans quitter la page, avec le jeton du moment : une reconnexion a pu le changer.

const PATIENCE = 10000; // millisecondes
const TEMOIN = /(?:^|; )(?:__Host-)?csrftoken=([^;]*)/; // en https, son nom porte le préfixe

/** Le jeton que le serveur attend, vide si le navigateur n'en a pas. */
export const jetonCsrf = () => document.cookie.match(TEMOIN)?.[1] ?? "";

/** Rend la réponse ; lève une erreur sans réseau. `champs` : `URLSearchParams`. */
export function poster(adresse, champs, accept = "application/json") {
  const headers = { "X-CSRFToken": jetonCsrf(), Accept: accept };
  return fetch(adresse, { method: "POST", body: champs, headers, signal: AbortSignal.timeout?.(PATIENCE) });
}

/** Vrai si le serveur a renvoyé à la page de connexion. */
export const sessionExpiree = (reponse) => reponse.redirected && new URL(reponse.url).pathname === "/connexion/";
