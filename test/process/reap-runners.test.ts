import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { InstanceRecord } from '../../sandbox/ec2/world/records.js';
import { seed } from '../../sandbox/sandbox.js';
import type { StepResult } from '../../sandbox/step.js';
import { listNodes } from '../node24/nodes.js';
import {
  abandonVolume,
  age,
  changesSince,
  expire,
  findingsOf,
  inPastRun,
  isLive,
  launch,
  MINUTE,
  openSpotRequest,
  runnerIdOf,
} from '../worlds/sandbox/leftovers.js';
import { expectCleanRecord, inSandbox, logOf, Scene } from '../worlds/sandbox/scene.js';

const OLD = { createdAt: Date.now() - 60 * MINUTE };
const TAGS = { 'ci-actions:repository': 'octo-org/octo-repo' };
const OTHERS = { 'ci-actions:repository': 'octo-org/octo-repo-2' };
const quiet = { machines: false } as const;

/** Creates everything that a sweep can find, and everything that it must keep. */
async function createLeftovers(scene: Scene) {
  const { ec2, github } = scene.sandbox;
  const past = inPastRun(scene);
  const [expired, unregistered, busy, overdue, idle, foreign, edited] = await launch(scene, 7);
  const [orphan, ghost] = await launch(scene, 2, { how: past });
  const [spot] = await launch(scene, 1, { inputs: { 'market-type': 'spot' } });
  for (const one of [expired!, idle!]) github.connectRunner(runnerIdOf(one));
  for (const one of [busy!, overdue!]) github.connectRunner(runnerIdOf(one), { busy: true });
  for (const one of [expired!, overdue!, foreign!, edited!]) expire(one);
  for (const one of [expired!, unregistered!, busy!, overdue!, foreign!, idle!, spot!]) age(one, 60);
  github.loseJob(runnerIdOf(unregistered!));
  ec2.killInstance(ghost!.id);
  await scene.until(() => ghost!.state === 'terminated');
  foreign!.tags.set('ci-actions:repository', 'octo-org/octo-repo-2');
  edited!.tags.set('ci-actions:expires-at', 'soon');
  const leftovers = {
    volume: abandonVolume(ec2, { tags: TAGS, ...OLD }),
    request: openSpotRequest(ec2, { tags: TAGS, ...OLD }),
  };
  const others = [abandonVolume(ec2, { tags: OTHERS, ...OLD }), abandonVolume(ec2, { tags: TAGS })];
  openSpotRequest(ec2, { tags: OTHERS, ...OLD });
  const doomed = { expired: expired!, unregistered: unregistered!, orphan: orphan! };
  const safe = [busy!, overdue!, idle!, foreign!, edited!, spot!];
  return { doomed, safe, leftovers, others, ghostRunner: runnerIdOf(ghost!), overdue: overdue!, edited: edited! };
}

describe.each(listNodes())('A sweep under Node $major', ({ path }) => {
  let scene: Scene;
  let mess: Awaited<ReturnType<typeof createLeftovers>>;
  let dry: StepResult;
  let changedByDryRun: string[];
  let main: StepResult;
  let again: StepResult;
  let from: number;

  beforeAll(async () => {
    scene = await Scene.open(quiet);
    mess = await createLeftovers(scene);
    const before = scene.sandbox.requests.length;
    dry = await scene.reap({ 'dry-run': 'true' }, { node: path });
    changedByDryRun = changesSince(scene, before);
    from = scene.sandbox.requests.length;
    main = await scene.reap({}, { node: path });
    await scene.until(() => Object.values(mess.doomed).every(({ state }) => state === 'terminated'));
    again = await scene.reap({}, { node: path });
  }, 60_000);
  afterAll(() => scene.close());

  const brief = (result: StepResult) =>
    Object.fromEntries(findingsOf(result).map(({ id, outcome, why }) => [id, `${String(outcome)}: ${String(why)}`]));
  const expected = (outcome: string) => ({
    [mess.doomed.expired.id]: expect.stringMatching(new RegExp(`^${outcome}: its time ended at 20`)),
    [mess.doomed.unregistered.id]: `${outcome}: it has no registered runner`,
    [mess.doomed.orphan.id]: `${outcome}: the run attempt that started it is completed`,
    [mess.overdue.id]: expect.stringMatching(/^skipped: its time ended at 20.* but its runner is busy$/),
    [mess.edited.id]: 'skipped: its tag ci-actions:expires-at is "soon", which is not a time',
    [mess.ghostRunner]: `${outcome}: it is offline, has no instance, and its run attempt is completed`,
    [mess.leftovers.volume]: `${outcome}: no instance uses it`,
    [mess.leftovers.request]: `${outcome}: it is still open, and could launch an instance that no start waits for`,
  });

  test('removes what no job needs', () => {
    expect(main).toMatchObject({ code: 0, outputs: { removed: '6', failed: '0' } });
    expect(brief(main)).toEqual(expected('removed'));
    const { ec2, github } = scene.sandbox;
    expect(Object.values(mess.doomed).map(({ state }) => state)).toEqual(['terminated', 'terminated', 'terminated']);
    expect(github.runners().map(({ id }) => id)).not.toContain(mess.ghostRunner);
    expect(ec2.volumes.has(mess.leftovers.volume)).toBe(false);
    expect(ec2.spotRequests.get(mess.leftovers.request)?.state).toBe('cancelled');
  });

  test('removes nothing else', () => {
    // The instance that was launched last may still be pending.
    expect(mess.safe.filter(({ state }) => state !== 'running' && state !== 'pending')).toEqual([]);
    const kept = scene.sandbox.github.runners().map(({ id }) => id);
    expect(kept).toEqual(expect.arrayContaining(mess.safe.map(runnerIdOf)));
    for (const id of mess.others) expect(scene.sandbox.ec2.volumes.has(id)).toBe(true);
    expect([...scene.sandbox.ec2.spotRequests.values()].filter(({ state }) => state === 'open')).toHaveLength(1);
    expect([...scene.sandbox.ec2.spotRequests.values()].filter(({ state }) => state === 'active')).toHaveLength(1);
  });

  test('removes a runner before its instance, so that no job can start in between', () => {
    const order = changesSince(scene, from).filter((operation) => /^DELETE|^Terminate/.test(operation));
    const remove = 'DELETE /repos/{owner}/{repo}/actions/runners/{runner_id}';
    // The expired instance, the unregistered one, the one of a completed run, and the ghost.
    const both = [remove, 'TerminateInstances'];
    expect(order).toEqual([...both, ...both, ...both, remove]);
  });

  test('reports in a dry run what it would remove, and removes nothing', () => {
    expect(dry).toMatchObject({ code: 0, outputs: { removed: '0', failed: '0' } });
    expect(brief(dry)).toEqual(expected('would-remove'));
    expect(changedByDryRun).toEqual([]);
    expect(dry.summary).toContain('### Dry run: nothing was removed');
    expect(logOf(dry)).toContain(`Would remove instance ${mess.doomed.orphan.id}`);
  });

  test('finds the next time only what it leaves to a person', () => {
    expect(again.code).toBe(0);
    expect(findingsOf(again).map(({ id, outcome }) => [id, outcome])).toEqual([
      [mess.overdue.id, 'skipped'],
      [mess.edited.id, 'skipped'],
    ]);
    expect(again.outputs['removed']).toBe('0');
  });

  test('reports age and cost of each, in the outputs and in the summary', () => {
    const { expired } = mess.doomed;
    expect(findingsOf(main).find(({ id }) => id === expired.id)).toMatchObject({
      kind: 'instance',
      region: 'us-east-1',
      type: 't3.xlarge',
      ageMinutes: 60,
      estimatedCostUsd: expect.closeTo(0.1664, 2),
    });
    const row = main.summary.split('\n').find((line) => line.includes(expired.id));
    expect(row).toMatch(
      /^\| orphan \(instance\) \| i-\w+ \| us-east-1 \| t3.xlarge \| 60 min \| \$0.17 \| .* \| removed \|$/,
    );
    expect(main.summary).toMatch(/\| ghost \(runner\) \| `ec2-1701-1-start-[0-9a-f]{8}-\d` \(\d+\) \| repo:octo-org/);
    expect(main.summary).toContain('| left to you |');
  });

  test('warns only of what a person should look at', () => {
    const warnings = main.lines.filter((line) => line.startsWith('::warning'));
    expect(warnings).toHaveLength(2);
    expect(warnings.join()).toContain(mess.overdue.id);
    expect(warnings.join()).toContain(mess.edited.id);
  });

  test('sends only documented requests to GitHub, and leaks no secret', () => expectCleanRecord(scene));
});

describe('A sweep', () => {
  test('finds nothing where nothing is left over', () =>
    inSandbox(quiet, async (scene) => {
      const main = await scene.reap();
      expect(main).toMatchObject({ code: 0, outputs: { findings: '[]', removed: '0', failed: '0' } });
      expect(main.summary).toContain('There is nothing to remove.');
    }));

  test('spares an instance whose runner became busy between the listing and the removal', () =>
    inSandbox(quiet, async (scene) => {
      const [instance] = await launch(scene);
      expire(instance!);
      scene.sandbox.intercept = ({ operation }) => {
        if (operation.startsWith('GET') && operation.endsWith('/{runner_id}')) {
          scene.sandbox.github.connectRunner(runnerIdOf(instance!), { busy: true });
        }
        return undefined;
      };
      const main = await scene.reap();
      expect(findingsOf(main)).toMatchObject([{ id: instance!.id, outcome: 'spared' }]);
      expect(main.code).toBe(0);
      expect(isLive(instance!)).toBe(true);
    }));

  test('spares it also when the job came after the second judgment', () =>
    inSandbox(quiet, async (scene) => {
      const [instance] = await launch(scene);
      expire(instance!);
      scene.sandbox.intercept = ({ operation }) => {
        if (operation.startsWith('DELETE')) {
          scene.sandbox.github.connectRunner(runnerIdOf(instance!), { busy: true });
        }
        return undefined;
      };
      expect(findingsOf(await scene.reap())).toMatchObject([{ outcome: 'spared', why: 'it came into use meanwhile' }]);
      expect(isLive(instance!)).toBe(true);
    }));

  test('covers the regions of its input', () =>
    inSandbox({ ...quiet, otherRegions: ['eu-west-1'] }, async (scene) => {
      const europe = scene.sandbox.elsewhere.get('eu-west-1')!;
      const how = { environment: { AWS_REGION: 'eu-west-1' } };
      const inputs = { 'ec2-image-id': seed.OUR_AMD64_IMAGE };
      const [there] = await launch(scene, 1, { ec2: europe, inputs, how });
      const [here] = await launch(scene);
      for (const one of [here!, there!]) expire(one);
      expect(findingsOf(await scene.reap({}, {})).map(({ id }) => id)).toEqual([here!.id]);
      expect(isLive(there!)).toBe(true);
      const main = await scene.reap({ regions: 'us-east-1\neu-west-1' });
      expect(findingsOf(main)).toMatchObject([{ id: there!.id, region: 'eu-west-1', outcome: 'removed' }]);
      expect(isLive(there!)).toBe(false);
    }));

  test('of an organization covers all of its repositories, and the scopes of their runners', () =>
    inSandbox(quiet, async (scene) => {
      const how = { environment: { GITHUB_REPOSITORY: 'octo-org/other-repo' } };
      const [ofRepo] = await launch(scene, 1, { how });
      const [ofOrg, ghost] = await launch(scene, 2, { inputs: { 'runner-scope': 'org' }, how: inPastRun(scene) });
      expire(ofRepo!);
      scene.sandbox.ec2.killInstance(ghost!.id);
      await scene.until(() => ghost!.state === 'terminated');
      const main = await scene.reap({ scope: 'org' });
      expect(main.code).toBe(0);
      expect(findingsOf(main).map(({ id, outcome }) => [id, outcome])).toEqual([
        [ofRepo!.id, 'removed'],
        [ofOrg!.id, 'removed'],
        [String(runnerIdOf(ghost!)), 'removed'],
      ]);
      expect(scene.sandbox.github.runners()).toEqual([]);
    }));

  test('of a repository does not find what another repository started', () =>
    inSandbox(quiet, async (scene) => {
      const how = { environment: { GITHUB_REPOSITORY: 'octo-org/other-repo' } };
      const instances: InstanceRecord[] = await launch(scene, 1, { how });
      expire(instances[0]!);
      expect(findingsOf(await scene.reap())).toEqual([]);
      expect(instances.every(isLive)).toBe(true);
    }));
});
