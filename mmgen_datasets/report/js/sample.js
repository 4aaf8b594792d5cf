// One conversation: its media, its turns with their faults, and where it comes from.

async function showSample() {
  const { id } = state;
  const row = catalogue.places.get(id);
  if (row === undefined) {
    const choose = list.rows.length ? "Choose a conversation, or press j." : "";
    const told = id === null ? choose : `There is no ${id} in this run.`;
    byId("sample").replaceChildren(make("p", { class: "quiet hint" }, told));
    return;
  }
  const sample = sampleOf(row);
  const [record, about, media] = await Promise.all([
    conversationRecord(row),
    sampleRecord(sample),
    mediaWords(sample),
  ]);
  if (state.id !== id) return; // another one was chosen meanwhile
  forgetPlayed();
  const shown = media.map((words, place) =>
    shownMedia(words, catalogue.overview.media[place], record, about),
  );
  const body = make("div", { class: "body" }, [
    make("div", { class: "media" }, shown.flat()),
    talkElement(record),
    make("div", { class: "annotated" }, annotated(about)),
  ]);
  const whence = { class: "origin", "aria-label": "Where it comes from" };
  byId("sample").replaceChildren(
    sampleHead(row),
    body,
    make("section", whence, origin(row, record, about)),
  );
  byId("sample").scrollTop = 0;
  hideTip();
}

function sampleHead(row) {
  const place = list.rows.indexOf(row);
  const length = list.rows.length;
  const step = (name, steps, told) => {
    const disabled = place + steps < 0 || place + steps >= length;
    const attributes = { "aria-label": told, title: told, disabled, click: () => go(steps) };
    return make("button", attributes, name);
  };
  const where = `${whole.format(place + 1)} of ${whole.format(length)}`;
  return make("header", {}, [
    make("button", { class: "back", click: () => look({ id: null }) }, "← List"),
    make("h2", {}, catalogue.index.conversations.id[row]),
    make("span", { class: "count" }, place < 0 ? "not among those filtered" : where),
    step("↑", -1, "The one before (k)"),
    step("↓", 1, "The next one (j)"),
  ]);
}

// All media of a kind. Boxes and the name of the file are those of the first; one that is not there
// is missed where a turn speaks of it.
function shownMedia(words, kind, { turns }, about) {
  const isAsked = kind === "joints" || turns.some(([, text]) => text.includes(`<${kind}>`));
  const [first, ...others] = words.map((word, place) => {
    if (word === "none:" && !isAsked) return null;
    return medium(word, place ? { file: `${place + 1} of ${words.length}` } : about, kind);
  });
  return [first, others.some(Boolean) ? make("div", { class: "others" }, others) : null];
}

// A medium as report/media.py writes it.
function medium(word, about, kind) {
  if (word.startsWith("data:image/")) return pictureFigure(pictureOf(word, about), about.boxes ?? []);
  if (word.startsWith("joints:")) return motionFigure(word);
  if (word.startsWith("data:audio/")) return player("audio", word, about);
  if (word.startsWith("data:video/")) return player("video", word, about);
  const gone = `the ${kind} is not in the run`;
  const note = word === "none:" ? gone : decodeURIComponent(word.slice("note:".length));
  if (kind === "image" && about.boxes?.length && about.size) {
    const figure = pictureFigure(emptyPicture(about.size), about.boxes);
    figure.append(make("p", { class: "quiet" }, note));
    return figure;
  }
  return missing(note, about);
}

function annotated({ captions = [], absent = [] }) {
  const titled = (title, told) => make("section", {}, make("h3", {}, title), told);
  const lines = captions.map((text) => make("li", { dir: "auto" }, text));
  return [
    lines.length ? titled("Captions", make("ul", { class: "captions" }, lines)) : null,
    absent.length ? titled("Known to be absent", make("p", {}, absent.join(", "))) : null,
  ];
}

function origin(row, { made }, { id, source, split, file, credit }) {
  const { names, samples } = catalogue.index;
  const licence = names.licence[samples.licence[sampleOf(row)]];
  const terms = catalogue.overview.licences.find(({ name }) => name === licence);
  const { recipe_sha256: digest, library_version: version, ...told } = made;
  return facts([
    ["Licence", link(terms?.url, licence)],
    ["Author", credit.author],
    ["Title", credit.title],
    ["Page", link(credit.landing_url, credit.landing_url)],
    ["Original", link(credit.original_url, credit.original_url)],
    ["Sample", `${source} ${split ?? ""} ${id}`],
    ["File", file],
    ...Object.entries(told).map(([name, value]) => [words(name), [value].flat().join(", ")]),
  ]);
}
