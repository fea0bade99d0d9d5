import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import type { Scope } from '../../../../src/core/kernel/identity.js';
import { startRunners } from '../../../../src/core/start/start.js';
import type { StopRequest } from '../../../../src/core/stop/request.js';
import { refuseUnstopped, stopRunners } from '../../../../src/core/stop/stop.js';
import { createCloud } from '../../../worlds/cloud.js';
import { SUBNET_A } from '../../../worlds/fake-catalog.js';
import { FakeEc2, NO_CAPACITY } from '../../../worlds/fake-ec2.js';
import { aRequest, failureOf, run } from '../../../worlds/requests.js';

const nothing: StopRequest = {
  run,
  label: undefined,
  instanceIds: [],
  all: false,
  runnerName: 'GitHub Actions 1',
  wait: false,
};

function setUp() {
  const world = createCloud({ bootMs: 20_000 });
  const stop = (changes: Partial<StopRequest> = {}) =>
    stopRunners({ ...nothing, ...changes }, { ...world.ports, gitHubOf: async () => world.github });
  const refusalOf = async (stopped: ReturnType<typeof stop>) => failureOf(stopped.then((one) => refuseUnstopped(one)));
  const start = (changes: Parameters<typeof aRequest>[0] = {}) => startRunners(aRequest(changes), world.ports);
  return { world, start, stop, refusalOf };
}

describe('a stop', () => {
  test('without a label or id ends everything of this run, also of earlier attempts, and only that', async () => {
    const { world, start, stop } = setUp();
    await start({ count: 2 });
    await start({ startId: 'ffff0000', run: { ...run, runAttempt: '2' } });
    await start({ startId: 'ffff0001', run: { ...run, repo: 'another', runId: '78' } });
    const stopped = await stop({ run: { ...run, runAttempt: '2' } });
    expect(stopped.instances).toHaveLength(3);
    expect(stopped.runnersRemoved).toHaveLength(3);
    expect(world.live().map(({ tags }) => tags['ci-actions:run-id'])).toEqual(['78']);
    expect(world.github.listed).toHaveLength(1);
  });

  test('by label ends instances of every attempt of this run, but of no other run with the same label', async () => {
    const { world, start, stop } = setUp();
    await start({ run: { ...run, runAttempt: '3' } });
    await start({ startId: 'ffff0001', run: { ...run, runId: '78' } });
    const began = world.clock.now();
    expect((await stop({ label: 'a-label' })).explanations).toEqual([]);
    expect(world.live().map(({ tags }) => tags['ci-actions:run-id'])).toEqual(['78']);
    expect(world.github.listed).toHaveLength(1);
    // The stop does not search for the instance of the other run's runner.
    expect(world.clock.now()).toBe(began);
  });

  test('by id ends exactly that instance', async () => {
    const { world, start, stop } = setUp();
    const { instances } = await start({ count: 2 });
    await stop({ instanceIds: [instances[0]!.instance.id] });
    expect(world.live().map(({ id }) => id)).toEqual([instances[1]!.instance.id]);
    expect(world.github.listed.map(({ id }) => id)).toEqual([instances[1]!.runners[0]!.id]);
  });

  test('by label and id, as in ec2-github-runner, ends all that was started with that instance', async () => {
    const { world, start, stop } = setUp();
    const { instances } = await start({ count: 3 });
    await start({ startId: 'ffff0001' });
    await stop({ instanceIds: [instances[0]!.instance.id], label: 'a-label' });
    expect(world.live().map(({ tags }) => tags['ci-actions:start'])).toEqual(['ffff0001']);
    expect(world.github.listed).toHaveLength(1);
  });

  describe('by a label that two starts have, and an id that EC2 does not list,', () => {
    const gone = { instanceIds: ['i-0never'], label: 'a-label' };
    const jobs = (world: ReturnType<typeof createCloud>, status: string, runnerName: string) =>
      world.github.jobs.set('octo-org/octo-repo 77 1', [
        { id: 1, name: 'test', status, labels: ['a-label'], runnerName },
      ]);

    test('keeps the instance of the other start while its job runs', async () => {
      const { world, start, stop } = setUp();
      const { instances } = await start({ startId: 'ffff0001' });
      jobs(world, 'in_progress', instances[0]!.runners[0]!.name);
      const stopped = await stop(gone);
      expect(stopped).toMatchObject({ instances: [], refusals: [] });
      expect(stopped.kept.map(({ why }) => why)).toEqual(['job test runs on it']);
      expect(world.live().map(({ id }) => id)).toEqual([instances[0]!.instance.id]);
      expect(world.github.listed).toHaveLength(1);
    });

    test('ends what no job needs', async () => {
      const { world, start, stop } = setUp();
      const { instances } = await start({ startId: 'ffff0001' });
      jobs(world, 'completed', instances[0]!.runners[0]!.name);
      expect((await stop(gone)).instances).toHaveLength(1);
      expect(world.live()).toEqual([]);
      expect(world.github.listed).toEqual([]);
    });

    test('ends the instances for which start-runner composed the label', async () => {
      const { world, start, stop } = setUp();
      const label = 'ec2-77-1-start-ffff0001';
      const { instances } = await start({ startId: 'ffff0001', label });
      jobs(world, 'in_progress', instances[0]!.runners[0]!.name);
      expect((await stop({ ...gone, label })).instances).toHaveLength(1);
    });
  });

  test('by a label and the id of another start ends both', async () => {
    const { world, start, stop } = setUp();
    const label = 'ec2-77-1-start-ffff0001';
    await start({ startId: 'ffff0001', label });
    const { instances } = await start({ startId: 'ffff0002', label: 'ec2-77-1-start-ffff0002' });
    expect((await stop({ label, instanceIds: [instances[0]!.instance.id] })).instances).toHaveLength(2);
    expect(world.live()).toEqual([]);
  });

  test('repeats the termination while EC2 lists an instance but does not know its id', async () => {
    const { world, start, stop } = setUp();
    await start();
    const terminate = world.ec2.terminate.bind(world.ec2);
    let denials = 3;
    world.ec2.terminate = (ids) =>
      denials-- > 0 ? Promise.resolve({ ended: [], unknown: [...ids], refused: [] }) : terminate(ids);
    await stop();
    expect(world.live()).toEqual([]);
  });

  test('fails while EC2 does not know the id of an instance that it lists', async () => {
    const { world, start, stop } = setUp();
    await start();
    world.ec2.terminate = (ids) => Promise.resolve({ ended: [], unknown: [...ids], refused: [] });
    const stopped = await stop();
    expect(stopped.instances).toEqual([]);
    expect((await failureOf(Promise.resolve().then(() => refuseUnstopped(stopped)))).code).toBe('cleanup-incomplete');
  });

  test('done twice succeeds', async () => {
    const { start, stop } = setUp();
    const { instances } = await start();
    await stop({ wait: true });
    expect((await stop()).runnersRemoved).toEqual([]);
    expect((await stop({ instanceIds: [instances[0]!.instance.id] })).instances).toEqual([]);
    await stop({ instanceIds: ['i-0never'] });
  });

  test.each([{}, { label: 'a-label' }, { all: true }])(
    'of %j keeps a runner whose instance EC2 does not list, with a warning',
    async (how) => {
      const { world, stop } = setUp();
      const began = world.clock.now();
      world.github.addRunner({ name: 'ec2-77-1-start-0123abcd-0', labels: ['a-label'] });
      const stopped = await stop(how);
      expect(stopped).toMatchObject({ instances: [], runnersRemoved: [], refusals: [] });
      expect(world.github.listed).toHaveLength(1);
      expect(world.clock.now() - began).toBeLessThanOrEqual(22_000);
      const warnings = world.said.filter((sentence) => sentence.startsWith('warning'));
      expect(warnings).toEqual([
        expect.stringMatching(
          /^warning: Runner ec2-77-1-start-0123abcd-0 was never online.*powers itself off.*15 min/s,
        ),
      ]);
      expect(world.said.join()).not.toContain('No instance of this request is left');
    },
  );

  test('removes a claim whose start died, which frees the pooled instance', async () => {
    const { world, stop } = setUp();
    world.github.addRunner({ name: 'ec2-pool-i-01', labels: ['a-label', 'ec2-77-1-start-0123abcd'] });
    expect((await stop()).runnersRemoved).toEqual(['ec2-pool-i-01']);
  });

  test('keeps what a later attempt has started', async () => {
    const { world, start, stop } = setUp();
    await start({ run: { ...run, runAttempt: '12' } });
    expect(await stop()).toMatchObject({ instances: [], runnersRemoved: [] });
    expect(world.live()).toHaveLength(1);
  });

  test('refuses an id of another repository, and stops the rest', async () => {
    const { world, start, stop, refusalOf } = setUp();
    const mine = (await start()).instances[0]!.instance.id;
    const other = (await start({ startId: 'ffff0001', run: { ...run, repo: 'another' } })).instances[0]!.instance.id;
    const failure = await refusalOf(stop({ instanceIds: [other, mine] }));
    expect(failure.code).toBe('not-ours');
    expect(failure.message).toBe(`${other} belongs to octo-org/another; it was left alone.`);
    expect(world.live().map(({ id }) => id)).toEqual([other]);
  });

  test('terminates also when GitHub refuses, and reports what was not removed', async () => {
    const { world, start, stop, refusalOf } = setUp();
    await start();
    const about = { hint: 'Give a token that may do it.', details: ['Granted: nothing.'] };
    world.github.failNext('listRunners', new Failure('github-unauthorized', 'no', about));
    const failure = await refusalOf(stop());
    expect(failure.code).toBe('cleanup-incomplete');
    expect(failure.message).toBe('Runners of repo:octo-org/octo-repo could not be removed: no');
    expect(failure.hint).toBe(`${about.hint} Run stop-runner again: it is safe to repeat.`);
    expect(failure.details).toBe('Granted: nothing.');
    expect(world.live()).toEqual([]);
  });

  test('leaves a busy runner to GitHub, which removes it after its instance', async () => {
    const { world, start, stop } = setUp();
    const { instances } = await start();
    world.github.goBusy(instances[0]!.runners[0]!.name);
    expect((await stop()).runnersRemoved).toEqual([]);
    expect(world.live()).toEqual([]);
    expect(world.said.join('\n')).toContain('was busy');
  });

  test('with `wait` returns when EC2 has terminated, and no later', async () => {
    const { world, start, stop } = setUp();
    await start();
    const began = world.clock.now();
    expect((await stop({ wait: true })).refusals).toEqual([]);
    expect(world.ec2.instances.map(({ state }) => state)).toEqual(['terminated']);
    expect(world.clock.now() - began).toBeLessThan(25_000);
  });

  test.each([
    ['a cancellation', new Failure('cancelled', 'c', { hint: 'h' })],
    ['an error that is not a Failure', new TypeError('undefined is not a function')],
  ])('ends its wait for the termination on %s', async (_, reason) => {
    const { world, start, stop } = setUp();
    await start();
    world.ec2.fault('describeInstances', { error: reason });
    await expect(stop({ wait: true })).rejects.toBe(reason);
  });

  test('fails when EC2 cannot be asked whether it has terminated', async () => {
    const { world, start, stop } = setUp();
    await start();
    const outage = new Failure('aws-unreachable', 'EC2 does not answer', { hint: 'Wait.' });
    world.ec2.fault('describeInstances', { error: outage });
    expect((await stop({ wait: true })).refusals).toEqual([outage]);
  });

  test('logs that an id which no region knows needs no termination', async () => {
    const { world, stop } = setUp();
    await stop({ instanceIds: ['i-0never'] });
    expect(world.said).toContain('EC2 does not know i-0never: there is nothing to terminate.');
  });

  test('fails when the runners cannot be listed, although EC2 lists no instance', async () => {
    const { world, stop } = setUp();
    world.github.failNext('listRunners', new Failure('github-unreachable', 'no answer', { hint: 'h' }));
    expect((await stop({ label: 'a-label' })).refusals.map(({ message }) => message)).toEqual([
      'Runners of repo:octo-org/octo-repo could not be removed: no answer',
    ]);
  });

  test('needs no access to the runners of the repository when those of its instances are in an organization', async () => {
    const { world, start } = setUp();
    await start({ scope: { kind: 'org', org: 'octo-org' } });
    const gitHubOf = async ({ kind }: Scope) => {
      if (kind === 'org') return world.github;
      throw new Failure('github-forbidden', 'not this token', { hint: 'h' });
    };
    const stopped = await stopRunners({ ...nothing, label: 'a-label' }, { ...world.ports, gitHubOf });
    expect(stopped).toMatchObject({ refusals: [], instances: [{}], runnersRemoved: [expect.any(String)] });
  });

  test('reports how long each instance lived', async () => {
    const { start, stop } = setUp();
    await start();
    const { instances } = await stop();
    expect(instances[0]!.lifetimeMs).toBeGreaterThanOrEqual(20_000);
    expect(instances[0]!.lifetimeMs).toBeLessThan(23_000);
  });

  test('waits for an instance that EC2 does not list yet, because its runner is registered', async () => {
    const { world, start } = setUp();
    await start();
    const late = new FakeEc2({ clock: world.clock, timeline: { invisibleMs: 8_000 } });
    await late.launch({ ...world.ec2.specs[0]!, clientToken: 'again' });
    world.ec2.end(world.ec2.instances[0]!.id);
    const ports = { ...world.ports, ec2: late, ec2In: async () => late, gitHubOf: async () => world.github };
    await stopRunners(nothing, ports);
    expect(late.instances.map(({ state }) => state)).toEqual(['shutting-down']);
  });

  test('does not wait for an instance that has already ended', async () => {
    const { world, start, stop } = setUp();
    const { instances } = await start();
    world.ec2.end(instances[0]!.instance.id);
    await world.clock.sleep(60_000);
    const began = world.clock.now();
    const stopped = await stop();
    expect(stopped).toMatchObject({ instances: [], runnersRemoved: [instances[0]!.runners[0]!.name] });
    expect(world.clock.now()).toBe(began);
  });

  test('finds an instance in another region, by its id and by its runner', async () => {
    const { world, stop } = setUp();
    const europe = new FakeEc2({ clock: world.clock, region: 'eu-west-1' });
    world.elsewhere.set('eu-west-1', europe);
    world.ec2.regions = ['us-east-1', 'eu-west-1'];
    world.ec2.refuse({}, NO_CAPACITY);
    const request = aRequest({ subnetIds: ['eu-west-1/subnet-0a00000000000000a'], waitFor: 'launched' });
    await startRunners(request, world.ports);
    await stop();
    expect(europe.instances.map(({ state }) => state)).toEqual(['shutting-down']);
    expect(world.github.listed).toEqual([]);
  });

  test('finds an instance in another region that EC2 lists late', async () => {
    const { world, stop } = setUp();
    const timeline = { invisibleMs: 12_000 };
    const europe = new FakeEc2({ clock: world.clock, region: 'eu-west-1', timeline });
    world.elsewhere.set('eu-west-1', europe);
    world.ec2.regions = ['us-east-1', 'eu-west-1'];
    const request = aRequest({ subnetIds: [`eu-west-1/${SUBNET_A}`], waitFor: 'launched' });
    await startRunners(request, world.ports);
    await stop();
    expect(europe.instances.map(({ state }) => state)).toEqual(['shutting-down']);
    expect(world.github.listed).toEqual([]);
  });

  describe('where a third region denies every request', () => {
    const denied = new Failure('aws-not-authorized', 'denied by a service control policy', { hint: 'h' });

    async function startElsewhere() {
      const all = setUp();
      const { world } = all;
      const west = new FakeEc2({ clock: world.clock, region: 'us-west-2' });
      const closed = new FakeEc2({ clock: world.clock, region: 'eu-south-1' });
      for (const operation of ['findInstances', 'describeInstances', 'terminate'] as const) {
        closed.fault(operation, { error: denied, times: Infinity });
      }
      world.elsewhere.set('us-west-2', west).set('eu-south-1', closed);
      world.ec2.regions = ['us-east-1', 'eu-south-1', 'us-west-2'];
      const request = aRequest({ subnetIds: ['us-west-2/subnet-0a00000000000000a'], waitFor: 'launched' });
      const { instances } = await startRunners(request, world.ports);
      return { ...all, west, id: instances[0]!.instance.id };
    }

    test.each(['label', 'id', 'neither', 'all'])('ends by %s the instance of another region', async (by) => {
      const { world, stop, west, id } = await startElsewhere();
      const how = { label: { label: 'a-label' }, id: { instanceIds: [id] }, neither: {}, all: { all: true } }[by]!;
      const stopped = await stop(how);
      expect(west.instances.map(({ state }) => state)).toEqual(['shutting-down']);
      expect(stopped).toMatchObject({ instances: [{ instance: { id } }], refusals: [] });
      expect(world.github.listed).toEqual([]);
      expect(world.said.filter((sentence) => sentence.startsWith('warning'))).toEqual([]);
    });

    test('warns of an unlisted id, and names the region that could not be searched', async () => {
      const { world, stop } = await startElsewhere();
      await stop({ instanceIds: ['i-0never'] });
      expect(world.said).toContainEqual(
        expect.stringMatching(/^warning: EC2 does not know i-0never .*Not asked: eu-south-1 \(denied by a service/),
      );
    });

    test('names that region in the warning of a runner without an instance', async () => {
      const { world, stop, west, id } = await startElsewhere();
      west.fault('findInstances', { error: denied, times: Infinity });
      const stopped = await stop();
      expect(stopped).toMatchObject({ instances: [], runnersRemoved: [] });
      expect(west.instances).toMatchObject([{ id, state: 'running' }]);
      expect(stopped.explanations[0]!.what).toContain('us-west-2 (denied by');
      expect(world.github.listed).toHaveLength(1);
    });
  });

  test('continues in the other regions when the home region cannot be searched, and fails', async () => {
    const { world, start, stop, refusalOf } = setUp();
    await start();
    const outage = new Failure('aws-unreachable', 'EC2 does not answer', { hint: 'Wait.' });
    world.ec2.fault('findInstances', { error: outage, times: Infinity });
    const failure = await refusalOf(stop({ label: 'a-label' }));
    expect(failure).toMatchObject({ code: 'cleanup-incomplete', message: 'EC2 does not answer' });
    // The next stop finds the instance by this runner.
    expect(world.github.listed).toHaveLength(1);
  });

  test('ends the others when one has termination protection, and fails with its name', async () => {
    const { world, start, stop } = setUp();
    const ids = (await start({ count: 3 })).instances.map(({ instance }) => instance.id);
    world.ec2.protectedIds.add(ids[1]!);
    const stopped = await stop();
    expect(stopped.instances.map(({ instance }) => instance.id)).toEqual([ids[0], ids[2]]);
    const failure = await failureOf(Promise.resolve().then(() => refuseUnstopped(stopped)));
    expect(failure.message).toBe(`The instance '${ids[1]}' may not be terminated.`);
    expect(failure.details).toBe(`Not ended: ${ids[1]} (us-east-1).`);
    // Without its runner it gets no job, and its boot agent powers it off.
    expect(world.github.listed).toEqual([]);
  });

  test('searches the home region as long as EC2 may list late, also after a region that does not answer', async () => {
    const { world, start, stop } = setUp();
    const slow = new FakeEc2({ clock: world.clock, region: 'eu-west-1' });
    slow.findInstances = () => world.clock.sleep(60_000).then(() => []);
    world.elsewhere.set('eu-west-1', slow);
    world.ec2.regions = ['us-east-1', 'eu-west-1'];
    await start();
    const find = world.ec2.findInstances.bind(world.ec2);
    const began = world.clock.now();
    world.ec2.findInstances = async (...how) => (world.clock.now() - began < 65_000 ? [] : find(...how));
    await stop();
    expect(world.live()).toEqual([]);
  });

  test('keeps the runner of an instance that EC2 lists only after 60 s, and the next stop finds it', async () => {
    const { world, stop } = setUp();
    const late = new FakeEc2({ clock: world.clock, timeline: { invisibleMs: 60_000 } });
    const { instances } = await startRunners(aRequest({ waitFor: 'launched' }), {
      ...world.ports,
      ec2: late,
      ec2In: async () => late,
    });
    Object.assign(world.ports, { ec2: late, ec2In: async () => late });
    const first = await stop();
    expect(first).toMatchObject({ instances: [], runnersRemoved: [], explanations: [{ isTrouble: true }] });
    await world.clock.sleep(45_000);
    expect(await stop()).toMatchObject({ instances: [{ instance: { id: instances[0]!.instance.id } }] });
    expect(world.github.listed).toEqual([]);
  });

  test('by label in a later attempt finds what the stop of an earlier attempt did not end', async () => {
    const { world, start, stop } = setUp();
    await start();
    await stop({ label: 'a-label', run: { ...run, runAttempt: '2' } });
    expect(world.live()).toEqual([]);
  });
});

test('the failure of a stop lists all reasons when there are several', async () => {
  const refusals = [
    new Failure('aws-rejected', 'no', { hint: 'h' }),
    new Failure('aws-unreachable', 'how', { hint: 'h' }),
  ];
  const failure = await failureOf(Promise.resolve().then(() => refuseUnstopped({ foreign: [], refusals })));
  expect([failure.message, failure.details]).toEqual(['Not everything could be stopped.', 'no\nhow']);
});
