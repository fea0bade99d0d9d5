import { cell, code, tableLines } from '../kernel/markdown.js';
import { plural } from '../kernel/plural.js';
import type { ComposeOutcome, PhaseName } from './outcome.js';
import type { PhaseEnd } from './phases.js';

/** One run of a side that passed. */
export interface PassedRun {
  readonly side: string;
  /** From 1, of the side. */
  readonly run: number;
  /** The folder with its logs, relative to the artifacts. */
  readonly folder: string;
  readonly outcome: ComposeOutcome;
}

/** The end of `collect` of a run. @param missing why it has no results, as sentences */
export function describeGathered(missing: readonly string[]): PhaseEnd {
  if (missing.length === 0) return { detail: 'The results were kept.' };
  return {
    problem: {
      verdict: 'fail',
      code: 'assertion-failed',
      phase: 'collect',
      exitCode: 1,
      reasons: missing,
      hint: 'Find out in the output of the session why it wrote no results, or correct the patterns in `results`.',
    },
  };
}

/** The text of `timeline.json`: when each run began and ended, in seconds since the beginning of the first. */
export function renderRuns(runs: readonly PassedRun[]): string {
  const zero = timesOf(runs[0]!).beganAt;
  const rows = runs.map((one) => {
    const { beganAt, endedAt } = timesOf(one);
    const { side, run, folder } = one;
    return { side, run, folder, began: (beganAt - zero) / 1_000, ended: (endedAt - zero) / 1_000 };
  });
  return `${JSON.stringify({ beganAt: new Date(zero).toISOString(), runs: rows }, undefined, 2)}\n`;
}

/** The job summary, in Markdown. */
export function summarizeRuns(
  runs: readonly PassedRun[],
  about: { readonly directory: string; readonly artifacts: string; readonly machine: string; readonly seed: string },
): string {
  const rows = runs.map((one) => [
    one.side,
    String(one.run),
    took(one, 'up', 'ready'),
    took(one, 'session', 'session'),
  ]);
  return [
    `### Compose project ${cell(code(about.directory))}: pass, ${plural(runs.length, 'run')} in turn`,
    '',
    cell(`Measured on ${about.machine}, in the order of the seed "${about.seed}".`),
    '',
    ...tableLines(['Side', { right: 'Run' }, { right: 'Ready after' }, { right: 'Session' }], rows),
    '',
    `Logs of all runs: ${cell(code(about.artifacts))}`,
    '',
  ].join('\n');
}

function timesOf({ outcome: { phases } }: PassedRun): { readonly beganAt: number; readonly endedAt: number } {
  return { beganAt: phases[0]?.beganAt ?? 0, endedAt: phases.at(-1)?.endedAt ?? 0 };
}

/** From the beginning of a phase to the end of another: `3.2 s`. */
function took({ outcome: { phases } }: PassedRun, from: PhaseName, to: PhaseName): string {
  const began = phases.find(({ name }) => name === from)?.beganAt;
  const ended = phases.find(({ name }) => name === to)?.endedAt;
  return began === undefined || ended === undefined ? '' : `${((ended - began) / 1_000).toFixed(1)} s`;
}
