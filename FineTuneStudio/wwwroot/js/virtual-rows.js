// Scrolls a list of any number of rows. The space that scrolls is never taller than browsers can place exactly; beyond that the scroll bar
// stands for a share of the list, while the wheel and the keys still move by rows.

class VirtualRows {
  constructor(root, owner, rowHeight) {
    this.root = root;
    this.owner = owner;
    this.rowHeight = rowHeight;
    this.window = root.querySelector(".vrows-window");
    this.count = 0;
    this.top = 0;
    this.asking = false;
    this.listeners = [];
    this.on(root, "scroll", () => this.scrolled());
    this.on(root, "wheel", (event) => this.wheeled(event), { passive: false });
    this.on(root, "keydown", (event) => this.pressed(event));
    this.observer = new MutationObserver(() => this.place());
    this.observer.observe(this.window, { attributes: true, attributeFilter: ["data-first", "data-version"] });
    this.resizer = new ResizeObserver(() => this.ask());
    this.resizer.observe(root);
  }

  on(target, event, handler, options) {
    target.addEventListener(event, handler, options);
    this.listeners.push(() => target.removeEventListener(event, handler, options));
  }

  // Rows' own height, and how much of it a pixel of the scroll bar stands for.
  get height() {
    return this.count * this.rowHeight;
  }

  get ratio() {
    const room = this.root.scrollHeight - this.root.clientHeight;
    return room > 0 ? Math.max(1, (this.height - this.root.clientHeight) / room) : 1;
  }

  get visible() {
    return Math.ceil(this.root.clientHeight / this.rowHeight) + 1;
  }

  update(count, reveal) {
    this.count = count;
    const version = this.window.dataset.version;
    if (version !== this.version) {
      this.version = version;
      this.scrollTo(0);
    }
    if (reveal >= 0) this.reveal(reveal);
    this.place();
    this.ask();
  }

  scrolled() {
    // A scroll that was caused by setting the position must not undo its exactness.
    if (Math.abs(this.root.scrollTop - this.setTo) < 1) return;
    this.setTo = undefined;
    this.top = this.root.scrollTop * this.ratio;
    this.place();
    this.ask();
  }

  wheeled(event) {
    if (this.ratio === 1 || event.ctrlKey) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? this.rowHeight : event.deltaMode === 2 ? this.root.clientHeight : 1;
    this.scrollTo(this.top + event.deltaY * unit);
  }

  scrollTo(top) {
    this.top = Math.min(Math.max(0, top), Math.max(0, this.height - this.root.clientHeight));
    this.root.scrollTop = this.top / this.ratio;
    this.setTo = this.root.scrollTop;
    this.place();
    this.ask();
  }

  reveal(position) {
    const start = position * this.rowHeight;
    if (start < this.top) this.scrollTo(start);
    else if (start + this.rowHeight > this.top + this.root.clientHeight) this.scrollTo(start + this.rowHeight - this.root.clientHeight);
  }

  place() {
    const first = Number(this.window.dataset.first);
    this.window.style.transform = `translateY(${first * this.rowHeight - this.top + this.root.scrollTop}px)`;
  }

  // One question at a time; the last one asked for is the one that counts.
  async ask() {
    if (this.closed || this.count === 0 || this.root.clientHeight === 0) return;
    const first = Math.floor(this.top / this.rowHeight);
    const have = Number(this.window.dataset.first);
    const rows = this.window.childElementCount;
    const last = Math.min(this.count, first + this.visible);
    if (rows > 0 && first >= have && last <= have + rows) return;
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    try {
      await this.owner.invokeMethodAsync("InSight", first, this.visible);
    } finally {
      this.asking = false;
    }
    if (this.again) {
      this.again = false;
      this.ask();
    }
  }

  pressed(event) {
    if (event.target !== this.root || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, this.visible - 2);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -this.count, End: this.count }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    this.owner.invokeMethodAsync("Move", by);
  }

  close() {
    this.closed = true;
    this.observer.disconnect();
    this.resizer.disconnect();
    this.listeners.forEach((remove) => remove());
  }
}

export function open(root, owner, rowHeight) {
  return new VirtualRows(root, owner, rowHeight);
}
