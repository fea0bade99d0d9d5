import { plural } from '../../kernel/plural.js';
import type { FigureCollector } from '../collector.js';
import { isMap, type JsonMap } from '../json.js';
import { type TextReader, UnreadableError } from '../reading.js';
import { readDocument } from './document.js';
import { addCounter, addGauge, addRate, trendFacts } from './k6.js';

/** Parts of a trend that become figures. Least and largest are single requests, which change from run to run. */
const PART = /^(avg|p\([\d.]+\))$/;

/**
 * A summary of k6: the file of `--summary-export`, or the data of `handleSummary`. Figures per metric:
 *
 * - a trend: `http_req_duration` is the median, with `[avg]` and `[p(95)]`
 * - a counter: `http_reqs [rate]`, per second
 * - a rate: `http_req_failed`, from 0 to 1
 * - a gauge: the last value, but for `vus` and `vus_max`
 */
export function readK6Summary(collector: FigureCollector): TextReader {
  return readDocument({
    key: 'metrics',
    take: (metric, { name, label }) => {
      if (name === '') throw new UnreadableError('has "metrics" that are no object');
      const values = isMap(metric['values']) ? metric['values'] : metric;
      if (!addSummaryMetric(name, { values, contains: metric['contains'] }, collector)) {
        throw new UnreadableError(`has no trend, counter, rate or gauge in ${label}`);
      }
      reportThresholds(name, metric['thresholds'], collector);
    },
  });
}

/** Whether it is a metric. The kind shows in its parts, since `--summary-export` does not name it. */
export function addSummaryMetric(
  name: string,
  { values, contains }: { readonly values: JsonMap; readonly contains: unknown },
  collector: FigureCollector,
): boolean {
  if ('med' in values || 'avg' in values) {
    const facts = trendFacts(name, contains);
    if ('med' in values) collector.add(name, values['med'], facts);
    for (const part of Object.keys(values).filter((one) => PART.test(one))) {
      collector.add(`${name} [${part}]`, values[part], facts);
    }
  } else if ('passes' in values && 'fails' in values) addShare(name, values, collector);
  else if ('count' in values && 'rate' in values) addCounter(name, values['rate'], collector);
  else if ('value' in values) addGauge(name, values['value'], collector);
  else return false;
  return true;
}

function addShare(name: string, { passes, fails, value, rate }: JsonMap, collector: FigureCollector): void {
  addRate(name, value ?? rate, collector);
  const [passed, failed] = [Number(passes), Number(fails)];
  if (name === 'checks' && failed > 0) {
    collector.report(`checks: ${failed} of ${plural(passed + failed, 'check')} failed`);
  }
}

function reportThresholds(name: string, thresholds: unknown, collector: FigureCollector): void {
  if (!isMap(thresholds)) return;
  for (const [threshold, state] of Object.entries(thresholds)) {
    // In --summary-export, true means that the threshold was crossed.
    const isCrossed = isMap(state) ? state['ok'] === false : state === true;
    if (isCrossed) reportThreshold(name, threshold, collector);
  }
}

export function reportThreshold(name: string, threshold: string, collector: FigureCollector): void {
  collector.report(`${name} crossed its own threshold in k6, ${threshold}`);
}
