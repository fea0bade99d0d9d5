/** A report of hundreds of thousands of tests, read by a separate process. */
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { runStep } from '../../sandbox/step.js';

const TESTS = 300_000;
jest.setTimeout(600_000);

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

/**
 * Reads the report, and after that runs the bare XML parser over it. The ratio of their processor times does not depend
 * on how fast the machine is, or on what else runs there.
 */
function writeScript(): string {
  const source = (path: string) => JSON.stringify(fileURLToPath(new URL(`../../${path}`, import.meta.url)));
  const script = join(folder, 'read.mts');
  writeFileSync(
    script,
    `import { createReadStream } from 'node:fs';
    import { setFlagsFromString } from 'node:v8';
    import { runInNewContext } from 'node:vm';
    import sax from ${source('node_modules/sax/lib/sax.js')};
    import { readReports } from ${source('src/host/junit-files.ts')};
    import { compilePatterns } from ${source('src/core/inputs/file-patterns.ts')};
    async function time(run) {
      const began = process.cpuUsage();
      const result = await run();
      const { user, system } = process.cpuUsage(began);
      return { result, seconds: (user + system) / 1e6 };
    }
    setFlagsFromString('--expose-gc');
    function measureHeap() {
      runInNewContext('gc')();
      return process.memoryUsage().heapUsed / 2 ** 20;
    }
    const folder = ${JSON.stringify(folder)};
    const read = await time(() => readReports(compilePatterns(['*.xml']), folder, new Map()));
    const peak = process.resourceUsage().maxRSS / 1024;
    const bare = await time(async () => {
      const parser = sax.parser(true, { position: true });
      for await (const text of createReadStream(folder + '/report.xml', 'utf8')) parser.write(text);
      parser.close();
    });
    // With all that the program loads. A collection before the measurements would slow them down.
    const kept = measureHeap();
    const passed = read.result.results.count('passed');
    console.log(JSON.stringify({ passed, seconds: read.seconds, bare: bare.seconds, kept, peak }));`,
  );
  return script;
}

test('a report of 300,000 tests takes at most three times as long as its XML, keeps 10 MiB and takes 200 MiB', async () => {
  await writeReport('report.xml');
  const script = writeScript();
  const { code, lines } = await runStep({ script, inputs: {}, environment: { NODE_OPTIONS: '--import=tsx' } });
  expect([code, lines]).toEqual([0, [expect.any(String)]]);
  const { passed, seconds, bare, kept, peak } = JSON.parse(lines[0]!) as Record<string, number>;
  const times = `${seconds!.toFixed(1)} s of processor time, the bare parser ${bare!.toFixed(1)} s`;
  console.log(`${passed} tests in ${times}, ${kept!.toFixed(1)} MiB kept, at most ${peak!.toFixed(0)} MiB.`);
  expect(passed).toBe(TESTS);
  expect(seconds! / bare!).toBeLessThanOrEqual(3);
  expect(kept).toBeLessThanOrEqual(10);
  expect(peak).toBeLessThanOrEqual(200);
});
