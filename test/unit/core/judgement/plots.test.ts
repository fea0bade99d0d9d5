import { describe, expect, test } from '@jest/globals';
import { drawPlots, listPlots } from '../../../../src/core/judgement/plots.js';
import { around, interleavedRun, judge, mixedRun, steady } from '../../../worlds/judgements.js';

const filesOf = (names: readonly string[]): readonly string[] =>
  names.flatMap((name) => listPlots(judge({ metrics: [{ name, runs: [1, 2] }] }).metrics[0]!).map(({ file }) => file));

describe('The plots of a judgement', () => {
  test('are one per metric with a history or two sides, those of the worst first', () => {
    const drawn = drawPlots(mixedRun()).map(({ metric, kind }) => [metric, kind]);
    expect(drawn).toEqual(
      ['checkout.latency.p99', 'search.latency.p50', 'queue.depth', 'memory.peak', 'startup', 'throughput'].map(
        (one) => [one, 'history'],
      ),
    );
    expect(drawPlots(interleavedRun()).map(({ kind }) => kind)).toEqual(['sides', 'sides', 'sides', 'sides']);
  });

  test('show changes, machine types and the limit of the threshold', () => {
    const [checkout, search] = drawPlots(mixedRun());
    expect(checkout!.svg).toContain('>&lt; 350 ms</text>');
    expect(checkout!.svg).toContain('>−10.0 %</text>');
    expect(checkout!.svg).toContain(
      '<title>checkout.latency.p99: 38 runs from 276.2 ms to 375.5 ms, the newest 375.5 ms</title>',
    );
    expect(search!.svg).toContain('>c7g.xlarge</text>');
    expect(drawPlots(interleavedRun())[0]!.svg).toContain(
      '<title>parse: the median of base 12.03 ms, of head 13.52 ms</title>',
    );
  });

  test('have file names that any file system takes, the same in each run, and of each metric another', () => {
    const names = [
      'a/b',
      'a b',
      'a\\b',
      '../../etc/passwd',
      'A/b',
      'con',
      '',
      '漢字',
      'x'.repeat(2_000),
      'y\0\n|<>:"?*',
    ];
    const files = filesOf(names);
    expect(files).toEqual(filesOf(names));
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(names.length);
    for (const file of files) expect(file).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,89}\.history\.svg$/);
    expect(files[0]).toMatch(/^a-b-[0-9a-f]{10}\.history\.svg$/);
  });

  test('of very many metrics are as many as a disk can take', () => {
    const { metrics } = judge({ metrics: [{ name: 'a', runs: around(steady(5, 600), 0.01, 1) }] });
    const many = mixedRun({ metrics: Array.from({ length: 2_000 }, () => metrics[0]!) });
    const plots = drawPlots(many);
    const size = plots.reduce((sum, { svg }) => sum + svg.length, 0);
    expect(size).toBeLessThan(16 * 1024 * 1024);
    expect(plots.length).toBeGreaterThan(100);
  });
});
