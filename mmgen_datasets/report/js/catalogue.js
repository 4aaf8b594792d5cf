// All conversations: the index that filters read, and the records behind it, read as needed.

const MEDIA_KEPT = 40; // chunks

const catalogue = { index: null, overview: null, size: 0, haystacks: [], places: new Map() };
const mediaChunks = new Map();

async function openCatalogue() {
  catalogue.overview = await unpackedChunk("overview");
  catalogue.index = await unpackedChunk("index");
  const { id } = catalogue.index.conversations;
  catalogue.size = id.length;
  id.forEach((name, row) => catalogue.places.set(name, row));
}

const sampleOf = (row) => catalogue.index.conversations.sample[row];

// What is shown of a conversation: turns, checks, scores, provenance.
async function conversationRecord(row) {
  const chunk = Math.floor(row / catalogue.index.rows_a_chunk);
  return (await unpackedChunk(`texts-${chunk}`))[row % catalogue.index.rows_a_chunk];
}

async function sampleRecord(sample) {
  const chunk = Math.floor(sample / catalogue.index.rows_a_chunk);
  return (await unpackedChunk(`samples-${chunk}`))[sample % catalogue.index.rows_a_chunk];
}

// The media of a sample: a word for each kind, as report/media.py writes them.
async function mediaWords(sample) {
  const size = catalogue.index.media_a_chunk;
  const name = `media-${Math.floor(sample / size)}`;
  const lines = mediaChunks.get(name) ?? chunkText(name).then((text) => text?.trim().split("\n"));
  mediaChunks.delete(name); // the newest stand last
  mediaChunks.set(name, lines);
  if (mediaChunks.size > MEDIA_KEPT) mediaChunks.delete(mediaChunks.keys().next().value);
  return (await lines)?.[sample % size].split(" ") ?? [];
}

// The words of all conversations in small letters, for search.
let allRead = null;
function readAll() {
  allRead ??= (async () => {
    const size = catalogue.index.rows_a_chunk;
    for (let chunk = 0; chunk * size < catalogue.size; chunk++) {
      const records = await unpackedChunk(`texts-${chunk}`);
      records.forEach((record, place) => {
        const said = record.turns.map(([, text]) => text).join("\n");
        catalogue.haystacks[chunk * size + place] = said.toLowerCase();
      });
      await new Promise((done) => setTimeout(done)); // the page comes first
    }
  })();
  return allRead;
}
