import { notYaml } from '../inputs/input-kinds.js';
import { BadValue, type ParseYaml } from '../inputs/inputs.js';
import { nameModule, type ThresholdEntry } from '../judge/threshold.js';

const FORM =
  'a map from metrics to expressions in quotes, a map `threshold_functions` of that kind, or a configuration of Benchmark Tools with its `evaluations`';

type Entries = readonly (readonly [key: unknown, value: unknown])[];

/** Reads the text of a file with thresholds, YAML or JSON. @throws BadValue */
export function readThresholdText(text: string, parseYaml: ParseYaml): readonly ThresholdEntry[] {
  let document: unknown;
  try {
    document = parseYaml(text, { isOrdered: true });
  } catch (error) {
    throw notYaml(FORM, error);
  }
  return readThresholdDocument(document);
}

/**
 * Reads a document with thresholds: a map from metrics to expressions; such a map as `threshold_functions`; or a whole
 * configuration of Benchmark Tools, or a payload with one, whose thresholds are for the metrics of their modules only.
 *
 * @param value parsed. With maps as `Map`, a key such as `500` keeps its place among the keys. `undefined`: no document
 * @returns the entries in their order, for readThresholds, which checks the expressions
 * @throws BadValue
 */
export function readThresholdDocument(value: unknown): readonly ThresholdEntry[] {
  if (value === undefined) return [];
  const entries = entriesOf(value);
  if (entries) return readMap(entries);
  if (Array.isArray(value)) return readEvaluations(value);
  throw new BadValue(FORM, show(value));
}

/** Metrics may have the names of these keys: their values are expressions then, and neither maps nor lists. */
function readMap(entries: Entries): readonly ThresholdEntry[] {
  const inner = (name: string): unknown => entries.find(([key]) => key === name)?.[1];
  const [evaluations, benchmark, functions] = ['evaluations', 'benchmark', 'threshold_functions'].map(inner);
  if (Array.isArray(evaluations)) return readEvaluations(evaluations);
  const below = entriesOf(benchmark);
  if (below) return readMap(below);
  const own = entriesOf(functions);
  if (own) return readExpressions(own);
  return readExpressions(entries);
}

function readExpressions(entries: Entries, module?: string): readonly ThresholdEntry[] {
  const names = new Set<string>();
  return entries.map(([key, text]): ThresholdEntry => {
    const name = nameKey(key, text);
    // `500` and `"500"` are two keys to YAML.
    if (names.size === names.add(name).size) throw new BadValue('each key once', `${name}: ${show(text)}`);
    return module === undefined ? [name, text] : [name, text, module];
  });
}

function readEvaluations(evaluations: readonly unknown[]): readonly ThresholdEntry[] {
  return evaluations.flatMap((evaluation, index) => {
    const place = `evaluations[${index}]`;
    const entries = entriesOf(evaluation);
    const module = entries?.find(([key]) => key === 'module')?.[1];
    if (typeof module !== 'string' || module === '') {
      throw new BadValue('an evaluation with a `module`', `${place}: ${show(evaluation)}`);
    }
    const kwargs = entries!.find(([key]) => key === 'kwargs')?.[1] ?? {};
    const functions = entriesOf(kwargs)?.find(([key]) => key === 'threshold_functions')?.[1] ?? {};
    const thresholds = entriesOf(functions);
    if (!entriesOf(kwargs) || !thresholds) {
      throw new BadValue('`kwargs` with a map `threshold_functions`', `${place}: ${show(evaluation)}`);
    }
    return readExpressions(thresholds, nameModule(module));
  });
}

/** A key in YAML may be a number. @throws BadValue for a key that is a map or a list */
function nameKey(key: unknown, text: unknown): string {
  if (typeof key !== 'object' || key === null) return String(key);
  throw new BadValue('keys that are the names of metrics, or patterns', `${show(key)}: ${show(text)}`);
}

/** The entries of a map, in their order. Undefined for everything else. */
function entriesOf(value: unknown): Entries | undefined {
  if (value instanceof Map) return [...value.entries()];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value);
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (inner instanceof Map ? Object.fromEntries(inner) : inner));
}
