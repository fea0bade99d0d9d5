/** `run-phases` as GitHub runs it: the main step, and after it the post step with the state that the main step saved. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Step, StepResult } from '../../sandbox/step.js';
import { errorOf, logOf } from '../worlds/sandbox/scene.js';
import { codeOf, TestStage } from './test-stage.js';

let stage: TestStage;
beforeEach(() => {
  stage = new TestStage();
  mkdirSync(join(stage.directory, 'temp'));
});
afterEach(() => stage.close());

type Phases = readonly Readonly<Record<string, unknown>>[];

const environment = () => ({ RUNNER_TEMP: join(stage.directory, 'temp') });
const inputsOf = (phases: Phases, more: Step['inputs'] = {}) => ({ phases: JSON.stringify(phases), ...more });
const run = (phases: Phases, inputs: Step['inputs'] = {}, more: Partial<Step> = {}) =>
  stage.run('run-phases', inputsOf(phases, inputs), { ...more, environment: environment() });
const runPost = (phases: Phases, { state }: StepResult, inputs: Step['inputs'] = {}) =>
  stage.run('run-phases-post', inputsOf(phases, inputs), { environment: environment(), state });

/** A file below the artifacts. */
function read({ outputs }: StepResult, name: string): string {
  return readFileSync(join(outputs['artifacts']!, name), 'utf8');
}

const seed: Phases = [
  { name: 'prepare', run: 'echo prepared; echo from-prepare > "$SHARED_DIR/handed"' },
  {
    name: 'test',
    run: 'cat "$SHARED_DIR/handed"; echo 1 > "$ARTIFACT_DIR/result"',
    'require-files': '$ARTIFACT_DIR/result',
  },
  { name: 'cleanup', run: 'echo cleaned up >> cleanups', always: true },
];
const cleanups = (): string => {
  const path = join(stage.workspace, 'cleanups');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};

/** @returns what so many shells take one after the other, in ms, on a machine as busy as it is */
async function timeShells(count: number): Promise<number> {
  const beganAt = Date.now();
  for (let at = 0; at < count; at += 1) await once(spawn('bash', ['-eo', 'pipefail', '-c', 'true']), 'exit');
  return Date.now() - beganAt;
}

describe('run-phases', () => {
  test('passes, and leaves what the seed leaves', async () => {
    const result = await run(seed, { config: '{"a": 1.0}', name: 'shop' });
    expect(result.lines.filter((line) => line.startsWith('::error'))).toEqual([]);
    expect(result.code).toBe(0);
    expect(result.outputs).toMatchObject({ verdict: 'passed', failed: '[]' });
    expect(readdirSync(result.outputs['artifacts']!).sort()).toEqual([
      '000__prepare',
      '001__test',
      '002__cleanup',
      'FINISHED',
      'config.yaml',
      'index.html',
      'phases-000.jsonl',
    ]);
    expect(read(result, 'FINISHED')).toMatch(/^Test of 'shop' succeeded after 00 hours 00 minutes \d\d seconds\.\n$/);
    expect(read(result, '001__test/run.log')).toBe('from-prepare\n');
    expect(read(result, 'config.yaml')).toBe('{"a": 1.0}\n');
    expect(result.summary).toMatch(/^### shop: passed\n/);
    const post = await runPost(seed, result);
    expect([post.code, post.lines]).toEqual([0, []]);
    expect(cleanups()).toBe('cleaned up\n');
  });

  test.each([
    ['a phase fails', { run: 'echo why; exit 3' }, 'test failed: exit code 3.'],
    ['a phase takes too long', { run: 'sleep 99', 'timeout-minutes': 0.01 }, 'test was ended: it took longer than'],
    ['a required file is empty', { run: ': > "$ARTIFACT_DIR/result"' }, 'result is empty.'],
    ['a required file is missing', { run: 'true' }, 'there is no such file.'],
    [
      'a program leaves a FAILURE',
      { run: 'mkdir "$ARTIFACT_DIR/000__a"; echo boom > "$ARTIFACT_DIR/000__a/FAILURE"' },
      'left 1 FAILURE.',
    ],
  ])('is red when %s, and cleans up', async (_, more, message) => {
    const phases = seed.map((one) => (one['name'] === 'test' ? { ...one, ...more } : one));
    const result = await run(phases);
    expect([result.code, codeOf(result)]).toEqual([1, 'phases-failed']);
    expect(errorOf(result)).toContain(message);
    expect(result.outputs).toMatchObject({ verdict: 'failed', failed: '["test"]' });
    expect(read(result, '001__test/FAILURE').split('\n')[0]).toContain(message);
    expect(read(result, 'FAILURES')).toContain('001__test/FAILURE | ');
    expect(cleanups()).toBe('cleaned up\n');
  });

  test('is red when nothing ran, and when old FAILURES are there', async () => {
    const nothing = await run(seed, { skip: 'prepare, test, cleanup' });
    expect([nothing.code, codeOf(nothing)]).toEqual([1, 'nothing-tested']);
    stage.write('artifacts/FAILURES', 'old\n');
    const old = await run(seed, { artifacts: 'artifacts' });
    expect([old.code, codeOf(old)]).toEqual([1, 'bad-input']);
    expect(errorOf(old)).toContain('has a file FAILURES of an earlier run');
    expect(cleanups()).toBe('');
  });

  test('goes on with the numbers of an earlier step in the same folder', async () => {
    const artifacts = { artifacts: 'artifacts' };
    await run(seed, artifacts);
    const second = await run(seed, { ...artifacts, only: 'test' });
    expect(second.outputs['verdict']).toBe('passed');
    expect(existsSync(join(stage.workspace, 'artifacts/004__test/run.log'))).toBe(true);
  });

  test('prints what would run, and runs nothing', async () => {
    const result = await run([{ name: 'test', run: 'touch ran', matrix: { GPU: [1, 2] } }], { rehearse: 'true' });
    expect(result.code).toBe(0);
    expect(logOf(result)).toContain('test [GPU=2]');
    expect(readdirSync(stage.workspace)).toEqual([]);
  });

  test('gives each run of a matrix its variables, and hides secrets in the files of ours', async () => {
    const phases = [{ name: 'test', run: 'echo "$GPU $TOKEN"; test "$GPU" = 1', matrix: { GPU: [1, 2] } }];
    const result = await run(phases, { 'secret-env': '{"TOKEN": "secret-word"}' });
    expect(result.outputs['failed']).toBe('["test [GPU=2]"]');
    expect(result.masked).toContain('secret-word');
    expect(read(result, '000__test__GPU=1/run.log')).toBe('1 ***\n');
    expect(read(result, '001__test__GPU=2/FAILURE')).toBe('test [GPU=2] failed: exit code 1.\n2 ***\n');
    expect(read(result, 'index.html')).not.toContain('secret-word');
  });

  test('reports all problems of the inputs at once, and runs nothing', async () => {
    const result = await run(
      [
        { name: 'a/b', run: 'touch ran', slots: { x: 0 } },
        { name: 'c', run: 'true', needs: 'c' },
      ],
      {
        slots: 'build',
        parallel: '0',
      },
    );
    expect(codeOf(result)).toBe('bad-input');
    for (const text of ['`name` is "a/b"', '`slots` is "x: 0"', '`parallel` is "0"'])
      expect(logOf(result)).toContain(text);
    expect(readdirSync(stage.workspace)).toEqual([]);
  });

  test('calls the entry points of a program', async () => {
    stage.write('testing/test.py', 'def test_ci(): pass\ndef prepare_ci(): pass\n');
    stage.addProgram('python3', 'exec bash -c "echo called $2"');
    const result = await stage.run('run-phases', { program: 'testing/test.py' }, { environment: environment() });
    expect(result.outputs['verdict']).toBe('passed');
    expect(read(result, '000__prepare_ci/run.log') + read(result, '001__test_ci/run.log')).toBe(
      'called prepare_ci\ncalled test_ci\n',
    );
  });

  test('refuses a program whose cleanup could not be called, before anything runs', async () => {
    stage.write('testing/test.py', 'def test_ci(): pass\ndef post_cleanup_ci(mode): pass\n');
    stage.addProgram('python3', 'touch ran');
    const result = await stage.run('run-phases', { program: 'testing/test.py' }, { environment: environment() });
    expect([result.code, codeOf(result)]).toEqual([1, 'bad-input']);
    expect(errorOf(result)).toContain('its `post_cleanup_ci` needs the argument `mode`, and a phase gives none');
    expect(readdirSync(stage.workspace)).toEqual(['testing']);
  });

  test('carries the configuration from entry point to entry point, and cleans up', async () => {
    const methods = ['prepare_ci', 'test_ci', 'post_cleanup_ci'].map((name) => `        self.${name} = function`);
    stage.write('projects/a/testing/test.py', ['class A:', '    def __init__(self):', ...methods, ''].join('\n'));
    stage.addProgram(
      'python3',
      'case $2 in prepare_ci) echo "b: 2" >> "$TOPSAIL_FROM_CONFIG_FILE" ;; *) cat "$CONFIG_FILE" "$ARTIFACT_DIR/variable_overrides.yaml"; echo "$PYTHONPATH" ;; esac',
    );
    const inputs = {
      program: 'projects/a/testing/test.py',
      config: '{a: secret-word}',
      overrides: '{"a": "secret-word"}',
      'secret-env': '{"A": "secret-word"}',
    };
    const result = await stage.run('run-phases', inputs, { environment: environment() });
    expect(result.outputs['verdict']).toBe('passed');
    expect(read(result, '001__test_ci/run.log')).toBe(`{a: ***}\nb: 2\n{"a": "***"}\n${stage.workspace}\n`);
    expect(read(result, '002__post_cleanup_ci/run.log')).toContain('b: 2');
    expect(read(result, 'config.yaml')).toBe('{a: ***}\n');
    expect(readFileSync(`${result.outputs['artifacts']!}.shared/config.yaml`, 'utf8')).toBe('{a: secret-word}\nb: 2\n');
  });

  test('waits for the exit of a phase, not for programs that it leaves in the background', async () => {
    const beganAt = Date.now();
    const result = await run([
      { name: 'start', run: 'sleep 60 & echo $! > server' },
      { name: 'test', run: 'kill -0 "$(cat server)"' },
      { name: 'stop', run: 'kill "$(cat server)"', always: true },
    ]);
    expect(result.outputs['verdict']).toBe('passed');
    expect(Date.now() - beganAt).toBeLessThan(30_000);
  });

  test('keeps the beginning and the end of 1 GB of output, in little memory', async () => {
    const result = await run([
      { name: 'loud', run: 'echo first; head -c 1000000000 /dev/zero | tr -c 7 7 | fold -w 999; echo; echo last' },
    ]);
    expect(result.outputs['verdict']).toBe('passed');
    const log = read(result, '000__loud/run.log');
    expect(log.length).toBeLessThan(65 * 2 ** 20);
    expect([log.slice(0, 6), log.slice(-6)]).toEqual(['first\n', '\nlast\n']);
    expect(log).toMatch(/bytes are left out here/);
    expect(result.lines.join('\n').length).toBeLessThan(5 * 2 ** 20);
  });

  test('adds at most 50 ms to each phase', async () => {
    const many = Array.from({ length: 100 }, (_, at) => ({ name: `p${at}`, run: 'true' }));
    const result = await run(many);
    const times = [...read(result, 'phases-000.jsonl').matchAll(/"result":(\{.*\})\}/g)].map(
      ([, text]) => JSON.parse(text!) as { beganAt: number; endedAt: number },
    );
    expect(times).toHaveLength(100);
    const took = times.at(-1)!.endedAt - times[0]!.beganAt;
    expect((took - (await timeShells(100))) / 100).toBeLessThan(50);
  });
});

describe('A step that is ended', () => {
  const slow = (name: string): Phases =>
    seed.map((one) =>
      one['name'] === name
        ? {
            ...one,
            run: `echo; echo "in-$PHASE"; ${one['always'] ? '[ -e again ] || { touch again; sleep 300; };' : 'sleep 300;'} ${String(one['run'])}`,
          }
        : one,
    );
  const end = (name: string, signal: NodeJS.Signals) => {
    let kill: (signal: NodeJS.Signals) => void = () => undefined;
    return run(
      slow(name),
      {},
      {
        onStart: (own) => (kill = own),
        onLine: (line) => void (line.endsWith(`in-${name}`) && kill(signal)),
      },
    );
  };

  test.each(['prepare', 'test', 'cleanup'])(
    'by a cancellation in %s leaves the cleanup to its post step',
    async (name) => {
      const result = await end(name, 'SIGINT');
      expect([result.code, codeOf(result)]).toEqual([1, 'cancelled']);
      expect(errorOf(result)).toContain('The post step runs the phases that always run.');
      expect(cleanups()).toBe('');
      const post = await runPost(slow(name), result);
      if (name === 'cleanup') expect(post.code).toBe(0);
      else await expectCleanedUp(post, result, name);
      expect(read(result, 'FINISHED')).toMatch(name === 'cleanup' ? / succeeded / : / failed after /);
      expect((await runPost(slow(name), result)).code).toBe(0);
    },
  );

  test.each(['prepare', 'test', 'cleanup'])('by SIGKILL in %s leaves the cleanup to its post step', async (name) => {
    const result = await end(name, 'SIGKILL');
    expect(result.code).toBeNull();
    const post = await runPost(slow(name), result);
    if (name === 'cleanup') expect(post.code).toBe(0);
    else await expectCleanedUp(post, result, name);
    await expectNoProgram();
  });

  async function expectCleanedUp(post: StepResult, main: StepResult, name: string): Promise<void> {
    if (name === 'cleanup') return;
    expect(cleanups()).toBe('cleaned up\n');
    expect(post.code).toBe(0);
    expect(post.summary).toContain('passed (by the post step)');
    expect(read(main, 'FAILURES')).toContain(`__${name}/FAILURE | ${name} `);
    expect(read(main, 'index.html')).toContain('passed (by the post step)');
  }

  /** Nothing of a killed step runs on. */
  async function expectNoProgram(): Promise<void> {
    await sleep(100);
    const running = readdirSync('/proc').filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`ARTIFACT_DIR=${stage.directory}`);
      } catch {
        return false;
      }
    });
    expect(running).toEqual([]);
  }
});
