import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createGitHub } from '../../sandbox/github/github.js';
import { runStep } from '../../sandbox/step.js';

const PRINT = `
  const { appendFileSync, readFileSync } = require('node:fs');
  const { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path = '', GITHUB_OUTPUT } = process.env;
  const payload = path ? readFileSync(path, 'utf8') : '';
  appendFileSync(GITHUB_OUTPUT, 'name=' + name + '\\npayload=' + payload + '\\n');
`;

async function printEvent(event?: { name: string; payload: unknown }) {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-event-'));
  const script = join(folder, 'print.cjs');
  writeFileSync(script, PRINT);
  const environment = { GITHUB_EVENT_NAME: 'push' };
  const { outputs } = await runStep({ script, inputs: {}, environment, ...(event && { event }) });
  rmSync(folder, { recursive: true });
  return {
    name: outputs['name'],
    payload: outputs['payload'] ? (JSON.parse(outputs['payload']) as unknown) : undefined,
  };
}

test('a step finds the event of a comment on a pull request', async () => {
  const github = createGitHub();
  github.setMember('mona', 'write');
  const { number } = github.addPull({ body: '/var a: b', author: 'hubot', headRepository: 'hubot/octo-repo' });
  const comment = github.addComment({ number, body: '/test unit\r\n', author: 'mona' });
  const { name, payload } = await printEvent(github.commentEvent(comment, { url: 'http://127.0.0.1:7' }));
  expect(name).toBe('issue_comment');
  expect(payload).toMatchObject({
    action: 'created',
    comment: { id: comment.id, body: '/test unit\r\n', user: { login: 'mona' }, author_association: 'MEMBER' },
    issue: {
      number,
      state: 'open',
      body: '/var a: b',
      user: { login: 'hubot' },
      pull_request: { url: `http://127.0.0.1:7/repos/octo-org/octo-repo/pulls/${number}` },
    },
    repository: { full_name: 'octo-org/octo-repo', private: true },
    sender: { login: 'mona' },
  });
});

test('the event of a comment on an issue names no pull request', () => {
  const github = createGitHub();
  const comment = github.addComment({ number: github.addIssue(), body: '/test' });
  const { issue } = github.commentEvent(comment, { action: 'edited' }).payload as { issue: object };
  expect(Object.keys(issue)).not.toContain('pull_request');
});

test('a step without an event has the one of its environment', async () => {
  expect(await printEvent()).toEqual({ name: 'push', payload: undefined });
});
