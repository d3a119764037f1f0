// Columns of figures by step, as the server packs them (RunPoints.Columns has the same list).

const COLUMNS = ["step", "loss", "rate", "norm", "speed", "memory", "epoch", "seconds", "mean"];

function decode(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

/** Growing columns, doubled when full; steps ascend and none is there twice. */
export class Series {
  #columns = Object.fromEntries(COLUMNS.map((name) => [name, new Float32Array(256)]));

  length = 0;

  static of(points) {
    const series = new Series();
    series.append(points);
    return series;
  }

  get firstStep() {
    return this.length === 0 ? 0 : this.#columns.step[0];
  }

  get lastStep() {
    return this.length === 0 ? 0 : this.#columns.step[this.length - 1];
  }

  view(name) {
    return this.#columns[name].subarray(0, this.length);
  }

  /** Index of the first row after a step. */
  after(step) {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#columns.step[middle] > step) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Forgets every row after a step. */
  cut(step) {
    this.length = this.after(step);
  }

  append({ count, values }) {
    if (count === 0) return;
    const packed = decode(values);
    this.#extend(count, (column) => packed.subarray(column * count, (column + 1) * count));
  }

  /** Takes over the rows that another series has beyond this one's end. */
  catchUp(other) {
    const first = other.after(this.lastStep);
    const count = other.length - first;
    if (count > 0) this.#extend(count, (column) => other.view(COLUMNS[column]).subarray(first));
  }

  #extend(count, part) {
    let capacity = this.#columns.step.length;
    while (capacity < this.length + count) capacity *= 2;
    COLUMNS.forEach((name, column) => {
      if (capacity > this.#columns[name].length) {
        const grown = new Float32Array(capacity);
        grown.set(this.view(name));
        this.#columns[name] = grown;
      }
      this.#columns[name].set(part(column), this.length);
    });
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
    const kept = this.weight ** (step - this.#step);
    this.#step = step;
    this.#mean = kept * this.#mean + (1 - kept) * mean;
    this.#mass = kept * this.#mass + (1 - kept);
    return this.#mean / this.#mass;
  }
}

/**
 * The smoothed losses of a series.
 * @param weight kept from one step to the next, below 1.
 * @param whole the curve that the series is a stretch of: what came before the stretch counts too.
 */
export function smooth(series, weight, whole = series) {
  const average = new Average(weight);
  const before = whole === series ? 0 : whole.after(series.firstStep - 1);
  for (let i = 0; i < before; i++) average.next(whole.view("step")[i], whole.view("mean")[i]);
  const steps = series.view("step");
  const means = series.view("mean");
  return Float32Array.from(steps, (step, i) => average.next(step, means[i]));
}
