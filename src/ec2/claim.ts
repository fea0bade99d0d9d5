import {
  CreateTagsCommand,
  ModifyInstanceAttributeCommand,
  type ModifyInstanceAttributeCommandInput,
  StartInstancesCommand,
} from '@aws-sdk/client-ec2';
import { Failure } from '../core/kernel/failure.js';
import type { Ec2, ResumeOutcome } from '../core/ports/ec2.js';
import { classify } from './classify.js';
import { IncompleteResponse, readError } from './errors.js';
import { translate } from './failures.js';
import { toTags } from './paging.js';
import { toRefusal } from './refusals.js';
import type { Requests } from './requests.js';

export type Claimer = Pick<Ec2, 'writeUserData' | 'tagInstance' | 'resume'>;

/** EC2's codes for an instance that does not exist, or whose state does not allow the request. */
const GONE = /^(IncorrectInstanceState|IncorrectState|InvalidInstanceID\.(NotFound|Malformed))$/;

/**
 * The calls that claim a stopped instance of a pool.
 *
 * @param launches sends StartInstances, because EC2 throttles it together with launches
 */
export function createClaimer(requests: Requests, launches: Requests): Claimer {
  return {
    async writeUserData(id, userData) {
      const outcomes = await Promise.all([
        modify(requests, { InstanceId: id, UserData: { Value: userData } }),
        modify(requests, { InstanceId: id, InstanceInitiatedShutdownBehavior: { Value: 'terminate' } }),
      ]);
      return outcomes.includes('gone') ? 'gone' : 'written';
    },
    async tagInstance(id, tags) {
      const send = () => requests.client.send(new CreateTagsCommand({ Resources: [id], Tags: toTags(tags) }));
      return (await unlessGone(requests, 'ec2:CreateTags', send)) === 'gone' ? 'gone' : 'tagged';
    },
    resume: (id) => resume(launches, id),
  };
}

async function modify(requests: Requests, change: ModifyInstanceAttributeCommandInput): Promise<'done' | 'gone'> {
  const send = () => requests.client.send(new ModifyInstanceAttributeCommand(change));
  return (await unlessGone(requests, 'ec2:ModifyInstanceAttribute', send)) === 'gone' ? 'gone' : 'done';
}

async function unlessGone<T>(requests: Requests, action: string, send: () => Promise<T>): Promise<T | 'gone'> {
  try {
    return await requests.ask(action, send, { purpose: 'register' });
  } catch (error) {
    if (error instanceof Failure && GONE.test(readError(error.cause).code)) return 'gone';
    throw error;
  }
}

async function resume(requests: Requests, id: string): Promise<ResumeOutcome> {
  try {
    const state = await requests.persist('ec2:StartInstances', () => start(requests, id), {
      purpose: 'register',
    });
    return { kind: 'resumed', state };
  } catch (error) {
    const meaning = classify(error);
    if (meaning.kind === 'refused') return { kind: 'refused', refusal: toRefusal(error, meaning.refusal) };
    if (GONE.test(readError(error).code)) return { kind: 'gone' };
    throw translate(error, 'ec2:StartInstances');
  }
}

async function start(requests: Requests, id: string) {
  const { StartingInstances = [] } = await requests.client.send(new StartInstancesCommand({ InstanceIds: [id] }));
  const state = StartingInstances[0]?.CurrentState?.Name;
  if (state === undefined) throw new IncompleteResponse('the response names no instance');
  return state;
}
