import { describe, expect, test } from '@jest/globals';
import { describeUndefined } from '../../../../src/core/tox/configuration-failures.js';

describe('The failure for an undefined environment', () => {
  test('lists the defined environments, and suggests the most similar one', () => {
    const failure = describeUndefined(['py311', 'unti'], ['py311', 'unit', 'lint']);
    expect(failure).toMatchObject({
      code: 'environment-not-found',
      message: 'The configuration of tox has no environment "unti". Did you mean "unit"?',
      hint: 'Correct `tox-env`. There are: py311, unit, lint.',
    });
  });

  test('lists no environments when tox lists none', () => {
    expect(describeUndefined(['x'], []).hint).toContain('working-directory');
  });
});
