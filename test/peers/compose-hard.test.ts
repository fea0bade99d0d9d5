/** A machine that makes it hard, on real daemons: much output, a full disk, a service that does not stop, a daemon that dies. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { reportPeak, readPeak } from '../../tools/bench/start.js';
import { codeOf } from '../process/test-stage.js';
import { describeWithDocker } from '../worlds/docker/engine.js';
import type { DockerEnvironment } from './compose/docker.js';
import { startOwnEngine, type OwnEngine } from './compose/own-engine.js';
import { isClean, tryProject } from './compose/project.js';

const LONG_MS = 300_000;
const MEMORY_BAR_MIB = 120;
const image = 'ci-actions/stand-in:1';
/** 20 MB of lines of 1,000 characters in each second. */
const FLOOD = `sh -c "line=$$(printf '%0999d' 7); n=0; while [ $$n -lt 60 ]; do yes $$line | head -n 2000; n=$$((n+1)); sleep 0.08; done"`;

const quiet = (session: string): string => `services:
  db: { image: '${image}', command: serve 5432, expose: ['5432'] }
  tests: { image: '${image}', command: ${JSON.stringify(session)}, depends_on: [db] }
`;

describeWithDocker('run-compose', () => {
  let env: DockerEnvironment;
  beforeAll(() => {
    const { PATH = '', DOCKER_HOST = '', DOCKER_CONFIG = '' } = process.env;
    env = { PATH, DOCKER_HOST, DOCKER_CONFIG };
  });

  test.each([
    [
      'a server',
      `services:\n  loud: { image: '${image}', command: ${JSON.stringify(FLOOD)}, init: true }\n  tests: { image: '${image}', command: sleep 6, depends_on: [loud] }\n`,
      'services/loud-1.log',
    ],
    [
      'the session',
      `services:\n  tests: { image: '${image}', command: ${JSON.stringify(FLOOD)}, init: true }\n`,
      'services/tests-1.log',
    ],
  ])(
    'needs little memory when %s prints 20 MB in a second',
    async (_, compose, log) => {
      const inputs = { session: 'tests', 'timeout-minutes': '5' };
      const environment = { NODE_OPTIONS: reportPeak };
      const tried = await tryProject({ env, files: { 'compose.yml': compose }, inputs, more: { environment } });
      expect(isClean(tried)).toBe(true);
      expect([tried.main.outputs['verdict'], tried.main.lines.slice(-20)]).toEqual([
        'pass',
        tried.main.lines.slice(-20),
      ]);
      expect(readPeak(tried.main)).toBeLessThan(MEMORY_BAR_MIB);
      // The step's log stays readable, and the log of the service keeps its beginning and its end, within bounds.
      expect(tried.main.lines.join('\n').length).toBeLessThan(10_000_000);
      expect(tried.artifacts.some((path) => path.endsWith(log))).toBe(true);
      expect(tried.sizes(log)).toBeLessThan(100_000_000);
    },
    LONG_MS,
  );

  test('ends a service that ignores SIGTERM', async () => {
    const files = {
      'compose.yml': quiet('true')
        .replace('command: serve 5432', 'command: stubborn')
        .replace(", expose: ['5432']", ''),
    };
    const tried = await tryProject({ env, files, inputs: { session: 'tests' } });
    expect([tried.main.outputs['verdict'], isClean(tried)]).toEqual(['pass', true]);
    expect(tried.main.seconds).toBeLessThan(60);
  });

  test('keeps what was collected of a session that takes too long, and removes it', async () => {
    const files = { 'compose.yml': quiet('sh -c "mkdir /out; echo half >/out/half.txt; sleep 600"') };
    const inputs = { session: 'tests', 'timeout-minutes': '0.05', collect: 'tests:/out' };
    const tried = await tryProject({ env, files, inputs });
    const { verdict, phase } = tried.main.outputs;
    expect([verdict, phase, isClean(tried)]).toEqual(['error', 'session', true]);
    expect(tried.error).toMatch(/timeout-minutes/);
    expect(tried.read('half.txt')).toBe('half\n');
  });
});

describeWithDocker('On an engine of its own, run-compose', () => {
  describe('with a full disk', () => {
    let engine: OwnEngine;
    beforeAll(() => void (engine = startOwnEngine(96)), LONG_MS);
    afterAll(() => engine.close());

    test(
      'says so when a pull fills it, and removes the project',
      async () => {
        const registry = await engine.startRegistry(120 << 20);
        const compose = `services:\n  big: { image: '${registry}/big:1', command: 'true' }\n`;
        const tried = await tryProject({ env: engine.env, files: { 'compose.yml': compose }, inputs: { run: 'true' } });
        const { verdict, phase } = tried.main.outputs;
        expect([verdict, phase, isClean(tried), tried.post.code]).toEqual(['error', 'pull', true, 0]);
        expect(tried.error).toMatch(/no space left on device/);
        expect(tried.error).toContain('big');
      },
      LONG_MS,
    );
  });

  describe('with a daemon that dies', () => {
    let engine: OwnEngine;
    beforeAll(() => void (engine = startOwnEngine()), LONG_MS);
    afterAll(() => engine.close());

    test(
      'says so, keeps the logs so far, and its post step removes the project when the daemon is back',
      async () => {
        // The host does not reach the containers of this engine.
        const files = { 'compose.yml': quiet('sh -c "echo begun; sleep 600"').replace(", expose: ['5432']", '') };
        const tried = await tryProject({
          env: engine.env,
          files,
          inputs: { session: 'tests', 'ready-timeout-minutes': '1' },
          more: { onLine: (line) => line.includes('begun') && engine.kill() },
          between: () => engine.restart(),
        });
        const log = tried.main.lines.slice(-40);
        expect({ log, verdict: tried.main.outputs['verdict'] }).toEqual({ log, verdict: 'error' });
        expect(codeOf(tried.main)).toBe('docker-unreachable');
        expect([isClean(tried), tried.post.code]).toEqual([true, 0]);
        expect(tried.artifacts.some((path) => path.includes('__session'))).toBe(true);
      },
      LONG_MS,
    );
  });
});
