import { plural } from '../../kernel/plural.js';
import type { FigureCollector } from '../collector.js';
import { isMap, readJson, textOf, type JsonMap } from '../json.js';
import { JsonElements } from '../json-elements.js';
import { type TextReader, UnreadableError } from '../reading.js';
import { addRate } from './k6.js';
import { addSummaryMetric, reportThreshold } from './k6-summary.js';

/**
 * The summary of `k6 run --new-machine-readable-summary`, with the names of the other summaries: `http_req_duration
 * [p(95)]`, and `checks` for its `checks_succeeded`.
 */
export function readK6Results(collector: FigureCollector): TextReader {
  let seconds = Number.NaN;
  const parts = new Map<string, unknown>();
  const elements = new JsonElements({
    element: ({ key, name, text, label }) => {
      if (key === 'config' && name === 'duration') seconds = Number(text);
      else if (key === 'results' && name !== '') parts.set(name, readJson(text, label));
    },
  });
  return {
    write: (text) => elements.write(text),
    close: () => {
      elements.close();
      addResults(parts, seconds, collector);
    },
  };
}

function addResults(parts: ReadonlyMap<string, unknown>, seconds: number, collector: FigureCollector): void {
  const metrics = parts.get('metrics');
  if (!Array.isArray(metrics)) throw new UnreadableError('has no key "results" with "metrics"');
  for (const metric of metrics) addMetric(metric, seconds, collector);
  const checks = parts.get('checks');
  if (isMap(checks) && Array.isArray(checks['metrics'])) addChecks(checks['metrics'], collector);
  const thresholds = parts.get('thresholds');
  if (!Array.isArray(thresholds)) return;
  for (const one of thresholds) {
    if (isMap(one) && one['ok'] === false) reportThreshold(String(one['metric']), String(one['source']), collector);
  }
}

function addMetric(metric: unknown, seconds: number, collector: FigureCollector): void {
  const { name, type, contains, values } = isMap(metric) ? metric : {};
  const known = textOf(name);
  if (known === undefined || !isMap(values)) throw new UnreadableError('has a metric without "name" and "values"');
  addSummaryMetric(known, { contains, values: spellAsBefore(type, values, seconds) }, collector);
}

/** The values of a metric with the keys that the other summaries have. */
function spellAsBefore(type: unknown, values: JsonMap, seconds: number): JsonMap {
  if (type === 'counter') return { ...values, rate: Number(values['count']) / seconds };
  if (type === 'rate') return { value: values['rate'], passes: values['matches'], fails: 0 };
  if (type !== 'trend') return values;
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key.replace(/^p([\d.]+)$/, 'p($1)'), value]));
}

function addChecks(metrics: readonly unknown[], collector: FigureCollector): void {
  for (const metric of metrics) {
    const { name, values } = isMap(metric) ? metric : {};
    const { rate, matches, total } = isMap(values) ? values : {};
    if (name === 'checks_succeeded') addRate('checks', rate, collector);
    if (name === 'checks_failed' && Number(matches) > 0) {
      collector.report(`checks: ${Number(matches)} of ${plural(Number(total), 'check')} failed`);
    }
  }
}
