/** run-tox with configurations of the shapes that public projects have, on the real tox 3 and 4. */
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
/** Environments without requirements are made once for all shapes. */
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
  /** In the summary's row of each environment, or in the log. */
  readonly says: RegExp | readonly RegExp[];
}

const SHAPES: Readonly<Record<string, Shape>> = {
  'an isolated build, with its own requirements': {
    files: {
      ...PACKAGE,
      'tox.ini':
        '[tox]\nisolated_build = true\nenvlist = it\n[testenv]\ndeps = pytest\ncommands = pytest {posargs:tests}\n',
    },
    says: JUNIT,
  },
  'a package as a wheel, with labels': {
    only: 'tox-4',
    files: {
      ...PACKAGE,
      'tox.ini':
        `[tox]\nrequires = tox>=4\nenvlist = it\nlabels =\n  test = it\n[testenv]\npackage = wheel\nwheel_build_env = .pkg\nallowlist_externals = *\ncommands = ${PYTEST} -p no:cacheprovider --pythonpath=src tests\n`.replace(
          ' --pythonpath=src',
          ' -o pythonpath=src',
        ),
    },
    says: JUNIT,
  },
  'tables in pyproject.toml': {
    only: 'tox-4',
    files: {
      'test_it.py': GOOD,
      'pyproject.toml': `[tool.tox]\nenv_list = ["it"]\n[tool.tox.env_run_base]\npackage = "skip"\nallowlist_externals = ["*"]\npass_env = ["A*"]\n[tool.tox.env.it]\ncommands = [["${PYTEST}"]]\n`,
    },
    says: JUNIT,
  },
  'an INI text in pyproject.toml': {
    files: {
      'test_it.py': GOOD,
      'pyproject.toml': `[tool.tox]\nlegacy_tox_ini = """\n${INI}commands = ${PYTEST}\n"""\n`.replace(
        '"print()"',
        "'print()'",
      ),
    },
    says: JUNIT,
  },
  'sections in setup.cfg': {
    files: { 'test_it.py': GOOD, 'setup.cfg': `${INI.replace('[tox]', '[tox:tox]')}commands = ${PYTEST}\n` },
    says: JUNIT,
  },
  'a tox.toml': {
    only: 'tox-4',
    files: {
      'test_it.py': GOOD,
      'tox.toml': `[env_run_base]\npackage = "skip"\nallowlist_externals = ["*"]\ncommands = [["${PYTEST}"]]\n`,
    },
    inputs: { 'tox-env': '3.11' },
    says: JUNIT,
  },
  'passenv of its own, and what the workflow sets': {
    files: {
      'test_it.py': "import os\ndef test_a(): assert os.environ['LEVEL'] == 'debug' and os.environ['OWN'] == '1'\n",
      'tox.ini': `${INI}commands = ${PYTEST}\n[testenv:it]\npassenv = OWN\n`,
    },
    inputs: { env: '{"LEVEL": "debug"}', setup: 'echo OWN=1 >>"$GITHUB_ENV"' },
    says: JUNIT,
  },
  'passenv = *': { files: { 'test_it.py': GOOD, 'tox.ini': `${INI}passenv = *\ncommands = ${PYTEST}\n` }, says: JUNIT },
  'a PYTEST_ADDOPTS that is added to': {
    files: {
      'test_it.py': GOOD,
      'tox.ini': `${INI}setenv = PYTEST_ADDOPTS = {env:PYTEST_ADDOPTS:} --color=yes\ncommands = ${PYTEST}\n`,
    },
    says: JUNIT,
  },
  'a PYTEST_ADDOPTS of its own': {
    files: { 'test_it.py': GOOD, 'tox.ini': `${INI}setenv = PYTEST_ADDOPTS = --color=yes\ncommands = ${PYTEST}\n` },
    says: LINES,
  },
  'no JUnit plugin': {
    files: {
      'test_it.py': GOOD,
      'pytest.ini': '[pytest]\naddopts = -p no:junitxml\n',
      'tox.ini': `${INI}commands = ${PYTEST}\n`,
    },
    says: LINES,
  },
  'a report that a command names': {
    files: { 'test_it.py': GOOD, 'tox.ini': `${INI}commands = ${PYTEST} -q -q --junitxml=own.xml\n` },
    says: [JUNIT, /\+own\.xml/],
  },
  'a report that the configuration of pytest names': {
    files: {
      'test_it.py': GOOD,
      'pytest.ini': '[pytest]\naddopts = --junitxml=own.xml\n',
      'tox.ini': `${INI}commands = ${PYTEST}\n`,
    },
    says: [JUNIT, /\+own\.xml/],
  },
  'several runs of pytest, of which the last skips all': {
    files: {
      'test_it.py': GOOD,
      'test_no.py': SKIPPED,
      'tox.ini': `${INI}commands =\n  ${PYTEST} test_it.py\n  ${PYTEST} test_no.py\n`,
    },
    says: /JUnit of the test program \(3 tests\)/,
  },
  'tests side by side, and again': {
    files: {
      'test_it.py': `${GOOD}import pathlib\ndef test_c():\n    seen = pathlib.Path('seen')\n    first = not seen.exists()\n    seen.touch()\n    assert not first\n`,
      'tox.ini': `${INI}commands = ${PYTEST} -n 2 --reruns 2\n`,
    },
    says: JUNIT,
  },
  'a test that runs pytest with a failing test': {
    files: {
      'test_it.py':
        "import subprocess, sys\ndef test_a(): assert subprocess.run([sys.executable, '-m', 'pytest', 'inner.py']).returncode == 1\n",
      'inner.py': BAD,
      'tox.ini': `${INI}commands = ${PYTEST} test_it.py\n`,
    },
    says: /JUnit of the test program \(1 test\)/,
  },
  'coverage around unittest': {
    files: {
      'test_it.py': 'import unittest\nclass T(unittest.TestCase):\n    def test_a(self): pass\n',
      'tox.ini': `${INI}commands =\n  - rm nothing\n  ${UNITTEST} discover\n`,
    },
    says: LINES,
  },
  'words for {posargs}': {
    files: { 'test_it.py': BAD, 'tox.ini': `${INI}commands = ${PYTEST} {posargs}\n` },
    inputs: { posargs: '-k "test_b and not test_a"' },
    says: JUNIT,
  },
  'environments that depend on others, each with its row': {
    files: {
      'test_it.py': GOOD,
      'tox.ini': `${INI}commands = ${PYTEST}\n[testenv:report]\ndepends = it\ncommands = python -c "print(1)"\n`,
    },
    inputs: { 'tox-env': 'it,report' },
    says: [JUNIT, /\| report \| passed \| exit codes: no test program/],
  },
  'factors that select commands': {
    files: {
      'test_it.py': GOOD,
      'tox.ini': `${INI.replace('envlist = it', 'envlist = py3-{a,b}')}commands =\n  a: ${PYTEST}\n`,
    },
    inputs: { 'tox-env': 'py3-a,py3-b' },
    code: 'nothing-tested',
    says: [/\| py3-a \| passed/, /\| py3-b \| untested: no command ran/],
  },
  'tests that fail behind `-`': {
    files: { 'test_it.py': BAD, 'tox.ini': `${INI}commands = - ${PYTEST}\n` },
    code: 'tests-failed',
    says: /failed: tox ignored: 1 test failed, pytest ended with exit code 1/,
  },
  'tests that fail behind `-`, and may': {
    files: { 'test_it.py': BAD, 'tox.ini': `${INI}commands = - ${PYTEST}\n` },
    inputs: { 'allow-ignored-failures': 'true' },
    says: /passed: tox ignored: 1 test failed/,
  },
  'tests that fail in a script that hides it': {
    files: { 'test_it.py': BAD, 'tox.ini': `${INI}commands = bash -c "${PYTEST} || true"\n` },
    code: 'tests-failed',
    says: /failed: tox ignored: 1 test failed/,
  },
  'an environment whose outcome is ignored': {
    files: { 'test_it.py': BAD, 'tox.ini': `${INI}ignore_outcome = true\ncommands = ${PYTEST}\n` },
    code: 'tests-failed',
    says: /failed: tox ignored/,
  },
  'tests that are only collected': {
    files: { 'test_it.py': GOOD, 'tox.ini': `${INI}commands = ${PYTEST} --collect-only\n` },
    code: 'nothing-tested',
    says: /untested: no test was executed/,
  },
  'quiet skipped tests': {
    files: { 'test_it.py': SKIPPED, 'tox.ini': `${INI}commands = ${PYTEST} -qq\n` },
    code: 'nothing-tested',
    says: /untested: all tests were skipped \(1\)/,
  },
  'a Python that is not there': {
    files: {
      'test_it.py': GOOD,
      'tox.ini': `${INI.replace('skipsdist', 'skip_missing_interpreters = true\nskipsdist')}commands = ${PYTEST}\n[testenv:gone]\nbasepython = python3.77\n`,
    },
    inputs: { 'tox-env': 'it,gone' },
    code: 'nothing-tested',
    says: [/\| it \| passed/, /\| gone \| skipped/],
  },
  'a Python that is not there, and need not be': {
    files: {
      'test_it.py': GOOD,
      'tox.ini': `${INI.replace('skipsdist', 'skip_missing_interpreters = true\nskipsdist')}commands = ${PYTEST}\n[testenv:gone]\nbasepython = python3.77\n`,
    },
    inputs: { 'tox-env': 'it,gone', 'allow-skipped': 'true' },
    says: [/\| gone \| skipped/, /::warning::tox skipped gone\./],
  },
  'an environment that is not defined': {
    files: { 'tox.ini': `${INI}[testenv:unit]\n[testenv:lint]\n` },
    inputs: { 'tox-env': 'unti' },
    code: 'environment-not-found',
    says: [/no environment "unti"\. Did you mean "unit"\?/, /There are: it, unit, lint/],
  },
  'no configuration': {
    files: { a: '' },
    inputs: { 'tox-env': 'py' },
    code: 'environment-not-found',
    says: /no configuration/,
  },
  'an environment of which only the factors are known': {
    files: { 'tox.ini': INI },
    inputs: { 'tox-env': 'py3' },
    code: 'nothing-tested',
    says: /\| py3 \| untested: no command ran/,
  },
  'a process that stays': {
    files: { 'test_it.py': GOOD, 'tox.ini': `${INI}commands =\n  bash -c "sleep 30 &"\n  ${PYTEST}\n` },
    says: JUNIT,
  },
};

const shared = new TestStage();
const stages: TestStage[] = [shared];
afterAll(() => stages.forEach((stage) => stage.close()));
const cases = Object.entries(SHAPES).flatMap(([name, shape]) =>
  (['tox-3', 'tox-4'] as const).filter((tox) => (shape.only ?? tox) === tox).map((tox) => [tox, name, shape] as const),
);

describe('A project with', () => {
  test.each(cases)('%s: %s', async (tox, _, { files, inputs, code = '', says }) => {
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
    const made = ['own.xml'].filter((path) => existsSync(join(stage.workspace, path))).map((path) => `+${path}`);
    const seen = [result.summary, errorOf(result), logOf(result), ...made].join('\n');
    expect({ code: codeOf(result), seen }).toMatchObject({ code });
    for (const one of [says].flat()) expect(seen).toMatch(one);
  });
});
