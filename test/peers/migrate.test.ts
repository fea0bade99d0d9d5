/** Workflows of ec2-github-runner and of forks whose users changed only the `uses:` lines. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { ownShapes, readCases, type Case } from './migrate/cases.js';
import { findFaults, type Shown } from './migrate/checks.js';
import { plays } from './migrate/plays.js';

const cases = readCases();

async function show(one: Case): Promise<Shown> {
  const shown: Record<string, Shown[string]> = {};
  for (const name of one.plays) shown[name] = await plays[name]!(one);
  return shown;
}

afterAll(() => {
  if (cases.length === 0) console.log('The collected migration cases are left out: ../shared/cases does not exist.');
});

describe('A workflow of ec2-github-runner is right with only `uses:` changed', () => {
  test.concurrent.each([...ownShapes, ...cases].map((one) => [one.id, one] as const))('%s', async (_, one) => {
    expect(findFaults(one, await show(one))).toEqual([]);
  });
});
