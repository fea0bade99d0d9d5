import { describe, expect, test } from '@jest/globals';
import { composeAddOptions, findObstacle, leaveOutNested } from '../../../../src/core/tox/pytest-reports.js';

describe('PYTEST_ADDOPTS request a report for this step', () => {
  test('together with the options of the user', () => {
    expect(composeAddOptions(undefined, '/t')).toBe("'--junitxml=/t/$TOX_ENV_NAME.xml'");
    expect(composeAddOptions('-x', '/a b')).toBe("-x '--junitxml=/a b/$TOX_ENV_NAME.xml'");
  });

  test.each([
    ['[pytest]\naddopts = -q --junitxml=out/r.xml', 'out/r.xml'],
    ['[tool.pytest.ini_options]\naddopts = ["-q", "--junit-xml=r.xml"]', 'r.xml'],
    ['[tool.pytest.ini_options]\naddopts = [\n  "-q",\n  "--junitxml", "r.xml",\n]', 'r.xml'],
    ['[tool:pytest]\naddopts =\n    -q\n    --junitxml r.xml\n', 'r.xml'],
    ['[pytest]\naddopts = -p no:junitxml', undefined],
  ])('unless the configuration requests a report, which would be replaced: %j', (text, path) => {
    expect(findObstacle(['', text])).toEqual(path === undefined ? {} : { path });
  });

  test.each([
    '[testenv]\ncommands = pytest --junitxml=r.xml\n[pytest]\naddopts = -q\ntestpaths = a',
    '[pytest]\naddopts = -q\n\n[testenv]\ncommands =\n  pytest --junitxml=r.xml',
  ])('also if a command requests a report, which wins: %j', (text) => expect(findObstacle([text])).toBeUndefined());
});

describe('Reports of nested runs are left out', () => {
  const report = (environment: string, from: string, seconds: number) => ({
    environment,
    path: `${environment} ${from}`,
    head: `<testsuites><testsuite name="pytest" time="${seconds}" timestamp="2026-01-01T00:00:${from}+00:00">`,
  });

  test('by their time, within the same environment', () => {
    const [outer, inner, after, other] = [
      report('a', '10.0', 5),
      report('a', '11.5', 1),
      report('a', '16', 1),
      report('b', '11', 1),
    ];
    expect(leaveOutNested([inner, outer, after, other])).toEqual([outer, after, other]);
  });

  test('unless their time is unknown', () => {
    const unknown = { environment: 'a', path: 'x', head: '<testsuite>' };
    expect(leaveOutNested([unknown, report('a', '10', 5)])).toHaveLength(2);
  });
});
