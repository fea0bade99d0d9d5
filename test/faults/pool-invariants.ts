import type { Violation } from './invariants.js';
import { readPayload } from './machines.js';
import type { StepRun, World } from './world.js';

const GONE = new Set(['shutting-down', 'terminated']);

/** Who claims a machine writes to it in two places: two claimers would not have written both. */
export function checkClaims({ sandbox }: World): Violation[] {
  return sandbox.ec2.instances().flatMap(({ id, state, tags, userData }) => {
    const isClaimed = tags.has('ci-actions:pool') && tags.has('ci-actions:start');
    if (!isClaimed || state !== 'running' || !userData) return [];
    const payload = readPayload(sandbox.ec2.instance(id));
    const told = payload.kind === 'runner' ? payload.runnerId : 'nobody';
    const tagged = tags.get('ci-actions:runner-id');
    // The one that settlePool has placed was never told anything.
    if (payload.kind === 'warm-up' || `${told}` === tagged) return [];
    return [{ rule: 'twice', what: `${id} is tagged for runner ${tagged} and was told of ${told}` }];
  });
}

/** What fill-pool says it has is there, what it says it has removed is not; and success is as many as were asked for. */
export function checkFill(fill: StepRun, world: World): Violation[] {
  const { ec2 } = world.sandbox;
  const isGone = (id: string) => GONE.has(ec2.instance(id).state);
  const read = (name: string) => JSON.parse(fill.outputs[name] ?? '[]') as string[];
  const removed = fill.lines.flatMap((line) => /^(i-\w+): /.exec(line)?.[1] ?? []);
  const told = fill.lines.some((line) => line.startsWith('::error::') && line.includes('were removed')) ? removed : [];
  const had = world.instances.filter(({ state, tags }) => !GONE.has(state) && !tags.has('ci-actions:start')).length;
  const { ready = '' } = fill.outputs;
  const problems = [
    ...[...read('retired'), ...told].filter((id) => !isGone(id)).map((id) => `says ${id} was removed, which is there`),
    ...(fill.code === 0
      ? read('launched')
          .filter(isGone)
          .map((id) => `says it launched ${id}, which is gone`)
      : []),
    ...(fill.code === 0 && Number(ready) !== had ? [`succeeds with ${ready} ready, and there are ${had}`] : []),
    ...(fill.code === 0 && had !== world.config.count ? [`succeeds with ${had} of ${world.config.count}`] : []),
  ];
  return problems.map((what) => ({ rule: 'verdict', what: `fill-pool ${what}` }));
}

/** Nobody has claimed anything: each machine waits as fill-pool makes them wait, or is gone. */
export function checkMembers(world: World): Violation[] {
  const lost = world.instances.filter((one) => !GONE.has(one.state) && !world.waiting.includes(one));
  const unlike = world.waiting.filter((one) => {
    const isFitting = one.tags.get('ci-actions:pool-shape') !== OTHER_SHAPE;
    const isInTime = Date.parse(one.tags.get('ci-actions:expires-at') ?? '') > Date.now();
    return !isFitting || !isInTime || one.shutdownBehavior !== 'stop' || readPayload(one).kind !== 'warm-up';
  });
  const spoilt = world.waiting.filter(({ postedConsole }) => postedConsole.includes('failed'));
  return [
    ...spoilt.map(({ id }) => ({ rule: 'lost' as const, what: `${id} waits, and its warm-up failed` })),
    ...lost.map(({ id, state }) => ({ rule: 'lost' as const, what: `${id} is ${state}, and nobody's` })),
    ...unlike.map(({ id }) => ({ rule: 'lost' as const, what: `${id} waits, and nobody may take it` })),
    ...world.runners.map(({ name }) => ({ rule: 'ghost' as const, what: `${name} is listed` })),
    ...world.volumes.map((id) => ({ rule: 'leftover' as const, what: `${id} is left` })),
  ];
}

/** What no volume, group or key comes to. */
export const OTHER_SHAPE = '0123456789abcdef';
