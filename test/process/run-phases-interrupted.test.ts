/** `run-phases` on a spot machine that EC2 takes away. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Step } from '../../sandbox/step.js';
import { logOf } from '../worlds/sandbox/scene.js';
import { codeOf, TestStage } from './test-stage.js';

/** The file that the boot agent writes. */
let notice: string;
let stage: TestStage;
beforeEach(() => {
  stage = new TestStage();
  notice = join(stage.directory, 'interrupted');
  mkdirSync(join(stage.directory, 'temp'));
});
afterEach(() => stage.close());

const MINUTE = 60_000;
const inMinutes = (minutes: number): string => `${new Date(Date.now() + minutes * MINUTE).toISOString()}\n`;
const noticed = 'printf %s "$NOTICE" > "$CI_ACTIONS_INTERRUPTION"';
const phasesWith = (test: string) => [
  { name: 'prepare', run: 'true' },
  { name: 'test', run: test },
  { name: 'report', run: 'true' },
  { name: 'cleanup', run: 'echo cleaned up >> cleanups', always: true },
];
const run = (test: string, inputs: Step['inputs'] = {}, action = 'run-phases', state: Step['state'] = {}) =>
  stage.run(
    action,
    { phases: JSON.stringify(phasesWith(test)), ...inputs },
    {
      environment: {
        RUNNER_TEMP: join(stage.directory, 'temp'),
        CI_ACTIONS_INTERRUPTION: notice,
        NOTICE: inMinutes(1),
      },
      state,
    },
  );
const cleanups = (): string => {
  const path = join(stage.workspace, 'cleanups');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};

describe('When EC2 takes the machine away during a phase, run-phases', () => {
  test('with `on-interruption: rerun` cleans up at once, and succeeds without a verdict', async () => {
    const result = await run(`${noticed}; sleep 60`, { 'on-interruption': 'rerun' });
    expect(result.code).toBe(0);
    expect(result.outputs).toMatchObject({ verdict: '', failed: '[]', interrupted: 'true' });
    expect(cleanups()).toBe('cleaned up\n');
    const what = /The tests did not finish: EC2 takes this spot machine away at 20\S+Z\. This step has no verdict/;
    expect(logOf(result)).toMatch(what);
    expect(result.summary).toMatch(/^### run-phases: interrupted\n\n/);
    expect(result.summary).toMatch(what);
    expect(result.summary).toMatch(/\| test \| cancelled \|[^]*\| report \| cancelled \|[^]*\| cleanup \| passed \|/);
    expect(result.summary).not.toMatch(/\.\.|test did not run/);
    const artifacts = result.outputs['artifacts']!;
    expect(readFileSync(join(artifacts, 'FINISHED'), 'utf8')).toMatch(/ failed after /);
    const post = await run('', {}, 'run-phases-post', result.state);
    expect([post.code, post.lines, cleanups()]).toEqual([0, [], 'cleaned up\n']);
  });

  test('fails by default, because no job runs the phases again', async () => {
    const result = await run(`${noticed}; sleep 60`);
    expect([result.code, codeOf(result)]).toEqual([1, 'interrupted']);
    expect(result.outputs).toMatchObject({ verdict: '', interrupted: 'true' });
    expect(cleanups()).toBe('cleaned up\n');
  });
});

test('A notice from before the step ends it before a phase begins, but for the cleanup', async () => {
  writeFileSync(notice, inMinutes(0.5));
  const result = await run('echo began', { 'on-interruption': 'rerun' });
  expect([result.code, result.outputs['interrupted'], cleanups()]).toEqual([0, 'true', 'cleaned up\n']);
  expect(logOf(result)).not.toContain('began\n');
});

test.each([
  ['pass', 'true', 0, 'passed', ''],
  ['fail', 'exit 1', 1, 'failed', 'phases-failed'],
])('Phases that %s in time after a notice keep their verdict', async (_, commands, code, verdict, error) => {
  writeFileSync(notice, inMinutes(2));
  const result = await run(commands, { 'on-interruption': 'rerun' });
  expect([result.code, codeOf(result)]).toEqual([code, error]);
  expect(result.outputs).toMatchObject({ verdict, interrupted: 'false' });
  expect(cleanups()).toBe('cleaned up\n');
});
