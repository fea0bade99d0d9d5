import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findReasons, type Situation } from '../../ami/make/alarm.js';
import { seed, startSandbox, type Sandbox } from '../../sandbox/sandbox.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const image = (preset: 'amd64' | 'arm64' | 'cuda', ageDays: number, published = true) => ({
  preset,
  region: 'us-east-1',
  id: `ami-${preset}`,
  ageDays,
  published,
});

describe('The alarm', () => {
  const cases: readonly (readonly [string, Partial<Situation>, readonly string[]])[] = [
    ['is not raised after one failure', { result: 'failure', before: 'success' }, []],
    ['is not raised if the very first run fails', { result: 'failure', before: undefined }, []],
    ['is not raised if the previous run was canceled', { result: 'failure', before: 'cancelled' }, []],
    [
      'is raised after two failures in a row',
      { result: 'failure', before: 'timed_out' },
      ['The build failed twice in a row (timed_out, then failure).'],
    ],
    ['is not raised for an image of 21 days', { images: [image('amd64', 21)] }, []],
    [
      'is raised for a published image that is older',
      { images: [image('amd64', 22), image('arm64', 3), image('arm64', 40, false)] },
      ['The published image of amd64 in us-east-1, ami-amd64, is 22 days old.'],
    ],
    [
      'is raised if a preset has images but none is published',
      { images: [image('cuda', 1, false)] },
      ['No image of cuda is published.'],
    ],
    ['is raised if the images could not be listed', { images: undefined }, ['The images could not be listed.']],
  ];
  test.each(cases)('%s', (_, situation, reasons) => {
    expect(findReasons({ result: 'success', before: 'success', images: [], ...situation })).toEqual(reasons);
  });
});

describe('The last job of build-amis.yml', () => {
  let folder: string;
  let sandbox: Sandbox;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'alarm-'));
    sandbox = await startSandbox({ machines: false });
  });
  afterEach(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** With a `gh` that records its arguments. @returns the record */
  async function watch({ result, before = 'success', open = '' }: { result: string; before?: string; open?: string }) {
    const notes = join(folder, 'notes');
    const answers = `case "$1 $2" in 'run list') echo '${before}' ;; 'issue list') echo '${open}' ;; esac`;
    writeFileSync(join(folder, 'gh'), `#!/bin/bash\necho "$*" >>'${notes}'\n${answers}\n`, { mode: 0o755 });
    const env = {
      ...process.env,
      ...sandbox.environment,
      NODE_OPTIONS: '',
      PATH: [folder, process.env['PATH']].join(delimiter),
      RESULT: result,
    };
    await new Promise<void>((resolve, reject) => {
      const command = ['--import', 'tsx', join(root, 'ami/alarm.ts')];
      execFile(process.execPath, command, { cwd: root, env }, (error) => (error ? reject(error) : resolve()));
    });
    return readFileSync(notes, 'utf8');
  }

  test('opens one issue that names the image that is too old', async () => {
    const old = sandbox.ec2.images.get(seed.OUR_AMD64_IMAGE)!;
    old.tags.set('ci-actions:built-at', new Date(Date.now() - 22.5 * 86_400_000).toISOString());
    const notes = await watch({ result: 'success' });
    expect(notes).toContain('issue create --title The runner images need a look --label ami-alarm');
    expect(notes).toContain(`The published image of amd64 in us-east-1, ${seed.OUR_AMD64_IMAGE}, is 22 days old.`);
  });

  test('comments on the open issue', async () => {
    const notes = await watch({ result: 'failure', before: 'failure', open: '17' });
    expect(notes).toContain('issue comment 17 --body - The build failed twice in a row (failure, then failure).');
    expect(notes).not.toContain('issue create');
  });

  test('closes the issue when everything is in order again, and otherwise does nothing', async () => {
    expect(await watch({ result: 'success', open: '17' })).toContain('issue close 17');
    expect(await watch({ result: 'success' })).not.toMatch(/issue (create|comment)/);
  });
});
