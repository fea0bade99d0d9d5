import { failureCodes } from '../../src/core/kernel/failure-codes.js';

/** `docs/errors.md`: what each code means and what to do. */
export function renderErrors(): string {
  const sections = Object.entries(failureCodes).map(
    ([code, { when, remedy }]) => `## \`${code}\`\n\n${when}\n\n**What to do:** ${remedy}\n`,
  );
  return [
    '<!-- Printed from src/core/kernel/failure-codes.ts by npm run print. -->',
    '',
    '# Errors',
    '',
    'Every failed step ends with what failed, why as far as is known, what to do, and one of these codes. An error that',
    'calls itself a bug has none: please report it.',
    '',
    ...sections,
  ].join('\n');
}
