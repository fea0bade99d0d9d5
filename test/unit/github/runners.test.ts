import { describe, expect, test } from '@jest/globals';
import { connectScripted, runnerJson, ScriptedGitHub, type Reply } from '../../worlds/scripted-github.js';

const RUNNERS = '/repos/o/r/actions/runners';
const absent: Reply = { status: 404, json: { message: 'Not Found' } };
const visible: Reply = { json: { total_count: 0, runners: [] } };

function page(number: number): string {
  return `GET ${RUNNERS}?per_page=100&page=${number}`;
}

/** A page with the runners from one id to another. */
function pageJson(total: number, from: number, to: number): Reply {
  const ids = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
  return { json: { total_count: total, runners: ids.map((id) => runnerJson(id)) } };
}

describe('a 404 for one runner', () => {
  test('means that the runner is gone when the runners can be listed', async () => {
    const script = new ScriptedGitHub().on(`GET ${RUNNERS}/7`, absent).on(`GET ${RUNNERS}?per_page=1`, visible);
    const { github } = await connectScripted(script);
    await expect(github.readRunner(7)).resolves.toBeUndefined();
  });

  test('means lost access when the runners cannot be listed', async () => {
    const script = new ScriptedGitHub()
      .on(`GET ${RUNNERS}/7`, absent)
      .on(`DELETE ${RUNNERS}/7`, absent)
      .on(`GET ${RUNNERS}?per_page=1`, absent);
    const { github } = await connectScripted(script);
    await expect(github.readRunner(7)).rejects.toMatchObject({ code: 'github-not-found' });
    await expect(github.removeRunner(7)).rejects.toMatchObject({ code: 'github-not-found' });
  });

  test('is trusted for some seconds after one listing, in concurrent calls too', async () => {
    const script = new ScriptedGitHub().on(`GET ${RUNNERS}?per_page=1`, visible);
    for (const id of [7, 8, 9]) script.on(`DELETE ${RUNNERS}/${id}`, absent).on(`GET ${RUNNERS}/${id}`, absent);
    const { github, clock } = await connectScripted(script);
    await expect(Promise.all([7, 8].map((id) => github.removeRunner(id)))).resolves.toEqual(['absent', 'absent']);
    await expect(github.removeRunner(9)).resolves.toBe('absent');
    const looks = () => script.lines.filter((line) => line.endsWith('?per_page=1')).length;
    expect(looks()).toBe(1);
    await clock.sleep(10_000);
    await github.removeRunner(9);
    expect(looks()).toBe(2);
  });
});

describe('the listing', () => {
  test('is read to its last page', async () => {
    const script = new ScriptedGitHub()
      .on(page(1), pageJson(250, 1, 100))
      .on(page(2), pageJson(250, 101, 200))
      .on(page(3), pageJson(250, 201, 250));
    const { github } = await connectScripted(script);
    const listed = await github.listRunners();
    expect(listed.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 250 }, (_, i) => i + 1));
    expect(script.requests).toHaveLength(3);
  });

  test('of many pages is read several pages at a time', async () => {
    const script = new ScriptedGitHub();
    for (let number = 1; number <= 30; number++)
      script.on(page(number), pageJson(3000, number * 100 - 99, number * 100));
    const { github } = await connectScripted(script);
    expect(await github.listRunners()).toHaveLength(3000);
    expect(script.mostAtOnce).toBe(8);
  });

  test('has each runner once when runners were added meanwhile', async () => {
    const script = new ScriptedGitHub()
      .on(page(1), pageJson(150, 1, 100))
      .on(page(2), pageJson(201, 100, 199), pageJson(201, 101, 200))
      .on(page(3), pageJson(201, 200, 201), pageJson(201, 201, 201));
    const { github } = await connectScripted(script);
    expect((await github.listRunners()).map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 201 }, (_, i) => i + 1),
    );
  });

  test('has runners that moved to the previous page because another was removed meanwhile', async () => {
    const script = new ScriptedGitHub()
      .on(page(1), pageJson(102, 1, 100), pageJson(101, 2, 101))
      .on(page(2), pageJson(101, 102, 102));
    const { github } = await connectScripted(script);
    expect((await github.listRunners()).map(({ id }) => id)).toContain(101);
  });

  test('that is unreadable is no empty listing', async () => {
    for (const json of [{}, [], { total_count: 1 }, { total_count: 1, runners: [{ id: 'x' }] }]) {
      const { github } = await connectScripted(new ScriptedGitHub().on(page(1), { json }));
      await expect(github.listRunners()).rejects.toMatchObject({ code: 'github-unreachable' });
    }
  });
});

describe('a runner', () => {
  test('is found by name even if GitHub ignores the filter', async () => {
    const script = new ScriptedGitHub().on(`GET ${RUNNERS}?name=b&per_page=100&page=1`, {
      json: { total_count: 2, runners: [runnerJson(1, 'bb'), runnerJson(2, 'B')] },
    });
    const { github } = await connectScripted(script);
    await expect(github.findRunnerByName('b')).resolves.toMatchObject({ id: 2 });
  });

  test('has a version once it has connected', async () => {
    const script = new ScriptedGitHub()
      .on(`GET ${RUNNERS}/1`, { json: { ...runnerJson(1), version: null } })
      .on(`GET ${RUNNERS}/2`, { json: { ...runnerJson(2), version: '2.336.0', status: 'online' } });
    const { github } = await connectScripted(script);
    expect(await github.readRunner(1)).toEqual({
      id: 1,
      name: 'runner-1',
      status: 'offline',
      busy: false,
      labels: ['run-1'],
    });
    expect(await github.readRunner(2)).toMatchObject({ version: '2.336.0', status: 'online' });
  });
});

describe('the removal of a runner', () => {
  test('is repeated after a lost response', async () => {
    const script = new ScriptedGitHub().on(`DELETE ${RUNNERS}/7`, 'no-answer', { status: 204 });
    const { github } = await connectScripted(script);
    await expect(github.removeRunner(7)).resolves.toBe('removed');
  });

  test.each([
    ['busy', 'Bad request - Runner "runner-7" is still running a job"'],
    ['busy', 'Runner runner-7 is currently running a job and cannot be deleted.'],
  ] as const)('is answered with %s: %s', async (outcome, message) => {
    const script = new ScriptedGitHub().on(`DELETE ${RUNNERS}/7`, { status: 422, json: { message } });
    const { github } = await connectScripted(script);
    await expect(github.removeRunner(7)).resolves.toBe(outcome);
  });

  test('is repeated when a server of GitHub did not know the runner yet', async () => {
    const script = new ScriptedGitHub()
      .on(`DELETE ${RUNNERS}/7`, { status: 404, json: { message: 'Not Found' } }, { status: 204 })
      .on(`GET ${RUNNERS}/7`, { json: runnerJson(7) });
    const { github } = await connectScripted(script);
    await expect(github.removeRunner(7)).resolves.toBe('removed');
  });

  test('is not reported as done while GitHub still lists the runner', async () => {
    const script = new ScriptedGitHub()
      .on(`DELETE ${RUNNERS}/7`, { status: 404, json: { message: 'Not Found' } })
      .on(`GET ${RUNNERS}/7`, { json: runnerJson(7) });
    const { github } = await connectScripted(script);
    await expect(github.removeRunner(7)).rejects.toMatchObject({ code: 'github-unreachable' });
  });

  test('that GitHub rejects for another reason is a failure', async () => {
    const script = new ScriptedGitHub().on(`DELETE ${RUNNERS}/7`, {
      status: 422,
      json: { message: 'Validation Failed' },
    });
    const { github } = await connectScripted(script);
    await expect(github.removeRunner(7)).rejects.toMatchObject({ code: 'github-rejected' });
  });
});
