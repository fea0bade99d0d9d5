/** run-tox with the kinds of configurations that public projects use, on the real tox 3 and 4. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { codeOf, TestStage } from '../process/test-stage.js';
import { errorOf, logOf } from '../worlds/sandbox/scene.js';

jest.setTimeout(180_000);

const MATRIX = fileURLToPath(new URL('../../.peers/matrix', import.meta.url));
const WHEELS = fileURLToPath(new URL('../../.peers/wheels', import.meta.url));
const PYTEST = `${MATRIX}/pytest-9/bin/pytest`;
const PYTHON = `${MATRIX}/pytest-9/bin/python`;
const UNITTEST = `${MATRIX}/unittest/bin/python -m unittest`;

const JUNIT = /JUnit of the test program/;
const LINES = /closing lines/;
/** All shapes share their tox environments, which have no requirements. */
const WORK = 'WORK-FOLDER';
const INI = `[tox]
toxworkdir = ${WORK}
envlist = it
skipsdist = true
[testenv]
skip_install = true
allowlist_externals = *
list_dependencies_command = python -c "print()"
`;
const GOOD = 'def test_a(): pass\ndef test_b(): pass\n';
const BAD = 'def test_a(): assert 0\ndef test_b(): pass\n';
const SKIPPED = 'import pytest\n@pytest.mark.skip\ndef test_a(): pass\n';
const PACKAGE = {
  'src/thing/__init__.py': 'x = 1\n',
  'tests/test_it.py': 'import thing\ndef test_a(): assert thing.x == 1\n',
  'pyproject.toml': `[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "thing"
version = "1.0"
`,
};

interface Shape {
  readonly files: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly only?: 'tox-3' | 'tox-4';
  readonly code?: string;
  /** Must occur in the summary, the error, the log, or the names of the reports that tests wrote (as `+own.xml`). */
  readonly expected: RegExp | readonly RegExp[];
}

const SHAPES: Readonly<Record<string, Shape>> = {
  'an isolated build with its own requirements': {
    files: {
      ...PACKAGE,
      'tox.ini':
        '[tox]\nisolated_build = true\nenvlist = it\n[testenv]\ndeps = pytest\ncommands = pytest {posargs:tests}\n',
    },
    expected: JUNIT,
  },
  'a package built as a wheel, and labels': {
    only: 'tox-4',
    files: {
      ...PACKAGE,
      'tox.ini':
        `[tox]\nrequires = tox>=4\nenvlist = it\nlabels =\n  test = it\n[testenv]\npackage = wheel\nwheel_build_env = .pkg\nallowlist_externals = *\ncommands = ${PYTEST} -p no:cacheprovider --pythonpath=src tests\n`.replace(
          ' --pythonpath=src',
          ' -o pythonpath=src',
        ),
    },
    expected: JUNIT,
  },
  'tables in pyproject.toml': {
    only: 'tox-4',
    files: {
      'test_it.py': GOOD,
      'pyproject.toml': `[tool.tox]\nenv_list = ["it"]\n[tool.tox.env_run_base]\npackage = "skip"\nallowlist_externals = ["*"]\npass_env = ["A*"]\n[tool.tox.env.it]\ncommands = [["${PYTEST}"]]\n`,
    },
    expected: JUNIT,
  },
  'an INI text in pyproject.toml': {
    files: {
      'test_it.py': GOOD,
      'pyproject.toml': `[tool.tox]\nlegacy_tox_ini = """\n${INI}commands = ${PYTEST}\n"""\n`.replace(
        '"print()"',
        "'print()'",
      ),
    },
    expected: JUNIT,
  },
  'sections in setup.cfg': {
    files: { 'test_it.py': GOOD, 'setup.cfg': `${INI.replace('[tox]', '[tox:tox]')}commands = ${PYTEST}\n` },
    expected: JUNIT,
  },
  'a tox.toml': {
    only: 'tox-4',
    files: {
      'test_it.py': GOOD,
      'tox.toml': `[env_run_base]\npackage = "skip"\nallowlist_externals = ["*"]\ncommands = [["${PYTEST}"]]\n`,
    },
    inputs: { 'tox-env': '3.11' },
    expected: JUNIT,
  },
  'its own passenv, and variables that the workflow sets': {
    files: {
      'test_it.py': "import os\ndef test_a(): assert os.environ['LEVEL'] == 'debug' and os.environ['OWN'] == '1'\n",
      'tox.ini': `${INI}commands = ${PYTEST}\n[testenv:it]\npassenv = OWN\n`,
    },
    inputs: { env: '{"LEVEL": "debug"}', setup: 'echo OWN=1 >>"$GITHUB_ENV"' },
    expected: JUNIT,
  },
  'passenv = *': {
    files: { 'test_it.py': GOOD, 'tox.ini': `${INI}passenv = *\ncommands = ${PYTEST}\n` },
    expected: JUNIT,
  },
  'a PYTEST_ADDOPTS that extends the inherited value': {
    files: {
      'test_it.py': GOOD,
      'tox.ini': `${INI}setenv = PYTEST_ADDOPTS = {env:PYTEST_ADDOPTS:} --color=yes\ncommands = ${PYTEST}\n`,
    },
    expected: JUNIT,
  },
  'a PYTEST_ADDOPTS that replaces the inherited value': {
    files: { 'test_it.py': GOOD, 'tox.ini': `${INI}setenv = PYTEST_ADDOPTS = --color=yes\ncommands = ${PYTEST}\n` },
    expected: LINES,
  },
  'no JUnit plugin': {
    files: {
      'test_it.py': GOOD,
      'pytest.ini': '[pytest]\naddopts = -p no:junitxml\n',
      'tox.ini': `${INI}commands = ${PYTEST}\n`,
    },
    expected: LINES,
  },
  'a report that a command names': {
    files: { 'test_it.py': GOOD, 'tox.ini': `${INI}commands = ${PYTEST} -q -q --junitxml=own.xml\n` },
    expected: [JUNIT, /\+own\.xml/],
  },
  'a report that the configuration of pytest names': {
    files: {
      'test_it.py': GOOD,
      'pytest.ini': '[pytest]\naddopts = --junitxml=own.xml\n',
      'tox.ini': `${INI}commands = ${PYTEST}\n`,
    },
    expected: [JUNIT, /\+own\.xml/],
  },
  'several runs of pytest, the last of which skips all tests': {
    files: {
      'test_it.py': GOOD,
      'test_no.py': SKIPPED,
      'tox.ini': `${INI}commands =\n  ${PYTEST} test_it.py\n  ${PYTEST} test_no.py\n`,
    },
    expected: /JUnit of the test program \(3 tests\)/,
  },
  'parallel tests that are rerun': {
    files: {
      'test_it.py': `${GOOD}import pathlib\ndef test_c():\n    seen = pathlib.Path('seen')\n    first = not seen.exists()\n    seen.touch()\n    assert not first\n`,
      'tox.ini': `${INI}commands = ${PYTEST} -n 2 --reruns 2\n`,
    },
    expected: JUNIT,
  },
  'a test that runs pytest with a failing test': {
    files: {
      'test_it.py':
        "import subprocess, sys\ndef test_a(): assert subprocess.run([sys.executable, '-m', 'pytest', 'inner.py']).returncode == 1\n",
      'inner.py': BAD,
      'tox.ini': `${INI}commands = ${PYTEST} test_it.py\n`,
    },
    expected: /JUnit of the test program \(1 test\)/,
  },
  'coverage around unittest': {
    files: {
      'test_it.py': 'import unittest\nclass T(unittest.TestCase):\n    def test_a(self): pass\n',
      'tox.ini': `${INI}commands =\n  - rm nothing\n  ${UNITTEST} discover\n`,
    },
    expected: LINES,
  },
  'values for {posargs}': {
    files: { 'test_it.py': BAD, 'tox.ini': `${INI}commands = ${PYTEST} {posargs}\n` },
    inputs: { posargs: '-k "test_b and not test_a"' },
    expected: JUNIT,
  },
  'environments that depend on others, each with its own row': {
    files: {
      'test_it.py': GOOD,
      'tox.ini': `${INI}commands = ${PYTEST}\n[testenv:report]\ndepends = it\ncommands = python -c "print(1)"\n`,
    },
    inputs: { 'tox-env': 'it,report' },
    expected: [JUNIT, /\| report \| passed \| exit codes: no test program/],
  },
  'factors that select commands': {
    files: {
      'test_it.py': GOOD,
      'tox.ini': `${INI.replace('envlist = it', 'envlist = py3-{a,b}')}commands =\n  a: ${PYTEST}\n`,
    },
    inputs: { 'tox-env': 'py3-a,py3-b' },
    code: 'nothing-tested',
    expected: [/\| py3-a \| passed/, /\| py3-b \| untested: no command ran/],
  },
  'tests that fail behind `-`': {
    files: { 'test_it.py': BAD, 'tox.ini': `${INI}commands = - ${PYTEST}\n` },
    code: 'tests-failed',
    expected: /failed: tox ignored: 1 test failed, pytest ended with exit code 1/,
  },
  'tests that fail behind `-`, with allow-ignored-failures': {
    files: { 'test_it.py': BAD, 'tox.ini': `${INI}commands = - ${PYTEST}\n` },
    inputs: { 'allow-ignored-failures': 'true' },
    expected: /passed: tox ignored: 1 test failed/,
  },
  'tests that fail in a script that hides the failure': {
    files: { 'test_it.py': BAD, 'tox.ini': `${INI}commands = bash -c "${PYTEST} || true"\n` },
    code: 'tests-failed',
    expected: /failed: tox ignored: 1 test failed/,
  },
  'an environment whose outcome is ignored': {
    files: { 'test_it.py': BAD, 'tox.ini': `${INI}ignore_outcome = true\ncommands = ${PYTEST}\n` },
    code: 'tests-failed',
    expected: /failed: tox ignored/,
  },
  'tests that are only collected': {
    files: { 'test_it.py': GOOD, 'tox.ini': `${INI}commands = ${PYTEST} --collect-only\n` },
    code: 'nothing-tested',
    expected: /untested: no test was executed/,
  },
  'skipped tests in quiet mode': {
    files: { 'test_it.py': SKIPPED, 'tox.ini': `${INI}commands = ${PYTEST} -qq\n` },
    code: 'nothing-tested',
    expected: /untested: all tests were skipped \(1\)/,
  },
  'a missing Python': {
    files: {
      'test_it.py': GOOD,
      'tox.ini': `${INI.replace('skipsdist', 'skip_missing_interpreters = true\nskipsdist')}commands = ${PYTEST}\n[testenv:gone]\nbasepython = python3.77\n`,
    },
    inputs: { 'tox-env': 'it,gone' },
    code: 'nothing-tested',
    expected: [/\| it \| passed/, /\| gone \| skipped/],
  },
  'a missing Python, with allow-skipped': {
    files: {
      'test_it.py': GOOD,
      'tox.ini': `${INI.replace('skipsdist', 'skip_missing_interpreters = true\nskipsdist')}commands = ${PYTEST}\n[testenv:gone]\nbasepython = python3.77\n`,
    },
    inputs: { 'tox-env': 'it,gone', 'allow-skipped': 'true' },
    expected: [/\| gone \| skipped/, /::warning::tox skipped gone\./],
  },
  'an environment that is not defined': {
    files: { 'tox.ini': `${INI}[testenv:unit]\n[testenv:lint]\n` },
    inputs: { 'tox-env': 'unti' },
    code: 'environment-not-found',
    expected: [/no environment "unti"\. Did you mean "unit"\?/, /There are: it, unit, lint/],
  },
  'no configuration': {
    files: { a: '' },
    inputs: { 'tox-env': 'py' },
    code: 'environment-not-found',
    expected: /no configuration/,
  },
  'an environment that is defined only by its factors': {
    files: { 'tox.ini': INI },
    inputs: { 'tox-env': 'py3' },
    code: 'nothing-tested',
    expected: /\| py3 \| untested: no command ran/,
  },
  'a background process that outlives its command': {
    files: { 'test_it.py': GOOD, 'tox.ini': `${INI}commands =\n  bash -c "sleep 30 &"\n  ${PYTEST}\n` },
    expected: JUNIT,
  },
};

const shared = new TestStage();
const stages: TestStage[] = [shared];
afterAll(() => stages.forEach((stage) => stage.close()));
const cases = Object.entries(SHAPES).flatMap(([name, shape]) =>
  (['tox-3', 'tox-4'] as const).filter((tox) => (shape.only ?? tox) === tox).map((tox) => [tox, name, shape] as const),
);

describe('A project with', () => {
  test.each(cases)('%s: %s', async (tox, _, { files, inputs, code = '', expected }) => {
    expect(existsSync(PYTHON)).toBe(true);
    const stage = new TestStage();
    stages.push(stage);
    for (const [path, text] of Object.entries(files))
      stage.write(path, text.replaceAll(WORK, join(shared.directory, tox)));
    stage.write('.env', '');
    const offline = { PIP_NO_INDEX: '1', PIP_FIND_LINKS: WHEELS, ...(JSON.parse(inputs?.['env'] ?? '{}') as object) };
    const result = await stage.run(
      'run-tox',
      { 'tox-env': 'it', ...inputs, env: JSON.stringify(offline) },
      { environment: { PATH: `${MATRIX}/${tox}/bin:/usr/bin:/bin`, GITHUB_ENV: join(stage.workspace, '.env') } },
    );
    const written = ['own.xml'].filter((path) => existsSync(join(stage.workspace, path))).map((path) => `+${path}`);
    const seen = [result.summary, errorOf(result), logOf(result), ...written].join('\n');
    expect({ code: codeOf(result), seen }).toMatchObject({ code });
    for (const one of [expected].flat()) expect(seen).toMatch(one);
  });
});
