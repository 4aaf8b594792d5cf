// Elements, numbers and words. What comes from data becomes text nodes and attributes, never HTML.

const byId = (id) => document.getElementById(id);

function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  set(made, attributes);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

function draw(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  set(made, attributes);
  made.append(...children.flat());
  return made;
}

function set(made, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(key, value);
    else if (key.startsWith("--")) made.style.setProperty(key, value);
    else made.setAttribute(key, value === true ? "" : value);
  }
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const share = new Intl.NumberFormat("en", { style: "percent", maximumSignificantDigits: 2 });

const percent = (part, all) => (all ? share.format(part / all) : "–");
const plural = (count, one, many = `${one}s`) =>
  `${whole.format(count)} ${count === 1 ? one : many}`;
const words = (name) => String(name).replaceAll("_", " ");

// A link that data name: only to the web, and the page it leads to learns nothing of this one.
function link(address, text) {
  if (!/^https?:\/\//i.test(address ?? "")) return text;
  return make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, text);
}

// A command, whose options are not broken at their hyphens.
function commandWords(text) {
  const parts = text.split(/(?<=\s)(--[\w-]+)/);
  return parts.map((part, place) => (place % 2 ? make("span", { class: "option" }, part) : part));
}

// Rows of a term and what is said of it; those with nothing to say are left out.
function facts(rows) {
  const told = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return make(
    "dl",
    { class: "facts" },
    told.map(([term, value]) => [make("dt", {}, term), make("dd", {}, ...[value].flat())]).flat(),
  );
}
