import { gzipSync } from 'node:zlib';
import { Failure } from './failure.js';

/** EC2's limit on raw user data in bytes. Source: EC2 API reference, RunInstances `UserData`. */
export const USER_DATA_LIMIT = 16_384;

/**
 * What one instance is told at boot: the boot payload, format 1, documented in `docs/boot-payload.md`
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
  /** Only for images that this suite did not build: where the runner comes from, if it isn't there. */
  readonly runnerDownload?: { readonly url: string; readonly sha256: string };
}

/** The programs of `ami/boot/`, carried to images that lack them. */
export interface BootScripts {
  readonly agent: string;
  readonly installRunner: string;
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
      hint: 'Make `pre-runner-script` shorter, or let it download what it needs.',
    });
  }
  return bytes;
}

/** What an instance of a pool is told at its first boot: the boot payload, format 2. No secret is in it. */
export interface WarmUp {
  readonly runnerHome: string;
  readonly runAsUser: string;
  /** From the agent's start until power-off, however far it got. */
  readonly maxLifetimeSeconds: number;
  /** What to read or do besides. */
  readonly script?: string;
}

/** For images with the agent only: no other reads its user data at every boot. @throws Failure `payload-too-large` */
export function renderWarmUp(warmUp: WarmUp): Uint8Array {
  return compress(
    toLines([
      ['format', 2],
      ['kind', 'warm-up'],
      ['runner-home-dir', warmUp.runnerHome],
      ['run-as-user', warmUp.runAsUser],
      ['max-lifetime-seconds', warmUp.maxLifetimeSeconds],
      ['pre-runner-script', encode(warmUp.script)],
    ]),
  );
}

function payloadLines(payload: Payload): string[] {
  return toLines([
    ['format', 1],
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
  ]);
}

function encode(script: string | undefined): string | undefined {
  return script && Buffer.from(script).toString('base64');
}

function toLines(fields: readonly [string, string | number | undefined][]): string[] {
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
    ...embed('agent.sh', scripts.agent),
    'fi',
    'exec "$agent" start',
  ];
}

function embed(name: string, text: string): string[] {
  const end = 'END_OF_CI_ACTIONS_FILE';
  return [
    `cat >"$root/opt/ci-actions/${name}" <<'${end}'`,
    text.trimEnd(),
    end,
    `chmod 755 "$root/opt/ci-actions/${name}"`,
  ];
}
