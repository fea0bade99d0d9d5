import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runStep, type StepResult } from '../../sandbox/step.js';
import { findNode24 } from '../node24/nodes.js';
import { errorOf, logOf } from '../worlds/sandbox/scene.js';
import { codeOf } from './test-stage.js';

const RUN = {
  GITHUB_REPOSITORY: 'o/r',
  GITHUB_RUN_ID: '1',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_JOB: 'test',
  GITHUB_SHA: 'a'.repeat(40),
};
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'collect-results-'));
  for (const name of ['workspace/bench/out', 'temp']) mkdirSync(join(folder, name), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (path: string, text = '{"name":"a","value":1}\n'): void => writeFileSync(join(folder, path), text);
const collect = (inputs: Readonly<Record<string, string>>): Promise<StepResult> =>
  runStep({
    node: findNode24(),
    script: fileURLToPath(new URL('../../dist/collect-results.js', import.meta.url)),
    inputs: { directory: 'bench', ...inputs },
    environment: { ...RUN, GITHUB_WORKSPACE: join(folder, 'workspace'), RUNNER_TEMP: join(folder, 'temp') },
  });

test('puts the files into a folder of their own, and says which machine has measured', async () => {
  write('workspace/bench/out/a.json');
  write('workspace/bench/out/b.txt');
  const { code, outputs } = await collect({ results: 'out/*.json' });
  expect(code).toBe(0);
  expect(readdirSync(outputs['folder']!, { recursive: true })).toContain(join('workspace', 'out', 'a.json'));
  expect(JSON.parse(outputs['machine']!)).toMatchObject({ type: expect.any(String), kernel: expect.any(String) });
});

test('is red if no file matches, and names the patterns, the folder, and what was there before', async () => {
  write('workspace/bench/out/a.json');
  await new Promise((resolve) => setTimeout(resolve, 30));
  write('temp/before');
  const stale = await collect({ results: 'out/*.json', since: join(folder, 'temp/before') });
  expect([stale.code, codeOf(stale), stale.outputs['folder']]).toEqual([1, 'results-missing', undefined]);
  expect(logOf(stale)).toContain('out/a.json');
  const none = await collect({ results: 'c.json' });
  expect(errorOf(none)).toContain('c.json');
  expect(logOf(none)).toContain(join(folder, 'workspace/bench'));
});

test('uploads nothing with a secret in it', async () => {
  write('workspace/bench/out/a.json', '{"name":"hunter2-of-the-shop","value":1}\n');
  const secret = JSON.stringify({ API_KEY: 'hunter2-of-the-shop' });
  const result = await collect({ results: 'out/*.json', 'secret-env': secret });
  expect([result.code, codeOf(result), result.outputs['folder']]).toEqual([1, 'secret-in-artifacts', undefined]);
});

test('needs results, or the list of an interleaved measurement', async () => {
  expect(errorOf(await collect({}))).toContain('`results` or `interleaved` is required');
});
