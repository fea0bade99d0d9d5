import { messageOf } from '../../kernel/failure.js';
import { shorten } from '../../kernel/markdown.js';
import { JunitReader } from '../../verdict/junit.js';
import type { FigureCollector } from '../collector.js';
import { type TextReader, UnreadableError } from '../reading.js';

const LONGEST_MESSAGE = 200;

/**
 * The times of a JUnit report: a figure per test, `CLASS.NAME`, in seconds. A test that failed is unusable. A skipped
 * test, an expected failure, and a test without a time are left out. Tests of one name are samples of one figure.
 */
export function readJunitTimes(collector: FigureCollector): TextReader {
  const reader = new JunitReader({
    add: ({ name, place, outcome, seconds, message }, { time, isSkipped }) => {
      const own = place === '' ? name : `${place}.${name}`;
      if (outcome === 'failed') collector.refuse(own, `the failure "${shorten(message, LONGEST_MESSAGE)}"`);
      else if (!isSkipped && time !== '') collector.add(own, seconds, { unit: 's', better: 'lower' });
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
    },
  };
}
