import { expect } from '@jest/globals';
import type { Case } from './contract.js';
import { one, silent, startAll, waitFor, type ContainersWorld } from './containers.world.js';

type Cases = Readonly<Record<string, Case<ContainersWorld, object>>>;

const NUMBERED = Array.from({ length: 1_000 }, (_, index) => `line ${index} ${'x'.repeat(90)}`);

/** What comes out of containers: output of commands, logs, files. And the session container. */
export const CONTAINERS_OUTPUT_CASES = {
  'a command in a container has its own exit code, output and variables': {
    async run(world) {
      const command = 'echo "$GREETING $PATH"; echo two >&2; exit 3';
      world.teach({ [command]: { code: 3, prints: ['hello there /bin', 'two'] } });
      const { id } = one(await startAll(world, world.project({ a: {} })), 'a');
      const lines: string[] = [];
      const end = await world.containers.exec(id, command, {
        onLine: (line) => void lines.push(line),
        env: { GREETING: 'hello there', PATH: '/bin' },
      });
      expect(end).toEqual({ code: 3 });
      expect(lines.toSorted()).toEqual(['hello there /bin', 'two']);
    },
  },
  'a command in a container that does not run fails': {
    async run(world) {
      const it = world.project({ a: { runs: [{ afterMs: 0, code: 0 }] } });
      const { id } = one(await startAll(world, it), 'a');
      await waitFor(world, it, ([a]) => a?.status === 'exited');
      expect((await world.containers.exec(id, 'true', silent)).code).toBe(1);
    },
  },
  'a command in a container is given up at its bound': {
    async run(world) {
      world.teach({ 'sleep 1000': { takesMs: 1e6 } });
      const { id } = one(await startAll(world, world.project({ a: {} })), 'a');
      const end = await world.containers.exec(id, 'sleep 1000', { ...silent, boundMs: 1_000 });
      expect(end).toEqual({ code: undefined, why: 'it took longer than 1 s' });
    },
  },
  'a command in a container is given up with its signal': {
    async run(world) {
      world.teach({ 'echo ready; sleep 1000': { takesMs: 1e6, prints: ['ready'] } });
      const { id } = one(await startAll(world, world.project({ a: {} })), 'a');
      const stop = new AbortController();
      const end = await world.containers.exec(id, 'echo ready; sleep 1000', {
        onLine: () => stop.abort(),
        signal: stop.signal,
      });
      expect(end).toEqual({ code: undefined, why: 'it was canceled' });
    },
  },
  'a session container runs in the networks of the project and is one of its containers': {
    async run(world) {
      const it = world.project({ web: { opens: { 8080: 0 } } });
      await startAll(world, it);
      const run = world.runLike(it, { prints: ['hello'], runs: [{ afterMs: 300, code: 6 }] });
      const id = await world.containers.run(it.name, run);
      const lines: string[] = [];
      await world.containers.follow(id, { onLine: (line) => void lines.push(line) });
      expect(lines).toEqual(['hello']);
      const session = one(await world.containers.list(it.name), undefined);
      expect(session).toMatchObject({ id, image: world.image, status: 'exited', exitCode: 6 });
    },
  },
  'a session container that cannot be started is a failure': {
    async run(world) {
      const it = world.project({ web: {} });
      await startAll(world, it);
      const run = { ...world.runLike(it, { startError: 'no such program' }), command: ['no-such-program'] };
      await expect(world.containers.run(it.name, run)).rejects.toMatchObject({ code: 'container-failed' });
    },
  },
  'a log is followed from its beginning to its last line, and ends with its container': {
    async run(world) {
      const it = world.project({ a: { prints: NUMBERED, runs: [{ afterMs: 700, code: 3 }] } });
      const { id } = one(await startAll(world, it), 'a');
      for (let time = 0; time < 2; time += 1) {
        const lines: string[] = [];
        await world.containers.follow(id, { onLine: (line) => void lines.push(line) });
        expect(lines).toEqual(NUMBERED);
        expect(one(await world.containers.list(it.name), 'a')).toMatchObject({ status: 'exited', exitCode: 3 });
      }
    },
  },
  'following a log ends with its signal, and the container goes on': {
    async run(world) {
      const it = world.project({ a: { prints: ['ready'] } });
      const { id } = one(await startAll(world, it), 'a');
      const stop = new AbortController();
      await world.containers.follow(id, { onLine: () => stop.abort(), signal: stop.signal });
      expect(one(await world.containers.list(it.name), 'a').status).toBe('running');
    },
  },
  'a log is saved as a whole, or its beginning and its end': {
    async run(world) {
      const it = world.project({ a: { prints: NUMBERED, runs: [{ afterMs: 300, code: 0 }] } });
      const { id } = one(await startAll(world, it), 'a');
      await waitFor(world, it, ([a]) => a?.status === 'exited');
      const [whole, part] = [world.path('logs/whole.log'), world.path('logs/part.log')];
      await world.containers.saveLog(id, whole, 1_000_000);
      expect(world.read(whole)).toBe(NUMBERED.map((line) => `${line}\n`).join(''));
      await world.containers.saveLog(id, part, 10_000);
      const text = world.read(part)!;
      expect(text.length).toBeLessThan(11_000);
      expect(text.startsWith(NUMBERED[0]!)).toBe(true);
      expect(text).toContain(' left out here …');
      expect(text.endsWith(`${NUMBERED.at(-1)}\n`)).toBe(true);
    },
  },
  'the last lines of a log are found, of a container that runs and one that has ended': {
    async run(world) {
      const it = world.project({
        a: { prints: ['1', '2', '3'] },
        b: { prints: ['4'], runs: [{ afterMs: 0, code: 1 }] },
      });
      const states = await startAll(world, it);
      await waitFor(world, it, (all) => one(all, 'b').status === 'exited');
      const last = (name: string, count: number) => world.containers.lastLines(one(states, name).id, count);
      await waitFor(world, it, async () => (await last('a', 5)).length === 3);
      expect(await last('a', 2)).toEqual(['2', '3']);
      expect(await last('b', 2)).toEqual(['4']);
    },
  },
  'files and folders are copied out of containers, also of stopped ones': {
    async run(world) {
      const files = { '/results/a.json': '{"a":1}', '/results/deep/b.txt': 'b' };
      const it = world.project({ a: { files, runs: [{ afterMs: 300, code: 1 }] }, b: { files, prints: ['written'] } });
      const states = await startAll(world, it);
      await waitFor(world, it, async (all) => {
        return one(all, 'a').status === 'exited' && (await world.containers.lastLines(one(all, 'b').id, 1)).length > 0;
      });
      for (const name of ['a', 'b']) {
        const { id } = one(states, name);
        expect(await world.containers.copy(id, '/results', world.path(name))).toBe(true);
        expect(world.read(world.path(`${name}/results/a.json`))).toBe('{"a":1}');
        expect(world.read(world.path(`${name}/results/deep/b.txt`))).toBe('b');
        expect(await world.containers.copy(id, '/results/a.json', world.path(`${name}-file`))).toBe(true);
        expect(world.read(world.path(`${name}-file/a.json`))).toBe('{"a":1}');
        expect(await world.containers.copy(id, '/none', world.path(`${name}-none`))).toBe(false);
      }
    },
  },
} satisfies Cases;
