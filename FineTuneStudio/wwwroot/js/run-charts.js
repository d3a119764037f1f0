// Draws a run's curves and keeps them live. Points come over a hub of their own, packed; Blazor only says which run.
// The reader's position is the last step it has: after any break it asks for what came since, so nothing is missing and nothing is twice.

const COLUMNS = ["step", "loss", "rate", "norm", "speed", "memory"];
const RETRY_MILLISECONDS = 1000;

const CHARTS = [
  { key: "loss", columns: ["loss"], log: false },
  { key: "rate", columns: ["rate"] },
  { key: "norm", columns: ["norm"] },
  { key: "speed", columns: ["speed"] },
];

const loaded = new Map();

function loadScript(address) {
  if (!loaded.has(address)) {
    loaded.set(address, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = () => reject(new Error(`${address} could not be loaded`));
      document.head.append(script);
    }));
  }
  return loaded.get(address);
}

/** Growing columns of 32-bit floats, doubled when full. */
class Series {
  constructor() {
    this.length = 0;
    this.columns = Object.fromEntries(COLUMNS.map((name) => [name, new Float64Array(1024)]));
  }

  get lastStep() {
    return this.length === 0 ? 0 : this.columns.step[this.length - 1];
  }

  append(count, base64) {
    if (count === 0) return;
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const packed = new Float32Array(bytes.buffer);
    let capacity = this.columns.step.length;
    while (capacity < this.length + count) capacity *= 2;
    COLUMNS.forEach((name, column) => {
      if (capacity > this.columns[name].length) {
        const grown = new Float64Array(capacity);
        grown.set(this.columns[name].subarray(0, this.length));
        this.columns[name] = grown;
      }
      this.columns[name].set(packed.subarray(column * count, (column + 1) * count), this.length);
    });
    this.length += count;
  }

  view(name) {
    return this.columns[name].subarray(0, this.length);
  }
}

/** Exponential moving average, corrected for its start as Adam corrects its moments. */
function smooth(values, weight) {
  const smoothed = new Float64Array(values.length);
  let mean = 0;
  let mass = 0;
  for (let i = 0; i < values.length; i++) {
    mean = weight * mean + (1 - weight) * values[i];
    mass = weight * mass + (1 - weight);
    smoothed[i] = mean / mass;
  }
  return smoothed;
}

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function figure(value) {
  if (value == null || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e6)) return value.toExponential(2);
  return size >= 100 ? Math.round(value).toLocaleString("en") : Number(value.toPrecision(4)).toString();
}

class RunCharts {
  constructor(root, runId) {
    this.root = root;
    this.runId = runId;
    this.series = new Series();
    this.evaluations = [];
    this.checkpoints = [];
    this.totalSteps = 0;
    this.smoothing = 0.9;
    this.logarithmic = false;
    this.plots = new Map();
    this.closed = false;
    this.over = false;
    this.messages = 0;
    this.recolour = () => this.rebuild();
    this.resizer = new ResizeObserver(() => this.resize());
    root.run = this;
  }

  async open() {
    await Promise.all([loadScript("lib/uplot.js"), loadScript("lib/signalr.js")]);
    if (this.closed) return;
    this.rebuild();
    this.resizer.observe(this.root);
    addEventListener("themechange", this.recolour);
    this.follow();
  }

  close() {
    this.closed = true;
    this.resizer.disconnect();
    removeEventListener("themechange", this.recolour);
    this.connection?.stop();
    this.plots.forEach((plot) => plot.destroy());
    this.plots.clear();
  }

  configure(smoothing, logarithmic) {
    this.smoothing = smoothing;
    if (this.logarithmic !== logarithmic) {
      this.logarithmic = logarithmic;
      this.rebuild();
    } else {
      this.draw();
    }
  }

  /** One connection after the other until the run is over; each begins where the last one broke off. */
  async follow() {
    while (!this.closed && !this.over) {
      try {
        this.connection = new signalR.HubConnectionBuilder().withUrl("live/runs").configureLogging(signalR.LogLevel.None).build();
        await this.connection.start();
        this.root.dataset.live = "true";
        await this.receive();
      } catch {
        this.root.dataset.live = "false";
        if (!this.closed) await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
      } finally {
        await this.connection?.stop().catch(() => undefined);
      }
    }
  }

  receive() {
    return new Promise((resolve, reject) => {
      this.connection.onclose(() => reject(new Error("closed")));
      this.connection.stream("Follow", this.runId, this.series.lastStep).subscribe({
        next: (delta) => this.take(delta),
        error: reject,
        complete: () => {
          this.over = true;
          this.root.dataset.live = "over";
          resolve();
        },
      });
    });
  }

  take(delta) {
    this.messages++;
    this.series.append(delta.points.count, delta.points.values);
    this.evaluations = delta.evaluations;
    this.checkpoints = delta.checkpoints;
    this.totalSteps = delta.totalSteps;
    if (!this.pending) {
      this.pending = requestAnimationFrame(() => {
        this.pending = 0;
        this.draw();
      });
    }
  }

  data(key) {
    const steps = this.series.view("step");
    if (key !== "loss") return [steps, this.series.view(key)];
    // Held-out losses lie on steps of their own (step 0 among them): one axis for both.
    const heldOut = new Map(this.evaluations);
    const axis = Float64Array.from(new Set([...steps, ...heldOut.keys()])).sort();
    const raw = new Array(axis.length).fill(null);
    const smoothed = new Array(axis.length).fill(null);
    const values = this.series.view("loss");
    // A short curve is smoothed less, or it would lag behind itself.
    const curve = smooth(values, this.smoothing * (1 - Math.exp(-values.length / 150)));
    const marks = new Array(axis.length).fill(null);
    for (let i = 0, j = 0; i < axis.length; i++) {
      if (j < steps.length && steps[j] === axis[i]) {
        raw[i] = values[j];
        smoothed[i] = curve[j++];
      }
      if (heldOut.has(axis[i])) marks[i] = heldOut.get(axis[i]);
    }
    return [axis, raw, smoothed, marks];
  }

  draw() {
    if (this.closed) return;
    this.plots.forEach((plot, key) => plot.setData(this.data(key)));
    this.root.dataset.points = String(this.series.length);
    this.root.dataset.lastStep = String(this.series.lastStep);
    this.fillTable();
  }

  rebuild() {
    this.plots.forEach((plot) => plot.destroy());
    this.plots.clear();
    for (const { key } of CHARTS) {
      const place = this.root.querySelector(`[data-chart="${key}"]`);
      if (place) this.plots.set(key, this.plot(key, place));
    }
    this.draw();
  }

  plot(key, place) {
    const ink = token("--ink");
    const faint = token("--ink-faint");
    const accent = token("--accent");
    const grid = { stroke: token("--line"), width: 1 };
    const font = `12px ${token("--font")}`;
    const readout = place.parentElement.querySelector(".chart-readout");
    const line = { width: 1.75, points: { show: false } };
    const series = key === "loss"
      ? [{}, { ...line, label: "train", stroke: `color-mix(in srgb, ${accent} 28%, transparent)`, width: 1 },
        { ...line, label: "train, smoothed", stroke: accent },
        { label: "held-out", stroke: ink, width: 1.75, dash: [6, 4], spanGaps: true, points: { show: true, size: 7, fill: token("--surface"), stroke: ink, width: 1.75 } }]
      : [{}, { ...line, stroke: accent }];
    return new uPlot({
      width: Math.max(place.clientWidth, 100),
      height: place.clientHeight,
      legend: { show: false },
      cursor: { sync: { key: this.runId }, points: { size: 6 }, drag: { x: true, y: false } },
      scales: { x: { time: false, range: (_, min, max) => this.zoomed ? [min, max] : [0, Math.max(this.totalSteps, max ?? 1, 1)] }, y: key === "loss" && this.logarithmic ? { distr: 3 } : {} },
      axes: [
        { stroke: faint, font, grid: { show: false }, ticks: { show: false }, size: 26, values: (_, steps) => steps.map((step) => Number.isInteger(step) ? step.toLocaleString("en") : "") },
        { stroke: faint, font, grid, ticks: { show: false }, size: 58, values: (_, values) => values.map((value) => value == null ? "" : figure(value)) },
      ],
      series,
      hooks: {
        drawAxes: [(plot) => this.drawCheckpoints(plot)],
        setSelect: [(plot) => { this.zoomed = plot.select.width > 0; }],
        setCursor: [(plot) => this.readOut(plot, key, readout)],
      },
    }, this.data(key), place);
  }

  drawCheckpoints(plot) {
    const context = plot.ctx;
    context.save();
    context.strokeStyle = token("--line-strong");
    context.fillStyle = token("--ink-faint");
    context.lineWidth = devicePixelRatio;
    context.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
    for (const step of this.checkpoints) {
      const x = Math.round(plot.valToPos(step, "x", true));
      if (x < plot.bbox.left || x > plot.bbox.left + plot.bbox.width) continue;
      context.beginPath();
      context.moveTo(x, plot.bbox.top);
      context.lineTo(x, plot.bbox.top + plot.bbox.height);
      context.stroke();
      context.beginPath();
      context.moveTo(x - 4 * devicePixelRatio, plot.bbox.top);
      context.lineTo(x + 4 * devicePixelRatio, plot.bbox.top);
      context.lineTo(x, plot.bbox.top + 6 * devicePixelRatio);
      context.fill();
    }
    context.restore();
  }

  readOut(plot, key, readout) {
    const index = plot.cursor.idx;
    if (index == null) {
      const last = plot.data[1].length - 1;
      readout.textContent = last < 0 ? "" : key === "loss" ? this.lossText(last, plot) : figure(plot.data[1][last]);
      return;
    }
    readout.textContent = key === "loss"
      ? this.lossText(index, plot)
      : `step ${plot.data[0][index].toLocaleString("en")} · ${figure(plot.data[1][index])}`;
  }

  lossText(index, plot) {
    const [steps, raw, , marks] = plot.data;
    const parts = [`step ${steps[index].toLocaleString("en")}`];
    if (raw[index] != null) parts.push(`train ${figure(raw[index])}`);
    if (marks[index] != null) parts.push(`held-out ${figure(marks[index])}`);
    return parts.join(" · ");
  }

  resize() {
    this.plots.forEach((plot) => {
      const place = plot.root.parentElement;
      if (place.clientWidth > 0) plot.setSize({ width: place.clientWidth, height: place.clientHeight });
    });
  }

  /** The charts' twin for those who read rather than look; filled only while it is open. */
  fillTable() {
    const details = this.root.querySelector("details.table-twin");
    if (!details) return;
    details.ontoggle ??= () => this.fillTable();
    if (!details.open) return;
    const rows = 200;
    const from = Math.max(0, this.series.length - rows);
    const heldOut = new Map(this.evaluations);
    const body = details.querySelector("tbody");
    body.replaceChildren(...Array.from({ length: this.series.length - from }, (_, i) => {
      const at = this.series.length - 1 - i;
      const step = this.series.columns.step[at];
      const row = document.createElement("tr");
      const cells = [step.toLocaleString("en"), ...["loss", "rate", "norm", "speed"].map((name) => figure(this.series.columns[name][at]))];
      cells.splice(2, 0, heldOut.has(step) ? figure(heldOut.get(step)) : "");
      for (const text of cells) {
        const cell = document.createElement("td");
        cell.className = "number";
        cell.textContent = text;
        row.append(cell);
      }
      return row;
    }));
  }
}

/** Opens the charts in an element; the answer's close() lets go of everything. */
export async function open(root, runId) {
  const charts = new RunCharts(root, runId);
  await charts.open();
  return charts;
}
