// The choices beside the list: what may be chosen, how many it leaves, and what is chosen.

const FACET_NAMES = {
  check: "Failed check",
  kind: "Kind",
  category: "Category",
  licence: "Licence",
  source: "Source",
};
const CHOICES_SHOWN = 8;
const openFacets = new Set();

const ranks = {}; // of choices, by facet and number, as they were sorted last

function showFacets(found) {
  for (const facet of Object.keys(FACET_NAMES)) {
    const numbers = [...found.counts[facet].entries()].sort((a, b) => b[1] - a[1]);
    ranks[facet] = new Map(numbers.map(([number], rank) => [number, rank]));
  }
  byId("facets").replaceChildren(...facetGroups(found));
  byId("clear").hidden = !isFiltered(state);
}

// Tell other numbers; the choices stay where they are, and new ones come last.
function countFacets(found) {
  mergeChildren(byId("facets"), facetGroups(found));
}

function facetGroups({ counts }) {
  const groups = Object.keys(FACET_NAMES).map((facet) => facetGroup(facet, counts[facet]));
  const scores = Object.keys(catalogue.index.scores).map(scoreGroup);
  return [...groups, ...scores].filter((group) => group !== null);
}

function facetGroup(facet, counts) {
  const names = catalogue.index.names[facet];
  const rank = (number) => ranks[facet].get(number) ?? names.length + number;
  const choices = names
    .map((name, number) => [name, name, counts.get(number) ?? 0, number])
    .sort((a, b) => rank(a[3]) - rank(b[3]));
  if (facet === "check" && names.length) {
    choices.unshift(
      [ANY_FAULT, "any", counts.get(ANY_FAULT) ?? 0],
      [NO_FAULT, "none", counts.get(NO_FAULT) ?? 0],
    );
  }
  if (choices.length < 2 && !state[facet].length) return null;
  const isOpen = openFacets.has(facet);
  const shown = choices.filter(
    ([name], place) => isOpen || place < CHOICES_SHOWN || state[facet].includes(name),
  );
  const opening = {
    class: "more",
    "aria-expanded": String(isOpen),
    click: () => toggleFacet(facet),
  };
  const more = make("button", opening, isOpen ? "fewer" : `all ${choices.length}`);
  return make("fieldset", {}, [
    make("legend", {}, FACET_NAMES[facet]),
    ...shown.map((choice) => choiceOf(facet, choice)),
    choices.length > CHOICES_SHOWN ? more : null,
  ]);
}

function toggleFacet(facet) {
  if (!openFacets.delete(facet)) openFacets.add(facet);
  update();
}

function choiceOf(facet, [name, told, count]) {
  const checked = state[facet].includes(name);
  const others = state[facet].filter((other) => other !== name);
  const change = () => {
    look({ [facet]: checked ? others : [...others, name] });
    // The choices were made anew: the focus goes on from where it was.
    for (const other of document.querySelectorAll(`input[data-facet=${facet}]`)) {
      if (other.dataset.name === name) other.focus();
    }
  };
  const box = { type: "checkbox", checked, "data-facet": facet, "data-name": name, change };
  return make("label", { class: count || checked ? null : "none" }, [
    make("input", box),
    make("span", { class: "name" }, told),
    make("span", { class: "count" }, whole.format(count)),
  ]);
}

function scoreGroup(name) {
  const values = catalogue.index.scores[name].filter((value) => value !== null);
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  if (least === most && !state.score[name]) return null; // there is nothing to choose
  const [from, to] = state.score[name] ?? [least, most];
  const choose = (range) => {
    const { [name]: _, ...others } = state.score;
    const isAll = range[0] <= least && range[1] >= most;
    look({ score: isAll ? others : { ...others, [name]: range } });
  };
  const field = (label, value, rangeWith) => {
    const change = ({ target }) => choose(rangeWith(Number(target.value)));
    const input = { type: "number", value, min: least, max: most, step: "any", change };
    return make("label", {}, label, make("input", input));
  };
  return make("fieldset", { class: "range" }, [
    make("legend", {}, `Score: ${name}`),
    field("from", from, (value) => [value, to]),
    field("to", to, (value) => [from, value]),
  ]);
}
