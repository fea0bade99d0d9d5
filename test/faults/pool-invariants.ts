import type { Violation } from './invariants.js';
import { readPayload } from './payloads.js';
import type { StepRun, World } from './world.js';

const GONE = new Set(['shutting-down', 'terminated']);

/** A claim writes to an instance in two places, its tags and its user data. Two claims at once would not agree. */
export function checkClaims({ sandbox }: World): Violation[] {
  return sandbox.ec2.instances().flatMap(({ id, state, tags, userData }) => {
    const isClaimed = tags.has('ci-actions:pool') && tags.has('ci-actions:start');
    if (!isClaimed || state !== 'running' || !userData) return [];
    const payload = readPayload(sandbox.ec2.instance(id));
    const runnerId = payload.kind === 'runner' ? `${payload.runnerId}` : '';
    const tagged = tags.get('ci-actions:runner-id');
    // The claimed instance that settlePool places has kept its warm-up payload.
    if (payload.kind === 'warm-up' || runnerId === tagged) return [];
    return [{ rule: 'twice', what: `${id} is tagged for runner ${tagged} and has the payload of runner ${runnerId}` }];
  });
}

/** The instances that fill-pool reports exist, those it reports as removed do not, and success means the size asked for. */
export function checkFill(fill: StepRun, world: World): Violation[] {
  const { ec2 } = world.sandbox;
  const isGone = (id: string) => GONE.has(ec2.instance(id).state);
  const read = (name: string) => JSON.parse(fill.outputs[name] ?? '[]') as string[];
  const removed = fill.lines.flatMap((line) => /^(i-\w+): /.exec(line)?.[1] ?? []);
  const named = fill.lines.some((line) => line.startsWith('::error::') && line.includes('were removed')) ? removed : [];
  const waiting = world.instances.filter(({ state, tags }) => !GONE.has(state) && !tags.has('ci-actions:start')).length;
  const { ready = '' } = fill.outputs;
  const problems = [
    ...[...read('retired'), ...named].filter((id) => !isGone(id)).map((id) => `reports ${id} as removed, which exists`),
    ...(fill.code === 0
      ? read('launched')
          .filter(isGone)
          .map((id) => `reports ${id} as launched, which is gone`)
      : []),
    ...(fill.code === 0 && Number(ready) !== waiting ? [`succeeds with ${ready} ready, and there are ${waiting}`] : []),
    ...(fill.code === 0 && waiting !== world.config.count ? [`succeeds with ${waiting} of ${world.config.count}`] : []),
  ];
  return problems.map((what) => ({ rule: 'verdict', what: `fill-pool ${what}` }));
}

/** Without any claim, each instance waits as fill-pool leaves it, or is gone. */
export function checkMembers(world: World): Violation[] {
  const lost = world.instances.filter((one) => !GONE.has(one.state) && !world.waiting.includes(one));
  const unlike = world.waiting.filter((one) => {
    const isFitting = one.tags.get('ci-actions:pool-shape') !== OTHER_SHAPE;
    const isInTime = Date.parse(one.tags.get('ci-actions:expires-at') ?? '') > Date.now();
    return !isFitting || !isInTime || one.shutdownBehavior !== 'stop' || readPayload(one).kind !== 'warm-up';
  });
  const failedWarmUps = world.waiting.filter(({ postedConsole }) => postedConsole.includes('failed'));
  return [
    ...failedWarmUps.map(({ id }) => ({ rule: 'lost' as const, what: `${id} waits, and its warm-up failed` })),
    ...lost.map(({ id, state }) => ({
      rule: 'lost' as const,
      what: `${id} is ${state}, and neither waits nor is claimed`,
    })),
    ...unlike.map(({ id }) => ({ rule: 'lost' as const, what: `${id} waits, and no start may claim it` })),
    ...world.runners.map(({ name }) => ({ rule: 'ghost' as const, what: `${name} is listed` })),
    ...world.volumes.map((id) => ({ rule: 'leftover' as const, what: `${id} is left` })),
  ];
}

/** A pool shape that no combination of volumes, security groups and key pair has. */
export const OTHER_SHAPE = '0123456789abcdef';
