// Selects a line of a text, and scrolls to it.
export function goTo(id, line) {
  const area = document.getElementById(id);
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  area.scrollTop = Math.max(0, (line - 4) * (area.scrollHeight / lines.length));
}

// Moves to the first field that is wrong.
export function focusFault() {
  const option = document.querySelector(".field .fault")?.closest(".field");
  option?.closest("details")?.setAttribute("open", "");
  option?.querySelector("input, select, textarea, button")?.focus();
}
