import { describe, expect, test } from '@jest/globals';
import { dockerContainers } from '../../../src/host/containers.js';
import type { Answer, DockerCli } from '../../../src/host/docker/cli.js';
import { resolve } from '../../../src/host/docker/compose.js';
import { inspectEngine } from '../../../src/host/docker/engine.js';
import { describeRefusal } from '../../../src/host/docker/failures.js';
import { passVariables } from '../../../src/host/docker/session-container.js';
import { readStates, type Inspected } from '../../../src/host/docker/states.js';

/** A docker program that gives one answer. */
function answering(answer: Partial<Answer>): DockerCli {
  return { ask: async () => ({ code: 0, text: '', words: '', ...answer }) } as unknown as DockerCli;
}

function inspected(Id: string, more: Partial<Inspected> = {}): Inspected {
  const never = '0001-01-01T00:00:00Z';
  return {
    Id,
    Name: `/${Id}`,
    Created: '2026-11-28T03:00:00.5Z',
    RestartCount: 0,
    State: { Status: 'running', ExitCode: 0, OOMKilled: false, Error: '', StartedAt: never, FinishedAt: never },
    Config: { Image: 'a:1', Labels: null },
    HostConfig: { NetworkMode: 'p_default' },
    NetworkSettings: { Networks: { p_default: { IPAddress: '172.18.0.2', GlobalIPv6Address: '' } } },
    ...more,
  };
}

describe('States of containers', () => {
  test('are in the order of creation, by fractions of a second of any length', () => {
    const all = [
      inspected('c', { Created: '2026-11-28T03:00:00.51Z' }),
      inspected('b', { Created: '2026-11-28T03:00:00.500000001Z' }),
      inspected('a'),
      inspected('d', { Created: '2026-11-28T03:00:01Z' }),
    ];
    expect(readStates(all).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('of containers in the network of another have its addresses', () => {
    const borrowed = (from: string) => ({
      HostConfig: { NetworkMode: `container:${from}` },
      NetworkSettings: { Networks: {} },
    });
    const all = [
      inspected('a'),
      inspected('b', borrowed('a')),
      inspected('h', { HostConfig: { NetworkMode: 'host' } }),
      inspected('i', borrowed('h')),
      inspected('j', borrowed('gone')),
    ];
    expect(readStates(all).map(({ id, addresses }) => [id, ...addresses])).toEqual([
      ['a', '172.18.0.2'],
      ['b', '172.18.0.2'],
      ['h', '127.0.0.1'],
      ['i', '127.0.0.1'],
      ['j'],
    ]);
  });

  test('have a health only if there is a check', () => {
    const health = (Status: string) =>
      inspected('a', { State: { ...inspected('a').State, Health: { Status, Log: null } } });
    expect(['none', '', 'starting', 'healthy'].map((status) => readStates([health(status)])[0]!.health)).toEqual([
      undefined,
      undefined,
      'starting',
      'healthy',
    ]);
    expect(readStates([inspected('a')])[0]).not.toHaveProperty('health');
  });
});

describe('What the engine is', () => {
  const info = {
    ServerVersion: '28.2.2',
    Runtimes: { runc: {} },
    ClientInfo: { Plugins: [{ Name: 'compose', Version: 'v2.40.3' }] },
  };
  const ask = (more: object) => inspectEngine(answering({ text: JSON.stringify({ ...info, ...more }) }));

  test('has versions without decoration', async () => {
    expect(await ask({})).toEqual({
      engineVersion: '28.2.2',
      composeVersion: '2.40.3',
      runtimes: ['runc'],
      cdi: false,
    });
  });

  test.each([
    ['an old engine with CDI', { ServerVersion: '27.5.1', CDISpecDirs: ['/etc/cdi'] }, true],
    ['an old engine without', { ServerVersion: '20.10.24+dfsg1', CDISpecDirs: null }, false],
    ['a new engine, whose folders are empty', { ServerVersion: '28.2.2', CDISpecDirs: ['/etc/cdi'] }, false],
    [
      'a new engine with devices',
      { ServerVersion: '29.0.0', DiscoveredDevices: [{ Source: 'cdi', ID: 'nvidia.com/gpu=0' }] },
      true,
    ],
  ])('says whether it has devices: %s', async (_, more, cdi) => {
    expect(await ask(more)).toMatchObject({ cdi });
  });

  test.each(['2.19.1', 'v2.17.3', '1.29.2'])('Compose %s is too old', async (Version) => {
    const older = ask({ ClientInfo: { Plugins: [{ Name: 'compose', Version }] } });
    await expect(older).rejects.toMatchObject({ code: 'compose-too-old' });
  });

  test.each(['2.20.0', '2.26.1-4', '2.24.6+ds1-0ubuntu2', 'v3.0.1', 'dev'])('Compose %s will do', async (Version) => {
    await expect(ask({ ClientInfo: { Plugins: [{ Name: 'compose', Version }] } })).resolves.toBeDefined();
  });

  test('is not known when the CLI reports an error and exits with 0', async () => {
    const words = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?';
    const unreachable = ask({ ServerVersion: '', ServerErrors: [words] });
    await expect(unreachable).rejects.toMatchObject({ code: 'docker-unreachable', about: { why: words } });
  });
});

describe('Words of docker and Compose', () => {
  const project = { name: 'p', directory: '/p', files: [], profiles: [], envFiles: [], env: {} };
  const tag = 'The "TAG" variable is not set. Defaulting to a blank string.';

  test('a warning is read in every form, once', async () => {
    const words = [
      `time="2026-11-28T03:27:38Z" level=warning msg=${JSON.stringify(tag)}`,
      `WARN[0000] ${tag} `,
      'time="2026-11-28T03:27:38Z" level=warning msg="/p/compose.yaml: the attribute `version` is obsolete"',
      'time="2026-11-28T03:27:38Z" level=warning msg=short',
    ].join('\n');
    expect(await resolve(answering({ text: '{}', words }), project)).toEqual({
      model: {},
      unsetVariables: ['TAG'],
      warnings: ['/p/compose.yaml: the attribute `version` is obsolete', 'short'],
    });
  });

  test('the reason of a refusal is the last line', async () => {
    const refused = resolve(
      answering({ code: 15, words: `yaml: line 3: found character\nWARN[0000] ${tag}` }),
      project,
    );
    await expect(refused).rejects.toMatchObject({
      code: 'compose-invalid',
      message: 'Docker Compose refuses the project: yaml: line 3: found character',
    });
  });

  test.each([
    ['unexpected EOF', 'docker-unreachable'],
    [
      'Error response from daemon: Get "https://registry.test/v2/": dial tcp: connect: connection refused',
      'docker-failed',
    ],
    ['error during connect: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.50/info": EOF', 'docker-unreachable'],
    ['failed to connect to the docker API at unix:///var/run/docker.sock', 'docker-unreachable'],
    ['permission denied while trying to connect to the docker API at unix:///var/run/docker.sock', 'docker-forbidden'],
    ["unknown shorthand flag: 'p' in -p\nSee 'docker --help'.", 'compose-too-old'],
    ["docker: 'compose' is not a docker command.\nSee 'docker --help'", 'compose-too-old'],
    ['Error response from daemon: No such container: a', 'docker-failed'],
  ])('%s', (words, code) => {
    expect(describeRefusal(words, 'Docker could not list containers')).toMatchObject({ code });
  });

  test("variables of a container are not docker's own", () => {
    expect(passVariables({ TOKEN: 's3', PATH: '/x', DOCKER_HOST: 'tcp://a', NONE: undefined })).toEqual({
      args: ['--env', 'TOKEN', '--env', 'PATH=/x', '--env', 'DOCKER_HOST=tcp://a'],
      variables: { TOKEN: 's3' },
    });
  });

  test('without a docker program, a call says so', async () => {
    await expect(dockerContainers({ PATH: '/none' }).list('p')).rejects.toMatchObject({ code: 'docker-missing' });
  });
});
