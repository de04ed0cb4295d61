// Seedbed's score sheets: without this file the two buttons send. With it every mark is kept on the phone as it is given
// and sent as soon as there is a line; what could not be sent is shown, survives the page, and goes later by itself.
(() => {
  "use strict";
  const doc = document, KEY = "seedbed-sheet:";
  const all = (selector, from = doc) => [...from.querySelectorAll(selector)];
  const one = (selector, from = doc) => from.querySelector(selector);
  const fill = (text, values) => text.replace(/\{(\w)\}/g, (_, key) => values[key]);
  const waiting = one("[data-sheets-waiting]");
  if (!waiting) return;
  const who = waiting.dataset.who, form = one("form[data-sheet]"), mine = form ? form.dataset.sheet : "";

  // What this phone holds of the person's sheets, by the sheet.
  const get = id => { try { return JSON.parse(localStorage.getItem(KEY + who + ":" + id)); } catch (e) { return null; } };
  const put = (id, record) => { try { localStorage.setItem(KEY + who + ":" + id, JSON.stringify(record)); } catch (e) { /* full: the line must do */ } };
  const drop = id => { try { localStorage.removeItem(KEY + who + ":" + id); } catch (e) { /* nothing was kept */ } };
  const held = () => {
    try { return Object.keys(localStorage).filter(k => k.startsWith(KEY + who + ":")).map(k => k.slice((KEY + who + ":").length)); } catch (e) { return []; }
  };

  // The bands only stand for the numbers, which are there as well.
  const valuesOf = from => Object.fromEntries([...new FormData(from)].filter(([name, value]) =>
    typeof value === "string" && !/_band$|^_token$|^version$|^then$/.test(name)));
  const text = values => JSON.stringify(Object.entries(values).sort());

  let token = waiting.dataset.token;
  const page = async path => new DOMParser().parseFromString(await (await fetch(path, { redirect: "manual" })).text(), "text/html");
  const post = async (id, record, again = true) => {
    const body = new URLSearchParams(record.values);
    body.set("version", record.version);
    body.set("autosave", "1");
    body.set("_token", token);
    const answer = await fetch("/review/" + id + (record.submit ? "/submit" : "/save"), { method: "POST", body, redirect: "manual", headers: { Accept: "application/json" } });
    if (again && answer.type !== "opaqueredirect" && answer.status === 403) { // the page is of an older session
      const fresh = one("[data-sheets-waiting]", await page("/review"));
      if (fresh && fresh.dataset.token !== token) {
        token = fresh.dataset.token;
        return post(id, record, false);
      }
    }
    return answer;
  };

  // A refused save may be one of our own whose answer was lost on the way: then the next one builds on it.
  const ours = async (id, record) => {
    const there = one("form[data-sheet]", await page("/review/" + id));
    if (!there) return { gone: true };
    const version = there.elements.namedItem("version").value;
    return { version, ours: (record.tried || []).includes(text(valuesOf(there))) };
  };

  const later = () => {
    const n = held().filter(id => id !== mine && (get(id) || {}).state === "kept").length;
    waiting.hidden = n === 0;
    waiting.textContent = fill(waiting.dataset.sheetsWaiting, { n });
  };
  // The other sheets of this phone go as well; one that was changed elsewhere waits until it is looked at.
  const others = async () => {
    for (const id of held()) {
      const record = get(id);
      if (id === mine || !record || record.state !== "kept" || record.clash) continue;
      try {
        let answer = await post(id, record);
        if (answer.status === 409) {
          const now = await ours(id, record);
          if (now.ours) answer = await post(id, Object.assign(record, { version: now.version }));
          else if (now.gone && record.submit) { drop(id); continue; }
        }
        if (answer.ok) put(id, { values: record.values, version: (await answer.json()).version, state: "sent" });
        else if (answer.status === 409) put(id, Object.assign(record, { clash: true }));
      } catch (e) { break; }
    }
    later();
  };

  if (form) {
    const state = one("[data-sheet-state]", form), clash = one("[data-sheet-clash]", form), version = form.elements.namedItem("version"), say = form.dataset;
    const marks = all(".crit .num3 .in", form), comment = form.elements.namedItem("comment");
    // What has not arrived is said loudly, and on a phone also where it stays in sight.
    const tell = (text, unsent) => {
      for (const e of [state, one("[data-state-too]")]) {
        if (!e) continue;
        e.textContent = text;
        e.classList.toggle("unsent", !!unsent);
      }
    };
    const lay = values => {
      for (const [name, value] of Object.entries(values)) {
        const field = form.elements.namedItem(name);
        if (!field || field.value === value || field.type === "hidden") continue;
        field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    };
    const whole = () => {
      let sum = 0;
      for (const m of marks) {
        if (!/^\d{1,3}$/.test(m.value) || +m.value > +m.dataset.most) return false;
        sum += m.value * m.dataset.share;
      }
      return sum >= 6000 || comment.value.trim() !== "";
    };

    let busy = false, again = false, submitting = false, laying = false;
    const keep = () => {
      const before = get(mine) || {};
      const record = { values: valuesOf(form), version: version.value, state: "kept", submit: submitting, tried: before.version === version.value ? before.tried : [] };
      put(mine, record);
      return record;
    };
    const ask = now => {
      clash.hidden = false;
      tell("");
      one("[data-take=here]", clash).onclick = () => { clash.hidden = true; version.value = now.version; push(); };
      one("[data-take=there]", clash).onclick = () => { drop(mine); location.reload(); };
    };
    const refused = async record => {
      const now = await ours(mine, record);
      if (now.gone) {
        if (record.submit) { drop(mine); location.reload(); } else tell(say.wrongSay, true);
      } else if (now.ours) {
        version.value = now.version;
        again = true;
      } else ask(now);
    };
    const push = async () => {
      const record = keep();
      if (busy) { again = true; return; }
      busy = true;
      record.tried = [...(record.tried || []), text(record.values)].slice(-20);
      put(mine, record);
      try {
        const answer = await post(mine, record);
        if (answer.ok) {
          const kept = await answer.json();
          version.value = kept.version;
          if (!record.submit && text(valuesOf(form)) !== text(record.values)) { // typed on meanwhile: that is not saved yet
            keep();
            again = true;
          } else {
            put(mine, { values: record.values, version: String(kept.version), state: "sent" });
            tell(fill(record.submit ? say.sentSay : say.savedSay, { t: kept.saved }));
          }
          if (record.submit) { drop(mine); location.assign(kept.next || "/review"); return; }
        } else if (answer.status === 409) await refused(record);
        else if (answer.status === 422) {
          tell(say.wrongSay, true);
          if (record.submit) { submitting = false; keep(); form.dataset.plain = "1"; one("[formaction$='/submit']", form).click(); }
        } else tell(record.submit ? say.submitSay : say.keptSay, true);
      } catch (e) {
        tell(record.submit ? say.submitSay : say.keptSay, true);
      }
      busy = false;
      if (again) { again = false; push(); }
    };

    // The page may come from the phone itself, and be older than what was sent since.
    const kept = get(mine);
    if (kept && kept.state === "sent") {
      if (+kept.version > +version.value) { version.value = kept.version; lay(kept.values); } else drop(mine);
    } else if (kept) {
      if (text(kept.values) === text(valuesOf(form)) && !kept.submit) drop(mine);
      else {
        const behind = +kept.version < +version.value;
        if (!behind) version.value = kept.version;
        submitting = !!kept.submit;
        laying = true;
        const there = text(valuesOf(form));
        lay(kept.values);
        laying = false;
        if (!behind || (kept.tried || []).includes(there)) push(); else ask({ version: version.value });
      }
    }

    let pause;
    form.addEventListener("input", () => {
      if (laying || !clash.hidden) return;
      submitting = false;
      keep();
      if (!state.classList.contains("unsent")) tell(""); // "saved" is no longer true
      clearTimeout(pause);
      pause = setTimeout(push, 600);
    });
    form.addEventListener("change", () => { if (!laying && clash.hidden) { keep(); clearTimeout(pause); push(); } });
    form.addEventListener("submit", e => {
      const button = e.submitter;
      if (form.dataset.plain || button && button.name === "then") { delete form.dataset.plain; return; }
      e.preventDefault();
      clearTimeout(pause);
      submitting = !!button && /\/submit$/.test(button.formAction) || !!button && /\/submit$/.test(button.getAttribute("formaction") || "");
      if (submitting && !whole()) {
        submitting = false;
        if (!navigator.onLine) { push(); return tell(say.wrongSay, true); }
        form.dataset.plain = "1"; // the house says what is missing, beside its field
        return form.requestSubmit ? form.requestSubmit(button) : form.submit();
      }
      push();
    });
    addEventListener("online", () => { if ((get(mine) || {}).state === "kept" && clash.hidden) push(); });
    setInterval(() => { if (!busy && (get(mine) || {}).state === "kept" && clash.hidden) push(); }, 15000);

    // A kept sentence goes where the cursor is, or to the end.
    for (const b of all("[name=then][value^='phrase.']", form)) {
      b.addEventListener("click", e => {
        e.preventDefault();
        const at = doc.activeElement === comment ? comment.selectionStart : comment.value.length;
        comment.value = comment.value.slice(0, at) + b.textContent.trim() + comment.value.slice(at);
        comment.dispatchEvent(new Event("input", { bubbles: true }));
        comment.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }

    // The bars on a phone say what the sheet says.
    const mirror = () => setTimeout(() => {
      for (const [from, to] of [["[data-total]", "[data-total-too]"], ["[data-marked]", "[data-marked-too]"]]) {
        const source = one(from, form), aim = one(to);
        if (source && aim) aim.textContent = (to === "[data-marked-too]" ? "· " : "") + source.textContent;
      }
    });
    form.addEventListener("input", mirror);
    form.addEventListener("change", mirror);
    form.addEventListener("click", mirror);
    mirror();
  }

  addEventListener("online", others);
  setInterval(others, 15000);
  others();

  // Arrow keys walk as j and k do.
  doc.addEventListener("keydown", e => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.shiftKey || e.target.closest("input,textarea,select,[role=region]")) return;
    const link = e.key === "ArrowRight" ? one("[rel=next]") : e.key === "ArrowLeft" ? one("[rel=prev]") : null;
    if (link) link.click();
  });

  // The judge's pages are kept for the time without a line.
  if ("serviceWorker" in navigator) {
    const shell = async () => {
      try {
        await navigator.serviceWorker.register("/sw.js");
        const ready = await navigator.serviceWorker.ready;
        const paths = new Set(["/review", ...all("main a[href^='/review/']").map(a => a.getAttribute("href").split("#")[0])]);
        ready.active.postMessage({ keep: [...paths].filter(p => /^\/review(\/[0-9a-f-]{36})?$/.test(p)) });
      } catch (e) { /* the line must do */ }
    };
    doc.readyState === "complete" ? shell() : addEventListener("load", shell);
  }
})();
