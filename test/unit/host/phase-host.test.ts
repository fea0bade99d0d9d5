import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { PhaseHost, PhaseProgram } from '../../../src/core/phases/host.js';
import { clock } from '../../../src/host/clock.js';
import { openPhaseHost } from '../../../src/host/phase-host.js';
import { PhaseMasks } from '../../../src/host/phase-masks.js';
import { endPrograms } from '../../../src/host/phase-programs.js';
import { isAlive } from '../../../src/host/process-groups.js';
import { runProgram } from '../../../src/host/programs.js';

let folder: string;
let host: PhaseHost;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phase-host-'));
  mkdirSync(join(folder, 'work'));
  host = openPhaseHost({
    directory: join(folder, 'work'),
    artifacts: join(folder, 'artifacts'),
    shared: join(folder, 'shared'),
    variables: { A: 'of the inputs', PATH: process.env['PATH'] },
    masks: new PhaseMasks(['secret-word']),
  });
  host.makeFolder('000__a');
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (commands: string, more: Partial<PhaseProgram> = {}) =>
  host.run({
    title: 'test',
    commands,
    env: {},
    log: '000__a/run.log',
    boundMs: 60_000,
    signal: new AbortController().signal,
    prefix: '',
    ...more,
  });
const log = (): string => readFileSync(join(folder, 'artifacts/000__a/run.log'), 'utf8');

test('a program has the variables of the inputs under those of the phase, and the folders', async () => {
  const ended = await run('echo "$A, $B, $SHARED_DIR, $ARTIFACTS, $PWD"', { env: { B: 'of the phase' } });
  expect(ended).toMatchObject({ code: 0 });
  expect(log()).toBe(`of the inputs, of the phase, ${folder}/shared, ${folder}/artifacts, ${folder}/work\n`);
});

test('a program that fails in a pipe fails, and its last lines are kept', async () => {
  const ended = await run('seq 30; echo; false | cat');
  expect(ended.code).toBe(1);
  expect(ended.lastLines).toEqual(Array.from({ length: 20 }, (_, at) => String(at + 11)));
});

test('secrets are hidden in every file, also in FAILURE', async () => {
  await run('echo a secret-word');
  host.writeFile('000__a/FAILURE', 'secret-word');
  host.appendLine('phases.jsonl', '"secret-word"');
  expect(log() + host.readFile('000__a/FAILURE') + host.readFile('phases.jsonl')).toBe('a ***\n***"***"\n');
});

test('a program is ended at its bound together with what it started', async () => {
  const beganAt = Date.now();
  await run('echo $BASHPID > pid; sleep 60 & sleep 60', { boundMs: 300 });
  expect(Date.now() - beganAt).toBeLessThan(20_000);
  expect(isAlive(Number(readFileSync(join(folder, 'work/pid'), 'utf8')))).toBe(false);
});

test('a program runs without its log when the disk is full or the folder is gone', async () => {
  symlinkSync('/dev/full', join(folder, 'artifacts/000__a/run.log'));
  expect(await run('echo one; echo two > made')).toMatchObject({ code: 0, lastLines: ['one'] });
  expect(existsSync(join(folder, 'work/made'))).toBe(true);
  writeFileSync(join(folder, 'artifacts/file'), '');
  expect(await run('echo three', { log: 'file/run.log' })).toMatchObject({ code: 0, lastLines: ['three'] });
  expect(() => host.writeFile('file/FAILURE', '')).toThrow(/ENOTDIR/);
});

test('a log that lacks lines or is gone is reported', async () => {
  symlinkSync('/dev/full', join(folder, 'artifacts/000__a/run.log'));
  expect((await run('echo one')).logProblem).toMatch(/ENOSPC/);
  rmSync(join(folder, 'artifacts/000__a/run.log'));
  expect((await run('rm -r "$ARTIFACTS/000__a"')).logProblem).toBe('the phase removed it');
  host.makeFolder('000__a');
  expect((await run('ln -sf /etc/passwd "$ARTIFACTS/000__a/run.log"')).logProblem).toBe('the phase removed it');
  rmSync(join(folder, 'artifacts/000__a/run.log'));
  expect(await run('echo one')).not.toHaveProperty('logProblem');
});

test('a working directory that a phase removed is there again for the next one', async () => {
  expect(await run('rm -r "$PWD"')).toMatchObject({ code: 0 });
  expect(await run('pwd; ls -A')).toMatchObject({ code: 0, lastLines: [join(folder, 'work')] });
});

test('what a phase wrote to GITHUB_ENV and GITHUB_PATH holds for later ones, under their own variables', async () => {
  const files = ['env', 'path'].map((name) => join(folder, name));
  const before = [process.env['GITHUB_ENV'], process.env['GITHUB_PATH']];
  for (const file of files) writeFileSync(file, 'EARLIER=1\n');
  Object.assign(process.env, { GITHUB_ENV: files[0], GITHUB_PATH: files[1] });
  try {
    host = openPhaseHost({
      directory: join(folder, 'work'),
      artifacts: join(folder, 'artifacts'),
      shared: join(folder, 'shared'),
      variables: { B: 'of the inputs' },
      masks: new PhaseMasks([]),
    });
    await run('echo A=1 >> "$GITHUB_ENV"; echo B=2 >> "$GITHUB_ENV"; echo /added >> "$GITHUB_PATH"');
    const shows = 'echo "$A $B ${EARLIER-none} ${PATH%%:*}"';
    expect((await run(shows)).lastLines).toEqual(['1 2 none /added']);
    expect((await run(shows, { env: { B: 'of the phase' } })).lastLines).toEqual(['1 of the phase none /added']);
  } finally {
    for (const [at, name] of ['GITHUB_ENV', 'GITHUB_PATH'].entries())
      if (before[at] === undefined) delete process.env[name];
      else process.env[name] = before[at];
  }
});

test('a value that a phase masks is hidden in the files from then on, line by line', async () => {
  await run(
    'echo before-hunter2; echo "::add-mask::hunter2%0Asecond line"; echo "hunter2, second line"; echo "::add-mask::abc"; echo abc',
  );
  expect(log()).toBe('before-hunter2\n::add-mask::***\n***, ***\n::add-mask::***\nabc\n');
  host.writeFile('index.html', 'hunter2');
  expect(host.readFile('index.html')).toBe('***');
});

test('the last lines are without colors, and of a progress bar its last state', async () => {
  const ended = await run(String.raw`printf '\033[31mred\033[0m\r\n10%%\r50%%\r100%%\nlast'`);
  expect(ended.lastLines).toEqual(['red', '100%', 'last']);
});

test('what is no file, or cannot be read, is no FAILURE that is waited for', () => {
  execFileSync('mkfifo', [join(folder, 'artifacts/000__a/FAILURE')]);
  expect(host.findFailures('000__a')).toEqual(['000__a/FAILURE']);
  expect(host.readFirstLine('000__a/FAILURE')).toBeUndefined();
  host.writeFile('000__a/FAILURE', 'ours');
  expect(host.readFirstLine('000__a/FAILURE')).toBe('ours');
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'artifacts/phases.jsonl'));
  host.appendLine('phases.jsonl', '{}');
  expect(existsSync(join(folder, 'elsewhere'))).toBe(false);
  host.makeFolder('000__a/SKIPPED/a');
  host.removeFile('000__a/SKIPPED');
  expect(existsSync(join(folder, 'artifacts/000__a/SKIPPED'))).toBe(false);
});

test('files named FAILURE are found at any depth, and others are not', () => {
  host.makeFolder('000__a/001__b/002__c');
  for (const name of ['FAILURE', '001__b/002__c/FAILURE', 'NO_FAILURE', '001__b/FAILURES'])
    host.writeFile(`000__a/${name}`, '');
  expect(host.findFailures('000__a')).toEqual(['000__a/001__b/002__c/FAILURE', '000__a/FAILURE']);
  expect(host.findFailures('999__none')).toEqual([]);
});

test('required files are looked for in the working directory, or in the folder of the phase', async () => {
  writeFileSync(join(folder, 'work/a.json'), '12');
  host.writeFile('000__a/b.json', '');
  expect(await host.findFiles('*.json')).toMatchObject([{ path: 'a.json', bytes: 2 }]);
  expect(await host.findFiles('*.json', '000__a')).toMatchObject([{ path: 'b.json', bytes: 0 }]);
});

test('programs of a phase that was killed are ended, and those of others are left alone', async () => {
  const start = async (path: string) => {
    const file = join(folder, path);
    void runProgram({
      command: 'bash',
      args: ['-c', 'trap "" TERM INT; echo $$ > "$PID_FILE"; while :; do sleep 0.1; done'],
      env: { ...process.env, ARTIFACT_DIR: `/x/${path}`, PID_FILE: file },
      isBrief: true,
    });
    while (!existsSync(file) || readFileSync(file, 'utf8') === '') await clock.sleep(20);
    return Number(readFileSync(file, 'utf8'));
  };
  const runs = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const [own, other] = [await start('000__a'), await start('000__ab')];
  try {
    const beganAt = Date.now();
    await endPrograms(['/x/000__a'], clock);
    // A guard may still let it clean up.
    expect(Date.now() - beganAt).toBeGreaterThan(2_500);
    for (let tries = 0; tries < 100 && runs(own); tries++) await clock.sleep(20);
    expect([runs(own), runs(other)]).toEqual([false, true]);
  } finally {
    for (const pid of [own, other]) if (runs(pid)) process.kill(-pid, 'SIGKILL');
  }
});
