import { messageOf } from '../../kernel/failure.js';
import { shorten } from '../../kernel/markdown.js';
import { JunitReader } from '../../verdict/junit.js';
import type { FigureCollector } from '../collector.js';
import { type TextReader, UnreadableError } from '../reading.js';

const LONGEST_MESSAGE = 200;

/**
 * The times of a JUnit report: a figure per test, `CLASS.NAME`, in seconds. A test that failed, or has a negative time,
 * is unusable. A skipped test, an expected failure, and a test without a time are left out. Tests of one name are samples
 * of one figure, as those of a rerun, unless their suites have different names: `SUITE.CLASS.NAME`.
 */
export function readJunitTimes(collector: FigureCollector): TextReader {
  const names = new SuiteNames();
  const reader = new JunitReader({
    add: ({ name, place, outcome, seconds, message }, { time, isSkipped, suite }) => {
      if (outcome !== 'failed' && (isSkipped || time === '')) return;
      const own = names.find(place === '' ? name : `${place}.${name}`, suite);
      if (outcome === 'failed') collector.refuse(own, `the failure "${shorten(message, LONGEST_MESSAGE)}"`);
      else if (seconds < 0) collector.refuse(own, `the negative time ${seconds} s`);
      else collector.add(own, seconds, { unit: 's', better: 'lower' });
    },
  });
  return {
    write: (text) => reader.write(text),
    close: () => {
      try {
        reader.close();
      } catch (error) {
        throw new UnreadableError(`is not a JUnit report: ${messageOf(error)}`);
      }
      collector.rename((name) => names.complete(name));
    },
  };
}

/** Names of tests, with their suites where two suites have a test of one name. Only the end of the file shows which. */
class SuiteNames {
  /** The suite of the first test of each name. */
  private readonly first = new Map<string, string>();
  private readonly shared = new Set<string>();

  /** The name until {@link complete}. */
  find(name: string, suite: string): string {
    const first = this.first.get(name);
    if (first === undefined) this.first.set(name, suite);
    if (first === undefined || first === suite) return name;
    this.shared.add(name);
    return join(suite, name);
  }

  complete(name: string): string {
    return this.shared.has(name) ? join(this.first.get(name)!, name) : name;
  }
}

function join(suite: string, name: string): string {
  return suite === '' ? name : `${suite}.${name}`;
}
