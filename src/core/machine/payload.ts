import * as advice from '../kernel/advice.js';
import { gzipSync } from 'node:zlib';
import { Failure } from '../kernel/failure.js';

/** EC2's limit on raw user data in bytes. Source: EC2 API reference, RunInstances `UserData`. */
export const USER_DATA_LIMIT = 16_384;

/**
 * What one instance is told at boot: the boot payload, format 1 or 3, documented in `docs/inside/payload.md`
 * and read by `ami/boot/agent.sh`.
 */
export interface Payload {
  readonly runnerName: string;
  readonly label: string;
  readonly jitConfig: string;
  readonly runnerHome: string;
  readonly runAsUser: string;
  /** From the agent's start until the runner must be listening for jobs. */
  readonly startupTimeoutSeconds: number;
  /** From listening until a job must have come. */
  readonly idleTimeoutSeconds: number;
  /** From the agent's start until power-off, whatever is running. */
  readonly maxLifetimeSeconds: number;
  readonly preRunnerScript?: string;
  readonly settings?: InstanceSettings;
  /** Only for images that this suite did not build: where the runner comes from, if it isn't there. */
  readonly runnerDownload?: { readonly url: string; readonly sha256: string };
}

/** What holds on the whole instance before anything is downloaded. Needs format 3. */
export interface InstanceSettings {
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Each in DER. */
  readonly caCertificates?: readonly Uint8Array[] | undefined;
}

/** The programs of `ami/boot/`, carried to images that lack them. */
export interface BootScripts {
  readonly agent: string;
  readonly installRunner: string;
  readonly aptWhenFree: string;
}

/**
 * The user data: gzip (decoded by cloud-init and by the agent) of a shell script. The payload is in
 * comments, so the agent of our images reads it and never runs it, while on any other image cloud-init runs it.
 *
 * @throws Failure `payload-too-large` over {@link USER_DATA_LIMIT}.
 */
export function renderUserData(payload: Payload, scripts?: BootScripts): Uint8Array {
  return compress([...payloadLines(payload), ...(scripts ? bootstrapLines(scripts) : [])]);
}

function compress(lines: readonly string[]): Uint8Array {
  const bytes = gzipSync(['#!/bin/bash', ...lines, ''].join('\n'), { level: 9 });
  if (bytes.length > USER_DATA_LIMIT) {
    throw new Failure('payload-too-large', `The user data is ${bytes.length} bytes; EC2 allows ${USER_DATA_LIMIT}.`, {
      hint: advice.shortenUserData(describeParts(lines)),
    });
  }
  return bytes;
}

/** The inputs that take room in the user data, and how much before gzip. */
function describeParts(lines: readonly string[]): string {
  const parts = {
    'pre-runner-script': 'pre-runner-script',
    environment: 'instance-environment',
    'ca-certificates': 'ca-certificates',
  };
  const given = Object.entries(parts).flatMap(([key, input]) => {
    const value = lines.find((line) => line.startsWith(`#:${key} `))?.slice(key.length + 3);
    return value === undefined ? [] : [`\`${input}\` (${Math.floor((value.length * 3) / 4)} bytes)`];
  });
  return given.join(', ') || '`runner-home-dir` or `label`';
}

/** What an instance of a pool is told at its first boot: the boot payload, format 2, or 3 with settings. No secret is in it. */
export interface WarmUp {
  readonly runnerHome: string;
  readonly runAsUser: string;
  /** From the agent's start until power-off, however far it got. */
  readonly maxLifetimeSeconds: number;
  /** What to read or do besides. */
  readonly script?: string;
  readonly settings?: InstanceSettings;
}

/** For images with the agent only: no other reads its user data at every boot. @throws Failure `payload-too-large` */
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

function payloadLines(payload: Payload): string[] {
  return toLines([
    ['format', needsFormat3(payload.settings) ? 3 : 1],
    ['runner-name', payload.runnerName],
    ['label', payload.label],
    ['jit-config', payload.jitConfig],
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

type Field = readonly [string, string | number | undefined];

/** An image's agent may be older than this action, so the lowest format that can say it is used. */
function needsFormat3(settings: InstanceSettings | undefined): boolean {
  return settingFields(settings).some(([, value]) => value);
}

/** Certificates travel as DER in base64, which gzip gets back to little more than DER; PEM in base64 is a third larger. */
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

/**
 * On an image with the agent baked in its own unit runs long before this, and a second start does nothing. An image
 * made from a machine that was once started this way has the agent, but no unit: it is started all the same.
 * Whatever fails on the way ends in power-off; `exec` leaves the trap behind.
 */
function bootstrapLines(scripts: BootScripts): string[] {
  return [
    'set -euo pipefail',
    'root=${CI_ACTIONS_ROOT:-}',
    'agent=$root/opt/ci-actions/agent.sh',
    `trap 'bash -c "\${CI_ACTIONS_POWER_OFF:-systemctl poweroff}"' EXIT`,
    'if [ ! -x "$agent" ]; then',
    'mkdir -p "$root/opt/ci-actions"',
    ...embed('install-runner.sh', scripts.installRunner),
    ...embed('apt-when-free.sh', scripts.aptWhenFree),
    ...embed('agent.sh', scripts.agent),
    'fi',
    'exec "$agent" start',
  ];
}

/** Comments and indentation would take a tenth of the user data; no script of ours has them inside a string. */
function withoutComments(text: string): string {
  return text.replace(/^[ \t]+/gm, '').replace(/^#(?!!).*\n/gm, '');
}

function embed(name: string, text: string): string[] {
  const end = 'END_OF_CI_ACTIONS_FILE';
  return [
    `cat >"$root/opt/ci-actions/${name}" <<'${end}'`,
    withoutComments(text).trimEnd(),
    end,
    `chmod 755 "$root/opt/ci-actions/${name}"`,
  ];
}
