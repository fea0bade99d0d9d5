import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/sandbox.js';

const cli = fileURLToPath(new URL('../../ami/cli.ts', import.meta.url));

export interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A sandbox with two regions, in which `npm run ami -- …` runs as a maintainer types it. */
export class Desk {
  private constructor(readonly sandbox: Sandbox) {}

  static async open(options: SandboxOptions = {}): Promise<Desk> {
    return new Desk(await startSandbox({ machines: false, otherRegions: ['eu-west-1'], ...options }));
  }

  /** @param environment changes to a shell with credentials and a GitHub token; `undefined` removes a variable */
  ami(args: string, environment: Environment = {}): Promise<Output> {
    return run(args === '' ? [] : args.split(' '), {
      PATH: process.env['PATH'],
      HOME: '/nonexistent',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...this.sandbox.environment,
      GITHUB_ACTIONS: undefined,
      GITHUB_TOKEN: this.sandbox.token,
      ...environment,
    });
  }

  /** The requests to AWS that change something. */
  changes(): string[] {
    return this.sandbox.requests
      .map(({ operation }) => operation)
      .filter((operation) => /^(Put|Copy|Create|Delete|Deregister|Enable)/.test(operation));
  }
}

export async function atDesk(play: (desk: Desk) => Promise<void>, options?: SandboxOptions): Promise<void> {
  const desk = await Desk.open(options);
  try {
    await play(desk);
  } finally {
    await desk.sandbox.close();
  }
}

function run(args: readonly string[], environment: Environment): Promise<Output> {
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
  const child = spawn(process.execPath, ['--import', 'tsx', cli, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  return new Promise((resolve, reject) =>
    child.once('error', reject).once('close', (code) => resolve({ code, stdout, stderr })),
  );
}
