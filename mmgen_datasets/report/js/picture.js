// A picture, its boxes where they stand in it, and their names.

const BOX_STEPS = 10000;

function pictureFigure(source, boxes, file) {
  const frame = make(
    "div",
    {
      class: "frame",
      tabindex: boxes.length ? "0" : null,
      "aria-label": boxes.length ? `Picture with ${plural(boxes.length, "box", "boxes")}` : null,
    },
    make("img", {
      src: source,
      alt: file ? `The picture ${file}` : "The picture",
      decoding: "async",
    }),
  );
  // The small ones come last, on top, where a large one would cover them.
  const drawn = [...boxes].sort((a, b) => boxArea(b) - boxArea(a)).map(boxElement);
  frame.append(make("div", { class: "boxes", "aria-hidden": "true" }, drawn));
  frame.addEventListener("click", () => toggleBoxes(frame));
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

// A button for each category; it shows the boxes of that one alone.
function boxNames(boxes, frame, drawn) {
  const counts = new Map();
  for (const [name] of boxes) counts.set(name, (counts.get(name) ?? 0) + 1);
  const point = (name) => {
    frame.classList.toggle("pointed", name !== null);
    for (const box of drawn) box.classList.toggle("named", box.dataset.name === name);
  };
  return make(
    "div",
    { class: "names" },
    [...counts].map(([name, count]) =>
      make(
        "button",
        {
          pointerenter: () => point(name),
          pointerleave: () => point(null),
          focus: () => point(name),
          blur: () => point(null),
          click: () => look({ ...noFilter(), category: [name] }),
          title: `All samples with: ${name}`,
        },
        name,
        count > 1 ? make("span", { class: "count" }, ` ${count}`) : null,
      ),
    ),
  );
}

const toggleBoxes = (frame) => frame.classList.toggle("boxed");
