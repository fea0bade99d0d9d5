import type { VolumeRecord } from '../../sandbox/ec2/world/volume-records.js';
import { VOLUME } from './cell.js';
import type { Violation } from './invariants.js';
import { KEPT_SNAPSHOTS } from './volume-world.js';
import type { StepRun, World } from './world.js';

/** The kept volumes of our repository. */
function listKept({ sandbox }: World): VolumeRecord[] {
  const { repository } = sandbox.github;
  return [...sandbox.ec2.volumes.values()].filter(
    ({ tags }) => tags.get('ci-actions:repository') === repository && tags.has('ci-actions:keep-until'),
  );
}

/** A successful start has its data volume attached to its instance, and has renewed the time until when it is kept. */
export function checkAttached(start: StepRun, world: World): Violation[] {
  if (start.code !== 0 || !world.config.volume) return [];
  const ids = JSON.parse(start.outputs['ec2-instance-ids'] ?? '[]') as string[];
  const attached = listKept(world).filter(({ attachment }) => ids.includes(attachment?.instanceId ?? ''));
  const renewed = attached.filter(({ tags }) => Date.parse(tags.get('ci-actions:keep-until') ?? '') > inAWeek());
  const isWarned = start.lines.some((line) => line.startsWith('::warning') && line.includes('as used'));
  const problems = [
    ...(attached.length === 1 ? [] : [`${attached.length} data volumes`]),
    ...(renewed.length === 1 || isWarned ? [] : ['a data volume that it has not renewed']),
  ];
  return problems.map((what) => ({ rule: 'verdict', what: `start-runner succeeds with ${what}` }));
}

function inAWeek(): number {
  return Date.now() + 7 * 86_400_000;
}

/** No kept volume or snapshot is lost, and there is never a second volume of the name. */
export function checkKept(world: World): Violation[] {
  const { config, earlierVolume, sandbox } = world;
  const kept = listKept(world);
  const holders = kept.map(({ attachment }) => attachment?.instanceId);
  const isOurs = (id: string) => world.instances.some((one) => one.id === id);
  const lost = earlierVolume !== undefined && !sandbox.ec2.volumes.has(earlierVolume);
  const misnamed = kept.filter(({ tags }) => tags.get('ci-actions:volume') !== VOLUME);
  return [
    ...(lost ? [{ rule: 'lost' as const, what: `the kept volume ${earlierVolume} is gone` }] : []),
    ...(kept.length > (config.volume ? 1 : 0)
      ? [{ rule: 'twice' as const, what: `${kept.length} kept volumes: ${kept.map(({ id }) => id).join(', ')}` }]
      : []),
    ...misnamed.map(({ id }) => ({ rule: 'leftover' as const, what: `${id} is kept under no name` })),
    ...holders.flatMap((id) =>
      id !== undefined && isOurs(id)
        ? [{ rule: 'leftover' as const, what: `a kept volume is still attached to ${id}` }]
        : [],
    ),
    ...checkSnapshots(world),
  ];
}

/** A stop takes at most one snapshot, and deletes only what is too many. What it cannot delete is the next run's. */
function checkSnapshots({ config, sandbox, steps }: World): Violation[] {
  if (!config.volume?.takesSnapshot) return [];
  const all = [...sandbox.ec2.snapshots.values()].filter(({ tags }) => tags.get('ci-actions:volume') === VOLUME);
  const unkept = all.filter(({ tags }) => !tags.has('ci-actions:keep-until'));
  const isGood = ({ code, lines }: StepRun) => code === 0 && !lines.some((line) => /^::warning.*snapshot/i.test(line));
  const stops = steps.filter(({ name }) => name === 'stop-runner');
  // One of each stop is not finished yet, and so is not counted.
  const most = KEPT_SNAPSHOTS + (stops.every(isGood) ? 1 : 2);
  return [
    ...(all.length < KEPT_SNAPSHOTS ? [{ rule: 'lost' as const, what: `only ${all.length} snapshots are left` }] : []),
    ...(all.length > most ? [{ rule: 'leftover' as const, what: `${all.length} snapshots are kept` }] : []),
    ...unkept.map(({ id }) => ({ rule: 'leftover' as const, what: `${id} is kept for ever` })),
  ];
}
