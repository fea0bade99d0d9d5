/** test-command.yml on nektos/act, with a real Docker engine: a comment or a dispatch plans the machine and the run. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { describeWithDocker } from '../worlds/docker/engine.js';
import { KEYS, postComment, readStarter, statusesOf } from './act/comments.js';
import { SHOP } from './act/repository.js';
import { expectNothingIsLeft, instancesOf, openStage, resultsOf } from './act/stage.js';
import type { Dispatch, DispatchedRun } from './act/world.js';

const WORKFLOW = 'test-command.yml';
const CONFIG = `ci_presets:
  gpu: {machine.preset: cuda}
  slow: {env.SHOP_DELAY: 0.4}
machine: {preset: amd64, type: null, volume: 100, keep: null}
env: {SHOP_DELAY: 0.2, SHOP_LIFE: null, WORK: 1}
`;
/** What a user edits in the starter. */
const starter = readStarter(WORKFLOW, KEYS)
  .replace('directory: .', `directory: ${SHOP}`)
  .replaceAll('# TEST_ENV:', 'TEST_ENV:');

describeWithDocker(WORKFLOW, () => {
  const stage = openStage();
  const run = (how: Partial<Dispatch>): Promise<DispatchedRun> =>
    stage.dispatch({
      workflow: WORKFLOW,
      callers: { [WORKFLOW]: starter },
      calls: 'apart',
      secrets: { API_KEY: 'of-the-shop' },
      ...how,
    });
  const ask = (body: string) => {
    const { sandbox, branches } = stage.world;
    return postComment(sandbox, sandbox.github.addPull({ headSha: branches.main }), body);
  };
  const configure = (text: string) => void stage.world.sandbox.github.files.set('ci/config.yaml', text);
  beforeAll(() => configure(CONFIG));

  test('a comment with presets and lines /var runs on the machine that they make, and gets the verdict', async () => {
    const comment = ask('/test compose gpu slow\r\n/var machine.type: g5.xlarge\r\n/var env.WORK: 2\r\n');
    const ran = await run({ event: comment.event });
    expect(ran.code).toBe(0);
    expect(resultsOf(ran)).toMatchObject({
      plan: 'success',
      compose: 'success',
      'compose/start': 'success',
      'compose/test': 'success',
      'compose/stop': 'success',
      answer: 'success',
    });
    expect(instancesOf(stage.world, ran).map(({ type }) => type)).toEqual(['g5.xlarge']);
    const launch = stage.world.sandbox.requests.find(({ operation }) => operation === 'RunInstances')!;
    expect(new URLSearchParams(launch.body).get('BlockDeviceMapping.1.Ebs.VolumeSize')).toBe('100');
    expect(ran.log.find('compose/test')!.outputs['compose']).toMatchObject({ verdict: 'pass' });
    expect(comment.answers()).toEqual([
      expect.stringMatching(
        /### 🟢 Passed[^]*\| 🟢 passed \| [\d.]+ \| `g5\.xlarge` \|[^]*\| `env\.WORK` \| `2` \| `1` \| the comment, line 3 \|/,
      ),
    ]);
    expect(statusesOf(stage.world.sandbox, comment.sha).at(-1)).toBe('success: /test compose (All tests passed)');
  });

  test('a session that fails is red in the answer, which names the phase', async () => {
    const comment = ask('/test compose\n/var env.SHOP_LIFE: 3\n/var env.WORK: 20');
    const ran = await run({ event: comment.event });
    expect(ran.code).toBe(1);
    expect(resultsOf(ran)).toMatchObject({ compose: 'failure', 'compose/test': 'failure', answer: 'success' });
    expect(comment.answers()).toEqual([expect.stringMatching(/### 🔴 Failed[^]*\| 🔴 failed in `session` \|/)]);
    expect(statusesOf(stage.world.sandbox, comment.sha).at(-1)).toMatch(/^failure: \/test compose /);
  });

  test('a preset that does not exist is answered, and starts nothing', async () => {
    const comment = ask('/test compose gpo');
    const ran = await run({ event: comment.event });
    expect(ran.code).toBe(0);
    expect(resultsOf(ran)).toEqual({ plan: 'success' });
    expect(comment.answers()).toEqual([
      expect.stringContaining('`gpo` is neither an environment nor a preset; did you mean `gpu`?'),
    ]);
  });

  test('a dispatch runs the command of its input, with a configuration that sets no preset and no variables', async () => {
    configure(
      'ci_presets: {big: {machine.type: m7i.xlarge}}\nmachine: {preset: null, type: null, volume: null, keep: null}\n',
    );
    const comments = stage.world.sandbox.github.comments.length;
    const ran = await run({ inputs: { command: '/test compose big' } });
    expect(ran.code).toBe(0);
    expect(resultsOf(ran)).toMatchObject({ plan: 'success', 'compose/test': 'success', 'compose/stop': 'success' });
    expect(ran.log.find('answer')).toBeUndefined();
    expect(instancesOf(stage.world, ran).map(({ type }) => type)).toEqual(['m7i.xlarge']);
    expect(stage.world.sandbox.github.comments).toHaveLength(comments);
    expect(readdirSync(join(stage.world.folder, 'artifacts')).join('\n')).toContain('compose act-shop ');
  });

  test('all of it leaves nothing behind', () => expectNothingIsLeft(stage.world));
});
