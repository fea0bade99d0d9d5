import { describe, expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import { errorOf, inSandbox, logOf, type Scene } from '../worlds/sandbox/scene.js';

const { SUBNET_A, SUBNET_B, SUBNET_C } = seed;

/** However it was launched, the runner is live: it takes the job with its label. */
async function expectRunner(scene: Scene, label: string | undefined): Promise<void> {
  expect(await scene.queue(label).finished).toBe('success');
  await scene.expectNothingIsLeft();
}

/** type/subnet/market of each RunInstances request, in order. */
function plansOf(scene: Scene): string[] {
  return scene.launches().map((launch) => {
    const market = launch.get('InstanceMarketOptions.MarketType') ?? 'on-demand';
    return [launch.get('InstanceType'), launch.get('SubnetId') ?? 'default', market].join(' ');
  });
}

describe('A start with wait-for: launched', () => {
  test.concurrent('returns with the instance, long before the runner is online', () =>
    inSandbox({ timeline: { bootMs: 2_000 } }, async (scene) => {
      const main = await scene.start({ 'wait-for': 'launched' });
      expect(main.code).toBe(0);
      const [runner] = JSON.parse(main.outputs['runners'] ?? '[]') as Record<string, unknown>[];
      expect(runner).toMatchObject({ instance: main.outputs['ec2-instance-id'], toRunning: null, toOnline: null });
      expect(scene.sandbox.events.map(({ name }) => name)).not.toContain('runner-online');
      expect(main.summary).toContain('not waited for');
      await expectRunner(scene, main.outputs['label']);
    }),
  );
});

describe('An image', () => {
  test.concurrent('can be named by resolve:ssm:', () =>
    inSandbox({ parameters: { '/team/image': seed.OUR_ARM64_IMAGE } }, async (scene) => {
      const main = await scene.start({
        preset: 'arm64',
        'ec2-image-id': 'resolve:ssm:/team/image',
        'wait-for': 'launched',
      });
      expect(main.code).toBe(0);
      expect(scene.launches()[0]?.get('ImageId')).toBe(seed.OUR_ARM64_IMAGE);
      await expectRunner(scene, main.outputs['label']);
    }),
  );

  test.concurrent('can be named by name:, which selects the newest matching image of this account', () => {
    const ours = { ownerId: seed.ACCOUNT, tags: new Map([['ci-actions:runner-version', '2.336.0']]) };
    const images = ['2026-10-03', '2026-10-01'].map((day, index) =>
      seed.image({ ...ours, id: `ami-0000000000000000${index}`, name: `team-${day}`, createdAt: `${day}T00:00:00Z` }),
    );
    const foreign = { ...images[0]!, id: 'ami-00000000000000009', ownerId: '210987654321', createdAt: '2026-10-09' };
    return inSandbox({ images: [...images, foreign] }, async (scene) => {
      const main = await scene.start({ 'ec2-image-id': 'name:team-*', 'wait-for': 'launched' });
      expect(main.code).toBe(0);
      expect(scene.launches()[0]?.get('ImageId')).toBe('ami-00000000000000000');
      await expectRunner(scene, main.outputs['label']);
    });
  });
});

describe('A launch that EC2 refuses', () => {
  test.concurrent('as spot is followed by an on-demand launch with a notice, if the input allows it', () =>
    inSandbox({ capacity: { '*/*/spot': 0 } }, async (scene) => {
      const types = { 'ec2-instance-type': 't3.xlarge, m5.xlarge' };
      const main = await scene.start({ ...types, 'market-type': 'spot-then-on-demand', 'wait-for': 'launched' });
      expect(main.code).toBe(0);
      expect(plansOf(scene)).toEqual([
        't3.xlarge default spot',
        'm5.xlarge default spot',
        't3.xlarge default on-demand',
      ]);
      expect(logOf(main)).toContain('::notice::No spot capacity: going on with on-demand instances, at their price.');
      expect(JSON.parse(main.outputs['runners'] ?? '[]')).toMatchObject([{ type: 't3.xlarge', market: 'on-demand' }]);
      expect(main.summary).toContain(
        '- t3.xlarge spot (us-east-1): `InsufficientInstanceCapacity` There is no Spot capacity',
      );
      await expectRunner(scene, main.outputs['label']);
    }),
  );

  test.concurrent('is followed by a launch in the next subnet, then with the next type', () =>
    inSandbox({ capacity: { 't3.xlarge': 0, [`m5.xlarge/${SUBNET_A}`]: 0 } }, async (scene) => {
      const main = await scene.start({
        'ec2-instance-type': 't3.xlarge\nm5.xlarge',
        'subnet-id': `${SUBNET_A},${SUBNET_B},\n${SUBNET_C}`,
        'security-group-id': seed.RUNNER_GROUP,
        'wait-for': 'launched',
      });
      expect(main.code).toBe(0);
      const refused = [SUBNET_A, SUBNET_B, SUBNET_C].map((subnet) => `t3.xlarge ${subnet} on-demand`);
      const tried = [`m5.xlarge ${SUBNET_A} on-demand`, `m5.xlarge ${SUBNET_B} on-demand`];
      expect(plansOf(scene)).toEqual([...refused, ...tried]);
      expect(new Set(scene.launches().map((launch) => launch.get('ClientToken'))).size).toBe(5);
      expect(JSON.parse(main.outputs['runners'] ?? '[]')).toMatchObject([{ type: 'm5.xlarge', subnet: SUBNET_B }]);
      expect(scene.count(/generate-jitconfig$/)).toBe(1);
      await expectRunner(scene, main.outputs['label']);
    }),
  );
});

describe('A dry run', () => {
  const inputs = { 'dry-run': 'true', 'subnet-id': `${SUBNET_A},${SUBNET_B}`, 'market-type': 'spot-then-on-demand' };

  test.concurrent(
    'checks with EC2 for each market that the launch is allowed, prints the plans, and starts nothing',
    () =>
      inSandbox({}, async (scene) => {
        const main = await scene.start({ ...inputs, 'ec2-instance-type': 't3.xlarge' });
        expect(main.code).toBe(0);
        expect(scene.launches().map((launch) => launch.get('DryRun'))).toEqual(['true', 'true']);
        expect(scene.sandbox.ec2.instances()).toEqual([]);
        expect(scene.count(/generate-jitconfig$/)).toBe(0);
        expect(main.lines.filter((line) => line.startsWith('Plan '))).toEqual([
          `Plan 1: t3.xlarge spot in ${SUBNET_A} (us-east-1)`,
          `Plan 2: t3.xlarge spot in ${SUBNET_B} (us-east-1)`,
          `Plan 3: t3.xlarge on-demand in ${SUBNET_A} (us-east-1)`,
          `Plan 4: t3.xlarge on-demand in ${SUBNET_B} (us-east-1)`,
        ]);
        expect(main.summary).toContain('### Dry run: nothing was launched');
        expect(await scene.finish(main)).toMatchObject({ code: 0 });
      }),
  );

  test.concurrent('fails with the name of a missing permission', () =>
    inSandbox({ denied: ['iam:PassRole'] }, async (scene) => {
      const main = await scene.start({ ...inputs, 'iam-role-name': seed.INSTANCE_PROFILE });
      expect(main.code).toBe(1);
      expect(errorOf(main)).toMatch(/^The AWS credentials lack the permission iam:PassRole on \*\.\n/);
      expect(errorOf(main)).toMatch(
        /\nWhat to do: Allow iam:PassRole in the policy of the role .*\nCode: aws-not-authorized/,
      );
      expect(scene.sandbox.ec2.instances()).toEqual([]);
    }),
  );
});
