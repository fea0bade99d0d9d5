import { expect, test } from '@jest/globals';
import { formatDuration, Progress } from '../../../src/terminal/progress.js';

/** A run of ten steps with a clock and a stream of its own. */
function open({ isTTY = false, columns = 80, estimate = true } = {}) {
  let now = 5_000;
  let tick = (): void => undefined;
  let stopped = false;
  const written: string[] = [];
  const progress = new Progress({
    what: 'cells',
    total: 10,
    estimate,
    stream: { isTTY, columns, write: (text: string) => written.push(text) },
    now: () => now,
    every(action) {
      tick = action;
      return () => (stopped = true);
    },
  });
  return {
    progress,
    written,
    isStopped: () => stopped,
    /** A second at a time. */
    pass: (seconds: number) => {
      for (let second = 0; second < seconds; second += 1) {
        now += 1_000;
        tick();
      }
    },
  };
}

test('a log gets one line a minute, with the time so far and the estimated rest', () => {
  const { progress, written, pass } = open();
  progress.begin('start:RunInstances#1');
  pass(59);
  expect(written).toEqual([]);
  pass(1);
  expect(written).toEqual(['0 of 10 cells, 1 min 0 s so far, start:RunInstances#1\n']);
  progress.finish(4);
  progress.begin('stop:first');
  pass(59);
  expect(written).toHaveLength(1);
  pass(1);
  expect(written[1]).toBe('4 of 10 cells, 2 min 0 s so far, about 3 min 0 s left, stop:first\n');
});

test('a terminal gets one line that is redrawn at every step and every second', () => {
  const { progress, written, pass } = open({ isTTY: true });
  expect(written).toEqual(['\r\u001B[K0 of 10 cells, 0 s so far']);
  pass(2);
  progress.finish();
  expect(written.at(-1)).toBe('\r\u001B[K1 of 10 cells, 2 s so far, about 18 s left');
  expect(written.join('')).not.toContain('\n');
});

test('the moving line never wraps: it is cut to the width of the terminal', () => {
  const { progress, written } = open({ isTTY: true, columns: 20 });
  progress.begin('a step with a long name');
  expect(written.at(-1)).toBe('\r\u001B[K0 of 10 cells, 0 s ');
});

test('the rest is not estimated for steps that take very different times', () => {
  const { progress, written, pass } = open({ estimate: false });
  progress.finish();
  pass(60);
  expect(written).toEqual(['1 of 10 cells, 1 min 0 s so far\n']);
});

test('a terminal that does not report its width is taken for 80 columns wide', () => {
  const { progress, written } = open({ isTTY: true, columns: 0 });
  progress.begin('x'.repeat(100));
  expect(written.at(-1)!.length).toBe('\r\u001B[K'.length + 79);
});

test("the program's own lines are printed above the moving line", () => {
  const { progress, written } = open({ isTTY: true });
  const printed: string[] = [];
  written.length = 0;
  progress.above(() => printed.push(`after ${written.length} writes`));
  expect(printed).toEqual(['after 1 writes']);
  expect(written[0]).toBe('\r\u001B[K');
  expect(written[1]).toContain('0 of 10 cells');
});

test('at the end the line is cleared and the timer stopped', () => {
  const { progress, written, isStopped } = open({ isTTY: true });
  progress.close();
  expect(written.at(-1)).toBe('\r\u001B[K');
  expect(isStopped()).toBe(true);
});

test.each([
  [0, '0 s'],
  [59_400, '59 s'],
  [60_000, '1 min 0 s'],
  [3_599_000, '59 min 59 s'],
  [3_900_000, '1 h 5 min'],
])('%d ms are written as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
