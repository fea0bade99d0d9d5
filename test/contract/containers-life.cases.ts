import type { ContainerExit } from '../../src/core/ports/containers.js';
import { expect } from '@jest/globals';
import type { Case } from './contract.js';
import { one, silent, startAll, waitFor, type ContainersWorld } from './containers.world.js';

type Cases = Readonly<Record<string, Case<ContainersWorld, object>>>;

/** How containers start, become ready, end and restart, and how they are seen. */
export const CONTAINERS_LIFE_CASES = {
  'a service waits for the conditions of what it needs': {
    async run(world) {
      const it = world.project({
        db: { health: { healthyAfterMs: 400 } },
        init: { runs: [{ afterMs: 300, code: 0 }] },
        s: { needs: { db: 'healthy', init: 'completed' } },
      });
      const states = await startAll(world, it);
      const [db, init, s] = ['db', 'init', 's'].map((name) => one(states, name));
      expect([db!.status, db!.health, s!.status, s!.health]).toEqual(['running', 'healthy', 'running', undefined]);
      expect([init!.status, init!.exitCode, init!.restarts]).toEqual(['exited', 0, 0]);
      expect(init!.finishedAt! - init!.startedAt!).toBeGreaterThanOrEqual(300);
      expect(s!.startedAt!).toBeGreaterThanOrEqual(init!.finishedAt!);
      expect(s!.finishedAt).toBeUndefined();
    },
  },
  'an unhealthy service fails the start of its dependents': {
    async run(world) {
      const it = world.project({
        db: { health: { unhealthyAfterMs: 300, output: 'no route to disk' } },
        s: { needs: { db: 'healthy' } },
      });
      const lines: string[] = [];
      expect(await world.containers.up(it, [], { onLine: (line) => void lines.push(line) })).toEqual({ code: 1 });
      expect(lines.join('\n')).toContain(`container ${it.name}-db-1 is unhealthy`);
      const states = await world.containers.list(it.name);
      expect(one(states, 'db')).toMatchObject({ health: 'unhealthy', lastHealthOutput: 'no route to disk' });
      expect(one(states, 's').status).toBe('created');
    },
  },
  'a one-shot that fails, fails the start of its dependents': {
    async run(world) {
      const it = world.project({ init: { runs: [{ afterMs: 100, code: 4 }] }, s: { needs: { init: 'completed' } } });
      const lines: string[] = [];
      expect(await world.containers.up(it, [], { onLine: (line) => void lines.push(line) })).toEqual({ code: 1 });
      expect(lines.join('\n')).toContain(`service "init" didn't complete successfully: exit 4`);
      expect(one(await world.containers.list(it.name), 'init')).toMatchObject({ status: 'exited', exitCode: 4 });
    },
  },
  'a dependency that ends instead of becoming healthy fails the start': {
    async run(world) {
      const it = world.project({
        db: { health: {}, runs: [{ afterMs: 200, code: 5 }] },
        s: { needs: { db: 'healthy' } },
      });
      const lines: string[] = [];
      expect(await world.containers.up(it, [], { onLine: (line) => void lines.push(line) })).toEqual({ code: 1 });
      expect(lines.join('\n')).toContain(`container ${it.name}-db-1 exited (5)`);
      // Docker calls the health of a container that has ended unhealthy, whatever it was.
      expect(one(await world.containers.list(it.name), 'db')).toMatchObject({ status: 'exited', health: 'unhealthy' });
    },
  },
  'a health check that is only in the image is seen': {
    async run(world) {
      const it = world.project({
        db: { healthInImage: true, health: { healthyAfterMs: 1_000 }, opens: { 8088: 0 } },
      });
      expect(one(await startAll(world, it), 'db').health).toMatch(/starting|healthy/);
      await waitFor(world, it, ([db]) => db?.health === 'healthy');
    },
  },
  'a start is given up at its bound, and what it made stays': {
    async run(world) {
      const it = world.project({ db: { health: {} }, s: { needs: { db: 'healthy' } } });
      const end = await world.containers.up(it, [], { ...silent, boundMs: 5_000 });
      expect(end).toEqual({ code: undefined, why: expect.any(String) });
      expect(one(await world.containers.list(it.name), 'db')).toMatchObject({ status: 'running', health: 'starting' });
    },
  },
  'all but the session are started, and then only the session': {
    async run(world) {
      const { containers } = world;
      const it = world.project({ a: {}, b: { replicas: 3 }, s: { needs: { a: 'started', b: 'started' } } });
      expect(await containers.up(it, ['s', 'a', 'b'], { ...silent, scale: { s: 0 } })).toEqual({ code: 0 });
      const before = await containers.list(it.name);
      expect(before.filter(({ service }) => service === 'b')).toHaveLength(3);
      expect(before).toHaveLength(4);
      expect(new Set(before.flatMap(({ addresses }) => addresses)).size).toBe(4);
      expect(await containers.up(it, ['s'], { ...silent, noDeps: true, scale: { s: 1 } })).toEqual({ code: 0 });
      const after = await containers.list(it.name);
      expect(after.at(-1)).toMatchObject({ service: 's', name: `${it.name}-s-1`, status: 'running' });
      expect(after.slice(0, -1).map(({ id, startedAt }) => [id, startedAt])).toEqual(
        before.map(({ id, startedAt }) => [id, startedAt]),
      );
    },
  },
  'a port opens at the address of its container': {
    async run(world) {
      const it = world.project({ web: { declares: [8080], opens: { 8080: 700 } } });
      const [address] = one(await startAll(world, it), 'web').addresses;
      await waitFor(world, it, () => world.connects(address!, 8080));
      expect(await world.connects(address!, 8081)).toBe(false);
    },
  },
  "containers without a network of their own have the host's address, or none": {
    async run(world) {
      const states = await startAll(world, world.project({ a: { network: 'host' }, b: { network: 'none' } }));
      expect(one(states, 'a').addresses).toEqual(['127.0.0.1']);
      expect(one(states, 'b').addresses).toEqual([]);
    },
  },
  'a restart is counted, and its exit code is kept': {
    async run(world) {
      const it = world.project({
        a: {
          restart: 'on-failure',
          runs: [
            { afterMs: 100, code: 3 },
            { afterMs: 100, code: 3 },
            { afterMs: 1e7, code: 0 },
          ],
        },
      });
      await startAll(world, it);
      const [a] = await waitFor(world, it, ([one]) => one?.restarts === 2 && one.status === 'running');
      expect(a!.startedAt!).toBeGreaterThan(a!.finishedAt!);
      await world.containers.stop([a!.id], 0);
      await waitFor(world, it, ([one]) => one?.status === 'exited');
    },
  },
  'a restart loop is seen as restarting between the runs': {
    async run(world) {
      const it = world.project({ a: { restart: 'always', runs: [{ afterMs: 0, code: 2 }] } });
      await startAll(world, it);
      const [a] = await waitFor(world, it, ([one]) => one?.status === 'restarting' && one.restarts > 0);
      expect(a!.exitCode).toBe(2);
    },
  },
  'a stop takes the grace of a program that ignores SIGTERM, and no longer': {
    async run(world) {
      const { containers, clock } = world;
      const it = world.project({ a: { prints: ['ready'] }, b: { ignoresTerm: true, prints: ['ready'] } });
      const states = await startAll(world, it);
      for (const { id } of states) while ((await containers.lastLines(id, 1)).length === 0) await clock.sleep(100);
      const beganAt = clock.now();
      await containers.stop(
        states.map(({ id }) => id),
        2,
      );
      expect(clock.now() - beganAt).toBeGreaterThanOrEqual(1_900);
      const after = await containers.list(it.name);
      expect(['a', 'b'].map((name) => one(after, name).exitCode)).toEqual([143, 137]);
      expect(after.map(({ status }) => status)).toEqual(['exited', 'exited']);
      await containers.stop([], 2);
    },
  },
  'a watch hears of starts and ends until it is ended': {
    async run(world) {
      const { containers, clock } = world;
      const it = world.project({ a: {}, b: { runs: [{ afterMs: 500, code: 3 }] } });
      let heard = 0;
      const exits: ContainerExit[] = [];
      const end = containers.watch(it.name, (exit) => {
        heard += 1;
        if (exit) exits.push(exit);
      });
      await clock.sleep(1_000); // The connection of a real watch takes a moment.
      await startAll(world, it, ['a']);
      await waitFor(world, it, () => heard > 0);
      const before = heard;
      await startAll(world, it, ['b']);
      await waitFor(world, it, (states) => one(states, 'b').status === 'exited' && heard > before);
      const { id } = one(await containers.list(it.name), 'b');
      await waitFor(world, it, () => exits.length > 0);
      expect(exits).toEqual([{ containerId: id, exitCode: 3, oomKilled: false }]);
      end();
      await clock.sleep(500);
      const last = heard;
      await containers.stop([one(await containers.list(it.name), 'a').id], 0);
      await clock.sleep(500);
      expect(heard).toBe(last);
    },
  },
} satisfies Cases;
