import { describe, expect, test } from '@jest/globals';
import { describeAsk, type Ask } from './iam.asks.js';
import { isAllowed, readPolicy, type PolicyName } from './iam.roles.js';
import {
  KEEP_FAILED,
  perform,
  POOL_CLAIM,
  POOL_FILL,
  REAP,
  START_STOP,
  VOLUMES,
  type Scenario,
} from './iam.scenarios.js';
import { readTemplate } from './iam.template.js';
import { findRoleUses, POLICY_OF, readRoleOutputs } from './iam.workflows.js';

type Asked = Ask & { readonly scenario: string };

/** The roles, with everything that their scenarios requested of AWS. */
const startStop = await performAll(START_STOP);
const roles: readonly { name: string; policies: readonly PolicyName[]; asked: readonly Asked[] }[] = [
  { name: 'start-stop', policies: ['start-stop', 'pass-role'], asked: startStop },
  {
    name: 'start-stop with pool-claim',
    policies: ['start-stop', 'pass-role', 'pool-claim'],
    asked: [...startStop, ...(await performAll(POOL_CLAIM))],
  },
  {
    name: 'start-stop with keep-failed',
    policies: ['start-stop', 'pass-role', 'keep-failed'],
    asked: [...startStop, ...(await performAll(KEEP_FAILED))],
  },
  {
    name: 'start-stop with volumes',
    policies: ['start-stop', 'pass-role', 'volumes'],
    asked: [...startStop, ...(await performAll(VOLUMES))],
  },
  { name: 'pool-fill', policies: ['pool-fill', 'pass-role'], asked: await performAll(POOL_FILL) },
  { name: 'reap', policies: ['reap'], asked: await performAll(REAP) },
];

async function performAll(scenarios: Readonly<Record<string, Scenario>>): Promise<Asked[]> {
  const played = Object.entries(scenarios).map(async ([scenario, one]) =>
    (await perform(one)).map((ask) => ({ ...ask, scenario })),
  );
  return (await Promise.all(played)).flat();
}

describe.each(roles)('The role $name', ({ policies, asked }) => {
  const documents = policies.map((name) => readPolicy(name));

  test.each(groupByKind(asked))('may do %s', async (_, group) => {
    const verdicts = await Promise.all(group.map((ask) => isAllowed(ask, documents)));
    expect(group.filter((_ask, at) => !verdicts[at])).toEqual([]);
  });

  test('has no permission that its scenarios do not need', () => {
    const needed = new Set(asked.map(({ action }) => action));
    const allowed = new Set(documents.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action)));
    expect([...allowed].sort()).toEqual([...needed].sort());
  });
});

test('Every scenario sends requests to AWS', () => {
  const seen = new Set(roles.flatMap(({ asked }) => asked.map(({ scenario }) => scenario)));
  expect([...seen].sort()).toEqual(
    [START_STOP, KEEP_FAILED, POOL_CLAIM, POOL_FILL, REAP, VOLUMES]
      .flatMap((scenarios) => Object.keys(scenarios))
      .sort(),
  );
});

describe('The role in each workflow and document of this repository', () => {
  const outputs = readRoleOutputs();
  /** The role of each output of the stack, and its policies; see iam-printed.test.ts. */
  const ofOutput: Readonly<Record<string, { readonly role: string; readonly name: string }>> = {
    StartStopRoleArn: { role: 'StartStopRole', name: 'start-stop' },
    ReapRoleArn: { role: 'ReapRole', name: 'reap' },
    PoolRoleArn: { role: 'PoolRole', name: 'pool-fill' },
    // Of run-phases; iam-export.test.ts compares its policy with what an export asks.
    ExportRoleArn: { role: 'ExportRole', name: 'export' },
    // Of judge-results; iam-history.test.ts compares its policy with what a history asks.
    HistoryRoleArn: { role: 'HistoryRole', name: 'history' },
  };
  // A document may show steps without their credentials. A workflow's job must have them.
  const uses = findRoleUses().filter(({ where, variable }) => variable !== undefined || !where.includes('.md'));

  test('is found', () => {
    expect(uses.map(({ where }) => where)).toEqual(
      expect.arrayContaining([
        'workflows/starter/reap.yml reap',
        'workflows/starter/pool.yml fill',
        'workflows/starter/shortest.yml start',
        'workflows/starter/command.yml start',
        'workflows/starter/command.yml stop',
        'reap-runners/README.md reap',
        'README.md start',
      ]),
    );
    expect(new Set(uses.flatMap(({ actions }) => actions))).toEqual(new Set(Object.keys(POLICY_OF)));
  });

  test.each(Object.entries(outputs))(
    '%s is the output %s of the stack, the ARN of the role of that name or the id of the group',
    (_, output) => {
      const of = output === 'SecurityGroupId' ? 'SecurityGroup.GroupId' : `${ofOutput[output]?.role}.Arn`;
      expect(readTemplate().Outputs[output]?.Value).toEqual({ call: 'GetAtt', of });
    },
  );

  test.each(uses)('$where: allows exactly what $actions need', async ({ variable = '', actions }) => {
    const role = roles.find(({ name }) => name === ofOutput[outputs[variable] ?? '']?.name);
    const documents = role?.policies.map((name) => readPolicy(name)) ?? [];
    const asked = roles
      .filter(({ name }) => actions.some((one) => POLICY_OF[one] === name))
      .flatMap((one) => one.asked);
    const verdicts = await Promise.all(asked.map((ask) => isAllowed(ask, documents)));
    expect(new Set(asked.filter((_ask, at) => !verdicts[at]).map(describeAsk))).toEqual(new Set());
    const allowed = documents.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action));
    expect([...new Set(allowed)].sort()).toEqual([...new Set(asked.map(({ action }) => action))].sort());
  });
});

function groupByKind(asked: readonly Asked[]): [string, readonly Asked[]][] {
  const kinds = [...new Set(asked.map(describeAsk))].toSorted((a, b) => a.localeCompare(b));
  return kinds.map((kind) => [kind, asked.filter((ask) => describeAsk(ask) === kind)]);
}
