// Puts the marks of a lane, which Blazor draws, over their steps; where they crowd, those of lower rank give way.

// As wide as a mark is.
const ROOM = 24;

export class Lane {
  #element;
  #plot;
  #observer;

  constructor(element, plot) {
    this.#element = element;
    this.#plot = plot;
    this.#observer = new MutationObserver(() => this.place());
    this.#observer.observe(element, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-step", "data-rank"] });
  }

  place() {
    const { uplot } = this.#plot;
    // Not asked of the page, which would have to lay itself out with every point that arrives.
    const [first, width] = [uplot.bbox.left, uplot.bbox.width].map((length) => length / devicePixelRatio);
    const taken = [];
    const marks = Array.from(this.#element.children).map((mark) => ({ mark, x: uplot.valToPos(Number(mark.dataset.step), "x"), rank: Number(mark.dataset.rank) }));
    for (const { mark, x } of marks.sort((one, other) => other.rank - one.rank || other.x - one.x)) {
      const isShown = x >= -1 && x <= width + 1 && taken.every((other) => Math.abs(other - x) >= ROOM);
      const left = `${(first + x).toFixed(1)}px`;
      if (mark.hidden === isShown) mark.hidden = !isShown;
      if (mark.style.left !== left) mark.style.left = left;
      if (isShown) taken.push(x);
    }
  }

  close() {
    this.#observer.disconnect();
  }
}
