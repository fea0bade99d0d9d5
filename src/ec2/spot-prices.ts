import { DescribeSpotPriceHistoryCommand, type SpotPrice as AwsSpotPrice } from '@aws-sdk/client-ec2';
import type { SpotPrice, SpotPriceQuery } from '../core/ports/ec2.js';
import { readPages } from './paging.js';
import type { Requests } from './requests.js';

/** Our images are Linux without a license. */
const PRODUCT = 'Linux/UNIX';

/** See {@link Ec2.readSpotPrices}. EC2 includes the price that was in effect at the beginning of the span. */
export async function readSpotPrices(requests: Requests, query: SpotPriceQuery): Promise<SpotPrice[]> {
  const prices = await readPages(requests, 'ec2:DescribeSpotPriceHistory', async (NextToken) => {
    const page = await requests.client.send(
      new DescribeSpotPriceHistoryCommand({
        InstanceTypes: [...query.types] as NonNullable<AwsSpotPrice['InstanceType']>[],
        ProductDescriptions: [PRODUCT],
        StartTime: new Date(query.from),
        EndTime: new Date(query.to),
        ...NextToken,
      }),
    );
    return { items: page.SpotPriceHistory, next: page.NextToken };
  });
  return prices.map((price) => ({
    type: price.InstanceType ?? '',
    availabilityZone: price.AvailabilityZone ?? '',
    hourly: Number(price.SpotPrice),
    since: price.Timestamp?.getTime() ?? 0,
  }));
}
