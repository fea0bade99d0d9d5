import { shorten } from '../kernel/markdown.js';
import type { PhasePlan } from './plan.js';
import type { PhaseResult, PhasesOutcome } from './result.js';
import type { RunId } from './schedule.js';

/** The names of files in the folder of artifacts, as the seed's programs have them. */
export const FAILURE = 'FAILURE';
export const FAILURES = 'FAILURES';
export const FINISHED = 'FINISHED';
export const SKIPPED = 'SKIPPED';
export const CONFIG = 'config.yaml';
/** In the folder of each phase: where programs of the seed's layout look for it. */
export const OVERRIDES = 'variable_overrides.yaml';
export const INDEX = 'index.html';
export const RUN_LOG = 'run.log';
/** The log of a phase that the post step ran again. */
export const LATE_LOG = 'run-again.log';

const JOURNAL = /^phases-\d{3,}\.jsonl$/;
const NUMBERED = /^(\d{3,})__/;
/** Of a folder. Its number tells it apart from others with the same beginning. */
const LONGEST_NAME = 120;
const LONGEST_LINE = 500;

/** Titles and folders of all runs of a plan. The folders are numbered in the order of the plan. */
export class Layout {
  /** The file below the artifacts with a line, in JSON, for every run that began or ended. */
  readonly journal: string;
  private readonly firsts: readonly number[];

  constructor(
    private readonly plan: PhasePlan,
    /** The number of the first folder. */
    private readonly offset: number,
  ) {
    this.journal = `phases-${pad(offset)}.jsonl`;
    let count = 0;
    this.firsts = plan.phases.map(({ runs }) => (count += runs.length) - runs.length);
  }

  titleOf({ phase, run }: RunId): string {
    const { phase: of, runs } = this.plan.phases[phase]!;
    const { title } = runs[run]!;
    return title === '' ? of.name : `${of.name} [${title}]`;
  }

  /** Its place among all runs, from 0 on. */
  indexOf({ phase, run }: RunId): number {
    return this.firsts[phase]! + run;
  }

  /** `002__test`, `003__test__GPU=1__MODEL=a` */
  folderOf(id: RunId): string {
    const { phase, runs } = this.plan.phases[id.phase]!;
    const { title } = runs[id.run]!;
    const tail = title === '' ? '' : `__${title.replaceAll(', ', '__').replace(/[^\w.=-]+/g, '-')}`;
    return `${pad(this.indexOf(id) + this.offset)}__${phase.name}${tail}`.slice(0, LONGEST_NAME);
  }

  /** All runs, in the order of the plan. */
  listRuns(): readonly RunId[] {
    return this.plan.phases.flatMap(({ runs }, phase) => runs.map((_, run) => ({ phase, run })));
  }
}

export function isJournal(name: string): boolean {
  return JOURNAL.test(name);
}

function pad(number: number): string {
  return String(number).padStart(3, '0');
}

/** The first number that no folder has. */
export function nextNumber(names: readonly string[]): number {
  return Math.max(-1, ...names.map((name) => Number(NUMBERED.exec(name)?.[1] ?? -1))) + 1;
}

/** The text of a FAILURE: its first line says what failed. */
export function renderFailure(reasons: readonly string[]): string {
  return `${reasons.join('\n')}\n`;
}

/** A line of FAILURES. @param path of a FAILURE. @param text of that file */
export function renderFailureLine(path: string, text: string): string {
  return `${path} | ${shorten(text.split('\n', 1)[0]!.trim() || 'no reason is given', LONGEST_LINE)}`;
}

/** `Test of 'x' succeeded after 00 hours 06 minutes 12 seconds.` */
export function renderFinished(
  name: string,
  { verdict, beganAt, endedAt }: Pick<PhasesOutcome, 'verdict' | 'beganAt' | 'endedAt'>,
): string {
  const total = Math.max(0, Math.floor((endedAt - beganAt) / 1_000));
  const [hours, minutes, seconds] = [total / 3_600, (total / 60) % 60, total % 60].map((one) =>
    String(Math.floor(one)).padStart(2, '0'),
  );
  const how = verdict === 'passed' ? 'succeeded' : 'failed';
  return `Test of '${name}' ${how} after ${hours} hours ${minutes} minutes ${seconds} seconds.`;
}

/** `3.2 s`, `6 min 12 s`, `1 h 30 min`; empty if the run did not begin. */
export function renderDuration({ beganAt, endedAt }: PhaseResult): string {
  if (beganAt === undefined || endedAt === undefined) return '';
  const seconds = (endedAt - beganAt) / 1_000;
  if (seconds < 60) return `${(Math.floor(seconds * 10) / 10).toFixed(1)} s`;
  const whole = Math.floor(seconds);
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor(whole / 60) % 60} min`;
}
