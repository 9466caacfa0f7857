// A question with a place for a guess: a line for a number, or choices. predict.py says what the traits mean.
//
// The guess is only checked to be a number; what is right is not here, and cannot be looked up.

const escape = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Whether predict.py will read the text as a number. */
function isNumber(text) {
  const plain = text.trim().replaceAll("−", "-").replace(/[x×*·]\s*10\s*(\^|\*\*)\s*/, "e")
    .replace(/[\s ]/g, "").replaceAll(",", ".");
  const parts = plain.split("/");
  const good = (part) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(part);
  return parts.length <= 2 && parts.every(good) && (parts.length === 1 || Number(parts[1]) !== 0);
}

function render({ model, el }) {
  const question = model.get("question");
  const choices = model.get("choices");
  const id = `dh${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const card = document.createElement("form");
  card.className = "downhill dh-predict";
  const field = choices.length
    ? choices.map((choice, k) =>
      `<label><input type="radio" name="${id}" value="${k}"> ${escape(choice)}</label>`).join("")
    : `<label>Your guess: <input type="text" inputmode="decimal" autocomplete="off" size="12" ` +
      `aria-describedby="${id}-said"></label>`;
  card.innerHTML =
    `<fieldset><legend><b>Predict.</b> ${escape(question)}</legend><div class="dh-field">${field}` +
    `<button type="submit">Guess</button></div></fieldset>` +
    `<p class="dh-said" id="${id}-said" role="status"></p>` +
    (model.get("note") ? `<p class="dh-note">${escape(model.get("note"))}</p>` : "");
  const said = card.querySelector(".dh-said");
  const line = card.querySelector('input[type="text"]');
  const radios = [...card.querySelectorAll('input[type="radio"]')];

  function show() {
    const guess = model.get("guess");
    if (line && guess) line.value = guess;
    radios.forEach((radio, k) => { radio.checked = choices[k] === guess; });
    said.textContent = guess ? `Your guess: ${guess}. Now run the cell below.` : "";
  }

  card.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = radios.findIndex((radio) => radio.checked);
    if (line && !isNumber(line.value)) said.textContent = "Write a number, such as 0.25, 1/3 or 2e5.";
    else if (!line && chosen < 0) said.textContent = "Choose one of the answers first.";
    else {
      model.set("guess", line ? line.value.trim() : choices[chosen]);
      model.save_changes();
      show();
      el.closest(".jp-Cell")?.nextElementSibling?.focus?.(); // in JupyterLab, the next Shift+Enter runs that cell
    }
  });
  line?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // some pages stop a form from being sent by Enter
    card.requestSubmit();
  });
  // Or JupyterLab would take the arrow keys, space and Enter for its own; it looks at the focused element only.
  card.querySelectorAll("input, button").forEach((each) => { each.dataset.lmSuppressShortcuts = "true"; });
  model.on("change:guess", show);
  show();
  el.replaceChildren(card);
  return () => model.off("change:guess", show);
}

export default { render };
