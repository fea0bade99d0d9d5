import type { Ec2Region } from '../ec2/region.js';
import type { SandboxEvent } from '../events.js';
import type { GitHubWorld } from '../github/github.js';
import type { Fault, SandboxResponse, Traffic } from '../http.js';
import type { Fields } from './input.js';

/** A fault for the next `times` requests (default 1) of an operation, after letting `after` (default 0) pass. */
export interface PlannedFault {
  readonly operation: string;
  readonly fault: Fault;
  times?: number;
  after?: number;
}

/** What the control API reads and changes. */
export interface Controlled {
  readonly ec2: Ec2Region;
  readonly github: GitHubWorld;
  readonly events: readonly SandboxEvent[];
  readonly traffic: Traffic;
  /** What to export. */
  readonly variables: Readonly<Record<string, string>>;
  /** Makes everything as it was at the start. */
  reset(): Promise<void>;
  /** Ends the sandbox. Absent if another program started it, which then ends it. */
  readonly stop?: (() => void) | undefined;
}

/** One request to a route. */
export interface Call {
  readonly controlled: Controlled;
  readonly faults: PlannedFault[];
  /** The values of the path's placeholders. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The members of the body, checked. */
  readonly input: Readonly<Record<string, unknown>>;
}

export interface ControlRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/_sandbox/`, such as `instances/{id}`. */
  readonly path: string;
  /** What it does, and what it answers. */
  readonly does: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Fields;
  /** A body that works in a new sandbox, or with the first instance. */
  readonly example?: unknown;
  readonly handle: (call: Call) => unknown;
}

export function json(body: unknown, status = 200): SandboxResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
