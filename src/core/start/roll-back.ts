import { INVISIBLE_BOUND_MS, INVISIBLE_CADENCE_MS } from '../instances/end-instances.js';
import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/failure.js';
import { isClaim, isMachineLock, isOfStart } from '../kernel/origin.js';
import type { TaggedRunner } from '../kernel/runner-tags.js';
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
  const [found] = await Promise.all([findRunners(created, ports), terminate()]);
  // Computed only now, because an outage of GitHub may take longer than this bound.
  const deadline = clock.now() + patienceMs;
  // The lock of a machine's name has no instance.
  const runners = found.runners.filter(({ name }) => !isMachineLock(name));
  const expected = created.isFromJournal ? runners : created.possiblyLaunched;
  const isSeen = (runner: TaggedRunner) => regions.some((region) => region.names(runner));
  const isComplete = () => regions.every(({ left }) => left.length === 0) && expected.every(isSeen);
  const isHopeless = () => regions.every(({ isForbidden }) => isForbidden);
  while (!isComplete() && !isHopeless() && clock.now() + INVISIBLE_CADENCE_MS <= deadline) {
    await clock.sleep(INVISIBLE_CADENCE_MS);
    await terminate();
  }
  const settledClaims = patienceMs >= INVISIBLE_BOUND_MS ? found.claimIds : [];
  const kept = listDoubtful({ regions, runners, expected, settledClaims });
  const left = [...found.left, ...regions.flatMap((region) => region.left), ...kept.map(describeDoubtful)];
  // While there may be an instance that EC2 does not list, no other start may launch one of the same name.
  const isKept = ({ id, name }: TaggedRunner) =>
    kept.some((one) => one.id === id) || (kept.length > 0 && isMachineLock(name));
  const removable = found.runners.flatMap((one) => (one.id === undefined || isKept(one) ? [] : one.id));
  left.push(...(await removeRunners(removable, ports)));
  const mayHaveRun = regions.some(({ terminated, left: alive }) => terminated.size + alive.length > 0);
  return mayHaveRun ? [...left, ...(await removeRegistered(created, kept, ports))] : left;
}

function describeDoubtful({ id, name }: TaggedRunner): string {
  return id === undefined
    ? `Runner ${name} may still be registered by an instance that EC2 does not list yet.`
    : `Runner ${id} stays registered until its instance has been looked for.`;
}

/**
 * Lists the runners that may have an instance which EC2 has not listed. They stay registered, because a later stop looks
 * further only while a runner of the start exists. EC2 may list an instance at any later time, so its absence proves
 * nothing. Claims are different: once EC2 has had the time to list new tags, a missing claim was never made.
 */
function listDoubtful({
  regions,
  runners,
  expected,
  settledClaims,
}: {
  readonly regions: readonly RegionCleanup[];
  readonly runners: readonly TaggedRunner[];
  readonly expected: readonly TaggedRunner[];
  readonly settledClaims: readonly number[];
}): readonly TaggedRunner[] {
  const isUnseen = (runner: TaggedRunner) => !regions.some((region) => region.names(runner));
  // Each instance has at least one runner.
  const ended = regions.reduce((sum, region) => sum + region.terminated.size, 0);
  if (ended >= runners.length) return [];
  if (regions.some(({ left }) => left.length > 0)) return runners.filter(isUnseen);
  return expected.filter((one) => isUnseen(one) && !(one.id !== undefined && settledClaims.includes(one.id)));
}

interface FoundRunners {
  /** Those that this process knows, and those that GitHub lists. */
  readonly runners: readonly TaggedRunner[];
  readonly claimIds: readonly number[];
  readonly left: readonly string[];
}

async function findRunners(created: Created, { github }: RollBackPorts): Promise<FoundRunners> {
  const { claimIds, runners } = created;
  if (!created.mayHaveMoreRunners) return { runners, claimIds, left: [] };
  try {
    const ours = (await github.listRunners('end')).filter((runner) => isOfStart(runner, created.start.startId));
    const isListed = ({ id, name }: TaggedRunner) => ours.some((one) => one.id === id || one.name === name);
    const listedClaims = ours.filter(({ name }) => isClaim(name)).map(({ id }) => id);
    const all = [...runners.filter((one) => !isListed(one)), ...ours];
    return { runners: all, claimIds: [...claimIds, ...listedClaims], left: [] };
  } catch (error) {
    return { runners, claimIds, left: [`Could not look for further runners of this start: ${messageOf(error)}`] };
  }
}

/**
 * Removes runners that instances have registered, once those instances end: one may have registered a runner after the
 * runners were listed. One that registers its runner even later leaves it offline, and the next stop or sweep removes it.
 */
async function removeRegistered(
  created: Created,
  kept: readonly TaggedRunner[],
  ports: RollBackPorts,
): Promise<string[]> {
  const names = created.unregistered.filter((name) => !kept.some((one) => one.name === name));
  if (names.length === 0) return [];
  try {
    const listed = await ports.github.listRunners('end');
    const ids = listed.flatMap(({ id, name }) => (names.includes(name) ? id : []));
    return await removeRunners(ids, ports);
  } catch (error) {
    return [`Could not look for runners that instances of this start have registered: ${messageOf(error)}`];
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
