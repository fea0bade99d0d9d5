import { signalAll } from '../../sandbox/machine/processes.js';
import { splitTime, sumOf, type Part, type Place } from '../../test/peers/act/timeline.js';
import { ActWorld, type Dispatch } from '../../test/peers/act/world.js';
import { compare, type Figure, type Series } from './figures.js';
import { SPREAD_MS } from './overhead.js';
import { withSandbox } from './sandboxes.js';
import { AGENT_MS } from './start.js';
import { spreadEvenly } from './statistics.js';

export interface ActOptions {
  readonly rounds: number;
  readonly print: (sentence: string) => void;
}

/** One workflow run from the dispatch to its end. Times in seconds. */
export interface ActSample {
  readonly parts: readonly Part[];
  /** From the launch until the runner is registered; 0 if nothing is launched. */
  readonly boot: number;
}

export interface Round {
  readonly ours: ActSample;
  readonly elsewhere: ActSample;
}

/** The workflow that starts one instance for one tox environment, and the workflow it calls. */
const WORKFLOW = 'unit_test_CI.yml';
const WORKFLOWS = [WORKFLOW, 'tox-on-ec2.yml'];
/** The shortest boot that start overhead is measured with. */
const [RUNNING_MS, BOOT_MS] = [5_000, 7_000];
/** The same test job on the same host, without a start and a stop. */
const DISPATCHES: Readonly<Record<Place, Dispatch>> = {
  EC2: { workflow: WORKFLOW },
  elsewhere: {
    workflow: WORKFLOW,
    inputs: { 'runs-on': 'ubuntu-24.04' },
    secrets: { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, RUNNER_TOKEN: undefined },
  },
};
/** The part after which the test job begins. */
const JOB = 'jobs';
const ELSEWHERE = 'the same job without EC2';

/** Measures from the dispatch of a workflow to the first line of its test, in alternation with runs without EC2. */
export async function measureAct({ rounds, print }: ActOptions): Promise<Figure[]> {
  return withSandbox(ActWorld.open(WORKFLOWS, { timeline: { pendingMs: RUNNING_MS } }), async (world, atEnd) => {
    atEnd(() => signalAll(world.processes(), 'SIGKILL'));
    const measured: Round[] = [];
    // The first run is not counted, because the caches are still empty.
    for (const [round, offset] of [0, ...spreadEvenly(rounds, SPREAD_MS)].entries()) {
      print(`Through act: ${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}.`);
      Object.assign(world.sandbox.ec2.timeline, { bootMs: BOOT_MS + offset - RUNNING_MS - AGENT_MS });
      const done = await measureRound(world, round % 2 === 0 ? ['EC2', 'elsewhere'] : ['elsewhere', 'EC2']);
      if (round > 0) measured.push(done);
    }
    return describeRounds(measured);
  });
}

async function measureRound(world: ActWorld, order: readonly Place[]): Promise<Round> {
  const samples = new Map<Place, ActSample>();
  for (const place of order) samples.set(place, await measureRun(world, place));
  return { ours: samples.get('EC2')!, elsewhere: samples.get('elsewhere')! };
}

async function measureRun(world: ActWorld, place: Place): Promise<ActSample> {
  const { events } = world.sandbox;
  const before = events.length;
  const run = await world.dispatch(DISPATCHES[place]);
  if (run.code !== 0)
    throw new Error(`The run on act (${place}) ended with ${run.code}:\n${run.log.lines.slice(-20).join('\n')}`);
  const timeOf = (name: string) => events.slice(before).find((event) => event.name === name)?.at;
  const [launched, registered] = [timeOf('launched'), timeOf('runner-online')];
  if ((place === 'EC2') !== (launched !== undefined && registered !== undefined))
    throw new Error(`The run on act (${place}) launched at ${launched}, its runner registered at ${registered}.`);
  return { parts: splitTime(run, place), boot: ((registered ?? 0) - (launched ?? 0)) / 1000 };
}

/** The whole time and its parts, and the time that EC2 and this project add: the difference of a round's two runs. */
export function describeRounds(rounds: readonly Round[]): Figure[] {
  const series: readonly [Series<ActSample>, ...Series<ActSample>[]] = [
    { name: 'start-runner', samples: rounds.map(({ ours }) => ours) },
    { name: ELSEWHERE, samples: rounds.map(({ elsewhere }) => elsewhere) },
  ];
  const added = rounds.map(({ ours, elsewhere }) => untilJob(ours) - untilJob(elsewhere));
  const beyond = rounds.map(({ ours }, index) => added[index]! - ours.boot);
  const details = (id: string, measure: string) => ({ id: `act-${id}`, measure, unit: 's' }) as const;
  const alone = (id: string, measure: string, samples: readonly number[]) =>
    compare(details(id, measure), [{ name: 'start-runner', samples }], (seconds) => seconds);
  return [
    compare(details('first-line', 'Dispatch to the first test line, through act'), series, ({ parts }) => sumOf(parts)),
    ...rounds[0]!.ours.parts.map((part) => describePart(part, details(part.id, `  ${part.name}`), series)),
    compare(details('job', 'Dispatch until the test job begins'), series, untilJob),
    alone('added', '  what the machine of its own adds', added),
    alone('beyond-boot', `  of that, beyond its boot of ${BOOT_MS / 1000} s`, beyond),
  ];
}

/** Later parts are the same work in both runs, and would only add their spread to the difference. */
function untilJob({ parts }: ActSample): number {
  return sumOf(parts.slice(0, parts.findIndex(({ id }) => id === JOB) + 1));
}

function describePart(
  { id }: Part,
  details: Pick<Figure, 'id' | 'measure' | 'unit'>,
  [own, other]: readonly [Series<ActSample>, ...Series<ActSample>[]],
): Figure {
  const secondsOf = ({ parts }: ActSample): number => parts.find((part) => part.id === id)?.seconds ?? Number.NaN;
  const isShared = other!.samples.every((sample) => !Number.isNaN(secondsOf(sample)));
  return compare(details, isShared ? [own, other!] : [own], secondsOf);
}
