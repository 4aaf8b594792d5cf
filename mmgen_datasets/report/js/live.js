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
    const headway = await takeUpNews();
    if (headway?.status === "finished") return;
    await new Promise((done) => setTimeout(done, pauseAfter(headway)));
  }
};

// Says how the run stands; null where that could not be found out.
async function takeUpNews() {
  try {
    const told = await askWhatIsNew();
    await takeUp(told);
    return told.headway;
  } catch (error) {
    tellTrouble(error);
    return null;
  }
}

async function askWhatIsNew() {
  const { conversations, samples, names } = catalogue.index;
  const have = new URLSearchParams({
    version,
    conversations: conversations.id.length,
    samples: samples.source.length,
    ...Object.fromEntries(Object.entries(names).map(([facet, known]) => [facet, known.length])),
  });
  return (await answerTo(`since?${have}`)).json();
}

function pauseAfter(headway) {
  if (headway?.status !== "running") return IDLE_MS;
  return headway.behind ? BEHIND_MS : EVERY_MS;
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
  await readAll(); // a search finds them at once
}

function tellOverview() {
  if (!isUntold || state.view !== "overview") return;
  isUntold = false;
  showOverview();
  mergeChildren(byId("figures"), figuresOf(catalogue.overview));
}

whenStateChanges(tellOverview);

function figuresOf({ counts, checks, tokens }) {
  const { conversations, exchanges, rejects, failing } = counts;
  const spent = tokens.prompt + tokens.completion;
  return [
    figureOf("conversations", whole.format(conversations)),
    figureOf("questions answered", whole.format(exchanges)),
    figureOf("rejected", whole.format(rejects), partOf(rejects, rejects + conversations)),
    checks.length
      ? figureOf("failed a check", whole.format(failing), partOf(failing, conversations), failing)
      : null,
    spent ? figureOf("tokens", whole.format(spent)) : null,
    spent && tokens.cost !== null ? figureOf("cost", `$${tokens.cost.toFixed(2)}`) : null,
  ].filter((figure) => figure !== null);
}

const partOf = (count, all) =>
  count ? make("small", {}, ` ${((100 * count) / all).toFixed(1)} %`) : null;

function figureOf(name, value, part = null, isBad = false) {
  const told = make("dd", { class: isBad ? "accent" : null }, value, part);
  return make("div", {}, make("dt", {}, name), told);
}

let said = "";
function tellHeadway(headway) {
  const { status, settled, requests, quiet_s: quiet } = headway;
  const isRunning = status === "running";
  const part = requests ? Math.floor((100 * settled) / requests) : 0;
  const word = isRunning && quiet > QUIET_S ? "quiet" : status;
  byId("progress").max = Math.max(1, requests);
  byId("progress").value = settled;
  byId("progress").hidden = status === "finished";
  byId("standing").textContent = isRunning ? `${word} · ${part} %` : word;
  byId("standing").dataset.status = word;
  byId("story").textContent = isRunning ? paceOf(headway) : endOf(headway);
  tellAgain(headway.again);
  // Read out now and then, not each time.
  const now = isRunning ? `${part - (part % 10)} % of the requests are settled` : endOf(headway);
  if (now !== said) byId("said").textContent = said = now;
}

// The commands that go on with what is at rest, to be copied: they stay as they are while selected.
function tellAgain(commands) {
  const told = byId("again").querySelector("pre");
  const text = commands.join("\n");
  byId("again").hidden = !commands.length;
  if (told.textContent !== text) told.replaceChildren(...commandWords(text));
}

const doneOf = ({ settled, requests }) =>
  `${whole.format(settled)} of ${plural(requests, "request")} settled`;

function paceOf(headway) {
  const { rate, left_s: left, quiet_s: quiet, problem } = headway;
  const pace =
    quiet > QUIET_S
      ? [`nothing has come for ${timeOf(quiet)}`]
      : [rate ? `${short.format(rate)} a second` : "", left === null ? "" : `${timeOf(left)} left`];
  return [doneOf(headway), ...pace, problem].filter(Boolean).join(" · ");
}

function endOf(headway) {
  const { status, problem } = headway;
  return `The run is ${status}${problem ? `: ${problem}` : ""}. ${doneOf(headway)}.`;
}

// Hours, minutes and seconds, as 0:01:15.
function timeOf(seconds) {
  const parts = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(Math.floor);
  return parts.map((part, place) => String(part).padStart(place ? 2 : 1, "0")).join(":");
}

function tellTrouble(error) {
  byId("standing").textContent = "no answer";
  byId("standing").dataset.status = "no answer";
  byId("story").textContent = `The run is not followed at the moment: ${error.message}`;
}
