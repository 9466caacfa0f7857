// Draws an explorer: dials, panels, and marks that follow the dials. It knows nothing of gradient descent. All that
// can be shown was computed in Python (explorer.py) and sent with the widget (widget.py); here it is only looked up.
//
// model.get("spec")    dials    [{name, label, values: [text], start: index}]
//                      panels   [{name, by: dial or null, pick: [{dial, at: [number]}], views: [view]}]. A click picks
//                               along x, or along x and y. There is one view, or one for each position of the dial
//                               `by`. It has x and y, {label, from, to, scale: "linear" or "log", ticks: [[number,
//                               text]]}, and lines that no dial moves, [{table, colour, width, dash, marker}]
//                      marks    [{panel, kind: "path" or "segment", table, columns, series}]. A path joins a point a
//                               step; its columns are x (null: the step itself) and y. A segment stands where the
//                               current step is; its columns are x and y of both ends
//                      series   [{name, by: [dial], table, reads: [[text, column]], says: [text], and the style}]
//                      legend   [{label, colour, dash, marker}]
//                      tables   {name: {shape, by: [dial]}}
// model.get("tables")  {name: float32 numbers in the shape [one axis for each dial in `by`, step, column]}. A row that
//                      begins with NaN ends a path early; in a line it is a gap

const HEIGHT = 290; // of a panel, in pixels
const PLAY = 6000; // how long a path of some length plays, in milliseconds
const SLOWEST = 350; // milliseconds a step, so that a short path does not crawl

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowDown: [1, -1], ArrowUp: [1, 1] }; // axis, direction

// Some of the course's colours are too dark for a dark page: there widget.css gives them a lighter one of the same hue.
const THEMED = { "#000000": "var(--dh-ink)", "#595959": "var(--dh-grey)", "#0072b2": "var(--dh-blue)" };
const themed = (styles) =>
  styles.map((style) => ({ ...style, colour: THEMED[style.colour.toLowerCase()] ?? style.colour }));

const escape = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const attributes = (values) =>
  Object.entries(values).map(([name, value]) => `${name}="${escape(value)}"`).join(" ");

/** A number as the sentences write it (numerals.py): four digits, from 10000 on to the unit, a real minus sign. */
function written(value) {
  const rounded = Math.abs(value) >= 1e4 ? Math.round(value) : Number(value.toPrecision(4));
  const size = Math.abs(rounded);
  let text = String(rounded);
  if (size >= 1e7 || (0 < size && size < 1e-4)) {
    text = value.toExponential(3).replace(/\.?0*e\+?/, "e");
  }
  return text.replaceAll("-", "−");
}

/** The tables as arrays: {data, shape, by}. */
function read(buffers, shapes) {
  const tables = {};
  for (const [name, { shape, by }] of Object.entries(shapes)) {
    const { buffer, byteOffset, byteLength } = buffers[name];
    tables[name] = { data: new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)), shape, by };
  }
  return tables;
}

/** Where a state's rows stand in a table, and how many there are: {data, offset, columns, last}. */
function rows({ data, shape, by }, state) {
  const [steps, columns] = shape.slice(-2);
  const offset = by.reduce((sum, dial, axis) => sum * shape[axis] + state[dial], 0) * steps * columns;
  let last = -1;
  while (last + 1 < steps && !Number.isNaN(data[offset + (last + 1) * columns])) last += 1;
  return { data, offset, columns, last };
}

/** A number on an axis as a pixel, or NaN. Far outside is as good as infinitely far. */
function pixel(axis, value, begin, end) {
  const scale = axis.scale === "log" ? Math.log10 : Number;
  const share = (scale(value) - scale(axis.from)) / (scale(axis.to) - scale(axis.from));
  return Math.max(-1e5, Math.min(1e5, begin + share * (end - begin)));
}

/** Points as the `d` of an SVG path; a NaN is a gap. */
function trace(points) {
  let d = "";
  let pen = "M";
  for (const [x, y] of points) {
    if (Number.isNaN(x + y)) { pen = "M"; continue; }
    d += `${pen}${x.toFixed(2)},${y.toFixed(2)}`;
    pen = "L";
  }
  return d;
}

// A marker with corners: how many, how far in the points between them lie, and how far it is turned.
const CORNERS = {
  square: [4, Math.SQRT1_2, 1], diamond: [4, Math.SQRT1_2, 0], triangle: [3, 0.5, 0], star: [5, 0.4, 0],
};

/** A marker's shape around (0, 0), as SVG. */
function shape(marker, colour, radius) {
  if (marker === "none") return "";
  if (marker === "circle") return `<circle r="${radius}" fill="${colour}"/>`;
  const [corners, inner, turn] = CORNERS[marker];
  const points = Array.from({ length: 2 * corners }, (_, k) => {
    const angle = ((k + turn) * Math.PI) / corners;
    const reach = 1.4 * radius * (k % 2 ? inner : 1);
    return [reach * Math.sin(angle), -reach * Math.cos(angle)];
  });
  return `<path d="${trace(points)}Z" fill="${colour}"/>`;
}

/** A marker to be set at every vertex of a path, and the attributes that set it. */
const markerOf = (id, marker, colour, radius) =>
  `<marker id="${id}" markerUnits="userSpaceOnUse" markerWidth="20" markerHeight="20" viewBox="-10 -10 20 20">` +
  `${shape(marker, colour, radius)}</marker>`;
const withMarker = (id) =>
  Object.fromEntries(["marker-start", "marker-mid", "marker-end"].map((name) => [name, `url(#${id})`]));

/** The axes of a panel: frame, grid, ticks and labels. */
function axes(view, frame) {
  const { left, top, right, bottom } = frame;
  let svg = "";
  for (const [at, text] of view.x.ticks) {
    const x = pixel(view.x, at, left, right).toFixed(1);
    svg += `<path d="M${x},${top}V${bottom}" stroke="var(--dh-grid)"/>`;
    svg += `<text x="${x}" y="${bottom + 16}" text-anchor="middle">${escape(text)}</text>`;
  }
  for (const [at, text] of view.y.ticks) {
    const y = pixel(view.y, at, bottom, top);
    svg += `<path d="M${left},${y.toFixed(1)}H${right}" stroke="var(--dh-grid)"/>`;
    svg += `<text x="${left - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end">${escape(text)}</text>`;
  }
  svg += `<path d="M${left},${top}V${bottom}H${right}" fill="none" stroke="var(--dh-ink)"/>`;
  const label = (place, text) =>
    `<text transform="${place}" text-anchor="middle" font-size="13">${escape(text)}</text>`;
  svg += label(`translate(${(left + right) / 2},${HEIGHT - 4})`, view.x.label);
  return svg + label(`translate(13,${(top + bottom) / 2}) rotate(-90)`, view.y.label);
}

/** One panel: `layout` draws what stands still, `draw` moves the marks. */
function panelOf(panel, spec, tables, id) {
  const figure = document.createElement("figure");
  figure.className = "dh-panel";
  figure.dataset.panel = panel.name;
  figure.innerHTML = "<svg></svg>";
  const svg = figure.firstChild;
  const marks = spec.marks.filter((mark) => mark.panel === panel.name)
    .map((mark) => ({ ...mark, of: spec.series.find((series) => series.name === mark.series) }));
  let view, frame, drawn;

  function layout(state) {
    const width = Math.max(200, Math.round(figure.clientWidth));
    const now = `${panel.by ? state[panel.by] : 0} ${width}`;
    if (now === drawn) return;
    drawn = now;
    view = panel.views[panel.by ? state[panel.by] : 0];
    const longest = Math.max(...view.y.ticks.map(([, text]) => text.length));
    frame = { left: 30 + 7 * longest, top: 10, right: width - 14, bottom: HEIGHT - 40 };
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    svg.dataset.frame = JSON.stringify(frame);
    svg.dataset.x = JSON.stringify([view.x.from, view.x.to, view.x.scale]);
    svg.dataset.y = JSON.stringify([view.y.from, view.y.to, view.y.scale]);
    svg.innerHTML =
      `<defs><clipPath id="${id}"><rect ${attributes({ x: frame.left, y: frame.top - 8, // a dot on the edge stays whole
        width: frame.right - frame.left + 8, height: frame.bottom - frame.top + 12 })}/></clipPath>` +
      view.lines.map(({ marker, colour }, k) => markerOf(`${id}-line${k}`, marker, colour, marker === "star" ? 6 : 2.5))
        .join("") +
      marks.map((mark, k) => markerOf(`${id}-mark${k}`, mark.of.marker, mark.of.colour, 2.6)).join("") +
      `</defs><g class="dh-axes">${axes(view, frame)}</g><g clip-path="url(#${id})">` +
      `<g class="dh-lines">${view.lines.map(still).join("")}</g><g class="dh-marks"></g></g>`;
    svg.querySelector(".dh-marks").innerHTML = marks.map((mark, k) => {
      const { name, colour, dash } = mark.of;
      const line = attributes({ class: `dh-${mark.kind}`, "data-series": name, fill: "none", stroke: colour,
        "stroke-width": mark.kind === "segment" ? 2.5 : 1.4, "stroke-dasharray": dash,
        ...(mark.kind === "path" ? withMarker(`${id}-mark${k}`) : {}) });
      const ends = mark.kind === "path"
        ? `<circle class="dh-first" r="4.5" fill="var(--dh-paper)" stroke="${colour}" stroke-width="1.6"/>` +
          `<g class="dh-now" data-series="${escape(name)}">${shape(mark.of.marker, colour, 5.5)}</g>` : "";
      return `<g><path ${line}/>${ends}</g>`;
    }).join("");
  }

  /** A line that no dial moves. */
  function still(line, k) {
    const { data, offset, columns } = rows(tables[line.table], {});
    const points = [];
    for (let i = offset; i < data.length; i += columns) points.push(place(data[i], data[i + 1]));
    return `<path ${attributes({ d: trace(points), fill: "none", stroke: line.width ? line.colour : "none",
      "stroke-width": line.width, "stroke-dasharray": line.dash,
      ...(line.marker === "none" ? {} : withMarker(`${id}-line${k}`)) })}/>`;
  }

  const place = (x, y) => [pixel(view.x, x, frame.left, frame.right), pixel(view.y, y, frame.bottom, frame.top)];

  function draw(state, step) {
    layout(state);
    marks.forEach((mark, k) => {
      const group = svg.querySelector(".dh-marks").children[k];
      const { data, offset, columns, last } = rows(tables[mark.table], state);
      const to = Math.min(step, last);
      group.setAttribute("visibility", to < 0 ? "hidden" : "visible");
      if (to < 0) return;
      const value = (row, column) => (column === null ? row : data[offset + row * columns + column]);
      if (mark.kind === "segment") {
        const [x0, y0, x1, y1] = mark.columns.map((column) => value(to, column));
        group.firstChild.setAttribute("d", trace([place(x0, y0), place(x1, y1)]));
        return;
      }
      const points = [];
      for (let row = 0; row <= to; row += 1) points.push(place(...mark.columns.map((column) => value(row, column))));
      const [path, first, now] = group.children;
      path.setAttribute("d", trace(points));
      first.setAttribute("transform", `translate(${points[0].map((p) => p.toFixed(2))})`);
      now.setAttribute("transform", `translate(${points[to].map((p) => p.toFixed(2))})`);
      [now.dataset.x, now.dataset.y] = mark.columns.map((column) => value(to, column));
    });
  }

  /** Which positions of the dials a click at this place picks. */
  function picked(event) {
    const box = svg.getBoundingClientRect();
    const at = [event.clientX - box.left, event.clientY - box.top];
    const choice = {};
    panel.pick.forEach(({ dial, at: values }, axis) => {
      const away = values.map((value) => Math.abs(place(value, value)[axis] - at[axis]));
      choice[dial] = away.indexOf(Math.min(...away));
    });
    return choice;
  }

  return { figure, svg, draw, picked, pick: panel.pick };
}

/** Dials, buttons and words around the panels. */
function frameOf(spec, card) {
  const sample = ({ colour, dash, marker }) =>
    `<svg width="34" height="14" aria-hidden="true"><path ${attributes({ d: "M1,7H33", fill: "none", "stroke-width": 2,
      stroke: dash === "none" ? "none" : colour, "stroke-dasharray": dash })}/>` +
    `<g transform="translate(17,7)">${shape(marker, colour, marker === "star" ? 5 : 3.5)}</g></svg>`;
  card.innerHTML =
    `<div class="dh-dials">` +
    spec.dials.map((dial) =>
      `<label class="dh-dial" data-dial="${dial.name}">${escape(dial.label)} <output></output>` +
      `<input type="range" min="0" max="${dial.values.length - 1}" step="1" value="${dial.start}"></label>`).join("") +
    `</div><div class="dh-panels"></div><ul class="dh-legend">` +
    spec.legend.map((entry) => `<li>${sample(entry)}${escape(entry.label)}</li>`).join("") +
    `</ul><div class="dh-play"><button type="button" data-do="play">Play</button>` +
    `<button type="button" data-do="back">Step back</button><button type="button" data-do="forward">Step</button>` +
    `<label class="dh-dial" data-dial="step">step <output></output><input type="range" min="0" step="1"></label>` +
    `</div>` +
    `<div class="dh-reads"></div><div class="dh-says" aria-live="polite"></div>`;
}

function explore(model, el) {
  const given = model.get("spec");
  const spec = { ...given, series: themed(given.series), legend: themed(given.legend), panels: given.panels.map(
    (panel) => ({ ...panel, views: panel.views.map((view) => ({ ...view, lines: themed(view.lines) })) })) };
  const tables = read(model.get("tables"), spec.tables);
  const card = document.createElement("div");
  card.className = "downhill";
  card.setAttribute("role", "group");
  card.setAttribute("aria-label", spec.title);
  frameOf(spec, card);
  el.replaceChildren(card);
  const find = (selector) => card.querySelector(selector);
  const id = `dh${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const panels = spec.panels.map((panel, k) => panelOf(panel, spec, tables, `${id}-${k}`));
  find(".dh-panels").append(...panels.map((panel) => panel.figure));

  const state = Object.fromEntries(spec.dials.map((dial) => [dial.name, dial.start]));
  let step = Infinity; // the whole path, however long it is
  let playing = null;
  let said = null;
  const lastStep = () => Math.max(0, ...spec.series.map((series) => rows(tables[series.table], state).last));

  function draw() {
    const last = lastStep();
    const shown = Math.min(step, last);
    panels.forEach((panel) => panel.draw(state, shown));
    for (const dial of spec.dials) {
      const text = dial.values[state[dial.name]];
      const input = find(`[data-dial="${dial.name}"] input`);
      input.value = state[dial.name];
      input.setAttribute("aria-valuetext", text);
      find(`[data-dial="${dial.name}"] output`).textContent = text;
    }
    const slider = find('[data-dial="step"] input');
    slider.max = last;
    slider.value = shown;
    slider.setAttribute("aria-valuetext", `${shown} of ${last}`);
    find('[data-dial="step"] output').textContent = `${shown} of ${last}`;
    find(".dh-reads").innerHTML = spec.series.map((series) => reading(series, shown)).join("");
    say(spec.series.map((series) => sentence(series)));
    card.dataset.state = JSON.stringify({ ...state, step: shown });
  }

  const named = (series, text) => (spec.series.length > 1 ? `<b>${escape(series.name)}</b>: ${text}` : text);

  /** The numbers of the current step. */
  function reading(series, shown) {
    const { data, offset, columns, last } = rows(tables[series.table], state);
    const row = Math.min(shown, last);
    if (row < 0) return "";
    const numbers = series.reads.map(([name, column]) =>
      `${escape(name)} = ${written(data[offset + row * columns + column])}`);
    return `<p>${named(series, `step ${row}, ${numbers.join(", ")}`)}</p>`;
  }

  function sentence(series) {
    const lengths = tables[series.table].shape;
    const place = series.by.reduce((sum, dial, axis) => sum * lengths[axis] + state[dial], 0);
    return named(series, escape(series.says[place]));
  }

  /** What happened, in words; written only when it has changed, so that it is read out once. */
  function say(sentences) {
    const html = sentences.map((text) => `<p>${text}</p>`).join("");
    if (html === said) return;
    said = html;
    find(".dh-says").innerHTML = html;
  }

  function turn(changes) {
    Object.assign(state, changes);
    draw();
  }

  function goTo(next) {
    const last = lastStep();
    step = next >= last ? Infinity : Math.max(0, next);
    draw();
  }

  function pause() {
    cancelAnimationFrame(playing);
    playing = null;
    find('[data-do="play"]').textContent = "Play";
  }

  function play() {
    const last = lastStep();
    const from = Math.min(step, last) >= last ? 0 : step;
    const each = Math.min(SLOWEST, PLAY / Math.max(1, last));
    let began = null;
    find('[data-do="play"]').textContent = "Pause";
    const frame = (time) => {
      began ??= time;
      const next = from + Math.floor((time - began) / each);
      goTo(next);
      if (next >= lastStep()) pause();
      else playing = requestAnimationFrame(frame);
    };
    playing = requestAnimationFrame(frame);
  }

  spec.dials.forEach((dial) => {
    const input = find(`[data-dial="${dial.name}"] input`);
    input.addEventListener("input", () => turn({ [dial.name]: Number(input.value) }));
  });
  find('[data-dial="step"] input').addEventListener("input", (event) => { pause(); goTo(Number(event.target.value)); });
  find('[data-do="play"]').addEventListener("click", () => (playing === null ? play() : pause()));
  find('[data-do="back"]').addEventListener("click", () => { pause(); goTo(Math.min(step, lastStep()) - 1); });
  find('[data-do="forward"]').addEventListener("click", () => {
    pause();
    goTo(step >= lastStep() ? 0 : step + 1); // from the end it begins anew
  });

  for (const panel of panels.filter(({ pick }) => pick.length)) {
    panel.svg.classList.add("dh-pick");
    panel.svg.tabIndex = 0;
    panel.svg.setAttribute("role", "application");
    panel.svg.setAttribute("aria-label", "Picture: the arrow keys move the start, as its dials do.");
    panel.svg.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // or the browser selects text, and the next drag would move that
      panel.svg.setPointerCapture(event.pointerId);
      panel.svg.focus();
      turn(panel.picked(event));
    });
    panel.svg.addEventListener("pointermove", (event) => {
      if (panel.svg.hasPointerCapture(event.pointerId)) turn(panel.picked(event));
    });
    panel.svg.addEventListener("keydown", (event) => {
      const [axis, way] = ARROWS[event.key] ?? [];
      if (axis === undefined || !panel.pick[axis]) return;
      event.preventDefault();
      const { dial, at } = panel.pick[axis];
      turn({ [dial]: Math.max(0, Math.min(at.length - 1, state[dial] + way)) });
    });
  }
  for (const panel of panels.filter(({ pick }) => !pick.length)) panel.svg.setAttribute("aria-hidden", "true");

  // Or JupyterLab would take the arrow keys and space for its own; it looks at the focused element only.
  card.querySelectorAll("input, button, .dh-pick").forEach((each) => { each.dataset.lmSuppressShortcuts = "true"; });
  const observer = new ResizeObserver(draw);
  observer.observe(card);
  draw();
  return () => { observer.disconnect(); pause(); };
}

function render({ model, el }) {
  try {
    return explore(model, el);
  } catch (error) {
    el.textContent = `The explorer cannot be drawn: ${error.message}`;
    throw error;
  }
}

export default { render };
