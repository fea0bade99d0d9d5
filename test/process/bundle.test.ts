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

/** What is read before a step begins: the files that one file imports, and theirs. */
function listStatic(stub: string): string[] {
  const found = new Set<string>();
  const follow = (name: string): void => {
    for (const [, next] of readFileSync(join(dist, name), 'utf8').matchAll(/\bfrom ?["']\.\/([^"']+)["']/g)) {
      if (!found.has(next!)) follow(found.add(next!) && next!);
    }
  };
  follow(stub);
  return [...found].sort();
}

describe('dist/', () => {
  const early = listStatic('start-runner.js');
  const late = ['credentials.js', 'proxy-agents.js', 'yaml.js'];

  test('has at most 600 kB of programs', () => {
    const programs = readdirSync(dist).filter((name) => name.endsWith('.js'));
    const bytes = programs.map((name) => statSync(join(dist, name)).size);
    expect(bytes.reduce((sum, one) => sum + one)).toBeLessThanOrEqual(600_000);
  });

  test('reads what only some steps need, such as the way through a proxy, in those alone', () => {
    expect(early).toEqual(['aws.js', 'core.js', 'github.js', 'index.js', 'rolldown-runtime.js', 'smithy.js']);
    const text = early.map((name) => readFileSync(join(dist, name), 'utf8')).join('');
    const laterRead = [...text.matchAll(/\bimport\(["'`]\.\/([^"'`]+)["'`]\)/g)].map(([, name]) => name!);
    expect([...new Set(laterRead)].filter((name) => !early.includes(name)).sort()).toEqual(late);
  });

  test('is in one byte a character: V8 would hold a file with any other in two', () => {
    for (const name of [...early, ...late])
      expect(/[^\0-\x7f]/.test(readFileSync(join(dist, name), 'latin1'))).toBe(false);
  });

  test('has the file of every step, and no other', () => {
    const shared = ['LICENSES.txt', 'package.json', ...early, ...late].map((name) => join(dist, name));
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
