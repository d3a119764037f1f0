// Draws a run's curves and keeps them live. Points come over a hub of their own, packed; Blazor only says which run, and hears how a
// person looks at it, so that the address can say it too.
import { formsOf } from "./charts/forms.js";
import { count } from "./charts/figures.js";
import { ChartGroup } from "./charts/group.js";
import { Lane } from "./charts/lane.js";
import { Live } from "./charts/live.js";
import { Series } from "./charts/series.js";

// As many rows as the server sends of a whole curve; a longer one is asked for anew, thinned out, so that an open page does not grow.
const MOST_ROWS = 7000;
const TELL_MILLISECONDS = 300;
const SUMMARY_MILLISECONDS = 10000;
// With every message that arrives the main chart is drawn, and this often one of the others, in turn: an open page leaves the processor to
// the training, and no drawing takes long. Where messages are rare, or cease, all are drawn.
const SIDE_MILLISECONDS = 400;
const REST_MILLISECONDS = 1000;

class RunCharts extends ChartGroup {
  series = new Series();
  /** The zoomed stretch, finer than the whole curve; null where the whole has every step of it. */
  detail = null;
  evaluations = [];
  rewards = [];
  checkpoints = [];
  totalSteps = 0;
  messages = 0;
  done = false;

  #telling = 0;
  #summarised = 0;
  #drawn = -Infinity;
  #sideDrawn = 0;
  #turn = 0;
  #rest = 0;
  #hasArrived = false;
  #replacing = false;

  constructor(root, owner, { runId, name, view }) {
    super(root, runId, name);
    this.owner = owner;
    this.runId = runId;
    this.view = { ...view, hidden: new Set(view.hidden) };
    this.live = new Live([this], (state) => this.report(state));
  }

  async open() {
    const following = this.live.follow();
    if (!await this.openPlots(formsOf(() => this.series.parts))) return;
    const lane = this.root.querySelector(".chart-lane");
    this.main = this.plots.get("reward") ?? this.plots.get("loss");
    this.lane = lane === null ? null : new Lane(lane, this.main);
    this.#bind();
    this.#hide();
    this.draw();
    following.catch(() => undefined);
  }

  close() {
    this.live.close();
    this.lane?.close();
    clearTimeout(this.#telling);
    clearTimeout(this.#rest);
    this.closePlots();
  }

  // What arrives.

  get lastStep() {
    return this.series.lastStep;
  }

  take(delta) {
    this.messages++;
    const parts = this.series.parts.length;
    const reachesEnd = this.detail !== null && this.detail.lastStep >= this.series.lastStep;
    for (const series of [this.series, ...(reachesEnd ? [this.detail] : [])]) {
      series.cut(delta.after);
      series.append(delta.points);
    }
    if (this.series.parts.length !== parts) this.plots.get("parts")?.renew();
    this.evaluations = delta.evaluations ?? this.evaluations;
    this.rewards = delta.rewards ?? this.rewards;
    this.checkpoints = delta.checkpoints ?? this.checkpoints;
    this.totalSteps = delta.totalSteps;
    if (this.series.length > 2 * MOST_ROWS) this.#replace();
    if (this.messages === 1) this.refine();
    this.#hasArrived = true;
    this.drawSoon();
  }

  async #replace() {
    if (this.#replacing) return;
    this.#replacing = true;
    const points = await this.live.window(this.runId, 0, this.series.lastStep);
    if (points !== null) {
      const whole = Series.of(points);
      whole.catchUp(this.series);
      this.series = whole;
    }
    this.#replacing = false;
  }

  // What is shown.

  /** First and last step on the axis. */
  range() {
    const end = this.view.to ?? this.#end();
    return [Math.min(this.view.from ?? 0, end - 1), end];
  }

  /** The axis grows by doubling, so that a short beginning of a long run fills the chart and yet the scale seldom jumps. */
  #end() {
    const last = Math.max(this.series.lastStep, this.evaluations.at(-1)?.[0] ?? 0, this.rewards.at(-1)?.[0] ?? 0, 1);
    if (this.done) return last;
    let end = Math.max(this.totalSteps, last);
    while (end / 2 >= last * 1.02 && end > 20) end /= 2;
    return end;
  }

  get zoomed() {
    return this.view.from !== null || this.view.to !== null;
  }

  logarithmic(form) {
    return this.view.logarithmic && form.canBeLogarithmic === true;
  }

  draw() {
    const shown = this.zoomed && this.detail !== null ? this.detail : this.series;
    // Smoothing is a share of the whole run: a longer one is smoothed over more steps, and zooming changes nothing.
    const weight = this.view.smoothing ** (1000 / Math.max(this.totalSteps, 1));
    this.plots.forEach(({ card, form }) => {
      if (form.columns !== undefined) card.hidden = this.series.length > 0 && form.columns().every((column) => this.series.lacks(column));
    });
    const due = this.#due();
    this.drawPlots((form) => form.data(shown, { heldOut: this.#heldOut(form), weight, whole: this.series, logarithmic: this.logarithmic(form) }), (plot) => due === null || due.includes(plot));
    this.root.dataset.points = String(this.series.length);
    this.root.toggleAttribute("data-empty", this.series.length + this.evaluations.length + this.rewards.length === 0);
    this.root.dataset.lastStep = String(this.series.lastStep);
    this.#summarise();
  }

  /** Draws what a person asked for, in every chart. */
  #drawAll() {
    this.#hasArrived = false;
    this.draw();
  }

  /** The charts that this drawing renews; null for all of them, unless nothing but points asks for it and the last one was a moment ago. */
  #due() {
    const now = performance.now();
    const isSoon = this.#hasArrived && !this.done && now - this.#drawn < REST_MILLISECONDS;
    this.#hasArrived = false;
    this.#drawn = now;
    clearTimeout(this.#rest);
    if (!isSoon) return null;
    this.#rest = setTimeout(() => this.drawSoon(), REST_MILLISECONDS);
    const sides = [...this.plots.values()].filter((plot) => plot !== this.main && this.inSight(plot));
    if (sides.length === 0 || now - this.#sideDrawn < SIDE_MILLISECONDS) return [this.main];
    this.#sideDrawn = now;
    return [this.main, sides[this.#turn++ % sides.length]];
  }

  /** What a chart shows of held-out rows, as pairs of step and figure. */
  #heldOut(form) {
    return form.heldOut === undefined ? [] : this[form.heldOut];
  }

  /** Ticks of checkpoints, the chosen step and the best held-out loss or reward. */
  drawMarks(plot, colours, form) {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    const at = (step) => Math.round(plot.valToPos(step, "x", true));
    const inside = (x) => x >= bbox.left && x <= bbox.left + bbox.width;
    const vertical = (x, top = bbox.top) => {
      ctx.beginPath();
      ctx.moveTo(x, top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    };
    ctx.save();
    ctx.lineWidth = ratio;
    ctx.strokeStyle = colours.strong;
    ctx.setLineDash([2 * ratio, 3 * ratio]);
    if (this.checkpoints.length <= 60) this.checkpoints.map(at).filter(inside).forEach((x) => vertical(x));
    if (this.view.step !== null && inside(at(this.view.step))) {
      ctx.setLineDash([]);
      ctx.strokeStyle = colours.accent;
      vertical(at(this.view.step));
    }
    const heldOut = this.#heldOut(form);
    const best = !this.view.hidden.has("heldout") && heldOut.length > 1
      ? heldOut.reduce((best, one) => (form.best === "least" ? one[1] < best[1] : one[1] > best[1]) ? one : best) : null;
    if (best !== null && inside(at(best[0]))) {
      ctx.setLineDash([]);
      ctx.strokeStyle = colours.accent;
      ctx.lineWidth = 2 * ratio;
      ctx.beginPath();
      ctx.arc(at(best[0]), plot.valToPos(best[1], "y", true), 8 * ratio, 0, 2 * Math.PI);
      ctx.stroke();
    }
    ctx.restore();
    if (form === this.main?.form) this.lane?.place();
  }

  // What a person does.

  zoom(from, to) {
    const whole = this.#end();
    const first = from === null || from <= 0 ? null : Math.floor(from);
    const last = to === null || to >= whole ? null : Math.ceil(to);
    this.view.from = first;
    this.view.to = last !== null && last <= (first ?? 0) ? (first ?? 0) + 1 : last;
    this.detail = null;
    this.control("from").value = this.view.from ?? "";
    this.control("to").value = this.view.to ?? "";
    this.root.toggleAttribute("data-zoomed", this.zoomed);
    this.#drawAll();
    this.refine();
    this.#tell();
  }

  /** Asks for the steps between those that the whole curve has, where it lacks any in view. */
  async refine() {
    if (!this.zoomed || this.series.length === 0) return;
    const [from, to] = this.range();
    const first = Math.max(from, 1);
    const last = Math.min(to, this.series.lastStep);
    if (this.series.after(last) - this.series.after(first - 1) > last - first) return;
    const points = await this.live.window(this.runId, first, last);
    const [stillFrom, stillTo] = this.range();
    if (points === null || stillFrom !== from || stillTo !== to) return;
    this.detail = Series.of(points);
    this.root.dataset.detail = String(this.detail.length);
    this.#drawAll();
  }

  pick(step) {
    this.view.step = this.view.step === step ? null : step;
    this.#drawAll();
    this.#tell();
  }

  #bind() {
    const smoothing = this.control("smoothing");
    smoothing.addEventListener("input", () => {
      this.view.smoothing = Number(smoothing.value);
      this.drawSoon();
      this.#tell();
    });
    this.control("logarithmic").addEventListener("change", (event) => {
      this.view.logarithmic = event.target.checked;
      this.rebuild();
      this.#tell();
    });
    for (const end of ["from", "to"]) {
      this.control(end).addEventListener("change", () => {
        const [from, to] = ["from", "to"].map((name) => this.control(name).value.trim() === "" ? null : Number(this.control(name).value.replaceAll(/[ ,]/g, "")));
        this.zoom(Number.isFinite(from) ? from : null, Number.isFinite(to) ? to : null);
      });
    }
    this.root.toggleAttribute("data-zoomed", this.zoomed);
  }

  act(pressed, plot) {
    if (pressed.dataset.do !== "series") {
      super.act(pressed, plot);
      return;
    }
    const { series } = pressed.dataset;
    if (!this.view.hidden.delete(series)) this.view.hidden.add(series);
    this.#hide();
    this.#tell();
  }

  rebuild() {
    super.rebuild();
    this.#hide();
  }

  #hide() {
    this.root.querySelectorAll("[data-do='series']").forEach((key) => key.setAttribute("aria-pressed", String(!this.view.hidden.has(key.dataset.series))));
    this.plots.forEach((plot) => plot.hide(this.view.hidden));
  }

  /** The page is told once a person's hand rests, so that the address follows without a message for each pixel. */
  #tell() {
    clearTimeout(this.#telling);
    const { from, to, smoothing, logarithmic, hidden, step } = this.view;
    this.#telling = setTimeout(() => {
      this.owner.invokeMethodAsync("ViewChangedAsync", { from, to, smoothing, logarithmic, hidden: [...hidden], step }).catch(() => undefined);
    }, TELL_MILLISECONDS);
  }

  /** One sentence for each chart, for those who do not see it; seldom, because a live one is read out. */
  #summarise() {
    const now = performance.now();
    if (now - this.#summarised < SUMMARY_MILLISECONDS && !this.done) return;
    this.#summarised = now;
    this.plots.forEach(({ place, form, data, card }) => {
      const last = data[0].length - 1;
      const title = card.querySelector("h2, h3").textContent;
      place.setAttribute("aria-label", last < 0 ? `${title}: nothing yet` : `${title} until step ${count(this.series.lastStep)}: ${form.describe(data, last, false)}. Arrow keys read single steps.`);
    });
  }
}

/** Opens the charts in an element; the answer's close() lets go of everything. */
export async function open(root, owner, options) {
  const charts = new RunCharts(root, owner, options);
  await charts.open();
  return charts;
}
