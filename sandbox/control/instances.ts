import { findInstanceType } from '../ec2/world/instance-types.js';
import type { InstanceRecord } from '../ec2/world/records.js';
import type { SandboxResponse } from '../http.js';
import type { Call, ControlRoute } from './call.js';
import { ControlError, mapOf, oneOf, text, texts, wholeNumber, type Kind } from './input.js';

const HOUR_MS = 3_600_000;
const MOST = 1_000_000;

/** `type`, `type/subnet` or `type/subnet/market`. A type that does not exist would limit nothing. */
const plan: Kind = {
  allowed: '`type`, `type/subnet` or `type/subnet/market` with `*` for any value of a part',
  fits(value) {
    const [type = '', , market = '*', ...rest] = String(value).split('/');
    const isType = type === '*' || findInstanceType(type) !== undefined;
    return isType && ['*', 'on-demand', 'spot'].includes(market) && rest.length === 0;
  },
};
const bucket = oneOf('standard/on-demand', 'standard/spot', 'gpu/on-demand', 'gpu/spot');

/** What happens to instances, and what launches may do. */
export const instanceRoutes: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: 'instances',
    does: 'Lists every instance that ever existed, oldest first.',
    handle: ({ controlled }) => controlled.ec2.instances().map(describeInstance),
  },
  {
    method: 'GET',
    path: 'instances/{id}',
    does: 'Describes one.',
    handle: (call) => describeInstance(instanceOf(call)),
  },
  {
    method: 'GET',
    path: 'instances/{id}/console',
    does: 'Its serial console so far, as plain text, even after its end.',
    handle: (call): SandboxResponse => {
      const body = call.controlled.ec2.readConsole(instanceOf(call).id);
      return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
    },
  },
  {
    method: 'POST',
    path: 'instances/{id}/kill',
    does: 'Cuts its power, as when the host fails. Code and message become its state reason.',
    body: { code: { kind: text, does: 'default `Server.InternalError`' }, message: { kind: text, does: 'the words' } },
    example: { code: 'Server.InternalError', message: 'The host failed' },
    handle: (call) => {
      const instance = instanceOf(call, 'must exist now');
      const { code, message = code } = call.input as { code?: string; message?: string };
      call.controlled.ec2.killInstance(
        instance.id,
        code === undefined ? undefined : { code, message: message ?? code },
      );
      return describeInstance(instance);
    },
  },
  {
    method: 'POST',
    path: 'instances/{id}/interrupt',
    does: 'Takes a spot instance away: announces it in the metadata, and terminates the instance after the notice.',
    body: { noticeMs: { kind: wholeNumber(0, HOUR_MS), does: "default 120000, EC2's 2 minutes" } },
    example: { noticeMs: 2000 },
    handle: (call) => {
      const instance = instanceOf(call, 'must exist now');
      if (instance.market !== 'spot') throw new ControlError(409, `${instance.id} is not a spot instance.`);
      call.controlled.ec2.interruptSpot(instance.id, call.input['noticeMs'] as number | undefined);
      return describeInstance(instance);
    },
  },
  {
    method: 'GET',
    path: 'limits',
    does: 'What launches may do: capacity, refusals and quota, and the permissions that the caller lacks.',
    handle: describeLimits,
  },
  {
    method: 'PUT',
    path: 'limits',
    does: 'Replaces each of them that the body has; the others stay.',
    body: {
      capacity: { kind: mapOf(wholeNumber(0, MOST), plan), does: 'how many more instances EC2 has, by plan' },
      refusals: { kind: mapOf(text, plan), does: 'the error code that launches fail with, by plan' },
      quota: { kind: mapOf(wholeNumber(0, MOST), bucket), does: 'the vCPUs that may run at once' },
      denied: { kind: texts, does: 'permissions the caller lacks, such as `ec2:RunInstances` or `iam:PassRole`' },
    },
    example: { capacity: { 't3.xlarge/*/spot': 0 }, denied: ['ec2:CreateTags'] },
    handle: changeLimits,
  },
];

function instanceOf({ controlled, params }: Call, condition?: 'must exist now'): InstanceRecord {
  const { id = '' } = params;
  const instance = controlled.ec2.instancesById.get(id);
  if (!instance) throw new ControlError(404, `There is no instance ${id}.`);
  const isEnding = instance.state === 'shutting-down' || instance.state === 'terminated';
  if (condition && isEnding) throw new ControlError(409, `${id} is ${instance.state} already.`);
  return instance;
}

export function describeInstance(instance: InstanceRecord): Record<string, unknown> {
  const { id, state, stateReason, type, market, subnet, image, tags, launchedAt } = instance;
  const names = { type: type.name, subnet: subnet.id, image: image.id, tags: Object.fromEntries(tags) };
  return { id, state, stateReason, market, ...names, launchedAt };
}

function describeLimits({ controlled }: Call): Record<string, unknown> {
  const { capacity, refusals, quota, denied } = controlled.ec2;
  return { capacity, refusals, quota, denied: [...denied] };
}

function changeLimits(call: Call): Record<string, unknown> {
  const { ec2 } = call.controlled;
  for (const name of ['capacity', 'refusals', 'quota'] as const) {
    const wanted = call.input[name];
    if (wanted === undefined) continue;
    for (const key of Object.keys(ec2[name])) delete (ec2[name] as Record<string, unknown>)[key];
    Object.assign(ec2[name], wanted);
  }
  const { denied } = call.input as { denied?: readonly string[] };
  if (denied) {
    ec2.denied.clear();
    for (const permission of denied) ec2.denied.add(permission);
  }
  return describeLimits(call);
}
