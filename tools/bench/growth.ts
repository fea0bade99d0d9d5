import { ours, type Contender } from './contenders.js';
import { compare, type Figure, type Series } from './figures.js';
import { measureStart, type StartSample } from './start.js';
import { median, spreadEvenly, worst } from './statistics.js';

export interface GrowthOptions {
  readonly counts: readonly number[];
  readonly peers: readonly Contender[];
  readonly print: (sentence: string) => void;
}

const BOOT_MS = 20_000;
const RUNNING_MS = 5_000;
const SPREAD_MS = 3_000;
const SMALL_STARTS = 3;
/** All requests but registrations and launches, divided by those of a start of one runner. */
const GROWTH_BAR = 2;
/** GitHub's secondary limit in points a minute. Source: "Rate limits for the REST API". */
const POINTS_A_MINUTE = 900;

type AllSeries = readonly [Series<StartSample>, ...Series<StartSample>[]];

/** Counts the requests of starts to EC2 and GitHub, for one runner and for more and more, under EC2's request buckets. */
export async function measureGrowth({ counts, peers, print }: GrowthOptions): Promise<Figure[]> {
  print(`Growth: starts of 1, ${counts.join(', ')} runners, with a boot of ${BOOT_MS / 1000} s.`);
  const start = (contender: Contender, runners: number, offset: number): Promise<StartSample> => {
    const onlineMs = BOOT_MS + offset;
    const scenario = { runningMs: RUNNING_MS, onlineMs, boot: 'simulated', count: runners, throttle: true } as const;
    return measureStart(contender, scenario);
  };
  const measure = async (contender: Contender): Promise<Series<StartSample>> => {
    const samples = spreadEvenly(SMALL_STARTS, SPREAD_MS).map((offset) => start(contender, 1, offset));
    return { name: contender.name, samples: await Promise.all(samples) };
  };
  const [own, others, large] = await Promise.all([
    measure(ours),
    Promise.all(peers.map(measure)),
    Promise.all(counts.map((count) => start(ours, count, 0))),
  ]);
  return [
    ...describeSmall([own, ...others]),
    ...describeGrowth(own, 1),
    ...counts.flatMap((count, place) => [
      ...describeLarge(large[place]!, own, count),
      ...describeGrowth({ name: ours.name, samples: [large[place]!] }, count),
    ]),
  ];
}

function describeSmall(series: AllSeries): Figure[] {
  const details = (id: string, measure: string) => ({ id, measure, unit: '' }) as const;
  const counted = (id: string, measure: string, pick: (sample: StartSample) => number, bar?: number): Figure =>
    compare({ ...details(id, measure), ...(bar !== undefined && { bar }) }, series, pick, worst);
  return [
    counted('aws-requests', 'EC2 and SSM requests of one start', ({ traffic }) => traffic.aws, 8),
    counted('mints', 'GitHub registrations of one start', ({ traffic }) => traffic.registrations, 1),
    counted(
      'polls-in-2-s',
      'GitHub polls in 2 s of waiting',
      ({ traffic, boot, notice }) => (2 * traffic.polls) / (boot + notice),
    ),
    counted('github-points', 'GitHub points of one start', ({ traffic }) => traffic.points, 25),
    counted(
      'github-requests',
      "  GitHub requests: what counts against the hour's limit",
      ({ traffic }) => traffic.github,
    ),
  ];
}

function describeLarge({ traffic }: StartSample, small: Series<StartSample>, count: number): Figure[] {
  const of = `of count: ${count}`;
  const plain = (id: string, measure: string, value: number) =>
    ({ id: `${id}-${count}`, measure, value, unit: '' }) as const;
  const growth = traffic.others / median(small.samples.map((one) => one.traffic.others));
  return [
    { ...plain('count-mints', `Registrations per runner ${of}`, traffic.registrations / count), bar: 1 },
    { ...plain('count-launches', `RunInstances per runner ${of}`, traffic.launches / count), bar: 1 },
    { ...plain('count-throttled', `Throttled answers ${of}`, traffic.throttled), bar: 0 },
    { ...plain('count-growth', `All other requests ${of}, over count: 1`, growth), bar: GROWTH_BAR },
    {
      ...plain('count-points', `GitHub points in a minute ${of}`, traffic.pointsInBusiestMinute),
      bar: POINTS_A_MINUTE,
    },
  ];
}

/** The figures for the plots of the growth. */
function describeGrowth(own: Series<StartSample>, count: number): Figure[] {
  const series = [own] as const;
  const details = <U extends Figure['unit']>(id: string, measure: string, unit: U) => ({
    id: `${id}-${count}`,
    measure,
    unit,
  });
  return [
    compare(details('count-others', `All other requests of count: ${count}`, ''), series, (one) => one.traffic.others),
    compare(details('count-wall', `Wall time of count: ${count}`, 's'), series, (one) => one.step),
    compare(details('count-boot', '  of it from first launch to last registration', 's'), series, (one) => one.boot),
    compare(details('count-overhead', '  of it beyond that', 's'), series, (one) => one.overhead),
    compare(details('count-memory', `Peak memory of count: ${count}`, 'MiB'), series, (one) => one.peakMiB),
  ];
}
