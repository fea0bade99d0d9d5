import { gunzipSync } from 'node:zlib';
import type { DataVolumeRequest } from '../../src/core/machine/data-volume-request.js';
import { dryRunStart, startRunners } from '../../src/core/start/start.js';
import { StartVolume } from '../../src/core/volumes/start-volume.js';
import { createCloud } from './cloud.js';
import type { FakeEc2 } from './fake-ec2.js';
import { aRequest, run } from './requests.js';

export const REPOSITORY = 'ci-actions:repository';
export const VOLUME = 'ci-actions:volume';
export const KEEP_UNTIL = 'ci-actions:keep-until';
export const OURS = `${run.owner}/${run.repo}`;
export const DAY_MS = 86_400_000;

/** The request for a blank `docker` of 20 GiB on /var/lib/docker. */
export function aVolume(changes: Partial<DataVolumeRequest> = {}): DataVolumeRequest {
  const { id } = changes;
  return {
    ...(id === undefined && { name: 'docker' }),
    mount: '/var/lib/docker',
    sizeGiB: 20,
    type: 'gp3',
    whenAttached: 'refuse',
    mode: 'use',
    takesSnapshot: false,
    keepSnapshots: 3,
    keepDays: 14,
    ...changes,
  };
}

/** Makes a volume that an earlier start created. */
export function placeVolume(
  ec2: FakeEc2,
  {
    zone = 'us-east-1a',
    tags = {},
    ...changes
  }: { zone?: string; tags?: Record<string, string>; sizeGiB?: number } = {},
) {
  const { id } = ec2.dataVolumes.create({
    availabilityZone: zone,
    sizeGiB: 20,
    type: 'gp3',
    tags: { [REPOSITORY]: OURS, [VOLUME]: 'docker', [KEEP_UNTIL]: '2026-01-10T00:00:00.000Z', ...tags },
    clientToken: `earlier-${ec2.dataVolumes.list().length}`,
  });
  ec2.dataVolumes.change(id, { createdAt: 0, ...changes });
  return id;
}

/** Makes a snapshot that an earlier stop took. */
export function placeSnapshot(ec2: FakeEc2, changes: { createdAt?: number; state?: string; sizeGiB?: number } = {}) {
  const id = `snap-0e${ec2.dataVolumes.snapshots.length.toString().padStart(15, '0')}`;
  const tags = { [REPOSITORY]: OURS, [VOLUME]: 'docker', [KEEP_UNTIL]: '2026-01-10T00:00:00.000Z' };
  ec2.dataVolumes.snapshots.push({ id, state: 'completed', createdAt: 0, sizeGiB: 20, ...changes, tags });
  return id;
}

type Changes = Parameters<typeof aRequest>[0];

/** A cloud in which starts have data volumes. */
export function createVolumeCloud(options: Parameters<typeof createCloud>[0] = { bootMs: 25_000 }) {
  const world = createCloud(options);
  const prepare = (dataVolume: DataVolumeRequest, changes: Changes = {}) => {
    const request = aRequest({ ...changes, dataVolume });
    const volume = new StartVolume(
      {
        dataVolume,
        run: request.run,
        startId: request.startId,
        namesSubnets: request.machine.subnetIds.length > 0,
        startupTimeoutMs: request.startup.startupTimeoutMs,
        ...(request.machineName !== undefined && { machineName: request.machineName }),
      },
      world.ports,
    );
    return { request, ports: { ...world.ports, dataVolume: volume } };
  };
  return {
    ...world,
    start(dataVolume: DataVolumeRequest, changes?: Changes) {
      const { request, ports } = prepare(dataVolume, changes);
      return startRunners(request, ports);
    },
    dryRun(dataVolume: DataVolumeRequest, changes?: Changes) {
      const { request, ports } = prepare(dataVolume, changes);
      return dryRunStart(request, ports).then((checked) => ({ ...checked, said: ports.dataVolume.describe() }));
    },
    /** The value of `data-volume` in each launch's payload. */
    payloads: () =>
      world.ec2.specs.map(({ userData }) => /^#:data-volume (.*)$/m.exec(gunzipSync(userData).toString())?.[1]),
  };
}
