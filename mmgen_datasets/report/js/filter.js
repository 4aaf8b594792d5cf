// Which conversations are left, and how many each further choice would leave.

function valuesOf(facet, row) {
  const { conversations, samples } = catalogue.index;
  if (facet === "kind") return [conversations.kind[row]];
  if (facet === "check") return conversations.check[row];
  const found = samples[facet][sampleOf(row)];
  return facet === "category" ? found : [found];
}

function faultWords(row) {
  return catalogue.index.conversations.check[row].length ? ANY_FAULT : NO_FAULT;
}

// For each facet a function from a row to whether its choices let it pass; null where there are
// none.
function choosers(wanted) {
  return FACETS.map((facet) => {
    if (!wanted[facet].length) return null;
    const names = catalogue.index.names[facet];
    const numbers = new Set(wanted[facet].map((name) => names.indexOf(name)));
    const special = facet === "check" ? new Set(wanted.check) : new Set();
    return (row) =>
      special.has(faultWords(row)) || valuesOf(facet, row).some((number) => numbers.has(number));
  });
}

function isWanted(wanted) {
  const needle = wanted.q.trim().toLowerCase();
  const ranges = Object.entries(wanted.score);
  return (row) =>
    (!needle || (catalogue.haystacks[row] ?? "").includes(needle)) &&
    ranges.every(([name, [least, most]]) => {
      const value = catalogue.index.scores[name]?.[row];
      return value !== null && value !== undefined && value >= least && value <= most;
    });
}

// The rows that are left, and by facet the number that each of its choices has or would add.
function filtered(wanted) {
  const chosen = choosers(wanted);
  const fits = isWanted(wanted);
  const counts = Object.fromEntries(FACETS.map((facet) => [facet, new Map()]));
  const rows = [];
  for (const row of catalogue.order) {
    if (!fits(row)) continue;
    const against = [];
    chosen.forEach((passes, place) => {
      if (passes && !passes(row)) against.push(place);
    });
    if (!against.length) rows.push(row);
    if (against.length > 1) continue;
    FACETS.forEach((facet, place) => {
      if (against.length && against[0] !== place) return;
      const count = counts[facet];
      for (const number of valuesOf(facet, row)) count.set(number, (count.get(number) ?? 0) + 1);
      if (facet === "check") count.set(faultWords(row), (count.get(faultWords(row)) ?? 0) + 1);
    });
  }
  return { rows, counts };
}

const isFiltered = (wanted) =>
  Boolean(wanted.q.trim()) ||
  FACETS.some((facet) => wanted[facet].length) ||
  Object.keys(wanted.score).length > 0;
