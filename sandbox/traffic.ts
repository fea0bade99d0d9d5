/** Every API request of a sandbox as it is recorded, and what can be made to go wrong with it. */

export type ServiceName = 'ec2' | 'ssm' | 'github';

/** The answer is this error and the request has no effect. `body` replaces the service's own error body. */
export interface StatusFault {
  readonly kind: 'status';
  readonly status?: number;
  readonly code?: string;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * What can go wrong with one request.
 * `reset-before`: the connection breaks and nothing happened. `reset-after`: it breaks, but the request took effect.
 * `stall`: it took effect at once, the answer comes `ms` later. `late`: it takes effect `ms` later, whether anybody
 * still waits for the answer or not. `malformed`: it took effect, the answer is a success cut off in the middle.
 */
export type Fault =
  | StatusFault
  | { readonly kind: 'reset-before' }
  | { readonly kind: 'reset-after' }
  | { readonly kind: 'stall'; readonly ms: number }
  | { readonly kind: 'late'; readonly ms: number }
  | { readonly kind: 'malformed' };

export interface RecordedRequest {
  readonly index: number;
  /** When it had been read, in ms since the epoch. */
  readonly at: number;
  readonly service: ServiceName;
  readonly operation: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Absent while it is being answered, and for ever when its connection was broken. */
  status?: number;
  response?: string;
  fault?: Fault;
}

export type Intercept = (request: {
  readonly index: number;
  readonly service: ServiceName;
  readonly operation: string;
  readonly body: string;
}) => Fault | undefined;

/** All API requests of one sandbox in the order of their arrival, and who may disturb them. */
export interface Traffic {
  readonly requests: RecordedRequest[];
  intercept?: Intercept | undefined;
}
