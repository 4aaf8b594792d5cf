// The first view: what the run came to. A part is a function from the overview to elements, or to
// null where there is nothing to tell; it goes into the section of its name.

const PARTS = {
  checks: toldChecks,
  scores: toldScores,
  kinds: toldKinds,
  openings: toldOpenings,
  lengths: toldLengths,
  categories: toldCategories,
  rejects: toldRejects,
  licences: toldLicences,
  making: toldMaking,
};

const OF_NOTHING = ["rejects", "making"]; // what there is to tell where no conversation came

function showOverview() {
  const { counts } = catalogue.overview;
  for (const [name, part] of Object.entries(PARTS)) {
    const section = byId(`part-${name}`);
    const isTold = counts.conversations > 0 || OF_NOTHING.includes(name);
    const told = isTold ? part(catalogue.overview) : null;
    section.hidden = told === null;
    if (told !== null) mergeChildren(section.querySelector(".body"), [told].flat());
  }
  letKeysScroll();
}

// A table that is wider than its place can be scrolled by keys, and only such a one has the focus.
function letKeysScroll() {
  for (const box of document.querySelectorAll(".wide")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

window.addEventListener("resize", letKeysScroll);
