import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkFile } from '../../../scripts/presets/check-file.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

describe('`npm run presets -- check`', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'presets-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function run(...args: string[]): Promise<{ code: number; text: string }> {
    const command = ['--import', 'tsx', 'scripts/presets.ts', ...args];
    return new Promise((resolve) => {
      execFile(process.execPath, command, { cwd: root, encoding: 'utf8' }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, text: stdout + stderr }),
      );
    });
  }

  test('prints all problems with their lines, and fails', async () => {
    const [bad, good] = [join(folder, 'bad.yaml'), join(folder, 'good.yaml')];
    writeFileSync(bad, 'ci_presets:\n  a: {extends: bb}\n  b: {x: 1}\n  c: {z: yes}\nx: 0\n');
    writeFileSync(good, 'ci_presets:\n  a: {x: 1}\n  b: {m.y: 1}\n  c: {m: {y: 0}}\nx: 0\nm: null\n');
    const both = await run('check', bad, good);
    expect(both.code).toBe(1);
    expect(both.text.trimEnd().split('\n')).toEqual([
      `${bad}:2: error: preset \`a\` extends \`bb\`, which is not a preset; did you mean \`b\`?`,
      expect.stringMatching(/bad\.yaml:4: error: .*`z` does not exist/),
      expect.stringMatching(/bad\.yaml:4: error: `yes` is `true` in YAML 1\.1/),
      `${bad}: 3 presets, 3 problems.`,
      expect.stringMatching(/good\.yaml:3: notice: preset `b` sets `m\.y`, which exists only after `c`/),
      `${good}: 3 presets, all usable.`,
    ]);
    expect(await run('check', '--yaml=1.1', good)).toMatchObject({ code: 0 });
  });

  test('fails for a file that it cannot read, and for other arguments', async () => {
    expect(await run('check', join(folder, 'none.yaml'))).toEqual({
      code: 1,
      text: expect.stringMatching(/cannot be read: ENOENT/),
    });
    expect(await run('chek', 'x')).toEqual({
      code: 2,
      text: expect.stringMatching(/`chek` is not a command.*`check`/),
    });
    expect(await run('check')).toMatchObject({ code: 2 });
    expect((await run('--help')).text).toMatch(/Exit codes: 0/);
  });
});

describe('The check of start-runner’s presets', () => {
  const check = (text: string) => checkFile('.github/ec2-runners.yml', text, 'both');

  test('finds what a start would refuse', () => {
    const { lines, hasProblems } = check(
      'presets:\n  a: {extends: amd65}\n  b: {ec2-instance-typ: x}\n  c: {extends: c}\n',
    );
    expect(hasProblems).toBe(true);
    expect(lines).toEqual([
      expect.stringMatching(/`ec2-instance-typ` .* is not an input; did you mean `ec2-instance-type`/),
      expect.stringMatching(/`a` extends `amd65`.*did you mean `amd64`\?/),
      expect.stringMatching(/in a circle: c → c/),
      '.github/ec2-runners.yml: 3 presets, 3 problems.',
    ]);
  });

  test('passes the starter', () => {
    const starter = readFileSync(join(root, 'workflows/starter/ec2-runners.yml'), 'utf8');
    expect(check(starter)).toMatchObject({ hasProblems: false });
  });
});
