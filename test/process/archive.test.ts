import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { runStep } from '../../sandbox/step.js';
import { ours, oursToStop } from '../../tools/bench/contenders.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
let sandbox: Sandbox;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ci-actions-archive-'));
  sandbox = await startSandbox({ machines: false });
});

afterEach(async () => {
  rmSync(folder, { recursive: true });
  await sandbox.close();
});

test('The archive that a job downloads, without what .gitattributes excludes, is enough to start and to stop', async () => {
  const archive = execFileSync('git', ['archive', '--worktree-attributes', 'HEAD'], { cwd: root, maxBuffer: 1 << 30 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  const run = (script: string, inputs: Readonly<Record<string, string>>) =>
    runStep({
      script: join(folder, 'dist', script),
      inputs: { ...inputs, 'github-token': sandbox.token },
      environment: sandbox.environment,
    });
  const started = await run('start-runner.js', { ...ours.inputs, 'wait-for': 'launched' });
  expect(started).toMatchObject({ code: 0, outputs: { 'ec2-instance-id': expect.stringMatching(/^i-/) } });
  const { label = '', 'ec2-instance-id': id = '' } = started.outputs;
  const stopped = await run('stop-runner.js', { ...oursToStop.inputs, label, 'ec2-instance-id': id });
  expect(stopped.code).toBe(0);
  expect(sandbox.ec2.instances().map(({ state }) => state)).not.toContain('running');
});
