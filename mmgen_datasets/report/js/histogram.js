// A histogram from 0 on, as an SVG with the table behind it. The bar of what is beyond stands
// apart.

const CHART = { wide: 480, high: 150, foot: 22, head: 16 };

function histogramChart(name, told, unit) {
  const { median, p95, longest } = told;
  const summary =
    `median ${whole.format(median)}, 95 % up to ${whole.format(p95)}, ` +
    `longest ${whole.format(longest)} ${unit}`;
  const attributes = {
    viewBox: `0 0 ${CHART.wide} ${CHART.high}`,
    role: "img",
    "aria-label": `${name}: ${summary}`,
  };
  return make(
    "figure",
    { class: "histogram" },
    make("figcaption", {}, make("strong", {}, name), ` ${summary}`),
    draw("svg", attributes, histogramBars(told, unit)),
    make("details", {}, make("summary", {}, "as a table"), histogramTable(told, unit)),
  );
}

const rangeOf = (place, step) =>
  step === 1 ? `${place}` : `${place * step}–${(place + 1) * step - 1}`;

function histogramBars({ step, counts, beyond }, unit) {
  const bar = CHART.wide / (counts.length + (beyond ? 2 : 0));
  const most = Math.max(1, ...counts, beyond);
  const floor = CHART.high - CHART.foot;
  const column = (place, count, told) => {
    const height = count ? Math.max(1, (count * (floor - CHART.head)) / most) : 0;
    const box = { x: place * bar + 0.5, y: floor - height, width: Math.max(1, bar - 1), height };
    return draw("rect", box, draw("title", {}, `${told}: ${whole.format(count)}`));
  };
  const write = (x, y, text, anchor = "start") =>
    draw("text", { x, y, "text-anchor": anchor }, text);
  const columns = counts.map((count, place) =>
    column(place, count, `${rangeOf(place, step)} ${unit}`),
  );
  const every = Math.ceil(counts.length / 6);
  const ticks = counts.flatMap((_, place) =>
    place % every ? [] : [write(place * bar, CHART.high - 6, whole.format(place * step))],
  );
  const more = beyond
    ? [column(counts.length + 1, beyond, "more"), write(CHART.wide, CHART.high - 6, "more", "end")]
    : [];
  return [
    ...columns,
    draw("line", { x1: 0, x2: CHART.wide, y1: floor + 0.5, y2: floor + 0.5 }),
    ...ticks,
    ...more,
    write(CHART.wide, 11, `highest bar ${whole.format(most)}`, "end"),
  ];
}

function histogramTable({ step, counts, beyond, total }, unit) {
  const rows = counts.flatMap((count, place) =>
    count ? [dataRow([rangeOf(place, step), whole.format(count)], [1])] : [],
  );
  if (beyond) rows.push(dataRow(["more", whole.format(beyond)], [1]));
  return dataTable({ heads: [unit, `of ${whole.format(total)}`], rows, numbers: [1] });
}
