import { interrupt, terminate } from './rules/lifecycle.js';
import type { StateReason } from './world/records.js';
import { Ec2World } from './world/world.js';

/** One region, with the failures that tests and rehearsals cause in it. */
export class Ec2Region extends Ec2World {
  /** Cuts the power, as when the host fails, or when a launch fails after RunInstances accepted it. */
  killInstance(
    id: string,
    reason: StateReason = { code: 'Server.InternalError', message: 'Server.InternalError' },
  ): void {
    terminate(this, this.instance(id), { reason, transitionReason: '', how: 'pull the plug' });
  }

  /** Announces a spot interruption in the metadata and terminates the instance `noticeMs` later (EC2: 2 minutes). */
  interruptSpot(id: string, noticeMs = 120_000): void {
    interrupt(this, this.instance(id), noticeMs);
  }
}
