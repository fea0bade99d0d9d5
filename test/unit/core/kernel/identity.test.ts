import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { composeName, NAME_PATTERN, parseScope, renderScope } from '../../../../src/core/kernel/identity.js';

test('A runner name keeps to the rules of GitHub, whatever the name of the job', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 120 }),
      fc.bigInt({ min: 1n, max: 99_999_999_999n }),
      (job, runId) => {
        const run = { owner: 'o', repo: 'r', runId: String(runId), runAttempt: '12', job };
        const name = composeName(run, '0123abcd-99r3');
        expect(name).toMatch(NAME_PATTERN.matches);
        expect(name).toMatch(/-0123abcd-99r3$/);
      },
    ),
  );
});

test('A scope is read from its tag as it was written, and any other text is not a scope', () => {
  for (const scope of [
    { kind: 'repo', owner: 'o', repo: 'r' },
    { kind: 'org', org: 'o' },
    { kind: 'enterprise', enterprise: 'e' },
  ] as const) {
    expect(parseScope(renderScope(scope))).toEqual(scope);
  }
  for (const text of [undefined, '', 'repo:', 'repo:x', 'team:x', 'org']) expect(parseScope(text)).toBeUndefined();
});
