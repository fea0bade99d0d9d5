import { describe, expect, test } from '@jest/globals';
import { describeAsk, type Ask } from './iam.asks.js';
import { isAllowed, readPolicy, type PolicyName } from './iam.roles.js';
import { perform, POOL_CLAIM, POOL_FILL, REAP, START_STOP, type Scenario } from './iam.scenarios.js';

type Asked = Ask & { readonly scenario: string };

/** The roles, and all that was asked of AWS on their behalf. */
const startStop = await performAll(START_STOP);
const roles: readonly { name: string; policies: readonly PolicyName[]; asked: readonly Asked[] }[] = [
  { name: 'start-stop', policies: ['start-stop', 'pass-role'], asked: startStop },
  {
    name: 'start-stop with pool-claim',
    policies: ['start-stop', 'pass-role', 'pool-claim'],
    asked: [...startStop, ...(await performAll(POOL_CLAIM))],
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

  test('may do nothing that was not needed', () => {
    const needed = new Set(asked.map(({ action }) => action));
    const allowed = new Set(documents.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action)));
    expect([...allowed].sort()).toEqual([...needed].sort());
  });
});

test('Every scenario asked AWS for something', () => {
  const seen = new Set(roles.flatMap(({ asked }) => asked.map(({ scenario }) => scenario)));
  expect([...seen].sort()).toEqual(
    [START_STOP, POOL_CLAIM, POOL_FILL, REAP].flatMap((scenarios) => Object.keys(scenarios)).sort(),
  );
});

function groupByKind(asked: readonly Asked[]): [string, readonly Asked[]][] {
  const kinds = [...new Set(asked.map(describeAsk))].toSorted((a, b) => a.localeCompare(b));
  return kinds.map((kind) => [kind, asked.filter((ask) => describeAsk(ask) === kind)]);
}
