/** `run-compose` with `interleave`, with a program that stands in for docker. test/peers has the real one. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Step, StepResult } from '../../sandbox/step.js';
import { readInterleaved } from '../../src/core/interleave/read-manifest.js';
import { errorOf, logOf } from '../worlds/sandbox/scene.js';
import { StandInDocker } from './stand-in-docker.js';
import { codeOf, TestStage } from './test-stage.js';

let stage: TestStage;
let docker: StandInDocker;
beforeEach(() => {
  stage = new TestStage();
  docker = new StandInDocker(stage);
  for (const side of ['base', 'head']) {
    stage.write(`${side}/app/compose.yml`, 'services: {db: {image: db:1}}');
    stage.write(`${side}/app/value`, `"${side}"`);
  }
});
afterEach(() => stage.close());

const inputsOf = (more: Step['inputs']): Step['inputs'] => ({
  interleave: 'base,head',
  directory: 'app',
  results: 'out.json',
  runs: '2',
  seed: 'a',
  ...more,
});
const play = (inputs: Step['inputs'], more: Partial<Step> = {}) =>
  stage.run('run-compose', inputsOf(inputs), { ...more, environment: docker.environment });
const playPost = ({ state }: StepResult) =>
  stage.run('run-compose-post', inputsOf({}), { environment: docker.environment, state });
const session = 'echo "$CI_SIDE $CI_RUN of $COMPOSE_PROJECT_NAME"; cp value out.json';

describe('run-compose with interleave', () => {
  test('runs the project of both sides in turn, each time as one of its own, and keeps the results', async () => {
    const result = await play({ run: session, runs: '5' });
    expect(result.lines.filter((line) => line.startsWith('::error'))).toEqual([]);
    expect(result.outputs).toMatchObject({ verdict: 'pass', phase: 'done', 'exit-code': '0' });
    const path = result.outputs['interleaved']!;
    const { runs, sides, seed } = readInterleaved(readFileSync(path, 'utf8'), path);
    expect([sides, seed, runs.length]).toEqual([['base', 'head'], 'a', 10]);
    for (const { side, run, results } of runs) {
      expect(results).toEqual([`results/${side}/0${run}/out.json`]);
      expect(readFileSync(join(dirname(path), results[0]!), 'utf8')).toBe(`"${side}"`);
    }
    const said = [...logOf(result).matchAll(/^(base|head) (\d) of (ci-\w+-app)$/gm)];
    expect(said.map(([, side, run]) => `${side} ${run}`)).toEqual(runs.map(({ side, run }) => `${side} ${run}`));
    expect(new Set(said.map(([, , , project]) => project)).size).toBe(10);
    expect(result.summary).toMatch(/^### Compose project `app`: pass, 10 runs in turn\n/);
    expect(JSON.parse(readFileSync(result.outputs['timeline']!, 'utf8'))).toMatchObject({ runs: { length: 10 } });
    expect(docker.list()).toEqual([]);
    const post = await playPost(result);
    expect([post.code, post.lines]).toEqual([0, []]);
  });

  test('starts images of each side that no other build can replace, and makes them before the first run', async () => {
    await play({ run: session });
    const tags = docker.calls(/^image tag /);
    expect(tags.map((line) => line.replace(/ci-\w{8}/, 'ci'))).toEqual([
      'image tag db:1 ci-1:db',
      'image tag db:1 ci-2:db',
    ]);
    const all = docker.calls(/^image tag | up /);
    expect(all.findIndex((line) => line.includes(' up '))).toBe(2);
    expect(docker.calls(/ up /).every((line) => line.includes('images.json'))).toBe(true);
  });

  test('takes the result of `result-from` without `results`', async () => {
    const result = await play({ run: 'echo "{\\"n\\": $CI_RUN}"', 'result-from': 'stdout', results: '' });
    const path = result.outputs['interleaved']!;
    const { runs } = readInterleaved(readFileSync(path, 'utf8'), path);
    for (const { side, run, results } of runs) {
      expect(results).toEqual([`results/${side}/0${run}/_artifacts/result.json`]);
      expect(JSON.parse(readFileSync(join(dirname(path), results[0]!), 'utf8'))).toEqual({ n: run });
    }
  });

  test.each([
    ['it fails', 'cp value out.json; test "$CI_SIDE$CI_RUN" != head2 || exit 3', 'fail', 'session', 'Run 2 of head'],
    ['it writes no results', 'test $CI_SIDE = head || cp value out.json', 'fail', 'collect', 'Run 1 of head'],
    ['its results are of an earlier run', 'test -e out.json || cp value out.json', 'fail', 'collect', 'Run 2 of '],
    ['its results are empty', ': > out.json', 'fail', 'collect', 'Run 1 of '],
  ])('is red when %s, names the run, and removes everything', async (_, commands, verdict, phase, title) => {
    const result = await play({ run: commands, teardown: 'echo torn down' });
    expect(result.code).toBe(1);
    expect(result.outputs).toMatchObject({ verdict, phase, interleaved: '' });
    expect(errorOf(result)).toContain(title);
    expect(errorOf(result)).toContain(`${verdict} in ${phase}: `);
    expect(existsSync(join(result.outputs['artifacts']!, 'interleaved.json'))).toBe(false);
    expect(docker.list()).toEqual([]);
    expect((await playPost(result)).lines).toEqual([]);
  });

  test('counts a collected file only if the run wrote it', async () => {
    const inputs = { collect: 'out', results: '$ARTIFACTS/collected/out/a.json' };
    const fresh = await play({ ...inputs, run: 'mkdir -p out; cp value out/a.json' });
    expect(fresh.outputs['verdict']).toBe('pass');
    for (const side of ['base', 'head']) stage.write(`${side}/app/out/a.json`, '{}');
    const stale = await play({ ...inputs, run: 'touch -d yesterday out/a.json' });
    expect(stale.outputs).toMatchObject({ verdict: 'fail', phase: 'collect' });
    expect(errorOf(stale)).toContain('is of an earlier run');
  });

  test.each([
    [{ interleave: 'base,base' }, 'These two are one'],
    [{ interleave: 'base,none' }, '`interleave` names none, which is no folder in'],
    [{ directory: 'none' }, '`directory` is "none", which is no folder in base and head; allowed with'],
    [{ results: '' }, '`interleave` is given without `results`'],
    [{ results: '$ARTIFACT_DIR/a' }, 'no variable but `$ARTIFACTS/` at the beginning'],
  ])('refuses %j, and asks nothing of docker', async (inputs, message) => {
    const result = await play({ run: 'true', ...(inputs as Step['inputs']) });
    expect([result.code, codeOf(result)]).toEqual([1, 'bad-input']);
    expect(errorOf(result)).toContain(message);
    expect(docker.calls(/./)).toEqual([]);
  });

  test('says what to do without a usable Docker, and the post step has nothing to do', async () => {
    docker.refuse('Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?');
    const result = await play({ run: session });
    expect(codeOf(result)).toBe('docker-unreachable');
    expect((await playPost(result)).code).toBe(0);
  });
});

describe('When a step with interleave is ended', () => {
  const endAt = (pattern: RegExp, signal: NodeJS.Signals): Partial<Step> => {
    let kill: ((signal: NodeJS.Signals) => void) | undefined;
    return { onStart: (given) => (kill = given), onLine: (line) => void (pattern.test(line) && kill?.(signal)) };
  };
  const inputs = { run: 'test $CI_RUN = 1 || { echo now; sleep 60; }; cp value out.json' };

  test('by a cancellation, everything is removed', async () => {
    const result = await play(inputs, endAt(/^now$/, 'SIGINT'));
    expect([result.code, codeOf(result), result.outputs['interleaved']]).toEqual([1, 'cancelled', '']);
    expect(docker.list()).toEqual([]);
    expect((await playPost(result)).code).toBe(0);
  });

  test('by SIGKILL, the post step removes the project of that run, and the images', async () => {
    docker.add('bystander');
    const result = await play(inputs, endAt(/^now$/, 'SIGKILL'));
    expect(docker.list()).toHaveLength(4);
    expect((await playPost(result)).code).toBe(0);
    expect(docker.list()).toEqual(['bystander']);
    const { images } = JSON.parse(result.state['compose']!) as { images: string };
    expect(docker.calls(new RegExp(`image ls --filter=reference=${images}-`)).length).toBeGreaterThan(0);
  });
});
