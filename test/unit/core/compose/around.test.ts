import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import type { ComposeRequest } from '../../../../src/core/compose/request.js';
import type { ServiceSpec } from '../../../worlds/containers.js';
import { ComposePlay, ends, PROJECT } from '../../../worlds/compose-run.js';

const services: Readonly<Record<string, ServiceSpec>> = {
  db: { health: { healthyAfterMs: 100 }, prints: ['listening'], files: { '/dump.sql': 'x' } },
  tests: { needs: { db: 'healthy' }, ...ends(0), files: { '/results/one.xml': 'x', '/empty/.keep': '' } },
};

function prepare(request: Partial<ComposeRequest>, more: Readonly<Record<string, ServiceSpec>> = {}): ComposePlay {
  return new ComposePlay({ ...services, ...more }, request);
}

describe('What is required after a session', () => {
  test('is a file that it wrote', async () => {
    const play = prepare({ requireFiles: ['out/*.xml'] });
    play.clock.after(500, () => play.host.write('out/a.xml', '<a/>'));
    const outcome = await play.run();
    expect(outcome).toMatchObject({ verdict: 'pass' });
    expect(outcome.phases.find(({ name }) => name === 'assert')?.detail).toBe('The session wrote 1 required file.');
  });

  test.each<[string, (play: ComposePlay) => void, RegExp]>([
    ['no file', () => undefined, /The session wrote no file that matches out\/\*\.xml/],
    ['an old file', ({ host }) => host.write('out/a.xml', 'x'), /out\/a\.xml existed before the session/],
    ['an empty file', ({ host, clock }) => clock.after(500, () => host.write('out/a.xml', '')), /out\/a\.xml is empty/],
  ])('is missing with %s', async (_, does, reason) => {
    const play = prepare({ requireFiles: ['out/*.xml'] });
    does(play);
    const outcome = await play.run();
    expect(outcome).toMatchObject({ verdict: 'fail', code: 'assertion-failed', phase: 'assert', exitCode: 1 });
    expect(outcome.reasons.join(' ')).toMatch(reason);
  });
});

describe('What is collected', () => {
  test('is the log of every container, and what was asked for', async () => {
    const play = prepare({ collect: ['tests:/results', 'db:/dump.sql', 'out'] });
    play.host.write('out/a.txt', 'x');
    expect(await play.run()).toMatchObject({ verdict: 'pass' });
    expect(play.containers.savedLogs.get('/temp/artifacts/services/db-1.log')).toBe('listening\n');
    expect(play.containers.savedLogs.has('/temp/artifacts/services/tests-1.log')).toBe(true);
    expect(play.host.look('/temp/artifacts/collected/out/a.txt')).toBe('file');
    expect(play.containers.copies).toEqual([
      `${PROJECT}-tests-1:/results > /temp/artifacts/collected/tests`,
      `${PROJECT}-db-1:/dump.sql > /temp/artifacts/collected/db`,
    ]);
  });

  test('is red if it is nothing at all after a pass', async () => {
    const outcome = await prepare({ collect: ['tests:/nothing', 'none'] }).run();
    expect(outcome).toMatchObject({ verdict: 'fail', code: 'assertion-failed', phase: 'collect', exitCode: 1 });
    expect(outcome.reasons[0]).toBe('Nothing was collected: there is nothing at tests:/nothing, none.');
  });

  test('does not change another verdict', async () => {
    const outcome = await prepare(
      { collect: ['tests:/nothing'] },
      { tests: { ...services['tests'], ...ends(4) } },
    ).run();
    expect(outcome).toMatchObject({ verdict: 'fail', phase: 'session', exitCode: 4 });
  });
});

describe('A session that is no service', () => {
  test('is a command in a running service', async () => {
    const play = prepare({ session: { kind: 'exec', service: 'db', command: 'pytest' } }, { tests: {} });
    play.containers.commands = { pytest: { code: 4, prints: ['1 failed'] } };
    expect(await play.run()).toMatchObject({ verdict: 'fail', phase: 'session', exitCode: 4 });
    expect(play.host.printed).toContain('1 failed');
    expect(play.containers.calls).toContain('up db tests');
  });

  test('gives the code of docker when its service dies under it', async () => {
    const dying = { db: { ...services['db'], runs: [{ afterMs: 3_000, code: 2 }] } };
    const play = new ComposePlay(dying, { session: { kind: 'exec', service: 'db', command: 'pytest' } });
    play.containers.commands = { pytest: { takesMs: 60_000 } };
    const outcome = await play.run();
    expect(outcome).toMatchObject({ verdict: 'fail', exitCode: 137 });
    expect(outcome.reasons).toContain('db exited with 2 during the session.');
  });

  test('is a command on the host, with the project in its environment', async () => {
    const play = new ComposePlay({ db: services['db']! }, { session: { kind: 'host', command: 'make test' } });
    play.host.scripts = { 'make test': { code: 2 } };
    expect(await play.run()).toMatchObject({ verdict: 'fail', phase: 'session', exitCode: 2 });
    expect(play.host.ran[0]?.env).toMatchObject({ COMPOSE_PROJECT_NAME: PROJECT });
  });

  test('is a container in the networks of the project, with the variables of the user alone', async () => {
    const session = { kind: 'image', image: 'tests:1', command: ['make', 'all tests'] } as const;
    const play = new ComposePlay({ db: services['db']! }, { session, collect: ['session:/out'] });
    play.host.variables = { TOKEN: 'x' };
    play.containers.images = { 'tests:1': { ...ends(0), files: { '/out/a': 'x' } } };
    const runs: unknown[] = [];
    const run = play.containers.run.bind(play.containers);
    play.containers.run = (name, what) => {
      runs.push(what);
      return run(name, what);
    };
    const outcome = await play.run();
    expect(outcome).toMatchObject({
      verdict: 'pass',
      services: [{}, { service: 'session', role: 'session', exitCode: 0 }],
    });
    expect(runs).toEqual([
      {
        image: 'tests:1',
        command: ['make', 'all tests'],
        networks: [`${PROJECT}_default`],
        env: { TOKEN: 'x' },
        volumes: [],
      },
    ]);
    expect(await play.left()).toEqual([]);
  });

  test('that Docker cannot start is an error', async () => {
    const startError = 'exec: "pytest": executable file not found in $PATH';
    const outcome = await prepare({}, { tests: { needs: { db: 'healthy' }, startError } }).run();
    expect(outcome).toMatchObject({ verdict: 'error', code: 'session-not-started', phase: 'session', exitCode: 1 });
    expect(outcome.reasons.join(' ')).toContain(startError);
  });
});

describe('A session without a name of its own', () => {
  test.each([
    [{ kind: 'exec', service: 'db', command: 'pytest' }, 'The session in db exited with 127.'],
    [{ kind: 'host', command: 'make test' }, 'The session exited with 4.'],
  ] as const)('is named by what its user wrote', async (session, sentence) => {
    const play = new ComposePlay({ db: services['db']! }, { session });
    play.host.scripts = { 'make test': { code: 4 } };
    expect((await play.run()).reasons[0]).toBe(sentence);
  });
});

describe('A start that fails', () => {
  test('names who holds a port of the machine', async () => {
    const play = prepare({}, { db: { ...services['db'], publishes: [5432] } });
    play.containers.addForeign('shop-db-1', { publishes: [5432], project: 'shop' });
    const outcome = await play.run();
    expect(outcome).toMatchObject({ verdict: 'error', phase: 'up', code: 'services-not-ready' });
    expect(outcome.reasons[0]).toContain('Port 5432 of the machine is in use by shop-db-1 of the project shop.');
  });

  test('names the file of a secret that is missing', async () => {
    const play = prepare(
      {},
      { db: { ...services['db'], more: { secrets: [{ source: 'key', target: '/run/secrets/key' }] } } },
    );
    play.containers.more = { secrets: { key: { name: 'p_key', file: '/w/project/key.txt' } } };
    const outcome = await play.run();
    expect(outcome).toMatchObject({ verdict: 'error', phase: 'up' });
    expect(outcome.reasons).toEqual(['The secret key of db is the file /w/project/key.txt, which does not exist.']);
    play.host.write('key.txt', 'x');
    expect(await play.run()).toMatchObject({ verdict: 'pass' });
  });

  test('names every service that is not ready in time, and what it waits for', async () => {
    const slow = { db: { health: {} }, web: { declares: [80, 81], opens: { 80: 100_000 } } };
    const play = new ComposePlay(slow, { session: { kind: 'host', command: 'x' }, readyTimeoutMs: 30_000 });
    const outcome = await play.run();
    expect(outcome).toMatchObject({ verdict: 'error', phase: 'ready', code: 'services-not-ready' });
    expect(outcome.reasons).toEqual([
      'The services were not ready after 30 s: db waits for its health check; web waits for its ports 80, 81 to open.',
    ]);
  });
});

describe('Ready', () => {
  test('says nothing of containers that a script made with `docker compose run`', async () => {
    const play = prepare({ session: { kind: 'services', services: ['tests'] } });
    const list = play.containers.list.bind(play.containers);
    const oneOff = {
      id: 'x',
      name: 'p-db-run-1',
      service: 'db',
      image: 'db:1',
      status: 'exited',
      oneOff: true,
    } as const;
    const rest = { exitCode: 3, oomKilled: false, restarts: 0, startedAt: 1, finishedAt: 2, addresses: [] };
    play.containers.list = async (name) => [...(await list(name)), { ...oneOff, ...rest }];
    play.containers.saveLog = async () => undefined;
    expect(await play.run()).toMatchObject({ verdict: 'pass', services: [{ role: 'server', restarts: 0 }, {}] });
  });

  test('is said in the log of its phase', async () => {
    const play = prepare({});
    await play.run();
    const lines = ['003__up', '004__ready', '002__up', '003__ready'].flatMap(
      (name) => play.host.logs.get(`${name}/run.log`) ?? [],
    );
    expect(lines).toContain('db is ready after 0.1 s: healthy.');
  });

  test('is asked for with an event, and once a second without: not with each look at the ports', async () => {
    const play = new ComposePlay(
      { web: { declares: [80], opens: { 80: 30_000 } } },
      { session: { kind: 'host', command: 'x' } },
    );
    let lists = 0;
    const list = play.containers.list.bind(play.containers);
    play.containers.list = (name) => ((lists += 1), list(name));
    const watches = new Set<number>();
    const watch = play.containers.watch.bind(play.containers);
    play.containers.watch = (name, onChange) => {
      const [key, stop] = [lists, watch(name, onChange)];
      watches.add(key);
      return () => (watches.delete(key), stop());
    };
    await play.run();
    expect(lists).toBeLessThan(50);
    expect([...watches]).toEqual([]);
  });

  test('by some of its ports, 10 s after the last one that opened, with a warning', async () => {
    const web = { declares: [80, 81, 82], opens: { 80: 1_000, 81: 6_000 } };
    const play = new ComposePlay({ web }, { session: { kind: 'host', command: 'x' } });
    play.host.scripts = { x: {} };
    const { verdict, warnings, services: all } = await play.run();
    expect(verdict).toBe('pass');
    expect(warnings).toEqual([expect.stringContaining('web declares port 82, which nothing has opened')]);
    const readyAfter = all[0]!.readyAt! - all[0]!.startedAt!;
    expect(readyAfter).toBeGreaterThanOrEqual(16_000);
    expect(readyAfter).toBeLessThan(17_000);
  });

  test('by a port fails at once where the host has no way to the container', async () => {
    const play = prepare({ ready: { db: { kind: 'port', port: 5432 } } }, { db: { network: 'none' } });
    expect(await play.run()).toMatchObject({
      verdict: 'error',
      phase: 'ready',
      reasons: ['db has no address, so port 5432 cannot be tried (`ready`).'],
    });
  });

  test('by a text in the log', async () => {
    const play = new ComposePlay(
      { db: { prints: ['boot', 'ready to accept'] } },
      { session: { kind: 'host', command: 'x' }, ready: { db: { kind: 'log', text: 'ready to' } } },
    );
    play.host.scripts = { x: {} };
    expect(await play.run()).toMatchObject({ verdict: 'pass', services: [{ readyBy: '"ready to" in its log' }] });
  });

  test('within 0.2 s of the time at which a port opens', async () => {
    const play = new ComposePlay(
      { web: { declares: [80], opens: { 80: 7_310 } } },
      { session: { kind: 'host', command: 'x' } },
    );
    play.host.scripts = { x: {} };
    const {
      services: [web],
    } = await play.run();
    expect(web!.readyAt! - web!.startedAt!).toBeLessThanOrEqual(7_510);
  });

  test('with a lower bound before the session, as old payloads give it', async () => {
    const play = prepare({ sleepAfterStartMs: 30_000 });
    const { services: all } = await play.run();
    expect(all[1]!.startedAt! - all[0]!.startedAt!).toBeGreaterThanOrEqual(30_000);
  });
});

describe('The end', () => {
  test('is an error if something is left after several tries', async () => {
    const play = prepare({});
    play.containers.stuck = { volumes: ['p_data'] };
    const outcome = await play.run();
    expect(outcome).toMatchObject({
      verdict: 'error',
      code: 'cleanup-incomplete',
      phase: 'down',
      remains: ['volume p_data'],
    });
    expect(play.containers.calls.filter((call) => call.startsWith('down'))).toHaveLength(2);
  });

  test('comes, as far as it can, when Docker stops answering', async () => {
    const play = prepare({ teardown: 'tidy' });
    play.host.scripts = { tidy: {} };
    play.clock.after(500, () => {
      play.containers.failure = new Failure('docker-unreachable', 'Docker does not answer any more.', {
        hint: 'Restart it.',
      });
    });
    const outcome = await play.run();
    expect(outcome).toMatchObject({
      verdict: 'error',
      code: 'docker-unreachable',
      phase: 'session',
      hint: 'Restart it.',
    });
    expect(outcome.reasons).toEqual(['Docker does not answer any more.']);
    expect(outcome.remains).toEqual([`all of the project ${PROJECT}, because Docker did not answer`]);
    expect(play.host.ran.map(({ commands }) => commands)).toEqual(['tidy']);
  });
});
