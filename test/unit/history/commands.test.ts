import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import importRuns from '../../../history/import.js';
import prune from '../../../history/prune.js';
import show from '../../../history/show.js';
import type { Command } from '../../../src/commands/command.js';
import { renderRun } from '../../../src/core/history/entry.js';
import { readHistory } from '../../../src/core/history/read-history.js';
import { readCommandLine } from '../../../src/terminal/command-line.js';
import { UsageError } from '../../../src/terminal/usage-error.js';
import { captureOutput } from '../../worlds/captured-output.js';
import { recordLog } from '../../worlds/log.js';
import { runOf } from '../../worlds/past-runs.js';

let folder: string;
let history: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'history-commands-'));
  history = join(folder, 'history.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly output: string;
  readonly said: readonly string[];
}

async function run(command: Command, ...argv: readonly string[]): Promise<Ran> {
  const { log, said } = recordLog();
  const captured = captureOutput();
  try {
    const input = readCommandLine(command, argv);
    if (input === 'help') throw new Error('help');
    await command.run(input, { ...log, error: (text) => log.info(text) });
  } finally {
    captured.release();
  }
  return { output: captured.text(), said };
}

/** Writes a file below the folder. @returns its path */
function write(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** A result as the Benchmark Platform Controller stores it. */
const stored = (latency: unknown): string =>
  JSON.stringify({
    result: { evaluations: { 'benchmark_tools.evaluation.latency_evaluation': { latency_avg: { value: latency } } } },
    status: 'FINISHED',
  });
const runsOf = () => readHistory(readFileSync(history), { runs: 1_000 }).runs;

describe('npm run history -- import', () => {
  test('adds the stored results of a folder in the order of time, once', async () => {
    write('results/2026-01-02.json', stored(0.5));
    write('results/2026-01-01.json', stored(0.4));
    write('results/20260103-120000__run/result.json', stored(0.6));
    write('results/20260103-120000__run/pod.log', 'Hello.');
    const argv = [join(folder, 'results'), '--to', history, '--machine', 'm7g.large', '--commit', '0123abc'];
    const first = await run(importRuns, ...argv);
    expect(first.said).toEqual([
      expect.stringMatching(/^Left out: .*pod\.log is of no known format/),
      `3 runs added to ${history}; 0 were there already.`,
    ]);
    expect((await run(importRuns, ...argv)).said.at(-1)).toBe(`0 runs added to ${history}; 3 were there already.`);
    expect(runsOf().map(({ at, figures }) => [new Date(at).toISOString(), figures.get('latency_avg')?.value])).toEqual([
      ['2026-01-01T00:00:00.000Z', 0.4],
      ['2026-01-02T00:00:00.000Z', 0.5],
      ['2026-01-03T12:00:00.000Z', 0.6],
    ]);
    expect(runsOf()[0]).toMatchObject({
      branch: 'main',
      name: 'benchmark',
      commit: '0123abc',
      machine: { type: 'm7g.large' },
    });
  });

  test('keeps the lines of another history, and the order of runs of one moment', async () => {
    const other = write('other.jsonl', renderRun(runOf(3)) + renderRun(runOf(1)));
    const files = [1, 2].map((value) => write(`${value}.jsonl`, `{"name":"a","value":${value}}\n`));
    await run(importRuns, other, ...files, '--to', history, '--at', '2026-01-03', '--tag', 'v1.0', '--branch', 'dev');
    expect(runsOf().map(({ id, at, branch, tag }) => [id.slice(0, 6), at - runOf(2).at, branch, tag])).toEqual([
      ['run-1', -86_400_000, 'main', undefined],
      ['import', 0, 'dev', 'v1.0'],
      ['import', 1, 'dev', 'v1.0'],
      ['run-3', 86_400_000, 'main', undefined],
    ]);
    expect(runsOf()[1]!.figures.get('a')?.value).toBe(1);
  });

  test('says what it leaves out, and adds nothing if asked to', async () => {
    const text = '{"name":"a","value":1}\n{"name":"b","value":null}\n';
    const { said } = await run(importRuns, write('2026-01-01.jsonl', text), '--to', history, '--dry-run');
    expect(said).toEqual([
      `warning: ${folder}/2026-01-01.jsonl: b is null, and is left out.`,
      `1 run added to ${history}; 0 were there already.`,
      'A dry run: nothing was added.',
    ]);
    expect(() => readFileSync(history)).toThrow();
  });

  test('refuses a file that is no result, and a folder without results', async () => {
    const page = write('page/page.html', '<!doctype html>');
    await expect(run(importRuns, page, '--to', history)).rejects.toMatchObject({ code: 'results-unreadable' });
    await expect(run(importRuns, join(folder, 'page'), '--to', history)).rejects.toMatchObject({
      code: 'results-missing',
    });
  });

  test('refuses wrong arguments', async () => {
    const wrong = run(importRuns, join(folder, 'none'), '--to', 'ftp://x', '--at', '1.2.2026', '--commit', 'main');
    await expect(wrong).rejects.toMatchObject({
      problems: ['`--to`', '`--commit`', '`--at`', '`'].map((name) => expect.stringContaining(name) as unknown),
    });
    await expect(wrong).rejects.toBeInstanceOf(UsageError);
  });
});

describe('npm run history -- show', () => {
  const level = (day: number): number => (day < 20 ? 100 : 110) + (day % 3) / 10;
  const point = (day: number, value: number) =>
    renderRun(runOf(day, { figures: new Map([['latency', { value, unit: 'ms', count: 1 }]]) }));

  test('has the last value, the newest runs and the changes of each metric', async () => {
    const lines = Array.from({ length: 40 }, (_, day) => point(day, level(day)));
    write(
      'history.jsonl',
      `${lines.join('')}not JSON\n${renderRun(runOf(1, { id: 'other', branch: 'dev', name: 'load' }))}`,
    );
    const { output, said } = await run(show, history);
    expect(output.split('\n').slice(0, 3)).toEqual([
      'NAME  BRANCH  METRIC   RUNS  LAST    HISTORY           CHANGES',
      expect.stringMatching(/^      main    latency  40    110 ms  [▁-█]{16}  2026-01-21 c20 \+10\.0 %$/),
      'load  dev     latency  1     1 s                       -',
    ]);
    expect(said).toEqual([expect.stringMatching(/^warning: Left out of the history, .*: 1 line\.$/)]);
  });

  test('prints JSON, of the metrics that are asked for', async () => {
    write('history.jsonl', point(1, 5) + renderRun(runOf(2, { figures: new Map([['b', { value: 1, count: 1 }]]) })));
    const { output } = await run(show, history, '--json', '--metric', 'lat', '--branch', 'main');
    expect(JSON.parse(output)).toEqual({
      runs: 2,
      damaged: 0,
      newer: 0,
      isCutOff: false,
      metrics: [
        {
          name: '',
          branch: 'main',
          metric: 'latency',
          unit: 'ms',
          runs: 1,
          last: 5,
          lastAt: '2026-01-02T00:00:00.000Z',
          newest: [5],
          changes: [],
        },
      ],
    });
  });

  test('of no history fails', async () => {
    await expect(run(show, history)).rejects.toMatchObject({ code: 'results-missing' });
    await expect(run(show, 'branch:benchmarks')).rejects.toMatchObject({ code: 'bad-input' });
  });
});

describe('npm run history -- prune', () => {
  const text = [1, 2, 3].map((day) => renderRun(runOf(day))).join('');

  test('only prints what would go, until it is told to remove it', async () => {
    write('history.jsonl', text);
    const { output, said } = await run(prune, history, '--before', '2026-01-03');
    expect(output).toMatch(/^NAME +BRANCH +RUNS TO REMOVE .*\n +main +1 +2026-01-02T00:00 +2026-01-02T00:00\n$/);
    expect(said).toEqual(['Nothing was removed. With --yes, 1 line would be.']);
    expect(readFileSync(history, 'utf8')).toBe(text);
    expect((await run(prune, history, '--keep', '1', '--yes')).said).toEqual([`Removed 2 lines from ${history}.`]);
    expect(readFileSync(history, 'utf8')).toBe(renderRun(runOf(3)));
    expect((await run(prune, history, '--keep', '1', '--yes')).said).toEqual([
      `Nothing of ${history} is to be removed.`,
    ]);
  });

  test.each([[[]], [['--keep', '1', '--before', '2026-01-01']]])('refuses %j', async (argv) => {
    await expect(run(prune, history, ...argv)).rejects.toBeInstanceOf(UsageError);
  });
});
