import { Failure, messageOf } from './failure.js';
import { TAG, type Run } from './identity.js';
import type { Clock, Ec2ByRegion, GitHub, JournalEntry, Log, TagFilter } from './ports.js';
import { isOfStart } from './pool.js';
import { startTags } from './request.js';

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
  /** How long instances that EC2 does not list yet are looked for, in ms. */
  readonly patienceMs: number;
}

interface UndoPorts {
  readonly ec2In: Ec2ByRegion;
  readonly github: GitHub;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * For how long EC2 may not list what it has launched, in ms. Its guide on eventual consistency speaks of seconds, and
 * nobody has reported more than these.
 */
export const INVISIBLE_BOUND_MS = 20_000;
export const INVISIBLE_CADENCE_MS = 2_000;

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
  const kept = listDoubtful(traces, { searches, runnerIds: [...runners.ids], expected });
  for (const id of kept) left.push(`Runner ${id} stays registered until its instance has been looked for.`);
  const removable = [...runners.ids].filter((id) => !kept.includes(id));
  return [...left, ...(await removeRunners(removable, ports))];
}

/**
 * Runners that may have an instance which nobody has ended: they stay registered, because by them alone a stop knows
 * that it has to look further. An empty listing is believed only after as long as EC2 may take to list what it launched.
 */
function listDoubtful(
  { patienceMs }: Traces,
  about: { searches: readonly Search[]; runnerIds: readonly number[]; expected: readonly number[] },
): readonly number[] {
  const { searches, runnerIds, expected } = about;
  const isUnseen = (id: number) => !searches.some((search) => search.runnerIds.has(id));
  const ended = searches.reduce((sum, search) => sum + search.terminated.size, 0);
  const hasFailed = searches.some(({ left }) => left.length > 0);
  if (hasFailed && ended < runnerIds.length) return runnerIds.filter(isUnseen);
  return patienceMs < INVISIBLE_BOUND_MS ? expected.filter(isUnseen) : [];
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
    if (ids.length > 0) await this.attempt(`terminate ${ids.join(', ')}`, () => this.end(ids));
  }

  private async look(): Promise<void> {
    const ec2 = await this.ports.ec2In(this.region);
    for (const { id, tags } of await ec2.findInstances(this.traces.tags, { purpose: 'end' })) {
      this.ids.add(id);
      this.runnerIds.add(Number(tags[TAG.runnerId]));
    }
  }

  private async end(ids: readonly string[]): Promise<void> {
    const { unknown } = await (await this.ports.ec2In(this.region)).terminate(ids);
    this.hidden = unknown;
    const gone = ids.filter((id) => !unknown.includes(id));
    for (const id of gone) this.terminated.add(id);
    if (gone.length > 0) this.ports.log.info(`Terminated ${gone.join(', ')}.`);
  }

  private async attempt(what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.isForbidden ||= error instanceof Failure && error.code === 'aws-not-authorized';
      this.problems.push(`Could not ${what} in ${this.region}: ${messageOf(error)}`);
    }
  }
}

async function findRunners(
  { runnerIds, startId }: Traces,
  { github }: UndoPorts,
): Promise<{ ids: ReadonlySet<number>; left: string[] }> {
  const ids = new Set(runnerIds);
  if (startId === undefined) return { ids, left: [] };
  try {
    for (const runner of await github.listRunners('end')) if (isOfStart(runner, startId)) ids.add(runner.id);
    return { ids, left: [] };
  } catch (error) {
    return { ids, left: [`Could not look for further runners of this start: ${messageOf(error)}`] };
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
