import type { FigureCollector } from '../collector.js';
import { isMap, readJson } from '../json.js';
import { LineReader } from '../lines.js';
import type { TextReader } from '../reading.js';

/** `BenchmarkSort/n=10-2   30000   41.6 ns/op   0 B/op`, whose fields are separated by blanks or tabs. */
const RESULT = /^(Benchmark\S*)\s+\d+\s+(\S.*)$/;
const FAILED = /^\s*--- FAIL: (Benchmark\S*)/;

/**
 * What `go test -bench` prints. A figure per benchmark and unit: `BenchmarkSort/n=10-2 [ns/op]`, with a sample for each
 * `-count`. A unit that ends in `/s` is better higher, every other lower, as benchstat has it.
 */
export function readGoBench(collector: FigureCollector): TextReader {
  return new LineReader((line) => addLine(line, collector));
}

/** The same in the events of `go test -json`, which splits a line into two events. */
export function readGoEvents(collector: FigureCollector): TextReader {
  const printed = new LineReader((line) => addLine(line, collector));
  const events = new LineReader((line, number) => {
    const event = readJson(line, `line ${number}`);
    if (isMap(event) && event['Action'] === 'output') printed.write(String(event['Output']));
  });
  return {
    write: (text) => events.write(text),
    close: () => {
      events.close();
      printed.close();
    },
  };
}

function addLine(line: string, collector: FigureCollector): void {
  const failed = FAILED.exec(line);
  if (failed) collector.refuse(failed[1]!, 'a failure of the benchmark');
  const [, name, rest] = RESULT.exec(line) ?? [];
  if (name === undefined || rest === undefined) return;
  const fields = rest.trim().split(/\s+/);
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const unit = fields[at + 1]!;
    collector.add(`${name} [${unit}]`, Number(fields[at]), { unit, better: unit.endsWith('/s') ? 'higher' : 'lower' });
  }
}
