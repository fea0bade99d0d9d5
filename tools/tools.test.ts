/** The tools that read the bundles before minification, so that they keep working when the build changes. */
import { expect, jest, test } from '@jest/globals';
import { runScript } from '../test/process/script.js';

jest.setTimeout(180_000);

test('npm run lab -- modules lists the largest modules', async () => {
  const listed = (await runScript('tools/modules/main.ts')).join('\n');
  expect(listed).toMatch(/^The largest of \d+ modules, before minification:$/m);
  expect(listed).toMatch(/^ *[\d.]+ kB +[\d.]+ % {2}@aws-sdk\/client-ec2$/m);
});

test('npm run lab -- trace shows what a start does, and which requests arrive when', async () => {
  const table = (await runScript('tools/trace/main.ts')).join('\n');
  // On a fast moment it shares its 10 ms with others.
  expect(table).toMatch(/\|[^|]*\bRunInstances\b[^|]*\|$/m);
  expect(table).toMatch(/^In all, in ms: .*AWS SDK \d+, .*; waiting in whole stretches \d{4}\.$/m);
});
