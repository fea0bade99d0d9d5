import * as advice from '../core/kernel/advice.js';
import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2';
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { toConnectionFailure } from '../core/kernel/connection-faults.js';
import { Failure } from '../core/kernel/failure.js';
import type { Purpose } from '../core/kernel/patience.js';
import type { Clock } from '../core/kernel/clock.js';
import type { Ec2, ReaperEc2 } from '../core/ports/ec2.js';
import type { Log } from '../core/ports/process.js';
import { createCatalog } from './catalog.js';
import { cleanCredentials } from './credentials.js';
import { isHopeless, readError } from './errors.js';
import { noCredentials } from './failures.js';
import { createInstances } from './instances.js';
import { createLauncher } from './launch.js';
import { createLeftovers } from './reaper.js';
import { Requests, type RequestOptions } from './requests.js';
import { createResumer } from './resume.js';

export interface ConnectOptions {
  readonly clock: Clock;
  /** Default: what the SDK finds (`AWS_REGION`, the profile). */
  readonly region?: string;
  /** Agents that go through a proxy. Default: direct connections, kept alive. */
  readonly agents?: { readonly httpAgent?: HttpAgent; readonly httpsAgent?: HttpsAgent };
  /** What carries the requests. Default: Node's own client, bounded in time. */
  readonly requestHandler?: NonNullable<EC2ClientConfig['requestHandler']>;
  /** Told when a request is tried again. */
  readonly log?: Pick<Log, 'info'>;
  /** See {@link RequestOptions}. */
  readonly purpose?: Purpose;
  /** Ends the waits of a step that is cancelled: see {@link Patience}. */
  readonly signal?: AbortSignal;
  /** From 0 to 1, for the jitter of retries. Default `Math.random`. */
  readonly random?: () => number;
}

const CONNECT_MS = 5_000;
/** RunInstances takes up to some seconds; nothing here takes as long as this. */
const ANSWER_MS = 20_000;
/** None, whatever the environment says: there is one policy for what is sent again, see {@link Requests}. */
const RETRIES = { maxAttempts: 1, retryMode: 'standard' } as const;

/** What is connected to one region, with what the SDK's normal chain found. */
export interface Clients {
  readonly region: string;
  readonly requests: Requests;
  /** For other clients. */
  readonly shared: EC2ClientConfig;
}

/**
 * EC2 and SSM in one region, with the credentials, region and endpoints that the SDK's normal chain finds.
 *
 * @throws Failure `aws-no-region`, `aws-no-credentials`: found out here, before anything is asked.
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
    ...createLeftovers(requests),
    ...createLauncher(launches, region),
    ...createResumer(requests, launches),
  };
}

/** @throws Failure `aws-no-region`, `aws-no-credentials` */
export async function openClients(options: ConnectOptions): Promise<Clients> {
  // White space around a variable is no part of a region's name; the SDK refuses it.
  const given = options.region ?? process.env['AWS_REGION']?.trim();
  const client = new EC2Client({
    ...(given && { region: given }),
    ...RETRIES,
    requestHandler: options.requestHandler ?? {
      ...options.agents,
      connectionTimeout: CONNECT_MS,
      requestTimeout: ANSWER_MS,
      socketTimeout: ANSWER_MS,
      throwOnRequestTimeout: true,
    },
  });
  failAtOnce(client.config.requestHandler);
  const region = await findRegion(client);
  await findCredentials(client);
  const { credentials, requestHandler } = client.config;
  // The same credentials and connections for all: they are found and opened once.
  const shared = { region, credentials, requestHandler, ...RETRIES } satisfies EC2ClientConfig;
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

/** While EC2 is asked: a start's first request need not wait until SSM's client is read. */
async function loadParameters(shared: Clients['shared'], options: ConnectOptions) {
  const { createParameters } = await import('./parameters.js');
  return createParameters(shared, toRequestOptions(options));
}

/** What no repetition can help is a `Failure` before the SDK's own retries see it. */
function failAtOnce(handler: EC2Client['config']['requestHandler']): void {
  const handle = handler.handle.bind(handler);
  handler.handle = async (request, options) => {
    try {
      return await handle(request, options);
    } catch (error) {
      throw (isHopeless(error) && toConnectionFailure(error, `AWS could not be asked at ${request.hostname}`)) || error;
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

/** From here on every client has them without white space around. */
async function findCredentials(client: EC2Client): Promise<void> {
  const found = client.config.credentials;
  client.config.credentials = async (options) => cleanCredentials(await found(options));
  try {
    await client.config.credentials();
  } catch (error) {
    throw error instanceof Failure ? error : noCredentials(error);
  }
}
