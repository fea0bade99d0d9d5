import type { Clock } from '../kernel/clock.js';
import { estimateVolume } from '../kernel/prices.js';
import type { Candidate } from './candidates.js';
import { judgeSpotRequest, judgeVolume, type ReapDecision } from './rules.js';
import type { LocatedSpotRequest, LocatedVolume } from './world.js';

interface LeftoverPorts {
  readonly clock: Clock;
  readonly graceMs: number;
}

/** A volume, which goes when no instance holds it. */
export function considerVolume({ volume, ec2, problem }: LocatedVolume, ports: LeftoverPorts): Candidate {
  const { clock, graceMs } = ports;
  const ageMs = clock.now() - volume.createdAt;
  const cost = estimateVolume(volume, ageMs);
  const judge = (): ReapDecision =>
    orDoubt(judgeVolume(volume, { now: clock.now(), graceMs }), { problem, since: volume.createdAt });
  return {
    about: {
      kind: 'volume',
      id: volume.id,
      region: ec2.region,
      type: `${volume.type}, ${volume.sizeGiB} GiB`,
      ageMs,
      ...(cost !== undefined && { estimatedCost: cost }),
    },
    judge,
    judgeAgain: judge,
    remove: async () => ((await ec2.deleteVolume(volume.id)) === 'in-use' ? 'spared' : 'removed'),
  };
}

/** A spot request, which goes while it is open and no start waits for it. */
export function considerSpotRequest({ request, ec2, problem }: LocatedSpotRequest, ports: LeftoverPorts): Candidate {
  const { clock, graceMs } = ports;
  const ageMs = clock.now() - request.createdAt;
  const judge = (): ReapDecision =>
    orDoubt(judgeSpotRequest(request, { now: clock.now(), graceMs }), { problem, since: request.createdAt });
  return {
    about: { kind: 'spot-request', id: request.id, region: ec2.region, ageMs, estimatedCost: 0 },
    judge,
    judgeAgain: judge,
    remove: () => ec2.cancelSpotRequest(request.id).then(() => 'removed' as const),
  };
}

/** What would go, but whose tags only look like ours, is left to a person. */
function orDoubt(
  decision: ReapDecision,
  { problem, since }: { readonly problem: string | undefined; readonly since: number },
): ReapDecision {
  return decision.kind === 'remove' && problem !== undefined ? { kind: 'skip', why: problem, since } : decision;
}
