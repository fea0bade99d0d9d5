import { NAME_LIMIT, TAG } from '../kernel/identity.js';
import { composeMachine, DEFAULT_RUNNER_HOME } from '../machine/launch-spec.js';
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
}

/** One RunInstances call: an instance with these runners, launched by this plan. @throws Failure `payload-too-large` */
export function composeLaunch(parts: LaunchParts, plan: Plan, clientToken: string): LaunchSpec {
  const { request, setup, runners, now } = parts;
  return {
    plan,
    clientToken,
    ...composeMachine(request.machine, setup),
    tags: composeTags(request, runners, now),
    userData: composeUserData(parts),
  };
}

/** Images built by `ami/` contain the boot agent; for any other image it is part of the user data. */
export function composeUserData({ request, setup, runners, bootScripts }: Omit<LaunchParts, 'now'>): Uint8Array {
  const hasAgent = setup.image.tags[TAG.runnerVersion] !== undefined;
  return renderUserData(composePayload(request, setup, runners), hasAgent ? undefined : bootScripts);
}

function composePayload(request: StartRequest, setup: PreparedRegion, runners: readonly RegisteredRunner[]): Payload {
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
