import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2';
import * as advice from '../core/kernel/advice.js';
import type { Clock } from '../core/kernel/clock.js';
import { toConnectionFailure } from '../core/kernel/connection-faults.js';
import { Failure } from '../core/kernel/failure.js';
import type { Purpose } from '../core/kernel/patience.js';
import type { Ec2, ReaperEc2 } from '../core/ports/ec2.js';
import type { Log } from '../core/ports/process.js';
import { createCatalog } from './catalog.js';
import { isPermanent } from './classify.js';
import { cleanCredentials } from './credentials.js';
import { readError } from './errors.js';
import { noCredentials } from './failures.js';
import { createInstances } from './instances.js';
import type { Claimer } from './claim.js';
import type { Leftovers } from './reaper.js';
import { createLauncher } from './launch.js';
import { Requests, type RequestOptions } from './requests.js';
import { readSpotPrices } from './spot-prices.js';

export interface ConnectOptions {
  readonly clock: Clock;
  /** Default: the region that the SDK finds (`AWS_REGION`, the profile). */
  readonly region?: string;
  /** Agents that use a proxy. Default: direct connections, kept alive. */
  readonly agents?: { readonly httpAgent?: HttpAgent; readonly httpsAgent?: HttpsAgent };
  /** Sends the requests. Default: Node's HTTP client, with time limits. */
  readonly requestHandler?: NonNullable<EC2ClientConfig['requestHandler']>;
  /** Gets a line when a request is repeated. */
  readonly log?: Pick<Log, 'info'>;
  /** See {@link RequestOptions}. */
  readonly purpose?: Purpose;
  /** Ends the waits of a canceled step: see {@link Patience}. */
  readonly signal?: AbortSignal;
  /** A number from 0 to 1, for the jitter of retries. Default: `Math.random`. */
  readonly random?: () => number;
}

const CONNECT_MS = 5_000;
/** RunInstances takes up to some seconds. No call takes this long. */
const RESPONSE_MS = 20_000;
/** The SDK never retries, whatever the environment sets: {@link Requests} has the only policy for retries. */
const NO_RETRIES = { maxAttempts: 1, retryMode: 'standard' } as const;

/** The clients of one region, with the settings that the SDK found. */
export interface Clients {
  readonly region: string;
  readonly requests: Requests;
  /** The configuration for further clients. */
  readonly shared: EC2ClientConfig;
}

/**
 * Connects to EC2 and SSM in one region, with the credentials, region and endpoints that the SDK finds by its default
 * chain.
 *
 * @throws Failure `aws-no-region`, `aws-no-credentials`, before the first request
 */
export async function connectEc2(options: ConnectOptions): Promise<Ec2 & ReaperEc2> {
  const { region, requests, shared } = await openClients(options);
  let parameters: ReturnType<typeof loadParameters> | undefined;
  const launches = requests.forLaunches();
  return {
    region,
    readParameters: async (names) => (await (parameters ??= loadParameters(shared, options))).readParameters(names),
    ...createCatalog(requests),
    ...createInstances(requests),
    ...loadLeftovers(requests),
    ...createLauncher(launches, region),
    ...loadClaimer(requests, launches),
    readSpotPrices: (query) => readSpotPrices(requests.for('glance'), query),
    openVolumes: async () => (await import('./volumes.js')).createVolumes(requests, region),
  };
}

/** @throws Failure `aws-no-region`, `aws-no-credentials` */
export async function openClients(options: ConnectOptions): Promise<Clients> {
  // The SDK rejects a region with white space around it.
  const wanted = options.region ?? process.env['AWS_REGION']?.trim();
  const client = new EC2Client({
    ...(wanted && { region: wanted }),
    ...NO_RETRIES,
    requestHandler: options.requestHandler ?? {
      ...options.agents,
      connectionTimeout: CONNECT_MS,
      requestTimeout: RESPONSE_MS,
      socketTimeout: RESPONSE_MS,
      throwOnRequestTimeout: true,
    },
  });
  failWithoutRetry(client.config.requestHandler);
  const region = await findRegion(client);
  await findCredentials(client);
  const { credentials, requestHandler } = client.config;
  // All clients share credentials and connections, which are found and opened once.
  const shared = { region, credentials, requestHandler, ...NO_RETRIES } satisfies EC2ClientConfig;
  return { region, requests: new Requests(client, toRequestOptions(options)), shared };
}

export function toRequestOptions({
  clock,
  log,
  random = Math.random,
  signal,
  purpose,
}: ConnectOptions): RequestOptions {
  return { clock, log, random, signal, purpose };
}

/** Loads the SSM client only when needed, so that the first EC2 request of a start does not wait for its code. */
async function loadParameters(shared: Clients['shared'], options: ConnectOptions) {
  const { createParameters } = await import('./parameters.js');
  return createParameters(shared, toRequestOptions(options));
}

/** Loads the requests that only stops and sweeps need, with the first of them. */
function loadLeftovers(requests: Requests): Leftovers {
  let loaded: Promise<Leftovers> | undefined;
  const load = () => (loaded ??= import('./reaper.js').then(({ createLeftovers }) => createLeftovers(requests)));
  return {
    findVolumes: async (tags) => (await load()).findVolumes(tags),
    deleteVolume: async (id) => (await load()).deleteVolume(id),
    findSnapshots: async (tags) => (await load()).findSnapshots(tags),
    deleteSnapshot: async (id) => (await load()).deleteSnapshot(id),
    findSpotRequests: async (tags) => (await load()).findSpotRequests(tags),
    cancelSpotRequest: async (id) => (await load()).cancelSpotRequest(id),
  };
}

/** Loads the requests that only starts with a pool need, with the first of them. */
function loadClaimer(requests: Requests, launches: Requests): Claimer {
  let loaded: Promise<Claimer> | undefined;
  const load = () => (loaded ??= import('./claim.js').then(({ createClaimer }) => createClaimer(requests, launches)));
  return {
    writeUserData: async (id, userData) => (await load()).writeUserData(id, userData),
    tagInstance: async (id, tags) => (await load()).tagInstance(id, tags),
    resume: async (id) => (await load()).resume(id),
  };
}

/** Turns an error that no retry can cure into a `Failure`, before the SDK sees it. */
function failWithoutRetry(handler: EC2Client['config']['requestHandler']): void {
  const handle = handler.handle.bind(handler);
  handler.handle = async (request, options) => {
    try {
      return await handle(request, options);
    } catch (error) {
      throw (
        (isPermanent(error) && toConnectionFailure(error, `AWS could not be asked at ${request.hostname}`)) || error
      );
    }
  };
}

async function findRegion(client: EC2Client): Promise<string> {
  try {
    return await client.config.region();
  } catch (cause) {
    throw new Failure('aws-no-region', `There is no usable AWS region: ${readError(cause).message}.`, {
      hint: advice.SET_AWS_REGION,
      cause,
    });
  }
}

/** Finds the credentials, and removes white space around them for all clients. */
async function findCredentials(client: EC2Client): Promise<void> {
  const found = client.config.credentials;
  client.config.credentials = async (options) => cleanCredentials(await found(options));
  try {
    await client.config.credentials();
  } catch (error) {
    throw error instanceof Failure ? error : noCredentials(error);
  }
}
