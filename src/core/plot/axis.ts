/** The positions of values on an axis, and its labels. */
export interface Axis {
  /** The position of a value: 0 at the beginning of the axis, 1 at its end. */
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

const LEAST_WIDTH = 1e-300;

/** If the largest value is more than this many times the least, all small values would share one line. */
const LARGEST_SPAN = 30;

/** An axis from zero, or by powers of ten if the values lie far apart. @throws RangeError without values */
export function createAxis(values: readonly number[]): Axis {
  const [least, most] = rangeOf(values);
  return least > 0 && most / least > LARGEST_SPAN ? createLogarithmic(least, most) : createLinear(least, most);
}

/** An axis around the values alone, on which small changes of large values are visible. @throws RangeError without values */
export function createTightAxis(values: readonly number[]): Axis {
  const [least, most] = rangeOf(values);
  // Equal values are in the middle.
  const margin = most > least ? Math.max((most - least) * 0.05, Math.abs(most) * 1e-6) : Math.abs(most) * 0.1 || 1;
  return createSteps(least - margin, most + margin);
}

/** @throws RangeError without values */
function rangeOf(values: readonly number[]): readonly [least: number, most: number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) throw new RangeError(`There is no axis for [${values.join(', ')}].`);
    [least, most] = [Math.min(least, value), Math.max(most, value)];
  }
  if (values.length === 0) throw new RangeError('There is no axis for [].');
  return [least, most];
}

function createLinear(least: number, most: number): Axis {
  return createSteps(Math.min(least, 0), Math.max(most, 0));
}

function createSteps(least: number, most: number): Axis {
  const width = most - least;
  // Of values next to 0, or next to the largest number there is, no step can be calculated.
  const step = niceStep(width > LEAST_WIDTH && width < Infinity ? width : 1);
  const from = Math.floor(least / step) * step;
  const steps = Math.max(1, Math.ceil((most - from) / step - 1e-9));
  return {
    place: (value) => (value - from) / (steps * step),
    // Removes rounding errors such as 0.30000000000000004.
    ticks: Array.from({ length: steps + 1 }, (_, index) => Number((from + index * step).toPrecision(12))),
  };
}

/** The step of 1, 2 or 5, times a power of ten, that divides the width into four to nine parts. */
function niceStep(width: number): number {
  const rough = width / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = [1, 2, 5, 10].find((factor) => factor * power >= rough - 1e-12) ?? 10;
  return nice * power;
}

function createLogarithmic(least: number, most: number): Axis {
  const from = Math.floor(Math.log10(least));
  const to = Math.ceil(Math.log10(most));
  const powers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return {
    place: (value) => (Math.log10(value) - from) / (to - from),
    ticks: powers.map((power) => Number((10 ** power).toPrecision(12))),
  };
}
