/** plan-run through its bundle, where something goes wrong: a canceled step, a locked conversation, outputs that are lost. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { errorOf, expectCleanRecord, logOf, Scene, type How, type Inputs } from '../worlds/sandbox/scene.js';

const KNOWN = { 'known-environments': 'unit, cuda' };
const PASSED = JSON.stringify({ tests: { result: 'success', outputs: { verdict: 'passed' } } });
const COMMENTS = /^POST .*\{issue_number\}\/comments$/;

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open({});
});
afterEach(() => scene.close());

function post(body: string, inputs: Inputs = KNOWN, how: How = {}) {
  const { github } = scene.sandbox;
  const event = github.commentEvent(github.addComment({ number: github.addPull().number, body }));
  return scene.planRun(inputs, { ...how, event });
}

const answers = () => scene.sandbox.github.comments.slice(1).map(({ body }) => body);

describe('A step that is canceled', () => {
  test('while GitHub is asked answers nothing and sets no status', async () => {
    let cancel: (signal: NodeJS.Signals) => void = () => undefined;
    scene.sandbox.intercept = ({ operation }) => {
      if (!operation.includes('/pulls/')) return undefined;
      cancel('SIGINT');
      return { kind: 'stall', ms: 500 };
    };
    const result = await post('/test unit', KNOWN, { onStart: (kill) => (cancel = kill) });
    expect([result.code, result.outputs]).toEqual([1, {}]);
    expect(errorOf(result)).toContain('The step was canceled (SIGINT).');
    expect([answers(), scene.sandbox.github.statuses]).toEqual([[], []]);
  });
});

describe('A locked conversation', () => {
  const lock = () => {
    const message = 'Unable to create comment because issue is locked.';
    scene.sandbox.intercept = ({ operation }) =>
      COMMENTS.test(operation) ? { kind: 'status', status: 403, message } : undefined;
  };

  test('makes a refusal red, with a warning that says what to do', async () => {
    lock();
    const result = await post('/test unti');
    expect(result.code).toBe(1);
    expect(logOf(result)).toMatch(/::warning::The answer could not be posted, and nothing runs: .*Unlock the conv/);
    expect(logOf(result)).not.toContain('Pull requests: write');
  });

  test('stops no run', async () => {
    lock();
    const result = await post('/test unit');
    expect([result.code, result.outputs['environments']]).toEqual([0, 'unit']);
    expect(logOf(result)).toContain('could not be posted, and the run goes on');
  });
});

describe('Reasons', () => {
  test('of thousands of wrong lines are cut in the output `skip` and the log', async () => {
    const { outputs, lines, code } = await post(`/test unit\n${'/tset unit\n'.repeat(3_000)}`);
    expect(code).toBe(0);
    expect(outputs['skip']).toMatch(/^refused, .*…$/);
    expect(outputs['skip']!.length).toBeLessThanOrEqual(2_000);
    expect(lines.join('\n').length).toBeLessThan(10_000);
    expectCleanRecord(scene);
  });

  test('of an unknown input in `machine` name those that are allowed', async () => {
    const result = await post('/test', { config: 'c.yaml', machine: 'labels-of-it: a.b' });
    expect(errorOf(result)).toMatch(
      /`labels-of-it` \(in `machine`\) is not an input that can be mapped; allowed: .*keep/,
    );
  });
});

describe('The end of a run', () => {
  const begin = async () => (await post('/test unit')).outputs['answer']!;

  test('in another attempt has no duration, because the run waited in between', async () => {
    const inputs = { answer: await begin(), needs: PASSED };
    expect((await scene.planRun(inputs)).code).toBe(0);
    expect(answers()[0]).toMatch(/^### 🟢 Passed in \d+ s$/m);
    const again = await scene.planRun(inputs, { environment: { GITHUB_RUN_ATTEMPT: '2' } });
    expect([errorOf(again), again.code]).toEqual(['', 0]);
    expect(answers()).toEqual([expect.stringMatching(/^### 🟢 Passed$/m)]);
    expect(logOf(again)).toContain('The verdict: All tests passed');
    expectCleanRecord(scene);
  });

  test('without `answer` says that GitHub drops outputs with secrets', async () => {
    const result = await scene.planRun({ answer: '', needs: PASSED });
    expect(result.code).toBe(1);
    expect(errorOf(result)).toMatch(/`answer` is empty; .*contains the value of a secret[^]*No verdict was posted/);
  });

  test.each([
    ['comment', '7'],
    ['author', null],
    ['marker', 5],
    ['runUrl', {}],
    ['startedAt', '12'],
    ['notAsked', 'tests'],
    ['sha', undefined],
  ])('with an `answer` whose %s is %j sends no request', async (name, value) => {
    const answer = JSON.stringify({ ...(JSON.parse(await begin()) as object), [name]: value });
    const before = scene.sandbox.requests.length;
    const result = await scene.planRun({ answer, needs: PASSED });
    expect(errorOf(result)).toContain('`answer` is not usable');
    expect(scene.sandbox.requests.slice(before)).toEqual([]);
  });
});
