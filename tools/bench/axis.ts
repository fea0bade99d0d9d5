/** Where values lie on an axis, and where it is labelled. */
export interface Axis {
  /** From 0 at its beginning to 1 at its end. */
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Beyond this many times the least, the small ones would all lie on one line. */
const LARGEST_SPAN = 30;

/** From nought, or by powers of ten when the values lie far apart. @throws RangeError for nothing to show */
export function createAxis(values: readonly number[]): Axis {
  if (values.length === 0 || values.some((value) => !Number.isFinite(value)))
    throw new RangeError(`There is no axis for [${values.join(', ')}].`);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least > 0 && most / least > LARGEST_SPAN ? createLogarithmic(least, most) : createLinear(least, most);
}

function createLinear(least: number, most: number): Axis {
  const step = niceStep(Math.max(most, 0) - Math.min(least, 0) || 1);
  const from = Math.floor(Math.min(least, 0) / step) * step;
  const steps = Math.max(1, Math.ceil((Math.max(most, 0) - from) / step - 1e-9));
  return {
    place: (value) => (value - from) / (steps * step),
    // Multiples are added up by a computer: 0.30000000000000004.
    ticks: Array.from({ length: steps + 1 }, (_, index) => Number((from + index * step).toPrecision(12))),
  };
}

/** The step of 1, 2 or 5 that makes four to nine of the width. */
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
