import { INVISIBLE_BOUND_MS, INVISIBLE_CADENCE_MS } from '../instances/end-instances.js';
import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/failure.js';
import { isClaim, isMachineLock, isOfStart } from '../kernel/origin.js';
import type { Ec2ByRegion } from '../ports/ec2.js';
import type { GitHub } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import type { Created } from './created.js';
import { RegionCleanup } from './region-cleanup.js';

export interface RollBackPorts {
  readonly ec2In: Ec2ByRegion;
  readonly github: GitHub;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Ends every instance and removes every runner of one start: those that are known and those that can be found, because
 * the answer to a launch may have been lost. A failure does not stop the rest.
 *
 * Runners are removed last. If this process dies first, they show the next cleanup that there may be an instance.
 *
 * @param patienceMs how long to look for instances that EC2 does not list yet
 * @returns what could not be done, a sentence each
 */
export async function rollBack(
  created: Created,
  ports: RollBackPorts,
  patienceMs = INVISIBLE_BOUND_MS,
): Promise<string[]> {
  const { clock } = ports;
  const regions = created.start.regions.map((region) => new RegionCleanup(created, region, ports));
  const terminate = () => Promise.all(regions.map((region) => region.terminate()));
  // Instances cost money, so they do not wait for GitHub's answer.
  const [runners] = await Promise.all([findRunners(created, ports), terminate()]);
  // Computed only now, because an outage of GitHub may take longer than this bound.
  const deadline = clock.now() + patienceMs;
  const ids = [...runners.ids].filter((id) => !runners.lockIds.includes(id));
  const expected = created.isFromJournal ? ids : created.possiblyLaunched;
  const isSeen = (id: number) => regions.some(({ runnerIds }) => runnerIds.has(id));
  const isComplete = () => regions.every(({ left }) => left.length === 0) && expected.every(isSeen);
  const isHopeless = () => regions.every(({ isForbidden }) => isForbidden);
  while (!isComplete() && !isHopeless() && clock.now() + INVISIBLE_CADENCE_MS <= deadline) {
    await clock.sleep(INVISIBLE_CADENCE_MS);
    await terminate();
  }
  const settledClaims = patienceMs >= INVISIBLE_BOUND_MS ? runners.claimIds : [];
  const doubtful = listDoubtful({ regions, runnerIds: ids, expected, settledClaims });
  const left = [...runners.left, ...regions.flatMap((region) => region.left)];
  for (const id of doubtful) left.push(`Runner ${id} stays registered until its instance has been looked for.`);
  // While there may be an instance that EC2 does not list, no other start may launch one of the same name.
  const kept = doubtful.length > 0 ? [...doubtful, ...runners.lockIds] : doubtful;
  const removable = [...runners.ids].filter((id) => !kept.includes(id));
  return [...left, ...(await removeRunners(removable, ports))];
}

/**
 * Lists the runners that may have an instance which EC2 has not listed. They stay registered, because a later stop looks
 * further only while a runner of the start exists. EC2 may list an instance at any later time, so its absence proves
 * nothing. Claims are different: once EC2 has had the time to list new tags, a missing claim was never made.
 */
function listDoubtful({
  regions,
  runnerIds,
  expected,
  settledClaims,
}: {
  readonly regions: readonly RegionCleanup[];
  readonly runnerIds: readonly number[];
  readonly expected: readonly number[];
  readonly settledClaims: readonly number[];
}): readonly number[] {
  const isUnseen = (id: number) => !regions.some((region) => region.runnerIds.has(id));
  // Each instance has at least one runner.
  const ended = regions.reduce((sum, region) => sum + region.terminated.size, 0);
  if (ended >= runnerIds.length) return [];
  if (regions.some(({ left }) => left.length > 0)) return runnerIds.filter(isUnseen);
  return expected.filter((id) => isUnseen(id) && !settledClaims.includes(id));
}

interface FoundRunners {
  readonly ids: ReadonlySet<number>;
  readonly claimIds: readonly number[];
  readonly lockIds: readonly number[];
  readonly left: string[];
}

async function findRunners(created: Created, { github }: RollBackPorts): Promise<FoundRunners> {
  const ids = new Set(created.runners.map(({ id }) => id));
  const { claimIds, lockIds } = created;
  if (!created.mayHaveMoreRunners) return { ids, claimIds, lockIds, left: [] };
  try {
    const ours = (await github.listRunners('end')).filter((runner) => isOfStart(runner, created.start.startId));
    for (const { id } of ours) ids.add(id);
    const idsOf = (isWanted: (name: string) => boolean) =>
      ours.filter(({ name }) => isWanted(name)).map(({ id }) => id);
    return {
      ids,
      claimIds: [...claimIds, ...idsOf(isClaim)],
      lockIds: [...lockIds, ...idsOf(isMachineLock)],
      left: [],
    };
  } catch (error) {
    return { ids, claimIds, lockIds, left: [`Could not look for further runners of this start: ${messageOf(error)}`] };
  }
}

async function removeRunners(ids: readonly number[], { github, log }: RollBackPorts): Promise<string[]> {
  const left: string[] = [];
  await Promise.all(
    ids.map(async (id) => {
      try {
        if ((await github.removeRunner(id)) === 'removed') log.info(`Removed runner ${id} from GitHub.`);
      } catch (error) {
        left.push(`Could not remove runner ${id}: ${messageOf(error)}`);
      }
    }),
  );
  return left;
}
