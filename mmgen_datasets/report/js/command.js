// The choices as the command that makes a run of what they leave; see quality/where.py.

const SELECT_NAMES = {
  kind: "kind",
  check: "failed",
  category: "category",
  licence: "licence",
  source: "source",
};

// Null where no command says the same: for a search, and for "none" beside other checks.
function selectCommand(wanted) {
  if (wanted.q.trim() || !isFiltered(wanted)) return null;
  const conditions = FACETS.filter((facet) => wanted[facet].length).map((facet) => {
    const names = wanted[facet];
    if (facet !== "check") return `${SELECT_NAMES[facet]} = ${names.map(whereValue).join(",")}`;
    if (names.includes(NO_FAULT)) return names.length === 1 ? "failed != any" : null;
    return names.includes(ANY_FAULT)
      ? "failed = any"
      : `failed = ${names.map(whereValue).join(",")}`;
  });
  for (const [name, [least, most]] of Object.entries(wanted.score)) {
    conditions.push(`${name} >= ${least}`, `${name} <= ${most}`);
  }
  if (conditions.includes(null)) return null;
  const run = `runs/${catalogue.overview.name}`;
  return [
    `mmgen select ${shellWord(run)}`,
    ...conditions.map((condition) => `--where ${shellWord(condition)}`),
    `--out ${shellWord(`${run}-selected`)}`,
  ].join(" \\\n  ");
}

const whereValue = (name) =>
  /^[\s=<>!]|[",]|\s$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;

const shellWord = (text) =>
  /^[\w./@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

function showCommand() {
  byId("command-text").replaceChildren(...commandWords(selectCommand(state)));
  byId("command").showModal();
  getSelection().selectAllChildren(byId("command-text"));
}
