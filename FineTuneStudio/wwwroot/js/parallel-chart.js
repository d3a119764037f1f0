// Parallel coordinates: each run a line over its options and results. Drawn by plotly's small bundle, loaded when it is first wanted.
import { loadScript } from "./charts/live.js";

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Places of an axis' values from 0 to 1: numbers by size, words in their order. */
function places(values) {
  const numbers = values.map((value) => value === "" ? NaN : Number(value));
  const isNumeric = values.every((value, index) => value === "" || !Number.isNaN(numbers[index]));
  const known = isNumeric ? numbers.filter((number) => !Number.isNaN(number)) : [...new Set(values)].sort();
  const [low, high] = isNumeric ? [Math.min(...known), Math.max(...known)] : [0, known.length - 1];
  const placed = isNumeric ? numbers : values.map((value) => known.indexOf(value));
  return { places: placed.map((place) => high > low ? (place - low) / (high - low) : 0.5), ends: isNumeric ? [low, high] : [known[0], known.at(-1)] };
}

function figure(names, axes) {
  const placed = axes.map((axis) => places(axis.values));
  const [ink, faint, line] = [token("--ink"), token("--ink-faint"), token("--line-strong")];
  const traces = names.map((name, run) => ({
    name,
    mode: "lines+markers",
    x: axes.map((_, index) => index),
    y: placed.map((axis) => axis.places[run]),
    text: axes.map((axis) => `${axis.title}: ${axis.values[run] || "–"}`),
    hoverinfo: "text+name",
    line: { color: token(`--series-${run + 1}`), width: 2 },
    marker: { size: 7 },
  }));
  const end = (index, at) => ({ x: index, y: at, text: String(placed[index].ends[at] ?? ""), showarrow: false, yshift: at === 1 ? 14 : -14, font: { size: 11, color: faint } });
  return [traces, {
    margin: { l: 40, r: 40, t: 48, b: 40 },
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    font: { family: token("--font"), size: 12, color: ink },
    showlegend: false,
    hovermode: "closest",
    hoverlabel: { bgcolor: token("--surface"), bordercolor: line, font: { color: ink } },
    xaxis: { tickvals: axes.map((_, index) => index), ticktext: axes.map((axis) => axis.title), side: "top", range: [-0.3, axes.length - 0.7], showgrid: true, gridcolor: line, zeroline: false, fixedrange: true },
    yaxis: { visible: false, range: [-0.15, 1.15], fixedrange: true },
    annotations: axes.flatMap((_, index) => [end(index, 0), end(index, 1)]),
  }];
}

/** Draws into an element; the answer's close() lets go of everything. */
export async function open(root, names, axes) {
  await loadScript("lib/plotly.js");
  const draw = () => Plotly.react(root, ...figure(names, axes), { displayModeBar: false, responsive: true });
  await draw();
  addEventListener("themechange", draw);
  return {
    close() {
      removeEventListener("themechange", draw);
      Plotly.purge(root);
    },
  };
}
