import { describe, expect, test } from '@jest/globals';
import { findJunitOption, nameTestProgram } from '../../../../src/core/verdict/test-programs.js';

describe('The test program is recognized', () => {
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

test('The last JUnit file that a command names counts', () => {
  expect(findJunitOption(['pytest', '--junitxml=a.xml', '--junit-xml', 'b.xml'])).toBe('b.xml');
  expect(findJunitOption(['pytest', '--junitxml=a=b.xml'])).toBe('a=b.xml');
  expect(findJunitOption(['pytest'])).toBeUndefined();
});
