/** Times are processor times, and compared with each other, because machines differ. */
import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { checkPresets } from '../../../../src/core/config/check-presets.js';
import { readConfiguration, resolveConfiguration } from '../../../../src/core/config/resolve-configuration.js';

/** Presets in chains of five, over a configuration of a hundred keys. */
function write(presets: number): string {
  const rows = Array.from({ length: presets }, (_, at) => {
    const parent = at % 5 === 0 ? '' : `    extends: [p${at - 1}]\n`;
    return `  p${at}:\n${parent}    a.b${at % 100}: ${at}\n    a.c: {x: ${at}, y: [1, 2]}\n`;
  });
  const keys = Array.from({ length: 100 }, (_, at) => `  b${at}: 0\n`);
  return `ci_presets:\n  names: null\n${rows.join('')}a:\n${keys.join('')}  c: null\n`;
}

/** The shorter of two, in milliseconds. */
function measure(run: () => void): number {
  const times = [1, 2].map(() => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

function resolve(text: string, last: string): readonly string[] {
  const file = readConfiguration({ path: 'config.yaml', text }, 'both');
  return resolveConfiguration(file, { presets: [{ name: last, source: 'the comment' }], overrides: [] }).problems;
}

test('A file in one line, as JSON often is, is read in time that grows with its length', () => {
  const [half, whole] = [75_000, 150_000].map((length) => JSON.stringify({ list: Array.from({ length }, () => 1) }));
  const times = [half!, whole!].map((text) => measure(() => readConfiguration({ path: 'config.json', text }, 'both')));
  expect(times[1]! / times[0]!).toBeLessThan(3);
  expect(times[1]).toBeLessThan(6 * measure(() => load(whole!)));
});

describe('Presets by the thousand', () => {
  const [quarter, half, whole] = [write(2500), write(5000), write(10_000)];

  test('are resolved in time that grows with their number, as that of any reader of YAML', () => {
    const times = [measure(() => resolve(half, 'p4999')), measure(() => resolve(whole, 'p9999'))] as const;
    expect(times[1] / times[0]).toBeLessThan(3.5);
    expect(times[1]).toBeLessThan(6 * measure(() => load(whole)));
    expect(resolve(whole, 'p9999')).toEqual([]);
  });

  test('are checked, each of them, in time that grows with their number', () => {
    const times = [measure(() => checkPresets(quarter, 'both')), measure(() => checkPresets(half, 'both'))] as const;
    expect(times[1] / times[0]).toBeLessThan(3.5);
    expect(checkPresets(quarter, 'both')).toEqual({ problems: [], notices: [], presets: 2500 });
  });
});
