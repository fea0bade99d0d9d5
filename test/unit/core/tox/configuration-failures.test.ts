import { describe, expect, test } from '@jest/globals';
import { describeUndefined } from '../../../../src/core/tox/configuration-failures.js';

describe('Names of environments that are not defined', () => {
  test('are answered by those that are, and the nearest', () => {
    const failure = describeUndefined(['py311', 'unti'], ['py311', 'unit', 'lint']);
    expect(failure).toMatchObject({
      code: 'environment-not-found',
      message: 'The configuration of tox has no environment "unti". Did you mean "unit"?',
      hint: 'Correct `tox-env`. There are: py311, unit, lint.',
    });
  });

  test('are answered without names where tox lists none', () => {
    expect(describeUndefined(['x'], []).hint).toContain('working-directory');
  });
});
