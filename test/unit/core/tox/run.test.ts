import { describe, expect, test } from '@jest/globals';
import { FakeTox, patterns, ran } from '../../../worlds/fake-tox.js';
import { one } from '../../../worlds/test-cases.js';

describe('A run of tox', () => {
  test('reads the closing lines of each command, and of all commands together', async () => {
    const tox = new FakeTox();
    const [first, second] = ['== 1 failed in 0.1s ==', '== test session starts ==\na.py .'];
    tox.testenvs = { a: ran({ command: 'make one', output: first }, { command: 'make two', output: second }) };
    const { environments } = await tox.run();
    expect(environments).toMatchObject([
      {
        closing: { lines: ['1 failed'], failed: true, sessions: 1, isOpen: true },
        commands: [
          { ending: { lastFailure: '1 failed', isOpen: false } },
          { ending: { lastFailure: '', isOpen: true } },
        ],
      },
    ]);
  });

  test('reads the printed closing lines when tox writes no result', async () => {
    const tox = new FakeTox();
    tox.output = ['== 2 passed in 0.1s =='];
    expect((await tox.run({ environments: 'a,b' })).environments).toMatchObject([
      { name: 'a,b', success: undefined, closing: { lines: ['2 passed'] } },
    ]);
  });

  test('has the reports of pytest and the files that commands name, each in its environment', async () => {
    const tox = new FakeTox();
    tox.testenvs = { a: ran({ command: 'pytest' }), b: ran({ command: 'pytest --junitxml=b.xml' }) };
    tox.pytestReports = [{ environment: 'a', path: '/t/0.xml', head: '' }];
    tox.junit = { '/t/0.xml': [one('passed')], '/w/b.xml': [one('failed')] };
    const { environments } = await tox.run({ environments: 'a,b' });
    expect(environments.map(({ name, files }) => [name, files])).toEqual([
      ['a', ['/t/0.xml']],
      ['b', ['/w/b.xml']],
    ]);
  });

  test('has no file twice that `report` matches too, and none of an earlier run', async () => {
    const tox = new FakeTox();
    tox.testenvs = { a: ran({ command: 'pytest --junitxml=r.xml' }, { command: 'pytest --junitxml=old.xml' }) };
    tox.junit = { '/w/r.xml': [one('passed')], '/w/old.xml': [one('failed')] };
    tox.staleFiles = ['/w/old.xml'];
    const { environments, reports } = await tox.run({ report: patterns('r.xml') });
    expect(reports?.results.count('passed')).toBe(1);
    expect(environments[0]?.files).toEqual([]);
  });
});

describe('The variables of the workflow', () => {
  test('reach the tests together with those that the environment passes on', async () => {
    const tox = new FakeTox();
    tox.setVariables = ['LEVEL'];
    await tox.run();
    expect(tox.args).toContain('testenv:a.pass_env=OWN,LEVEL,PYTEST_ADDOPTS');
    expect(tox.runEnv['PYTEST_ADDOPTS']).toBe("'--junitxml=/t/reports/$TOX_ENV_NAME.xml'");
  });

  test('are passed on without a report when the configuration of pytest requests one', async () => {
    const tox = new FakeTox();
    tox.setVariables = ['LEVEL'];
    tox.files = { 'pytest.ini': '[pytest]\naddopts = --junitxml=own.xml' };
    tox.testenvs = { a: ran({ command: 'pytest' }) };
    tox.junit = { '/w/own.xml': [one('passed')] };
    const { environments } = await tox.run();
    expect(tox.args).toContain('testenv:a.pass_env=OWN,LEVEL');
    expect(environments[0]?.files).toEqual(['/w/own.xml']);
  });

  test('cause a warning when tox does not report what it passes on', async () => {
    const tox = new FakeTox();
    tox.setVariables = ['LEVEL'];
    tox.passEnv = [];
    tox.testenvs = { a: ran({ command: 'pytest' }) };
    await tox.run();
    expect(tox.warnings).toEqual([expect.stringContaining('LEVEL may not have reached the tests')]);
  });
});
