/** The index page of run-phases in a browser. Screenshots are in build/phases-page/. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { StepResult } from '../../sandbox/step.js';
import { TestStage } from '../process/test-stage.js';

const pictures = fileURLToPath(new URL('../../build/phases-page', import.meta.url));

let browser: Browser;
beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
}, 60_000);
afterAll(() => browser.close());

let stage: TestStage;
beforeEach(() => {
  stage = new TestStage();
  mkdirSync(join(stage.directory, 'temp'));
});
afterEach(() => stage.close());

type Phases = readonly Readonly<Record<string, unknown>>[];
const run = (phases: Phases, more: Readonly<Record<string, string>> = {}, action = 'run-phases', before?: StepResult) =>
  stage.run(
    action,
    { phases: JSON.stringify(phases), artifacts: 'artifacts', ...more },
    { environment: { RUNNER_TEMP: join(stage.directory, 'temp') }, ...(before && { state: before.state }) },
  );

/** What runs in the browser. */
const COLORS = '[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]';
const OVERFLOW = 'document.documentElement.scrollWidth - innerWidth';

interface Shown {
  readonly page: Page;
  readonly requests: readonly string[];
  readonly text: string;
}

async function show(picture: string, scheme: 'light' | 'dark' = 'light'): Promise<Shown> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: scheme });
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(join(stage.workspace, 'artifacts/index.html')).href);
  await page.screenshot({ path: join(pictures, `${picture}-${scheme}.png`) });
  return { page, requests, text: await page.locator('body').innerText() };
}

/** Asserts that every link of the page leads to a file. @returns the links, relative to the artifacts */
async function expectLinks(page: Page): Promise<readonly string[]> {
  const links = await page
    .locator('a')
    .evaluateAll((all) => all.map((one) => (one as unknown as { href: string }).href));
  expect(links.filter((href) => !existsSync(fileURLToPath(href)))).toEqual([]);
  const root = pathToFileURL(join(stage.workspace, 'artifacts')).href;
  return links.map((href) => decodeURIComponent(href.slice(root.length + 1)));
}

const NASTY = '<img src=x onerror="document.title=1">&"\'</pre><script>document.title=2</script>';
const project: Phases = [
  {
    name: 'prepare',
    run: 'echo prepared; sleep 0.3; mkdir -p "$ARTIFACT_DIR/a b/#c"; echo 1 > "$ARTIFACT_DIR/a b/#c/100%?.txt"',
  },
  { name: 'load', run: 'sleep 0.6', needs: [] },
  {
    name: 'test',
    run: `echo '${NASTY.replaceAll("'", `'\\''`)}'; sleep 0.5; echo "$GPU" > "$ARTIFACT_DIR/out"; exit 3`,
    matrix: { GPU: ['1', '<b>2</b>'] },
  },
  { name: 'report', run: 'true' },
  { name: 'cleanup', run: 'sleep 0.2', always: true },
];

test('the page has the verdict on top, why, and links to every file; what phases wrote is inert', async () => {
  await run(project, { name: `shop ${NASTY}` });
  for (const scheme of ['light', 'dark'] as const) {
    const { page, requests, text } = await show('failed', scheme);
    expect(text).toMatch(/^shop <img src=x .*: failed\n/);
    expect(text).toContain('6 phases: 3 passed, 2 failed, 1 stopped.');
    expect(text.indexOf('test [GPU=1] failed: exit code 3.')).toBeLessThan(text.indexOf('Outcome'));
    expect(await page.title()).toContain('<img src=x');
    expect(await page.locator('script, img, iframe, object, link').count()).toBe(0);
    expect(requests).toHaveLength(1);
    const links = await expectLinks(page);
    for (const path of ['run.log', 'a b/#c/100%?.txt']) expect(links).toContain(`000__prepare/${path}`);
    for (const path of ['FAILURE', 'run.log', 'out']) expect(links).toContain(`002__test__GPU=1/${path}`);
    expect(links).toContain('FAILURES');
    expect(links).toContain('004__report/SKIPPED');
    expect(links).toContain('index.html#p004');
    const [back, front] = await page.evaluate<readonly string[]>(COLORS);
    expect([back, front]).toEqual(
      scheme === 'light' ? ['rgb(255, 255, 255)', 'rgb(31, 35, 40)'] : ['rgb(13, 17, 23)', 'rgb(240, 246, 252)'],
    );
    await page.close();
  }
});

test('bars show what ran side by side, and what after it', async () => {
  await run([
    { name: 'a', run: 'sleep 0.5', needs: [] },
    { name: 'b', run: 'sleep 0.5', needs: [] },
    { name: 'c', run: 'sleep 0.5', needs: ['a', 'b'] },
  ]);
  const { page } = await show('passed');
  const boxes = await page.locator('td.when i').evaluateAll((all) =>
    all.map((one) => {
      const { left, right } = one.getBoundingClientRect();
      return { left, right };
    }),
  );
  const [a, b, c] = boxes;
  expect(Math.abs(a!.left - b!.left)).toBeLessThan(40);
  expect(c!.left).toBeGreaterThan(Math.max(a!.right, b!.right) - 10);
  await page.close();
});

test('92 phases are readable, and those of an earlier step are listed, too', async () => {
  await run([{ name: 'earlier', run: 'true' }]);
  const phases = Array.from({ length: 92 }, (_, at) => ({
    name: `image-with-a-long-name-${at}`,
    run: at === 40 ? 'seq 100; exit 1' : 'true',
    needs: at === 41 ? [`image-with-a-long-name-40`] : [],
  }));
  await run(phases, { name: 'LUMI' });
  for (const scheme of ['light', 'dark'] as const) {
    const { page, text } = await show('many', scheme);
    expect(text).toContain('92 phases: 90 passed, 1 failed, 1 stopped.');
    expect(text).toMatch(/Earlier steps\n[^]*earlier/);
    const heights = await page
      .locator('tbody tr')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
    expect(heights).toHaveLength(93);
    expect(heights.filter((height) => height > 40)).toHaveLength(1);
    expect(await page.evaluate<number>(OVERFLOW)).toBeLessThanOrEqual(0);
    expect(await expectLinks(page)).toContain('000__earlier/run.log');
    await page.close();
  }
});

test('a phase that the post step ran again has both logs, and one with many files stays short', async () => {
  const phases: Phases = [
    { name: 'test', run: 'for at in $(seq 300); do : > "$ARTIFACT_DIR/a$at"; done' },
    { name: 'cleanup', run: '[ -e again ] || { touch again; echo first; kill -9 $PPID; sleep 60; }', always: true },
  ];
  const killed = await run(phases);
  expect(killed.code).toBeNull();
  await run(phases, {}, 'run-phases-post', killed);
  const { page, text } = await show('again');
  expect(text).toContain('passed (by the post step)');
  expect(text).toContain('200 files and more');
  const links = await expectLinks(page);
  for (const name of ['run.log', 'run-again.log']) expect(links).toContain(`001__cleanup/${name}`);
  expect(links).toContain('000__test/run.log');
  expect(links.filter((path) => path.startsWith('000__test/'))).toHaveLength(201);
  await page.close();
});
