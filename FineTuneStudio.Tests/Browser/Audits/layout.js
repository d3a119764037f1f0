// What a look at a page finds: it is never wider than the window, and nothing lies on anything else.
(() => {
  const name = (element) => {
    const words = (element.getAttribute?.("aria-label") || element.textContent || "").trim().replaceAll(/\s+/g, " ");
    return `<${element.tagName.toLowerCase()}${element.classList.length ? ` .${[...element.classList].join(".")}` : ""}> "${words.slice(0, 40)}"`;
  };

  const inFront = (element) => {
    for (let at = element; at !== null && at !== document.body; at = at.parentElement) if (["fixed", "sticky"].includes(getComputedStyle(at).position)) return true;
    return false;
  };

  // What is left of a box after all that clips it.
  function clipped(box, element) {
    let { left, top, right, bottom } = box;
    for (let at = element; at !== null && at !== document.documentElement; at = at.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(at);
      const edge = at.getBoundingClientRect();
      if (overflowX !== "visible") [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
      if (overflowY !== "visible") [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
    }
    return right - left > 1 && bottom - top > 1 ? { left, top, right, bottom } : null;
  }

  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }) && element.closest(".visually-hidden, .skip, svg") === null;

  // Words and controls, each with the boxes that it fills.
  function* things() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (walker.currentNode.data.trim() === "" || !seen(element) || inFront(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(walker.currentNode);
      for (const box of range.getClientRects()) {
        const rest = clipped(box, element);
        if (rest) yield { element, box: rest };
      }
    }
    for (const element of document.querySelectorAll("a.button, button, input, select, textarea")) {
      if (!seen(element) || inFront(element)) continue;
      const rest = clipped(element.getBoundingClientRect(), element.parentElement);
      if (rest) yield { element, box: rest };
    }
  }

  const related = (one, other) => one === other || one.contains(other) || other.contains(one);
  // Lines of text stand closer than their boxes are high.
  const meet = (one, other) => Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2 && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 5;

  const faults = [];
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) {
    const widest = [...document.body.querySelectorAll("*")].filter((element) => clipped(element.getBoundingClientRect(), element)?.right > innerWidth + 1).slice(0, 3);
    faults.push(`the page is ${scrollWidth - innerWidth} pixels wider than the window: ${widest.map(name).join(", ")}`);
  }
  const all = [...things()];
  for (let one = 0; one < all.length; one++) {
    for (let other = one + 1; other < all.length; other++) {
      if (meet(all[one].box, all[other].box) && !related(all[one].element, all[other].element)) faults.push(`${name(all[one].element)} lies on ${name(all[other].element)}`);
    }
  }
  return [...new Set(faults)];
})
