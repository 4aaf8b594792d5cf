// Everything together: what changes when what is looked at changes.

const isNarrow = matchMedia("(max-width: 45rem)");
const THEMES = { auto: "", light: "light", dark: "dark" };

function useTheme(name) {
  document.documentElement.dataset.theme = THEMES[name];
  byId("theme").textContent = name;
  byId("theme").setAttribute("aria-label", `Colours: ${name}`);
  try {
    localStorage.setItem("mmgen-theme", name);
  } catch {
    /* a file may have no storage */
  }
}

// What is drawn has the colours of before.
function repaint() {
  if (!catalogue.overview.media.some((kind) => kind === "motion" || kind === "joints")) return;
  showList(list.rows);
  showSample();
}

function storedTheme() {
  try {
    return localStorage.getItem("mmgen-theme") ?? "auto";
  } catch {
    return "auto";
  }
}

function toggleFilters(open) {
  byId("filters").classList.toggle("open", open);
  byId("show-filters").setAttribute(
    "aria-expanded",
    String(byId("filters").classList.contains("open")),
  );
  if (open === false) byId("show-filters").focus();
}

const NO_CONVERSATIONS = document.body.dataset.live
  ? "No conversation has come yet."
  : "There are no conversations in this run.";

let updating = 0;
async function update() {
  const turn = ++updating;
  if (state.q.trim()) {
    byId("found").textContent = "Searching …";
    await readAll();
    if (turn !== updating) return; // something else is looked for by now
  }
  const found = filtered(state);
  showFacets(found);
  byId("show-command").hidden = selectCommand(state) === null;
  showList(found.rows);
  tellFound(found);
}

function tellFound({ rows }) {
  const all = plural(catalogue.size, "conversation");
  byId("found").textContent = isFiltered(state) ? `${whole.format(rows.length)} of ${all}` : all;
  byId("nothing").hidden = rows.length > 0;
  byId("nothing").textContent = catalogue.size
    ? "Nothing is left by these choices."
    : NO_CONVERSATIONS;
}

const filterOf = (wanted) =>
  JSON.stringify([wanted.q, wanted.score, ...FACETS.map((facet) => wanted[facet])]);

// Where list and conversation stand side by side, one is always open. Says whether it chose.
function chooseFirst(now, before) {
  if (now.view !== "samples" || !list.rows.length || isNarrow.matches) return false;
  const isLeft =
    now.id !== null && (before === null || list.rows.includes(catalogue.places.get(now.id)));
  if (isLeft) return false;
  if (now.id !== null && filterOf(now) === filterOf(before)) return false; // a link to another one
  look({ id: catalogue.index.conversations.id[list.rows[0]] });
  return true;
}

async function show(now, before) {
  document.body.dataset.view = now.view;
  document.body.dataset.open = String(now.id !== null);
  for (const name of ["overview", "samples"]) {
    byId(name).hidden = now.view !== name;
    if (now.view === name) byId(`to-${name}`).setAttribute("aria-current", "page");
    else byId(`to-${name}`).removeAttribute("aria-current");
  }
  if (byId("search").value !== now.q) byId("search").value = now.q;
  const isOther = before === null || filterOf(now) !== filterOf(before);
  if (isOther) await update();
  if (now !== state || chooseFirst(now, before)) return;
  if (now.view !== before?.view) {
    window.scrollTo(0, 0);
    drawRows();
  }
  if (isOther || now.id !== before?.id) {
    markChosen();
    if (isOther || before?.id === null || now.view !== before?.view) scrollToChosen();
    await showSample();
  }
}

async function begin() {
  useTheme(storedTheme());
  byId("theme").addEventListener("click", () => {
    const names = Object.keys(THEMES);
    useTheme(names[(names.indexOf(byId("theme").textContent) + 1) % names.length]);
    repaint();
  });
  byId("to-overview").addEventListener("click", (event) => {
    event.preventDefault();
    look({ view: "overview" }, { step: true });
  });
  byId("to-samples").addEventListener("click", (event) => {
    event.preventDefault();
    look({ view: "samples" }, { step: true });
  });
  byId("show-help").addEventListener("click", () => byId("help").showModal());
  byId("close-help").addEventListener("click", () => byId("help").close());
  byId("show-command").addEventListener("click", showCommand);
  byId("close-command").addEventListener("click", () => byId("command").close());
  byId("show-filters").addEventListener("click", () => toggleFilters());
  byId("close-filters").addEventListener("click", () => toggleFilters(false));
  byId("clear").addEventListener("click", () => look(noFilter()));
  let typed = 0;
  byId("search").addEventListener("input", () => {
    clearTimeout(typed);
    typed = setTimeout(() => look({ q: byId("search").value }), 120);
  });
  await openCatalogue();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  showOverview();
  state = readAddress();
  whenStateChanges(show);
  await show(state, null);
  document.body.dataset.ready = "true";
  await readAll();
  document.body.dataset.read = "true";
  source.follow();
}

begin().catch((error) => {
  const told = `This page needs a browser of 2024 or later; it cannot be shown: ${error.message}`;
  document.body.prepend(make("p", { class: "hint", role: "alert" }, told));
  throw error;
});
