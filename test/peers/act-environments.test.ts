/** The six printed workflows on nektos/act. Each is dispatched separately: start, tox, stop. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { startSearchService, type SearchService } from './act/search-service.js';
import { expectNothingIsLeft, instancesOf, MACHINE, openStage, REPORT, resultsOf } from './act/stage.js';
import { renderTime, splitTime } from './act/timeline.js';
import type { DispatchedRun } from './act/world.js';

interface Environment {
  readonly file: string;
  readonly title: string;
  readonly tox: string;
  readonly preset: string;
  readonly secrets?: readonly string[];
}

const environments = Object.entries(
  parse(readFileSync('workflows/environments.yml', 'utf8')) as Record<string, Environment>,
);
/** The first instance type that each preset requests. */
const TYPES: Readonly<Record<string, string>> = { amd64: 't3.xlarge', arm64: 't4g.xlarge', cuda: 'g4dn.xlarge' };
/** pytest's counts per environment of the project, without and with Docker or a GPU. */
const COUNTS: Readonly<Record<string, RegExp>> = {
  unit: /8 passed/,
  local_os: /3 passed/,
  dind_os: /(1 passed, 2 skipped|3 passed)/,
  s2search: /1 passed/,
  arm64: /3 passed/,
  cuda: /(2 passed, 1 skipped|3 passed)/,
};

const stage = openStage();
let searchService: SearchService;
let runs: ReadonlyMap<string, DispatchedRun>;

beforeAll(async () => {
  searchService = await startSearchService();
  // All at once, like six pushes.
  const dispatched = environments.map(async ([name, { file }]) => {
    const secrets = name === 's2search' ? { S2SEARCH_URL: searchService.url } : {};
    return [
      name,
      await stage.dispatch({ workflow: `${file}.yml`, inputs: { ...REPORT, ...MACHINE }, secrets }),
    ] as const;
  });
  runs = new Map(await Promise.all(dispatched));
}, 180_000);
afterAll(() => searchService.close());

test.each(environments)(
  '%s starts its machine, tests on it and terminates it',
  async (name, { title, tox, preset }) => {
    const run = runs.get(name)!;
    expect(run.code).toBe(0);
    expect(resultsOf(run)).toEqual({
      [`${title}/start`]: 'success',
      [`${title}/test`]: 'success',
      [`${title}/stop`]: 'success',
    });
    const [instance, ...others] = instancesOf(stage.world, run);
    expect([instance?.type, others]).toEqual([TYPES[preset], []]);
    const job = run.log.find(`${title}/test`)!;
    expect(job.lines.join('\n')).toMatch(COUNTS[name]!);
    expect(job.lines.join('\n')).toContain(`--junitxml=reports/${tox}.xml`);
    expect(run.log.find(`${title}/stop`)!.lines.join('\n')).toMatch(/Terminating i-/);
  },
);

test('runs-on of the test job is the label of its own machine', () => {
  for (const [name, { title }] of environments) {
    const run = runs.get(name)!;
    const [instance] = instancesOf(stage.world, run);
    // Printed by the stand-in for actions/checkout. act omits the first hyphen of a label.
    expect(run.log.find(`${title}/test`)!.lines).toContain(
      `On a machine with the label ${instance?.label.replace('-', '')}`,
    );
  }
});

test('the finished runs leave nothing behind', () => expectNothingIsLeft(stage.world));

test('the parts of the time from dispatch to the first test line occur in their order', () => {
  for (const [name, run] of runs) {
    const parts = splitTime(run);
    process.stdout.write(`${name}, six at once on this machine:\n${renderTime(parts)}\n`);
    expect(parts.every(({ seconds }) => seconds >= 0)).toBe(true);
  }
});
