import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { seed, type SandboxOptions } from '../../sandbox/sandbox.js';
import { errorOf, inSandbox, logOf, type Inputs, type Scene } from '../worlds/sandbox/scene.js';

const LAUNCHED = { 'wait-for': 'launched' } as const;
const still: SandboxOptions = { machines: false };

/** The image of `ami/` for amd64, with changes. */
function anImage(changes: Partial<ReturnType<typeof seed.image>>): SandboxOptions {
  const [made] = seed.seedImages(Date.now()).filter(({ id }) => id === seed.OUR_AMD64_IMAGE);
  return { ...still, images: [{ ...made!, ...changes }] };
}

const data = { device: '/dev/sdf', sizeGiB: 200, snapshotId: 'snap-0123456789abcdef0', type: 'st1' };

function devicesOf({ sandbox }: Scene): string[] {
  return [...sandbox.ec2.volumes.values()].map(
    ({ attachment, sizeGiB, type, encrypted }) =>
      `${attachment?.device ?? 'lost'} ${sizeGiB} ${type}${encrypted ? ' encrypted' : ''}`,
  );
}

function typesOf(scene: Scene): string[] {
  return scene.launches().map((launch) => launch.get('InstanceType') ?? '');
}

describe('A volume beside the root', () => {
  const withData = anImage({ volumes: [{ ...data, deleteOnTermination: false }] });

  test.concurrent('is as in the image, tagged, and gone after the stop', () =>
    inSandbox(withData, async (scene) => {
      const main = await scene.start(LAUNCHED);
      expect(main.code).toBe(0);
      expect(devicesOf(scene)).toEqual(['/dev/sda1 50 gp3', '/dev/sdf 200 st1']);
      const [instance] = scene.sandbox.ec2.instances();
      for (const { tags } of [...scene.sandbox.ec2.volumes.values(), instance!.networkInterface]) {
        expect(tags).toEqual(instance!.tags);
      }
      expect(scene.count(/^(Run|Describe|GetParameters)/)).toBeLessThanOrEqual(4);
      expect(await scene.stop({ label: main.outputs['label']! })).toMatchObject({ code: 0 });
      await scene.until(() => scene.sandbox.ec2.volumes.size === 0);
      expect(devicesOf(scene)).toEqual([]);
    }),
  );

  test.concurrent('is gone when an instance of a pool ends, too', () =>
    inSandbox(withData, async (scene) => {
      scene.sandbox.on((event) => {
        if (event.name === 'running') scene.sandbox.ec2.killInstance(event.instance);
      });
      const filled = await scene.fillPool({ pool: 'ready' });
      expect(filled.summary).toContain('50 GiB of gp3 and 200 GiB of st1 each');
      await scene.until(() => scene.sandbox.ec2.volumes.size === 0);
      expect(scene.launches().map((launch) => launch.get('BlockDeviceMapping.2.Ebs.DeleteOnTermination'))).toEqual([
        'true',
      ]);
      expect(devicesOf(scene)).toEqual([]);
    }),
  );

  const encrypted = ['/dev/sda1 50 gp3 encrypted', '/dev/sdf 200 st1 encrypted'];

  test.concurrent('is encrypted like the root, by inputs', () =>
    inSandbox(withData, async (scene) => {
      const key = { 'ec2-volume-encrypted': 'true', 'ec2-volume-kms-key-id': 'alias/ci' };
      expect(await scene.start({ ...LAUNCHED, ...key })).toMatchObject({ code: 0 });
      expect(devicesOf(scene)).toEqual(encrypted);
      const keys = [...scene.sandbox.ec2.volumes.values()].map(({ kmsKeyId }) => kmsKeyId);
      expect(new Set(keys)).toEqual(new Set([`arn:aws:kms:us-east-1:${seed.ACCOUNT}:alias/ci`]));
    }),
  );

  test.concurrent('is encrypted by a preset, unless an input of the workflow overrides it', () =>
    inSandbox(withData, async (scene) => {
      mkdirSync(join(scene.workspace, '.git'));
      mkdirSync(join(scene.workspace, '.github'));
      const preset = 'presets: { safe: { extends: amd64, ec2-volume-encrypted: true } }';
      writeFileSync(join(scene.workspace, '.github/ec2-runners.yml'), preset);
      expect(await scene.start({ ...LAUNCHED, preset: 'safe' })).toMatchObject({ code: 0 });
      expect(devicesOf(scene)).toEqual(encrypted);
      expect(await scene.start({ ...LAUNCHED, preset: 'safe', 'ec2-volume-encrypted': 'false' })).toMatchObject({
        code: 0,
      });
      expect(devicesOf(scene).slice(2)).toEqual(['/dev/sda1 50 gp3', '/dev/sdf 200 st1']);
    }),
  );

  test.concurrent('is encrypted by a mapping of ec2-github-runner', () =>
    inSandbox(withData, async (scene) => {
      const mapping = [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 60, Encrypted: true, KmsKeyId: 'alias/ci' } }];
      const main = await scene.start({ ...LAUNCHED, 'block-device-mappings': JSON.stringify(mapping) });
      expect(main.code).toBe(0);
      expect(devicesOf(scene)).toEqual(['/dev/sda1 60 gp3 encrypted', encrypted[1]]);
    }),
  );
});

describe('A volume that EBS would refuse', () => {
  test.concurrent.each<[inputs: Inputs, says: RegExp]>([
    [{ 'ec2-volume-throughput': '2000' }, /^`ec2-volume-throughput` is 2000; allowed with the 3000 iops/],
    [{ 'ec2-volume-iops': '100' }, /^`ec2-volume-iops` is 100; allowed with `ec2-volume-type: gp3`: 3000 to 80000/],
    [{ 'ec2-volume-iops': '80000' }, /^`ec2-volume-iops` is 80000; .* and 50 GiB: at most 25000/],
    [{ 'ec2-volume-iops': '80000', 'ec2-volume-size': '50' }, /and 50 GiB: at most 25000/],
    [{ 'ec2-volume-type': 'st1', 'ec2-volume-size': '500' }, /^`ec2-volume-type` is "st1"; allowed: `gp3`, `gp2`/],
    [{ 'ec2-volume-type': 'sc1' }, /^`ec2-volume-type` is "sc1"; allowed: /],
    [{ 'ec2-volume-kms-key-id': 'alias/ci' }, /^`ec2-volume-kms-key-id` is set without `ec2-volume-encrypted: true`/],
    [
      { 'ec2-volume-encrypted': 'true', 'ec2-volume-kms-key-id': 'my key' },
      /^`ec2-volume-kms-key-id` is "my key"; allowed: a key's id or ARN, or an alias/,
    ],
    [
      { 'ec2-volume-encrypted': 'true', 'ec2-volume-kms-key-id': 'arn:aws:kms:eu-west-1:123456789012:alias/ci' },
      /is a key of eu-west-1, but a volume is needed in us-east-1/,
    ],
    [
      { 'block-device-mappings': '[{"DeviceName": "/dev/sda1", "Ebs": {"VolumSize": 100}}]' },
      /^`block-device-mappings`: \/dev\/sda1, Ebs: VolumSize is not supported; did you mean VolumeSize\?/,
    ],
    [
      { 'block-device-mappings': '[{"DeviceName": "/dev/sda1", "Ebs": {"KmsKeyId": "alias/ci"}}]' },
      /^`ec2-volume-kms-key-id` is set without/,
    ],
  ])('is refused before anything is created: %j', (inputs, says) =>
    inSandbox(still, async (scene) => {
      const main = await scene.start({ ...LAUNCHED, ...inputs });
      expect(main.code).toBe(1);
      expect(errorOf(main)).toMatch(says);
      expect(errorOf(main)).toMatch(/Code: bad-input$/);
      expect(scene.count(/RunInstances|generate-jitconfig/)).toBe(0);
    }),
  );

  test.concurrent('is refused in a preset, where inputs of ec2-github-runner have no effect', () =>
    inSandbox(still, async (scene) => {
      mkdirSync(join(scene.workspace, '.git'));
      mkdirSync(join(scene.workspace, '.github'));
      const preset = 'presets: { old: { extends: amd64, block-device-mappings: "[]" } }';
      writeFileSync(join(scene.workspace, '.github/ec2-runners.yml'), preset);
      const main = await scene.start({ preset: 'old' });
      expect(errorOf(main)).toMatch(/^`block-device-mappings` \(preset `old` in .*\) is not an input/);
    }),
  );
});

describe('A refusal', () => {
  test.concurrent('of spot because of a missing role leaves on-demand, and names the role', () =>
    inSandbox(
      { ...still, refusals: { '*/*/spot': 'AuthFailure.ServiceLinkedRoleCreationNotPermitted' } },
      async (scene) => {
        const main = await scene.start({ ...LAUNCHED, 'market-type': 'spot-then-on-demand' });
        expect(main.code).toBe(0);
        expect(JSON.parse(main.outputs['runners'] ?? '[]')).toMatchObject([{ market: 'on-demand' }]);
        expect(typesOf(scene)).toEqual(['t3.xlarge', 't3.xlarge']);
        expect(logOf(main)).toMatch(/^::notice::.*create-service-linked-role .*at their price\.$/m);
      },
    ),
  );

  test.concurrent('of a type that cannot boot the image is foreseen before the launch', () =>
    inSandbox(anImage({ bootMode: 'uefi' }), async (scene) => {
      const main = await scene.start({ ...LAUNCHED, 'ec2-instance-type': 't2.xlarge,t3.xlarge' });
      expect(main.code).toBe(0);
      expect(typesOf(scene)).toEqual(['t3.xlarge']);
      expect(logOf(main)).toContain('Left out: t2.xlarge cannot launch image');
      const alone = await scene.start({ ...LAUNCHED, 'ec2-instance-type': 't2.xlarge' });
      expect(errorOf(alone)).toMatch(
        /^`ec2-instance-type` t2\.xlarge cannot launch image ami-\w+: it boots by legacy-bios/,
      );
    }),
  );

  test.concurrent('of a type for a reason that EC2 does not describe leaves the next type', () =>
    inSandbox(anImage({ enaSupport: false }), async (scene) => {
      const main = await scene.start({ ...LAUNCHED, 'ec2-instance-type': 't3.xlarge,t2.xlarge' });
      expect(main.code).toBe(0);
      expect(typesOf(scene)).toEqual(['t3.xlarge', 't2.xlarge']);
    }),
  );

  test.concurrent('of every plan for one reason names that reason', () =>
    inSandbox(anImage({ enaSupport: false }), async (scene) => {
      const main = await scene.start({ ...LAUNCHED, 'ec2-instance-type': 't3.xlarge' });
      expect(main.code).toBe(1);
      expect(errorOf(main)).toMatch(/^AWS rejects the request: Enhanced networking .*Code: aws-rejected/s);
      expect(scene.sandbox.github.runners()).toEqual([]);
    }),
  );
});
