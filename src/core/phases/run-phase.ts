import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/failure.js';
import { shorten } from '../kernel/markdown.js';
import { plural } from '../kernel/plural.js';
import { FAILURE, renderFailureLine, SKIPPED } from './layout.js';
import type { PhaseHost, PhaseProgramEnd } from './host.js';
import type { Phase } from './phase.js';
import { isInArtifacts, withoutFolder } from './read-fields.js';
import { LONGEST_SAID } from './verdict.js';

/** One run of a phase that is about to begin. */
export interface PhaseRun {
  readonly phase: Phase;
  readonly title: string;
  readonly folder: string;
  /** The file of its log, in its folder. */
  readonly log: string;
  /** The variables of its matrix. */
  readonly variables: Readonly<Record<string, string>>;
  readonly prefix: string;
  readonly signal: AbortSignal;
}

/** A file system may keep times to the second only. */
const TIME_GRAIN_MS = 1_000;
/** In a message. */
const MOST_FAILURES = 5;

/** How a run of a phase ended. */
export interface PhaseEnd {
  /** Why it failed, the first reason first; empty if it did not fail. */
  readonly reasons: readonly string[];
  /** Why the program left itself out, as the seed's programs do by a file SKIPPED; `undefined` if it did not. */
  readonly skipped?: string;
  /** What a reader should know although it passed, as sentences. */
  readonly remarks?: readonly string[];
  /** Why its log lacks lines, if it does. */
  readonly logProblem?: string;
}

/** Runs the commands of a phase, and looks for the evidence that it passed. */
export async function runPhase(run: PhaseRun, host: PhaseHost, clock: Clock): Promise<PhaseEnd> {
  const { phase, folder, title, prefix, signal } = run;
  try {
    host.makeFolder(folder);
  } catch (error) {
    return { reasons: [`${title} did not begin: its folder cannot be made: ${messageOf(error)}.`] };
  }
  const beganAt = clock.now();
  const ended = await host.run({
    title,
    commands: phase.run,
    env: { ...phase.env, ...run.variables, ARTIFACT_DIR: `${host.artifacts}/${folder}`, PHASE: title },
    log: `${folder}/${run.log}`,
    boundMs: phase.timeoutMs,
    signal,
    prefix,
  });
  const { logProblem } = ended;
  const log = logProblem === undefined ? {} : { logProblem };
  const reasons = describeEnd(run, ended, clock.now() - beganAt);
  if (reasons.length > 0) return { reasons: quoteOwnFailure(reasons, run, host), ...log };
  const { failures, remarks } = findOwnFailures(run, host);
  const skipped = failures.length > 0 ? undefined : host.readFirstLine(`${folder}/${SKIPPED}`);
  if (skipped !== undefined) return { reasons: [], skipped: skipped.trim() || `it left ${SKIPPED}`, ...log };
  return { reasons: [...failures, ...(await findMissing(run, host, beganAt))], remarks, ...log };
}

function describeEnd(
  { phase, title, signal }: PhaseRun,
  { code, why, lastLines }: PhaseProgramEnd,
  tookMs: number,
): readonly string[] {
  if (signal.aborted) return [`${title} was ended: ${messageOf(signal.reason)}`];
  // A program that handles the signal may exit with 0.
  if (tookMs >= phase.timeoutMs)
    return [
      `${title} was ended: it took longer than ${phase.timeoutMs / 60_000} minutes (\`timeout-minutes\`).`,
      ...lastLines,
    ];
  if (code === 0) return [];
  const how = code === undefined ? (why ?? 'it has no exit code') : `exit code ${code}`;
  return [`${title} failed: ${how}.`, ...lastLines];
}

/** What the program itself wrote into its FAILURE says more than its exit code, and the file is about to be ours. */
function quoteOwnFailure(
  [first = '', ...rest]: readonly string[],
  { folder }: PhaseRun,
  host: PhaseHost,
): readonly string[] {
  const said = host.readFirstLine(`${folder}/${FAILURE}`)?.trim() ?? '';
  return said === '' ? [first, ...rest] : [`${first} ${FAILURE}: ${shorten(said, LONGEST_SAID)}`, ...rest];
}

/** A program of the seed reports a failure by a file, and its shell may end with 0 nevertheless. */
function findOwnFailures(
  { phase, title, folder }: PhaseRun,
  host: PhaseHost,
): { readonly failures: readonly string[]; readonly remarks: readonly string[] } {
  const found = host.findFailures(folder);
  if (found.length === 0) return { failures: [], remarks: [] };
  const lines = found.slice(0, MOST_FAILURES).map((path) => renderFailureLine(path, host.readFirstLine(path) ?? ''));
  const what = `it ended with 0, and left ${plural(found.length, FAILURE)}`;
  if (phase.acceptFailures && !found.includes(`${folder}/${FAILURE}`))
    return { failures: [], remarks: [`${title}: ${what}, which \`accept-failures\` allows.`, ...lines] };
  return { failures: [`${title} failed: ${what}. ${lines[0]}`, ...lines.slice(1)], remarks: [] };
}

async function findMissing(run: PhaseRun, host: PhaseHost, beganAt: number): Promise<readonly string[]> {
  const found = await Promise.all(run.phase.requireFiles.map((pattern) => judgeFiles(pattern, { run, host, beganAt })));
  return found.filter((one) => one !== undefined);
}

/** @returns why the files of a pattern are no evidence */
async function judgeFiles(
  pattern: string,
  { run, host, beganAt }: { readonly run: PhaseRun; readonly host: PhaseHost; readonly beganAt: number },
): Promise<string | undefined> {
  const what = `${run.title} failed: \`require-files\` names \`${pattern}\`, and`;
  const files = await host.findFiles(withoutFolder(pattern), isInArtifacts(pattern) ? run.folder : undefined);
  if (files.length === 0) return `${what} there is no such file.`;
  const fresh = files.filter(({ changedAt }) => changedAt >= beganAt - TIME_GRAIN_MS);
  if (fresh.length === 0) return `${what} ${files[0]!.path} is older than the phase.`;
  const empty = fresh.find(({ bytes }) => bytes === 0);
  return empty && `${what} ${empty.path} is empty.`;
}
