import { describe, expect, test } from '@jest/globals';
import type { ComposeRequest } from '../../../../src/core/compose/request.js';
import type { ServiceSpec } from '../../../worlds/containers.js';
import { ComposePlay, ends, PROJECT } from '../../../worlds/compose-run.js';

const db = { health: { healthyAfterMs: 100 } };
const gateway = `gateway of ${PROJECT}_default`;

/** Plays a session that posts a result 2 s after its start. @returns also where the webhook listened then */
async function play(
  session: ServiceSpec,
  { request = {}, server = db }: { request?: Partial<ComposeRequest>; server?: ServiceSpec } = {},
) {
  const services = { db: server, tests: { needs: { db: 'started' as const }, ...session } };
  const played = new ComposePlay(services, { resultFrom: { kind: 'webhook' }, ...request });
  played.containers.findGateway = async (network) => `gateway of ${network}`;
  let listensOn: string | undefined;
  played.clock.after(2_000, () => {
    ({ listensOn } = played.host);
    played.host.post('{"fps": 30}');
  });
  const outcome = await played.run();
  return { outcome, listensOn, played };
}

describe('A session that posts its result', () => {
  test('passes with it', async () => {
    const { outcome, listensOn, played } = await play(ends(0, 5_000));
    expect(outcome).toMatchObject({ verdict: 'pass', result: '{"fps": 30}' });
    expect(listensOn).toBe(gateway);
    expect(played.host.listensOn).toBeUndefined();
  });

  test('has 30 s to end, and is then stopped: its exit code is no failure', async () => {
    const { outcome } = await play({ runs: [] });
    expect(outcome).toMatchObject({ verdict: 'pass', result: '{"fps": 30}' });
    const { beganAt, endedAt } = outcome.phases.find(({ name }) => name === 'session')!;
    expect(endedAt - beganAt).toBeGreaterThan(30_000);
    expect(endedAt - beganAt).toBeLessThan(40_000);
  });

  test('fails with its own exit code if it ends by itself', async () => {
    const { outcome } = await play(ends(3, 5_000));
    expect(outcome).toMatchObject({ verdict: 'fail', code: 'session-failed', exitCode: 3 });
  });

  test('does not live longer than its time, whatever it has posted', async () => {
    const { outcome } = await play({ runs: [] }, { request: { timeoutMs: 10_000 } });
    expect(outcome).toMatchObject({ verdict: 'error', code: 'session-timeout', exitCode: 1 });
  });
});

describe('The webhook listens', () => {
  const inNetworkOf = (mode: string): ServiceSpec => ({
    ...ends(0, 5_000),
    more: { network_mode: mode, networks: undefined },
  });

  test.each<[string, ServiceSpec, ServiceSpec, string]>([
    ['in the network of the service whose network the session has', inNetworkOf('service:db'), db, gateway],
    ["at loopback for a session in the host's network", { ...ends(0, 5_000), network: 'host' }, db, '127.0.0.1'],
    [
      'at loopback for a session that has the network of a service in the network of the host',
      inNetworkOf('service:db'),
      { network: 'host' },
      '127.0.0.1',
    ],
    ["in Docker's own network for a session there", inNetworkOf('bridge'), db, 'gateway of bridge'],
  ])('%s', async (_, session, server, address) => {
    const { listensOn } = await play(session, { server });
    expect(listensOn).toBe(address);
  });

  test('at loopback for a session on the host', async () => {
    const played = new ComposePlay(
      { db },
      { resultFrom: { kind: 'webhook' }, session: { kind: 'host', command: 'make' } },
    );
    let listensOn: string | undefined;
    played.host.scripts = { make: { does: () => ({ listensOn } = played.host) } };
    await played.run();
    expect(listensOn).toBe('127.0.0.1');
  });
});
