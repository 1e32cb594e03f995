// Keeps the last files that were loaded, so that the page opens without a connection. Messages are not in here.
const CACHE = "orleansim-shell-1";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", event => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", event => {
  const url = new URL(event.request.url);
  const isShell = event.request.method === "GET" && url.origin === self.location.origin
    && (url.pathname === "/" || url.pathname.startsWith("/js/") || url.pathname.startsWith("/sdk/") || /^\/[\w-]+\.(css|svg|webmanifest)$/.test(url.pathname));
  if (isShell) {
    event.respondWith(fresh(event.request));
  }
});

// The server's own, if it answers; what is kept, if not. A server that is just starting answers 5xx.
async function fresh(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok) {
      await cache.put(request, answer.clone());
      return answer;
    }
    return (answer.status >= 500 && await cache.match(request)) || answer;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) {
      return kept;
    }
    throw error;
  }
}
