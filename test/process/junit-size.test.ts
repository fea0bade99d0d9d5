/** A report of a million tests, in two files, read by a separate process. */
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { runStep } from '../../sandbox/step.js';

const TESTS = 500_000;
jest.setTimeout(300_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'junit-size-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function writeReport(name: string): Promise<void> {
  const file = createWriteStream(join(folder, name));
  file.write('<testsuites><testsuite name="pytest" failures="0">');
  for (let index = 0; index < TESTS; index += 1) {
    const place = `tests.module_${index % 1_000}.TestClass`;
    const line = `<testcase classname="${place}" name="test_something[${index}]" time="0.00${index % 10}"/>\n`;
    if (!file.write(line)) await once(file, 'drain');
  }
  file.end('</testsuite></testsuites>');
  await once(file, 'finish');
}

test('a million tests are read in 20 s and 200 MiB', async () => {
  await Promise.all([writeReport('a.xml'), writeReport('b.xml')]);
  const source = (path: string) => JSON.stringify(fileURLToPath(new URL(`../../src/${path}`, import.meta.url)));
  const script = join(folder, 'read.mts');
  writeFileSync(
    script,
    `import { readReports } from ${source('host/junit-files.ts')};
    import { compilePatterns } from ${source('core/inputs/file-patterns.ts')};
    const began = process.cpuUsage();
    const { results } = await readReports(compilePatterns(['*.xml']), ${JSON.stringify(folder)}, new Map());
    const { user, system } = process.cpuUsage(began);
    const peak = process.resourceUsage().maxRSS / 1024;
    console.log(JSON.stringify({ passed: results.count('passed'), seconds: (user + system) / 1e6, peak }));`,
  );
  const { code, lines } = await runStep({ script, inputs: {}, environment: { NODE_OPTIONS: '--import=tsx' } });
  expect([code, lines]).toEqual([0, [expect.any(String)]]);
  const { passed, seconds, peak } = JSON.parse(lines[0]!) as { passed: number; seconds: number; peak: number };
  console.log(`${passed} tests in ${seconds.toFixed(1)} s of processor time, ${peak.toFixed(0)} MiB.`);
  expect(passed).toBe(2 * TESTS);
  expect(seconds).toBeLessThanOrEqual(20);
  expect(peak).toBeLessThanOrEqual(200);
});
