// Charts made of what they show: tables whose rows have bars, and a list that is a tree.

// A table with a head. The first cell of a row is its head; cells of `numbers` stand to the right.
function dataTable({ caption = null, heads, rows, numbers = [], kind = "plain", unseenHead }) {
  const aligned = (place) => (numbers.includes(place) ? "number" : null);
  const head = heads.map((name, place) =>
    name ? make("th", { scope: "col", class: aligned(place) }, name) : make("td"),
  );
  return make(
    "table",
    { class: kind },
    caption === null ? null : make("caption", { class: "unseen" }, caption),
    make("thead", { class: unseenHead ? "unseen" : null }, make("tr", {}, head)),
    make("tbody", {}, rows),
  );
}

// Cells of a row, given by what stands in them.
function dataRow(cells, numbers = []) {
  const [head, ...others] = cells;
  const aligned = (place) => (numbers.includes(place + 1) ? "number" : null);
  return make("tr", {}, [
    make("th", { scope: "row" }, head),
    ...others.map((cell, place) => make("td", { class: aligned(place) }, cell ?? "–")),
  ]);
}

const barOf = (part, accent = false) =>
  make("span", { "--share": part, class: accent ? "accent" : null });

// A name that leads to what it counts, where there is something to count.
const nameOf = (name, choose) =>
  choose ? make("button", { class: "plain", click: choose }, name) : make("span", {}, name);

const unfolded = new Set(); // captions of tables of which all rows are shown

// Rows of {name, count, note, choose}; bars begin at 0 and are to the scale of the longest.
function barTable(rows, { caption, heads, shown = 12 }) {
  const most = Math.max(1, ...rows.map((row) => row.count));
  const lines = rows.map(({ name, count, note, choose }, place) =>
    make("tr", { hidden: place >= shown && !unfolded.has(caption) }, [
      make("th", { scope: "row" }, nameOf(name, choose)),
      make("td", { class: "number" }, whole.format(count)),
      make("td", { class: "bar", "aria-hidden": "true" }, barOf(count / most)),
      note === undefined ? null : make("td", { class: "note" }, note),
    ]),
  );
  const table = dataTable({ caption, heads, rows: lines, kind: "bars", unseenHead: true });
  if (rows.length <= shown || unfolded.has(caption)) return table;
  const showAll = () => {
    unfolded.add(caption);
    showOverview();
  };
  const more = make(
    "button",
    { class: "more", click: showAll },
    `All ${whole.format(rows.length)}`,
  );
  return make("div", {}, table, more);
}

const LOWEST_WORD = 17; // pixels, below which a word cannot be read

// A tree of words, each as high as its share. It is a nested list, and reads as one.
function wordTree(branches, total, height) {
  const items = branches.map(({ word, count, branches: below }) => {
    const told = word ?? "others";
    const label = make(
      "span",
      {
        class: (count / total) * height < LOWEST_WORD ? "word low" : "word",
        title: `${told}: ${whole.format(count)}`,
      },
      make("span", {}, told),
      make("span", { class: "count" }, ` ${percent(count, total)}`),
    );
    const inner = below.length ? wordTree(below, total, height) : null;
    return make("li", { "--grow": count, class: word === null ? "others" : null }, label, inner);
  });
  return make("ul", { class: "tree" }, items);
}
