import { createHash } from 'node:crypto';
import { renderScope, repositoryOf, TAG, type Run, type Scope } from '../kernel/identity.js';
import type { Tags } from '../kernel/tags.js';
import type { RegionSetup } from '../machine/region-setup.js';
import type { MachineRequest } from '../machine/request.js';
import type { Instance, TagFilter } from '../ports/ec2.js';
import type { FillRequest } from './request.js';

/** Finds all instances of a pool, claimed ones included. */
export function poolFilter(run: Run, pool: string): TagFilter {
  return { [TAG.repository]: repositoryOf(run), [TAG.pool]: pool };
}

/** The tags by which an instance of a pool is found and judged until it is claimed. */
export function composePoolTags(
  { run, pool, scope, machine }: Pick<FillRequest, 'run' | 'pool' | 'scope' | 'machine'>,
  setup: RegionSetup,
  expiresAt: number,
): Tags {
  return {
    Name: `ci-actions pool ${pool}`,
    ...machine.userTags,
    [TAG.repository]: repositoryOf(run),
    [TAG.pool]: pool,
    [TAG.poolShape]: digestShape(machine, setup),
    [TAG.scope]: renderScope(scope),
    [TAG.expiresAt]: new Date(expiresAt).toISOString(),
  };
}

/**
 * Why an instance of a pool does not fit a request, apart from its type and subnet.
 *
 * @returns `undefined` when it fits
 */
export function findMisfit(
  instance: Instance,
  wanted: { readonly machine: MachineRequest; readonly scope: Scope; readonly setup: RegionSetup },
): string | undefined {
  const { machine, scope, setup } = wanted;
  if (instance.imageId !== setup.image.id) return `its image is ${instance.imageId}, and now it is ${setup.image.id}`;
  if (instance.tags[TAG.scope] !== renderScope(scope)) return `it is for runners of ${instance.tags[TAG.scope]}`;
  if (instance.tags[TAG.poolShape] !== digestShape(machine, setup)) {
    return 'its volume, security groups, profile or key are not the requested ones';
  }
  return undefined;
}

/** A digest, short enough for a tag, of everything that EC2 cannot change when a stopped instance is claimed. */
function digestShape(
  { instanceProfile, keyName }: MachineRequest,
  { securityGroupIds, rootVolume }: RegionSetup,
): string {
  const { deviceName, sizeGiB, type, iops, throughputMiBps, encrypted, kmsKeyId } = rootVolume;
  const shape = [
    instanceProfile,
    keyName,
    securityGroupIds.toSorted(),
    deviceName,
    sizeGiB,
    type,
    iops,
    throughputMiBps,
    // Only when set: instances from before encryption was supported keep their digest.
    ...(encrypted ? [encrypted, kmsKeyId] : []),
  ];
  return createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 16);
}
