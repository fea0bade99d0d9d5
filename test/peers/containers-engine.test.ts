import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { dockerContainers } from '../../src/host/containers.js';
import { one, silent, startAll, waitFor } from '../contract/containers.world.js';
import { describeWithDocker, runDocker, startIsolatedEngine } from '../worlds/docker/engine.js';
import { createDockerWorld } from '../worlds/docker/world.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ct-engine-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a program that stands in for docker. @returns PATH with it alone */
function standIn(script: string): string {
  writeFileSync(join(folder, 'docker'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'docker'), 0o755);
  return folder;
}

describeWithDocker('The docker CLI reports what is wrong with the machine', () => {
  test('no docker program', async () => {
    const containers = dockerContainers({ PATH: folder });
    await expect(containers.inspectEngine()).rejects.toMatchObject({ code: 'docker-missing' });
    await expect(containers.down('ct-none', 0, silent)).rejects.toMatchObject({ code: 'docker-missing' });
  });

  test('no engine', async () => {
    const containers = dockerContainers({ ...process.env, DOCKER_HOST: `unix://${folder}/none.sock` });
    for (const ask of [
      () => containers.inspectEngine(),
      () => containers.list('ct-none'),
      () => containers.down('ct-none', 0, silent),
      () => containers.listMissingImages(['a']),
      () => containers.follow('a', silent),
    ])
      await expect(ask()).rejects.toMatchObject({ code: 'docker-unreachable' });
  });

  test('no permission on the socket', async () => {
    // Root may use any socket. The words are those of docker 28.2 for the user nobody.
    const words =
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.50/info": dial unix /var/run/docker.sock: connect: permission denied';
    const containers = dockerContainers({ PATH: standIn(`echo '${words}' >&2; exit 1`) });
    await expect(containers.inspectEngine()).rejects.toMatchObject({ code: 'docker-forbidden', about: { why: words } });
  });

  test.each([
    ['without Compose', '[]', 'no Compose plugin'],
    ['with an old Compose', '[{"Name":"compose","Version":"v2.17.3"}]', '2.17.3'],
  ])('a docker %s', async (_, plugins, found) => {
    const info = `{"ServerVersion":"24.0.7","Runtimes":{"runc":{}},"ClientInfo":{"Plugins":${plugins}}}`;
    const containers = dockerContainers({ PATH: standIn(`echo '${info}'`) });
    await expect(containers.inspectEngine()).rejects.toMatchObject({
      code: 'compose-too-old',
      message: expect.stringContaining(found),
    });
  });

  test('an engine that is killed in the middle', async () => {
    const own = join(folder, 'engine');
    const variables = startIsolatedEngine(own);
    const pid = Number(readFileSync(join(own, 'dockerd.pid'), 'utf8'));
    const given = { ...process.env };
    Object.assign(process.env, variables);
    try {
      const world = await createDockerWorld();
      const it = world.project({ a: { prints: ['ready'] }, db: { health: {} }, s: { needs: { db: 'healthy' } } });
      const { id } = one(await startAll(world, it, ['a']), 'a');
      let lines = 0;
      const following = world.containers.follow(id, { onLine: () => void (lines += 1) });
      const starting = world.containers.up(it, [], silent);
      const results = Promise.allSettled([following, starting]);
      await waitFor(world, it, (states) => lines > 0 && states.some(({ health }) => health === 'starting'));
      process.kill(pid, 'SIGKILL');
      for (const result of await results) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'docker-unreachable' } });
      }
      await expect(world.containers.list(it.name)).rejects.toMatchObject({ code: 'docker-unreachable' });
    } finally {
      Object.assign(process.env, { ...given, DOCKER_HOST: given['DOCKER_HOST'] });
    }
    const endsAt = Date.now() + 60_000;
    while (existsSync(own) && Date.now() < endsAt) execFileSync('sleep', ['0.2']);
    expect(existsSync(own)).toBe(false);
  });

  test('a log without an end is followed and saved in little memory', async () => {
    const world = await createDockerWorld();
    try {
      const line = 'x'.repeat(199);
      const it = world.project({ a: { more: { command: ['sh', '-c', `yes ${line} | head -n 200000; echo END`] } } });
      const { id } = one(await startAll(world, it), 'a');
      let [lines, last, most] = [0, '', 0];
      global.gc?.();
      const before = process.memoryUsage().rss;
      await world.containers.follow(id, {
        onLine: (text) => {
          [lines, last] = [lines + 1, text];
          if (lines % 1_000 === 0) most = Math.max(most, process.memoryUsage().rss);
        },
      });
      expect([lines, last]).toEqual([200_001, 'END']);
      expect(most - before).toBeLessThan(100 * 1024 * 1024);
      await world.containers.saveLog(id, world.path('a.log'), 1024 * 1024);
      expect(statSync(world.path('a.log')).size).toBeLessThan(1024 * 1024 + 100);
      expect(world.read(world.path('a.log'))!.endsWith('END\n')).toBe(true);
    } finally {
      await world.close();
    }
  });

  test("a container of others in the project's network does not keep it", async () => {
    const world = await createDockerWorld();
    const name = `${world.path('x').split('/').at(-2)}-guest`;
    const it = world.project({ a: {} });
    try {
      await startAll(world, it);
      runDocker('run', '--detach', '--name', name, '--network', `${it.name}_default`, world.image, 'sleep', '1000');
      const said: string[] = [];
      expect(await world.containers.down(it.name, 0, { onLine: (line) => void said.push(line) })).toEqual({ code: 0 });
      expect(said.join('\n')).toContain(`The container ${name} is not of this project.`);
      expect(await world.containers.listRemains(it.name)).toEqual({ containers: [], networks: [], volumes: [] });
      expect((await world.containers.findHolders([name]))[0]).toMatchObject({ name, status: 'running' });
    } finally {
      runDocker('rm', '--force', name);
      await world.close();
    }
  });
});
