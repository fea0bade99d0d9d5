import { readFileSync } from 'node:fs';
import { Failure } from '../core/kernel/failure.js';
import * as advice from '../core/kernel/advice.js';

/**
 * Where the boot agent of a machine writes the time at which EC2 takes its spot instance away, in ISO 8601. EC2 gives
 * its notice two minutes before. A process of another machine finds no such file.
 */
const NOTICE = '/run/ci-actions/interrupted';
const POLL_MS = 1_000;
/**
 * How long before that time the tests are ended, if they still run: what remains is for their clean-up (6 s), for the
 * later steps of the job, and for the runner, which reports the end of the job to GitHub.
 */
const REST_MS = 60_000;

export interface InterruptionWatch {
  /** Aborted when the work must end, with a `Failure` `interrupted` as its reason. */
  readonly signal: AbortSignal;
  close(): void;
}

/**
 * Watches for EC2's notice that it takes this spot machine away.
 *
 * @param onNotice called once, with a sentence about the notice
 */
export function watchForInterruption(onNotice: (sentence: string) => void): InterruptionWatch {
  const controller = new AbortController();
  const path = process.env['CI_ACTIONS_INTERRUPTION'] || NOTICE;
  let isKnown = false;
  const look = (): void => {
    const notice = readNotice(path);
    if (notice === undefined) return;
    const { at } = notice;
    if (!isKnown) onNotice(describeNotice(at));
    isKnown = true;
    if (at !== undefined && Date.now() < at - REST_MS) return;
    clearInterval(timer);
    controller.abort(interrupted(at));
  };
  const timer = setInterval(look, POLL_MS).unref();
  look();
  return { signal: controller.signal, close: () => clearInterval(timer) };
}

/** `undefined` without a notice. `at` is absent if the file holds no time. */
function readNotice(path: string): { readonly at: number | undefined } | undefined {
  try {
    return { at: Date.parse(readFileSync(path, 'utf8').trim()) || undefined };
  } catch {
    return undefined;
  }
}

function describeNotice(at: number | undefined): string {
  const rest = at === undefined ? 'now' : `${REST_MS / 1_000} s before`;
  return `${describeEnd(at)}. Tests that still run are ended ${rest}.`;
}

function interrupted(at: number | undefined): Failure {
  return new Failure('interrupted', `The tests did not finish: ${describeEnd(at)}.`, {
    hint: advice.RERUN_INTERRUPTED,
  });
}

/** `EC2 takes this spot machine away at 2026-11-27T20:10:00Z` */
function describeEnd(at: number | undefined): string {
  const when = at === undefined ? '' : ` at ${new Date(at).toISOString().replace('.000Z', 'Z')}`;
  return `EC2 takes this spot machine away${when}`;
}
