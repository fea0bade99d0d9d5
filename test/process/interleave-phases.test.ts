/** `run-phases` with `interleave`, as GitHub runs it: real bash phases in two checkouts. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Step, StepResult } from '../../sandbox/step.js';
import type { Interleaved } from '../../src/core/interleave/manifest.js';
import { readInterleaved } from '../../src/core/interleave/read-manifest.js';
import { errorOf, logOf } from '../worlds/sandbox/scene.js';
import { codeOf, TestStage } from './test-stage.js';

let stage: TestStage;
beforeEach(() => {
  stage = new TestStage();
  mkdirSync(join(stage.directory, 'temp'));
  for (const side of ['base', 'head']) stage.write(`${side}/program`, `echo "{}" > out.json; echo ${side}`);
});
afterEach(() => stage.close());

type Phases = readonly Readonly<Record<string, unknown>>[];

const environment = () => ({ RUNNER_TEMP: join(stage.directory, 'temp') });
const inputsOf = (phases: Phases, more: Step['inputs'] = {}): Step['inputs'] => ({
  phases: JSON.stringify(phases),
  interleave: 'base,head',
  results: 'out.json',
  runs: '2',
  seed: 'a',
  ...more,
});
const run = (phases: Phases, inputs: Step['inputs'] = {}, more: Partial<Step> = {}) =>
  stage.run('run-phases', inputsOf(phases, inputs), { ...more, environment: environment() });

function read({ outputs }: StepResult, name: string): string {
  return readFileSync(join(outputs['artifacts']!, name), 'utf8');
}

function measured({ outputs }: StepResult): Interleaved {
  const path = outputs['interleaved']!;
  return readInterleaved(readFileSync(path, 'utf8'), path);
}

const bench = { name: 'bench', run: 'bash program', measure: true };
const seed: Phases = [
  { name: 'build', run: 'echo "BUILT=$CI_SIDE" >> "$GITHUB_ENV"; echo "of $CI_SIDE" > "$SHARED_DIR/handed"' },
  {
    ...bench,
    run: 'bash program; echo "$BUILT $CI_RUN $(cat "$SHARED_DIR/handed")"; echo "{\\"n\\": $CI_RUN}" > out.json',
  },
  { name: 'clean', run: 'echo "cleaned $BUILT" >> ../cleanups', always: true },
];
const cleanups = (): string =>
  existsSync(join(stage.workspace, 'cleanups')) ? readFileSync(join(stage.workspace, 'cleanups'), 'utf8') : '';

describe('run-phases with interleave', () => {
  test('measures both sides in turn, and keeps the results of each run', async () => {
    const result = await run(seed, { runs: '5' });
    expect(result.lines.filter((line) => /^::(error|warning)/.test(line))).toEqual([]);
    const { runs, sides, seed: own, machine } = measured(result);
    expect([sides, own, runs.length]).toEqual([['base', 'head'], 'a', 10]);
    expect(machine.kernel).toMatch(/\d/);
    const folder = dirname(result.outputs['interleaved']!);
    for (const { side, run: number, results } of runs) {
      expect(results).toEqual([`results/${side}/0${number}/out.json`]);
      expect(JSON.parse(readFileSync(join(folder, results[0]!), 'utf8'))).toEqual({ n: number });
    }
    for (let at = 0; at < 10; at += 2)
      expect(
        runs
          .slice(at, at + 2)
          .map(({ side }) => side)
          .toSorted(),
      ).toEqual(['base', 'head']);
    expect(cleanups()).toBe('cleaned base\ncleaned head\n');
  });

  test('runs the program of the side, with what the side has handed over, one run after the other', async () => {
    const result = await run(seed);
    const { runs } = measured(result);
    const folders = readdirSync(result.outputs['artifacts']!).filter((name) => name.includes('bench'));
    expect(folders).toEqual(
      runs.map(({ side, run: number }, at) => `00${at + 2}__bench__CI_SIDE=${side}__CI_RUN=${number}`),
    );
    for (const [at, { side, run: number }] of runs.entries())
      expect(read(result, `${folders[at]!}/run.log`)).toBe(`${side}\n${side} ${number} of ${side}\n`);
    const times = [...read(result, 'phases-000.jsonl').matchAll(/"result":(\{.*\})\}/g)].map(
      ([, text]) => JSON.parse(text!) as { beganAt: number; endedAt: number },
    );
    for (const [at, { beganAt }] of times.entries())
      expect(beganAt).toBeGreaterThanOrEqual(at === 0 ? 0 : times[at - 1]!.endedAt);
  });

  test('has the same order for the same seed, and prints it', async () => {
    const orders = await Promise.all(
      ['a', 'a', 'b'].map(async (one) => logOf(await run(seed, { seed: one, runs: '20', rehearse: 'true' }))),
    );
    const [first, second, third] = orders.map((log) => /The order of the runs, by the seed ".": (.*)\./.exec(log)?.[1]);
    expect(first).toMatch(/^(base|head)(, (base|head)){39}$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  test('warns that few runs decide nothing', async () => {
    expect(logOf(await run(seed, { rehearse: 'true' }))).toContain('2 runs of each side cannot show a difference.');
  });

  test('takes several measured phases as one run, with results in their own folders', async () => {
    const phases = [
      { name: 'start', run: 'echo up > server', measure: true },
      { ...bench, run: 'cat server; echo "{}" > "$ARTIFACT_DIR/a.json"; echo 1 > b.csv' },
      { name: 'stop', run: 'rm server b.csv', measure: true },
    ];
    const result = await run(phases, { results: '$ARTIFACT_DIR/*.json, *.csv' });
    expect(result.outputs['verdict']).toBe('passed');
    for (const { side, run: number, results } of measured(result).runs)
      expect(results).toEqual([`results/${side}/0${number}/_artifacts/a.json`, `results/${side}/0${number}/b.csv`]);
  });

  test('measures again in the artifacts of an earlier step', async () => {
    const first = await run(seed, { artifacts: 'artifacts' });
    const before = measured(first);
    const second = await run(seed, { artifacts: 'artifacts' });
    expect(second.outputs['interleaved']).not.toBe(first.outputs['interleaved']);
    expect(measured(second).runs[0]!.results[0]).toMatch(/^results-\d+\//);
    expect(measured(first)).toEqual(before);
  });

  test('measures the test of a program that both sides have', async () => {
    for (const side of ['base', 'head']) stage.write(`${side}/t.py`, 'def test_ci(): pass\ndef prepare_ci(): pass\n');
    stage.addProgram('python3', 'echo "{}" > out.json');
    const { phases: _, ...inputs } = inputsOf([], { program: 't.py' });
    const play = () => stage.run('run-phases', inputs, { environment: environment() });
    expect(measured(await play()).runs).toHaveLength(4);
    stage.write('head/t.py', 'def test_ci(): pass\n');
    expect(errorOf(await play())).toContain('whose entry points differ between the sides');
  });
});

describe('A run that is no evidence makes run-phases red with interleave:', () => {
  const expectRed = (result: StepResult, message: string): void => {
    expect([result.code, codeOf(result)]).toEqual([1, 'phases-failed']);
    expect(errorOf(result)).toContain(message);
    expect(result.outputs).toMatchObject({ verdict: 'failed', interleaved: '' });
    expect(existsSync(join(result.outputs['artifacts']!, 'interleaved.json'))).toBe(false);
    expect(cleanups()).toBe('cleaned base\ncleaned head\n');
  };
  const benches = (commands: string): Phases =>
    seed.map((one) => (one['name'] === 'bench' ? { ...one, run: commands } : one));

  test('it fails, and no other run begins', async () => {
    const result = await run(benches('echo "{}" > out.json; test "$CI_SIDE$CI_RUN" != head1'));
    expectRed(result, 'bench [CI_SIDE=head, CI_RUN=1] failed: exit code 1.');
    expect(logOf(result)).not.toMatch(/bench \[CI_SIDE=\w+, CI_RUN=2\] passed/);
  });

  test('it writes no results', async () => {
    const result = await run(benches('test $CI_SIDE = head || echo "{}" > out.json'));
    expectRed(result, 'bench [CI_SIDE=head, CI_RUN=1] failed: `results` has out.json, but the run wrote no such file.');
  });

  test('its results are those of an earlier run', async () => {
    const result = await run(benches('test -e out.json || echo "{}" > out.json'));
    expectRed(result, 'CI_RUN=2] failed: `results` has out.json, but out.json is of an earlier run');
  });

  test('its results are a copy of old ones', async () => {
    const result = await run(
      benches('touch -d yesterday old; cp -p old out.json; echo 1 >> out.json; touch -r old out.json'),
    );
    expectRed(result, 'out.json is of an earlier run');
  });

  test('its results are empty', async () => {
    expectRed(await run(benches(': > out.json')), 'out.json is empty.');
  });

  test('it leaves itself out', async () => {
    expectRed(await run(benches('echo none > "$ARTIFACT_DIR/SKIPPED"')), 'the run wrote no such file');
  });
});

test('A step that is killed in a run cleans up in the folder of each side by its post step', async () => {
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  const phases = seed.map((one) => (one['name'] === 'bench' ? { ...one, run: 'echo in-bench; sleep 300' } : one));
  const options: Partial<Step> = {
    onStart: (own) => (kill = own),
    onLine: (line) => void (line === 'in-bench' && kill('SIGKILL')),
  };
  const result = await run(phases, {}, options);
  expect([result.code, cleanups()]).toEqual([null, '']);
  const post = await stage.run('run-phases-post', inputsOf(phases), {
    environment: environment(),
    state: result.state,
  });
  expect(post.summary).toContain('did not end: the step was killed while it ran.');
  // What a side wrote to its GITHUB_ENV holds on.
  expect(cleanups()).toBe('cleaned base\ncleaned head\n');
  expect(result.outputs['interleaved']).toBe('');
});

describe('Bad input of run-phases with interleave', () => {
  const refuse = async (phases: Phases, inputs: Step['inputs'] = {}): Promise<string> => {
    const result = await run(phases, inputs);
    expect([result.code, codeOf(result)]).toEqual([1, 'bad-input']);
    expect(result.outputs['artifacts']).toBe('');
    return `${errorOf(result)}\n${logOf(result)}`;
  };

  test.each([
    ['base', 'two folders of the workspace, the base first'],
    ['base,head,head', 'two folders of the workspace'],
    ['base,./base/', 'These two are one'],
    ['base,base/below', 'One of these lies in the other'],
    ['base/app,head/app', 'These two have the same last part'],
    ['base,../head', 'two folders of the workspace'],
    ['base,.', 'two folders of the workspace'],
    ['base,none', '`interleave` names none, which is no folder in'],
  ])('sides: %s', async (interleave, message) => {
    expect(await refuse(seed, { interleave })).toContain(message);
  });

  test('sides that are the same folder', async () => {
    symlinkSync('base', join(stage.workspace, 'link'));
    expect(await refuse(seed, { interleave: 'base,link' })).toContain('which are the same folder');
  });

  test('a directory that one side does not have', async () => {
    stage.write('base/app/a', '');
    const message = await refuse(seed, { directory: 'app' });
    expect(message).toContain('`directory` is "app", which is no folder in head; allowed with');
  });

  test.each([
    [[{ name: 'a', run: 'true' }], {}, 'no phase has `measure: true`'],
    [seed, { skip: 'bench' }, '`only` or `skip` leave out what is measured: `bench`'],
    [[{ ...bench, matrix: { A: [1] } }], {}, 'has `measure` and `matrix`'],
    [[{ ...bench, always: true }], {}, 'has `measure` and `always`'],
    [[bench, { name: 'x', run: 'true' }, { ...bench, name: 'c' }], {}, 'stands between phases that have it'],
    [
      [
        { ...bench, needs: 'x' },
        { name: 'x', run: 'true', needs: [] },
      ],
      {},
      'needs `x`, further down',
    ],
    [seed, { results: '' }, '`interleave` is given without `results`'],
    [seed, { results: '$HOME/a' }, 'no variable but `$ARTIFACT_DIR/` at the beginning'],
    [seed, { runs: '1' }, 'allowed: a whole number from 2 to 100'],
  ] as const)('%#', async (phases, inputs, message) => {
    expect(await refuse(phases as Phases, inputs)).toContain(message);
  });
});

test('Without interleave, a phase with measure is a phase like any other', async () => {
  const inputs = inputsOf([{ ...bench, run: 'echo "${CI_SIDE-none}"' }], { interleave: '' });
  const result = await stage.run('run-phases', inputs, { environment: environment() });
  expect(result.outputs).toMatchObject({ verdict: 'passed', interleaved: '' });
  expect(read(result, '000__bench/run.log')).toBe('none\n');
});
