import { describe, expect, test } from '@jest/globals';
import type { PhasePlan } from '../../../../src/core/phases/plan.js';
import { runSchedule, type RunOutcome } from '../../../../src/core/phases/schedule.js';
import { FakeClock } from '../../../worlds/fake-clock.js';
import { planOf } from '../../../worlds/phases.js';

/** Runs a plan whose phases take a second each, and some fail. */
async function play(plan: PhasePlan, { fail = [] as readonly string[], cancelAt = Infinity } = {}) {
  const clock = new FakeClock(0);
  const outcomes: Record<string, RunOutcome> = {};
  const whys: Record<string, string> = {};
  const running = new Set<string>();
  const waves: string[] = [];
  let most = 0;
  const controller = new AbortController();
  if (cancelAt < Infinity) clock.at(cancelAt, () => controller.abort(new Error('canceled')));
  const nameOf = ({ phase, run }: { phase: number; run: number }): string => {
    const { phase: of, runs } = plan.phases[phase]!;
    return runs[run]!.title === '' ? of.name : `${of.name} ${runs[run]!.title}`;
  };
  await runSchedule(plan, {
    signal: controller.signal,
    async begin(id) {
      const name = nameOf(id);
      running.add(name);
      most = Math.max(most, running.size);
      waves.push(`${clock.now() / 1_000} ${name}`);
      await clock.sleep(1_000);
      running.delete(name);
      const outcome = fail.includes(name) ? 'failed' : 'passed';
      outcomes[name] = outcome;
      return outcome;
    },
    leave(id, outcome, why) {
      const name = nameOf(id);
      if (outcomes[name]) throw new Error(`${name} ended twice`);
      outcomes[name] = outcome;
      whys[name] = why;
    },
  });
  return { outcomes, whys, waves, most };
}

describe('Phases', () => {
  const seed = [{ name: 'prepare' }, { name: 'test' }, { name: 'cleanup', always: true }, { name: 'report' }];

  test('without needs follow one another', async () => {
    const { waves } = await play(planOf(seed));
    expect(waves).toEqual(['0 prepare', '1 test', '2 cleanup', '3 report']);
  });

  test('that fail stop what needs them, through a cleanup that passed, and no cleanup', async () => {
    const { outcomes, whys } = await play(planOf(seed), { fail: ['prepare'] });
    expect(outcomes).toEqual({ prepare: 'failed', test: 'stopped', cleanup: 'passed', report: 'stopped' });
    expect(whys).toEqual({ test: 'prepare failed', report: 'prepare failed' });
  });

  test('run side by side, and a failure stops nothing beside it', async () => {
    const plan = planOf([
      { name: 'a', needs: [] },
      { name: 'b', needs: [] },
      { name: 'a2', needs: 'a' },
      { name: 'b2', needs: 'b' },
      { name: 'end', needs: ['a2', 'b2'] },
      { name: 'cleanup', always: true },
    ]);
    const { outcomes, waves } = await play(plan, { fail: ['a'] });
    expect(outcomes).toEqual({
      a: 'failed',
      b: 'passed',
      a2: 'stopped',
      b2: 'passed',
      end: 'stopped',
      cleanup: 'passed',
    });
    expect(waves).toEqual(['0 a', '0 b', '1 b2', '2 cleanup']);
  });

  test('begin in the order of the list, never more than `parallel`', async () => {
    const plan = planOf(
      ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, needs: [] })),
      { parallel: 2 },
    );
    expect(await play(plan)).toMatchObject({ most: 2, waves: ['0 a', '0 b', '1 c', '1 d', '2 e'] });
  });

  test('that only and skip leave out stop nothing, but hand on what stopped them', async () => {
    const { outcomes } = await play(planOf(seed, { skip: ['test'] }));
    expect(outcomes).toEqual({ prepare: 'passed', test: 'left-out', cleanup: 'passed', report: 'passed' });
    const failed = await play(planOf(seed, { skip: ['test'] }), { fail: ['prepare'] });
    expect(failed.outcomes).toEqual({ prepare: 'failed', test: 'left-out', cleanup: 'passed', report: 'stopped' });
    const { outcomes: only } = await play(planOf(seed, { only: ['test'] }));
    expect(only).toEqual({ prepare: 'left-out', test: 'passed', cleanup: 'left-out', report: 'left-out' });
  });

  test('do not begin after a cancellation, cleanup included; those under way are waited for', async () => {
    const { outcomes } = await play(planOf(seed), { cancelAt: 1_500 });
    expect(outcomes).toEqual({ prepare: 'passed', test: 'passed', cleanup: 'cancelled', report: 'cancelled' });
    const early = await play(planOf(seed), { cancelAt: 0 });
    expect(Object.values(early.outcomes).filter((one) => one === 'cancelled').length).toBeGreaterThanOrEqual(3);
  });

  test('are all waited for when one has a bug, and the bug is thrown', async () => {
    let ended = false;
    const begin = async ({ phase }: { phase: number }): Promise<'passed'> => {
      if (phase === 0) throw new Error('a bug');
      await new Promise((resolve) => setTimeout(resolve, 20));
      ended = true;
      return 'passed';
    };
    const plan = planOf([{ name: 'a', needs: [] }, { name: 'b', needs: [] }, { name: 'c' }]);
    const left: string[] = [];
    const schedule = {
      signal: new AbortController().signal,
      begin,
      leave: (_: unknown, how: string) => left.push(how),
    };
    await expect(runSchedule(plan, schedule)).rejects.toThrow('a bug');
    expect([ended, left]).toEqual([true, ['cancelled']]);
  });
});

describe('Slots', () => {
  test('bound how many phases of a kind run, and leave other kinds alone', async () => {
    const kinds = ['build', 'transfer'] as const;
    const phases = kinds.flatMap((kind) => [1, 2, 3].map((at) => ({ name: `${kind}${at}`, needs: [], slots: kind })));
    const { waves } = await play(planOf(phases, { slots: { build: 2, transfer: 1 } }));
    expect(waves).toEqual(['0 build1', '0 build2', '0 transfer1', '1 build3', '1 transfer2', '2 transfer3']);
  });

  test('go to the phase that waits longest, even if it needs more of them than the others', async () => {
    const phases = [
      { name: 'small', needs: [], slots: { cpu: 1 } },
      { name: 'large', needs: [], slots: { cpu: 2 } },
      ...['a', 'b'].map((name) => ({ name, needs: [], slots: { cpu: 1 } })),
    ];
    const { waves } = await play(planOf(phases, { slots: { cpu: 2 } }));
    expect(waves).toEqual(['0 small', '1 large', '2 a', '2 b']);
  });
});

describe('The runs of a matrix', () => {
  const matrix = { A: [1, 2], B: ['x', 'y'] };

  test('follow one another, and what needs the phase waits for all', async () => {
    const { waves, outcomes } = await play(planOf([{ name: 't', matrix }, { name: 'end' }]), { fail: ['t A=1, B=y'] });
    expect(waves).toEqual(['0 t A=1, B=x', '1 t A=1, B=y', '2 t A=2, B=x', '3 t A=2, B=y']);
    expect(outcomes['end']).toBe('stopped');
  });

  test('run side by side if the phase takes slots', async () => {
    const { waves } = await play(planOf([{ name: 't', matrix, slots: 'gpu' }, { name: 'end' }], { slots: { gpu: 3 } }));
    expect(waves.map((one) => one.slice(0, 3))).toEqual(['0 t', '0 t', '0 t', '1 t', '2 e']);
  });

  test.each([
    ['one after the other', {}, {}],
    ['side by side', { slots: 'gpu' }, { slots: { gpu: 1 } }],
  ])('stop after a failure with stop-on-error, %s', async (_, more, settings) => {
    const plan = planOf(
      [
        { name: 't', matrix, 'stop-on-error': true, ...more },
        { name: 'c', always: true },
      ],
      settings,
    );
    const { outcomes } = await play(plan, { fail: ['t A=1, B=y'] });
    expect(outcomes).toEqual({
      't A=1, B=x': 'passed',
      't A=1, B=y': 'failed',
      't A=2, B=x': 'stopped',
      't A=2, B=y': 'stopped',
      c: 'passed',
    });
  });
});

test('10,000 tasks with slots are planned and run within 5 s and 150 MiB', async () => {
  const beganAt = performance.now();
  const before = process.memoryUsage().heapUsed;
  const kinds = ['build', 'transfer', 'test'];
  const phases = Array.from({ length: 10_000 }, (_, at) => ({
    name: `p${at}`,
    needs: at < 3 ? [] : [`p${at - 3}`, ...(at % 7 === 0 ? [`p${Math.floor(at / 2)}`] : [])],
    slots: kinds[at % 3],
  }));
  const plan = planOf(phases, { slots: { build: 2, transfer: 1, test: 4 } });
  let [running, most, count] = [0, 0, 0];
  await runSchedule(plan, {
    signal: new AbortController().signal,
    async begin() {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running -= 1;
      count += 1;
      return 'passed';
    },
    leave: () => undefined,
  });
  expect(count).toBe(10_000);
  expect(most).toBeLessThanOrEqual(7);
  expect(performance.now() - beganAt).toBeLessThan(5_000);
  expect((process.memoryUsage().heapUsed - before) / 2 ** 20).toBeLessThan(150);
});
