// Charts made of what they show: a table whose rows have bars, a list that is a tree, and bars of
// an SVG with the table behind it.

// Rows of {name, count, note, choose}; bars begin at 0 and are to the scale of the longest.
function barTable(rows, { caption, head, shown = 12 }) {
  const most = Math.max(1, ...rows.map((row) => row.count));
  const body = make("tbody");
  const lines = rows.map((row, place) => make("tr", { hidden: place >= shown },
    make("th", { scope: "row" }, row.choose
      ? make("button", { class: "plain", click: row.choose }, row.name)
      : make("span", {}, row.name)),
    make("td", { class: "number" }, row.told ?? whole.format(row.count)),
    make("td", { class: "bar", "aria-hidden": "true" },
      make("span", { "--share": row.count / most, class: row.accent ? "accent" : null })),
    row.note === undefined ? null : make("td", { class: "note" }, row.note)));
  body.append(...lines);
  const table = make("table", { class: "bars" },
    make("caption", { class: "unseen" }, caption),
    make("thead", { class: "unseen" },
      make("tr", {}, head.map((name) => make("th", { scope: "col" }, name)))),
    body);
  if (rows.length <= shown) return table;
  const more = make("button", {
    class: "more",
    click: () => { for (const line of lines) line.hidden = false; more.remove(); },
  }, `All ${whole.format(rows.length)}`);
  return make("div", {}, table, more);
}

// A tree of words, each as high as its share. It is a nested list, and reads as one.
function wordTree(branches, total, height) {
  const list = make("ul", { class: "tree" });
  for (const { word, count, branches: below } of branches) {
    const part = count / total;
    const label = make("span", { class: part * height < 17 ? "word low" : "word", title:
      `${word ?? "others"}: ${whole.format(count)}` },
      make("span", {}, word ?? "others"),
      make("span", { class: "count" }, ` ${percent(count, total)}`));
    const inner = below.length && word !== null ? wordTree(below, total, height) : null;
    list.append(make("li", { "--grow": count, class: word === null ? "others" : null }, label, inner));
  }
  return list;
}

// A histogram from 0 on; the bar of what is beyond stands apart.
function histogramChart(name, { step, counts, beyond, median, p95, longest, total }, unit) {
  const wide = 480, high = 150, low = 22, gap = beyond ? 1 : 0;
  const bar = wide / (counts.length + gap + (beyond ? 1 : 0));
  const most = Math.max(1, ...counts, beyond);
  const scale = (high - low - 16) / most;
  const column = (place, count, told) => draw("rect", {
    x: place * bar + 0.5, width: Math.max(1, bar - 1), y: high - low - count * scale,
    height: Math.max(count ? 1 : 0, count * scale),
  }, draw("title", {}, told));
  const range = (place) => (step === 1 ? `${place}` : `${place * step}–${(place + 1) * step - 1}`);
  const bars = counts.map((count, place) => column(place, count, `${range(place)} ${unit}: ${whole.format(count)}`));
  if (beyond) bars.push(column(counts.length + 1, beyond, `more: ${whole.format(beyond)}`));
  const every = Math.ceil(counts.length / 6);
  const ticks = counts.map((_, place) => place).filter((place) => place % every === 0)
    .map((place) => draw("text", { x: place * bar, y: high - 6 }, whole.format(place * step)));
  if (beyond) ticks.push(draw("text", { x: wide, y: high - 6, "text-anchor": "end" }, "more"));
  const peak = draw("text", { x: wide, y: 11, "text-anchor": "end" }, `highest bar ${whole.format(most)}`);
  const axis = draw("line", { x1: 0, x2: wide, y1: high - low + 0.5, y2: high - low + 0.5 });
  const said = `${name}: median ${whole.format(median)} ${unit}, 95 % up to ${whole.format(p95)}, longest ${whole.format(longest)}`;
  return make("figure", { class: "histogram" },
    make("figcaption", {}, make("strong", {}, name),
      ` median ${whole.format(median)}, 95 % up to ${whole.format(p95)}, longest ${whole.format(longest)} ${unit}`),
    draw("svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": said }, bars, axis, ticks, peak),
    make("details", {}, make("summary", {}, "as a table"),
      make("table", { class: "plain" },
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, unit), make("th", { scope: "col" }, `of ${whole.format(total)}`))),
        make("tbody", {}, [...counts.entries()].filter(([, count]) => count).map(([place, count]) =>
          make("tr", {}, make("th", { scope: "row" }, range(place)), make("td", { class: "number" }, whole.format(count)))),
          beyond ? make("tr", {}, make("th", { scope: "row" }, "more"), make("td", { class: "number" }, whole.format(beyond))) : null))));
}
