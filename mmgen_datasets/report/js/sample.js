// One conversation: its media, its turns with their faults, and where it comes from.

async function showSample() {
  const row = catalogue.places.get(state.id);
  const place = byId("sample");
  if (row === undefined) {
    place.replaceChildren(make("p", { class: "quiet hint" }, state.id === null
      ? "Choose a conversation, or press j." : `No conversation has the id ${state.id}.`));
    return;
  }
  const wanted = state.id;
  const sample = sampleOf(row);
  const [record, about, media] = await Promise.all([conversationRecord(row), sampleRecord(sample), mediaWords(sample)]);
  if (state.id !== wanted) return; // another one was chosen meanwhile
  const faults = numberedFaults(record);
  place.replaceChildren(
    sampleHead(row),
    make("div", { class: "body" },
      make("div", { class: "media" }, media.map((word) => medium(word, about))),
      make("div", { class: "talk" },
        make("ol", { class: "turns" }, record.turns.map(([role, text], turn) => turnElement(role, text, faults.filter((fault) => fault.turn === turn)))),
        faultList(record, faults), scoreList(record.scores)),
      make("div", { class: "annotated" }, annotated(about))),
    make("section", { class: "origin", "aria-label": "Where it comes from" }, origin(row, record, about)));
  place.scrollTop = 0;
  hideTip();
}

function sampleHead(row) {
  const place = list.rows.indexOf(row);
  const step = (name, steps, told) => make("button", { "aria-label": told, title: told, click: () => go(steps), disabled: place + steps < 0 || place + steps >= list.rows.length }, name);
  return make("header", {},
    make("button", { class: "back", click: () => look({ id: null }) }, "← List"),
    make("h2", {}, catalogue.index.conversations.id[row]),
    make("span", { class: "count" }, place < 0 ? "not among those filtered" : `${whole.format(place + 1)} of ${whole.format(list.rows.length)}`),
    step("↑", -1, "The one before (k)"), step("↓", 1, "The next one (j)"));
}

// The faults of all failed checks, by number; one whose detail has another form is of no turn.
function numberedFaults({ failed }) {
  const found = failed.flatMap(({ name, detail, faults }) => (faults.length
    ? faults.map(([turn, quoted, problem]) => ({ name, turn, words: quoted, problem }))
    : [{ name, turn: null, words: "", problem: detail ?? "failed" }]));
  found.sort((a, b) => (a.turn ?? Infinity) - (b.turn ?? Infinity));
  return found.map((fault, place) => ({ ...fault, number: place + 1 }));
}

function turnElement(role, text, faults) {
  const said = make("div", { class: "said", dir: "auto" }, markedText(text, faults, state.q.trim()));
  const unplaced = faults.filter((fault) => !fault.words || !text.includes(fault.words));
  return make("li", { class: `turn ${role === "user" ? "asked" : "answered"}` }, make("span", { class: "role" }, role), said,
    unplaced.map((fault) => make("p", { class: "about" }, `${fault.number} · ${fault.name}: ${fault.problem}`)));
}

function faultList({ failed, passed, unjudged }, faults) {
  if (!failed.length && !passed.length && !unjudged.length) return null;
  const point = (number, on) => {
    for (const mark of document.querySelectorAll(".talk mark.fault")) {
      mark.classList.toggle("pointed", on && mark.dataset.faults.split(" ").includes(String(number)));
    }
  };
  const told = faults.map(({ number, name, words: quoted, problem }) => make("li", {
    pointerenter: () => point(number, true), pointerleave: () => point(number, false),
  }, make("strong", {}, name), make("span", { dir: "auto" }, quoted ? ` “${quoted}” ` : " "), problem));
  const names = (found) => found.map(words).join(", ");
  return make("section", { class: "faults", "aria-label": "Checks" },
    make("h3", {}, faults.length ? plural(faults.length, "fault") : "No fault"),
    make("ol", {}, told),
    passed.length ? make("p", { class: "quiet" }, `Passed: ${names(passed)}.`) : null,
    unjudged.length ? make("p", { class: "quiet" }, `Not judged: ${names(unjudged)}.`) : null);
}

function scoreList(scores) {
  if (!scores.length) return null;
  return make("section", { class: "scores", "aria-label": "Scores" }, make("h3", {}, "Scores"),
    facts(scores.map(({ name, value, judge, detail }) => [words(name), [
      make("strong", {}, value === null ? "none given" : short.format(value)), judge ? ` by ${judge}` : "", detail ? make("p", { class: "quiet", dir: "auto" }, detail) : null,
    ]])));
}

// A medium as report/media.py writes it.
function medium(word, about) {
  if (word.startsWith("data:image/")) return pictureFigure(word, about.boxes ?? [], about.file);
  if (word.startsWith("data:audio/")) return make("audio", { controls: true, src: word, preload: "metadata" });
  if (word.startsWith("joints:")) return motionFigure(word);
  if (word.startsWith("note:")) return make("p", { class: "missing" }, decodeURIComponent(word.slice("note:".length)));
  return null;
}

function annotated({ captions, absent }) {
  return [
    captions?.length ? make("section", {}, make("h3", {}, "Captions"), make("ul", { class: "captions" }, captions.map((text) => make("li", { dir: "auto" }, text)))) : null,
    absent?.length ? make("section", {}, make("h3", {}, "Known to be absent"), make("p", {}, absent.join(", "))) : null,
  ];
}

function origin(row, { made }, { id, source, split, file, credit }) {
  const { names, samples } = catalogue.index;
  const licence = names.licence[samples.licence[sampleOf(row)]];
  const terms = catalogue.overview.licences.find(({ name }) => name === licence);
  const title = credit.title ?? "the original";
  const known = { recipe_sha256: null, library_version: null };
  return facts([
    ["Licence", link(terms?.url, licence)],
    ["Credit", credit.author ? [credit.author, credit.landing_url ? ", " : "", link(credit.landing_url, credit.landing_url ? title : "")] : link(credit.landing_url, credit.landing_url ? title : null)],
    ["Original", credit.original_url ? link(credit.original_url, credit.original_url) : null],
    ["Sample", `${source} ${split ?? ""} ${id}`],
    ["File", file],
    ...Object.entries({ ...made, ...known }).map(([name, value]) => [words(name), value === null ? null : [value].flat().join(", ")]),
  ]);
}
