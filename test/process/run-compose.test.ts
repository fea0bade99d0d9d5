/** `run-compose` with a program that stands in for docker. test/peers runs projects on the real one. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Step } from '../../sandbox/step.js';
import { errorOf, logOf } from '../worlds/sandbox/scene.js';
import { StandInDocker } from './stand-in-docker.js';
import { codeOf, TestStage } from './test-stage.js';

let stage: TestStage;
let docker: StandInDocker;
beforeEach(() => {
  stage = new TestStage();
  docker = new StandInDocker(stage);
});
afterEach(() => stage.close());

const run = (inputs: Step['inputs'], more: Partial<Step> = {}) =>
  stage.run('run-compose', inputs, { ...more, environment: { ...docker.environment, ...more.environment } });
const runPost = (state: Step['state'] = {}, inputs: Step['inputs'] = {}) =>
  stage.run('run-compose-post', inputs, { environment: docker.environment, state });

describe('run-compose', () => {
  test('passes with the session, removes everything, and says what it rests on', async () => {
    const result = await run({ run: 'echo "session of $COMPOSE_PROJECT_NAME"', assert: 'test -d "$ARTIFACTS"' });
    expect(result.lines.filter((line) => line.startsWith('::error'))).toEqual([]);
    expect(result.code).toBe(0);
    expect(result.outputs).toMatchObject({ verdict: 'pass', phase: 'done', 'exit-code': '0', interrupted: 'false' });
    expect(logOf(result)).toMatch(/session of ci-[0-9a-f]{8}-workspace/);
    expect(result.summary).toMatch(/^### Compose project `\.`: pass\n\nEvidence: /);
    expect(result.summary).toContain('```mermaid\ngantt');
    expect(docker.list()).toEqual([]);
  });

  test('keeps logs, the timeline and the outcome as artifacts', async () => {
    const { outputs } = await run({ run: 'echo from the session' });
    const read = (name: string): string => readFileSync(join(outputs['artifacts']!, name), 'utf8');
    expect(outputs['timeline']).toBe(join(outputs['artifacts']!, 'timeline.json'));
    expect(JSON.parse(read('timeline.json'))).toMatchObject({ services: [{ service: 'db' }] });
    expect(JSON.parse(read('outcome.json'))).toMatchObject({ verdict: 'pass' });
    expect(read('services/db-1.log')).toBe('log of the container\n');
  });

  test.each([
    ['the session fails', { run: 'exit 3' }, 'fail', 'session', '3', 'session-failed'],
    ['an assertion fails', { run: 'true', assert: 'false' }, 'fail', 'assert', '1', 'assertion-failed'],
    [
      'the teardown fails',
      { run: 'true', teardown: 'echo torn down; exit 1' },
      'error',
      'teardown',
      '1',
      'teardown-failed',
    ],
    ['the setup fails', { run: 'true', setup: 'exit 4' }, 'error', 'setup', '1', 'setup-failed'],
  ])('is red when %s, and removes everything', async (_, inputs, verdict, phase, exitCode, code) => {
    const result = await run({ teardown: 'echo torn down', ...inputs });
    expect([result.code, codeOf(result)]).toEqual([1, code]);
    expect(result.outputs).toMatchObject({ verdict, phase, 'exit-code': exitCode });
    expect(errorOf(result)).toContain(`${verdict} in ${phase}: `);
    expect(logOf(result)).toContain('torn down');
    expect(docker.list()).toEqual([]);
  });

  test('masks secret variables, and gives them to scripts', async () => {
    const result = await run({
      run: 'test "$TOKEN" = secret-word && test "$PLAIN" = p',
      env: '{"PLAIN": "p", "TOKEN": "x"}',
      'secret-env': '{"TOKEN": "secret-word"}',
    });
    expect(result.masked).toContain('secret-word');
    expect(result.outputs['verdict']).toBe('pass');
  });

  test('takes readiness in YAML', async () => {
    const result = await run({ run: 'true', ready: 'db: started' });
    expect(result.outputs['verdict']).toBe('pass');
  });
});

describe('Bad input of run-compose', () => {
  test('is reported all at once, and nothing is asked of docker', async () => {
    const result = await run({
      session: 'a',
      run: 'b',
      ready: 'db: helthy',
      directory: 'none',
      override: '{',
      'timeout-minutes': '-1',
    });
    expect([result.code, codeOf(result)]).toEqual([1, 'bad-input']);
    const text = [...result.lines].join('\n');
    for (const name of ['ready', 'directory', 'override', 'timeout-minutes']) expect(text).toContain(`\`${name}\` is`);
    expect(text).toContain('Nothing was started.');
    expect(result.outputs).toMatchObject({ verdict: 'error', phase: 'check', 'exit-code': '1' });
    expect(docker.calls(/./)).toEqual([]);
    expect(result.state).toEqual({});
  });

  test('also where inputs do not fit together', async () => {
    expect(errorOf(await run({ session: 'a', run: 'b' }))).toContain('each say what the session is');
    expect(errorOf(await run({ exec: 'db' }))).toContain('`command` is empty');
  });

  test('names a folder without a Compose file', async () => {
    stage.write('empty/README', '');
    const result = await run({ directory: 'empty' });
    expect(errorOf(result)).toContain(`There is no Compose file in ${join(stage.workspace, 'empty')}`);
  });
});

describe('Without a usable Docker, run-compose says what to do:', () => {
  test('no docker program', async () => {
    const bare = new TestStage();
    try {
      bare.write('compose.yml', 'services: {db: {image: db:1}}');
      const result = await bare.run('run-compose', { run: 'true' });
      expect([result.code, codeOf(result)]).toEqual([1, 'docker-missing']);
      expect(result.outputs).toMatchObject({ verdict: 'error', phase: 'check' });
      const post = await bare.run('run-compose-post', {}, { state: result.state });
      expect([post.code, post.lines]).toEqual([0, []]);
    } finally {
      bare.close();
    }
  });

  test.each([
    ['docker-forbidden', 'permission denied while trying to connect to the Docker daemon socket at unix:///x'],
    ['docker-unreachable', 'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?'],
  ])('%s', async (code, words) => {
    docker.refuse(words);
    const result = await run({ run: 'true' });
    expect([result.code, codeOf(result)]).toEqual([1, code]);
    expect(errorOf(result)).toMatch(/What to do: \S/);
    expect((await runPost(result.state)).code).toBe(0);
  });
});

test('An old Compose, and none, are refused with the version that is needed', async () => {
  for (const plugins of [[], [{ Name: 'compose', Version: 'v2.19.1' }]]) {
    docker.describe({ ClientInfo: { Plugins: plugins } });
    const result = await run({ run: 'true' });
    expect(codeOf(result)).toBe('compose-too-old');
    expect(errorOf(result)).toContain('run-compose needs Docker Compose 2.20 or newer');
  }
});

test('What Docker refuses for another reason is quoted', async () => {
  docker.refuse('Error: out of ideas');
  const result = await run({ run: 'true' });
  expect([codeOf(result), errorOf(result)]).toEqual(['docker-failed', expect.stringContaining('out of ideas')]);
});

describe('A benchmark', () => {
  const print = (json: string) => ({ run: `echo '${json}'`, 'result-from': 'stdout' });

  test('has its result as an output', async () => {
    const { outputs } = await run(print('{"fps": 30}'));
    expect([outputs['verdict'], JSON.parse(outputs['result']!)]).toEqual(['pass', { fps: 30 }]);
  });

  test('fails if its result says so, or is missing', async () => {
    const bad = await run(print('{"evaluations": {"passed": false}}'));
    expect([bad.outputs['verdict'], codeOf(bad)]).toEqual(['fail', 'result-failed']);
    const none = await run(print('no JSON'));
    expect([none.outputs['verdict'], none.outputs['exit-code'], codeOf(none)]).toEqual(['fail', '1', 'result-missing']);
  });

  test('with GPUs is refused on a machine that has none to give', async () => {
    const result = await run({ session: 'db', gpu: 'all' });
    expect([result.outputs['phase'], codeOf(result)]).toEqual(['check', 'gpu-unavailable']);
    expect(docker.list()).toEqual([]);
  });
});

describe('When the step is ended', () => {
  /** Ends the step with a signal as soon as it prints a line that matches. */
  const endAt = (pattern: RegExp, signal: NodeJS.Signals): Partial<Step> => {
    let kill: ((signal: NodeJS.Signals) => void) | undefined;
    return {
      onStart: (given) => (kill = given),
      onLine: (line) => void (pattern.test(line) && kill?.(signal)),
    };
  };

  test.each([
    ['the setup', { setup: 'echo now; sleep 60', run: 'true' }, /^now$/],
    ['the session', { run: 'echo now; sleep 60' }, /^now$/],
  ])('by a cancellation in %s, everything is removed', async (_, inputs, at) => {
    const result = await run(inputs, endAt(at, 'SIGINT'));
    expect([result.code, codeOf(result)]).toEqual([1, 'cancelled']);
    expect(docker.list()).toEqual([]);
    expect(result.seconds).toBeLessThan(50);
    expect((await runPost(result.state)).code).toBe(0);
  });

  test('by a cancellation while the services start, everything is removed', async () => {
    docker.beSlow();
    const result = await run({ run: 'true' }, endAt(/Start the services/, 'SIGINT'));
    expect(codeOf(result)).toBe('cancelled');
    await runPost(result.state);
    expect(docker.list()).toEqual([]);
  });

  test('by SIGKILL, the post step saves the logs and removes everything of this project alone', async () => {
    docker.add('bystander');
    const result = await run({ run: 'echo now; sleep 60' }, endAt(/^now$/, 'SIGKILL'));
    expect(result.code).toBeNull();
    expect(docker.list()).toHaveLength(4);
    const post = await runPost(result.state);
    expect(post.code).toBe(0);
    expect(logOf(post)).toMatch(/Removing what is left of ci-[0-9a-f]{8}-workspace/);
    const { artifacts } = JSON.parse(result.state['compose']!) as { artifacts: string };
    expect(existsSync(join(artifacts, 'services'))).toBe(true);
    expect(docker.list()).toEqual(['bystander']);
    expect((await runPost(result.state)).code).toBe(0);
  });
});

test('The post step does nothing when the main step had removed everything', async () => {
  const result = await run({ run: 'true' });
  const before = docker.calls(/./).length;
  const post = await runPost(result.state);
  expect([post.code, post.lines]).toEqual([0, []]);
  expect(docker.calls(/./)).toHaveLength(before);
});

describe('When EC2 takes the machine away, run-compose', () => {
  const notice = (): string => join(stage.directory, 'interrupted');
  const inputs = { run: 'printf %s "$NOTICE" >"$CI_ACTIONS_INTERRUPTION"; echo under way; sleep 60' };
  const interrupted = (more: Record<string, string> = {}) =>
    run(
      { ...inputs, ...more },
      { environment: { CI_ACTIONS_INTERRUPTION: notice(), NOTICE: new Date(Date.now() + 60_000).toISOString() } },
    );

  test('succeeds without a verdict with `on-interruption: rerun`, and removes everything', async () => {
    const result = await interrupted({ 'on-interruption': 'rerun' });
    expect(result.code).toBe(0);
    expect(result.outputs).toMatchObject({ verdict: '', interrupted: 'true' });
    expect(result.summary).toContain('### Compose project `.`: interrupted');
    expect(docker.list()).toEqual([]);
  });

  test('fails by default', async () => {
    const result = await interrupted();
    expect([result.code, codeOf(result)]).toEqual([1, 'interrupted']);
    expect(result.outputs).toMatchObject({ verdict: '', interrupted: 'true' });
  });
});
