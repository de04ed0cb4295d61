// Seedbed's worker: keeps the look of the house, the pages of proposals being written and a judge's sheets on the phone,
// and nothing else. With a line every page comes from the server; without one those pages come from here.
"use strict";
const SHELL = "seedbed-shell-{{HASH}}", PAGES = "seedbed-pages", FILES = {{FILES}};
const editor = /^\/(proposals\/[0-9a-f-]{36}\/edit(\/\w+)?|review(\/[0-9a-f-]{36})?)$/;

self.addEventListener("install", e => {
  e.waitUntil(caches.open(SHELL).then(c => c.addAll([...FILES, new Request("/offline", { credentials: "omit" })])).then(() => self.skipWaiting()));
});
self.addEventListener("activate", e => {
  e.waitUntil(caches.keys().then(keys => Promise.all(keys.filter(k => k !== SHELL && k !== PAGES).map(k => caches.delete(k)))).then(() => self.clients.claim()));
});

// keep remembers a page of the editor; any other answer, such as the way to the sign-in, is never kept.
const keep = async (path, answer) => {
  if (answer.ok && !answer.redirected && answer.type === "basic" && /html/.test(answer.headers.get("Content-Type") || "")) {
    const pages = await caches.open(PAGES);
    await pages.put(path, answer);
  }
};

self.addEventListener("message", e => {
  if (!e.data || !Array.isArray(e.data.keep)) return;
  e.waitUntil((async () => {
    for (const path of e.data.keep.filter(p => editor.test(p)).slice(0, 60)) {
      if (await caches.match(path)) continue;
      try { await keep(path, await fetch(path, { redirect: "manual" })); } catch (x) { return; }
    }
  })());
});

self.addEventListener("fetch", e => {
  const url = new URL(e.request.url);
  if (url.origin !== location.origin) return;
  if (url.pathname === "/logout") return e.waitUntil(caches.delete(PAGES));
  if (e.request.method !== "GET") return;
  if (url.pathname.startsWith("/static/")) {
    return e.respondWith(caches.match(e.request).then(have => have || fetch(e.request)));
  }
  if (e.request.mode !== "navigate") return;
  if (!editor.test(url.pathname)) {
    return e.respondWith(fetch(e.request).catch(async x => (await caches.match("/offline")) || Promise.reject(x)));
  }
  e.respondWith((async () => {
    try {
      const answer = await fetch(e.request);
      if (!url.search) e.waitUntil(keep(url.pathname, answer.clone()));
      return answer;
    } catch (x) {
      const have = await caches.match(url.pathname) || await caches.match(url.pathname + "/card"); // without a step: the first
      if (have) return have;
      const offline = await caches.match("/offline");
      if (offline) return offline;
      throw x;
    }
  })());
});
