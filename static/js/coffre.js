// Le coffre : ce qui est tapé reste sur l'appareil, chiffré (AES-GCM, un vecteur neuf à chaque écriture), sous une clé que le
// navigateur garde sans jamais la rendre. En clair : l'adresse du compte rendu, le numéro du compte, la date, ce qui attend.

const BASE = "coffre";
const [CLES, PIECES] = ["cles", "pieces"];
const DUREE = 7 * 24 * 3600 * 1000;
const canal = "BroadcastChannel" in globalThis ? new BroadcastChannel(BASE) : null;

const promettre = (demande) => new Promise((tenir, rompre) => {
  demande.onsuccess = () => tenir(demande.result);
  demande.onerror = () => rompre(demande.error);
});

let base;

function ouvrir() {
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB) return Promise.reject(new Error("Pas de coffre"));
  base ??= new Promise((tenir, rompre) => {
    const demande = indexedDB.open(BASE, 1);
    demande.onupgradeneeded = () => {
      demande.result.createObjectStore(CLES, { keyPath: "compte" });
      demande.result.createObjectStore(PIECES, { keyPath: ["adresse", "genre"] });
    };
    demande.onsuccess = () => tenir(demande.result);
    demande.onerror = () => rompre(demande.error);
  });
  return base;
}

// Une opération après l'autre : un effacement n'est pas suivi d'une écriture partie avant lui.
let file = Promise.resolve();

function aSonTour(geste) {
  const tour = file.then(geste, geste);
  file = tour.catch(() => {});
  return tour;
}

async function transaction(mode, geste) {
  const ouverte = (await ouvrir()).transaction([CLES, PIECES], mode);
  const finie = new Promise((tenir, rompre) => {
    ouverte.oncomplete = () => tenir();
    ouverte.onerror = ouverte.onabort = () => rompre(ouverte.error);
  });
  const resultat = await geste(ouverte.objectStore(PIECES), ouverte.objectStore(CLES));
  await finie;
  return resultat;
}

async function cleDe(compte, creer) {
  const neuve = creer && await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return transaction(creer ? "readwrite" : "readonly", async (_, cles) => {
    const connue = await promettre(cles.get(compte));
    if (!connue && creer) cles.put({ compte, cle: neuve });
    return connue?.cle ?? neuve;
  });
}

// Une pièce ne se déchiffre qu'à sa place : ni sous un autre compte, ni à une autre adresse.
const scelle = (iv, ...ou) => ({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(ou.join("\n")) });
const perimee = (piece) => Date.now() - piece.le > DUREE;

async function retirer(choisies) {
  return transaction("readwrite", async (pieces, cles) => {
    const toutes = await promettre(pieces.getAll());
    const otees = toutes.filter(choisies);
    for (const { adresse, genre } of otees) pieces.delete([adresse, genre]);
    if (otees.length === toutes.length) cles.clear();
    return otees.length;
  });
}

/** Vrai si ce navigateur sait garder ; faux en navigation privée stricte, ou sans https. */
export const disponible = () => ouvrir().then(() => true, () => false);

/** Vrai si ce navigateur a déjà servi à garder : n'en crée pas un pour le savoir. */
export async function existe() {
  if (!globalThis.indexedDB?.databases) return disponible();
  return (await indexedDB.databases()).some(({ name }) => name === BASE);
}

/** Range un objet ; `attend` : "", "brouillon" ou "terminer", ce que le serveur n'a pas encore reçu. */
export const ranger = (compte, adresse, genre, objet, attend = "") => aSonTour(async () => {
  const cle = await cleDe(compte, true);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const clair = new TextEncoder().encode(JSON.stringify(objet));
  const chiffre = await crypto.subtle.encrypt(scelle(iv, compte, adresse, genre), cle, clair);
  await transaction("readwrite", (pieces) => promettre(pieces.put({ adresse, genre, compte, le: Date.now(), attend, iv, chiffre })));
});

/** L'objet rangé là, ou null : absent, périmé, ou d'un autre compte. */
export const sortir = (compte, adresse, genre) => aSonTour(async () => {
  const piece = await transaction("readonly", (pieces) => promettre(pieces.get([adresse, genre])));
  if (!piece || piece.compte !== compte || perimee(piece)) return null;
  const cle = await cleDe(compte, false);
  if (!cle) return null;
  const clair = await crypto.subtle.decrypt(scelle(piece.iv, compte, adresse, genre), cle, piece.chiffre).catch(() => null);
  return clair && JSON.parse(new TextDecoder().decode(clair));
});

/** Ce qui est gardé, sans rien déchiffrer : [{adresse, genre, compte, le, attend}]. */
export const inventaire = () => aSonTour(async () => {
  const pieces = await transaction("readonly", (lues) => promettre(lues.getAll()));
  return pieces.filter((piece) => !perimee(piece)).map(({ iv, chiffre, ...reste }) => reste);
});

/** Oublie ce qui a plus de sept jours et, si l'on sait qui est connecté, ce qui est à un autre compte. */
export const tenir = (compte) => aSonTour(() => retirer((piece) => perimee(piece) || (compte && piece.compte !== compte)));

/** Oublie un compte rendu, envoyé ou effacé à la demande. */
export const effacer = (adresse) => aSonTour(() => retirer((piece) => piece.adresse === adresse));

/** Oublie tout, clés comprises, et le dit aux autres onglets. */
export const vider = () => aSonTour(async () => {
  await retirer(() => true);
  canal?.postMessage("vide");
});

/** Prévient quand un autre onglet a vidé le coffre : celui-ci n'y écrit plus. */
export const siVide = (geste) => canal?.addEventListener("message", ({ data }) => { if (data === "vide") geste(); });
