import type { FigureCollector } from '../collector.js';
import { readJson } from '../json.js';
import { JsonElements } from '../json-elements.js';
import { type TextReader, UnreadableError } from '../reading.js';

/** `target/criterion/GROUP/ID/new/sample.json`. `base` and `change` beside `new` are of the run before. */
const PATH = /^(?:.*\/)?criterion\/(.+)\/new\/sample\.json$/;

/**
 * The file `sample.json` of criterion.rs, whose folder has the name of the benchmark. The samples are in ns: each is the
 * time of many iterations, divided by their number.
 */
export function readCriterion(collector: FigureCollector, path: string): TextReader {
  const lists = new Map<string, number[]>([
    ['iters', []],
    ['times', []],
  ]);
  const elements = new JsonElements({
    element: ({ key, text, label }) => lists.get(key)?.push(Number(readJson(text, label))),
  });
  return {
    write: (text) => elements.write(text),
    close: () => {
      elements.close();
      const name = PATH.exec(path.replaceAll('\\', '/'))?.[1];
      if (name === undefined)
        throw new UnreadableError('is no file target/criterion/NAME/new/sample.json, so its benchmark has no name');
      const [iterations, times] = [lists.get('iters')!, lists.get('times')!];
      const samples = times.map((time, index) => time / iterations[index]!);
      collector.addAll(name, samples, { unit: 'ns', better: 'lower' });
    },
  };
}

/** The other files of criterion.rs. */
export function skipCriterion(): TextReader {
  return { write: () => undefined, close: () => undefined };
}

/** Whether the keys are those of `benchmark.json` or `estimates.json`. */
export function isOtherCriterion(keys: ReadonlySet<string>): boolean {
  return (keys.has('full_id') && keys.has('directory_name')) || (keys.has('median_abs_dev') && keys.has('std_dev'));
}
