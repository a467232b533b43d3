// What a page of reporting shows without a connection: one page, kept on the device with all that it names. The script
// that loads this one says which page and which version of it, so that another page makes another worker.

const { page, version } = globalThis.offline;
const CACHE = `flurpost-${version}`;
const NAMED = /(?:(?:href|src)="|url\("?|(?:from|import)\s*")(?<name>[^")]+\.(?:css|js|svg|woff2|webmanifest)[^")]*)/gu;
const TEXTUAL = /\.(?:css|js)$/u;

async function keep(cache, address, seen) {
  if (seen.has(address)) {
    return;
  }
  seen.add(address);
  // Without cookies: the page of nobody in particular.
  const response = await fetch(address, { credentials: "omit" });
  if (!response.ok) {
    throw new Error(`${address}: ${response.status}`);
  }
  await cache.put(address, response.clone());
  const { pathname } = new URL(address);
  if (seen.size > 1 && !TEXTUAL.test(pathname)) {
    return;
  }
  const text = await response.text();
  const named = [...text.matchAll(NAMED)].map((found) => found.groups.name);
  const own = named.map((one) => new URL(one, address)).filter((one) => one.origin === location.origin);
  await Promise.all(own.map((one) => keep(cache, one.href, seen)));
}

globalThis.addEventListener("install", (event) => {
  const begun = caches.open(CACHE).then((cache) => keep(cache, new URL(page, location.href).href, new Set()));
  event.waitUntil(begun.then(() => globalThis.skipWaiting()));
});

globalThis.addEventListener("activate", (event) => {
  const former = caches.keys().then((names) => names.filter((one) => one.startsWith("flurpost-") && one !== CACHE));
  event.waitUntil(former.then((names) => Promise.all(names.map((one) => caches.delete(one)))));
});

globalThis.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") {
    return;
  }
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(page)));
  } else if (new URL(request.url).origin === location.origin) {
    event.respondWith(fetch(request).catch(async () => (await caches.match(request)) ?? Response.error()));
  }
});
