// Says what the token under the pointer, or the one reached by arrow keys, is. Nothing of it needs the server.

class TokenStrip {
  constructor(root) {
    this.tokens = root.querySelector(".tokens");
    this.facts = root.querySelector(".token-facts");
    this.current = null;
    this.listeners = [];
    this.on("mouseover", (event) => event.target.dataset.id && this.show(event.target));
    this.on("click", (event) => event.target.dataset.id && this.show(event.target));
    this.on("focus", () => this.show(this.current?.isConnected ? this.current : this.tokens.querySelector(".token")));
    this.on("blur", () => this.current?.classList.remove("current"));
    this.on("keydown", (event) => this.pressed(event));
    if (document.activeElement === this.tokens) this.show(this.tokens.querySelector(".token"));
  }

  on(event, handler) {
    this.tokens.addEventListener(event, handler);
    this.listeners.push(() => this.tokens.removeEventListener(event, handler));
  }

  show(token) {
    if (!token) return;
    this.current?.classList.remove("current");
    this.current = token;
    token.classList.add("current");
    const { place, id, weight } = token.dataset;
    const role = Number(weight) > 0 ? `learnt with weight ${weight}` : "only read, weight 0";
    const kind = token.classList.contains("special") ? ", control token" : "";
    const cut = token.classList.contains("cut-off") ? ", cut off by the context" : "";
    this.facts.textContent = `Token ${Number(place) + 1}: “${token.textContent}”, id ${id}, ${role}${kind}${cut}`;
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const all = [...this.tokens.querySelectorAll(".token")];
    const at = all.indexOf(this.current);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: this.near(all, at, 1), ArrowUp: this.near(all, at, -1), Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const token = all[Math.min(all.length - 1, Math.max(0, to))];
    this.show(token);
    token.scrollIntoView({ block: "nearest" });
  }

  // The token nearest in the line below or above.
  near(all, at, direction) {
    if (at < 0) return 0;
    const from = all[at].getBoundingClientRect();
    let line;
    let best = at;
    let distance = Infinity;
    for (let place = at + direction; place >= 0 && place < all.length; place += direction) {
      const box = all[place].getBoundingClientRect();
      if (Math.abs(box.top - from.top) < from.height / 2) continue;
      line ??= box.top;
      if (Math.abs(box.top - line) > from.height / 2) break;
      if (Math.abs(box.left - from.left) < distance) [best, distance] = [place, Math.abs(box.left - from.left)];
    }
    return best;
  }

  close() {
    this.listeners.forEach((remove) => remove());
  }
}

export function open(root) {
  return new TokenStrip(root);
}
