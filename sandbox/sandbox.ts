import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createControl } from './control.js';
import { Ec2Region } from './ec2/region.js';
import { createEc2Endpoint } from './ec2/routes/endpoint.js';
import type { Ec2Options, Timeline } from './ec2/world/options.js';
import type { Boot } from './ec2/world/records.js';
import { describeEnvironment } from './environment.js';
import { createEvents, type EventLog, type SandboxEvent } from './events.js';
import { createGitHub, type GitHubOptions, type GitHubWorld } from './github/github.js';
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
import type { Baked } from './machine/disk.js';
import { createBoot } from './machine/machine.js';
import { createSsmEndpoint, isSsmRequest } from './ssm.js';

export type { Boot, InstanceRecord, Machine } from './ec2/world/records.js';
export type { Ec2World } from './ec2/world/world.js';
export type { SandboxEvent } from './events.js';
export type { GitHubWorld, Job } from './github/github.js';
export type { Fault, Intercept, RecordedRequest } from './http.js';
export * as seed from './ec2/world/seed.js';

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

export interface Sandbox {
  /** EC2's and SSM's. */
  readonly awsUrl: string;
  readonly githubUrl: string;
  readonly region: string;
  /** What an AWS SDK, Octokit and an action need to find the sandbox. Without a GitHub token. */
  readonly environment: Readonly<Record<string, string>>;
  /** A GitHub token that may do everything. */
  readonly token: string;
  readonly ec2: Ec2Region;
  /** Those of the other regions, by name. */
  readonly elsewhere: ReadonlyMap<string, Ec2Region>;
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
  const disks = prepareDirectory(options.directory);
  const { ec2, elsewhere } = createRegions(options, disks.path, emit);
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
    region: ec2.region,
    environment: describeEnvironment({ aws, hub, region: ec2.region, github }),
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

/** The home region and the further ones. Each can copy images from all of them. */
function createRegions(
  options: SandboxOptions,
  directory: string,
  emit: EventLog['emit'],
): Pick<Sandbox, 'ec2' | 'elsewhere'> {
  const { graceMs = 5000, ...timeline } = { ...TIMELINE, ...options.timeline };
  const create = (region: string): Ec2Region => {
    const processes = createBoot({ directory, region, graceMs, baked: options.baked });
    const boot = typeof options.machines === 'function' ? options.machines : processes;
    const machines = options.machines === false ? {} : { boot };
    return new Ec2Region({ ...options, region, timeline, ...machines }, emit);
  };
  const ec2 = create(options.region ?? 'us-east-1');
  const elsewhere = new Map((options.otherRegions ?? []).map((name) => [name, create(name)]));
  const all = [ec2, ...elsewhere.values()];
  for (const region of all) for (const other of all) region.regions.set(other.region, other);
  return { ec2, elsewhere };
}

/** Closes what is already running when a later part cannot start, such as a port in use. */
function orClose(close: () => Promise<void>): (error: unknown) => Promise<never> {
  return async (error) => {
    await close();
    throw error;
  };
}

function serveAws(
  ec2: Ec2Region,
  elsewhere: ReadonlyMap<string, Ec2Region>,
): Pick<ServeOptions, 'service' | 'handler'> {
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
