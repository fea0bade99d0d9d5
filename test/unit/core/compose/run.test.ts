import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import type { ServiceSpec } from '../../../worlds/containers.js';
import { ComposePlay, ends, PROJECT } from '../../../worlds/compose-run.js';

const db = { health: { healthyAfterMs: 3_000 } };

/** A healthy database and a session that needs it. */
function simple(session: ServiceSpec = ends(0), server: ServiceSpec = db) {
  return { db: server, tests: { needs: { db: 'healthy' as const }, ...session } };
}

describe('A run of a Compose project', () => {
  test('passes when the session exits with 0, and leaves nothing', async () => {
    const play = new ComposePlay(simple());
    play.containers.volumeNames = ['data'];
    const outcome = await play.run();
    expect(outcome).toMatchObject({ verdict: 'pass', phase: 'done', exitCode: 0, reasons: [], remains: [] });
    expect(outcome.code).toBeUndefined();
    expect(await play.left()).toEqual([]);
    expect(play.said).toContain('db is ready after 3.0 s: healthy.');
  });

  test('starts the session when everything else is ready, alone and without a restart', async () => {
    const play = new ComposePlay(simple({ runs: ends(3).runs!, restart: 'always' }));
    const outcome = await play.run();
    expect(outcome).toMatchObject({ verdict: 'fail', code: 'session-failed', phase: 'session', exitCode: 3 });
    expect(play.containers.calls).toContain('up --no-deps --scale tests=1 tests');
    expect(outcome.services).toMatchObject([
      { service: 'db', role: 'server', readyBy: 'healthy' },
      { service: 'tests', role: 'session', exitCode: 3, restarts: 0 },
    ]);
  });

  test('starts a session that is the only service once', async () => {
    const play = new ComposePlay({ tests: { ...ends(0), restart: 'always' } });
    expect(await play.run()).toMatchObject({ verdict: 'pass' });
    expect(play.containers.calls.filter((call) => call.startsWith('up'))).toEqual([
      'up --no-deps --scale tests=1 tests',
    ]);
  });

  test('has its phases in their order, each with a folder', async () => {
    const play = new ComposePlay(simple(), { setup: 'prepare', assert: 'judge', teardown: 'tidy' });
    play.host.scripts = { prepare: {}, judge: {}, tidy: {} };
    const { phases } = await play.run();
    expect(phases.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'check passed',
      'setup passed',
      'pull passed',
      'build skipped',
      'up passed',
      'ready passed',
      'session passed',
      'assert passed',
      'collect passed',
      'teardown passed',
      'down passed',
    ]);
    expect([...play.host.logs.keys()]).toEqual(
      expect.arrayContaining(['000__check/run.log', '001__setup/run.log', '003__up/run.log', '009__down/run.log']),
    );
  });

  test('ends at once when a service is unhealthy, with its last output and lines', async () => {
    const sick = { health: { unhealthyAfterMs: 4_000, output: 'no route' }, prints: ['db starts'] };
    const play = new ComposePlay(simple(ends(0), sick));
    const outcome = await play.run();
    expect(outcome).toMatchObject({ verdict: 'error', code: 'services-not-ready', phase: 'ready', exitCode: 1 });
    expect(outcome.reasons).toEqual(['db is unhealthy. Its last output: no route.']);
    expect(outcome.services[0]).toMatchObject({ service: 'db', lastLines: ['db starts'] });
    expect(outcome.phases.find(({ name }) => name === 'session')).toBeUndefined();
    expect(outcome.phases.find(({ name }) => name === 'ready')?.detail).toBe(outcome.reasons[0]);
    expect(play.host.logs.get('003__ready/run.log')).toContain(outcome.reasons[0]);
    expect(await play.left()).toEqual([]);
  });

  test('ends at once when a one-shot fails while another service still restarts', async () => {
    const play = new ComposePlay({
      app: { declares: [80], opens: { 80: 60_000 }, restart: 'always', runs: [{ afterMs: 500, code: 1 }] },
      init: { ...ends(4, 2_000) },
      tests: { needs: { app: 'started', init: 'started' }, ...ends(0) },
    });
    const outcome = await play.run();
    expect(outcome).toMatchObject({ verdict: 'error', phase: 'ready', reasons: ['init exited with 4.'] });
    expect(play.clock.now() - outcome.phases[0]!.beganAt).toBeLessThan(10_000);
  });

  test('waits for services that crash before they are ready for the first time', async () => {
    const app = { declares: [80], opens: { 80: 100 }, restart: 'on-failure' as const };
    const runs = [
      { afterMs: 50, code: 1 },
      { afterMs: 50, code: 1 },
      { afterMs: 3_600_000, code: 0 },
    ];
    const play = new ComposePlay({ app: { ...app, runs }, tests: { needs: { app: 'started' }, ...ends(0) } });
    expect(await play.run()).toMatchObject({ verdict: 'pass' });
    expect(play.said.join('\n')).toContain('app was restarted');
  });

  test('fails when a server died under a session that exits with 0', async () => {
    const server = { health: { healthyAfterMs: 100 }, runs: [{ afterMs: 2_000, code: 2 }] };
    const outcome = await new ComposePlay(simple(ends(0, 5_000), server)).run();
    expect(outcome).toMatchObject({
      verdict: 'fail',
      code: 'server-died',
      phase: 'session',
      exitCode: 1,
      warnings: [],
    });
    expect(outcome.reasons[0]).toBe('db exited with 2 during the session.');
    const warned = await new ComposePlay(simple(ends(0, 5_000), server), { onServerExit: 'warn' }).run();
    expect(warned).toMatchObject({ verdict: 'pass', warnings: ['db exited with 2 during the session.'] });
  });

  test("keeps the session's own code when a server died, too", async () => {
    const server = { health: { healthyAfterMs: 100 }, runs: [{ afterMs: 2_000, code: 2 }], restart: 'always' as const };
    const outcome = await new ComposePlay(simple(ends(9, 5_000), server)).run();
    expect(outcome).toMatchObject({ verdict: 'fail', code: 'session-failed', exitCode: 9 });
    expect(outcome.reasons.join(' ')).toMatch(
      /db was restarted \d times? \(its last exit code is 2\) during the session/,
    );
  });

  test('runs teardown after a failed assert, and down after both', async () => {
    const play = new ComposePlay(simple(), { assert: 'judge', teardown: 'tidy' });
    play.host.scripts = { judge: { code: 2, prints: ['no image was written'] }, tidy: { code: 1 } };
    const outcome = await play.run();
    expect(outcome).toMatchObject({ verdict: 'fail', code: 'assertion-failed', phase: 'assert', exitCode: 1 });
    expect(outcome.reasons).toEqual([expect.stringContaining('exit code 2'), 'no image was written']);
    expect(play.host.ran.map(({ commands }) => commands)).toEqual(['judge', 'tidy']);
    expect(await play.left()).toEqual([]);
  });

  test('is an error when the session does not end in its time', async () => {
    const play = new ComposePlay(simple({ runs: [] }), { timeoutMs: 60_000 });
    const outcome = await play.run();
    expect(outcome).toMatchObject({ verdict: 'error', code: 'session-timeout', phase: 'session' });
    expect(outcome.reasons[0]).toContain('did not end within 1 minute');
  });

  test('runs all sessions, and reports the first code that is not 0', async () => {
    const needs = { db: 'healthy' as const };
    const play = new ComposePlay(
      { db, a: { needs, ...ends(5) }, b: { needs, ...ends(6) }, c: { needs, ...ends(0) } },
      { session: { kind: 'services', services: ['a', 'b', 'c'] } },
    );
    const outcome = await play.run();
    expect(outcome).toMatchObject({ verdict: 'fail', exitCode: 5 });
    expect(outcome.reasons).toEqual(['The session a exited with 5.', 'The session b exited with 6.']);
    expect(outcome.services.map(({ exitCode }) => exitCode)).toEqual([undefined, 5, 6, 0]);
  });

  test('is canceled: everything is removed before the reason is thrown', async () => {
    const play = new ComposePlay(simple(ends(0, 60_000)), { teardown: 'tidy' });
    play.host.scripts = { tidy: {} };
    const reason = new Failure('cancelled', 'The step was canceled (SIGINT).', { hint: 'Nothing.' });
    play.clock.after(10_000, () => play.cancellation.abort(reason));
    await expect(play.run()).rejects.toBe(reason);
    expect(await play.left()).toEqual([]);
    expect(play.containers.calls.at(-1)).toBe(`down ${PROJECT}`);
    expect(play.host.ran).toHaveLength(1);
  });

  test('is canceled while it cleans up: what is left is removed without grace', async () => {
    const play = new ComposePlay(simple(ends(0), { ...db, ignoresTerm: true }), { teardown: 'tidy' });
    play.host.scripts = { tidy: { takesMs: 300_000 } };
    const reason = new Failure('cancelled', 'The step was canceled (SIGINT).', { hint: 'Nothing.' });
    play.clock.after(20_000, () => play.cancellation.abort(reason));
    const beganAt = play.clock.now();
    await expect(play.run()).rejects.toBe(reason);
    expect(play.clock.now() - beganAt).toBeLessThan(25_000);
    expect(await play.left()).toEqual([]);
  });

  test('says which phases had nothing to do', async () => {
    const { phases } = await new ComposePlay(simple()).run();
    const skipped = phases.filter(({ outcome }) => outcome === 'skipped').map(({ name }) => name);
    expect(skipped).toEqual(['setup', 'build', 'assert', 'teardown']);
  });
});
