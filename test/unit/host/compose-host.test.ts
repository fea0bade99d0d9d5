import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ComposeHost } from '../../../src/core/compose/host.js';
import { openComposeHost, removePrivateFiles } from '../../../src/host/compose-host.js';
import { captureOutput } from '../../worlds/captured-output.js';

let folder: string;
let directory: string;
let before: string | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'compose-host-'));
  directory = join(folder, 'project');
  mkdirSync(directory);
  before = process.env['RUNNER_TEMP'];
  process.env['RUNNER_TEMP'] = join(folder, 'temp');
});
afterEach(() => {
  if (before === undefined) delete process.env['RUNNER_TEMP'];
  else process.env['RUNNER_TEMP'] = before;
  rmSync(folder, { recursive: true, force: true });
});

const PROJECT = 'ci-1-project';
const open = (variables: Record<string, string> = {}, secrets: readonly string[] = []): ComposeHost =>
  openComposeHost({ directory, workspace: folder, projectName: PROJECT, variables, secrets });

async function run(host: ComposeHost, commands: string, env: Record<string, string> = {}) {
  const lines: string[] = [];
  const end = await host.runScript(commands, { onLine: (line) => lines.push(line), env });
  return { end, lines };
}

function capture(act: () => void): string {
  const captured = captureOutput();
  try {
    act();
    return captured.text();
  } finally {
    captured.release();
  }
}

describe('Scripts of a project', () => {
  test('run in its directory, with the variables of the user, of the run and of the artifacts', async () => {
    const { end, lines } = await run(open({ A: 'one' }), 'pwd; echo "$A $B"; echo "$ARTIFACTS"', { B: 'two' });
    expect(end).toEqual({ code: 0 });
    expect(lines).toEqual([directory, 'one two', join(folder, 'temp/ci-actions/ci-1-project')]);
  });

  test('end at the first command that fails, also within a pipe', async () => {
    expect((await run(open(), 'false | cat; echo on')).end).toEqual({ code: 1 });
  });

  test('do not see what GitHub gives to the action alone', async () => {
    process.env['INPUT_SECRET'] = 'x';
    try {
      expect((await run(open(), 'echo "[${INPUT_SECRET:-}]"')).lines).toEqual(['[]']);
    } finally {
      delete process.env['INPUT_SECRET'];
    }
  });

  test('pass variables on by GITHUB_ENV and GITHUB_PATH to what follows', async () => {
    const [env, path] = [join(folder, 'env'), join(folder, 'path')];
    for (const one of [env, path]) writeFileSync(one, '');
    const host = open({ GITHUB_ENV: env, GITHUB_PATH: path });
    await run(host, 'echo TAG=7 >>"$GITHUB_ENV"; echo /own/bin >>"$GITHUB_PATH"');
    expect(host.env['TAG']).toBe('7');
    expect(host.env['PATH']).toMatch(/^\/own\/bin:/);
    expect((await run(host, 'echo "$TAG"')).lines).toEqual(['7']);
  });
});

describe('The files of a project', () => {
  test('are looked at relative to its directory', () => {
    writeFileSync(join(directory, 'compose.yml'), 'services: {}');
    symlinkSync('compose.yml', join(directory, 'link'));
    const host = open();
    expect([host.look('compose.yml'), host.look('.'), host.look('none')]).toEqual(['file', 'folder', 'missing']);
    expect(host.read('link')).toBe('services: {}');
    expect(host.resolveLinks('link')).toBe(join(directory, 'compose.yml'));
    expect(host.resolveLinks('none')).toBeUndefined();
    expect(host.listFolder('.')).toEqual(['compose.yml', 'link']);
  });

  test('are found by patterns, with their sizes', async () => {
    mkdirSync(join(directory, 'scan_1'));
    writeFileSync(join(directory, 'scan_1/radios'), 'four');
    expect(await open().findFiles(['scan_*/radios'])).toEqual([
      { path: 'scan_1/radios', bytes: 4, changedAt: expect.any(Number) },
    ]);
  });

  test('are copied to the artifacts, links as links, except the artifacts themselves', () => {
    process.env['RUNNER_TEMP'] = join(directory, 'temp');
    writeFileSync(join(directory, 'a'), 'a');
    symlinkSync('/nowhere', join(directory, 'l'));
    const host = open();
    expect(host.copyIn('.', 'collected/project')).toBe(true);
    const to = join(host.artifacts, 'collected/project');
    expect(readFileSync(join(to, 'a'), 'utf8')).toBe('a');
    expect(lstatSync(join(to, 'l')).isSymbolicLink()).toBe(true);
    expect(existsSync(join(to, 'temp/ci-actions/ci-1-project'))).toBe(false);
    expect(host.copyIn('none', 'collected/none')).toBe(false);
  });

  test('that cannot be copied are named, and do not stop the others', async () => {
    mkdirSync(join(directory, 'out'));
    writeFileSync(join(directory, 'out/z'), 'z');
    // A name that leads nowhere in the target: a folder stands where the file would be.
    const host = open();
    mkdirSync(join(host.artifacts, 'collected/out/a'), { recursive: true });
    writeFileSync(join(directory, 'out/a'), 'a');
    const output = capture(() => void host.copyIn('out', 'collected/out'));
    expect(output).toMatch(/Not copied: .*out\/a \(E\w+\)/);
    expect(readdirSync(join(host.artifacts, 'collected/out')).sort()).toEqual(['a', 'z']);
  });
});

describe('The artifacts of a project', () => {
  test('have folders, files and logs', () => {
    const host = open();
    expect(host.makeFolder('003__up')).toBe(join(host.artifacts, '003__up'));
    expect(host.writeFile('a/b.json', '{}')).toBe(join(host.artifacts, 'a/b.json'));
    const log = host.openLog('003__up/run.log');
    log.write('line');
    log.close();
    expect(readFileSync(join(host.artifacts, '003__up/run.log'), 'utf8')).toBe('line\n');
  });
});

describe('A secret of the inputs', () => {
  const secrets = ['word', 'word-"one"', 'key'];

  test('is in no log and no file of the artifacts', () => {
    const host = open({}, secrets);
    const log = host.openLog('run.log');
    log.write('token=word-"one" and key');
    log.close();
    expect(readFileSync(join(host.artifacts, 'run.log'), 'utf8')).toBe('token=*** and ***\n');
    const file = host.writeFile('outcome.json', JSON.stringify({ reasons: ['word-"one", word'] }));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ reasons: ['***, ***'] });
  });

  test('is in the private files that Docker reads, which are no artifacts and are removed', () => {
    const host = open({}, secrets);
    const file = host.writePrivate('a/override.json', 'word');
    expect(readFileSync(file, 'utf8')).toBe('word');
    expect(file.startsWith(`${host.artifacts}/`)).toBe(false);
    removePrivateFiles(PROJECT);
    expect(existsSync(file)).toBe(false);
    expect(existsSync(host.artifacts)).toBe(true);
    removePrivateFiles(PROJECT);
  });
});

describe('The log of the step', () => {
  test('shows the beginning of a phase, then says once where the rest is', async () => {
    const host = open();
    const line = 'x'.repeat(1023);
    const output = capture(() => {
      for (let at = 0; at < 5_000; at++) host.print(line);
      host.openLog('008__assert/run.log').close();
      host.print('next phase');
    });
    expect(output.split('\n').filter((one) => one === line)).toHaveLength(4 * 1024 - 1);
    expect(output.match(/… This log shows the first 4 MiB of the phase\. More is in /g)).toHaveLength(1);
    expect(output).toMatch(/\nnext phase\n$/);
  });
});

describe('A port', () => {
  let server: Server;
  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
  });
  afterEach(() => void server.close());

  test('is open or shut', async () => {
    const { port } = server.address() as AddressInfo;
    expect(await open().connects('127.0.0.1', port, 1_000)).toBe(true);
    await new Promise((done) => server.close(done));
    expect(await open().connects('127.0.0.1', port, 1_000)).toBe(false);
  });

  test('that does not answer is shut after the given time', async () => {
    // TEST-NET-1, which no network routes.
    expect(await open().connects('192.0.2.1', 9, 50)).toBe(false);
  });
});
