import type { LocatedInstance } from '../instances/located-instance.js';
import { Failure } from '../kernel/failure.js';
import { linkRun, parseScope, TAG, type Run } from '../kernel/identity.js';
import { hasTags } from '../kernel/tags.js';
import { renderTime } from '../kernel/times.js';
import type { Ec2ByRegion, Instance } from '../ports/ec2.js';
import { machineTags, type StartRequest } from './request.js';

/**
 * The instances of the request's machine name, in these regions: those that are not terminated, or all that EC2 still
 * lists.
 *
 * @throws Failure `aws-*` if a region cannot be asked
 */
export async function findMachines(
  { run, machineName = '' }: Pick<StartRequest, 'run' | 'machineName'>,
  regions: readonly string[],
  { ec2In }: { readonly ec2In: Ec2ByRegion },
  which?: { readonly alsoEnded?: boolean },
): Promise<readonly LocatedInstance[]> {
  const tags = machineTags(run, machineName);
  const perRegion = await Promise.all(
    regions.map(async (region) => {
      const found = await (await ec2In(region)).findInstances(tags, which);
      const ours = found.filter((one) => hasTags(one.tags, tags));
      return ours.map((instance) => ({ instance, region }));
    }),
  );
  return perRegion.flat();
}

/**
 * What contradicts that start-runner launched an instance under this name; `undefined` if nothing does. People can edit
 * tags, and an instance whose tags are in doubt is neither ended nor joined.
 */
export function findDoubt({ tags }: Instance): string | undefined {
  const forms: Readonly<Record<string, RegExp>> = {
    [TAG.runId]: /^\d+$/,
    [TAG.runAttempt]: /^\d+$/,
    [TAG.start]: /^[0-9a-f]{8}$/,
    [TAG.label]: /^\S+$/,
    [TAG.expiresAt]: /^\d{4}-\d\d-\d\dT/,
  };
  const bad = Object.entries(forms).find(([key, form]) => !form.test(tags[key] ?? ''))?.[0];
  if (bad !== undefined) return `its tag ${bad} is ${tags[bad] === undefined ? 'missing' : 'malformed'}`;
  if (parseScope(tags[TAG.scope]) === undefined) return `its tag ${TAG.scope} is no scope`;
  return tags[TAG.pool] === undefined ? undefined : `its tag ${TAG.pool} says that it is of a pool`;
}

/** `i-… (t3.xlarge in us-east-1, running since 2026-11-27T20:00:00Z), which run 77 (https://…) started` */
export function describeMachine({ instance, region }: LocatedInstance, run: Run): string {
  const { id, type, state, launchedAt, tags } = instance;
  const since = Number.isFinite(launchedAt) ? ` since ${renderTime(launchedAt)}` : '';
  const runId = tags[TAG.runId] ?? 'unknown';
  return `${id} (${type} in ${region}, ${state}${since}), which run ${runId} (${linkRun(run, runId)}) started`;
}

/** @param why completes the message, as a sentence */
export function refuseMachine(
  one: LocatedInstance,
  request: StartRequest,
  about: { why: string; hint: string },
): Failure {
  const { machineName, run } = request;
  return new Failure(
    'machine-running',
    `Machine ${machineName} is ${describeMachine(one, run)}. ${about.why} Nothing was launched.`,
    { hint: about.hint },
  );
}
