// A motion, drawn as a figure of sticks; the camera looks down from the side and goes with it.

const AROUND = (35 * Math.PI) / 180,
  ABOVE = (18 * Math.PI) / 180;
const LEFT_SIDE = /^left/,
  RIGHT_SIDE = /^right/;

async function unpackMotion(word) {
  const bytes = await decompressed(word.slice("joints:".length));
  const end = bytes.indexOf(10);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  const steps = new Int16Array(bytes.slice(end + 1).buffer);
  const size = head.shape[1] * 3;
  for (let place = size; place < steps.length; place++) steps[place] += steps[place - size];
  let floor = Infinity,
    top = -Infinity;
  for (let place = 1; place < steps.length; place += 3) {
    floor = Math.min(floor, steps[place]);
    top = Math.max(top, steps[place]);
  }
  const tall = Math.max(top - floor, head.largest) || 1; // it may lie
  return { ...head, steps, size, floor, tall };
}

// Joints at a time between frames: what lies between two of them is on the straight line.
function poseAt({ steps, size, shape: [frames] }, time) {
  const first = Math.min(frames - 1, Math.floor(time)),
    next = Math.min(frames - 1, first + 1);
  const part = time - first;
  return Float32Array.from(
    { length: size },
    (_, place) => steps[first * size + place] * (1 - part) + steps[next * size + place] * part,
  );
}

function drawPose(canvas, motion, time) {
  const side = canvas.width,
    context = canvas.getContext("2d");
  const pose = poseAt(motion, time),
    scale = side / (1.35 * motion.tall);
  const style = getComputedStyle(canvas);
  const colour = (name) => style.getPropertyValue(name);
  const point = (x, y, z) => {
    const right = (x - pose[0]) * Math.cos(AROUND) - (z - pose[2]) * Math.sin(AROUND);
    const depth = (x - pose[0]) * Math.sin(AROUND) + (z - pose[2]) * Math.cos(AROUND);
    const up = (y - motion.floor - 0.5 * motion.tall) * Math.cos(ABOVE) - depth * Math.sin(ABOVE);
    return [side / 2 + scale * right, side / 2 - scale * up];
  };
  context.fillStyle = colour("--wash"); // so that it is printed as it is seen
  context.fillRect(0, 0, side, side);
  context.lineCap = context.lineJoin = "round";
  context.lineWidth = side / 400;
  context.strokeStyle = colour("--line");
  const { tile } = motion, // lines of the ground, half a metre apart
    reach = 6 * tile;
  const line = (from, to) => {
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  };
  const dot = (joint) => {
    const [x, y] = point(...pose.subarray(3 * joint, 3 * joint + 3));
    line([x, y], [x + 0.01, y]);
  };
  for (let step = -6; step <= 6; step++) {
    const x = Math.round(pose[0] / tile + step) * tile,
      z = Math.round(pose[2] / tile + step) * tile;
    line(point(x, motion.floor, pose[2] - reach), point(x, motion.floor, pose[2] + reach));
    line(point(pose[0] - reach, motion.floor, z), point(pose[0] + reach, motion.floor, z));
  }
  context.lineWidth = side / 60;
  for (const [part, joints] of Object.entries(motion.parts)) {
    const own = new Set(joints);
    context.strokeStyle = colour(
      LEFT_SIDE.test(part) ? "--quiet" : RIGHT_SIDE.test(part) ? "--accent" : "--ink",
    );
    for (const chain of motion.chains) {
      if (chain.length === 1) dot(chain[0]); // of no known skeleton
      for (let place = 1; place < chain.length; place++) {
        if (!own.has(chain[place])) continue;
        const [a, b] = [chain[place - 1], chain[place]].map((joint) =>
          point(...pose.subarray(3 * joint, 3 * joint + 3)),
        );
        line(a, b);
      }
    }
  }
}

function motionStill(word) {
  const canvas = make("canvas", { width: 112, height: 112, "aria-hidden": "true" });
  unpackMotion(word).then((motion) => drawPose(canvas, motion, (motion.shape[0] - 1) / 2));
  return canvas;
}

function motionFigure(word) {
  const canvas = make("canvas", {
    width: 840,
    height: 840,
    role: "img",
    "aria-label": "A person moving, as a figure of sticks",
  });
  const slider = make("input", {
    type: "range",
    min: 0,
    step: "any",
    value: 0,
    "aria-label": "Time",
  });
  const told = make("span", { class: "count" });
  const button = make("button", {}, "Play");
  const figure = make(
    "div",
    { class: "motion" },
    canvas,
    make("div", { class: "controls" }, button, slider, told),
  );
  unpackMotion(word).then((motion) => {
    playMotion({ motion, canvas, slider, told, button });
    if (Object.keys(motion.parts).length > 1) figure.append(sidesLegend());
  });
  return figure;
}

function sidesLegend() {
  const side = (name) => make("span", { class: name }, `${name} side`);
  return make("p", { class: "sides quiet" }, side("right"), side("left"));
}

// Of a clip that does not tell how fast it is, frames are told.
function timeIn({ fps, seconds, frames, shape }, time) {
  if (seconds !== null) return `${(time / fps).toFixed(1)} of ${seconds.toFixed(1)} s`;
  const every = Math.ceil(frames / shape[0]);
  return `frame ${Math.min(frames, Math.round(time * every) + 1)} of ${frames}`;
}

function playMotion({ motion, canvas, slider, told, button }) {
  const last = motion.shape[0] - 1;
  let time = 0,
    before = null,
    isPlaying = false;
  slider.max = last;
  const show = () => {
    drawPose(canvas, motion, time);
    slider.value = time;
    told.textContent = timeIn(motion, time);
    slider.setAttribute("aria-valuetext", told.textContent);
  };
  const frame = (now) => {
    if (!isPlaying || !canvas.isConnected) return;
    time += before === null ? 0 : ((now - before) / 1000) * motion.fps;
    if (time > last) time = 0;
    before = now;
    show();
    requestAnimationFrame(frame);
  };
  const play = (wanted) => {
    [isPlaying, before] = [wanted, null];
    button.textContent = wanted ? "Pause" : "Play";
    if (wanted) requestAnimationFrame(frame);
  };
  button.addEventListener("click", () => play(!isPlaying));
  slider.addEventListener("input", () => {
    play(false);
    time = Number(slider.value);
    show();
  });
  show();
  play(!matchMedia("(prefers-reduced-motion: reduce)").matches);
}
