import type { FigureCollector } from '../collector.js';
import { isMap, readJson, type JsonMap } from '../json.js';
import { LineReader } from '../lines.js';
import { type TextReader, UnreadableError } from '../reading.js';
import { addCounter, addGauge, addRate, trendFacts } from './k6.js';
import { average, quantile } from '../statistics.js';

const MS_PER_S = 1_000;
const QUANTILES = { 'p(90)': 0.9, 'p(95)': 0.95 };

interface Metric {
  readonly type: unknown;
  readonly contains: unknown;
  sum: number;
  count: number;
  last: unknown;
}

/** When the first measurement of the test began, and the last ended, in epoch ms. */
interface Extent {
  first: number;
  last: number;
}

/**
 * The points of `k6 run --out json=FILE`, with the names of the summary. A trend has every point as a sample. `[rate]`
 * is over the time from the first measurement to the last, which is some milliseconds shorter than the test that k6 itself
 * divides by.
 */
export function readK6Points(collector: FigureCollector): TextReader {
  const metrics = new Map<string, Metric>();
  const extent = { first: Infinity, last: -Infinity };
  const lines = new LineReader((line, number) => {
    const entry = readJson(line, `line ${number}`);
    const { type, metric, data } = isMap(entry) ? entry : {};
    if (typeof metric !== 'string' || !isMap(data)) {
      throw new UnreadableError(`has no "metric" and "data" in line ${number}`);
    }
    if (type === 'Metric')
      metrics.set(metric, { type: data['type'], contains: data['contains'], sum: 0, count: 0, last: 0 });
    else if (type === 'Point') addPoint(data, { metric, known: metrics.get(metric), number, extent }, collector);
  });
  return {
    write: (text) => lines.write(text),
    close: () => {
      lines.close();
      for (const [name, metric] of metrics) if (metric.count > 0) addMetric(name, { metric, extent }, collector);
    },
  };
}

function addPoint(
  { value, time }: JsonMap,
  { metric, known, number, extent }: { metric: string; known: Metric | undefined; number: number; extent: Extent },
  collector: FigureCollector,
): void {
  if (!known) throw new UnreadableError(`has a point of ${metric} in line ${number} before the metric`);
  if (known.type === 'trend') collector.add(metric, value, trendFacts(metric, known.contains));
  else if (typeof value !== 'number') throw new UnreadableError(`has a point without a number in line ${number}`);
  else known.sum += value;
  known.count += 1;
  known.last = value;
  const at = Date.parse(String(time));
  // The time of a duration is that of its end.
  const began = known.contains === 'time' ? at - Number(value) : at;
  if (began < extent.first) extent.first = began;
  if (at > extent.last) extent.last = at;
}

function addMetric(
  name: string,
  { metric, extent }: { readonly metric: Metric; readonly extent: Extent },
  collector: FigureCollector,
): void {
  const { type, sum, count } = metric;
  if (type === 'trend') addParts(name, metric, collector);
  else if (type === 'rate') addRate(name, sum / count, collector);
  else if (type === 'gauge') addGauge(name, metric.last, collector);
  else if (extent.last > extent.first) addCounter(name, sum / ((extent.last - extent.first) / MS_PER_S), collector);
}

function addParts(name: string, { contains }: Metric, collector: FigureCollector): void {
  const samples = collector.samplesOf(name);
  if (samples.length === 0) return;
  const sorted = Float64Array.from(samples).sort();
  const facts = trendFacts(name, contains);
  collector.add(`${name} [avg]`, average(samples), facts);
  for (const [part, share] of Object.entries(QUANTILES)) {
    collector.add(`${name} [${part}]`, quantile(sorted, share), facts);
  }
}
