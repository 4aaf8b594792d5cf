// Parts of the overview: what is asked, how long that is, and what it is about.

function toldKinds({ kinds, families }) {
  const ofKinds = barTable(
    kinds.map(([name, count]) => ({ name, count, choose: only({ kind: [name] }) })),
    { caption: "Conversations of each kind", heads: ["kind", "conversations", ""] },
  );
  if (!families.length) return ofKinds;
  const ofFamilies = barTable(
    families.map(([name, count]) => ({ name, count })),
    { caption: "Questions of each family", heads: ["family", "questions", ""] },
  );
  return make("div", { class: "columns" }, [
    make("div", {}, make("h3", {}, "Conversations"), ofKinds),
    make("div", {}, make("h3", {}, "Question families"), ofFamilies),
  ]);
}

const TREE_HEIGHT = 460; // pixels

function toldOpenings({ openings }) {
  const total = openings.reduce((sum, { count }) => sum + count, 0);
  if (!total) return null;
  const tree = wordTree(openings, total, TREE_HEIGHT);
  return make("div", { class: "openings", "--height": `${TREE_HEIGHT}px` }, tree);
}

function toldLengths({ lengths, exchanges }) {
  const rows = exchanges.map(([number, count]) => ({ name: whole.format(number), count }));
  const title = "Questions in a conversation";
  return [
    make("div", { class: "columns" }, [
      histogramChart("Questions", lengths.questions, "words"),
      histogramChart("Answers", lengths.answers, "words"),
    ]),
    make("h3", {}, title),
    barTable(rows, { caption: title, heads: ["questions", "conversations", ""] }),
  ];
}

const NO_ANNOTATIONS =
  "The annotations of the source were not at hand, so there are neither categories nor boxes.";

function toldCategories({ categories, counts, annotated }) {
  const { rows, even } = categories;
  if (!rows.length) {
    const told = annotated ? "Nothing is annotated in them." : NO_ANNOTATIONS;
    return make("p", { class: "quiet" }, told);
  }
  const [[first, most]] = rows;
  const [last, least] = rows.at(-1);
  const lead =
    `${plural(rows.length, "category", "categories")}, as mixed as ${short.format(even)} equally ` +
    `common ones. The commonest, ${first}, is in ${percent(most, counts.samples)} of samples; ` +
    `the rarest, ${last}, in ${whole.format(least)}.`;
  const bars = rows.map(([name, count, boxes]) => ({
    name,
    count,
    choose: only({ category: [name] }),
    note: boxes ? plural(boxes, "box", "boxes") : "",
  }));
  const heads = ["category", "samples", "", "boxes"];
  return [
    make("p", { class: "lead" }, lead),
    barTable(bars, { caption: "Samples of each category", heads }),
  ];
}
