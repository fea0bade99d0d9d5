import { endInstances, groupRefused, INVISIBLE_BOUND_MS, INVISIBLE_CADENCE_MS } from '../instances/end-instances.js';
import { Failure, messageOf } from '../kernel/failure.js';
import { TAG, type Run } from '../kernel/identity.js';
import type { Clock } from '../kernel/clock.js';
import type { Ec2ByRegion, TagFilter } from '../ports/ec2.js';
import type { GitHub } from '../ports/github.js';
import type { JournalEntry, Log } from '../ports/process.js';
import { isClaim, isOfStart } from '../kernel/origin.js';
import { startTags } from '../machine/request.js';

export interface Traces {
  readonly tags: TagFilter;
  readonly instances: readonly { readonly id: string; readonly region: string }[];
  /** Every region in which there may be more. */
  readonly regions: readonly string[];
  readonly runnerIds: Iterable<number>;
  /** Runners of this start that nobody remembers are looked for, too. */
  readonly startId?: string;
  /** Runners that may have an instance nobody has heard of; `all` when it is not known which. */
  readonly unheardOf: readonly number[] | 'all';
  /** Runners that claim a machine of a pool: without the start's tags, that is the pool's as before. */
  readonly claimIds?: readonly number[];
  /** How long instances that EC2 does not list yet are looked for, in ms. */
  readonly patienceMs: number;
}

interface UndoPorts {
  readonly ec2In: Ec2ByRegion;
  readonly github: GitHub;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a post step goes by: its process knows no more than the journal, so any launch may be unheard of. */
export function tracesOf(journal: JournalEntry, run: Run): Traces {
  const { startId, regions, instances, runnerIds } = journal;
  return {
    tags: startTags(run, startId),
    regions,
    instances,
    runnerIds,
    startId,
    unheardOf: 'all',
    patienceMs: INVISIBLE_BOUND_MS,
  };
}

/**
 * Takes away everything of one start, by what is remembered and by what can be found: the answer to a launch
 * may have been lost. One failure doesn't end it; what could not be done is returned, a sentence each.
 *
 * Runners go last: until then they tell whoever comes next, should this process die, that there may be an instance.
 */
export async function removeTraces(traces: Traces, ports: UndoPorts): Promise<string[]> {
  const { clock } = ports;
  const searches = traces.regions.map((region) => new Search(traces, region, ports));
  const terminate = () => Promise.all(searches.map((search) => search.terminate()));
  const deadline = clock.now() + traces.patienceMs;
  // Money first: machines don't wait for GitHub to answer.
  const [runners] = await Promise.all([findRunners(traces, ports), terminate()]);
  const expected = traces.unheardOf === 'all' ? [...runners.ids] : traces.unheardOf;
  const isComplete = () =>
    searches.every(({ left }) => left.length === 0) &&
    expected.every((id) => searches.some(({ runnerIds }) => runnerIds.has(id)));
  const isHopeless = () => searches.every(({ isForbidden }) => isForbidden);
  while (!isComplete() && !isHopeless() && clock.now() + INVISIBLE_CADENCE_MS <= deadline) {
    await clock.sleep(INVISIBLE_CADENCE_MS);
    await terminate();
  }
  const left = [...runners.left, ...searches.flatMap((search) => search.left)];
  const claimIds = [...(traces.claimIds ?? []), ...runners.claimIds];
  const kept = listDoubtful(traces, { searches, runnerIds: [...runners.ids], expected, claimIds });
  for (const id of kept) left.push(`Runner ${id} stays registered until its instance has been looked for.`);
  const removable = [...runners.ids].filter((id) => !kept.includes(id));
  return [...left, ...(await removeRunners(removable, ports))];
}

/**
 * Runners that may have an instance which nobody has seen: they stay registered, because by them alone a stop knows that
 * it has to look further. However long EC2 has not listed an instance, that is no proof that there is none. Of a claim it
 * is, after as long as EC2 may take to list new tags.
 */
function listDoubtful(
  { patienceMs }: Traces,
  about: {
    searches: readonly Search[];
    runnerIds: readonly number[];
    expected: readonly number[];
    claimIds: readonly number[];
  },
): readonly number[] {
  const { searches, runnerIds, expected, claimIds } = about;
  const isUnseen = (id: number) => !searches.some((search) => search.runnerIds.has(id));
  const ended = searches.reduce((sum, search) => sum + search.terminated.size, 0);
  const hasFailed = searches.some(({ left }) => left.length > 0);
  if (ended >= runnerIds.length) return [];
  if (hasFailed) return runnerIds.filter(isUnseen);
  const isSettled = (id: number) => patienceMs >= INVISIBLE_BOUND_MS && claimIds.includes(id);
  return expected.filter((id) => isUnseen(id) && !isSettled(id));
}

/** The instances of one start in one region. */
class Search {
  /** Those that are known by their id and that EC2 does not list. */
  hidden: readonly string[] = [];
  /** Of the runners whose instances were seen. */
  readonly runnerIds = new Set<number>();
  /** A permission that is missing now will be missing in some seconds. */
  isForbidden = false;
  readonly terminated = new Set<string>();
  private readonly ids: Set<string>;
  private problems: string[] = [];

  constructor(
    private readonly traces: Traces,
    private readonly region: string,
    private readonly ports: UndoPorts,
  ) {
    this.ids = new Set(traces.instances.flatMap((one) => (one.region === region ? one.id : [])));
  }

  /** A sentence for each thing that the last look could not do. */
  get left(): string[] {
    // That EC2 does not list an instance yet is no proof that it is dead.
    return [
      ...this.problems,
      ...this.hidden.map((id) => `EC2 does not list ${id} yet, so it could not be terminated.`),
    ];
  }

  async terminate(): Promise<void> {
    this.problems = [];
    await this.attempt('look for further instances of this start', () => this.look());
    const ids = [...this.ids].filter((id) => !this.terminated.has(id));
    if (ids.length > 0) await this.end(ids);
  }

  private async look(): Promise<void> {
    const ec2 = await this.ports.ec2In(this.region);
    for (const { id, tags } of await ec2.findInstances(this.traces.tags, { purpose: 'end' })) {
      this.ids.add(id);
      this.runnerIds.add(Number(tags[TAG.runnerId]));
    }
  }

  private async end(ids: readonly string[]): Promise<void> {
    const located = ids.map((id) => ({ id, region: this.region }));
    const outcome = await endInstances(located, this.ports, 0);
    const { ended, unlisted } = outcome;
    this.hidden = unlisted.map(({ id }) => id);
    for (const { id } of ended) this.terminated.add(id);
    if (ended.length > 0) this.ports.log.info(`Terminated ${ended.map(({ id }) => id).join(', ')}.`);
    for (const [failure, alike] of groupRefused(outcome)) {
      this.note(`terminate ${alike.map(({ id }) => id).join(', ')}`, failure);
    }
  }

  private async attempt(what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.note(what, error);
    }
  }

  private note(what: string, error: unknown): void {
    this.isForbidden ||= error instanceof Failure && error.code === 'aws-not-authorized';
    this.problems.push(`Could not ${what} in ${this.region}: ${messageOf(error)}`);
  }
}

async function findRunners(
  { runnerIds, startId }: Traces,
  { github }: UndoPorts,
): Promise<{ ids: ReadonlySet<number>; claimIds: readonly number[]; left: string[] }> {
  const ids = new Set(runnerIds);
  if (startId === undefined) return { ids, claimIds: [], left: [] };
  try {
    const ours = (await github.listRunners('end')).filter((runner) => isOfStart(runner, startId));
    for (const { id } of ours) ids.add(id);
    return { ids, claimIds: ours.filter(({ name }) => isClaim(name)).map(({ id }) => id), left: [] };
  } catch (error) {
    return { ids, claimIds: [], left: [`Could not look for further runners of this start: ${messageOf(error)}`] };
  }
}

async function removeRunners(ids: readonly number[], { github, log }: UndoPorts): Promise<string[]> {
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
