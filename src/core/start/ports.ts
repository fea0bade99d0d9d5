import type { Clock } from '../kernel/clock.js';
import type { MachineVolume } from '../machine/machine-volume.js';
import type { BootScripts, RolesFormat } from '../machine/payload.js';
import type { Ec2, Ec2ByRegion } from '../ports/ec2.js';
import type { GitHub, ReaperGitHub } from '../ports/github.js';
import type { Journal, Log } from '../ports/process.js';

export type StartGitHub = GitHub & Pick<ReaperGitHub, 'readRunAttempt'>;

/** Everything outside the core that a start uses. */
export interface StartPorts {
  /** EC2 in the home region. */
  readonly ec2: Ec2;
  readonly ec2In: Ec2ByRegion;
  readonly github: StartGitHub;
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: Journal;
  /** Aborted, with a `Failure` as its reason, when GitHub cancels the job. */
  readonly signal: AbortSignal;
  readonly bootScripts: BootScripts;
  /** Called with every secret before it can appear in a log. */
  readonly mask: (secret: string) => void;
  /** Called when an instance is launched or claimed. Until its runner is online, this process mostly waits. */
  readonly onLaunched?: () => void;
  /** Only for a request that needs format 4 of the payload. */
  readonly rolesFormat?: RolesFormat;
  /** Only for a request with a data volume. */
  readonly dataVolume?: MachineVolume;
}
