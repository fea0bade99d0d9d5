import * as advice from '../kernel/compose-advice.js';
import { Failure, type FailureCode } from '../kernel/failure.js';
import type { Containers, ContainerState } from '../ports/containers.js';
import type { Environment } from '../ports/programs.js';
import type { BenchmarkPlan } from './benchmark.js';
import type { ComposeHost, ResultWebhook } from './host.js';
import { judgeResult } from './judge-result.js';
import { OutputTail } from './output-tail.js';
import type { ComposeRequest } from './request.js';
import { readResultFile, type FoundResult } from './result-file.js';

/** Receives the result of a session. Made before the session starts, closed when it has ended. */
export interface ResultIntake {
  /** Environment for the session: RESULT_WEBHOOK and BENCHMARK_CONFIG, the latter as the session sees the file. */
  readonly env: Environment;
  /** Mounts for the container of the session, as in `--volume`. */
  readonly volumes: readonly string[];
  /** Resolves when the session has posted its result; otherwise never. Then it has {@link END_AFTER_RESULT_MS} to end. */
  readonly arrived: Promise<void>;
  /** Takes each line that the session prints. */
  onLine(line: string): void;
  /** Reads the result after the session has ended. A user's mistake is a finding, not an error. */
  collect(session: SessionEnd): Promise<ResultFinding>;
  close(): Promise<void>;
}

export interface SessionEnd {
  /** When the session began, epoch ms: a file that is older is not its result. */
  readonly beganAt: number;
  /** All containers of the project. */
  readonly containers: readonly ContainerState[];
}

export interface ResultFinding {
  /** JSON text, which is also `result.json` of the artifacts. */
  readonly result?: string;
  /** Why the session failed although it exited with 0: no result, or a result that says so. */
  readonly failure?: { readonly code: FailureCode; readonly reason: string; readonly hint: string };
}

interface ResultWorld {
  readonly containers: Containers;
  readonly host: ComposeHost;
  /** The session's networks by their names at Docker, {@link HOST_NETWORK} among them. Empty: none of the project. */
  readonly networks: readonly string[];
}

/** How long a session that has posted its result may take to end. Then it is stopped and counts as exited with 0. */
export const END_AFTER_RESULT_MS = 30_000;
/** The most that a session may post. It is kept in memory once. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Where a container of the session finds the benchmark's configuration. */
const CONFIG_IN_CONTAINER = '/run/benchmark/config.json';
/** The network of the machine itself, also for a session that is no container. */
export const HOST_NETWORK = 'host';
/** Docker's own network, whose gateway containers of every network reach. */
const DEFAULT_NETWORK = 'bridge';

/**
 * Prepares the way of the result: opens the webhook, writes the benchmark's configuration.
 *
 * @throws Failure `webhook-unusable`: no address for the webhook
 */
export async function openResult(
  request: ComposeRequest,
  plan: BenchmarkPlan,
  world: ResultWorld,
): Promise<ResultIntake> {
  const webhook = request.resultFrom.kind === 'webhook' ? await openWebhook(world) : undefined;
  const posted = watchWebhook(webhook);
  const tail = new OutputTail();
  return {
    ...prepareConfig(request, plan, { host: world.host, url: webhook?.url }),
    arrived: posted.arrived,
    onLine: (line) => {
      if (request.resultFrom.kind === 'stdout') tail.write(line);
    },
    async collect(session) {
      const found = await find(request, { world, tail, session, posted: posted.text, refusal: webhook?.refusal() });
      if (found !== undefined && 'text' in found) world.host.writeFile('result.json', found.text);
      return judge(found);
    },
    close: async () => webhook?.close(),
  };
}

async function openWebhook({ containers, host, networks }: ResultWorld): Promise<ResultWebhook> {
  const isHost = networks.length > 0 && networks.every((name) => name === HOST_NETWORK);
  const address = isHost ? '127.0.0.1' : await findAddress(containers, networks);
  if (address !== undefined) return host.openWebhook(address, { mostBytes: MOST_BYTES });
  throw new Failure('webhook-unavailable', 'Docker names no address of this machine that the session could reach.', {
    why: `the networks ${[...networks, DEFAULT_NETWORK].join(', ')} have no gateway`,
    hint: advice.TAKE_RESULT_ELSEWHERE,
  });
}

async function findAddress(containers: Containers, networks: readonly string[]): Promise<string | undefined> {
  for (const network of [...networks.filter((name) => name !== HOST_NETWORK), DEFAULT_NETWORK]) {
    const address = await containers.findGateway(network);
    if (address !== undefined) return address;
  }
  return undefined;
}

/** `text()` is the posted JSON, as soon as it has arrived. */
function watchWebhook(webhook: ResultWebhook | undefined): { arrived: Promise<void>; text: () => string | undefined } {
  let posted: string | undefined;
  const arrived = new Promise<void>((resolve) => {
    // A rejection means that the step is canceled, which the loop is told of by its own signal.
    webhook?.result.then(
      (text) => ((posted = text), resolve()),
      () => {},
    );
  });
  return { arrived, text: () => posted };
}

function prepareConfig(
  request: ComposeRequest,
  plan: BenchmarkPlan,
  about: { readonly host: ComposeHost; readonly url: string | undefined },
): Pick<ResultIntake, 'env' | 'volumes'> {
  const env = about.url === undefined ? {} : { RESULT_WEBHOOK: about.url };
  if (plan.config === undefined) return { env, volumes: [] };
  const config = { ...plan.config, ...(about.url !== undefined && { result_webhook: about.url }) };
  const file = about.host.writePrivate('benchmark-config.json', `${JSON.stringify(config, null, 2)}\n`);
  return request.session.kind === 'host'
    ? { env: { ...env, BENCHMARK_CONFIG: file }, volumes: [] }
    : {
        env: { ...env, BENCHMARK_CONFIG: CONFIG_IN_CONTAINER },
        volumes: [`${file}:${CONFIG_IN_CONTAINER}:ro`],
      };
}

/** `undefined`: no result was asked for. */
type Found = FoundResult | undefined;

async function find(
  { resultFrom }: ComposeRequest,
  about: {
    readonly world: ResultWorld;
    readonly tail: OutputTail;
    readonly session: SessionEnd;
    readonly posted: () => string | undefined;
    readonly refusal: string | undefined;
  },
): Promise<Found> {
  switch (resultFrom.kind) {
    case 'exit-code':
      return undefined;
    case 'file':
      return readResultFile(resultFrom.path, about);
    case 'webhook': {
      const text = about.posted();
      return text === undefined ? { missing: describeUnposted(about.refusal) } : { text };
    }
    case 'stdout': {
      const text = about.tail.findLastJson();
      return text === undefined
        ? { missing: 'The session printed no JSON object on lines of its own, in the last 4 MiB of its output.' }
        : { text };
    }
  }
}

function describeUnposted(refusal: string | undefined): string {
  if (refusal === undefined) return 'The session ended and posted no result to RESULT_WEBHOOK.';
  return `What the session posted to RESULT_WEBHOOK was refused: ${refusal}`;
}

function judge(found: Found): ResultFinding {
  if (found === undefined) return {};
  if ('missing' in found) {
    return { failure: { code: 'result-missing', reason: found.missing, hint: advice.LEAVE_RESULT } };
  }
  const reason = judgeResult(found.text);
  return {
    result: found.text,
    ...(reason !== undefined && { failure: { code: 'result-failed', reason, hint: advice.READ_RESULT } }),
  };
}
