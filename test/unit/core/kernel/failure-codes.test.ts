import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
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

describe.each(Object.keys(failureCodes))('The code %s', (code) => {
  test('is used in the source', () => {
    const sources = [...readAll('src', '.ts'), ...readAll('actions', '.ts')];
    expect(sources.some((text) => text.includes(`'${code}'`))).toBe(true);
  });

  test('is expected by a test', () => {
    // A failure that a test itself creates does not count.
    const expected = new RegExp(`(?<!new Failure\\()'${code}'|Code: ${code}\\b`);
    expect(readAll('test', '.ts').some((text) => expected.test(text))).toBe(true);
  });
});
