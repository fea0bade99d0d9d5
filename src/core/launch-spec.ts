import { NAME_LIMIT, TAG } from './identity.js';
import { renderUserData, type BootScripts, type Payload } from './payload.js';
import type { LaunchSpec, MintedRunner, Plan } from './ports.js';
import type { Preflight } from './preflight.js';
import { composeTags, type StartRequest } from './request.js';

interface LaunchParts {
  readonly request: StartRequest;
  readonly ready: Preflight;
  readonly minted: MintedRunner;
  readonly bootScripts: BootScripts;
  readonly now: number;
}

/** One RunInstances call of the request: this runner on this plan. @throws Failure `payload-too-large` */
export function composeLaunch(parts: LaunchParts, plan: Plan, clientToken: string): LaunchSpec {
  const { request, ready, minted, now } = parts;
  return {
    plan,
    clientToken,
    imageId: ready.image.id,
    securityGroupIds: request.securityGroupIds,
    rootVolume: ready.rootVolume,
    tags: composeTags(request, minted, now),
    userData: composeUserData(parts),
    ...(request.instanceProfile !== undefined && { instanceProfile: request.instanceProfile }),
    ...(request.keyName !== undefined && { keyName: request.keyName }),
  };
}

function payloadFor(request: StartRequest, ready: Preflight, minted: MintedRunner): Payload {
  return {
    runnerName: minted.name,
    label: request.label,
    jitConfig: minted.jitConfig,
    runnerHome: request.runnerHome ?? '/opt/actions-runner',
    runAsUser: request.runAsUser,
    startupTimeoutSeconds: request.startupTimeoutMs / 1000,
    idleTimeoutSeconds: request.idleTimeoutMs / 1000,
    maxLifetimeSeconds: request.maxLifetimeMs / 1000,
    ...(request.preRunnerScript !== undefined && { preRunnerScript: request.preRunnerScript }),
    ...(ready.download && { runnerDownload: ready.download }),
  };
}

/** Our own images have the agent baked in; any other gets it with the payload. */
function composeUserData({ request, ready, minted, bootScripts }: LaunchParts): Uint8Array {
  const isOurs = ready.image.tags[TAG.runnerVersion] !== undefined;
  return renderUserData(payloadFor(request, ready, minted), isOurs ? undefined : bootScripts);
}

/** As long as a real runner's config and as hard to compress, so that sizes can be checked without minting one. */
export const standInRunner: MintedRunner = { id: 0, name: 'x'.repeat(NAME_LIMIT), jitConfig: standInJit() };

function standInJit(): string {
  let state = 1;
  const bytes = Uint8Array.from({ length: 4_200 }, () => (state = (state * 48_271) % 2_147_483_647) & 0xff);
  return Buffer.from(bytes).toString('base64');
}
