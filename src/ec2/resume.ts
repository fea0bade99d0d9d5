import {
  CreateTagsCommand,
  type EC2Client,
  ModifyInstanceAttributeCommand,
  type ModifyInstanceAttributeCommandInput,
  StartInstancesCommand,
} from '@aws-sdk/client-ec2';
import { Failure } from '../core/failure.js';
import type { Ec2, ResumeOutcome } from '../core/ports.js';
import { classify, GarbledAnswer, readError, toRefusal } from './errors.js';
import { ask, translate } from './failures.js';
import { persist, type PersistOptions } from './persist.js';

export interface ResumeOptions extends PersistOptions {
  /** Tries again by itself. */
  readonly client: EC2Client;
  /** Must not retry, see {@link persist}. */
  readonly starts: EC2Client;
}

/** EC2's ways of saying that an instance is not there, or in no state for this. */
const GONE = /^(IncorrectInstanceState|IncorrectState|InvalidInstanceID\.(NotFound|Malformed))$/;

/** Making a stopped instance another's. */
export function createResumer(options: ResumeOptions): Pick<Ec2, 'arm' | 'tagInstance' | 'resume'> {
  const { client } = options;
  return {
    async arm(id, userData) {
      const outcomes = await Promise.all([
        modify(client, { InstanceId: id, UserData: { Value: userData } }),
        modify(client, { InstanceId: id, InstanceInitiatedShutdownBehavior: { Value: 'terminate' } }),
      ]);
      return outcomes.includes('gone') ? 'gone' : 'armed';
    },
    async tagInstance(id, tags) {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const send = () => client.send(new CreateTagsCommand({ Resources: [id], Tags }));
      return (await unlessGone('ec2:CreateTags', send)) === 'gone' ? 'gone' : 'tagged';
    },
    resume: (id) => resume(id, options),
  };
}

async function modify(client: EC2Client, change: ModifyInstanceAttributeCommandInput): Promise<'done' | 'gone'> {
  const send = () => client.send(new ModifyInstanceAttributeCommand(change));
  return (await unlessGone('ec2:ModifyInstanceAttribute', send)) === 'gone' ? 'gone' : 'done';
}

async function unlessGone<T>(action: string, send: () => Promise<T>): Promise<T | 'gone'> {
  try {
    return await ask(action, send);
  } catch (error) {
    if (error instanceof Failure && GONE.test(readError(error.cause).code)) return 'gone';
    throw error;
  }
}

async function resume(id: string, options: ResumeOptions): Promise<ResumeOutcome> {
  try {
    const state = await persist('StartInstances', () => start(options.starts, id), options);
    return { kind: 'resumed', state };
  } catch (error) {
    const verdict = classify(error);
    if (verdict.kind === 'refused') return { kind: 'refused', refusal: toRefusal(error, verdict.refusal) };
    if (GONE.test(readError(error).code)) return { kind: 'gone' };
    throw translate(error, 'ec2:StartInstances');
  }
}

async function start(client: EC2Client, id: string) {
  const { StartingInstances = [] } = await client.send(new StartInstancesCommand({ InstanceIds: [id] }));
  const state = StartingInstances[0]?.CurrentState?.Name;
  if (state === undefined) throw new GarbledAnswer('the answer names no instance');
  return state;
}
