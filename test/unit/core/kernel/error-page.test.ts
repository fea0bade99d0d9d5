import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { errorPage } from '../../../../src/core/kernel/error-page.js';
import { failureCodes, type FailureCode } from '../../../../src/core/kernel/failure-codes.js';
import { readActionSource } from '../../../../src/host/action-source.js';

const codes = Object.keys(failureCodes) as FailureCode[];
const FILE = 'file:///opt/actions-runner/_work/_actions/my-org/ci-actions/v1/dist/chunks/exit.js';

/** GitHub's rule: lower case, only letters, digits, blanks, `-` and `_`; each blank becomes a hyphen. */
function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

test('The link of every code leads to its heading in docs/errors.md', () => {
  const page = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
  const anchors = [...page.matchAll(/^##? (.+)$/gm)].map(([, heading = '']) => toAnchor(heading));
  const source = { serverUrl: 'https://github.com', repository: 'my-org/ci-actions', ref: 'v1' };
  const links = codes.map((code) => errorPage(code, source));
  expect(links[0]).toBe('https://github.com/my-org/ci-actions/blob/v1/docs/errors.md#bad-input');
  expect(links.filter((link) => !anchors.includes(new URL(link).hash.slice(1)))).toEqual([]);
});

test.each([
  [
    'an action of another repository',
    { GITHUB_ACTION_REPOSITORY: 'my-org/ci-actions', GITHUB_ACTION_REF: 'v1.2.0' },
    'https://github.com/my-org/ci-actions/blob/v1.2.0/',
  ],
  [
    'a branch with a slash and a #',
    { GITHUB_ACTION_REPOSITORY: 'my-org/ci-actions', GITHUB_ACTION_REF: 'fix/#7 a' },
    'https://github.com/my-org/ci-actions/blob/fix/%237%20a/',
  ],
  [
    'GitHub Enterprise Server',
    { GITHUB_SERVER_URL: 'https://git.corp/', GITHUB_ACTION_REPOSITORY: 'ci/actions', GITHUB_ACTION_REF: 'v1' },
    'https://git.corp/ci/actions/blob/v1/',
  ],
  [
    'no ref',
    { GITHUB_ACTION_REPOSITORY: 'my-org/ci-actions', GITHUB_ACTION_REF: '' },
    'https://github.com/my-org/ci-actions/blob/HEAD/',
  ],
  [
    '`./action`, for which the runner sets empty values',
    { GITHUB_ACTION_REPOSITORY: '', GITHUB_ACTION_REF: '', GITHUB_REPOSITORY: 'my-org/fork', GITHUB_SHA: 'abc' },
    'https://github.com/my-org/fork/blob/abc/',
  ],
  ['a shell', {}, ''],
])('The link of %s', (_, env, start) => {
  const source = readActionSource(env, 'file:///opt/ci-actions/dist/chunks/exit.js');
  expect(errorPage('no-capacity', source)).toBe(`${start}docs/errors.md#no-capacity`);
});

test.each([
  [FILE, 'https://github.com/my-org/ci-actions/blob/v1/docs/errors.md#bad-input'],
  [
    FILE.replace('/v1/', '/release/1.x/'),
    'https://github.com/my-org/ci-actions/blob/release/1.x/docs/errors.md#bad-input',
  ],
])('The link of `$/action` comes from the folder of the action: %s', (file, link) => {
  const env = { GITHUB_REPOSITORY: 'my-org/caller', GITHUB_SHA: 'abc' };
  expect(errorPage('bad-input', readActionSource(env, file))).toBe(link);
});
