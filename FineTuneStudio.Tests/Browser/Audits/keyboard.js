// A walk over a page by the Tab key alone: each stop is looked at in the moment before it is left, as a person sees it.
(() => {
  const controls = "a[href], button, input, select, textarea, summary, audio, video, [tabindex]";
  const stops = new Set();
  const faults = [];

  const name = (element) => {
    const words = (element.getAttribute("aria-label") || element.textContent || element.name || "").trim().replaceAll(/\s+/g, " ");
    return `<${element.tagName.toLowerCase()}${element.id ? ` #${element.id}` : ""}${element.classList.length ? ` .${[...element.classList].join(".")}` : ""}> "${words.slice(0, 40)}"`;
  };

  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });

  // The part of an element that is in the window.
  function inSight(element) {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const box = { left: Math.max(0, left), top: Math.max(0, top), right: Math.min(innerWidth, right), bottom: Math.min(innerHeight, bottom) };
    return box.right - box.left > 1 && box.bottom - box.top > 1 ? box : null;
  }

  // Whatever shows where the focus is differs once it is elsewhere.
  const marks = ["outline", "boxShadow", "borderColor", "borderBottomColor", "backgroundColor", "textDecoration"];
  const looks = (element) => [element, element.parentElement, ...(element.labels ?? [])].map((at) => marks.map((mark) => getComputedStyle(at)[mark]).join()).join();
  let last = null;

  function compare() {
    if (last !== null && looks(last.element) === last.looks) faults.push(`${name(last.element)} does not show that it has the focus`);
    last = null;
  }

  function look(focused) {
    last = { element: focused, looks: looks(focused) };
    // A control that is drawn by what is around it is seen as that.
    const element = focused.matches(".visually-hidden") ? focused.parentElement : focused;
    const box = inSight(element);
    if (box === null) {
      faults.push(`${name(element)} has the focus and is out of sight`);
      return;
    }
    const points = [[(box.left + box.right) / 2, (box.top + box.bottom) / 2], [box.left + 3, (box.top + box.bottom) / 2], [box.right - 3, (box.top + box.bottom) / 2]];
    const uncovered = points.some(([x, y]) => {
      const top = document.elementFromPoint(x, y);
      return top !== null && (element.contains(top) || top.contains(element) && !top.matches(".rail") || [...(element.labels ?? [])].some((label) => label.contains(top)));
    });
    if (!uncovered) faults.push(`${name(element)} has the focus and lies under something`);
    if (element.tabIndex > 0) faults.push(`${name(element)} has an order of its own (tabindex ${element.tabIndex})`);
  }

  function leaving(event) {
    const at = document.activeElement;
    if (at !== last?.element) compare();
    if (event.key !== "Tab" || at === null || at === document.body || stops.has(at)) return;
    stops.add(at);
    look(at);
  }

  // One of a group of radio buttons stands for all: arrow keys reach the others. A dialog keeps the focus until it is closed.
  const whole = () => document.querySelector("dialog[open]") ?? document;
  const expected = () => [...whole().querySelectorAll(controls)].filter((element) =>
    element.tabIndex >= 0 && !element.matches(":disabled") && seen(element) && element.closest("[inert]") === null
    && !(element.type === "radio" && [...document.getElementsByName(element.name)].some((other) => stops.has(other))));

  const missed = () => expected().filter((element) => !stops.has(element));

  // What asks for a click and nothing else.
  function mouseOnly() {
    const reachable = "a[href], button, input, select, textarea, summary, label, [tabindex], [role=option]";
    return [...document.body.querySelectorAll("*")].filter((element) =>
      getComputedStyle(element).cursor === "pointer" && getComputedStyle(element.parentElement).cursor !== "pointer" && seen(element) && element.closest(reachable) === null);
  }

  window.walk = {
    begin() {
      document.activeElement?.blur();
      addEventListener("keydown", leaving, true);
    },
    // The walk is over once Tab leads back to where it has been; where the page ends, the focus may come back to its first stop twice.
    over: () => stops.has(document.activeElement) && missed().length === 0,
    end() {
      removeEventListener("keydown", leaving, true);
      if (document.activeElement !== last?.element) compare();
      faults.push(...missed().map((element) => `${name(element)} is not reached by Tab`));
      faults.push(...mouseOnly().map((element) => `${name(element)} is for a mouse alone`));
      return faults;
    },
  };
})
