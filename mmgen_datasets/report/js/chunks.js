// The page's data, piece by piece. They stand in elements, which the parser may still be reading.

const unpackedChunks = new Map();

// Where the data are from; a page that is served sets this before it begins.
const source = { text: embeddedText, follow: () => {} };

async function embeddedText(name) {
  for (;;) {
    const found = byId(`chunk-${name}`);
    // An element may be there before all of its text is: what follows it says that it is whole.
    if (found && (found.nextElementSibling || document.readyState !== "loading")) {
      return found.textContent;
    }
    if (document.readyState !== "loading") return null;
    await new Promise((done) => setTimeout(done, 30));
  }
}

// The value of a packed chunk; it is kept.
function unpackedChunk(name) {
  if (!unpackedChunks.has(name)) {
    const value = source.text(name).then(async (text) =>
      JSON.parse(new TextDecoder().decode(await decompressed(text.trim()))),
    );
    unpackedChunks.set(name, value);
    value.catch(() => unpackedChunks.delete(name)); // it may be asked for once more
  }
  return unpackedChunks.get(name);
}

// A record of a chunk; one that has grown since it was read is read anew.
async function recordOf(name, place) {
  const known = unpackedChunk(name);
  const records = await known;
  if (place < records.length) return records[place];
  if (unpackedChunks.get(name) === known) unpackedChunks.delete(name);
  return (await unpackedChunk(name))[place];
}

function bytesOf(base64) {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let place = 0; place < binary.length; place++) bytes[place] = binary.charCodeAt(place);
  return bytes;
}

async function decompressed(base64) {
  const stream = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
