import type { FigureCollector } from '../collector.js';
import { isMap, readJson, showText, type JsonMap } from '../json.js';
import { JsonElements, type JsonElement } from '../json-elements.js';
import { type TextReader, UnreadableError } from '../reading.js';
import { findRepeated } from './repeated.js';

interface Metric {
  readonly module: string;
  readonly name: string;
  readonly about: JsonMap;
}

/**
 * The result of Benchmark Tools, bare or as the Benchmark Platform Controller answers it (in `result`): a figure per
 * metric, named as the metric, so that thresholds keep their names. A metric of two modules is
 * `latency_evaluation.data_points` in both. The module of each is known, since thresholds may be for one module only.
 */
export function readSeedResult(collector: FigureCollector): TextReader {
  const metrics: Metric[] = [];
  let evaluations = false;
  const take = (module: string, about: unknown): void => {
    evaluations = true;
    if (module !== 'passed') metrics.push(...listMetrics(module.split('.').at(-1)!, about, collector));
  };
  const elements = new JsonElements({
    key: (key) => void (evaluations ||= key === 'evaluations'),
    element: (element) => takeElement(element, take),
  });
  return {
    write: (text) => elements.write(text),
    close: () => {
      elements.close();
      if (!evaluations) throw new UnreadableError('has no key "evaluations"');
      addMetrics(metrics, collector);
    },
  };
}

function takeElement({ key, name, text, label }: JsonElement, take: (module: string, about: unknown) => void): void {
  if (key === 'evaluations') return take(name === '' ? 'evaluations' : name, readJson(text, label));
  if (key === 'error' || (key === 'result' && name === 'error')) {
    throw new UnreadableError(`has no figures, but the error ${text}`);
  }
  if (key !== 'result') return undefined;
  if (name === '') throw new UnreadableError('has the result null: the benchmark is not finished');
  const inner = name === 'evaluations' ? readJson(text, label) : undefined;
  if (isMap(inner)) for (const [module, about] of Object.entries(inner)) take(module, about);
  return undefined;
}

function listMetrics(module: string, about: unknown, collector: FigureCollector): Metric[] {
  if (!isMap(about)) {
    collector.refuse(module, `the evaluation ${JSON.stringify(about)}`);
    return [];
  }
  if (about['error'] !== undefined && !isMap(about['error'])) {
    collector.refuse(module, `the error "${showText(about['error'])}"`);
  }
  return Object.entries(about).flatMap(([name, metric]) => (isMap(metric) ? [{ module, name, about: metric }] : []));
}

function addMetrics(metrics: readonly Metric[], collector: FigureCollector): void {
  const repeated = findRepeated(metrics.map(({ name }) => name));
  for (const { module, name, about } of metrics) {
    const own = repeated.has(name) ? `${module}.${name}` : name;
    collector.add(own, about['value'], { module });
    if (about['passed'] === false) {
      collector.report(`${own} did not pass its own threshold, ${String(about['threshold'])}`);
    }
  }
}
