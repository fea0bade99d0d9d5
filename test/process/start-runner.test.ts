import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { seed, type SandboxOptions } from '../../sandbox/sandbox.js';
import type { StepResult } from '../../sandbox/step.js';
import { listNodes } from '../node24/nodes.js';
import { expectCleanRecord, Scene, type How, type Inputs } from '../worlds/sandbox/scene.js';
import { listIssuedSecrets } from '../worlds/sandbox/step-checks.js';
import { expectSafeLaunch, expectTags, readUserData } from './launches.js';

interface Played {
  readonly scene: Scene;
  readonly main: StepResult;
}
type Output = Readonly<Record<string, unknown>>;

const nodes = listNodes();
const byNode = new Map<string, Played>();
let stock: Played;
let five: Played;

async function play(options: SandboxOptions, inputs: Inputs = {}, how: How = {}): Promise<Played> {
  const scene = await Scene.open(options);
  return { scene, main: await scene.start(inputs, how) };
}

// Side by side: each start mostly waits for its first request about the runner, 7 s after the launch.
beforeAll(async () => {
  const runs = nodes.map(async ({ major, path }) => {
    const inputs = { 'aws-resource-tags': '[{"Key": "Team", "Value": "ml"}]' };
    byNode.set(major, await play({}, inputs, { node: path }));
  });
  [stock, five] = await Promise.all([
    play({ parameters: { '/ci-actions/ami/amd64': undefined } }),
    play({}, { count: '5', label: 'five-of-us' }),
    ...runs,
  ]);
}, 60_000);

afterAll(() => Promise.all([...byNode.values(), stock, five].map(({ scene }) => scene.close())));

function runnersOf({ main }: Played): Output[] {
  return JSON.parse(main.outputs['runners'] ?? '[]') as Output[];
}

describe.each(nodes)('A start through the published image under Node $major', ({ major }) => {
  let scene: Scene;
  let main: StepResult;
  beforeAll(() => void ({ scene, main } = byNode.get(major)!));

  test('outputs the label, the instance, the runner and the region', () => {
    const [instance] = scene.sandbox.ec2.instances();
    const label = /^ec2-29679449-1-start-[0-9a-f]{8}$/;
    expect(main.code).toBe(0);
    expect(Object.keys(main.outputs).sort()).toEqual([
      'ec2-instance-id',
      'ec2-instance-ids',
      'joined',
      'label',
      'labels',
      'region',
      'runners',
    ]);
    expect(main.outputs).toMatchObject({ region: 'us-east-1', label: expect.stringMatching(label) });
    expect(main.outputs).toMatchObject({
      'ec2-instance-id': instance?.id,
      'ec2-instance-ids': JSON.stringify([instance?.id]),
    });
    const [runner] = scene.sandbox.github.runners();
    expect(runner).toMatchObject({ name: `${main.outputs['label']}-0`, status: 'online' });
    expect(runner?.labels.map(({ name }) => name)).toEqual([main.outputs['label']]);
    expect(runnersOf({ scene, main })).toEqual([
      {
        name: runner?.name,
        id: runner?.id,
        instance: instance?.id,
        type: 't3.xlarge',
        subnet: seed.SUBNET_A,
        market: 'on-demand',
        region: 'us-east-1',
        toRunning: expect.any(Number),
        toOnline: expect.any(Number),
        onlineAt: expect.stringMatching(/^2\d{3}-.*Z$/),
        volumes: [{ type: 'gp3', sizeGiB: 50 }],
      },
    ]);
  });

  test('launches once, an instance that leaves nothing behind and protects its credentials', () => {
    expect(scene.launches()).toHaveLength(1);
    expectSafeLaunch(scene.launches()[0]!);
    expect(Object.fromEntries(scene.launches()[0]!)).toMatchObject({
      ImageId: seed.OUR_AMD64_IMAGE,
      InstanceType: 't3.xlarge',
      'BlockDeviceMapping.1.DeviceName': '/dev/sda1',
      'BlockDeviceMapping.1.Ebs.VolumeSize': '50',
      'BlockDeviceMapping.1.Ebs.VolumeType': 'gp3',
    });
    const asked = scene.sandbox.requests.filter(({ service }) => service !== 'github');
    expect(asked.length).toBeLessThanOrEqual(10);
  });

  test('tags the instance and its volume in the launching request', () => {
    expectTags(scene, main.outputs['label'] ?? '', { Team: 'ml' });
  });

  test("sends only the payload, within EC2's limit", () => {
    const [jitConfig] = listIssuedSecrets(scene.sandbox.requests);
    const lines = readUserData(scene.launches()[0]!);
    expect(lines.slice(1).filter((line) => !line.startsWith('#:'))).toEqual([]);
    expect(lines).toContain(`#:jit-config ${jitConfig}`);
    expect(lines).toContain(`#:label ${main.outputs['label']}`);
  });

  test('writes a summary with a table and a timeline', () => {
    const [runner] = runnersOf({ scene, main });
    const row = `\\| \`${String(runner?.['name'])}\` \\| ${String(runner?.['instance'])} \\| t3\\.xlarge \\| on-demand \\|`;
    expect(main.summary).toMatch(new RegExp(`^### Runners started\n[^]*${row}`));
    const chart = /```mermaid\ngantt\n([^]*?)\n```/.exec(main.summary)?.[1] ?? '';
    for (const name of ['launched', 'running', 'agent', 'online']) {
      expect(chart).toMatch(new RegExp(`^ {2}${name} : \\d+, \\d+$`, 'm'));
    }
  });

  test('masks the secrets that GitHub issued, and shows them nowhere', () => {
    expect(main.masked).toEqual(expect.arrayContaining(listIssuedSecrets(scene.sandbox.requests)));
    expectCleanRecord(scene);
  });

  test('leaves nothing to its post step; the job runs on its runner, and then everything is gone', async () => {
    const before = scene.sandbox.requests.length;
    expect(await scene.finish(main)).toMatchObject({ code: 0, summary: '' });
    expect(scene.sandbox.requests).toHaveLength(before);
    const job = scene.queue(main.outputs['label']);
    expect(await job.finished).toBe('success');
    expect(job.log).toContain(`\nI am ${main.outputs['label']}-0\n`);
    await scene.expectNothingIsLeft();
  });
});

describe('A start without a published image', () => {
  test("prints a notice, launches Canonical's image, and comes online with a runner that was installed at boot", async () => {
    const { scene, main } = stock;
    const { ec2, githubUrl } = scene.sandbox;
    expect(main.lines.find((line) => line.startsWith('::notice'))).toMatch(
      /No image was published at \/ci-actions\/ami\/amd64 yet, .* Images built by ami\/ .* start faster\./,
    );
    const [instance] = ec2.instances();
    expect(instance?.image.id).toBe(seed.UBUNTU_AMD64_IMAGE);
    expect(readUserData(scene.launches()[0]!)).toContain('set -euo pipefail');
    const archive = `${githubUrl}/_download/actions-runner-linux-x64-2.336.0.tar.gz`;
    expect(ec2.readConsole(instance?.id ?? '')).toMatch(
      new RegExp(`phase=payload[^]*phase=runner-install .*${archive}\n[^]*phase=runner-start[^]*phase=listening`),
    );
    expect(runnersOf(stock)[0]).toMatchObject({ instance: instance?.id, toOnline: expect.any(Number) });
    expect(await scene.queue(main.outputs['label']).finished).toBe('success');
    await scene.expectNothingIsLeft();
    expectCleanRecord(scene);
  });
});

describe('A start with count: 5', () => {
  test('has five runners under one label, each on its own instance with its own configuration', () => {
    const { scene, main } = five;
    expect(main.code).toBe(0);
    expect(main.outputs['label']).toBe('five-of-us');
    const runners = runnersOf(five);
    const ids = scene.sandbox.ec2.instances().map(({ id }) => id);
    expect(ids).toHaveLength(5);
    expect((JSON.parse(main.outputs['ec2-instance-ids'] ?? '') as string[]).toSorted()).toEqual(ids.toSorted());
    expect(runners.map(({ instance }) => instance)).toEqual(JSON.parse(main.outputs['ec2-instance-ids'] ?? ''));
    for (const key of ['ClientToken', 'UserData']) {
      expect(new Set(scene.launches().map((launch) => launch.get(key))).size).toBe(5);
    }
    expect(main.masked).toEqual(expect.arrayContaining(listIssuedSecrets(scene.sandbox.requests)));
  });

  test('costs one registration and one launch per runner, and no more of anything else', () => {
    const { scene, main } = five;
    const perRunner = /generate-jitconfig$|^RunInstances$/;
    const polls = /runners(\/\{runner_id\})?$|^DescribeInstances$/;
    expect([scene.count(/generate-jitconfig$/), scene.count('RunInstances')]).toEqual([5, 5]);
    const others = (played: Played) =>
      played.scene.sandbox.requests
        .filter(({ operation }) => !perRunner.test(operation) && !polls.test(operation))
        .map(({ operation }) => operation);
    expect(others(five).toSorted()).toEqual(others(byNode.get(nodes[0]!.major)!).toSorted());
    expect(scene.count(/runners(\/\{runner_id\})?$/)).toBeLessThanOrEqual(main.seconds / 2);
  });

  test('gives each of five jobs a runner of its own', async () => {
    const { scene } = five;
    const jobs = [1, 2, 3, 4, 5].map((leg) => scene.queue('five-of-us', undefined, `leg ${leg}`));
    const conclusions = await Promise.all(jobs.map(({ finished }) => finished));
    expect(conclusions).toEqual(Array(5).fill('success'));
    expect(new Set(jobs.map(({ runner }) => runner?.name)).size).toBe(5);
    await scene.expectNothingIsLeft();
    expectCleanRecord(scene);
  });
});
