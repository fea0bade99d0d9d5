import { describe, expect, test } from '@jest/globals';
import { askPassEnv, composeOverrides, findUnpassed, readPassEnv } from '../../../../src/core/tox/pass-env.js';

describe('What environments pass on', () => {
  test('is never asked of tox 3 with `config`, which would run the tests', () => {
    expect(askPassEnv(3, 'a')).not.toContain('config');
    expect(askPassEnv(4, 'a,b')).toEqual(['config', '-e', 'a,b', '-k', 'pass_env']);
  });

  test('is read from the answer of tox 4, from INI and from TOML', () => {
    const lines = [
      '[testenv:py3.11]',
      'pass_env =',
      '  A*',
      '  B',
      '',
      '[env.b]',
      'pass_env =',
      '  C',
      '[tool.tox.env.c]',
    ];
    expect([...readPassEnv(lines)]).toEqual([
      ['py3.11', ['A*', 'B']],
      ['b', ['C']],
      ['c', []],
    ]);
  });

  test('is read from the answer of tox 3', () => {
    const lines = ['[testenv:a]', "platform = ''", "passenv = {'PIP_INDEX_URL', 'PATH'}", "setenv = {'X': '1'}"];
    expect([...readPassEnv(lines)]).toEqual([['a', ['PIP_INDEX_URL', 'PATH']]]);
  });

  test('may be patterns', () => {
    expect(findUnpassed(['AWS_KEY', 'LEVEL', 'aws_x'], ['AWS_*', 'PIP_?'])).toEqual(['LEVEL']);
    expect(findUnpassed(['LEVEL'], ['*'])).toEqual([]);
  });
});

describe('More names are handed on', () => {
  test('beside all that the environment passes on already, in the sections of each kind of configuration', () => {
    const overrides = composeOverrides({ names: ['X'], passEnv: new Map([['py3.11', ['A', 'X']]]) });
    expect(overrides.filter((one) => one !== '-x')).toEqual([
      'testenv.pass_env=A,X',
      'env_run_base.pass_env=A,X',
      'tool.tox.env_run_base.pass_env=A,X',
      'testenv:py3.11.pass_env=A,X',
      'testenv:py3\\.11.pass_env=A,X',
      'env.py3\\.11.pass_env=A,X',
      'tool.tox.env.py3\\.11.pass_env=A,X',
    ]);
  });

  test('to no environment of which is not known what it passes on', () => {
    expect(composeOverrides({ names: ['X'], passEnv: new Map() })).toEqual([]);
    expect(composeOverrides({ names: [], passEnv: new Map([['a', ['A']]]) })).toEqual([]);
  });
});
