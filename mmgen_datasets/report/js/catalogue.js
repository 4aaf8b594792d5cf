// All conversations: the index that filters read, and the records behind it, read as needed.

const MEDIA_KEPT = 40; // chunks

const catalogue = {
  index: null,
  overview: null,
  size: 0,
  order: [], // rows as they stand in the run
  places: new Map(), // row by id
  haystacks: [],
};
const mediaChunks = new Map();

async function openCatalogue() {
  catalogue.overview = await unpackedChunk("overview");
  catalogue.index = await unpackedChunk("index");
  countRows();
}

function countRows() {
  const { id, place } = catalogue.index.conversations;
  for (let row = catalogue.size; row < id.length; row++) {
    catalogue.places.set(id[row], row);
    catalogue.order.push(row);
  }
  catalogue.size = id.length;
  if (place) catalogue.order.sort((one, other) => place[one] - place[other]);
}

const sampleOf = (row) => catalogue.index.conversations.sample[row];

// What is shown of a conversation: turns, checks, scores, provenance.
const conversationRecord = (row) => recordIn("texts", row);
const sampleRecord = (sample) => recordIn("samples", sample);

function recordIn(kind, number) {
  const size = catalogue.index.rows_a_chunk;
  return recordOf(`${kind}-${Math.floor(number / size)}`, number % size);
}

// The media of a sample: of each kind a list of words, as report/media.py writes them.
async function mediaWords(sample) {
  const size = catalogue.index.media_a_chunk;
  const name = `media-${Math.floor(sample / size)}`;
  const known = mediaLines(name);
  let lines = await known;
  if (sample % size >= lines.length && mediaChunks.get(name) === known) mediaChunks.delete(name);
  if (sample % size >= lines.length) lines = await mediaLines(name); // it has grown
  return lines[sample % size]?.split(" ").map((words) => words.split("|")) ?? [];
}

function mediaLines(name) {
  const lines =
    mediaChunks.get(name) ?? source.text(name).then((text) => text?.trim().split("\n") ?? []);
  lines.catch(() => mediaChunks.delete(name));
  mediaChunks.delete(name); // the newest stand last
  mediaChunks.set(name, lines);
  if (mediaChunks.size > MEDIA_KEPT) mediaChunks.delete(mediaChunks.keys().next().value);
  return lines;
}

// The words of all conversations in small letters, for search.
let allRead = Promise.resolve();
function readAll() {
  allRead = allRead.then(readRest, readRest);
  return allRead;
}

async function readRest() {
  const { haystacks } = catalogue;
  const size = catalogue.index.rows_a_chunk;
  while (haystacks.length < catalogue.size) {
    const chunk = Math.floor(haystacks.length / size);
    await recordOf(`texts-${chunk}`, haystacks.length % size);
    const records = await unpackedChunk(`texts-${chunk}`);
    for (const record of records.slice(haystacks.length % size)) {
      haystacks.push(record.turns.map(([, text]) => text).join("\n").toLowerCase());
    }
    await new Promise((done) => setTimeout(done)); // the page comes first
  }
}
