import { describe, expect, test } from '@jest/globals';
import { parseEnvironmentFile, prependPaths, withoutPrivate } from '../../../src/host/step-files.js';

describe('The file of GITHUB_ENV', () => {
  test('has variables of one line and of several lines', () => {
    const text = 'A=1\nB=x=y\r\nC<<END\none\ntwo=2\nEND\nEMPTY=\n\nD<<X\nX\n';
    expect(parseEnvironmentFile(text)).toEqual({ A: '1', B: 'x=y', C: 'one\ntwo=2', EMPTY: '', D: '' });
  });

  test('sets no variable that GitHub reserves or rejects', () => {
    expect(parseEnvironmentFile('GITHUB_SHA=x\nNODE_OPTIONS=x\nno sign\nA=1\nB<<END\nnever closed')).toEqual({
      A: '1',
    });
  });
});

test('The folders in the file of GITHUB_PATH come first in PATH, the last one in front', () => {
  expect(prependPaths('/a\n/b\n', '/usr/bin:/bin')).toBe('/b:/a:/usr/bin:/bin');
  expect(prependPaths('', '/bin')).toBe('/bin');
});

test('Variables for the action alone are removed from the environment', () => {
  const environment = { ACTIONS_RUNTIME_TOKEN: '1', 'INPUT_SECRET-ENV': '2', STATE_x: '3', GITHUB_ENV: '4', CI: '5' };
  expect(withoutPrivate(environment)).toEqual({ GITHUB_ENV: '4', CI: '5' });
});
