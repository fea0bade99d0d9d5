import { describe, expect, test } from '@jest/globals';
import { createToxReader } from '../../../../src/core/tox/output.js';

describe('The output of tox shows', () => {
  const read = (...lines: string[]) => {
    const reader = createToxReader();
    for (const line of lines) reader.read(line);
    return reader.result();
  };

  test('which environments it skipped', () => {
    expect(read('SKIPPED:  py3-a: InterpreterNotFound: python3.9').skipped).toEqual(['py3-a']);
    expect(read('  py3-a: SKIP (0.01 seconds)', '  c: OK').skipped).toEqual(['py3-a']);
  });

  test('which environments succeeded, in the summary of tox 3', () => {
    const { success } = read(
      'ERROR: InvocationError for command pytest (exited with code 1)',
      'ERROR:   d: printed by a test',
      '  a: commands succeeded',
      '  b: ignored failed command',
      'ERROR:   c: commands failed',
      '  d: commands succeeded',
    );
    expect(Object.fromEntries(success)).toEqual({ a: true, b: false, c: false, d: true });
  });

  test.each([
    'ROOT: No loadable tox.ini or setup.cfg or pyproject.toml or tox.toml found, assuming empty tox.ini at /w',
    'ERROR: tox config file (either pyproject.toml, tox.ini, setup.cfg) not found',
  ])('that no configuration was found: %s', (line) => expect(read(line).unconfigured).toBe(true));

  test.each([
    'ROOT: HandledError| provided environments not found in configuration file:',
    "ERROR: unknown environment 'nosuch'",
  ])('that an environment is not defined: %s', (line) => expect(read(line).undefinedEnvironment).toBe(true));
});
