import type { FigureCollector } from '../collector.js';
import { isMap, textOf } from '../json.js';
import { type TextReader, UnreadableError } from '../reading.js';
import { readDocument } from './document.js';

/**
 * The JSON of pytest-benchmark (`--benchmark-json`, `--benchmark-save`). A figure per test, named by `fullname`, because
 * tests of two classes have the same `name`: the seconds of each round. A file that was saved without its rounds has
 * their median only.
 */
export function readPytestBenchmark(collector: FigureCollector): TextReader {
  return readDocument({
    key: 'benchmarks',
    take: ({ fullname, name, stats }, { label }) => {
      const known = textOf(fullname) ?? textOf(name);
      if (known === undefined) throw new UnreadableError(`has no "fullname" in ${label}`);
      const facts = { unit: 's', better: 'lower' } as const;
      const { data, median } = isMap(stats) ? stats : {};
      if (data === undefined) collector.add(known, median, facts);
      else collector.addAll(known, data, facts);
    },
  });
}
