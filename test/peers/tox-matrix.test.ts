/** run-tox with real programs: tox 3 and 4, and seven test programs, each in nine situations. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StepResult } from '../../sandbox/step.js';
import { codeOf, TestStage } from '../process/test-stage.js';
import { takePart } from '../worlds/part.js';
import { errorOf } from '../worlds/sandbox/scene.js';

const MATRIX = fileURLToPath(new URL('../../.peers/matrix', import.meta.url));
const LONG_MS = 900_000;

/** By program: the folder of its installation, and its command. */
const PROGRAMS = {
  pytest7: ['pytest-7', 'python -m pytest test_it.py'],
  pytest8: ['pytest-8', 'python -m pytest test_it.py'],
  pytest9: ['pytest-9', 'pytest test_it.py'],
  unittest: ['unittest', 'python -m unittest test_it'],
  nose2: ['unittest', 'nose2 test_it'],
  trial: ['unittest', 'python -m twisted.trial test_it'],
  stestr: ['unittest', 'stestr run --test-path . test_it'],
} as const;

const JUNIT = /JUnit of the test program/;
const LINES = /closing lines/;
const CODES = /exit codes of/;
/** stestr survives the crash, and reports which test did not end. */
const CODES_OR_LINES = /exit codes of|closing lines \(“[^”]*inprogress/;

interface Situation {
  readonly body: string;
  readonly code: '' | 'tests-failed' | 'nothing-tested';
  /** The evidence of the verdict, with pytest and with other programs. */
  readonly evidence: readonly [pytest: RegExp, others: RegExp];
}

const method = (name: string, ...lines: string[]): string =>
  [`    def ${name}(self):`, ...lines.map((line) => `        ${line}`), ''].join('\n');
const suite = (...methods: string[]): string => `class TestIt(unittest.TestCase):\n${methods.join('')}`;
const skipped = (name: string): string => `    @unittest.skip('no')\n${method(name, 'pass')}`;

const SITUATIONS: Readonly<Record<string, Situation>> = {
  'all pass': { body: suite(method('test_a', 'pass'), method('test_b', 'pass')), code: '', evidence: [JUNIT, LINES] },
  'one fails': {
    body: suite(method('test_a', 'pass'), method('test_b', 'self.fail()')),
    code: 'tests-failed',
    evidence: [JUNIT, LINES],
  },
  'one has an error': {
    body: suite(method('test_a', "raise RuntimeError('no')")),
    code: 'tests-failed',
    evidence: [JUNIT, LINES],
  },
  'all are skipped': {
    body: suite(skipped('test_a'), skipped('test_b')),
    code: 'nothing-tested',
    evidence: [JUNIT, LINES],
  },
  'there is no test': { body: 'x = 1\n', code: 'nothing-tested', evidence: [JUNIT, LINES] },
  'the program crashes': {
    body: suite(method('test_a', 'os.abort()')),
    code: 'tests-failed',
    evidence: [CODES, CODES_OR_LINES],
  },
  'the program is killed': {
    body: suite(method('test_a', 'os.kill(os.getpid(), 9)')),
    code: 'tests-failed',
    evidence: [CODES, CODES_OR_LINES],
  },
  'there are subtests': {
    body: suite(method('test_a', 'for i in range(3):', '    with self.subTest(i=i):', '        pass')),
    code: '',
    evidence: [JUNIT, LINES],
  },
  'a class is skipped beside one that passes': {
    body: `${suite(method('test_a', 'pass'))}
class TestOther(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise unittest.SkipTest('no')
${method('test_b', 'pass')}`,
    code: '',
    evidence: [JUNIT, LINES],
  },
};

const stage = new TestStage();
afterAll(() => stage.close());
const results = new Map<string, StepResult>();
const cases = takePart(
  ['tox-3', 'tox-4'].flatMap((tox) =>
    Object.keys(PROGRAMS).flatMap((program) =>
      Object.keys(SITUATIONS).map((situation) => [tox, program as keyof typeof PROGRAMS, situation] as const),
    ),
  ),
);

beforeAll(async () => {
  expect(existsSync(MATRIX)).toBe(true);
  // All runs of one tox share its environment, so they are sequential.
  await Promise.all(['tox-3', 'tox-4'].map(runAll));
}, LONG_MS);

async function runAll(tox: string): Promise<void> {
  for (const [, program, situation] of cases.filter(([one]) => one === tox)) {
    const [folder, command] = PROGRAMS[program];
    const directory = `${tox}/${program}-${situation.replaceAll(' ', '-')}`;
    stage.write(`${directory}/test_it.py`, `import os, unittest\n${SITUATIONS[situation]!.body}`);
    stage.write(`${directory}/tox.ini`, compose(tox, `${MATRIX}/${folder}/bin/${command}`));
    results.set(
      `${tox} ${program} ${situation}`,
      await stage.run(
        'run-tox',
        { 'tox-env': 'it', 'working-directory': directory },
        { environment: { PATH: `${MATRIX}/${tox}/bin:/usr/bin:/bin` } },
      ),
    );
  }
}

function compose(tox: string, command: string): string {
  return `[tox]
envlist = it
skipsdist = true
toxworkdir = ${stage.directory}/work-${tox}
[testenv]
skip_install = true
list_dependencies_command = python -c "print()"
allowlist_externals = *
commands = ${command}
`;
}

describe('The verdict and its evidence', () => {
  test.each(cases)('%s, %s: %s', (tox, program, situation) => {
    const result = results.get(`${tox} ${program} ${situation}`)!;
    const { code, evidence } = SITUATIONS[situation]!;
    const seen = { code: codeOf(result), error: errorOf(result), summary: result.summary };
    expect(seen).toMatchObject({ code });
    expect(result.outputs['verdict']).toBe(code === '' ? 'passed' : 'failed');
    const [row = ''] = /^\| it \|.*$/m.exec(result.summary) ?? [];
    // trial does not report that it ran no test.
    const isSilent = program === 'trial' && situation === 'there is no test';
    expect(row).toMatch(isSilent ? CODES : evidence[program.startsWith('pytest') ? 0 : 1]);
  });
});
