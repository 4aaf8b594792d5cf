// The choices beside the list: what may be chosen, how many it leaves, and what is chosen.

const FACET_NAMES = { check: "Failed check", kind: "Kind", category: "Category", licence: "Licence", source: "Source" };
const CHOICES_SHOWN = 8;
const openFacets = new Set();

function showFacets({ counts }) {
  const groups = ["check", "kind", "category", "licence", "source"].map((facet) => facetGroup(facet, counts[facet]));
  const scores = Object.keys(catalogue.index.scores).map(scoreGroup);
  byId("facets").replaceChildren(...[...groups, ...scores].filter((group) => group !== null));
  byId("clear").hidden = !isFiltered(state);
}

function facetGroup(facet, counts) {
  const names = catalogue.index.names[facet];
  const choices = names.map((name, number) => [name, words(name), counts.get(number) ?? 0]);
  if (facet !== "check") choices.sort((a, b) => b[2] - a[2]);
  if (facet === "check" && names.length) {
    choices.sort((a, b) => b[2] - a[2]);
    choices.unshift([ANY_FAULT, "any", counts.get(ANY_FAULT) ?? 0], [NO_FAULT, "none", counts.get(NO_FAULT) ?? 0]);
  }
  if (choices.length < 2 && !state[facet].length) return null;
  const isOpen = openFacets.has(facet);
  const shown = choices.filter(([name], place) => isOpen || place < CHOICES_SHOWN || state[facet].includes(name));
  const more = choices.length > CHOICES_SHOWN
    ? make("button", { class: "more", "aria-expanded": String(isOpen), click: () => toggleFacet(facet) }, isOpen ? "fewer" : `all ${choices.length}`)
    : null;
  return make("fieldset", {}, make("legend", {}, FACET_NAMES[facet]),
    shown.map((choice) => choiceOf(facet, choice)), more);
}

function toggleFacet(facet) {
  if (!openFacets.delete(facet)) openFacets.add(facet);
  update();
}

function choiceOf(facet, [name, told, count]) {
  const checked = state[facet].includes(name);
  const box = make("input", { type: "checkbox", checked, "data-facet": facet, "data-name": name, change: () => {
    look({ [facet]: checked ? state[facet].filter((other) => other !== name) : [...state[facet], name] });
    // The choices were made anew: the focus goes on from where it was.
    for (const other of document.querySelectorAll(`input[data-facet=${facet}]`)) if (other.dataset.name === name) other.focus();
  } });
  return make("label", { class: count || checked ? null : "empty" }, box, make("span", { class: "name" }, told), make("span", { class: "count" }, whole.format(count)));
}

function scoreGroup(name) {
  const values = catalogue.index.scores[name].filter((value) => value !== null);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const [from, to] = state.score[name] ?? [least, most];
  const field = (label, value, place) => make("label", {}, label, make("input", {
    type: "number", value, min: least, max: most, step: "any",
    change: (event) => {
      const range = [from, to];
      range[place] = Number(event.target.value);
      const others = Object.fromEntries(Object.entries(state.score).filter(([other]) => other !== name));
      look({ score: range[0] <= least && range[1] >= most ? others : { ...others, [name]: range } });
    },
  }));
  return make("fieldset", { class: "range" }, make("legend", {}, `Score: ${words(name)}`), field("from", from, 0), field("to", to, 1));
}
