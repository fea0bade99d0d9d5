import { gunzipSync } from 'node:zlib';
import type { InstanceRecord } from '../../sandbox/ec2/world/records.js';
import { unpackJitConfigs } from '../../src/core/machine/jit-configs.js';

export type Payload = RunnerPayload | RolesPayload | WarmUpPayload;

export interface RunnerPayload {
  readonly kind: 'runner';
  readonly runnerId: number;
  readonly idleMs: number;
  readonly lifetimeMs: number;
}

/** Format 4: several runners, runners that take many jobs, a data volume. */
export interface RolesPayload {
  readonly kind: 'roles';
  readonly runners: readonly RolesRunner[];
  readonly registration?: { readonly url: string; readonly token: string };
  /** The id of the data volume. Absent also for a copy, which the launch attaches. */
  readonly volume?: string;
  readonly startupMs: number;
  readonly idleMs: number;
  readonly lifetimeMs: number;
}

interface RolesRunner {
  readonly name: string;
  readonly labels: readonly string[];
  /** Absent: the machine registers it, and it takes many jobs. */
  readonly runnerId?: number;
}

interface WarmUpPayload {
  readonly kind: 'warm-up';
  readonly script: string;
  readonly lifetimeMs: number;
}

/** Reads user data as the agent does: gzip, one setting per comment line, a runner's id in its JIT configuration. */
export function readPayload({ userData }: Pick<InstanceRecord, 'userData'>): Payload {
  const text = gunzipSync(userData ?? Buffer.alloc(0)).toString();
  const read = (key: string): string => new RegExp(`^#:${key} (.+)$`, 'm').exec(text)?.[1] ?? '';
  const seconds = (key: string): number => Number(read(key)) * 1000;
  const lifetimeMs = seconds('max-lifetime-seconds');
  if (read('kind') === 'warm-up') return { kind: 'warm-up', script: decode(read('pre-runner-script')), lifetimeMs };
  const idleMs = seconds('idle-timeout-seconds');
  if (read('format') !== '4') {
    return { kind: 'runner', runnerId: readRunnerId(read('jit-config')), idleMs, lifetimeMs };
  }
  const [volume = ''] = read('data-volume').split(' ');
  const url = read('registration-url');
  return {
    kind: 'roles',
    runners: readRunners(text, read('jit-configs')),
    ...(url !== '' && { registration: { url, token: read('registration-token') } }),
    ...(volume.startsWith('vol-') && { volume }),
    startupMs: seconds('startup-timeout-seconds'),
    idleMs,
    lifetimeMs,
  };
}

function readRunners(text: string, packed: string): RolesRunner[] {
  const configs = packed === '' ? [] : [...unpackJitConfigs(packed)];
  return [...text.matchAll(/^#:runner-\d+ (\S+) \S+ (job|run) (\S+)$/gm)].map(
    ([, name = '', lifetime, labels = '']) => ({
      name,
      labels: labels.split(','),
      ...(lifetime === 'job' && { runnerId: readRunnerId(configs.shift() ?? '') }),
    }),
  );
}

function readRunnerId(config: string): number {
  return Number(parse(parse(config)['.runner'] ?? '')['agentId']);
}

function parse(base64: string): Record<string, string> {
  return JSON.parse(decode(base64)) as Record<string, string>;
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}
