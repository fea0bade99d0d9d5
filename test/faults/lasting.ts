import type { Fault, Intercept } from '../../sandbox/sandbox.js';

/** Faults that last: how a service fails, and for how many seconds. */
export type LastingKind = keyof typeof ANSWERS;
export type LastingFault = `${LastingKind}-${Seconds}s${'' | typeof ALONE}`;
type Seconds = (typeof SECONDS)[number];
type Request = Parameters<Intercept>[0];

/** The durations, in s. A fault of at most 20 s must not fail any step. */
const SECONDS = [1, 5, 20] as const;
/** The fault hits only requests of this operation, not of the whole service. */
const ALONE = '-alone';

/** The answer to each request while the fault lasts, by kind. `lost`: the request takes effect, its answer is lost. */
const ANSWERS = {
  throttle: ({ service }, leftS) =>
    service === 'github'
      ? { kind: 'status', status: 403, code: 'secondary-rate-limit', headers: { 'retry-after': `${leftS}` } }
      : { kind: 'status', status: 503, code: 'RequestLimitExceeded' },
  '5xx': ({ service }) =>
    service === 'github'
      ? { kind: 'status', status: 502, body: '<html><head><title>502 Bad Gateway</title></head></html>' }
      : { kind: 'status', status: 500, code: 'InternalError' },
  reset: () => ({ kind: 'reset-before' }),
  lost: () => ({ kind: 'reset-after' }),
} as const satisfies Record<string, (request: Request, leftS: number) => Fault>;

const PATTERN = new RegExp(`^(${Object.keys(ANSWERS).join('|')})-(\\d+)s(${ALONE})?$`);

/**
 * Lists the lasting faults for a request. Only the first request of each operation starts one, because later ones repeat
 * it.
 *
 * @param creates whether the request creates or claims something; only then does a lost answer matter
 */
export function listLasting(occurrence: number, creates: boolean): LastingFault[] {
  if (occurrence !== 1) return [];
  const kinds = (Object.keys(ANSWERS) as LastingKind[]).filter((kind) => kind !== 'lost' || creates);
  return kinds.flatMap((kind): LastingFault[] => [
    ...SECONDS.map((seconds) => `${kind}-${seconds}s` as const),
    `${kind}-20s${ALONE}`,
  ]);
}

export function isLasting(fault: string): fault is LastingFault {
  return PATTERN.test(fault);
}

/** A lasting fault, which begins with one request. */
export class Lasting {
  private readonly kind: LastingKind;
  private readonly endsAt: number;
  private readonly isAlone: boolean;

  constructor(
    fault: LastingFault,
    private readonly struck: Request,
  ) {
    const [, kind, seconds, alone] = PATTERN.exec(fault)!;
    this.kind = kind as LastingKind;
    this.endsAt = Date.now() + Number(seconds) * 1_000;
    this.isAlone = alone !== undefined;
  }

  intercept(request: Request): Fault | undefined {
    const leftMs = this.endsAt - Date.now();
    if (leftMs <= 0 || request.service !== this.struck.service) return undefined;
    if (this.isAlone && request.operation !== this.struck.operation) return undefined;
    return ANSWERS[this.kind](request, Math.ceil(leftMs / 1_000));
  }
}
