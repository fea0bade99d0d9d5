import { endInstance } from '../instances/end-instances.js';
import type { Clock } from '../kernel/clock.js';
import type { Scope } from '../kernel/identity.js';
import type { TaggedRunner } from '../kernel/runner-tags.js';
import type { Candidate, InstanceCandidate, PooledCandidate } from './candidate.js';
import type { GitHubByScope } from './github-by-scope.js';
import type { RemoveDecision } from './rules.js';

interface RemovePorts {
  readonly gitHubByScope: GitHubByScope;
  readonly clock: Clock;
}

/**
 * Removes a candidate whose second judgment was `remove`.
 *
 * @returns `spared` when it came into use meanwhile
 * @throws Failure when it could not be removed
 */
export async function remove(
  candidate: Candidate,
  { claim }: RemoveDecision,
  ports: RemovePorts,
): Promise<'removed' | 'spared'> {
  switch (candidate.kind) {
    case 'instance':
      return removeInstance(candidate, candidate.identity.runners, ports);
    case 'pooled-instance':
      return removeInstance(candidate, claim ? [claim] : [], ports);
    case 'runner':
      return removeRunners([candidate.runner], candidate.scope, ports);
    case 'volume':
      return (await candidate.ec2.deleteVolume(candidate.volume.id)) === 'in-use' ? 'spared' : 'removed';
    case 'snapshot':
      return (await candidate.ec2.deleteSnapshot(candidate.snapshot.id)) === 'in-use' ? 'spared' : 'removed';
    case 'spot-request':
      await candidate.ec2.cancelSpotRequest(candidate.request.id);
      return 'removed';
    case 'doubtful-instance':
      // Its judgment is never `remove`.
      return 'spared';
  }
}

/**
 * Removes an instance's runners, then ends the instance. GitHub refuses to remove a busy runner, and a removed runner
 * gets no job: once all are removed, ending the instance kills no job.
 */
async function removeInstance(
  { instance, ec2, identity }: InstanceCandidate | PooledCandidate,
  runners: readonly TaggedRunner[],
  ports: RemovePorts,
): Promise<'removed' | 'spared'> {
  if ((await removeRunners(runners, identity.scope, ports)) === 'spared') return 'spared';
  await endInstance(instance.id, ec2, ports.clock);
  return 'removed';
}

/**
 * Stops at the first busy runner, so that the others stay available. A runner without an id is looked up by its name,
 * because its instance may have registered it since.
 */
async function removeRunners(
  runners: readonly TaggedRunner[],
  scope: Scope,
  { gitHubByScope }: RemovePorts,
): Promise<'removed' | 'spared'> {
  if (runners.length === 0) return 'removed';
  const github = await gitHubByScope.of(scope);
  const listed = runners.some(({ id }) => id === undefined) ? await github.listRunners() : [];
  for (const { id, name } of runners) {
    const known = id ?? listed.find((one) => one.name === name)?.id;
    if (known !== undefined && (await github.removeRunner(known)) === 'busy') return 'spared';
  }
  return 'removed';
}
