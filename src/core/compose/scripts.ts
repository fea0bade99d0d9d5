import { READ_SETUP_LOG } from '../kernel/advice.js';
import * as advice from '../kernel/compose-advice.js';
import { LastLines } from './last-lines.js';
import type { OpenPhase, PhaseEnd } from './phases.js';
import type { Environment } from '../ports/programs.js';
import type { ComposeWorld } from './world.js';

/** A setup may fetch data sets. */
const BOUNDS_MS = { setup: 60 * 60_000, assert: 30 * 60_000, teardown: 10 * 60_000 } as const;
const ABOUT = {
  setup: { verdict: 'error', code: 'setup-failed', hint: READ_SETUP_LOG },
  assert: { verdict: 'fail', code: 'assertion-failed', hint: advice.READ_ASSERT_LOG },
  teardown: { verdict: 'error', code: 'teardown-failed', hint: advice.READ_TEARDOWN_LOG },
} as const;

/** Runs the commands of `setup`, `assert` or `teardown` on the host. */
export async function runScript(
  name: 'setup' | 'assert' | 'teardown',
  commands: string,
  { world, phase, env, signal }: { world: ComposeWorld; phase: OpenPhase; env: Environment; signal?: AbortSignal },
): Promise<PhaseEnd> {
  const last = new LastLines();
  const ended = await world.host.runScript(commands, {
    env,
    boundMs: BOUNDS_MS[name],
    ...(signal && { signal }),
    onLine(line) {
      last.add(line);
      phase.onLine(line);
    },
  });
  signal?.throwIfAborted();
  if (ended.code === 0) return {};
  const how =
    ended.code === undefined ? `did not end: ${ended.why ?? 'no exit code'}` : `ended with exit code ${ended.code}`;
  const reasons = [`The commands of \`${name}\` ${how}.`, ...last.all().slice(-5)];
  return { problem: { ...ABOUT[name], phase: name, exitCode: 1, reasons } };
}
