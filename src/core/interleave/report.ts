import { FEWEST_RUNS, type InterleaveRequest } from './inputs.js';
import type { Interleaved } from './manifest.js';
import type { SideRun } from './order.js';

/** The name of the file in the artifacts. */
export const INTERLEAVED = 'interleaved';

/** What is about to be measured, one line each. */
export function describeOrder({ seed, runs }: Pick<InterleaveRequest, 'seed' | 'runs'>, order: readonly SideRun[]) {
  return [
    `The order of the runs, by the seed "${seed}": ${order.map(({ side }) => side).join(', ')}.`,
    ...(runs < FEWEST_RUNS
      ? [`${runs} runs of each side cannot show a difference. judge-results will say so: it needs ${FEWEST_RUNS}.`]
      : []),
  ];
}

/** The text of `interleaved.json`. */
export function renderInterleaved(measured: Interleaved): string {
  return `${JSON.stringify(measured, undefined, 2)}\n`;
}

/** `m7i.large (ami-1, 6.8.0)` */
export function describeMachine({ machine: { type = 'a machine of an unknown type', image, kernel } }: Interleaved) {
  const more = [image, kernel].filter((one) => one !== undefined);
  return `${type}${more.length > 0 ? ` (${more.join(', ')})` : ''}`;
}
