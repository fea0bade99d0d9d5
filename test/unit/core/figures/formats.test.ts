import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { FORMATS } from '../../../../src/core/figures/formats.js';

test('docs/result-formats.md lists the formats that have figures', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../../docs/result-formats.md', import.meta.url)), 'utf8');
  const listed = [...page.matchAll(/^\| (`.*?) +\|/gm)].flatMap(([, names]) => names!.match(/[a-z][\w-]*/g)!);
  expect(listed.toSorted()).toEqual(
    Object.keys(FORMATS)
      .filter((name) => !name.includes('other'))
      .toSorted(),
  );
});
