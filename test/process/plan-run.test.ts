/** plan-run through its bundle, with the events that GitHub sends for comments, against a GitHub on loopback. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { StepResult } from '../../sandbox/step.js';
import { errorOf, expectCleanRecord, logOf, Scene, type Inputs } from '../worlds/sandbox/scene.js';

const KNOWN = { 'known-environments': 'unit, local_os, cuda' };
const CONFIG = [
  'ci_presets:',
  '  names: null',
  '  gpu: {machine.type: g4dn.xlarge}',
  'machine: {type: m6i.large, volume: 100, count: 1}',
  'exec_list: {prepare: true, test: true}',
].join('\n');
const MACHINE = 'ec2-instance-type: machine.type\nec2-volume-size: machine.volume\ncount: machine.count';
const WITH_CONFIG = { 'test-name': 'shop', config: 'ci/config.yaml', machine: MACHINE };

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open({});
  scene.sandbox.github.files.set('ci/config.yaml', CONFIG);
});
afterEach(async () => {
  expectCleanRecord(scene);
  await scene.close();
});

interface Comment {
  readonly author?: string;
  readonly pull?: Parameters<Scene['sandbox']['github']['addPull']>[0];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Posts a comment on a new pull request, and runs the workflow that it starts. */
async function comment(body: string, inputs: Inputs = KNOWN, { author = 'octocat', pull, environment }: Comment = {}) {
  const { github } = scene.sandbox;
  const { number, headSha } = github.addPull(pull);
  const posted = github.addComment({ number, body, author });
  const event = github.commentEvent(posted);
  const result = await scene.planRun(inputs, { event, ...(environment && { environment }) });
  return { result, number, headSha, posted, event };
}

const answers = () => scene.sandbox.github.comments.slice(1).map(({ body }) => body);
const reactions = () => scene.sandbox.github.reactions.map(({ content }) => content);
const statuses = () =>
  scene.sandbox.github.statuses.map(({ sha, state, context, description }) => ({ sha, state, context, description }));

describe('A command', () => {
  test('is answered, sets a status, and gives the outputs that the workflows take', async () => {
    const { result, headSha } = await comment('/test unit cuda\r\n');
    expect(errorOf(result)).toBe('');
    expect(result.code).toBe(0);
    expect(result.outputs).toMatchObject({ sha: headSha, skip: '', environments: 'unit, cuda', args: 'unit cuda' });
    expect(reactions()).toEqual(['eyes', '+1']);
    expect(statuses()).toEqual([
      { sha: headSha, state: 'pending', context: '/test unit, cuda', description: 'Tests are running' },
    ]);
    expect(answers()).toEqual([
      expect.stringMatching(/Running[^]*@octocat wrote `\/test unit cuda`[^]*`unit`, `cuda`/),
    ]);
    expect(result.summary).toContain('`unit`, `cuda`');
  });

  test('has the verdict in the same answer and status at the end, without a second comment', async () => {
    const { result, event, headSha } = await comment('/test all');
    const needs = {
      plan: { result: 'success', outputs: { answer: result.outputs['answer'], sha: headSha } },
      tests: { result: 'success', outputs: { verdict: 'passed' } },
    };
    const inputs = { answer: result.outputs['answer']!, needs: JSON.stringify(needs) };
    const end = await scene.planRun(inputs, { event });
    expect(errorOf(end)).toBe('');
    expect(answers()).toEqual([expect.stringMatching(/🟢[^]*Passed[^]*octocat wrote `\/test all`/)]);
    expect(answers()[0]).not.toContain('Running');
    expect(statuses().at(-1)).toEqual({
      sha: headSha,
      state: 'success',
      context: '/test all',
      description: 'All tests passed',
    });
  });

  test('is about some of the jobs: those of the other environments may be skipped', async () => {
    const { result, event } = await comment('/test unit');
    const success = { result: 'success', outputs: {} };
    const needs = { unit: success, cuda: { result: 'skipped', outputs: {} } };
    const inputs = { answer: result.outputs['answer']!, needs: JSON.stringify(needs), 'needs-verdict': 'false' };
    expect(errorOf(await scene.planRun(inputs, { event }))).toBe('');
    expect(statuses().at(-1)).toMatchObject({ state: 'success', context: '/test unit' });
    const other = { ...inputs, needs: JSON.stringify({ unit: success, lint: { result: 'skipped', outputs: {} } }) };
    await scene.planRun(other, { event });
    expect(statuses().at(-1)).toMatchObject({ state: 'error', description: expect.stringContaining('lint') });
  });

  test('with a configuration gives the machine, the presets and the file', async () => {
    const { result } = await comment('/test shop gpu\n/var machine.volume: 300\n/skip prepare', WITH_CONFIG);
    expect(errorOf(result)).toBe('');
    const { outputs } = result;
    expect(JSON.parse(outputs['machine']!)).toEqual({
      'ec2-instance-type': 'g4dn.xlarge',
      'ec2-volume-size': '300',
      count: '1',
    });
    expect(outputs).toMatchObject({ 'presets-applied': 'gpu', phases: 'test', args: 'gpu' });
    const json = JSON.parse(outputs['config']!) as Record<string, unknown>;
    expect(json['machine']).toEqual({ type: 'g4dn.xlarge', volume: 300, count: 1 });
    expect(parse(readFileSync(outputs['config-file']!, 'utf8'))).toEqual(json);
    expect(JSON.parse(outputs['overrides']!)).toMatchObject({
      PR_POSITIONAL_ARG_1: 'gpu',
      'exec_list.prepare': false,
      'machine.volume': 300,
    });
    expect(answers()[0]).toMatch(/\| `machine\.type` \| `g4dn\.xlarge` \| `m6i\.large` \| .*ci\/config\.yaml, line 3/);
  });

  test('with a value that start-runner would refuse is refused, with the line that has it', async () => {
    const { result } = await comment('/test shop\n/var machine.volume: big\n/var machine.count: 0', WITH_CONFIG);
    expect([result.code, result.outputs['sha']]).toEqual([0, '']);
    expect(result.outputs['skip']).toContain('ec2-volume-size');
    expect(answers()[0]).toMatch(/ec2-volume-size[^]*machine\.volume[^]*the comment, line 2[^]*big/);
    expect(answers()[0]).toMatch(/`?count`?[^]*the comment, line 3/);
    expect([reactions(), statuses()]).toEqual([['eyes'], []]);
  });

  test('/plan shows the difference and runs nothing', async () => {
    const { result } = await comment('/plan shop gpu', WITH_CONFIG);
    expect(result.outputs).toMatchObject({ sha: '', answer: '', skip: '`/plan` only shows what would run.' });
    expect(answers()).toEqual([expect.stringMatching(/nothing runs[^]*g4dn\.xlarge/)]);
    expect(statuses()).toEqual([]);
  });
});

describe('Nothing runs', () => {
  const expectSkipped = ({ code, outputs }: StepResult) =>
    expect({ code, sha: outputs['sha'], hasReason: outputs['skip'] !== '' }).toEqual({
      code: 0,
      sha: '',
      hasReason: true,
    });

  test('for a comment without a command, and GitHub gets no request', async () => {
    const { result } = await comment('I would write /test all');
    expectSkipped(result);
    expect(scene.sandbox.requests).toEqual([]);
  });

  test('for a typing error, which is answered and leaves no status', async () => {
    const { result } = await comment('/test unti');
    expectSkipped(result);
    expect(answers()).toEqual([expect.stringMatching(/unti[^]*did you mean `unit`\?[^]*Write `\/test all`/)]);
    expect(statuses()).toEqual([]);
  });

  test('for somebody who may not push', async () => {
    const { result } = await comment('/test unit', KNOWN, { author: 'stranger' });
    expectSkipped(result);
    expect(answers()).toEqual([expect.stringContaining('your permission is `none`')]);
    expect([statuses(), reactions()]).toEqual([[], []]);
  });

  test('for a fork without its commit, and with it the commit runs', async () => {
    const pull = { headRepository: 'somebody/octo-repo', author: 'somebody' };
    const { result, headSha } = await comment('/test unit', KNOWN, { pull });
    expectSkipped(result);
    expect(answers()).toEqual([expect.stringContaining(`/test unit ${headSha}`)]);
    const { number } = scene.sandbox.github.pulls[0]!;
    const again = scene.sandbox.github.addComment({ number, body: `/test unit ${headSha}` });
    const second = await scene.planRun(KNOWN, { event: scene.sandbox.github.commentEvent(again) });
    expect(second.outputs).toMatchObject({ sha: headSha, environments: 'unit' });
  });

  test('for a comment that was edited, that was deleted, or that is on an issue', async () => {
    const { github } = scene.sandbox;
    const { posted } = await comment('no command');
    posted.body = '/test unit';
    expectSkipped(await scene.planRun(KNOWN, { event: github.commentEvent(posted, { action: 'edited' }) }));
    const event = github.commentEvent(posted);
    github.deleteComment(posted.id);
    expectSkipped(await scene.planRun(KNOWN, { event }));
    const onIssue = github.addComment({ number: github.addIssue(), body: '/test unit' });
    expectSkipped(await scene.planRun(KNOWN, { event: github.commentEvent(onIssue) }));
    expect(answers()).toEqual([]);
  });

  test('for an event whose texts are not read, and the step is red', async () => {
    const event = { name: 'pull_request_review', payload: { review: { body: '/test unit' } } };
    const result = await scene.planRun(KNOWN, { event });
    expect(result.code).toBe(1);
    expect(errorOf(result)).toContain('no commands of the event `pull_request_review`');
  });

  test('for inputs that do not fit, and all of them are named before any request', async () => {
    const inputs = {
      machine: 'ec2-instance-typ: a.b',
      presets: 'x',
      overrides: 'a=b\nc: 1',
      payload: '[1]',
      yaml: '2',
    };
    const { result } = await comment('/test unit', { ...KNOWN, ...inputs });
    const log = logOf(result);
    expect(result.code).toBe(1);
    for (const problem of [
      'did you mean `ec2-instance-type`?',
      '`machine` needs `config`',
      '`presets` needs `config`',
      '`overrides`, line 1: `a=b`',
      '`payload` is "[1]"',
      '`yaml` is "2"',
    ])
      expect(log).toContain(problem);
    expect(scene.sandbox.requests).toEqual([]);
  });
});

describe('A token that may not', () => {
  const restricted = (permissions: Readonly<Record<string, 'read' | 'write'>>) =>
    scene.sandbox.github.addToken({ token: 'ghs_restricted', kind: 'actions', permissions });

  test('comment, react or set a status lets the run go on, with a warning for each', async () => {
    restricted({ metadata: 'read', contents: 'read', pull_requests: 'read' });
    const { result, headSha } = await comment('/test unit', { ...KNOWN, 'github-token': 'ghs_restricted' });
    expect(errorOf(result)).toBe('');
    expect(result.outputs).toMatchObject({ sha: headSha, environments: 'unit' });
    const warnings = result.lines.filter((line) => line.startsWith('::warning'));
    expect(warnings).toHaveLength(4);
    expect(warnings.join('\n')).toMatch(/could not be posted, and the run goes on: .*403/);
  });

  test('comment makes a refusal red, because nobody would see it otherwise', async () => {
    restricted({ metadata: 'read', contents: 'read', pull_requests: 'read' });
    const { result } = await comment('/test unti', { ...KNOWN, 'github-token': 'ghs_restricted' });
    expect(result.code).toBe(1);
    expect(errorOf(result)).toContain('did you mean `unit`?');
  });
});

describe('Without a comment', () => {
  test('a dispatch plans the commit of the run, with the command of the input', async () => {
    const result = await scene.planRun({ ...WITH_CONFIG, comment: '/test shop gpu' });
    expect(errorOf(result)).toBe('');
    expect(result.outputs).toMatchObject({ sha: scene.sandbox.github.sha, answer: '', 'presets-applied': 'gpu' });
    expect(answers()).toEqual([]);
  });

  test('a typing error is red', async () => {
    const result = await scene.planRun({ ...WITH_CONFIG, comment: '/test shop gpo' });
    expect(result.code).toBe(1);
    expect(errorOf(result)).toMatch(/`gpo` is not a preset[^]*What to do/);
  });

  test('the address of a comment is planned and answered as that comment', async () => {
    const { github } = scene.sandbox;
    const { number, headSha } = github.addPull();
    const { id } = github.addComment({ number, body: '/test unit' });
    const address = `https://github.com/${github.repository}/pull/${number}#issuecomment-${id}`;
    const result = await scene.planRun({ ...KNOWN, comment: address });
    expect(result.outputs).toMatchObject({ sha: headSha, environments: 'unit' });
    expect(answers()).toHaveLength(1);
  });
});
