import { expect, test } from '@jest/globals';
import { nameProject } from '../../../../src/core/compose/project-name.js';

const nonce = (digits: number): string => '0123456789abcdef'.slice(0, digits);

test.each([
  ['/home/me/tests/scenario_one', 'ci-01234567-scenario_one'],
  ['/w/My Tests.v2/', 'ci-01234567-my-tests-v2'],
  ['/w/Ünïcode', 'ci-01234567-n-code'],
  ['/', 'ci-01234567'],
  ['/w/.', 'ci-01234567-w'],
  [`/w/${'a'.repeat(29)}-b`, `ci-01234567-${'a'.repeat(29)}`],
])('The project in %s is %s', (directory, name) => {
  expect(nameProject(nonce, directory)).toBe(name);
  expect(name).toMatch(/^[a-z0-9][a-z0-9_-]*$/);
});
