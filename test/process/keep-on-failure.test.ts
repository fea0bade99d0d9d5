import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import { inSandbox, logOf, type Scene } from '../worlds/sandbox/scene.js';

const KEPT = {
  'keep-on-failure-minutes': '45',
  access: 'ssm',
  'iam-role-name': seed.INSTANCE_PROFILE,
  'wait-for': 'launched',
} as const;
const MINUTE = 60_000;
/** Instances without programs, whose consoles the test writes. */
const idle = { machines: false };

/** Starts a machine, whose console then shows that it is kept for some more minutes. */
async function startAndFail(scene: Scene, minutes: number) {
  const main = await scene.start(KEPT);
  expect(main.code).toBe(0);
  const until = new Date(Date.now() + minutes * MINUTE).toISOString();
  const instance = scene.sandbox.ec2.instance(main.outputs['ec2-instance-id'] ?? '');
  instance.postedConsole = `ci-actions phase=kept uptime=90.00 at=${new Date().toISOString()} until ${until} after build\n`;
  return { instance, until, label: main.outputs['label'] ?? '' };
}

test.concurrent('a machine stays after a failed job, until reap-runners ends it after its time', () =>
  inSandbox(idle, async (scene) => {
    const { instance, until, label } = await startAndFail(scene, 40);
    const told = gunzipSync(instance.userData!).toString();
    expect(told).toContain('#:format 4\n');
    expect(told).toContain('#:keep-on-failure-seconds 2700\n');
    expect(instance.tags.get('ci-actions:keep-on-failure')).toBe('45 ssm');

    const stopped = await scene.stop({ label });
    expect(stopped.code).toBe(0);
    expect(instance.state).toBe('running');
    expect(instance.tags.get('ci-actions:keep-until')).toBe(until);
    expect(JSON.parse(stopped.outputs['kept'] ?? '')).toEqual([
      { instance: instance.id, type: 't3.xlarge', region: 'us-east-1', until, why: 'job build failed on it' },
    ]);
    expect(stopped.outputs['ec2-instance-ids']).toBe('[]');
    expect(stopped.summary).toContain('### Left running');
    expect(stopped.summary).toContain(`aws ssm start-session --target ${instance.id} --region us-east-1`);
    expect(stopped.summary).toContain(`aws ec2 terminate-instances --instance-ids ${instance.id} --region us-east-1`);
    expect(logOf(stopped)).toMatch(
      new RegExp(
        `::notice.*Left ${instance.id} running: job build failed on it.* Open a shell on it: aws ssm .* End it now: aws ec2 `,
      ),
    );
    expect(scene.sandbox.github.runners()).toEqual([]);

    expect((await scene.reap()).outputs['removed']).toBe('0');
    instance.tags.set('ci-actions:keep-until', new Date(Date.now() - 60 * MINUTE).toISOString());
    expect((await scene.reap()).outputs['removed']).toBe('1');
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent('`all: true` ends it, and so does a stop after its time', () =>
  inSandbox(idle, async (scene) => {
    const first = await startAndFail(scene, 40);
    expect((await scene.stop({ label: first.label })).outputs['ec2-instance-ids']).toBe('[]');
    expect((await scene.stop({ all: 'true' })).outputs['ec2-instance-ids']).toBe(`["${first.instance.id}"]`);
    const second = await startAndFail(scene, 40);
    second.instance.tags.set('ci-actions:keep-until', new Date(Date.now() - 1_000).toISOString());
    const stopped = await scene.stop({ label: second.label });
    expect(stopped.outputs['ec2-instance-ids']).toBe(`["${second.instance.id}"]`);
    expect(logOf(stopped)).toContain(`${second.instance.id} is ended: the time for which it was kept is over.`);
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent(
  'the real boot agent keeps the machine after a failed job, and the stop knows it from the jobs of the run',
  () =>
    inSandbox({}, async (scene) => {
      const main = await scene.start({ 'keep-on-failure-minutes': '30' });
      expect(main.code).toBe(0);
      const { label = '', 'ec2-instance-id': id = '' } = main.outputs;
      expect(await scene.queue(label, ['exit 1'], 'build').finished).toBe('failure');
      const stopped = await scene.stop({ label });
      expect(stopped.code).toBe(0);
      expect(JSON.parse(stopped.outputs['kept'] ?? '')).toMatchObject([
        { instance: id, why: 'job build failed on it' },
      ]);
      expect(scene.sandbox.ec2.instance(id).state).toBe('running');
      expect((await scene.stop({ all: 'true' })).outputs['ec2-instance-ids']).toBe(`["${id}"]`);
      await scene.expectNothingIsLeft();
    }),
);

test.concurrent('with `keep-minutes`, the real boot agent keeps the machine after a job that passed', () =>
  inSandbox({}, async (scene) => {
    const main = await scene.start({ 'keep-minutes': '30' });
    expect(main.code).toBe(0);
    const { label = '', 'ec2-instance-id': id = '' } = main.outputs;
    const instance = scene.sandbox.ec2.instance(id);
    expect(gunzipSync(instance.userData!).toString()).toContain('#:keep-on-failure-seconds 1800\n#:keep-always 1\n');
    expect(instance.tags.get('ci-actions:keep-on-failure')).toBe('30 always');
    expect(await scene.queue(label, ['true'], 'phases').finished).toBe('success');
    const stopped = await scene.stop({ label });
    expect(stopped.code).toBe(0);
    expect(JSON.parse(stopped.outputs['kept'] ?? '')).toMatchObject([{ instance: id, why: 'job phases ended on it' }]);
    expect(stopped.summary).toContain('### Left running');
    expect(instance.state).toBe('running');
    expect((await scene.reap()).outputs['removed']).toBe('0');
    expect((await scene.stop({ all: 'true' })).outputs['ec2-instance-ids']).toBe(`["${id}"]`);
    await scene.expectNothingIsLeft();
  }),
);
