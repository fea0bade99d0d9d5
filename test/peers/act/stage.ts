import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, jest } from '@jest/globals';
import type { SandboxOptions } from '../../../sandbox/sandbox.js';
import { listLeftBehind, waitUntil } from '../../worlds/sandbox/left-behind.js';
import { listIssuedSecrets } from '../../worlds/sandbox/step-checks.js';
import { listPrinted } from './suite-copy.js';
import { ActWorld, type Dispatch, type DispatchedRun } from './world.js';

jest.setTimeout(180_000);

export const REPORT = { report: 'reports/*.xml' };
/** act runs every job on this machine, so the ARM tests must expect this machine's architecture. */
export const MACHINE = { env: JSON.stringify({ EXPECTED_MACHINE: process.arch === 'arm64' ? 'aarch64' : 'x86_64' }) };

export interface Stage {
  readonly world: ActWorld;
  dispatch(dispatch: Dispatch): Promise<DispatchedRun>;
}

/** One world for all tests of a file. When a test fails, act's output is printed. */
export function openStage(options: SandboxOptions = {}): Stage {
  let world: ActWorld;
  /** The runs of the current test. `shared` has those that began before all tests. */
  let runs: DispatchedRun[] = [];
  const shared: DispatchedRun[] = [];
  beforeAll(async () => {
    world = await ActWorld.open(listPrinted(), options);
  });
  afterEach(() => {
    const { assertionCalls, numPassingAsserts } = expect.getState();
    if (numPassingAsserts !== assertionCalls) [...runs, ...shared.filter(({ code }) => code !== 0)].forEach(print);
    runs = [];
  });
  afterAll(() => world.close());
  return {
    get world() {
      return world;
    },
    async dispatch(dispatch) {
      const run = await world.dispatch(dispatch);
      (expect.getState().currentTestName === undefined ? shared : runs).push(run);
      expectNoSecretIn(run, world);
      return run;
    },
  };
}

export function resultsOf({ log }: DispatchedRun): Record<string, string | undefined> {
  return Object.fromEntries(log.jobs.map(({ path, result }) => [path, result]));
}

/** Expects that no instance, volume, runner, or process of a machine or of act is left behind. */
export async function expectNothingIsLeft(world: ActWorld): Promise<void> {
  const { sandbox, folder } = world;
  const leftBehind = () => [
    ...listLeftBehind(sandbox, join(folder, 'disks')),
    ...world.processes().map((pid) => `process ${pid} of act`),
  ];
  await waitUntil(sandbox, () => leftBehind().length === 0);
  expect(leftBehind()).toEqual([]);
}

/** The instances that one run launched. */
export function instancesOf({ sandbox }: ActWorld, { id }: DispatchedRun): { type: string; label: string }[] {
  return sandbox.ec2
    .instances()
    .filter(({ tags }) => tags.get('ci-actions:run-id') === `${id}`)
    .map(({ type, tags }) => ({ type: type.name, label: tags.get('ci-actions:label') ?? '' }));
}

function expectNoSecretIn({ log }: DispatchedRun, { sandbox }: ActWorld): void {
  const secrets = [...listIssuedSecrets(sandbox.requests), sandbox.token];
  expect(log.lines.filter((line) => secrets.some((secret) => line.includes(secret)))).toEqual([]);
}

function print({ log, code, seconds }: DispatchedRun): void {
  console.error(`${log.lines.join('\n')}\n\n${log.summaries}\n\nact ended with ${code} after ${seconds.toFixed(1)} s`);
}
