import { describe, expect, test } from '@jest/globals';
import { parseEnvironmentFile, prependPaths, withoutPrivate } from '../../../src/host/step-files.js';

describe('The file of GITHUB_ENV', () => {
  test('has variables of one line and of several', () => {
    const text = 'A=1\nB=x=y\r\nC<<END\none\ntwo=2\nEND\nEMPTY=\n\nD<<X\nX\n';
    expect(parseEnvironmentFile(text)).toEqual({ A: '1', B: 'x=y', C: 'one\ntwo=2', EMPTY: '', D: '' });
  });

  test('sets neither what GitHub reserves nor what it refuses itself', () => {
    expect(parseEnvironmentFile('GITHUB_SHA=x\nNODE_OPTIONS=x\nno sign\nA=1\nB<<END\nnever closed')).toEqual({
      A: '1',
    });
  });
});

test('The file of GITHUB_PATH has folders that come first, the last one before the others', () => {
  expect(prependPaths('/a\n/b\n', '/usr/bin:/bin')).toBe('/b:/a:/usr/bin:/bin');
  expect(prependPaths('', '/bin')).toBe('/bin');
});

test('What GitHub gives to an action alone is taken out of the environment', () => {
  const environment = { ACTIONS_RUNTIME_TOKEN: '1', 'INPUT_SECRET-ENV': '2', STATE_x: '3', GITHUB_ENV: '4', CI: '5' };
  expect(withoutPrivate(environment)).toEqual({ GITHUB_ENV: '4', CI: '5' });
});
