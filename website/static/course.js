// Explorers and guesses on the site, without a kernel: the widgets of JupyterLab, given a model that reads stored
// tables and keeps the reader's own guesses in this browser.

import { default as explorer } from "./explorer.js";
import { default as predict } from "./predict.js";

const root = new URL("..", import.meta.url);

/** What a widget asks of its model. */
function modelOf(traits, saved = () => {}) {
  const listeners = {};
  return {
    get: (name) => traits[name],
    set: (name, value) => { traits[name] = value; (listeners[`change:${name}`] ?? []).forEach((call) => call()); },
    on: (event, call) => { (listeners[event] ??= []).push(call); },
    off: (event, call) => { listeners[event] = (listeners[event] ?? []).filter((other) => other !== call); },
    save_changes: () => saved(traits),
  };
}

/** Tables as website/tables.py packs them: byte planes of the differences from step to step. */
function unpack(bytes, tables) {
  const found = {};
  let at = 0;
  for (const [name, { shape }] of Object.entries(tables)) {
    const count = shape.reduce((product, length) => product * length, 1);
    const numbers = new Uint32Array(count);
    const columns = shape.length > 1 ? shape.at(-1) : 1;
    const steps = shape.length > 1 ? shape.at(-2) : count;
    const rows = count / columns;
    for (let column = 0, k = 0; column < columns; column += 1) {
      let before = 0;
      for (let row = 0; row < rows; row += 1, k += 1) {
        const coded = (bytes[at + k] | (bytes[at + count + k] << 8) | (bytes[at + 2 * count + k] << 16) |
          (bytes[at + 3 * count + k] << 24)) >>> 0;
        before = ((row % steps ? before : 0) + ((coded >>> 1) ^ -(coded & 1))) | 0;
        numbers[row * columns + column] = before;
      }
    }
    found[name] = new DataView(numbers.buffer);
    at += 4 * count;
  }
  return found;
}

async function explore(place) {
  const get = async (suffix) => {
    const answer = await fetch(new URL(`_static/explorers/${place.dataset.explorer}${suffix}`, root));
    if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
    return answer;
  };
  const spec = await (await get(".json")).json();
  const tables = unpack(new Uint8Array(await (await get(".bin")).arrayBuffer()), spec.tables);
  explorer.render({ model: modelOf({ spec, tables }), el: place });
}

const later = new IntersectionObserver((entries) => {
  for (const entry of entries.filter(({ isIntersecting }) => isIntersecting)) {
    later.unobserve(entry.target);
    explore(entry.target).catch(console.error); // the picture stays
  }
}, { rootMargin: "600px" });
document.querySelectorAll("[data-explorer]").forEach((place) => later.observe(place));

/** Says in an answer that was stored without a guess which guess was made. */
function tell(answer, guess) {
  const words = document.createTreeWalker(answer, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const text = words.currentNode;
    text.data = text.data.replace(/(No guess was made|You guessed .*?)\. The answer/, `You guessed ${guess}. The answer`);
  }
}

/** A guess: kept under the page's and the question's name; the answer below opens once it is made. */
for (const place of document.querySelectorAll("[data-question]")) {
  const { question, choices } = place.dataset;
  const key = `downhill ${location.pathname.split("/").pop()} ${question}`;
  const answer = [...document.querySelectorAll(".tag_hide-output details")]
    .find((one) => place.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
  const traits = { question, choices: JSON.parse(choices), guess: localStorage.getItem(key) ?? "", note: "" };
  const model = modelOf(traits, ({ guess }) => {
    localStorage.setItem(key, guess);
    if (!answer) return;
    tell(answer, guess);
    answer.open = true;
  });
  predict.render({ model, el: place });
  if (answer && traits.guess) tell(answer, traits.guess);
}

/** A button that copies a cell's code; where the browser offers no clipboard there is none. */
for (const code of navigator.clipboard ? document.querySelectorAll(".cell_input, .run-it .highlight") : []) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "copy" });
  button.textContent = "Copy";
  button.setAttribute("aria-label", "Copy this code");
  button.onclick = async () => {
    await navigator.clipboard.writeText(code.querySelector("pre").textContent.trimEnd());
    button.textContent = "Copied";
  };
  code.append(button);
}
