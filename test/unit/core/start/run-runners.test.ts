import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { TAG } from '../../../../src/core/kernel/identity.js';
import { readRunners } from '../../../../src/core/kernel/runner-tags.js';
import type { JournalEntry } from '../../../../src/core/ports/process.js';
import { Created } from '../../../../src/core/start/created.js';
import { rollBack } from '../../../../src/core/start/roll-back.js';
import { startRunners } from '../../../../src/core/start/start.js';
import { createCloud } from '../../../worlds/cloud.js';
import { NO_CAPACITY } from '../../../worlds/fake-ec2.js';
import { aRequest, failureOf, run } from '../../../worlds/requests.js';

/** Runners for one job each, and two that take jobs until their instance ends. */
const request = aRequest({
  runners: [
    { role: 'build', count: 1, label: 'a-label-build', labels: ['big'], lifetime: 'job' },
    { role: 'test', count: 2, label: 'a-label-test', labels: ['small'], lifetime: 'run' },
  ],
});
const onlyRun = aRequest({ runners: [{ role: 'test', count: 2, label: 'a-label-test', lifetime: 'run' }] });
const NAME = 'ec2-77-1-start-0123abcd-0';

let world: ReturnType<typeof createCloud>;

beforeEach(() => {
  world = createCloud({ bootMs: 20_000 });
});

const payloadOf = (at = 0) => gunzipSync(world.ec2.specs[at]!.userData).toString();
const names = () => world.github.listed.map(({ name }) => name);
const tokens = () => world.github.calls.filter((call) => call === 'createRegistrationToken').length;

describe('A start with runners that take jobs until the instance ends', () => {
  test('is over when the instance has registered them and all are online', async () => {
    const started = await startRunners(request, world.ports);
    const [one] = started.instances;
    expect(one!.runners.map(({ role, labels }) => [role, labels])).toEqual([
      ['build', ['a-label-build', 'big']],
      ['test', ['a-label-test', 'small']],
      ['test', ['a-label-test', 'small']],
    ]);
    expect(one!.runners.map(({ id }) => typeof id)).toEqual(['number', 'number', 'number']);
    expect(world.github.listed.map(({ labels }) => labels)).toEqual(one!.runners.map(({ labels }) => labels));
    expect(world.said.join('\n')).toMatch(new RegExp(`Runner ${NAME}-2 \\(test\\) is online on i-`));
  });

  test('tags the instance with their names and no ids', async () => {
    const [one] = (await startRunners(request, world.ports)).instances;
    const [first] = one!.runners;
    expect(one!.instance.tags[TAG.runnerId]).toBe(`${first!.id} - -`);
    expect(readRunners(one!.instance.tags).map(({ name }) => name)).toEqual([`${NAME}-0`, `${NAME}-1`, `${NAME}-2`]);
  });

  test('gives the instance one registration token, which is masked, and registers only the others', async () => {
    const masked: string[] = [];
    await startRunners({ ...request, machines: 2 }, { ...world.ports, mask: (secret) => void masked.push(secret) });
    expect(tokens()).toBe(1);
    expect(masked).toContain('token-1');
    expect(world.github.registered).toHaveLength(2);
    for (const at of [0, 1]) {
      expect(payloadOf(at)).toContain('#:registration-token token-1\n');
      expect(payloadOf(at)).toContain('#:registration-url https://github.com/octo-org/octo-repo\n');
      expect(payloadOf(at)).not.toContain('runner-group');
    }
    expect(payloadOf()).toContain(`#:runner-3 ${NAME}-2 test run a-label-test,small\n`);
  });

  test('without any other runner packs no configuration', async () => {
    await startRunners(onlyRun, world.ports);
    expect(world.github.registered).toEqual([]);
    expect(payloadOf()).not.toContain('jit-configs');
  });

  test('gets a new token for a launch that comes when the first is about to expire', async () => {
    world.github.tokensExpireAt = () => world.clock.now() + 3_600_000;
    const types = onlyRun.machine.instanceTypes;
    for (const type of types) world.ec2.capacity.set(type, 0);
    const patient = { ...onlyRun, startup: { ...onlyRun.startup, retryCapacityMs: 4 * 3_600_000 } };
    world.clock.after(3 * 3_600_000, () => types.forEach((type) => world.ec2.capacity.delete(type)));
    await startRunners(patient, world.ports);
    expect(tokens()).toBeGreaterThan(2);
    expect(payloadOf()).toContain(`#:registration-token token-${tokens()}\n`);
  });

  test('names the runner group by its name, by which the instance registers', async () => {
    world.github.groups.set('builders', 5);
    const org = { ...onlyRun, scope: { kind: 'org', org: 'octo-org' } as const };
    await startRunners({ ...org, runnerGroup: '5' }, world.ports);
    expect(payloadOf()).toContain('#:runner-group builders\n');
    world.github.resolveGroup = async () => ({ id: 6, doubt: 'The groups cannot be read.' });
    const refused = await failureOf(startRunners({ ...org, runnerGroup: '6' }, world.ports));
    expect([refused.code, refused.message]).toEqual(['bad-input', expect.stringContaining('`runner-group` is 6')]);
    expect(world.ec2.specs).toHaveLength(1);
  });

  test('names the roles of runners that do not come', async () => {
    world = createCloud();
    world.ec2.onLaunch(() => world.github.connect(`${NAME}-0`));
    const { code, message } = await failureOf(startRunners(request, world.ports));
    expect(code).toBe('startup-timeout');
    expect(message).toContain(`Runner ${NAME}-1 (test), ${NAME}-2 (test) was not online`);
    expect([world.live(), names()]).toEqual([[], []]);
  });

  test('fails before anything is launched when GitHub gives no token, and leaves nothing', async () => {
    world.github.failNext('createRegistrationToken', new Failure('github-forbidden', 'no', { hint: 'h' }));
    expect((await failureOf(startRunners(request, world.ports))).code).toBe('github-forbidden');
    expect([world.ec2.specs, names()]).toEqual([[], []]);
  });
});

test('A start without such runners asks for no token', async () => {
  await startRunners(aRequest(), world.ports);
  expect(tokens()).toBe(0);
});

describe('Rolling back a start whose instance registers runners', () => {
  /** Everything of the start that a sweep would still find. */
  const left = () => [world.live().map(({ id }) => id), names()];

  /** Cancels this long after the launch; the instance registers its runners after `bootMs`. */
  async function cancelAfter(ms: number, bootMs: number, invisibleMs = 0) {
    world = createCloud({ bootMs, invisibleMs });
    world.ec2.onLaunch(() =>
      world.clock.after(ms, () => world.cancel.abort(new Failure('cancelled', 'canceled', { hint: 'h' }))),
    );
    await failureOf(startRunners(onlyRun, world.ports));
    const entry = world.journal.at(-1)!;
    const post = entry.state === 'started' ? await rollBack(Created.fromJournal(entry, run), world.ports) : [];
    await world.clock.sleep(60_000);
    return post;
  }

  test.each([0, 1, 999, 1_000, 1_001, 5_000, 9_999, 10_000])(
    'canceled %d ms after the launch, when they come after 10 s, leaves neither instance nor runner',
    async (ms) => {
      await cancelAfter(ms, 10_000);
      expect(left()).toEqual([[], []]);
    },
  );

  test.each([0, 3_000, 9_000])('finds the instance that EC2 lists late (canceled after %d ms)', async (ms) => {
    expect(await cancelAfter(ms, 10_000, 8_000)).toEqual([]);
    expect(left()).toEqual([[], []]);
  });

  test('finds an instance that EC2 lists late, when the start died right after its launch', async () => {
    world = createCloud({ invisibleMs: 8_000 });
    let atLaunch: JournalEntry | undefined;
    world.ec2.onLaunch(() => {
      atLaunch = world.journal.at(-1);
      world.cancel.abort(new Failure('cancelled', 'canceled', { hint: 'h' }));
    });
    await failureOf(startRunners(onlyRun, world.ports));
    expect(atLaunch).toMatchObject({ runnerNames: [`${NAME}-0`, `${NAME}-1`], runnerIds: [], instances: [] });
    expect(await rollBack(Created.fromJournal(atLaunch!, run), world.ports)).toEqual([]);
    expect(left()).toEqual([[], []]);
  });

  test('removes a runner that is registered after the runners were listed', async () => {
    world = createCloud();
    const terminate = world.ec2.terminate.bind(world.ec2);
    world.ec2.terminate = (ids) => {
      for (const { tags } of world.live())
        for (const { name } of readRunners(tags)) world.github.addRunner({ name, isReused: true });
      return terminate(ids);
    };
    await failureOf(startRunners(onlyRun, world.ports));
    expect(left()).toEqual([[], []]);
  });

  test('lists no runners again when nothing was launched', async () => {
    world.ec2.refuse({}, NO_CAPACITY);
    await failureOf(startRunners(onlyRun, world.ports));
    expect(world.github.calls.filter((call) => call === 'listRunners')).toEqual([]);
  });

  test('says what may still come when EC2 does not list an instance that may have been launched', async () => {
    const entry = { startId: onlyRun.startId, regions: ['us-east-1'], scope: onlyRun.scope, runnerIds: [] };
    const created = Created.fromJournal({ ...entry, runnerNames: [`${NAME}-0`], instances: [], state: 'started' }, run);
    expect(await rollBack(created, world.ports)).toEqual([
      `Runner ${NAME}-0 may still be registered by an instance that EC2 does not list yet.`,
    ]);
  });

  test('says so when GitHub cannot list them in the end', async () => {
    world = createCloud();
    world.github.failNext('listRunners', new Failure('github-unreachable', 'GitHub is away.', { hint: 'h' }), 1_000);
    await failureOf(startRunners(onlyRun, world.ports));
    expect(world.said.join('\n')).toContain(
      'Could not look for runners that instances of this start have registered: GitHub is away.',
    );
    expect(world.live()).toEqual([]);
  });
});
