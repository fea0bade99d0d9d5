import {
  DescribeInstancesCommand,
  type Filter,
  GetConsoleOutputCommand,
  type Instance as AwsInstance,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Ec2, Instance, InstanceState } from '../core/ports.js';
import { Failure } from '../core/failure.js';
import { GarbledAnswer, readError } from './errors.js';

import { chunk, FILTER_VALUES, readPages, readTags, toTagFilters } from './paging.js';
import type { Requests } from './requests.js';

type Instances = Pick<Ec2, 'describeInstances' | 'findInstances' | 'terminate' | 'readConsole'>;

/** How many ids one TerminateInstances takes. Source: EC2 API reference. */
const TERMINATE_IDS = 1_000;
/** The largest page of DescribeInstances. */
const PAGE = 1_000;
const NOT_TERMINATED: readonly InstanceState[] = ['pending', 'running', 'shutting-down', 'stopping', 'stopped'];

export function createInstances(requests: Requests): Instances {
  return {
    async describeInstances(ids, purpose) {
      // By filter, for one id that EC2 does not know yet fails a request by ids.
      const answers = await Promise.all(
        chunk(ids, FILTER_VALUES).map((some) =>
          describe(requests.for(purpose), [{ Name: 'instance-id', Values: some }]),
        ),
      );
      return answers.flat();
    },
    findInstances: (tags, which) => {
      const inState = which?.alsoEnded ? [] : [{ Name: 'instance-state-name', Values: [...NOT_TERMINATED] }];
      return describe(requests.for(which?.purpose), [...toTagFilters(tags), ...inState]);
    },
    async terminate(ids) {
      const unknown: string[] = [];
      for (const some of chunk([...new Set(ids)], TERMINATE_IDS))
        unknown.push(...(await terminate(requests.for('end'), some)));
      return { unknown };
    },
    readConsole: (id, which) => readConsole(requests.for('glance'), id, which !== 'posted'),
  };
}

/** Instances in any state but `terminated` of these images; no images, no request. */
export async function findInstancesOf(requests: Requests, imageIds: readonly string[]): Promise<Instance[]> {
  const alive = { Name: 'instance-state-name', Values: [...NOT_TERMINATED] };
  const answers = await Promise.all(
    chunk(imageIds, FILTER_VALUES).map((some) => describe(requests, [{ Name: 'image-id', Values: some }, alive])),
  );
  return answers.flat();
}

export function toInstance(instance: AwsInstance): Instance {
  const stateReason = readStateReason(instance);
  return {
    id: instance.InstanceId ?? '',
    state: instance.State?.Name ?? 'pending',
    ...(stateReason && { stateReason }),
    type: instance.InstanceType ?? '',
    ...(instance.SubnetId && { subnetId: instance.SubnetId }),
    ...(instance.Placement?.AvailabilityZone && { availabilityZone: instance.Placement.AvailabilityZone }),
    market: instance.InstanceLifecycle === 'spot' ? 'spot' : 'on-demand',
    launchedAt: instance.LaunchTime?.getTime() ?? 0,
    imageId: instance.ImageId ?? '',
    tags: readTags(instance.Tags),
  };
}

async function describe(requests: Requests, Filters: Filter[]): Promise<Instance[]> {
  const reservations = await readPages(requests, 'ec2:DescribeInstances', async (NextToken) => {
    const page = await requests.client.send(new DescribeInstancesCommand({ Filters, MaxResults: PAGE, ...NextToken }));
    return { items: page.Reservations, next: page.NextToken };
  });
  return reservations.flatMap(({ Instances = [] }) => Instances.map(toInstance));
}

/** EC2 says `pending` as the reason for being pending; that is none. */
function readStateReason({ StateReason, State }: AwsInstance): string | undefined {
  const { Code = '', Message = '' } = StateReason ?? {};
  if (!Message || Message === State?.Name) return undefined;
  return Message.includes(Code) ? Message : `${Code}: ${Message}`;
}

/** @returns the ids that EC2 does not know; one such id fails the whole request, so it is sent again without them. */
async function terminate(requests: Requests, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  try {
    await requests.ask('ec2:TerminateInstances', async () => {
      const answer = await requests.client.send(new TerminateInstancesCommand({ InstanceIds: [...ids] }));
      if (!answer.TerminatingInstances) throw new GarbledAnswer('the answer names no instance');
    });
    return [];
  } catch (error) {
    const unknown = findUnknown(error, ids);
    if (unknown.length === 0) throw error;
    const others = ids.filter((id) => !unknown.includes(id));
    return [...unknown, ...(await terminate(requests, others))];
  }
}

function findUnknown(failure: unknown, ids: readonly string[]): string[] {
  const { code, message } = readError(failure instanceof Failure ? failure.cause : failure);
  if (!/^InvalidInstanceID\.(NotFound|Malformed)$/.test(code)) return [];
  const named = new Set(message.split(/[^\w-]+/));
  return ids.filter((id) => named.has(id));
}

async function readConsole(requests: Requests, id: string, isLatest: boolean): Promise<string> {
  const { Output = '' } = await requests.ask<{ Output?: string | undefined }>('ec2:GetConsoleOutput', async () => {
    try {
      return await requests.client.send(
        new GetConsoleOutputCommand({ InstanceId: id, ...(isLatest && { Latest: true }) }),
      );
    } catch (error) {
      const { code } = readError(error);
      if (code === 'InvalidInstanceID.NotFound') return {};
      // Only Nitro instances give their latest output; the others give what EC2 kept of their boot.
      if (code !== 'UnsupportedOperation') throw error;
      return requests.client.send(new GetConsoleOutputCommand({ InstanceId: id }));
    }
  });
  return Buffer.from(Output, 'base64').toString();
}
