// Reads single bars of a histogram: the one under the pointer, or, by keys, one after the other. What a bar says stands in its data-bar; a
// histogram may be drawn twice over, in two colours that a line parts.

export class BarReader {
  #bar = -1;
  #byKeys = false;
  #listening = new AbortController();

  constructor(plot) {
    this.plot = plot;
    this.tip = plot.querySelector("output");
    this.#on("pointermove", (event) => this.#point(event));
    this.#on("pointerleave", () => { if (!this.#byKeys) this.hide(); });
    this.#on("keydown", (event) => this.#key(event));
    this.#on("blur", () => this.hide());
    plot.dataset.reads = "true";
  }

  close() {
    this.#listening.abort();
  }

  hide() {
    this.#show(-1);
  }

  get #bars() {
    return this.plot.querySelector("svg").children;
  }

  #on(event, handler) {
    this.plot.addEventListener(event, handler, { signal: this.#listening.signal });
  }

  #point(event) {
    this.#byKeys = false;
    const box = this.plot.getBoundingClientRect();
    this.#show(event.buttons === 0 ? Math.floor((event.clientX - box.left) / box.width * this.#bars.length) : -1);
  }

  // Bars without rows are passed over.
  #key(event) {
    if (event.target !== this.plot || event.ctrlKey || event.metaKey || event.altKey) return;
    const bars = [...this.#bars];
    const filled = bars.flatMap((bar, index) => Number(bar.getAttribute("height")) > 0 ? [index] : []);
    const wanted = {
      ArrowRight: () => filled.find((index) => index > this.#bar),
      ArrowLeft: () => filled.findLast((index) => index < (this.#bar < 0 ? bars.length : this.#bar)),
      Home: () => filled[0],
      End: () => filled.at(-1),
      Escape: () => -1,
    }[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    this.#byKeys = true;
    this.#show(wanted() ?? this.#bar);
  }

  #show(index) {
    const bars = this.#bars;
    this.#bar = index >= 0 && index < bars.length ? index : -1;
    const share = (this.#bar + 0.5) / bars.length;
    this.plot.querySelectorAll("svg").forEach((drawing) => [...drawing.children].forEach((bar, place) => bar.classList.toggle("read", place === this.#bar)));
    this.plot.style.setProperty("--read", String(share));
    const said = this.#bar < 0 ? "" : bars[this.#bar].dataset.bar;
    if (this.tip.textContent !== said) this.tip.textContent = said;
  }
}
