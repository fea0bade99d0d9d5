/** The probability that a standard normal value is above z, to a relative error of 1.2e-7 (Numerical Recipes, erfcc). */
export function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const x = z / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  return (t / 2) * Math.exp(-x * x + coefficients.reduceRight((sum, one) => one + t * sum, 0));
}

/** The z that a standard normal value exceeds with this probability, from 1e-300 to 0.5. */
export function quantileOfTail(probability: number): number {
  let [low, high] = [0, 40];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (upperTail(middle) > probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The limit of z for one of several metrics that are judged at once, so that together they alarm as seldom as one. */
export function correctLimit(limit: number, metrics: number): number {
  return metrics > 1 ? quantileOfTail(upperTail(limit) / metrics) : limit;
}
