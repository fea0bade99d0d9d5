import type { BootPhase } from '../kernel/boot-phases.js';
import type { RunJob } from '../ports/github.js';
import type { Snapshot } from '../ports/volumes.js';

/**
 * Whether all jobs on a machine succeeded, by the jobs of the run.
 *
 * @param runners the names of the machine's runners
 * @returns why no snapshot is taken; `undefined` if all is well
 */
export function findFailedJob(jobs: readonly RunJob[], runners: readonly string[]): string | undefined {
  const ours = jobs.filter(({ runnerName }) => runnerName !== undefined && runners.includes(runnerName));
  if (ours.length === 0) return 'GitHub lists no job that ran on the machine';
  const failed = ours.find(({ conclusion }) => conclusion !== 'success');
  return failed && `the job ${failed.name} ended with ${failed.conclusion ?? failed.status}`;
}

/** Whether the boot agent unmounted the volume; `undefined` if the console does not say it yet. */
export function readClosing(phases: readonly BootPhase[]): 'clean' | { readonly dirty: string } | undefined {
  const last = phases.findLast(({ name }) => name === 'volume-closed' || name === 'volume-dirty');
  if (last === undefined) return undefined;
  return last.name === 'volume-closed' ? 'clean' : { dirty: last.detail };
}

/**
 * The snapshots of a name that are too many. The newest ones stay, with those that are not finished yet; and the newest
 * finished one stays in any case, because starts need one now.
 */
export function listSurplus(snapshots: readonly Snapshot[], keep: number): Snapshot[] {
  const sorted = snapshots.toSorted((a, b) => b.createdAt - a.createdAt);
  const usable = sorted.find(({ state }) => state === 'completed');
  return sorted.slice(keep).filter((one) => one !== usable && (one.state === 'completed' || one.state === 'error'));
}
