import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  ModifyVolumeCommand,
  TerminateInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import { becomes, eventually, launch, refusal, startAws, type AwsSandbox } from '../worlds/sandbox/aws.js';

let directory: string;
let aws: AwsSandbox;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sandbox-volumes-'));
  const timeline = { pendingMs: 5, bootMs: 5, shuttingDownMs: 5, volumeMs: 5, snapshotMs: 5 };
  aws = await startAws({ machines: true, directory, timeline });
});

afterEach(async () => {
  await aws.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Waits for the volume's device, and has functions that print what the device holds. */
const PROLOGUE = `#!/bin/bash
device=$CI_ACTIONS_ROOT/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_VOLUME mount=$CI_ACTIONS_ROOT/data
until [[ -e $device ]]; do sleep 0.05; done
mkdir -p "$mount"
look() { blkid -p -o export "$device" | grep -E "^(LABEL|TYPE)=" | xargs -r; [[ \${PIPESTATUS[0]} == 0 ]] || echo blank; }
need() { dumpe2fs -h "$device" | grep -c needs_recovery; }
`;

async function createVolume(changes: { SnapshotId?: string } = {}): Promise<string> {
  const { VolumeId = '' } = await aws.ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 8, Encrypted: true, ...changes }),
  );
  await eventually(async () => (await describe(VolumeId)).State === 'available');
  return VolumeId;
}

async function describe(volume: string) {
  const { Volumes: [one] = [] } = await aws.ec2.send(new DescribeVolumesCommand({ VolumeIds: [volume] }));
  return one!;
}

/** Boots a machine that runs this script once the volume is attached. @returns its id */
async function boot(volume: string, script: string, changes: Partial<RunInstancesCommandInput> = {}): Promise<string> {
  const text = PROLOGUE.replace('VOLUME', volume.replace('-', '')) + script;
  const UserData = Buffer.from(text).toString('base64');
  const { id } = await launch(aws.ec2, { ImageId: seed.UBUNTU_AMD64_IMAGE, UserData, ...changes });
  await becomes(aws, id, 'running');
  await aws.ec2.send(new AttachVolumeCommand({ VolumeId: volume, InstanceId: id, Device: '/dev/sdf' }));
  return id;
}

const read = (id: string) => (aws.sandbox.ec2.instance(id).machine ? aws.sandbox.ec2.readConsole(id) : '');

/** What the machine printed, once it has printed `done`. */
async function printed(id: string): Promise<string[]> {
  await eventually(() => /^done$/m.test(read(id)));
  return read(id).trimEnd().split('\n').slice(1, -1);
}

async function terminate(id: string): Promise<void> {
  await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  await becomes(aws, id, 'terminated');
}

const FIRST = `look
head -c 1048576 "$device" | tr -d '\\0' | wc -c
mkfs.ext4 -q -L ci-data -E lazy_itable_init=1 "$device"
look
mount -t ext4 -o noinit_itable "$device" "$mount"
mountpoint -q "$mount" && echo mounted
echo content >"$mount/file"
umount "$mount"
mountpoint -q "$mount" || ls -A "$mount"
echo done
`;

test('a blank volume is formatted and mounted, and the next machine sees what the first one wrote', async () => {
  const volume = await createVolume();
  const first = await boot(volume, FIRST);
  expect(await printed(first)).toEqual(['blank', '0', 'LABEL=ci-data TYPE=ext4', 'mounted']);
  await terminate(first);
  const second = await boot(volume, 'need; mount "$device" "$mount"; cat "$mount/file"; echo done\n');
  expect(await printed(second)).toEqual(['0', 'content']);
});

test('a volume that was not unmounted needs recovery', async () => {
  const volume = await createVolume();
  const first = await boot(volume, FIRST.replace(/umount.*/, ''));
  await printed(first);
  aws.sandbox.ec2.killInstance(first);
  await becomes(aws, first, 'terminated');
  const second = await boot(volume, 'need; e2fsck -p "$device" | xargs -n 3; need; echo done\n');
  const device = join(directory, second, 'dev/nvme1n1');
  expect(await printed(second)).toEqual(['1', `${device}: recovering journal`, `${device}: clean`, '0']);
});

test('a mounted volume is busy, unless its detachment is forced', async () => {
  const volume = await createVolume();
  const id = await boot(volume, FIRST.replace(/umount[^]*/, 'echo done; sleep 600\n'));
  await printed(id);
  await aws.ec2.send(new DetachVolumeCommand({ VolumeId: volume }));
  await eventually(async () => (await describe(volume)).Attachments?.[0]?.State === 'busy');
  await aws.ec2.send(new DetachVolumeCommand({ VolumeId: volume, Force: true }));
  await eventually(async () => (await describe(volume)).State === 'available');
});

test('a volume from a snapshot is found by its label, and has the content of that moment', async () => {
  const volume = await createVolume();
  await printed(await boot(volume, FIRST));
  const { SnapshotId = '' } = await aws.ec2.send(new CreateSnapshotCommand({ VolumeId: volume }));
  await eventually(() => aws.sandbox.ec2.snapshots.get(SnapshotId)?.state === 'completed');
  const Ebs = { SnapshotId, VolumeType: 'gp3' as const, DeleteOnTermination: true };
  const script = 'mount "$(blkid -c /dev/null -o device -t LABEL=ci-data)" "$mount"; cat "$mount/file"; echo done\n';
  const { id } = await launch(aws.ec2, {
    ImageId: seed.UBUNTU_AMD64_IMAGE,
    UserData: Buffer.from(`#!/bin/bash\nmount=$CI_ACTIONS_ROOT/data; mkdir "$mount"\n${script}`).toString('base64'),
    BlockDeviceMappings: [{ DeviceName: '/dev/sdg', Ebs }],
  });
  expect(await printed(id)).toEqual(['content']);
  await terminate(id);
  const left = [...aws.sandbox.ec2.volumes.values()].filter(({ snapshotId }) => snapshotId === SnapshotId);
  expect(left).toEqual([]);
});

test('no volume is created from a snapshot that is not completed', async () => {
  const { SnapshotId = '' } = await aws.ec2.send(new CreateSnapshotCommand({ VolumeId: await createVolume() }));
  await eventually(() => aws.sandbox.ec2.snapshots.get(SnapshotId)?.state === 'completed');
  aws.sandbox.ec2.snapshots.get(SnapshotId)!.state = 'pending';
  const Ebs = { SnapshotId };
  const calls = [
    createVolume({ SnapshotId }),
    launch(aws.ec2, { BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs }] }),
  ];
  for (const { name, message } of await Promise.all(calls.map(refusal))) {
    expect([name, message]).toEqual(['IncorrectState', 'Snapshot is in invalid state - pending']);
  }
});

test('a volume that grows is seen larger, and its file system grows', async () => {
  const volume = await createVolume();
  const script = 'size() { blockdev --getsize64 "$device"; }; until [[ $(size) == 17179869184 ]]; do sleep 0.05; done';
  const id = await boot(volume, `${FIRST.replace('echo done\n', '')}\n${script}\nresize2fs "$device"; echo done\n`);
  await eventually(async () => (await describe(volume)).State === 'in-use');
  await aws.ec2.send(new ModifyVolumeCommand({ VolumeId: volume, Size: 16 }));
  expect((await printed(id)).at(-1)).toMatch(/is now 4194304 \(4k\) blocks long/);
});

test('a machine of Xen sees the device by the name of its attachment', async () => {
  const volume = await createVolume();
  const script = '#!/bin/bash\nuntil [[ -e $CI_ACTIONS_ROOT/dev/xvdf ]]; do sleep 0.05; done\necho done\n';
  const UserData = Buffer.from(script).toString('base64');
  const { id } = await launch(aws.ec2, { ImageId: seed.UBUNTU_AMD64_IMAGE, UserData, InstanceType: 't2.micro' });
  await becomes(aws, id, 'running');
  await aws.ec2.send(new AttachVolumeCommand({ VolumeId: volume, InstanceId: id, Device: '/dev/sdf' }));
  expect(await printed(id)).toEqual([]);
});
