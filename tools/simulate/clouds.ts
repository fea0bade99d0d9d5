import { Readable } from 'node:stream';
import { createEc2Endpoint } from '../../sandbox/ec2/routes/endpoint.js';
import { Ec2World } from '../../sandbox/ec2/world/world.js';
import { createGitHub, type GitHubOptions, type GitHubWorld } from '../../sandbox/github/github.js';
import type { Handler, SandboxRequest, SandboxResponse } from '../../sandbox/http.js';
import { createSsmEndpoint, isSsmRequest } from '../../sandbox/ssm.js';
import type { Ec2, ReaperEc2 } from '../../src/core/ports/ec2.js';
import { connectEc2, type ConnectOptions } from '../../src/ec2/connect.js';
import { connectGitHub, type ConnectedGitHub } from '../../src/github/connect.js';
import type { Ledger } from './ledger.js';
import { findLimit } from './limits.js';
import type { VirtualTime } from './virtual-time.js';

export interface CloudOptions {
  readonly time: VirtualTime;
  readonly ledger: Ledger;
  readonly random: () => number;
  /** The requests an hour of each App, or of the one token. */
  readonly requestsAnHour: number;
  /** The number of Apps, each with repositories of its own. GitHub's limits apply to each App separately. */
  readonly apps: number;
  /** The number of regions, which the starts use in turn. EC2's limits apply to each region separately. */
  readonly regions: number;
  readonly secondaryLimits: GitHubOptions['secondaryLimits'];
}

/** From request to answer, in ms: about the times from a hosted runner. */
const LATENCY_MS = { github: 120, ec2: 80, launch: 1_500 };
const REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1', 'eu-central-1'] as const;
const HOUR_MS = 3_600_000;
/**
 * How long EC2 lists terminated instances. The real EC2 lists them for about an hour, but nothing here asks for them that
 * late, and every listing would go through all instances of the hour.
 */
const FORGET_MS = 300_000;
const never = new AbortController().signal;

/**
 * The sandbox's EC2 and GitHub with all their throttles, and this project's own adapters in front of them, in one
 * process. Requests and answers are the same as over sockets, which virtual time cannot wait for.
 */
export class Clouds {
  /** EC2, by region. */
  readonly ec2s: readonly Ec2World[];
  readonly gitHubs: readonly GitHubWorld[];
  private readonly requestHandler: NonNullable<ConnectOptions['requestHandler']>;

  constructor(private readonly options: CloudOptions) {
    this.ec2s = REGIONS.slice(0, options.regions).map((region) => this.createEc2(region));
    for (const one of this.ec2s) for (const other of this.ec2s) one.regions.set(other.region, other);
    this.requestHandler = this.makeRequestHandler();
    this.gitHubs = Array.from({ length: options.apps }, () => this.createGitHub());
  }

  /** Reads files in real time: the SDK looks for credentials, and the adapter loads its SSM client. */
  async open(): Promise<void> {
    await (await this.connectEc2(REGIONS[0])).readParameters([]);
  }

  /** EC2 for one process, with its own pacing. */
  connectEc2(region: string): Promise<Ec2 & ReaperEc2> {
    // The SDK looks for credentials in the usual places. The sandbox accepts any.
    process.env['AWS_ACCESS_KEY_ID'] ??= 'AKIASIMULATION000000';
    process.env['AWS_SECRET_ACCESS_KEY'] ??= 'simulated';
    const { time: clock, random } = this.options;
    return connectEc2({ clock, region, random, requestHandler: this.requestHandler });
  }

  /** GitHub for one process, with its own pacing. */
  connectGitHub(github: GitHubWorld): Promise<ConnectedGitHub> {
    const [owner = '', repo = ''] = github.repository.split('/');
    const repository = { kind: 'repo', owner, repo } as const;
    return connectGitHub({
      apiUrl: 'https://api.github.com',
      credentials: { token: github.token },
      scope: repository,
      repository,
      clock: this.options.time,
      mask: () => {},
      fetch: async (url, init) => {
        const { status, headers, body } = await this.ask(
          'github',
          github,
          toRequest(url, { ...init, body: init?.body as string | undefined }),
        );
        // An answer without a body must not get an empty one.
        return new Response(status === 204 ? null : body.toString(), { status, headers: { ...headers } });
      },
    });
  }

  private createEc2(region: string): Ec2World {
    const { ledger, time } = this.options;
    const timeline = { pendingMs: 5_000, bootMs: 0, shuttingDownMs: 20_000, invisibleMs: 0, copyMs: 0 };
    const ec2: Ec2World = new Ec2World({ region, timeline, throttle: true }, ({ name, instance }) => {
      ledger.note(name);
      if (name === 'terminated') time.after(FORGET_MS, () => ec2.instancesById.delete(instance));
    });
    return ec2;
  }

  private createGitHub(): GitHubWorld {
    const { time, requestsAnHour, secondaryLimits } = this.options;
    const github = createGitHub(secondaryLimits ? { secondaryLimits } : {});
    const renew = (): void => {
      const resetAt = Math.floor((time.now() + HOUR_MS) / 1000);
      Object.assign(github.rateLimit, { limit: requestsAnHour, remaining: requestsAnHour, resetAt });
      time.after(HOUR_MS, renew);
    };
    renew();
    return github;
  }

  /** The SDK's HTTP handler. */
  private makeRequestHandler() {
    const elsewhere = new Map(this.ec2s.map((one) => [one.region, one]));
    const home = this.ec2s[0]!;
    const [ec2, ssm] = [createEc2Endpoint(home, elsewhere), createSsmEndpoint(home, elsewhere)];
    return {
      metadata: { handlerProtocol: 'http/1.1' },
      handle: async (given: SdkRequest) => {
        const request = toRequest(`https://${given.hostname}${given.path}`, given);
        const { status, headers = {}, body } = await this.ask('ec2', isSsmRequest(request) ? ssm : ec2, request);
        return { response: { statusCode: status, headers, body: Readable.from([Buffer.from(body)]) } };
      },
    };
  }

  private async ask(cloud: 'github' | 'ec2', handler: Handler, request: SandboxRequest): Promise<SandboxResponse> {
    const { time, ledger, random } = this.options;
    const operation = handler.name(request) ?? '';
    const latency = LATENCY_MS[operation === 'RunInstances' ? 'launch' : cloud] * (0.75 + random() / 2);
    const answered = ledger.begin();
    await time.sleep(latency / 2);
    const response = await handler.handle(request);
    const refusedBy = findLimit({ cloud, operation, ...response });
    ledger.count({ cloud, method: request.method, refusedBy, at: time.elapsed() });
    await time.sleep(latency / 2);
    answered();
    return response;
  }
}

interface SdkRequest {
  readonly method: string;
  readonly hostname: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

interface Sent {
  readonly method?: string | undefined;
  readonly headers?: unknown;
  readonly body?: string | Uint8Array | undefined;
}

function toRequest(url: string, init: Sent): SandboxRequest {
  const { pathname: path, searchParams: query, host } = new URL(url);
  const headers = Object.fromEntries(new Headers(init.headers as Record<string, string>));
  const body = init.body instanceof Uint8Array ? new TextDecoder().decode(init.body) : (init.body ?? '');
  const content = { body, bytes: Buffer.from(body), headers: { host, ...headers } };
  return { index: 0, method: init.method ?? 'GET', path, query, ...content, signal: never };
}
