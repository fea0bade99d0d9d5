/** Cancelled, killed and repeated runs of the printed workflows, on nektos/act. */
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { runStep } from '../../sandbox/step.js';
import { findNode24 } from '../node24/nodes.js';
import { expectNothingIsLeft, instancesOf, openStage, resultsOf } from './act/stage.js';
import type { Dispatch, DispatchedRun } from './act/world.js';

const stage = openStage();
const WORKFLOW = 'tox-on-ec2.yml';
const UNIT = { 'tox-env': 'py3-local_os_unit_tests_w_requirements' };
/** Tests that take longer than any timeout here. */
const ENDLESS = { ...UNIT, setup: 'echo under way; sleep 600' };

/** Cancels the run when a line of its log matches. */
function dispatchUntil(pattern: RegExp, how: Partial<Dispatch> = {}): Promise<DispatchedRun> {
  let seen = 0;
  return stage.dispatch({
    workflow: WORKFLOW,
    inputs: ENDLESS,
    cancelled: true,
    onLine: ({ lines }, cancel) => {
      for (; seen < lines.length; seen++) if (pattern.test(lines[seen]!)) cancel();
    },
    ...how,
  });
}

test('a run that is cancelled during its tests terminates its machine', async () => {
  const run = await dispatchUntil(/\| .*under way/);
  expect(run.code).toBe(1);
  expect(resultsOf(run)).toMatchObject({ start: 'success', test: 'failure', stop: 'success' });
  expect(run.log.find('stop')!.lines.join('\n')).toMatch(/Terminating i-/);
  await expectNothingIsLeft(stage.world);
});

test('a run that is cancelled while its machine starts leaves no machine behind', async () => {
  const run = await dispatchUntil(/\| Launched /);
  expect(run.code).toBe(1);
  expect(resultsOf(run)).toEqual({ start: 'failure', stop: 'success' });
  expect(run.log.find('start')!.lines).toContain('The start did not finish; removing everything that it left behind.');
  expect(instancesOf(stage.world, run)).toHaveLength(1);
  await expectNothingIsLeft(stage.world);
});

test('reap-runners removes the machine of a run that was killed', async () => {
  const run = await dispatchUntil(/\| .*under way/, { kill: 'SIGKILL' });
  expect(resultsOf(run)['stop']).toBeUndefined();
  const { sandbox } = stage.world;
  expect(sandbox.ec2.instances().filter(({ state }) => state === 'running')).toHaveLength(1);
  const reaped = await runStep({
    node: findNode24(),
    script: fileURLToPath(new URL('../../dist/reap-runners.js', import.meta.url)),
    inputs: { 'github-token': sandbox.token },
    environment: sandbox.environment,
  });
  expect(reaped.code).toBe(0);
  expect(reaped.lines.join('\n')).toMatch(/Removed instance i-\w+: the run attempt that started it is completed\./);
  await expectNothingIsLeft(stage.world);
});

test('re-running failed jobs after the machine was terminated starts another machine and tests on it', async () => {
  const first = await stage.dispatch({ workflow: WORKFLOW, inputs: { ...UNIT, setup: 'exit 3' } });
  expect(resultsOf(first)).toMatchObject({ start: 'success', test: 'failure', stop: 'success' });
  const kept = { start: first.log.find('start')!.outputs };
  const second = await stage.dispatch({ workflow: WORKFLOW, inputs: UNIT, kept, run: { id: first.id, attempt: 2 } });
  expect(second.code).toBe(0);
  const expected = { start: 'success', test: 'success', restart: 'success', retest: 'success', stop: 'success' };
  expect(resultsOf(second)).toEqual(expected);
  const [firstInstance, secondInstance] = instancesOf(stage.world, second);
  expect(secondInstance?.label).toBe(`${firstInstance?.label}-again-2`);
  expect(second.log.find('retest')!.lines.join('\n')).toMatch(/8 passed/);
  await expectNothingIsLeft(stage.world);
});
