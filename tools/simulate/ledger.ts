import type { Refusal } from './limits.js';

export interface Asked {
  readonly cloud: 'github' | 'ec2';
  readonly method: string;
  /** Absent if the request was admitted. */
  readonly refusedBy?: string | undefined;
  /** In ms from the beginning of the hour. */
  readonly at: number;
}

export interface Balance {
  readonly gitHubRequests: number;
  /** Admitted points in the busiest minute; GitHub allows 900. */
  readonly pointsInBusiestMinute: number;
  readonly ec2Requests: number;
  /** By limit, in the order of their first refusals. */
  readonly refusals: readonly Refusal[];
  /** The largest number of concurrent requests to both clouds; GitHub allows 100. */
  readonly mostAtOnce: number;
  /** The largest number of instances at one moment. */
  readonly mostInstances: number;
  /** The instances that still exist at the end. */
  readonly left: number;
}

const MINUTE_MS = 60_000;

/** Records the requests of a simulated hour. */
export class Ledger {
  private readonly admitted: { at: number; points: number }[] = [];
  private readonly asked = { github: 0, ec2: 0 };
  private readonly refusals = new Map<string, Refusal>();
  private open = 0;
  private mostAtOnce = 0;
  private live = 0;
  private mostInstances = 0;

  /** @returns the function to call when the answer has arrived */
  begin(): () => void {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.open);
    return () => void (this.open -= 1);
  }

  /** In the order of time. */
  count({ cloud, method, refusedBy, at }: Asked): void {
    this.asked[cloud] += 1;
    if (refusedBy !== undefined) {
      const { times, firstAt } = this.refusals.get(refusedBy) ?? { times: 0, firstAt: at };
      this.refusals.set(refusedBy, { limit: refusedBy, times: times + 1, firstAt });
    } else if (cloud === 'github') this.admitted.push({ at, points: method === 'GET' ? 1 : 5 });
  }

  /** Records that an instance changed its state. */
  note(state: string): void {
    if (state === 'pending') this.mostInstances = Math.max(this.mostInstances, ++this.live);
    if (state === 'shutting-down') this.live -= 1;
  }

  close(): Balance {
    return {
      gitHubRequests: this.asked.github,
      pointsInBusiestMinute: this.findBusiestMinute(),
      ec2Requests: this.asked.ec2,
      refusals: [...this.refusals.values()],
      mostAtOnce: this.mostAtOnce,
      mostInstances: this.mostInstances,
      left: this.live,
    };
  }

  private findBusiestMinute(): number {
    let [from, sum, most] = [0, 0, 0];
    for (const { at, points } of this.admitted) {
      sum += points;
      while (at - this.admitted[from]!.at >= MINUTE_MS) sum -= this.admitted[from++]!.points;
      most = Math.max(most, sum);
    }
    return most;
  }
}
