// Seedbed: every page works without this file. It saves steps and data, and says what it does.
(() => {
  "use strict";
  const doc = document, root = doc.documentElement;
  const all = (selector, from = doc) => [...from.querySelectorAll(selector)];
  const one = (selector, from = doc) => from.querySelector(selector);
  const fill = (text, values) => text.replace(/\{(\w)\}/g, (_, key) => values[key]);

  // Sums are counted in fen, as the house does.
  const fen = text => {
    const clean = text.replace(/[,，\s¥￥元]/g, "");
    return /^\d+(\.\d{1,2})?$/.test(clean) ? Math.round(parseFloat(clean) * 100) : 0;
  };
  const yuan = n => "¥" + Math.floor(n / 100).toString().replace(/\B(?=(\d{3})+$)/g, ",") +
    (n % 100 ? "." + String(n % 100).padStart(2, "0") : "");

  // The button that was pressed, for browsers whose submit event does not say.
  let pressed = null;
  doc.addEventListener("click", e => { pressed = e.target.closest("button,[type=submit]"); }, true);

  const bodyOf = (form, button) => {
    const data = new FormData(form);
    if (button && button.form === form && button.name) data.set(button.name, button.value);
    return data;
  };

  // Big type and colours change at once; the server is told in the background and remembers.
  const settings = (form, button) => {
    if (!button || !(button.name === "size" || button.name === "theme")) return false;
    const data = bodyOf(form, button);
    if (button.value) root.dataset[button.name] = button.value; else delete root.dataset[button.name];
    if (button.name === "size") {
      dispatchEvent(new Event("resize"));
      button.setAttribute("aria-pressed", String(button.value === "large"));
      button.value = button.value ? "" : "large";
    } else {
      for (const b of all("[name=theme]", form)) b.setAttribute("aria-pressed", String(b === button));
    }
    fetch(form.action, { method: "POST", body: new URLSearchParams(data), redirect: "manual" }).catch(() => {});
    return true;
  };

  // Without a line the page stays, with all that was typed, and says so beside the button.
  const noLine = (form, button) => {
    const said = doc.createElement("p");
    said.className = "errmsg";
    said.setAttribute("role", "alert");
    for (const old of all("[data-no-line]")) old.remove();
    said.dataset.noLine = "";
    (button || form.lastElementChild).after(said);
    said.textContent = doc.body.dataset.offline;
    addEventListener("online", () => said.remove(), { once: true });
  };

  // A second press within a second is the same press.
  doc.addEventListener("submit", e => {
    const form = e.target, button = e.submitter || (pressed && pressed.form === form ? pressed : null);
    if (form.dataset.settings !== undefined && settings(form, button)) return e.preventDefault();
    if (form.method !== "post") return;
    if (!navigator.onLine && !e.defaultPrevented) {
      e.preventDefault();
      return noLine(form, button);
    }
    if (form.dataset.busy) return e.preventDefault();
    form.dataset.busy = "1";
    form.dataset.sent = "1";
    if (button) button.setAttribute("aria-disabled", "true");
    setTimeout(() => {
      delete form.dataset.busy;
      if (button) button.removeAttribute("aria-disabled");
    }, 1000);
  });

  // Characters left, said to screen readers only after a pause.
  for (const field of all("[data-count]")) {
    const out = doc.getElementById(field.dataset.count), limit = +out.dataset.max;
    let pause;
    const show = () => {
      const n = [...field.value].length;
      out.classList.toggle("over", n > limit);
      out.textContent = n > limit ? fill(out.dataset.over, { n: n - limit }) : fill(out.dataset.say, { n, m: limit });
    };
    field.addEventListener("input", () => {
      out.setAttribute("aria-live", "off");
      show();
      clearTimeout(pause);
      pause = setTimeout(() => { out.setAttribute("aria-live", "polite"); out.textContent += " "; }, 1000);
    });
    show();
  }

  // How many boxes of a form are ticked, beside how many may be.
  for (const out of all("[data-ticks]")) {
    const form = out.closest("form"), most = +out.dataset.ticks;
    const show = () => {
      const n = all("input[type=checkbox]:checked", form).length, over = n > most;
      out.hidden = !n;
      out.classList.toggle("over", over);
      out.textContent = fill(over ? out.dataset.over : n === most ? out.dataset.full : out.dataset.say, { n, m: Math.abs(most - n) });
    };
    form.addEventListener("change", show);
    show();
  }

  for (const box of all("[data-budget]")) {
    const limit = +box.dataset.budget, left = one("[data-left]", box), bar = one("progress", box);
    const show = () => {
      const sum = all("[data-amount]", box).reduce((n, field) => n + fen(field.value), 0);
      one("[data-sum]", box).textContent = yuan(sum);
      if (!left) return;
      box.classList.toggle("over", sum > limit);
      left.classList.toggle("over", sum > limit);
      left.textContent = sum > limit ? fill(left.dataset.over, { n: yuan(sum - limit) }) : fill(left.dataset.say, { n: yuan(limit - sum) });
      bar.value = Math.min(sum, limit);
    };
    box.addEventListener("input", show);
    if (all("[data-amount]", box).length) show();
  }

  // Marks: a band gives its middle, a number finds its band, the total follows.
  for (const rubric of all("[data-rubric]")) {
    const items = all(".crit", rubric), number = item => one(".num3 .in", item);
    const total = () => {
      let sum = 0, done = 0;
      for (const item of items) if (/^\d+$/.test(number(item).value)) { sum += number(item).value * number(item).dataset.share; done++; }
      one("[data-total]", rubric).textContent = sum / 100;
      const state = one("[data-marked]", rubric);
      state.textContent = fill(state.dataset.say, { n: done, m: items.length });
    };
    for (const item of items) {
      const field = number(item), bands = all(".seg input", item);
      const settle = () => {
        for (const b of bands) b.checked = field.value !== "" && +field.value >= +b.dataset.low && +field.value <= +b.dataset.high;
        total();
      };
      field.addEventListener("input", settle);
      for (const b of bands) b.addEventListener("change", () => { field.value = b.value; total(); });
      for (const b of all("[data-by]", item)) {
        b.hidden = false;
        b.addEventListener("click", () => {
          field.value = Math.max(0, Math.min(+field.dataset.most, (+field.value || 0) + +b.dataset.by));
          field.dispatchEvent(new Event("input", { bubbles: true }));
        });
      }
    }
    total();
  }

  // A check is filled in where nothing speaks against a point; the person still looks and ticks. Without this the link
  // fetches the page so filled in.
  for (const link of all("[data-fill]")) {
    link.addEventListener("click", e => {
      e.preventDefault();
      for (const point of all(".point:not([data-look])", link.closest("section"))) {
        if (!one("input[type=radio]:checked", point)) one(`input[type=radio][value="${link.dataset.fill}"]`, point).checked = true;
      }
      one(".point[data-look] input[type=radio],[name=looked]", link.closest("section")).focus();
    });
  }

  // The error summary: in the order of the page, and a link shows the label, not only the box.
  const summary = one("[data-summary]");
  if (summary) {
    const target = link => doc.getElementById(link.hash.slice(1));
    const list = one("ul", summary);
    all("a", list).filter(target)
      .sort((a, b) => target(a).compareDocumentPosition(target(b)) & 4 ? -1 : 1)
      .forEach(a => list.append(a.parentNode));
    summary.addEventListener("click", e => {
      const field = e.target.hash && target(e.target);
      if (!field) return;
      e.preventDefault();
      const fold = field.closest("details");
      if (fold) fold.open = true;
      (field.closest(".field") || field).scrollIntoView();
      field.focus({ preventScroll: true });
    });
    summary.focus();
  }

  // A link into a part that is folded opens it.
  const reveal = () => {
    const aim = location.hash && doc.getElementById(location.hash.slice(1)), fold = aim && aim.closest("details");
    if (!fold || fold.open) return;
    fold.open = true;
    (aim.closest(".field") || aim).scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Kept while typing. A save that fails says so and tries again at the next key.
  for (const form of all("[data-autosave]")) {
    const state = one("[data-saved]") || form.insertBefore(doc.createElement("p"), form.firstChild);
    state.className = "muted sm";
    state.setAttribute("role", "status");
    let pause;
    const save = async () => {
      if (form.dataset.sent) return;
      const data = bodyOf(form);
      data.set("autosave", "1");
      for (const field of all("[type=file]", form)) data.delete(field.name);
      try {
        const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(data), headers: { Accept: "application/json" } });
        if (!answer.ok) throw new Error(answer.status);
        const kept = await answer.json();
        if (kept.version && form.elements.version) form.elements.version.value = kept.version;
        state.textContent = fill(form.dataset.autosave, { t: kept.saved });
      } catch (e) {
        state.textContent = form.dataset.unsaved;
      }
    };
    form.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(save, 2000); });
  }

  // Photos are made smaller before they travel. When and how they were taken goes along; where the picture already
  // stands upright is written as upright.
  const exif = async file => {
    const view = new DataView(await file.slice(0, 131072).arrayBuffer());
    for (let at = 2; at + 10 < view.byteLength && view.getUint8(at) === 255; at += 2 + view.getUint16(at + 2)) {
      if (view.getUint16(at) !== 0xFFE1 || view.getUint32(at + 4) !== 0x45786966) continue;
      const part = view.buffer.slice(at, at + 2 + view.getUint16(at + 2)), tiff = new DataView(part, 10);
      const little = tiff.getUint16(0) === 0x4949, first = tiff.getUint32(4, little);
      for (let i = 0; i < tiff.getUint16(first, little); i++) {
        const entry = first + 2 + i * 12;
        if (tiff.getUint16(entry, little) === 0x0112) tiff.setUint16(entry + 8, 1, little);
      }
      return part;
    }
    return null;
  };
  const shrunk = new WeakSet();
  const shrink = async file => {
    if (file.type !== "image/jpeg" || file.size < 400000 || shrunk.has(file)) return file;
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const by = Math.min(1, 1600 / Math.max(picture.width, picture.height)), canvas = doc.createElement("canvas");
    canvas.width = Math.round(picture.width * by);
    canvas.height = Math.round(picture.height * by);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const small = await new Promise(done => canvas.toBlob(done, "image/jpeg", .8));
    const facts = await exif(file).catch(() => null);
    const parts = facts ? [small.slice(0, 2), facts, small.slice(2)] : [small];
    const made = new File(parts, file.name, { type: "image/jpeg", lastModified: file.lastModified });
    const kept = made.size < file.size ? made : file;
    shrunk.add(kept);
    return kept;
  };
  self.seedbed = { shrink };
  for (const field of all("[data-shrink]")) {
    field.addEventListener("change", async () => {
      const chosen = [...field.files], out = one("[data-shrunk]", field.parentNode);
      try {
        const bag = new DataTransfer();
        for (const file of chosen) bag.items.add(await shrink(file).catch(() => file));
        if (field.files.length !== chosen.length || field.files[0] !== chosen[0]) return; // chosen anew meanwhile
        const size = list => [...list].reduce((n, file) => n + file.size, 0);
        if (size(bag.files) < size(chosen)) {
          field.files = bag.files;
          out.textContent = fill(out.dataset.say, { n: Math.round(size(bag.files) / 1024) });
        } else out.textContent = "";
      } catch (e) { /* an old browser sends the photos as they are */ }
    });
  }

  for (const b of all("[data-copy],[data-print]")) {
    b.hidden = false;
    b.addEventListener("click", async () => {
      if (b.dataset.print !== undefined) return print();
      try {
        await navigator.clipboard.writeText(b.dataset.copy);
        b.lastChild.data = b.dataset.done;
      } catch (e) { prompt("", b.dataset.copy); }
    });
  }

  // Signing out empties what this phone keeps: what is not yet with the house is told first. Without this it just happens.
  const leaving = one("form[action='/logout']"), unsent = one("[data-unsent]");
  const left = () => new Promise(done => {
    const asked = indexedDB.open("seedbed", 1);
    asked.onupgradeneeded = () => asked.transaction.abort(); // this phone keeps nothing
    asked.onerror = () => done([]);
    asked.onsuccess = () => {
      const found = [], t = asked.result.transaction(["typed", "photos"]);
      for (const name of ["typed", "photos"]) t.objectStore(name).getAll().onsuccess = e => found.push(...e.target.result.filter(r => r.who === unsent.dataset.unsent));
      t.oncomplete = () => { asked.result.close(); done(found); };
      t.onerror = () => done([]);
    };
  }).catch(() => []);
  if (leaving && unsent && self.indexedDB) {
    leaving.addEventListener("submit", async e => {
      if (leaving.dataset.sure) return;
      e.preventDefault();
      e.stopPropagation();
      const sheets = Object.keys(localStorage).filter(k => k.startsWith("seedbed-sheet:"));
      const owed = sheets.filter(k => k.includes(unsent.dataset.unsent) && /"state":"kept"/.test(localStorage[k]));
      const kept = [...await left(), ...owed.map(() => ({ href: "/review" }))], go = () => {
        for (const k of sheets) localStorage.removeItem(k); leaving.dataset.sure = "1"; leaving.requestSubmit ? leaving.requestSubmit() : leaving.submit(); };
      if (!kept.length) return go();
      const first = kept[0];
      one("a", unsent).href = first.href || "/proposals/" + (first.owner || first.id) + "/edit/" + (first.owner ? "photos" : first.step);
      one("button", unsent).onclick = go;
      unsent.hidden = false;
      unsent.focus();
      unsent.scrollIntoView({ block: "center" });
    }, true);
  }

  // Where we are stays in sight when the bar is too long for a phone.
  for (const here of all(".nav [aria-current],.tabs [aria-current]")) {
    const bar = here.parentNode;
    bar.scrollLeft = here.offsetLeft - bar.offsetLeft - (bar.clientWidth - here.offsetWidth) / 2;
  }

  // A table wider than its place is told row by row, each cell with the label of its column. Its roles are said aloud,
  // because the browser forgets them when it is no longer drawn as a table.
  const boxes = all(".scroll").filter(box => one("thead", box));
  for (const box of boxes) {
    const labels = all("thead th", box).map(th => th.textContent.trim());
    one("table", box).setAttribute("role", "table");
    for (const part of all("thead,tbody,tfoot", box)) part.setAttribute("role", "rowgroup");
    for (const row of all("tr", box)) {
      row.setAttribute("role", "row");
      let at = 0;
      for (const cell of row.cells) {
        cell.setAttribute("role", cell.tagName === "TD" ? "cell" : cell.scope === "row" ? "rowheader" : "columnheader");
        if (cell.tagName === "TD" && labels[at] && !cell.closest("tfoot")) cell.dataset.label = labels[at];
        at += cell.colSpan;
      }
    }
  }
  const fit = () => {
    for (const box of boxes) {
      box.classList.remove("stacked");
      box.classList.toggle("stacked", box.scrollWidth > box.clientWidth + 1);
    }
  };
  fit();
  addEventListener("resize", fit);

  // A question that waits for the answer to another comes and goes with it; one that is itself away lets none come.
  const waiting = all("[data-when]").filter(box => box.dataset.when);
  const settle = () => {
    for (const box of waiting) {
      const answers = all(`[name="${box.dataset.when}"]:checked,[name="${box.dataset.when}"] option:checked`).filter(b => !b.closest("[hidden]"));
      box.hidden = !answers.some(b => box.dataset.any ? box.dataset.any.split(" ").includes(b.value) : b.value === box.dataset.is);
    }
  };
  if (waiting.length) doc.addEventListener("change", settle);
  if (waiting.some(box => box.dataset.any)) settle(); // without this they are there, for the answer can still change

  // j and k walk through a list, unless somebody is typing.
  doc.addEventListener("keydown", e => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input,textarea,select")) return;
    const link = e.key === "j" ? one("[rel=next]") : e.key === "k" ? one("[rel=prev]") : null;
    if (link) link.click();
  });

  addEventListener("pageshow", () => { for (const form of all("form")) { delete form.dataset.busy; delete form.dataset.sent; } });
})();
