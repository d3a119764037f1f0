// The line on a histogram of lengths follows the pointer at once; what it would cut is asked for as fast as the answers come.

import { BarReader } from "./bar-reader.js";

class ContextLine {
  constructor(plot, owner) {
    this.plot = plot;
    this.owner = owner;
    this.handle = plot.querySelector("[role=slider]");
    this.asking = false;
    this.listeners = [];
    this.reader = new BarReader(plot);
    this.on(plot, "pointerdown", (event) => this.pressed(event));
    this.on(plot, "pointermove", (event) => this.moved(event));
    this.on(plot, "pointerup", () => this.released());
    this.on(plot, "pointercancel", () => this.released());
    this.on(this.handle, "keydown", (event) => this.key(event));
  }

  on(target, event, handler) {
    target.addEventListener(event, handler);
    this.listeners.push(() => target.removeEventListener(event, handler));
  }

  pressed(event) {
    if (event.button !== 0) return;
    this.plot.setPointerCapture(event.pointerId);
    this.dragging = true;
    this.plot.classList.add("dragging");
    this.moved(event);
    event.preventDefault();
    this.handle.focus({ preventScroll: true });
  }

  moved(event) {
    if (!this.dragging) return;
    const box = this.plot.getBoundingClientRect();
    this.share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    this.plot.style.setProperty("--line", `${this.share * 100}%`);
    this.tell();
  }

  async tell() {
    if (this.asking) return;
    this.asking = true;
    let told;
    while (told !== this.share) {
      told = this.share;
      await this.owner.invokeMethodAsync("MoveTo", told);
    }
    this.asking = false;
    if (this.over) {
      this.over = false;
      this.owner.invokeMethodAsync("Release");
    }
  }

  released() {
    if (!this.dragging) return;
    this.dragging = false;
    this.plot.classList.remove("dragging");
    if (this.asking) this.over = true;
    else this.owner.invokeMethodAsync("Release");
  }

  key(event) {
    const keys = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"];
    if (!keys.includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.owner.invokeMethodAsync("Press", event.key);
  }

  close() {
    this.reader.close();
    this.listeners.forEach((remove) => remove());
  }
}

export function open(plot, owner) {
  return new ContextLine(plot, owner);
}
