// Parts of the overview: what came to nothing, what the licences allow, and how it was made.

function toldRejects({ rejects, counts }) {
  if (!rejects.length) return make("p", { class: "quiet" }, "Nothing was rejected.");
  const lead =
    `${plural(counts.rejects, "request")} of ${whole.format(counts.requests)} came to nothing, ` +
    `${percent(counts.rejects, counts.requests)}.`;
  const most = Math.max(...rejects.map((row) => row.count));
  const rows = rejects.map((row) => reasonRow(row, most));
  return [make("p", { class: "lead" }, lead), make("div", { class: "reasons" }, rows)];
}

function reasonRow({ reason, count, examples }, most) {
  const head = [
    make("span", { class: "number" }, whole.format(count)),
    make("span", { class: "reason", dir: "auto" }, reason ?? "other reasons"),
    make("span", { class: "bar", "aria-hidden": "true" }, barOf(count / most)),
  ];
  if (!examples.length) return make("div", { class: "row" }, head);
  return make("details", {}, make("summary", { class: "row" }, head), examples.map(rawReply));
}

function rawReply({ id, kind, reply }) {
  const text =
    reply === null
      ? make("p", { class: "quiet" }, "No reply came.")
      : make("pre", { dir: "auto", tabindex: "0" }, reply);
  const caption = make("figcaption", {}, `${id} · ${kind}`);
  return make("figure", { class: "reply" }, caption, text);
}

const LICENCE_HEADS = [
  ...["licence of the medium", "commercial use", "changes", "share alike"],
  ...["samples", "conversations"],
];

function toldLicences({ licences }) {
  const allowed = (value) => ({ true: "yes", false: "no" })[value] ?? "not known";
  const rows = licences.map((terms) =>
    dataRow(
      [
        nameOf(terms.name, only({ licence: [terms.name] })),
        allowed(terms.commercial),
        allowed(terms.derivatives),
        allowed(terms.share_alike),
        whole.format(terms.samples),
        whole.format(terms.conversations),
      ],
      [4, 5],
    ),
  );
  return make("div", { class: "wide" }, dataTable({ heads: LICENCE_HEADS, rows, numbers: [4, 5] }));
}

function toldMaking({ making, tokens, counts }) {
  const { started, finished, problem, status } = making;
  const until = finished ? ` to ${moment(finished)}` : "";
  return [
    facts([
      ["Status", problem ? `${status}: ${problem}` : status],
      ["Source", making.source.join(", ")],
      ["Recipe", making.recipe.join(", ")],
      ["Model", making.model.join(", ")],
      ["Backend", making.backend],
      ...spent(tokens),
      ["Chosen by licence", making.licence === "any" ? null : chosenFor(making)],
      ...making.selections.map((choice) => ["Selected", chosenBy(choice)]),
      ["Seed", String(making.seed)],
      ["Shards", making.shards > 1 ? String(making.shards) : null],
      ["Time", `${short.format(counts.seconds)} s, from ${moment(started)}${until}`],
      ["Version", `mmgen_datasets ${making.version}`],
    ]),
    make("h3", {}, making.command.includes("\n") ? "The commands" : "The command"),
    make("pre", { tabindex: "0" }, commandWords(making.command)),
  ];
}

function spent({ prompt, cached, completion, cost, price_source: source, taken_over: taken }) {
  if (!prompt && !completion) return [["Cost", "nothing: no model was asked"]];
  const fromCache = cached ? `, ${whole.format(cached)} of them from a cache` : "";
  const price = cost === null ? "no price is known" : `$${cost.toFixed(2)}`;
  return [
    ["Tokens read", whole.format(prompt) + fromCache],
    ["Tokens written", whole.format(completion)],
    ["Cost", cost !== null && source ? `${price} (${source})` : price],
    ["Taken over from a cache", taken ? plural(taken, "reply", "replies") : null],
  ];
}

function chosenFor({ licence, not_allowed: left }) {
  const told = left.map(([name, count]) => `${whole.format(count)} left out: ${name}`);
  return `for ${licence} use; ${told.join(", ") || "none left out"}`;
}

function chosenBy({ kept, of, dropped }) {
  const told = dropped.map(([reason, count]) => `${whole.format(count)} dropped: ${reason}`);
  return [`${whole.format(kept)} of ${whole.format(of)}`, ...told].join("; ");
}

const moment = (iso) => iso.replace("T", " ").replace(/(:\d\d)?\+00:00$/, " UTC");
