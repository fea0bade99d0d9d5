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
  /** False: instances exist in the API alone, and no program runs. A function creates machines of another kind. */
  readonly machines?: boolean | Boot;
  /** Replaces this suite's agent or the stand-in runner on this suite's images. */
  readonly baked?: Partial<Baked>;
  readonly github?: Omit<GitHubOptions, 'emit'>;
  /** Further regions, each with an EC2 of its own. All other regions are empty. */
  readonly otherRegions?: readonly string[];
  /** The folder for the disks of instances. Default: a temporary folder, removed on close. */
  readonly directory?: string;
  /** Default: any free ports. */
  readonly ports?: { readonly aws?: number; readonly github?: number };
  /** The address that it listens on, and that its machines connect to. Default: 127.0.0.1. */
  readonly address?: string;
}

export interface Sandbox {
  /** The endpoint of EC2 and SSM. */
  readonly awsUrl: string;
  readonly githubUrl: string;
  readonly region: string;
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
  /** Ends every process that the sandbox started and breaks all connections. */
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

function route(choose: (request: SandboxRequest) => Handler | undefined, otherwise: Handler): Handler {
  return {
    name: (request) => (choose(request) ?? otherwise).name(request),
    handle: (request) => (choose(request) ?? otherwise).handle(request),
    refuse: (fault, request) => (choose(request) ?? otherwise).refuse(fault, request),
  };
}
