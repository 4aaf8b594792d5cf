// The first view: what the run came to. Each part is a function from the overview to elements, or
// to null where there is nothing to tell; it goes into the section of its name.

const only = (filter) => () => look({ ...noFilter(), ...filter, view: "samples", id: null }, { step: true });

const PARTS = {
  checks({ checks, counts }) {
    if (!checks.length) {
      return make("p", { class: "quiet" }, "No check was run. ", make("code", {}, "mmgen check"), " does, and this page then shows what failed, in the text.");
    }
    const most = Math.max(1, ...checks.map((check) => check.failed));
    const rows = checks.map((check) => {
      const judged = check.passed + check.failed;
      return make("tr", { class: check.failed ? null : "clean" },
        make("th", { scope: "row" },
          check.failed ? make("button", { class: "plain", click: only({ check: [check.name] }) }, check.name) : make("span", {}, check.name),
          make("span", { class: "quiet" }, check.summary)),
        make("td", { class: "number" }, whole.format(check.failed)),
        make("td", { class: "number quiet" }, judged ? percent(check.failed, judged) : "not judged"),
        make("td", { class: "bar", "aria-hidden": "true" }, make("span", { class: "accent", "--share": check.failed / most })),
        make("td", { class: "example" }, check.failed ? exampleOf(check) : null,
          check.not_judged && judged ? make("span", { class: "quiet" }, `${whole.format(check.not_judged)} not judged`) : null));
    });
    return [
      make("p", { class: "lead" }, counts.failing
        ? make("button", { class: "plain", click: only({ check: [ANY_FAULT] }) }, plural(counts.failing, "conversation"))
        : "None", counts.failing ? ` of ${whole.format(counts.conversations)} failed a check, ${percent(counts.failing, counts.conversations)}.` : ` of ${plural(counts.conversations, "conversation")} failed a check.`),
      make("div", { class: "wide" }, make("table", { class: "bars checks" },
        make("caption", { class: "unseen" }, "Checks, those that failed most first"),
        make("thead", { class: "unseen" }, make("tr", {}, ["check", "failed", "share of those judged", "", "example"].map((name) => make("th", { scope: "col" }, name)))),
        make("tbody", {}, rows))),
    ];
  },

  kinds({ kinds, families }) {
    const table = (rows, caption, choose) => barTable(
      rows.map(([name, count]) => ({ name: words(name), count, choose: choose && only({ kind: [name] }) })),
      { caption, head: [caption, "number", ""] });
    const ofKinds = table(kinds, "Conversations of each kind", true);
    if (!families.length) return ofKinds;
    return make("div", { class: "columns" },
      make("div", {}, make("h3", {}, "Conversations"), ofKinds),
      make("div", {}, make("h3", {}, "Question families"), table(families, "Questions of each family")));
  },

  openings({ openings }) {
    const total = openings.reduce((sum, { count }) => sum + count, 0);
    const height = 460;
    return total ? make("div", { class: "openings", "--height": `${height}px` }, wordTree(openings, total, height)) : null;
  },

  lengths({ lengths, exchanges }) {
    const counts = Array.from({ length: 1 + Math.max(0, ...exchanges.map(([n]) => n)) }, () => 0);
    for (const [questions, count] of exchanges) counts[questions] = count;
    return [
      make("div", { class: "columns" },
        histogramChart("Questions", lengths.questions, "words"),
        histogramChart("Answers", lengths.answers, "words")),
      make("h3", {}, "Questions in a conversation"),
      barTable(exchanges.map(([number, count]) => ({ name: whole.format(number), count })),
        { caption: "Questions in a conversation", head: ["questions", "conversations", ""] }),
    ];
  },

  categories({ categories, counts, annotated }) {
    const { rows, even } = categories;
    if (!rows.length) {
      return make("p", { class: "quiet" }, annotated ? "Nothing is annotated in them." : "The annotations of the source were not at hand, so there are neither categories nor boxes.");
    }
    const [first, last] = [rows[0], rows.at(-1)];
    return [
      make("p", { class: "lead" }, `${plural(rows.length, "category", "categories")}, as mixed as ${short.format(even)} equally common ones. `
        + `The commonest, ${first[0]}, is in ${percent(first[1], counts.samples)} of samples; the rarest, ${last[0]}, in ${whole.format(last[1])}.`),
      barTable(rows.map(([name, count, boxes]) => ({ name, count, choose: only({ category: [name] }), note: boxes ? plural(boxes, "box", "boxes") : "" })),
        { caption: "Samples of each category", head: ["category", "samples", "", "boxes"] }),
    ];
  },

  scores({ scores, judges }) {
    if (!scores.length) return null;
    return [make("div", { class: "columns" }, scores.map(({ name, mean, bars }) => make("div", {},
      make("h3", {}, words(name), make("span", { class: "quiet" }, ` mean ${short.format(mean)}`)),
      barTable(bars.map(({ from, to, count }) => ({ name: from === to ? short.format(from) : `${short.format(from)} – ${short.format(to)}`, count, choose: only({ score: { [name]: [from, to] } }) })).reverse(),
        { caption: `Conversations by ${name}`, head: [name, "conversations", ""] })))), judges.map(agreementTable)];
  },

  rejects({ rejects, counts }) {
    if (!rejects.length) return make("p", { class: "quiet" }, "Nothing was rejected.");
    const most = Math.max(...rejects.map((row) => row.count));
    return [
      make("p", { class: "lead" }, `${plural(counts.rejects, "request")} of ${whole.format(counts.requests)} came to nothing, ${percent(counts.rejects, counts.requests)}.`),
      make("div", { class: "reasons" }, rejects.map(({ reason, count, examples }) => {
        const head = [
          make("span", { class: "number" }, whole.format(count)),
          make("span", { class: "reason", dir: "auto" }, reason ?? "other reasons"),
          make("span", { class: "bar", "aria-hidden": "true" }, make("span", { "--share": count / most })),
        ];
        if (!examples.length) return make("div", { class: "row" }, head);
        return make("details", {}, make("summary", { class: "row" }, head), examples.map(({ id, kind, reply }) => make("figure", { class: "reply" },
          make("figcaption", {}, `${id} · ${words(kind)}`),
          reply === null ? make("p", { class: "quiet" }, "No reply came.") : make("pre", { dir: "auto", tabindex: "0" }, reply))));
      })),
    ];
  },

  licences({ licences }) {
    const allowed = (value) => ({ true: "yes", false: "no" })[value] ?? "not known";
    return make("div", { class: "wide" }, make("table", { class: "plain" },
      make("thead", {}, make("tr", {}, ["licence of the medium", "commercial use", "changes", "share alike", "samples", "conversations"].map((name, place) =>
        make("th", { scope: "col", class: place > 3 ? "number" : null }, name)))),
      make("tbody", {}, licences.map((terms) => make("tr", {},
        make("th", { scope: "row" }, make("button", { class: "plain", click: only({ licence: [terms.name] }) }, terms.name)),
        make("td", {}, allowed(terms.commercial)), make("td", {}, allowed(terms.derivatives)), make("td", {}, allowed(terms.share_alike)),
        make("td", { class: "number" }, whole.format(terms.samples)), make("td", { class: "number" }, whole.format(terms.conversations)))))));
  },

  making({ making, tokens, counts }) {
    const spent = tokens.prompt + tokens.completion;
    return [
      facts([
        ["Status", making.problem ? `${making.status}: ${making.problem}` : making.status],
        ["Source", making.source.join(", ")],
        ["Recipe", making.recipe.join(", ")],
        ["Model", making.model.join(", ")],
        ["Backend", making.backend],
        ["Tokens read", spent ? whole.format(tokens.prompt) + (tokens.cached ? `, ${whole.format(tokens.cached)} of them from a cache` : "") : null],
        ["Tokens written", spent ? whole.format(tokens.completion) : null],
        ["Cost", spent ? (tokens.cost === null ? "no price is known" : `$${tokens.cost.toFixed(2)}${tokens.price_source ? ` (${tokens.price_source})` : ""}`) : "nothing: no model was asked"],
        ["Taken over from a cache", tokens.taken_over ? plural(tokens.taken_over, "reply", "replies") : null],
        ["Chosen by licence", making.licence === "any" ? null : `for ${making.licence} use; ${making.not_allowed.map(([name, count]) => `${whole.format(count)} left out: ${name}`).join(", ") || "none left out"}`],
        ["Seed", String(making.seed)],
        ["Shards", making.shards > 1 ? String(making.shards) : null],
        ["Time", `${short.format(counts.seconds)} s, from ${moment(making.started)}${making.finished ? ` to ${moment(making.finished)}` : ""}`],
        ["Version", `mmgen_datasets ${making.version}`],
      ]),
      make("h3", {}, "The command"),
      make("pre", { tabindex: "0" }, making.command),
    ];
  },
};

// How far a judge and the checks say the same; see docs/quality.md.
function agreementTable({ name, agreement }) {
  if (!agreement.length) return null;
  const cell = (value, format) => make("td", { class: "number" }, value === null ? "–" : format.format(value));
  const heads = ["check", "failed", "mean score", "2 or less", "passed", "mean score", "4 or more", "AUC"];
  return [
    make("h3", {}, "Agreement with the checks", make("span", { class: "quiet" }, ` of ${name}, by its lowest score of each conversation`)),
    make("div", { class: "wide" }, make("table", { class: "plain" },
      make("thead", {}, make("tr", {}, heads.map((head, place) => make("th", { scope: "col", class: place ? "number" : null }, head)))),
      make("tbody", {}, agreement.map((row) => make("tr", {}, make("th", { scope: "row" }, row.check),
        cell(row.failed, whole), cell(row.mean_failed, short), cell(row.failed_low, share),
        cell(row.passed, whole), cell(row.mean_passed, short), cell(row.passed_high, share), cell(row.auc, short)))))),
  ];
}

const moment = (iso) => iso.replace("T", " ").replace(/(:\d\d)?\+00:00$/, " UTC");

// The first fault of a check, as a link to where it stands.
function exampleOf({ example, example_id }) {
  const line = (example ?? "").split("\n")[0];
  const [, quoted, problem] = /^turn \d+ ("(?:[^"\\]|\\.)*"): (.*)$/.exec(line) ?? [];
  const told = quoted === undefined ? line : `${quoted === '""' ? "" : `“${JSON.parse(quoted)}” `}${problem}`;
  return make("button", { class: "plain", dir: "auto", click: () => look({ ...noFilter(), view: "samples", id: example_id }, { step: true }) }, told || example_id);
}

function showOverview() {
  for (const [name, part] of Object.entries(PARTS)) {
    const shown = part(catalogue.overview);
    byId(`part-${name}`).hidden = shown === null;
    if (shown !== null) byId(`part-${name}`).querySelector(".body").replaceChildren(...[shown].flat(3).filter((one) => one !== null));
  }
}
