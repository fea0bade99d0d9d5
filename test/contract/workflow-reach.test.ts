import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { findBrokenWires } from './workflow-reach.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const folders = [
  '.github/workflows',
  'workflows/starter',
  'workflows/starter/all-environments',
  'workflows/starter/other-owner',
  'workflows/example-marqo/after',
  'workflows/example-lumi/after',
  'workflows/example-concert/after',
  'workflows/example-topsail/after',
];
const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.yml') && name !== 'ec2-runners.yml')
    .map((name) => `${folder}/${name}`),
);

const tox = read('.github/workflows/tox-on-ec2.yml');
const all = read('.github/workflows/all_environments.yml');

describe('Every input, secret and output reaches the steps that use it', () => {
  test.each(files)('in %s', (file) => {
    expect(findBrokenWires(read(file), read)).toEqual([]);
  });

  // This has happened: an input was renamed, the step still read the old name, and the wrong image was tested, green.
  test.each([
    [
      'an input that no step reads any more',
      tox,
      /inputs\.report\b/g,
      'inputs.tox-env',
      'input report is declared and used nowhere',
    ],
    [
      'an input that is read and not declared',
      tox,
      /\{\{ inputs\.report /g,
      '{{ inputs.reports ',
      'input reports is used and not declared',
    ],
    [
      'a secret that is read and not declared',
      tox,
      /secrets\.TEST_ENV/g,
      'secrets.TEST',
      'secret TEST is used and not declared',
    ],
    [
      'an output of a job that it does not have',
      tox,
      /needs\.start\.outputs\.sha/g,
      'needs.start.outputs.commit',
      'output start.outputs.commit is used and not declared',
    ],
    [
      'an output that an action does not have',
      tox,
      /steps\.check\.outputs\.skip/g,
      'steps.check.outputs.reason',
      'start: $/check-tests has no output reason',
    ],
    [
      'an input that an action does not take',
      tox,
      / {2}tox-version: \$/g,
      '  version: $',
      'test: $/run-tox takes no input version',
    ],
    [
      'a job that is not waited for',
      tox,
      /needs: \[start, test, restart\]/g,
      'needs: [start, test]',
      'retest looks at restart, which it does not need',
    ],
    [
      'an output that no job reads, once none reads all of them',
      read('workflows/example-lumi/after/containers.yml'),
      /toJSON\(needs\)/g,
      'toJSON(github)',
      'output test_rocm_6_2_4.outputs.evidence is declared and used nowhere',
    ],
    [
      'an input that is not passed on',
      all,
      /\n *report: \$.*/,
      '',
      'unit: .github/workflows/tox-on-ec2.yml is not given report',
    ],
    [
      'an input that the called workflow does not take',
      all,
      / preset: cuda/,
      ' profile: cuda',
      'cuda: .github/workflows/tox-on-ec2.yml takes no input profile',
    ],
    [
      'a secret that is not passed on',
      all,
      /\n *RUNNER_TOKEN: \$.*/,
      '',
      'unit: .github/workflows/tox-on-ec2.yml is not given the secret RUNNER_TOKEN',
    ],
  ])('and %s is noticed', (_, text, pattern, instead, problem) => {
    const broken = text.replace(pattern, () => instead);
    expect(broken).not.toBe(text);
    expect(findBrokenWires(broken, read)).toContain(problem);
  });
});
