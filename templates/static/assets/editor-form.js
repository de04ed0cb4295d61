// The form of a step: its rows, what is typed, its saves, and what others have written meanwhile.
(S => {
  "use strict";
  const { doc, all, one, fill, make, put, drop, get, list, send, state, clock, tell } = S;
  const form = one("form[data-draft]");
  if (!form) return;
  const say = name => form.dataset["t" + name[0].toUpperCase() + name.slice(1)];
  const id = form.dataset.draft, step = form.dataset.step, who = form.dataset.who, key = id + "/" + step;
  const field = name => form.elements.namedItem(name);
  const entries = () => [...new FormData(form)].filter(e => typeof e[1] === "string" && e[0] !== "_token" && e[0] !== "then");
  const bodyOf = list => { const data = new URLSearchParams(); for (const [k, v] of list) data.append(k, v); return data; };
  const rowsOf = group => { const box = one(`[data-rows=${group}]`); return box ? all("[data-row]", box) : []; };
  const rowName = row => one("input[type=hidden]", row).value;

  // Rows: one more is a copy of the last, emptied, under the next number and a name of its own.
  const newName = () => [...crypto.getRandomValues(new Uint8Array(10))].map(n => "0123456789abcdefghijklmnopqrstuv"[n % 32]).join("");
  const addRow = (group, name) => {
    const rows = rowsOf(group), last = rows[rows.length - 1], row = last.cloneNode(true), n = rows.length;
    const renumber = text => text.replace(new RegExp(group + "([.-])\\d+(?=[.-])", "g"), group + "$1" + n);
    for (const e of [row, ...all("*", row)]) {
      for (const a of ["name", "id", "for", "aria-describedby"]) if (e.hasAttribute(a)) e.setAttribute(a, renumber(e.getAttribute(a)));
      e.removeAttribute("aria-invalid");
      if (e.matches("input,textarea")) e.value = e.type === "hidden" ? name || newName() : "";
      if (e.matches("select")) e.selectedIndex = 0;
    }
    for (const e of all(".errmsg", row)) e.remove();
    for (const e of all(".err", row)) e.classList.remove("err");
    const legend = one("legend", row);
    legend.textContent = legend.textContent.replace(/\d+/, n + 1);
    row.hidden = false;
    last.after(row);
    drops(row);
    return row;
  };
  const empty = row => {
    for (const e of all("input:not([type=hidden]),textarea", row)) e.value = "";
    for (const e of all("select", row)) e.selectedIndex = 0;
    row.hidden = rowsOf(row.parentNode.dataset.rows).filter(r => !r.hidden).length > 1;
  };
  const drops = row => {
    for (const b of all("[data-drop]", row)) {
      b.hidden = false;
      b.onclick = () => { empty(row); changed(); };
    }
  };

  // The answer of the server is laid over the form, except over what was typed since, is wrong or still to be chosen. Where
  // something was typed since and the stored text is another's by now, the page has not shown that text: the place is sent
  // as undecided, so that the server offers both instead of taking the newer one.
  const valuesOf = list => { const v = {}; for (const [k, x] of list) (v[k] = v[k] || []).push(x); return v; };
  const setField = (name, values) => {
    const e = field(name);
    if (!e) return;
    const boxes = e instanceof RadioNodeList ? [...e] : e.type === "checkbox" || e.type === "radio" ? [e] : null;
    if (boxes) for (const b of boxes) b.checked = values.includes(b.value);
    else {
      const caret = doc.activeElement === e && typeof e.selectionEnd === "number" ? e.selectionEnd : -1;
      e.value = values[0] || "";
      if (caret >= 0) e.setSelectionRange(caret, caret);
      e.dispatchEvent(new Event("input"));
    }
  };
  const undecided = key => {
    const box = one("[data-clashes]", form);
    if (all("[name=clash]", box).some(e => e.value === key)) return;
    const hidden = make("input");
    hidden.type = "hidden"; hidden.name = "clash"; hidden.value = key;
    box.append(hidden);
  };
  // same compares two values of a field; what is empty is not there, and 40.00 is 40.
  const plain = x => { const text = x.trim().normalize("NFKC"), n = text.replace(/[,\s¥元]/g, ""); return n && !isNaN(n) ? String(+n) : text.replace(/\r\n/g, "\n"); };
  const same = (a, b) => JSON.stringify((a || []).map(plain).filter(Boolean)) === JSON.stringify((b || []).map(plain).filter(Boolean));
  const asked = name => name.startsWith("q.") ? name.split(".").slice(0, 2).join(".") : name; // a question of the district is one place
  const ticks = name => { const e = field(name); return !name.startsWith("q.") && (e instanceof RadioNodeList ? e[0].type === "checkbox" : !!e && e.type === "checkbox"); };
  const laidRows = (stored, sent, now, before, pending) => {
    const back = [];
    for (const box of all("[data-rows]", form)) {
      const group = box.dataset.rows, there = {};
      for (const name in stored) if (name.startsWith(group + ".") && name.endsWith(".row")) there[stored[name][0]] = name.slice(0, -3);
      for (const row of rowsOf(group)) {
        const name = rowName(row), key = group + "@" + name, at = there[name], prefix = one("input[type=hidden]", row).name.slice(0, -3);
        if (!sent.some(([k, v]) => k.endsWith(".row") && v === name) || pending.has(key)) continue;
        const parts = Object.keys(now).filter(k => k.startsWith(prefix) && k !== prefix + "row");
        const touched = parts.filter(k => !same(now[k], before[k])), blank = parts.every(k => !now[k][0]);
        const others = k => !same(at && stored[at + k.slice(prefix.length)], before[k]);
        if (!at && !touched.length) empty(row);
        else if (!at && !blank && parts.some(others)) undecided(key); // taken away by another while I wrote in it
        else if (at && blank && touched.length && parts.some(others)) undecided(key); // changed by another while I took it away
        else if (at && !blank) for (const k of touched) { if (others(k)) undecided(key + "." + k.slice(prefix.length)); }
        if (at && row.hidden && !touched.length) back.push(row);
      }
      for (const name in there) if (!rowsOf(group).some(r => rowName(r) === name) && !pending.has(group + "@" + name)) addRow(group, name);
    }
    return back;
  };
  const lay = (stored, sent, pending) => {
    const now = valuesOf(entries()), before = valuesOf(sent);
    const place = name => name.replace(/^(\w+)\.(\d+)\./, (_, g, n) => g + "@" + (now[g + "." + n + ".row"] || [""])[0] + ".");
    const back = laidRows(stored, sent, now, before, pending);
    const fresh = valuesOf(entries()), byRow = {};
    for (const name in fresh) if (name.endsWith(".row")) byRow[fresh[name][0]] = name.slice(0, -3);
    const names = new Set([...Object.keys(stored), ...[...form.elements].map(e => e.name).filter(n => n && (!n.includes(".") || n.startsWith("q.")) && !/^(_token|version|step|page|then|clash|keep)/.test(n))]);
    for (const name of names) {
      const row = /^(\w+\.\d+\.)(\w+)$/.exec(name), to = row ? (byRow[(stored[row[1] + "row"] || [""])[0]] || "") + row[2] : name;
      if (to.endsWith(".row") || row && to === row[2] || pending.has(row ? place(to) : asked(to))) continue;
      if (same(now[to], before[to])) { if (!same(fresh[to], stored[name])) setField(to, stored[name] || []); }
      else if (!row && !ticks(name) && !same(stored[name], before[name])) undecided(asked(name));
    }
    for (const row of back) row.hidden = all("input:not([type=hidden]),textarea,select", row).every(e => !e.value);
  };

  const offer = clashes => {
    const box = one("[data-clashes]", form);
    for (const e of all("[name=clash]", box)) { // decided by now, or told anew with what the other says now
      const c = clashes.find(c => c.key === e.value), set = e.closest(".clash");
      if (!c || !set || set.dataset.theirs !== c.theirs) (set || e).remove();
    }
    for (const c of clashes) {
      const made = decisions.get(c.key);
      if (made && made.theirs === c.theirs) continue; // decided while the answer was on its way
      decisions.delete(c.key);
      if (all("[name=clash]", box).some(e => e.value === c.key)) continue;
      const set = make("fieldset", "", "card stack-s clash"), hidden = make("input"), row = make("div", "", "row wrapf");
      hidden.type = "hidden"; hidden.name = "clash"; hidden.value = c.key;
      set.dataset.theirs = c.theirs;
      set.append(make("legend", fill(say("clash"), { f: c.name }), "b"), hidden);
      for (const [version, text] of [["mine", c.mine], ["theirs", c.theirs]]) {
        const b = make("button", say(version), "btn sm");
        b.type = "button";
        b.value = version;
        b.onclick = () => {
          decisions.set(c.key, { version, theirs: c.theirs, was: textAt(c.key) });
          set.remove();
          changed(0);
        };
        set.append(make("p", text, "pre"), b);
      }
      set.append(row);
      box.append(set);
      set.scrollIntoView({ block: "center" });
    }
  };
  const decisions = new Map(); // what was chosen and not yet sent, by place
  const textAt = key => { // what the form says at a place: whoever types on after a choice has chosen anew
    const [group, rest] = key.split("@"), [name, part] = (rest || "").split("."), row = rest && rowsOf(group).find(r => rowName(r) === name);
    const prefix = row ? one("input[type=hidden]", row).name.slice(0, -3) + (part || "") : key;
    return JSON.stringify(entries().filter(([k]) => row && !part ? k.startsWith(prefix) : k === prefix || k.startsWith(prefix + ".")));
  };

  const mark = wrong => {
    for (const e of all("[data-wrong]", form)) e.remove();
    for (const name in wrong) {
      const e = field(name), box = e && (e.closest ? e : e[0]).closest(".field");
      if (!box) continue;
      const p = make("p", wrong[name], "errmsg");
      p.dataset.wrong = "";
      box.insertBefore(p, box.querySelector("input,textarea,select"));
    }
  };
  const missing = (gaps, done) => {
    const box = one("[data-gaps]"), head = one("h2", box), items = gaps.map(g => { const li = make("li"), a = make("a", g.text); a.href = g.href; li.append(a); return li; });
    head.textContent = gaps.length ? fill(box.dataset.say, { n: gaps.length }) : box.dataset.all;
    let ul = one("ul", box);
    if (!ul) head.after(ul = make("ul", "", "prose"));
    ul.replaceChildren(...items);
    one("[data-done]").value = done;
  };

  let number = 0, saving = null, pause;
  const keep = async () => {
    const record = { key, id, step, who, list: entries(), at: Date.now(), n: ++number };
    await put("typed", record);
    return record;
  };

  // push sends what is kept of one page; it tells "ok", "offline", "expired", "held" or "refused".
  const push = async (record, here) => {
    const data = bodyOf(record.list);
    data.set("autosave", "1");
    const sent = here ? [...decisions] : [];
    for (const [k, d] of sent) if (d.version === "theirs" && d.was === textAt(k)) { data.append("clash", k); data.append("keep." + k, "theirs"); }
    let answer, got;
    try {
      answer = await send("/proposals/" + record.id, data);
      if (answer.status === 401) return "expired";
      got = await answer.json();
    } catch (e) { return "offline"; }
    if (!answer.ok) {
      if (here) tell(fill(say("closed"), { m: got.refused || answer.status }), "errmsg");
      return "refused";
    }
    const pending = new Set(got.clashes.map(c => c.key));
    const now = await get("typed", record.key);
    const wrong = Object.keys(got.wrong).length;
    if (!here) {
      if (now && now.at === record.at && !pending.size && !wrong) await drop("typed", record.key);
      return pending.size ? "held" : "ok";
    }
    form.elements.version.value = got.version;
    for (const [k, d] of sent) if (decisions.get(k) === d) decisions.delete(k);
    offer(got.clashes); // first: it takes away what was undecided before, and laying may find more
    if (got.others || pending.size || sent.length) lay(got.values, record.list, pending);
    mark(got.wrong);
    missing(got.gaps, got.done);
    money();
    if (number === record.n && !pending.size && !wrong) await drop("typed", key);
    else await keep();
    if (pending.size) tell(fill(say("clash"), { f: got.clashes[0].name }), "errmsg");
    else if (wrong) tell(fill(say("wrong"), { n: wrong }), "errmsg");
    else if (number === record.n) tell(fill(say(got.others ? "others" : "saved"), { t: got.saved })); // what was typed on is not saved yet
    return pending.size || wrong ? "held" : "ok";
  };

  const save = async () => {
    while (saving) await saving;
    const job = (async () => {
      const record = await keep();
      tell(say("saving"));
      const how = await push(record, true);
      if (how === "offline") tell(fill(say("offline"), { t: clock(record.at) }));
      if (how === "expired") {
        tell(say("expired") + " ", "errmsg");
        const a = make("a", say("login"));
        a.href = "/login?next=" + encodeURIComponent(location.pathname);
        state.append(a);
      }
      return how;
    })();
    saving = job.catch(() => {});
    try { return await job; } finally { saving = null; }
  };
  const changed = (wait = 1200) => {
    keep();
    money();
    clearTimeout(pause);
    pause = setTimeout(save, wait);
  };
  form.addEventListener("input", () => changed());
  form.addEventListener("change", () => changed());

  // What other pages of this person have left on the phone goes off too.
  const flush = async () => {
    for (const record of await list("typed")) {
      if (record.who !== who || record.key === key) continue;
      if (await push(record, false) === "offline") return;
    }
  };
  const resume = async () => {
    const record = await get("typed", key);
    if (record && record.who === who) await save();
    await flush();
  };
  addEventListener("online", resume);
  doc.addEventListener("visibilitychange", () => { if (doc.hidden) { clearTimeout(pause); if (number) save(); } else resume(); });
  setInterval(async () => { if (await get("typed", key)) save(); }, 20000);

  // A page that is opened again shows what was typed on it last.
  const restore = async () => {
    const record = await get("typed", key);
    if (!record || record.who !== who || form.dataset.fresh === undefined || !form.inert) return;
    const typed = valuesOf(record.list), names = new Set([...form.elements].map(e => e.name).filter(n => n && n !== "_token" && n !== "then"));
    for (const name in typed) {
      const row = /^(\w+)\.(\d+)\.row$/.exec(name);
      if (row) while (rowsOf(row[1]).length <= +row[2]) addRow(row[1]);
    }
    for (const key of typed.clash || []) undecided(key);
    for (const name of names) if (!(name in typed)) setField(name, []);
    for (const name in typed) {
      const e = field(name);
      if (e && e.type === "hidden") e.value = typed[name][0];
      else setField(name, typed[name]);
    }
    number++;
    tell(fill(say("offline"), { t: clock(record.at) }));
    money();
  };

  // Going on: what was typed is safe before the page changes. Without a line the next page comes from the phone.
  form.addEventListener("submit", async e => {
    const button = e.submitter, then = button && button.name === "then" ? button.value : "";
    if (/^add-/.test(then)) {
      e.preventDefault();
      const row = addRow({ "add-line": "lines", "add-funding": "funding" }[then] || "activities");
      one("input:not([type=hidden])", row).focus();
      return;
    }
    if (form.dataset.plain || !e.submitter) return;
    e.preventDefault();
    clearTimeout(pause);
    if (then === "promise") for (const box of all("[name=declared]", form)) box.checked = true;
    const how = await save();
    if (how === "held" || how === "refused" || how === "expired") {
      const spot = one(".clash", form) || one("[data-wrong]", form) || state;
      return spot.scrollIntoView({ block: "center" });
    }
    const steps = all("[data-step]").filter(a => a.tagName === "A"), at = steps.findIndex(a => a.dataset.step === step);
    const beside = steps[at + (then === "next" ? 1 : -1)];
    const to = then === "next" || then === "back" ? beside && beside.pathname : then === "team" ? `/proposals/${id}/team` : /^file-/.test(then) ? `/proposals/${id}/answers/${then.slice(5)}` : then ? `/proposals/${id}/check` : "";
    if (!to) return;
    if (how === "offline" && !(self.caches && await caches.match(to))) return tell(say("stay"), "errmsg");
    location.href = to;
  });

  const money = S.budget(form, rowsOf, field);

  for (const row of all("[data-row]", form)) drops(row);
  // Nobody types before what was typed last is there again: it would be kept in its place.
  form.inert = true;
  Promise.race([restore(), new Promise(done => setTimeout(done, 3000))]).catch(() => {}).then(() => { form.inert = false; money(); return resume(); });
  // The other steps are fetched once, so that they are there when the line is not.
  if (navigator.serviceWorker) navigator.serviceWorker.ready.then(r => r.active && r.active.postMessage({ keep: all("a[data-step]").map(a => a.pathname) })).catch(() => {});
})(self.seedbed);
