// A picture, its boxes where they stand in it, and their names.

const BOX_STEPS = 10000;

function pictureOf(source, { file }) {
  const alt = file ? `The picture ${file}` : "The picture";
  return make("img", { src: source, alt, decoding: "async" });
}

// The frame of a picture that is not at hand, for its boxes to stand in.
function emptyPicture([width, height]) {
  return make("div", { class: "empty", "--ratio": width / height });
}

function pictureFigure(picture, boxes) {
  const told = `${picture.alt ?? "The picture"}: ${plural(boxes.length, "box", "boxes")}`;
  const button = { role: "button", tabindex: "0", "aria-pressed": "false", "aria-label": told };
  const frame = make("div", { class: "frame", ...(boxes.length ? button : {}) }, picture);
  // The small ones come last, on top, where a large one would cover them.
  const drawn = [...boxes].sort((a, b) => boxArea(b) - boxArea(a)).map(boxElement);
  frame.append(make("div", { class: "boxes", "aria-hidden": "true" }, drawn));
  frame.addEventListener("click", () => toggleBoxes(frame));
  frame.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault(); // a blank would scroll
    toggleBoxes(frame);
  });
  return make("div", { class: "picture" }, frame, boxNames(boxes, frame, drawn));
}

const boxArea = ([, left, top, right, bottom]) => (right - left) * (bottom - top);

function boxElement([name, left, top, right, bottom, flags]) {
  const part = (value) => `${(100 * value) / BOX_STEPS}%`;
  return make(
    "span",
    {
      class: `box${top < 700 ? " under" : ""}${left > 6000 ? " late" : ""}`,
      "data-name": name,
      "--left": part(left),
      "--top": part(top),
      "--width": part(right - left),
      "--height": part(bottom - top),
    },
    make("span", { class: "label" }, flags ? `${name} (${flags})` : name),
  );
}

// A button for each category; it shows the boxes of that one alone, and pressed keeps them shown.
function boxNames(boxes, frame, drawn) {
  const counts = new Map();
  for (const [name] of boxes) counts.set(name, (counts.get(name) ?? 0) + 1);
  let kept = null;
  const point = (name) => {
    frame.classList.toggle("pointed", name !== null);
    for (const box of drawn) box.classList.toggle("named", box.dataset.name === name);
  };
  const keep = (name) => {
    kept = kept === name ? null : name;
    for (const [other, button] of buttons) button.setAttribute("aria-pressed", other === kept);
    point(kept);
  };
  const buttons = [...counts].map(([name, count]) => {
    const [show, leave] = [() => point(name), () => point(kept)];
    const pointing = { pointerenter: show, pointerleave: leave, focus: show, blur: leave };
    const attributes = { "aria-pressed": "false", click: () => keep(name), ...pointing };
    const told = count > 1 ? make("span", { class: "count" }, ` ${count}`) : null;
    return [name, make("button", attributes, name, told)];
  });
  return make(
    "div",
    { class: "names" },
    buttons.map(([, button]) => button),
  );
}

function toggleBoxes(frame) {
  const isOn = frame.classList.toggle("boxed");
  if (frame.hasAttribute("role")) frame.setAttribute("aria-pressed", isOn);
}
