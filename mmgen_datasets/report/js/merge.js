// Making what is there like what was made anew. What is alike stays as it is, so that nobody loses
// what they point at, have opened or selected.

function mergeChildren(parent, made) {
  const there = [...parent.childNodes];
  made.forEach((child, place) => {
    if (place < there.length) merge(there[place], child);
    else parent.append(child);
  });
  for (const child of there.slice(made.length)) child.remove();
}

function merge(old, made) {
  if (old.isEqualNode(made)) return;
  // What a button or a field does hangs on what it was made for.
  const isOther = old.nodeName !== made.nodeName || old.matches?.("button, label");
  if (isOther && !isCounted(old, made)) {
    old.replaceWith(made);
  } else if (old.nodeType === Node.TEXT_NODE) {
    old.data = made.data;
  } else {
    mergeAttributes(old, made);
    mergeChildren(old, [...made.childNodes]);
  }
}

// Whether two choices differ in their number alone.
function isCounted(old, made) {
  const [one, other] = [old, made].map((choice) => choice.querySelector?.("input[type=checkbox]"));
  return Boolean(one && other && one.isEqualNode(other) && one.checked === other.checked);
}

function mergeAttributes(old, made) {
  for (const { name } of [...old.attributes]) {
    if (!made.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  for (const { name, value } of made.attributes) {
    if (name === "style") old.style.cssText = made.style.cssText; // the policy of the page allows this
    else if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}
