import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Repository } from '../../sandbox/github/github.js';
import { startGitHub, type GitHubSandbox } from '../worlds/sandbox/github.js';
import { startMoto, type Moto } from './moto.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const VENV = join(ROOT, '.peers/venv/bin');
const REPO = 'octo-org/octo-repo';
export const COPY = 'octo-org/ci-actions';

export interface SetupWorld {
  readonly moto: Moto;
  readonly github: GitHubSandbox;
  readonly env: Readonly<Record<string, string>>;
  /** Runs `npm run setup` as its user does. */
  setup(args: readonly string[], extra?: Extra): Promise<Result>;
  start(args: readonly string[], extra?: Extra): Started;
  /** Runs the aws CLI, and parses its output. */
  aws<T>(...args: string[]): Promise<T>;
  bash(script: string, extra?: Extra): Promise<Result>;
  /** All commands that changed something, one a line, since the last call. */
  takeChanges(): readonly string[];
  close(): Promise<void>;
}

export interface Extra {
  readonly stdin?: string;
  /** The set-up is killed as soon as this many of its changing commands are done. */
  readonly killAt?: number;
  /** The same, after a changing command with this text. */
  readonly killAfter?: string;
  /** Whether answers of the aws CLI are remembered until it changes something. */
  readonly remember?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly pid: number;
  /** Resolves when stderr shows it. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  readonly result: Promise<Result>;
}

/**
 * `aws` and `gh` as they are, except that they write down what changes something. With REMEMBER, answers of the aws CLI
 * are remembered until it changes something, because a dozen starts of Python take longer than everything else.
 */
const SHIM = `#!/bin/bash
memory=
if [[ NAME == aws && -n $REMEMBER ]]; then memory=$REMEMBER/$(md5sum <<<"$*" | cut -c1-32); fi
if [[ -n $memory && -f $memory.code ]]; then
  cat "$memory.out"
  cat "$memory.err" >&2
  exit "$(<"$memory.code")"
fi
if [[ -n $memory ]]; then
  "$REAL_BIN/NAME" "$@" >"$memory.out" 2>"$memory.err"
  code=$?
  cat "$memory.out"
  cat "$memory.err" >&2
  echo "$code" >"$memory.code"
else
  "$REAL_BIN/NAME" "$@"
  code=$?
fi
case "NAME $*" in
  *' api -X POST '*/registration-token) ;;
  *' create-'*|*' put-'*|*' attach-'*|*' add-role-'*|*' deploy '*|*' delete-stack '*|'gh variable '*|'gh secret '*|'gh api -X '*)
    if [[ -n $memory ]]; then rm -f "$REMEMBER"/*; fi
    printf '%s\\n' "NAME $*" | head -1 >>"$CHANGES"
    n=$(($(<"$COUNT") + 1))
    echo "$n" >"$COUNT"
    if [[ $n == "$KILL_AT" || (-n $KILL_AFTER && "NAME $*" == *"$KILL_AFTER"*) ]]; then kill -KILL "$PPID"; fi ;;
esac
exit "$code"
`;

/** The real aws CLI with moto, and the real gh with the sandbox's GitHub. The account has one network with a way out. */
export async function startSetupWorld(repositories?: readonly Repository[]): Promise<SetupWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'ci-actions-setup-'));
  const [changes, count, bin] = ['changes', 'count', 'bin'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  // Without this, moto has none of AWS's own policies.
  const moto = await startMoto({ MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' });
  const relay = await relayStacks(moto.url);
  const github = await startGitHub({ repositories: repositories ?? defaultRepositories() });
  github.github.refs.set('v1', github.github.sha);
  writeShims(bin, changes, count);
  mkdirSync(join(folder, 'memory'));
  const env = {
    PATH: `${bin}:${process.env['PATH']}`,
    HOME: folder,
    REAL_BIN: VENV,
    CHANGES: changes,
    COUNT: count,
    AWS_ENDPOINT_URL: relay.url,
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'us-east-1',
    // gh reaches this host without TLS, through the proxy that is the sandbox itself.
    GH_HOST: 'github.localhost',
    GH_TOKEN: github.github.token,
    HTTP_PROXY: github.url,
    NO_PROXY: '127.0.0.1',
    GITHUB_API_URL: github.url,
    GITHUB_SERVER_URL: github.url,
  };
  const start = (args: readonly string[], extra: Extra = {}) =>
    run(process.execPath, ['--import', 'tsx', 'setup/cli.ts', ...args], prepare(env, extra));
  const world: SetupWorld = {
    moto,
    github,
    env,
    start: (args, extra) => start(args, extra),
    setup: (args, extra) => start(args, extra).result,
    aws: async (...args) => {
      const { stdout, stderr, code } = await run(join(VENV, 'aws'), [...args, '--region', 'us-east-1'], { env }).result;
      if (code !== 0) throw new Error(stderr);
      return JSON.parse(stdout || 'null') as never;
    },
    bash: (script, extra = {}) => run('/bin/bash', ['-euo', 'pipefail', '-c', script], prepare(env, extra)).result,
    takeChanges() {
      const lines = readFileSync(changes, 'utf8').trim().split('\n');
      writeFileSync(changes, '');
      return lines.filter((line) => line !== '');
    },
    close: async () => {
      await Promise.all([moto.stop(), relay.close(), github.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await giveWayOut(world);
  return world;

  function prepare(
    base: Readonly<Record<string, string>>,
    { stdin = '', killAt, killAfter = '', remember = false, env: more = {} }: Extra,
  ) {
    writeFileSync(count, '0\n');
    return {
      env: {
        ...base,
        KILL_AT: `${killAt ?? ''}`,
        KILL_AFTER: killAfter,
        REMEMBER: remember ? join(folder, 'memory') : '',
        ...more,
      },
      stdin,
    };
  }
}

function defaultRepositories(): readonly Repository[] {
  return [
    { id: 1296269, name: REPO, defaultBranch: 'main', private: true },
    { id: 1296270, name: COPY, defaultBranch: 'main', private: true, accessLevel: 'organization' },
  ];
}

function writeShims(bin: string, changes: string, count: string): void {
  mkdirSync(bin);
  for (const name of ['aws', 'gh']) {
    writeFileSync(join(bin, name), SHIM.replaceAll('NAME', name));
    chmodSync(join(bin, name), 0o755);
  }
  writeFileSync(changes, '');
  writeFileSync(count, '0\n');
}

function run(
  program: string,
  args: readonly string[],
  { env, stdin = '' }: { readonly env: Readonly<Record<string, string>>; readonly stdin?: string },
): Started {
  const child = spawn(program, [...args], { cwd: ROOT, env });
  child.stdin.on('error', () => undefined).end(stdin);
  let said = '';
  const listeners = new Set<() => void>();
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    for (const listener of listeners) listener();
  });
  const closed = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  return {
    pid: child.pid!,
    result: Promise.all([closed, text(child.stdout)]).then(([code, stdout]) => ({ code, stdout, stderr: said })),
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(said);
          if (found) resolve(found);
        };
        listeners.add(look);
        void closed.then(() => (pattern.test(said) ? look() : reject(new Error(`Not said: ${pattern}\n${said}`))));
        look();
      }),
  };
}

/** moto's default VPC has no internet gateway. */
async function giveWayOut(world: Pick<SetupWorld, 'aws'>): Promise<void> {
  const [{ Vpcs }, { RouteTables }, { InternetGateway }] = await Promise.all([
    world.aws<{ Vpcs: { VpcId: string }[] }>('ec2', 'describe-vpcs'),
    world.aws<{ RouteTables: { RouteTableId: string }[] }>('ec2', 'describe-route-tables'),
    world.aws<{ InternetGateway: { InternetGatewayId: string } }>('ec2', 'create-internet-gateway'),
  ]);
  const gateway = InternetGateway.InternetGatewayId;
  await world.aws('ec2', 'attach-internet-gateway', '--internet-gateway-id', gateway, '--vpc-id', Vpcs[0]!.VpcId);
  const route = ['--route-table-id', RouteTables[0]!.RouteTableId, '--destination-cidr-block', '0.0.0.0/0'];
  await world.aws('ec2', 'create-route', ...route, '--gateway-id', gateway);
}

/**
 * A proxy for moto. moto evaluates a template's outputs in CreateStack and UpdateStack, but not when a change set is
 * executed, which is how the aws CLI deploys. So the same template is sent once more as an update.
 */
async function relayStacks(target: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const changeSets = new Map<string, URLSearchParams>();
  const server = createServer((incoming, outgoing) => {
    void forward(incoming)
      .catch((error: unknown) => ({ status: 502, type: 'text/plain', body: String(error) }))
      .then(({ status, type, body }) => outgoing.writeHead(status, { 'content-type': type }).end(body));
  });
  const forward = async (incoming: IncomingMessage) => {
    const sent = await text(incoming);
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).filter(([name]) => !['host', 'connection', 'content-length'].includes(name)),
    ) as Record<string, string>;
    const send = (body: string) => fetch(`${target}${incoming.url}`, { method: incoming.method!, headers, body });
    const reply = await send(sent);
    const body = await reply.text();
    const fields = new URLSearchParams(sent);
    const stack = fields.get('StackName') ?? '';
    if (reply.ok && fields.get('Action') === 'CreateChangeSet') changeSets.set(stack, fields);
    const known = changeSets.get(stack);
    if (reply.ok && fields.get('Action') === 'ExecuteChangeSet' && known) {
      known.set('Action', 'UpdateStack');
      for (const name of ['ChangeSetName', 'ChangeSetType', 'Description']) known.delete(name);
      const updated = await send(known.toString());
      if (!updated.ok) throw new Error(await updated.text());
    }
    return { status: reply.status, type: reply.headers.get('content-type') ?? 'text/xml', body };
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}
