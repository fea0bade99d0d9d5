/** A data volume that the machine of the same name holds. */
import { expect, test } from '@jest/globals';
import type { DataVolumeRequest } from '../../../../src/core/machine/data-volume-request.js';
import type { StartRequest } from '../../../../src/core/start/request.js';
import { aVolume, createVolumeCloud } from '../../../worlds/data-volume.js';
import { failureOf, run } from '../../../worlds/requests.js';

/** A world in which run 88 has started machine `bench` with the volume. */
async function aRunningMachine() {
  const world = createVolumeCloud({ bootMs: 10_000 });
  const start = (volume: Partial<DataVolumeRequest>, changes: Partial<StartRequest>) =>
    world.start(aVolume(volume), { machineName: 'bench', whenRunning: 'refuse', ...changes });
  await start({}, { run: { ...run, runId: '88' }, startId: 'aaaaaaaa', label: 'label-of-88' });
  const [volume] = world.ec2.dataVolumes.list();
  return { world, start, id: volume!.id, holder: volume!.attachments[0]!.instanceId };
}

test.each(['refuse', 'wait', 'detach'] as const)(
  '`replace` ends that machine first, and the new one gets the volume: when-attached: %s',
  async (whenAttached) => {
    const { world, start, id, holder } = await aRunningMachine();
    const { instances } = await start({ whenAttached }, { whenRunning: 'replace' });
    const launched = instances[0]!.instance.id;
    expect(world.live().map((one) => one.id)).toEqual([launched]);
    expect(launched).not.toBe(holder);
    expect(world.ec2.dataVolumes.list()).toMatchObject([{ id, attachments: [{ instanceId: launched }] }]);
    // The machine's end is waited for, and not the volume.
    expect(world.said.join('\n')).not.toMatch(/Waiting for it|Taking it away/);
  },
);

test('`join` leaves the volume with the machine', async () => {
  const { world, start, holder } = await aRunningMachine();
  const { joined } = await start({}, { whenRunning: 'join' });
  expect(joined?.started.instance.id).toBe(holder);
  expect(world.live().map(({ id }) => id)).toEqual([holder]);
  expect(world.ec2.dataVolumes.list()[0]!.attachments).toMatchObject([{ instanceId: holder }]);
});

test('`refuse` names the machine, and what else could be done', async () => {
  const { start } = await aRunningMachine();
  expect(await failureOf(start({}, {}))).toMatchObject({ code: 'machine-running' });
});

test.each(['refuse', 'detach'] as const)(
  'a volume that another machine of the repository took meanwhile is treated by when-attached: %s',
  async (whenAttached) => {
    const { world, start, id } = await aRunningMachine();
    const { instances } = await world.start(aVolume({ id, whenAttached: 'detach' }), {
      startId: 'bbbbbbbb',
      label: 'other',
    });
    const other = instances[0]!.instance.id;
    const second = start({ whenAttached }, { whenRunning: 'replace' });
    if (whenAttached === 'refuse') expect(await failureOf(second)).toMatchObject({ code: 'data-volume-in-use' });
    else expect((await second).instances[0]!.instance.id).not.toBe(other);
  },
);
