/** README's two commands in a new clone, on a machine that has an old Node and its npm, and little else. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { linkPrograms } from '../programs.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** The oldest Node that package.json allows, with the npm that it brings. The variables are for trying others by hand. */
const old = join(root, '.peers/node20/node_modules');
const NODE = process.env['NEWCOMER_NODE'] ?? join(old, `node-linux-${process.arch}/bin/node`);
const NPM = process.env['NEWCOMER_NPM'] ?? join(old, 'npm/bin/npm-cli.js');
jest.setTimeout(600_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'newcomer-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

/** What a clone of the repository would hold, with the changes that are not committed yet. */
function clone(): string {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  const target = join(folder, 'clone');
  for (const path of new Set(listed.toString().split('\0'))) {
    if (path !== '' && existsSync(join(root, path))) cpSync(join(root, path), join(target, path));
  }
  return target;
}

test('`npm ci` and `npm run rehearse` run on an old Node without a warning', () => {
  const [target, bin] = [clone(), join(folder, 'bin')];
  mkdirSync(bin);
  linkPrograms(bin, (process.env['PATH'] ?? '').split(delimiter));
  symlinkSync(NODE, join(bin, 'node'));
  symlinkSync(NPM, join(bin, 'npm'));
  // npm's own settings, such as a registry, are the machine's.
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(lifecycle|package|execpath|node)|NODE_)/.test(name),
  );
  const run = (...args: string[]) => {
    const env = { ...Object.fromEntries(own), PATH: bin };
    const { status, stdout, stderr } = spawnSync('npm', args, { cwd: target, env, encoding: 'utf8' });
    return { args, status, output: `${stdout}${stderr}` };
  };
  expect(run('ci')).toEqual({
    args: ['ci'],
    status: 0,
    output: expect.not.stringMatching(/\bwarn/i),
  });
  const rehearsed = run('run', 'rehearse');
  expect(rehearsed).toMatchObject({
    status: 0,
    output: expect.stringMatching(/^(?![^]*\bwarn)(?=[^]*on Node v24\.)[^]*The job succeeded\./i),
  });
});
