// The list of conversations that are left. Only the rows in sight are elements, so that ten
// thousand scroll as ten do.

const ROW_HEIGHT = 76;
const SPARE = 6; // rows above and below what is in sight
const list = { rows: [], shown: new Map() };

const listBox = byId("list");
const listSheet = byId("sheet");

function showList(rows) {
  for (const shown of list.shown.values()) shown.remove();
  list.shown.clear();
  setRows(rows);
  drawRows();
}

// Show more rows, with what is looked at where it was: the chosen row, or else the first in sight.
function growList(rows) {
  const [top, end] = inSight();
  const chosen = list.rows.indexOf(catalogue.places.get(state.id));
  const before = chosen >= top && chosen < end ? chosen : top;
  const after = rows.indexOf(list.rows[before]);
  setRows(rows);
  if (after > before) listBox.scrollTop += (after - before) * ROW_HEIGHT;
  drawRows();
}

// The first place in sight, and the one behind the last.
const inSight = () => [
  Math.floor(listBox.scrollTop / ROW_HEIGHT),
  Math.ceil((listBox.scrollTop + listBox.clientHeight) / ROW_HEIGHT),
];

function setRows(rows) {
  list.rows = rows;
  listSheet.style.height = `${rows.length * ROW_HEIGHT}px`;
}

function drawRows() {
  const [top, end] = inSight();
  const first = Math.max(0, top - SPARE);
  const drawn = list.rows.slice(first, end + SPARE);
  const wanted = new Map(drawn.map((row, place) => [row, first + place]));
  for (const [row, shown] of list.shown) {
    if (wanted.has(row)) continue;
    shown.remove();
    list.shown.delete(row);
  }
  let next = listSheet.firstChild;
  for (const [row, place] of wanted) {
    const shown = list.shown.get(row) ?? listRow(row);
    list.shown.set(row, shown);
    const where = { "--place": place, "aria-posinset": place + 1 };
    set(shown, { ...where, "aria-setsize": list.rows.length });
    if (shown === next) next = next.nextSibling;
    else listSheet.insertBefore(shown, next); // in the order in which it is read
  }
}

function listRow(row) {
  const { conversations, names } = catalogue.index;
  const id = conversations.id[row];
  const failed = conversations.check[row].length;
  const title = make("span", { class: "title", dir: "auto" });
  const still = make("span", { class: "still" });
  const meta = make("span", { class: "meta" }, [
    make("span", { class: "kind" }, names.kind[conversations.kind[row]]),
    make("span", { class: "id" }, id),
    failed ? make("span", { class: "failed" }, `${failed} failed`) : null,
  ]);
  conversationRecord(row).then((record) => title.replaceChildren(titleOf(record)));
  mediaWords(sampleOf(row)).then((found) => still.replaceChildren(...stills(found.flat())));
  const attributes = {
    id: `row-${row}`,
    role: "option",
    class: "item",
    "aria-selected": String(id === state.id),
    click: () => look({ id }, { step: state.id === null }),
  };
  return make("div", attributes, still, make("span", { class: "text" }, title, meta));
}

// The first question, without the placeholders of media.
function titleOf({ turns }) {
  const [, text] = turns.find(([role]) => role === "user") ?? turns[0] ?? ["", ""];
  const asked = text.replace(/<(image|video|audio|motion)>/g, "").trim();
  return asked.slice(0, 160) || "(nothing is asked)";
}

function stills(found) {
  const picture = found.find((word) => word.startsWith("data:image/"));
  if (picture) return [make("img", { src: picture, alt: "", decoding: "async" })];
  const motion = found.find((word) => word.startsWith("joints:"));
  if (motion) return [motionStill(motion)];
  const played = found.find((word) => /^data:(video|audio)/.test(word));
  if (!played) return [];
  const sign = played.startsWith("data:video") ? "▶\ufe0e" : "♪";
  return [make("span", { class: "sign", "aria-hidden": "true" }, sign)];
}

function markChosen() {
  const row = catalogue.places.get(state.id);
  for (const [other, shown] of list.shown) {
    shown.setAttribute("aria-selected", String(other === row));
  }
  if (row === undefined) listBox.removeAttribute("aria-activedescendant");
  else listBox.setAttribute("aria-activedescendant", `row-${row}`);
}

function scrollToChosen() {
  const place = list.rows.indexOf(catalogue.places.get(state.id));
  if (place < 0) return;
  const top = place * ROW_HEIGHT;
  const beyond = Math.max(
    listBox.scrollTop - top,
    top + ROW_HEIGHT - listBox.scrollTop - listBox.clientHeight,
  );
  if (beyond > 2 * ROW_HEIGHT) listBox.scrollTop = top - (listBox.clientHeight - ROW_HEIGHT) / 2;
  else if (beyond > 0) listBox.scrollTop += top < listBox.scrollTop ? -beyond : beyond;
  drawRows();
  markChosen();
}

// Go so many conversations on; from none to the first.
function go(steps) {
  if (!list.rows.length) return;
  const place = list.rows.indexOf(catalogue.places.get(state.id));
  const next = Math.min(list.rows.length - 1, Math.max(0, place + steps));
  look({ view: "samples", id: catalogue.index.conversations.id[list.rows[next]] });
  scrollToChosen();
}

let isDrawing = false;
listBox.addEventListener(
  "scroll",
  () => {
    if (isDrawing) return;
    isDrawing = true;
    requestAnimationFrame(() => {
      isDrawing = false;
      drawRows();
    });
  },
  { passive: true },
);
new ResizeObserver(drawRows).observe(listBox);
