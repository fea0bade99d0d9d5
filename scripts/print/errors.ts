import { failureCodes } from '../../src/core/kernel/failure-codes.js';

/** `docs/errors.md`: when an action fails with each code, and what to do. */
export function renderErrors(): string {
  const sections = Object.entries(failureCodes).map(
    ([code, { when, remedy }]) => `## \`${code}\`\n\n${when}\n\n**What to do:** ${remedy}\n`,
  );
  return [
    '<!-- Printed from src/core/kernel/failure-codes.ts by npm run print. -->',
    '',
    '# Errors',
    '',
    'The error of a failed step has five parts: what failed, why (if that is known), what to do, one of these codes, and the',
    "link of the code's entry below, in the version that you use. A bug of ci-actions has no code, and its error says that it",
    'is a bug: please report it.',
    '',
    ...sections,
  ].join('\n');
}
