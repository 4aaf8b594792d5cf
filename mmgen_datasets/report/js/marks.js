// Text with the words marked that checks found at fault, and those that were searched for.

// Where the faults of one turn stand: ranges {start, end, fault}. The same words quoted twice by a
// check stand in two places.
function faultRanges(text, faults) {
  const from = new Map();
  return faults.flatMap((fault) => {
    if (!fault.words) return [];
    const key = `${fault.name}\n${fault.words}`;
    let start = text.indexOf(fault.words, from.get(key) ?? 0);
    if (start < 0) start = text.indexOf(fault.words);
    if (start < 0) return [];
    from.set(key, start + fault.words.length);
    return [{ start, end: start + fault.words.length, fault }];
  });
}

const MOST_FOUND = 1000; // in one text

function foundRanges(text, needle) {
  if (!needle) return [];
  const pattern = new RegExp(needle.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "giu");
  return [...text.matchAll(pattern)].slice(0, MOST_FOUND).map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    found: true,
  }));
}

const placeholderRanges = (text) =>
  [...text.matchAll(/<(?:image|video|audio|motion)>/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    placeholder: true,
  }));

// The text as nodes. Ranges may overlap: each stretch between two of their ends is one node.
function markedText(text, faults, needle) {
  const ranges = [
    ...faultRanges(text, faults),
    ...foundRanges(text, needle),
    ...placeholderRanges(text),
  ].sort((a, b) => a.start - b.start);
  const ends = ranges.flatMap(({ start, end }) => [start, end]);
  const edges = [...new Set([0, text.length, ...ends])].sort((a, b) => a - b);
  let over = [];
  let next = 0;
  return edges.slice(0, -1).map((start, place) => {
    over = over.filter((range) => range.end > start);
    while (next < ranges.length && ranges[next].start === start) over.push(ranges[next++]);
    return stretch(text.slice(start, edges[place + 1]), over, start);
  });
}

function stretch(text, over, start) {
  const found = over.some((range) => range.found);
  const inner = found ? make("mark", { class: "found" }, text) : text;
  const at = over.filter((range) => range.fault);
  if (!at.length) {
    const isPlaceholder = over.some((range) => range.placeholder);
    return isPlaceholder ? make("span", { class: "placeholder" }, inner) : inner;
  }
  const begun = at.filter((range) => range.start === start).map((range) => range.fault.number);
  const told = at.map(({ fault }) => `${fault.name}: ${fault.problem}`).join("\n");
  return make(
    "mark",
    {
      class: "fault",
      tabindex: "0",
      "data-told": told,
      "data-number": begun.join(" ") || null,
      "data-faults": at.map(({ fault }) => fault.number).join(" "),
      "aria-description": told,
    },
    inner,
  );
}

// What is wrong with marked words, beside them while they are pointed at or have the focus.
const tip = byId("tip");
function showTip(event) {
  const mark = event.target.closest?.("[data-told]");
  if (!mark) return;
  tip.textContent = mark.dataset.told;
  tip.hidden = false;
  const [at] = mark.getClientRects();
  const left = Math.max(8, Math.min(at.left, innerWidth - tip.offsetWidth - 8));
  const below = at.bottom + 6 + tip.offsetHeight < innerHeight;
  tip.style.left = `${left}px`;
  tip.style.top = `${below ? at.bottom + 6 : at.top - tip.offsetHeight - 6}px`;
}
const hideTip = () => {
  tip.hidden = true;
};
for (const begin of ["pointerover", "focusin"]) document.addEventListener(begin, showTip);
for (const end of ["pointerout", "focusout", "scroll"]) {
  document.addEventListener(end, hideTip, true);
}
