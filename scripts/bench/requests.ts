import { ours, type Contender } from './contenders.js';
import { compare, type Figure, type Series } from './figures.js';
import { measureStart, type StartSample } from './start.js';
import { median, spreadEvenly, worst } from './statistics.js';

export interface RequestOptions {
  readonly count: number;
  readonly peers: readonly Contender[];
  readonly say: (sentence: string) => void;
}

const BOOT_MS = 25_000;
const RUNNING_MS = 5_000;
const SPREAD_MS = 3_000;
const SMALL_STARTS = 3;
/** None, but for where in the rhythm of the questions a start ends. */
const GROWTH_BAR = 1.1;
/** Of GitHub's secondary limit. Source: "Rate limits for the REST API". */
const POINTS_A_MINUTE = 900;

/** What starts ask of EC2 and GitHub: of one runner, and beside it of many, under EC2's request buckets. */
export async function measureRequests({ count, peers, say }: RequestOptions): Promise<Figure[]> {
  say(`Requests: starts of 1 and of ${count} runners, with a boot of ${BOOT_MS / 1000} s.`);
  const start = (contender: Contender, runners: number, offset: number): Promise<StartSample> => {
    const onlineMs = BOOT_MS + offset;
    const scenario = { runningMs: RUNNING_MS, onlineMs, boot: 'simulated', count: runners, throttle: true } as const;
    return measureStart(contender, scenario);
  };
  const measure = async (contender: Contender): Promise<Series<StartSample>> => {
    const samples = spreadEvenly(SMALL_STARTS, SPREAD_MS).map((offset) => start(contender, 1, offset));
    return { name: contender.name, samples: await Promise.all(samples) };
  };
  const [large, own, ...others] = await Promise.all([start(ours, count, 0), measure(ours), ...peers.map(measure)]);
  return [...describeSmall([own, ...others]), ...describeLarge(large, own, count)];
}

function describeSmall(series: readonly [Series<StartSample>, ...Series<StartSample>[]]): Figure[] {
  return [
    compare(
      { id: 'aws-requests', measure: 'EC2 and SSM requests of one start', unit: '', bar: 10 },
      series,
      ({ traffic }) => traffic.aws,
      worst,
    ),
    compare(
      { id: 'mints', measure: 'GitHub registrations of one start', unit: '', bar: 1 },
      series,
      (one) => one.traffic.mints,
      worst,
    ),
    compare(
      { id: 'polls-in-2-s', measure: 'GitHub polls in 2 s of waiting', unit: '', bar: 1 },
      series,
      ({ traffic, boot, notice }) => (2 * traffic.polls) / (boot + notice),
      worst,
    ),
    compare(
      { id: 'github-points', measure: 'GitHub points of one start', unit: '' },
      series,
      (one) => one.traffic.points,
      worst,
    ),
  ];
}

function describeLarge(large: StartSample, small: Series<StartSample>, count: number): Figure[] {
  const of = `of count: ${count}`;
  const { traffic, step, boot, overhead, peakMiB } = large;
  const rate = (sample: StartSample): number => (60 * sample.traffic.others) / sample.step;
  const growth = rate(large) / median(small.samples.map(rate));
  const series = [
    { name: `count: ${count}`, samples: [large] },
    { name: 'count: 1', samples: small.samples },
  ] as const;
  const total = { id: 'large-others', measure: `All other requests ${of}`, unit: '' } as const;
  const plain = (id: string, measure: string, value: number): Figure => ({ id, measure, value, unit: '' });
  return [
    { ...plain('large-mints', `Registrations per runner ${of}`, traffic.mints / count), bar: 1 },
    { ...plain('large-launches', `RunInstances per runner ${of}`, traffic.launches / count), bar: 1 },
    { ...plain('large-throttled', `Throttled answers ${of}`, traffic.throttled), bar: 0 },
    compare(total, series, (one) => one.traffic.others),
    { ...plain('large-others-growth', '  of them a minute, over count: 1', growth), bar: GROWTH_BAR },
    {
      ...plain('large-points', `GitHub points in a minute ${of}`, traffic.pointsInBusiestMinute),
      bar: POINTS_A_MINUTE,
    },
    { id: 'large-wall', measure: `Wall time ${of}`, unit: 's', value: step },
    { id: 'large-boot', measure: '  of it from first launch to last registration', unit: 's', value: boot },
    { id: 'large-overhead', measure: '  of it beyond that', unit: 's', value: overhead },
    { id: 'large-memory', measure: `Peak memory ${of}`, unit: 'MiB', value: peakMiB },
  ];
}
