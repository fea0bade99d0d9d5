import { expect } from '@jest/globals';
import type { Case } from './contract.js';
import { one, silent, startAll, waitFor, type ContainersWorld } from './containers.world.js';

type Cases = Readonly<Record<string, Case<ContainersWorld, object>>>;

/** The engine, the project's files, images, and what else is on the machine. */
export const CONTAINERS_PROJECT_CASES = {
  'the engine says what it is': {
    async run({ containers }) {
      const engine = await containers.inspectEngine();
      expect(engine.engineVersion).toMatch(/^\d+\.\d+/);
      expect(engine.composeVersion).toMatch(/^\d+\.\d+/);
      expect(engine.runtimes).toContain('runc');
    },
  },
  'a project is resolved under our name': {
    async run({ containers, project }) {
      const it = project({ db: { declares: [5432], replicas: 2 }, s: { needs: { db: 'started' } } });
      const { model, unsetVariables, warnings } = await containers.resolve(it);
      expect(model).toMatchObject({
        name: it.name,
        services: {
          db: { expose: ['5432'], deploy: { replicas: 2 } },
          s: { depends_on: { db: { condition: 'service_started' } } },
        },
      });
      expect({ unsetVariables, warnings }).toEqual({ unsetVariables: [], warnings: [] });
    },
  },
  'variables without a value are listed': {
    async run({ containers, project }) {
      const { unsetVariables, warnings } = await containers.resolve(project({ a: {} }, { unset: ['TAG', 'HOST'] }));
      expect([...unsetVariables].toSorted()).toEqual(['HOST', 'TAG']);
      expect(warnings).toEqual([]);
    },
  },
  'a file that Compose does not take is refused with its words': {
    async run({ containers, project }) {
      const it = project({ a: {} }, { invalid: true });
      await expect(containers.resolve(it)).rejects.toMatchObject({
        code: 'compose-invalid',
        message: expect.stringContaining('imagee'),
      });
    },
  },
  'images that the engine lacks are listed': {
    async run({ containers, image }) {
      expect(await containers.listMissingImages([image, 'ci-actions/none:1'])).toEqual(['ci-actions/none:1']);
      expect(await containers.listMissingImages([])).toEqual([]);
    },
  },
  'a missing image fails before a container is made': {
    async run({ containers, project }) {
      const it = project({ a: {}, b: { image: 'registry.invalid/none:1' } });
      const lines: string[] = [];
      expect((await containers.up(it, [], { onLine: (line) => void lines.push(line) })).code).toBeGreaterThan(0);
      expect(lines.join('\n')).toContain('registry.invalid');
      expect((await containers.pull(it, ['b'], silent)).code).toBeGreaterThan(0);
      expect(await containers.list(it.name)).toEqual([]);
    },
  },
  'an image is built, and is gone with its project': {
    async run({ containers, project }) {
      const it = project({ a: { build: true } });
      expect(await containers.build(it, ['a'], silent)).toEqual({ code: 0 });
      const { image, status } = one(await startAllOf(containers, it), 'a');
      expect({ image, status }).toEqual({ image: `${it.name}-a`, status: 'running' });
      expect(await containers.listMissingImages([image])).toEqual([]);
      await containers.down(it.name, 0, silent);
      expect(await containers.listMissingImages([image])).toEqual([image]);
    },
  },
  'an image gets one more name, which stays when another image takes the first': {
    async run({ containers, project, image }) {
      const it = project({ a: { build: true } });
      expect(await containers.build(it, ['a'], silent)).toEqual({ code: 0 });
      const kept = `${it.name}-kept-1:a`;
      await containers.tagImage(`${it.name}-a`, kept);
      await containers.tagImage(image, `${it.name}-a:latest`);
      expect(await containers.listMissingImages([kept])).toEqual([]);
      await containers.down(it.name, 0, silent);
      expect(await containers.listMissingImages([kept, image])).toEqual([kept]);
      await expect(containers.tagImage('ci-actions/none:1', kept)).rejects.toMatchObject({ code: 'docker-failed' });
    },
  },
  'a build that fails has an exit code and its reason': {
    async run({ containers, project }) {
      const lines: string[] = [];
      const end = await containers.build(project({ a: { build: 'fails' } }), ['a'], {
        onLine: (line) => void lines.push(line),
      });
      expect(end.code).toBeGreaterThan(0);
      expect(lines.join('\n')).toMatch(/failed to solve: .*exit code: 2/);
    },
  },
  'a container name that is taken is refused, and its holder is found': {
    async run(world) {
      const { containers, project } = world;
      const [holder, foreign] = [project({ a: {} }), await world.startForeign({})];
      const { name } = one(await startAll(world, holder), 'a');
      const it = project({ a: { containerName: name } });
      const lines: string[] = [];
      expect((await containers.up(it, [], { onLine: (line) => void lines.push(line) })).code).toBe(1);
      expect(lines.join('\n')).toContain(`The container name "/${name}" is already in use by container`);
      const found = await containers.findHolders([name, foreign, `${name}0`, name.slice(0, -1)]);
      expect(found).toHaveLength(2);
      expect(found).toContainEqual({ name, project: holder.name, status: 'running' });
      expect(found).toContainEqual({ name: foreign, status: 'running' });
      expect(await containers.findHolders([])).toEqual([]);
    },
  },
  'a port that is taken is refused, and its publisher is found': {
    async run(world) {
      const { containers, project, freePort } = world;
      const name = await world.startForeign({ publishes: [freePort] });
      const it = project({ a: { publishes: [freePort] } });
      const lines: string[] = [];
      expect((await containers.up(it, [], { onLine: (line) => void lines.push(line) })).code).toBe(1);
      expect(lines.join('\n')).toMatch(new RegExp(`${freePort} failed: port is already allocated`));
      expect(one(await containers.list(it.name), 'a').status).toBe('created');
      expect(await containers.findPublishers(freePort)).toEqual([{ name }]);
      expect(await containers.findPublishers(1)).toEqual([]);
    },
  },
  "the host's address in a network is found": {
    async run(world) {
      const it = world.project({ a: {} });
      await startAll(world, it);
      expect(await world.containers.findGateway(`${it.name}_default`)).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      expect(await world.containers.findGateway(`${it.name}_other`)).toBeUndefined();
    },
  },
  'down removes everything of a project and nothing else, and again': {
    async run(world) {
      const { containers, project } = world;
      const [it, other] = [
        project({ a: {}, s: { needs: { a: 'started' } } }, { volumes: ['data'] }),
        project({ a: {} }),
      ];
      await startAll(world, other);
      await startAll(world, it);
      await containers.run(it.name, world.runLike(it, {}));
      const remains = await containers.listRemains(it.name);
      expect(remains.containers).toHaveLength(3);
      expect(remains).toMatchObject({ networks: [`${it.name}_default`], volumes: [`${it.name}_data`] });
      const nothing = { containers: [], networks: [], volumes: [] };
      for (let time = 0; time < 2; time += 1) {
        expect(await containers.down(it.name, 1, silent)).toEqual({ code: 0 });
        expect(await containers.listRemains(it.name)).toEqual(nothing);
      }
      expect(one(await containers.list(other.name), 'a').status).toBe('running');
    },
  },
  'down removes what an unfinished start has left': {
    async run(world) {
      const { containers } = world;
      const it = world.project({ a: {}, b: { startError: 'no such program' } });
      expect((await containers.up(it, [], silent)).code).toBe(1);
      const { status, error } = one(await waitFor(world, it, (all) => all.length === 2), 'b');
      expect({ status, error }).toEqual({ status: 'created', error: expect.stringContaining('no such program') });
      expect(await containers.down(it.name, 0, silent)).toEqual({ code: 0 });
      expect(await containers.list(it.name)).toEqual([]);
    },
  },
} satisfies Cases;

async function startAllOf(containers: ContainersWorld['containers'], project: Parameters<typeof containers.up>[0]) {
  expect(await containers.up(project, [], silent)).toEqual({ code: 0 });
  return containers.list(project.name);
}
