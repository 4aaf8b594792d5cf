// What keys do; a text field keeps those that it needs.

const KEYS = {
  j: () => go(1),
  ArrowDown: () => go(1),
  k: () => go(-1),
  ArrowUp: () => go(-1),
  "/": () => {
    look({ view: "samples" });
    byId("search").focus();
    byId("search").select();
  },
  Home: () => go(-Infinity),
  End: () => go(Infinity),
  b: () => {
    const frame = document.querySelector("#sample .frame");
    if (frame) toggleBoxes(frame);
  },
  o: () => look({ view: "overview" }, { step: true }),
  s: () => look({ view: "samples" }, { step: true }),
  "?": () => byId("help").showModal(),
};

function leave() {
  if (byId("filters").classList.contains("open")) toggleFilters(false);
  else if (document.activeElement === byId("search") && state.q) look({ q: "" });
  else if (document.activeElement === byId("search")) listBox.focus();
  else if (state.id !== null) look({ id: null });
  else if (isFiltered(state)) look(noFilter());
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]"))
    return;
  if (event.key === "Escape") {
    leave();
    return;
  }
  if (event.target.matches("input[type=search], input[type=number], input[type=range]")) {
    if (event.key === "Enter") listBox.focus();
    return;
  }
  const isMove = /^(Arrow|Home$|End$)/.test(event.key);
  const scrolls = state.view !== "samples" || event.target.matches("pre, audio, video");
  if (isMove && scrolls) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
