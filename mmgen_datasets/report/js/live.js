// The run while it goes on: the page asks what is new, says how the run stands, and stops when it
// is finished.

const EVERY_MS = 1500;
const BEHIND_MS = 50; // where there was more than one answer takes
const IDLE_MS = 5000; // a run that stopped, or a server that does not answer, may go on
const QUIET_S = 15;

let version = -1;
let isUntold = false; // whether the overview has changed while it was not looked at

source.follow = async () => {
  for (;;) {
    const told = await askWhatIsNew();
    if (told) await takeUp(told);
    if (told?.headway.status === "finished") return;
    await new Promise((done) => setTimeout(done, pauseAfter(told)));
  }
};

async function askWhatIsNew() {
  const { conversations, samples, names } = catalogue.index;
  const have = new URLSearchParams({
    version,
    conversations: conversations.id.length,
    samples: samples.source.length,
    ...Object.fromEntries(Object.entries(names).map(([facet, known]) => [facet, known.length])),
  });
  try {
    return await (await answerTo(`since?${have}`)).json();
  } catch (error) {
    const isGone = error instanceof TypeError; // what fetch throws where nobody answers
    tellTrouble(isGone ? "the server does not answer; what came until then is here" : error.message);
    return null;
  }
}

function pauseAfter(told) {
  if (told?.headway.status !== "running") return IDLE_MS;
  return told.headway.behind ? BEHIND_MS : EVERY_MS;
}

async function takeUp(told) {
  version = told.version;
  const first = catalogue.size;
  if (told.overview) {
    catalogue.overview = told.overview;
    isUntold = true;
    takeIn(told);
  }
  tellHeadway(told.headway);
  tellOverview();
  if (catalogue.size > first) await showArrivals(first);
  if (!state.q.trim()) readAll(); // a search finds them at once
}

function tellOverview() {
  if (!isUntold || state.view !== "overview") return;
  isUntold = false;
  showOverview();
  mergeChildren(byId("figures"), figuresOf(catalogue.overview));
}

whenStateChanges(tellOverview);

function figuresOf({ counts, checks, tokens }) {
  const part = (count, all) =>
    count && all ? make("small", {}, ` ${(100 * count / all).toFixed(1)} %`) : null;
  const spent = tokens.prompt + tokens.completion;
  const figures = [
    ["conversations", whole.format(counts.conversations)],
    ["questions answered", whole.format(counts.exchanges)],
    ["rejected", whole.format(counts.rejects), part(counts.rejects, counts.rejects + counts.conversations)],
    checks.length ? ["failed a check", whole.format(counts.failing), part(counts.failing, counts.conversations)] : null,
    spent ? ["tokens", whole.format(spent)] : null,
    spent && tokens.cost !== null ? ["cost", `$${tokens.cost.toFixed(2)}`] : null,
  ];
  return figures.filter((figure) => figure !== null).map(([name, ...value]) =>
    make("div", {}, make("dt", {}, name), make("dd", { class: name === "failed a check" ? "accent" : null }, value)),
  );
}

let said = "";
function tellHeadway(headway) {
  const { status, problem, settled, requests, quiet_s: quiet } = headway;
  const isRunning = status === "running";
  byId("progress").max = Math.max(1, requests);
  byId("progress").value = settled;
  byId("progress").hidden = status === "finished";
  const part = requests ? Math.floor((100 * settled) / requests) : 0;
  const state = isRunning ? (quiet > QUIET_S ? "quiet" : "running") : status;
  const share = isRunning ? make("span", {}, ` · ${part} %`) : "";
  byId("standing").replaceChildren(make("span", { class: "word" }, state), share);
  byId("standing").dataset.status = state;
  byId("story").textContent = storyOf(headway);
  const now = isRunning ? `${part - (part % 10)} % of the requests are settled` : `The run is ${status}${problem ? `: ${problem}` : ""}.`;
  if (now !== said) byId("said").textContent = said = now; // now and then, not each time
}

function storyOf({ status, problem, settled, requests, rate, left_s: left, quiet_s: quiet }) {
  const done = `${whole.format(settled)} of ${plural(requests, "request")} settled`;
  if (status === "running") {
    return [
      done,
      quiet > QUIET_S ? `nothing has come for ${timeOf(quiet)}` : rate ? `${short.format(rate)} a second` : null,
      left !== null && quiet <= QUIET_S ? `${timeOf(left)} left` : null,
    ].filter((one) => one !== null).join(" · ");
  }
  if (status === "finished") return `The run is finished: ${done}.`;
  return `The run is ${status}${problem ? `: ${problem}` : ""} · ${done}.`;
}

// Hours, minutes and seconds, as 0:01:15.
function timeOf(seconds) {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  return parts.map((part, place) => (place ? String(part).padStart(2, "0") : part)).join(":");
}

function tellTrouble(problem) {
  byId("standing").textContent = "no answer";
  byId("standing").dataset.status = "no answer";
  byId("story").textContent = `Not followed at the moment: ${problem}.`;
}
