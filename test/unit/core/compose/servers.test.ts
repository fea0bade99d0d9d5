import { describe, expect, test } from '@jest/globals';
import { findDeaths } from '../../../../src/core/compose/servers.js';
import type { ContainerState } from '../../../../src/core/ports/containers.js';

const before: ContainerState = {
  id: 'c1',
  name: 'p-db-1',
  service: 'db',
  image: 'db:1',
  status: 'running',
  exitCode: 0,
  oomKilled: false,
  restarts: 2,
  startedAt: 1_000,
  addresses: [],
};
/** When the session ended. */
const END = 9_000;

interface Case {
  /** Changes of the container during or after the session; `removed`. */
  readonly now: Partial<ContainerState> | 'removed';
  readonly old?: Partial<ContainerState>;
  readonly isProven?: boolean;
  readonly lastExit?: number;
}

function compare({ now, old, isProven = false, lastExit }: Case): readonly string[] {
  const first = { ...before, ...old };
  const after = now === 'removed' ? [] : [{ ...first, ...now }];
  const facts = { endedAt: END, isProvenServer: () => isProven, lastExitOf: () => lastExit };
  return findDeaths([first], after, facts).map(({ service, what }) => `${service} ${what}`);
}

const exited = (exitCode: number, finishedAt: number) => ({ status: 'exited', exitCode, finishedAt }) as const;

describe('A server during a session', () => {
  test.each<[string, Case, string]>([
    ['exits', { now: exited(3, 5_000) }, 'db exited with 3'],
    [
      'exits for want of memory',
      { now: { ...exited(137, 5_000), oomKilled: true } },
      'db exited with 137, because the machine or its limit had no more memory',
    ],
    ['exits with 0 although it was a server', { now: exited(0, 5_000), isProven: true }, 'db exited with 0'],
    ['is removed', { now: 'removed' }, 'db was removed'],
    ['is restarted', { now: { restarts: 3, startedAt: 5_100, finishedAt: 5_000 } }, 'db was restarted 1 time'],
    [
      'is restarted, and its exit was seen',
      { now: { restarts: 4, startedAt: 5_100, finishedAt: 5_000 }, lastExit: 2 },
      'db was restarted 2 times (its last exit code is 2)',
    ],
    [
      'is being restarted',
      { now: { status: 'restarting', exitCode: 7, finishedAt: 5_000 } },
      'db is restarting (its last exit code is 7)',
    ],
    ['is restarted by hand', { now: { startedAt: 5_100, finishedAt: 5_000 } }, 'db was restarted'],
    [
      'is restarted once more after the session',
      { now: { restarts: 4, startedAt: 9_200, finishedAt: 9_100 } },
      'db was restarted 2 times',
    ],
  ])('%s: a death', (_, one, what) => {
    expect(compare(one)).toEqual([what]);
  });

  test.each<[string, Case]>([
    ['lives', { now: {} }],
    ['is done as a one-shot', { now: exited(0, 5_000) }],
    ['exits after it', { now: exited(3, 9_001) }],
    ['is restarted after it', { now: { restarts: 3, startedAt: 9_200, finishedAt: 9_100 } }],
    ['is being restarted after it', { now: { status: 'restarting', exitCode: 7, finishedAt: 9_100 } }],
    ['is restarted by hand after it', { now: { startedAt: 9_200, finishedAt: 9_100 } }],
    ['was done before it', { old: exited(0, 500), now: 'removed' }],
    ['is no service', { old: { service: undefined as never }, now: exited(3, 5_000) }],
  ])('%s: none', (_, one) => {
    expect(compare(one)).toEqual([]);
  });
});
