// What each chart of a run shows, and how it says a figure.
import { count, mebibytes, plain } from "./figures.js";
import { smooth } from "./series.js";

const line = { width: 1.75, points: { show: false } };

/** A chart of one column. */
const single = (column, { title, figure = plain, fromZero = false }) => ({
  figure,
  fromZero,
  heads: ["Step", title],
  cells: ([steps, values], index) => [count(steps[index]), figure(values[index])],
  series: ({ accent }) => [{ ...line, name: column, stroke: accent }],
  data: (shown) => [shown.view("step"), shown.view(column)],
  describe: ([steps, values], index, pointed) => pointed ? `step ${count(steps[index])} · ${figure(values[index])}` : figure(values[index]),
});

const loss = {
  canBeLogarithmic: true,
  figure: plain,
  heads: ["Step", "Train", "Smoothed", "Held-out"],
  cells: ([steps, ...columns], index) => [count(steps[index]), ...columns.map((column) => column[index] == null ? "" : plain(column[index]))],
  series: ({ accent, ink, surface }) => [
    { ...line, name: "raw", stroke: `color-mix(in srgb, ${accent} 32%, transparent)`, width: 1 },
    { ...line, name: "smooth", stroke: accent },
    { name: "heldout", stroke: ink, width: 1.75, dash: [6, 4], spanGaps: true, points: { show: true, size: 7, fill: surface, stroke: ink, width: 1.75 } },
  ],

  /** Held-out losses lie on steps of their own (step 0 among them): one axis for both. */
  data(shown, { evaluations, weight, whole, logarithmic }) {
    const steps = shown.view("step");
    const raw = shown.view("loss");
    const smoothed = smooth(shown, weight, whole);
    const length = steps.length + evaluations.length;
    const data = [new Array(length), new Array(length).fill(null), new Array(length).fill(null), new Array(length).fill(null)];
    // A logarithm has no place for zero.
    const drawn = (value) => logarithmic && value <= 0 ? null : value;
    let row = 0;
    for (let i = 0, j = 0; i < steps.length || j < evaluations.length; row++) {
      const step = Math.min(steps[i] ?? Infinity, evaluations[j]?.[0] ?? Infinity);
      data[0][row] = step;
      if (steps[i] === step) {
        data[1][row] = drawn(raw[i]);
        data[2][row] = drawn(smoothed[i++]);
      }
      if (evaluations[j]?.[0] === step) data[3][row] = drawn(evaluations[j++][1]);
    }
    data.forEach((column) => { column.length = row; });
    return data;
  },

  describe([steps, raw, smoothed, heldOut], index, pointed) {
    const last = (column) => pointed ? column[index] : column.findLast((value) => value != null);
    const parts = pointed ? [`step ${count(steps[index])}`] : [];
    if (last(raw) != null) parts.push(`train ${plain(last(raw))}`);
    if (pointed && last(smoothed) != null) parts.push(`smoothed ${plain(last(smoothed))}`);
    if (last(heldOut) != null) parts.push(`held-out ${plain(last(heldOut))}`);
    return parts.join(" · ");
  },
};

export const FORMS = {
  loss,
  rate: single("rate", { title: "Learning rate", fromZero: true }),
  norm: single("norm", { title: "Gradient norm" }),
  speed: single("speed", { title: "Tokens/s", fromZero: true }),
  memory: single("memory", { title: "Memory", figure: mebibytes, fromZero: true }),
};
