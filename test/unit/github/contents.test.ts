import { describe, expect, test } from '@jest/globals';
import { connectScripted, ScriptedGitHub, type Reply } from '../../worlds/scripted-github.js';

const LINE = 'GET /repos/o/r/contents/.github/ec2-runners.yml?ref=abc123';
const absent: Reply = { status: 404, json: { message: 'Not Found' } };

async function read(script: ScriptedGitHub, path = '.github/ec2-runners.yml') {
  const { github } = await connectScripted(script);
  return github.readFile(path, 'abc123');
}

describe('a file of the repository', () => {
  test('is requested as a raw file and returned as text', async () => {
    const script = new ScriptedGitHub().on(LINE, {
      text: 'presets:\n  big: {}\n',
      headers: { 'content-type': 'application/vnd.github.raw+json; charset=utf-8' },
    });
    await expect(read(script)).resolves.toBe('presets:\n  big: {}\n');
    expect(script.requests[0]?.headers['accept']).toBe('application/vnd.github.raw+json');
  });

  test.each(['application/vnd.github.raw+json', 'application/octet-stream', 'text/plain'])(
    'is UTF-8, whatever GitHub calls it: %s',
    async (type) => {
      const script = new ScriptedGitHub().on(LINE, { text: 'größe: 1', headers: { 'content-type': type } });
      await expect(read(script)).resolves.toBe('größe: 1');
    },
  );

  test('that is empty still exists', async () => {
    const script = new ScriptedGitHub().on(LINE, {
      text: '',
      headers: { 'content-type': 'application/vnd.github.raw+json' },
    });
    await expect(read(script)).resolves.toBe('');
  });

  test('may have any character in its path', async () => {
    const script = new ScriptedGitHub().on('GET /repos/o/r/contents/a%20b/%7Bowner%7D%3Ax%23.yml?ref=abc123', {
      text: 'x',
      headers: { 'content-type': 'text/plain' },
    });
    await expect(read(script, 'a b/{owner}:x#.yml')).resolves.toBe('x');
  });

  test('is absent when the repository can be read but has no such file', async () => {
    const script = new ScriptedGitHub().on(LINE, absent).on('GET /repos/o/r', { json: { id: 1 } });
    await expect(read(script)).resolves.toBeUndefined();
  });

  test('and its repository are requested at the same time, so an absent file takes one response', async () => {
    const script = new ScriptedGitHub().on(LINE, absent).on('GET /repos/o/r', { json: { id: 1 } });
    await read(script);
    expect([script.mostAtOnce, script.lines]).toEqual([2, [LINE, 'GET /repos/o/r']]);
  });

  test('that exists does not wait for the repository', async () => {
    const found: Reply = { text: 'x', headers: { 'content-type': 'text/plain' } };
    await expect(read(new ScriptedGitHub().on(LINE, found).on('GET /repos/o/r', absent))).resolves.toBe('x');
  });

  test('is not absent when the token cannot read the repository', async () => {
    const script = new ScriptedGitHub().on(LINE, absent).on('GET /repos/o/r', absent);
    await expect(read(script)).rejects.toMatchObject({
      code: 'github-not-found',
      hint: expect.stringContaining('"Contents: read" on o/r'),
    });
  });

  test('is not absent when the commit does not exist', async () => {
    const script = new ScriptedGitHub().on(LINE, {
      status: 404,
      json: { message: 'No commit found for the ref abc123' },
    });
    await expect(read(script)).rejects.toMatchObject({ code: 'github-not-found' });
  });
});
