import { NAME_LIMIT, TAG } from '../kernel/identity.js';
import { renderUserData, type BootScripts, type Payload } from './payload.js';
import type { LaunchSpec, Plan } from '../ports/ec2.js';
import type { RegisteredRunner } from '../ports/github.js';
import { composeTags, type StartRequest } from './request.js';
import type { PreparedRegion, RegionSetup } from './region-setup.js';

interface LaunchParts {
  readonly request: StartRequest;
  readonly setup: PreparedRegion;
  readonly registered: RegisteredRunner;
  readonly bootScripts: BootScripts;
  readonly now: number;
}

/** One RunInstances call of the request: this runner on this plan. @throws Failure `payload-too-large` */
export function composeLaunch(parts: LaunchParts, plan: Plan, clientToken: string): LaunchSpec {
  const { request, setup, registered, now } = parts;
  return {
    plan,
    clientToken,
    ...composeMachine(request, setup),
    tags: composeTags(request, registered, now),
    userData: composeUserData(parts),
  };
}

/** What is the same for all machines of a request in one region, those for a pool among them. */
export function composeMachine(
  { instanceProfile, keyName }: StartRequest,
  { image, securityGroupIds, rootVolume, furtherVolumes }: RegionSetup,
) {
  return {
    imageId: image.id,
    securityGroupIds,
    rootVolume,
    ...(furtherVolumes.length > 0 && { furtherVolumes }),
    ...(instanceProfile !== undefined && { instanceProfile }),
    ...(keyName !== undefined && { keyName }),
  };
}

function payloadFor(request: StartRequest, setup: PreparedRegion, registered: RegisteredRunner): Payload {
  return {
    runnerName: registered.name,
    label: request.label,
    jitConfig: registered.jitConfig,
    runnerHome: request.runnerHome ?? '/opt/actions-runner',
    runAsUser: request.runAsUser,
    startupTimeoutSeconds: request.startupTimeoutMs / 1000,
    idleTimeoutSeconds: request.idleTimeoutMs / 1000,
    maxLifetimeSeconds: request.maxLifetimeMs / 1000,
    ...(request.preRunnerScript !== undefined && { preRunnerScript: request.preRunnerScript }),
    ...(request.settings && { settings: request.settings }),
    ...(setup.download && { runnerDownload: setup.download }),
  };
}

/** Our own images have the agent baked in; any other gets it with the payload. */
export function composeUserData({ request, setup, registered, bootScripts }: Omit<LaunchParts, 'now'>): Uint8Array {
  const isOurs = setup.image.tags[TAG.runnerVersion] !== undefined;
  return renderUserData(payloadFor(request, setup, registered), isOurs ? undefined : bootScripts);
}

/** As long as a real runner's config and as hard to compress, so that sizes can be checked without registering one. */
export const standInRunner: RegisteredRunner = { id: 0, name: 'x'.repeat(NAME_LIMIT), jitConfig: standInJit() };

function standInJit(): string {
  let state = 1;
  const bytes = Uint8Array.from({ length: 4_200 }, () => (state = (state * 48_271) % 2_147_483_647) & 0xff);
  return Buffer.from(bytes).toString('base64');
}
