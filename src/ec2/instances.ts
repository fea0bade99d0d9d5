import {
  DescribeInstancesCommand,
  type Filter,
  GetConsoleOutputCommand,
  type Instance as AwsInstance,
  type InstanceStateChange,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { isEnding, NOT_TERMINATED } from '../core/instances/states.js';
import { Failure } from '../core/kernel/failure.js';
import type { Ec2, Instance, Termination } from '../core/ports/ec2.js';
import { IncompleteResponse, readError } from './errors.js';
import { codeBehind } from './failures.js';
import { byFilter, chunk, readPages, readTags, toTagFilters } from './paging.js';
import type { Requests } from './requests.js';

type Instances = Pick<Ec2, 'describeInstances' | 'findInstances' | 'terminate' | 'readConsole'>;

/** The largest number of ids in one TerminateInstances. Source: EC2 API reference. */
const TERMINATE_IDS = 1_000;
const ALIVE = { Name: 'instance-state-name', Values: [...NOT_TERMINATED] };
/** The largest page of DescribeInstances. */
const PAGE = 1_000;

export function createInstances(requests: Requests): Instances {
  return {
    // By filter, because in a request by ids, one id that EC2 does not know yet fails all of them.
    describeInstances: (ids, purpose) =>
      byFilter('instance-id', ids, (filters) => describe(requests.for(purpose), filters)),
    findInstances: (tags, which) =>
      describe(requests.for(which?.purpose), [...toTagFilters(tags), ...(which?.alsoEnded ? [] : [ALIVE])]),
    async terminate(ids) {
      const answers: Termination[] = [];
      for (const some of chunk([...new Set(ids)], TERMINATE_IDS))
        answers.push(await terminate(requests.for('end'), some));
      return join(answers);
    },
    readConsole: (id, which) => readConsole(requests.for('glance'), id, which !== 'posted'),
  };
}

/** Instances of these images in any state but `terminated`. Without images, no request is sent. */
export function findInstancesOf(requests: Requests, imageIds: readonly string[]): Promise<Instance[]> {
  return byFilter('image-id', imageIds, (filters) => describe(requests, [...filters, ALIVE]));
}

export function toInstance(instance: AwsInstance): Instance {
  const stateReason = readStateReason(instance);
  const endedAt = readEnd(instance);
  return {
    id: instance.InstanceId ?? '',
    state: instance.State?.Name ?? 'pending',
    ...(stateReason && { stateReason }),
    ...(endedAt !== undefined && { endedAt }),
    type: instance.InstanceType ?? '',
    ...(instance.SubnetId && { subnetId: instance.SubnetId }),
    ...(instance.Placement?.AvailabilityZone && { availabilityZone: instance.Placement.AvailabilityZone }),
    market: instance.InstanceLifecycle === 'spot' ? 'spot' : 'on-demand',
    // An instance of unknown age counts as new, so that the reaper leaves it alone.
    launchedAt: instance.LaunchTime?.getTime() ?? Number.POSITIVE_INFINITY,
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

/** EC2 reports `pending` as the reason of the state `pending`, which is no reason. */
function readStateReason({ StateReason, State }: AwsInstance): string | undefined {
  const { Code = '', Message = '' } = StateReason ?? {};
  if (!Message || Message === State?.Name) return undefined;
  return Message.includes(Code) ? Message : `${Code}: ${Message}`;
}

/** Reads the time in `User initiated (2026-11-27 20:14:05 GMT)`. Other reasons may have none. */
function readEnd({ StateTransitionReason = '' }: AwsInstance): number | undefined {
  const [, date, time] = /\((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:GMT|UTC)\)/.exec(StateTransitionReason) ?? [];
  return date === undefined ? undefined : Date.parse(`${date}T${time}Z`) || undefined;
}

/**
 * Terminates instances. One bad id fails the whole request, so the request is repeated without that id. EC2 names
 * unknown ids, and usually the ids that it refuses to terminate. When it names none, each half is requested separately.
 */
async function terminate(requests: Requests, ids: readonly string[]): Promise<Termination> {
  if (ids.length === 0) return join([]);
  try {
    return await requests.ask('ec2:TerminateInstances', async () => {
      const { TerminatingInstances } = await requests.client.send(
        new TerminateInstancesCommand({ InstanceIds: [...ids] }),
      );
      if (!TerminatingInstances) throw new IncompleteResponse('the response names no instance');
      return readTermination(ids, TerminatingInstances);
    });
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    const named = findNamed(failure, ids);
    const others = ids.filter((id) => !named.includes(id));
    const isUnknown = /^InvalidInstanceID\.(NotFound|Malformed)$/.test(codeBehind(failure));
    if (isUnknown && named.length > 0) {
      return join([{ ended: [], unknown: named, refused: [] }, await terminate(requests, others)]);
    }
    if (ids.length === 1 || !mayConcernSingleInstances(failure)) return refuseAll(ids, failure);
    if (named.length > 0) return join([refuseAll(named, failure), await terminate(requests, others)]);
    const half = Math.ceil(ids.length / 2);
    return join([await terminate(requests, ids.slice(0, half)), await terminate(requests, ids.slice(half))]);
  }
}

/** Only the reported state of each instance counts. A successful response does not prove that all were terminated. */
function readTermination(ids: readonly string[], changes: readonly InstanceStateChange[]): Termination {
  const stateOf = (id: string) => changes.find(({ InstanceId }) => InstanceId === id)?.CurrentState?.Name;
  const isConfirmed = (id: string): boolean => {
    const state = stateOf(id);
    return state !== undefined && isEnding({ state });
  };
  const refused = ids.filter((id) => !isConfirmed(id)).map((id) => ({ id, failure: unconfirmed(id, stateOf(id)) }));
  return { ended: ids.filter(isConfirmed), unknown: [], refused };
}

function unconfirmed(id: string, state: string | undefined): Failure {
  const answer = state === undefined ? 'did not name it in its response' : `reported it as ${state}`;
  return new Failure('aws-rejected', `EC2 was asked to terminate ${id}, and ${answer}.`, {
    hint: 'Run this again: it is safe to repeat. If the instance stays, look at it in the EC2 console.',
  });
}

/** Whether a single instance may be the cause: it is protected, or the policy does not allow its tags. */
function mayConcernSingleInstances(failure: Failure): boolean {
  return failure.code === 'aws-rejected' || codeBehind(failure) === 'UnauthorizedOperation';
}

function findNamed(failure: Failure, ids: readonly string[]): string[] {
  const words = new Set(readError(failure.cause).message.split(/[^\w-]+/));
  return ids.filter((id) => words.has(id));
}

function refuseAll(ids: readonly string[], failure: Failure): Termination {
  return { ended: [], unknown: [], refused: ids.map((id) => ({ id, failure })) };
}

function join(answers: readonly Termination[]): Termination {
  return {
    ended: answers.flatMap(({ ended }) => ended),
    unknown: answers.flatMap(({ unknown }) => unknown),
    refused: answers.flatMap(({ refused }) => refused),
  };
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
      // Only Nitro instances have latest output. For others, EC2 has the output that it kept of their boot.
      if (code !== 'UnsupportedOperation') throw error;
      return requests.client.send(new GetConsoleOutputCommand({ InstanceId: id }));
    }
  });
  return Buffer.from(Output, 'base64').toString();
}
