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

function showOverview() {
  for (const [name, part] of Object.entries(PARTS)) {
    const section = byId(`part-${name}`);
    const told = part(catalogue.overview);
    section.hidden = told === null;
    if (told !== null) mergeChildren(section.querySelector(".body"), [told].flat());
  }
}
