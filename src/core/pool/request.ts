import type { StartRequest } from '../machine/request.js';
import type { Clock } from '../kernel/clock.js';
import type { Ec2, Ec2ByRegion } from '../ports/ec2.js';
import type { GitHub } from '../ports/github.js';
import type { Log } from '../ports/process.js';

export interface FillRequest {
  /** The machines, as start-runner would launch them; `pool` is this one. */
  readonly machine: StartRequest & { readonly pool: string };
  readonly size: number;
  readonly maxAgeMs: number;
  readonly warmUpMs: number;
  readonly warmUpScript: string | undefined;
  readonly dryRun: boolean;
}

export interface FillPorts {
  /** The home region's. */
  readonly ec2: Ec2;
  readonly ec2In: Ec2ByRegion;
  readonly github: GitHub;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}
