import { NAME_LIMIT, TAG } from '../kernel/identity.js';
import { composeMachine, DEFAULT_RUNNER_HOME } from '../machine/launch-spec.js';
import type { LaunchedVolume } from '../machine/machine-volume.js';
import { renderUserData, type BootScripts, type Payload } from '../machine/payload.js';
import type { PreparedRegion } from '../machine/region-setup.js';
import type { LaunchSpec, Plan } from '../ports/ec2.js';
import type { RegisteredRunner } from '../ports/github.js';
import { composeTags, listLabels, type StartRequest } from './request.js';

export interface LaunchParts {
  readonly request: StartRequest;
  readonly setup: PreparedRegion;
  /** The runners of one instance. */
  readonly runners: readonly RegisteredRunner[];
  readonly bootScripts: BootScripts;
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
  return renderUserData(composePayload(parts), hasAgent ? undefined : parts.bootScripts);
}

function composePayload({ request, setup, runners, volume }: Omit<LaunchParts, 'now'>): Payload {
  const { machine, startup } = request;
  const labels = listLabels(request);
  return {
    runners: runners.map(({ name, jitConfig }, index) => ({ name, label: labels[index]!, jitConfig })),
    runnerHome: machine.runnerHome ?? DEFAULT_RUNNER_HOME,
    runAsUser: machine.runAsUser,
    startupTimeoutSeconds: startup.startupTimeoutMs / 1000,
    idleTimeoutSeconds: startup.idleTimeoutMs / 1000,
    maxLifetimeSeconds: startup.maxLifetimeMs / 1000,
    ...(startup.preRunnerScript !== undefined && { preRunnerScript: startup.preRunnerScript }),
    ...(machine.settings && { settings: machine.settings }),
    ...(setup.download && { runnerDownload: setup.download }),
    ...(volume && { dataVolume: volume.payload }),
  };
}

/**
 * Placeholders that are as long as real runners and as hard to compress. So sizes can be checked before a runner is
 * registered.
 */
export function listPlaceholders(request: StartRequest): readonly RegisteredRunner[] {
  return listLabels(request).map(() => ({ id: 0, name: 'x'.repeat(NAME_LIMIT), jitConfig: placeholderJit() }));
}

function placeholderJit(): string {
  let state = 1;
  const bytes = Uint8Array.from({ length: 4_200 }, () => (state = (state * 48_271) % 2_147_483_647) & 0xff);
  return Buffer.from(bytes).toString('base64');
}
