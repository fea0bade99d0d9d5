import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainersWorld } from '../../contract/containers.world.js';
import { dockerContainers } from '../../../src/host/containers.js';
import { clock } from '../../../src/host/clock.js';
import type { ServiceSpec } from '../containers.js';
import { runDocker } from './engine.js';
import { commandOf, composeService, STAND_IN } from './compose-project.js';

const CONNECT_MS = 1_000;

/** A world of the contract with the Docker engine that DOCKER_HOST names. */
export async function createDockerWorld(): Promise<ContainersWorld> {
  const id = `ct-${randomBytes(4).toString('hex')}`;
  const folder = mkdtempSync(join(tmpdir(), `${id}-`));
  const containers = dockerContainers(process.env);
  const projects: string[] = [];
  let hasForeign = false;
  return {
    containers,
    clock,
    image: STAND_IN,
    freePort: await findFreePort(),
    project(services, { unset = [], invalid, volumes = [] } = {}) {
      const name = `${id}-${projects.length}`;
      projects.push(name);
      const directory = join(folder, name);
      mkdirSync(directory);
      const entries = Object.entries(services).map(([service, spec], index) => [
        service,
        {
          ...composeService(spec),
          ...(index === 0 && {
            environment: Object.fromEntries(unset.map((variable) => [variable, `\${${variable}}`])),
            volumes: volumes.map((volume) => `${volume}:/${volume}`),
            ...(invalid && { imagee: 'a' }),
          }),
        },
      ]);
      const file = join(directory, 'compose.yaml');
      const document = {
        services: Object.fromEntries(entries),
        volumes: Object.fromEntries(volumes.map((one) => [one, {}])),
      };
      writeFileSync(file, JSON.stringify(document));
      return { name, directory, files: [file], profiles: [], envFiles: [], env: process.env };
    },
    runLike: (project, spec) => ({
      image: STAND_IN,
      command: commandOf(spec),
      networks: [`${project.name}_default`],
      env: {},
      volumes: [],
    }),
    async startForeign(spec) {
      hasForeign = true;
      return startForeign(`${id}-foreign`, spec);
    },
    teach: () => undefined,
    connects,
    path: (name) => join(folder, name),
    read: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
    async close() {
      for (const project of projects) await containers.down(project, 0, { onLine: () => undefined });
      if (hasForeign) runDocker('rm', '--force', `${id}-foreign`);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startForeign(name: string, spec: ServiceSpec): string {
  const ports = (spec.publishes ?? []).flatMap((port) => ['--publish', `${port}:${port}`]);
  runDocker('run', '--detach', '--name', name, ...ports, STAND_IN, ...commandOf(spec));
  return name;
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function connects(address: string, port: number): Promise<boolean> {
  const socket = connect({ host: address, port, timeout: CONNECT_MS });
  try {
    return await new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('timeout', () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}
