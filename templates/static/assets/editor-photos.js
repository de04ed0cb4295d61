// Photos: made smaller, kept on the phone until the last part has arrived, and begun again where they stopped.
(S => {
  "use strict";
  const { doc, one, fill, make, put, drop, list, send } = S;
  const uploads = one("form[data-upload]");
  if (!uploads || !window.crypto || !crypto.subtle) return;
  const say = name => uploads.dataset["t" + name[0].toUpperCase() + name.slice(1)];
  const queue = one("[data-queue]"), id = uploads.dataset.upload, who = uploads.dataset.who, tiles = {};
  const tile = photo => {
    if (tiles[photo.id]) return tiles[photo.id];
    const li = make("li"), text = make("span", photo.name, "grow"), how = make("span", say("waiting"), "sm muted"), away = make("button", say("drop"), "btn sm quiet");
    away.type = "button";
    away.onclick = async () => { await drop("photos", photo.id); li.remove(); };
    li.append(text, how, away);
    queue.append(li);
    queue.hidden = false;
    return tiles[photo.id] = { how, away, li };
  };
  const hex = buffer => [...new Uint8Array(buffer)].map(n => n.toString(16).padStart(2, "0")).join("");
  const name = () => {
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = b[6] & 15 | 64; b[8] = b[8] & 63 | 128;
    return hex(b).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };
  const part = 262144;
  const deliver = async photo => {
    const t = tile(photo), at = `/proposals/${photo.owner}/uploads`;
    const begin = new URLSearchParams({ id: photo.id, kind: photo.kind, name: photo.name, size: photo.blob.size, digest: photo.digest });
    let answer = await send(at, begin), got = answer.status === 401 ? {} : await answer.json();
    if (got.refused) return got;
    if (!answer.ok) throw new Error(answer.status);
    for (let tries = 0; !got.done && tries < 400; tries++) {
      t.how.textContent = fill(say("sending"), { p: Math.round(got.offset * 100 / photo.blob.size) });
      answer = await fetch(`${at}/${photo.id}`, { method: "PATCH", body: photo.blob.slice(got.offset, got.offset + part), redirect: "manual",
        headers: { "Content-Type": "application/offset+octet-stream", "Upload-Offset": got.offset, "X-Form-Token": S.token() } });
      if (answer.status === 401) throw new Error("401");
      got = await answer.json();
      if (got.refused) return got;
    }
    return got;
  };
  // The page comes anew to show what has arrived, unless somebody is just going elsewhere or writing: coming anew would
  // take that back.
  let leaving = 0;
  addEventListener("beforeunload", () => { leaving = Date.now(); });
  const anew = () => {
    if (Date.now() - leaving < 8000 || doc.activeElement.matches("textarea,input:not([type=hidden],[type=file])")) setTimeout(anew, 3000);
    else location.reload();
  };
  let busy = false;
  const pump = async () => {
    if (busy) return;
    busy = true;
    let arrived = 0;
    try {
      for (const photo of await list("photos")) {
        if (photo.who !== who || photo.owner !== id || photo.refused) continue;
        const t = tile(photo);
        try {
          const got = await deliver(photo);
          if (got.refused) {
            t.how.textContent = got.refused;
            t.how.className = "errmsg";
            await drop("photos", photo.id);
            continue;
          }
          await drop("photos", photo.id);
          t.how.textContent = say("done");
          t.away.remove();
          arrived++;
        } catch (e) {
          t.how.textContent = say("waiting");
          break;
        }
      }
    } finally { busy = false; }
    if (arrived && !(await list("photos")).some(p => p.owner === id && p.who === who)) anew();
  };
  const picker = one("[type=file]", uploads);
  uploads.addEventListener("submit", async e => {
    const kind = one("[name=kind]:checked", uploads);
    if (!kind || !picker.files.length) return;
    e.preventDefault();
    const chosen = [...picker.files];
    picker.value = "";
    for (const original of chosen) {
      const file = await S.shrink(original).catch(() => original); // an old browser sends it as it is
      const blob = new Blob([await file.arrayBuffer()], { type: file.type });
      const photo = { id: name(), owner: id, who, kind: kind.value, name: file.name, blob, digest: hex(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer())) };
      await put("photos", photo);
      tile(photo);
    }
    pump();
  });
  addEventListener("online", pump);
  doc.addEventListener("visibilitychange", () => { if (!doc.hidden) pump(); });
  setInterval(pump, 15000);
  pump();
})(self.seedbed);
