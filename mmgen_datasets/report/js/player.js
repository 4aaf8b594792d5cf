// Recordings and videos, played from the page itself.

const PLAYED = { audio: "recording", video: "video" };
const addresses = []; // of the files that are shown

// The file becomes a blob only now that it is shown: as a data URI a browser would keep it twice.
function player(kind, word, about) {
  const [, type, data] = /^data:([^;]+);base64,(.*)$/s.exec(word);
  const address = URL.createObjectURL(new Blob([bytesOf(data)], { type }));
  addresses.push(address);
  const name = about.file ? `The ${PLAYED[kind]} ${about.file}` : `The ${PLAYED[kind]}`;
  // Its length, and the first frame of a video, come from the page: nothing is waited for.
  const attributes = { controls: true, src: address, preload: "metadata", "aria-label": name };
  const made = make(kind, kind === "video" ? { ...attributes, playsinline: true } : attributes);
  made.addEventListener("error", () => {
    made.replaceWith(missing(`this browser cannot play the ${PLAYED[kind]}`, about));
  });
  return made;
}

// Files that are no longer shown need no memory.
function forgetPlayed() {
  for (const address of addresses.splice(0)) URL.revokeObjectURL(address);
}

// What is not in the page is named, with the reason.
function missing(reason, { file }) {
  const name = file ? make("span", { class: "name" }, file) : null;
  return make("p", { class: "missing" }, name, reason);
}
