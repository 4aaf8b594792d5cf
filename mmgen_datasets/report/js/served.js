// Chunks of a page that is served: asked for by name, for they may still grow.

source.text = async (name) => (await answerTo(`chunk/${name}`)).text();

async function answerTo(address) {
  const answer = await fetch(address).catch(() => {
    throw new Error("the server does not answer. What came until then is here.");
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}
