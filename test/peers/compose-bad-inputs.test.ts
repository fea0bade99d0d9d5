/** What goes wrong with a project or its machine, on a real daemon: a clear error, nothing left, what was collected kept. */
import { createServer } from 'node:net';
import { beforeAll, expect, test } from '@jest/globals';
import { codeOf } from '../process/test-stage.js';
import { describeWithDocker } from '../worlds/docker/engine.js';
import { docker, type DockerEnvironment } from './compose/docker.js';
import { isClean, tryProject, type Project, type Tried } from './compose/project.js';

const image = 'ci-actions/stand-in:1';
const service = (name: string, more = ''): string => `  ${name}:\n    image: ${image}\n${more}`;
const compose = (...services: string[]): Record<string, string> => ({
  'compose.yml': `services:\n${services.join('')}`,
});
const passing = compose(
  service('web', '    command: serve 8080\n'),
  service('tests', '    command: "true"\n    depends_on: [web]\n'),
);

describeWithDocker('run-compose refuses, and says why,', () => {
  let env: DockerEnvironment;
  beforeAll(() => {
    const { PATH = '', DOCKER_HOST = '', DOCKER_CONFIG = '' } = process.env;
    env = { PATH, DOCKER_HOST, DOCKER_CONFIG };
  });

  /** Runs a project that can not be tested. */
  async function refuse(project: Omit<Project, 'env'>): Promise<Tried> {
    const tried = await tryProject({ env, ...project });
    const { main, post } = tried;
    expect({ log: main.lines.slice(-40), clean: isClean(tried), code: main.code, post: post.code }).toEqual({
      log: main.lines.slice(-40),
      clean: true,
      code: 1,
      post: 0,
    });
    expect(main.outputs['verdict']).toBe('error');
    expect(tried.error).not.toMatch(/\bbug\b/);
    expect(main.summary).not.toBe('');
    return tried;
  }

  test('a folder without a Compose file', async () => {
    const { error, started } = await refuse({ files: { 'README.md': 'nothing' } });
    expect(error).toMatch(/no Compose file in \S+\/project\b/);
    expect(error).toContain('compose.yaml');
    expect(started).toEqual([]);
  });

  test('a file that is not there', async () => {
    expect((await refuse({ files: passing, inputs: { files: 'compos.yml' } })).error).toContain('compos.yml');
  });

  test('a file that is not YAML, with the line', async () => {
    const { error } = await refuse({ files: { 'compose.yml': 'services:\n  web:\n    image: "a\n' } });
    expect(error).toMatch(/line [34]/);
    expect(error).toContain('compose.yml');
  });

  test('the one of several files that is not YAML', async () => {
    const files = { ...passing, 'more.yml': 'services:\n  web:\n   - [\n' };
    const { error } = await refuse({ files, inputs: { files: 'compose.yml, more.yml' } });
    expect(error).toMatch(/refuses the project: more\.yml.*line \d/);
  });

  test('a field that Compose does not know', async () => {
    expect((await refuse({ files: compose(service('web', '    comand: x\n')) })).error).toContain('comand');
  });

  test('services that depend on each other in a circle', async () => {
    const files = compose(service('a', '    depends_on: [b]\n'), service('b', '    depends_on: [a]\n'));
    expect((await refuse({ files, inputs: { session: 'a' } })).error).toMatch(/cycle|circle/);
  });

  test('a session that is not a service', async () => {
    const { error } = await refuse({ files: passing, inputs: { session: 'test' } });
    expect(error).toMatch(/"?test"?.*tests/s);
  });

  test('a session that is a one-shot for which others wait', async () => {
    const waits = '    command: serve 80\n    depends_on: { once: { condition: service_completed_successfully } }\n';
    const files = compose(service('once', '    command: once\n'), service('web', waits));
    const { error, started } = await refuse({ files, inputs: { session: 'once' } });
    expect(error).toMatch(/once.*web|web.*once/s);
    expect(started).toEqual([]);
  });

  test('a server that ends, with its last lines in the log, where its workflow commands do not act', async () => {
    const files = compose(
      service('web', '    command: [sh, -c, "echo ::error::of the server; exit 3"]\n    expose: ["80"]\n'),
      service('tests', '    command: "true"\n    depends_on: [web]\n'),
    );
    const { main } = await refuse({ files });
    expect(main.lines).toContain('web | ::error::of the server');
    expect(main.lines.filter((line) => line.startsWith('::error::'))).toHaveLength(1);
  });

  test('a container_name that another project has, with its holder', async () => {
    const name = `ci-held-${process.pid}`;
    const label = 'com.docker.compose.project=their-project';
    docker(env, 'run', '--detach', '--init', '--name', name, '--label', label, image, 'sleep', 'infinity');
    try {
      const files = compose(service('web', `    container_name: ${name}\n    command: serve 80\n`));
      const { error } = await refuse({ files, inputs: { run: 'true' } });
      expect(error).toContain(name);
      expect(error).toContain('their-project');
      expect(docker(env, 'inspect', '--format', '{{.State.Running}}', name)).toBe('true');
    } finally {
      docker(env, 'rm', '--force', name);
    }
  });

  test('a port that a container has, with its name', async () => {
    const name = `ci-port-${process.pid}`;
    docker(
      env,
      'run',
      '--detach',
      '--init',
      '--name',
      name,
      '--publish',
      '127.0.0.1:18391:80',
      image,
      'sleep',
      'infinity',
    );
    try {
      const files = compose(service('web', '    command: serve 80\n    ports: ["127.0.0.1:18391:80"]\n'));
      const { error } = await refuse({ files, inputs: { run: 'true' } });
      expect(error).toContain('18391');
      expect(error).toContain(name);
    } finally {
      docker(env, 'rm', '--force', name);
    }
  });

  test('a port that a program of the host has', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(18392, '127.0.0.1', resolve));
    try {
      const files = compose(service('web', '    command: serve 80\n    ports: ["127.0.0.1:18392:80"]\n'));
      expect((await refuse({ files, inputs: { run: 'true' } })).error).toContain('18392');
    } finally {
      server.close();
    }
  });

  test('GPUs on a machine without the toolkit', async () => {
    expect((await refuse({ files: passing, inputs: { gpu: 'all' } })).error).toMatch(/gpu: all.*nvidia-ctk/s);
  });

  test('an image that no registry has', async () => {
    const files = compose(service('web', '    command: serve 80\n').replace(image, '127.0.0.1:1/none:1'));
    const { error, main } = await refuse({ files, inputs: { run: 'true' } });
    expect(error).toContain('127.0.0.1:1/none:1');
    expect(main.outputs['phase']).toBe('pull');
  });

  test('a daemon that does not answer', async () => {
    const more = { environment: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } };
    const tried = await tryProject({ env, files: passing, more });
    expect([tried.main.code, tried.post.code]).toEqual([1, 0]);
    expect(codeOf(tried.main)).toBe('docker-unreachable');
  });
});
