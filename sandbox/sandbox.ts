import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createControl } from './control/control.js';
import type { Ec2Region } from './ec2/region.js';
import { describeEnvironment } from './environment.js';
import { createEvents, type SandboxEvent } from './events.js';
import type { GitHubWorld } from './github/github.js';
import type { Intercept, RecordedRequest, Traffic } from './http.js';
import type { SandboxOptions } from './options.js';
import { listen } from './servers.js';
import { createWorlds, type Worlds } from './worlds.js';

export type { Boot, InstanceRecord, Machine } from './ec2/world/records.js';
export type { Ec2World } from './ec2/world/world.js';
export type { SandboxEvent } from './events.js';
export type { GitHubWorld, Job } from './github/github.js';
export type { Fault, Intercept, RecordedRequest } from './http.js';
export type { SandboxOptions } from './options.js';
export * as seed from './ec2/world/seed.js';

export interface Sandbox {
  /** The endpoint of EC2, SSM and STS. */
  readonly awsUrl: string;
  readonly githubUrl: string;
  readonly region: string;
  /** The control API's page, and the base of its routes. */
  readonly controlUrl: string;
  /** The environment variables by which an AWS SDK, Octokit and an action find the sandbox. Without a GitHub token. */
  readonly environment: Readonly<Record<string, string>>;
  /** A GitHub token with all permissions. */
  readonly token: string;
  readonly ec2: Ec2Region;
  /** EC2 in the other regions, by region name. */
  readonly elsewhere: ReadonlyMap<string, Ec2Region>;
  readonly github: GitHubWorld;
  readonly requests: readonly RecordedRequest[];
  /** Called for each request before the request takes effect. Returns a fault to cause, if any. */
  intercept: Intercept | undefined;
  readonly events: readonly SandboxEvent[];
  /** Calls back for each event to come. Returns a function that ends the subscription. */
  on(listener: (event: SandboxEvent) => void): () => void;
  /** Ends all instances, and makes everything as it was at the start. Addresses and the token stay. */
  reset(): Promise<void>;
  /** Ends every process that the sandbox started and breaks all connections. */
  close(): Promise<void>;
}

/** EC2, SSM, STS, instance metadata and GitHub on loopback, in this process. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const log = createEvents();
  const disks = prepareDirectory(options.directory);
  const token = options.github?.token ?? `ghp_${randomBytes(18).toString('hex')}`;
  const traffic: Traffic = { requests: [] };
  const create = () => createWorlds({ ...options, github: { ...options.github, token } }, disks.path, log);
  const state = { worlds: create(), variables: {} as Record<string, string> };
  const reset = async (): Promise<void> => {
    const before = state.worlds;
    state.worlds = create();
    await before.close();
    traffic.intercept = undefined;
    traffic.requests.length = 0;
    log.clear();
  };
  const { events } = log;
  const control = createControl(() => ({ ...state, ...state.worlds, events, traffic, reset, stop: options.onStop }));
  const services = { aws: () => state.worlds.aws, github: () => state.worlds.github, control, traffic };
  const { aws, hub } = await listen(services, options).catch(async (error: unknown) => {
    await state.worlds.close();
    disks.remove();
    throw error;
  });
  const { ec2, github } = state.worlds;
  const environment = describeEnvironment({ aws, hub, region: ec2.region, github });
  const controlUrl = `${hub.url}/_sandbox`;
  state.variables = { ...environment, GITHUB_TOKEN: token, SANDBOX_URL: controlUrl };
  const close = async (): Promise<void> => {
    await state.worlds.close();
    await Promise.all([aws.close(), hub.close()]);
    disks.remove();
  };
  const addresses = { awsUrl: aws.url, githubUrl: hub.url, controlUrl, environment, token, region: ec2.region };
  return addGetters({ ...addresses, requests: traffic.requests, events, on: log.on, reset, close }, state, traffic);
}

type Replaced = 'ec2' | 'elsewhere' | 'github';

/** A reset replaces the worlds, so that each is read anew. */
function addGetters(
  rest: Omit<Sandbox, Replaced | 'intercept'>,
  state: { readonly worlds: Worlds },
  traffic: Traffic,
): Sandbox {
  return {
    ...rest,
    get ec2() {
      return state.worlds.ec2;
    },
    get elsewhere() {
      return state.worlds.elsewhere;
    },
    get github() {
      return state.worlds.github;
    },
    get intercept() {
      return traffic.intercept;
    },
    set intercept(intercept) {
      traffic.intercept = intercept;
    },
  };
}

function prepareDirectory(directory: string | undefined): { path: string; remove: () => void } {
  const path = directory === undefined ? mkdtempSync(join(tmpdir(), 'ci-actions-sandbox-')) : resolve(directory);
  if (directory !== undefined) {
    mkdirSync(path, { recursive: true });
    return { path, remove: () => {} };
  }
  // A runner may run as any user, so every user needs access.
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}
