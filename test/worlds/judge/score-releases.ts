/** How often a comparison with the runs of a release shows a change. */
import { judgeAgainst } from '../../../src/core/judge/against.js';
import { createRandom } from '../random.js';
import type { History } from './histories.js';

/** How many runs a release has, and how many of the newest runs are judged. */
const CASES = [[1, 1], [2, 1], [5, 1], [1, 3], [3, 3], [5, 5]] as const; // prettier-ignore

/**
 * @param histories those without a step are used, each with one of the cases and a release at a random place
 * @param rise of all runs after the release. Example: 0.1 for 10 %
 * @returns the share of comparisons that show a change, or, with a rise, that show the rise
 */
export function scoreReleases(histories: readonly History[], rise: number): number {
  const random = createRandom(7);
  const answers = histories
    .filter(({ position }) => position === 'none')
    .map(({ values, machines }, index) => {
      const [count, newest] = CASES[index % CASES.length]!;
      const first = Math.floor(random() * (values.length - newest - count));
      const runs = values.map((value, run) => ({
        value: run >= first + count ? value * (1 + rise) : value,
        ...(machines && { machine: machines[run]! }),
      }));
      const baseline = Array.from({ length: count }, (_, run) => first + run);
      return judgeAgainst(runs, { minimumChange: 0.02, metrics: 1, newest, baseline });
    });
  const isFound = (answer: (typeof answers)[number]): boolean =>
    answer.outcome === 'change' && (rise === 0 || answer.after > answer.before);
  return answers.filter(isFound).length / answers.length;
}
