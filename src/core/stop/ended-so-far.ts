import * as advice from '../kernel/advice.js';
import { endInstances, groupRefused, INVISIBLE_BOUND_MS } from '../instances/end-instances.js';
import { Failure } from '../kernel/failure.js';
import { isEnding } from '../instances/states.js';
import type { Clock } from '../kernel/clock.js';
import type { Ec2ByRegion, Instance } from '../ports/ec2.js';
import type { Log } from '../ports/process.js';
import { groupByRegion } from '../kernel/region.js';
import type { Found } from '../instances/located.js';

interface EndingPorts {
  readonly ec2In: Ec2ByRegion;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const TERMINATION_BOUND_MS = 10 * 60_000;
const TERMINATION_CADENCE_MS = 3_000;

/** What one stop has told EC2 to end, and what EC2 said to it. No instance is told twice. */
export class EndedSoFar {
  /** Why instances were not ended, a failure for each reason. */
  readonly refusals: Failure[] = [];
  private readonly told = new Set<string>();
  private readonly confirmed = new Set<string>();

  constructor(private readonly ports: EndingPorts) {}

  /** EC2 is ending it by its own word: by its answer to this stop or, before that, by its listing. */
  isUnderWay({ id, state }: Pick<Instance, 'id' | 'state'>): boolean {
    return this.confirmed.has(id) || state === 'shutting-down';
  }

  async end(found: readonly Found[]): Promise<void> {
    const live = found.filter(({ instance }) => !isEnding(instance) && !this.told.has(instance.id));
    if (live.length === 0) return;
    for (const { instance } of live) this.told.add(instance.id);
    this.ports.log.info(`Terminating ${live.map(({ instance }) => instance.id).join(', ')}.`);
    const located = live.map(({ instance: { id }, region }) => ({ id, region }));
    const outcome = await endInstances(located, this.ports, INVISIBLE_BOUND_MS);
    const { ended, unlisted } = outcome;
    for (const { id } of ended) this.confirmed.add(id);
    for (const [failure, alike] of groupRefused(outcome)) {
      const names = alike.map(({ id, region }) => `${id} (${region})`).join(', ');
      const details = [...(failure.about.details ?? []), `Not ended: ${names}.`];
      this.refusals.push(new Failure(failure.code, failure.message, { ...failure.about, details }));
    }
    if (unlisted.length > 0) this.refusals.push(notKnown(unlisted.map(({ id }) => id)));
  }

  /** Looks at those that are under way until it says `terminated`. */
  async untilTerminated(found: readonly Found[]): Promise<void> {
    const deadline = this.ports.clock.now() + TERMINATION_BOUND_MS;
    const ending = found.filter(({ instance }) => this.isUnderWay(instance));
    for (const [region, some] of groupByRegion(ending)) {
      try {
        await this.untilGone(region, { ids: some.map(({ instance }) => instance.id), deadline });
      } catch (error) {
        if (!(error instanceof Failure) || error.code === 'cancelled') throw error;
        this.refusals.push(error);
      }
    }
  }

  private async untilGone(region: string, about: { ids: readonly string[]; deadline: number }): Promise<void> {
    const { clock, signal, ec2In } = this.ports;
    const ec2 = await ec2In(region);
    for (let open = about.ids; ; await clock.sleep(TERMINATION_CADENCE_MS, signal)) {
      open = (await ec2.describeInstances(open)).filter(({ state }) => state !== 'terminated').map(({ id }) => id);
      if (open.length === 0) return;
      if (clock.now() >= about.deadline) throw notTerminated(open);
    }
  }
}

function notKnown(ids: readonly string[]): Failure {
  return new Failure('cleanup-incomplete', `EC2 lists ${ids.join(', ')}, but does not know it when it is to end.`, {
    hint: advice.REPEAT_STOP,
  });
}

function notTerminated(ids: readonly string[]): Failure {
  return new Failure('cleanup-incomplete', `EC2 has not terminated ${ids.join(', ')} within 10 min.`, {
    hint: 'They are shutting down and no longer billed; look at them in the EC2 console.',
  });
}
