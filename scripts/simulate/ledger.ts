export interface Asked {
  readonly cloud: 'github' | 'ec2';
  readonly operation: string;
  readonly method: string;
  readonly status: number;
  /** In ms. */
  readonly at: number;
}

export interface Balance {
  readonly gitHubRequests: number;
  readonly gitHubRefused: number;
  /** Admitted points in the busiest minute; GitHub allows 900. */
  readonly pointsInBusiestMinute: number;
  readonly ec2Requests: number;
  readonly ec2Refused: number;
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
  private gitHub = { asked: 0, refused: 0 };
  private ec2 = { asked: 0, refused: 0 };
  private open = 0;
  private mostAtOnce = 0;
  private live = 0;
  private mostInstances = 0;

  /** @returns to be called when the answer is there */
  begin(): () => void {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.open);
    return () => void (this.open -= 1);
  }

  count({ cloud, method, status, at }: Asked): void {
    const one = cloud === 'github' ? this.gitHub : this.ec2;
    one.asked += 1;
    // 403 is GitHub's word for both of its limits; nothing here lacks a permission. EC2's is 503, SSM's 400.
    const isRefused = cloud === 'github' ? status === 403 || status === 429 : status === 503 || status === 400;
    if (isRefused) one.refused += 1;
    else if (cloud === 'github') this.admitted.push({ at, points: method === 'GET' ? 1 : 5 });
  }

  /** An instance changed its state. */
  note(state: string): void {
    if (state === 'pending') this.mostInstances = Math.max(this.mostInstances, ++this.live);
    if (state === 'shutting-down') this.live -= 1;
  }

  close(): Balance {
    return {
      gitHubRequests: this.gitHub.asked,
      gitHubRefused: this.gitHub.refused,
      pointsInBusiestMinute: this.findBusiestMinute(),
      ec2Requests: this.ec2.asked,
      ec2Refused: this.ec2.refused,
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
