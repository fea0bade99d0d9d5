/** Reports as the tools that people use write them: each is run here on a small project, and its file is read. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { compilePatterns } from '../../src/core/inputs/file-patterns.js';
import { readReports } from '../../src/host/junit-files.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const peers = join(root, '.peers');
jest.setTimeout(120_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'producers-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Producer {
  /** In the copy of the project; the report is `report.xml`, or files in `report/`. */
  readonly command: string;
  readonly failed: readonly string[];
  readonly passed: readonly string[];
  readonly skipped: readonly string[];
}

const producers: Readonly<Record<string, Producer>> = {
  pytest: {
    command: 'python -m pytest -q --junitxml=report.xml test_py.py',
    failed: ['test_error', 'test_fail', 'test_teardown'],
    passed: ['test_ok', 'test_par[\\x07]', 'test_par[a/b]', 'test_xfail'],
    skipped: ['test_skip'],
  },
  'pytest, a file that does not load': {
    command: 'python -m pytest -q --junitxml=report.xml broken.py',
    failed: ['broken'],
    passed: [],
    skipped: [],
  },
  'unittest-xml-reporting': {
    command: 'python -m xmlrunner -o report test_unit',
    failed: ['test_error', 'test_fail'],
    passed: ['test_ok'],
    skipped: ['test_skip', 'test_xfail'],
  },
  nose2: {
    command: 'nose2 --plugin nose2.plugins.junitxml --junit-xml --junit-xml-path report.xml test_unit',
    failed: ['test_error', 'test_fail'],
    passed: ['test_ok'],
    skipped: ['test_skip', 'test_xfail'],
  },
  subunit: {
    command: 'python -m subunit.run test_unit | subunit2junitxml >report.xml',
    failed: ['test_error', 'test_fail'],
    passed: ['test_ok', 'test_xfail'],
    skipped: ['test_skip'],
  },
  behave: {
    command: 'behave --junit --junit-directory report',
    failed: ['bad', 'undefined'],
    passed: ['ok'],
    skipped: [],
  },
  'Robot Framework': {
    command: 'robot --xunit report.xml --output NONE --log NONE --report NONE suite.robot',
    failed: ['Fails'],
    passed: ['Ok'],
    skipped: ['Skips'],
  },
  "Node's test runner": {
    command: 'node --test --test-reporter=junit node.test.mjs >report.xml',
    failed: ['bad', 'inner bad'],
    passed: ['inner', 'ok'],
    skipped: ['later', 'left'],
  },
  'jest-junit': {
    command: `node "$ROOT/node_modules/jest/bin/jest.js" --rootDir . --testMatch '**/jest.*.js' --reporters="$ROOT/.peers/npm/node_modules/jest-junit"`,
    failed: ['bad', 'jest.broken.js', 'jest.broken.js'],
    passed: ['ok'],
    skipped: ['left'],
  },
  gotestsum: {
    command: 'gotestsum --junitfile report.xml',
    failed: ['TestBad', 'TestSub', 'TestSub/b'],
    passed: ['TestOk', 'TestSub/a'],
    skipped: ['TestLeft'],
  },
  CTest: {
    command: 'cmake -S . -B build >build.log; ctest --test-dir build --output-junit ../report.xml',
    failed: ['bad'],
    passed: ['ok'],
    skipped: ['missing', 'off', 'skipped'],
  },
};

describe('A report by', () => {
  test.each(Object.entries(producers))('%s', async (_, { command, ...expected }) => {
    cpSync(join(root, 'test/peers/producers'), folder, { recursive: true });
    const path = [
      join(peers, 'producers/bin'),
      join(peers, 'venv/bin'),
      join(peers, 'bin'),
      dirname(process.execPath),
      process.env['PATH'],
    ];
    const env = {
      ...process.env,
      PATH: path.join(delimiter),
      ROOT: root,
      GOTOOLCHAIN: 'local',
      NODE_OPTIONS: '',
      JEST_JUNIT_OUTPUT_FILE: 'report.xml',
      JEST_JUNIT_REPORT_TEST_SUITE_ERRORS: 'true',
      JEST_JUNIT_TITLE: '{title}',
    };
    // They end with an error, because tests fail. What counts is what they have written.
    const said = await run('bash', ['-c', command], { cwd: folder, env }).catch(
      (error: { stdout: string; stderr: string }) => error,
    );
    expect({
      said,
      files: existsSync(join(folder, 'report.xml')) || readdirSync(folder).includes('report'),
    }).toMatchObject({ files: true });
    const { results, broken } = await readReports(compilePatterns(['report.xml', 'report/*.xml']), folder, new Map());
    expect(broken).toEqual([]);
    const names = (outcome: keyof typeof expected) =>
      results
        .list(outcome)
        .map(({ name }) => name)
        .sort();
    expect({ failed: names('failed'), passed: names('passed'), skipped: names('skipped') }).toEqual(expected);
    for (const { message } of results.list('failed')) expect(message).not.toMatch(/[\u0000-\u0008\u001b]/); // eslint-disable-line no-control-regex
  });
});
