/** `run-phases` with phases that do what they should not. */
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Step, StepResult } from '../../sandbox/step.js';
import { errorOf, logOf } from '../worlds/sandbox/scene.js';
import { codeOf, TestStage } from './test-stage.js';

let stage: TestStage;
beforeEach(() => {
  stage = new TestStage();
  mkdirSync(join(stage.directory, 'temp'));
});
afterEach(() => stage.close());

type Phases = readonly Readonly<Record<string, unknown>>[];

const cleanup = { name: 'cleanup', run: 'echo cleaned up > "$GITHUB_WORKSPACE/cleaned"', always: true };
const run = (
  phases: Phases,
  inputs: Step['inputs'] = {},
  environment: Step['environment'] = { RUNNER_TEMP: join(stage.directory, 'temp') },
) => stage.run('run-phases', { phases: JSON.stringify([...phases, cleanup]), ...inputs }, { environment });
const hasCleanedUp = (): boolean => existsSync(join(stage.workspace, 'cleaned'));
const read = ({ outputs }: StepResult, name: string): string => readFileSync(join(outputs['artifacts']!, name), 'utf8');

describe('A phase ends with its shell, whatever it leaves:', () => {
  test.each([
    ['a daemon in a session of its own that holds the output', 'setsid sleep 60 & echo $! > pid'],
    ['a daemon that was forked twice', '( (setsid sleep 60 & echo $! > pid) & ) ; sleep 0.2'],
  ])('%s', async (_, commands) => {
    const beganAt = Date.now();
    const result = await run([{ name: 'start', run: commands }]);
    expect(result.outputs['verdict']).toBe('passed');
    expect(Date.now() - beganAt).toBeLessThan(20_000);
    const pid = Number(readFileSync(join(stage.workspace, 'pid'), 'utf8'));
    // It is alive: a server that a phase starts is for the phases after it.
    process.kill(pid, 'SIGKILL');
  });

  test('a hundred processes', async () => {
    const result = await run([{ name: 'fork', run: 'for at in $(seq 100); do sleep 3 & done; echo left' }]);
    expect(result.outputs['verdict']).toBe('passed');
  });
});

describe('The log of a phase has', () => {
  test('a line of 100 MB in little room, and what came after it', async () => {
    const result = await run([
      { name: 'long', run: `head -c 100000000 /dev/zero | tr '\\0' x; echo; echo last; exit 3` },
    ]);
    const log = read(result, '000__long/run.log');
    expect(log.length).toBeLessThan(65 * 2 ** 20);
    expect(log.slice(-6)).toBe('\nlast\n');
    expect(read(result, '000__long/FAILURE').length).toBeLessThan(20 * 600);
    expect(result.lines.join('\n').length).toBeLessThan(5 * 2 ** 20);
  });

  test('binary output, which breaks no file of ours', async () => {
    const result = await run([
      { name: 'binary', run: `head -c 300000 /dev/urandom; printf '\\0\\033[31m\\x80'; exit 3` },
    ]);
    expect(codeOf(result)).toBe('phases-failed');
    const lines = read(result, 'phases-000.jsonl').trim().split('\n');
    expect(lines.map((line) => Object.keys(JSON.parse(line) as object)[0])).toEqual([
      'began',
      'ended',
      'began',
      'ended',
    ]);
    // eslint-disable-next-line no-control-regex
    expect(read(result, 'index.html')).not.toMatch(/[\0-\x08\x1b]/);
    expect(hasCleanedUp()).toBe(true);
  });

  test('lines with CRLF, and a last one without an end', async () => {
    const result = await run([{ name: 'text', run: String.raw`printf 'a\r\nb\nlast'` }]);
    expect(read(result, '000__text/run.log')).toBe('a\nb\nlast\n');
  });
});

describe('A cleanup follows a phase that', () => {
  test.each([
    ['waits for input', 'read -r line', 'exit code 1'],
    ['exits with 255', 'exit 255', 'exit code 255'],
    ['dies by a signal', 'kill -SEGV $$', 'it was ended by SIGSEGV'],
    ['kills its process group', 'kill -KILL 0', 'it was ended by SIGKILL'],
    ['is no Bash', 'if then', 'exit code 2'],
    ['closes its output', 'exec >&- 2>&-; exit 4', 'exit code 4'],
    ['ignores its time limit', 'trap "" INT TERM; sleep 99 & wait; sleep 99', 'was ended: it took longer than'],
  ])('%s', async (_, commands, why) => {
    const result = await run([{ name: 'test', run: commands, 'timeout-minutes': why.includes('longer') ? 0.01 : 1 }]);
    expect([result.code, codeOf(result)]).toEqual([1, 'phases-failed']);
    expect(errorOf(result)).toContain(why);
    expect(hasCleanedUp()).toBe(true);
  });

  test.each([
    ['removes the checkout', 'rm -rf "$PWD"; cd /', 'passed', ''],
    ['removes its artifacts', 'rm -r "$ARTIFACT_DIR"', 'failed', 'The log of test lacks lines: the phase removed it.'],
    ['puts a link in the place of its log', 'ln -sf /etc/hostname "$ARTIFACT_DIR/run.log"', 'failed', 'lacks lines'],
    ['puts a pipe in the place of FAILURE', 'mkfifo "$ARTIFACT_DIR/FAILURE"', 'failed', 'left 1 FAILURE'],
    ['removes all artifacts', 'rm -r "$ARTIFACTS"', 'failed', 'could not be written: ENOENT'],
  ])('%s', async (_, commands, verdict, why) => {
    const result = await run([{ name: 'test', run: commands }]);
    expect(result.outputs['verdict']).toBe(verdict);
    expect(errorOf(result)).toContain(why);
    expect(hasCleanedUp()).toBe(true);
  });
});

describe('Workflow commands of a phase', () => {
  test('do not silence the step, and its own outputs stay as they are', async () => {
    const result = await run([
      { name: 'test', run: 'echo verdict=passed >> "$GITHUB_OUTPUT"; echo "::stop-commands::t0k"; exit 1' },
    ]);
    const lines = result.lines.filter((line) => line.startsWith('::'));
    expect(lines.indexOf('::t0k::')).toBeGreaterThan(lines.indexOf('::stop-commands::t0k'));
    expect(lines.indexOf('::t0k::')).toBeLessThan(lines.findIndex((line) => line.startsWith('::error::')));
    expect(result.outputs['verdict']).toBe('failed');
  });

  test('mask values also beside other phases, in the log and in the files', async () => {
    const result = await run([
      { name: 'a', run: 'echo "::add-mask::hunter2"; echo hunter2', needs: [] },
      { name: 'b', run: 'sleep 0.5; echo hunter2; exit 1', needs: [] },
    ]);
    expect(result.masked).toContain('hunter2');
    expect(read(result, '001__b/run.log') + read(result, '001__b/FAILURE')).not.toContain('hunter2');
  });
});

describe('A folder for artifacts', () => {
  test.each([
    ['a file', () => stage.write('artifacts', ''), 'artifacts-unwritable', 'cannot be written: EEXIST'],
    [
      'a link to nowhere',
      () => symlinkSync('/nowhere/a', join(stage.workspace, 'artifacts')),
      'artifacts-unwritable',
      'ENOENT',
    ],
    [
      'one with an old FAILURE',
      () => stage.write('artifacts/FAILURE', 'old'),
      'bad-input',
      'a file FAILURE of an earlier run',
    ],
  ])('that is %s is refused before anything runs', async (_, make, code, why) => {
    make();
    const result = await run([{ name: 'test', run: 'true' }], { artifacts: 'artifacts' });
    expect(codeOf(result)).toBe(code);
    expect(errorOf(result)).toContain(why);
    expect(hasCleanedUp()).toBe(false);
  });

  test.each(['.', './', '..', 'a/../..', '/tmp/a'])('%j is no folder inside the workspace', async (artifacts) => {
    const result = await run([{ name: 'test', run: 'true' }], { artifacts });
    expect(errorOf(result)).toContain(
      `\`artifacts\` is "${artifacts}"; allowed: a path of a folder inside the workspace.`,
    );
  });

  test('that is empty, or has phases of an earlier run that passed, is used', async () => {
    mkdirSync(join(stage.workspace, 'artifacts'));
    for (const number of ['000', '002']) {
      const result = await run([{ name: 'test', run: 'true' }], { artifacts: 'artifacts' });
      expect(result.outputs['verdict']).toBe('passed');
      expect(lstatSync(join(stage.workspace, `artifacts/${number}__test`)).isDirectory()).toBe(true);
    }
  });
});

/** A file system of some MiB. Only root may mount one. */
function mountSmall(): string | undefined {
  const folder = join(stage.directory, 'small');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    return undefined;
  }
}

describe('A full disk', () => {
  let folder: string | undefined;
  beforeEach(() => {
    folder = mountSmall();
    if (folder === undefined) console.log('A full disk is not tested: this user may not mount a file system.');
  });
  afterEach(() => {
    if (folder !== undefined) execFileSync('umount', [folder]);
  });

  test.each([
    ['before the first phase', true, 'true', /could not be written: ENOSPC/],
    ['in the middle of a log', false, 'head -c 9000000 /dev/zero | base64', /ENOSPC/],
    [
      'for a while',
      false,
      'head -c 9000000 /dev/zero | base64; rm "$ARTIFACTS/../big"',
      /The log of test lacks lines: ENOSPC/,
    ],
    ['at the end', false, 'cat /dev/zero > "$ARTIFACT_DIR/big" || true', /could not be written: ENOSPC/],
  ])('%s makes the run red, and stops nothing', async (when, isFull, commands, why) => {
    if (folder === undefined) return;
    if (when === 'for a while')
      execFileSync('bash', ['-c', 'mkdir "$1/ci-actions"; head -c 1M /dev/zero > "$1/ci-actions/big"', '_', folder]);
    if (isFull)
      execFileSync('bash', ['-c', 'mkdir "$1/ci-actions"; cat /dev/zero > "$1/big" || true', '_', folder], {
        stdio: 'ignore',
      });
    const result = await run([{ name: 'test', run: commands }], {}, { RUNNER_TEMP: folder });
    expect([result.code, codeOf(result)]).toEqual([1, 'artifacts-unwritable']);
    expect(logOf(result)).toMatch(why);
    expect(hasCleanedUp()).toBe(true);
  });
});

test('10^6 combinations are refused at once', async () => {
  const list = Array.from({ length: 1_000 }, (_, at) => at);
  const beganAt = Date.now();
  const result = await run([{ name: 'test', run: 'true', matrix: { A: list, B: list } }]);
  expect(errorOf(result)).toContain('there are 1000001 runs; allowed: up to 10000.');
  expect(Date.now() - beganAt).toBeLessThan(5_000);
});
