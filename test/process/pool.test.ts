import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import { age, expire, findingsOf } from '../worlds/sandbox/leftovers.js';
import { expectOnlyThePool, fill, listOutsidePool, POOL, rowsOf, waiting } from '../worlds/sandbox/pool.js';
import { errorOf, inSandbox, logOf } from '../worlds/sandbox/scene.js';

test.concurrent('a pool is filled, serves one job on a machine that has booted before, and is filled again', () =>
  inSandbox({}, async (scene) => {
    const filled = await scene.fillPool({
      ...POOL,
      size: '2',
      'aws-resource-tags': 'Team=ml',
      'instance-environment': 'A=b',
    });
    expect(filled.code).toBe(0);
    const [first, second] = waiting(scene);
    expect(JSON.parse(filled.outputs['launched'] ?? '').toSorted()).toEqual([first!.id, second!.id].toSorted());
    expect(filled.outputs).toMatchObject({ ready: '2', retired: '[]', 'cost-per-idle-day-usd': '0.2630' });
    expect(filled.summary).toMatch(/^### Pool ready\n\n2 instances\. .* 50 GiB of gp3 each, together \$0\.26 a day/);
    const told = gunzipSync(first!.userData!).toString();
    expect(told).not.toContain('jit-config');
    expect(told).toContain('#:environment QT1i\n');
    for (const { id } of [first!, second!]) expect(scene.sandbox.ec2.readConsole(id)).toContain(' warmed up\n');

    const main = await scene.start(POOL);
    expect(main.code).toBe(0);
    const [row] = rowsOf(main);
    expect([first!.id, second!.id]).toContain(row!.instance);
    expect(row).toMatchObject({ name: `ec2-pool-${row!.instance}`, pool: 'ready' });
    expect(scene.count('RunInstances')).toBe(2);
    const claimed = scene.sandbox.ec2.instance(row!.instance);
    expect(Object.fromEntries(claimed.tags)).toMatchObject({
      'ci-actions:run-id': '29679449',
      'ci-actions:label': main.outputs['label'],
      'ci-actions:runner-name': row!.name,
      'ci-actions:pool': 'ready',
    });
    expect(main.summary).toContain('on-demand, from the pool');
    const job = scene.queue(main.outputs['label']);
    expect(await job.finished).toBe('success');
    expect(job.log).toContain(`I am ${row!.name}`);
    await expectOnlyThePool(scene);
    expect(waiting(scene)).toHaveLength(1);

    expect(await fill(scene, 2, { 'aws-resource-tags': 'Team=ml' })).toHaveLength(2);
    expect(scene.count('RunInstances')).toBe(3);
  }),
);

test.concurrent('a claim is online sooner than a cold start, because resuming is faster than booting', () =>
  inSandbox({ timeline: { bootMs: 9_000, resumeMs: 1_000 } }, async (scene) => {
    await fill(scene, 1);
    const [warm] = rowsOf(await scene.start(POOL));
    const [cold] = rowsOf(await scene.start(POOL));
    expect([warm?.pool, cold?.pool]).toEqual(['ready', undefined]);
    // 8 s between the two, 6 of which a busy machine may use up.
    expect(warm!.toOnline).toBeLessThan(cold!.toOnline - 2);
    expect((await scene.stop()).code).toBe(0);
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent('an empty pool costs a start two requests, both parallel to others', () =>
  inSandbox({}, async (scene) => {
    const starts = [];
    for (const inputs of [{}, POOL]) {
      const from = scene.sandbox.requests.length;
      const main = await scene.start({ ...inputs, 'wait-for': 'launched' });
      expect(main.code).toBe(0);
      starts.push(scene.sandbox.requests.slice(from).map(({ operation }) => operation));
    }
    const [plain, pooled] = starts as [string[], string[]];
    expect(pooled.toSorted()).toEqual(
      [...plain, 'DescribeInstances', 'GET /repos/{owner}/{repo}/actions/runners'].toSorted(),
    );
    expect((await scene.stop()).code).toBe(0);
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent('of four starts at once on two machines, two get one each and two launch', () =>
  inSandbox({}, async (scene) => {
    await fill(scene, 2);
    const mains = await Promise.all([1, 2, 3, 4].map(() => scene.start(POOL)));
    const rows = mains.flatMap(rowsOf);
    expect(mains.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(new Set(rows.map(({ instance }) => instance)).size).toBe(4);
    expect(rows.filter(({ pool }) => pool === 'ready')).toHaveLength(2);
    const jobs = mains.map(({ outputs }) => scene.queue(outputs['label']));
    expect(await Promise.all(jobs.map(({ finished }) => finished))).toEqual(Array(4).fill('success'));
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent('count: 3 on two machines takes both and launches one', () =>
  inSandbox({}, async (scene) => {
    await fill(scene, 2);
    const main = await scene.start({ ...POOL, count: '3' });
    expect(main.code).toBe(0);
    expect(rowsOf(main).filter(({ pool }) => pool === 'ready')).toHaveLength(2);
    expect((await scene.stop({ label: main.outputs['label'] ?? '' })).code).toBe(0);
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent(
  'an instance whose type has no capacity any more leaves the pool, and the start launches another type',
  () =>
    inSandbox({}, async (scene) => {
      await fill(scene, 1);
      scene.sandbox.ec2.capacity['t3.xlarge'] = 0;
      const main = await scene.start(POOL);
      expect(main.code).toBe(0);
      expect(rowsOf(main)).toMatchObject([{ type: 't3a.xlarge' }]);
      expect(logOf(main)).toMatch(/\(t3\.xlarge\) does not start: InsufficientInstanceCapacity\. It leaves the pool\./);
      expect(await scene.queue(main.outputs['label']).finished).toBe('success');
      await scene.expectNothingIsLeft();
    }),
);

test.concurrent('a role without the permissions for pools gets a warning, and launches', () =>
  inSandbox({}, async (scene) => {
    await fill(scene, 1);
    scene.sandbox.ec2.denied.add('ec2:ModifyInstanceAttribute');
    const main = await scene.start(POOL);
    expect(main.code).toBe(0);
    expect(logOf(main)).toMatch(/::warning.*Pool ready cannot be used.*ec2:ModifyInstanceAttribute/);
    expect(await scene.queue(main.outputs['label']).finished).toBe('success');
    await expectOnlyThePool(scene);
    expect(waiting(scene)).toHaveLength(1);
  }),
);

test.concurrent('a start with another image, volume or group takes nothing from the pool', () =>
  inSandbox({}, async (scene) => {
    const [instance] = await fill(scene, 1);
    for (const inputs of [
      { 'ec2-volume-size': '60' },
      { 'security-group-id': seed.RUNNER_GROUP },
      { preset: 'arm64' },
    ]) {
      const main = await scene.start({ ...POOL, ...inputs, 'wait-for': 'launched' });
      expect(rowsOf(main)).toMatchObject([{ instance: expect.not.stringMatching(instance!.id) }]);
      expect(logOf(main)).toContain('Pool ready: 0 of 1 instance can be claimed.');
    }
    expect((await scene.stop()).code).toBe(0);
    await expectOnlyThePool(scene);
  }),
);

test.concurrent('the reaper leaves unexpired machines alone, however old, and removes expired ones', () =>
  inSandbox({}, async (scene) => {
    const [young, old] = await fill(scene, 2);
    for (const one of [young!, old!]) age(one, 3 * 24 * 60);
    expect(findingsOf(await scene.reap())).toEqual([]);
    expire(old!);
    const findings = findingsOf(await scene.reap());
    expect(findings).toMatchObject([
      { id: old!.id, outcome: 'removed', why: expect.stringMatching(/^its time in pool ready ended at /) },
    ]);
    await expectOnlyThePool(scene);
    expect(waiting(scene)).toEqual([young]);
  }),
);

test.concurrent('fill-pool retires expired, outdated and surplus machines, and lists them first in a dry run', () =>
  inSandbox({}, async (scene) => {
    const [expired, outdated, kept] = await fill(scene, 3);
    expire(expired!);
    const next = { ...scene.sandbox.ec2.images.get(seed.OUR_AMD64_IMAGE)!, id: 'ami-0c1a64a64a64ccccc' };
    scene.sandbox.ec2.images.set(next.id, next);
    Object.assign(outdated!, { image: next });
    const rehearsed = await scene.fillPool({ ...POOL, size: '0', 'dry-run': 'true' });
    expect(rehearsed.code).toBe(0);
    expect(waiting(scene)).toHaveLength(3);
    expect(rehearsed.summary).toMatch(/^### Dry run: pool ready was not changed/);
    const result = await scene.fillPool({ ...POOL, size: '1' });
    expect(result.code).toBe(0);
    expect(new Set(JSON.parse(result.outputs['retired'] ?? '') as string[])).toEqual(
      new Set([expired!.id, outdated!.id]),
    );
    await scene.until(() => listOutsidePool(scene).length === 0);
    expect(waiting(scene)).toEqual([kept]);
    expect((await scene.fillPool({ ...POOL, size: '0' })).code).toBe(0);
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent('a failed warm-up is removed, and the step reports why', () =>
  inSandbox({}, async (scene) => {
    const result = await scene.fillPool({ ...POOL, 'warm-up-script': 'exit 3\n' });
    expect(result.code).toBe(1);
    expect(errorOf(result)).toMatch(/^1 of 1 warm-up failed\.[^]*Code: pool-incomplete$/);
    expect(result.summary).toMatch(/\| i-\w+ \|.*\| launched \| pre-runner script failed with 3 \|/);
    expect(logOf(result)).toMatch(/^i-\w+: pre-runner script failed with 3$/m);
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent('stock images and spot are refused, together with all other problems', () =>
  inSandbox({ parameters: { '/ci-actions/ami/amd64': undefined } }, async (scene) => {
    const stock = await scene.fillPool(POOL);
    expect(errorOf(stock)).toMatch(/^`ec2-image-id` is ami-\w+ .* allowed in a pool: images built by `ami\/`/);
    const wrong = await scene.fillPool({ size: 'many', 'max-age-day': '3' });
    expect(logOf(wrong)).toMatch(/`size` is "many"[^]*did you mean `max-age-days`\?/);
    const nameless = await scene.fillPool({});
    expect(errorOf(nameless)).toMatch(/^`pool` is empty/);
    const spot = await scene.start({ ...POOL, 'market-type': 'spot' });
    expect(errorOf(spot)).toMatch(/^`pool` is set with `market-type: spot`/);
    expect(scene.count('RunInstances')).toBe(0);
  }),
);

test.concurrent('a claimed machine that does not come up fails the start, which leaves nothing behind', () =>
  inSandbox({}, async (scene) => {
    const [instance] = await fill(scene, 1);
    scene.sandbox.on((event) => {
      if (event.name === 'running') scene.sandbox.ec2.killInstance(event.instance);
    });
    const main = await scene.start(POOL);
    expect(main.code).toBe(1);
    expect(errorOf(main)).toMatch(new RegExp(`^Instance ${instance!.id} is .*Code: instance-died$`, 's'));
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent('a start that is cancelled while its claimed machine boots removes it and its claim', () =>
  inSandbox({ timeline: { resumeMs: 5_000 } }, async (scene) => {
    await fill(scene, 1);
    let kill: (signal: NodeJS.Signals) => void = () => undefined;
    scene.sandbox.on(({ name }) => {
      if (name === 'running') kill('SIGINT');
    });
    const main = await scene.start(POOL, { onStart: (given) => (kill = given) });
    expect(errorOf(main)).toMatch(/^The step was canceled \(SIGINT\)\.[^]*everything that was started was rolled back/);
    await scene.expectNothingIsLeft();
  }),
);
