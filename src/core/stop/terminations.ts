import { endInstances, groupRefused, INVISIBLE_BOUND_MS } from '../instances/end-instances.js';
import type { LocatedInstance } from '../instances/located-instance.js';
import { isEnding } from '../instances/states.js';
import * as advice from '../kernel/advice.js';
import type { Clock } from '../kernel/clock.js';
import { Failure } from '../kernel/failure.js';
import { groupByRegion } from '../kernel/region.js';
import type { Ec2ByRegion, Instance } from '../ports/ec2.js';
import type { Log } from '../ports/process.js';

interface TerminationPorts {
  readonly ec2In: Ec2ByRegion;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** How long a stop with `wait: true` waits for all terminations. */
const TERMINATION_BOUND_MS = 10 * 60_000;
const TERMINATION_CADENCE_MS = 3_000;

/** The terminations that one stop has requested, and EC2's answers. Each termination is requested once. */
export class Terminations {
  /** Why instances were not ended, one failure for each reason. */
  readonly refusals: Failure[] = [];
  private readonly requested = new Set<string>();
  /** When EC2 confirmed each termination, by id. */
  private readonly confirmed = new Map<string, number>();

  constructor(private readonly ports: TerminationPorts) {}

  /** Whether EC2 has confirmed that it is ending the instance: in its answer to this stop, or already in a listing. */
  isConfirmed({ id, state }: Pick<Instance, 'id' | 'state'>): boolean {
    return this.confirmed.has(id) || state === 'shutting-down';
  }

  /** When EC2 confirmed that this stop ends it. From then on EC2 does not bill it. */
  confirmedAt({ id }: Pick<Instance, 'id'>): number | undefined {
    return this.confirmed.get(id);
  }

  /** Requests the termination of those that are not ending yet. */
  async request(instances: readonly LocatedInstance[]): Promise<void> {
    const live = instances.filter(({ instance }) => !isEnding(instance) && !this.requested.has(instance.id));
    if (live.length === 0) return;
    for (const { instance } of live) this.requested.add(instance.id);
    this.ports.log.info(`Terminating ${live.map(({ instance }) => instance.id).join(', ')}.`);
    const located = live.map(({ instance: { id }, region }) => ({ id, region }));
    const answer = await endInstances(located, this.ports, INVISIBLE_BOUND_MS);
    const { ended, unlisted } = answer;
    for (const { id } of ended) this.confirmed.set(id, this.ports.clock.now());
    for (const [failure, alike] of groupRefused(answer)) {
      const names = alike.map(({ id, region }) => `${id} (${region})`).join(', ');
      const details = [...(failure.about.details ?? []), `Not ended: ${names}.`];
      this.refusals.push(new Failure(failure.code, failure.message, { ...failure.about, details }));
    }
    if (unlisted.length > 0) this.refusals.push(notKnown(unlisted.map(({ id }) => id)));
  }

  /** Waits until EC2 reports every confirmed termination as `terminated`. */
  async waitUntilTerminated(instances: readonly LocatedInstance[]): Promise<void> {
    const deadline = this.ports.clock.now() + TERMINATION_BOUND_MS;
    const ending = instances.filter(({ instance }) => this.isConfirmed(instance));
    for (const [region, some] of groupByRegion(ending)) {
      try {
        await this.waitInRegion(region, { ids: some.map(({ instance }) => instance.id), deadline });
      } catch (error) {
        if (!(error instanceof Failure) || error.code === 'cancelled') throw error;
        this.refusals.push(error);
      }
    }
  }

  private async waitInRegion(
    region: string,
    { ids, deadline }: { readonly ids: readonly string[]; readonly deadline: number },
  ): Promise<void> {
    const { clock, signal, ec2In } = this.ports;
    const ec2 = await ec2In(region);
    for (let open = ids; ; await clock.sleep(TERMINATION_CADENCE_MS, signal)) {
      open = (await ec2.describeInstances(open)).filter(({ state }) => state !== 'terminated').map(({ id }) => id);
      if (open.length === 0) return;
      if (clock.now() >= deadline) throw notTerminated(open);
    }
  }
}

function notKnown(ids: readonly string[]): Failure {
  return new Failure(
    'cleanup-incomplete',
    `EC2 lists ${ids.join(', ')}, but did not know it when asked to terminate it.`,
    {
      hint: advice.REPEAT_STOP,
    },
  );
}

function notTerminated(ids: readonly string[]): Failure {
  return new Failure('cleanup-incomplete', `EC2 has not terminated ${ids.join(', ')} within 10 min.`, {
    hint: 'They are shutting down and no longer billed. Check them in the EC2 console.',
  });
}
