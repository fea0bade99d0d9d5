import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { plural } from '../../../../src/core/kernel/plural.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

test('A count is written with its noun, in the plural unless it is one', () => {
  expect([0, 1, 2].map((count) => plural(count, 'instance'))).toEqual(['0 instances', '1 instance', '2 instances']);
  expect([1, 2].map((count) => plural(count, 'copy', 'copies'))).toEqual(['1 copy', '2 copies']);
});

/** A count in a template: `.length`, `.size`, or a name that says so. */
const COUNT = String.raw`\$\{[^{}]*(?:\.length|\.size|\b(?:\w*[cC]ount|\w*[tT]otal|tries|declared|wanted|plans|\w*[dD]ays))\}`;
/** …with a noun in the plural after it, whatever the count is: `1 plans`, `1 instance(s)`. */
const FIXED_PLURAL = new RegExp(
  String.raw`${COUNT} (?:(?!is\b|has\b|was\b|does\b)(?:[a-z]+ )??[a-z-]+s\b|[a-z-]+\(s\))`,
  'g',
);
/** Counts that are never one where the message is used. */
const SEVERAL = [
  '${bytes.length} bytes', // more than EC2 allows
  '${plans} plans', // another sentence says it for one plan
];

function findFixedPlurals(text: string): string[] {
  return [...text.matchAll(FIXED_PLURAL)].map(([found]) => found).filter((found) => !SEVERAL.includes(found));
}

test('No message has a noun in the plural whatever its count is', () => {
  const found = ['src', 'actions', 'ami', 'scripts', 'sandbox'].flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
      .flatMap((name) =>
        findFixedPlurals(readFileSync(`${root}${folder}/${name}`, 'utf8')).map((one) => `${folder}/${name}: ${one}`),
      ),
  );
  expect(found).toEqual([]);
});

test.each([
  '`${found.plans.length} plans, the first`',
  '`${wanted} instance(s)`',
  '`${bad.length} of ${all.length} open findings.`',
  '`${ageDays} days old`',
])('That is found in %s', (template) => expect(findFixedPlurals(template)).toHaveLength(1));

test.each(["`${plural(all.length, 'plan')}`", '`${names.length} is all`', '`${name} has runs`', '`a ${list.length}.`'])(
  'Nothing is found in %s',
  (template) => expect(findFixedPlurals(template)).toEqual([]),
);
