// What each chart of a run shows, and how it says a figure.
import { count, mebibytes, plain } from "./figures.js";
import { smooth } from "./series.js";

const line = { width: 1.75, points: { show: false } };

// Lines of one chart are told apart by their dashes too.
const DASHES = [undefined, [7, 4], [2, 3]];

/** What a step does not have is a gap. */
const gaps = (figures) => figures.some(Number.isNaN) ? Array.from(figures, (figure) => Number.isNaN(figure) ? null : figure) : figures;

const said = (figure, value) => value == null ? "" : figure(value);

const percent = (share) => share == null || Number.isNaN(share) ? "–" : `${Number((100 * share).toPrecision(3))} %`;

const seconds = (value) => value == null || Number.isNaN(value) ? "–" : `${plain(value)} s`;

/** A chart of one column. */
const single = (column, { title, figure = plain, fromZero = false }) => ({
  figure,
  fromZero,
  heads: ["Step", title],
  cells: ([steps, values], index) => [count(steps[index]), said(figure, values[index])],
  series: ({ accent }) => [{ ...line, name: column, stroke: accent }],
  data: (shown) => [shown.view("step"), gaps(shown.view(column))],
  describe: ([steps, values], index, pointed) => pointed ? `step ${count(steps[index])} · ${figure(values[index])}` : figure(values[index]),
});

/** A chart of one column that not every run has: its card is there where it is. */
const seldom = (column, options) => ({ ...single(column, options), columns: () => [column] });

/** A chart of several columns in one unit; linesOf() gives them as [column, title]. */
const several = (linesOf, { figure = plain, fromZero = true } = {}) => ({
  figure,
  fromZero,
  columns: () => linesOf().map(([column]) => column),
  get heads() {
    return ["Step", ...linesOf().map(([, title]) => title)];
  },
  cells: ([steps, ...columns], index) => [count(steps[index]), ...columns.map((column) => said(figure, column[index]))],
  series: ({ series }) => linesOf().map(([column, title], index) => ({ ...line, name: column, label: title, stroke: series[index % series.length], dash: DASHES[index % DASHES.length] })),
  data: (shown) => [shown.view("step"), ...linesOf().map(([column]) => gaps(shown.view(column)))],
  describe: ([steps, ...columns], index, pointed) => [
    ...pointed ? [`step ${count(steps[index])}`] : [],
    ...linesOf().flatMap(([, title], at) => columns[at]?.[index] == null ? [] : [`${title} ${figure(columns[at][index]).replaceAll(" ", "\u00a0")}`]),
  ].join(" · "),
});

/**
 * What a run is about: a curve, its moving average and the same on held-out rows, which lie on steps of their own (step 0 among them).
 * @param band columns that the curve lies between, lower and upper.
 */
const main = ({ column, mean, heldOut, best, canBeLogarithmic = false, band = [], bandNames = [] }) => ({
  canBeLogarithmic,
  heldOut,
  best,
  figure: plain,
  heads: ["Step", "Train", "Smoothed", "Held-out", ...bandNames],
  cells: ([steps, ...columns], index) => [count(steps[index]), ...columns.map((figures) => said(plain, figures[index]))],
  series: ({ accent, ink, surface }) => [
    { ...line, name: "raw", stroke: `color-mix(in srgb, ${accent} 32%, transparent)`, width: 1 },
    { ...line, name: "smooth", stroke: accent },
    { name: "heldout", stroke: ink, width: 1.75, dash: [6, 4], spanGaps: true, points: { show: true, size: 7, fill: surface, stroke: ink, width: 1.75 } },
    ...band.map(() => ({ ...line, name: "band", stroke: "transparent", width: 0 })),
  ],
  bands: ({ accent }) => band.length === 0 ? [] : [{ series: [5, 4], fill: `color-mix(in srgb, ${accent} 12%, transparent)` }],

  data(shown, { heldOut: evaluations, weight, whole, logarithmic }) {
    const steps = shown.view("step");
    const columns = [shown.view(column), smooth(shown, weight, whole, mean), null, ...band.map((name) => shown.view(name))];
    const length = steps.length + evaluations.length;
    const data = [new Array(length), ...columns.map(() => new Array(length).fill(null))];
    // A logarithm has no place for zero.
    const drawn = (value) => Number.isNaN(value) || (logarithmic && value <= 0) ? null : value;
    let row = 0;
    for (let i = 0, j = 0; i < steps.length || j < evaluations.length; row++) {
      const step = Math.min(steps[i] ?? Infinity, evaluations[j]?.[0] ?? Infinity);
      data[0][row] = step;
      if (steps[i] === step) {
        columns.forEach((figures, at) => {
          if (figures !== null) data[at + 1][row] = drawn(figures[i]);
        });
        i++;
      }
      if (evaluations[j]?.[0] === step) data[3][row] = drawn(evaluations[j++][1]);
    }
    data.forEach((figures) => { figures.length = row; });
    return data;
  },

  describe([steps, raw, smoothed, held, low, high], index, pointed) {
    const last = (figures) => pointed ? figures[index] : figures.findLast((value) => value != null);
    const parts = pointed ? [`step ${count(steps[index])}`] : [];
    if (last(raw) != null) parts.push(`train ${plain(last(raw))}`);
    if (pointed && last(smoothed) != null) parts.push(`smoothed ${plain(last(smoothed))}`);
    if (pointed && low?.[index] != null) parts.push(`${plain(low[index])} to ${plain(high[index])}`);
    if (last(held) != null) parts.push(`held-out ${plain(last(held))}`);
    return parts.join(" · ");
  },
});

const EVERY = {
  loss: main({ column: "loss", mean: "mean", heldOut: "evaluations", best: "least", canBeLogarithmic: true }),
  rate: single("rate", { title: "Learning rate", fromZero: true }),
  norm: single("norm", { title: "Gradient norm" }),
  speed: single("speed", { title: "Tokens/s", fromZero: true }),
  memory: single("memory", { title: "Memory", figure: mebibytes, fromZero: true }),
};

const REINFORCEMENT = {
  reward: main({ column: "reward", mean: "rewardMean", heldOut: "rewards", best: "greatest", band: ["low", "high"], bandNames: ["10th of 100", "90th of 100"] }),
  spread: seldom("spread", { title: "Deviation", fromZero: true }),
  entropy: seldom("entropy", { title: "Entropy", fromZero: true }),
  kl: seldom("kl", { title: "KL" }),
  groups: several(() => [["zero", "same reward"], ["same", "same text"]], { figure: percent }),
  answers: several(() => [["answers", "drawn"], ["learnt", "learnt"], ["errors", "not graded"]]),
  length: several(() => [["length", "mean"], ["longest", "longest"]]),
  cut: seldom("cut", { title: "Cut", figure: percent, fromZero: true }),
  tools: several(() => [["turns", "turns of the model"], ["calls", "calls answered"]]),
  toolErrors: seldom("toolErrors", { title: "Errors", fromZero: true }),
  ratio: seldom("ratio", { title: "Ratio" }),
  clipped: several(() => [["clippedLow", "below"], ["clippedHigh", "above"]], { figure: percent }),
  gap: seldom("gap", { title: "Gap" }),
  time: several(() => [["rollout", "answering"], ["grading", "grading"], ["learning", "learning"]], { figure: seconds }),
  surrogate: single("loss", { title: "Policy loss" }),
};

/** Every form, by the key of its card; partsOf() names the parts of the run's grader. */
export const formsOf = (partsOf) => ({ ...EVERY, ...REINFORCEMENT, parts: several(() => partsOf().map((name) => [`part:${name}`, name])) });
