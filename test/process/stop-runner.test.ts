import { describe, expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import type { StepResult } from '../../sandbox/step.js';
import { errorOf, inSandbox, logOf, type Inputs, type Scene } from '../worlds/sandbox/scene.js';

/** Starts without waiting, and lets the machines boot. */
async function begin(
  scene: Scene,
  inputs: Inputs = {},
  run: Readonly<Record<string, string>> = {},
): Promise<StepResult> {
  const main = await scene.start({ ...inputs, 'wait-for': 'launched' }, { environment: run });
  expect(main.code).toBe(0);
  return main;
}

const idsOf = ({ outputs }: StepResult): string[] => JSON.parse(outputs['ec2-instance-ids'] ?? '') as string[];
const idle = { machines: false };

/** Ids of the instances that are not ending. */
function live({ sandbox }: Scene): string[] {
  const ending = new Set(['shutting-down', 'terminated']);
  return sandbox.ec2.instances().flatMap(({ id, state }) => (ending.has(state) ? [] : [id]));
}

describe('stop-runner', () => {
  test.concurrent(
    'with the label and id from the outputs of start-runner ends all of it, and the second time finds nothing to do',
    () =>
      inSandbox({}, async (scene) => {
        const main = await begin(scene, { count: '2' });
        await scene.until(() => scene.sandbox.github.runners().every(({ status }) => status === 'online'));
        const { label = '', 'ec2-instance-id': id = '' } = main.outputs;
        const stop = await scene.stop({ mode: 'stop', label, 'ec2-instance-id': id });
        expect(stop.code).toBe(0);
        expect(idsOf(stop).toSorted()).toEqual(idsOf(main).toSorted());
        expect(stop.summary).toMatch(
          new RegExp(`^### Runners stopped\n[^]*\\| ${id} \\| t3\\.xlarge \\| on-demand \\| \\d\\.\\d min \\|`),
        );
        await scene.expectNothingIsLeft();
        const again = await scene.stop({ label, 'ec2-instance-id': id });
        expect(again).toMatchObject({ code: 0, outputs: { 'ec2-instance-ids': '[]' } });
        expect(again.summary).toMatch(/^### Nothing to stop\n/);
      }),
  );

  test.concurrent.each([
    ['its label', (main: StepResult) => ({ label: main.outputs['label'] ?? '' })],
    ['all: true', () => ({ all: 'true' })],
  ])('with %s ends a job that runs, whose runner GitHub then removes', (_, inputs) =>
    inSandbox({}, async (scene) => {
      const main = await begin(scene);
      const job = scene.queue(main.outputs['label'], ['sleep 60']);
      await scene.until(() => job.status === 'in_progress');
      const stop = await scene.stop(inputs(main));
      expect(stop.code).toBe(0);
      expect(await job.finished).not.toBe('success');
      await scene.expectNothingIsLeft();
    }),
  );

  test.concurrent('with `wait: true` returns when EC2 reports all as terminated', () =>
    inSandbox({ ...idle, timeline: { shuttingDownMs: 1_000 } }, async (scene) => {
      await begin(scene);
      expect((await scene.stop({ wait: 'true' })).code).toBe(0);
      expect(scene.sandbox.ec2.instances()).toMatchObject([{ state: 'terminated' }]);
    }),
  );

  test.concurrent('without inputs ends what this run and attempt started, and only that', () =>
    inSandbox(idle, async (scene) => {
      const [first, second] = [await begin(scene), await begin(scene, { 'runner-scope': 'org' })];
      const others = [
        await begin(scene, {}, { GITHUB_RUN_ATTEMPT: '2' }),
        await begin(scene, {}, { GITHUB_RUN_ID: '29679450' }),
        await begin(scene, {}, { GITHUB_REPOSITORY: 'octo-org/other-repo' }),
      ];
      const stop = await scene.stop();
      expect(stop.code).toBe(0);
      expect(idsOf(stop).toSorted()).toEqual([...idsOf(first), ...idsOf(second)].toSorted());
      expect(live(scene).toSorted()).toEqual(others.flatMap(idsOf).toSorted());
      const runners = scene.sandbox.github.runners().map(({ name }) => name);
      expect(runners.toSorted()).toEqual(others.map(({ outputs }) => `${outputs['label']}-0`).toSorted());
    }),
  );

  test.concurrent('refuses an id of another repository, and stops the rest', () =>
    inSandbox(idle, async (scene) => {
      const ours = await begin(scene);
      const [theirs = ''] = idsOf(await begin(scene, {}, { GITHUB_REPOSITORY: 'octo-org/other-repo' }));
      const [untagged = ''] = idsOf(await begin(scene, {}, { GITHUB_RUN_ID: '1' }));
      scene.sandbox.ec2.instance(untagged).tags.clear();
      const given = [theirs, untagged, 'i-0123456789abcdef0', ...idsOf(ours)];
      const stop = await scene.stop({ 'ec2-instance-id': given.join('\n') });
      expect(stop.code).toBe(1);
      expect(errorOf(stop)).toMatch(
        /^Not everything could be stopped\.\nWhat to do: Give `ec2-instance-id` only ids .*\nCode: not-ours$/,
      );
      expect(logOf(stop)).toContain(`\n${theirs} belongs to octo-org/other-repo; it was left alone.\n`);
      expect(logOf(stop)).toContain(`\n${untagged} carries no tag of this suite; it was left alone.\n`);
      expect(logOf(stop)).toContain('\nEC2 does not know i-0123456789abcdef0: there is nothing to terminate.\n');
      expect(live(scene)).toEqual([theirs, untagged]);
    }),
  );

  test.concurrent('without the permission to terminate names it', () =>
    inSandbox({ ...idle, denied: ['ec2:TerminateInstances'] }, async (scene) => {
      await begin(scene);
      const stop = await scene.stop();
      expect(stop.code).toBe(1);
      expect(errorOf(stop)).toMatch(/^The AWS credentials lack the permission ec2:TerminateInstances\.\n/);
    }),
  );
});

describe('The costs in the summary of stop-runner', () => {
  const LABELS = ['a', 'b'] as const;

  test.concurrent('of a machine that had a job come with its start-up and idle times, and with no request more', () =>
    inSandbox({ timeline: { bootMs: 500 } }, async (scene) => {
      const main = await scene.start();
      const { label = '', runners = '' } = main.outputs;
      const began = new Date().toISOString();
      expect(await scene.queue(label).finished).toBe('success');
      const stop = await scene.stop({ label, runners, 'job-times': `${began}/${new Date().toISOString()}` });
      expect(stop.code).toBe(0);
      expect(JSON.parse(stop.outputs['costs'] ?? '')).toEqual([
        {
          instance: main.outputs['ec2-instance-id'],
          type: 't3.xlarge',
          region: 'us-east-1',
          market: 'on-demand',
          minutes: expect.any(Number),
          hourly: 0.1664,
          cost: expect.any(Number),
          startUp: expect.any(Number),
          idleBefore: expect.any(Number),
          idleAfter: expect.any(Number),
          // The machine powers itself off, and EC2 does not say when.
          ...(stop.outputs['costs']?.includes('atMost') && { atMost: true }),
        },
      ]);
      // A minute at least.
      expect(stop.outputs['cost']).toBe((0.1664 / 60).toFixed(4));
      expect(stop.summary).toMatch(
        /\| Machine \| Start-up \| Idle before its job \| Idle after it \| Per hour \| Cost \|/,
      );
      expect(logOf(stop)).toMatch(
        /\nCost: (at most )?\$0\.0028 for 0\.\d machine minutes \(t3\.xlarge on-demand at \$0\.1664 an hour\)\.$/m,
      );
      expect(scene.count(/Describe(SpotPriceHistory|Volumes|Regions)|GetConsoleOutput|\/jobs/)).toBe(1);
      expect(scene.count('GetConsoleOutput')).toBe(1); // By the start, for its chart.
    }),
  );

  test.concurrent('of spot machines are at the price that EC2 names, which is asked for once', () =>
    inSandbox(idle, async (scene) => {
      for (const label of LABELS) await begin(scene, { 'market-type': 'spot', 'subnet-id': seed.SUBNET_B, label });
      const stop = await scene.stop({ all: 'true' });
      expect(stop.code).toBe(0);
      expect(scene.count('DescribeSpotPriceHistory')).toBe(1);
      const [price, other] = (JSON.parse(stop.outputs['costs'] ?? '') as { hourly: number }[]).map(
        ({ hourly }) => hourly,
      );
      expect(price).toBe(other);
      expect(price).toBeGreaterThan(0.4 * 0.1664);
      expect(price).toBeLessThan(0.5 * 0.1664);
      expect(stop.summary).toContain(
        'Prices: for spot, as EC2 names them. EC2 bills by the second, and at least a minute.',
      );
    }),
  );

  test.concurrent('of spot machines are unknown without the permission, and the stop succeeds', () =>
    inSandbox({ ...idle, denied: ['ec2:DescribeSpotPriceHistory'] }, async (scene) => {
      await begin(scene, { 'market-type': 'spot' });
      const stop = await scene.stop();
      expect(stop).toMatchObject({ code: 0, outputs: { cost: 'unknown' } });
      expect(stop.summary).toMatch(
        /\n- Spot prices are unknown: The AWS credentials lack the permission ec2:DescribeSpotPriceHistory\. Allow ec2:DescribeSpotPriceHistory in the policy /,
      );
      expect(live(scene)).toEqual([]);
    }),
  );
});

describe('A workflow of ec2-github-runner', () => {
  test.concurrent('starts and stops with its own inputs, and the log names those that are ignored', () =>
    inSandbox(idle, async (scene) => {
      const zones = [
        {
          imageId: 'ami-0c1a64a64a64a6401',
          subnetId: 'subnet-0a51c3d77e9f2000b',
          securityGroupId: 'sg-0a51c3d77e9f20002',
        },
      ];
      const main = await begin(scene, {
        mode: 'start',
        'ec2-image-id': 'ami-0c1a64a64a64a6401',
        'ec2-instance-type': 'm5.xlarge',
        'availability-zones-config': JSON.stringify(zones),
        'aws-resource-tags': '[{"Key":"Name","Value":"ci"}]',
        'block-device-mappings': '[{"DeviceName":"/dev/sda1","Ebs":{"VolumeSize":60,"VolumeType":"gp3"}}]',
        'metadata-options': '{"HttpTokens":"optional"}',
        packages: '["git","jq"]',
        'use-jit': 'true',
        'run-runner-as-service': 'false',
        'run-runner-as-user': 'ubuntu',
        'runner-debug': 'true',
        'startup-quiet-period-seconds': '30',
        'startup-retry-interval-seconds': '10',
      });
      expect(Object.fromEntries(scene.launches()[0]!)).toMatchObject({
        InstanceType: 'm5.xlarge',
        SubnetId: 'subnet-0a51c3d77e9f2000b',
        'SecurityGroupId.1': 'sg-0a51c3d77e9f20002',
        'BlockDeviceMapping.1.Ebs.VolumeSize': '60',
        'MetadataOptions.HttpTokens': 'required',
      });
      expect(scene.sandbox.ec2.instances()[0]?.tags.get('Name')).toBe('ci');
      const reported = main.lines.filter((line) => / is ignored: /.test(line)).map((line) => line.split(' ')[0]);
      const waits = ['startup-quiet-period-seconds', 'startup-retry-interval-seconds'];
      const ignored = ['mode', 'metadata-options', 'runner-debug', ...waits, 'ec2-image-id'];
      expect(reported.toSorted()).toEqual(ignored.map((name) => `\`${name}\``).toSorted());
      const { label = '', 'ec2-instance-id': id = '' } = main.outputs;
      expect(await scene.stop({ mode: 'stop', label, 'ec2-instance-id': id })).toMatchObject({ code: 0 });
      expect(live(scene)).toEqual([]);
    }),
  );
});
