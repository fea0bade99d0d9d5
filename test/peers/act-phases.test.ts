/** The example in TOPSAIL's layout on nektos/act: from a comment to the verdict, with its Python as it is. */
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { listProcesses } from '../../sandbox/machine/processes.js';
import { runStep } from '../../sandbox/step.js';
import { findNode24 } from '../node24/nodes.js';
import { KEYS, postComment, readStarter, statusesOf, type PostedComment } from './act/comments.js';
import { expectNothingIsLeft, instancesOf, openStage, resultsOf } from './act/stage.js';
import type { Dispatch, DispatchedRun } from './act/world.js';

const WORKFLOW = 'test-command.yml';
const EXAMPLE = 'workflows/example-topsail';
const CONFIG = 'projects/serving/testing/config.yaml';
const PYTHON = fileURLToPath(new URL('../../.peers/venv/bin/python3', import.meta.url));
const starter = readStarter(`../example-topsail/after/${WORKFLOW}`, KEYS);

const stage = openStage();
beforeAll(() => {
  const { sandbox, folder } = stage.world;
  sandbox.github.files.set(CONFIG, readFileSync(`${EXAMPLE}/project/${CONFIG}`, 'utf8'));
  // The machine's Python has PyYAML, as that of an Ubuntu image has.
  const python = join(folder, 'bin/python3');
  writeFileSync(python, `#!/bin/sh\nexec ${PYTHON} "$@"\n`);
  chmodSync(python, 0o755);
});

const ask = (body: string): PostedComment => {
  const { sandbox, branches } = stage.world;
  return postComment(sandbox, sandbox.github.addPull({ headSha: branches.main }), body);
};
const run = (comment: PostedComment, how: Partial<Dispatch> = {}): Promise<DispatchedRun> =>
  stage.dispatch({
    workflow: WORKFLOW,
    callers: { [WORKFLOW]: starter },
    calls: 'apart',
    event: comment.event,
    ...how,
  });

/** The files of the run's artifact, and how to read one. */
function openArtifact({ log }: DispatchedRun): { files: readonly string[]; read: (path: RegExp) => string } {
  const [, name = ''] = /Artifact (phases serving .*) has \d+ files\./.exec(log.lines.join('\n')) ?? [];
  const folder = join(stage.world.folder, 'artifacts', name);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const read = (path: RegExp): string => {
    const found = files.find((file) => path.test(file));
    if (found === undefined) throw new Error(`The artifact has no ${path}, only:\n${files.join('\n')}`);
    return readFileSync(join(folder, found), 'utf8');
  };
  return { files, read };
}

/** The service that `prepare_ci` leaves in the background. */
const services = (): readonly number[] =>
  listProcesses({ marker: `HOME=${join(stage.world.folder, 'home')}` }).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('toolbox/service.py');
    } catch {
      return false;
    }
  });

test('a comment runs the entry points on the machine of its presets, and gets the verdict', async () => {
  const comment = ask('/test serving light\r\n/var tests.serving.clients: [1, 3]\r\n/skip pre_cleanup_ci\r\n');
  const ran = await run(comment);
  expect(ran.code).toBe(0);
  expect(resultsOf(ran)).toMatchObject({
    plan: 'success',
    serving: 'success',
    'serving/start': 'success',
    'serving/test': 'success',
    'serving/stop': 'success',
    answer: 'success',
  });
  expect(instancesOf(stage.world, ran).map(({ type }) => type)).toEqual(['m5.large']);
  expect(ran.log.find('serving/test')!.outputs['phases']).toMatchObject({ verdict: 'passed', failed: '[]' });
  expect(comment.answers()).toEqual([
    expect.stringMatching(
      /### 🟢 Passed[^]*\| 🟢 passed \| [\d.]+ \| `m5\.large` \|[^]*Not run:\*\* `pre_cleanup_ci`[^]*`tests\.serving\.clients`/,
    ),
  ]);
  expect(statusesOf(stage.world.sandbox, comment.sha).at(-1)).toBe('success: /test serving (All tests passed)');
  const { read } = openArtifact(ran);
  expect(read(/^FINISHED$/)).toMatch(/^Test of 'serving' succeeded after 00 hours 00 minutes \d\d seconds\./);
  expect(JSON.parse(read(/test_ci\/001__test_3_clients\/results\.json$/))).toMatchObject({ clients: 3, requests: 15 });
  expect(read(/test_ci\/report\.html$/)).toContain('<svg');
  expect(read(/__pre_cleanup_ci\/SKIPPED$/)).not.toBe('');
  expect(services()).toEqual([]);
});

test('a phase that fails is red in the answer with its FAILURE, and the cleanup ran', async () => {
  const comment = ask('/test serving light slow');
  const ran = await run(comment);
  expect(ran.code).toBe(1);
  expect(resultsOf(ran)).toMatchObject({ serving: 'failure', 'serving/stop': 'success', answer: 'success' });
  expect(comment.answers()).toEqual([
    expect.stringMatching(/### 🔴 Failed[^]*failed in `test_ci`[^]*1 clients wait \d+ ms, more than 300 ms/),
  ]);
  expect(statusesOf(stage.world.sandbox, comment.sha).at(-1)).toMatch(/^failure: \/test serving /);
  const { read } = openArtifact(ran);
  expect(read(/^FAILURES$/)).toContain('1 clients wait');
  expect(read(/__test_ci\/report\.html$/)).toContain('<svg');
  expect(read(/__post_cleanup_ci\/run\.log$/)).toContain('The service is undeployed.');
  expect(services()).toEqual([]);
});

test('a preset that does not exist is answered, and starts nothing', async () => {
  const comment = ask('/test serving ligth\n/var tests.serving.requests=5');
  const ran = await run(comment);
  expect(ran.code).toBe(0);
  expect(resultsOf(ran)).toEqual({ plan: 'success' });
  expect(comment.answers()).toEqual([expect.stringMatching(/write `key: value`[^]*did you mean `light`\?/)]);
});

test('with the preset keep the machine stays, whatever the verdict, until a person ends it', async () => {
  const { sandbox } = stage.world;
  const comment = ask('/test serving light keep');
  const ran = await run(comment, {
    onLine: ({ lines }) => {
      if (!/serving\/start\].* is online on i-/.test(lines.at(-1) ?? '')) return;
      const [label = ''] = /(?<=::set-output:: label=)ec2-\S+/.exec(lines.join('\n')) ?? [];
      // act runs the job on this host. The machine in the sandbox has one that passes, too, and its agent keeps it.
      sandbox.github.queueJob({ labels: [label], name: 'Test', steps: ['true'] });
    },
  });
  expect(ran.code).toBe(0);
  const stop = ran.log.find('serving/stop')!;
  expect(stop.summary).toMatch(/### Left running[^]*aws ec2 terminate-instances --instance-ids i-/);
  expect(comment.answers()).toEqual([expect.stringMatching(/### 🟢 Passed[^]*`keep: true`/)]);
  const [instance] = sandbox.ec2.instances().filter(({ tags }) => tags.get('ci-actions:run-id') === `${ran.id}`);
  expect(instance).toMatchObject({ state: 'running' });
  expect(instance!.tags.get('ci-actions:keep-on-failure')).toBe('240 always');
  const kept = Date.parse(instance!.tags.get('ci-actions:keep-until') ?? '') - Date.now();
  expect(kept / 60_000).toBeGreaterThan(230);
  // What the cleanup left because of `keep` is on act's host here.
  expect(services()).toHaveLength(1);
  for (const pid of services()) process.kill(pid);
  const ended = await runStep({
    node: findNode24(),
    script: fileURLToPath(new URL('../../dist/stop-runner.js', import.meta.url)),
    inputs: { 'github-token': sandbox.token, all: 'true' },
    environment: { ...sandbox.environment, GITHUB_RUN_ID: `${ran.id}` },
  });
  expect([ended.code, ended.outputs['ec2-instance-ids']]).toEqual([0, JSON.stringify([instance!.id])]);
  await expectNothingIsLeft(stage.world);
});

test('a run that is canceled during a phase ends its machine, and the cleanup ran', async () => {
  let seen = 0;
  const ran = await stage.dispatch({
    workflow: 'phases-on-ec2.yml',
    inputs: {
      name: 'serving',
      program: 'projects/serving/testing/test.py',
      skip: 'export_artifacts',
      env: JSON.stringify({ PYTHONPATH: '.' }),
    },
    cancelled: true,
    onLine: ({ lines }, cancel) => {
      for (; seen < lines.length; seen++) if (lines[seen]!.includes('::group::test_ci')) cancel();
    },
  });
  expect(ran.code).toBe(1);
  expect(resultsOf(ran)).toMatchObject({ test: 'failure', stop: 'success' });
  expect(ran.log.find('test')!.lines.join('\n')).toContain('The service is undeployed.');
  await expectNothingIsLeft(stage.world);
});

test('all of it leaves nothing behind', () => expectNothingIsLeft(stage.world));
