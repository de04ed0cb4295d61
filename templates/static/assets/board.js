// The boards of a pitch round: news by server-sent events, the clock, and the way back after a broken line.
(() => {
  "use strict";
  const doc = document, live = doc.querySelector("[data-live]");
  const line = doc.querySelector("[data-line]");
  let last = Number(live && (live.dataset.last || live.dataset.reload)) || 0, skew = 0, source = null, again = 0;

  const two = n => String(n).padStart(2, "0");
  const tick = () => {
    for (const face of doc.querySelectorAll("[data-clock]")) {
      const d = face.dataset, present = Number(d.present), whole = present + Number(d.question);
      const used = Number(d.used) + (d.since ? Math.max(0, Date.now() + skew - Number(d.since)) : 0);
      const [talk, answer, over] = d.words.split("|");
      const [word, left] = used < present ? [talk, present - used] : used < whole ? [answer, whole - used] : [over, used - whole];
      const sec = used < whole ? Math.ceil(left / 1000) : Math.floor(left / 1000);
      face.textContent = word + " " + Math.floor(sec / 60) + ":" + two(sec % 60);
      face.classList.toggle("late", used >= whole);
    }
  };

  // A page with forms comes anew, unless somebody is just writing in one or has just pressed a button: coming anew would
  // take back a press that is still on its way.
  let pressed = 0;
  addEventListener("submit", () => { pressed = Date.now(); }, true);
  addEventListener("beforeunload", () => { pressed = Date.now(); });
  const reload = () => {
    const busy = Date.now() - pressed < 8000 || doc.activeElement && doc.activeElement.matches("textarea,input:not([type=hidden])");
    if (!busy && !doc.querySelector("details[open] form")) location.reload();
    else setTimeout(reload, 3000);
  };

  const open = () => {
    source = new EventSource(live.dataset.live + "?last=" + last);
    source.onopen = () => { if (line) line.textContent = ""; };
    source.onerror = () => {
      if (line) line.textContent = line.dataset.lost;
      if (source.readyState !== EventSource.CLOSED) return; // it comes back by itself
      clearTimeout(again);
      again = setTimeout(open, 2000 + Math.random() * 2000);
    };
    source.addEventListener("clock", e => { skew = Number(e.data) - Date.now(); tick(); });
    source.addEventListener("board", e => {
      const n = Number(e.lastEventId);
      if (live.dataset.reload !== undefined) {
        if (n > last) reload();
      } else {
        live.innerHTML = JSON.parse(e.data);
      }
      last = Math.max(last, n);
      tick();
    });
  };

  if (live && "EventSource" in window) {
    open();
    // A page that is left may be kept for the way back, and its line with it: a browser has six lines to a house, no more.
    addEventListener("pagehide", () => { clearTimeout(again); source.close(); });
    addEventListener("pageshow", e => { if (e.persisted) open(); });
  }
  setInterval(tick, 250);
  tick();
})();
