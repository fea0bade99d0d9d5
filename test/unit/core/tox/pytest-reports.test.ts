import { describe, expect, test } from '@jest/globals';
import { composeAddOptions, findObstacle, leaveOutNested } from '../../../../src/core/tox/pytest-reports.js';

describe('pytest is asked for a report of our own', () => {
  test('beside the options that the user set', () => {
    expect(composeAddOptions(undefined, '/t')).toBe("'--junitxml=/t/$TOX_ENV_NAME.xml'");
    expect(composeAddOptions('-x', '/a b')).toBe("-x '--junitxml=/a b/$TOX_ENV_NAME.xml'");
  });

  test.each([
    ['[pytest]\naddopts = -q --junitxml=out/r.xml', 'out/r.xml'],
    ['[tool.pytest.ini_options]\naddopts = ["-q", "--junit-xml=r.xml"]', 'r.xml'],
    ['[tool.pytest.ini_options]\naddopts = [\n  "-q",\n  "--junitxml", "r.xml",\n]', 'r.xml'],
    ['[tool:pytest]\naddopts =\n    -q\n    --junitxml r.xml\n', 'r.xml'],
    ['[pytest]\naddopts = -p no:junitxml', undefined],
  ])('not where its configuration has one, which it would replace: %j', (text, path) => {
    expect(findObstacle(['', text])).toEqual(path === undefined ? {} : { path });
  });

  test.each([
    '[testenv]\ncommands = pytest --junitxml=r.xml\n[pytest]\naddopts = -q\ntestpaths = a',
    '[pytest]\naddopts = -q\n\n[testenv]\ncommands =\n  pytest --junitxml=r.xml',
  ])('where only a command names one, which wins: %j', (text) => expect(findObstacle([text])).toBeUndefined());
});

describe('Of reports, those of runs inside of others are left out', () => {
  const report = (environment: string, from: string, seconds: number) => ({
    environment,
    path: `${environment} ${from}`,
    head: `<testsuites><testsuite name="pytest" time="${seconds}" timestamp="2026-01-01T00:00:${from}+00:00">`,
  });

  test('by their time, in the same environment', () => {
    const [outer, inner, after, other] = [
      report('a', '10.0', 5),
      report('a', '11.5', 1),
      report('a', '16', 1),
      report('b', '11', 1),
    ];
    expect(leaveOutNested([inner, outer, after, other])).toEqual([outer, after, other]);
  });

  test('and none of which it is not known', () => {
    const unknown = { environment: 'a', path: 'x', head: '<testsuite>' };
    expect(leaveOutNested([unknown, report('a', '10', 5)])).toHaveLength(2);
  });
});
