// Parts of the overview: what checks found, and what judges gave.

const only = (filter) => () =>
  look({ ...noFilter(), ...filter, view: "samples", id: null }, { step: true });

const CHECK_HEADS = ["check", "failed", "share of those judged", "", "example"];

function toldChecks({ checks, counts }) {
  if (!checks.length) {
    const told = ["No check was run. ", make("code", {}, "mmgen check"), " runs them."];
    return make("p", { class: "quiet" }, told);
  }
  const all = plural(counts.conversations, "conversation");
  const failing = nameOf(whole.format(counts.failing), only({ check: [ANY_FAULT] }));
  const lead = [failing, ` of ${all} failed a check, ${percent(counts.failing, counts.conversations)}.`];
  const most = Math.max(1, ...checks.map((check) => check.failed));
  const table = dataTable({
    caption: "Checks, those that failed most first",
    heads: CHECK_HEADS,
    rows: checks.map((check) => checkRow(check, most)),
    kind: "bars checks",
    unseenHead: true,
  });
  const wide = make("div", { class: "wide" }, table);
  if (counts.failing) return [make("p", { class: "lead" }, lead), wide];
  return [
    make("p", { class: "lead" }, allPassed(checks, all)),
    make("details", {}, make("summary", {}, "what they look at"), wide),
  ];
}

function allPassed(checks, conversations) {
  const idle = checks.filter(({ passed }) => !passed).length;
  const number = whole.format(checks.length - idle);
  const left = idle ? `; ${plural(idle, "other")} could judge nothing` : "";
  return `All ${number} checks passed, on ${conversations}${left}.`;
}

function checkRow(check, most) {
  const { name, summary, passed, failed, not_judged: unjudged } = check;
  const judged = passed + failed;
  const choose = failed ? only({ check: [name] }) : null;
  const left = unjudged && judged ? `${whole.format(unjudged)} not judged` : null;
  return make("tr", { class: failed ? null : "clean" }, [
    make("th", { scope: "row" }, nameOf(name, choose), make("span", { class: "quiet" }, summary)),
    make("td", { class: "number" }, whole.format(failed)),
    make(
      "td",
      { class: "number quiet", title: `${whole.format(passed)} passed` },
      judged ? `${percent(failed, judged)} of ${whole.format(judged)}` : "not judged",
    ),
    make("td", { class: "bar", "aria-hidden": "true" }, barOf(failed / most, true)),
    make(
      "td",
      { class: "example" },
      failed ? exampleOf(check) : null,
      left && make("span", {}, left),
    ),
  ]);
}

// The first fault of a check; it leads to where it stands.
function exampleOf({ example, example_id: id }) {
  const line = (example ?? "").split("\n")[0];
  const [, quoted, problem] = /^turn \d+ ("(?:[^"\\]|\\.)*"): (.*)$/.exec(line) ?? [];
  const said = quoted === undefined || quoted === '""' ? "" : `“${JSON.parse(quoted)}” `;
  const show = () => look({ ...noFilter(), view: "samples", id }, { step: true });
  const told = quoted === undefined ? line : said + problem;
  return make("button", { class: "plain", dir: "auto", click: show }, told || id);
}

function toldScores({ scores, judges }) {
  if (!scores.length) return null;
  const charts = scores.map(({ name, mean, bars }) => {
    const head = make("span", { class: "quiet" }, ` mean ${short.format(mean)}`);
    return make("div", {}, make("h3", {}, name, head), scoreBars(name, bars));
  });
  return [make("div", { class: "columns" }, charts), ...judges.flatMap(toldAgreement)];
}

function scoreBars(name, bars) {
  const rows = bars.map(({ from, to, count }) => ({
    name: from === to ? short.format(from) : `${short.format(from)} – ${short.format(to)}`,
    count,
    choose: only({ score: { [name]: [from, to] } }),
  }));
  const heads = [name, "conversations", ""];
  return barTable(rows.reverse(), { caption: `Conversations by ${name}`, heads });
}

const AGREEMENT_HEADS = [
  ...["check", "failed", "mean score", "2 or less"],
  ...["passed", "mean score", "4 or more", "AUC"],
];

// How far a judge and the checks say the same; see docs/judging.md.
function toldAgreement({ name, agreement }) {
  if (!agreement.length) return [];
  const numbers = [1, 2, 3, 4, 5, 6, 7];
  const known = (value, format) => (value === null ? null : format.format(value));
  const rows = agreement.map((row) => [
    row.check,
    whole.format(row.failed),
    known(row.mean_failed, short),
    known(row.failed_low, share),
    whole.format(row.passed),
    known(row.mean_passed, short),
    known(row.passed_high, share),
    known(row.auc, short),
  ]);
  const whose = ` of ${name}, by its lowest score of each conversation`;
  const table = dataTable({
    heads: AGREEMENT_HEADS,
    rows: rows.map((row) => dataRow(row, numbers)),
    numbers,
  });
  return [
    make("h3", {}, "Agreement with the checks", make("span", { class: "quiet" }, whose)),
    make("div", { class: "wide" }, table),
  ];
}
