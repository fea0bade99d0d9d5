/** `run-tox` on a spot machine that EC2 takes away. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { errorOf, logOf } from '../worlds/sandbox/scene.js';
import { codeOf, TestStage } from './test-stage.js';

/** The file that the boot agent writes. */
let notice: string;
let stage: TestStage;
beforeEach(() => {
  stage = new TestStage();
  notice = join(stage.directory, 'interrupted');
});
afterEach(() => stage.close());

const MINUTE = 60_000;
const PASSING = 'echo "== 2 passed in 0.1s =="';
const inMinutes = (minutes: number): string => `${new Date(Date.now() + minutes * MINUTE).toISOString()}\n`;
const tox = (inputs: Record<string, string> = {}) =>
  stage.run(
    'run-tox',
    { 'tox-env': 'py3-a', ...inputs },
    { environment: { CI_ACTIONS_INTERRUPTION: notice, NOTICE: inMinutes(1) } },
  );

describe('When EC2 takes the machine away during the tests, run-tox', () => {
  beforeEach(() =>
    stage.addProgram('tox', `printf %s "$NOTICE" >"$CI_ACTIONS_INTERRUPTION"; echo under way; sleep 60`),
  );

  test('with `on-interruption: rerun` succeeds without a verdict, so that another job gives one', async () => {
    const result = await tox({ 'on-interruption': 'rerun' });
    expect(result.code).toBe(0);
    expect(result.outputs).toMatchObject({ verdict: '', interrupted: 'true' });
    const what = /The tests did not finish: EC2 takes this spot machine away at 20\S+Z\. This step has no verdict/;
    expect(logOf(result)).toMatch(what);
    expect(result.summary).toMatch(/### tox -e py3-a: interrupted\n\n/);
    expect(result.summary).toMatch(what);
    expect(result.lines.filter((line) => line.startsWith('::notice'))).toHaveLength(2);
  });

  test('fails by default, because no job tests again', async () => {
    const result = await tox();
    expect([result.code, codeOf(result)]).toEqual([1, 'interrupted']);
    expect(result.outputs).toMatchObject({ verdict: '', interrupted: 'true' });
    expect(errorOf(result)).toMatch(/What to do: Re-run the failed jobs\./);
  });

  test('also ends its `setup`', async () => {
    const setup = `printf %s "$NOTICE" >"$CI_ACTIONS_INTERRUPTION"; sleep 60`;
    const result = await tox({ setup, 'on-interruption': 'rerun' });
    expect([result.code, result.outputs['interrupted']]).toEqual([0, 'true']);
    expect(logOf(result)).not.toContain('under way');
  });
});

test('A notice from before the step ends the tests before they begin', async () => {
  writeFileSync(notice, inMinutes(0.5));
  stage.addProgram('tox', `echo began; ${PASSING}`);
  const result = await tox({ 'on-interruption': 'rerun' });
  expect([result.code, result.outputs['interrupted']]).toEqual([0, 'true']);
  expect(logOf(result)).not.toContain('began');
});

test.each([
  ['tests that finish in time keep their verdict', inMinutes(2), 'passed', 'false'],
  ['a notice without a time ends the tests at once', 'soon', '', 'true'],
])('After a notice, %s', async (_, text, verdict, interrupted) => {
  writeFileSync(notice, text);
  stage.addProgram('tox', PASSING);
  const result = await tox({ 'on-interruption': 'rerun' });
  expect(result.code).toBe(0);
  expect(result.outputs).toMatchObject({ verdict, interrupted });
  expect(logOf(result)).toMatch(
    /EC2 takes this spot machine away.*\. Tests that still run are ended (now|60 s before)\./,
  );
});

test('Tests that fail in time are red, and are not run again', async () => {
  writeFileSync(notice, inMinutes(2));
  stage.addProgram('tox', 'echo "== 1 failed in 0.1s =="; exit 1');
  const result = await tox({ 'on-interruption': 'rerun' });
  expect([result.code, codeOf(result)]).toEqual([1, 'tests-failed']);
  expect(result.outputs).toMatchObject({ verdict: 'failed', interrupted: 'false' });
});
