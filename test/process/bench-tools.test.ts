/** The tools that read the bundles as they are before minification: they follow whatever way the bundles are made. */
import { fileURLToPath } from 'node:url';
import { expect, jest, test } from '@jest/globals';
import { runStep } from '../../sandbox/step.js';

jest.setTimeout(180_000);

/** In a process of its own: the bundler doesn't run inside jest. */
async function run(script: string): Promise<string> {
  const path = fileURLToPath(new URL(`../../scripts/${script}`, import.meta.url));
  const { code, lines } = await runStep({ script: path, inputs: {}, environment: { NODE_OPTIONS: '--import=tsx' } });
  if (code !== 0) throw new Error(lines.join('\n'));
  return lines.join('\n');
}

test('npm run modules tells whose the bytes are', async () => {
  const listed = await run('modules.ts');
  expect(listed).toMatch(/^The largest of \d+ modules, before minification:$/m);
  expect(listed).toMatch(/^ *[\d.]+ kB +[\d.]+ % {2}@aws-sdk\/client-ec2$/m);
});

test('npm run trace tells what a start does, and which requests arrive when', async () => {
  const table = await run('trace.ts');
  expect(table).toMatch(/\| RunInstances \|$/m);
  expect(table).toMatch(/^In all, in ms: .*AWS SDK \d+, .*; waiting in whole stretches \d{4}\.$/m);
});
