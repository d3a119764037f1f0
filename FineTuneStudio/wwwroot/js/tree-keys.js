// Arrow keys walk the decision tree: up and down through the answers of a question, right along an answer, left back to where one came from.

class TreeKeys {
  constructor(svg) {
    this.svg = svg;
    this.handler = (event) => this.pressed(event);
    svg.addEventListener("keydown", this.handler);
  }

  answers(filter) {
    const found = [...this.svg.querySelectorAll(".tree-choice")].filter(filter);
    return found.find((answer) => answer.classList.contains("taken")) ?? found[0];
  }

  pressed(event) {
    const at = event.target.closest(".tree-choice");
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
    const { question, next } = at.dataset;
    const siblings = [...this.svg.querySelectorAll(`.tree-choice[data-question="${question}"]`)];
    const place = siblings.indexOf(at);
    const to = {
      ArrowUp: () => siblings[(place + siblings.length - 1) % siblings.length],
      ArrowDown: () => siblings[(place + 1) % siblings.length],
      ArrowRight: () => this.answers((answer) => answer.dataset.question === next),
      ArrowLeft: () => this.answers((answer) => answer.dataset.next === question),
    }[event.key];
    if (to) {
      event.preventDefault();
      to()?.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      at.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    }
  }

  close() {
    this.svg.removeEventListener("keydown", this.handler);
  }
}

export function open(svg) {
  return new TreeKeys(svg);
}
