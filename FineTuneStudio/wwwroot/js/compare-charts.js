// Lays the curves of several runs over one another and keeps those live that still run.
import { plain, count } from "./charts/figures.js";
import { ChartGroup } from "./charts/group.js";
import { Live } from "./charts/live.js";
import { Series, smooth } from "./charts/series.js";

/** One run's figures as they arrive; js/charts/live.js follows it. */
class Reader {
  series = new Series();
  evaluations = [];
  rewards = [];
  totalSteps = 0;
  done = false;

  constructor({ id, name, isReinforcement }, changed) {
    this.runId = id;
    this.name = name;
    this.isReinforcement = isReinforcement;
    this.changed = changed;
  }

  get lastStep() {
    return this.series.lastStep;
  }

  take(delta) {
    this.series.cut(delta.after);
    this.series.append(delta.points);
    this.evaluations = delta.evaluations ?? this.evaluations;
    this.rewards = delta.rewards ?? this.rewards;
    this.totalSteps = delta.totalSteps;
    this.changed();
  }
}

class CompareCharts extends ChartGroup {
  view = { from: null, to: null, smoothing: 0.95, logarithmic: false, axis: "step" };

  constructor(root, runs) {
    super(root, `compare-${runs.map((run) => run.id).join("-")}`, "comparison");
    this.readers = runs.map((run) => new Reader(run, () => this.drawSoon()));
    this.live = new Live(this.readers, (state) => this.report(state));
  }

  async open() {
    const following = this.live.follow();
    const column = (name) => this.#form((reader) => [reader.series.view(this.view.axis), reader.series.view(name)]);
    const smoothed = (reader, mean) => [reader.series.view(this.view.axis), smooth(reader.series, this.view.smoothing ** (1000 / Math.max(reader.totalSteps, 1)), reader.series, mean)];
    const dashed = { dash: [6, 4], points: { show: true, size: 6 } };
    // A loss of one method is no loss of the other: each chart has the runs that it is about.
    const losses = (curveOf) => (reader) => reader.isReinforcement ? [[], []] : curveOf(reader);
    const rewards = (curveOf) => (reader) => reader.isReinforcement ? curveOf(reader) : [[], []];
    const figures = (name) => this.#form(rewards((reader) => [reader.series.view(this.view.axis), Array.from(reader.series.view(name), (figure) => Number.isNaN(figure) ? null : figure)]));
    const forms = {
      train: { ...this.#form(losses((reader) => smoothed(reader, "mean"))), canBeLogarithmic: true },
      heldout: { ...this.#form(losses((reader) => this.#heldOut(reader, reader.evaluations)), dashed), canBeLogarithmic: true },
      reward: this.#form(rewards((reader) => smoothed(reader, "rewardMean"))),
      heldoutreward: this.#form(rewards((reader) => this.#heldOut(reader, reader.rewards)), dashed),
      entropy: figures("entropy"),
      length: figures("length"),
      norm: column("norm"),
      rate: column("rate"),
      speed: { ...column("speed"), fromZero: true },
    };
    if (!await this.openPlots(forms)) return;
    this.#bind();
    this.draw();
    following.catch(() => undefined);
  }

  close() {
    this.live.close();
    this.closePlots();
  }

  range() {
    const end = this.view.to ?? this.#end();
    return [Math.min(this.view.from ?? 0, end * 0.999), end];
  }

  logarithmic(form) {
    return this.view.logarithmic && form.canBeLogarithmic === true;
  }

  zoom(from, to) {
    this.view.from = from === null || from <= 0 ? null : from;
    this.view.to = to === null || to >= this.#end() ? null : to;
    this.root.toggleAttribute("data-zoomed", this.view.from !== null || this.view.to !== null);
    this.draw();
  }

  draw() {
    this.drawPlots((form) => form.data());
    this.root.dataset.points = String(this.readers.reduce((sum, reader) => sum + reader.series.length, 0));
  }

  #end() {
    return Math.max(1e-9, ...this.readers.map((reader) => reader.series.view(this.view.axis).at(-1) ?? 0), this.view.axis === "step" ? 1 : 0);
  }

  /** Held-out figures know their step; along another axis they lie where that step lies. */
  #heldOut({ series }, evaluations) {
    const along = series.view(this.view.axis);
    const place = (step) => this.view.axis === "step" ? step : along[Math.max(0, series.after(step) - 1)] ?? 0;
    return [Float64Array.from(evaluations, ([step]) => step === 0 ? 0 : place(step)), Float64Array.from(evaluations, ([, loss]) => loss)];
  }

  /** A chart with one line for each run. */
  #form(curveOf, look = {}) {
    const colour = (index) => getComputedStyle(document.documentElement).getPropertyValue(`--series-${index + 1}`).trim();
    return {
      figure: plain,
      heads: ["Along", ...this.readers.map((reader) => reader.name)],
      cells: ([along, ...curves], index) => [plain(along[index]), ...curves.map((curve) => curve[index] == null ? "" : plain(curve[index]))],
      series: () => this.readers.map((reader, index) => ({ width: 1.75, spanGaps: true, points: { show: false }, ...look, name: reader.name, stroke: colour(index) })),
      data: () => uPlot.join(this.readers.map((reader) => curveOf(reader))),
      describe: ([along, ...curves], index, pointed) => pointed ? `${count(Number(along[index].toPrecision(6)))} · ${curves.map((curve) => plain(nearest(curve, index))).join(" · ")}` : "",
    };
  }

  #bind() {
    const change = (name, event, then) => this.control(name).addEventListener(event, ({ target }) => then(target));
    change("smoothing", "input", ({ value }) => {
      this.view.smoothing = Number(value);
      this.drawSoon();
    });
    change("logarithmic", "change", ({ checked }) => {
      this.view.logarithmic = checked;
      this.rebuild();
    });
    change("axis", "change", ({ value }) => {
      this.view.axis = value;
      this.zoom(null, null);
    });
  }
}

/** The runs' steps differ: a line has a figure at or before most places. */
function nearest(curve, index) {
  for (let i = index; i >= 0; i--) if (curve[i] != null) return curve[i];
  return null;
}

/** Opens the charts in an element; the answer's close() lets go of everything. */
export async function open(root, runs) {
  const charts = new CompareCharts(root, runs);
  await charts.open();
  return charts;
}
