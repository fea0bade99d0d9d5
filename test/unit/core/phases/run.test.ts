import { beforeEach, describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { finishPhases } from '../../../../src/core/phases/finish.js';
import { readJournal } from '../../../../src/core/phases/journal.js';
import { Layout } from '../../../../src/core/phases/layout.js';
import { planCleanup, type PlanSettings } from '../../../../src/core/phases/plan.js';
import { GRACE_MS, runPhases } from '../../../../src/core/phases/run.js';
import { describeVerdict, summarizePhases } from '../../../../src/core/phases/summary.js';
import { describeReason } from '../../../../src/core/phases/verdict.js';
import { FakeClock, FAKE_START } from '../../../worlds/fake-clock.js';
import { recordLog } from '../../../worlds/log.js';
import { FakePhaseHost, planOf } from '../../../worlds/phases.js';

let clock: FakeClock;
let host: FakePhaseHost;
beforeEach(() => {
  clock = new FakeClock();
  host = new FakePhaseHost(clock);
});

const canceled = new Failure('cancelled', 'The step was canceled (SIGINT).', { hint: 'Run the job again.' });
type Given = readonly Readonly<Record<string, unknown>>[];

interface Play {
  readonly settings?: Partial<PlanSettings>;
  readonly cancelAfter?: number;
  readonly reason?: Failure;
  readonly isPost?: boolean;
}

async function play(
  given: Given,
  { settings = {}, cancelAfter = Infinity, reason = canceled, isPost = false }: Play = {},
) {
  const plan = planOf(given, settings);
  const layout = new Layout(plan, 0);
  const { log, said } = recordLog();
  const controller = new AbortController();
  if (cancelAfter < Infinity) clock.after(cancelAfter, () => controller.abort(reason));
  const before = readJournal(host.readFile(layout.journal));
  const work = isPost ? { plan: planCleanup(plan), layout, before, isPost } : { plan, layout };
  const { results, unwritten } = await runPhases(work, { host, clock, log, signal: controller.signal });
  const ending = { name: 'shop', results, unwritten, beganAt: FAKE_START, endedAt: clock.now() };
  const outcome = finishPhases(ending, host);
  return { outcome, said, outcomes: results.map((one) => one.outcome) };
}

const seed = [
  { name: 'prepare', run: 'seconds=12' },
  { name: 'test', run: 'seconds=360' },
  { name: 'cleanup', run: 'seconds=2', always: true },
];
const withRun = (name: string, run: string): Given => seed.map((one) => (one.name === name ? { ...one, run } : one));

describe('A run', () => {
  test('that passes says so in FINISHED, and leaves no FAILURES', async () => {
    const { outcome, said } = await play(seed);
    expect(outcome).toMatchObject({ verdict: 'passed', reasons: [] });
    expect(host.files.get('FINISHED')).toBe("Test of 'shop' succeeded after 00 hours 06 minutes 14 seconds.\n");
    expect([...host.files.keys()]).toEqual(['phases-000.jsonl', 'index.html', 'FINISHED']);
    expect([...host.folders]).toEqual(['000__prepare', '001__test', '002__cleanup']);
    expect(said).toEqual(['prepare passed (12.0 s).', 'test passed (360.0 s).', 'cleanup passed (2.0 s).']);
  });

  test('that fails leaves FAILURE, SKIPPED and FAILURES', async () => {
    const { outcome } = await play(withRun('prepare', 'seconds=1 code=3'));
    expect(outcome).toMatchObject({ verdict: 'failed', code: 'phases-failed' });
    expect(outcome.reasons).toEqual(['prepare failed: exit code 3.', 'test did not run: prepare failed.']);
    expect(host.files.get('000__prepare/FAILURE')).toBe('prepare failed: exit code 3.\nthe last line\n');
    expect(host.files.get('001__test/SKIPPED')).toBe('prepare failed\n');
    expect(host.files.get('FAILURES')).toBe('000__prepare/FAILURE | prepare failed: exit code 3.\n');
    expect(host.files.get('FINISHED')).toBe("Test of 'shop' failed after 00 hours 00 minutes 03 seconds.\n");
    expect(host.begun).toEqual(['prepare', 'cleanup']);
  });

  test('is red when everything is left out', async () => {
    const { outcome, outcomes } = await play(seed, { settings: { skip: ['prepare', 'test', 'cleanup'] } });
    expect(outcomes).toEqual(['left-out', 'left-out', 'left-out']);
    expect(outcome).toMatchObject({ verdict: 'failed', code: 'nothing-tested' });
    expect(host.files.get('index.html')).toContain('<li>No phase ran, so nothing was tested.</li>');
    expect(host.files.get('002__cleanup/SKIPPED')).toBe('`skip` names it\n');
  });

  test('ends a phase that takes too long, even if it then exits with 0', async () => {
    const { outcome } = await play([{ name: 'test', run: 'seconds=999', 'timeout-minutes': 0.5 }]);
    expect(outcome.reasons).toEqual(['test was ended: it took longer than 0.5 minutes (`timeout-minutes`).']);
  });

  test('that fails is explained by what the program wrote into its own FAILURE', async () => {
    host.onBegin = () => host.files.set('000__test/FAILURE', 'the last line\nmore\n');
    const { outcome } = await play([{ name: 'test', run: 'code=1' }]);
    const reason = 'test failed: exit code 1. FAILURE: the last line';
    expect(host.files.get('FAILURES')).toBe(`000__test/FAILURE | ${reason}\n`);
    expect(describeReason(outcome)).toBe(reason);
  });

  test('that fails without a FAILURE is explained by the last line that the phase printed', async () => {
    const { outcome } = await play(withRun('test', 'code=3'));
    expect(describeReason(outcome)).toBe('test failed: exit code 3. It said: the last line');
  });

  test('that lacks two required files gives the first one as its reason, and quotes no sentence of ours', async () => {
    const { outcome } = await play([{ name: 'test', 'require-files': ['a', 'b'] }]);
    expect(outcome.results[0]!.reasons).toHaveLength(2);
    expect(describeReason(outcome)).toBe(outcome.reasons[0]);
  });

  test('that passes has no reason', async () => {
    expect(describeReason((await play(seed)).outcome)).toBe('');
  });

  test('is red when a program left a FAILURE and exited with 0', async () => {
    host.onBegin = () => host.files.set('000__test/003__deploy/FAILURE', 'RuntimeError: boom\nmore\n');
    const { outcome } = await play([{ name: 'test' }]);
    const first =
      'test failed: it ended with 0, and left 1 FAILURE. 000__test/003__deploy/FAILURE | RuntimeError: boom';
    expect(outcome.reasons).toEqual([first]);
    expect(describeReason(outcome)).toBe(first);
    expect(host.files.get('FAILURES')).toBe(
      `000__test/FAILURE | ${first}\n000__test/003__deploy/FAILURE | RuntimeError: boom\n`,
    );
  });

  test('is green with FAILUREs below the folder of a phase that accepts them, and says so', async () => {
    const given = [{ name: 'test', 'accept-failures': true }];
    host.onBegin = () => host.files.set('000__test/003__deploy/FAILURE', 'boom\nmore\n');
    const { outcome, said } = await play(given);
    expect(outcome.verdict).toBe('passed');
    expect(host.files.has('FAILURES')).toBe(false);
    const remark = 'test: it ended with 0, and left 1 FAILURE, which `accept-failures` allows.';
    expect(said[0]).toContain(`${remark}\n000__test/003__deploy/FAILURE | boom`);
    expect(outcome.results[0]!.remarks![0]).toBe(remark);
    host = new FakePhaseHost(clock);
    host.onBegin = () => host.files.set('000__test/FAILURE', 'boom\n');
    const { reasons } = (await play(given)).outcome;
    expect(reasons).toEqual(['test failed: it ended with 0, and left 1 FAILURE. 000__test/FAILURE | boom']);
  });

  test('counts a program that left itself out neither as passed nor as failed', async () => {
    host.onBegin = (title) => title === 'test' && host.files.set('001__test/SKIPPED', 'not in the list\n');
    const { outcome, outcomes, said } = await play(seed);
    expect(outcomes).toEqual(['passed', 'left-out', 'passed']);
    expect(outcome.verdict).toBe('passed');
    expect(said[1]).toBe('test left itself out (360.0 s): not in the list');
    expect(outcome.results[1]!.reasons).toEqual(['not in the list']);
    expect(host.files.has('001__test/FAILURE')).toBe(false);
    const post = await play(seed, { isPost: true });
    expect(post.outcomes).toEqual(['passed', 'left-out', 'passed']);
    expect(host.begun).toHaveLength(3);
    host = new FakePhaseHost(clock);
    host.onBegin = () => host.files.set('000__test/SKIPPED', '');
    expect((await play([{ name: 'test' }])).outcome).toMatchObject({ verdict: 'failed', code: 'nothing-tested' });
  });

  test('in which only a cleanup passed tested nothing, unless the user left out all others', async () => {
    const given = seed.slice(1);
    host.onBegin = (title) => title === 'test' && host.files.set('000__test/SKIPPED', 'not in the list\n');
    const { outcome } = await play(given);
    expect(outcome).toMatchObject({ verdict: 'failed', code: 'nothing-tested' });
    expect(outcome.reasons).toEqual(['Only phases that always run have passed, so nothing was tested.']);
    for (const settings of [{ only: ['cleanup'] }, { skip: ['test'] }]) {
      host = new FakePhaseHost(clock);
      expect((await play(given, { settings })).outcome.verdict).toBe('passed');
    }
    host = new FakePhaseHost(clock);
    expect((await play(seed.slice(2))).outcome.verdict).toBe('passed');
  });

  test('that is ended by a signal says so', async () => {
    const { outcome } = await play([{ name: 'test', run: 'why=it was ended by SIGSEGV' }]);
    expect(outcome.reasons).toEqual(['test failed: it was ended by SIGSEGV.']);
  });

  test('lists the phases of earlier steps by their journals alone', async () => {
    const entry = (title: string): string =>
      `${JSON.stringify({ ended: 0, result: { title, folder: `000__${title}`, outcome: 'passed', reasons: [] } })}\n`;
    host.files.set('phases-0990.jsonl', entry('earlier'));
    host.files.set('other.jsonl', entry('foreign'));
    await play([{ name: 'test' }]);
    expect(host.files.get('index.html')).toContain('<td>earlier');
    expect(host.files.get('index.html')).not.toContain('<td>foreign');
  });

  test('is red when a log lacks lines', async () => {
    host.logProblem = 'ENOSPC: no space left on device';
    const { outcome } = await play([{ name: 'test' }]);
    expect(outcome).toMatchObject({ verdict: 'failed', code: 'artifacts-unwritable' });
    expect(outcome.reasons).toEqual(['The log of test lacks lines: ENOSPC: no space left on device.']);
  });

  test('leaves out an optional phase unless `only` names it', async () => {
    const given = [{ name: 'test' }, { name: 'plot', optional: true }];
    expect((await play(given)).outcome.results[1]).toMatchObject({
      outcome: 'left-out',
      reasons: ['it is optional, and `only` does not name it'],
    });
    host = new FakePhaseHost(clock);
    expect((await play(given, { settings: { only: ['plot'] } })).outcomes).toEqual(['left-out', 'passed']);
  });

  test.each([
    ['there is no such file', []],
    ['a.json is older than the phase', [{ path: 'a.json', bytes: 1, changedAt: FAKE_START - 5_000 }]],
    ['b.json is empty', [{ path: 'b.json', bytes: 0, changedAt: FAKE_START }]],
  ])('is red when of the required files %s', async (why, found) => {
    host.found.push(...found);
    const { outcome } = await play([{ name: 'test', 'require-files': '*.json' }]);
    expect(outcome.reasons).toEqual([`test failed: \`require-files\` names \`*.json\`, and ${why}.`]);
  });

  test('is green with a fresh required file', async () => {
    host.found.push({ path: 'a.json', bytes: 1, changedAt: FAKE_START });
    expect((await play([{ name: 'test', 'require-files': '*.json' }])).outcome.verdict).toBe('passed');
  });

  test('goes on when the disk is full, and is red', async () => {
    host.full = (name) => !/^\d+__\w+$/.test(name);
    const { outcome } = await play(seed);
    expect(host.begun).toEqual(['prepare', 'test', 'cleanup']);
    expect(outcome).toMatchObject({ verdict: 'failed', code: 'artifacts-unwritable' });
    expect(outcome.reasons[0]).toContain('could not be written: ENOSPC');
  });

  test('names the runs of a matrix in titles, folders and the environment', async () => {
    await play([{ name: 'test', matrix: { GPU: [1, 2], MODEL: ['a/b'] } }]);
    expect(host.begun).toEqual(['test [GPU=1, MODEL=a/b]', 'test [GPU=2, MODEL=a/b]']);
    expect([...host.folders]).toEqual(['000__test__GPU=1__MODEL=a-b', '001__test__GPU=2__MODEL=a-b']);
  });
});

describe('A cancellation', () => {
  test('ends what runs and leaves the cleanup to the post step, which completes the artifacts', async () => {
    const main = await play(seed, { cancelAfter: 20_000 });
    expect(main.outcomes).toEqual(['passed', 'cancelled', 'cancelled']);
    expect(main.outcome.reasons[1]).toBe('cleanup did not run: the post step runs it.');
    const subject = { name: 'shop', artifacts: '/artifacts', isCanceled: true };
    expect(summarizePhases(main.outcome, subject)).toMatch(/^### shop: canceled\n/);
    expect(host.files.get('001__test/FAILURE')).toMatch(/^test was ended: The step was canceled/);
    const post = await play(seed, { isPost: true });
    expect(host.begun).toEqual(['prepare', 'test', 'cleanup']);
    expect(post.outcomes).toEqual(['passed', 'cancelled', 'passed']);
    expect(post.outcome.results[2]).toMatchObject({ isLate: true });
    expect(host.files.has('002__cleanup/SKIPPED')).toBe(false);
    expect(host.files.get('FINISHED')).toMatch(/^Test of 'shop' failed after/);
  });

  test('in the first test is no lack of tests', async () => {
    const { outcome } = await play(seed.slice(1), { cancelAfter: 20_000 });
    expect(outcome.reasons.join()).not.toContain('nothing was tested');
  });

  test('in the cleanup leaves no FAILURES once the post step has run it', async () => {
    const slow = withRun('cleanup', 'seconds=60');
    expect((await play(slow, { cancelAfter: 373_000 })).outcomes).toEqual(['passed', 'passed', 'cancelled']);
    expect(host.files.get('FAILURES')).toContain('002__cleanup/FAILURE');
    expect((await play(slow, { isPost: true })).outcome.verdict).toBe('passed');
    expect(host.files.has('FAILURES')).toBe(false);
    expect(host.files.get('FINISHED')).toContain('succeeded');
  });

  test('cancels what needs a phase that was ended: it did not fail', async () => {
    const { outcomes, outcome } = await play([...seed, { name: 'report' }], { cancelAfter: 20_000 });
    expect(outcomes).toEqual(['passed', 'cancelled', 'cancelled', 'cancelled']);
    expect(outcome.reasons[0]).toBe('test was ended: The step was canceled (SIGINT).');
    expect(outcome.reasons[2]).toBe('report did not run: the step ended before.');
  });

  test('leaves the runs of a cleanup alone that a failed one stops', async () => {
    const given = [
      { name: 'cleanup', run: 'seconds=2 code=1', always: true, matrix: { A: [1, 2] }, 'stop-on-error': true },
    ];
    const main = await play(given, { cancelAfter: 1_000 });
    expect(main.outcomes).toEqual(['failed', 'cancelled']);
    expect((await play(given, { isPost: true })).outcomes).toEqual(['failed', 'cancelled']);
    expect(host.begun).toEqual(['cleanup [A=1]']);
  });

  test('gives a cleanup that is under way some seconds, then the post step runs it again', async () => {
    const quick = await play(seed, { cancelAfter: 373_000 });
    expect(quick.outcomes).toEqual(['passed', 'passed', 'passed']);
    host = new FakePhaseHost(clock);
    const slow = await play(withRun('cleanup', 'seconds=9'), { cancelAfter: 373_000 });
    expect(slow.outcomes).toEqual(['passed', 'passed', 'cancelled']);
    expect(slow.outcome.results[2]!.endedAt! - slow.outcome.results[2]!.beganAt!).toBe(1_000 + GRACE_MS);
    const post = await play(withRun('cleanup', 'seconds=9'), { isPost: true });
    expect(post.outcomes).toEqual(['passed', 'passed', 'passed']);
    expect(host.files.has('002__cleanup/FAILURE')).toBe(false);
  });

  test('by EC2 leaves a cleanup that is under way more time, because GitHub does not kill the step', async () => {
    const reason = new Failure('interrupted', 'EC2 takes the machine away.', { hint: 'Re-run the failed jobs.' });
    const { outcomes } = await play(withRun('cleanup', 'seconds=29'), { cancelAfter: 373_000, reason });
    expect(outcomes).toEqual(['passed', 'passed', 'passed']);
    host = new FakePhaseHost(clock);
    const slow = await play(withRun('cleanup', 'seconds=99'), { cancelAfter: 373_000, reason });
    expect(slow.outcomes).toEqual(['passed', 'passed', 'cancelled']);
  });

  test('leaves alone in the post step what had failed, and never runs a cleanup twice that ended', async () => {
    const given = withRun('cleanup', 'code=4');
    await play(given);
    host.begun.length = 0;
    const post = await play(given, { isPost: true });
    expect(host.begun).toEqual([]);
    expect(post.outcomes).toEqual(['passed', 'passed', 'failed']);
  });
});

describe('The post step after a kill', () => {
  test.each([
    ['before the first phase', [], ['cancelled', 'cancelled', 'passed']],
    ['in a phase', [{ began: 0, at: FAKE_START }], ['failed', 'cancelled', 'passed']],
    ['in the cleanup', [{ began: 2, at: FAKE_START }], ['cancelled', 'cancelled', 'passed']],
  ])('%s runs the cleanup, and says what was killed', async (_, entries, outcomes) => {
    const text = entries.map((one) => `${JSON.stringify(one)}\n`).join('');
    host.files.set('phases-000.jsonl', `${text}{"ended":1,"resu`);
    const post = await play(seed, { isPost: true });
    expect(host.begun).toEqual(['cleanup']);
    expect(post.outcomes).toEqual(outcomes);
    expect(host.files.get('FINISHED')).toMatch(/failed after/);
  });
});

test('the log has a group for each phase if they follow one another, and their names before lines otherwise', async () => {
  const { said } = await play([
    { name: 'a', needs: [] },
    { name: 'b', needs: [] },
  ]);
  expect(said).toEqual(['a begins.', 'b begins.', 'a passed (0.0 s).', 'b passed (0.0 s).']);
  expect([...host.prefixes.values()]).toEqual(['a | ', 'b | ']);
  await play([{ name: 'c' }, { name: 'd' }]);
  expect([host.prefixes.get('c'), host.prefixes.get('d')]).toEqual(['', '']);
});

test('the summary has 200 rows, those that failed first, and the count of the others', async () => {
  const list = Array.from({ length: 200 }, (_, at) => at);
  const subject = { name: 'shop', artifacts: '/artifacts' };
  const { outcome } = await play([{ name: 'test', matrix: { A: list } }]);
  expect(summarizePhases(outcome, subject)).not.toContain('more');
  host = new FakePhaseHost(clock);
  const longer = await play([
    { name: 'test', matrix: { A: list } },
    { name: 'last', run: 'code=1' },
  ]);
  const summary = summarizePhases(longer.outcome, subject);
  expect(summary).toContain('\n… and 1 more phase.\n');
  expect(summary.indexOf('| last | failed')).toBeLessThan(summary.indexOf('| test '));
});

test('the last line counts the phases that passed', async () => {
  const { outcome } = await play([{ name: 'a' }, { name: 'b', optional: true }]);
  expect(describeVerdict(outcome)).toBe('passed: 1 phase, 1 left out.');
});

test('the summary and the index page escape what users write', async () => {
  const { outcome } = await play([{ name: 'test', run: 'code=1', matrix: { A: ['<b>|'] } }]);
  const summary = summarizePhases(outcome, { name: '<i>', artifacts: '/artifacts' });
  expect(summary).toContain('### &lt;i&gt;: failed');
  expect(summary).toContain('test \\[A=&lt;b&gt;\\|\\]');
  expect(host.files.get('index.html')).toContain('test [A=&lt;b&gt;|]');
  expect(host.files.get('index.html')).not.toContain('<b>|');
});
