import { describe, expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import { inSandbox, logOf, type Scene } from '../worlds/sandbox/scene.js';

const INPUTS = {
  'data-volume': 'name: docker\nmount: /mnt/cache\nsize-gib: 20\nsnapshot: on-success',
  'subnet-id': seed.SUBNET_A,
};

function snapshots({ sandbox }: Scene) {
  return [...sandbox.ec2.snapshots.values()].filter(({ tags }) => tags.has('ci-actions:volume'));
}

/** One run with a data volume: start, a job, stop. */
async function runOnce(scene: Scene, step: string) {
  const main = await scene.start(INPUTS);
  expect([main.code, logOf(main)]).toEqual([0, expect.stringContaining('Attached volume')]);
  const job = scene.queue(main.outputs['label'], [step]);
  await scene.until(() => job.status === 'completed');
  const stopped = await scene.stop({ label: main.outputs['label']! });
  expect(stopped.code).toBe(0);
  await scene.expectNothingIsLeft();
  return { job, stopped };
}

describe('A run with a data volume', () => {
  test.concurrent('leaves a snapshot after success, and what it wrote to the next run', () =>
    inSandbox({}, async (scene) => {
      const first = await runOnce(scene, 'echo warm > "$CI_ACTIONS_ROOT/mnt/cache/state"');
      expect(first.job.conclusion).toBe('success');
      expect(snapshots(scene)).toHaveLength(1);
      expect(first.stopped.summary).toContain(snapshots(scene)[0]!.id);
      const second = await runOnce(scene, 'grep warm "$CI_ACTIONS_ROOT/mnt/cache/state"');
      expect(second.job.conclusion).toBe('success');
      expect(snapshots(scene)).toHaveLength(2);
    }),
  );

  test.concurrent('leaves no snapshot after a failed job, and keeps the volume', () =>
    inSandbox({}, async (scene) => {
      const { stopped } = await runOnce(scene, 'exit 1');
      expect(snapshots(scene)).toEqual([]);
      expect(stopped.summary).toContain('ended with failure');
      expect([...scene.sandbox.ec2.volumes.values()]).toMatchObject([{ sizeGiB: 20 }]);
    }),
  );
});
