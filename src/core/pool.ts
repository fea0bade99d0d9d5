import { createHash } from 'node:crypto';
import { composeName, renderScope, repositoryOf, TAG, type Run, type Scope } from './identity.js';
import type { Instance, Runner, TagFilter } from './ports.js';
import type { StartRequest } from './request.js';
import type { Site } from './site.js';
import type { Tags } from './tags.js';

/**
 * A pool: stopped instances that have booted once and that no job has used. Who wants one registers the runner that
 * bears the instance's name; GitHub takes a name once in a scope, so one of all that want it gets it.
 */
const CLAIM = 'ec2-pool-';

/** The name of the one runner that may claim this instance. */
export function nameClaim(instanceId: string): string {
  return `${CLAIM}${instanceId}`;
}

export function isClaim(runnerName: string): boolean {
  return runnerName.startsWith(CLAIM);
}

/** The further label by which a claim tells whose it is: its name tells the instance. */
export function originOf(run: Run, startId: string): string {
  return composeName(run, startId);
}

/** What tells a runner's run and start: its name or, of a claim, its labels. */
function originsOf({ name, labels }: Pick<Runner, 'name' | 'labels'>): readonly string[] {
  return isClaim(name) ? labels.map((label) => `${label}-`) : [name];
}

export function isOfRun(
  runner: Pick<Runner, 'name' | 'labels'>,
  { runId, attempt }: { runId: string; attempt?: string },
) {
  const beginning = attempt === undefined ? `ec2-${runId}-` : `ec2-${runId}-${attempt}-`;
  return originsOf(runner).some((origin) => origin.startsWith(beginning));
}

/** Of a runner of this run; `undefined` for any other. */
export function attemptOf(runner: Pick<Runner, 'name' | 'labels'>, runId: string): number | undefined {
  const beginning = `ec2-${runId}-`;
  const origin = originsOf(runner).find((one) => one.startsWith(beginning));
  return origin === undefined ? undefined : Number.parseInt(origin.slice(beginning.length), 10);
}

export function isOfStart(runner: Pick<Runner, 'name' | 'labels'>, startId: string): boolean {
  return originsOf(runner).some((origin) => origin.includes(`-${startId}-`));
}

/** All instances of a pool, claimed ones too. */
export function poolFilter(run: Run, pool: string): TagFilter {
  return { [TAG.repository]: repositoryOf(run), [TAG.pool]: pool };
}

/** Whether a start has made it its own: from then on it is judged as if that had launched it. */
export function isClaimed(tags: Tags): boolean {
  return tags[TAG.start] !== undefined;
}

/** What an instance of a pool is found and judged by until it is claimed. */
export function composePoolTags(
  about: { readonly request: StartRequest; readonly pool: string; readonly site: Site },
  expiresAt: number,
): Tags {
  const { request, pool, site } = about;
  return {
    Name: `ci-actions pool ${pool}`,
    ...request.userTags,
    [TAG.repository]: repositoryOf(request.run),
    [TAG.pool]: pool,
    [TAG.poolShape]: digestShape(request, site),
    [TAG.scope]: renderScope(request.scope),
    [TAG.expiresAt]: new Date(expiresAt).toISOString(),
  };
}

/** Why an instance of a pool is not what the request asks for; `undefined` when it is. Its type and subnet aside. */
export function findMisfit(
  instance: Instance,
  about: { readonly request: StartRequest; readonly site: Site; readonly scope: Scope },
): string | undefined {
  const { request, site, scope } = about;
  if (instance.imageId !== site.image.id) return `its image is ${instance.imageId}, and now it is ${site.image.id}`;
  if (instance.tags[TAG.scope] !== renderScope(scope)) return `it is for runners of ${instance.tags[TAG.scope]}`;
  if (instance.tags[TAG.poolShape] !== digestShape(request, site)) {
    return 'its volume, security groups, profile or key are not those that are asked for';
  }
  return undefined;
}

/** What EC2 cannot change when a stopped instance is claimed, in short enough for a tag. */
function digestShape({ instanceProfile, keyName }: StartRequest, { securityGroupIds, rootVolume }: Site): string {
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
