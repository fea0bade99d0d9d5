import { gzipSync } from 'node:zlib';
import * as advice from '../kernel/advice.js';
import { Failure } from '../kernel/failure.js';
import { bootstrapLines, type BootScripts } from './boot-scripts.js';
import { needsFormat4, type Field, type RolesFormat, type RolesPayload } from './payload-roles.js';

export type { BootScripts } from './boot-scripts.js';
export type { PayloadRegistration, PayloadRunner, RolesFormat } from './payload-roles.js';

/** EC2's limit on raw user data in bytes. Source: EC2 API reference, RunInstances `UserData`. */
export const USER_DATA_LIMIT = 16_384;

/**
 * The boot payload of an instance with runners, format 1, 3 or 4. `docs/inside/payload.md` documents it;
 * `ami/boot/agent.sh` reads it.
 */
export interface Payload extends RolesPayload {
  readonly runnerHome: string;
  readonly runAsUser: string;
  /** From the agent's start until the runner must be listening for jobs. */
  readonly startupTimeoutSeconds: number;
  /** From listening until a job must have come. */
  readonly idleTimeoutSeconds: number;
  /** From the agent's start until power-off, whatever is running. */
  readonly maxLifetimeSeconds: number;
  readonly preRunnerScript?: string;
  /** Whether EC2 may interrupt the instance. On a stock image the agent then comes with the part that looks for it. */
  readonly isSpot?: boolean;
  readonly settings?: InstanceSettings;
  /** Only for images that `ami/` did not build: where to download the runner if the image has none. */
  readonly runnerDownload?: { readonly url: string; readonly sha256: string };
}

/** Settings of the whole instance, in effect before anything is downloaded. They need format 3. */
export interface InstanceSettings {
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Each DER-encoded. */
  readonly caCertificates?: readonly Uint8Array[] | undefined;
}

/**
 * Renders the user data: a gzipped shell script, which cloud-init and the agent decompress. The payload is in the
 * comments of the script. The agent of our images reads the comments and never runs the script. On any other image
 * cloud-init runs the script.
 *
 * @param scripts only for images without the agent
 * @param roles only for a payload that needs format 4
 * @throws Failure `payload-too-large` over {@link USER_DATA_LIMIT}
 */
export function renderUserData(payload: Payload, scripts?: BootScripts, roles?: RolesFormat): Uint8Array {
  const lines = payloadLines(payload, roles);
  if (!scripts) return compress(lines);
  const needs = payload.isSpot ? [...lines, '#:spot'] : lines;
  return compress([...lines, ...bootstrapLines(scripts, needs)], needsFormat4(payload) ? 'large' : 'withAgent');
}

/**
 * zlib begins a new table of codes sooner with less memory: random bytes and scripts then have tables of their own. With
 * one runner and the agent, level 6 saves 500 of 11,000 bytes over zlib's default.
 */
const MEMORY_LEVELS = { payload: [8], withAgent: [6], large: [5, 6, 7, 8] } as const;

/** @param kind with `large`, several ways are tried, and the shortest result is taken */
function compress(lines: readonly string[], kind: keyof typeof MEMORY_LEVELS = 'payload'): Uint8Array {
  const text = ['#!/bin/bash', ...lines, ''].join('\n');
  const [first, ...others] = MEMORY_LEVELS[kind].map((memLevel) => gzipSync(text, { level: 9, memLevel }));
  const bytes = others.reduce((best, one) => (one.length < best.length ? one : best), first!);
  if (bytes.length > USER_DATA_LIMIT) {
    throw new Failure('payload-too-large', `The user data is ${bytes.length} bytes; EC2 allows ${USER_DATA_LIMIT}.`, {
      hint: advice.shortenUserData(describeParts(lines)),
    });
  }
  return bytes;
}

/** The inputs that take up room in the user data, each with its size before compression. */
function describeParts(lines: readonly string[]): string {
  const parts = {
    'jit-configs': 'runners',
    'pre-runner-script': 'pre-runner-script',
    environment: 'instance-environment',
    'ca-certificates': 'ca-certificates',
  };
  const used = Object.entries(parts).flatMap(([key, input]) => {
    const value = lines.find((line) => line.startsWith(`#:${key} `))?.slice(key.length + 3);
    return value === undefined ? [] : [`\`${input}\` (${Math.floor((value.length * 3) / 4)} bytes)`];
  });
  return used.join(', ') || '`runner-home-dir` or `label`';
}

/** The boot payload of a pooled instance's first boot: format 2, or 3 with settings. It has no secret. */
export interface WarmUp {
  readonly runnerHome: string;
  readonly runAsUser: string;
  /** From the agent's start until power-off, finished or not. */
  readonly maxLifetimeSeconds: number;
  /** Run at the end of the first boot. */
  readonly script?: string;
  readonly settings?: InstanceSettings;
}

/**
 * Renders the user data of a first boot. Only for images with the agent, which reads the user data at every boot.
 *
 * @throws Failure `payload-too-large`
 */
export function renderWarmUp(warmUp: WarmUp): Uint8Array {
  return compress(
    toLines([
      ['format', needsFormat3(warmUp.settings) ? 3 : 2],
      ['kind', 'warm-up'],
      ['runner-home-dir', warmUp.runnerHome],
      ['run-as-user', warmUp.runAsUser],
      ['max-lifetime-seconds', warmUp.maxLifetimeSeconds],
      ['pre-runner-script', encode(warmUp.script)],
      ...settingFields(warmUp.settings),
    ]),
  );
}

function payloadLines(payload: Payload, roles: RolesFormat | undefined): string[] {
  const [runner] = payload.runners;
  const format = needsFormat4(payload) ? 4 : needsFormat3(payload.settings) ? 3 : 1;
  return toLines([
    ['format', format],
    ...(format === 4
      ? roles!.listFields(payload)
      : ([
          ['runner-name', runner!.name],
          ['label', runner!.label],
          ['jit-config', runner!.jitConfig],
        ] satisfies Field[])),
    ['runner-home-dir', payload.runnerHome],
    ['run-as-user', payload.runAsUser],
    ['startup-timeout-seconds', payload.startupTimeoutSeconds],
    ['idle-timeout-seconds', payload.idleTimeoutSeconds],
    ['max-lifetime-seconds', payload.maxLifetimeSeconds],
    ['runner-url', payload.runnerDownload?.url],
    ['runner-sha256', payload.runnerDownload?.sha256],
    ['pre-runner-script', encode(payload.preRunnerScript)],
    ...settingFields(payload.settings),
  ]);
}

function encode(text: string | undefined): string | undefined {
  return text && Buffer.from(text).toString('base64');
}

/** The lowest format that is sufficient is used, because an image's agent may be older than this action. */
function needsFormat3(settings: InstanceSettings | undefined): boolean {
  return settingFields(settings).some(([, value]) => value);
}

/** Certificates are base64 of DER, which gzip reduces to little more than DER; base64 of PEM is a third larger. */
function settingFields({ environment = {}, caCertificates = [] }: InstanceSettings = {}): Field[] {
  const lines = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return [
    ['environment', encode(lines.join('\n'))],
    ['ca-certificates', caCertificates.map((one) => Buffer.from(one).toString('base64')).join(',')],
  ];
}

function toLines(fields: readonly Field[]): string[] {
  return fields.filter(([, value]) => value !== undefined && value !== '').map(([key, value]) => `#:${key} ${value}`);
}
