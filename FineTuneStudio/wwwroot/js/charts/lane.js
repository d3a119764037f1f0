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
    const width = uplot.over.clientWidth;
    const taken = [];
    const marks = Array.from(this.#element.children).map((mark) => ({ mark, x: uplot.valToPos(Number(mark.dataset.step), "x"), rank: Number(mark.dataset.rank) }));
    for (const { mark, x } of marks.sort((one, other) => other.rank - one.rank || other.x - one.x)) {
      const isShown = x >= -1 && x <= width + 1 && taken.every((other) => Math.abs(other - x) >= ROOM);
      mark.hidden = !isShown;
      mark.style.left = `${uplot.over.offsetLeft + x}px`;
      if (isShown) taken.push(x);
    }
  }

  close() {
    this.#observer.disconnect();
  }
}
