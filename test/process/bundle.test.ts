import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { listNodes } from '../node24/nodes.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'dist');
const actions = ['check-tests', 'fill-pool', 'reap-runners', 'report-tests', 'run-tox', 'start-runner', 'stop-runner'];

interface Steps {
  readonly using: string;
  readonly main: string;
  readonly post?: string;
}

function readSteps(action: string): Steps {
  return (parse(readFileSync(join(root, action, 'action.yml'), 'utf8')) as { runs: Steps }).runs;
}

function listStubs(): string[] {
  return actions.flatMap((action) => {
    const { main, post } = readSteps(action);
    return [main, ...(post ? [post] : [])].map((path) => join(root, action, path));
  });
}

/** What is read before a start begins, and what only later or never. */
const early = ['aws.js', 'core.js', 'github.js', 'rolldown-runtime.js', 'smithy.js', 'start.js'];
const late = ['credentials.js', 'parameters.js', 'proxy-agents.js', 'yaml.js'];
/** What other actions read. */
const others = ['check.js', 'fill.js', 'reap.js', 'report.js', 'rest.js', 'stop.js', 'tests.js', 'tox.js'];

describe('dist/', () => {
  test('has at most 720 kB of programs', () => {
    const programs = readdirSync(dist).filter((name) => name.endsWith('.js'));
    const bytes = programs.map((name) => statSync(join(dist, name)).size);
    expect(bytes.reduce((sum, one) => sum + one)).toBeLessThanOrEqual(720_000);
  });

  test('reads what only some steps need, such as the way through a proxy, in those alone', () => {
    const load = `require(${JSON.stringify(join(dist, 'start.js'))})`;
    const list = `Object.keys(require.cache).map((path) => path.slice(${dist.length + 1}))`;
    const { stdout } = spawnSync(process.execPath, ['-e', `${load}; console.log(JSON.stringify(${list}))`]);
    expect((JSON.parse(stdout.toString()) as string[]).sort()).toEqual(early);
  });

  test('is in one byte a character: V8 would hold a file with any other in two', () => {
    for (const name of [...early, ...late])
      expect(/[^\0-\x7f]/.test(readFileSync(join(dist, name), 'latin1'))).toBe(false);
  });

  test('has the file of every step, and no other', () => {
    const shared = ['LICENSES.txt', 'package.json', ...early, ...late, ...others].map((name) => join(dist, name));
    expect(
      readdirSync(dist)
        .map((name) => join(dist, name))
        .sort(),
    ).toEqual([...listStubs(), ...shared].sort());
  });

  test('runs on the Node that GitHub has', () => {
    expect(actions.map((action) => readSteps(action).using)).toEqual(actions.map(() => 'node24'));
  });
});

describe.each(listNodes())('Every step under Node $major', ({ path }) => {
  const bare = { PATH: process.env['PATH'] };

  test.each(actions)('%s says where it belongs when it runs elsewhere', (action) => {
    const { status, stdout, stderr } = spawnSync(path, [join(dist, `${action}.js`)], { env: bare, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(/^::error::This is not a step of a workflow: .*%0AWhat to do: /);
  });

  test('start-runner’s post step is content when nothing was begun', () => {
    const stub = join(dist, 'start-runner-post.js');
    const { status, stdout, stderr } = spawnSync(path, [stub], { env: bare, encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});
