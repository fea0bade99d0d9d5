import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { clock } from '../../../src/host/clock.js';
import { readContext } from '../../../src/host/context.js';
import { readRawInputs } from '../../../src/host/inputs.js';
import { createLog } from '../../../src/host/log.js';
import { mask } from '../../../src/host/mask.js';
import { nonce } from '../../../src/host/nonce.js';
import { writeOutputs } from '../../../src/host/outputs.js';
import { loadProxy } from '../../../src/host/proxy.js';
import { createJournal, readJournal } from '../../../src/host/state.js';
import { appendSummary } from '../../../src/host/summary.js';
import { captureOutput, type Captured } from '../../worlds/captured-output.js';

let folder: string;
let output: Captured;
let before: NodeJS.ProcessEnv;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'host-'));
  before = { ...process.env };
  output = captureOutput();
});
afterEach(() => {
  output.release();
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
  rmSync(folder, { recursive: true });
});

/** An empty file whose path is in the environment, as GitHub creates it for a step. */
function fileFor(variable: string): string {
  const path = join(folder, variable);
  writeFileSync(path, '');
  process.env[variable] = path;
  return path;
}

describe('The log', () => {
  test('groups a phase, and prints a phase inside it as a plain line', async () => {
    const log = createLog();
    const result = await log.group('Launch', async () => {
      log.info('one');
      return log.group('Retry', () => Promise.resolve(7));
    });
    expect(result).toBe(7);
    expect(output.text()).toBe('::group::Launch\none\nRetry\n::endgroup::\n');
  });

  test('closes the group of a phase that fails, and can open another', async () => {
    const log = createLog();
    await expect(log.group('Launch', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await log.group('Remove', () => Promise.resolve());
    expect(output.text()).toBe('::group::Launch\n::endgroup::\n::group::Remove\n::endgroup::\n');
  });

  test('disarms foreign lines that look like workflow commands', () => {
    const log = createLog();
    log.info('  ::add-path::/evil\nok ##[set-env name=PATH;]/evil\n:::stop-commands::x');
    log.warning('two\n::set-output name=a::b');
    expect(output.lines().filter((line) => /^\s*::(?!warning)/.test(line))).toEqual([]);
    expect(output.text()).not.toContain('##[');
    expect(output.text()).toContain('::warning::two%0A::set-output name=a::b');
  });
});

describe('Data for GitHub:', () => {
  test('a secret is masked with and without the white space around it, an empty secret is not', () => {
    mask('token', undefined, '', ' padded ', '  ');
    expect(output.lines()).toEqual([
      '::add-mask::token',
      '::add-mask:: padded ',
      '::add-mask::padded',
      '::add-mask::  ',
    ]);
  });

  test('outputs are written to their file, lists as JSON', () => {
    const path = fileFor('GITHUB_OUTPUT');
    writeOutputs({ label: 'a', runners: ['x', 'y'] });
    expect(readFileSync(path, 'utf8')).toMatch(/^label<<(\S+)\na\n\1\nrunners<<(\S+)\n\["x","y"\]\n\2\n$/);
  });

  test("the post step reads the journal's last entry", () => {
    const path = fileFor('GITHUB_STATE');
    const entry = {
      startId: 's',
      regions: ['r'],
      runnerIds: [1],
      instances: [{ id: 'i-1', region: 'r' }],
      scope: { kind: 'org', org: 'o' },
    } as const;
    createJournal().record({ ...entry, state: 'started' });
    createJournal().record({ ...entry, state: 'confirmed' });
    const saved = [...readFileSync(path, 'utf8').matchAll(/journal<<(\S+)\n(.*)\n\1/g)].map((found) => found[2]);
    expect(saved).toHaveLength(2);
    process.env['STATE_journal'] = saved.at(-1);
    expect(readJournal()).toEqual({ ...entry, state: 'confirmed' });
  });

  test('without a first entry there is no journal', () => {
    expect(readJournal()).toBeUndefined();
  });

  test('the summary is skipped without a file, causes a warning when it fails, and is appended otherwise', () => {
    const log = createLog();
    delete process.env['GITHUB_STEP_SUMMARY'];
    appendSummary('# Lost', log);
    expect(output.text()).toBe('');
    process.env['GITHUB_STEP_SUMMARY'] = join(folder, 'missing');
    appendSummary('# Lost, too', log);
    expect(output.text()).toMatch(/^::warning::The job summary could not be written: .*missing/);
    const path = fileFor('GITHUB_STEP_SUMMARY');
    appendSummary('# One', log);
    appendSummary('# Two', log);
    expect(readFileSync(path, 'utf8')).toBe('# One\n# Two\n');
  });
});

describe('Data from GitHub:', () => {
  test('inputs have the names of the workflow, and are untrimmed', () => {
    const env = { 'INPUT_EC2-IMAGE-ID': ' ami-1 ', 'INPUT_GITHUB-TOKEN': '', INPUT_COUNT: '2', PATH: '/bin' };
    expect(readRawInputs(env)).toEqual({ 'ec2-image-id': ' ami-1 ', 'github-token': '', count: '2' });
  });

  test('a missing variable is reported outside a workflow', () => {
    for (const name of Object.keys(process.env)) if (name.startsWith('GITHUB_')) delete process.env[name];
    process.env['GITHUB_RUN_ID'] = '1';
    expect(() => readContext()).toThrow('GITHUB_REPOSITORY, GITHUB_RUN_ATTEMPT, GITHUB_JOB, GITHUB_SHA not set');
  });
});

describe('Clock and nonce:', () => {
  test('a sleep ends at its time', async () => {
    const from = clock.now();
    await clock.sleep(20, new AbortController().signal);
    expect(clock.now() - from).toBeGreaterThanOrEqual(18);
  });

  test('a sleep ends with the reason of its signal, even if the signal was aborted before', async () => {
    const controller = new AbortController();
    const sleeping = clock.sleep(60_000, controller.signal);
    controller.abort(new Error('cancelled'));
    await expect(sleeping).rejects.toThrow('cancelled');
    await expect(clock.sleep(60_000, controller.signal)).rejects.toThrow('cancelled');
  });

  test.each([1, 6, 7, 32])('a nonce has the requested %d hexadecimal digits', (digits) => {
    expect(nonce(digits)).toMatch(new RegExp(`^[0-9a-f]{${digits}}$`));
    if (digits > 5) expect(nonce(digits)).not.toBe(nonce(digits));
  });
});

describe('A proxy', () => {
  test('is not loaded when none is set', async () => {
    expect(await loadProxy({ NO_PROXY: '*', HTTPS_PROXY: '' })).toEqual({});
  });

  test.each(['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'])('is used when %s is set', async (name) => {
    expect(Object.keys(await loadProxy({ [name]: 'http://proxy.test' }))).toEqual(['agents', 'fetch']);
  });
});
