// Seedbed's editor: the form works without it. It keeps what is typed on the phone first and on the server as soon as
// there is a line, joins what others have written, checks the budget, and sends photos in parts. The pieces editor-*.js
// travel as one file; this one comes first: the phone's own store, the way to the server, and small tools for the others.
self.seedbed = self.seedbed || {};
(S => {
  "use strict";
  const doc = document;
  const all = (selector, from = doc) => [...from.querySelectorAll(selector)];
  const one = (selector, from = doc) => from.querySelector(selector);
  const fill = (text, values) => text.replace(/\{(\w)\}/g, (_, key) => values[key]);
  const make = (tag, text, kind) => {
    const e = doc.createElement(tag);
    if (text) e.textContent = text;
    if (kind) e.className = kind;
    return e;
  };

  // What is kept on the phone: pages of forms not yet on the server, and photos on their way. Signing out empties it.
  let opening;
  const open = () => opening = opening || new Promise((done, failed) => {
    const asked = indexedDB.open("seedbed", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("typed", { keyPath: "key" });
      asked.result.createObjectStore("photos", { keyPath: "id" });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  const store = async (name, mode, work) => {
    const db = await open();
    return new Promise((done, failed) => {
      const t = db.transaction(name, mode), asked = work(t.objectStore(name));
      t.oncomplete = () => done(asked && asked.result);
      t.onabort = t.onerror = () => failed(t.error);
    });
  };
  const put = (name, value) => store(name, "readwrite", s => s.put(value)).catch(() => {});
  const drop = (name, key) => store(name, "readwrite", s => s.delete(key)).catch(() => {});
  const get = (name, key) => store(name, "readonly", s => s.get(key)).catch(() => null);
  const list = name => store(name, "readonly", s => s.getAll()).catch(() => []);

  // A page that was opened under an older session carries its token no longer: ask for a fresh one.
  let token = (one("[name=_token]") || {}).value;
  const freshToken = async () => {
    const answer = await fetch(location.pathname, { redirect: "manual" });
    if (!answer.ok) return false;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form [name=_token]");
    if (!found || found.value === token) return false;
    token = found.value;
    for (const field of all("[name=_token]")) field.value = token;
    return true;
  };
  const send = async (address, data) => {
    for (let again = true; ; again = false) {
      data.set("_token", token);
      const answer = await fetch(address, { method: "POST", body: data, redirect: "manual", headers: { Accept: "application/json" } });
      const stale = answer.type === "opaqueredirect" || answer.status === 401;
      if (!stale || !again || !await freshToken()) return stale ? { status: 401, ok: false } : answer;
    }
  };

  // The worker fetches what it keeps when the page itself has come: a slow line has one thing to do at a time.
  const keepShell = () => navigator.serviceWorker.register("/sw.js").catch(() => {});
  if ("serviceWorker" in navigator) doc.readyState === "complete" ? keepShell() : addEventListener("load", keepShell);

  // Without a line: the proposals that are on this phone.
  const kept = one("[data-kept]");
  if (kept && self.caches) caches.open("seedbed-pages").then(c => c.keys()).then(all => {
    const seen = new Set();
    for (const request of all) {
      const path = new URL(request.url).pathname, id = path.split("/")[2];
      if (seen.has(id)) continue;
      seen.add(id);
      const li = make("li"), a = make("a", kept.dataset.kept, "grow go");
      a.href = path;
      li.append(a);
      kept.append(li);
      kept.hidden = false;
    }
  });

  const state = one("[data-saved]");
  const clock = t => new Date(t).toTimeString().slice(0, 5);
  const tell = (text, kind) => { if (state) { state.textContent = text; state.className = "sm " + (kind || "muted"); } };

  Object.assign(S, { doc, all, one, fill, make, put, drop, get, list, send, state, clock, tell, token: () => token });
})(self.seedbed);
