import { createHash } from 'node:crypto';
import { renderScope, repositoryOf, TAG, type Run, type Scope } from '../kernel/identity.js';
import type { Instance, TagFilter } from '../ports/ec2.js';
import type { StartRequest } from '../machine/request.js';
import type { RegionSetup } from '../machine/region-setup.js';
import type { Tags } from '../kernel/tags.js';

/** All instances of a pool, claimed ones too. */
export function poolFilter(run: Run, pool: string): TagFilter {
  return { [TAG.repository]: repositoryOf(run), [TAG.pool]: pool };
}

/** What an instance of a pool is found and judged by until it is claimed. */
export function composePoolTags(
  about: { readonly request: StartRequest; readonly pool: string; readonly setup: RegionSetup },
  expiresAt: number,
): Tags {
  const { request, pool, setup } = about;
  return {
    Name: `ci-actions pool ${pool}`,
    ...request.userTags,
    [TAG.repository]: repositoryOf(request.run),
    [TAG.pool]: pool,
    [TAG.poolShape]: digestShape(request, setup),
    [TAG.scope]: renderScope(request.scope),
    [TAG.expiresAt]: new Date(expiresAt).toISOString(),
  };
}

/** Why an instance of a pool is not what the request asks for; `undefined` when it is. Its type and subnet aside. */
export function findMisfit(
  instance: Instance,
  about: { readonly request: StartRequest; readonly setup: RegionSetup; readonly scope: Scope },
): string | undefined {
  const { request, setup, scope } = about;
  if (instance.imageId !== setup.image.id) return `its image is ${instance.imageId}, and now it is ${setup.image.id}`;
  if (instance.tags[TAG.scope] !== renderScope(scope)) return `it is for runners of ${instance.tags[TAG.scope]}`;
  if (instance.tags[TAG.poolShape] !== digestShape(request, setup)) {
    return 'its volume, security groups, profile or key are not those that are asked for';
  }
  return undefined;
}

/** What EC2 cannot change when a stopped instance is claimed, in short enough for a tag. */
function digestShape(
  { instanceProfile, keyName }: StartRequest,
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
    // Only where it was asked for: pools from before there was encryption keep their shape.
    ...(encrypted ? [encrypted, kmsKeyId] : []),
  ];
  return createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 16);
}
