import type { Clock } from '../kernel/clock.js';
import type { Run } from '../kernel/identity.js';
import type { PlacedRequest } from '../machine/request.js';
import type { Ec2, Ec2ByRegion } from '../ports/ec2.js';
import type { GitHub } from '../ports/github.js';
import type { Log } from '../ports/process.js';

/** One complete, validated request to fill a pool. */
export interface FillRequest extends PlacedRequest {
  readonly run: Run;
  /** Random: it makes the client tokens of this fill unique within its run. */
  readonly id: string;
  /** The pool's name. */
  readonly pool: string;
  readonly size: number;
  readonly maxAgeMs: number;
  /** From launch until a first boot must have ended. */
  readonly warmUpMs: number;
  /** Run at the end of the first boot. */
  readonly warmUpScript: string | undefined;
  readonly dryRun: boolean;
}

export interface FillPorts {
  /** EC2 in the home region. */
  readonly ec2: Ec2;
  readonly ec2In: Ec2ByRegion;
  readonly github: GitHub;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}
