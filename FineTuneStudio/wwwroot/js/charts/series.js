// Columns of figures by step, as the server packs them (RunPoints.Columns has the same list). A reinforcement run has further ones, which
// each message names; what a step does not have is NaN.

const COLUMNS = ["step", "loss", "rate", "norm", "speed", "memory", "epoch", "seconds", "mean"];

// Before the name of a part of a combined grader.
const PART = "part:";

function decode(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

/** Growing columns, doubled when full; steps ascend and none is there twice. */
export class Series {
  #columns = new Map(COLUMNS.map((name) => [name, new Float32Array(256)]));

  length = 0;

  static of(points) {
    const series = new Series();
    series.append(points);
    return series;
  }

  get firstStep() {
    return this.length === 0 ? 0 : this.#columns.get("step")[0];
  }

  get lastStep() {
    return this.length === 0 ? 0 : this.#columns.get("step")[this.length - 1];
  }

  /** Columns beside those that every run has. */
  get extra() {
    return [...this.#columns.keys()].slice(COLUMNS.length);
  }

  /** Names of the grader's parts. */
  get parts() {
    return this.extra.filter((name) => name.startsWith(PART)).map((name) => name.slice(PART.length));
  }

  view(name) {
    return this.#columns.get(name)?.subarray(0, this.length) ?? new Float32Array(this.length).fill(NaN);
  }

  /** Whether no step has this figure. */
  lacks(name) {
    return !this.#columns.has(name) || this.view(name).every(Number.isNaN);
  }

  /** Index of the first row after a step. */
  after(step) {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#columns.get("step")[middle] > step) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Forgets every row after a step. */
  cut(step) {
    this.length = this.after(step);
  }

  append({ count, values, extra }) {
    if (count === 0) return;
    const packed = decode(values);
    const places = new Map([...COLUMNS, ...extra ?? []].map((name, column) => [name, column * count]));
    this.#extend(count, extra ?? [], (name) => places.has(name) ? packed.subarray(places.get(name), places.get(name) + count) : null);
  }

  /** Takes over the rows that another series has beyond this one's end. */
  catchUp(other) {
    const first = other.after(this.lastStep);
    const count = other.length - first;
    if (count > 0) this.#extend(count, other.extra, (name) => other.view(name).subarray(first));
  }

  #extend(count, extra, part) {
    let capacity = this.#columns.get("step").length;
    while (capacity < this.length + count) capacity *= 2;
    for (const name of [...COLUMNS, ...this.extra, ...extra]) {
      if (capacity > (this.#columns.get(name)?.length ?? 0)) {
        const grown = new Float32Array(capacity);
        grown.set(this.view(name));
        this.#columns.set(name, grown);
      }
      const figures = part(name);
      if (figures === null) this.#columns.get(name).fill(NaN, this.length, this.length + count);
      else this.#columns.get(name).set(figures, this.length);
    }
    this.length += count;
  }
}

/**
 * Exponential moving average over every step, corrected for its start as Adam corrects its moments. A row that stands for several steps
 * brings their mean and counts as often as they, so a curve that was thinned out is smoothed as the whole one.
 */
class Average {
  #step = 0;
  #mean = 0;
  #mass = 0;

  constructor(weight) {
    this.weight = weight;
  }

  next(step, mean) {
    if (Number.isNaN(mean)) return this.#mass === 0 ? NaN : this.#mean / this.#mass;
    const kept = this.weight ** (step - this.#step);
    this.#step = step;
    this.#mean = kept * this.#mean + (1 - kept) * mean;
    this.#mass = kept * this.#mass + (1 - kept);
    return this.#mean / this.#mass;
  }
}

/**
 * A smoothed column of a series.
 * @param weight kept from one step to the next, below 1.
 * @param whole the curve that the series is a stretch of: what came before the stretch counts too.
 * @param column has the means of the steps that each row stands for.
 */
export function smooth(series, weight, whole = series, column = "mean") {
  const average = new Average(weight);
  const before = whole === series ? 0 : whole.after(series.firstStep - 1);
  for (let i = 0; i < before; i++) average.next(whole.view("step")[i], whole.view(column)[i]);
  const steps = series.view("step");
  const means = series.view(column);
  return Float32Array.from(steps, (step, i) => average.next(step, means[i]));
}
