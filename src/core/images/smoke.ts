import { gunzipSync, gzipSync } from 'node:zlib';
import { endInstances, INVISIBLE_BOUND_MS, listAlive } from '../instances/end-instances.js';
import { isEnding } from '../instances/states.js';
import * as advice from '../kernel/advice.js';
import { readBootPhases, tailConsole } from '../kernel/boot-phases.js';
import { builtInMachine, type BuiltInPreset } from '../kernel/built-in-presets.js';
import type { Clock } from '../kernel/clock.js';
import { Failure } from '../kernel/failure.js';
import { TAG } from '../kernel/identity.js';
import { renderUserData } from '../machine/payload.js';
import type { Image } from '../ports/catalog.js';
import type { Ec2, Instance, LaunchSpec, Refusal } from '../ports/ec2.js';
import type { Log } from '../ports/process.js';
import { readSmoke, renderSmokeScript, type SmokeReport } from './smoke-script.js';

/** The lifetime after which the instance powers itself off, if nothing has terminated it before. */
const LIFETIME_S = 900;
/** The longest wait for the results: the cuda image is the largest, and a first boot reads its blocks from S3. */
const RESULT_MS = 600_000;
const CADENCE_MS = 3_000;
/** The longest time from the launch to the agent's first line. A first boot is slow, but longer than this is broken. */
const LONGEST_BOOT_S = 120;

export interface SmokeRequest {
  readonly preset: BuiltInPreset;
  readonly imageId: string;
  /** EC2's default subnet when absent. */
  readonly subnetId?: string;
  /** Unique per test: the launch's client token. */
  readonly nonce: string;
}

interface SmokePorts {
  readonly ec2: Pick<Ec2, 'region' | 'describeImage' | 'launch' | 'describeInstances' | 'readConsole' | 'terminate'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the wait for the results. The instance is terminated all the same. */
  readonly signal?: AbortSignal;
}

/**
 * Launches one instance of the image, on which the boot agent runs the checks as a pre-runner script, and reads the
 * results from the console. The instance accepts no connection and registers no runner. It is terminated in every case,
 * and powers itself off if that fails.
 *
 * @throws Failure `image-unusable` when a check fails or has no result; `no-capacity`; `image-not-found`
 */
export async function smokeImage(request: SmokeRequest, ports: SmokePorts): Promise<SmokeReport> {
  const image = await findImage(request, ports);
  const instance = await launch(request, image, ports);
  try {
    return judge(await awaitResults(instance, ports), instance, { request, ports });
  } finally {
    await end(instance, ports);
  }
}

/** Terminates the instance, or warns. One that EC2 does not end costs little, because it powers itself off. */
async function end({ id }: Instance, { ec2, clock, log }: SmokePorts): Promise<void> {
  const ports = { ec2In: async () => ec2, clock };
  const [alive] = listAlive(await endInstances([{ id, region: ec2.region }], ports, INVISIBLE_BOUND_MS));
  if (!alive) return log.info(`EC2 is terminating ${id}.`);
  log.warning(`${alive.why} It powers itself off within ${LIFETIME_S / 60} min. Check it in the EC2 console.`);
}

async function findImage({ imageId, preset }: SmokeRequest, { ec2 }: SmokePorts): Promise<Image> {
  const image = await ec2.describeImage(imageId);
  const hint = `Give the id that the build printed, its preset and its region. ${advice.LIST_IMAGES}`;
  if (!image) throw new Failure('image-not-found', `There is no image ${imageId} in ${ec2.region}.`, { hint });
  const marked = image.tags[TAG.preset];
  if (marked === preset && image.tags[TAG.runnerVersion] !== undefined) return image;
  const what = marked === undefined ? 'was not built here' : `is tagged ${TAG.preset}=${marked}`;
  throw new Failure(
    'image-unusable',
    `Image ${imageId} (${image.name}) ${what}, so it cannot be the ${preset} image.`,
    {
      hint,
    },
  );
}

async function launch(request: SmokeRequest, image: Image, { ec2, log }: SmokePorts): Promise<Instance> {
  const refused: { readonly instanceType: string; readonly refusal: Refusal }[] = [];
  for (const [at, instanceType] of builtInMachine(request.preset).types.entries()) {
    const outcome = await ec2.launch(
      composeLaunch(request, image, { instanceType, clientToken: `${request.nonce}-${at}` }),
    );
    if (outcome.kind === 'launched') {
      log.info(`${outcome.instance.id} (${instanceType}) starts from ${image.id}.`);
      return outcome.instance;
    }
    if (outcome.kind === 'given-up') throw outcome.error;
    refused.push({ instanceType, refusal: outcome.refusal });
    if (outcome.refusal.scope !== 'plan' && outcome.refusal.scope !== 'type') break;
  }
  const deadEnd = refused.at(-1)?.refusal.failure;
  if (deadEnd && refused.every(({ refusal }) => refusal.failure)) throw deadEnd;
  throw new Failure('no-capacity', `EC2 in ${ec2.region} has no machine for the ${request.preset} image.`, {
    hint: 'Try again later, or in another subnet: --subnet.',
    details: refused.map(({ instanceType, refusal: { code, message } }) => `${instanceType}: ${code}: ${message}`),
  });
}

function composeLaunch(
  request: SmokeRequest,
  image: Image,
  { instanceType, clientToken }: { readonly instanceType: string; readonly clientToken: string },
): LaunchSpec {
  const { preset, subnetId } = request;
  return {
    plan: { instanceType, market: 'on-demand', ...(subnetId !== undefined && { subnetId }) },
    imageId: image.id,
    securityGroupIds: [],
    rootVolume: { deviceName: image.rootDeviceName, type: 'gp3' },
    ...(image.furtherVolumes && { furtherVolumes: image.furtherVolumes }),
    tags: { Name: `smoke test of ${image.name}`, [TAG.preset]: preset },
    userData: renderSmokeData(preset, image.tags[TAG.runnerVersion] ?? ''),
    clientToken,
  };
}

/**
 * A payload like any runner's. Its pre-runner script never ends, so the agent starts no runner. The shutdown command
 * behind it is for cloud-init, so that an instance ends even if its agent does not start.
 */
function renderSmokeData(preset: BuiltInPreset, runnerVersion: string): Uint8Array {
  const payload = renderUserData({
    runners: [{ name: 'smoke-test', label: 'smoke-test', jitConfig: 'bm9uZQ==' }],
    runnerHome: '/opt/actions-runner',
    runAsUser: 'root',
    startupTimeoutSeconds: LIFETIME_S,
    idleTimeoutSeconds: LIFETIME_S,
    maxLifetimeSeconds: LIFETIME_S,
    preRunnerScript: renderSmokeScript(preset, runnerVersion),
  });
  return gzipSync(`${gunzipSync(payload).toString()}shutdown -P +${LIFETIME_S / 60}\n`);
}

/** @returns the last console output, in which results may be missing */
async function awaitResults({ id }: Instance, { ec2, clock, log, signal }: SmokePorts): Promise<string> {
  const begun = clock.now();
  let seen = 0;
  for (;;) {
    const [instance] = await ec2.describeInstances([id]);
    const text = await ec2.readConsole(id);
    const { checks, isComplete } = readSmoke(text);
    for (const { name, passed, output } of checks.slice(seen)) {
      log.info(`  ${passed ? 'passed' : 'FAILED'}  ${name}${output === '' ? '' : `: ${output}`}`);
    }
    seen = checks.length;
    const isEnded = instance !== undefined && isEnding(instance);
    if (isComplete || isEnded || clock.now() - begun > RESULT_MS) return text;
    await clock.sleep(CADENCE_MS, signal);
  }
}

function judge(
  text: string,
  { id, launchedAt }: Instance,
  { request, ports }: { request: SmokeRequest; ports: SmokePorts },
): SmokeReport {
  const report = readSmoke(text);
  const agent = readBootPhases(text).find(({ name }) => name === 'agent');
  const booted = agent && (agent.at - launchedAt) / 1_000;
  const problems = [
    ...(booted === undefined ? ['boot: the agent never started'] : []),
    ...(booted !== undefined && booted > LONGEST_BOOT_S
      ? [`boot: the agent started after ${booted.toFixed(1)} s`]
      : []),
    ...report.checks.filter(({ passed }) => !passed).map(({ name, output }) => `${name}: ${output || 'failed'}`),
    ...report.missing(request.preset).map((name) => `${name}: no result`),
  ];
  if (problems.length === 0) {
    ports.log.info(
      `  passed  boot: ${booted?.toFixed(1)} s from the launch of ${id} to the agent, ${agent?.uptimeSeconds} s of them since the kernel`,
    );
    return report;
  }
  throw new Failure('image-unusable', `Image ${request.imageId} failed its smoke test.`, {
    hint: 'It is not published. Correct the step of ami/provision that installs this, and build again.',
    details: [...problems, ...tailConsole(text, 15).map((line) => `console: ${line}`)],
  });
}
