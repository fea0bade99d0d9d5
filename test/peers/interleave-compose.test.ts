/** run-compose with `interleave`, on a real daemon: both sides build an image of the same name. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readInterleaved } from '../../src/core/interleave/read-manifest.js';
import { describeWithDocker } from '../worlds/docker/engine.js';
import { docker, type DockerEnvironment } from './compose/docker.js';
import { ComposeStage } from './compose/stage.js';

const image = 'ci-actions/stand-in:1';
const LONG_MS = 120_000;
const COMPOSE = `services:
  db: { build: { context: ., dockerfile: own.Dockerfile }, command: serve 5432, expose: ['5432'] }
  bench: { build: ., image: 'interleaved:1', command: "sh -c 'cat /side > /out.json; cat /side'", depends_on: [db] }
`;
const inputs = {
  interleave: 'base, head',
  directory: 'app',
  session: 'bench',
  collect: 'bench:/out.json',
  results: '$ARTIFACTS/collected/bench/out.json',
  runs: '2',
  seed: '1',
};

describeWithDocker('run-compose with interleave', () => {
  let env: DockerEnvironment;
  let stage: ComposeStage;
  beforeEach(() => {
    const { PATH = '', DOCKER_HOST = '', DOCKER_CONFIG = '' } = process.env;
    env = { PATH, DOCKER_HOST, DOCKER_CONFIG };
    stage = new ComposeStage(env);
    for (const side of ['base', 'head']) {
      stage.write(`${side}/app/side`, `{"of": "${side}"}`);
      stage.write(`${side}/app/Dockerfile`, `FROM ${image}\nCOPY side /side\n`);
      stage.write(`${side}/app/own.Dockerfile`, `FROM ${image}\nCOPY side /own\n`);
      stage.write(`${side}/app/compose.yml`, COMPOSE);
    }
  });
  afterEach(() => {
    stage.close();
    docker(env, 'image', 'rm', '--force', 'interleaved:1');
  });
  const listLeft = (): string =>
    ['ps --all', 'network ls', 'volume ls', 'images'].map((what) => listOurs(env, what)).join('');

  test(
    'each run has the image of its side, and nothing is left',
    async () => {
      const { main, post } = await stage.play(inputs);
      expect(main.lines.filter((line) => line.startsWith('::error'))).toEqual([]);
      expect([main.code, post.code, main.outputs['verdict']]).toEqual([0, 0, 'pass']);
      const path = main.outputs['interleaved']!;
      const { runs, sides } = readInterleaved(readFileSync(path, 'utf8'), path);
      expect(sides).toEqual(['base', 'head']);
      expect(runs.map(({ side, run }) => `${side} ${run}`).toSorted()).toEqual([
        'base 1',
        'base 2',
        'head 1',
        'head 2',
      ]);
      for (const { side, results } of runs)
        expect(readFileSync(join(dirname(path), results[0]!), 'utf8')).toBe(`{"of": "${side}"}`);
      const folder = join(dirname(path), 'runs');
      const outcomes = readdirSync(folder).map((name) => readFileSync(join(folder, name, 'outcome.json'), 'utf8'));
      expect(outcomes).toHaveLength(4);
      for (const text of outcomes) expect(text).toMatch(/"name": "build",[^}]*"outcome": "skipped"/);
      expect(listLeft()).toBe('');
    },
    LONG_MS,
  );

  test(
    'a step that is killed in the middle of a run leaves nothing after the post step',
    async () => {
      stage.write('head/app/compose.yml', COMPOSE.replace('cat /side > /out.json', 'sleep 60'));
      const onStart = (send: (signal: NodeJS.Signals) => void): void => void killInRun(env, send);
      const { main, post } = await stage.play(inputs, { onStart });
      expect(main.code).not.toBe(0);
      expect(post.code).toBe(0);
      expect(listLeft()).toBe('');
    },
    LONG_MS,
  );
});

/** What carries a name of ours. */
function listOurs(env: DockerEnvironment, what: string): string {
  const field = what === 'images' ? '{{.Repository}}' : what.startsWith('ps') ? '{{.Names}}' : '{{.Name}}';
  return docker(env, ...what.split(' '), '--format', field)
    .split('\n')
    .filter((name) => /^ci-[0-9a-f]{8}/.test(name))
    .join('\n');
}

/** Kills the step while the session that sleeps runs. */
async function killInRun(env: DockerEnvironment, send: (signal: NodeJS.Signals) => void): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (docker(env, 'ps', '--format', '{{.Names}}').includes('-bench-1')) break;
    await sleep(100);
  }
  await sleep(500);
  send('SIGKILL');
}
