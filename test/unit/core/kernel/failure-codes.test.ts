import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failureCodes } from '../../../../src/core/kernel/failure-codes.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

function readAll(folder: string, suffix: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(
      (name) =>
        name.endsWith(suffix) &&
        !name.includes('failure-codes') &&
        !name.includes('/fake-') &&
        !name.includes('node_modules'),
    )
    .map((name) => readFileSync(join(root, folder, name), 'utf8'));
}

describe.each(Object.keys(failureCodes))('the code %s', (code) => {
  test('is given by the source', () => {
    const sources = [...readAll('src', '.ts'), ...readAll('actions', '.ts')];
    expect(sources.some((text) => text.includes(`'${code}'`))).toBe(true);
  });

  test('is what some test ends in', () => {
    // Anywhere but in a failure that a test makes up as its own input.
    const expected = new RegExp(`(?<!new Failure\\()'${code}'|Code: ${code}\\b`);
    expect(readAll('test', '.ts').some((text) => expected.test(text))).toBe(true);
  });
});
