// What comes in while somebody looks: it is put where it belongs, and nothing moves that is in sight.

const unseen = new Set(); // rows that came while the list was filtered or scrolled

function takeIn({ conversations, samples, names }) {
  const { index } = catalogue;
  for (const [part, columns] of Object.entries({ conversations, samples, names })) {
    for (const [name, values] of Object.entries(columns)) {
      for (const value of values) index[part][name].push(value);
    }
  }
  countRows();
}

// Show rows from this one on.
async function showArrivals(first) {
  const turn = updating;
  if (state.q.trim()) await readAll();
  if (turn !== updating) return; // what is looked for has changed, and was shown with these rows
  const found = filtered(state);
  for (const row of found.rows) if (row >= first) unseen.add(row);
  byId("found").setAttribute("aria-live", "off"); // it would be read out each time
  countFacets(found);
  growList(found.rows);
  tellFound(found);
  tellUnseen();
  showPlace();
}

function showPlace() {
  const row = catalogue.places.get(state.id);
  const head = document.querySelector("#sample > header");
  if (row === undefined) chooseFirst(state, null);
  else if (head === null) showSample(); // it was not there before
  else merge(head, sampleHead(row));
}

function tellUnseen() {
  if (!isFiltered(state) && !listBox.scrollTop) unseen.clear();
  for (const row of list.rows.slice(...inSight())) unseen.delete(row);
  byId("arrived").hidden = !unseen.size;
  byId("arrived").textContent = `${whole.format(unseen.size)} new`;
}

listBox.addEventListener("scroll", () => requestAnimationFrame(tellUnseen), { passive: true });
byId("arrived").addEventListener("click", () => {
  const place = list.rows.findIndex((row) => unseen.has(row));
  unseen.clear();
  if (place >= 0) listBox.scrollTop = (place - 1) * ROW_HEIGHT;
  tellUnseen();
});
whenStateChanges((now, before) => {
  if (filterOf(now) === filterOf(before)) return;
  byId("found").setAttribute("aria-live", "polite");
  unseen.clear();
  tellUnseen();
});
