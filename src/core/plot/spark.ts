import { median } from '../figures/statistics.js';

const BLOCKS = '▁▂▃▄▅▆▇█';
/** The newest runs that a line in a table shows. */
const MOST_RUNS = 16;
/** The least range of a line, as a share of the values: the noise of a steady metric has to look steady. */
const LEAST_RANGE = 0.1;

/** The newest values as a line of Unicode blocks, the last one the newest. '' of fewer than two. */
export function drawSpark(values: readonly number[]): string {
  const shown = values.slice(-MOST_RUNS);
  if (shown.length < 2) return '';
  const middle = median(shown);
  const [least, most] = [Math.min(...shown), Math.max(...shown)];
  const half = Math.max(most - middle, middle - least, (Math.abs(middle) * LEAST_RANGE) / 2) || 1;
  return shown.map((value) => BLOCKS[Math.min(7, Math.floor(((value - middle) / half / 2 + 0.5) * 8))]).join('');
}

/** Columns of a distribution. */
const COLUMNS = 40;

/** How samples spread over a range, as a line of Unicode blocks: the higher a block, the more samples. */
export function drawSpread(samples: readonly number[], [from, to]: readonly [number, number]): string {
  const counts = Array.from({ length: COLUMNS }, () => 0);
  for (const value of samples) {
    const share = to > from ? (value - from) / (to - from) : 0.5;
    counts[Math.min(COLUMNS - 1, Math.floor(share * COLUMNS))]! += 1;
  }
  const most = Math.max(...counts);
  return counts.map((count) => (count === 0 ? ' ' : BLOCKS[Math.ceil((count / most) * 8) - 1]!)).join('');
}
