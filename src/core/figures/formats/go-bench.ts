import type { FigureCollector } from '../collector.js';
import { isMap, readJson, textOf } from '../json.js';
import { LineReader } from '../lines.js';
import type { TextReader } from '../reading.js';
import { GoFigures } from './go-figures.js';
import { GoOutput } from './go-output.js';

/**
 * What `go test -bench` prints. A figure per benchmark and unit: `BenchmarkSort/n=10-2 [ns/op]`, with a sample for each
 * `-count`, and the package before the name if several packages have benchmarks. A unit that ends in `/s` is better
 * higher, every other lower, as benchstat has it. A package that failed, or whose output is cut off, is a problem.
 */
export function readGoBench(collector: FigureCollector): TextReader {
  const figures = new GoFigures(collector);
  const output = new GoOutput(figures);
  return {
    write: (text) => output.write(text),
    close: () => {
      output.close();
      figures.finish();
    },
  };
}

/** The same in the events of `go test -json`, which splits a line into two events. Packages may run side by side. */
export function readGoEvents(collector: FigureCollector): TextReader {
  const figures = new GoFigures(collector);
  const outputs = new Map<string, GoOutput>();
  const events = new LineReader((line, number) => {
    const event = readJson(line, `line ${number}`);
    if (!isMap(event)) return;
    const name = textOf(event['Package']);
    // What the compiler prints is of an import path, not of a package.
    if (name === undefined && event['ImportPath'] !== undefined) return;
    const output = outputs.get(name ?? '') ?? new GoOutput(figures, { name, isEvents: true });
    outputs.set(name ?? '', output);
    if (event['Action'] === 'output') output.write(String(event['Output']));
    else if (event['Test'] === undefined) output.note(event['Action']);
  });
  return {
    write: (text) => events.write(text),
    close: () => {
      events.close();
      for (const output of outputs.values()) output.close();
      figures.finish();
    },
  };
}
