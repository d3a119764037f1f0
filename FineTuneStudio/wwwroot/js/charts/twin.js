// A chart's other shapes: a table for those who read rather than look, and a picture to take along.

const MOST_ROWS = 500;

/** Fills a card's table with what its chart shows, newest first; evenly chosen rows where there are too many to read. */
export function fillTable(card, form, data) {
  const table = card.querySelector(".chart-table table");
  const rows = data[0].length;
  const chosen = rows <= MOST_ROWS ? rows : MOST_ROWS;
  const body = document.createElement("tbody");
  for (let i = 0; i < chosen; i++) {
    const index = rows - 1 - Math.floor((i * rows) / chosen);
    body.append(line(form.cells(data, index), "td"));
  }
  const head = document.createElement("thead");
  head.append(line(form.heads, "th"));
  table.replaceChildren(head, body);
}

function line(texts, tag) {
  const row = document.createElement("tr");
  for (const text of texts) {
    const cell = document.createElement(tag);
    cell.className = "number";
    cell.textContent = text;
    row.append(cell);
  }
  return row;
}

/** Downloads a chart as it is seen, with its title above it. */
export function savePicture(plot, title, note, name) {
  const { colours, uplot } = plot;
  const source = uplot.ctx.canvas;
  const scale = devicePixelRatio;
  const [margin, head] = [16 * scale, 52 * scale];
  const picture = document.createElement("canvas");
  picture.width = source.width + 2 * margin;
  picture.height = source.height + head + margin;
  const context = picture.getContext("2d");
  const family = colours.font.slice(colours.font.indexOf(" ") + 1);
  context.fillStyle = colours.surface;
  context.fillRect(0, 0, picture.width, picture.height);
  context.fillStyle = colours.ink;
  context.font = `600 ${15 * scale}px ${family}`;
  context.fillText(title, margin, 24 * scale);
  context.fillStyle = colours.faint;
  context.font = `${12 * scale}px ${family}`;
  context.fillText(note, margin, 42 * scale);
  context.drawImage(source, margin, head);
  picture.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
}
