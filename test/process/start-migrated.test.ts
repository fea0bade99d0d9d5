import { describe, expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import { errorOf, inSandbox, logOf, type Scene } from '../worlds/sandbox/scene.js';

const { SUBNET_A, OTHER_SUBNET, RUNNER_GROUP, OTHER_GROUP, OUR_AMD64_IMAGE, UBUNTU_AMD64_IMAGE } = seed;
const still = { machines: false } as const;
const migrated = { mode: 'start', 'ec2-instance-type': '["t3.xlarge"]', 'wait-for': 'launched' } as const;
const single = {
  ...migrated,
  'ec2-image-id': OUR_AMD64_IMAGE,
  'subnet-id': SUBNET_A,
  'security-group-id': RUNNER_GROUP,
} as const;

/** subnet, image and groups of each RunInstances request, in order. */
function zonesOf(scene: Scene): string[] {
  const members = ['SubnetId', 'ImageId', 'SecurityGroupId.1', 'SecurityGroupId.2'];
  return scene.launches().map((launch) => members.flatMap((member) => launch.get(member) ?? []).join(' '));
}

describe('availability-zones-config', () => {
  const away = { imageId: OUR_AMD64_IMAGE, subnetId: OTHER_SUBNET, securityGroupId: OTHER_GROUP };

  test.concurrent('launches each zone with its own image, groups and region, in place of the single inputs', () => {
    const capacity = { [`t3.xlarge/${SUBNET_A}`]: 0, [`t3.xlarge/${OTHER_SUBNET}`]: 0 };
    return inSandbox({ ...still, capacity, otherRegions: ['us-west-2'] }, async (scene) => {
      const zones = [
        { region: 'us-east-1', imageId: OUR_AMD64_IMAGE, subnetId: SUBNET_A, securityGroupId: RUNNER_GROUP },
        away,
        { region: 'us-west-2', imageId: UBUNTU_AMD64_IMAGE, subnetId: seed.SUBNET_B, securityGroupId: RUNNER_GROUP },
      ];
      const main = await scene.start({
        ...migrated,
        'ec2-image-id': 'ami-0dead',
        'availability-zones-config': JSON.stringify(zones, null, 2),
      });
      expect(errorOf(main)).toBe('');
      expect(main.outputs['region']).toBe('us-west-2');
      expect(zonesOf(scene)).toEqual([
        `${SUBNET_A} ${OUR_AMD64_IMAGE} ${RUNNER_GROUP}`,
        `${OTHER_SUBNET} ${OUR_AMD64_IMAGE} ${OTHER_GROUP}`,
        `${seed.SUBNET_B} ${UBUNTU_AMD64_IMAGE} ${RUNNER_GROUP}`,
      ]);
      expect(logOf(main)).toContain('`ec2-image-id` is ignored: `availability-zones-config` is used in its place.');
      expect(await scene.stop({ mode: 'stop', label: main.outputs['label']! })).toMatchObject({ code: 0 });
    });
  });

  test.concurrent('is refused beside a pool', () =>
    inSandbox(still, async (scene) => {
      const main = await scene.start({
        ...migrated,
        pool: 'ready',
        'availability-zones-config': JSON.stringify([away]),
      });
      expect(errorOf(main)).toMatch(/^`pool` is set with `availability-zones-config`/);
    }),
  );
});

test.concurrent('Inputs of another action are said in the log, also when the start is refused, and all at once', () =>
  inSandbox(still, async (scene) => {
    const main = await scene.start({
      ...single,
      'volume-size': '100',
      'max-lifetime-minutes': '0',
      'http-tokens': 'required',
      debug: 'true',
      'market-type': 'spot',
      'spot-fallback': 'on-demand',
      'spot-max-price': '0.05',
      'iam-instance-profile': 'runner-profile',
      'made-up': 'x',
    });
    expect(main.code).toBe(1);
    expect(errorOf(main)).toContain('4 inputs cannot be used.');
    const log = logOf(main);
    for (const sentence of [
      '`volume-size` is read as `ec2-volume-size: 100`.',
      '`spot-fallback` is read as `market-type: spot-then-on-demand` in place of spot.',
      '`debug` is ignored:',
      'write `max-lifetime-minutes: 7200` at most',
      '`spot-max-price` is not an input here: remove it;',
      'write `iam-role-name: runner-profile`',
      '`made-up` is not an input.',
    ]) {
      expect(log).toContain(sentence);
    }
    expect(log).not.toContain('http-tokens');
    expect(scene.count('RunInstances')).toBe(0);
    expect(scene.sandbox.github.runners()).toEqual([]);
  }),
);

test.concurrent("A start of namecheap's action has its volume, tags and market", () =>
  inSandbox({ ...still, capacity: { '*/*/spot': 0 } }, async (scene) => {
    const main = await scene.start({
      ...single,
      'volume-size': '100',
      'volume-type': 'gp3',
      'volume-throughput': '250',
      'encrypt-ebs': 'true',
      'market-type': 'spot',
      'spot-fallback': 'on-demand',
      'ec2-instance-id': '',
      'aws-resource-tags': '[{"Key": "PR", "Value": 12}, {"Key": "Head", "Value": ""}]',
    });
    expect(errorOf(main)).toBe('');
    const launch = scene.launches().at(-1)!;
    expect(scene.launches()).toHaveLength(2);
    expect(launch.get('BlockDeviceMapping.1.Ebs.VolumeSize')).toBe('100');
    expect(launch.get('BlockDeviceMapping.1.Ebs.Throughput')).toBe('250');
    expect(launch.get('BlockDeviceMapping.1.Ebs.Encrypted')).toBe('true');
    const [instance] = scene.sandbox.ec2.instances();
    expect(instance!.tags.get('PR')).toBe('12');
    expect(instance!.tags.get('Head')).toBe('');
  }),
);

describe('The label of a failed start', () => {
  const failing = { ...still, capacity: { [`t3.xlarge/${SUBNET_A}`]: 0 } };

  test.concurrent('is empty with `mode: start`, as in ec2-github-runner, and its stop succeeds', () =>
    inSandbox(failing, async (scene) => {
      const main = await scene.start(single);
      expect(main).toMatchObject({ code: 1, outputs: { label: '' } });
      expect((await scene.start({ ...single, 'ec2-volume-size': 'x' })).outputs['label']).toBe('');
      const { mode: _, ...others } = single;
      expect((await scene.start(others)).outputs['label']).toMatch(/^ec2-/);
      expect(await scene.stop({ mode: 'stop', label: main.outputs['label']! })).toMatchObject({ code: 0 });
    }),
  );

  test.concurrent('stays while something is left, for the stop', () =>
    inSandbox({ ...still, capacity: { [`t3.xlarge/${SUBNET_A}`]: 1 } }, async (scene) => {
      const { denied } = scene.sandbox.ec2;
      denied.add('ec2:TerminateInstances');
      const main = await scene.start({ ...single, count: '2' });
      expect(main).toMatchObject({ code: 1, outputs: { label: expect.stringMatching(/^ec2-/) } });
      denied.clear();
      const [machine, ...others] = scene.sandbox.ec2.instances();
      expect([machine?.state, others]).toEqual([expect.stringMatching(/^(pending|running)$/), []]);
      expect(await scene.stop({ mode: 'stop', label: main.outputs['label']! })).toMatchObject({ code: 0 });
      expect(scene.sandbox.ec2.instances()[0]?.state).toMatch(/^(shutting-down|terminated)$/);
    }),
  );
});
