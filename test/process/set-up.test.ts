import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';

const page = readFileSync(new URL('../../docs/set-up.md', import.meta.url), 'utf8');
const block = /^```sh\n(repo=[^]*?)^```$/m.exec(page)?.[1] ?? '';

const folder = mkdtempSync(join(tmpdir(), 'set-up-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Stand-ins that write down what they were asked, and answer as a stack would whose outputs are ARNs. */
const AWS = `#!/bin/bash
printf '%s\\n' "aws $*" >>"$CALLS"
if [[ $* =~ OutputKey==\\'([A-Za-z]+)\\' ]]; then
  echo "arn:of:$(sed -E 's/.*--stack-name ([^ ]+).*/\\1/' <<<"$*"):\${BASH_REMATCH[1]}"
fi
`;
const GH = `#!/bin/bash
printf '%s\\n' "gh $*" >>"$CALLS"
`;

function setUp(repository: string): string[] {
  for (const [name, text] of Object.entries({ aws: AWS, gh: GH })) {
    writeFileSync(join(folder, name), text, { mode: 0o755 });
  }
  const calls = join(folder, 'calls');
  writeFileSync(calls, '');
  const script = block.replace('octo-org/octo-repo', repository);
  const env = { PATH: `${folder}:/usr/bin:/bin`, CALLS: calls };
  execFileSync('/bin/bash', ['-euo', 'pipefail', '-c', script], { env, stdio: 'pipe' });
  return readFileSync(calls, 'utf8').trim().split('\n');
}

test('The set-up block, pasted as it is, puts each role into its variable', () => {
  const repo = 'octo-org/octo-repo';
  expect(setUp(repo).filter((call) => call.startsWith('gh variable'))).toEqual([
    `gh variable set AWS_ROLE --repo ${repo} --body arn:of:ci-actions-octo-org-octo-repo:StartStopRoleArn`,
    `gh variable set AWS_REAP_ROLE --repo ${repo} --body arn:of:ci-actions-octo-org-octo-repo:ReapRoleArn`,
  ]);
});

test('The set-up block makes a stack of its own for each repository', () => {
  const stacks = ['octo-org/octo-repo', 'octo-org/octo.repo_2'].map(
    (repository) => /cloudformation deploy --stack-name (\S+)/.exec(setUp(repository).join('\n'))?.[1],
  );
  expect(stacks).toEqual(['ci-actions-octo-org-octo-repo', 'ci-actions-octo-org-octo-repo-2']);
});
