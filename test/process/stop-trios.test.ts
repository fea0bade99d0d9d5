/** Several starts and stops in one run, as in workflows of ec2-github-runner. */
import { describe, expect, test } from '@jest/globals';
import { errorOf, inSandbox, logOf, type How, type Inputs, type Scene } from '../worlds/sandbox/scene.js';

const idle = { machines: false };
const launched = { 'wait-for': 'launched' };
/** The inputs of a stop after a start that failed without outputs. */
const EMPTY = { mode: 'stop', label: '', 'ec2-instance-id': '' };

const alive = ({ sandbox }: Scene): string[] =>
  [sandbox.ec2, ...sandbox.elsewhere.values()]
    .flatMap((ec2) => ec2.instances())
    .flatMap(({ id, state }) => (state === 'shutting-down' || state === 'terminated' ? [] : [id]));
const idsOf = ({ outputs }: { outputs: Readonly<Record<string, string>> }): string[] =>
  JSON.parse(outputs['ec2-instance-ids'] ?? '[]') as string[];
const warningsOf = ({ lines }: { lines: readonly string[] }) => lines.filter((line) => line.startsWith('::warning'));

/** Stops in a job of the run, beside the other jobs. */
async function stopAsJob(scene: Scene, inputs: Inputs, how: { name?: string; token?: string } = {}) {
  const job = scene.sandbox.github.hostJob(how.name ?? 'stop-a');
  const environment: How['environment'] = { GITHUB_JOB: 'stop-a', RUNNER_NAME: job.runnerName };
  const stopped = await scene.stop({ ...inputs, ...(how.token && { 'github-token': how.token }) }, { environment });
  job.end();
  return stopped;
}

/** A token that may only register runners. */
function smallToken({ sandbox }: Scene): string {
  const permissions = { administration: 'write' } as const;
  return sandbox.github.addToken({ token: 'github_pat_small', kind: 'fine-grained', permissions }).token;
}

describe('Two starts, tests and stops in one run', () => {
  test.concurrent.each([
    ['empty values', () => EMPTY],
    ['the label output of the failed start', (label: string) => ({ ...EMPTY, label })],
  ])('a start without capacity, and a stop with %s, keep the other machine during its job', (_, given) =>
    inSandbox({}, async (scene) => {
      const b = await scene.start(launched);
      const job = scene.queue(b.outputs['label'], ['sleep 120'], 'test-b');
      await scene.until(() => job.status === 'in_progress');
      scene.sandbox.ec2.refusals['*/*/*'] = 'InsufficientInstanceCapacity';
      const a = await scene.start(launched);
      expect(a.code).toBe(1);
      expect(a.outputs['label']).toMatch(/^ec2-29679449-1-start-[0-9a-f]{8}$/);
      expect(a.outputs['label']).not.toBe(b.outputs['label']);
      const stop = await stopAsJob(scene, given(a.outputs['label']!));
      expect(stop).toMatchObject({ code: 0, outputs: { 'ec2-instance-ids': '[]' } });
      expect(alive(scene)).toEqual(idsOf(b));
      expect(job.status).toBe('in_progress');
    }),
  );

  test.concurrent(
    'without the permission to read jobs the busy machine stays, with a warning that names the permission',
    () =>
      inSandbox({}, async (scene) => {
        const b = await scene.start(launched);
        const job = scene.queue(b.outputs['label'], ['sleep 120'], 'test-b');
        await scene.until(() => job.status === 'in_progress');
        const stop = await stopAsJob(scene, EMPTY, { token: smallToken(scene) });
        expect(stop.code).toBe(0);
        expect(warningsOf(stop)).toEqual([
          expect.stringMatching(/Kept i-\w+ \(runner \S+\): its runner is busy.*`actions: read`/),
        ]);
        expect(stop.summary).toMatch(/### Kept for other jobs of this run\n[^]*its runner is busy/);
        expect(job.status).toBe('in_progress');
      }),
  );

  test.concurrent('the last stop, without a label, ends the rest of all attempts', () =>
    inSandbox(idle, async (scene) => {
      const first = await scene.start(launched);
      scene.sandbox.github.runs.get(scene.sandbox.github.runId)!.attempt = 2;
      const environment = { GITHUB_RUN_ATTEMPT: '2' };
      const second = await scene.start(launched, { environment });
      const build = scene.sandbox.github.hostJob('build');
      const job = scene.sandbox.github.hostJob('stop');
      const how = { environment: { ...environment, RUNNER_NAME: job.runnerName } };
      const early = await scene.stop({}, how);
      expect(idsOf(early)).toEqual(idsOf(first));
      expect(logOf(early)).toMatch(
        /Kept i-\w+ \(runner \S+\): its runner is not online, and other jobs of this run are unfinished: build\. /,
      );
      expect(alive(scene)).toEqual(idsOf(second));
      build.end();
      // The job ended some time ago.
      for (const one of scene.sandbox.github.jobs()) if (one.completedAt) one.completedAt -= 20_000;
      expect(idsOf(await scene.stop({}, how))).toEqual(idsOf(second));
      expect(alive(scene)).toEqual([]);
      expect(scene.count(/actions\/runs\/\{run_id\}\/attempts\/\{attempt_number\}\/jobs$/)).toBe(2);
    }),
  );
});

describe('A machine in another region, when a third region denies every request,', () => {
  test.concurrent.each(['label', 'id', 'neither'])('is ended by %s', (by) =>
    inSandbox({ ...idle, otherRegions: ['us-west-2', 'eu-west-1'] }, async (scene) => {
      const { elsewhere } = scene.sandbox;
      for (const operation of ['DescribeInstances', 'TerminateInstances']) {
        elsewhere.get('eu-west-1')!.denied.add(operation);
      }
      const subnet = [...elsewhere.get('us-west-2')!.subnets.keys()][0]!;
      const main = await scene.start({ ...launched, 'subnet-id': `us-west-2/${subnet}` });
      expect(main.outputs['region']).toBe('us-west-2');
      const [id = ''] = idsOf(main);
      const given = { label: { label: main.outputs['label']! }, id: { 'ec2-instance-id': id }, neither: {} }[by]!;
      const stop = await scene.stop(given);
      expect(stop.code).toBe(0);
      expect(idsOf(stop)).toEqual([id]);
      expect(alive(scene)).toEqual([]);
      expect(scene.sandbox.github.runners()).toEqual([]);
      expect(warningsOf(stop)).toEqual([]);
    }),
  );
});

test.concurrent(
  'A list of jobs that is shorter than its count is read again, and does not count as the end of all jobs',
  () =>
    inSandbox({}, async (scene) => {
      const main = await scene.start(launched);
      const job = scene.queue(main.outputs['label'], ['sleep 120'], 'test-b');
      await scene.until(() => job.status === 'in_progress');
      let lies = 1;
      scene.sandbox.intercept = ({ operation }) =>
        operation.endsWith('/jobs') && lies-- > 0
          ? { kind: 'status', status: 200, body: '{"total_count":2,"jobs":[]}' }
          : undefined;
      expect(await stopAsJob(scene, {})).toMatchObject({ code: 0, outputs: { 'ec2-instance-ids': '[]' } });
      expect(job.status).toBe('in_progress');
      expect(alive(scene)).toEqual(idsOf(main));
    }),
);

test.concurrent('A label of two starts, with an id of another region, ends only the machine of that id', () =>
  inSandbox({ ...idle, otherRegions: ['us-west-2'] }, async (scene) => {
    const subnet = [...scene.sandbox.elsewhere.get('us-west-2')!.subnets.keys()][0]!;
    const away = await scene.start({ ...launched, label: 'gpu', 'subnet-id': `us-west-2/${subnet}` });
    const home = await scene.start({ ...launched, label: 'gpu' });
    const stop = await scene.stop({ label: 'gpu', 'ec2-instance-id': idsOf(away)[0]! });
    expect(stop).toMatchObject({ code: 0, outputs: { 'ec2-instance-ids': JSON.stringify(idsOf(away)) } });
    expect(alive(scene)).toEqual(idsOf(home));
    expect(scene.sandbox.github.runners()).toHaveLength(1);
  }),
);

describe('An instance that EC2 does not end', () => {
  test.concurrent('because of termination protection is named; the others end, and the step fails', () =>
    inSandbox(idle, async (scene) => {
      const main = await scene.start({ ...launched, count: '3' });
      const [first = '', guarded = '', third = ''] = idsOf(main);
      scene.sandbox.ec2.instance(guarded).protectedFromTermination = true;
      const stop = await scene.stop({ label: main.outputs['label']! });
      expect(stop.code).toBe(1);
      expect(errorOf(stop)).toContain(guarded);
      expect(idsOf(stop).toSorted()).toEqual([first, third].toSorted());
      expect(stop.summary).not.toContain(`| ${guarded} |`);
      expect(alive(scene)).toEqual([guarded]);
    }),
  );

  test.concurrent('because EC2 lists it late keeps its runner, and the next stop finds it', () =>
    inSandbox({ ...idle, timeline: { invisibleMs: 26_000 } }, async (scene) => {
      const main = await scene.start(launched);
      const given = { label: main.outputs['label']! };
      const early = await scene.stop(given);
      expect(early).toMatchObject({ code: 0, outputs: { 'ec2-instance-ids': '[]' } });
      expect(warningsOf(early)).toEqual([expect.stringMatching(/^::warning::Runner \S+ .*15 min after its boot/)]);
      expect(logOf(early)).not.toContain('is left');
      await scene.until(() => false);
      expect(idsOf(await scene.stop(given))).toEqual(idsOf(main));
      expect(scene.sandbox.github.runners()).toEqual([]);
    }),
  );
});

describe('The inputs of a stop', () => {
  test.concurrent(
    'that belong to a start are ignored with a line each, and an unknown one fails the step at its end',
    () =>
      inSandbox(idle, async (scene) => {
        const main = await scene.start(launched);
        const superfluous = {
          'aws-resource-tags': '[{"Key":"Name","Value":"ci"}]',
          'ec2-image-id': 'ami-0aaaaaaaaaaaaaa01',
          'availability-zones-config': '[{"imageId":"a"},{"imageId":"b"}]',
          'run-runner-as-service': 'true',
          lable: 'x',
        };
        const stop = await scene.stop({ ...EMPTY, label: main.outputs['label']!, ...superfluous });
        expect(alive(scene)).toEqual([]);
        expect(idsOf(stop)).toEqual(idsOf(main));
        for (const name of Object.keys(superfluous).slice(0, -1))
          expect(logOf(stop)).toContain(`\`${name}\` is ignored`);
        expect(stop.code).toBe(1);
        expect(errorOf(stop)).toMatch(
          /^`lable` is not an input; did you mean `label`\?\n.*was stopped\.\nCode: bad-input$/,
        );
      }),
  );

  test.concurrent('with `all: true` beside a label or an id stop what these name, and then the step fails', () =>
    inSandbox(idle, async (scene) => {
      const [main, other] = [await scene.start(launched), await scene.start(launched)];
      const both = { label: main.outputs['label']!, 'ec2-instance-id': idsOf(main)[0]!, all: 'true' };
      const stop = await scene.stop(both);
      expect(stop.code).toBe(1);
      expect(errorOf(stop)).toMatch(
        /^`all` is true, and `label` and `ec2-instance-id` names? a part of that; allowed: one of them\.\n/,
      );
      expect(errorOf(stop)).toContain('Everything else that the inputs name was stopped.');
      expect(alive(scene)).toEqual(idsOf(other));
      expect((await scene.stop({ all: 'true', label: '' })).code).toBe(0);
      expect(alive(scene)).toEqual([]);
    }),
  );

  test.concurrent.each([
    ['a label that no start can have', (id: string) => ({ label: 'a b', 'ec2-instance-id': id }), /^`label` is "a b"/],
    [
      'an id that is none, beside one',
      (id: string) => ({ 'ec2-instance-id': `${id}, soon` }),
      /^`ec2-instance-id` has "soon"/,
    ],
    [
      '`wait` and `mode`',
      (id: string) => ({ mode: 'start', wait: 'si', 'ec2-instance-ids': `["${id}"]` }),
      /^2 inputs cannot/,
    ],
    [
      'no token',
      (id: string) => ({ 'ec2-instance-ids': id, 'github-token': '' }),
      /^Runners of .* `github-token` is empty/,
    ],
  ])('with %s end what can be understood, and then the step fails', (_, given, error) =>
    inSandbox(idle, async (scene) => {
      const [main, other] = [await scene.start(launched), await scene.start(launched)];
      const stop = await scene.stop(given(idsOf(main)[0]!));
      expect(stop.code).toBe(1);
      expect(errorOf(stop)).toMatch(error);
      expect(errorOf(stop)).not.toMatch(/Nothing was|launched/);
      expect(alive(scene)).toEqual(idsOf(other));
    }),
  );

  test.concurrent.each([
    ['a label', { label: 'a b' }, '`label` is "a b"'],
    ['an id', { 'ec2-instance-id': '[null, "soon"]' }, '`ec2-instance-id` has "soon"'],
    [
      'a mode',
      { mode: 'cleanup' },
      '`mode` is "cleanup"; allowed: `stop` or nothing. For `mode: cleanup`, use the reap-runners action.',
    ],
  ])('with only %s that cannot be understood end nothing, and say so', (_, given, error) =>
    inSandbox(idle, async (scene) => {
      const main = await scene.start(launched);
      const stop = await scene.stop(given);
      expect(stop.code).toBe(1);
      expect(errorOf(stop)).toContain(error);
      expect(errorOf(stop)).toContain('Nothing was stopped.');
      expect(alive(scene)).toEqual(idsOf(main));
    }),
  );

  test.concurrent('may be ids of two starts, in both inputs and every form, and names of other actions', () =>
    inSandbox(idle, async (scene) => {
      const mains = [await scene.start(launched), await scene.start(launched), await scene.start(launched)];
      const [a = '', b = '', c = ''] = mains.flatMap(idsOf);
      const names = { 'eip-allocation-id': 'eipalloc-1', 'spot-fallback': 'fail', 'ec2-instance-type': 't3.nano' };
      const stop = await scene.stop({
        ...EMPTY,
        ...names,
        'ec2-instance-id': `${a},${b}`,
        'ec2-instance-ids': `["${c}"]`,
      });
      expect(stop.code).toBe(0);
      expect(alive(scene)).toEqual([]);
      for (const name of Object.keys(names)) expect(logOf(stop)).toContain(`\`${name}\` is ignored`);
    }),
  );

  test.concurrent('from a start that failed at once hold a label by which nothing else is stopped', () =>
    inSandbox(idle, async (scene) => {
      const other = await scene.start(launched);
      const bad = await scene.start({ ...launched, 'ec2-image-id': 'no image' });
      expect(bad.code).toBe(1);
      expect(bad.outputs['label']).toMatch(/^ec2-29679449-1-start-[0-9a-f]{8}$/);
      expect((await scene.start({ label: 'fixed-7', count: '0' })).outputs['label']).toBe('fixed-7');
      expect(await scene.stop({ label: bad.outputs['label']! })).toMatchObject({ code: 0 });
      expect(alive(scene)).toEqual(idsOf(other));
    }),
  );
});
