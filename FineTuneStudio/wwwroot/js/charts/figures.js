// Numbers as people read them; Components/Shared/Figures.cs says the same things the same way.

// One formatter for all: a live chart says dozens of figures with each message.
const formatter = new Intl.NumberFormat("en");

export const count = (value) => formatter.format(value);

export function plain(value) {
  if (value == null || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e6)) return value.toExponential(2).replace(/\.?0*e\+?/, "e");
  return size >= 1000 ? count(Math.round(value)) : Number(value.toPrecision(4)).toString();
}

export function mebibytes(value) {
  if (value == null || Number.isNaN(value)) return "–";
  return value >= 1024 ? `${Number((value / 1024).toFixed(2))} GiB` : `${Number(value.toFixed(value < 10 ? 1 : 0))} MiB`;
}
