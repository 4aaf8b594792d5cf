// What is looked at: the address says it, so that a link leads to the same.

const FACETS = ["kind", "check", "category", "licence", "source"];
const ANY_FAULT = "*";
const NO_FAULT = "-";

const noFilter = () => ({
  q: "",
  ...Object.fromEntries(FACETS.map((facet) => [facet, []])),
  score: {}, // by name: [least, most]
});

let state = { view: "overview", id: null, ...noFilter() };
const listeners = [];
const whenStateChanges = (listener) => listeners.push(listener);

function readAddress() {
  const told = new URLSearchParams(location.hash.slice(1));
  const read = { ...noFilter(), view: told.get("view") ?? "overview", id: told.get("id") };
  if (read.id !== null) read.view = "samples";
  read.q = told.get("q") ?? "";
  for (const facet of FACETS) read[facet] = told.getAll(facet);
  for (const range of told.getAll("score")) {
    const [, name, least, most] = /^(.*):(-?[\d.]+)\.\.(-?[\d.]+)$/s.exec(range) ?? [];
    if (name !== undefined) read.score[name] = [Number(least), Number(most)];
  }
  return read;
}

function addressOf(wanted) {
  const told = new URLSearchParams();
  if (wanted.view !== "overview") told.set("view", wanted.view);
  if (wanted.q) told.set("q", wanted.q);
  for (const facet of FACETS) for (const name of wanted[facet]) told.append(facet, name);
  for (const [name, [least, most]] of Object.entries(wanted.score)) {
    told.append("score", `${name}:${least}..${most}`);
  }
  if (wanted.view === "samples" && wanted.id !== null) told.set("id", wanted.id);
  return `#${told}`;
}

// Change what is looked at; `step` leaves the old address to the browser's way back.
function look(change, { step = false } = {}) {
  const before = state;
  state = { ...state, ...change };
  writeAddress(before, step);
  for (const listener of listeners) listener(state, before);
}

// Browsers refuse more than some hundred addresses in half a minute; a held key would ask for them.
let late = 0;
function writeAddress(before, step) {
  if (late && step) history.replaceState(null, "", addressOf(before));
  clearTimeout(late);
  late = 0;
  if (step) history.pushState(null, "", addressOf(state));
  else
    late = setTimeout(() => {
      late = 0;
      history.replaceState(null, "", addressOf(state));
    }, 200);
}

window.addEventListener("popstate", () => {
  clearTimeout(late);
  late = 0;
  const before = state;
  state = readAddress();
  for (const listener of listeners) listener(state, before);
});
