/** Concurrency groups and artifact names of the printed workflows, evaluated by GitHub's own expression evaluator. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { composeArtifactName } from '../../src/core/test-request/compose.js';
import { interpolate } from './github-parser.js';

type Inputs = Readonly<Record<string, unknown>>;
interface Workflow {
  readonly concurrency: { readonly group: string; readonly 'cancel-in-progress': string };
  readonly on: {
    readonly workflow_call: { readonly inputs: Readonly<Record<string, { readonly default?: unknown }>> };
  };
  readonly jobs: Readonly<Record<string, { readonly steps?: readonly { uses?: string; with?: { name?: string } }[] }>>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => parse(readFileSync(`${root}${path}`, 'utf8')) as Workflow;
const files = [
  '.github/workflows/tox-on-ec2.yml',
  '.github/workflows/all_environments.yml',
  'workflows/starter/other-owner/tox-on-ec2.yml',
  'workflows/starter/other-owner/all_environments.yml',
];

const push = { event_name: 'push', ref: 'refs/heads/main', run_id: '1', workflow: 'CI' };
const pull = { event_name: 'pull_request', ref: 'refs/pull/7/merge', run_id: '1', workflow: 'CI' };

describe.each(files)('%s', (file) => {
  const { concurrency, on } = read(file);
  const defaults = Object.fromEntries(
    Object.entries(on.workflow_call.inputs).map(([name, one]) => [name, one.default]),
  );
  const groupOf = (github: object, inputs: Inputs = {}) =>
    interpolate(concurrency.group, { github, inputs: { ...defaults, ...inputs } });
  const cancels = (github: object) => interpolate(concurrency['cancel-in-progress'], { github, inputs: defaults });

  test.each(Object.keys(defaults))('calls that differ only in %s have different concurrency groups', (name) => {
    for (const github of [push, pull]) {
      expect(groupOf(github, { [name]: 'one' })).not.toBe(groupOf(github, { [name]: 'another' }));
    }
  });

  test('inputs that join to the same text have different concurrency groups', () => {
    expect(groupOf(push, { ref: 'a-b', repository: 'c' })).not.toBe(groupOf(push, { ref: 'a', repository: 'b-c' }));
  });

  test('every push is tested, but only the newest commit of a pull request', () => {
    expect(groupOf(push)).not.toBe(groupOf({ ...push, run_id: '2' }));
    expect(groupOf(pull)).toBe(groupOf({ ...pull, run_id: '2' }));
    expect([cancels(push), cancels(pull)]).toEqual(['false', 'true']);
  });

  test('every comment is tested', () => {
    const comment = { ...push, event_name: 'issue_comment' };
    expect(groupOf(comment)).not.toBe(groupOf({ ...comment, run_id: '2' }));
  });
});

test.each(['workflows/starter/ci.yml', 'workflows/example-marqo/after/CI.yml', '.github/workflows/ci.yml'])(
  '%s tests every push',
  (file) => {
    const group = (github: object) => interpolate(read(file).concurrency.group, { github, inputs: {} });
    expect(group(push)).not.toBe(group({ ...push, run_id: '2' }));
    expect(group(pull)).toBe(group({ ...pull, run_id: '2' }));
  },
);

test('artifacts of two calls, and of two attempts of one call, have different names', () => {
  const { jobs } = read(files[0]!);
  const uploads = Object.values(jobs).flatMap(({ steps = [] }) =>
    steps.filter(({ uses = '' }) => uses.includes('upload-artifact')),
  );
  expect(uploads).toHaveLength(2);
  const nameOf = (artifact: string, attempt: string) =>
    interpolate(uploads[0]!.with!.name!, {
      needs: { start: { outputs: { artifact } } },
      github: { run_attempt: attempt },
    });
  const [one, other] = ['0123456789ab', 'ba9876543210'].map((nonce) => composeArtifactName('py3 amd64 3.8', nonce));
  expect(nameOf(one!, '1')).toBe('py3 amd64 3.8 01234567 1');
  expect(new Set([nameOf(one!, '1'), nameOf(one!, '2'), nameOf(other!, '1')]).size).toBe(3);
});

test('an artifact name is valid on GitHub for any inputs', () => {
  expect(composeArtifactName('a/b\\c:d"e<f>g|h*i?j\r\nk', '0123456789ab')).toBe('a-b-c-d-e-f-g-h-i-j-k 01234567');
});
