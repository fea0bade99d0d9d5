import type { InstanceRecord, StateReason } from '../world/records.js';
import type { Ec2World } from '../world/world.js';
import { plugIn } from './attachments.js';
import { releaseCapacity, takeCapacity } from './capacity.js';
import { closeSpotRequest } from './spot-requests.js';
import { releaseVolumes } from './volumes.js';

/** Why an instance ends, and whether its programs get a signal before. */
export interface Ending {
  readonly reason: StateReason;
  readonly transitionReason: string;
  readonly how: 'shut down' | 'pull the plug';
}

/** Powers on: pending → running → boot. */
export function start(world: Ec2World, instance: InstanceRecord, bootMs = world.timeline.bootMs): void {
  const { pendingMs } = world.timeline;
  instance.launchedAt = Date.now();
  instance.transitionReason = '';
  delete instance.stateReason;
  enter(world, instance, 'pending');
  afterIn(world, instance, pendingMs, () => {
    enter(world, instance, 'running');
    afterIn(world, instance, bootMs, () => boot(world, instance));
  });
}

/** Starts a stopped instance again. */
export function restart(world: Ec2World, instance: InstanceRecord): void {
  takeCapacity(world, planOf(instance));
  start(world, instance, world.timeline.resumeMs);
}

/** Does nothing to an instance that is already ending. */
export function terminate(world: Ec2World, instance: InstanceRecord, ending: Ending): void {
  if (instance.state === 'shutting-down' || instance.state === 'terminated') return;
  const heldCapacity = instance.state !== 'stopped';
  switchOff(world, instance, ending, ['shutting-down', 'terminated'], () => {
    if (heldCapacity) releaseCapacity(world, planOf(instance));
    releaseVolumes(world, instance);
    closeSpotRequest(world, instance);
  });
}

/** Does nothing to an instance that is neither pending nor running. */
export function stop(world: Ec2World, instance: InstanceRecord, ending: Ending): void {
  if (instance.state !== 'running' && instance.state !== 'pending') return;
  switchOff(world, instance, ending, ['stopping', 'stopped'], () => releaseCapacity(world, planOf(instance)));
}

/** A power-off from inside the machine. `InstanceInitiatedShutdownBehavior` decides whether it stops or terminates. */
export function powerOff(world: Ec2World, instance: InstanceRecord): void {
  if (instance.state !== 'running') return;
  world.emit('power-off', instance);
  const message = 'Client.InstanceInitiatedShutdown: Instance initiated shutdown';
  const reason = { code: 'Client.InstanceInitiatedShutdown', message };
  const end = instance.shutdownBehavior === 'terminate' ? terminate : stop;
  end(world, instance, { reason, transitionReason: '', how: 'shut down' });
}

export function interrupt(world: Ec2World, instance: InstanceRecord, noticeMs: number): void {
  if (instance.market !== 'spot') throw new Error(`${instance.id} is not a spot instance.`);
  const time = new Date(Date.now() + noticeMs).toISOString().replace(/\.\d+Z$/, 'Z');
  instance.interruption = { action: 'terminate', time };
  world.emit('interrupted', instance);
  const message = 'Server.SpotInstanceTermination: Spot instance termination';
  const reason = { code: 'Server.SpotInstanceTermination', message };
  world.after(noticeMs, () => {
    terminate(world, instance, { reason, transitionReason: 'Server.SpotInstanceTermination', how: 'shut down' });
  });
}

/** A user's StopInstances or TerminateInstances. */
export function byUser(): Ending {
  const time = new Date()
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' GMT');
  return {
    reason: { code: 'Client.UserInitiatedShutdown', message: 'Client.UserInitiatedShutdown: User initiated shutdown' },
    transitionReason: `User initiated (${time})`,
    how: 'shut down',
  };
}

function boot(world: Ec2World, instance: InstanceRecord): void {
  if (!world.boot) return;
  instance.machine = world.boot(instance, () => powerOff(world, instance));
  plugIn(world, instance);
  world.emit('agent', instance);
}

type States = ['shutting-down', 'terminated'] | ['stopping', 'stopped'];

function switchOff(world: Ec2World, instance: InstanceRecord, ending: Ending, states: States, then: () => void): void {
  instance.stateReason = ending.reason;
  instance.transitionReason = ending.transitionReason;
  enter(world, instance, states[0]);
  const { machine } = instance;
  const stopped = machine?.stop(ending.how);
  afterIn(world, instance, world.timeline.shuttingDownMs, async () => {
    await stopped; // The machine may take longer than `shuttingDownMs` to end its programs.
    if (world.isClosed || instance.state !== states[0]) return;
    instance.postedConsole = machine?.readConsole() ?? instance.postedConsole;
    then();
    enter(world, instance, states[1]);
  });
}

function enter(world: Ec2World, instance: InstanceRecord, state: InstanceRecord['state']): void {
  instance.state = state;
  world.emit(state, instance);
}

/** Runs `action` later, if the instance has not changed its state until then. */
function afterIn(world: Ec2World, instance: InstanceRecord, ms: number, action: () => void | Promise<void>): void {
  const { state, launchedAt } = instance;
  world.after(ms, () => {
    if (instance.state === state && instance.launchedAt === launchedAt) void action();
  });
}

function planOf(instance: InstanceRecord): { type: string; subnet: string; market: string } {
  return { type: instance.type.name, subnet: instance.subnet.id, market: instance.market };
}
