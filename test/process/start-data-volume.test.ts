import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { seed, type SandboxOptions } from '../../sandbox/sandbox.js';
import { createTestSnapshot, createTestVolume, KEPT_TAGS, placeKept } from '../worlds/sandbox/kept.js';
import { errorOf, inSandbox, logOf, type Inputs, type Scene } from '../worlds/sandbox/scene.js';

const DAY = 86_400_000;
const still: SandboxOptions = { machines: false };
const yaml = (more = '') => `name: docker\nmount: /var/lib/docker\nsize-gib: 20\n${more}`;
const input = (more?: string): Inputs => ({
  'wait-for': 'launched',
  'data-volume': yaml(more),
  'subnet-id': seed.SUBNET_A,
});

function dataVolumes({ sandbox }: Scene) {
  return [...sandbox.ec2.volumes.values()].filter(({ tags }) => tags.has('ci-actions:volume'));
}

function payloadOf(scene: Scene): string {
  const text = gunzipSync(Buffer.from(scene.launches().at(-1)!.get('UserData')!, 'base64')).toString();
  return /^#:data-volume (.*)$/m.exec(text)![1]!;
}

describe('A start with a data volume', () => {
  test.concurrent('creates it, attaches it, and leaves it to the next start', () =>
    inSandbox(still, async (scene) => {
      const first = await scene.start(input());
      expect(first.code).toBe(0);
      const [volume, ...others] = dataVolumes(scene);
      expect(others).toEqual([]);
      const [instance] = scene.sandbox.ec2.instances();
      expect(volume).toMatchObject({ sizeGiB: 20, type: 'gp3', zone: 'us-east-1a', encrypted: true });
      expect(volume!.attachment).toMatchObject({
        instanceId: instance!.id,
        device: '/dev/sdf',
        deleteOnTermination: false,
      });
      expect(payloadOf(scene)).toMatch(new RegExp(`^${volume!.id} /var/lib/docker ci-[0-9a-f]{13}$`));
      expect(instance!.tags.get('ci-actions:data-volume')).toBe(`docker ${volume!.id}`);
      expect(logOf(first)).toContain('It costs money until it is deleted');

      const refused = await scene.start(input());
      expect(refused.code).toBe(1);
      expect(errorOf(refused)).toContain(`Volume ${volume!.id} is attached to ${instance!.id}, of run`);
      expect(scene.launches()).toHaveLength(1);

      expect(await scene.stop({ label: first.outputs['label']! })).toMatchObject({ code: 0 });
      // The machine may still be shutting down. That is no reason to refuse.
      const second = await scene.start(input());
      expect(second.code).toBe(0);
      expect(dataVolumes(scene)).toMatchObject([
        { id: volume!.id, attachment: { instanceId: scene.sandbox.ec2.instances().at(-1)!.id } },
      ]);
      await scene.stop({ label: second.outputs['label']! });
      await scene.until(() => dataVolumes(scene)[0]!.attachment === undefined);
      const until = Date.parse(dataVolumes(scene)[0]!.tags.get('ci-actions:keep-until')!);
      expect(until - Date.now()).toBeGreaterThan(13.9 * DAY);
    }),
  );

  test.concurrent('launches into the zone of the volume, from subnets or without one', () =>
    inSandbox(still, async (scene) => {
      const id = createTestVolume(scene.sandbox.ec2, KEPT_TAGS, 'us-east-1b');
      const { 'subnet-id': _, ...anywhere } = input();
      expect((await scene.start(anywhere)).code).toBe(0);
      expect(dataVolumes(scene)).toMatchObject([{ id, attachment: {} }]);
      expect(scene.launches()[0]!.get('SubnetId')).toBe(seed.SUBNET_B);
      const refused = await scene.start(input());
      expect(errorOf(refused)).toMatch(/is in us-east-1b, and the subnets of the start are in us-east-1a/);
    }),
  );

  test.concurrent('ends its machine and keeps the volume when it is cancelled', () =>
    inSandbox({ ...still, timeline: { pendingMs: 60_000 } }, async (scene) => {
      let kill: ((signal: NodeJS.Signals) => void) | undefined;
      const main = await scene.start(input(), {
        onStart: (given) => (kill = given),
        onLine: (line) => line.startsWith('Launched ') && kill?.('SIGINT'),
      });
      expect(main.code).toBe(1);
      await scene.finish(main);
      await scene.expectNothingIsLeft();
      expect(dataVolumes(scene)).toMatchObject([{ sizeGiB: 20 }]);
      expect(dataVolumes(scene)[0]!.attachment).toBeUndefined();
    }),
  );

  test.concurrent('gives each machine a copy of the newest snapshot', () =>
    inSandbox(still, async (scene) => {
      const refused = await scene.start({ ...input('mode: copy'), count: '2' });
      expect(errorOf(refused)).toContain('there is no snapshot of `docker` in us-east-1');
      const snapshot = createTestSnapshot(scene.sandbox.ec2, KEPT_TAGS);
      const main = await scene.start({ ...input('mode: copy'), count: '2' });
      expect(main.code).toBe(0);
      const copies = [...scene.sandbox.ec2.volumes.values()].filter(({ snapshotId }) => snapshotId === snapshot);
      expect(copies.map(({ attachment }) => attachment?.deleteOnTermination)).toEqual([true, true]);
      expect(payloadOf(scene)).toMatch(/^label:ci-[0-9a-f]{13} \/var\/lib\/docker$/);
      await scene.stop({ label: main.outputs['label']! });
      await scene.expectNothingIsLeft();
      expect(dataVolumes(scene)).toEqual([]);
    }),
  );

  test.concurrent('only says in a dry run what it would do', () =>
    inSandbox(still, async (scene) => {
      const main = await scene.start({ ...input(), 'dry-run': 'true' });
      expect(main.code).toBe(0);
      expect(logOf(main)).toContain('There is no volume `docker` in reach: it is created in us-east-1a, blank');
      expect(scene.count(/^(Create|Attach|RunInstances)/)).toBe(1); // RunInstances with DryRun
      expect(scene.sandbox.ec2.volumes.size).toBe(0);
    }),
  );

  test.concurrent(
    'reports everything that is wrong with it, with the other problems, before anything is launched',
    () =>
      inSandbox(still, async (scene) => {
        const main = await scene.start({
          'data-volume': 'mount: /proc\nsize: 3\nname: a b',
          count: '3',
          'market-type': 'cheap',
        });
        expect(main.code).toBe(1);
        const log = logOf(main);
        for (const said of [
          '`mount` is "/proc"',
          '`size` is not known',
          '`name` is "a b"',
          '`market-type` is "cheap"',
        ]) {
          expect(log).toContain(said);
        }
        expect(scene.sandbox.requests.filter(({ operation }) => /Run|Create/.test(operation))).toEqual([]);
        expect(errorOf(await scene.start({ 'data-volume': '{name: [' }))).toContain('it is not YAML');
      }),
  );

  test.concurrent('sends no request more without one', () =>
    inSandbox(still, async (scene) => {
      expect((await scene.start({ 'wait-for': 'launched' })).code).toBe(0);
      expect(scene.count(/Volume|Snapshot/)).toBe(0);
    }),
  );
});

describe('A sweep', () => {
  test.concurrent('keeps data volumes until their time, lists their cost, and then deletes them', () =>
    inSandbox(still, async (scene) => {
      const { ec2 } = scene.sandbox;
      const kept = placeKept(ec2, { 'ci-actions:keep-until': new Date(Date.now() + DAY).toISOString() });
      const over = placeKept(ec2, { 'ci-actions:keep-until': new Date(Date.now() - DAY).toISOString() });
      const swept = await scene.reap();
      expect(swept.code).toBe(0);
      expect(swept.summary).toContain('### Kept data volumes and snapshots');
      for (const id of Object.values(kept)) expect(swept.summary).toContain(id);
      expect(dataVolumes(scene).map(({ id }) => id)).toEqual([kept.volume]);
      expect(ec2.snapshots.has(kept.snapshot)).toBe(true);
      expect(ec2.snapshots.has(over.snapshot)).toBe(false);
    }),
  );
});
