// The budget of a form, added up while it is typed, with the very sentences the server says.
(S => {
  "use strict";
  const { all, one, fill, make } = S;
  const fen = text => {
    const clean = text.replace(/[,，\s¥￥元]/g, "");
    return /^\d+(\.\d{1,2})?$/.test(clean) ? Math.round(parseFloat(clean) * 100) : 0;
  };
  const yuan = n => "¥" + Math.floor(n / 100).toString().replace(/\B(?=(\d{3})+$)/g, ",") + (n % 100 ? "." + String(n % 100).padStart(2, "0") : "");
  const whole = text => { const clean = text.replace(/[,，\s]/g, "").replace(/[０-９]/g, c => String.fromCharCode(c.charCodeAt(0) - 65248)); return /^\d+$/.test(clean) ? +clean : 0; };
  const percent = points => String(points / 100) + "%";

  // budget makes the function that adds up a form's budget; where there is none it does nothing.
  S.budget = (form, rowsOf, field) => {
    const box = one("[data-money]", form), rules = box && JSON.parse(box.dataset.money);
    return () => {
      if (!box) return;
      const sayings = [], lines = rowsOf("lines").map(row => {
        const part = name => one(`[name$=".${name}"]`, row).value;
        const line = { of: part("category"), item: part("item"), price: fen(part("unit_price")), sum: fen(part("unit_price")) * whole(part("qty")) };
        const out = one("[data-line]", row);
        out.hidden = !line.sum;
        one("b", out).textContent = yuan(line.sum);
        return line;
      });
      const total = lines.reduce((n, l) => n + l.sum, 0), own = fen(field("own").value), asked = Math.max(0, total - own);
      for (const l of lines) if (rules.asset && l.price >= rules.asset && rules.goods.includes(l.of)) sayings.push(fill(rules.say.asset, [l.item, yuan(l.price), yuan(rules.asset)]));
      for (const s of rules.shares) {
        const sum = lines.filter(l => s.of.includes(l.of)).reduce((n, l) => n + l.sum, 0);
        if (!total || sum * 10000 <= total * s.points) continue;
        const tenths = Math.floor((sum * 2000 + total) / (total * 2)), points = tenths * 10 > s.points ? tenths * 10 : Math.floor((sum * 10000 + total - 1) / total);
        const passes = Math.floor((total - sum) * s.points / (10000 - s.points));
        sayings.push(fill(passes ? rules.say.over : rules.say.alone, [s.name, percent(s.points), percent(points), yuan(passes)]));
      }
      if (own > total) sayings.push(fill(rules.say.more, [yuan(own), yuan(total)]));
      else if (rules.most && asked > rules.most) sayings.push(fill(rules.say.most, [yuan(rules.most), yuan(asked), yuan(asked - rules.most)]));
      const figures = all("dd", one("[data-sums]", box));
      figures[0].textContent = yuan(total);
      figures[1].textContent = yuan(asked);
      const bar = one("progress", box);
      if (bar) {
        bar.value = Math.min(asked, rules.most);
        one(".gv", box).textContent = Math.round(asked * 100 / rules.most) + "%";
        bar.parentNode.classList.toggle("over", asked > rules.most);
      }
      one("[data-stored]", box).hidden = true;
      const over = one("[data-over]", box), now = sayings.join("\n");
      if (over.dataset.now !== now) {
        over.dataset.now = now;
        over.replaceChildren(...sayings.map(text => make("p", text, "errmsg")));
      }
    }
  };
})(self.seedbed);
