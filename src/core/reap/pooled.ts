import { endInstances } from '../instances/end-instances.js';
import { Failure } from '../kernel/failure.js';
import { TAG } from '../kernel/identity.js';
import { isClaimed, nameClaim } from '../kernel/origin.js';
import { judgePooled } from './pool-rules.js';
import type { Clock } from '../kernel/clock.js';
import type { Instance, ReaperEc2 } from '../ports/ec2.js';
import type { ReaperGitHub, Runner } from '../ports/github.js';
import type { Candidate } from './candidates.js';
import type { PooledIdentity } from './identity.js';
import type { Outcome } from './finding.js';
import type { ReapDecision } from './rules.js';

interface PooledPorts {
  /** The runners of its scope, as they were listed. @throws Failure why they could not be */
  readonly listed: () => readonly Runner[];
  readonly hub: () => Promise<ReaperGitHub>;
  readonly clock: Clock;
}

/** An instance of a pool that no start had claimed when everything was listed. */
export function considerPooled(
  found: { readonly instance: Instance; readonly ec2: ReaperEc2; readonly identity: PooledIdentity },
  { listed, hub, clock }: PooledPorts,
): Omit<Candidate, 'about'> {
  const { instance, ec2, identity } = found;
  const { pool, repository, expiresAt } = identity;
  let claim: Runner | undefined;
  const judge = (now: Instance, runners: readonly Runner[]): ReapDecision => {
    claim = runners.find(({ name }) => name === nameClaim(instance.id));
    return judgePooled(now, { pool, expiresAt, isLocked: claim !== undefined, now: clock.now() });
  };
  return {
    judge: () => judge(instance, listed()),
    judgeAgain: async () => {
      const pooled = await ec2.findInstances({ [TAG.repository]: repository, [TAG.pool]: pool });
      const now = pooled.find(({ id }) => id === instance.id);
      if (!now || isClaimed(now.tags)) return { kind: 'keep', why: 'a start has claimed it' };
      return judge(now, await (await hub()).listRunners());
    },
    remove: async () => {
      // A claim that held it for too long: GitHub refuses this while a job runs, and from here on none can begin.
      if (claim && (await (await hub()).removeRunner(claim.id)) === 'busy') return 'spared';
      return endInstance(instance.id, ec2, clock);
    },
  };
}

/** @throws Failure why EC2 does not end it; `cleanup-incomplete` for one that it listed and does not know now */
export async function endInstance(id: string, ec2: ReaperEc2, clock: Clock): Promise<Outcome> {
  const ports = { ec2In: async () => ec2, clock };
  const { ended, refused } = await endInstances([{ id, region: ec2.region }], ports, 0);
  if (ended.length > 0) return 'removed';
  for (const { failure } of refused) throw failure;
  throw new Failure('cleanup-incomplete', `EC2 listed ${id}, and does not know it now.`, {
    hint: 'The next sweep looks again.',
  });
}
