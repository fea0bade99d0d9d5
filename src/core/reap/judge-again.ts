import { TAG } from '../kernel/identity.js';
import { isClaimed } from '../kernel/origin.js';
import type { Runner } from '../ports/github.js';
import type {
  Candidate,
  InstanceCandidate,
  PooledCandidate,
  RunnerCandidate,
  SnapshotCandidate,
  VolumeCandidate,
} from './candidate.js';
import type { JudgeContext } from './judge-context.js';
import { judgeGhost } from './judge-ghost.js';
import { judgeByClaim, judgeByRunners, judgeDoubtful, judgeLeftover } from './judge.js';
import type { ReapDecision } from './rules.js';

/**
 * The second judgment, right before the removal, by what is true now: since the listings, which may be minutes old, a
 * runner may have started a job.
 *
 * @throws Failure when EC2 or GitHub cannot be asked
 */
export async function judgeAgain(candidate: Candidate, context: JudgeContext): Promise<ReapDecision> {
  switch (candidate.kind) {
    case 'instance':
      return judgeByRunners(candidate, await readRunners(candidate, context), context);
    case 'pooled-instance':
      return judgePooledAgain(candidate, context);
    case 'doubtful-instance':
      return judgeDoubtful(candidate);
    case 'runner':
      return judgeRunnerAgain(candidate, context);
    case 'volume':
    case 'snapshot':
      return judgeKeptAgain(candidate, context);
    case 'spot-request':
      return judgeLeftover(candidate, context);
  }
}

async function readRunners({ identity }: InstanceCandidate, context: JudgeContext): Promise<(Runner | 'absent')[]> {
  const github = await context.gitHubByScope.of(identity.scope);
  const isListed = identity.runners.some(({ id }) => id === undefined);
  const listed = isListed ? await github.listRunners() : [];
  const runners: (Runner | 'absent')[] = [];
  for (const { id, name } of identity.runners) {
    const found = id === undefined ? listed.find((one) => one.name === name) : await github.readRunner(id);
    runners.push(found ?? 'absent');
  }
  return runners;
}

async function judgePooledAgain(candidate: PooledCandidate, context: JudgeContext): Promise<ReapDecision> {
  const { instance, ec2, identity } = candidate;
  const pooled = await ec2.findInstances({ [TAG.repository]: identity.repository, [TAG.pool]: identity.pool });
  const current = pooled.find(({ id }) => id === instance.id);
  if (!current || isClaimed(current.tags)) return { kind: 'keep', why: 'a start has claimed it' };
  const github = await context.gitHubByScope.of(identity.scope);
  return judgeByClaim({ ...candidate, instance: current }, await github.listRunners(), context);
}

/** A start may have used a data volume since it was listed, which renewed the time until when it is kept. */
async function judgeKeptAgain(
  candidate: VolumeCandidate | SnapshotCandidate,
  context: JudgeContext,
): Promise<ReapDecision> {
  const { tags, id } = candidate.kind === 'volume' ? candidate.volume : candidate.snapshot;
  const [repository, key] = [tags[TAG.repository], tags[TAG.volume]];
  if (repository === undefined || key === undefined) return judgeLeftover(candidate, context);
  const filter = { [TAG.repository]: repository, [TAG.volume]: key };
  if (candidate.kind === 'volume') {
    const volume = (await candidate.ec2.findVolumes(filter)).find((one) => one.id === id);
    return volume ? judgeLeftover({ ...candidate, volume }, context) : { kind: 'keep', why: 'its tags have changed' };
  }
  const snapshot = (await candidate.ec2.findSnapshots(filter)).find((one) => one.id === id);
  return snapshot ? judgeLeftover({ ...candidate, snapshot }, context) : { kind: 'keep', why: 'its tags have changed' };
}

async function judgeRunnerAgain(candidate: RunnerCandidate, context: JudgeContext): Promise<ReapDecision> {
  const github = await context.gitHubByScope.of(candidate.scope);
  const current = await github.readRunner(candidate.runner.id);
  return current ? judgeGhost(candidate, current, context) : { kind: 'keep', why: 'it is gone' };
}
