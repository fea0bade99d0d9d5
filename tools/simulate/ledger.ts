import type { Refusal } from './limits.js';

export interface Asked {
  readonly cloud: 'github' | 'ec2';
  readonly method: string;
  /** Absent: it was admitted. */
  readonly refusedBy?: string | undefined;
  /** In ms from the hour's beginning. */
  readonly at: number;
}

export interface Balance {
  readonly gitHubRequests: number;
  /** Admitted points in the busiest minute; GitHub allows 900. */
  readonly pointsInBusiestMinute: number;
  readonly ec2Requests: number;
  /** By limit, the one that refused first first. */
  readonly refusals: readonly Refusal[];
  /** Requests on their way at once to both clouds; GitHub allows 100. */
  readonly mostAtOnce: number;
  /** Instances that live at once. */
  readonly mostInstances: number;
  /** Instances that live still, when all is over. */
  readonly left: number;
}

const MINUTE_MS = 60_000;

/** What a simulated hour asked of the clouds. */
export class Ledger {
  private readonly admitted: { at: number; points: number }[] = [];
  private readonly asked = { github: 0, ec2: 0 };
  private readonly refusals = new Map<string, Refusal>();
  private open = 0;
  private mostAtOnce = 0;
  private live = 0;
  private mostInstances = 0;

  /** @returns to be called when the answer is there */
  begin(): () => void {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.open);
    return () => void (this.open -= 1);
  }

  /** In the order of their moments. */
  count({ cloud, method, refusedBy, at }: Asked): void {
    this.asked[cloud] += 1;
    if (refusedBy !== undefined) {
      const { times, firstAt } = this.refusals.get(refusedBy) ?? { times: 0, firstAt: at };
      this.refusals.set(refusedBy, { limit: refusedBy, times: times + 1, firstAt });
    } else if (cloud === 'github') this.admitted.push({ at, points: method === 'GET' ? 1 : 5 });
  }

  /** An instance changed its state. */
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
