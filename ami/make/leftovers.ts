import { endInstances, listAlive } from '../../src/core/instances/end-instances.js';
import { isEnding } from '../../src/core/instances/states.js';
import type { Clock } from '../../src/core/kernel/clock.js';
import type { Ec2, ReaperEc2 } from '../../src/core/ports/ec2.js';
import type { Log } from '../../src/core/ports/process.js';

const LONGEST_MS = 180_000;
const CADENCE_MS = 3_000;

/**
 * Removes the instance and the volumes of a build, which have the image's name. Packer removes them itself, unless it was
 * killed or lost its network.
 *
 * @returns a sentence about the result
 */
export async function removeLeftovers(
  name: string,
  {
    ec2,
    clock,
    log,
  }: {
    readonly ec2: Pick<Ec2 & ReaperEc2, 'region' | 'findInstances' | 'terminate' | 'findVolumes' | 'deleteVolume'>;
    readonly clock: Clock;
    readonly log: Log;
  },
): Promise<string> {
  const tags = { Name: name };
  const begun = clock.now();
  const removed: string[] = [];
  for (;;) {
    const instances = await ec2.findInstances(tags);
    const running = instances.filter((one) => !isEnding(one)).map(({ id }) => ({ id, region: ec2.region }));
    const outcome = await endInstances(running, { ec2In: async () => ec2, clock }, 0);
    removed.push(...outcome.ended.map(({ id }) => id));
    // The volumes of an instance that is shutting down are deleted with it.
    const volumes = instances.length > 0 ? [] : await ec2.findVolumes(tags);
    for (const { id } of volumes) if ((await ec2.deleteVolume(id)) === 'deleted') removed.push(id);
    if (instances.length === 0 && volumes.length === 0) break;
    if (clock.now() - begun > LONGEST_MS) {
      log.warning(
        `Still there: ${[...instances, ...volumes].map(({ id }) => id).join(', ')}.${listAlive(outcome)
          .map(({ why }) => ` ${why}`)
          .join('')} Check them in the EC2 console.`,
      );
      break;
    }
    await clock.sleep(CADENCE_MS);
  }
  const what = [...new Set(removed)];
  return what.length > 0
    ? `Removed what the build left: ${what.join(', ')}.`
    : 'The build left no instance and no volume.';
}
