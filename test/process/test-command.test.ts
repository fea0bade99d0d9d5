/** The scripts of workflows/starter/all-environments/test-command.yml, run by bash, with a `gh` that records its calls. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

interface Step {
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
}
const file = fileURLToPath(new URL('../../workflows/starter/all-environments/test-command.yml', import.meta.url));
const workflow = parse(readFileSync(file, 'utf8')) as {
  jobs: Record<'read' | 'answer', { if: string; steps: [Step] }> & { tests: { with: Record<string, string> } };
};
const [read] = workflow.jobs.read.steps;
const [post] = workflow.jobs.answer.steps;

const SHA = '1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d';
const HERE = 'octo-org/octo-repo';
const FORK = 'somebody/octo-repo';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'test-command-'));
  const gh = [
    '#!/bin/bash',
    `printf '%s\\n' "$*" >>'${folder}/calls'`,
    'case $* in',
    '  */permission*) echo "$PERMISSION" ;;',
    '  */pulls/*) printf "%s\\t%s\\t%s\\t%s\\n" "$STATE" "$HEAD" "$FROM" "$PUSHED_AT" ;;',
    'esac',
  ];
  writeFileSync(join(folder, 'gh'), gh.join('\n'), { mode: 0o755 });
  for (const name of ['calls', 'output']) writeFileSync(join(folder, name), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

function runScript({ run, env }: Step, variables: Readonly<Record<string, string>>) {
  const constants = Object.entries(env).filter(([, value]) => !value.includes('${{'));
  // GitHub runs `shell: bash` with these options.
  const { status, stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], {
    encoding: 'utf8',
    env: {
      ...(Object.fromEntries(constants) as Record<string, string>),
      PATH: [folder, process.env['PATH']].join(delimiter),
      REPOSITORY: HERE,
      RUN: 'https://github.com/run',
      GITHUB_OUTPUT: join(folder, 'output'),
      ...variables,
    },
  });
  const calls = readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n').filter(Boolean);
  const outputs = readFileSync(join(folder, 'output'), 'utf8').trimEnd();
  return { status, text: stdout + stderr, calls, outputs };
}

interface Situation {
  readonly permission?: string;
  readonly from?: string;
  readonly pushedAt?: string;
  readonly state?: string;
}

/** Handles a comment. Its result is a status with outputs, or an answer. */
function comment(body: string, { permission = 'write', from = HERE, pushedAt, state = 'open' }: Situation = {}) {
  const ran = runScript(read, {
    BODY: body,
    AUTHOR: 'octocat',
    NUMBER: '7',
    WRITTEN_AT: '2026-11-27T12:00:00Z',
    PERMISSION: permission,
    STATE: state,
    HEAD: SHA,
    FROM: from,
    PUSHED_AT: pushedAt ?? '2026-11-27T11:00:00Z',
  });
  expect(ran.text).not.toContain('unbound variable');
  expect(ran.status).toBe(0);
  return {
    ...ran,
    statuses: ran.calls.filter((line) => line.includes('/statuses/')),
    answers: ran.calls.flatMap((line) => /issues\/7\/comments -f body=(.*)$/s.exec(line)?.[1] ?? []),
  };
}

describe('A comment', () => {
  test.each([
    ['/test all', 'all'],
    ['/test cuda', 'cuda'],
    ['/test cuda\r\n', 'cuda'],
    ['/Test CUDA', 'cuda'],
    ['  /test unit', 'unit'],
    ['/test unit arm64', 'unit, arm64'],
    ['/test unit,arm64', 'unit, arm64'],
    ['/test unit, arm64, unit', 'unit, arm64'],
    ['/test unit all', 'all'],
    ['```/test all```\n/test unit', 'unit'],
    ['~~~~\n```\n~~~\n~~~~~ \n/test unit', 'unit'],
    ['Looks good to me.\n\n/test local_os\n\nThanks!', 'local_os'],
    ['/test unit\r\n/test cuda\r\n', 'unit, cuda'],
    [`/test all ${SHA}`, 'all'],
    [`/test all ${SHA.slice(0, 7)}`, 'all'],
    [`/test all ${SHA.slice(0, 10).toUpperCase()}`, 'all'],
  ])('%j tests %s at the head commit', (body, environments) => {
    const { outputs, statuses, answers } = comment(body);
    expect(answers).toEqual([]);
    expect(outputs.split('\n')).toEqual([`environments=${environments}`, `sha=${SHA}`]);
    expect(statuses).toEqual([
      expect.stringContaining(`/statuses/${SHA} -f state=pending -f context=/test ${environments} `),
    ]);
  });

  test.each([
    'please look at src/test/a.py',
    '/testing all',
    '/tests all',
    'I would write /test all here',
    '> /test all',
    '```\n/test all\n```',
    '````\n```\n/test all\n```\n````',
    '```\n~~~\n/test all\n```',
    '```\n``` sh\n/test all\n```',
    'Code:\n\n    /test all',
    '\t/test all',
    '~~~sh\n/test all\n~~~\nis the command',
  ])('%j is no command: GitHub gets no request', (body) => {
    expect(comment(body)).toMatchObject({ calls: [], outputs: '' });
  });

  test.each([
    [
      '/test',
      /needs the name of an environment\. Write `\/test all`, or `\/test` and some of: unit local_os .* cuda\./,
    ],
    ['/test nosuch', /^@octocat There is no environment `nosuch`\. Write `\/test all`/],
    ['/test unit please', /There is no environment `please`/],
    ['/test ?', /There is no environment `\?`/],
    ['/test `$(id)` $HOME', /There is no environment `\?\?\?id\?\?` `\?home`/],
    ['/test all deadbeef', /head commit is 1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d, not `deadbeef`/],
    [`/test all ${SHA} ${'b'.repeat(40)}`, /There is no environment `b{40}`/],
  ])('%j is answered and sets no status', (body, answer) => {
    const { answers, statuses, outputs } = comment(body);
    expect(answers).toEqual([expect.stringMatching(answer)]);
    expect([statuses, outputs]).toEqual([[], '']);
  });

  test.each(['read', 'none', 'triage', ''])('of a user with the permission %j runs nothing', (permission) => {
    const { calls, answers, outputs } = comment('/test nosuch', { permission });
    expect(calls[0]).toContain(`repos/${HERE}/collaborators/octocat/permission`);
    expect(calls).toHaveLength(2);
    expect(answers).toEqual([expect.stringContaining(`your permission is \`${permission}\``)]);
    expect(outputs).toBe('');
  });

  test('on a closed pull request is answered', () => {
    expect(comment('/test all', { state: 'closed' })).toMatchObject({
      statuses: [],
      answers: [expect.stringContaining('closed')],
    });
  });
});

describe('For a fork', () => {
  test('a comment without a commit is answered with the command that names it', () => {
    const { answers, statuses } = comment('/test unit cuda', { from: FORK });
    expect(answers).toEqual([
      expect.stringContaining(`comes from a fork. Read its code at ${SHA}, then write: \`/test unit cuda ${SHA}\``),
    ]);
    expect(statuses).toEqual([]);
  });

  test.each([SHA, SHA.slice(0, 7)])('%s names the commit', (commit) => {
    expect(comment(`/test all ${commit}`, { from: FORK }).outputs).toContain(`sha=${SHA}`);
  });

  test('six digits do not name the commit', () => {
    expect(comment(`/test all ${SHA.slice(0, 6)}`, { from: FORK }).statuses).toEqual([]);
  });

  test('whose head has changed, nothing runs and the answer names the new commit', () => {
    const { answers, outputs } = comment('/test all 9999999', { from: FORK });
    expect(answers).toEqual([expect.stringContaining(`then write: \`/test all ${SHA}\``)]);
    expect(outputs).toBe('');
  });

  // Anyone can make a commit whose hash begins with the same seven digits.
  test.each(['2026-11-27T12:00:00Z', '2026-11-27T12:00:01Z', 'unknown'])(
    'pushed to at %s, only the full hash names the commit',
    (pushedAt) => {
      expect(comment(`/test all ${SHA.slice(0, 12)}`, { from: FORK, pushedAt }).outputs).toBe('');
      expect(comment(`/test all ${SHA}`, { from: FORK, pushedAt }).outputs).toContain(`sha=${SHA}`);
    },
  );

  test('that is deleted, the comment must name the commit, too', () => {
    expect(comment('/test all', { from: '-' }).answers).toEqual([expect.stringContaining('comes from a fork')]);
  });
});

describe('The result', () => {
  const result = (RESULT: string, VERDICT = '', SKIPPED = '') => {
    const ran = runScript(post, { SHA, ENVIRONMENTS: 'unit', RESULT, VERDICT, SKIPPED });
    expect(ran.status).toBe(0);
    return /-f state=(\w+) -f context=\/test unit -f description=(.*) -f target_url=/.exec(ran.calls[0]!)?.slice(1);
  };

  test.each([
    ['success', 'passed', '', ['success', 'All tests passed']],
    [
      'success',
      'passed',
      's2search (The secret S2SEARCH_URL is not set.)',
      ['error', 'Passed, but not run: s2search (The secret S2SEARCH_URL is not set.)'],
    ],
    ['success', 'skipped', 's2search (x)', ['error', 'Not run: s2search (x)']],
    ['success', '', '', ['error', 'Tests: success']],
    ['failure', 'failed', '', ['failure', 'Tests failed']],
    ['failure', '', '', ['failure', 'Tests failed']],
    ['cancelled', '', '', ['error', 'Tests: cancelled']],
    ['skipped', '', '', ['error', 'Tests: skipped']],
  ])('%s, verdict %j, skipped %j', (outcome, verdict, skipped, expected) => {
    expect(result(outcome, verdict, skipped)).toEqual(expected);
  });

  test("has a description within GitHub's limit of 140 characters", () => {
    expect(result('success', 'skipped', 'x'.repeat(500))![1]).toHaveLength(140);
  });
});

test('the environments are those of the table, and only a comment on a pull request starts a job', () => {
  const table = readFileSync(fileURLToPath(new URL('../../workflows/environments.yml', import.meta.url)), 'utf8');
  const { environments = parse(table) as unknown } = parse(table) as { environments?: unknown };
  const names = Object.keys(environments as object);
  expect(read.env['KNOWN']!.split(' ')).toEqual(names);
  expect(workflow.jobs.read.if).toContain('github.event.issue.pull_request &&');
  expect(execFileSync('bash', ['-n'], { input: read.run, encoding: 'utf8' })).toBe('');
});
