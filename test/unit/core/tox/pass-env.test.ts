import { describe, expect, test } from '@jest/globals';
import { askPassEnv, composeOverrides, findUnpassed, readPassEnv } from '../../../../src/core/tox/pass-env.js';

describe('The list of what environments pass on', () => {
  test('is never requested from tox 3 with `config`, which would run the tests', () => {
    expect(askPassEnv(3, 'a')).not.toContain('config');
    expect(askPassEnv(4, 'a,b')).toEqual(['config', '-e', 'a,b', '-k', 'pass_env']);
  });

  test('is read from the output of tox 4, for INI and for TOML', () => {
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

  test('is read from the output of tox 3', () => {
    const lines = ['[testenv:a]', "platform = ''", "passenv = {'PIP_INDEX_URL', 'PATH'}", "setenv = {'X': '1'}"];
    expect([...readPassEnv(lines)]).toEqual([['a', ['PIP_INDEX_URL', 'PATH']]]);
  });

  test('may contain patterns', () => {
    expect(findUnpassed(['AWS_KEY', 'LEVEL', 'aws_x'], ['AWS_*', 'PIP_?'])).toEqual(['LEVEL']);
    expect(findUnpassed(['LEVEL'], ['*'])).toEqual([]);
  });
});

describe('Further names are passed on', () => {
  test('together with all names of the environment, in the sections of each kind of configuration', () => {
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

  test('to no environment whose list is unknown', () => {
    expect(composeOverrides({ names: ['X'], passEnv: new Map() })).toEqual([]);
    expect(composeOverrides({ names: [], passEnv: new Map([['a', ['A']]]) })).toEqual([]);
  });
});
