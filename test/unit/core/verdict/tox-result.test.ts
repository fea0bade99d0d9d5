import { describe, expect, test } from '@jest/globals';
import { findJunitOption, nameTestProgram, parseToxResult } from '../../../../src/core/verdict/tox-result.js';

const command = (more: object) => ({ command: ['pytest'], output: 'out', err: 'err', retcode: 0, ...more });

describe('The result of tox', () => {
  test('of version 4 has what ran, and not what was not asked for or packages', () => {
    const { environments } = parseToxResult(
      JSON.stringify({
        toxversion: '4.67.15',
        testenvs: {
          a: {
            result: { success: true, skipped: false },
            test: [
              command({ run_id: 'commands_pre[0]' }),
              command({ run_id: 'commands[0]', retcode: 1 }),
              command({ run_id: 'commands[0]' }),
              command({ run_id: 'commands_post[0]' }),
            ],
          },
          b: {},
          '.pkg': { setup: [], test: [command({ run_id: 'build[0]' })] },
          gone: { result: { success: true, skipped: true } },
        },
      }),
    );
    expect(environments).toEqual([
      { name: 'a', skipped: false, success: true, commands: [{ argv: ['pytest'], output: 'out\nerr', code: 0 }] },
      { name: 'gone', skipped: true, success: true, commands: [] },
    ]);
  });

  test('of version 3 has commands alone', () => {
    const testenvs = { a: { setup: [], test: [{ command: ['pytest'], output: '', retcode: -9 }] } };
    expect(parseToxResult(JSON.stringify({ toxversion: '3.28.0', testenvs }))).toMatchObject({
      major: 3,
      environments: [{ name: 'a', success: undefined, commands: [{ code: -9 }] }],
    });
  });
});

describe('A test program is known', () => {
  test.each([
    ['/x/bin/pytest -q', 'pytest'],
    ['python3.11 -m pytest', 'pytest'],
    ['/x/bin/python -W error -m unittest discover', 'unittest'],
    ['coverage run -m pytest tests', 'pytest'],
    ['coverage run --source=a /x/bin/trial a', 'trial'],
    ['xvfb-run -a pytest', 'pytest'],
    ['python /x/bin/nose2', 'nose2'],
    ['uv run pytest', 'pytest'],
    ['pip uninstall -y pytest', undefined],
    ['python -m pip install pytest', undefined],
    ['rm -rf pytest', undefined],
    ['flake8 pytest', undefined],
    ['', undefined],
    ['python -m coverage run -m pytest -qq', 'pytest'],
    ['python -m coverage report', undefined],
  ])('in `%s`: %s', (line, name) => expect(nameTestProgram(line.split(' '))).toBe(name));
});

test('A command may name the JUnit file itself, and the last one counts', () => {
  expect(findJunitOption(['pytest', '--junitxml=a.xml', '--junit-xml', 'b.xml'])).toBe('b.xml');
  expect(findJunitOption(['pytest', '--junitxml=a=b.xml'])).toBe('a=b.xml');
  expect(findJunitOption(['pytest'])).toBeUndefined();
});
