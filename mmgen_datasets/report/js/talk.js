// The turns of a conversation with their faults, what checks said of it, and what judges did.

// The faults of all failed checks, by number; one whose detail has another form is of no turn.
function numberedFaults({ failed }) {
  const found = failed.flatMap(({ name, detail, faults }) =>
    faults.length
      ? faults.map(([turn, quoted, problem]) => ({ name, turn, words: quoted, problem }))
      : [{ name, turn: null, words: "", problem: detail ?? "failed" }],
  );
  found.sort((a, b) => (a.turn ?? Infinity) - (b.turn ?? Infinity));
  return found.map((fault, place) => ({ ...fault, number: place + 1 }));
}

function talkElement(record) {
  const faults = numberedFaults(record);
  const turns = record.turns.map(([role, text], turn) => {
    const own = faults.filter((fault) => fault.turn === turn);
    return turnElement(role, text, own);
  });
  return make("div", { class: "talk" }, [
    make("ol", { class: "turns" }, turns),
    checkList(record, faults),
    scoreList(record.scores),
  ]);
}

function turnElement(role, text, faults) {
  const side = role === "user" ? "asked" : "answered";
  const marked = markedText(text, faults, state.q.trim());
  const unplaced = faults.filter((fault) => !fault.words || !text.includes(fault.words));
  return make("li", { class: `turn ${side}` }, [
    make("span", { class: "role" }, role),
    make("div", { class: "said", dir: "auto" }, marked),
    ...unplaced.map(({ number, name, problem }) =>
      make("p", { class: "about" }, `${number} · ${name}: ${problem}`),
    ),
  ]);
}

function checkList({ failed, passed, unjudged }, faults) {
  if (!failed.length && !passed.length && !unjudged.length) return null;
  const names = (title, found) =>
    found.length
      ? make("p", { class: "quiet" }, `${title}: ${found.join(", ")}.`)
      : null;
  return make("section", { class: "faults", "aria-label": "Checks" }, [
    make("h3", {}, faults.length ? plural(faults.length, "fault") : "No fault"),
    make("ol", {}, faults.map(faultElement)),
    names("Passed", passed),
    names("Not judged", unjudged),
  ]);
}

// A fault in the list; pointing at it shows where it stands.
function faultElement({ number, name, words: quoted, problem }) {
  const point = (on) => {
    for (const mark of document.querySelectorAll(".talk mark.fault")) {
      const isOf = mark.dataset.faults.split(" ").includes(String(number));
      mark.classList.toggle("pointed", on && isOf);
    }
  };
  const pointing = { pointerenter: () => point(true), pointerleave: () => point(false) };
  return make("li", pointing, [
    make("strong", {}, name),
    make("span", { dir: "auto" }, quoted ? ` “${quoted}” ` : " "),
    ...problem.split(/(\s+)/).map(linkedId),
  ]);
}

// The name of another conversation, as that of one which this repeats, leads there.
function linkedId(word) {
  if (!catalogue.places.has(word)) return word;
  return make(
    "button",
    { class: "plain id", click: () => look({ id: word }, { step: true }) },
    word,
  );
}

function scoreList(scores) {
  if (!scores.length) return null;
  const told = scores.map(({ name, value, judge, detail }) => [
    name,
    [
      make("strong", {}, value === null ? "none given" : short.format(value)),
      judge ? ` by ${judge}` : "",
      detail ? make("p", { class: "quiet", dir: "auto" }, detail) : null,
    ],
  ]);
  const section = { class: "scores", "aria-label": "Scores" };
  return make("section", section, make("h3", {}, "Scores"), facts(told));
}
