import { isMap, type JsonMap } from './compose-file.js';

/** The number of metrics that a sentence lists. */
const LISTED = 5;

/**
 * Why a result means that the session failed. `undefined`: it does not. A result says so as that of the seed's
 * Benchmark Tools does, with `evaluations.passed: false`; every other JSON is a result.
 *
 * @param text JSON
 */
export function judgeResult(text: string): string | undefined {
  const result: unknown = JSON.parse(text);
  const evaluations = isMap(result) ? result['evaluations'] : undefined;
  if (!isMap(evaluations) || evaluations['passed'] !== false) return undefined;
  const failed = Object.entries(evaluations).flatMap(([module, one]) => listFailed(module, one));
  const listed = failed.slice(0, LISTED).join('; ');
  const more = failed.length > LISTED ? `; and ${failed.length - LISTED} more` : '';
  return `The evaluations in the result did not pass${listed === '' ? '' : `: ${listed}${more}`}.`;
}

function listFailed(module: string, one: unknown): string[] {
  if (!isMap(one) || one['passed'] !== false) return [];
  const name = module.split('.').at(-1)!;
  if (typeof one['error'] === 'string') return [`${name} reports "${one['error']}"`];
  const metrics = Object.entries(one).filter((entry): entry is [string, JsonMap] => isMap(entry[1]));
  const failed = metrics.filter(([, metric]) => metric['passed'] === false);
  if (failed.length === 0) return [name];
  return failed.map(
    ([metric, { value, threshold }]) => `${metric} is ${String(value)}, with the threshold ${String(threshold)}`,
  );
}
