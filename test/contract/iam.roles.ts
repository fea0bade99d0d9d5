import { readFileSync } from 'node:fs';
import { runSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
import { PLACE, type PolicyDocument } from '../../iam/policy.js';
import { seed } from '../../sandbox/sandbox.js';
import { ACCOUNT, describeAsk, type Ask } from './iam.asks.js';

export type PolicyName =
  | 'start-stop'
  | 'pass-role'
  | 'pool-claim'
  | 'pool-fill'
  | 'volumes'
  | 'reap'
  | 'keep-failed'
  | 'session-host'
  | 'session-user'
  | 'ami-build'
  | 'export'
  | 'history'
  | 'trust';

/** The values that the sandbox's user fills into the policies. */
export const VALUES: Readonly<Record<string, string>> = {
  [PLACE.account]: ACCOUNT,
  [PLACE.regions]: 'us-east-1',
  [PLACE.instanceTypes]: '*.xlarge',
  [PLACE.owner]: 'octo-org',
  [PLACE.ownerId]: '583231',
  [PLACE.repository]: 'octo-repo',
  [PLACE.repositoryId]: '1296269',
  [PLACE.subject]: '*',
  [PLACE.instanceRole]: seed.INSTANCE_PROFILE,
  [PLACE.bucket]: 'ci-artifacts',
  [PLACE.prefix]: 'runs',
  [PLACE.historyBucket]: 'ci-results',
  [PLACE.historyKey]: 'octo-repo/history.jsonl',
};

/** Reads a printed policy and fills in the user's values. */
export function readPolicy(name: PolicyName, values: Readonly<Record<string, string>> = {}): PolicyDocument {
  const printed = readFileSync(new URL(`../../iam/${name}.json`, import.meta.url), 'utf8');
  const filled = Object.entries({ ...VALUES, ...values }).reduce(
    (text, [place, value]) => text.replaceAll(place, value),
    printed,
  );
  return JSON.parse(filled) as PolicyDocument;
}

const ROLE = `arn:aws:sts::${ACCOUNT}:assumed-role/ci-actions/run`;

/** The permissions that a role with these policies lacks. */
export async function findDenied(asks: readonly Ask[], policies: readonly PolicyDocument[]): Promise<string[]> {
  const verdicts = await Promise.all(asks.map((ask) => isAllowed(ask, policies)));
  return asks.filter((_, at) => !verdicts[at]).map(describeAsk);
}

export function isAllowed({ action, resource, context }: Ask, policies: readonly PolicyDocument[]): Promise<boolean> {
  return simulate({
    request: {
      principal: ROLE,
      action,
      resource: { resource, accountId: ACCOUNT },
      contextVariables: { ...context },
    },
    identityPolicies: policies.map((policy, at) => ({ name: `${at}`, policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  });
}

/** @throws when a condition key does not belong to the action, because then the result proves nothing */
export async function simulate(simulation: Simulation): Promise<boolean> {
  const outcome = await runSimulation(simulation, {});
  if (outcome.resultType === 'error') throw new Error(JSON.stringify(outcome.errors));
  const results = outcome.resultType === 'single' ? [outcome.result] : outcome.results;
  const ignored = results.flatMap(({ ignoredContextKeys = [] }) => ignoredContextKeys);
  if (ignored.length > 0) throw new Error(`${simulation.request.action} knows no ${ignored.join(', ')}.`);
  return outcome.overallResult === 'Allowed';
}
