import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createControl } from './control.js';
import type { Baked } from './disk.js';
import type { Boot } from './ec2/records.js';
import { createEc2Endpoint } from './ec2/endpoint.js';
import { Ec2World, type Ec2Event, type Ec2Options, type Timeline } from './ec2/world.js';
import { createGitHub, type GitHubEvent, type GitHubOptions, type GitHubWorld } from './github/world.js';
import {
  serve,
  type Handler,
  type Intercept,
  type RecordedRequest,
  type SandboxRequest,
  type ServeOptions,
  type Server,
  type Traffic,
} from './http.js';
import { createBoot } from './machine.js';
import { createSsmEndpoint, isSsmRequest } from './ssm.js';

export type { Boot, InstanceRecord, Machine } from './ec2/records.js';
export type { Ec2World } from './ec2/world.js';
export type { GitHubWorld, Job } from './github/world.js';
export type { Fault, Intercept, RecordedRequest } from './http.js';
export * as seed from './ec2/seed.js';

export interface SandboxOptions extends Partial<Omit<Ec2Options, 'timeline' | 'boot'>> {
  readonly timeline?: Partial<Timeline> & {
    /** How long an instance's programs may take to end once it is being shut down, in ms. Default 5000. */
    readonly graceMs?: number;
  };
  /** False: instances have a life in the API alone, nothing is run. A function makes other machines than processes. */
  readonly machines?: boolean | Boot;
  /** Other programs than this suite's agent and the stand-in runner on this suite's images. */
  readonly baked?: Partial<Baked>;
  readonly github?: Omit<GitHubOptions, 'emit'>;
  /** Further regions, each with an EC2 of its own; there is nothing in any other. */
  readonly otherRegions?: readonly string[];
  /** Where the disks of instances are kept. Default: a temporary folder, removed on close. */
  readonly directory?: string;
  /** Default: any free ones. */
  readonly ports?: { readonly aws?: number; readonly github?: number };
  /** Where it listens, and is reached by its machines. Default: 127.0.0.1. */
  readonly address?: string;
}

export type SandboxEvent = Ec2Event | GitHubEvent;

export interface Sandbox {
  /** EC2's and SSM's. */
  readonly awsUrl: string;
  readonly githubUrl: string;
  readonly region: string;
  /** What an AWS SDK, Octokit and an action need to find the sandbox. Without a GitHub token. */
  readonly environment: Readonly<Record<string, string>>;
  /** A GitHub token that may do everything. */
  readonly token: string;
  readonly ec2: Ec2World;
  /** Those of the other regions, by name. */
  readonly elsewhere: ReadonlyMap<string, Ec2World>;
  readonly github: GitHubWorld;
  readonly requests: readonly RecordedRequest[];
  /** Decides on each request before it has any effect. */
  intercept: Intercept | undefined;
  readonly events: readonly SandboxEvent[];
  /** Calls back for each event to come. Returns how to stop. */
  on(listener: (event: SandboxEvent) => void): () => void;
  /** Ends every process it has started and breaks all connections. */
  close(): Promise<void>;
}

const TIMELINE: Timeline = { pendingMs: 50, bootMs: 50, shuttingDownMs: 50, invisibleMs: 0, copyMs: 50 };

/** EC2, SSM, instance metadata and GitHub on loopback, in this process. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { events, emit, on } = createEvents();
  const region = options.region ?? 'us-east-1';
  const { graceMs = 5000, ...timeline } = { ...TIMELINE, ...options.timeline };
  const disks = prepareDirectory(options.directory);
  const createRegion = (name: string): Ec2World => {
    const processes = createBoot({ directory: disks.path, region: name, graceMs, baked: options.baked });
    const boot = typeof options.machines === 'function' ? options.machines : processes;
    const machines = options.machines === false ? {} : { boot };
    return new Ec2World({ ...options, region: name, timeline, ...machines }, emit);
  };
  const ec2 = createRegion(region);
  const elsewhere = new Map((options.otherRegions ?? []).map((name) => [name, createRegion(name)]));
  for (const world of [ec2, ...elsewhere.values()]) {
    for (const other of [ec2, ...elsewhere.values()]) world.regions.set(other.region, other);
  }
  const github = createGitHub({ ...options.github, emit });
  const traffic: Traffic = { requests: [] };
  const close = async (...servers: readonly Server[]) => {
    await Promise.all([ec2, ...elsewhere.values()].map((one) => one.close()));
    github.close();
    await Promise.all(servers.map((server) => server.close()));
    disks.remove();
  };
  const handlers = {
    aws: serveAws(ec2, elsewhere),
    hub: serveHub(github, createControl({ ec2, github, events, traffic })),
  };
  const { address, ports } = options;
  const aws = await serve({ ...handlers.aws, traffic, address, port: ports?.aws }).catch(orClose(close));
  const hub = await serve({ ...handlers.hub, traffic, address, port: ports?.github }).catch(orClose(() => close(aws)));
  return {
    awsUrl: aws.url,
    githubUrl: hub.url,
    region,
    environment: describeEnvironment({ aws, hub, region, github }),
    token: github.token,
    ec2,
    elsewhere,
    github,
    requests: traffic.requests,
    events,
    on,
    get intercept() {
      return traffic.intercept;
    },
    set intercept(intercept) {
      traffic.intercept = intercept;
    },
    close: () => close(aws, hub),
  };
}

/** A port that is taken must not leave the rest of a sandbox behind. */
function orClose(close: () => Promise<void>): (error: unknown) => Promise<never> {
  return async (error) => {
    await close();
    throw error;
  };
}

function serveAws(ec2: Ec2World, elsewhere: ReadonlyMap<string, Ec2World>): Pick<ServeOptions, 'service' | 'handler'> {
  const ssm = createSsmEndpoint(ec2, elsewhere);
  return {
    service: (request) => (isSsmRequest(request) ? 'ssm' : 'ec2'),
    handler: route((request) => (isSsmRequest(request) ? ssm : undefined), createEc2Endpoint(ec2, elsewhere)),
  };
}

function serveHub(github: GitHubWorld, control: Handler): Pick<ServeOptions, 'service' | 'handler'> {
  const isControl = (request: SandboxRequest) => request.path.startsWith('/_sandbox/');
  return { service: 'github', handler: route((request) => (isControl(request) ? control : undefined), github) };
}

function createEvents(): Pick<Sandbox, 'events' | 'on'> & { emit: (event: SandboxEvent) => void } {
  const events: SandboxEvent[] = [];
  const listeners = new Set<(event: SandboxEvent) => void>();
  return {
    events,
    emit(event) {
      events.push(event);
      for (const listener of listeners) listener(event);
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function prepareDirectory(given: string | undefined): { path: string; remove: () => void } {
  const path = given === undefined ? mkdtempSync(join(tmpdir(), 'ci-actions-sandbox-')) : resolve(given);
  if (given !== undefined) {
    mkdirSync(path, { recursive: true });
    return { path, remove: () => {} };
  }
  // A runner may be told to run as any user, who has to get there.
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

function route(choose: (request: SandboxRequest) => Handler | undefined, otherwise: Handler): Handler {
  return {
    name: (request) => (choose(request) ?? otherwise).name(request),
    handle: (request) => (choose(request) ?? otherwise).handle(request),
    refuse: (fault, request) => (choose(request) ?? otherwise).refuse(fault, request),
  };
}

function describeEnvironment(from: {
  aws: Server;
  hub: Server;
  region: string;
  github: GitHubWorld;
}): Record<string, string> {
  const { aws, hub, region, github } = from;
  const [owner = ''] = github.repository.split('/');
  return {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'AKIASANDBOX000000000',
    AWS_SECRET_ACCESS_KEY: 'sandbox-secret-access-key',
    AWS_EC2_METADATA_DISABLED: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: 'start',
    GITHUB_ACTOR: 'octocat',
    GITHUB_API_URL: hub.url,
    GITHUB_EVENT_NAME: 'push',
    GITHUB_GRAPHQL_URL: `${hub.url}/graphql`,
    GITHUB_JOB: 'start',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REF_NAME: 'main',
    GITHUB_REPOSITORY: github.repository,
    GITHUB_REPOSITORY_ID: `${github.repositoryId}`,
    GITHUB_REPOSITORY_OWNER: owner,
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: `${github.runId}`,
    GITHUB_RUN_NUMBER: '1',
    GITHUB_SERVER_URL: hub.url,
    GITHUB_SHA: github.sha,
    GITHUB_WORKFLOW: 'ci',
    GITHUB_WORKFLOW_REF: `${github.repository}/.github/workflows/ci.yml@refs/heads/main`,
    GITHUB_WORKFLOW_SHA: github.sha,
  };
}
