// Charts of one page that share a cross-hair, a zoom and a look. Whoever extends it says what they show.
import { count } from "./figures.js";
import { loadScript } from "./live.js";
import { Plot } from "./plot.js";
import { fillTable, savePicture } from "./twin.js";

export class ChartGroup {
  plots = new Map();
  closed = false;

  #pending = 0;
  #seen = new Set();
  #recolour = () => this.rebuild();
  #resizer = new ResizeObserver(() => this.plots.forEach((plot) => plot.resize()));
  #watcher = new IntersectionObserver((entries) => this.#watch(entries), { rootMargin: "200px" });

  /**
   * @param root holds the cards, each with data-chart; its data-live tells how the connection is.
   * @param key what their cross-hairs share.
   * @param name for pictures taken along.
   */
  constructor(root, key, name) {
    this.root = root;
    this.key = key;
    this.name = name;
    root.run = this;
  }

  /** Makes a plot in every card. */
  async openPlots(forms) {
    await loadScript("lib/uplot.js");
    if (this.closed) return false;
    for (const card of this.root.querySelectorAll("[data-chart]")) {
      const plot = new Plot(card, forms[card.dataset.chart], this);
      this.plots.set(card.dataset.chart, plot);
      this.#resizer.observe(plot.place);
      this.#watcher.observe(card);
    }
    this.root.addEventListener("click", (event) => {
      const pressed = event.target.closest("[data-do]");
      if (pressed !== null) this.act(pressed, this.plots.get(pressed.closest("[data-chart]")?.dataset.chart));
    });
    addEventListener("themechange", this.#recolour);
    return true;
  }

  closePlots() {
    this.closed = true;
    this.#resizer.disconnect();
    this.#watcher.disconnect();
    removeEventListener("themechange", this.#recolour);
    cancelAnimationFrame(this.#pending);
    this.plots.forEach((plot) => plot.destroy());
    this.plots.clear();
  }

  control(name) {
    return this.root.querySelector(`[data-control='${name}']`);
  }

  /** How the connection is: "live", "lost" or "over". */
  report(state) {
    this.root.dataset.live = state;
    this.drawSoon();
  }

  /** Draws the plots that are in sight; dataOf(form) gives what one shows, and those that are not wanted now are left as they are. */
  drawPlots(dataOf, isWanted = () => true) {
    this.plots.forEach((plot) => {
      if (!this.inSight(plot) || !isWanted(plot)) return;
      plot.show(dataOf(plot.form));
      if (plot.card.dataset.view === "table") fillTable(plot.card, plot.form, plot.data);
    });
  }

  inSight(plot) {
    return this.#seen.has(plot.card);
  }

  drawSoon() {
    this.#pending ||= requestAnimationFrame(() => {
      this.#pending = 0;
      if (!this.closed) this.draw();
    });
  }

  rebuild() {
    this.plots.forEach((plot) => plot.create());
    this.draw();
  }

  say(text) {
    this.root.querySelector(".chart-said").textContent = text;
  }

  // Nothing unless a group has marks or lets a step be chosen.
  drawMarks() {}

  pick() {}

  /** What a button of a card, or of the tools, does. */
  act(pressed, plot) {
    const title = () => plot.card.querySelector("h2, h3").textContent;
    switch (pressed.dataset.do) {
      case "whole":
        this.zoom(null, null);
        break;
      case "table":
        plot.card.dataset.view = plot.card.dataset.view === "table" ? "chart" : "table";
        this.draw();
        plot.resize();
        break;
      case "picture": {
        const [from, to] = this.range();
        savePicture(plot, `${title()} · ${this.name}`, `${count(Math.round(from))} to ${count(Math.round(to))}`, `${title()} ${this.name}.png`);
        break;
      }
    }
  }

  #watch(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#seen.add(target);
      else this.#seen.delete(target);
    }
    this.drawSoon();
  }
}
