import type { BootScripts } from './payload.js';
import type { Clock, Ec2, Ec2ByRegion, GitHub, Journal, Log } from './ports.js';

/** What a start works with. */
export interface StartPorts {
  /** The home region's. */
  readonly ec2: Ec2;
  readonly ec2In: Ec2ByRegion;
  readonly github: GitHub;
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: Journal;
  /** Aborted, with a `Failure` as its reason, when GitHub cancels the job. */
  readonly signal: AbortSignal;
  readonly bootScripts: BootScripts;
  /** Called with every secret before it can appear anywhere. */
  readonly mask: (secret: string) => void;
}
