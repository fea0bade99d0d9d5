/**
 * Makes time pass faster in a process that imports this file first, so that minutes of waiting take seconds and the
 * product needs no setting for it. Date, timers and deadlines agree between all processes of a matrix.
 */
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';

const RealDate = Date;
export const factor = Number(process.env.FAULTS_FACTOR ?? 20);
const epoch = Number(process.env.FAULTS_EPOCH ?? RealDate.now());

/** The environment that puts another process on the same clock. */
export const environment = {
  NODE_OPTIONS: `--import=${import.meta.url}`,
  FAULTS_FACTOR: String(factor),
  FAULTS_EPOCH: String(epoch),
};

/** The real time, in ms since the epoch. */
export const realNow = () => RealDate.now();

const now = () => Math.round(epoch + (RealDate.now() - epoch) * factor);

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
});

const { setTimeout, setInterval } = globalThis;
const { setTimeout: sleep } = timersPromises;
const faster =
  (schedule) =>
  (action, ms = 0, ...rest) =>
    schedule(action, ms / factor, ...rest);
const sleepFaster = (ms = 0, ...rest) => sleep(ms / factor, ...rest);
globalThis.setTimeout = Object.assign(faster(setTimeout), { [promisify.custom]: sleepFaster });
globalThis.setInterval = faster(setInterval);
Object.assign(timers, { setTimeout: globalThis.setTimeout, setInterval: globalThis.setInterval });
timersPromises.setTimeout = sleepFaster;
syncBuiltinESMExports();

const timeout = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (ms) => timeout(Math.ceil(ms / factor));
const performanceNow = performance.now.bind(performance);
performance.now = () => performanceNow() * factor;
