/** Machines with several runners in roles: the bundles, the boot agent and stand-in runners on the sandbox. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { inSandbox, logOf, type Scene } from '../worlds/sandbox/scene.js';
import { readUserData } from './launches.js';

const RUNNERS = `
- {role: build, count: 2, labels: [cpouta]}
- {role: test, labels: [cpouta-test], lifetime: run}
`;
type Output = Readonly<Record<string, unknown>>;

const listOf = (text: string | undefined) => JSON.parse(text ?? '[]') as Output[];
const labelsOf = ({ outputs }: { outputs: Readonly<Record<string, string>> }) =>
  JSON.parse(outputs['labels'] ?? '{}') as Record<string, string>;
const runnersOf = ({ sandbox }: Scene) => sandbox.github.runners();

describe('A machine with runners in roles', () => {
  test('is ready when all are online, serves jobs by role and label, and is stopped as a whole', () =>
    inSandbox({}, async (scene) => {
      const main = await scene.start({ runners: RUNNERS, 'work-folder': 'shared' });
      expect(logOf(main)).not.toContain('::error');
      expect(main.code).toBe(0);
      const { label } = main.outputs;
      expect(labelsOf(main)).toEqual({ build: `${label}-build`, test: `${label}-test` });
      const runners = listOf(main.outputs['runners']);
      expect(runners.map(({ role, labels }) => [role, labels])).toEqual([
        ['build', [`${label}-build`, 'cpouta']],
        ['build', [`${label}-build`, 'cpouta']],
        ['test', [`${label}-test`, 'cpouta-test']],
      ]);
      expect(runners.map(({ toOnline, id }) => [typeof toOnline, typeof id])).toEqual([
        ['number', 'number'],
        ['number', 'number'],
        ['number', 'number'],
      ]);
      expect(scene.count(/generate-jitconfig$/)).toBe(2);
      expect(scene.launches()).toHaveLength(1);

      const jobs = [
        scene.queue(`${label}-build`, ['true'], 'one'),
        scene.queue('cpouta', ['true'], 'two'),
        scene.queue(`${label}-test`, ['true'], 'three'),
        scene.queue('cpouta-test', ['true'], 'four'),
        scene.queue(`${label}-test`, ['true'], 'five'),
      ];
      await scene.until(() => jobs.every(({ status }) => status === 'completed'));
      const names = jobs.map((job) => job.runner?.name);
      expect(new Set(names.slice(0, 2)).size).toBe(2);
      expect(new Set(names.slice(2)).size).toBe(1);
      await scene.until(() => runnersOf(scene).length === 1);

      const stop = await scene.stop({ label: label! });
      expect(stop.code).toBe(0);
      expect(logOf(stop)).not.toContain('::warning');
      await scene.expectNothingIsLeft();
      expect(runnersOf(scene)).toEqual([]);
    }));

  test('is found and removed by reap-runners when no stop comes', () =>
    inSandbox({}, async (scene) => {
      const main = await scene.start({ runners: RUNNERS });
      expect(main.code).toBe(0);
      const { github } = scene.sandbox;
      github.runs.get(github.runId)!.status = 'completed';
      expect((await scene.reap()).code).toBe(0);
      await scene.expectNothingIsLeft();
      expect(runnersOf(scene)).toEqual([]);
    }));

  test('leaves nothing when its start is canceled before all runners have come', () =>
    inSandbox({}, async (scene) => {
      let kill: (signal: NodeJS.Signals) => void = () => undefined;
      scene.sandbox.on(({ name }) => name === 'running' && kill('SIGINT'));
      const main = await scene.start({ runners: RUNNERS }, { onStart: (given) => (kill = given) });
      expect(main.code).toBe(1);
      await scene.finish(main);
      await scene.expectNothingIsLeft();
      expect(runnersOf(scene)).toEqual([]);
    }));

  test('of stock Ubuntu gets sixteen runners into its user data', () =>
    inSandbox({ machines: false, parameters: { '/ci-actions/ami/amd64': undefined } }, async (scene) => {
      const main = await scene.start({ runners: '- {role: build, count: 16}', 'wait-for': 'launched' });
      expect(main.code).toBe(0);
      const lines = readUserData(scene.launches()[0]!);
      expect(lines).toContain('#:format 4');
      expect(lines.filter((line) => line.startsWith('#:runner-')).length).toBeGreaterThanOrEqual(16);
      await scene.stop({ label: main.outputs['label']! });
    }));
});

test('All problems of the roles are reported at once, and nothing is registered or launched', () =>
  inSandbox({ machines: false }, async (scene) => {
    const runners = '- {role: build, count: 0, labels: [x-test]}\n- {role: test, lable: y}';
    const main = await scene.start({ runners, label: 'x', pool: 'ready', mode: 'start' });
    expect(main.code).toBe(1);
    const error = logOf(main);
    for (const words of ['role build (entry 1): count 0', 'did you mean `labels`?']) expect(error).toContain(words);
    const fitting = await scene.start({
      runners: '- {role: build, labels: [x-test]}\n- {role: test}',
      label: 'x',
      pool: 'ready',
      mode: 'start',
    });
    expect(logOf(fitting)).toContain('role build: label x-test');
    expect(logOf(fitting)).toContain('`runners` is set with `pool`');
    expect(logOf(fitting)).toContain('`runners` is set with `mode: start`');
    expect([scene.launches(), scene.count(/jitconfig|token$/)]).toEqual([[], 0]);
  }));

test('A preset may set the roles as a YAML list', () =>
  inSandbox({ machines: false }, async (scene) => {
    mkdirSync(`${scene.workspace}/.github`, { recursive: true });
    const file =
      'presets:\n  lumi:\n    extends: amd64\n    runners:\n      - {role: build, count: 2}\n      - {role: test}\n';
    writeFileSync(`${scene.workspace}/.github/ec2-runners.yml`, file);
    const main = await scene.start({ preset: 'lumi', label: 'x', 'wait-for': 'launched' });
    expect(labelsOf(main)).toEqual({ build: 'x-build', test: 'x-test' });
    await scene.stop({ label: 'x' });
  }));
