// One chart: a uPlot in its card, with a cross-hair that all charts of a group share, zoom, marks, keyboard and touch.
import { count } from "./figures.js";

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The theme's colours, as canvas needs them. */
function palette() {
  return {
    ink: token("--ink"), faint: token("--ink-faint"), accent: token("--accent"), surface: token("--surface"), line: token("--line"), strong: token("--line-strong"),
    bad: token("--bad"), series: Array.from({ length: 8 }, (_, index) => token(`--series-${index + 1}`)), font: `12px ${token("--font")}`,
  };
}

export class Plot {
  /**
   * @param card the element around the chart; holds .chart-place and .chart-readout.
   * @param form how it is drawn: series(colours), figure(value), describe(data, index).
   * @param group what all charts of a page share: key, range(), logarithmic(form), zoom(from, to), pick(step), drawMarks(plot, colours).
   */
  constructor(card, form, group) {
    this.card = card;
    this.form = form;
    this.group = group;
    this.place = card.querySelector(".chart-place");
    this.readout = card.querySelector(".chart-readout");
    this.data = [[], ...form.series(palette()).map(() => [])];
    this.place.addEventListener("keydown", (event) => this.#key(event));
    this.create();
  }

  create() {
    this.uplot?.destroy();
    const colours = palette();
    this.colours = colours;
    const axis = { stroke: colours.faint, font: colours.font, ticks: { show: false } };
    this.uplot = opaquely(() => new uPlot({
      width: Math.max(this.place.clientWidth, 100),
      height: Math.max(this.place.clientHeight, 80),
      legend: { show: false },
      padding: [10, 26, 0, 0],
      cursor: {
        sync: { key: this.group.key, filters: { pub: (type) => type === "mousemove" || type === "mouseleave" } },
        points: { size: 6 },
        drag: { x: true, y: false, setScale: false, dist: 4 },
        bind: { dblclick: () => () => this.group.zoom(null, null) },
      },
      scales: {
        x: { time: false, range: () => this.group.range() },
        y: this.group.logarithmic(this.form) ? { distr: 3 } : { range: (_, low, high) => paddedRange(this.form.fromZero ? 0 : low, high) },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 26, space: 60, values: (_, steps) => steps.map((step) => Number.isInteger(step) ? count(step) : "") },
        { ...axis, grid: { stroke: colours.line, width: 1 }, size: axisSize, space: 36, gap: 6, values: (_, values) => values.map((value) => value == null ? "" : this.form.figure(value)) },
      ],
      series: [{}, ...this.form.series(colours)],
      bands: this.form.bands?.(colours) ?? [],
      hooks: {
        drawClear: [({ ctx }) => {
          ctx.fillStyle = colours.surface;
          ctx.fillRect(0, 0, ctx.canvas.width, ctx.canvas.height);
        }],
        drawAxes: [(plot) => this.group.drawMarks(plot, colours, this.form)],
        setSelect: [(plot) => this.#select(plot)],
        setCursor: [() => this.read()],
      },
    }, this.data, this.place));
    this.#nameLines();
    this.uplot.over.addEventListener("click", () => this.#pick());
    this.uplot.over.addEventListener("pointermove", (event) => {
      if (event.pointerType === "touch") this.#pointAt(event.offsetX);
    });
  }

  /** The form has other lines than before. */
  renew() {
    this.data = [[], ...this.form.series(this.colours).map(() => [])];
    this.create();
  }

  show(data) {
    this.data = data;
    this.uplot.setData(data);
    this.read();
  }

  /** Shows and hides single series by their names. */
  hide(names) {
    this.form.series(this.colours).forEach((series, index) => this.uplot.setSeries(index + 1, { show: !names.has(series.name) }));
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.place;
    if (width > 0 && (width !== this.uplot.width || height !== this.uplot.height)) this.uplot.setSize({ width, height });
  }

  destroy() {
    this.uplot.destroy();
  }

  /** Index of the row under the cross-hair, or of the last one. */
  get index() {
    return this.uplot?.cursor.idx ?? this.data[0].length - 1;
  }

  read() {
    const index = this.index;
    const said = index < 0 ? "" : this.form.describe(this.data, index, this.uplot?.cursor.idx != null);
    if (this.readout.textContent !== said) this.readout.textContent = said;
  }

  /** Says which line is which, by colour and by dashes, where a card has room for it. */
  #nameLines() {
    this.card.querySelector(".chart-legend")?.replaceChildren(...this.form.series(this.colours).map(({ label, stroke, dash }) => {
      const mark = document.createElement("span");
      mark.className = "key-line";
      mark.style.borderTop = `2px ${dash === undefined ? "solid" : dash[0] > 3 ? "dashed" : "dotted"} ${stroke}`;
      const key = document.createElement("span");
      key.append(mark, label);
      return key;
    }));
  }

  #select(plot) {
    const { left, width } = plot.select;
    if (width < 4) return;
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.group.zoom(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
  }

  #pick() {
    const index = this.uplot.cursor.idx;
    if (index != null && this.data[0][index] > 0) this.group.pick(this.data[0][index]);
  }

  #pointAt(left) {
    this.uplot.setCursor({ left, top: this.uplot.over.clientHeight / 2 }, true, true);
  }

  #key(event) {
    const [from, to] = this.group.range();
    const middle = this.uplot.cursor.idx == null ? (from + to) / 2 : this.data[0][this.index];
    const move = (rows) => {
      const index = Math.max(0, Math.min(this.data[0].length - 1, this.index + rows));
      this.#pointAt(this.uplot.valToPos(this.data[0][index], "x"));
      this.group.say(this.readout.textContent);
    };
    const zoom = (factor) => this.group.zoom(middle - (middle - from) * factor, middle + (to - middle) * factor);
    const keys = {
      ArrowLeft: () => move(event.shiftKey ? -10 : -1),
      ArrowRight: () => move(event.shiftKey ? 10 : 1),
      Home: () => move(-Infinity),
      End: () => move(Infinity),
      "+": () => zoom(0.5),
      "=": () => zoom(0.5),
      "-": () => zoom(2),
      0: () => this.group.zoom(null, null),
      Escape: () => this.group.zoom(null, null),
      Enter: () => this.#pick(),
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys) || this.data[0].length === 0) return;
    event.preventDefault();
    keys[event.key]();
  }
}

/**
 * Makes what draws on canvases that let nothing shine through. The browser puts these on the screen as they are, without blending them with
 * the page: an open live page takes a seventh less of the processor. uPlot itself has no say in it.
 */
function opaquely(make) {
  const { getContext } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = function (kind, options) {
    return getContext.call(this, kind, { ...options, alpha: false });
  };
  try {
    return make();
  } finally {
    HTMLCanvasElement.prototype.getContext = getContext;
  }
}

/** Air above and below a curve; a level one gets some too. */
function paddedRange(low, high) {
  if (low == null) return [0, 1];
  const air = (high - low || Math.abs(high) || 1) * 0.06;
  return [low >= 0 ? Math.max(0, low - air) : low - air, high + air];
}

/** As wide as the axis' longest label. */
function axisSize(plot, values, index, cycle) {
  const axis = plot.axes[index];
  if (cycle > 1) return axis._size;
  const longest = (values ?? []).reduce((widest, value) => value.length > widest.length ? value : widest, "");
  return Math.ceil(Math.max(34, axis.gap + 4 + textWidth(axis.font[0], longest) / devicePixelRatio));
}

// Setting the font of a canvas in the page makes the browser compute the page's styles at once, and a live chart's labels seldom change.
const ruler = document.createElement("canvas").getContext("2d");
const widths = new Map();
const MOST_WIDTHS = 500;

/** Width of a text in pixels of the device. */
function textWidth(font, text) {
  const key = `${font}|${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size >= MOST_WIDTHS) widths.clear();
    ruler.font = font;
    width = ruler.measureText(text).width;
    widths.set(key, width);
  }
  return width;
}
