import { NAME_LIMIT, TAG } from '../kernel/identity.js';
import { composeMachine, DEFAULT_RUNNER_HOME } from '../machine/launch-spec.js';
import {
  renderUserData,
  type BootScripts,
  type Payload,
  type PayloadRegistration,
  type RolesFormat,
} from '../machine/payload.js';
import type { LaunchedVolume } from '../machine/machine-volume.js';
import { createRandom } from '../machine/random-bytes.js';
import type { PreparedRegion } from '../machine/region-setup.js';
import type { LaunchSpec, Plan } from '../ports/ec2.js';
import type { PreparedRunner } from './register.js';
import { composeTags, keptMs, listRoles, needsRolesFormat, needsToken, type StartRequest } from './request.js';

export interface LaunchParts {
  readonly request: StartRequest;
  readonly setup: PreparedRegion;
  /** The runners of one instance. */
  readonly runners: readonly PreparedRunner[];
  /** For runners that the instance registers. */
  readonly registration?: PayloadRegistration | undefined;
  readonly bootScripts: BootScripts;
  /** Only for a request that {@link needsRolesFormat}. */
  readonly rolesFormat?: RolesFormat | undefined;
  readonly now: number;
  readonly volume?: LaunchedVolume | undefined;
}

/** One RunInstances call: an instance with these runners, launched by this plan. @throws Failure `payload-too-large` */
export function composeLaunch(parts: LaunchParts, plan: Plan, clientToken: string): LaunchSpec {
  const { request, setup, runners, now, volume } = parts;
  const machine = composeMachine(request.machine, setup);
  return {
    plan,
    clientToken,
    ...machine,
    ...(volume &&
      volume.volumes.length > 0 && { furtherVolumes: [...(machine.furtherVolumes ?? []), ...volume.volumes] }),
    tags: { ...composeTags(request, runners, now), ...volume?.tags },
    userData: composeUserData(parts),
  };
}

/** Images built by `ami/` contain the boot agent; for any other image it is part of the user data. */
export function composeUserData(parts: Omit<LaunchParts, 'now'>): Uint8Array {
  const hasAgent = parts.setup.image.tags[TAG.runnerVersion] !== undefined;
  return renderUserData(composePayload(parts), hasAgent ? undefined : parts.bootScripts, parts.rolesFormat);
}

function composePayload({ request, setup, runners, registration, volume }: Omit<LaunchParts, 'now'>): Payload {
  const { machine, startup, workFolder } = request;
  const roles = listRoles(request);
  return {
    runners: runners.map(({ name, jitConfig }, index) => {
      const { label, role, labels } = roles[index]!;
      return { name, label, role, labels, jitConfig };
    }),
    ...(registration && { registration }),
    ...(workFolder && { sharedRepository: request.run.repo }),
    ...composeKeep(request),
    runnerHome: machine.runnerHome ?? DEFAULT_RUNNER_HOME,
    runAsUser: machine.runAsUser,
    startupTimeoutSeconds: startup.startupTimeoutMs / 1000,
    idleTimeoutSeconds: startup.idleTimeoutMs / 1000,
    maxLifetimeSeconds: startup.maxLifetimeMs / 1000,
    ...(startup.preRunnerScript !== undefined && { preRunnerScript: startup.preRunnerScript }),
    ...(machine.settings && { settings: machine.settings }),
    ...(machine.markets.includes('spot') && { isSpot: true }),
    ...(setup.download && { runnerDownload: setup.download }),
    ...(volume && { dataVolume: volume.payload }),
  };
}

function composeKeep(request: StartRequest): Pick<Payload, 'keepOnFailureSeconds' | 'keepAlways'> {
  const ms = keptMs(request);
  return ms === undefined ? {} : { keepOnFailureSeconds: ms / 1000, keepAlways: request.keepMs !== undefined };
}

/**
 * Placeholders that are as long as real runners and as hard to compress. So sizes can be checked before a runner is
 * registered.
 */
export function composePlaceholders(
  request: StartRequest,
  rolesFormat: RolesFormat | undefined,
): Pick<LaunchParts, 'runners' | 'registration'> {
  const roles = listRoles(request);
  const isPacked = needsRolesFormat(request);
  const runners = roles.map(({ lifetime }, index): PreparedRunner => {
    const name = `${'x'.repeat(NAME_LIMIT - 3)}-${index}`.padEnd(NAME_LIMIT, 'x');
    if (lifetime === 'run') return { id: undefined, name };
    return { id: 0, name, jitConfig: isPacked ? rolesFormat!.composePlaceholder(index) : placeholderJit() };
  });
  const group = request.runnerGroup === undefined ? {} : { group: 'x'.repeat(NAME_LIMIT) };
  const registration = { url: `https://github.com/${'x'.repeat(NAME_LIMIT)}`, token: TOKEN, ...group };
  return { runners, registration: needsToken(request) ? registration : undefined };
}

/** As long as GitHub's, and as hard to compress. */
const TOKEN = 'AQ7XK2PL9VZ4TB6YD3NMWFH5JRSCE';

function placeholderJit(): string {
  return Buffer.from(Uint8Array.from({ length: 4_200 }, createRandom(1))).toString('base64');
}
