import { expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import type { StepResult } from '../../sandbox/step.js';
import { errorOf, inSandbox, logOf, type Scene } from '../worlds/sandbox/scene.js';
import { accelerated } from './accelerated.js';

const NAMED = { 'machine-name': 'bench' } as const;
/** Another run of the repository. */
const RIVAL = { environment: { GITHUB_RUN_ID: '222' } } as const;
const LOCK = 'ec2-machine-bench';

const idOf = ({ outputs }: StepResult) => outputs['ec2-instance-id'] ?? '';
const alive = ({ sandbox }: Scene) => sandbox.ec2.instances().filter(({ state }) => state !== 'terminated');

test.concurrent('a second start is refused, and its error names the run and the machine', () =>
  inSandbox({}, async (scene) => {
    const first = await scene.start(NAMED);
    expect(first.code).toBe(0);
    expect(first.outputs['joined']).toBe('false');
    const second = await scene.start(NAMED, RIVAL);
    expect(second.code).toBe(1);
    expect(errorOf(second)).toMatch(
      new RegExp(
        `^Machine bench is ${idOf(first)} \\(t3\\.xlarge in us-east-1, running since .*Z\\), which run 29679449 \\(http://\\S+/octo-org/octo-repo/actions/runs/29679449\\) started\\. .*\\nWhat to do: .*\\nCode: machine-running$`,
      ),
    );
    expect(scene.count('RunInstances')).toBe(1);
    expect(await scene.queue(first.outputs['label']).finished).toBe('success');
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent('`replace` ends the machine of the other run, and the stop of that run finds nothing to stop', () =>
  inSandbox({}, async (scene) => {
    const first = await scene.start(NAMED);
    const second = await scene.start({ ...NAMED, 'when-running': 'replace' }, RIVAL);
    expect(second.code).toBe(0);
    expect(logOf(second)).toMatch(
      new RegExp(`::notice.*Replacing machine bench: ending ${idOf(first)} .* run 29679449`),
    );
    expect(alive(scene).map(({ id }) => id)).toEqual([idOf(second)]);
    expect((await scene.stop({ label: first.outputs['label'] ?? '' })).code).toBe(0);
    expect(alive(scene).map(({ id }) => id)).toEqual([idOf(second)]);
    expect((await scene.stop({ label: second.outputs['label'] ?? '' }, RIVAL)).code).toBe(0);
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent('`join` uses the runner of the other run, and the stop of the joining run leaves the machine', () =>
  inSandbox({}, async (scene) => {
    const first = await scene.start(NAMED);
    const second = await scene.start({ ...NAMED, 'when-running': 'join' }, RIVAL);
    expect(second.code).toBe(0);
    expect(second.outputs).toMatchObject({
      joined: 'true',
      label: first.outputs['label'],
      'ec2-instance-ids': first.outputs['ec2-instance-ids'],
    });
    expect(second.summary).toMatch(
      /^### Machine joined\n\n`runs-on: .*`: machine bench runs already\. Run \[29679449\]/,
    );
    expect((await scene.finish(second)).code).toBe(0);
    const { label = '', 'ec2-instance-ids': ids = '' } = second.outputs;
    for (const inputs of [{ label }, { label, 'ec2-instance-ids': ids }, { 'ec2-instance-ids': ids }]) {
      const stopped = await scene.stop(inputs, RIVAL);
      expect(stopped.code).toBe(0);
      expect(stopped.outputs['ec2-instance-ids']).toBe('[]');
      expect(logOf(stopped)).toContain(`${idOf(first)} is machine bench of run 29679449 `);
      expect(logOf(stopped)).toContain('It was left alone: the stop of that run ends it.');
    }
    expect(await scene.queue(label).finished).toBe('success');
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent('`join` of a machine that is ending waits for its end, and launches another', () =>
  inSandbox({ timeline: { shuttingDownMs: 15_000 } }, async (scene) => {
    const first = await scene.start(NAMED);
    expect((await scene.stop({ label: first.outputs['label'] ?? '' })).code).toBe(0);
    expect(alive(scene).map(({ state }) => state)).toEqual(['shutting-down']);
    const second = await scene.start({ ...NAMED, 'when-running': 'join' }, RIVAL);
    expect(second.code).toBe(0);
    expect(second.outputs['joined']).toBe('false');
    expect(idOf(second)).not.toBe(idOf(first));
    expect((await scene.stop({ label: second.outputs['label'] ?? '' }, RIVAL)).code).toBe(0);
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent('of two starts at once, one wins', () =>
  inSandbox({}, async (scene) => {
    const both = await Promise.all([scene.start(NAMED), scene.start(NAMED, RIVAL)]);
    expect(both.filter(({ code }) => code === 0)).toHaveLength(1);
    expect(errorOf(both.find(({ code }) => code === 1)!)).toContain('Code: machine-running');
    expect(scene.count('RunInstances')).toBe(1);
    const winner = both.find(({ code }) => code === 0)!;
    expect(await scene.queue(winner.outputs['label']).finished).toBe('success');
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent('a start that is killed between its lock and its launch leaves the name to its stop', () =>
  inSandbox({}, async (scene) => {
    let kill: ((signal: NodeJS.Signals) => void) | undefined;
    scene.sandbox.intercept = ({ operation }) => {
      if (operation !== 'RunInstances') return undefined;
      kill?.('SIGKILL');
      return { kind: 'reset-before' };
    };
    const main = await scene.start(NAMED, { onStart: (given) => (kill = given) });
    expect(main.code).not.toBe(0);
    scene.sandbox.intercept = undefined;
    expect(scene.sandbox.github.runners().map(({ name }) => name)).toContain(LOCK);
    const stopped = await scene.stop({ label: main.outputs['label'] ?? '' }, { environment: accelerated(20) });
    expect(stopped.code).toBe(0);
    expect(scene.sandbox.github.runners().map(({ name }) => name)).not.toContain(LOCK);
    const next = await scene.start(NAMED, RIVAL);
    expect(next.code).toBe(0);
    expect((await scene.stop({ label: next.outputs['label'] ?? '' }, RIVAL)).code).toBe(0);
  }),
);

test.concurrent('bad combinations are refused together, and nothing is launched', () =>
  inSandbox({}, async (scene) => {
    const main = logOf(await scene.start({ ...NAMED, count: '2', pool: 'ready', access: 'ssm' }));
    expect(main).toContain('`count` is 2 with `machine-name`; allowed: 1, because only one machine has the name.');
    expect(main).toContain('`pool` is set with `machine-name`; allowed: one of them.');
    expect(main).toContain('`access` is "ssm", and `iam-role-name` is empty; allowed: ');
    expect(logOf(await scene.start({ 'when-running': 'join' }))).toContain(
      '`when-running` is set without `machine-name`',
    );
    expect(logOf(await scene.start({ 'machine-name': 'a b' }))).toContain('`machine-name` is "a b"; allowed: up to 40');
    expect(scene.count('RunInstances')).toBe(0);
  }),
);

test.concurrent('`access: ssm` prints one command for a shell', () =>
  inSandbox({}, async (scene) => {
    const main = await scene.start({ access: 'ssm', 'iam-role-name': seed.INSTANCE_PROFILE, 'wait-for': 'launched' });
    expect(main.code).toBe(0);
    expect(main.summary.match(/aws ssm start-session --target i-\w+ --region us-east-1/g)).toHaveLength(1);
    expect((await scene.stop()).code).toBe(0);
  }),
);
