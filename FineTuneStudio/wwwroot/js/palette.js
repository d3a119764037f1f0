// The command palette: a list in the browser's memory, drawn anew with every key. Names come from people and are only ever set as text.
import { match } from "./fuzzy.js";

const mostShown = 60;
const mostOfAKind = 5;
const refreshPace = 2000;
let owner = null;
let things = [];
let shown = [];
let chosen = 0;

const dialog = () => document.getElementById("palette");
const input = () => dialog().querySelector("input");
const list = () => document.getElementById("palette-list");

export function open() {
  const box = dialog();
  if (!box || box.open) return;
  box.showModal();
  input().value = "";
  input().oninput = () => draw();
  box.onkeydown = onKey;
  // A click on the dialog itself is one beside its content: on the backdrop.
  box.onclick = (event) => event.target === box && box.close();
  draw();
  refresh();
  const refreshing = setInterval(refresh, refreshPace);
  box.addEventListener("close", () => clearInterval(refreshing), { once: true });
}

// What was known last time is shown at once; what changed since replaces it.
async function refresh() {
  try {
    const answer = await fetch("/api/things");
    if (!answer.ok) return;
    things = await answer.json();
    if (dialog()?.open) draw(true);
  } catch {
    // The connection is lost; the page says so itself.
  }
}

function commands() {
  const box = dialog();
  const icons = JSON.parse(box.dataset.icons);
  const levers = things.flatMap((thing) =>
    thing.kind !== "run"
      ? []
      : thing.state === "Running"
        ? [{ group: "Do", label: `Pause ${thing.name}`, icon: icons.pause, act: `pause:${thing.id}` }]
        : thing.state === "Paused"
          ? [{ group: "Do", label: `Resume ${thing.name}`, icon: icons.play, act: `resume:${thing.id}` }]
          : [],
  );
  const objects = things.map((thing) => ({ group: thing.group, label: thing.name, icon: icons[thing.kind], address: thing.address, facts: thing.facts }));
  return [...levers, ...JSON.parse(box.dataset.commands), ...objects];
}

// Without a query: actions, pages, and of each kind of thing the newest few. With one: the best first, whatever they are.
function find(query) {
  const all = commands();
  if (query.trim() === "") {
    const taken = {};
    return all.filter((item) => item.group === "Do" || item.group === "Go to" || (taken[item.group] = (taken[item.group] ?? 0) + 1) <= mostOfAKind);
  }
  return all
    .map((item) => {
      const label = match(query, item.label);
      return label ? { ...item, score: label.score + 20, marks: label.marks } : isCalled(query, item) ? { ...item, score: 0, marks: new Set() } : null;
    })
    .filter(Boolean)
    .sort((a, b) => b.score - a.score)
    .slice(0, mostShown);
}

// Other words for an action are found by how they begin; letters scattered over them would find everything.
function isCalled(query, item) {
  const words = `${item.label} ${item.words ?? ""}`.toLowerCase().split(" ");
  return query.toLowerCase().split(/\s+/).filter(Boolean).every((part) => words.some((word) => word.startsWith(part)));
}

function draw(keep = false) {
  const before = keep ? shown[chosen]?.label : null;
  const query = input().value;
  shown = find(query);
  // Groups stand in the order of their best line.
  const groups = [...new Set(shown.map((item) => item.group))];
  shown = groups.flatMap((group) => shown.filter((item) => item.group === group));
  chosen = Math.max(0, before ? shown.findIndex((item) => item.label === before) : 0);

  let number = 0;
  list().replaceChildren(
    ...groups.map((group, index) => {
      const section = element("div", { role: "group", "aria-labelledby": `palette-group-${index}` });
      section.append(element("div", { id: `palette-group-${index}`, class: "palette-group", role: "presentation" }, group));
      for (const item of shown.filter((candidate) => candidate.group === group)) section.append(line(item, number++));
      return section;
    }),
  );
  list().hidden = shown.length === 0;
  dialog().querySelector(".palette-none").hidden = shown.length > 0;
  choose(chosen);
}

function line(item, number) {
  const option = element("div", { id: `palette-${number}`, role: "option", class: "palette-line" });
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ width: 17, height: 17, viewBox: "0 0 20 20", fill: "none", stroke: "currentColor", "stroke-width": 1.6, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" })) svg.setAttribute(name, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", item.icon);
  svg.append(path);
  option.append(svg, label(item), element("span", { class: "palette-facts" }, item.facts ?? ""));
  if (item.keys) option.append(element("kbd", {}, item.keys));
  option.onmousemove = () => chosen !== number && choose(number, false);
  option.onclick = () => carryOut(item);
  return option;
}

function label(item) {
  const text = element("bdi", { class: "palette-label" });
  let run = "";
  let marked = false;
  const flush = () => {
    if (run !== "") text.append(marked ? element("b", {}, run) : run);
    run = "";
  };
  Array.from(item.label).forEach((letter, position) => {
    const now = item.marks?.has(position) ?? false;
    if (now !== marked) flush();
    marked = now;
    run += letter;
  });
  flush();
  return text;
}

function choose(number, scroll = true) {
  chosen = number;
  for (const option of list().querySelectorAll("[role=option]")) option.setAttribute("aria-selected", option.id === `palette-${number}`);
  const option = document.getElementById(`palette-${number}`);
  if (option) input().setAttribute("aria-activedescendant", option.id);
  else input().removeAttribute("aria-activedescendant");
  if (scroll) option?.scrollIntoView({ block: "nearest" });
}

function onKey(event) {
  const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
  if (event.key in moves && shown.length > 0) {
    event.preventDefault();
    const step = moves[event.key];
    const wrapped = Math.abs(step) === 1 ? (chosen + step + shown.length) % shown.length : Math.min(shown.length - 1, Math.max(0, chosen + step));
    choose(wrapped);
  } else if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    if (shown[chosen]) carryOut(shown[chosen]);
  }
}

function carryOut(item) {
  dialog().close();
  const [act, what] = (item.act || `go:${item.address}`).split(/:(.*)/s);
  switch (act) {
    case "go":
      go(what);
      break;
    case "theme":
      owner?.invokeMethodAsync("ChooseTheme", what);
      break;
    case "open":
      document.getElementById(what)?.showModal();
      break;
    case "pause":
      owner?.invokeMethodAsync("Pause", what);
      break;
    case "resume":
      owner?.invokeMethodAsync("Resume", what);
      break;
  }
}

// An address with a # leads to a field, which takes the focus once the page is there.
export function go(address) {
  Blazor.navigateTo(address);
  const field = address.split("#")[1];
  if (!field) return;
  const found = () => document.getElementById(field);
  const focus = () => {
    found().scrollIntoView({ block: "center" });
    found().focus();
  };
  if (found()) return void setTimeout(focus, 100);
  const watching = new MutationObserver(() => {
    if (!found()) return;
    watching.disconnect();
    setTimeout(focus, 100);
  });
  watching.observe(document.body, { childList: true, subtree: true });
  setTimeout(() => watching.disconnect(), 5000);
}

function element(name, attributes, text) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// What a choice does on the server's side.
export function connect(reference) {
  owner = reference;
}
