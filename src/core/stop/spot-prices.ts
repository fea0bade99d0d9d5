import type { LocatedInstance } from '../instances/located-instance.js';
import { Failure } from '../kernel/failure.js';
import type { Ec2ByRegion, SpotPrice } from '../ports/ec2.js';

const HOUR_MS = 3_600_000;

/** The spot prices of a stop's machines, or why they are not known, by region. */
export class SpotPrices {
  private readonly answers = new Map<string, readonly SpotPrice[] | Failure>();

  /** Asks once for each region that has a spot instance, and for the others not at all. Never fails. */
  async ask(
    machines: readonly LocatedInstance[],
    { ec2In, now }: { readonly ec2In: Ec2ByRegion; readonly now: number },
  ): Promise<void> {
    const spot = machines.filter(({ instance }) => instance.market === 'spot' && Number.isFinite(instance.launchedAt));
    const regions = [...new Set(spot.map(({ region }) => region))];
    await Promise.all(
      regions.map(async (region) => {
        const instances = spot.flatMap((one) => (one.region === region ? one.instance : []));
        const query = {
          types: [...new Set(instances.map(({ type }) => type))],
          from: Math.min(...instances.map(({ launchedAt }) => launchedAt)),
          to: now,
        };
        try {
          this.answers.set(region, await (await ec2In(region)).readSpotPrices(query));
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          this.answers.set(region, error);
        }
      }),
    );
  }

  /** Why the prices of some regions are not known. */
  get failures(): readonly Failure[] {
    return [...this.answers.values()].filter((answer) => answer instanceof Failure);
  }

  /**
   * The average price per hour from the launch to `end`. EC2 sets the price of a spot instance at the beginning of each
   * of its hours. `undefined`: not known.
   */
  average({ instance, region }: LocatedInstance, end: number): number | undefined {
    const answer = this.answers.get(region);
    if (answer === undefined || answer instanceof Failure) return undefined;
    const prices = answer
      .filter(({ type, availabilityZone }) => type === instance.type && availabilityZone === instance.availabilityZone)
      .toSorted((a, b) => a.since - b.since);
    const { launchedAt } = instance;
    let paid = 0;
    for (let at = launchedAt; at < end || at === launchedAt; at += HOUR_MS) {
      const price = prices.findLast(({ since }) => since <= at)?.hourly;
      if (price === undefined || !(price > 0)) return undefined;
      if (end <= launchedAt) return price;
      paid += price * Math.min(HOUR_MS, end - at);
    }
    return paid / (end - launchedAt);
  }
}
