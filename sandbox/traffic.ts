/** The record of a sandbox's API requests, and the faults that a test can cause. */

/** `aws`: a service of AWS that the sandbox does not have. */
export type ServiceName = 'ec2' | 'ssm' | 'sts' | 's3' | 'aws' | 'github';

/** The response is this error, and the request has no effect. `body` replaces the service's own error body. */
export interface StatusFault {
  readonly kind: 'status';
  readonly status?: number;
  readonly code?: string;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * A fault of one request.
 * `reset-before`: the connection breaks and the request has no effect. `reset-after`: the connection breaks, but the
 * request takes effect. `stall`: the request takes effect at once, the response comes `ms` later. `late`: the request
 * takes effect `ms` later, even if the client has gone. `malformed`: the request takes effect, the response is a success
 * cut off in the middle.
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
  /** When the request was read, in ms since the epoch. */
  readonly at: number;
  readonly service: ServiceName;
  readonly operation: string;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Absent until there is a response; stays absent if the connection was broken. */
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

/** All API requests of one sandbox in the order of their arrival, and the hook that disturbs them. */
export interface Traffic {
  readonly requests: RecordedRequest[];
  intercept?: Intercept | undefined;
}
