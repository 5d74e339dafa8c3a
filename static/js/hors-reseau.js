// Le veilleur du site : sans réseau, il montre une coquille vide. Il ne met en cache qu'elle, demandée sans témoin de
// session ; aucune page de données, aucune réponse d'une personne connectée n'y entre jamais.

const { version, page, coquille } = self.REGLAGE;
const PREFIXE = "coquille-";
const CACHE = PREFIXE + version;

async function installer() {
  const cache = await caches.open(CACHE);
  await Promise.all(coquille.map(async (adresse) => {
    const reponse = await fetch(new Request(adresse, { credentials: "omit", cache: "no-cache" }));
    if (!reponse.ok || reponse.redirected) throw new Error(`Coquille incomplète : ${adresse}`);
    await cache.put(adresse, reponse);
  }));
  await self.skipWaiting();
}

async function remplacer() {
  const anciens = (await caches.keys()).filter((nom) => nom.startsWith(PREFIXE) && nom !== CACHE);
  await Promise.all(anciens.map((nom) => caches.delete(nom)));
  await self.registration.navigationPreload?.enable(); // la page se demande sans attendre le réveil du veilleur
  await self.clients.claim();
}

const demander = async ({ preloadResponse, request }) => (await preloadResponse) ?? fetch(request);
const garde = async (adresse) => (await caches.match(adresse, { ignoreVary: true })) ?? Response.error();

self.addEventListener("install", (evenement) => evenement.waitUntil(installer()));
self.addEventListener("activate", (evenement) => evenement.waitUntil(remplacer()));

self.addEventListener("fetch", (evenement) => {
  const { request } = evenement;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  // Un « Terminer » que la coupure surprend en chemin retrouve aussi son texte.
  const termine = request.method === "POST" && pathname.endsWith("/compte-rendu/terminer/");
  if (request.mode === "navigate" && (request.method === "GET" || termine)) {
    evenement.respondWith(demander(evenement).catch(() => garde(page)));
  } else if (request.method === "GET" && coquille.includes(pathname)) {
    evenement.respondWith(fetch(request).catch(() => garde(pathname)));
  }
});
