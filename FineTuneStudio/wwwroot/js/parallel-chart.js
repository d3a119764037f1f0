// Parallel coordinates: each run a line over its options and results. Drawn by plotly's small bundle, loaded when it is first wanted.
import { loadScript } from "./charts/live.js";

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** An axis narrower than this has no room for its figures: the chart then scrolls. */
const leastAxis = 84;
const longestEnd = 14;

const brief = (text) => text.length > longestEnd ? `${text.slice(0, longestEnd - 1)}…` : text;

/** Places of an axis' values from 0 to 1: numbers by size, words in their order; a run without a value has no place. */
function places(values) {
  const given = values.filter((value) => value !== "");
  const isNumeric = given.every((value) => !Number.isNaN(Number(value)));
  const known = isNumeric ? given.map(Number) : [...new Set(given)].sort();
  const [low, high] = isNumeric ? [Math.min(...known), Math.max(...known)] : [0, known.length - 1];
  const place = (value) => isNumeric ? Number(value) : known.indexOf(value);
  return {
    places: values.map((value) => value === "" ? null : high > low ? (place(value) - low) / (high - low) : 0.5),
    ends: high > low ? (isNumeric ? [low, high] : [known[0], known.at(-1)]) : ["", known[0]],
  };
}

function figure(names, axes, width) {
  const placed = axes.map((axis) => places(axis.values));
  const [ink, faint, line] = [token("--ink"), token("--ink-faint"), token("--line-strong")];
  const traces = names.map((name, run) => ({
    name,
    mode: "lines+markers",
    x: axes.map((_, index) => index),
    y: placed.map((axis) => axis.places[run]),
    text: axes.map((axis) => `${axis.path}: ${axis.values[run] || "–"}`),
    hoverinfo: "text+name",
    line: { color: token(`--series-${run + 1}`), width: 2 },
    marker: { size: 7 },
  }));
  const end = (index, at) => ({ x: index, y: at, text: brief(String(placed[index].ends[at] ?? "")), showarrow: false, yshift: at === 1 ? 14 : -14, font: { size: 11, color: faint } });
  return [traces, {
    ...(axes.length * leastAxis > width ? { width: axes.length * leastAxis } : {}),
    margin: { l: 40, r: 40, t: 48, b: 40 },
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    font: { family: token("--font"), size: 12, color: ink },
    showlegend: false,
    hovermode: "closest",
    hoverlabel: { bgcolor: token("--surface"), bordercolor: line, font: { color: ink } },
    xaxis: { tickvals: axes.map((_, index) => index), ticktext: axes.map((axis) => axis.title), side: "top", automargin: true, range: [-0.3, axes.length - 0.7], showgrid: true, gridcolor: line, zeroline: false, fixedrange: true },
    yaxis: { visible: false, range: [-0.15, 1.15], fixedrange: true },
    annotations: axes.flatMap((_, index) => [end(index, 0), end(index, 1)]),
  }];
}

/** Draws into an element; the answer's close() lets go of everything. */
export async function open(root, names, axes) {
  await loadScript("lib/plotly.js");
  const draw = () => Plotly.react(root, ...figure(names, axes, root.clientWidth), { displayModeBar: false, responsive: true });
  await draw();
  addEventListener("themechange", draw);
  return {
    close() {
      removeEventListener("themechange", draw);
      Plotly.purge(root);
    },
  };
}
