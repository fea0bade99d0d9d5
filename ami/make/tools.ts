import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Failure } from '../../src/core/kernel/failure.js';
import type { BuildOptions } from './options.js';

const run = promisify(execFile);
const ANSWER_MS = 30_000;
/** The version that runner.pkr.hcl requires. */
const OLDEST_PACKER = [1, 9, 0] as const;

const PACKER = 'Packer 1.9 or newer is needed: https://developer.hashicorp.com/packer/install';
const SESSION_MANAGER =
  'session-manager-plugin is needed to reach the instance without an open port, or use --connect ssh: ' +
  'https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html';

/**
 * Checks the programs that the steps need. Reports every missing program at once.
 *
 * @returns a sentence about Packer's version
 * @throws Failure `bad-input`
 */
export async function requireTools({ steps, connection }: Pick<BuildOptions, 'steps' | 'connection'>): Promise<string> {
  const wants = (...some: BuildOptions['steps']) => some.some((step) => steps.includes(step));
  const [packer, sessions] = await Promise.all([
    wants('check', 'init', 'validate', 'build') ? ask('packer', ['version']) : 'not needed',
    wants('check', 'build') && connection.by === 'session-manager' ? ask('session-manager-plugin', ['--version']) : '',
  ]);
  const version = /v(\d+\.\d+\.\d+)/.exec(packer ?? '')?.[1];
  const missing = [
    ...(packer === undefined ? [PACKER] : []),
    ...(version !== undefined && isOlder(version) ? [`${PACKER}; this is ${version}.`] : []),
    ...(sessions === undefined ? [SESSION_MANAGER] : []),
  ];
  if (missing.length === 0) return version === undefined ? 'Packer is not needed.' : `Packer ${version}.`;
  throw new Failure('bad-input', 'A program is missing.', { hint: 'Nothing was built.', details: missing });
}

/** The output of the program; `undefined` if there is no such program. */
async function ask(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await run(program, [...args], { timeout: ANSWER_MS })).stdout;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Failure('bad-input', `\`${program} ${args.join(' ')}\` fails: ${String(error)}`, {
      hint: 'Install it again.',
      cause: error,
    });
  }
}

function isOlder(version: string): boolean {
  const parts = version.split('.').map(Number);
  const at = OLDEST_PACKER.findIndex((number, index) => (parts[index] ?? 0) !== number);
  return at >= 0 && (parts[at] ?? 0) < OLDEST_PACKER[at]!;
}
