import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { stackNameOf } from '../../setup/names.js';

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
if [[ $* == "api repos/"*" --jq .id" ]]; then cksum <<<"$2" | cut -d' ' -f1; fi
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

test('The set-up block, pasted as it is, puts each output into its variable', () => {
  const repo = 'octo-org/octo-repo';
  const calls = setUp(repo);
  const stack = /--stack-name (ci-actions-octo-org-octo-repo-\d+)/.exec(calls.join('\n'))?.[1];
  const set = (name: string, value: string) => `gh variable set ${name} --repo ${repo} --body ${value}`;
  expect(calls.filter((call) => call.startsWith('gh variable'))).toEqual([
    set('AWS_REGION', 'us-east-1'),
    set('AWS_ROLE', `arn:of:${stack}:StartStopRoleArn`),
    set('AWS_REAP_ROLE', `arn:of:${stack}:ReapRoleArn`),
    set('AWS_SECURITY_GROUP', `arn:of:${stack}:SecurityGroupId`),
  ]);
});

test('The set-up block makes a stack of its own for each repository, of the name that the set-up command uses', () => {
  const names = ['a-b/c', 'a/b-c', 'octo-org/octo.repo_2'].map((repository) => {
    const calls = setUp(repository).join('\n');
    const [, name = '', id = ''] = /cloudformation deploy --stack-name (\S+-(\d+))/.exec(calls) ?? [];
    expect(name).toBe(stackNameOf(repository, Number(id)));
    return name;
  });
  expect(new Set(names).size).toBe(names.length);
});
